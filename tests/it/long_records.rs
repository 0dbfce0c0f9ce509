//! Records that are too long: each is one failure, skipped in bounded memory, and the same whatever the input, the block and the threads.

use std::{
    io::{self, Read},
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use parsimd::{Cell, Input, OnError, Pattern, ScanOptions, Stats, Strings, TextColumn, limits};

use crate::common::{Folder, Steps, gzip, open, pattern, spelt};

#[allow(clippy::type_complexity, reason = "the parts of one answer")]
fn run(pattern: &Pattern, input: Input<'_>, options: &ScanOptions) -> (Vec<Vec<String>>, Option<String>, Stats) {
    let mut scan = pattern.scan_input(input, options.clone());
    let (mut rows, mut told) = (Vec::new(), None);
    for batch in &mut scan {
        match batch {
            Ok(batch) => rows.extend(spelt(&batch)),
            // The name of the input is not the same.
            Err(error) => told = error.to_string().split_once(": ").map(|(_, rest)| rest.to_owned()),
        }
    }
    let mut stats = scan.stats().clone();
    stats.first_failures.iter_mut().for_each(|failure| failure.source.clear());
    (rows, told, stats)
}

/// Lines of lengths around a limit, with and without a `\r`, and some that are much longer.
fn text(longest: usize) -> Vec<u8> {
    let mut text = Vec::new();
    for length in [longest + 1, longest, longest + 2, 3 * longest + 500, 1, longest - 1, longest + 3, 130, 400] {
        for end in ["\n", "\r\n", "\r\r\n"] {
            for first in ["a", "é", "x"] {
                text.extend(first.as_bytes());
                text.extend(std::iter::repeat_n(b'b', length.saturating_sub(first.len())));
                text.extend(end.as_bytes());
            }
        }
    }
    text
}

#[test]
fn a_record_is_too_long_by_its_bytes_alone() {
    let folder = Folder::new();
    for longest in [3, 50, 119, 200] {
        for (cut, format) in [(0, "a{:w}"), (1, "a{}"), (2, "{}"), (60, "{}bbb"), (402, "x{}b")] {
            let pattern = pattern(format);
            let mut text = text(longest);
            text.truncate(text.len() - cut);
            let (plain, packed) = (folder.write("plain", &text), folder.write("packed", gzip(&text)));
            for on_error in [OnError::Skip, OnError::Null, OnError::Raise] {
                for limit in [None, Some(4)] {
                    let mut options = ScanOptions::default();
                    options.on_error = on_error;
                    options.limit = limit;
                    options.max_record_bytes = longest;
                    options.threads = NonZeroUsize::new(1);
                    let wanted = run(&pattern, Input::bytes(&text), &options);
                    if limit.is_none() && on_error != OnError::Raise {
                        let lines = text.split(|&byte| byte == b'\n');
                        let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line).len());
                        let long = lines.filter(|&length| length > longest).count() as u64;
                        let has_return = u64::from(cut == 1 && text.ends_with(b"\r"));
                        assert!(wanted.2.failures.abs_diff(long) <= has_return, "{} {long}", wanted.2.failures);
                        let reason = format!("record too long: more than {longest} bytes");
                        assert!(wanted.2.first_failures.iter().any(|failure| failure.reason == reason));
                        assert_eq!(wanted.2.bytes, text.len() as u64);
                    }
                    for (threads, block_bytes) in [(1, 1), (1, 100), (3, 1), (3, 64), (2, 1000)] {
                        options.threads = NonZeroUsize::new(threads);
                        options.block_bytes = block_bytes;
                        for input in [
                            Input::bytes(&text),
                            Input::shared(text.clone()),
                            Input::reader(&text[..], "r"),
                            Input::reader(Steps(&text, 1), "r"),
                            Input::reader(Steps(&text, 7), "r").live(),
                            open(&plain),
                            open(&packed),
                        ] {
                            let how = format!("{longest}, {format:?}, {input:?}, {on_error:?}, {options:?}");
                            assert_eq!(run(&pattern, input, &options), wanted, "{how}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn a_text_that_is_too_long_fails_as_a_line_does() {
    let lengths = [5, 0, 50, 51, 52, 300, 7, 49, 1000, 50];
    let texts: Vec<String> = lengths.iter().map(|&length| "b".repeat(length)).collect();
    let lines = texts.join("\n");
    let bytes = texts.concat().into_bytes();
    let mut offsets = vec![0_i64];
    offsets.extend(texts.iter().scan(0, |end, text| {
        *end += text.len() as i64;
        Some(*end)
    }));
    let pattern = pattern("{a:w}");
    for block_bytes in [1, 20, 60, 500, 100_000] {
        for strings in [Strings::Utf8, Strings::View, Strings::Binary] {
            let mut options = ScanOptions::default();
            options.on_error = OnError::Null;
            options.max_record_bytes = 50;
            options.block_bytes = block_bytes;
            options.strings = strings;
            let (rows, _, stats) = run(&pattern, Input::bytes(&lines), &options);
            let column = TextColumn::new(&bytes, &offsets, &[]).unwrap_or_else(|| panic!("a column"));
            for found in [
                pattern.scan_texts(texts.iter().map(|text| Some(text.as_bytes())), options.clone()),
                pattern.scan_column(column, options.clone()),
            ] {
                let found = found.unwrap_or_else(|error| panic!("{error}"));
                let batch = found.to_batch().unwrap_or_else(|error| panic!("{error}"));
                assert_eq!(spelt(&batch), rows);
                assert_eq!((found.stats.failures, found.stats.unmatched), (4, 1));
                assert_eq!((found.stats.failures, found.stats.unmatched), (stats.failures, stats.unmatched));
                assert_eq!(found.stats.bytes, bytes.len() as u64);
                for (text, line) in found.stats.first_failures.iter().zip(&stats.first_failures) {
                    assert_eq!((text.record, &text.reason, &text.text), (line.record, &line.reason, &line.text));
                    assert_eq!(text.offset as i64, offsets[text.record as usize]);
                }
            }
            options.on_error = OnError::Raise;
            let column = TextColumn::new(&bytes[5..], &[0_i32, 50, 101], &[]).unwrap_or_else(|| panic!("a column"));
            let error = pattern.scan_column(column, options).map(|_| ()).unwrap_err();
            assert!(error.row() == Some(1) && error.to_string().contains("too long"), "{error}");
        }
    }
}

/// A line without an end, and how much of it was asked for at once.
struct Endless(Arc<AtomicUsize>);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.fetch_max(buffer.len(), Ordering::Relaxed);
        buffer.fill(b'x');
        Ok(buffer.len())
    }
}

#[test]
fn an_endless_line_is_skipped_in_slices_and_in_bounded_memory() {
    let largest = Arc::new(AtomicUsize::new(0));
    let mut options = ScanOptions::default();
    options.max_record_bytes = 1 << 20;
    let input = Input::reader(Endless(Arc::clone(&largest)), "endless");
    let mut scan = pattern("{a}").scan_input(input, options.clone());
    let begin = Instant::now();
    for _ in 0..5 {
        assert!(scan.next_soon().is_some_and(|batch| batch.is_ok_and(|batch| batch.is_empty())));
    }
    assert!(begin.elapsed() < Duration::from_secs(10));
    assert!(largest.load(Ordering::Relaxed) <= (1 << 20) + 2, "{largest:?}");
    // A scan that is to end at a bad record does not wait for the end of the line.
    options.on_error = OnError::Raise;
    let input = Input::reader(Endless(largest), "endless");
    let error = pattern("{a}").scan_input(input, options).read_all().map(|_| ()).unwrap_err();
    assert_eq!((error.offset(), error.is_record()), (Some(0), true));
}

#[test]
fn the_default_holds_for_every_kind_of_input() {
    let line = limits::RECORD_BYTES;
    let mut text = Vec::with_capacity(2 * line + 100);
    text.extend_from_slice(b"first\n");
    text.resize(text.len() + line, b'y');
    text.extend_from_slice(b"\r\n");
    text.resize(text.len() + line + 1, b'z');
    text.extend_from_slice(b"\nlast\n");
    let mut options = ScanOptions::default();
    options.strings = Strings::View;
    let pattern = pattern("{a}");
    for input in [Input::bytes(&text), Input::reader(&text[..], "r")] {
        let mut scan = pattern.scan_input(input, options.clone());
        let batch = scan.read_all().unwrap_or_else(|error| panic!("{error}"));
        let column = &batch.columns()[0];
        assert_eq!((column.get(0), column.get(2)), (Cell::Text("first"), Cell::Text("last")));
        assert!(matches!(column.get(1), Cell::Text(text) if text.len() == line));
        let stats = scan.stats();
        assert_eq!((stats.records, stats.matched, stats.failures, stats.bytes), (4, 3, 1, text.len() as u64));
        let failure = &stats.first_failures[0];
        assert_eq!((failure.offset, failure.record), (6 + line as u64 + 2, 2));
        assert_eq!(failure.reason, "record too long: more than 67108864 bytes");
        assert_eq!(failure.text, "z".repeat(limits::EXCERPT_BYTES));
    }
}
