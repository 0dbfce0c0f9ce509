//! One column: values of one type, and which of them are there.

use std::collections::TryReserveError;

use parsimd_simd::{Bitmap, Span};

use super::{
    maps::{Entries, Maps},
    views::TextViews,
};
use crate::{
    limits,
    pattern::{DatetimeLayout, ValueKind, has_date_and_time},
};

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColumnType {
    /// UTF-8 text.
    Text,
    /// UTF-8 text, as views: the type of text with [`Strings::View`].
    TextView,
    /// Bytes, which need not be UTF-8: the type of text with [`Strings::Binary`].
    Binary,
    /// 64-bit integers.
    Int64,
    /// 64-bit floating-point numbers.
    Float64,
    /// Microseconds since 1970. `utc` where every value has an offset by its layout, and with
    /// [`ScanOptions::tz`](crate::ScanOptions::tz); else a value with an offset is converted to UTC, and one without is taken as it stands. Each is in the years 1 to 9999 then: one that is not, or
    /// whose offset is of 24 hours or more, is a conversion error.
    Timestamp {
        /// Whether the type says UTC.
        utc: bool,
    },
    /// Days since 1970.
    Date,
    /// Microseconds since midnight; of UTC, where the value has an offset. An offset of 24 hours or more is a conversion error.
    Time,
    /// Nanoseconds.
    Duration,
    /// True or false.
    Bool,
    /// Maps of UTF-8 text to UTF-8 text.
    Map,
}

impl ColumnType {
    /// The type of the column of a field of this kind.
    pub fn of(kind: &ValueKind) -> ColumnType {
        match kind {
            ValueKind::Integer { .. } | ValueKind::Size => ColumnType::Int64,
            ValueKind::Float | ValueKind::Percent => ColumnType::Float64,
            ValueKind::Grouped(kind, _) => ColumnType::of(kind),
            ValueKind::Time(DatetimeLayout::TimeOfDay) => ColumnType::Time,
            ValueKind::Time(DatetimeLayout::Http | DatetimeLayout::Rfc2822) => ColumnType::Timestamp { utc: true },
            ValueKind::Time(_) => ColumnType::Timestamp { utc: false },
            ValueKind::Strptime(format) => match has_date_and_time(format) {
                (true, true) => ColumnType::Timestamp { utc: format.contains("%z") },
                (true, false) => ColumnType::Date,
                (false, _) => ColumnType::Time,
            },
            ValueKind::UnixTime => ColumnType::Timestamp { utc: true },
            ValueKind::Converted { to, .. } => ColumnType::of(to),
            ValueKind::Duration => ColumnType::Duration,
            ValueKind::Boolean => ColumnType::Bool,
            ValueKind::Pairs => ColumnType::Map,
            ValueKind::Text | ValueKind::Decimal | ValueKind::Custom(_) | ValueKind::Address | ValueKind::Quoted => {
                ColumnType::Text
            }
        }
    }

    /// The same type, with text in this form.
    pub(crate) fn with_strings(self, strings: Strings) -> ColumnType {
        match strings {
            _ if !self.is_text() => self,
            Strings::Utf8 => ColumnType::Text,
            Strings::View => ColumnType::TextView,
            Strings::Binary => ColumnType::Binary,
        }
    }

    /// The same type, where timestamps are in UTC.
    pub(crate) fn in_utc(self) -> ColumnType {
        match self {
            ColumnType::Timestamp { .. } => ColumnType::Timestamp { utc: true },
            other => other,
        }
    }

    /// Whether the values are text, in whatever form; its bytes are one.
    pub fn is_text(self) -> bool {
        matches!(self, ColumnType::Text | ColumnType::TextView | ColumnType::Binary)
    }
}

/// The form of columns of text: how the texts lie in memory, and whether they must be UTF-8. The texts of records that are UTF-8 are
/// the same in each; decimals, which are kept as text, have the form of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Strings {
    /// Each column has a copy of its texts, one after the other: Arrow's `Utf8`.
    #[default]
    Utf8,
    /// Each text of more than 12 bytes stays where it is in the block of input, and the column has a view of it: Arrow's `Utf8View`.
    ///
    /// All text columns of a batch share the block, which stays in memory as long as the batch, or an array that was made of it.
    /// Input that is read lies in a block of its own, and [`Input::shared`](crate::Input::shared) is its own block; from
    /// [`Input::bytes`](crate::Input::bytes), which is only lent, each block is copied once for all columns. Where little of
    /// the block is text, by [`limits::MEMORY_KEPT`], only that is copied.
    View,
    /// Each column has a copy of the bytes of its texts, one after the other: Arrow's `Binary`. Records that are not UTF-8 are matched
    /// too, where with the other forms they are failures.
    ///
    /// A record that is UTF-8 matches as it does with the other forms. In one that is not, each byte is a character, and one of 0x80 or
    /// more is no letter, no digit and no white space: `{}` takes it, as do `{:W}`, `{:D}` and `{:S}`, and widths count bytes.
    /// Whatever is not ASCII in the literals of the pattern stands for its UTF-8, its case counts. So a record is matched as by
    /// `regex::bytes`, with Unicode off, by the expression of the pattern in its reading for ASCII.
    ///
    /// Some patterns have no such reading: those with a repeated name or lookaround, those that ask an
    /// [`ExternalMatcher`](crate::ExternalMatcher) also about ASCII, and those with a class that has a character that is not ASCII, or with a letter that is a case of an ASCII one
    /// and not ASCII itself (`ſ`, say, where case is ignored). A record that is not UTF-8 is a failure to them, with the reason.
    Binary,
}

/// Which values of a column are there: one bit a row, the least significant first; 1 is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validity {
    bits: Vec<u8>,
    len: usize,
    nulls: usize,
}

impl Validity {
    /// As a kernel has packed it.
    pub(crate) fn from_bitmap(bitmap: Bitmap) -> Validity {
        let (len, nulls) = (bitmap.len(), bitmap.len() - bitmap.count_valid());
        Validity { bits: bitmap.into_bytes(), len, nulls }
    }

    /// Of `len` rows, all but `nulls`; `None` when that is all.
    pub(crate) fn without(len: usize, nulls: &[usize]) -> Option<Validity> {
        if nulls.is_empty() {
            return None;
        }
        let mut bits = vec![0; len.div_ceil(8)];
        set(&mut bits, 0, len);
        let mut validity = Validity { bits, len, nulls: 0 };
        nulls.iter().for_each(|&row| validity.set(row, false));
        Some(validity)
    }

    /// Of the rows of all parts, each given by its length and which of its rows are there.
    fn concat<'p>(parts: impl Iterator<Item = (usize, Option<&'p Validity>)> + Clone) -> Validity {
        let len = parts.clone().map(|(len, _)| len).sum();
        let mut bits = vec![0; usize::div_ceil(len, 8)];
        let (mut at, mut nulls) = (0, 0);
        for (len, validity) in parts {
            match validity {
                None => set(&mut bits, at, at + len),
                Some(validity) => {
                    // After the rows of a part its bits are zeros: they change nothing where the next part begins.
                    for (byte, &eight) in (at / 8..).zip(&validity.bits) {
                        let eight = u16::from(eight) << (at % 8);
                        bits[byte] |= eight as u8;
                        if let Some(next) = bits.get_mut(byte + 1) {
                            *next |= (eight >> 8) as u8;
                        }
                    }
                    nulls += validity.nulls;
                }
            }
            at += len;
        }
        Validity { bits, len, nulls }
    }

    /// Says whether row `row`, which is there, is valid.
    pub(crate) fn set(&mut self, row: usize, valid: bool) {
        let (byte, bit) = (row / 8, 1 << (row % 8));
        let was = self.is_valid(row);
        self.bits[byte] = if valid { self.bits[byte] | bit } else { self.bits[byte] & !bit };
        self.nulls = self.nulls + usize::from(was) - usize::from(valid);
    }

    /// The rows that are null.
    pub(crate) fn null_rows(&self) -> Vec<usize> {
        if self.nulls == 0 { Vec::new() } else { (0..self.len).filter(|&row| !self.is_valid(row)).collect() }
    }

    /// The bits, padded with zeros to a whole byte.
    pub fn bits(&self) -> &[u8] {
        &self.bits
    }

    /// How many rows are null.
    pub fn nulls(&self) -> usize {
        self.nulls
    }

    /// Whether row `row` is there.
    pub fn is_valid(&self, row: usize) -> bool {
        self.bits[row / 8] >> (row % 8) & 1 == 1
    }
}

/// Sets the bits of the rows from `start` up to `end`.
fn set(bits: &mut [u8], start: usize, end: usize) {
    let first = start.div_ceil(8);
    let whole = first..first.max(end / 8);
    bits[whole.clone()].fill(0xff);
    for row in (start..end.min(8 * whole.start)).chain(8 * whole.end..end) {
        bits[row / 8] |= 1 << (row % 8);
    }
}

/// The buffers of a column, by type.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Values {
    /// Row `n` is `bytes[offsets[n]..offsets[n + 1]]`, and UTF-8.
    Text {
        /// One more than there are rows.
        offsets: Vec<i32>,
        /// The text of all rows.
        bytes: Vec<u8>,
    },
    /// Row `n` is `bytes[offsets[n]..offsets[n + 1]]`.
    Binary {
        /// One more than there are rows.
        offsets: Vec<i32>,
        /// The bytes of all rows.
        bytes: Vec<u8>,
    },
    /// Text that lies where it was read, and views of it.
    TextView(TextViews),
    /// 64-bit integers.
    Int64(Vec<i64>),
    /// 64-bit floating-point numbers.
    Float64(Vec<f64>),
    /// Microseconds since 1970.
    Timestamp(Vec<i64>),
    /// Days since 1970.
    Date(Vec<i32>),
    /// Microseconds since midnight.
    Time(Vec<i64>),
    /// Nanoseconds.
    Duration(Vec<i64>),
    /// True or false, a byte each.
    Bool(Vec<bool>),
    /// Maps of text to text.
    Map(Maps),
}

impl Values {
    pub(crate) fn new(kind: ColumnType, rows: usize) -> Values {
        match kind {
            ColumnType::Text => Values::Text { offsets: offsets(rows), bytes: Vec::new() },
            ColumnType::Binary => Values::Binary { offsets: offsets(rows), bytes: Vec::new() },
            ColumnType::TextView => Values::TextView(TextViews::with_capacity(rows)),
            ColumnType::Int64 => Values::Int64(Vec::with_capacity(rows)),
            ColumnType::Float64 => Values::Float64(Vec::with_capacity(rows)),
            ColumnType::Timestamp { .. } => Values::Timestamp(Vec::with_capacity(rows)),
            ColumnType::Date => Values::Date(Vec::with_capacity(rows)),
            ColumnType::Time => Values::Time(Vec::with_capacity(rows)),
            ColumnType::Duration => Values::Duration(Vec::with_capacity(rows)),
            ColumnType::Bool => Values::Bool(Vec::with_capacity(rows)),
            ColumnType::Map => Values::Map(Maps::with_capacity(rows)),
        }
    }

    /// Makes room for so many rows, which are those of `parts`, with so many bytes of text, if there is any.
    fn try_reserve(&mut self, rows: usize, text: usize, parts: &[&Column]) -> Result<(), TryReserveError> {
        match self {
            Values::Text { offsets, bytes } | Values::Binary { offsets, bytes } => {
                offsets.try_reserve_exact(rows)?;
                bytes.try_reserve_exact(text)
            }
            Values::TextView(views) => views.try_reserve(rows),
            Values::Int64(values) | Values::Timestamp(values) | Values::Time(values) | Values::Duration(values) => {
                values.try_reserve_exact(rows)
            }
            Values::Bool(values) => values.try_reserve_exact(rows),
            Values::Float64(values) => values.try_reserve_exact(rows),
            Values::Date(values) => values.try_reserve_exact(rows),
            Values::Map(maps) => {
                let parts = parts
                    .iter()
                    .filter_map(|part| if let Values::Map(maps) = &part.values { Some(maps) } else { None });
                maps.try_reserve(rows, &parts.collect::<Vec<_>>())
            }
        }
    }
}

/// Why columns cannot be joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unjoined {
    /// Their text passes 2 GiB, which that of views may.
    TooLong,
    /// There is no room for all of it.
    NoMemory,
}

/// The offsets of no rows, with room for those of `rows`.
pub(crate) fn offsets(rows: usize) -> Vec<i32> {
    let mut offsets = Vec::with_capacity(rows + 1);
    offsets.push(0);
    offsets
}

/// A column of a [`Batch`](crate::Batch).
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    kind: ColumnType,
    values: Values,
    validity: Option<Validity>,
}

/// The value of one row of a column.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Cell<'a> {
    /// There is none.
    Null,
    /// Text.
    Text(&'a str),
    /// The bytes of text, which need not be UTF-8.
    Bytes(&'a [u8]),
    /// A 64-bit integer.
    Int64(i64),
    /// A 64-bit floating-point number.
    Float64(f64),
    /// Microseconds since 1970.
    Timestamp(i64),
    /// Days since 1970.
    Date(i32),
    /// Microseconds since midnight.
    Time(i64),
    /// Nanoseconds.
    Duration(i64),
    /// True or false.
    Bool(bool),
    /// The pairs of a map.
    Map(Entries<'a>),
}

impl Column {
    pub(crate) fn new(kind: ColumnType, values: Values, validity: Option<Validity>) -> Column {
        Column { kind, values, validity: validity.filter(|validity| validity.nulls > 0) }
    }

    /// So many nulls.
    pub(crate) fn nulls(kind: ColumnType, rows: usize) -> Column {
        let values = match kind {
            ColumnType::Text => Values::Text { offsets: vec![0; rows + 1], bytes: Vec::new() },
            ColumnType::Binary => Values::Binary { offsets: vec![0; rows + 1], bytes: Vec::new() },
            ColumnType::TextView => Values::TextView(TextViews::of(&[], &vec![Span::default(); rows])),
            ColumnType::Int64 => Values::Int64(vec![0; rows]),
            ColumnType::Float64 => Values::Float64(vec![0.0; rows]),
            ColumnType::Timestamp { .. } => Values::Timestamp(vec![0; rows]),
            ColumnType::Date => Values::Date(vec![0; rows]),
            ColumnType::Time => Values::Time(vec![0; rows]),
            ColumnType::Duration => Values::Duration(vec![0; rows]),
            ColumnType::Bool => Values::Bool(vec![false; rows]),
            ColumnType::Map => Values::Map(Maps::empty(rows)),
        };
        Column::new(kind, values, Some(Validity { bits: vec![0; rows.div_ceil(8)], len: rows, nulls: rows }))
    }

    /// The type.
    pub fn column_type(&self) -> ColumnType {
        self.kind
    }

    /// The buffers. A row that is null has zero, or empty text, in them.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// Which rows are there; `None` when all are.
    pub fn validity(&self) -> Option<&Validity> {
        self.validity.as_ref()
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        match &self.values {
            Values::Text { offsets, .. } | Values::Binary { offsets, .. } => offsets.len() - 1,
            Values::TextView(views) => views.len(),
            Values::Int64(values) | Values::Timestamp(values) | Values::Time(values) | Values::Duration(values) => {
                values.len()
            }
            Values::Bool(values) => values.len(),
            Values::Float64(values) => values.len(),
            Values::Date(values) => values.len(),
            Values::Map(maps) => maps.len(),
        }
    }

    /// True when there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of row `row`.
    ///
    /// # Panics
    /// Past the last row.
    pub fn get(&self, row: usize) -> Cell<'_> {
        if self.validity.as_ref().is_some_and(|validity| !validity.is_valid(row)) {
            return Cell::Null;
        }
        match &self.values {
            // The text of a batch was checked to be UTF-8 when it was made.
            Values::Text { offsets, bytes } => {
                let text = &bytes[offsets[row] as usize..offsets[row + 1] as usize];
                std::str::from_utf8(text).map_or(Cell::Null, Cell::Text)
            }
            Values::Binary { offsets, bytes } => Cell::Bytes(&bytes[offsets[row] as usize..offsets[row + 1] as usize]),
            Values::TextView(views) => Cell::Text(views.get(row)),
            Values::Int64(values) => Cell::Int64(values[row]),
            Values::Float64(values) => Cell::Float64(values[row]),
            Values::Timestamp(values) => Cell::Timestamp(values[row]),
            Values::Date(values) => Cell::Date(values[row]),
            Values::Time(values) => Cell::Time(values[row]),
            Values::Duration(values) => Cell::Duration(values[row]),
            Values::Bool(values) => Cell::Bool(values[row]),
            Values::Map(maps) => Cell::Map(maps.row(row)),
        }
    }

    /// The rows with these numbers, in this order, and none of them twice: so the text is no longer than that of all rows.
    pub(crate) fn take(&self, rows: &[usize]) -> Column {
        fn each<T: Copy>(values: &[T], rows: &[usize]) -> Vec<T> {
            rows.iter().map(|&row| values[row]).collect()
        }
        fn texts(from: &[i32], bytes: &[u8], rows: &[usize]) -> (Vec<i32>, Vec<u8>) {
            let (mut taken, mut text) = (offsets(rows.len()), Vec::new());
            for &row in rows {
                text.extend_from_slice(&bytes[from[row] as usize..from[row + 1] as usize]);
                // No longer than the text of all rows.
                taken.push(text.len() as i32);
            }
            (taken, text)
        }
        let values = match &self.values {
            Values::Text { offsets, bytes } => {
                let (offsets, bytes) = texts(offsets, bytes, rows);
                Values::Text { offsets, bytes }
            }
            Values::Binary { offsets, bytes } => {
                let (offsets, bytes) = texts(offsets, bytes, rows);
                Values::Binary { offsets, bytes }
            }
            Values::TextView(views) => Values::TextView(views.take(rows)),
            Values::Int64(values) => Values::Int64(each(values, rows)),
            Values::Float64(values) => Values::Float64(each(values, rows)),
            Values::Timestamp(values) => Values::Timestamp(each(values, rows)),
            Values::Date(values) => Values::Date(each(values, rows)),
            Values::Time(values) => Values::Time(each(values, rows)),
            Values::Duration(values) => Values::Duration(each(values, rows)),
            Values::Bool(values) => Values::Bool(each(values, rows)),
            Values::Map(maps) => Values::Map(maps.take(rows)),
        };
        let validity = self.validity.as_ref().map(|validity| {
            let mut valid = Bitmap::new();
            rows.iter().for_each(|&row| valid.push(validity.is_valid(row)));
            Validity::from_bitmap(valid)
        });
        Column::new(self.kind, values, validity)
    }

    /// Adds `more` to each value, if they are integers.
    pub(super) fn add(&mut self, more: i64) {
        if let Values::Int64(values) = &mut self.values {
            values.iter_mut().for_each(|value| *value += more);
        }
    }

    /// The views of text, in a column of them.
    pub(crate) fn views_mut(&mut self) -> Option<&mut TextViews> {
        match &mut self.values {
            Values::TextView(views) => Some(views),
            _ => None,
        }
    }

    /// The rows of all `parts`, which are of type `kind`.
    pub(crate) fn concat(kind: ColumnType, parts: &[&Column]) -> Result<Column, Unjoined> {
        let rows = parts.iter().map(|part| part.len()).sum();
        let text = |part: &&Column| match &part.values {
            Values::Text { bytes, .. } | Values::Binary { bytes, .. } => bytes.len(),
            Values::Map(maps) => maps.text_len(),
            _ => 0,
        };
        let text = parts.iter().map(text).sum();
        if text > limits::COLUMN_TEXT_BYTES {
            return Err(Unjoined::TooLong);
        }
        let mut values = Values::new(kind, 0);
        values.try_reserve(rows, text, parts).map_err(|_| Unjoined::NoMemory)?;
        for part in parts {
            match (&mut values, &part.values) {
                (Values::Text { offsets, bytes }, Values::Text { offsets: more, bytes: text })
                | (Values::Binary { offsets, bytes }, Values::Binary { offsets: more, bytes: text }) => {
                    // All of it fits, as was just checked.
                    let base = bytes.len() as i32;
                    bytes.extend_from_slice(text);
                    offsets.extend(more[1..].iter().map(|offset| base + offset));
                }
                (Values::TextView(all), Values::TextView(more)) => all.append(more),
                (Values::Map(all), Values::Map(more)) => all.append(more),
                (Values::Float64(all), Values::Float64(more)) => all.extend_from_slice(more),
                (Values::Date(all), Values::Date(more)) => all.extend_from_slice(more),
                (Values::Bool(all), Values::Bool(more)) => all.extend_from_slice(more),
                (Values::Int64(all), Values::Int64(more))
                | (Values::Timestamp(all), Values::Timestamp(more))
                | (Values::Time(all), Values::Time(more))
                | (Values::Duration(all), Values::Duration(more)) => all.extend_from_slice(more),
                _ => unreachable!("all parts have the type of the column"),
            }
        }
        let has_nulls = parts.iter().any(|part| part.validity.is_some());
        let validity = has_nulls.then(|| Validity::concat(parts.iter().map(|part| (part.len(), part.validity()))));
        Ok(Column::new(kind, values, validity))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As told row by row.
    fn validity(rows: impl Iterator<Item = bool>) -> Validity {
        let mut bitmap = Bitmap::new();
        rows.for_each(|row| bitmap.push(row));
        Validity::from_bitmap(bitmap)
    }

    #[test]
    fn joined_validity_is_that_of_the_rows_one_after_the_other() {
        for a in 0..20 {
            for b in 0..20 {
                let parts = [
                    (a, Some(validity((0..a).map(|row| row % 3 > 0)))),
                    (b, None),
                    (0, Some(validity([].into_iter()))),
                    (a, None),
                    (b, Some(validity((0..b).map(|row| row % 5 == 0)))),
                    (3, Some(validity([false, true, true].into_iter()))),
                ];
                let joined = Validity::concat(parts.iter().map(|(len, validity)| (*len, validity.as_ref())));
                let rows = parts.iter().flat_map(|(len, validity)| {
                    (0..*len).map(|row| validity.as_ref().is_none_or(|validity| validity.is_valid(row)))
                });
                assert_eq!(joined, validity(rows), "{a} {b}");
            }
        }
    }

    #[test]
    fn all_rows_without_some_are_the_others() {
        for len in 1..40 {
            let nulls: Vec<usize> = (0..len).filter(|row| row % 7 == len % 7 || *row == 0).collect();
            let wanted = validity((0..len).map(|row| !nulls.contains(&row)));
            assert_eq!(Validity::without(len, &nulls), Some(wanted));
            assert_eq!(Validity::without(len, &[]), None);
        }
    }
}
