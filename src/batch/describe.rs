//! [`Batch::describe`]: the statistics of each column.
//!
//! Who reads a log for the first time wants to see what is in it before asking anything: how many values are missing, from when to when it
//! goes, how large numbers are. These answers take one pass over columns that are in memory anyway.
//!
//! Integers, floats, timestamps and times of day go through kernels, which are called once for each column. Dates and texts, which have
//! no kernel, take a plain loop.

use std::ops::Range;

use parsimd_simd::{Isa, Kernels, ValidRows, kernels};

use super::{Batch, Cell, Column, ColumnType, Values};
use crate::error::Result;

/// The statistics of one column, by [`Batch::describe`].
///
/// | type | `min`, `max` | `mean` |
/// |---|---|---|
/// | integers | yes | of the exact sum |
/// | floats | of all values but NaN; NaN if there is no other | NaN if a value is |
/// | timestamps, dates, times of day, durations, booleans | yes | |
/// | text, bytes | by their bytes, which for text is the order of code points | |
///
/// NaN is a value here and no null, as in Arrow and polars. pandas counts it as missing.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ColumnStats<'b> {
    /// The name.
    pub name: &'b str,
    /// The type.
    pub column_type: ColumnType,
    /// How many rows have a value.
    pub count: usize,
    /// How many rows are null.
    pub nulls: usize,
    /// The least value; [`Cell::Null`] where there is none. A float that is zero is `0.0`, not `-0.0`.
    pub min: Cell<'b>,
    /// The greatest value, as `min`.
    pub max: Cell<'b>,
    /// The sum of the values divided by their count; `None` where there is no value, and for what is no number.
    pub mean: Option<f64>,
}

impl Batch {
    /// The statistics of each column, in the order of the columns.
    ///
    /// ```
    /// use parsimd::{Cell, Pattern};
    ///
    /// let batch = Pattern::new("{level:w} {ms:d}")?.scan(b"info 12\nwarn 340\ninfo 7\n").read_all()?;
    /// let [level, ms] = &batch.describe()?[..] else { unreachable!() };
    /// assert_eq!((level.count, level.min, level.max), (3, Cell::Text("info"), Cell::Text("warn")));
    /// assert_eq!((ms.min, ms.max, ms.mean), (Cell::Int64(7), Cell::Int64(340), Some(359.0 / 3.0)));
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::is_isa`](crate::Error::is_isa): `PARSIMD_ISA` names an instruction set that is not here.
    pub fn describe(&self) -> Result<Vec<ColumnStats<'_>>> {
        self.describe_rows(0..self.rows, Isa::from_env()?)
    }

    /// The statistics of each column, of these rows alone, by the kernels of `isa`: the answer is the same with each.
    ///
    /// ```
    /// use parsimd::{Cell, Isa, Pattern};
    ///
    /// let batch = Pattern::new("{ms:d}")?.scan(b"12\n340\n7\n").read_all()?;
    /// assert_eq!(batch.describe_rows(0..2, Isa::Scalar)?[0].min, Cell::Int64(12));
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::is_isa`](crate::Error::is_isa): the instruction set is not available here.
    ///
    /// # Panics
    /// When there are no such rows.
    pub fn describe_rows(&self, rows: Range<usize>, isa: Isa) -> Result<Vec<ColumnStats<'_>>> {
        assert!(rows.start <= rows.end && rows.end <= self.rows, "rows {rows:?} of {}", self.rows);
        let kernels = kernels(isa)?;
        let columns = self.schema.columns().zip(&self.columns);
        Ok(columns.map(|((name, _), column)| describe(name, column, rows.clone(), kernels)).collect())
    }
}

/// The statistics of `rows` of a column.
fn describe<'b>(name: &'b str, column: &'b Column, rows: Range<usize>, kernels: &Kernels) -> ColumnStats<'b> {
    let valid = match column.validity() {
        None => ValidRows::all(rows.len()),
        Some(validity) => ValidRows::from_bits(validity.bits(), rows.clone()),
    };
    let count = valid.count();
    let mut mean = None;
    let mut integers = |values: &[i64], cell: fn(i64) -> Cell<'static>| {
        let Some(stats) = kernels.integer_stats(&values[rows.clone()], valid) else { return (Cell::Null, Cell::Null) };
        if column.column_type() == ColumnType::Int64 {
            mean = Some(stats.sum as f64 / stats.count as f64);
        }
        (cell(stats.min), cell(stats.max))
    };
    let (min, max) = match column.values() {
        Values::Int64(values) => integers(values, Cell::Int64),
        Values::Timestamp(values) => integers(values, Cell::Timestamp),
        Values::Time(values) => integers(values, Cell::Time),
        Values::Duration(values) => integers(values, Cell::Duration),
        Values::Float64(values) => match kernels.float_stats(&values[rows], valid) {
            None => (Cell::Null, Cell::Null),
            Some(stats) => {
                mean = Some(stats.sum / stats.count as f64);
                (Cell::Float64(stats.min), Cell::Float64(stats.max))
            }
        },
        Values::Bool(values) => least_and_greatest(column, rows, |row| values[row]),
        Values::Date(values) => least_and_greatest(column, rows, |row| values[row]),
        Values::Text { offsets, bytes } | Values::Binary { offsets, bytes } => {
            least_and_greatest(column, rows, |row| &bytes[offsets[row] as usize..offsets[row + 1] as usize])
        }
        Values::TextView(views) => least_and_greatest(column, rows, |row| views.bytes(row)),
    };
    ColumnStats { name, column_type: column.column_type(), count, nulls: valid.rows() - count, min, max, mean }
}

/// The cells of those of `rows` whose `key` is the least and the greatest.
fn least_and_greatest<K: Ord>(column: &Column, rows: Range<usize>, key: impl Fn(usize) -> K) -> (Cell<'_>, Cell<'_>) {
    let is_valid = |row: &usize| column.validity().is_none_or(|validity| validity.is_valid(*row));
    let mut found: Option<((usize, K), (usize, K))> = None;
    for row in rows.filter(is_valid) {
        match &mut found {
            None => found = Some(((row, key(row)), (row, key(row)))),
            Some((least, greatest)) => {
                let key = key(row);
                if key < least.1 {
                    *least = (row, key);
                } else if key > greatest.1 {
                    *greatest = (row, key);
                }
            }
        }
    }
    found.map_or((Cell::Null, Cell::Null), |((least, _), (greatest, _))| (column.get(least), column.get(greatest)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Input, OnError, Pattern, ScanOptions, Strings};

    const FORMAT: &str = "{word}|{n:d}|{x:g}|{at:th}|{day:%d/%m/%Y}|{clock:tt}|{took:dur}|{ok:bool}";

    /// Lines, some of which match nothing and become nulls.
    fn log(count: usize) -> String {
        let line = |row: usize| match row % 7 {
            3 => "nothing here\n".to_owned(),
            _ => format!(
                "{}|{}|{}|{:02}/Jan/2011:03:04:05 +0100|{:02}/02/2011|{:02}:30:15|{}ms|{}\n",
                ["zwölf", "a text of more than twelve bytes", "", "Ω"][row % 4].to_owned() + &"x".repeat(row % 5),
                (row as i64 * 7919) % 1001 - 500,
                ["1.5", "-0.25", "nan", "1e300", "inf", "-0.0"][row % 6],
                1 + row % 28,
                1 + row % 27,
                row % 24,
                row as i64 % 31 - 9,
                ["yes", "no", "off"][row % 3]
            ),
        };
        (0..count).map(line).collect()
    }

    fn batch(count: usize, strings: Strings) -> Batch {
        let options = ScanOptions { strings, on_error: OnError::Null, ..ScanOptions::default() };
        let pattern = Pattern::new(FORMAT).unwrap();
        pattern.scan_input(Input::shared(log(count).into_bytes()), options).read_all().unwrap()
    }

    /// Reference implementation: by the cells of a column, one after the other.
    fn reference<'b>(name: &'b str, column: &'b Column, rows: Range<usize>) -> ColumnStats<'b> {
        fn order(a: &Cell<'_>, b: &Cell<'_>) -> std::cmp::Ordering {
            match (a, b) {
                (Cell::Text(a), Cell::Text(b)) => a.cmp(b),
                (Cell::Bytes(a), Cell::Bytes(b)) => a.cmp(b),
                (Cell::Float64(a), Cell::Float64(b)) => a.total_cmp(b),
                (Cell::Int64(a), Cell::Int64(b)) => a.cmp(b),
                (Cell::Timestamp(a), Cell::Timestamp(b))
                | (Cell::Time(a), Cell::Time(b))
                | (Cell::Duration(a), Cell::Duration(b)) => a.cmp(b),
                (Cell::Bool(a), Cell::Bool(b)) => a.cmp(b),
                (Cell::Date(a), Cell::Date(b)) => a.cmp(b),
                _ => panic!("cells of two types: {a:?}, {b:?}"),
            }
        }
        let cells: Vec<Cell<'_>> = rows.clone().map(|row| column.get(row)).filter(|cell| *cell != Cell::Null).collect();
        let is_nan = |cell: &&Cell<'_>| matches!(cell, Cell::Float64(value) if value.is_nan());
        let numbers: Vec<&Cell<'_>> = cells.iter().filter(|cell| !is_nan(cell)).collect();
        let none = if cells.is_empty() { Cell::Null } else { Cell::Float64(f64::NAN) };
        let sum = cells.iter().try_fold(0.0, |sum, cell| match cell {
            Cell::Int64(value) => Some(sum + *value as f64),
            Cell::Float64(value) => Some(sum + value),
            _ => None,
        });
        ColumnStats {
            name,
            column_type: column.column_type(),
            count: cells.len(),
            nulls: rows.len() - cells.len(),
            min: numbers.iter().copied().copied().min_by(order).unwrap_or(none),
            max: numbers.iter().copied().copied().max_by(order).unwrap_or(none),
            mean: sum.filter(|_| !cells.is_empty()).map(|sum| sum / cells.len() as f64),
        }
    }

    /// `NaN` is equal to itself here.
    fn shown(stats: &ColumnStats<'_>) -> String {
        format!("{stats:?}")
    }

    #[test]
    fn statistics_are_those_of_the_cells_on_every_instruction_set() {
        for strings in [Strings::Utf8, Strings::View, Strings::Binary] {
            let batch = batch(1500, strings);
            for rows in [0..1500, 0..0, 3..4, 1..2, 5..700, 1111..1127] {
                for isa in Isa::available() {
                    let stats = batch.describe_rows(rows.clone(), isa).unwrap();
                    assert_eq!(stats.len(), 8);
                    for (stats, column) in stats.iter().zip(batch.columns()) {
                        let wanted = reference(stats.name, column, rows.clone());
                        assert_eq!(shown(stats), shown(&wanted), "{isa} {rows:?} {strings:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_mean_of_integers_is_that_of_the_exact_sum() {
        let text = format!("{}\n{}\n3\n", i64::MAX, i64::MAX);
        let batch = Pattern::new("{:d}").unwrap().scan(text.as_bytes()).read_all().unwrap();
        let mean = ((2 * i128::from(i64::MAX) + 3) as f64) / 3.0;
        assert_eq!(batch.describe().unwrap()[0].mean, Some(mean));
    }

    #[test]
    #[should_panic(expected = "rows 1..3 of 2")]
    fn rows_that_are_not_there_have_no_statistics() {
        let batch = Pattern::new("{:d}").unwrap().scan(b"1\n2\n").read_all().unwrap();
        let _ = batch.describe_rows(1..3, Isa::Scalar);
    }
}
