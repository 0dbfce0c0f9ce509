//! Inputs that break: every row before the damage is given, the record that is cut is counted, and the error is told once.

use std::io::{self, Read};

use parsimd::{Batch, Cell, Error, Input, OnError, Scan, ScanOptions, Stats, limits};

use crate::common::{self, Folder, Steps, gzip, open};

const FORMAT: &str = "{level:w} {n:d}";

fn options(threads: usize, block_bytes: usize, on_error: OnError) -> ScanOptions {
    let mut options = common::options(threads, block_bytes);
    options.on_error = on_error;
    options
}

fn lines(count: usize) -> Vec<u8> {
    (0..count).flat_map(|n| format!("info {n}\n").into_bytes()).collect()
}

/// The numbers of a batch, in the column `n`.
fn numbers(batch: &Batch) -> Vec<Option<i64>> {
    let column = batch.column("n").unwrap_or_else(|| panic!("the column is there"));
    (0..batch.len())
        .map(|row| match column.get(row) {
            Cell::Int64(n) => Some(n),
            _ => None,
        })
        .collect()
}

/// All that a scan gives by iteration, until its end.
fn iterate(mut scan: Scan<'_>) -> (Vec<Option<i64>>, Option<Error>, Stats) {
    let (mut rows, mut told) = (Vec::new(), None);
    for batch in &mut scan {
        match batch {
            Ok(batch) => rows.extend(numbers(&batch)),
            Err(error) => assert!(told.replace(error).is_none(), "an error is told once"),
        }
    }
    assert!(scan.next().is_none() && scan.read_all().is_ok_and(|batch| batch.is_empty()), "the end is the end");
    (rows, told, scan.stats().clone())
}

/// The same by `read_all`, called until it gives nothing more.
fn read_all(mut scan: Scan<'_>) -> (Vec<Option<i64>>, Option<Error>, Stats) {
    let (mut rows, mut told) = (Vec::new(), None);
    loop {
        match scan.read_all() {
            Ok(batch) if batch.is_empty() => break,
            Ok(batch) => rows.extend(numbers(&batch)),
            Err(error) => {
                assert!(rows.is_empty(), "what was collected is given after the error");
                assert!(told.replace(error).is_none(), "an error is told once");
            }
        }
    }
    (rows, told, scan.stats().clone())
}

/// Gives some bytes, a few at a time, and then an error.
struct Breaks<'a>(&'a [u8], usize);

impl Read for Breaks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() {
            return Err(io::Error::other("the line is cut"));
        }
        let length = buffer.len().min(self.1);
        self.0.read(&mut buffer[..length])
    }
}

/// Checks a scan of the whole lines at the beginning of `read`, after which an error comes.
fn check(open: &dyn Fn() -> Input<'static>, read: &[u8], whole: &[u8], how: &str) -> String {
    let newline = read.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
    let rows = read[..newline].iter().filter(|&&byte| byte == b'\n').count();
    let cut = &read[newline..];
    assert_eq!(read, &whole[..read.len()], "{how}");
    let mut messages = Vec::new();
    for threads in [1, 3] {
        for block_bytes in [1, 100, limits::BLOCK_BYTES] {
            for on_error in [OnError::Skip, OnError::Null, OnError::Raise] {
                for run in [iterate, read_all] {
                    let how = format!("{how}: {threads} threads, blocks of {block_bytes}, {on_error:?}");
                    let (found, error, stats) =
                        run(common::pattern(FORMAT).scan_input(open(), options(threads, block_bytes, on_error)));
                    assert_eq!(found, (0..rows as i64).map(Some).collect::<Vec<_>>(), "{how}");
                    let error = error.unwrap_or_else(|| panic!("{how}: no error"));
                    assert!(error.is_io(), "{how}: {error}");
                    messages.push(error.to_string());
                    let failures = u64::from(!cut.is_empty());
                    assert_eq!(
                        (stats.records, stats.matched, stats.unmatched, stats.failures, stats.bytes),
                        (rows as u64 + failures, rows as u64, 0, failures, read.len() as u64),
                        "{how}"
                    );
                    for failure in &stats.first_failures {
                        assert_eq!((failure.offset, failure.record), (newline as u64, rows as u64), "{how}");
                        assert_eq!(failure.text.as_bytes(), cut, "{how}");
                        assert!(failure.reason.contains("broke off"), "{how}: {}", failure.reason);
                    }
                    assert_eq!(stats.first_failures.len() as u64, failures, "{how}");
                }
            }
        }
    }
    messages.dedup();
    assert_eq!(messages.len(), 1, "{how}: {messages:?}");
    messages.remove(0)
}

#[test]
fn a_reader_that_fails_loses_no_row_that_was_whole() {
    let whole = lines(300);
    for length in [0, 1, 6, 7, 8, 700, whole.len() - 1, whole.len()] {
        for step in [1, 5, 1000] {
            let read: &'static [u8] = whole[..length].to_vec().leak();
            let open = || Input::reader(Breaks(read, step), "modem");
            let message = check(&open, read, &whole, &format!("{length} bytes, {step} at a time"));
            assert_eq!(message, "modem: the line is cut");
            let open = || Input::reader(Breaks(read, step), "modem").decompressed().live();
            check(&open, read, &whole, &format!("{length} bytes, {step} at a time, sniffed"));
        }
    }
}

/// What inflating writes before it fails, member by member. (A reader loses what the call that fails has written.)
fn unpacked(mut packed: &[u8]) -> Vec<u8> {
    const HEADER: usize = 10;
    const TRAILER: usize = 8;
    let mut bytes = Vec::new();
    while let Some(data) = packed.get(HEADER..) {
        let mut inflate = flate2::Decompress::new(false);
        let mut member = Vec::with_capacity(1 << 20);
        let end = inflate.decompress_vec(data, &mut member, flate2::FlushDecompress::Finish);
        bytes.extend(member);
        if !matches!(end, Ok(flate2::Status::StreamEnd)) {
            break;
        }
        packed = data.get(inflate.total_in() as usize + TRAILER..).unwrap_or_default();
    }
    bytes
}

#[test]
fn damaged_gzip_gives_all_that_can_be_unpacked() {
    let whole = lines(2000);
    let packed = gzip(&whole);
    let flipped = |at: usize| {
        let mut packed = packed.clone();
        packed[at] ^= 1;
        packed
    };
    let end = packed.len();
    let mut damaged: Vec<(String, Vec<u8>)> = [2, 5, 12, end / 10, end / 2, end * 9 / 10, end - 9, end - 4, end - 1]
        .iter()
        .map(|&length| (format!("cut after {length} of {end} bytes"), packed[..length].to_vec()))
        .collect();
    for at in (1..10).map(|tenth| end * tenth / 10).chain([end - 1, end - 6]) {
        damaged.push((format!("byte {at} of {end} is wrong"), flipped(at)));
    }
    let second = gzip(&whole[9..]);
    let second = &second[..second.len() / 2];
    damaged.push(("a second member is cut".to_owned(), [&gzip(&whole[..9]), second].concat()));
    let folder = Folder::new();
    for (how, packed) in damaged {
        let path = folder.write("x.gz", &packed);
        let mut read = unpacked(&packed);
        // Damage in the middle may give wrong bytes before it is seen.
        let right = read.iter().zip(&whole).take_while(|(a, b)| a == b).count();
        let is_right = right == read.len();
        let open = || open(&path);
        if is_right {
            let message = check(&open, &read, &whole, &how);
            assert!(message.contains("x.gz: damaged gzip data at compressed byte "), "{message}");
        } else {
            read.truncate(right);
            let (rows, _, _) = iterate(common::pattern(FORMAT).scan_input(open(), options(1, 1000, OnError::Skip)));
            assert!(rows.len() >= read.iter().filter(|&&byte| byte == b'\n').count(), "{how}");
        }
    }
}

#[test]
fn what_follows_gzip_data_is_taken_as_gzip_takes_it() {
    let (one, two) = (gzip(b"info 0\ninfo"), gzip(b" 1\n"));
    let noted = |place: usize| Some(place as u64);
    for (what, packed, rows, note) in [
        ("one member", one.clone(), 1, None),
        ("two members", [&one[..], &two].concat(), 2, None),
        ("padding", [&one[..], &two, &[0; 512]].concat(), 2, None),
        ("much padding", [&one[..], &two, &[0; 200_000]].concat(), 2, None),
        ("padding between members", [&one[..], &[0; 7], &two].concat(), 2, None),
        ("an empty member", [&one[..], &gzip(b""), &two].concat(), 2, None),
        ("garbage", [&one[..], &two, b"\nxyz"].concat(), 2, noted(one.len() + two.len())),
        ("one byte", [&one[..], &two, &[0x1f]].concat(), 2, noted(one.len() + two.len())),
        ("garbage after padding", [&one[..], &two, &[0; 5], b"x"].concat(), 2, noted(one.len() + two.len() + 5)),
    ] {
        for step in [1, 3, 1 << 20] {
            for threads in [1, 3] {
                let input = Input::reader(Steps(&packed, step), "x.gz").decompressed();
                let (found, error, stats) =
                    iterate(common::pattern(FORMAT).scan_input(input, options(threads, 5, OnError::Skip)));
                assert!(error.is_none(), "{what}: {error:?}");
                assert_eq!(found, (0..rows).map(Some).collect::<Vec<_>>(), "{what}");
                match (note, &stats.notes[..]) {
                    (None, []) => {}
                    (Some(place), [note]) => assert!(
                        note.starts_with("x.gz: ") && note.contains(&format!("compressed byte {place} ")),
                        "{what}: {note}"
                    ),
                    (_, notes) => panic!("{what}: {notes:?}"),
                }
            }
        }
    }
}

#[test]
fn the_note_of_one_file_of_several_names_it() {
    let folder = Folder::new();
    let noted = folder.write("a.gz", [&gzip(b"info 0\n")[..], b"rest"].concat());
    let input =
        Input::files([noted, folder.write("b.gz", gzip(b"info 1\n"))]).unwrap_or_else(|error| panic!("{error}"));
    let (rows, error, stats) = iterate(common::pattern(FORMAT).scan_input(input, ScanOptions::default()));
    assert!(error.is_none() && rows == [Some(0), Some(1)]);
    assert!(stats.notes.len() == 1 && stats.notes[0].contains("a.gz"), "{:?}", stats.notes);
}

#[test]
fn a_record_that_ends_a_scan_takes_no_row_before_it() {
    for wrong in ["noise", "info 99999999999999999999"] {
        for at in [0, 1, 17, 99] {
            let line = |n| if n == at { format!("{wrong}\n") } else { format!("info {n}\n") };
            let text: String = (0..100).map(line).collect();
            for block_bytes in [1, 100, limits::BLOCK_BYTES] {
                for run in [iterate, read_all] {
                    let (rows, error, stats) = run(common::pattern(FORMAT)
                        .scan_input(Input::bytes(&text), options(1, block_bytes, OnError::Raise)));
                    assert_eq!(rows, (0..at).map(Some).collect::<Vec<_>>(), "{wrong} at {at}, blocks of {block_bytes}");
                    assert!(error.is_some_and(|error| error.is_record()));
                    assert_eq!((stats.records, stats.matched), (at as u64 + 1, at as u64));
                }
            }
        }
    }
}

#[test]
fn batches_that_are_put_back_come_again_in_order_and_are_not_counted_twice() {
    let text = lines(100);
    let mut options = options(1, 70, OnError::Skip);
    options.limit = Some(90);
    let mut scan = common::pattern(FORMAT).scan_input(Input::bytes(&text), options);
    let next = |scan: &mut Scan<'_>| scan.next().map(|batch| batch.unwrap_or_else(|error| panic!("{error}")));
    let given: Vec<Batch> = (0..4).filter_map(|_| next(&mut scan)).collect();
    let before = scan.stats().clone();
    scan.put_back(given[2..].to_vec());
    scan.put_back(given[..2].to_vec());
    assert_eq!((0..4).filter_map(|_| next(&mut scan)).collect::<Vec<_>>(), given);
    assert_eq!(*scan.stats(), before);
    scan.put_back(given.clone());
    assert_eq!(scan.read_all().map(|batch| numbers(&batch)).ok(), Some((0..90).map(Some).collect()));
    // Also after the end.
    assert!(scan.next().is_none());
    scan.put_back(given.clone());
    assert!(scan.next_soon().is_some_and(|batch| batch.is_ok_and(|batch| batch == given[0])));
    assert_eq!(scan.read_all().map(|batch| batch.len()).ok(), Some(given[1..].iter().map(Batch::len).sum()));
    assert!(scan.next().is_none());
}

#[test]
fn a_reader_that_is_interrupted_goes_on_where_it_was() {
    /// Every other call is interrupted.
    struct Interrupted<'a>(&'a [u8], bool, bool);

    impl Read for Interrupted<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                let told = io::Error::new(io::ErrorKind::Interrupted, "somebody calls");
                return Err(if self.2 { told } else { io::ErrorKind::Interrupted.into() });
            }
            let length = buffer.len().min(3);
            self.0.read(&mut buffer[..length])
        }
    }

    let text = lines(50);
    for (is_told, packed) in [(true, false), (false, false), (true, true), (false, true)] {
        let data = if packed { gzip(&text) } else { text.clone() };
        for block_bytes in [1, 10, 100_000] {
            let input = Input::reader(Interrupted(&data, false, is_told), "r").decompressed();
            let mut scan = common::pattern(FORMAT).scan_input(input, options(1, block_bytes, OnError::Skip));
            let (mut rows, mut interruptions) = (Vec::new(), 0);
            // An error is not the end here.
            for batch in scan.by_ref() {
                match batch {
                    Ok(batch) => rows.extend(numbers(&batch)),
                    Err(error) => {
                        assert!(error.to_string().contains("somebody calls"), "{error}");
                        interruptions += 1;
                    }
                }
            }
            assert_eq!(rows, (0..50).map(Some).collect::<Vec<_>>());
            assert_eq!(interruptions > 30, is_told, "{interruptions}");
            assert_eq!((scan.stats().records, scan.stats().failures), (50, 0));
        }
    }
}
