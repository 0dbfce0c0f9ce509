//! Filters: the rows that are chosen while they are scanned are those that a look at all rows would choose.

use parsimd::{Anchored, Cell, ExternalMatcher, Input, OnError, Predicate, ScanOptions, Stats, Strings};

use crate::common::{self, Found, external, options, pattern, spelt};

const FORMAT: &str = "{level:w} {n:d} [{at:ti}] {size:F} {text}";

/// Lines of which some do not match, some have a value that does not fit, and some are no text.
fn lines() -> Vec<u8> {
    let mut all = Vec::new();
    for n in 0..400_u32 {
        let level = ["info", "warn", "error"][n as usize % 3];
        match n % 11 {
            3 => all.extend_from_slice(b"nothing of the kind"),
            5 => all.extend_from_slice(format!("{level} 99999999999999999999 [2024-01-01T00:00:00] 1.5 x").as_bytes()),
            7 => all.extend_from_slice(format!("{level} {n} [2024-02-30T00:00:00] 1.5 {n}").as_bytes()),
            9 => all.extend_from_slice(b"info 5 [2024-01-01T00:00:00] 1.5 \xff"),
            _ => all.extend_from_slice(
                format!("{level} {n} [2024-01-01T00:{:02}:00] {}.5 é{n} and more than a view holds", n % 60, n % 5)
                    .as_bytes(),
            ),
        }
        all.push(b'\n');
    }
    all
}

type Rows = Vec<Vec<String>>;

fn scan(data: &[u8], options: &ScanOptions) -> (Rows, Stats) {
    let (batch, stats) = common::read(&pattern(FORMAT), Input::bytes(data), options.clone());
    (spelt(&batch), stats)
}

fn filters() -> Vec<Vec<(usize, Predicate)>> {
    let minutes = |from: i64, to: i64| {
        (2, Predicate::Between(1_704_067_200_000_000 + from * 60_000_000, 1_704_067_200_000_000 + to * 60_000_000))
    };
    vec![
        vec![(1, Predicate::Between(100, 120))],
        vec![(1, Predicate::Between(i64::MIN, i64::MAX))],
        vec![(1, Predicate::Between(5, 4))],
        vec![(0, Predicate::Text("error".into()))],
        vec![(0, Predicate::Text("ERROR".into()))],
        vec![(3, Predicate::Text("2.5".into()))],
        vec![minutes(10, 20)],
        vec![(0, Predicate::Text("warn".into())), (1, Predicate::Between(7, 300)), minutes(0, 40)],
        vec![(1, Predicate::Between(7, 300)), (1, Predicate::Between(50, 400))],
    ]
}

/// Whether the row, of all columns, passes the filters.
fn passes(row: &[String], filters: &[(usize, Predicate)]) -> bool {
    filters.iter().all(|(field, only)| match only {
        Predicate::Text(text) => row[*field] == format!("{:?}", Cell::Text(text)),
        Predicate::Between(low, high) => (*low..=*high).contains(&number(&row[*field])),
        _ => unreachable!("there are two"),
    })
}

/// The number in `Int64(5)` or `Timestamp(5)`.
fn number(cell: &str) -> i64 {
    let digits = cell.split(['(', ')']).nth(1).unwrap_or_default();
    digits.parse().unwrap_or_else(|error| panic!("{cell}: {error}"))
}

#[test]
fn filtered_rows_are_those_that_all_rows_have() {
    let data = lines();
    for filters in filters() {
        for on_error in [OnError::Skip, OnError::Null] {
            for columns in [None, Some(vec![4]), Some(vec![]), Some(vec![1, 0])] {
                for (threads, block_bytes, strings) in
                    [(1, 1 << 20, Strings::Utf8), (1, 200, Strings::View), (3, 1000, Strings::Utf8)]
                {
                    let mut options = options(threads, block_bytes);
                    (options.on_error, options.strings) = (on_error, strings);
                    let (all, _) = scan(&data, &options);
                    let has_value = |row: &&Vec<String>| filters.iter().all(|(field, _)| row[*field] != "Null");
                    let expected: Rows = all
                        .iter()
                        .filter(has_value)
                        .filter(|row| passes(row, &filters))
                        .map(|row| {
                            columns
                                .as_ref()
                                .map_or(row.clone(), |columns| columns.iter().map(|&c| row[c].clone()).collect())
                        })
                        .collect();
                    options.columns.clone_from(&columns);
                    options.filter.clone_from(&filters);
                    let (found, stats) = scan(&data, &options);
                    // With all columns the same values are asked for in both scans; with fewer, a row may stay whose others do not fit.
                    match &columns {
                        None => assert_eq!(found, expected, "{filters:?} {on_error:?} {threads} {block_bytes}"),
                        Some(_) => assert!(
                            expected.iter().all(|row| found.contains(row)),
                            "{filters:?} {on_error:?} {columns:?}"
                        ),
                    }
                    assert_eq!(stats.records, 400);
                    assert_eq!(stats.records, stats.matched + stats.unmatched + stats.failures);
                }
            }
        }
    }
}

#[test]
fn a_limit_counts_the_rows_that_are_given() {
    let data = lines();
    for limit in 0..5 {
        let mut options = ScanOptions::default();
        options.filter = vec![(1, Predicate::Between(100, 300))];
        let (all, _) = scan(&data, &options);
        options.limit = Some(limit);
        let (found, stats) = scan(&data, &options);
        assert_eq!(found, all[..limit as usize]);
        assert!(stats.records < 120, "{stats:?}");
    }
}

#[test]
fn a_scan_that_raises_does_so_for_rows_that_nobody_wants() {
    let pattern = pattern("{n:d} {m:d}");
    let mut options = ScanOptions::default();
    options.on_error = OnError::Raise;
    options.filter = vec![(0, Predicate::Between(2, 3))];
    let mut scan = pattern.scan_input(Input::bytes(b"1 1\n2 2\n3 3\n4 4\n"), options.clone());
    let batch = scan.read_all().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(batch.columns()[1].values(), &parsimd::Values::Int64(vec![2, 3]));
    let text = b"1 1\n2 2\n4 99999999999999999999\n3 3\n";
    let mut scan = pattern.scan_input(Input::bytes(&text[..]), options);
    let error = scan.read_all().map(|_| ()).unwrap_err();
    assert_eq!((error.is_record(), error.offset()), (true, Some(8)));
    assert_eq!((scan.stats().matched, scan.stats().records, scan.stats().failures), (2, 3, 1));
}

#[test]
fn a_limit_hides_no_error_before_its_last_row() {
    let pattern = pattern("{n:d} {m:d}");
    let text = b"1 1\n2 2\n3 3\n4 99999999999999999999\n100 1\n101 1\n102 1\n";
    for (low, raises) in [(100, true), (1, false), (3, true)] {
        let mut options = ScanOptions::default();
        options.on_error = OnError::Raise;
        options.filter = vec![(0, Predicate::Between(low, 200))];
        options.limit = Some(2);
        let rows = pattern.scan_input(Input::bytes(&text[..]), options).read_all().map(|batch| batch.len());
        assert_eq!(rows.as_ref().err().and_then(parsimd::Error::offset), raises.then_some(12), "{low}: {rows:?}");
    }
}

/// A matcher that fails at one text.
#[derive(Debug)]
struct Failing;

impl ExternalMatcher for Failing {
    fn find(&self, text: &str, _: usize, _: Anchored) -> Found {
        if text == "boom" { Err("boom".into()) } else { Ok(Some(vec![Some(0..text.len()); 2])) }
    }
}

#[test]
fn a_limit_hides_no_error_of_a_matcher_either() {
    let text = b"99999999999999999999\n1\n99999999999999999999\nboom\n100\n101\n";
    let pattern = external("{n:d}", Failing);
    for (low, limit, rows) in [(0, 1, Some(1)), (0, 2, None), (100, 1, None)] {
        let mut options = ScanOptions::default();
        options.filter = vec![(0, Predicate::Between(low, 200))];
        options.limit = Some(limit);
        let found = pattern.scan_input(Input::bytes(&text[..]), options).read_all();
        assert_eq!(found.as_ref().ok().map(parsimd::Batch::len), rows, "{low} {limit}");
        assert!(found.err().is_none_or(|error| error.to_string().contains("boom")));
    }
}

#[test]
fn a_filter_that_does_not_fit_its_field_is_an_error() {
    let pattern = pattern("{n:d} {f:f} {text}");
    for (filter, word) in [
        ((0, Predicate::Text("1".into())), "n"),
        ((1, Predicate::Between(1, 2)), "f"),
        ((2, Predicate::Between(1, 2)), "text"),
        ((3, Predicate::Between(1, 2)), "3"),
    ] {
        let mut options = ScanOptions::default();
        options.filter = vec![filter];
        let error = pattern.scan_input(Input::bytes(b"1 1.5 x\n"), options).read_all().map(|_| ()).unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
    }
}
