//! `skip_filtered`: the rows of a filter are the same whether lines that it rules out are matched or not.

use parsimd::{Batch, Cell, Input, Isa, Matches, OnError, Pattern, Predicate, Rejects, ScanOptions, Stats};

use crate::common::{Random, options, pattern, pattern_on, read, share_of, spelt};

/// Patterns whose literals, types and fields each lead to another kind of evidence, or to none.
const FORMATS: [&str; 14] = [
    r#"{ip} - - [{at:th}] "{req}" {status:d} {size:d|-} "{ua}""#,
    r#""{text}" {n:d} {text2}"#,
    "{at:ti} {level:w} [{who}] {text}",
    "kids={n:d}, Kinds: {level:w}; {text}",
    "é {n:d} É {level:w} → {text}",
    "{n:d}: {level}",
    "{level:w}={n:d}",
    "{text} took {n:d}",
    "<{n:5d}> <{level:>6}> <{m:x}>",
    "<{n:,d}> <{level:q}> {text}",
    "{level}{:[} n={n:d};{:]}",
    "{kv:kv(level,n:d)}",
    "{text:ip} {n:d|0|none} {level:l}",
    "{level:.3}{text}: {n:d} {n:d}",
];

/// Texts of fields: many spellings of a few values, and what is none.
const TEXTS: [&str; 38] = [
    "404",
    "+404",
    " 404",
    "-404",
    "0404",
    "00000000000000000000404",
    "0x194",
    "0X194",
    "0b110010100",
    "0o624",
    "4040",
    "40",
    "4",
    "404x",
    "5",
    "500",
    "99999999999999999999",
    "0",
    "-",
    "",
    "none",
    "error",
    "ERROR",
    "Error",
    "err",
    "error warn",
    "warn",
    "k\u{17f}",
    "kiss",
    "\"error\"",
    "\"a \\\"warn\\\" b\"",
    "[404]",
    "; 404,",
    "10.0.0.1",
    "2024-05-17T10:05:03",
    "17/May/2015:10:05:03 +0000",
    "é",
    "a b c",
];

/// A line of about the pattern's form.
fn line(format: &str, random: &mut Random) -> Vec<u8> {
    let mut line = Vec::new();
    if random.below(12) == 0 {
        line.extend((0..random.below(30)).map(|_| b" =\"4041x\\\xff\xc3\xa9\0errorERR"[random.below(21)]));
        return line;
    }
    let mut rest = format;
    while let Some(open) = rest.find('{') {
        let literal = &rest[..open];
        let literal = if random.below(9) == 0 { literal.to_uppercase() } else { literal.to_owned() };
        line.extend_from_slice(literal.as_bytes());
        let close = rest[open..].find('}').expect("each field is closed") + open + 1;
        let field = &rest[open..close];
        rest = &rest[close..];
        if field == "{:[}" && random.below(2) == 0 {
            rest = &rest[rest.find("{:]}").expect("each part is closed") + 4..];
            continue;
        }
        let text = match field {
            "{:[}" | "{:]}" => "",
            _ if field.contains(":th") => random.one(&[
                "17/May/2015:10:05:03 +0000",
                "7-may-2015:10:05:03 -1200",
                "18/May/2015:23:30:00 +1400",
                "14/May/2015:00:30:00 -2359",
            ]),
            _ if field.contains(":ti") => random.one(&[
                "2024-05-17T10:05:03",
                "2024-05-19",
                "2024-05-14 23:59:59.5 -2359",
                "2024-02-30",
                "2023-05-17T10:05:03Z",
                "\u{662}024-05-17",
            ]),
            _ if field.contains(":ip") => "10.0.0.1",
            _ if field.contains(":kv") => {
                random.one(&["level=error n=404", "n=\"404\" level=\"warn\"", "n=5", "level=err"])
            }
            _ if field.contains(":d") && random.below(3) > 0 => TEXTS[random.below(20)],
            _ => TEXTS[random.below(TEXTS.len())],
        };
        line.extend_from_slice(text.as_bytes());
    }
    line.extend_from_slice(rest.as_bytes());
    line
}

fn log(format: &str, random: &mut Random) -> Vec<u8> {
    let mut log = Vec::new();
    let is_odd = random.below(3) == 0;
    for _ in 0..random.below(160) {
        let mut line = line(format, random);
        if !is_odd {
            line.retain(|byte| byte.is_ascii() && *byte != 0);
        }
        log.extend(line);
        log.extend_from_slice([b"\n".as_slice(), b"\r\n", b"\n\n"][random.below(9).saturating_sub(6)]);
    }
    if random.below(2) == 0 {
        log.pop();
    }
    log
}

/// A predicate for the type of a column.
fn predicate(kind: Cell<'_>, random: &mut Random) -> Predicate {
    let is_many = random.below(4) == 0;
    match kind {
        _ if is_many => Predicate::AnyOf((0..random.below(4)).map(|_| predicate(kind, random)).collect()),
        Cell::Int64(_) => {
            let numbers = [404, 404, -404, 0, 5, 40, 500, i64::MAX, i64::MIN];
            let low = numbers[random.below(9)];
            Predicate::Between(low, if random.below(2) == 0 { low } else { numbers[random.below(9)] })
        }
        Cell::Timestamp(_) => {
            let days = [16_572, 16_562, 19_860, 19_862, 19_858, 0][random.below(6)] * 86_400_000_000;
            Predicate::Between(days, days + [-1, 0, 43_200_000_000, 86_399_999_999][random.below(4)])
        }
        Cell::Text(_) => {
            let text = TEXTS[random.below(TEXTS.len())].to_owned();
            [Predicate::Text(text.clone()), Predicate::StartsWith(text.clone()), Predicate::Contains(text)]
                [random.below(3)]
            .clone()
        }
        _ => unreachable!("there is no filter for others"),
    }
}

/// The reference implementation of predicates.
fn holds(predicate: &Predicate, cell: Cell<'_>) -> bool {
    match (predicate, cell) {
        (Predicate::Between(low, high), Cell::Int64(value) | Cell::Timestamp(value)) => *low <= value && value <= *high,
        (Predicate::Text(text), Cell::Text(value)) => text == value,
        (Predicate::StartsWith(text), Cell::Text(value)) => value.as_bytes().get(..text.len()) == Some(text.as_bytes()),
        (Predicate::Contains(text), Cell::Text(value)) => value.find(text.as_str()).is_some(),
        (Predicate::AnyOf(parts), cell) => parts.iter().any(|part| holds(part, cell)),
        (_, Cell::Null) => false,
        other => panic!("{other:?}"),
    }
}

/// The fields that can be filtered, each with a value of its type.
fn filterable(pattern: &Pattern) -> Vec<(usize, Cell<'static>)> {
    let kinds = pattern.schema().columns().map(|(_, kind)| kind).collect::<Vec<_>>();
    let cell = |kind: &parsimd::ColumnType| match kind {
        parsimd::ColumnType::Int64 => Some(Cell::Int64(0)),
        parsimd::ColumnType::Timestamp { .. } => Some(Cell::Timestamp(0)),
        parsimd::ColumnType::Text => Some(Cell::Text("")),
        _ => None,
    };
    kinds.iter().enumerate().filter_map(|(number, kind)| Some((number, cell(kind)?))).collect()
}

fn scan(pattern: &Pattern, log: &[u8], options: &ScanOptions) -> (Batch, Stats) {
    let (batch, stats) = read(pattern, Input::bytes(log), options.clone());
    assert_eq!(stats.records, stats.matched + stats.unmatched + stats.failures + stats.filtered);
    assert_eq!(stats.bytes, log.len() as u64);
    (batch, stats)
}

#[test]
fn the_rows_are_those_that_a_plain_filter_keeps_of_all_rows() {
    let mut random = Random(7);
    let (mut kept, mut dropped) = (0, 0);
    let cases = share_of(if cfg!(debug_assertions) { 700 } else { 7000 });
    for case in 0..cases {
        let format = FORMATS[case % FORMATS.len()];
        let log = log(format, &mut random);
        let isas = Isa::available();
        let one = pattern_on(format, isas[case % isas.len()]);
        let fields = filterable(&one);
        let mut filter = Vec::new();
        for _ in 0..1 + random.below(2) {
            let (field, kind) = fields[random.below(fields.len())];
            filter.push((field, predicate(kind, &mut random)));
        }
        let mut plain = options(1, 1 << 20);
        plain.matches = [Matches::Line, Matches::First][random.below(2)];
        plain.columns = Some({
            let mut columns: Vec<usize> = filter.iter().map(|(field, _)| *field).collect();
            columns.dedup();
            columns
        });
        let (all, counted) = scan(&one, &log, &plain);
        assert_eq!(counted.filtered, 0);
        let column =
            |field| all.columns()[plain.columns.as_ref().unwrap().iter().position(|c| *c == field).unwrap()].clone();
        let columns: Vec<_> = filter.iter().map(|(field, predicate)| (column(*field), predicate)).collect();
        let wanted =
            spelt(&all.filter(|row| columns.iter().all(|(column, predicate)| holds(predicate, column.get(row)))));
        kept += wanted.len();
        dropped += all.len() - wanted.len();
        let mut first = None;
        for (threads, block_bytes) in [(1, 1 << 20), (1, 150), (3, 700)] {
            let mut options = options(threads, block_bytes);
            (options.matches, options.columns) = (plain.matches, plain.columns.clone());
            (options.filter, options.skip_filtered) = (filter.clone(), true);
            for on_error in [OnError::Skip, OnError::Null] {
                options.on_error = on_error;
                let (found, stats) = scan(&one, &log, &options);
                let context =
                    format!("{format} {filter:?} {threads} {block_bytes} {on_error:?}\n{}", log.escape_ascii());
                assert_eq!(spelt(&found), wanted, "{context}");
                assert_eq!((stats.records, stats.unmatched), (counted.records, 0), "{context}");
                assert_eq!((stats.matched, stats.failures), (wanted.len() as u64, 0), "{context}");
                assert_eq!(*first.get_or_insert(stats.clone()), stats, "{context}");
            }
        }
    }
    assert!(2 * kept > cases && dropped > 5 * cases, "{kept} and {dropped} rows of {cases} logs");
}

/// Lines of which one in a hundred has the status, and others look so.
fn rare() -> Vec<u8> {
    let line = |n: usize| match n % 100 {
        7 => format!("{n} \"GET /404 404\" 404 {n}\n"),
        8 => format!("{n} \"GET /404 404\" 404 99999999999999999999\n"),
        9 => "no line of this kind, \" 404 \"\n".to_owned(),
        _ => format!("{n} \"GET /404 404\" 200 404\n"),
    };
    (0..3000).map(line).collect::<String>().into_bytes()
}

const RARE: &str = r#"{id:d} "{request}" {status:d} {size:d}"#;

#[test]
fn what_is_counted_depends_on_the_lines_alone() {
    let log = rare();
    let mut wanted = None;
    for isa in Isa::available() {
        for (threads, block_bytes) in [(1, 1 << 20), (1, 400), (2, 3000)] {
            let mut options = options(threads, block_bytes);
            (options.filter, options.skip_filtered) = (vec![(2, Predicate::Between(404, 404))], true);
            let (batch, stats) = scan(&pattern_on(RARE, isa), &log, &options);
            assert_eq!(batch.len(), 30);
            assert_eq!((stats.matched, stats.failures, stats.filtered, stats.unmatched), (30, 30, 2940, 0));
            // The failures have their numbers, though the lines before them were not told apart.
            assert_eq!(stats.first_failures[1].record, 108);
            assert_eq!(*wanted.get_or_insert(stats.clone()), stats, "{isa} {threads} {block_bytes}");
        }
    }
}

#[test]
fn every_line_is_seen_where_somebody_asks_about_it() {
    let log = rare();
    type Ask = fn(&mut ScanOptions);
    let ask: [(&str, Ask); 4] = [
        ("not asked for", |options| options.skip_filtered = false),
        ("no filter", |options| options.filter.clear()),
        ("rejects", |options| options.rejects = Rejects::Rows),
        ("all matches", |options| options.matches = Matches::All),
    ];
    for (name, ask) in ask {
        let mut options = options(1, 1 << 20);
        (options.filter, options.skip_filtered) = (vec![(2, Predicate::Between(404, 404))], true);
        ask(&mut options);
        let (_, stats) = scan(&pattern(RARE), &log, &options);
        assert_eq!((stats.unmatched, stats.filtered), (30, 0), "{name}");
    }
    let mut options = options(1, 1 << 20);
    (options.filter, options.skip_filtered) = (vec![(2, Predicate::Between(404, 404))], true);
    options.on_error = OnError::Raise;
    let mut scan = pattern(RARE).scan_input(Input::bytes(&log), options);
    let error = scan.read_all().unwrap_err().to_string();
    assert!(error.contains("99999999999999999999"), "{error}");
}

#[test]
fn a_limit_counts_up_to_its_last_row() {
    let mut options = options(1, 1 << 20);
    (options.filter, options.skip_filtered) = (vec![(2, Predicate::Between(404, 404))], true);
    options.limit = Some(2);
    let (batch, stats) = scan_some(&options);
    assert_eq!(spelt(&batch)[1][0], "Int64(107)");
    assert_eq!((stats.records, stats.matched, stats.failures), (108, 2, 1));
}

fn scan_some(options: &ScanOptions) -> (Batch, Stats) {
    let log = rare();
    read(&pattern(RARE), Input::bytes(&log), options.clone())
}

#[test]
fn a_line_that_is_too_long_is_a_failure_whatever_is_in_it() {
    let mut options = options(1, 1 << 20);
    (options.filter, options.skip_filtered) = (vec![(2, Predicate::Between(404, 404))], true);
    options.max_record_bytes = 50;
    let log = [rare(), vec![b'x'; 60], b"\n".to_vec()].concat();
    let (_, stats) = scan(&pattern(RARE), &log, &options);
    // 30 of the others have a size that is too large.
    assert_eq!(stats.failures, 31);
}
