//! Guesses: the cases of `tests/cases/guess.toml`, and what holds for any bytes.

use std::collections::BTreeMap;

use parsimd::{Batch, Cell, Guess, GuessOptions, Input, Origin, Pattern, Value, guess, limits};
use serde::Deserialize;

use crate::common::{Folder, Random, gzip, open, pattern};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    lines: Vec<String>,
    pattern: Option<String>,
    ready: Option<String>,
    kinds: Option<Vec<String>>,
    #[serde(default)]
    multiline: bool,
    read: Option<(u64, u64)>,
    #[serde(default)]
    first: BTreeMap<String, String>,
    #[serde(default)]
    null: Vec<String>,
    #[serde(default)]
    notes: Vec<String>,
    error: Option<String>,
}

fn guessed(data: impl AsRef<[u8]> + Send + Sync) -> parsimd::Result<Vec<Guess>> {
    guess(Input::bytes(data), &GuessOptions::default())
}

/// Whether a cell has the value of a case.
fn has(cell: Cell<'_>, expected: &str) -> bool {
    match cell {
        Cell::Text(text) => text == expected,
        Cell::Int64(number) | Cell::Duration(number) => number.to_string() == expected,
        Cell::Float64(number) => number.to_string() == expected,
        Cell::Timestamp(micros) => {
            let time = pattern("{time:ti}");
            let found = time.parse(expected).unwrap_or_else(|error| panic!("{error}"));
            match found.and_then(|found| found.get("time").ok().flatten()) {
                Some(Value::DateTime(at)) => at.timestamp_micros() == micros,
                other => panic!("{expected}: {other:?}"),
            }
        }
        other => panic!("no notation for {other:?}"),
    }
}

#[test]
fn every_case_is_guessed_as_it_says() {
    let cases = toml::from_str::<Cases>(include_str!("../cases/guess.toml")).unwrap_or_else(|error| panic!("{error}"));
    for case in &cases.case {
        let name = &case.name;
        let found = guessed(case.lines.join("\n"));
        if let Some(part) = &case.error {
            let error = found.map(|_| ()).unwrap_err();
            assert!(error.is_guess() && error.to_string().contains(part), "{name}: {error}");
            continue;
        }
        let found = found.unwrap_or_else(|error| panic!("{name}: {error}"));
        let best = &found[0];
        let patterns: Vec<&str> = best.patterns.iter().map(|one| &*one.pattern).collect();
        match (&case.pattern, &case.ready, &case.kinds) {
            (Some(wanted), None, None) => assert_eq!(patterns, [wanted], "{name}"),
            (None, Some(ready), None) => assert_eq!(best.patterns[0].name, *ready, "{name}"),
            (None, None, Some(kinds)) => assert_eq!(patterns, *kinds, "{name}"),
            _ => panic!("{name}: pattern, ready or kinds"),
        }
        assert_eq!(Some((best.matched, best.lines)), case.read, "{name}");
        assert_eq!((best.multiline, &best.notes), (case.multiline, &case.notes), "{name}");
        let rows = &best.patterns[0].rows;
        let cell = |column: &String| rows.column(column).unwrap_or_else(|| panic!("{name}: {column}")).get(0);
        for (column, expected) in &case.first {
            assert!(has(cell(column), expected), "{name}: {column} is {:?}", cell(column));
        }
        case.null.iter().for_each(|column| assert_eq!(cell(column), Cell::Null, "{name}: {column}"));
    }
}

/// How many lines the records have that a scan reads, by a scan with other options than the guess had.
fn lines_read(pattern: &Pattern, data: &[u8], guess: &Guess) -> u64 {
    let mut options = guess.options();
    if !guess.multiline {
        let mut scan = pattern.scan_input(Input::bytes(data), options);
        scan.by_ref().for_each(|batch| assert!(batch.is_ok()));
        return scan.stats().matched;
    }
    // Where the next record begins, matched or not, or a line that belongs to none.
    options.include = vec![Origin::Line];
    let lines = |options| -> Vec<i64> {
        let batch: Batch =
            pattern.scan_input(Input::bytes(data), options).read_all().unwrap_or_else(|error| panic!("{error}"));
        let column = batch.column("line").unwrap_or_else(|| panic!("no column line"));
        (0..batch.len()).map(|row| if let Cell::Int64(line) = column.get(row) { line } else { 0 }).collect()
    };
    let matched = lines(options.clone());
    options.on_error = parsimd::OnError::Null;
    let mut all = lines(options);
    all.push(data.iter().filter(|&&byte| byte == b'\n').count() as i64 + 1);
    let next = |line: &i64| all.iter().find(|other| *other > line).unwrap_or_else(|| panic!("line {line} has no end"));
    matched.iter().map(|line| (next(line) - line) as u64).sum()
}

/// Lines of pieces as logs have them.
fn log(random: &mut Random) -> String {
    let pieces = [
        "2026-01-02 03:04:05.678 ",
        "Jun 14 15:16:01 ",
        "17/06/09 20:10:58 ",
        "1427472655 ",
        "INFO ",
        "[main] ",
        "[17]",
        "192.0.2.7:80 ",
        "\"GET / HTTP/1.1\" ",
        "level=info took=5ms ",
        "- ",
        "a.b.C: ",
        "{x} ",
        "\tat a.b(C.java:1)",
        "word ",
        "é ",
        "✓ ",
        "größe ",
        "ſep  9 03:37:44 ",
        "\u{feff}",
        "| ",
        ",",
        "[",
        "\"",
        "%d",
        "",
    ];
    let shape: Vec<&str> = (0..random.below(6) + 1).map(|_| random.one(&pieces)).collect();
    let mut text = String::new();
    for _ in 0..random.below(30) + 1 {
        for piece in &shape {
            text.push_str(if random.below(12) == 0 { random.one(&pieces) } else { piece });
        }
        text.push_str(["", "some words", "other", "12"][random.below(4)]);
        text.push('\n');
    }
    text
}

#[test]
fn the_share_of_a_guess_is_that_of_a_scan_and_each_guess_is_a_pattern() {
    let mut random = Random(1);
    let mut guesses = 0;
    for _ in 0..12 {
        let text = log(&mut random);
        let Ok(found) = guessed(&text) else { continue };
        assert!(!found.is_empty(), "{text}");
        for one in &found {
            assert!(one.matched <= one.lines && one.lines == text.lines().count() as u64, "{text}");
            let compiled = |text: &str| Pattern::new(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let patterns: Vec<Pattern> = one.patterns.iter().map(|one| compiled(&one.pattern)).collect();
            if let [pattern] = &patterns[..] {
                assert_eq!(lines_read(pattern, text.as_bytes(), one), one.matched, "{}: {text}", pattern.format());
            }
            if !one.multiline {
                let set = one.set().unwrap_or_else(|error| panic!("{text}: {error}"));
                let mut scan = set.scan_input(Input::bytes(text.as_bytes()), one.options());
                scan.by_ref().for_each(|batch| assert!(batch.is_ok(), "{text}"));
                let matched: Vec<u64> = one.patterns.iter().map(|one| one.matched).collect();
                assert_eq!(scan.stats().matched_by_pattern, matched, "{text}");
            }
            assert_eq!(one.patterns.iter().map(|one| one.matched).sum::<u64>(), one.matched, "{text}");
            guesses += 1;
        }
    }
    assert!(guesses > 12, "{guesses} guesses");
}

/// Lines that a pattern matches with a value that does not fit go to no pattern after it, and so count as read by none.
#[test]
fn a_set_that_was_guessed_reads_as_many_lines_as_it_says_where_values_do_not_fit() {
    let mut text = String::new();
    for number in 0..40 {
        let day = if number % 10 == 9 { 31 } else { 1 + number % 28 };
        text +=
            &format!("2026-02-{day:02} 03:04:05 INFO up {number}\n192.0.2.{number} \"GET /{number}\" 200 {number}\n");
    }
    let best = &guessed(&text).unwrap_or_else(|error| panic!("{error}"))[0];
    assert!(best.pattern().is_none(), "{best:?}");
    let mut scan =
        best.set().unwrap_or_else(|error| panic!("{error}")).scan_input(Input::bytes(text.as_bytes()), best.options());
    scan.read_all().unwrap_or_else(|error| panic!("{error}"));
    let matched: Vec<u64> = best.patterns.iter().map(|one| one.matched).collect();
    assert_eq!(scan.stats().matched_by_pattern, matched, "{:?}", best.patterns);
}

#[test]
fn any_bytes_are_guessed_from_or_refused() {
    let mut random = Random(2);
    let bytes: Vec<&[u8]> = vec![
        b"\n",
        b"2026-01-02 03:04:05 ",
        b"\xff",
        b"[",
        b"]",
        b"\"",
        b"\\",
        b"{",
        b"}",
        b"=",
        b"a",
        b"\0",
        b"\xc3\xa9",
        b"1",
        b"<",
        b">",
        b"\t",
        b"%",
        b"|",
        b":",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        "✓".as_bytes(),
        "ſep  9 03:37:44 ".as_bytes(),
    ];
    for _ in 0..30 {
        let text: Vec<u8> = (0..random.below(120)).flat_map(|_| random.one(&bytes).to_vec()).collect();
        match guessed(&text) {
            Ok(found) => assert!(!found.is_empty(), "{text:?}"),
            Err(error) => assert!(error.is_guess(), "{text:?}: {error}"),
        }
    }
}

#[test]
fn the_same_bytes_give_the_same_guesses() {
    let text = log(&mut Random(7)).repeat(3);
    let shown = |found: parsimd::Result<Vec<Guess>>| format!("{found:?}");
    assert_eq!(shown(guessed(&text)), shown(guessed(&text)));
}

#[test]
fn a_guess_reads_no_further_than_its_lines_and_takes_files_as_scans_do() {
    let line = "2026-01-02 03:04:05 INFO up again\n";
    let text = line.repeat(limits::GUESS_LINES) + &"nothing of the kind\n".repeat(10_000);
    let folder = Folder::new();
    let utf16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, data) in
        [("plain.log", text.clone().into_bytes()), ("packed.log.gz", gzip(text.as_bytes())), ("utf16.log", utf16)]
    {
        let path = folder.write(name, data);
        let found = guess(open(&path), &GuessOptions::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((found[0].matched, found[0].lines), (1000, 1000), "{name}");
        assert_eq!(found[0].patterns[0].pattern, "{time:t} {level:w} {message}", "{name}");
    }
}

#[test]
fn a_line_that_is_too_long_is_passed_over() {
    let long = "x".repeat(limits::GUESS_LINE_BYTES + 1);
    let found =
        guessed(format!("{long}\n2026-01-02 03:04:05 INFO up again\n")).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((found[0].matched, found[0].lines), (1, 1));
    let error = guessed(long).map(|_| ()).unwrap_err();
    assert_eq!(error.to_string(), "there are no lines to guess a pattern from but 1 of more than 16384 bytes");
}

#[test]
fn times_without_a_year_are_told_of() {
    let with = guessed("2026-06-14 15:16:01 combo sshd[1]: x y").unwrap_or_else(|error| panic!("{error}"));
    let without = guessed("Jun 14 15:16:01 combo sshd[1]: x y").unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((with[0].lacks_year, without[0].lacks_year), (false, true));
    assert_eq!(without[0].options().year, parsimd::Year::Recent);
}
