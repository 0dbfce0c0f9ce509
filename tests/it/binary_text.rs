//! Text as bytes: records that are UTF-8 are read as ever, and the others by the reading for ASCII, byte by byte.

use std::num::NonZeroUsize;

use parsimd::{
    Anchored, Batch, Cell, ColumnType, CustomType, ExternalMatcher, Input, Isa, Matches, OnError, Pattern, Predicate,
    ScanOptions, Stats, Strings, Value, Values, Year,
};

use crate::common::{self, Found, Random, cells, external, pattern, pattern_on};

/// What is passed before the first record, so that its own first bytes are no mark.
const MARK: &[u8] = b"\xef\xbb\xbf";

fn options(strings: Strings, on_error: OnError) -> ScanOptions {
    let mut options = ScanOptions::default();
    (options.strings, options.on_error, options.year) = (strings, on_error, Year::Of(2011));
    options
}

fn read(pattern: &Pattern, input: &[u8], options: ScanOptions) -> (Batch, Stats) {
    common::read(pattern, Input::bytes(input), options)
}

fn custom(expression: &str) -> Pattern {
    let own = CustomType { pattern: Some(expression.to_owned()), group_count: 0 };
    Pattern::builder("{:T}").custom_type("T", own).build().unwrap_or_else(|error| panic!("{error}"))
}

/// A character for each byte; those that are not ASCII have one for private use, which is no letter, no digit, no white space, and has no case.
fn spell(bytes: &[u8]) -> String {
    let spelt = |&byte: &u8| if byte.is_ascii() { Some(byte.into()) } else { char::from_u32(0xe000 + u32::from(byte)) };
    bytes.iter().filter_map(spelt).collect()
}

/// The bytes that were spelt so.
fn unspell(text: &str) -> Vec<u8> {
    text.chars().map(|c| u32::from(c) as u8).collect()
}

const FORMATS: [&str; 14] = [
    "{ip} - - [{ts:th}] \"{req}\" {status:d}",
    "{ts:ts} {host} sshd[{pid:d}]: {msg}",
    "{user:w}: disk {what:l}",
    "{what:S}: {n:n} {rest:D}",
    "{a:W}x{b:s}{c}",
    "{a:.3}{b:2}|{c}",
    "{a:>5}: {n:F}",
    "→ {a}:{n:d}",
    "é{a}é",
    "{word:w}",
    "{a:D}1{b}",
    "{n:g}% {a}",
    "{a:%H:%M.%S}{b}",
    "{}",
];

const PIECES: [&[u8]; 25] = [
    b"1.2.3.4 - - [21/Nov/2011:00:07:11 +0000] \"",
    b"GET /\" 200",
    b"Dec 10 06:55:46 ",
    b" sshd[24200]: ",
    b"disk ",
    b": ",
    b"12",
    b"99999999999999999999",
    b"-1.5",
    b" ",
    b"x",
    b"K",
    b"1",
    b"|",
    b"%",
    b"06:55.46",
    b"06:55",
    b"abc",
    "é".as_bytes(),
    "→ ".as_bytes(),
    "٣".as_bytes(),
    "\u{a0}".as_bytes(),
    b"\xe9",
    b"\xff\xfe",
    b"\xe2\x86",
];

/// Records that are made after the literals of a format, with bytes of any kind between them.
fn record(random: &mut Random, format: &str) -> Vec<u8> {
    let mut record = Vec::new();
    let is_made_for_it = random.below(3) > 0;
    let mut between = |record: &mut Vec<u8>| {
        (0..random.below(3)).for_each(|_| record.extend_from_slice(random.one(&PIECES)));
        if random.below(8) == 0 {
            // No newline, and no `\r`, which would be none of the record's at its end.
            record.extend((0..random.below(4)).map(|_| random.below(256) as u8).filter(|byte| !b"\r\n".contains(byte)));
        }
    };
    between(&mut record);
    for literal in format.split('{').filter(|_| is_made_for_it) {
        record.extend_from_slice(literal.rsplit('}').next().unwrap_or_default().as_bytes());
        between(&mut record);
    }
    // NULs at its beginning are none of a record's.
    record.split_off(record.iter().position(|&byte| byte != 0).unwrap_or(record.len()))
}

/// Compares a row with what `pattern` makes of the same record as text, in which `back` gives the bytes of a piece; says whether it matched.
fn check(row: &[Cell<'_>], pattern: &Pattern, text: &str, matches: Matches, back: fn(&str) -> Vec<u8>) -> bool {
    let found = if matches == Matches::Line { pattern.parse(text) } else { pattern.search(text) };
    let Some(found) = found.unwrap_or_else(|error| panic!("{error}")) else {
        assert!(row.iter().all(|cell| *cell == Cell::Null), "{} {text:?} {row:?}", pattern.format());
        return false;
    };
    for (field, cell) in row.iter().enumerate() {
        let context = || format!("{} {text:?} {field} {cell:?}", pattern.format());
        let value = found.value_in_year(field, 2011);
        match (cell, value) {
            (Cell::Bytes(bytes), Ok(Some(Value::Text(text) | Value::Decimal(text)))) => {
                assert_eq!(*bytes, back(text), "{}", context());
            }
            (Cell::Int64(n), Ok(Some(value))) => assert_eq!(Value::Int(*n), value, "{}", context()),
            (Cell::Float64(n), Ok(Some(value))) => assert_eq!(Value::Float(*n), value, "{}", context()),
            (Cell::Timestamp(micros), Ok(Some(Value::DateTime(value)))) => {
                assert_eq!(*micros, value.timestamp_micros(), "{}", context());
            }
            (Cell::Time(micros), Ok(Some(Value::Time(value)))) => {
                assert_eq!(*micros, value.utc_micros(), "{}", context())
            }
            (Cell::Null, Err(_) | Ok(Some(Value::BigInt(_)))) => {}
            (_, value) => panic!("{}: {value:?}", context()),
        }
    }
    true
}

#[test]
fn bytes_that_are_no_text_are_characters_that_are_no_letters_digits_or_blanks() {
    let mut random = Random(5);
    let (mut texts, mut others) = (0, 0);
    for (format, case_sensitive) in FORMATS.iter().flat_map(|format| [(format, true), (format, false)]) {
        let build = |format: &str| Pattern::builder(format).case_sensitive(case_sensitive).build();
        let pattern = build(format).unwrap_or_else(|error| panic!("{error}"));
        let spelt = build(&spell(format.as_bytes())).unwrap_or_else(|error| panic!("{error}"));
        let records: Vec<_> = (0..1500).map(|_| record(&mut random, format)).collect();
        for matches in [Matches::Line, Matches::First] {
            let mut options = options(Strings::Binary, OnError::Null);
            options.matches = matches;
            let (batch, stats) = read(&pattern, &[MARK, &records.join(&b'\n'), b"\n"].concat(), options);
            assert_eq!(batch.len(), records.len());
            assert_eq!(stats.records, stats.matched + stats.unmatched + stats.failures);
            let mut matched = 0;
            for (record, row) in records.iter().zip(cells(&batch)) {
                matched += u64::from(match std::str::from_utf8(record) {
                    Ok(text) => {
                        let is_found = check(&row, &pattern, text, matches, |text| text.as_bytes().to_vec());
                        texts += usize::from(is_found);
                        is_found
                    }
                    Err(_) => {
                        let is_found = check(&row, &spelt, &spell(record), matches, unspell);
                        others += usize::from(is_found);
                        is_found
                    }
                });
            }
            assert_eq!(matched, stats.matched + stats.failures, "{format}");
        }
    }
    assert!(texts > 3000 && others > 3000, "{texts}, {others}");
}

#[test]
fn the_same_bytes_give_the_same_batch_however_they_are_scanned() {
    let mut random = Random(6);
    for format in FORMATS {
        let mut input = Vec::new();
        for _ in 0..200 {
            input.extend(record(&mut random, format));
            input.extend_from_slice(random.one(&[&b"\n"[..], b"\n", b"\r\n"]));
        }
        for on_error in [OnError::Skip, OnError::Null] {
            let mut first: Option<(Batch, Stats)> = None;
            for isa in Isa::available() {
                let pattern = pattern_on(format, isa);
                for (threads, block_bytes) in [(1, 1), (1, 300), (3, 300), (1, 1 << 20), (3, 1 << 20)] {
                    let mut options = options(Strings::Binary, on_error);
                    (options.threads, options.block_bytes) = (NonZeroUsize::new(threads), block_bytes);
                    let found = read(&pattern, &input, options);
                    let wanted = first.get_or_insert_with(|| found.clone());
                    assert_eq!(found, *wanted, "{format} {isa} {threads} {block_bytes}");
                }
            }
        }
    }
}

#[test]
fn input_that_is_utf_8_has_the_texts_of_the_other_forms() {
    let mut random = Random(7);
    for format in FORMATS {
        let pattern = pattern(format);
        let records: Vec<_> = (0..300).map(|_| record(&mut random, format)).collect();
        let input = String::from_utf8_lossy(&records.join(&b'\n')).into_owned();
        let (copied, counts) = read(&pattern, input.as_bytes(), options(Strings::Utf8, OnError::Null));
        let (binary, others) = read(&pattern, input.as_bytes(), options(Strings::Binary, OnError::Null));
        assert_eq!(counts, others);
        for (copied, binary) in copied.columns().iter().zip(binary.columns()) {
            match (copied.values(), binary.values()) {
                (Values::Text { offsets, bytes }, Values::Binary { offsets: same, bytes: alike }) => {
                    assert_eq!((offsets, bytes), (same, alike));
                    assert_eq!((binary.column_type(), copied.validity()), (ColumnType::Binary, binary.validity()));
                }
                _ => assert_eq!(copied, binary),
            }
        }
    }
}

#[test]
fn every_byte_that_is_not_ascii_is_in_inverted_classes_and_in_no_other() {
    for byte in 0x80..=0xff_u8 {
        for (format, takes) in [
            ("{}", true),
            ("{:W}", true),
            ("{:D}", true),
            ("{:S}", true),
            ("{:w}", false),
            ("{:l}", false),
            ("{:s}", false),
            ("{:d}", false),
        ] {
            let (batch, stats) = read(&pattern(format), &[byte], options(Strings::Binary, OnError::Skip));
            let rows: &[[Cell<'_>; 1]] = if takes { &[[Cell::Bytes(&[byte])]] } else { &[] };
            assert_eq!(
                (cells(&batch), stats.unmatched),
                (rows.iter().map(|row| row.to_vec()).collect(), u64::from(!takes))
            );
        }
    }
}

#[test]
fn rows_are_taken_filtered_and_joined_with_their_bytes() {
    let mut options = options(Strings::Binary, OnError::Null);
    options.block_bytes = 1;
    let (batch, stats) = read(&pattern("{a} {n:d} {d:F}"), b"\xff 1 1.5\nno\n\xc3\xa9 2 -2.0\nx\xfe 3 .5\n", options);
    assert_eq!((stats.matched, stats.unmatched, stats.failures), (3, 1, 0));
    let row = |a: &'static [u8], n, d: &'static [u8]| vec![Cell::Bytes(a), Cell::Int64(n), Cell::Bytes(d)];
    let rows = [row(b"\xff", 1, b"1.5"), vec![Cell::Null; 3], row("é".as_bytes(), 2, b"-2.0"), row(b"x\xfe", 3, b".5")];
    assert_eq!(cells(&batch), rows);
    assert_eq!(cells(&batch.filter(|row| row > 0)), rows[1..]);
    assert_eq!(cells(&batch.project(&[2])), rows.each_ref().map(|row| vec![row[2]]));
    let twice = Batch::concat(batch.schema().clone(), &[batch.clone(), batch.filter(|row| row == 3)]);
    assert_eq!(cells(&twice.unwrap_or_else(|error| panic!("{error}")))[4], rows[3]);
}

#[test]
fn texts_given_one_by_one_are_cut_where_they_end() {
    let texts: [Option<&[u8]>; 4] = [Some(b"a\xc3"), Some(b"\xa9"), None, Some("é".as_bytes())];
    let found = pattern("{a}").scan_texts(texts, options(Strings::Binary, OnError::Null));
    let found = found.unwrap_or_else(|error| panic!("{error}"));
    let rows = texts.map(|text| vec![text.map_or(Cell::Null, Cell::Bytes)]);
    assert_eq!(cells(&found.batches[0]), rows);
    assert_eq!((found.stats.matched, found.stats.failures), (3, 0));
}

#[test]
fn where_a_pattern_has_no_reading_for_bytes_the_record_is_a_failure_that_says_why() {
    #[derive(Debug)]
    struct All;

    impl ExternalMatcher for All {
        fn find(&self, text: &str, _: usize, _: Anchored) -> Found {
            Ok(Some(vec![Some(0..text.len()); 2]))
        }
    }

    for (pattern, reason) in [
        (pattern("{a}{a}"), "a repeated name or lookaround needs backtracking"),
        (custom("[aé ]+"), "a class with characters that are not ASCII"),
        (custom("[^é]+"), "a class with characters that are not ASCII"),
        (custom(r"[\x00-\xff]+"), "a class with characters that are not ASCII"),
        (custom("ſ|.*"), "a letter that is a case of an ASCII letter, and is not ASCII"),
        (external("{a}", All), "it is left to an external matcher"),
    ] {
        let (batch, stats) = read(&pattern, b"\xff\xff\naa\n", options(Strings::Binary, OnError::Skip));
        assert_eq!((batch.len(), stats.matched, stats.unmatched, stats.failures), (1, 1, 0, 1), "{reason}");
        let wanted = format!("not UTF-8, and the pattern cannot be matched to bytes: {reason}");
        assert_eq!(stats.first_failures[0].reason, wanted);
        let mut scan = pattern.scan_input(Input::bytes(b"\xff"), options(Strings::Binary, OnError::Raise));
        assert!(scan.read_all().is_err_and(|error| error.is_record() && error.to_string().contains(reason)));
    }
    // With the other forms nothing is matched that is not UTF-8.
    for strings in [Strings::Utf8, Strings::View] {
        let (_, stats) = read(&pattern("{a}"), b"\xff\naa\n", options(strings, OnError::Skip));
        assert_eq!((stats.matched, stats.failures, &stats.first_failures[0].reason[..]), (1, 1, "not UTF-8"));
    }
}

#[test]
fn a_class_that_is_not_all_ascii_is_matched_to_ascii_too() {
    for expression in ["[aé]+", r"[\x00-\xff]+", r"[^\u0100]+"] {
        for (text, takes) in [("aa", true), ("aé", true), ("\u{100}", false)] {
            let found = custom(expression).parse(text).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(found.is_some(), takes, "{expression} {text}");
        }
    }
    // Where case is ignored U+017F is an s, however it is written.
    for expression in ["ſ", r"\u017f", r"[\u0170-\u0180]"] {
        assert!(custom(expression).parse("s").is_ok_and(|found| found.is_some()), "{expression}");
    }
}

#[test]
fn a_predicate_compares_bytes_where_the_columns_are_bytes() {
    let log = b"info: caf\xe9 error\nwarn: caf\xe9\ninfo: error \xff\ninfo: none\n";
    let rows = |predicate, strings| {
        let options = options(strings, OnError::Skip).filter("msg", predicate);
        read(&pattern("{lvl:w}: {msg}"), log, options).0.len()
    };
    for (predicate, binary) in [
        (Predicate::Contains("error".to_owned()), 2),
        (Predicate::StartsWith("caf".to_owned()), 2),
        (Predicate::Text("none".to_owned()), 1),
        (Predicate::AnyOf(vec![Predicate::Text("none".to_owned()), Predicate::StartsWith("error".to_owned())]), 2),
    ] {
        assert_eq!(rows(predicate.clone(), Strings::Binary), binary, "{predicate:?}");
        // Elsewhere such a text is no value.
        let is_of_none = format!("{predicate:?}").contains("none");
        assert_eq!(rows(predicate.clone(), Strings::Utf8), usize::from(is_of_none), "{predicate:?}");
    }
}
