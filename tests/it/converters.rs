//! Types of the caller's own whose values a function makes: the function is the reference implementation.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use parsimd::{
    Cell, ColumnType, Converter, CustomType, Date, DateTime, FailureKind, Input, OnError, Pattern, Predicate,
    ScanOptions, Strings, Time, TimeZone, Value, ValueKind,
};

use crate::common::options;

fn pattern(converter: Converter) -> Pattern {
    let own = CustomType { pattern: Some(r"\S+".to_owned()), group_count: 0 };
    let builder = Pattern::builder("{x:Own}|{n:d}").custom_type("Own", own).converter("Own", converter);
    builder.build().unwrap_or_else(|error| panic!("{error}"))
}

/// Numbers in base 36; `-` is none.
fn number(text: &str) -> Result<Option<i64>, std::num::ParseIntError> {
    if text == "-" { Ok(None) } else { i64::from_str_radix(text, 36).map(Some) }
}

fn lines(count: usize) -> Vec<u8> {
    let text = |n: usize| match n % 7 {
        0 => "-".to_owned(),
        1 => format!("{n}"),
        2 => "é".to_owned(),
        3 => "zzzzzzzzzzzzzzzzzz".to_owned(),
        4 => format!("{}", n % 3),
        _ => format!("x{}", n % 50),
    };
    (0..count).flat_map(|n| format!("{}|{n}\n", text(n)).into_bytes()).collect()
}

#[test]
fn a_column_is_the_function_of_each_text() {
    let pattern = pattern(Converter::int64(number));
    let data = lines(3000);
    let texts: Vec<&str> =
        std::str::from_utf8(&data).unwrap().lines().map(|line| line.split('|').next().unwrap()).collect();
    let expected: Vec<Option<Option<i64>>> = texts.iter().map(|text| number(text).ok()).collect();
    for (threads, block_bytes) in [(1, 1 << 20), (1, 100), (3, 1000)] {
        for on_error in [OnError::Null, OnError::Skip] {
            let mut options = options(threads, block_bytes);
            options.on_error = on_error;
            let mut scan = pattern.scan_input(Input::bytes(&data), options);
            let batch = scan.read_all().unwrap();
            let found: Vec<Option<i64>> = (0..batch.len())
                .map(|row| match batch.columns()[0].get(row) {
                    Cell::Int64(value) => Some(value),
                    Cell::Null => None,
                    other => panic!("{other:?}"),
                })
                .collect();
            let wanted: Vec<Option<i64>> = match on_error {
                OnError::Null => expected.iter().map(|value| value.flatten()).collect(),
                _ => expected.iter().flatten().copied().collect(),
            };
            assert_eq!(found, wanted);
            let failed = expected.iter().filter(|value| value.is_none()).count() as u64;
            assert!(failed > 0);
            assert_eq!((scan.stats().failures, scan.stats().records), (failed, 3000));
        }
    }
}

#[test]
fn a_single_match_has_what_a_column_has() {
    let pattern = pattern(Converter::int64(number));
    let value = |text: &'static str| pattern.parse(text).unwrap().unwrap().get("x");
    assert_eq!(value("zz|1").unwrap(), Some(Value::Int(35 * 36 + 35)));
    assert_eq!(value("-|1").unwrap(), Some(Value::Null));
    let error = value("é|1").unwrap_err();
    assert!(error.is_value());
    let mut scan = pattern.scan("é|1\n".as_bytes());
    scan.read_all().unwrap();
    let failure = &scan.stats().first_failures[0];
    assert_eq!((failure.kind, failure.field.as_deref()), (FailureKind::Conversion, Some("x")));
    assert_eq!(failure.reason, error.to_string());
    assert_eq!(failure.reason, "\"é\": invalid digit found in string");
}

#[test]
fn each_kind_of_value_has_its_column() {
    let at = DateTime {
        date: Date::new(2024, 5, 17).unwrap(),
        time: Time { hour: 10, offset: Some(3600), ..Time::MIDNIGHT },
    };
    type Never = std::convert::Infallible;
    let cases = [
        (Converter::int64(|_| Ok::<_, Never>(Some(7))), ColumnType::Int64, Cell::Int64(7), Value::Int(7)),
        (Converter::float64(|_| Ok::<_, Never>(Some(0.5))), ColumnType::Float64, Cell::Float64(0.5), Value::Float(0.5)),
        (Converter::bool(|_| Ok::<_, Never>(Some(true))), ColumnType::Bool, Cell::Bool(true), Value::Bool(true)),
        (
            Converter::timestamp(move |_| Ok::<_, Never>(Some(at))),
            ColumnType::Timestamp { utc: false },
            Cell::Timestamp(at.timestamp_micros()),
            Value::DateTime(at),
        ),
        (
            Converter::duration(|_| Ok::<_, Never>(Some(-5))),
            ColumnType::Duration,
            Cell::Duration(-5),
            Value::Duration(-5),
        ),
        (
            Converter::text(|text| Ok::<_, Never>(Some(text.repeat(2)))),
            ColumnType::Text,
            Cell::Text("abab"),
            Value::Unescaped("abab".to_owned()),
        ),
    ];
    for (converter, column_type, cell, value) in cases {
        let pattern = pattern(converter);
        assert!(matches!(pattern.fields()[0].kind(), ValueKind::Converted { name, .. } if name == "Own"));
        assert_eq!(pattern.schema().columns().next(), Some(("x", column_type)));
        let batch = pattern.scan(b"ab|1\n").read_all().unwrap();
        assert_eq!((batch.columns()[0].column_type(), batch.columns()[0].get(0)), (column_type, cell));
        assert_eq!(pattern.parse("ab|1").unwrap().unwrap().get("x").unwrap(), Some(value));
    }
}

#[test]
fn texts_have_each_form_of_strings() {
    let pattern = pattern(Converter::text(|text| match text {
        "-" => Ok(None),
        "x" => Err("no"),
        _ => Ok(Some(text.to_uppercase().repeat(3))),
    }));
    let data = "abcdef|1\n-|2\nx|3\né|4\nabcdef|5\n|6\n".as_bytes();
    let wanted = ["ABCDEFABCDEFABCDEF", "ÉÉÉ", "ABCDEFABCDEFABCDEF"];
    for strings in [Strings::Utf8, Strings::View, Strings::Binary] {
        let mut options = options(1, 1 << 20);
        (options.strings, options.on_error) = (strings, OnError::Null);
        let batch = pattern.scan_input(Input::bytes(data), options).read_all().unwrap();
        let found: Vec<Option<String>> = (0..batch.len())
            .map(|row| match batch.columns()[0].get(row) {
                Cell::Text(text) => Some(text.to_owned()),
                Cell::Bytes(bytes) => Some(String::from_utf8(bytes.to_vec()).unwrap()),
                _ => None,
            })
            .collect();
        assert_eq!(found.iter().flatten().collect::<Vec<_>>(), wanted, "{strings:?}");
        assert_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, false, true, true, false]);
    }
}

#[test]
fn a_function_is_called_once_for_each_different_text_of_a_batch() {
    for (on_error, limit) in [(OnError::Skip, None), (OnError::Null, None), (OnError::Skip, Some(3))] {
        let calls = Arc::new(Mutex::new(BTreeMap::<String, usize>::new()));
        let seen = Arc::clone(&calls);
        let pattern = pattern(Converter::int64(move |text| {
            *seen.lock().unwrap().entry(text.to_owned()).or_default() += 1;
            number(text)
        }));
        let mut options = options(1, 1 << 20);
        (options.on_error, options.limit) = (on_error, limit);
        options.filter = vec![(0, Predicate::Between(0, 40))];
        let batch = pattern.scan_input(Input::bytes(lines(500)), options).read_all().unwrap();
        assert!(!batch.is_empty());
        let calls = calls.lock().unwrap();
        assert!(calls.len() > 100 && calls.values().all(|&count| count == 1), "{calls:?}");
    }
}

#[test]
fn a_filter_sees_the_values() {
    let mut options = options(1, 100);
    options.filter = vec![(0, Predicate::Text("XB".to_owned()))];
    let pattern = pattern(Converter::text(|text| Ok::<_, String>(Some(text.to_uppercase()))));
    let batch = pattern.scan_input(Input::bytes(b"xa|1\nxb|2\nXB|3\nb|4\n"), options).read_all().unwrap();
    assert_eq!(batch.columns()[1].values(), &parsimd::Values::Int64(vec![2, 3]));
}

#[test]
fn times_follow_the_zone_of_the_scan_and_must_exist() {
    let read = |text: &str| {
        let part = |at: usize| text.split('.').nth(at).and_then(|part| part.parse::<i32>().ok()).ok_or("a number");
        let date = Date { year: part(0)?, month: part(1)? as u8, day: part(2)? as u8 };
        let offset = part(4).ok();
        Ok::<_, &str>(Some(DateTime { date, time: Time { hour: part(3)? as u8, offset, ..Time::MIDNIGHT } }))
    };
    let pattern = pattern(Converter::timestamp(read));
    let data = b"2024.1.1.12|1\n2024.1.1.12.3600|2\n2023.2.29.1|3\n2024.1.1.24|4\n1.1.1.0.60|5\n2024.1.1.1.90000|6\n";
    let hour = 3_600_000_000_i64;
    let noon = 1_704_110_400_000_000_i64;
    for (tz, utc, first) in [(None, false, noon), (Some(TimeZone::new("+02:00").unwrap()), true, noon - 2 * hour)] {
        let mut options = options(1, 1 << 20);
        options.tz = tz;
        let mut scan = pattern.scan_input(Input::bytes(data), options);
        let batch = scan.read_all().unwrap();
        assert_eq!(batch.columns()[0].column_type(), ColumnType::Timestamp { utc });
        assert_eq!(batch.columns()[0].values(), &parsimd::Values::Timestamp(vec![first, noon - hour]));
        assert_eq!(scan.stats().notes.len(), usize::from(!utc));
        let reasons: Vec<&str> = scan.stats().first_failures.iter().map(|failure| failure.reason.as_str()).collect();
        for (reason, part) in reasons.iter().zip(["does not exist", "hour", "years 1 to 9999", "24 hours"]) {
            assert!(reason.contains(part), "{reason}");
        }
        assert_eq!(reasons.len(), 4);
    }
}

#[test]
fn a_function_is_asked_for_no_null_text_and_no_missing_part() {
    let calls = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&calls);
    let converter = Converter::int64(move |text| {
        seen.fetch_add(1, Ordering::Relaxed);
        text.parse().map(Some)
    });
    let own = CustomType { pattern: Some("[0-9]+".to_owned()), group_count: 0 };
    let pattern = Pattern::builder("{a:N|-}{:[},{b:N}{:]}").custom_type("N", own).converter("N", converter);
    let pattern = pattern.build().unwrap();
    let found = pattern.parse("-").unwrap().unwrap();
    assert_eq!((found.get("a").unwrap(), found.get("b").unwrap()), (Some(Value::Null), Some(Value::Null)));
    let batch = pattern.scan(b"-\n-,7\n").read_all().unwrap();
    assert_eq!(batch.columns()[0].get(0), Cell::Null);
    assert_eq!((batch.columns()[1].get(0), batch.columns()[1].get(1)), (Cell::Null, Cell::Int64(7)));
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[test]
fn a_type_that_only_a_converter_is_said_of_is_any_text() {
    let converter = Converter::int64(|text| Ok::<_, String>(Some(text.len() as i64)));
    let pattern = Pattern::builder("<{n:Length}>").converter("Length", converter).build().unwrap();
    assert_eq!(pattern.expression(), "<(?P<n>.+?)>");
    assert_eq!(pattern.parse("<a b c>").unwrap().unwrap().get("n").unwrap(), Some(Value::Int(5)));
}

#[test]
fn texts_that_are_given_one_by_one_are_converted_too() {
    let pattern = pattern(Converter::int64(number));
    let mut options = ScanOptions::default();
    options.on_error = OnError::Null;
    let texts = [Some(&b"z|1"[..]), None, Some(b"\xc3\xa9|2"), Some(b"z|3")];
    let found = pattern.scan_texts(texts, options).unwrap();
    let batch = found.to_batch().unwrap();
    let cells: Vec<Cell<'_>> = (0..4).map(|row| batch.columns()[0].get(row)).collect();
    assert_eq!(cells, [Cell::Int64(35), Cell::Null, Cell::Null, Cell::Int64(35)]);
    assert_eq!((found.stats.failures, found.matched.unwrap().nulls()), (1, 1));
}
