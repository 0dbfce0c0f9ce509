//! The cases of `tests/cases/`, on every instruction set, input kind, thread count and block size.

use std::{collections::BTreeMap, num::NonZeroUsize};

use parsimd::{
    BigInt, Cell, CustomType, Date, Input, Isa, Matches, OnError, Pattern, PatternBuilder, ScanOptions, Time, Value,
    Year,
};
use serde::Deserialize;

use crate::common::{Folder, gzip, map, open, pattern};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases<C> {
    case: Vec<C>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextCase {
    name: String,
    #[serde(default)]
    call: Option<String>,
    format: String,
    text: String,
    #[serde(default)]
    case_sensitive: bool,
    #[serde(default)]
    types: BTreeMap<String, Type>,
    fields: Option<Vec<toml::Value>>,
    spans: Option<Vec<(usize, usize)>>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct Type {
    pattern: String,
    groups: usize,
}

fn read<C: for<'de> Deserialize<'de>>(text: &str) -> Vec<C> {
    toml::from_str::<Cases<C>>(text).unwrap_or_else(|error| panic!("{error}")).case
}

fn builder<'a>(format: &'a str, types: &BTreeMap<String, Type>, isa: Isa) -> PatternBuilder<'a> {
    types.iter().fold(Pattern::builder(format).isa(isa), |builder, (name, own)| {
        builder.custom_type(name, CustomType { pattern: Some(own.pattern.clone()), group_count: own.groups })
    })
}

/// A value in the notation of the cases.
fn notation(value: &Value<'_>) -> String {
    let clock = |time: &Time| {
        let fraction = match time.microsecond {
            0 => String::new(),
            micros => format!(".{micros:06}"),
        };
        format!("{:02}:{:02}:{:02}{fraction}", time.hour, time.minute, time.second)
    };
    let day = |date: &Date| format!("{:04}-{:02}-{:02}", date.year, date.month, date.day);
    let offset = |time: &Time| time.offset.map_or_else(String::new, |seconds| format!(", offset = {}", seconds / 60));
    match value {
        Value::Text(text) => format!("{text:?}"),
        Value::Int(int) => int.to_string(),
        Value::BigInt(BigInt { negative, digits, base: 10 }) => {
            format!("{{ big = \"{}{digits}\" }}", if *negative { "-" } else { "" })
        }
        Value::Float(float) => format!("{float:?}").to_lowercase(),
        Value::Decimal(text) => format!("{{ decimal = {text:?} }}"),
        Value::DateTime(at) => format!("{{ at = \"{}T{}\"{} }}", day(&at.date), clock(&at.time), offset(&at.time)),
        Value::Date(date) => format!("{{ date = \"{}\" }}", day(date)),
        Value::Time(time) => format!("{{ time = \"{}\"{} }}", clock(time), offset(time)),
        other => panic!("no notation for {other:?}"),
    }
}

/// A value of a case, in the same notation.
fn expected(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => format!("{text:?}"),
        toml::Value::Float(float) => format!("{float:?}").to_lowercase(),
        toml::Value::Table(table) => {
            // `at`, `date`, … come first, `offset` last: that is their alphabetical order, but for `time`.
            let mut entries: Vec<_> = table.iter().collect();
            entries.sort_by_key(|(key, _)| *key == "offset");
            let entries: Vec<_> = entries.iter().map(|(key, value)| format!("{key} = {}", expected(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        other => other.to_string(),
    }
}

#[test]
fn every_text_case_is_read_as_it_says() {
    let cases: Vec<TextCase> = read(include_str!("../cases/text.toml"));
    assert!(cases.len() > 50);
    for isa in Isa::available() {
        for case in &cases {
            let name = format!("{} ({isa})", case.name);
            let pattern = builder(&case.format, &case.types, isa).case_sensitive(case.case_sensitive).build();
            if case.error.as_deref() == Some("format") {
                assert!(pattern.is_err_and(|error| error.is_syntax()), "{name}");
                continue;
            }
            let pattern = pattern.unwrap_or_else(|error| panic!("{name}: {error}"));
            let found = match case.call.as_deref() {
                None | Some("parse") => pattern.parse(&case.text),
                Some("search") => pattern.search(&case.text),
                Some(other) => panic!("{name}: no call {other}"),
            };
            let found = found.unwrap_or_else(|error| panic!("{name}: {error}"));
            let Some(found) = found else {
                assert!(case.fields.is_none() && case.error.is_none(), "{name}: no match");
                continue;
            };
            let values: Result<Vec<_>, _> = (0..pattern.fields().len()).map(|at| found.value(at)).collect();
            if case.error.as_deref() == Some("value") {
                assert!(values.is_err_and(|error| error.is_value()), "{name}");
                continue;
            }
            let values = values.unwrap_or_else(|error| panic!("{name}: {error}"));
            let values: Vec<_> = values.iter().flatten().map(notation).collect();
            let fields = case.fields.as_ref().unwrap_or_else(|| panic!("{name}: matched: {values:?}"));
            assert_eq!(values, fields.iter().map(expected).collect::<Vec<_>>(), "{name}");
            for (at, &(start, end)) in case.spans.iter().flatten().enumerate() {
                assert_eq!(found.span(at), Some(start..end), "{name}, field {at}");
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordCase {
    name: String,
    format: String,
    text: Option<String>,
    bytes: Option<String>,
    /// `line`, `first` or `all`.
    r#match: Option<String>,
    on_error: Option<String>,
    /// The columns that are asked for.
    ask: Option<Vec<String>>,
    year: Option<i32>,
    columns: Vec<(String, Vec<toml::Value>)>,
    /// Records, matched, unmatched, failures.
    counts: [u64; 4],
    #[serde(default)]
    failed: Vec<u64>,
}

impl RecordCase {
    fn input(&self) -> Vec<u8> {
        match (&self.text, &self.bytes) {
            (Some(text), None) => text.clone().into_bytes(),
            (None, Some(bytes)) => bytes
                .split_whitespace()
                .map(|byte| u8::from_str_radix(byte, 16).unwrap_or_else(|error| panic!("{error}")))
                .collect(),
            _ => panic!("{}: text or bytes", self.name),
        }
    }
}

fn cell(cell: Cell<'_>) -> String {
    match cell {
        Cell::Null => "{ null = true }".to_owned(),
        Cell::Text(text) => format!("{text:?}"),
        Cell::Int64(int) | Cell::Timestamp(int) | Cell::Time(int) | Cell::Duration(int) => int.to_string(),
        Cell::Date(days) => days.to_string(),
        Cell::Bool(is_true) => is_true.to_string(),
        Cell::Float64(float) => format!("{float:?}"),
        other => panic!("no notation for {other:?}"),
    }
}

#[test]
fn every_record_case_gives_the_same_batch_however_it_is_run() {
    let cases: Vec<RecordCase> = read(include_str!("../cases/records.toml"));
    assert!(cases.len() > 10);
    let folder = Folder::new();
    for (number, case) in cases.iter().enumerate() {
        let data = case.input();
        let plain = folder.write(&format!("{number}.log"), &data);
        let packed = folder.write(&format!("{number}.log.gz"), gzip(&data));
        for isa in Isa::available() {
            let pattern =
                builder(&case.format, &BTreeMap::new(), isa).build().unwrap_or_else(|error| panic!("{error}"));
            // Generated logs are read in more ways, in `same_bytes`.
            for threads in [None, NonZeroUsize::new(1), NonZeroUsize::new(3)] {
                for block_bytes in [1, 64, 1 << 20] {
                    let inputs = [
                        Input::bytes(&data),
                        Input::reader(&data[..], "reader"),
                        open(&plain),
                        open(&packed),
                        map(&plain),
                        map(&packed),
                    ];
                    for input in inputs {
                        let how = format!("{}: {input:?}, {isa}, {threads:?}, blocks of {block_bytes}", case.name);
                        let mut options = ScanOptions::default();
                        options.matches = match case.r#match.as_deref() {
                            None | Some("line") => Matches::Line,
                            Some("first") => Matches::First,
                            Some("all") => Matches::All,
                            Some(other) => panic!("{}: no match {other}", case.name),
                        };
                        options.threads = threads;
                        options.block_bytes = block_bytes;
                        let number = |name: &String| pattern.field_number(name).unwrap_or_else(|| panic!("{name}"));
                        options.columns = case.ask.as_ref().map(|names| names.iter().map(number).collect());
                        options.year = case.year.map_or(Year::Current, Year::Of);
                        if case.on_error.as_deref() == Some("null") {
                            options.on_error = OnError::Null;
                        }
                        check(case, &mut pattern.scan_input(input, options), &how);
                    }
                }
            }
        }
    }
}

fn check(case: &RecordCase, scan: &mut parsimd::Scan<'_>, how: &str) {
    let batch = scan.read_all().unwrap_or_else(|error| panic!("{how}: {error}"));
    let names: Vec<_> = batch.schema().columns().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(names, case.columns.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>(), "{how}");
    for (column, (name, values)) in batch.columns().iter().zip(&case.columns) {
        let found: Vec<_> = (0..column.len()).map(|row| cell(column.get(row))).collect();
        assert_eq!(found, values.iter().map(expected).collect::<Vec<_>>(), "{how}: {name}");
    }
    let stats = scan.stats();
    assert_eq!([stats.records, stats.matched, stats.unmatched, stats.failures], case.counts, "{how}");
    assert_eq!(stats.bytes, case.input().len() as u64, "{how}");
    let failed: Vec<_> = stats.first_failures.iter().map(|failure| failure.offset).collect();
    assert_eq!(failed, case.failed, "{how}");
}

#[test]
fn raising_stops_at_the_first_record_that_cannot_be_read() {
    let pattern = pattern("{n:d} {t:ti}");
    for (text, offset) in
        [("1 2011-01-01\n2 2011-02-29\nnothing\n", 13), ("1 2011-01-01\nnothing\n2 2011-02-29\n", 13), ("nothing", 0)]
    {
        for block_bytes in [1, 20, 1 << 20] {
            let mut options = ScanOptions::default();
            options.on_error = OnError::Raise;
            options.block_bytes = block_bytes;
            let mut scan = pattern.scan_input(Input::bytes(text), options);
            let error = scan.read_all().map(|_| ()).unwrap_err();
            assert!(error.is_record() && error.offset() == Some(offset), "{text:?}: {error}");
            // What was seen is what stands before the record, and the record.
            let stats = scan.stats();
            let before = u64::from(offset > 0);
            assert_eq!(
                (stats.records, stats.matched, stats.unmatched + stats.failures),
                (before + 1, before, 1),
                "{text:?}"
            );
            assert_eq!(stats.first_failures.iter().map(|failure| failure.offset).collect::<Vec<_>>(), [offset]);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_that_is_to_be_mapped_is_read_and_opened_once() {
    let folder = Folder::new();
    let path = folder.fifo("pipe");
    let (send, rows) = std::sync::mpsc::channel();
    let (writer, reader) = (path.clone(), path.clone());
    std::thread::spawn(move || std::fs::write(writer, "1\n2\n"));
    // Who opens it again once the writer is gone waits for another one.
    std::thread::spawn(move || {
        send.send(
            pattern("{n:d}").scan_input(map(&reader), ScanOptions::default()).read_all().map(|batch| batch.len()).ok(),
        )
    });
    assert_eq!(rows.recv_timeout(std::time::Duration::from_secs(20)), Ok(Some(2)));
}

#[test]
fn a_record_that_is_too_long_is_skipped_in_a_mapped_file_as_in_memory() {
    let folder = Folder::new();
    let text = format!("1\n{}\n2\n{}\r\n3", "9".repeat(1000), "9".repeat(18));
    let path = folder.write("long.log", &text);
    let pattern = pattern("{n:d}");
    for block_bytes in [1, 100, 10_000] {
        let mut options = ScanOptions::default();
        options.block_bytes = block_bytes;
        options.max_record_bytes = 17;
        for input in [map(&path), Input::bytes(&text)] {
            let mut scan = pattern.scan_input(input, options.clone());
            let batch = scan.read_all().unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(batch.columns()[0].values(), &parsimd::Values::Int64(vec![1, 2, 3]));
            let failures = &scan.stats().first_failures;
            assert_eq!(failures.iter().map(|failure| failure.offset).collect::<Vec<_>>(), [2, 1005]);
            assert_eq!(scan.stats().bytes, text.len() as u64);
        }
    }
}

#[test]
fn files_are_read_one_after_the_other_and_a_failure_names_its_file() {
    let folder = Folder::new();
    let paths =
        [("a.log", "1\n2"), ("empty.log", ""), ("b.log", "3\nx\n")].map(|(name, text)| folder.write(name, text));
    let pattern = pattern("{n:d}");
    let input = Input::files(paths.clone()).unwrap_or_else(|error| panic!("{error}"));
    let mut scan = pattern.scan_input(input, ScanOptions::default());
    let batch = scan.read_all().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(batch.columns()[0].values(), &parsimd::Values::Int64(vec![1, 2, 3]));
    let failure = &scan.stats().first_failures[0];
    assert_eq!((failure.source.as_str(), failure.offset, failure.record), (&*paths[2].to_string_lossy(), 2, 3));
    let missing = Input::open(folder.at("missing.log")).map(|_| ()).unwrap_err();
    assert!(missing.is_io() && missing.to_string().contains("missing.log"), "{missing}");
    // What is in memory as it lies on disk fails as the rest, and an empty file is one.
    let mut scan = pattern.scan_input(map(&paths[2]), ScanOptions::default());
    assert_eq!(scan.read_all().map(|batch| batch.len()).map_err(|error| error.to_string()), Ok(1));
    assert_eq!(
        (scan.stats().first_failures[0].source.as_str(), scan.stats().unmatched),
        (&*paths[2].to_string_lossy(), 1)
    );
    assert_eq!(pattern.scan_input(map(&paths[1]), ScanOptions::default()).count(), 0);
}
