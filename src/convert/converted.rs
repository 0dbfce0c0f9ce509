//! Columns of values that a [`Converter`] makes.
//!
//! A log repeats itself, and a function may be slow: so the different texts of a field in a block are kept in a [`Dictionary`], each is converted once, and the
//! column is gathered from there.

use std::collections::HashMap;

use parsimd_simd::{Kernels, Span};

use super::{
    clock::{Clock, OffsetsSeen, Timestamps},
    column::{ConversionError, Converted, Texts, push_zeros, put, texts},
    converter::{Answer, Converter},
    value::Value,
};
use crate::{
    batch::{Column, ColumnType, Strings, TextViews, Validity, Values},
    error::{Error, Result},
    limits,
    pattern::ValueKind,
};

/// The different texts of a field in a block, and what its converter made of them.
#[derive(Debug, Default)]
pub(crate) struct Dictionary<'b> {
    numbers: HashMap<&'b str, usize>,
    /// By number.
    entries: Vec<(&'b str, Answer)>,
}

/// What a row has in the place of its text.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Row {
    Missing,
    NotUtf8,
    /// The text of this number in the [`Dictionary`].
    Text(usize),
}

impl<'b> Dictionary<'b> {
    /// What each row has. Texts that are new are converted, all at once.
    ///
    /// # Errors
    /// As [`Converter::answers`]; the dictionary is of no use then.
    pub(crate) fn rows(
        &mut self,
        converter: &Converter,
        block: &'b [u8],
        spans: &[Span],
        missing: &[usize],
    ) -> Result<Vec<Row>> {
        let mut new = Vec::new();
        let mut missing = missing.iter().copied().peekable();
        let row = |(row, span): (usize, &Span)| {
            if missing.next_if_eq(&row).is_some() {
                return Row::Missing;
            }
            let Some(text) = span.of(block).and_then(|text| std::str::from_utf8(text).ok()) else {
                return Row::NotUtf8;
            };
            let next = self.numbers.len();
            let number = *self.numbers.entry(text).or_insert(next);
            if number == next {
                new.push(text);
            }
            Row::Text(number)
        };
        let rows = spans.iter().enumerate().map(row).collect();
        if !new.is_empty() {
            let answers = converter.answers(&new)?;
            self.entries.extend(new.into_iter().zip(answers));
        }
        Ok(rows)
    }

    /// The value of a row, or why it has none.
    fn value(&self, row: Row) -> std::result::Result<&Value<'static>, String> {
        match row {
            Row::Missing => Ok(&Value::Null),
            Row::NotUtf8 => Err("not UTF-8".to_owned()),
            Row::Text(number) => {
                let (text, answer) = &self.entries[number];
                answer.as_ref().map_err(|reason| wrong(text, reason))
            }
        }
    }

    /// The column of these rows, which are of this dictionary.
    pub(crate) fn column(
        &self,
        kernels: &Kernels,
        kind: &ValueKind,
        rows: &[Row],
        strings: Strings,
        clock: &Clock,
    ) -> Converted {
        let column_type = ColumnType::of(kind);
        if column_type.is_text() {
            return self.texts(kernels, rows, strings);
        }
        let mut timestamps = Timestamps::new(clock);
        let mut values = Values::new(column_type, rows.len());
        push_zeros(&mut values, rows.len());
        let (mut nulls, mut errors) = (Vec::new(), Vec::new());
        for (row, &found) in rows.iter().enumerate() {
            let put = match self.value(found) {
                Ok(Value::Null) => {
                    nulls.push(row);
                    continue;
                }
                Ok(value) => put(&mut values, row, value.clone(), &mut timestamps),
                Err(reason) => Err(reason),
            };
            if let Err(reason) = put {
                nulls.push(row);
                errors.push(ConversionError { row, reason });
            }
        }
        let column_type = if timestamps.has_zone() { column_type.in_utc() } else { column_type };
        let column = Column::new(column_type, values, Validity::without(rows.len(), &nulls));
        Converted { column, errors, offsets: timestamps.seen }
    }

    /// The column of rows that are texts.
    fn texts(&self, kernels: &Kernels, rows: &[Row], strings: Strings) -> Converted {
        let (mut own, mut length) = (Vec::new(), 0);
        let mut places = vec![None; self.entries.len()];
        let mut spans = vec![Span::default(); rows.len()];
        let (mut nulls, mut errors) = (Vec::new(), Vec::new());
        for (row, &found) in rows.iter().enumerate() {
            match (self.value(found), found) {
                (Ok(Value::Unescaped(text)), Row::Text(number)) if length + text.len() <= limits::COLUMN_TEXT_BYTES => {
                    length += text.len();
                    spans[row] = *places[number].get_or_insert_with(|| {
                        let start = own.len() as u32;
                        own.extend_from_slice(text.as_bytes());
                        Span::new(start, own.len() as u32)
                    });
                }
                (Ok(Value::Null), _) => nulls.push(row),
                (value, _) => {
                    let reason =
                        value.err().unwrap_or_else(|| "the texts of the column pass 2 GiB in one batch".to_owned());
                    nulls.push(row);
                    errors.push(ConversionError { row, reason });
                }
            }
        }
        let column = if strings == Strings::View {
            let views = Values::TextView(TextViews::of_own(own, &spans));
            Column::new(ColumnType::TextView, views, Validity::without(rows.len(), &nulls))
        } else {
            texts(kernels, Texts { block: &own, is_own: true, spans: &spans, missing: &nulls }, strings)
        };
        Converted { column, errors, offsets: OffsetsSeen::default() }
    }
}

/// Why a text has no value, with the text.
fn wrong(text: &str, reason: &str) -> String {
    Error::value(text, reason.to_owned()).to_string()
}
