//! Spans → values: what the text of a field is worth.
//!
//! The meaning is that of `parse`'s converters. Each takes the text of one capture and knows nothing of the match around it; text
//! that is not ASCII is first [normalised](normalise), since `\d` and `\s` match more than ASCII.

mod column;
mod float;
mod integer;
mod strptime;
mod time;

use std::borrow::Cow;

use crate::{
    error::{Error, Result},
    pattern::ValueKind,
};
pub(crate) use column::{ConversionError, Texts, column};
pub use integer::BigInt;
pub(crate) use time::current_year;
pub use time::{Date, DateTime, Time};

/// The value of a field.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value<'t> {
    /// The text of the field as it stands in the input.
    Text(&'t str),
    /// An integer.
    Int(i64),
    /// An integer past 64 bits.
    BigInt(BigInt),
    /// A floating-point number, correctly rounded.
    Float(f64),
    /// The text of an exact decimal number, without surrounding whitespace.
    Decimal(&'t str),
    /// A date with a time of day.
    DateTime(DateTime),
    /// A date, from strptime codes without a time.
    Date(Date),
    /// A time of day.
    Time(Time),
}

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
        ValueKind::Time(layout) => time::read(*layout, &normalise(text), year),
        ValueKind::Strptime(format) => strptime::read(format, &normalise(text), year),
    };
    found.map_err(|reason| Error::value(text, reason))
}

/// The integer that [`value`] gives for up to 18 decimal digits and nothing else.
pub(crate) fn short_integer(kind: &ValueKind, text: &str) -> Option<i64> {
    if *kind == (ValueKind::Integer { base: None }) { integer::short(text.as_bytes()) } else { None }
}

/// Whether [`value`] gives one, and that is no [`BigInt`].
pub(crate) fn has_small_value(kind: &ValueKind, text: &str, year: i32) -> bool {
    match kind {
        kind if short_integer(kind, text).is_some() => true,
        ValueKind::Float if float::is_plain(text) => true,
        kind => matches!(value(kind, text, year), Ok(value) if !matches!(value, Value::BigInt(_))),
    }
}

/// Python's whitespace, which has four control characters more than Unicode's.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// Text with each decimal digit, white space and letter that Python reads as an ASCII one turned into it.
fn normalise(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let plain = |c: char| match c {
        'ſ' => 's',
        '\u{212A}' => 'k',
        'ı' | 'İ' => 'i',
        c if c.is_ascii() => c,
        c if c.is_whitespace() => ' ',
        c => decimal_digit(c).unwrap_or(c),
    };
    Cow::Owned(text.chars().map(plain).collect())
}

/// The ASCII digit for a decimal digit of any script. Unicode keeps the ten of each script together, in order.
fn decimal_digit(c: char) -> Option<char> {
    let c = u32::from(c);
    let zero = DECIMAL_ZEROS[..DECIMAL_ZEROS.partition_point(|&zero| zero <= c)].last()?;
    char::from_digit(c - zero, 10)
}

/// The zeros of Unicode's decimal digits (general category Nd) past ASCII, from Unicode 15.1's `UnicodeData.txt`.
const DECIMAL_ZEROS: &[u32] = &[
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50,
    0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50,
    0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136,
    0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0,
    0x11F50, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0,
    0x1E950, 0x1FBF0,
];

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

    #[test]
    fn a_digit_of_any_script_is_read_as_its_ascii_twin() {
        assert_eq!(normalise("٣.١٤ ９𝟡x"), "3.14 99x");
        for zero in DECIMAL_ZEROS {
            let digits: String = (0..10).filter_map(|n| char::from_u32(zero + n)).collect();
            assert_eq!(normalise(&digits), "0123456789");
        }
        assert_eq!(decimal_digit('½'), None);
    }
}
