//! The text of one field → its value, by the kind of the field.

use super::{
    float, integer,
    normalise::{is_space, normalise},
    strptime, time,
    value::Value,
};
use crate::{
    error::{Error, Result},
    pattern::ValueKind,
};

/// Converts the text of a field.
///
/// `year` is the year of dates that are written without one.
///
/// # Errors
/// [`Error::is_value`]: the text has the shape of its type but is no value of it.
pub(crate) fn value<'t>(kind: &ValueKind, text: &'t str, year: i32) -> Result<Value<'t>> {
    let found = match kind {
        ValueKind::Text | ValueKind::Custom(_) => Ok(Value::Text(text)),
        ValueKind::Integer { base } => integer::integer(text, *base),
        ValueKind::Float => float::float(&normalise(text)).map(Value::Float),
        ValueKind::Percent => float::percent(&normalise(text)).map(Value::Float),
        ValueKind::Decimal => {
            let trimmed = text.trim_matches(is_space);
            float::float(&normalise(trimmed)).map(|_| Value::Decimal(trimmed))
        }
        ValueKind::Grouped(kind, group) => {
            match value(kind, &text.replace(*group, ""), year) {
                Ok(Value::Float(number)) => Ok(Value::Float(number)),
                // As it is written, like any decimal.
                Ok(_) => Ok(Value::Decimal(text.trim_matches(is_space))),
                Err(_) => Err("not a number"),
            }
        }
        ValueKind::Time(layout) => time::read(*layout, &normalise(text), year),
        ValueKind::Strptime(format) => strptime::read(format, &normalise(text), year),
    };
    found.map_err(|reason| Error::value(text, reason))
}

/// The integer that [`value`] gives for up to 18 decimal digits and nothing else.
pub(crate) fn short_integer(kind: &ValueKind, text: &str) -> Option<i64> {
    if *kind == (ValueKind::Integer { base: None }) { integer::short(text.as_bytes()) } else { None }
}

/// Whether [`value`] gives one, and that is no [`BigInt`](super::BigInt).
pub(crate) fn has_small_value(kind: &ValueKind, text: &str, year: i32) -> bool {
    match kind {
        kind if short_integer(kind, text).is_some() => true,
        ValueKind::Float if float::is_plain(text) => true,
        kind => matches!(value(kind, text, year), Ok(value) if !matches!(value, Value::BigInt(_))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::DatetimeLayout;

    #[test]
    fn what_has_a_small_value_is_what_has_one_that_is_no_big_int() {
        let kinds = [None, Some(2), Some(16)].map(|base| ValueKind::Integer { base });
        let texts = [
            "0",
            "12",
            "-12",
            "x",
            "",
            "1.5",
            "-1.5",
            ".5",
            "5.",
            ".",
            "1..5",
            "1.5.",
            "1.5x",
            "1.e5",
            "9223372036854775807",
            "9223372036854775808",
            "0x1F",
        ];
        for kind in
            kinds.into_iter().chain([ValueKind::Text, ValueKind::Float, ValueKind::Time(DatetimeLayout::Iso8601)])
        {
            for text in texts {
                let is_small = value(&kind, text, 2000).is_ok_and(|value| !matches!(value, Value::BigInt(_)));
                assert_eq!(has_small_value(&kind, text, 2000), is_small, "{kind:?} {text}");
            }
        }
    }
}
