//! The values that a condition compares with, read by the type of the column.
//!
//! They are read as the scan reads them: by a pattern of one field, with the zone and the year of the scan.

use regex::Regex;

use crate::{
    api::Pattern,
    batch::{Cell, ColumnType},
    convert::{DAY, TimeZone, Year},
    input::Input,
    scan::ScanOptions,
};

/// What times mean.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Clock {
    pub(in crate::cli) tz: Option<TimeZone>,
    pub(in crate::cli) year: Year,
}

/// A time as it is written stands for all times that begin so: `2024-05-17` for a day, `2024-05-17 10:05` for a minute, `10:05:03` for a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct Moment {
    /// The first microsecond.
    pub(in crate::cli) first: i64,
    /// The last one.
    pub(in crate::cli) last: i64,
}

const SECOND: i64 = 1_000_000;

/// A clock in a time, as far as it says how long that is: its second, or a layout that always has one; and its fraction. What follows a sign is an offset, but
/// a clock may follow a day and a `-`.
const CLOCK: &str = r"(?:(?:^|[Tt\s:]|[0-9]-)[0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2})?|(^[0-9]{8}[Tt][0-9]{6}|-[0-9]{2}\.[0-9]{2}\.[0-9]{2}))(?:[.,:]([0-9]+))?";

impl Moment {
    /// A time stamp in any layout that `{:t}` or `{:ti}` reads.
    pub(in crate::cli) fn timestamp(text: &str, clock: &Clock) -> Option<Moment> {
        let read = |format| match read(format, text, clock)? {
            Value::Integer(micros) => Some(micros),
            Value::Float(_) => None,
        };
        if is_hour(text) {
            let Moment { first, .. } = Moment::timestamp(&format!("{text}:00"), clock)?;
            return Some(Moment { first, last: first + 3600 * SECOND - 1 });
        }
        let first = read("{v:t}").or_else(|| read("{v:ti}"))?;
        let next = match (length(text), &clock.tz) {
            (Some(length), _) => first + length,
            (None, Some(zone)) if !has_offset(text) => zone.next_day(first),
            (None, _) => first + DAY,
        };
        Some(Moment { first, last: next - 1 })
    }

    fn time_of_day(text: &str, clock: &Clock) -> Option<Moment> {
        let Some(Value::Integer(first)) = read("{v:tt}", text, clock) else { return None };
        Some(Moment { first, last: first + length(text).unwrap_or(DAY) - 1 })
    }
}

/// Whether a text is a day and an hour alone: `2024-05-17T13`.
fn is_hour(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    matches!(shape.as_str(), "0000-00-00T00" | "0000-00-00t00" | "0000-00-00 00")
}

/// How long a time is that is written so, in microseconds: up to its last digit. `None` of a day alone, which may be longer than another.
fn length(text: &str) -> Option<i64> {
    let found = Regex::new(CLOCK).ok()?.captures(text)?;
    Some(match (found.get(1).or(found.get(2)), found.get(3)) {
        (_, Some(fraction)) => 10_i64.pow(6 - fraction.len().min(6) as u32),
        (Some(_), None) => SECOND,
        (None, None) => 60 * SECOND,
    })
}

/// Whether something follows a day that is written alone, as in `2024-05-17Z`.
fn has_offset(day: &str) -> bool {
    day.len() > "2024-05-17".len()
}

/// A number of the column's own unit.
pub(super) enum Value {
    Integer(i64),
    Float(f64),
}

/// A duration, in nanoseconds: `1s`, `1h30m`.
pub(in crate::cli) fn duration(text: &str, clock: &Clock) -> Option<i64> {
    match read("{v:dur}", text, clock)? {
        Value::Integer(nanos) => Some(nanos),
        Value::Float(_) => None,
    }
}

/// The values from the first to the last that a literal stands for, in a column of integers; they may be past the values that a column can have. A number
/// between two integers has its last before its first.
pub(super) fn integers(kind: ColumnType, text: &str, clock: &Clock) -> Option<(i128, i128)> {
    let both = |value: i64| Some((value.into(), value.into()));
    let all_of = |moment: Moment| (moment.first.into(), moment.last.into());
    match kind {
        ColumnType::Int64 => match (read("{v:d}", text, clock), around(text)) {
            (Some(Value::Integer(value)), _) => both(value),
            (_, Some(around)) => Some(around),
            // A size of half a byte would be rounded, so it is a decimal number first.
            _ => match read("{v:size}", text, clock)? {
                Value::Integer(value) => both(value),
                Value::Float(_) => None,
            },
        },
        ColumnType::Duration => both(duration(text, clock)?),
        ColumnType::Timestamp { .. } => Moment::timestamp(text, clock).map(all_of),
        ColumnType::Time => Moment::time_of_day(text, clock).map(all_of),
        ColumnType::Date => match read("{v:%Y-%m-%d}", text, clock)? {
            Value::Integer(days) => both(days),
            Value::Float(_) => None,
        },
        _ => None,
    }
}

/// How many digits before the point are told apart: all numbers with more are past the integers of a column.
const MOST_DIGITS: i64 = 20;

/// The least integer that is not below a decimal number, and the greatest that is not above it: `2.5`, `-1e3`. Both are exact up to [`MOST_DIGITS`]
/// digits, and a number with more has the greatest of so many.
fn around(text: &str) -> Option<(i128, i128)> {
    let (is_negative, number) = match text.strip_prefix('-') {
        Some(number) => (true, number),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (number, exponent) = match number.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, power(exponent)?),
        None => (number, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let Some(zeros) = digits.iter().position(|&digit| digit != b'0') else { return Some((0, 0)) };
    let digits = &digits[zeros..];
    // How many of the digits, from the first on that is not zero, stand before the point.
    let point = exponent.saturating_add(whole.len() as i64 - zeros as i64);
    if point > MOST_DIGITS {
        let most = 10_i128.pow(MOST_DIGITS as u32);
        return Some(if is_negative { (-most, -most) } else { (most, most) });
    }
    let before = point.max(0) as usize;
    let digit = |at| digits.get(at).map_or(0, |&digit| i128::from(digit - b'0'));
    let floor = (0..before).fold(0, |value, at| value * 10 + digit(at));
    let ceiling = floor + i128::from(digits.iter().skip(before).any(|&digit| digit != b'0'));
    Some(if is_negative { (-floor, -ceiling) } else { (ceiling, floor) })
}

/// An exponent; one of very many digits is as great as can be.
fn power(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(if text.starts_with('-') { i64::MIN } else { i64::MAX }))
}

/// A number of a column of floats: `1.5`, `.5`, `10%`, `2K`.
pub(super) fn float(text: &str, clock: &Clock) -> Option<f64> {
    let (sign, number) = text.split_at(usize::from(text.starts_with(['-', '+'])));
    let text = &if number.starts_with('.') { format!("{sign}0{number}") } else { text.to_owned() };
    let read =
        read("{v:%}", text, clock).or_else(|| read("{v:g}", text, clock)).or_else(|| read("{v:size}", text, clock));
    match read? {
        Value::Integer(value) => Some(value as f64),
        Value::Float(value) => Some(value),
    }
}

/// What a column whose field is `format` has for a text.
fn read(format: &str, text: &str, clock: &Clock) -> Option<Value> {
    let pattern = Pattern::new(format).ok()?;
    let options = ScanOptions { tz: clock.tz.clone(), year: clock.year, limit: Some(1), ..ScanOptions::default() };
    let batch = pattern.scan_input(Input::bytes(text), options).read_all().ok()?;
    if batch.is_empty() {
        return None;
    }
    match batch.columns().first()?.get(0) {
        Cell::Int64(value) | Cell::Timestamp(value) | Cell::Time(value) | Cell::Duration(value) => {
            Some(Value::Integer(value))
        }
        Cell::Date(days) => Some(Value::Integer(days.into())),
        Cell::Float64(value) => Some(Value::Float(value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_stands_for_all_that_begin_so() {
        let clock = Clock { tz: None, year: Year::Of(2024) };
        let length = |text: &str| Moment::timestamp(text, &clock).map(|moment| moment.last - moment.first + 1);
        for (text, micros) in [
            ("2024-05-17", 86_400 * SECOND),
            ("2024-05-17T13", 3600 * SECOND),
            ("2024-05-17 13", 3600 * SECOND),
            ("2024-05-17 10:05", 60 * SECOND),
            ("2024-05-17T10:05:03", SECOND),
            ("2024-05-17T10:05:03Z", SECOND),
            ("2024-05-17 10:05:03.5", SECOND / 10),
            ("2024-05-17 10:05:03,512", 1000),
            ("2024-05-17T10:05:03+02:00", SECOND),
            ("2024-05-17T10:05+02:00", 60 * SECOND),
            ("17/May/2024:10:05:03 +0000", SECOND),
            ("May 17 10:05:03", SECOND),
            ("Fri May 17 10:05:03 2024", SECOND),
            // Without a colon, or with one that is of the offset.
            ("20240517T100503", SECOND),
            ("20240517T100503,25", SECOND / 100),
            ("2024-05-17-10.05.03", SECOND),
            ("2024-05-17-10.05.03.512345", 1),
            ("2024-05-17-10:05", 60 * SECOND),
            ("20240517-10:05:03", SECOND),
            ("20240517-10:05:03:512", 1000),
            ("17/May/2024 10:05:03", SECOND),
            ("2024-05-17Z", 86_400 * SECOND),
            ("2024-05-17+02:00", 86_400 * SECOND),
            ("2024-05-17 -02:00", 86_400 * SECOND),
        ] {
            assert_eq!(length(text), Some(micros), "{text}");
        }
        assert_eq!(length("yesterday"), None);
    }

    #[test]
    fn a_decimal_number_has_the_integers_around_it_exactly() {
        let huge = 10_i128.pow(20);
        for (text, wanted) in [
            ("2.5", (3, 2)),
            ("-2.5", (-2, -3)),
            ("2.0", (2, 2)),
            ("-0.0", (0, 0)),
            ("+.5", (1, 0)),
            ("-.5", (0, -1)),
            ("5.", (5, 5)),
            ("0.009", (1, 0)),
            ("1e3", (1000, 1000)),
            ("12.345e2", (1235, 1234)),
            ("12.3450e3", (12345, 12345)),
            ("1200e-2", (12, 12)),
            ("1e-9", (1, 0)),
            ("-1e-99999999999999999999999", (0, -1)),
            ("0e99999999999999999999999", (0, 0)),
            ("9007199254740993.0", (9_007_199_254_740_993, 9_007_199_254_740_993)),
            ("9223372036854775807.5", (1 << 63, (1 << 63) - 1)),
            ("-9223372036854775808.5", (-(1 << 63), -(1 << 63) - 1)),
            ("9223372036854775808", (1 << 63, 1 << 63)),
            ("9e18", (9_000_000_000_000_000_000, 9_000_000_000_000_000_000)),
            ("1e30", (huge, huge)),
            ("-1e99999999999999999999999", (-huge, -huge)),
        ] {
            assert_eq!(around(text), Some(wanted), "{text}");
        }
        for text in ["", ".", "-", "e3", "1e", "1e+", "1.2.3", "1 2", "0x1F", "nan", "inf", "1K", "٣"] {
            assert_eq!(around(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_is_as_long_as_the_clock_of_its_zone_makes_it() {
        let hours = |text: &str| {
            let tz = TimeZone::new("Europe/Berlin").ok();
            let moment = Moment::timestamp(text, &Clock { tz, year: Year::Of(2024) });
            moment.map(|moment| (moment.last - moment.first + 1) / (3600 * SECOND))
        };
        assert_eq!(hours("2024-03-31"), Some(23));
        assert_eq!(hours("2024-05-17"), Some(24));
        assert_eq!(hours("2024-10-27"), Some(25));
        assert_eq!(hours("2024-10-27Z"), Some(24));
    }
}
