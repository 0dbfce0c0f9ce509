//! The values that a condition compares with, read by the type of the column.
//!
//! They are read as the scan reads them: by a pattern of one field, with the zone and the year of the scan.

use crate::{
    api::Pattern,
    batch::{Cell, ColumnType},
    convert::{TimeZone, Year},
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

impl Moment {
    /// A time stamp in any layout that `{:t}` or `{:ti}` reads.
    pub(in crate::cli) fn timestamp(text: &str, clock: &Clock) -> Option<Moment> {
        let read = |format| match read(format, text, clock)? {
            Value::Integer(micros) => Some(micros),
            Value::Float(_) => None,
        };
        let first = read("{v:t}").or_else(|| read("{v:ti}"))?;
        Some(Moment { first, last: first + length(text) - 1 })
    }

    fn time_of_day(text: &str, clock: &Clock) -> Option<Moment> {
        let Some(Value::Integer(first)) = read("{v:tt}", text, clock) else { return None };
        Some(Moment { first, last: first + length(text) - 1 })
    }
}

/// How long a time is that is written so, in microseconds: up to its last digit.
fn length(text: &str) -> i64 {
    // What follows the clock is an offset, or a year after a layout of `ctime`.
    let Some(colon) = text.find(':') else {
        return 24 * 3600 * SECOND;
    };
    let clock = &text[colon..];
    let end = clock.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.' | ',')).unwrap_or(clock.len());
    let clock = &clock[..end];
    if let Some(point) = clock.find(['.', ',']) {
        let digits = clock[point + 1..].len().min(6) as u32;
        return 10_i64.pow(6 - digits);
    }
    // A day of `17/May/2015:10:05:03` has a colon after it.
    let colons = clock.matches(':').count() - usize::from(text[..colon].contains('/') && clock.len() > 7);
    if colons >= 2 { SECOND } else { 60 * SECOND }
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

/// The values from the first to the last that a literal stands for, in a column of integers; a float between two integers has its last before
/// its first.
pub(super) fn integers(kind: ColumnType, text: &str, clock: &Clock) -> Option<(i64, i64)> {
    let both = |value| Some((value, value));
    match kind {
        ColumnType::Int64 => match (read("{v:d}", text, clock), text.parse::<f64>()) {
            (Some(Value::Integer(value)), _) => both(value),
            (_, Ok(float)) if float.abs() < 9e18 => Some((float.ceil() as i64, float.floor() as i64)),
            // A size of half a byte would be rounded, so it is a float first.
            _ => match read("{v:size}", text, clock)? {
                Value::Integer(value) => both(value),
                Value::Float(_) => None,
            },
        },
        ColumnType::Duration => both(duration(text, clock)?),
        ColumnType::Timestamp { .. } => Moment::timestamp(text, clock).map(|moment| (moment.first, moment.last)),
        ColumnType::Time => Moment::time_of_day(text, clock).map(|moment| (moment.first, moment.last)),
        ColumnType::Date => match read("{v:%Y-%m-%d}", text, clock)? {
            Value::Integer(days) => both(days),
            Value::Float(_) => None,
        },
        _ => None,
    }
}

/// A number of a column of floats: `1.5`, `10%`, `2K`.
pub(super) fn float(text: &str, clock: &Clock) -> Option<f64> {
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
        ] {
            assert_eq!(length(text), Some(micros), "{text}");
        }
        assert_eq!(length("yesterday"), None);
    }
}
