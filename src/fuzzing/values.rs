//! Values: of single calls, in columns, and as the standard library reads them.

use crate::{Batch, Cell, Match, OnError, Pattern, ScanOptions, Value, Year};

/// The year of dates that have none.
const YEAR: i32 = 2024;
/// Microseconds of a day, and those of the years 1 to 9999 since 1970: what a column of timestamps holds.
const DAY: i64 = 86_400_000_000;
const TIMESTAMPS: std::ops::Range<i64> = -719_162 * DAY..2_932_897 * DAY;

/// Each text has, as `{x:code}`, the same value in a single call and in a column of all of them; a number is the one that the standard library reads.
pub fn same_value(code: &str, texts: &[&str]) {
    let Ok(pattern) = Pattern::new(&format!("{{x:{code}}}")) else { return };
    if pattern.fields().len() != 1 {
        return;
    }
    let mut options = ScanOptions::default();
    (options.on_error, options.year) = (OnError::Null, Year::Of(YEAR));
    let found = pattern.scan_texts(texts.iter().map(|text| Some(text.as_bytes())), options);
    let batch = found.and_then(|found| found.to_batch()).unwrap_or_else(|error| panic!("{code}: {error}"));
    assert_eq!(batch.len(), texts.len());
    for (row, text) in texts.iter().enumerate() {
        let Ok(found) = pattern.parse(text) else { return };
        let cell = batch.columns()[0].get(row);
        let value = found.as_ref().map(|found| found.value_in_year(0, YEAR));
        match value {
            None => assert_eq!(cell, Cell::Null, "{code}: {text:?} does not match"),
            Some(Err(_)) => assert_eq!(cell, Cell::Null, "{code}: {text:?} has no value"),
            Some(Ok(value)) => {
                let value = value.unwrap_or_else(|| panic!("{code}: {text:?} has a field"));
                is_in_column(&value, cell, &format!("{code}: {text:?}"));
                is_of_library(code, found.as_ref().and_then(|found: &Match<'_>| found.text(0)).unwrap_or(""), &value);
            }
        }
    }
    same_without_neighbours(&pattern, texts, &batch);
}

/// Whether a cell is what a column holds for a value.
fn is_in_column(value: &Value<'_>, cell: Cell<'_>, context: &str) {
    let wanted = match value {
        Value::Null | Value::BigInt(_) => Cell::Null,
        Value::Text(text) | Value::Decimal(text) => Cell::Text(text),
        Value::Unescaped(text) => Cell::Text(text),
        Value::Int(int) => Cell::Int64(*int),
        Value::Float(float) => {
            let Cell::Float64(found) = cell else { panic!("{context}: {float} and {cell:?}") };
            let is_same = found.to_bits() == float.to_bits() || found.is_nan() && float.is_nan();
            return assert!(is_same, "{context}: {float} and {found}");
        }
        Value::DateTime(at) => {
            let is_held = TIMESTAMPS.contains(&at.timestamp_micros()) && offset_is_held(at.time.offset);
            if is_held { Cell::Timestamp(at.timestamp_micros()) } else { Cell::Null }
        }
        Value::Date(day) => Cell::Date(day.days()),
        Value::Time(time) if offset_is_held(time.offset) => Cell::Time(time.utc_micros()),
        Value::Time(_) => Cell::Null,
        Value::Duration(nanos) => Cell::Duration(*nanos),
        Value::Bool(value) => Cell::Bool(*value),
        Value::Ip(address) => {
            let Cell::Text(text) = cell else { panic!("{context}: {address} and {cell:?}") };
            let text = text.split('%').next().unwrap_or(text);
            return assert_eq!(text.parse().ok(), Some(*address), "{context}");
        }
        Value::Map(pairs) => {
            let Cell::Map(entries) = cell else { panic!("{context}: {pairs:?} and {cell:?}") };
            let entries: Vec<_> = entries.iter().collect();
            let pairs: Vec<_> = pairs.iter().map(|(key, value)| (*key, &**value)).collect();
            return assert_eq!(entries, pairs, "{context}");
        }
    };
    assert_eq!(cell, wanted, "{context}");
}

fn offset_is_held(seconds: Option<i32>) -> bool {
    seconds.unwrap_or(0).abs() < 86_400
}

/// Whether a number is the one that the standard library reads.
fn is_of_library(code: &str, text: &str, value: &Value<'_>) {
    match (code, value) {
        ("d", Value::Int(int)) => {
            // Python's `int` takes one sign; the type takes two characters before the digits, of which the first counts.
            if let Ok(wanted) = text.trim_start().parse::<i64>() {
                assert_eq!(*int, wanted, "{text:?}");
            }
        }
        ("d", Value::BigInt(_)) => assert!(text.parse::<i64>().is_err(), "{text:?} has 64 bits"),
        ("f" | "e" | "g", Value::Float(float)) => {
            if let Ok(wanted) = text.trim().parse::<f64>() {
                let is_same = wanted.to_bits() == float.to_bits() || wanted.is_nan() && float.is_nan();
                assert!(is_same, "{text:?}: {float}, and {wanted} by the standard library");
            }
        }
        ("ip", Value::Ip(address)) => {
            assert_eq!(text.split('%').next().and_then(|text| text.parse().ok()), Some(*address), "{text:?}");
        }
        _ => {}
    }
}

/// What stands in the rows around a text changes nothing: kernels convert rows together.
fn same_without_neighbours(pattern: &Pattern, texts: &[&str], all: &Batch) {
    for (row, text) in texts.iter().enumerate().step_by(7) {
        let mut options = ScanOptions::default();
        (options.on_error, options.year) = (OnError::Null, Year::Of(YEAR));
        let found = pattern.scan_texts([Some(text.as_bytes())], options);
        let alone = found.and_then(|found| found.to_batch()).unwrap_or_else(|error| panic!("{error}"));
        let cells = [alone.columns()[0].get(0), all.columns()[0].get(row)].map(super::spelt);
        assert_eq!(cells[0], cells[1], "{pattern:?} on {text:?}");
    }
}

/// A time that is written in ISO 8601, or as Apache writes it, is read as the moment that counting days from year to year comes to.
pub fn written_time_is_read((year, month, day): (i32, u8, u8), micros_of_day: i64, offset_minutes: i32) {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let seconds = micros_of_day / 1_000_000;
    let (hour, minute, second, fraction) = (seconds / 3600, seconds / 60 % 60, seconds % 60, micros_of_day % 1_000_000);
    let (sign, offset) = (if offset_minutes < 0 { '-' } else { '+' }, offset_minutes.abs());
    let zone = format!("{sign}{:02}{:02}", offset / 60, offset % 60);
    let iso = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:06} {zone}");
    let name = MONTHS[usize::from(month) - 1];
    let apache = format!("{day:02}/{name}/{year:04}:{hour:02}:{minute:02}:{second:02} {zone}");
    let local = days_since_1970(year, month, day) * DAY + micros_of_day;
    let wanted = |fraction: i64| {
        let micros = local - (micros_of_day % 1_000_000 - fraction) - i64::from(offset_minutes) * 60_000_000;
        TIMESTAMPS.contains(&micros).then_some(micros)
    };
    for (code, text, wanted) in
        [("ti", &iso, wanted(fraction)), ("t", &iso, wanted(fraction)), ("th", &apache, wanted(0))]
    {
        let pattern = Pattern::new(&format!("{{x:{code}}}")).unwrap_or_else(|error| panic!("{error}"));
        let batch = pattern.scan(text.as_bytes()).read_all().unwrap_or_else(|error| panic!("{error}"));
        let found = match batch.columns()[0].values() {
            crate::Values::Timestamp(micros) => micros.first().copied(),
            other => panic!("{other:?}"),
        };
        assert_eq!(found, wanted, "{code}: {text:?}");
    }
}

/// By adding up years and months.
fn days_since_1970(year: i32, month: u8, day: u8) -> i64 {
    let is_leap = |year: i32| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days_of = |year: i32| if is_leap(year) { 366 } else { 365 };
    let february = if is_leap(year) { 29 } else { 28 };
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let years: i64 =
        if year < 1970 { -(year..1970).map(days_of).sum::<i64>() } else { (1970..year).map(days_of).sum() };
    years + months[..usize::from(month) - 1].iter().sum::<i64>() + i64::from(day) - 1
}
