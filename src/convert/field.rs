//! The text of one field → its value, by the kind of the field.

use std::{borrow::Cow, net::IpAddr};

use super::{
    duration, float, integer,
    normalise::{is_space, normalise},
    quoted, size, stamp, strptime, time,
    value::Value,
};
use crate::{
    error::{Error, Result},
    pattern::{DatetimeLayout, ValueKind},
};

/// Converts the text of a field.
///
/// `year` is the year of dates that are written without one.
///
/// # Errors
/// [`Error::is_value`]: the text has the shape of its type but is no value of it.
pub(crate) fn value<'t>(kind: &ValueKind, text: &'t str, year: i32) -> Result<Value<'t>> {
    let found = match kind {
        // The converter is asked by whoever has it.
        ValueKind::Text | ValueKind::Custom(_) | ValueKind::Converted { .. } => Ok(Value::Text(text)),
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
        ValueKind::Time(DatetimeLayout::Any) => {
            let found = stamp::read(&normalise(text), year);
            return found.map(Value::DateTime).map_err(|reason| Error::value(text, reason));
        }
        ValueKind::UnixTime => stamp::unix(text).map(Value::DateTime),
        ValueKind::Duration => duration::read(&normalise(text)).map(Value::Duration),
        ValueKind::Size => size::read(&normalise(text)).map(Value::Int),
        ValueKind::Address => address(text).map(Value::Ip),
        ValueKind::Boolean => boolean(&normalise(text)).map(Value::Bool),
        ValueKind::Quoted => Ok(match quoted::read(text) {
            Cow::Borrowed(text) => Value::Text(text),
            Cow::Owned(text) => Value::Unescaped(text),
        }),
        ValueKind::Time(layout) => time::read(*layout, &normalise(text), year),
        ValueKind::Strptime(format) => strptime::read(format, &normalise(text), year),
    };
    found.map_err(|reason| Error::value(text, reason))
}

/// An address, whose zone is left out.
fn address(text: &str) -> std::result::Result<IpAddr, &'static str> {
    let without_zone = text.split_once('%').map_or(text, |(address, _)| address);
    without_zone.parse().map_err(|_| "not an address")
}

fn boolean(text: &str) -> std::result::Result<bool, &'static str> {
    let is = |words: [&str; 4]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    match () {
        () if is(["true", "yes", "on", "1"]) => Ok(true),
        () if is(["false", "no", "off", "0"]) => Ok(false),
        () => Err("neither true nor false"),
    }
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
