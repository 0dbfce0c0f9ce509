//! A whole column of spans → a [`Column`].

use super::{Value, value};
use crate::{
    batch::{Column, ColumnType, Validity, Values},
    pattern::ValueKind,
};

/// The years 1 to 9999, in microseconds since 1970.
const TIMESTAMPS: std::ops::Range<i64> = -62_135_596_800_000_000..253_402_300_800_000_000;

/// Where the text of a field stands in a block, in bytes; `None` for a row that has none.
pub(crate) type Span = Option<(u32, u32)>;

/// A value that does not fit its type.
#[derive(Debug)]
pub(crate) struct Misfit {
    pub(crate) row: usize,
    pub(crate) reason: String,
}

/// Converts the spans of `block` to values of `kind`; what does not fit becomes null, and an entry in `misfits`.
///
/// The spans must hold UTF-8: text that is not, which no caller passes, is a misfit too.
pub(crate) fn column(kind: &ValueKind, block: &[u8], spans: &[Span], year: i32, misfits: &mut Vec<Misfit>) -> Column {
    let column_type = ColumnType::of(kind);
    let mut values = Values::new(column_type, spans.len());
    let mut validity = Validity::default();
    for (row, span) in spans.iter().enumerate() {
        let found = span.map(|(start, end)| {
            let text = std::str::from_utf8(&block[start as usize..end as usize]).map_err(|_| "not UTF-8".to_owned())?;
            push(&mut values, value(kind, text, year).map_err(|error| error.to_string())?)
        });
        let found = found.transpose().unwrap_or_else(|reason| {
            misfits.push(Misfit { row, reason });
            None
        });
        if found.is_none() {
            push_null(&mut values);
        }
        validity.push(found.is_some());
    }
    Column::new(column_type, values, Some(validity))
}

/// Appends `value`, or says why the column cannot hold it and leaves the column as it was.
fn push(values: &mut Values, value: Value<'_>) -> Result<(), String> {
    match (values, value) {
        (Values::Text { offsets, bytes }, Value::Text(text) | Value::Decimal(text)) => {
            let end = i32::try_from(bytes.len() + text.len()).map_err(|_| "more than 2 GiB of text in one batch")?;
            bytes.extend_from_slice(text.as_bytes());
            offsets.push(end);
        }
        (Values::Int64(values), Value::Int(value)) => values.push(value),
        (Values::Float64(values), Value::Float(value)) => values.push(value),
        (Values::Timestamp(values), Value::DateTime(value)) => {
            let micros = value.timestamp_micros();
            if !TIMESTAMPS.contains(&micros) {
                return Err("in UTC it is outside of the years 1 to 9999".to_owned());
            }
            values.push(micros);
        }
        (Values::Date(values), Value::Date(value)) => values.push(value.days()),
        (Values::Time(values), Value::Time(value)) => values.push(value.utc_micros()),
        (_, Value::BigInt(big)) => {
            let sign = if big.negative { "-" } else { "" };
            return Err(format!("{sign}{} in base {} does not fit in 64 bits", big.digits, big.base));
        }
        _ => unreachable!("the type of a column comes from the kind of its values"),
    }
    Ok(())
}

fn push_null(values: &mut Values) {
    match values {
        Values::Text { offsets, .. } => offsets.extend(offsets.last().copied()),
        Values::Int64(values) | Values::Timestamp(values) | Values::Time(values) => values.push(0),
        Values::Float64(values) => values.push(0.0),
        Values::Date(values) => values.push(0),
    }
}
