//! Rows as structs, tuples and maps of the caller's own.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Debug,
    net::IpAddr,
    num::NonZeroUsize,
    time::{Duration, SystemTime},
};

use parsimd::{Batch, Input, OnError, Pattern, ScanOptions, Strings};
use serde::{Deserialize, de::DeserializeOwned};

use crate::common::{pattern, read};

fn batch(format: &str, log: &str) -> Batch {
    read(&pattern(format), Input::bytes(log), ScanOptions::default()).0
}

/// The first row of a log as a type, or the error.
fn first<T: DeserializeOwned>(format: &str, log: &str) -> Result<T, String> {
    batch(format, log).row(0).deserialize().map_err(|error| error.to_string())
}

#[derive(Debug, PartialEq, Deserialize)]
struct Line<'b> {
    ip: &'b str,
    status: u16,
    size: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Owned {
    ip: IpAddr,
    status: i64,
    size: Option<i8>,
}

const ACCESS: &str = "{ip} {path} {status:d} {size:d|-}";
const LOG: &str = "10.0.0.1 /a 200 12\n10.0.0.2 /b 304 -\n::1 /c 70000 512\n";

#[test]
fn a_struct_has_the_columns_of_its_fields_and_may_borrow_text() {
    for strings in [Strings::Utf8, Strings::View, Strings::Binary] {
        let mut options = ScanOptions::default();
        options.strings = strings;
        let batch = Pattern::new(ACCESS).unwrap().scan_input(Input::shared(LOG), options).read_all().unwrap();
        let mut lines = batch.rows().deserialize::<Line<'_>>();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines.next().unwrap().unwrap(), Line { ip: "10.0.0.1", status: 200, size: Some(12) });
        assert_eq!(lines.next().unwrap().unwrap(), Line { ip: "10.0.0.2", status: 304, size: None });
        let error = lines.next().unwrap().unwrap_err();
        assert_eq!(error.to_string(), r#"row 2, column "status": wanted u16, found 70000"#);
        assert!(error.is_value() && error.row() == Some(2));
    }
}

#[test]
fn a_scan_gives_records_of_all_its_batches_and_goes_on_after_one_that_is_none() {
    let pattern = Pattern::new(ACCESS).unwrap();
    for (block_bytes, threads) in [(1, 1), (1, 3), (30, 2), (1 << 18, 1)] {
        let mut options = ScanOptions::default();
        options.block_bytes = block_bytes;
        options.threads = NonZeroUsize::new(threads);
        let log = format!("{LOG}noise\n{LOG}");
        let mut scan = pattern.scan_input(Input::bytes(&log), options);
        let records: Vec<_> = scan.deserialize::<Owned>().map(|record| record.map_err(|e| e.to_string())).collect();
        let line = |ip: &str, status, size| Ok(Owned { ip: ip.parse().unwrap(), status, size });
        let wrong = |row: u64| Err(format!(r#"row {row}, column "size": wanted i8, found 512"#));
        let [a, b] = [line("10.0.0.1", 200, Some(12)), line("10.0.0.2", 304, None)];
        assert_eq!(records, [a.clone(), b.clone(), wrong(2), a, b, wrong(5)]);
        assert_eq!(scan.stats().unmatched, 1);
    }
}

#[test]
fn rows_that_nobody_asked_for_stay_with_the_scan() {
    let pattern = Pattern::new("{n:d}").unwrap();
    for block_bytes in [1, 4, 100] {
        for asked in 0..5 {
            let mut options = ScanOptions::default();
            options.block_bytes = block_bytes;
            let mut scan = pattern.scan_input(Input::bytes(b"1\n2\n3\n4\n"), options);
            let mut numbers: Vec<i64> = scan.deserialize().take(asked).collect::<Result<_, _>>().unwrap();
            assert_eq!(numbers.len(), asked.min(4));
            let rest = scan.read_all().unwrap();
            numbers.extend(rest.rows().map(|row| row.get::<i64>("n").unwrap()));
            assert_eq!(numbers, [1, 2, 3, 4], "{block_bytes} {asked}");
        }
    }
}

#[test]
fn what_ends_the_scan_comes_after_the_records_before_it() {
    let mut options = ScanOptions::default();
    options.on_error = OnError::Raise;
    let mut scan = Pattern::new("{n:d}").unwrap().scan_input(Input::bytes(b"1\n2\nx\n3\n"), options);
    let records: Vec<_> = scan.deserialize::<i64>().collect();
    assert_eq!(records.len(), 3);
    assert_eq!((records[0].as_ref().unwrap(), records[1].as_ref().unwrap()), (&1, &2));
    assert!(records[2].as_ref().unwrap_err().is_record());
}

#[test]
fn a_tuple_has_all_columns_in_order() {
    assert_eq!(first("{a:w} {b:d}", "x 1\n"), Ok(("x".to_owned(), 1)));
    let message = first::<(String, i64, i64)>("{a:w} {b:d}", "x 1\n").unwrap_err();
    assert_eq!(message, "row 0: wanted 3 columns, found a row of 2");
    let message = first::<(String,)>("{a:w} {b:d}", "x 1\n").unwrap_err();
    assert_eq!(message, "row 0: wanted 1 columns, found a row of 2");
    assert_eq!(first("{a:d} {b:d}", "1 2\n"), Ok(vec![1, 2]));

    #[derive(Debug, PartialEq, Deserialize)]
    struct Pair(String, u8);
    assert_eq!(first("{a:w} {b:d}", "x 1\n"), Ok(Pair("x".to_owned(), 1)));
    let message = first::<Pair>("{a:w} {b:d}", "x 256\n").unwrap_err();
    assert_eq!(message, r#"row 0, column "b": wanted u8, found 256"#);
}

#[test]
fn a_map_has_the_names_of_the_columns() {
    let map: BTreeMap<String, i64> = first("{a:d} {b:d}", "1 2\n").unwrap();
    assert_eq!(map.into_iter().collect::<Vec<_>>(), [("a".to_owned(), 1), ("b".to_owned(), 2)]);
    let batch = batch("{a} {b}", "x y\n");
    let borrowed: HashMap<&str, &str> = batch.row(0).deserialize().unwrap();
    assert_eq!((borrowed["a"], borrowed["b"]), ("x", "y"));
}

#[test]
fn a_row_of_one_column_is_its_value() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Port(u16);
    assert_eq!(first("{n:d}", "80\n"), Ok(80));
    assert_eq!(first("{n:d}", "80\n"), Ok(Port(80)));
    assert_eq!(first("{n:d|-}", "-\n"), Ok(None::<Port>));
    assert_eq!(first("{n:d|-}", "80\n"), Ok(Some(Port(80))));
    assert_eq!(first::<Port>("{n:d}", "65536\n").unwrap_err(), r#"row 0, column "n": wanted u16, found 65536"#);
    let message = first::<i64>("{a:d} {b:d}", "1 2\n").unwrap_err();
    assert_eq!(message, "row 0: wanted i64, found a row of several columns, or of none");
}

#[test]
fn an_enum_is_a_text_that_names_a_variant() {
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "UPPERCASE")]
    enum Method {
        Get,
        Post,
    }
    assert_eq!(first("{method:w}", "POST\n"), Ok(Method::Post));
    assert_eq!(first("{method:w|-} {n:d}", "- 1\n"), Ok((None::<Method>, 1)));
    let message = first::<(Method, i64)>("{method:w} {n:d}", "PUT 1\n").unwrap_err();
    assert_eq!(message, r#"row 0, column "method": wanted one of GET, POST, found "PUT""#);
    let message = first::<Method>("{n:d}", "1\n").unwrap_err();
    assert_eq!(message, r#"row 0, column "n": wanted enum Method, found 1"#);
}

#[test]
fn integers_are_checked_against_their_type_and_floats_are_exact() {
    fn same<T: TryFrom<i64> + DeserializeOwned + PartialEq + Debug>(value: i64) {
        let read = first::<T>("{n:d}", &format!("{value}\n"));
        match T::try_from(value) {
            Ok(wanted) => assert_eq!(read, Ok(wanted)),
            Err(_) => assert!(read.unwrap_err().ends_with(&format!(", found {value}"))),
        }
    }

    for bit in [7, 8, 15, 16, 31, 32, 62] {
        for value in [-(1 << bit) - 1, -(1 << bit), (1 << bit) - 1, 1 << bit, -1, 0] {
            same::<i8>(value);
            same::<i16>(value);
            same::<i32>(value);
            same::<i64>(value);
            same::<i128>(value);
            same::<u8>(value);
            same::<u16>(value);
            same::<u32>(value);
            same::<u64>(value);
            assert_eq!(first::<u128>("{n:d}", &format!("{value}\n")).ok(), u128::try_from(value).ok());
        }
    }
    assert_eq!(first("{n:d}", "9007199254740992\n"), Ok(9_007_199_254_740_992.0));
    let message = first::<f64>("{n:d}", "9007199254740993\n").unwrap_err();
    assert_eq!(message, r#"row 0, column "n": wanted f64, found 9007199254740993"#);
    assert_eq!(first("{x:g}", "0.1\n"), Ok(0.1));
    assert_eq!(first("{x:g}", "0.1\n"), Ok(0.1_f32));
    assert!(first::<i64>("{x:g}", "2.0\n").is_err());
    assert_eq!(first("{ok:bool}", "no\n"), Ok(false));
    assert!(first::<String>("{n:d}", "1\n").is_err());
}

#[test]
fn times_are_what_the_type_asks_for() {
    const UTC: &str = "17/May/2015:12:05:03 +0200\n";
    assert_eq!(first("{at:th}", UTC), Ok(1_431_857_103_000_000_i64));
    assert_eq!(first("{at:th}", UTC), Ok("2015-05-17T10:05:03Z".to_owned()));
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_431_857_103);
    assert_eq!(first("{at:th}", UTC), Ok(time));
    let timestamp: jiff::Timestamp = "2015-05-17T10:05:03Z".parse().unwrap();
    assert_eq!(first("{at:th}", UTC), Ok(timestamp));

    const LOCAL: &str = "2015-05-17 10:05:03.25\n";
    assert_eq!(first("{at:ti}", LOCAL), Ok(jiff::civil::date(2015, 5, 17).at(10, 5, 3, 250_000_000)));
    let time = time + Duration::from_millis(250);
    assert_eq!(first("{at:ti}", LOCAL), Ok(time));
    // A time without an offset is no point in time to them.
    let message = first::<jiff::Timestamp>("{at:ti}", LOCAL).unwrap_err();
    assert!(message.starts_with(r#"row 0, column "at": "#), "{message}");
    assert!(message.ends_with(", found 2015-05-17T10:05:03.250"), "{message}");

    assert_eq!(first("{day:%d/%m/%Y}", "17/05/2015\n"), Ok(jiff::civil::date(2015, 5, 17)));
    assert_eq!(first("{day:%d/%m/%Y}", "02/01/1970\n"), Ok(1_i64));
    assert_eq!(first("{clock:tt}", "10:05:03\n"), Ok(jiff::civil::time(10, 5, 3, 0)));
    assert_eq!(first("{clock:tt}", "00:00:01\n"), Ok(1_000_000_u32));

    #[derive(Debug, PartialEq, Deserialize)]
    struct Seconds {
        #[serde(with = "jiff::fmt::serde::timestamp::microsecond::required")]
        at: jiff::Timestamp,
    }
    assert_eq!(first("{at:th} {}", "17/May/2015:12:05:03 +0200 x\n"), Ok(Seconds { at: timestamp }));
    assert!(first::<SystemTime>("{at:ti}", "1969-12-31 23:59:59\n").is_err());
}

#[test]
fn durations_are_nanoseconds_seconds_or_those_of_the_standard_library() {
    assert_eq!(first("{took:dur}", "12.5ms\n"), Ok(12_500_000_i64));
    assert_eq!(first("{took:dur}", "12.5ms\n"), Ok(0.0125));
    assert_eq!(first("{took:dur}", "1m2.000000003s\n"), Ok(Duration::new(62, 3)));
    assert_eq!(first("{took:dur}", "12.5ms\n"), Ok("0.0125".to_owned()));
    let message = first::<Duration>("{took:dur}", "-1s\n").unwrap_err();
    assert_eq!(message, r#"row 0, column "took": wanted a value of zero or more, found -1"#);
}

#[test]
fn pairs_are_a_map_or_a_struct_of_texts() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Pairs<'b> {
        level: &'b str,
        user: Option<&'b str>,
    }
    let batch = batch("{n:d} {pairs:kv}", "1 level=info user=ada\n2 level=warn\n3 a=1\n");
    let rows: Vec<parsimd::Result<(i64, Pairs<'_>)>> = batch.rows().deserialize().collect();
    assert_eq!(rows[0].as_ref().unwrap(), &(1, Pairs { level: "info", user: Some("ada") }));
    assert_eq!(rows[1].as_ref().unwrap(), &(2, Pairs { level: "warn", user: None }));
    let message = rows[2].as_ref().unwrap_err().to_string();
    assert_eq!(message, r#"row 2, column "pairs": it has no "level", found {"a":"1"}"#);
    let map: (i64, HashMap<&str, &str>) = batch.row(0).deserialize().unwrap();
    assert_eq!(map.1.len(), 2);
}

#[test]
fn a_field_without_a_column_is_an_error_unless_it_may_be_missing() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct More {
        n: i64,
        more: Option<i64>,
        #[serde(default)]
        other: i64,
    }
    assert_eq!(first("{n:d}", "1\n"), Ok(More { n: 1, more: None, other: 0 }));
    let error = batch("{m:d} {ip}", "1 x\n").row(0).deserialize::<More>().unwrap_err();
    assert!(error.is_column());
    assert_eq!(error.to_string(), "there is no column \"n\": the columns are m, ip");
}

#[test]
fn what_is_read_without_a_type_is_as_in_json() {
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(untagged)]
    enum Any {
        Number(f64),
        Text(String),
    }
    let any: BTreeMap<String, Any> = first("{at:th} {n:d} {took:dur}", "17/May/2015:12:05:03 +0200 3 1.5s\n").unwrap();
    let wanted = [Any::Text("2015-05-17T10:05:03Z".to_owned()), Any::Number(3.0), Any::Number(1.5)];
    assert_eq!(any.into_values().collect::<Vec<_>>(), wanted);
}

#[test]
fn a_row_is_written_as_a_map() {
    let batch = batch("{at:th} {n:d|-} {took:dur} {pairs:kv}", "17/May/2015:12:05:03 +0200 - 1.5s a=1\n");
    let text = serde_json::to_string(&batch.row(0)).unwrap();
    assert_eq!(text, r#"{"at":"2015-05-17T10:05:03Z","n":null,"took":1.5,"pairs":{"a":"1"}}"#);
}

#[test]
fn bytes_are_those_of_texts_whatever_they_are() {
    let mut options = ScanOptions::default();
    options.strings = Strings::Binary;
    let batch = Pattern::new("{a}").unwrap().scan_input(Input::bytes(b"\xe9\nb\n"), options).read_all().unwrap();
    assert_eq!(batch.row(0).deserialize::<&[u8]>().unwrap(), b"\xe9");
    assert_eq!(batch.row(1).deserialize::<&str>().unwrap(), "b");
    let message = batch.row(0).deserialize::<&str>().unwrap_err().to_string();
    assert!(message.starts_with("row 0, column \"a\": wanted ") && message.contains("not UTF-8"), "{message}");
}
