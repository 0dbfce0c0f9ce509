//! Rows: cells by name, as types of Rust, and their text.

use std::time::{Duration, SystemTime};

use parsimd::{Batch, Cell, Date, FromCell, Input, OnError, Pattern, ScanOptions, Strings};

use crate::common::{pattern, read};

const FORMAT: &str =
    "{word:w}|{n:d}|{x:g}|{at:th}|{local:ti}|{day:%d/%m/%Y}|{clock:tt}|{took:dur}|{ok:bool}|{pairs:kv}";
const LINE: &str =
    "Ω|70000|-0.5|17/May/2015:12:05:03 +0200|2015-05-17 10:05:03.5|31/12/1969|10:05:03|12.5ms|yes|a=1 b=\"2 \\\"3\"\n";

/// The line above, and then a row of nulls.
fn batch(strings: Strings) -> Batch {
    let mut options = ScanOptions::default();
    options.on_error = OnError::Null;
    options.strings = strings;
    let log = format!("{LINE}noise\n").into_bytes();
    read(&pattern(FORMAT), Input::shared(log), options).0
}

#[test]
fn a_cell_is_what_its_column_is_called_or_numbered() {
    for strings in [Strings::Utf8, Strings::View, Strings::Binary] {
        let batch = batch(strings);
        let row = batch.row(0);
        assert_eq!(row.get::<&str>("word").unwrap(), "Ω");
        assert_eq!(row.get::<&str>(0).unwrap(), "Ω");
        assert_eq!(row.get::<String>("word").unwrap(), "Ω");
        assert_eq!(row.get::<&[u8]>("word").unwrap(), "Ω".as_bytes());
        assert_eq!(row.get::<i64>("n").unwrap(), 70_000);
        assert_eq!(row.get::<f64>("x").unwrap(), -0.5);
        assert_eq!(row.get::<i64>("at").unwrap(), 1_431_857_103_000_000);
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_431_857_103);
        assert_eq!(row.get::<SystemTime>("at").unwrap(), time);
        assert_eq!(row.get::<SystemTime>("local").unwrap(), time + Duration::from_millis(500));
        assert_eq!(row.get::<Date>("day").unwrap(), Date::new(1969, 12, 31).unwrap());
        assert_eq!(row.get::<i32>("day").unwrap(), -1);
        assert_eq!(row.get::<u64>("clock").unwrap(), 36_303_000_000);
        assert_eq!(row.get::<Duration>("took").unwrap(), Duration::from_micros(12_500));
        assert_eq!((row.get::<i64>("took").unwrap(), row.get::<f64>("took").unwrap()), (12_500_000, 0.0125));
        assert!(row.get::<bool>("ok").unwrap());
        assert_eq!(row.get::<parsimd::Entries<'_>>("pairs").unwrap().get("b"), Some("2 \"3"));
        assert_eq!(row.get::<Option<u32>>("n").unwrap(), Some(70_000));
    }
}

#[test]
fn a_null_is_none_and_an_error_without_option() {
    let batch = batch(Strings::Utf8);
    let row = batch.row(1);
    assert_eq!(row.number(), 1);
    for (name, cell) in row.cells() {
        assert_eq!((cell, row.get::<Cell<'_>>(name).unwrap()), (Cell::Null, Cell::Null));
        assert_eq!(row.get::<Option<&str>>(name).unwrap(), None);
        let error = row.get::<&str>(name).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("row 1, column {name:?}: wanted text, found null, which an Option takes")
        );
        assert!(error.is_value() && error.row() == Some(1));
    }
}

#[test]
fn a_cell_of_another_type_or_out_of_range_is_an_error_that_says_what_is_there() {
    let batch = batch(Strings::Utf8);
    let row = batch.row(0);
    let message = |error: Result<(), parsimd::Error>| error.unwrap_err().to_string();
    let of =
        |column: &str, wanted: &str, found: &str| format!("row 0, column {column:?}: wanted {wanted}, found {found}");
    assert_eq!(message(row.get::<i16>("n").map(drop)), of("n", "i16", "70000"));
    assert_eq!(message(row.get::<u32>("day").map(drop)), of("day", "u32", "1969-12-31"));
    assert_eq!(message(row.get::<i64>("word").map(drop)), of("word", "i64", "\"Ω\""));
    assert_eq!(message(row.get::<&str>("at").map(drop)), of("at", "text", "2015-05-17T10:05:03Z"));
    assert_eq!(message(row.get::<Date>("at").map(drop)), of("at", "a date", "2015-05-17T10:05:03Z"));
    assert_eq!(message(row.get::<Option<bool>>("x").map(drop)), of("x", "bool", "-0.5"));
    let error = row.get::<i64>("status").unwrap_err();
    assert!(error.is_column());
    let columns = "word, n, x, at, local, day, clock, took, ok, pairs";
    assert_eq!(error.to_string(), format!("there is no column \"status\": the columns are {columns}"));
    assert!(row.get::<i64>(10).unwrap_err().to_string().starts_with("there is no column 10: "));
}

#[test]
fn a_long_text_is_cut_in_an_error() {
    let log = format!("{}\n", "é".repeat(1000));
    let batch = Pattern::new("{a}").unwrap().scan(log.as_bytes()).read_all().unwrap();
    let message = batch.row(0).get::<i64>("a").unwrap_err().to_string();
    let begin = "é".repeat(parsimd::limits::EXCERPT_BYTES);
    assert_eq!(message, format!("row 0, column \"a\": wanted i64, found \"{begin}…\""));
}

#[test]
fn bytes_that_are_not_utf_8_are_bytes_and_no_text() {
    let mut options = ScanOptions::default();
    options.strings = Strings::Binary;
    let batch = Pattern::new("{a}").unwrap().scan_input(Input::bytes(b"\xe9t\xe9\n"), options).read_all().unwrap();
    assert_eq!(batch.row(0).get::<&[u8]>("a").unwrap(), b"\xe9t\xe9");
    let message = batch.row(0).get::<String>("a").unwrap_err().to_string();
    assert_eq!(message, "row 0, column \"a\": wanted text, found bytes that are not UTF-8, \"\u{fffd}t\u{fffd}\"");
}

#[test]
fn integers_are_those_that_the_type_holds_and_floats_are_exact() {
    fn same<'b, T: FromCell<'b> + TryFrom<i64> + PartialEq + std::fmt::Debug>(value: i64) {
        assert_eq!(T::from_cell(Cell::Int64(value)), T::try_from(value).ok(), "{value}");
    }

    let edges = [0, 7, 8, 15, 16, 31, 32, 52, 53, 54, 62].map(|bit| 1_i64 << bit);
    let near = edges.iter().flat_map(|edge| [-edge - 1, -edge, -edge + 1, edge - 1, *edge, edge + 1]);
    for value in near.chain([i64::MIN, i64::MAX]) {
        same::<i8>(value);
        same::<i16>(value);
        same::<i32>(value);
        same::<isize>(value);
        same::<u8>(value);
        same::<u16>(value);
        same::<u32>(value);
        same::<u64>(value);
        same::<usize>(value);
        let is_exact = value.unsigned_abs() <= 1 << 53;
        assert_eq!(f64::from_cell(Cell::Int64(value)), is_exact.then_some(value as f64), "{value}");
    }
    assert_eq!(Duration::from_cell(Cell::Duration(-1)), None);
    let before = SystemTime::from_cell(Cell::Timestamp(-1)).unwrap();
    assert_eq!(SystemTime::UNIX_EPOCH.duration_since(before).unwrap(), Duration::from_micros(1));
}

#[test]
fn rows_are_those_of_the_batch_from_both_ends() {
    let batch = Pattern::new("{n:d}").unwrap().scan(b"1\n2\n3\n").read_all().unwrap();
    let numbers = |rows: &mut dyn Iterator<Item = parsimd::Row<'_>>| -> Vec<i64> {
        rows.map(|row| row.get("n").unwrap()).collect()
    };
    assert_eq!(numbers(&mut batch.rows()), [1, 2, 3]);
    assert_eq!(numbers(&mut batch.rows().rev()), [3, 2, 1]);
    assert_eq!((batch.rows().len(), format!("{:?}", batch.row(1))), (3, r#"{"n": Int64(2)}"#.to_owned()));
    assert!(batch.row(0) == batch.project(&[0]).row(0) && batch.row(0) != batch.row(1));
}

#[test]
fn text_of_cells_says_utc_where_the_column_does() {
    let batch = batch(Strings::View);
    let texts: Vec<String> = batch.columns().iter().map(|column| column.show(0).to_string()).collect();
    let wanted = [
        "Ω",
        "70000",
        "-0.5",
        "2015-05-17T10:05:03Z",
        "2015-05-17T10:05:03.500",
        "1969-12-31",
        "10:05:03",
        "0.0125",
        "true",
        r#"{"a":"1","b":"2 \"3"}"#,
    ];
    assert_eq!(texts, wanted);
    assert!(batch.columns().iter().all(|column| column.show(1).to_string().is_empty()));
}
