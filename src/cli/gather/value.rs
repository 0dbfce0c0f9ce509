//! Values that outlive their batch.

use crate::batch::{Cell, Column, ColumnType, Validity, Values, offsets};

/// A value that is kept. Times, dates and durations are integers.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::cli) enum Kept {
    Int(i64),
    Float(f64),
    Bool(bool),
    Text(Vec<u8>),
}

impl Kept {
    /// The value of a cell; `None` for a null, and for a map.
    pub(super) fn of(cell: Cell<'_>) -> Option<Kept> {
        Some(match cell {
            Cell::Null | Cell::Map(_) => return None,
            Cell::Text(text) => Kept::Text(text.as_bytes().to_vec()),
            Cell::Bytes(bytes) => Kept::Text(bytes.to_vec()),
            Cell::Int64(value) | Cell::Timestamp(value) | Cell::Time(value) | Cell::Duration(value) => Kept::Int(value),
            Cell::Date(value) => Kept::Int(value.into()),
            Cell::Float64(value) => Kept::Float(value),
            Cell::Bool(value) => Kept::Bool(value),
        })
    }

    /// How it is ordered beside another one of its column; NaN comes last.
    pub(super) fn order(&self, other: &Kept) -> std::cmp::Ordering {
        match (self, other) {
            (Kept::Int(a), Kept::Int(b)) => a.cmp(b),
            (Kept::Float(a), Kept::Float(b)) => a.partial_cmp(b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan())),
            (Kept::Bool(a), Kept::Bool(b)) => a.cmp(b),
            (Kept::Text(a), Kept::Text(b)) => a.cmp(b),
            _ => std::cmp::Ordering::Equal,
        }
    }

    fn int(value: Option<&Kept>) -> i64 {
        match value {
            Some(Kept::Int(value)) => *value,
            _ => 0,
        }
    }
}

/// A number for statistics. All of a column are of one kind.
#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    /// What is an integer, or counted in integers: a float has no room for all of them.
    Int(i64),
    Float(f64),
}

impl Number {
    /// The number of a cell, if it has one.
    pub(super) fn of(cell: Cell<'_>) -> Option<Number> {
        match cell {
            Cell::Int64(value) | Cell::Timestamp(value) | Cell::Time(value) | Cell::Duration(value) => {
                Some(Number::Int(value))
            }
            Cell::Date(value) => Some(Number::Int(value.into())),
            Cell::Float64(value) => Some(Number::Float(value)),
            _ => None,
        }
    }

    /// The nearest float.
    pub(super) fn float(self) -> f64 {
        match self {
            Number::Int(value) => value as f64,
            Number::Float(value) => value,
        }
    }

    /// As a value of a column, in which an estimate of an integer is one.
    pub(super) fn kept(self, kind: ColumnType) -> Kept {
        match (self, kind) {
            (Number::Int(value), _) => Kept::Int(value),
            (Number::Float(value), ColumnType::Duration | ColumnType::Int64) => Kept::Int(value.round() as i64),
            (Number::Float(value), _) => Kept::Float(value),
        }
    }
}

/// The sum of numbers: exact, of those that are integers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    pub(super) whole: i128,
    pub(super) float: f64,
}

impl Sum {
    pub(super) fn add(&mut self, number: Number) {
        match number {
            Number::Int(value) => self.whole += i128::from(value),
            Number::Float(value) => self.float += value,
        }
    }

    /// The mean of so many numbers, one or more, as a value of a column: of durations the nearest, of others a float.
    pub(super) fn mean(self, count: u64, kind: ColumnType) -> Kept {
        if kind == ColumnType::Duration {
            let (count, doubled) = (i128::from(count), 2 * self.whole);
            return Kept::Int((doubled + count).div_euclid(2 * count) as i64);
        }
        Kept::Float((self.whole as f64 + self.float) / count as f64)
    }
}

/// Adds bytes that tell a value from every other one of its column: of a column after another, so that no two rows of keys are the same bytes.
pub(super) fn encode(out: &mut Vec<u8>, cell: Cell<'_>) {
    let mut fixed = |tag: u8, bytes: &[u8]| {
        out.push(tag);
        out.extend_from_slice(bytes);
    };
    match cell {
        Cell::Null => fixed(0, &[]),
        Cell::Int64(value) | Cell::Timestamp(value) | Cell::Time(value) | Cell::Duration(value) => {
            fixed(1, &value.to_le_bytes());
        }
        Cell::Date(value) => fixed(1, &value.to_le_bytes()),
        // All NaNs are one value, and so are both zeros.
        Cell::Float64(value) if value.is_nan() => fixed(1, &f64::NAN.to_le_bytes()),
        Cell::Float64(value) => fixed(1, &(value + 0.0).to_le_bytes()),
        Cell::Bool(value) => fixed(1, &[value.into()]),
        Cell::Text(text) => {
            fixed(1, &(text.len() as u64).to_le_bytes());
            out.extend_from_slice(text.as_bytes());
        }
        Cell::Bytes(bytes) => {
            fixed(1, &(bytes.len() as u64).to_le_bytes());
            out.extend_from_slice(bytes);
        }
        Cell::Map(pairs) => {
            fixed(1, &(pairs.len() as u64).to_le_bytes());
            for (key, value) in pairs.iter() {
                encode(out, Cell::Text(key));
                encode(out, Cell::Text(value));
            }
        }
    }
}

/// A column of values.
pub(super) fn column(kind: ColumnType, values: &[Option<Kept>]) -> Column {
    let ints = || values.iter().map(|value| Kept::int(value.as_ref())).collect::<Vec<i64>>();
    let made = match kind {
        ColumnType::Int64 => Values::Int64(ints()),
        ColumnType::Timestamp { .. } => Values::Timestamp(ints()),
        ColumnType::Time => Values::Time(ints()),
        ColumnType::Duration => Values::Duration(ints()),
        ColumnType::Date => Values::Date(ints().into_iter().map(|days| days as i32).collect()),
        ColumnType::Float64 => {
            let float = |value: &Option<Kept>| if let Some(Kept::Float(value)) = value { *value } else { 0.0 };
            Values::Float64(values.iter().map(float).collect())
        }
        ColumnType::Bool => Values::Bool(values.iter().map(|value| *value == Some(Kept::Bool(true))).collect()),
        ColumnType::Text | ColumnType::TextView | ColumnType::Binary | ColumnType::Map => {
            let (mut ends, mut bytes) = (offsets(values.len()), Vec::new());
            for value in values {
                if let Some(Kept::Text(text)) = value {
                    bytes.extend_from_slice(text);
                }
                // Groups and their texts are limited to less than 2 GiB.
                ends.push(bytes.len() as i32);
            }
            Values::Text { offsets: ends, bytes }
        }
    };
    let nulls: Vec<usize> = (0..values.len()).filter(|&row| values[row].is_none()).collect();
    let kind = if kind.is_text() || kind == ColumnType::Map { ColumnType::Text } else { kind };
    Column::new(kind, made, Validity::without(values.len(), &nulls))
}
