//! Why lines were not read: the reasons of a scan are those of its lines, in groups, however it is run.

use std::collections::HashMap;

use parsimd::{FailureKind, Input, Matches, OnError, Reason, ScanOptions, limits};

use crate::common::{Steps, gzip, options, pattern};

const ACCESS: &str = r#"{ip} - - [{ts:th}] "{req}" {status:d} {bytes:d} "{ref}" "{ua}""#;

/// A log as that pattern reads it, but for lines without bytes, lines of a user, and one that is cut off.
fn access(lines: usize) -> String {
    let mut log = String::new();
    for n in 0..lines {
        let user = match n % 31 {
            7 => ["bob", "alice", "x42"][n % 3],
            _ => "-",
        };
        let bytes = if n % 13 == 5 { "-".to_owned() } else { n.to_string() };
        let line = format!(
            r#"10.0.{}.{} - {user} [17/May/2015:10:05:03 +0000] "GET /{n} HTTP/1.1" 200 {bytes} "-" "Mozilla/5.0""#,
            n % 256,
            n % 7
        );
        log.push_str(if n == lines / 2 { &line[..line.len() - 9] } else { &line });
        log.push_str(if n % 5 == 0 { "\r\n" } else { "\n" });
    }
    log
}

fn reasons(format: &str, input: Input<'_>, options: ScanOptions) -> Vec<Reason> {
    let mut scan = pattern(format).scan_input(input, options);
    scan.read_all().unwrap_or_else(|error| panic!("{error}"));
    scan.reasons().unwrap_or_else(|error| panic!("{error}"))
}

/// A run of letters is one, and so is a run of digits: the obvious way.
fn shape(text: &str) -> String {
    let mut kinds: Vec<String> = text
        .chars()
        .map(|c| {
            if c.is_alphabetic() {
                "a".into()
            } else if c.is_numeric() {
                "0".into()
            } else {
                c.to_string()
            }
        })
        .collect();
    kinds.dedup_by(|a, b| a == b && (a == "a" || a == "0"));
    kinds.concat()
}

#[test]
fn the_reasons_are_those_of_the_lines_one_by_one() {
    let log = access(1500);
    let found = reasons(ACCESS, Input::bytes(log.as_bytes()), ScanOptions::default());
    let (parser, mut groups, mut offset) = (pattern(ACCESS), HashMap::new(), 0);
    for (number, whole) in log.split_inclusive('\n').enumerate() {
        let line = whole.trim_end_matches(['\r', '\n']);
        if let Some(why) = parser.explain_mismatch(line).unwrap() {
            let key = (why.expected.to_string(), why.after.clone(), shape(&why.found));
            let first = (number as u64, offset, why.to_string(), why.offset);
            groups.entry(key).or_insert((0, first)).0 += 1;
        }
        offset += whole.len() as u64;
    }
    let mut wanted: Vec<_> = groups.into_values().collect();
    wanted.sort_by_key(|(count, first)| (std::cmp::Reverse(*count), first.0));
    let found: Vec<_> = found
        .iter()
        .map(|reason| {
            let example = reason.example.as_ref().unwrap();
            assert!(!reason.is_estimate && example.kind == FailureKind::NoMatch);
            assert_eq!((example.line, example.source.as_str()), (Some(example.record + 1), "<bytes>"));
            let position = reason.position.unwrap();
            (reason.count, (example.record, example.offset, example.reason.clone(), position))
        })
        .collect();
    assert_eq!(found, wanted);
    assert!(found.len() == 4 && found[0].0 > 100, "{found:?}");
}

#[test]
fn the_reasons_are_the_same_for_every_input_and_number_of_threads_and_size_of_blocks() {
    let log = access(9000);
    let one = reasons(ACCESS, Input::bytes(log.as_bytes()), options(1, 1 << 30));
    assert!(log.len() > 800_000 && one.len() == 4, "{one:?}");
    for threads in [1, 2, 5] {
        for block_bytes in [200, 30_000] {
            for on_error in [OnError::Skip, OnError::Null] {
                let run = |input| {
                    let mut options = options(threads, block_bytes);
                    options.on_error = on_error;
                    let mut found = reasons(ACCESS, input, options);
                    found.iter_mut().flat_map(|one| &mut one.example).for_each(|one| one.source = "<bytes>".to_owned());
                    found
                };
                assert_eq!(run(Input::bytes(log.as_bytes())), one, "{threads} threads, blocks of {block_bytes}");
                assert_eq!(run(Input::reader(Steps(log.as_bytes(), 777), "r")), one);
                assert_eq!(run(Input::reader(&gzip(log.as_bytes())[..], "z").decompressed()), one);
            }
        }
    }
}

#[test]
fn more_records_than_are_kept_are_estimated_and_the_sum_is_exact() {
    // Few lines have what the pattern needs, so that the others are not looked at once enough are kept.
    let log: String = (0..30_000u64)
        .map(|n| match n % 10 {
            0 => format!("took {n} ms\n"),
            1 => format!("took {n} s\n"),
            2..5 => format!("gave {n}\n"),
            _ => "\n".to_owned(),
        })
        .collect();
    for (threads, block_bytes) in [(1, 1 << 18), (1, 100), (3, 5000)] {
        let mut scan = pattern("took {n:d} ms").scan_input(Input::bytes(log.as_bytes()), options(threads, block_bytes));
        assert_eq!(scan.read_all().unwrap().len(), 3000);
        let found = scan.reasons().unwrap();
        assert_eq!(scan.stats().unmatched, 27_000);
        assert_eq!(found.iter().map(|reason| reason.count).sum::<u64>(), 27_000);
        assert!(found.iter().all(|reason| reason.is_estimate));
        let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
        let [empty, gave, seconds] = &texts[..] else { panic!("{texts:?}") };
        // The first 1000 are those of the lines before line 1112: 555, 333 and 112. Each stands for 27.
        let expected = r#"lines: expected "took ", found"#;
        assert_eq!(*empty, format!("about 14,985 {expected} the end"));
        assert_eq!(*gave, format!(r#"about 8,991 {expected} "gave 2""#));
        assert_eq!(*seconds, r#"about 3,024 lines: expected " ms" after {n:d}, found " s""#);
    }
}

#[test]
fn failures_are_grouped_by_field_and_reason_without_their_text() {
    let mut log = String::from("1 2015-02-29\n2 2015-02-30\n");
    log.push_str(
        "9999999999999999999999 2015-01-01\n8888888888888888888888 2015-01-01\n99999999999999999999997 2015-01-02\n",
    );
    let found = reasons("{n:d} {day:ti}", Input::bytes(log.as_bytes()), ScanOptions::default());
    let groups: Vec<_> = found
        .iter()
        .map(|reason| {
            let example = reason.example.as_ref().unwrap();
            (reason.count, example.kind, example.field.as_deref(), example.line, reason.position)
        })
        .collect();
    let kind = FailureKind::Conversion;
    assert_eq!(groups, [(3, kind, Some("n"), Some(3), None), (2, kind, Some("day"), Some(1), None)]);
    assert!(found[0].to_string().starts_with("3 lines: field n: "), "{}", found[0]);
}

#[test]
fn failures_after_the_last_record_that_is_kept_are_counted_with_the_rest() {
    let log = "x\n".repeat(limits::UNREAD_KEPT + 500) + "99999999999999999999\n";
    let found = reasons("{n:d}", Input::bytes(log.as_bytes()), options(1, 1000));
    let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(texts, [r#"about 1,500 lines: expected {n:d}, found "x""#, "1 line: other reasons"]);
}

#[test]
fn reasons_past_the_limit_are_one() {
    let marks: Vec<char> = "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~".chars().collect();
    let log: String = marks.iter().map(|mark| format!("{mark}\n")).collect();
    let found = reasons("x{n:d}", Input::bytes(log.as_bytes()), ScanOptions::default());
    assert_eq!(found.len(), limits::REASONS_GIVEN + 1);
    let rest = (marks.len() - limits::REASONS_GIVEN) as u64;
    assert_eq!((found[20].count, found[20].is_estimate, &found[20].example), (rest, false, &None));
}

#[test]
fn what_cannot_be_explained_does_not_match_and_no_more() {
    let only = |format: &str, log: &[u8], matches| {
        let mut options = ScanOptions::default();
        (options.matches, options.strings) = (matches, parsimd::Strings::Binary);
        let found = reasons(format, Input::bytes(log), options);
        let [reason] = &found[..] else { panic!("{found:?}") };
        assert_eq!(reason.position, None);
        reason.to_string()
    };
    assert_eq!(only("<{n:d}>", b"<x>\n<7>\n<y>\n", Matches::First), "2 lines: does not match the pattern");
    assert_eq!(only("<{n:d}>", b"<\xff>\n", Matches::Line), "1 line: does not match the pattern");
    let long = [&b"<x"[..], &b" ".repeat(limits::EXPLAINED_BYTES), b">\n"].concat();
    assert_eq!(only("<{n:d}>", &long, Matches::Line), "1 line: does not match the pattern");
    assert!(reasons("{n:d}", Input::bytes(b"1\n2\n"), ScanOptions::default()).is_empty());
}

#[test]
fn lines_are_counted_from_the_beginning_of_each_source_and_of_records_of_several_lines() {
    let mut options = options(1, 20);
    options.multiline = true;
    let input =
        Input::reader(&b"@1 a\n b\n@2 c\n d\n@x e\n"[..], "first").then(Input::reader(&b"@3 f\n@y g\n"[..], "second"));
    let mut scan = pattern("@{n:d} {}").scan_input(input, options);
    scan.read_all().unwrap();
    let found: Vec<_> = scan.stats().first_failures.iter().map(|one| (one.source.clone(), one.line)).collect();
    assert!(found.is_empty(), "a line without a head belongs to the record above: {found:?}");
    let mut options = self::options(2, 20);
    options.on_error = OnError::Skip;
    let input = Input::reader(&b"1\n\0\0\n3\nx\n"[..], "first").then(Input::reader(&b"1\nx\n"[..], "second"));
    let mut scan = pattern("{n:d}").scan_input(input, options);
    scan.read_all().unwrap();
    let found: Vec<_> = scan.stats().first_failures.iter().map(|one| (one.source.as_str(), one.line)).collect();
    assert_eq!(found, [("first", Some(2)), ("first", Some(4)), ("second", Some(2))]);
}

#[test]
fn the_error_of_a_scan_that_raises_says_what_was_expected_and_on_which_line() {
    let line = r#"1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 304 - "-" "curl""#;
    let log = line.replace(" - \"-\"", " 7 \"-\"") + "\n";
    let log = log.repeat(40) + line + "\n";
    for (threads, block_bytes) in [(1, 1 << 18), (2, 100)] {
        let mut options = options(threads, block_bytes);
        options.on_error = OnError::Raise;
        let mut scan = pattern(ACCESS).scan_input(Input::bytes(log.as_bytes()), options);
        let error = scan.read_all().unwrap_err();
        let at = log.len() - line.len() - 1;
        let wanted = format!(
            r#"<bytes>: record at byte {at}: does not match the pattern: expected {{bytes:d}} after {{status:d}}, found "-""#
        );
        assert_eq!(error.to_string(), wanted);
        let failure = error.failure().unwrap();
        assert_eq!((failure.line, failure.record), (Some(41), 40));
    }
    let mut options = ScanOptions::default();
    options.on_error = OnError::Raise;
    let error = pattern("{n:d}").scan_texts([Some(&b"1"[..]), Some(b"x")], options).unwrap_err();
    assert_eq!(error.to_string(), r#"row 1: does not match the pattern: expected {n:d}, found "x""#);
    assert_eq!(error.failure().unwrap().line, None);
}
