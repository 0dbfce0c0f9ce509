//! What the rows of a group have in common: the value of a column, or the minute, hour, day or month of a time.

use crate::{
    batch::{Cell, ColumnType},
    cli::{filter::Columns, stop::Stop},
    convert::{DAY, Date},
};

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;

/// One of `--group-by`.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Key {
    /// As it is written, which is the name of its column.
    pub(in crate::cli) name: String,
    /// The column that it is of.
    pub(in crate::cli) column: String,
    unit: Option<Unit>,
}

/// What times are cut to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Minute,
    Hour,
    Day,
    Month,
}

impl Unit {
    fn new(name: &str) -> Option<Unit> {
        Some(match name.to_ascii_lowercase().as_str() {
            "minute" => Unit::Minute,
            "hour" => Unit::Hour,
            "day" => Unit::Day,
            "month" => Unit::Month,
            _ => return None,
        })
    }

    /// Whether values of a column lie in such units.
    fn takes(self, kind: ColumnType) -> bool {
        match kind {
            ColumnType::Timestamp { .. } => true,
            ColumnType::Date => matches!(self, Unit::Day | Unit::Month),
            _ => false,
        }
    }

    /// The beginning of the unit in which a value lies.
    fn begin(self, cell: Cell<'_>) -> Cell<'_> {
        match (self, cell) {
            (Unit::Minute, Cell::Timestamp(micros)) => Cell::Timestamp(micros - micros.rem_euclid(MINUTE)),
            (Unit::Hour, Cell::Timestamp(micros)) => Cell::Timestamp(micros - micros.rem_euclid(HOUR)),
            (Unit::Day, Cell::Timestamp(micros)) => Cell::Timestamp(micros - micros.rem_euclid(DAY)),
            (Unit::Month, Cell::Timestamp(micros)) => Cell::Timestamp(first_of_month(micros.div_euclid(DAY)) * DAY),
            (Unit::Month, Cell::Date(days)) => Cell::Date(first_of_month(days.into()) as i32),
            (_, cell) => cell,
        }
    }
}

/// The first day of the month in which a day lies.
fn first_of_month(day: i64) -> i64 {
    Date::from_days(day).map_or(day, |date| day - i64::from(date.day) + 1)
}

impl Key {
    /// Reads `status`, or `hour(time)`. A column of that name comes first.
    ///
    /// # Errors
    /// No such column or function, or one that is of times and of a column of others, or a column of pairs.
    pub(in crate::cli) fn new(text: &str, columns: &dyn Columns) -> Result<Key, Stop> {
        let key = |column: &str, unit| Key { name: text.to_owned(), column: column.to_owned(), unit };
        let call = text.trim().strip_suffix(')').and_then(|text| text.split_once('('));
        let (Some((function, column)), None) = (call, columns.column_type(text)) else {
            if columns.column_type(text).ok_or_else(|| unknown(text, columns))? == ColumnType::Map {
                return Err(Stop::new(format!(
                    "--group-by {text}: pairs are no one value: give the pattern columns of their keys, as in {{:kv(level,took:dur)}}"
                )));
            }
            return Ok(key(text, None));
        };
        let (function, column) = (function.trim(), column.trim());
        let unit = Unit::new(function).ok_or_else(|| {
            Stop::new(format!("--group-by {text}: expected a column, or minute(…), hour(…), day(…) or month(…) of one"))
        })?;
        let kind = columns.column_type(column).ok_or_else(|| unknown(column, columns))?;
        if !unit.takes(kind) {
            let wanted = "expected a column of time stamps";
            return Err(Stop::new(format!("--group-by {text}: {column} has no {function}: {wanted}")));
        }
        Ok(key(column, Some(unit)))
    }

    /// The value of a column.
    #[cfg(test)]
    pub(super) fn column(name: &str) -> Key {
        Key { name: name.to_owned(), column: name.to_owned(), unit: None }
    }

    /// What a row has of it.
    pub(super) fn of<'c>(&self, cell: Cell<'c>) -> Cell<'c> {
        self.unit.map_or(cell, |unit| unit.begin(cell))
    }
}

fn unknown(name: &str, columns: &dyn Columns) -> Stop {
    Stop::new(format!("no column is called {name:?}: {}", columns.hint(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_cut_to_the_beginning_of_its_unit_also_before_1970() {
        let cut = |unit: Unit, text: &str| {
            let batch = crate::Pattern::new("{at:ti}").unwrap().scan(text.as_bytes()).read_all().unwrap();
            Cell::to_string(&unit.begin(batch.columns()[0].get(0)))
        };
        for (unit, text, wanted) in [
            (Unit::Minute, "2024-02-29 23:59:59.9", "2024-02-29T23:59:00"),
            (Unit::Hour, "2024-02-29 23:59:59.9", "2024-02-29T23:00:00"),
            (Unit::Day, "2024-02-29 23:59:59.9", "2024-02-29T00:00:00"),
            (Unit::Month, "2024-02-29 23:59:59.9", "2024-02-01T00:00:00"),
            (Unit::Hour, "1969-12-31 23:59:59", "1969-12-31T23:00:00"),
            (Unit::Month, "1969-12-31 23:59:59", "1969-12-01T00:00:00"),
            (Unit::Month, "2024-03-01 00:00:00", "2024-03-01T00:00:00"),
        ] {
            assert_eq!(cut(unit, text), wanted, "{text}");
        }
        assert_eq!(Unit::Hour.begin(Cell::Null), Cell::Null);
    }
}
