//! The rows of a batch for which a condition holds, a column at a time.

use super::{Comparison, Condition, Test};
use crate::batch::{Batch, Cell, Column, Values};

impl Condition {
    /// Takes those of `rows`, one for each row of the batch, back for which it does not hold. The others it does not look at, so
    /// that what is dear is asked last.
    ///
    /// A column that is not there has no value in any row.
    pub(in crate::cli) fn narrow(&self, batch: &Batch, rows: &mut [bool]) {
        match self {
            Condition::And(parts) => parts.iter().for_each(|part| part.narrow(batch, rows)),
            Condition::Or(parts) => {
                let mut left = rows.to_vec();
                for part in parts {
                    let mut found = left.clone();
                    part.narrow(batch, &mut found);
                    take_away(&mut left, &found);
                }
                take_away(rows, &left);
            }
            Condition::Not(inner) => {
                let mut found = rows.to_vec();
                inner.narrow(batch, &mut found);
                take_away(rows, &found);
            }
            Condition::Test(name, test) => match batch.column(name) {
                Some(column) => test.narrow(column, rows),
                None => rows.fill(false),
            },
            Condition::Compare(left, comparison, right) => match (batch.column(left), batch.column(right)) {
                (Some(left), Some(right)) => {
                    keep(rows, |row| compare(left.get(row), *comparison, right.get(row)));
                }
                _ => rows.fill(false),
            },
        }
    }
}

impl Test {
    fn narrow(&self, column: &Column, rows: &mut [bool]) {
        if let Test::IsNull = self {
            return match column.validity() {
                None => rows.fill(false),
                Some(validity) => keep(rows, |row| !validity.is_valid(row)),
            };
        }
        if let Some(validity) = column.validity() {
            keep(rows, |row| validity.is_valid(row));
        }
        match (self, column.values()) {
            (
                Test::Between(least, most),
                Values::Int64(values) | Values::Timestamp(values) | Values::Time(values) | Values::Duration(values),
            ) => keep_where(rows, values, |value| *least <= value && value <= *most),
            (Test::Between(least, most), Values::Date(values)) => {
                keep_where(rows, values, |value| *least <= value.into() && i64::from(value) <= *most);
            }
            (Test::Float(comparison, than), Values::Float64(values)) => {
                keep_where(rows, values, |value| comparison.holds(value.partial_cmp(than)));
            }
            (Test::Bool(wanted), Values::Bool(values)) => keep_where(rows, values, |value| value == *wanted),
            (Test::Text(comparison, than), Values::Text { offsets, bytes } | Values::Binary { offsets, bytes }) => {
                keep(rows, |row| {
                    let text = &bytes[offsets[row] as usize..offsets[row + 1] as usize];
                    comparison.holds(Some(text.cmp(than.as_bytes())))
                });
            }
            (Test::Text(comparison, than), Values::TextView(views)) => {
                keep(rows, |row| comparison.holds(Some(views.bytes(row).cmp(than.as_bytes()))));
            }
            (Test::Matches(regex), _) => keep(rows, |row| match column.get(row) {
                Cell::Text(text) => regex.is_match(text),
                Cell::Bytes(bytes) => regex.is_match(&String::from_utf8_lossy(bytes)),
                _ => false,
            }),
            // The parser lets no test pass that is not of the column's type.
            _ => rows.fill(false),
        }
    }
}

/// Compares cells of one type. Two nulls are equal, and nothing else of a null is true.
pub(super) fn compare(left: Cell<'_>, comparison: Comparison, right: Cell<'_>) -> bool {
    let order = match (left, right) {
        (Cell::Null, Cell::Null) => return comparison == Comparison::Equal,
        (Cell::Text(a), Cell::Text(b)) => Some(a.cmp(b)),
        (Cell::Bytes(a), Cell::Bytes(b)) => Some(a.cmp(b)),
        (Cell::Float64(a), Cell::Float64(b)) => a.partial_cmp(&b),
        (Cell::Int64(a), Cell::Int64(b))
        | (Cell::Timestamp(a), Cell::Timestamp(b))
        | (Cell::Time(a), Cell::Time(b))
        | (Cell::Duration(a), Cell::Duration(b)) => Some(a.cmp(&b)),
        (Cell::Date(a), Cell::Date(b)) => Some(a.cmp(&b)),
        (Cell::Bool(a), Cell::Bool(b)) => Some(a.cmp(&b)),
        _ => None,
    };
    comparison.holds(order)
}

fn keep(rows: &mut [bool], holds: impl Fn(usize) -> bool) {
    for (row, kept) in rows.iter_mut().enumerate() {
        *kept = *kept && holds(row);
    }
}

/// As `keep`, without a branch: the loop becomes one of vectors.
fn keep_where<T: Copy>(rows: &mut [bool], values: &[T], holds: impl Fn(T) -> bool) {
    for (kept, &value) in rows.iter_mut().zip(values) {
        *kept &= holds(value);
    }
}

fn take_away(rows: &mut [bool], others: &[bool]) {
    for (kept, &other) in rows.iter_mut().zip(others) {
        *kept &= !other;
    }
}
