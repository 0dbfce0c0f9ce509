//! `ScanOptions::columns` and `ScanOptions::limit`: less of the same answer.

use std::{
    io::Read,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use parsimd::{Anchored, Batch, ExternalMatcher, Input, OnError, ScanOptions, Stats};

use crate::common::{self, Found, cells, external, options, pattern};

const FORMAT: &str = "{n:d} {what:S} {day:ti}";

const TEXT: &str = "1 a 2011-01-02\nnoise\n2 b 2011-02-29\n\n3 c 2011-01-04\r\n99999999999999999999 d 2011-01-05\n4 é 2012-02-29\n5 e 2011-01-06";

fn scan(text: &[u8], options: ScanOptions) -> (Batch, Stats) {
    common::read(&pattern(FORMAT), Input::bytes(text), options)
}

#[test]
fn columns_are_those_that_were_asked_for_in_that_order() {
    let (all, _) = scan(TEXT.as_bytes(), ScanOptions::default());
    assert_eq!(all.len(), 4);
    for asked in [vec![2, 0, 1], vec![1, 0]] {
        for threads in [1, 2] {
            let mut options = options(threads, 20);
            options.columns = Some(asked.clone());
            let mut some = pattern(FORMAT).scan_input(Input::bytes(TEXT), options);
            let names: Vec<_> = some.schema().columns().map(|(name, _)| name.to_owned()).collect();
            assert_eq!(names, asked.iter().map(|&at| ["n", "what", "day"][at]).collect::<Vec<_>>());
            let some = some.read_all().unwrap_or_else(|error| panic!("{error}"));
            for row in cells(&all) {
                let row: Vec<_> = asked.iter().map(|&at| row[at]).collect();
                assert!(cells(&some).contains(&row), "{row:?}");
            }
        }
    }
}

#[test]
fn a_value_fails_only_where_it_was_asked_for() {
    let counts = |columns| {
        let mut options = ScanOptions::default();
        options.columns = columns;
        let (batch, stats) = scan(TEXT.as_bytes(), options);
        assert_eq!((stats.records, stats.unmatched), (8, 2));
        assert_eq!(batch.len() as u64, stats.matched);
        stats.failures
    };
    assert_eq!(counts(None), 2);
    assert_eq!(counts(Some(vec![0])), 1);
    assert_eq!(counts(Some(vec![2, 1])), 1);
    assert_eq!(counts(Some(vec![1])), 0);
    assert_eq!(counts(Some(vec![])), 0);
}

#[test]
fn a_column_that_is_not_there_or_there_twice_is_an_error_and_the_end() {
    for (columns, word) in [(vec![0, 3], "no column 3"), (vec![1, 1], "twice")] {
        let mut options = ScanOptions::default();
        options.columns = Some(columns);
        let mut scan = pattern(FORMAT).scan_input(Input::bytes(TEXT), options);
        let error = scan.next().and_then(Result::err).expect("an error");
        assert!(error.is_column() && error.to_string().contains(word), "{error}");
        assert!(scan.next().is_none() && scan.stats().records == 0);
    }
}

#[test]
fn a_limit_gives_the_first_rows_and_sees_nothing_after_the_last() {
    for on_error in [OnError::Skip, OnError::Null] {
        let with = |limit, block_bytes, threads| {
            let mut options = options(threads, block_bytes);
            (options.limit, options.on_error) = (limit, on_error);
            options
        };
        let (all, _) = scan(TEXT.as_bytes(), with(None, 1 << 20, 1));
        for limit in 0..=all.len() + 1 {
            for block_bytes in [1, 20, 40, 1 << 20] {
                for threads in [1, 2] {
                    let (some, stats) = scan(TEXT.as_bytes(), with(Some(limit as u64), block_bytes, threads));
                    assert_eq!(cells(&some), cells(&all)[..limit.min(all.len())], "{limit}, blocks of {block_bytes}");
                    // The counts are those of the text as far as it was seen, and that ends with the last row.
                    let seen = &TEXT.as_bytes()[..stats.bytes as usize];
                    assert_eq!(scan(seen, with(None, 1 << 20, 1)), (some, stats.clone()));
                    if limit <= all.len() && limit > 0 {
                        let line = seen.strip_suffix(b"\n").unwrap_or(seen);
                        let last = line.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
                        assert_eq!(scan(&seen[..last], with(None, 1 << 20, 1)).0.len(), limit - 1);
                    }
                }
            }
        }
    }
}

#[test]
fn what_would_be_raised_after_the_last_row_is_not() {
    for text in ["1 a 2011-01-02\n2 b 2011-01-03\nnoise\n", "1 a 2011-01-02\n2 b 2011-01-03\n3 c 2011-02-29\n"] {
        for block_bytes in [1, 1 << 20] {
            for (limit, is_raised) in [(1, false), (2, false), (3, true)] {
                let mut options = ScanOptions::default();
                (options.limit, options.block_bytes, options.on_error) = (Some(limit), block_bytes, OnError::Raise);
                let mut scan = pattern(FORMAT).scan_input(Input::bytes(text), options);
                let error = scan.read_all().err();
                assert_eq!(error.is_some_and(|error| error.is_record()), is_raised, "{text:?}, {limit}");
                assert_eq!(scan.stats().records, limit);
            }
        }
    }
}

/// Matches `row`, and has an error for `end`.
#[derive(Debug)]
struct Rows;

impl ExternalMatcher for Rows {
    fn find(&self, text: &str, _: usize, _: Anchored) -> Found {
        match text {
            "end" => Err("the end".into()),
            "row" => Ok(Some(vec![Some(0..3); 2])),
            _ => Ok(None),
        }
    }
}

#[test]
fn an_error_of_a_matcher_after_the_last_row_is_none() {
    let text = "none\nrow\nnone\nnone\nrow\nrow\nend\nrow\n";
    let pattern = external("{a}", Rows);
    for block_bytes in [1, 1 << 20] {
        // Nobody knows what the record with the error is, so it is not counted.
        for (limit, records) in [(1, 2), (2, 5), (3, 6), (4, 6)] {
            let mut options = ScanOptions::default();
            (options.limit, options.block_bytes) = (Some(limit), block_bytes);
            let mut scan = pattern.scan_input(Input::bytes(text), options);
            match scan.read_all() {
                Ok(batch) => assert_eq!(batch.len() as u64, limit),
                Err(error) => assert!(limit == 4 && error.is_external() && error.to_string() == "the end", "{error}"),
            }
            let stats = scan.stats();
            assert_eq!(stats.records, records);
            assert_eq!(stats.records, stats.matched + stats.unmatched + stats.failures);
        }
    }
}

/// Counts what was read.
struct Counted<'a>(&'a [u8], Arc<AtomicUsize>);

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.0.read(buffer)?;
        self.1.fetch_add(read, Ordering::SeqCst);
        Ok(read)
    }
}

#[test]
fn no_block_is_read_after_that_with_the_last_row() {
    let text = b"1 a 2011-01-02\n".repeat(1000);
    for (limit, most) in [(0, 0), (1, 150), (10, 150), (11, 300), (500, 8000)] {
        let read = Arc::default();
        let mut options = options(8, 150);
        options.limit = Some(limit);
        let input = Input::reader(Counted(&text, Arc::clone(&read)), "r");
        let rows = pattern(FORMAT).scan_input(input, options).read_all().map(|batch| batch.len() as u64);
        assert_eq!(rows.unwrap_or_else(|error| panic!("{error}")), limit);
        assert!(read.load(Ordering::SeqCst) <= most, "{limit} rows: {read:?}");
    }
}
