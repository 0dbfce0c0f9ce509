//! Files that are followed: rows come as lines are written, through rotation, truncation and absence; and files that shrink while they are read to their end.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    num::NonZeroUsize,
    path::Path,
    time::{Duration, Instant},
};

use parsimd::{Cell, FailureKind, Input, Origin, Scan, ScanOptions, Strings};

use crate::common::{Folder, Random, gzip, open, pattern};

/// Longer than anything here should take, and shorter than a test that hangs.
const LONG: Duration = Duration::from_secs(20);

fn options(threads: usize) -> ScanOptions {
    let mut options = ScanOptions::default();
    options.threads = NonZeroUsize::new(threads);
    options.include = vec![Origin::File, Origin::Line, Origin::Offset];
    options
}

fn followed(paths: &[&Path], options: ScanOptions) -> Scan<'static> {
    let input = Input::follow_files(paths.iter().map(|path| path.to_path_buf()));
    pattern("n {n:d}").scan_input(input.unwrap_or_else(|error| panic!("{error}")), options)
}

fn append(path: &Path, text: &str) {
    let file = OpenOptions::new().append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).unwrap_or_else(|error| panic!("{error}"));
}

fn rename(from: &Path, to: &Path) {
    fs::rename(from, to).unwrap_or_else(|error| panic!("{error}"));
}

/// A row: its number, the name of its file, its line and its offset.
type Row = (i64, String, i64, i64);

/// The rows of what comes within about 20 ms.
fn soon(scan: &mut Scan<'_>) -> Vec<Row> {
    let batch = match scan.next_soon() {
        Some(Ok(batch)) => batch,
        other => panic!("a followed file has no end: {other:?}"),
    };
    let row = |row: usize| {
        let cells: Vec<Cell<'_>> = batch.columns().iter().map(|column| column.get(row)).collect();
        match cells[..] {
            [Cell::Int64(n), Cell::Text(file), Cell::Int64(line), Cell::Int64(offset)] => {
                let name = Path::new(file).file_name().map(|name| name.to_string_lossy().into_owned());
                (n, name.unwrap_or_default(), line, offset)
            }
            _ => panic!("{cells:?}"),
        }
    };
    (0..batch.len()).map(row).collect()
}

/// The next `count` rows, however long they take.
fn rows(scan: &mut Scan<'_>, count: usize) -> Vec<Row> {
    let begin = Instant::now();
    let mut rows = Vec::new();
    while rows.len() < count {
        assert!(begin.elapsed() < LONG, "{count} rows were to come, and these did: {rows:?}");
        rows.extend(soon(scan));
    }
    assert_eq!(rows.len(), count, "{rows:?}");
    rows
}

fn numbers(scan: &mut Scan<'_>, count: usize) -> Vec<i64> {
    rows(scan, count).into_iter().map(|row| row.0).collect()
}

/// Goes on until something is told that has this in it; meanwhile no rows may come.
fn note(scan: &mut Scan<'_>, text: &str) {
    let begin = Instant::now();
    while !scan.stats().notes.iter().any(|note| note.contains(text)) {
        assert!(begin.elapsed() < LONG, "{text:?} was to be told, and this was: {:?}", scan.stats().notes);
        assert_eq!(soon(scan), []);
    }
}

#[test]
fn a_row_comes_when_its_newline_does() {
    for threads in [1, 3] {
        let folder = Folder::new();
        let path = folder.write("a.log", "n 1\nn 2\nn ");
        let mut scan = followed(&[&path], options(threads));
        assert_eq!(numbers(&mut scan, 2), [1, 2]);
        assert_eq!(soon(&mut scan), []);
        append(&path, "3");
        assert_eq!(soon(&mut scan), []);
        assert_eq!(soon(&mut scan), []);
        append(&path, "4\nnoise\nn 5\n");
        let name = "a.log".to_owned();
        assert_eq!(rows(&mut scan, 2), [(34, name.clone(), 3, 8), (5, name, 5, 19)]);
        let stats = scan.stats();
        assert_eq!((stats.records, stats.unmatched, stats.bytes, stats.notes.len()), (5, 1, 23, 0));
    }
}

#[test]
fn a_file_that_is_renamed_is_read_to_its_end_before_the_one_in_its_place() {
    for threads in [1, 3] {
        let folder = Folder::new();
        let path = folder.write("a.log", "n 1\n");
        let mut scan = followed(&[&path], options(threads));
        assert_eq!(numbers(&mut scan, 1), [1]);
        let old = folder.at("a.log.1");
        rename(&path, &old);
        append(&old, "n 2\n");
        assert_eq!(numbers(&mut scan, 1), [2]);
        // Whoever writes has not heard yet that there is another.
        append(&path, "");
        append(&old, "n 3\n");
        assert_eq!(numbers(&mut scan, 1), [3]);
        append(&old, "n 4\nn 5");
        append(&path, "n 6\n");
        let name = "a.log".to_owned();
        let expected = [(4, name.clone(), 4, 12), (5, name.clone(), 5, 16), (6, name.clone(), 1, 0)];
        assert_eq!(rows(&mut scan, 3), expected, "the lines of the other are counted from its start");
        append(&path, "n 7\n");
        assert_eq!(rows(&mut scan, 1), [(7, name, 2, 4)]);
        assert!(scan.stats().notes.is_empty());
    }
}

#[test]
fn a_file_that_is_renamed_as_soon_as_it_is_written_is_not_lost_if_it_was_seen_empty() {
    let folder = Folder::new();
    let path = folder.write("a.log", "n 1\n");
    let mut scan = followed(&[&path], options(1));
    assert_eq!(numbers(&mut scan, 1), [1]);
    for round in 1..6 {
        rename(&path, &folder.at(&format!("a.log.{round}")));
        append(&path, "");
        assert_eq!(soon(&mut scan), []);
        // Between two looks.
        append(&path, &format!("n {round}\nn {round}0\n"));
        rename(&path, &folder.at(&format!("a.log.{round}.b")));
        append(&path, &format!("n {round}00\n"));
        assert_eq!(numbers(&mut scan, 3), [round, 10 * round, 100 * round]);
    }
    assert!(scan.stats().notes.is_empty());
}

#[test]
fn a_file_that_shrinks_is_read_from_its_start_and_half_a_line_is_no_row() {
    for text in ["", "n 1\n", "n 1\nn 2\nn 3\nn 4\nn 5\nn 6\nn 777\n"] {
        let folder = Folder::new();
        let path = folder.write("a.log", "n 1\nn 2\nn 77");
        let mut scan = followed(&[&path], options(1));
        assert_eq!(numbers(&mut scan, 2), [1, 2]);
        assert_eq!(soon(&mut scan), []);
        folder.write("a.log", text);
        let count = text.lines().count();
        if count == 0 {
            note(&mut scan, "a.log: shrank to 0 bytes after 12 bytes of it were read, and is read from its start");
        }
        let expected: Vec<i64> = text.lines().map(|line| line[2..].parse().unwrap()).collect();
        assert_eq!(numbers(&mut scan, count), expected);
        append(&path, "n 8\n");
        assert_eq!(rows(&mut scan, 1), [(8, "a.log".to_owned(), count as i64 + 1, text.len() as i64)]);
        let stats = scan.stats();
        assert_eq!((stats.notes.len(), stats.failures), (1, 1), "{stats:?}");
        assert_eq!(stats.first_failures[0].kind, FailureKind::Truncated);
        assert_eq!(stats.first_failures[0].text, "n 77");
    }
}

#[test]
fn a_file_that_was_copied_and_truncated_may_go_on_with_a_hole() {
    let folder = Folder::new();
    let path = folder.write("a.log", "n 1\nn 2\n");
    let mut scan = followed(&[&path], options(1));
    assert_eq!(numbers(&mut scan, 2), [1, 2]);
    // The writer goes on from its old place.
    folder.write("a.log", [&[0; 8][..], b"n 3\n"].concat());
    assert_eq!(rows(&mut scan, 1), [(3, "a.log".to_owned(), 1, 8)]);
    assert_eq!(scan.stats().notes.len(), 1, "{:?}", scan.stats().notes);
}

#[test]
fn a_file_that_is_not_there_is_waited_for() {
    let folder = Folder::new();
    let place = folder.at("later");
    let path = place.join("a.log");
    let mut scan = followed(&[&path], options(1));
    note(&mut scan, "a.log: there is no such file; it is waited for");
    fs::create_dir(&place).unwrap();
    append(&path, "n 1\n");
    assert_eq!(numbers(&mut scan, 1), [1]);
    fs::remove_file(&path).unwrap();
    assert_eq!(soon(&mut scan), []);
    append(&path, "n 2\nn");
    assert_eq!(rows(&mut scan, 1), [(2, "a.log".to_owned(), 1, 0)]);
    append(&path, " 3\n");
    assert_eq!(numbers(&mut scan, 1), [3]);
    assert_eq!(scan.stats().notes.len(), 1, "{:?}", scan.stats().notes);
}

#[test]
fn several_files_are_read_in_turns_and_keep_their_own_counts() {
    for threads in [1, 3] {
        let folder = Folder::new();
        let (a, b) = (folder.write("a.log", "n 1\nn "), folder.at("b.log"));
        let mut scan = followed(&[&a, &b], options(threads));
        assert_eq!(numbers(&mut scan, 1), [1]);
        append(&b, "\0\0n 2\nn ");
        assert_eq!(rows(&mut scan, 1), [(2, "b.log".to_owned(), 1, 2)]);
        append(&a, "3\n");
        assert_eq!(rows(&mut scan, 1), [(3, "a.log".to_owned(), 2, 4)]);
        append(&b, "4\n");
        assert_eq!(rows(&mut scan, 1), [(4, "b.log".to_owned(), 2, 6)]);
        // What is told of the end of a source is told of the right one.
        append(&a, "n 5");
        rename(&a, &folder.at("a.log.1"));
        append(&a, "n 6\n");
        assert_eq!(rows(&mut scan, 2), [(5, "a.log".to_owned(), 3, 8), (6, "a.log".to_owned(), 1, 0)]);
        rename(&b, &folder.at("b.log.1"));
        append(&b, "n 7\n");
        assert_eq!(numbers(&mut scan, 1), [7]);
        let holes: Vec<&String> = scan.stats().notes.iter().filter(|note| note.contains("NUL")).collect();
        assert!(matches!(holes[..], [note] if note.contains("b.log: skipped 2 NUL bytes")), "{holes:?}");
    }
}

#[test]
fn every_line_is_a_row_once_whatever_becomes_of_the_file() {
    for seed in 1..=6 {
        let mut random = Random(seed);
        let folder = Folder::new();
        let path = folder.write("a.log", "");
        let mut options = options(1 + seed as usize % 3);
        options.strings = if seed % 2 == 0 { Strings::View } else { Strings::Utf8 };
        let mut scan = followed(&[&path], options);
        let (mut made, mut pending, mut read) = (0, String::new(), Vec::new());
        for round in 0..50 {
            for _ in 0..random.below(200) {
                made += 1;
                pending.push_str(&format!("n {made}\n"));
            }
            match random.below(4) {
                // A part of it, and the rest another time.
                0 | 1 => append(&path, &pending.drain(..random.below(pending.len() + 1)).collect::<String>()),
                2 => read.extend(soon(&mut scan)),
                _ => {
                    append(&path, &pending);
                    rename(&path, &folder.at(&format!("a.log.{round}")));
                    made += 1;
                    pending = format!("n {made}\n");
                    append(&path, &pending);
                    pending.clear();
                    // A file that two rotations leave no time for would be lost.
                    let left = made as usize - read.len();
                    read.extend(rows(&mut scan, left));
                }
            }
        }
        append(&path, &pending);
        let left = made as usize - read.len();
        read.extend(rows(&mut scan, left));
        let numbers: Vec<i64> = read.into_iter().map(|row| row.0).collect();
        assert_eq!(numbers, (1..=made).collect::<Vec<i64>>());
    }
}

#[test]
fn utf_16_is_read_until_a_plain_file_takes_its_place() {
    let folder = Folder::new();
    let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let path = folder.write("a.log", utf_16("\u{feff}n 1\n"));
    let mut scan = followed(&[&path], options(1));
    assert_eq!(numbers(&mut scan, 1), [1]);
    OpenOptions::new().append(true).open(&path).unwrap().write_all(&utf_16("n 2\n")).unwrap();
    assert_eq!(numbers(&mut scan, 1), [2]);
    rename(&path, &folder.at("a.log.1"));
    append(&path, "n 3\n");
    assert_eq!(numbers(&mut scan, 1), [3]);
}

#[test]
fn a_record_of_several_lines_is_whole_when_the_next_begins() {
    let folder = Folder::new();
    let path = folder.write("a.log", "n 1 a\n  b\n");
    let mut options = ScanOptions::default();
    options.multiline = true;
    let mut scan = pattern("n {n:d} {text}").scan_input(Input::follow(&path).unwrap(), options);
    let text = |scan: &mut Scan<'_>| {
        let batch = scan.next_soon().unwrap().unwrap();
        (0..batch.len()).map(|row| format!("{:?}", batch.columns()[1].get(row))).collect::<Vec<String>>()
    };
    assert!(text(&mut scan).is_empty());
    append(&path, "  c\nn 2 d\n");
    assert_eq!(text(&mut scan), [r#"Text("a\n  b\n  c")"#]);
    assert!(text(&mut scan).is_empty());
}

#[test]
fn a_limit_ends_it() {
    let folder = Folder::new();
    let path = folder.write("a.log", "n 1\n");
    let mut options = options(1);
    options.limit = Some(2);
    let mut scan = followed(&[&path], options);
    assert_eq!(numbers(&mut scan, 1), [1]);
    append(&path, "n 2\nn 3\n");
    assert_eq!(numbers(&mut scan, 1), [2]);
    assert!(scan.next().is_none());
}

#[test]
fn what_cannot_be_followed_is_an_error() {
    let folder = Folder::new();
    let error = |path: &Path| Input::follow(path).map(|_| ()).unwrap_err().to_string();
    assert!(error(folder.at("").as_path()).contains("is no plain file"));
    #[cfg(unix)]
    assert!(
        error(&folder.fifo("pipe"))
            .ends_with("pipe: is no plain file and cannot be followed; a pipe is read as it comes, without that")
    );
    let packed = folder.write("a.gz", gzip(b"n 1\n"));
    let error = followed(&[&packed], options(1)).next().unwrap().map(|_| ()).unwrap_err();
    assert!(error.is_io() && error.to_string().contains("a.gz: is compressed, and cannot be followed"), "{error}");
    let mut none = followed(&[], options(1));
    assert!(none.next().is_none());
}

#[test]
fn it_may_come_after_another_input() {
    let folder = Folder::new();
    let path = folder.write("a.log", "n 2\n");
    let input = Input::bytes(b"n 1\nn").then(Input::follow(&path).unwrap());
    let mut scan = pattern("n {n:d}").scan_input(input, options(1));
    assert_eq!(numbers(&mut scan, 2), [1, 2]);
    append(&path, "n 3\n");
    assert_eq!(rows(&mut scan, 1), [(3, "a.log".to_owned(), 2, 4)]);
}

/// Lines, more than are read at once.
fn many_lines() -> String {
    (0..60_000).map(|n| format!("n {n}\n")).collect()
}

#[test]
fn a_file_that_shrinks_while_it_is_read_to_its_end_gives_no_half_line() {
    let folder = Folder::new();
    for (number, replaced) in ["", "n 1\n", &many_lines().replace('n', "m")].into_iter().enumerate() {
        let path = folder.write(&format!("{number}.log"), many_lines());
        let mut options = ScanOptions::default();
        options.block_bytes = 100_000;
        let mut scan = pattern("n {n:d}").scan_input(open(&path), options);
        let mut read = scan.next().unwrap().unwrap().len();
        folder.write(&format!("{number}.log"), replaced);
        let error = loop {
            match scan.next() {
                Some(Ok(batch)) => {
                    for row in 0..batch.len() {
                        assert_eq!(batch.columns()[0].get(row), Cell::Int64((read + row) as i64));
                    }
                    read += batch.len();
                }
                other => break other.unwrap().map(|_| ()).unwrap_err().to_string(),
            }
        };
        let how = if number < 2 {
            format!("shrank to {} bytes after", replaced.len())
        } else {
            "was written anew after".to_owned()
        };
        assert!(error.contains(&how), "{error}");
        assert!(scan.next().is_none());
        let stats = scan.stats();
        assert_eq!((stats.matched, stats.unmatched), (read as u64, 0));
        assert!(read < 60_000 && stats.failures <= 1);
        assert!(stats.first_failures.iter().all(|failure| failure.kind == FailureKind::Truncated));
    }
}

#[test]
fn a_file_that_is_renamed_or_removed_while_it_is_read_is_read_to_its_end() {
    let folder = Folder::new();
    let path = folder.write("a.log", many_lines());
    let mut options = ScanOptions::default();
    options.block_bytes = 100_000;
    let mut scan = pattern("n {n:d}").scan_input(open(&path), options);
    let first = scan.next().unwrap().unwrap().len();
    rename(&path, &folder.at("a.log.1"));
    append(&path, "n 1\n");
    fs::remove_file(folder.at("a.log.1")).unwrap();
    assert_eq!(first + scan.read_all().unwrap().len(), 60_000);
}
