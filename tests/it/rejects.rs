//! Every record that could not be read can be had: as a row that says why, and as it stands in the input.

use parsimd::{Batch, Cell, FailureKind, Input, Matches, OnError, Pattern, Rejects, ScanOptions, Stats, Strings};

use crate::common::{Folder, Steps, gzip, map, open, options, pattern, spelt};

/// Lines that are read, and lines that are not, of each kind.
fn lines(count: usize) -> Vec<u8> {
    let mut log = Vec::new();
    for n in 0..count {
        match n % 23 {
            3 => log.extend_from_slice(b"noise\r\n"),
            5 => log.extend_from_slice(b"\0\0took 3 s\n"),
            8 => log.extend_from_slice(b"took \xff ms\n"),
            11 => log.extend_from_slice(format!("took {} ms\n", "9".repeat(30)).as_bytes()),
            14 => log.extend_from_slice(format!("took {n} ms{}\n", "!".repeat(300)).as_bytes()),
            17 => log.extend_from_slice("tööök\n".as_bytes()),
            19 => log.extend_from_slice(b"\n"),
            _ => log.extend_from_slice(format!("took {n} ms\n").as_bytes()),
        }
    }
    log.extend_from_slice(b"no end");
    log
}

/// What a scan that keeps rejects gives until it ends: rows, rejects taken after each batch, bytes of rejects, counts and the error.
fn run(
    pattern: &Pattern,
    input: Input<'_>,
    options: ScanOptions,
) -> (Vec<Batch>, Vec<Batch>, Vec<u8>, Stats, Option<String>) {
    let mut scan = pattern.scan_input(input, options);
    let (mut rows, mut rejects, mut bytes, mut told) = (Vec::new(), Vec::new(), Vec::new(), None);
    loop {
        let next = scan.next();
        rejects.push(scan.take_rejects().unwrap_or_else(|error| panic!("{error}")));
        bytes.extend(scan.take_rejected_bytes());
        let taken: u64 = rejects.iter().map(|batch| batch.len() as u64).sum();
        let stats = scan.stats();
        assert!(taken == 0 || taken == stats.unmatched + stats.failures, "those of the blocks that were given");
        match next {
            None => break,
            Some(Ok(batch)) => rows.push(batch),
            Some(Err(error)) => told = Some(error.to_string()),
        }
    }
    (rows, rejects, bytes, scan.stats().clone(), told)
}

fn joined(batches: &[Batch]) -> Batch {
    Batch::concat(batches[0].schema().clone(), batches).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn rejects_are_all_that_was_not_read_however_it_is_scanned() {
    let (log, folder) = (lines(700), Folder::new());
    let (plain, packed) = (folder.write("log", &log), folder.write("log.gz", gzip(&log)));
    let pattern = pattern("took {n:d} ms");
    for on_error in [OnError::Skip, OnError::Null, OnError::Raise] {
        for limit in [None, Some(0), Some(7), Some(200)] {
            let settings = |threads, block_bytes, rejects| {
                let mut options = options(threads, block_bytes);
                (options.on_error, options.limit, options.rejects) = (on_error, limit, rejects);
                options.max_record_bytes = 250;
                options
            };
            let wanted = run(&pattern, Input::bytes(&log), settings(1, 1 << 18, Rejects::Rows));
            let table = spelt(&joined(&wanted.1));
            assert_eq!(table.len() as u64, wanted.3.unmatched + wanted.3.failures);
            let bytes = run(&pattern, Input::bytes(&log), settings(1, 1 << 18, Rejects::Bytes)).2;
            for (threads, block_bytes) in [(1, 64), (2, 300), (3, 5000), (4, 1 << 18)] {
                let inputs: [fn(&[u8]) -> Input<'_>; 3] = [
                    |log| Input::bytes(log),
                    |log| Input::reader(log, "<bytes>"),
                    |log| Input::reader(Steps(log, 31), "<bytes>"),
                ];
                for input in inputs {
                    let found = run(&pattern, input(&log), settings(threads, block_bytes, Rejects::Rows));
                    assert_eq!(spelt(&joined(&found.1)), table, "{on_error:?} {limit:?} {threads} {block_bytes}");
                    assert_eq!((&found.3.unmatched, &found.4), (&wanted.3.unmatched, &wanted.4));
                    let found = run(&pattern, input(&log), settings(threads, block_bytes, Rejects::Bytes));
                    assert_eq!(found.2, bytes, "{on_error:?} {limit:?} {threads} {block_bytes}");
                    // What is kept changes nothing of the rows, and nothing of the counts.
                    let without = run(&pattern, input(&log), settings(threads, block_bytes, Rejects::Sample));
                    assert_eq!((&without.0, &without.3, &without.4), (&found.0, &found.3, &found.4));
                    assert!(without.1.iter().all(Batch::is_empty) && without.2.is_empty());
                }
                for path in [open(&plain), open(&packed), map(&plain)] {
                    let found = run(&pattern, path, settings(threads, block_bytes, Rejects::Rows));
                    let mut others = spelt(&joined(&found.1));
                    others.iter_mut().for_each(|row| row[0] = r#"Text("<bytes>")"#.to_owned());
                    assert_eq!(others, table);
                }
            }
        }
    }
}

#[test]
fn a_row_says_where_the_record_is_and_why_it_was_not_read() {
    let log = lines(23);
    let mut options = ScanOptions::default();
    (options.rejects, options.max_record_bytes) = (Rejects::Rows, 250);
    let mut scan = pattern("took {n:d} ms").scan_input(Input::bytes(&log), options);
    scan.read_all().unwrap();
    let rejects = scan.take_rejects().unwrap();
    let names: Vec<&str> = rejects.schema().columns().map(|(name, _)| name).collect();
    assert_eq!(names, ["file", "line", "offset", "kind", "field", "reason", "text"]);
    let mut found = Vec::new();
    for row in 0..rejects.len() {
        let cell = |name: &str| rejects.column(name).unwrap().get(row);
        assert_eq!(cell("file"), Cell::Text("<bytes>"));
        let (Cell::Int64(line), Cell::Int64(offset), Cell::Text(text)) = (cell("line"), cell("offset"), cell("text"))
        else {
            panic!("a record has a place and a text");
        };
        let (before, after) = log.split_at(offset as usize);
        assert_eq!(line as usize, 1 + before.iter().filter(|&&byte| byte == b'\n').count());
        assert!(text.contains('\u{fffd}') || after.starts_with(text.as_bytes()));
        let (Cell::Text(kind), Cell::Text(reason)) = (cell("kind"), cell("reason")) else { panic!("both are there") };
        let field = if let Cell::Text(field) = cell("field") { Some(field.to_owned()) } else { None };
        found.push((line, kind.to_owned(), field, reason.to_owned(), text.chars().count()));
    }
    let row = |line, kind: FailureKind, field: Option<&str>, reason: &str, length| {
        (line, kind.name().to_owned(), field.map(str::to_owned), reason.to_owned(), length)
    };
    let number = found[3].3.clone();
    let wanted = [
        row(4, FailureKind::NoMatch, None, r#"expected "took ", found "noise""#, 5),
        row(6, FailureKind::NoMatch, None, r#"expected " ms" after {n:d}, found " s""#, 8),
        row(9, FailureKind::Encoding, None, "not UTF-8", 9),
        row(12, FailureKind::Conversion, Some("n"), &number, 38),
        row(15, FailureKind::TooLong, None, "record too long: more than 250 bytes", 120),
        row(18, FailureKind::NoMatch, None, r#"expected "took ", found "tööök""#, 5),
        row(20, FailureKind::NoMatch, None, r#"expected "took ", found the end"#, 0),
        row(24, FailureKind::NoMatch, None, r#"expected "took ", found "no end""#, 6),
    ];
    assert_eq!(found, wanted);
}

#[test]
fn rejects_as_bytes_are_the_lines_that_were_not_read_and_can_be_scanned_again() {
    let log = b"took 1 ms\r\ngave \xff\r\n\0\0gave 7\ntook 2 ms\nno end";
    let mut options = ScanOptions::default();
    (options.rejects, options.strings) = (Rejects::Bytes, Strings::Binary);
    let mut scan = pattern("took {n:d} ms").scan_input(Input::bytes(log), options.clone());
    scan.read_all().unwrap();
    let rejects = scan.take_rejected_bytes();
    assert_eq!(rejects, b"gave \xff\r\ngave 7\nno end\n");
    assert!(scan.take_rejected_bytes().is_empty(), "they are given once");
    let mut again = pattern("gave {what}").scan_input(Input::bytes(&rejects), options);
    let given = again.read_all().unwrap();
    assert_eq!(spelt(&given), [[format!("{:?}", Cell::Bytes(b"\xff"))], [format!("{:?}", Cell::Bytes(b"7"))]]);
    assert_eq!(again.take_rejected_bytes(), b"no end\n");
}

#[test]
fn records_of_several_lines_are_rejected_as_a_whole() {
    let log = b"before\n@1 a\n b\n@9999999999999999999999 c\n d\n\n@3 e\n";
    for threads in [1, 3] {
        for block_bytes in [5, 1000] {
            let mut options = options(threads, block_bytes);
            (options.multiline, options.rejects) = (true, Rejects::Rows);
            let mut scan = pattern("@{n:d} {}").scan_input(Input::bytes(log), options.clone());
            scan.read_all().unwrap();
            let rejects = scan.take_rejects().unwrap();
            let stats = scan.stats();
            assert_eq!((rejects.len() as u64, stats.matched), (stats.unmatched + stats.failures, 2));
            let text = rejects.column("text").unwrap();
            assert_eq!(
                (text.get(0), text.get(1)),
                (Cell::Text("before"), Cell::Text("@9999999999999999999999 c\n d\n"))
            );
            let line = rejects.column("line").unwrap();
            assert_eq!((line.get(0), line.get(1)), (Cell::Int64(1), Cell::Int64(4)));
            options.rejects = Rejects::Bytes;
            let mut scan = pattern("@{n:d} {}").scan_input(Input::bytes(log), options);
            scan.read_all().unwrap();
            assert_eq!(scan.take_rejected_bytes(), b"before\n@9999999999999999999999 c\n d\n\n");
        }
    }
}

#[test]
fn a_line_without_any_match_is_rejected_once() {
    let mut options = ScanOptions::default();
    (options.matches, options.rejects) = (Matches::All, Rejects::Rows);
    let log = "<1><2>\nno\n<99999999999999999999><99999999999999999999>\n";
    let mut scan = pattern("<{n:d}>").scan_input(Input::bytes(log.as_bytes()), options);
    assert_eq!(scan.read_all().unwrap().len(), 2);
    let rejects = scan.take_rejects().unwrap();
    let line = rejects.column("line").unwrap();
    assert_eq!((rejects.len(), line.get(0), line.get(1)), (2, Cell::Int64(2), Cell::Int64(3)));
    assert_eq!(rejects.column("reason").unwrap().get(0), Cell::Text("does not match the pattern"));
}
