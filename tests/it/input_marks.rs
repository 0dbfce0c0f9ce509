//! What stands before the text of an input: byte order marks, holes of NUL bytes, and UTF-16. The same for every kind of input, block size and
//! number of threads.

use std::{
    io::{self, Read},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use parsimd::{FailureKind, Input, Matches, OnError, Pattern, ScanOptions, Stats, Strings, limits};

use crate::common::{Folder, Random, Steps, gzip, map, open, options, pattern, read, spelt};

const MARK: &str = "\u{feff}";

/// All that a scan gives; the name of the input is taken out.
#[derive(Debug, PartialEq)]
struct Answer {
    rows: Vec<Vec<String>>,
    /// Where the record is that ended it.
    error: Option<Option<u64>>,
    stats: Stats,
}

fn run(pattern: &Pattern, input: Input<'_>, options: &ScanOptions) -> Answer {
    let mut scan = pattern.scan_input(input, options.clone());
    let (mut rows, mut error) = (Vec::new(), None);
    for batch in &mut scan {
        match batch {
            Ok(batch) => rows.extend(spelt(&batch)),
            Err(told) => error = Some(told.offset()),
        }
    }
    let mut stats = scan.stats().clone();
    stats.first_failures.iter_mut().for_each(|failure| failure.source.clear());
    for note in &mut stats.notes {
        *note = note.split_once(": ").map_or_else(String::new, |(_, note)| note.to_owned());
    }
    Answer { rows, error, stats }
}

/// The records of a text, the plain way.
struct Records {
    /// The text without holes. It has a mark in any case: its own first character may be one.
    text: Vec<u8>,
    /// Where each record begins in the whole text.
    starts: Vec<u64>,
    notes: Vec<String>,
}

fn records(whole: &[u8]) -> Records {
    let mut at = if whole.starts_with(MARK.as_bytes()) { 3 } else { 0 };
    let (mut text, mut starts, mut ends, mut skipped) = (MARK.as_bytes().to_vec(), Vec::new(), Vec::new(), 0);
    while at < whole.len() {
        let begin = at;
        while whole.get(at) == Some(&0) {
            at += 1;
        }
        if at > begin {
            ends.push(at);
            skipped += at - begin;
        }
        if at < whole.len() {
            starts.push(at as u64);
            let length =
                whole[at..].iter().position(|&byte| byte == b'\n').map_or(whole.len() - at, |newline| newline + 1);
            text.extend(&whole[at..at + length]);
            at += length;
        }
    }
    let notes = match ends[..] {
        [] => vec![],
        [end] if skipped == 1 => vec![format!("skipped 1 NUL byte before byte {end}")],
        [end] => vec![format!("skipped {skipped} NUL bytes before byte {end}")],
        [first, ..] => {
            vec![format!("skipped {skipped} NUL bytes in {} places, the first before byte {first}", ends.len())]
        }
    };
    Records { text, starts, notes }
}

/// Every kind of input that can have these bytes.
fn inputs<'a>(whole: &'a [u8], plain: &Path, packed: &Path, step: usize) -> Vec<(&'static str, Input<'a>)> {
    vec![
        ("bytes", Input::bytes(whole)),
        ("shared", Input::shared(whole.to_vec())),
        ("reader", Input::reader(whole, "r")),
        ("steps", Input::reader(Steps(whole, step), "r")),
        ("live", Input::reader(Steps(whole, step), "r").decompressed().live()),
        ("file", open(plain)),
        ("map", map(plain)),
        ("gzip", open(packed)),
    ]
}

fn check(whole: &[u8], formats: &[(&str, Matches)], random: &mut Random) {
    let folder = Folder::new();
    let (plain, packed) = (folder.write("plain", whole), folder.write("packed", gzip(whole)));
    let Records { text, starts, notes } = records(whole);
    for &(format, matches) in formats {
        let pattern = pattern(format);
        for on_error in [OnError::Skip, OnError::Null, OnError::Raise] {
            let mut how = options(1, limits::BLOCK_BYTES);
            (how.on_error, how.matches) = (on_error, matches);
            how.max_record_bytes = [30, 1000][random.below(2)];
            how.strings = [Strings::Utf8, Strings::View, Strings::Binary][random.below(3)];
            // What has neither marks nor holes says what is to come of the rest.
            let mut wanted = run(&pattern, Input::bytes(&text), &how);
            let place = |number: u64| starts[number as usize];
            wanted.stats.first_failures.iter_mut().for_each(|failure| failure.offset = place(failure.record));
            if wanted.error.is_some() {
                wanted.error = Some(Some(place(wanted.stats.records - 1)));
            } else {
                wanted.stats.notes.clone_from(&notes);
                wanted.stats.bytes = whole.len() as u64;
            }
            let step = 1 + random.below(9);
            for block_bytes in [1, 2, 7, 64, 300, limits::BLOCK_BYTES] {
                for threads in [1, 3] {
                    how.block_bytes = block_bytes;
                    how.threads = options(threads, 0).threads;
                    for (kind, input) in inputs(whole, &plain, &packed, step) {
                        let mut found = run(&pattern, input, &how);
                        if wanted.error.is_some() {
                            // How much was read before the record that ended it is no matter here.
                            found.stats.bytes = wanted.stats.bytes;
                        }
                        let text = String::from_utf8_lossy(whole);
                        assert_eq!(found, wanted, "{kind}, {threads} threads, {step}, {format}, {how:?}, {text:?}");
                    }
                }
            }
        }
    }
}

/// Lines of all kinds, with holes before some of them.
fn log(random: &mut Random, lines: usize) -> Vec<u8> {
    let kinds: [&[u8]; 14] = [
        b"info 1",
        b"info 22",
        b"warn 333",
        b"noise",
        b"",
        b"a line of more than thirty bytes, which may be too many",
        b"info 99999999999999999999",
        b"caf\xc3\xa9 4",
        b"\xfe\xfd 5",
        b"in\0fo 6",
        b"noise\0\0",
        "\u{feff}info 7".as_bytes(),
        b"\xef\xbb",
        b"\r",
    ];
    let mut text = Vec::new();
    if random.below(2) == 0 {
        text.extend(MARK.as_bytes());
    }
    let hole = |random: &mut Random| match random.below(6) {
        0 => vec![0; 1 + random.below(5)],
        1 => vec![0; 1 + random.below(700)],
        _ => vec![],
    };
    for _ in 0..lines {
        text.extend(hole(random));
        text.extend(random.one(&kinds));
        text.extend(random.one(&[&b"\n"[..], b"\n", b"\r\n"]));
    }
    text.extend(hole(random));
    if random.below(2) == 0 {
        text.extend(b"info 8");
    }
    text
}

const FORMATS: [(&str, Matches); 3] =
    [("{level:w} {n:d}", Matches::Line), ("{a}", Matches::Line), ("warn {n:d}", Matches::First)];

#[test]
fn a_mark_and_holes_are_no_part_of_a_record_whatever_the_input_the_block_and_the_threads() {
    let mut random = Random(11);
    for lines in [0, 0, 1, 2, 3, 5, 8, 13, 20, 60] {
        let text = log(&mut random, lines);
        check(&text, &FORMATS, &mut random);
    }
}

#[test]
fn short_beginnings_are_told_apart_from_a_mark() {
    let mut random = Random(12);
    for text in [
        &b""[..],
        b"\0",
        b"\0\n",
        b"\n\0",
        b"\n\0\n",
        b"\0\r\n",
        b"\xef",
        b"\xef\xbb",
        b"\xef\n",
        b"\xef\xbb\n",
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf\n",
        b"\xef\xbb\xbf\0\0info 1",
        b"\xef\xbb\xbf\xef\xbb\xbfinfo 1\n",
        b"\0\xef\xbb\xbfinfo 1\n",
        b"\xfe",
        b"\xff",
        b"\xff\n",
        b"\xff\0info 1\n",
    ] {
        check(text, &FORMATS[..2], &mut random);
    }
}

#[test]
fn holes_before_lines_that_nobody_asks_about_are_counted() {
    // The literal is rare, and after ten failures the other lines are not told apart.
    let mut random = Random(13);
    let mut whole = b"noise\n".repeat(30);
    for number in 0..300 {
        whole.extend(vec![0; if number % 70 == 50 { 1 + random.below(300) } else { 0 }]);
        whole.extend(if number % 40 == 20 { &b"warn 1\n"[..] } else { b"nothing of note\n" });
    }
    check(&whole, &[("warn {n:d}", Matches::First)], &mut random);
}

#[test]
fn a_mark_and_a_hole_give_the_rows_that_are_meant() {
    let (batch, stats) =
        read(&pattern("{level} {n:d}"), Input::bytes("\u{feff}info 1\nwarn 2\n"), ScanOptions::default());
    assert_eq!(spelt(&batch), [[r#"Text("info")"#, "Int64(1)"], [r#"Text("warn")"#, "Int64(2)"]]);
    assert!(stats.notes.is_empty(), "{:?}", stats.notes);
    let text = "\0\0\0\0\x002019-12-17 05:19:07 web hello\n";
    let (batch, stats) = read(&pattern("{t:ti} {host} {msg}"), Input::bytes(text), ScanOptions::default());
    assert_eq!(spelt(&batch)[0][1..], [r#"Text("web")"#, r#"Text("hello")"#]);
    assert_eq!((batch.len(), stats.failures, stats.unmatched), (1, 0, 0));
    assert_eq!(stats.notes, ["<bytes>: skipped 5 NUL bytes before byte 5"]);
    let (_, stats) = read(&pattern("{n:d}"), Input::bytes("\u{feff}x\n\0\0y\n"), ScanOptions::default());
    assert_eq!(stats.first_failures.iter().map(|failure| failure.offset).collect::<Vec<_>>(), [3, 7]);
}

#[test]
fn each_of_several_sources_has_its_own_mark_and_its_own_note() {
    let folder = Folder::new();
    let utf16: Vec<u8> = "\u{feff}info 4\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let paths = || {
        [
            folder.write("a.log", "\u{feff}info 1\n\0\0info 2"),
            folder.write("b.log", ""),
            folder.write("c.gz", gzip("\u{feff}\0\0\0info 3\n\0".as_bytes())),
            folder.write("d.log", &utf16),
            folder.write("e.log", "\0\0info 5\n"),
        ]
    };
    for threads in [1, 3] {
        for block_bytes in [1, 10, limits::BLOCK_BYTES] {
            let files = Input::files(paths()).unwrap_or_else(|error| panic!("{error}"));
            let input = files.then(Input::bytes("\u{feff}info 6\n")).then(Input::shared(utf16.clone()));
            let (batch, stats) = read(&pattern("info {n:d}"), input, options(threads, block_bytes));
            let wanted = [1, 2, 3, 4, 5, 6, 4].map(|n| vec![format!("Int64({n})")]);
            assert_eq!(spelt(&batch), wanted);
            let notes: Vec<&str> = stats.notes.iter().map(|note| note.rsplit('/').next().unwrap_or(note)).collect();
            assert_eq!(
                notes,
                [
                    "a.log: skipped 2 NUL bytes before byte 12",
                    "c.gz: skipped 4 NUL bytes in 2 places, the first before byte 6",
                    "d.log: UTF-16, read as UTF-8; places are those of the UTF-8 text",
                    "e.log: skipped 2 NUL bytes before byte 2",
                    "<bytes>: UTF-16, read as UTF-8; places are those of the UTF-8 text",
                ]
            );
        }
    }
}

#[test]
fn an_input_that_breaks_tells_what_was_skipped_before() {
    struct Breaks<'a>(&'a [u8]);

    impl Read for Breaks<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer) {
                Ok(0) => Err(io::Error::other("the line is cut")),
                read => read,
            }
        }
    }

    for (text, failures) in [("\0\0info 1\n\0\0\0", 0), ("\0\0info 1\n\0\0\0in", 1)] {
        for block_bytes in [1, 4, 100] {
            let mut scan = pattern("info {n:d}")
                .scan_input(Input::reader(Breaks(text.as_bytes()), "modem"), options(1, block_bytes));
            assert!(scan.read_all().is_err());
            assert_eq!(scan.read_all().map(|batch| batch.len()).ok(), Some(1));
            let stats = scan.stats();
            assert_eq!((stats.records, stats.failures, stats.bytes), (1 + failures, failures, text.len() as u64));
            assert_eq!(stats.notes, ["modem: skipped 5 NUL bytes in 2 places, the first before byte 2"]);
            assert!(stats.first_failures.iter().all(|failure| failure.offset == 12));
        }
    }
}

/// Text in UTF-16, with its mark.
fn utf16(text: &[u16], is_big: bool) -> Vec<u8> {
    let bytes = if is_big { u16::to_be_bytes } else { u16::to_le_bytes };
    [0xfeff].iter().chain(text).flat_map(|&unit| bytes(unit)).collect()
}

#[test]
fn utf_16_with_a_mark_is_read_as_the_utf_8_that_it_means() {
    let mut random = Random(14);
    let folder = Folder::new();
    let lines = ["info 1\n", "größer 22\r\n", "日本 3\n", "🦀🦀 4\n", "noise\n", "\0\0info 5\n", "\u{feff}x 6\n", "\n"];
    for count in [0, 1, 2, 5, 40] {
        let mut text: String = (0..count).map(|_| random.one(&lines)).collect();
        text.push_str(random.one(&["", "last 9"]));
        let units: Vec<u16> = text.encode_utf16().collect();
        for is_big in [false, true] {
            let whole = utf16(&units, is_big);
            let (plain, packed) = (folder.write("plain", &whole), folder.write("packed", gzip(&whole)));
            let pattern = pattern("{word} {n:d}");
            for on_error in [OnError::Skip, OnError::Raise] {
                let mut how = options(1, limits::BLOCK_BYTES);
                how.on_error = on_error;
                how.strings = [Strings::Utf8, Strings::View][random.below(2)];
                // A mark in the UTF-8 would be passed.
                let mut wanted = run(&pattern, Input::bytes(format!("\u{feff}{text}")), &how);
                wanted.error = wanted.error.map(|offset| offset.map(|offset| offset - 3));
                wanted.stats.bytes -= 3;
                wanted.stats.first_failures.iter_mut().for_each(|failure| failure.offset -= 3);
                let Records { notes, .. } = records(text.as_bytes());
                if wanted.error.is_none() {
                    wanted.stats.notes = notes;
                    wanted.stats.notes.push("UTF-16, read as UTF-8; places are those of the UTF-8 text".to_owned());
                }
                for block_bytes in [1, 7, 100, limits::BLOCK_BYTES] {
                    for threads in [1, 3] {
                        how.block_bytes = block_bytes;
                        how.threads = options(threads, 0).threads;
                        for (kind, input) in inputs(&whole, &plain, &packed, 1 + random.below(5)) {
                            let found = run(&pattern, input, &how);
                            assert_eq!(found, wanted, "{kind}, {threads} threads, {how:?}, {text:?}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn what_is_no_utf_16_is_a_replacement_character_and_counted() {
    let text: Vec<u16> =
        [0x61, 0xd83e, 0x20, 0x31, 0x0a, 0xdd80, 0x20, 0x32, 0x0a, 0xd83e, 0xdd80, 0x20, 0x33, 0x0a].into();
    for is_big in [false, true] {
        let mut whole = utf16(&text, is_big);
        // Half of a unit.
        whole.push(0x62);
        for step in [1, 2, 3, 1000] {
            for block_bytes in [1, 5, 1000] {
                let input = Input::reader(Steps(&whole, step), "x.log");
                let (batch, stats) = read(&pattern("{a} {n:d}"), input, options(1, block_bytes));
                let texts: Vec<String> = spelt(&batch).into_iter().map(|row| row[0].clone()).collect();
                assert_eq!(texts, ["Text(\"a\u{fffd}\")", "Text(\"\u{fffd}\")", "Text(\"🦀\")"]);
                assert_eq!((stats.records, stats.unmatched), (4, 1));
                assert_eq!(
                    stats.notes,
                    [
                        "x.log: UTF-16, read as UTF-8; places are those of the UTF-8 text",
                        "x.log: units that are no UTF-16, and became U+FFFD: 3"
                    ]
                );
            }
        }
    }
}

/// So many NULs, and then a line; and how much was asked for at once.
struct Hole(u64, &'static [u8], Arc<AtomicUsize>);

impl Read for Hole {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.2.fetch_max(buffer.len(), Ordering::Relaxed);
        if self.0 == 0 {
            return self.1.read(buffer);
        }
        let length = buffer.len().min(self.0 as usize);
        buffer[..length].fill(0);
        self.0 -= length as u64;
        Ok(length)
    }
}

#[test]
fn a_huge_hole_is_passed_in_slices_and_in_bounded_memory() {
    let size = 300 << 20;
    let largest = Arc::new(AtomicUsize::new(0));
    let before: &[u8] = b"info 1\n";
    for first in [before, b""] {
        let reader = first.chain(Hole(size, b"info 2\nx\n", Arc::clone(&largest)));
        let mut how = ScanOptions::default();
        how.max_record_bytes = 1000;
        let (batch, stats) = read(&pattern("info {n:d}"), Input::reader(reader, "big"), how);
        let at = first.len() as u64 + size;
        assert_eq!(batch.len(), 1 + usize::from(!first.is_empty()));
        assert_eq!((stats.failures, stats.unmatched, stats.bytes), (0, 1, at + 9));
        assert_eq!(stats.first_failures[0].offset, at + 7);
        assert_eq!(stats.notes, [format!("big: skipped {size} NUL bytes before byte {at}")]);
    }
    assert!(largest.load(Ordering::Relaxed) <= limits::BLOCK_BYTES, "{largest:?}");
    // One without an end keeps nobody waiting.
    let mut scan = pattern("{a}").scan_input(Input::reader(Hole(u64::MAX, b"", largest), "endless"), options(1, 1000));
    for _ in 0..3 {
        let begin = Instant::now();
        assert!(scan.next_soon().is_some_and(|batch| batch.is_ok_and(|batch| batch.is_empty())));
        assert!(begin.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn a_hole_in_memory_is_no_part_of_the_length_of_its_record() {
    let mut text = vec![0; limits::RECORD_BYTES + 10];
    text.extend(b"1\n");
    let (batch, stats) = read(&pattern("{n:d}"), Input::bytes(&text), ScanOptions::default());
    assert_eq!((batch.len(), stats.failures), (1, 0));
    text.pop();
    let mut how = ScanOptions::default();
    how.max_record_bytes = 1;
    assert_eq!(read(&pattern("{n:d}"), Input::shared(text), how).0.len(), 1);
}

#[test]
fn a_limit_counts_nothing_after_its_last_row() {
    let text = "\u{feff}\0\0info 1\n\0info 2\n\0\0info 3\n";
    for block_bytes in [1, 8, 1000] {
        for input in [Input::bytes(text), Input::reader(text.as_bytes(), "r")] {
            let mut how = options(1, block_bytes);
            how.limit = Some(2);
            let (batch, stats) = read(&pattern("info {n:d}"), input, how);
            assert_eq!((batch.len(), stats.records, stats.bytes), (2, 2, 20));
            assert!(stats.notes.is_empty());
        }
    }
}

#[test]
fn a_failure_after_a_hole_shows_the_text_alone() {
    let (_, stats) = read(&pattern("{n:d}"), Input::bytes("1\n\0\0\0\0x\0y\n"), ScanOptions::default());
    let failure = &stats.first_failures[0];
    assert_eq!((failure.offset, failure.record, failure.kind), (6, 1, FailureKind::NoMatch));
    assert_eq!(failure.text, "x\0y");
}

#[cfg(unix)]
#[test]
fn a_pipe_may_pause_inside_of_a_mark_and_of_a_hole() {
    use std::io::Write;

    let utf16 = utf16(&"info 1\ninfo 2\n".encode_utf16().collect::<Vec<_>>(), false);
    for data in ["\u{feff}\0\0\0info 1\n\0\0info 2\n".as_bytes(), &utf16] {
        let folder = Folder::new();
        let path = folder.fifo("pipe");
        let mut scan = pattern("info {n:d}").scan_input(open(&path), ScanOptions::default());
        let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap_or_else(|error| panic!("{error}"));
        let mut rows = 0;
        for byte in data {
            file.write_all(&[*byte]).unwrap_or_else(|error| panic!("{error}"));
            let batch = scan.next_soon().map(|batch| batch.unwrap_or_else(|error| panic!("{error}")));
            rows += batch.unwrap_or_else(|| panic!("it has not ended")).len();
        }
        drop(file);
        rows += scan.read_all().unwrap_or_else(|error| panic!("{error}")).len();
        assert_eq!((rows, scan.stats().records, scan.stats().notes.len()), (2, 2, 1));
    }
}
