//! `Matches::All`: the rows are the matches that `Pattern::find_iter` finds in each line.

use parsimd::{Anchored, ExternalMatcher, Input, Isa, Matches, OnError, Pattern, ScanOptions, Strings, Value};

use crate::common::{Found, Random, cells, external, gzip, options, pattern, pattern_on, read, spelt};

const FORMATS: [&str; 8] = [
    "<{n:d}>",
    "{k:w}={v}; ",
    "{n:d}",
    "{a}x{b}",
    "x{r}y{r}z",
    "{x:S} {y:S}",
    "at {t:tt} {m:w}",
    "{:[}<{a:d}>{:]}{b:w}",
];

const WORDS: [&str; 18] = [
    "<1>",
    "<22>",
    "<x>",
    "a=b; ",
    "k=2; ",
    " ",
    " ",
    "x",
    "y",
    "z",
    "9",
    "at 10:20:30 up",
    "at 10:61:00 no",
    "\u{e9}",
    "\u{131}",
    "long text without any match in it",
    "_",
    "7=; ",
];

fn line(random: &mut Random) -> String {
    (0..random.below(12)).map(|_| random.one(&WORDS)).collect()
}

/// The rows by the obvious way: each match of each line, its values as a scan spells them.
fn by_find_iter(pattern: &Pattern, lines: &[&str]) -> Vec<Vec<String>> {
    let value = |value: Value<'_>| match value {
        Value::Int(int) => format!("Int64({int})"),
        Value::Time(time) => {
            let seconds = u64::from(time.hour) * 3600 + u64::from(time.minute) * 60 + u64::from(time.second);
            format!("Time({})", seconds * 1_000_000)
        }
        other => format!("{other:?}"),
    };
    let mut rows = Vec::new();
    for line in lines {
        for found in pattern.find_iter(line) {
            let found = found.unwrap_or_else(|error| panic!("{error}"));
            let values: Result<Vec<_>, _> = (0..pattern.fields().len()).map(|at| found.value(at)).collect();
            // A value that its column cannot hold costs its match the row.
            let values =
                values.ok().filter(|values| !values.iter().any(|value| matches!(value, Some(Value::BigInt(_)))));
            rows.extend(values.map(|values| values.into_iter().flatten().map(value).collect()));
        }
    }
    rows
}

#[test]
fn the_rows_are_the_matches_of_each_line() {
    let mut random = Random(7);
    let mut several = 0;
    for format in FORMATS {
        let lines: Vec<String> = (0..300).map(|_| line(&mut random)).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let text = lines.join("\n") + "\n";
        let plain = pattern(format);
        let wanted = by_find_iter(&plain, &lines);
        let has_match = |line: &&&str| plain.search(line).is_ok_and(|found| found.is_some());
        let matching = lines.iter().filter(has_match).count() as u64;
        several += usize::from(wanted.len() as u64 > matching);
        let packed = gzip(text.as_bytes());
        for isa in Isa::available() {
            for (block_bytes, threads) in [(1, 1), (70, 2), (1000, 4), (1 << 20, 1)] {
                for input in [Input::bytes(&text), Input::reader(&packed[..], "packed").decompressed()] {
                    let mut options = options(threads, block_bytes);
                    options.matches = Matches::All;
                    let (batch, stats) = read(&pattern_on(format, isa), input, options);
                    assert_eq!(spelt(&batch), wanted, "{format} {isa} {block_bytes} {threads}");
                    assert_eq!((stats.records, stats.matched + stats.failures), (300, matching), "{format} {isa}");
                    assert_eq!(stats.records, stats.matched + stats.unmatched + stats.failures);
                }
            }
        }
    }
    assert!(several > 5, "{several} formats have lines with several matches");
}

#[test]
fn a_walk_that_stops_at_a_later_record_keeps_where_its_match_begins() {
    for (format, line) in [("{k}={v:d}", "x==1,a=0b"), ("{k}={v:d}", "x==1,len=0bytes"), ("{}:{:d}", "x::5;:0x")] {
        let pattern = pattern(format);
        for lines in [vec![line], vec!["F", line], vec![line, "F", line, line]] {
            let mut options = options(1, 1 << 18);
            options.matches = Matches::All;
            let (batch, _) = read(&pattern, Input::bytes(lines.join("\n")), options);
            assert_eq!(spelt(&batch), by_find_iter(&pattern, &lines), "{format} on {lines:?}");
        }
    }
}

#[test]
fn few_lines_with_many_matches_are_found_where_the_others_are_skipped() {
    let many = "failed 1, failed 2; failed 99999999999999999999, failed 3\n";
    let text = format!("{}{many}{}", "nothing to see here\n".repeat(500), "again nothing\n".repeat(500)).repeat(20);
    let pattern = pattern("failed {n:d}");
    let lines: Vec<&str> = text.lines().collect();
    for block_bytes in [1000, 30_000, 1 << 20] {
        let mut options = options(1, block_bytes);
        options.matches = Matches::All;
        let (batch, stats) = read(&pattern, Input::bytes(&text), options);
        assert_eq!(spelt(&batch), by_find_iter(&pattern, &lines));
        assert_eq!((stats.records, stats.unmatched, stats.failures, batch.len()), (20_020, 20_000, 20, 60));
    }
}

#[test]
fn a_limit_counts_rows_and_may_end_inside_of_a_line() {
    let text = "<1><2><3>\nnone\n<4>\n<5><6>\nnone\n";
    let pattern = pattern("<{n:d}>");
    let with = |limit, block_bytes| {
        let mut options = options(2, block_bytes);
        (options.matches, options.limit) = (Matches::All, limit);
        read(&pattern, Input::bytes(text), options)
    };
    let (all, _) = with(None, 1 << 20);
    for block_bytes in [1, 10, 1 << 20] {
        for (limit, records) in [(1, 1), (2, 1), (3, 1), (4, 3), (5, 4), (6, 4), (7, 5)] {
            let (some, stats) = with(Some(limit), block_bytes);
            assert_eq!(cells(&some), cells(&all)[..all.len().min(limit as usize)], "{limit} {block_bytes}");
            assert_eq!(stats.records, records, "{limit} {block_bytes}");
        }
    }
}

#[test]
fn raising_gives_the_matches_before_the_value_that_cannot_be_read() {
    let text = "<1><2>\n<3><99999999999999999999><4>\n<5>\n";
    for block_bytes in [1, 1 << 20] {
        let mut options = options(1, block_bytes);
        (options.matches, options.on_error) = (Matches::All, OnError::Raise);
        let mut scan = pattern("<{n:d}>").scan_input(Input::bytes(text), options);
        let error = scan.read_all().map(|_| ()).expect_err("a value that does not fit");
        assert!(error.is_record() && error.offset() == Some(7), "{error}");
        assert_eq!(scan.read_all().map(|batch| batch.len()).map_err(|error| error.to_string()), Ok(3));
        let stats = scan.stats();
        assert_eq!((stats.records, stats.matched, stats.unmatched, stats.failures), (2, 1, 0, 1));
    }
}

#[test]
fn a_line_that_is_not_utf8_is_searched_byte_by_byte() {
    let mut options = ScanOptions::default();
    (options.matches, options.strings) = (Matches::All, Strings::Binary);
    let (batch, _) = read(&pattern("<{a}>"), Input::bytes(b"<\xff> <\xc3\xa9> <\xe9\xe9>\n<\xc3\xa9><z>\n"), options);
    let texts: Vec<Vec<u8>> = (0..batch.len())
        .map(|row| match batch.columns()[0].get(row) {
            parsimd::Cell::Bytes(bytes) => bytes.to_vec(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(texts, [&b"\xff"[..], b"\xc3\xa9", b"\xe9\xe9", b"\xc3\xa9", b"z"]);
}

#[test]
fn a_filter_keeps_matches() {
    let pattern = pattern("<{n:d}>");
    let mut options = options(1, 1 << 20);
    options.matches = Matches::All;
    options.filter = vec![(0, parsimd::Predicate::Between(2, 4))];
    let (batch, stats) = read(&pattern, Input::bytes("<1><2>\n<3><9><4>\n<5>\n"), options);
    assert_eq!(spelt(&batch), [["Int64(2)"], ["Int64(3)"], ["Int64(4)"]]);
    assert_eq!((stats.records, stats.matched), (3, 3));
}

#[test]
fn a_matcher_is_asked_from_where_the_match_before_ended_and_what_it_cannot_say_fails_the_whole_line() {
    // Each letter is a match; after a `!` it gives a range that cannot be.
    #[derive(Debug)]
    struct Letters;
    impl ExternalMatcher for Letters {
        fn find(&self, text: &str, start: usize, _: Anchored) -> Found {
            let found = text[start..].find(char::is_alphabetic).map(|at| start + at);
            let is_wrong = text[start..].starts_with('!');
            Ok(found.map(|at| vec![Some(at..at + 1), Some(if is_wrong { 0..1000 } else { at..at + 1 })]))
        }
    }
    let pattern = external("{a}", Letters);
    for on_error in [OnError::Skip, OnError::Null] {
        let mut options = options(1, 1 << 20);
        (options.matches, options.on_error) = (Matches::All, on_error);
        let (batch, stats) = read(&pattern, Input::bytes("ab c\n1\nde!f\ng\n"), options);
        let rows = spelt(&batch).concat();
        let wanted: &[&str] = match on_error {
            OnError::Skip => &["Text(\"a\")", "Text(\"b\")", "Text(\"c\")", "Text(\"g\")"],
            _ => &["Text(\"a\")", "Text(\"b\")", "Text(\"c\")", "Null", "Null", "Text(\"g\")"],
        };
        assert_eq!(rows, wanted);
        assert_eq!((stats.records, stats.matched, stats.unmatched, stats.failures), (4, 2, 1, 1));
    }
}

#[test]
fn texts_that_are_given_one_by_one_have_one_row_each() {
    let mut options = ScanOptions::default();
    options.matches = Matches::All;
    let error = pattern("{n:d}").scan_texts([Some(&b"1"[..])], options).map(|_| ()).expect_err("not for texts");
    assert!(error.is_options(), "{error}");
}
