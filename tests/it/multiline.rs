//! `ScanOptions::multiline`: the records, and what becomes of them, are those of a plain reading line by line.

use parsimd::{
    Anchored, Batch, Error, ExternalMatcher, FailureKind, Input, Isa, Matches, OnError, Origin, Pattern, ScanOptions,
    Stats, Value,
};

use crate::common::{
    Folder, Found, Random, Steps, external, gzip, open, options, pattern, pattern_on, read, share_of, spelt,
};

/// Formats, each with its head.
const FORMATS: [(&str, &str); 9] = [
    ("{d:d}-{m:d} {level:w} {msg}", "{d:d}-{m:d} {level:w} "),
    ("[{thread}] {msg}", "["),
    ("{n:d} {a}x{b}", "{n:d} "),
    ("{k:w}={v:d};", "{k:w}={v:d};"),
    ("{:[}<{a:d}>{:]}{b:w}: {msg}", "{:[}<{a:d}>{:]}{b:w}: "),
    ("{n:d}{:[} [{p}]{:]} {m}", "{n:d}"),
    ("é{n:d|-} {m}", "é{n:d|-} "),
    ("{n:d} {n:d} {m}", "{n:d} {n:d} "),
    ("{t:ti} {m}", "{t:ti} "),
];

const LINES: [&[u8]; 26] = [
    b"1-2 info up\n",
    b"1-2 info \n",
    b"12-7 warn x\r\n",
    b"3-4 no",
    b"[main] started\n",
    b"[a b] x [c] y\n",
    b"5 6x7\n",
    b"5 5 five\n",
    b"5 6 [p] x\n",
    b"k=1;\n",
    b"key=99999999999999999999;\n",
    b"<1>a: b\n",
    b"at: com.example.Main\n",
    "é12 text\n".as_bytes(),
    "É- none\n".as_bytes(),
    b"2024-05-17 10:05:03 up\n",
    b"2024-05-17 25:61:00 up\n",
    b"\tat com.example.Main(Main.java:5)\r\n",
    b"\tat a\n",
    b"Caused by: x\n",
    b"\n",
    b"\r\n",
    b"\0\0\0",
    b"caf\xe9\n",
    "żó\u{131}\n".as_bytes(),
    b"1-2 info a line that is so long that no record can have it, not even as a part\n",
];

/// The records of a text by the obvious way, and what becomes of each.
struct Expected {
    rows: Vec<Vec<String>>,
    /// Records, matched, unmatched, failures.
    counts: [u64; 4],
    /// The number, the place and the kind of each record that has no values.
    failures: Vec<(u64, u64, FailureKind)>,
}

struct Record {
    start: usize,
    end: usize,
    line: usize,
    /// A line that no head comes before.
    is_stray: bool,
}

fn records(text: &[u8], head: &Pattern, longest: usize) -> Vec<Record> {
    let (mut records, mut at, mut is_open): (Vec<Record>, _, _) = (Vec::new(), 0, false);
    for (number, line) in text.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let hole = line.iter().take_while(|&&byte| byte == 0).count();
        let (start, next) = (at + hole, at + line.len());
        at = next;
        if start == next {
            continue;
        }
        let line = &text[start..next];
        let line = line.strip_suffix(b"\r\n").or(line.strip_suffix(b"\n")).unwrap_or(line);
        let end = start + line.len();
        // What is not UTF-8 comes after the head in these lines.
        let known = String::from_utf8_lossy(line);
        let is_head = head.search(&known).is_ok_and(|found| found.is_some_and(|found| found.range().start == 0));
        match records.last_mut() {
            Some(record) if is_open && hole == 0 && !is_head && line.len() <= longest => record.end = end,
            _ => {
                is_open = is_head || line.len() > longest;
                records.push(Record { start, end, line: number + 1, is_stray: !is_open });
            }
        }
    }
    records
}

fn expected(text: &[u8], pattern: &Pattern, head: &Pattern, options: &ScanOptions) -> Expected {
    let mut expected = Expected { rows: Vec::new(), counts: [0; 4], failures: Vec::new() };
    for (number, record) in records(text, head, options.max_record_bytes).into_iter().enumerate() {
        let record_text = std::str::from_utf8(&text[record.start..record.end]);
        let values: Result<Vec<String>, FailureKind> = match record_text {
            _ if record.is_stray => Err(FailureKind::NoMatch),
            Ok(record_text) if record_text.len() <= options.max_record_bytes => match pattern.parse(record_text) {
                Ok(None) => Err(FailureKind::NoMatch),
                Ok(Some(found)) => (0..pattern.fields().len())
                    .map(|field| match found.value(field) {
                        Ok(Some(Value::BigInt(_))) | Err(_) => Err(FailureKind::Conversion),
                        Ok(Some(Value::Int(int))) => Ok(format!("Int64({int})")),
                        Ok(Some(Value::DateTime { .. })) => Ok("a time".to_owned()),
                        Ok(Some(value)) => Ok(format!("{value:?}")),
                        Ok(None) => panic!("no field {field}"),
                    })
                    .collect(),
                Err(error) => panic!("{error}"),
            },
            _ if record.end - record.start > options.max_record_bytes => Err(FailureKind::TooLong),
            _ => Err(FailureKind::Encoding),
        };
        expected.counts[0] += 1;
        expected.counts[match values {
            Ok(_) => 1,
            Err(FailureKind::NoMatch) => 2,
            Err(_) => 3,
        }] += 1;
        let origin = [format!("Int64({})", record.line), format!("Int64({})", record.start)];
        match values {
            Ok(values) => expected.rows.push(values.into_iter().chain(origin).collect()),
            Err(kind) => {
                expected.failures.push((number as u64, record.start as u64, kind));
                if options.on_error == OnError::Null && kind != FailureKind::Conversion {
                    let nulls = vec!["Null".to_owned(); pattern.fields().len()];
                    expected.rows.push(nulls.into_iter().chain(origin).collect());
                }
            }
        }
    }
    expected
}

fn check(expected: &Expected, (batch, stats): &(Batch, Stats), how: &str) {
    let rows = spelt(batch).into_iter().map(|row| {
        row.into_iter()
            .map(|cell| if cell.starts_with("Timestamp") { "a time".to_owned() } else { cell })
            .collect::<Vec<_>>()
    });
    // A value that cannot be read leaves the others of its row, which are not compared.
    let unread = expected.failures.iter().filter(|(.., kind)| *kind == FailureKind::Conversion);
    let unread: Vec<_> = unread.map(|(_, offset, _)| format!("Int64({offset})")).collect();
    let rows: Vec<_> = rows.filter(|row| !row.last().is_some_and(|offset| unread.contains(offset))).collect();
    assert_eq!(rows, expected.rows, "{how}");
    assert_eq!([stats.records, stats.matched, stats.unmatched, stats.failures], expected.counts, "{how}");
    let failures = stats.first_failures.iter().map(|failure| (failure.record, failure.offset, failure.kind));
    assert_eq!(failures.collect::<Vec<_>>(), expected.failures[..expected.failures.len().min(10)], "{how}");
}

#[test]
fn records_are_those_of_a_plain_reading_whatever_the_blocks_threads_and_input() {
    let mut random = Random(11);
    let (mut several, rounds) = (0, share_of(10).max(2));
    for (format, head) in FORMATS {
        let (pattern, head) = (pattern(format), pattern(head));
        for round in 0..rounds {
            let text: Vec<u8> = (0..random.below(40)).flat_map(|_| random.one(&LINES).to_vec()).collect();
            let packed = gzip(&text);
            for (on_error, longest) in
                [(OnError::Skip, 1 << 20), (OnError::Null, 1 << 20), (OnError::Skip, 60), (OnError::Null, 25)]
            {
                let with = |block_bytes, threads| {
                    let mut options = options(threads, block_bytes);
                    (options.multiline, options.on_error, options.max_record_bytes) = (true, on_error, longest);
                    options.include = vec![Origin::Line, Origin::Offset];
                    options
                };
                let expected = expected(&text, &pattern, &head, &with(1, 1));
                several += usize::from(
                    expected.counts[1] > 0 && expected.counts[0] < text.split(|&byte| byte == b'\n').count() as u64 - 1,
                );
                for (block_bytes, threads) in [(1, 1), (9, 2), (64, 3), (200, 1), (1 << 20, 1)] {
                    let inputs = [
                        Input::bytes(&text),
                        Input::reader(&packed[..], "packed").decompressed(),
                        Input::reader(Steps(&text, 3), "steps"),
                        Input::reader(Steps(&text, 50), "live").live(),
                    ];
                    for input in inputs {
                        let how = format!(
                            "{format} {:?} of {longest} from {input:?} in {block_bytes}",
                            String::from_utf8_lossy(&text)
                        );
                        check(&expected, &read(&pattern, input, with(block_bytes, threads)), &how);
                    }
                }
                for isa in Isa::available().into_iter().filter(|_| round < 5) {
                    let how = format!("{format} {:?} of {longest} on {isa}", String::from_utf8_lossy(&text));
                    check(&expected, &read(&pattern_on(format, isa), Input::bytes(&text), with(1000, 1)), &how);
                }
            }
        }
    }
    assert!(several > 4 * rounds, "{several} texts of {rounds} rounds have records of several lines");
}

#[test]
fn lines_below_belong_to_the_last_field_of_the_record_above() {
    let text = "lost\n1 INFO up\n2 WARN no\n\tat a\n\n\tat b\r\n3 INFO\n4 INFO down\r\n";
    let mut options = options(1, 1);
    options.multiline = true;
    let (batch, stats) = read(&pattern("{n:d} {level:w} {msg}"), Input::bytes(text), options);
    let row = |n, level, msg| [format!("Int64({n})"), format!("Text({level:?})"), format!("Text({msg:?})")];
    assert_eq!(
        spelt(&batch),
        [row(1, "INFO", "up"), row(2, "WARN", "no\n\tat a\n\n\tat b\r\n3 INFO"), row(4, "INFO", "down")]
    );
    assert_eq!((stats.records, stats.matched, stats.unmatched), (4, 3, 1));
}

fn raising(text: &[u8], block_bytes: usize) -> (Error, usize, Stats) {
    let mut options = options(1, block_bytes);
    (options.multiline, options.on_error) = (true, OnError::Raise);
    let mut scan = pattern("{n:d}: {msg}").scan_input(Input::reader(text, "r"), options);
    let error = scan.read_all().map(|_| ()).expect_err("a record that cannot be read");
    let rows = scan.read_all().map(|batch| batch.len()).unwrap_or_else(|error| panic!("{error}"));
    (error, rows, scan.stats().clone())
}

#[test]
fn raising_gives_the_records_before_the_bad_one() {
    for block_bytes in [1, 8, 1 << 20] {
        let (error, rows, stats) = raising(b"1: a\n b\n2: c\n99999999999999999999: x\n y\n3: d\n", block_bytes);
        assert_eq!((error.offset(), rows), (Some(13), 2));
        assert_eq!((stats.records, stats.matched, stats.failures), (3, 2, 1));
    }
}

#[test]
fn a_limit_ends_after_the_lines_of_its_last_record() {
    for block_bytes in [1, 8, 1 << 20] {
        let mut options = options(1, block_bytes);
        (options.multiline, options.limit) = (true, Some(2));
        let (batch, stats) = read(&pattern("{n:d}: {msg}"), Input::bytes("1: a\n2: b\n c\n3: d\n"), options);
        assert_eq!(spelt(&batch)[1], ["Int64(2)", "Text(\"b\\n c\")"]);
        assert_eq!((batch.len(), stats.records, stats.bytes), (2, 2, 13));
    }
}

#[test]
fn a_file_ends_its_last_record() {
    let folder = Folder::new();
    let first = folder.write("a", "1: a\n b");
    let second = folder.write("b.gz", gzip(b" c\n2: d\n e\n"));
    let mut options = options(2, 1);
    (options.multiline, options.on_error, options.include) = (true, OnError::Null, vec![Origin::Line]);
    let (batch, _) = read(&pattern("{n:d}: {msg}"), open(&first).then(open(&second)), options);
    assert_eq!(
        spelt(&batch),
        [
            ["Int64(1)", "Text(\"a\\n b\")", "Int64(1)"],
            ["Null", "Null", "Int64(1)"],
            ["Int64(2)", "Text(\"d\\n e\")", "Int64(2)"]
        ]
    );
}

#[test]
fn the_record_in_which_a_file_breaks_is_one_failure_with_its_lines() {
    let packed = gzip("1: a\n2: b\n c\n d\n".as_bytes());
    for block_bytes in [1, 6, 1 << 20] {
        let mut options = options(1, block_bytes);
        options.multiline = true;
        let input = Input::reader(&packed[..packed.len() - 8], "cut").decompressed();
        let mut scan = pattern("{n:d}: {msg}").scan_input(input, options);
        assert!(scan.read_all().is_err_and(|error| error.is_io()));
        assert_eq!(
            scan.read_all().map(|batch| spelt(&batch)).ok(),
            Some(vec![vec!["Int64(1)".into(), "Text(\"a\")".into()]])
        );
        let stats = scan.stats();
        assert_eq!((stats.records, stats.matched, stats.failures), (2, 1, 1), "{stats:?}");
        assert_eq!((stats.first_failures[0].kind, stats.first_failures[0].offset), (FailureKind::Truncated, 5));
    }
}

#[test]
fn a_long_hole_between_records_is_never_held() {
    let hole = vec![0; 3 << 20];
    let text = [b"1: a\n b\n", &hole[..], b" stray\n2: c\n", &hole[..]].concat();
    for (block_bytes, longest) in [(1000, 1000), (1 << 18, 64 << 20)] {
        let mut options = options(2, block_bytes);
        (options.multiline, options.max_record_bytes) = (true, longest);
        let (batch, stats) = read(&pattern("{n:d}: {msg}"), Input::reader(&text[..], "r"), options);
        assert_eq!(spelt(&batch), [["Int64(1)", "Text(\"a\\n b\")"], ["Int64(2)", "Text(\"c\")"]]);
        assert_eq!((stats.records, stats.unmatched, stats.bytes), (3, 1, text.len() as u64));
        assert_eq!(stats.notes.len(), 1, "{:?}", stats.notes);
    }
}

#[test]
fn a_pattern_without_a_head_is_refused_with_the_reason() {
    let refuse = |pattern: &Pattern, matches: Matches| {
        let mut options = options(1, 1);
        (options.multiline, options.matches) = (true, matches);
        let error = pattern.check(&options).expect_err("an option that cannot be");
        let said =
            pattern.scan_input(Input::bytes("x\n"), options).read_all().map(|_| ()).expect_err("as the scan says");
        assert!(error.is_options() && said.is_options(), "{error}");
        error.to_string()
    };
    assert!(
        refuse(&pattern("{msg}"), Matches::Line).contains("nothing stands in front of its first field of any text")
    );
    assert!(refuse(&pattern("{:[}{a} {:]}{n:d}"), Matches::Line).contains("nothing stands in front"));
    assert!(refuse(&pattern("{:[}{n:d} {:]}{msg}"), Matches::Line).contains("can be nothing at all"));
    assert!(refuse(&pattern("{n:d|}{msg}"), Matches::Line).contains("can be nothing at all"));
    for matches in [Matches::First, Matches::All] {
        assert!(refuse(&pattern("{n:d} {msg}"), matches).contains("match=\"line\" alone"));
    }
    #[derive(Debug)]
    struct Never;
    impl ExternalMatcher for Never {
        fn find(&self, _: &str, _: usize, _: Anchored) -> Found {
            Ok(None)
        }
    }
    let own = external("{n:d} {msg}", Never);
    assert!(refuse(&own, Matches::Line).contains("left to an external matcher"));
}
