//! Logs that are not all ASCII: what comes of a line is the same whatever stands around it, and however it is scanned.

use parsimd::{Cell, Input, Isa, Matches, OnError, Pattern, ScanOptions, Year};

use crate::common::{Random, pattern, pattern_on, read};

/// Lines of one kind, each with `{}` in one or more places, and what is written there.
const LINES: [&str; 6] = [
    "1.2.3.4 - - [21/Nov/2011:00:07:11 +0000] \"GET /{} HTTP/1.1\" 200 5{} \"-\" \"curl{}\"",
    "{}Dec 10 06:55:46 LabSZ sshd[24200]: {}reverse mapping{}",
    "17/06/09 20:10:40 INFO{} executor.Backend: {}Registered",
    "{}user{}: disk{} full",
    "{}",
    "kit{}: 12{} sie{}",
];

const FORMATS: [&str; 9] = [
    r#"{ip} - - [{ts:th}] "{req}" {status:d} {bytes:d} "{ref}" "{ua}""#,
    "{ts:ts} {host} sshd[{pid:d}]: {msg}",
    "{ts:%y/%m/%d %H:%M:%S} {level:w} {comp:S}: {msg}",
    "{user:w}: disk {what:l}",
    "{word:w}",
    "{what:S}: {n:n} {rest:D}",
    "{} → {:d}",
    "kit{}:{}",
    // Nothing that is not ASCII.
    "{gap:W}user{rest:s}:",
];

const TEXTS: [&[u8]; 16] = [
    b"",
    b"",
    b"",
    b" ",
    "é".as_bytes(),
    "日本語".as_bytes(),
    "→ 7".as_bytes(),
    "😀".as_bytes(),
    "\u{a0}".as_bytes(),
    "\u{2028} ".as_bytes(),
    "٣".as_bytes(),
    "ſ".as_bytes(),
    "\u{212a}".as_bytes(),
    "İ".as_bytes(),
    b"\xe9",
    b"\xe2\x86",
];

fn log(random: &mut Random, texts: &[&[u8]], lines: usize) -> Vec<Vec<u8>> {
    let mut line = || {
        let mut line = Vec::new();
        let mut parts = LINES[random.below(LINES.len())].split("{}");
        line.extend_from_slice(parts.next().unwrap_or_default().as_bytes());
        for part in parts {
            line.extend_from_slice(texts[random.below(texts.len())]);
            line.extend_from_slice(part.as_bytes());
        }
        line
    };
    (0..lines).map(|_| line()).collect()
}

/// What one line alone is worth: its values, why it has none, or nothing where it does not match.
fn alone(pattern: &Pattern, line: &[u8], matches: Matches) -> Option<Vec<String>> {
    let line = std::str::from_utf8(line).ok()?;
    let found = if matches == Matches::Line { pattern.parse(line) } else { pattern.search(line) };
    let found = found.unwrap_or_else(|error| panic!("{error}"))?;
    Some((0..pattern.fields().len()).map(|field| found.text(field).unwrap_or_default().to_owned()).collect())
}

#[test]
fn a_line_is_read_the_same_whatever_stands_around_it() {
    let mut random = Random(1);
    let (mut rows_seen, mut others_seen) = (0, 0);
    for format in FORMATS {
        // The texts of the fields, as they stand there.
        let pattern = pattern(format);
        // Blocks that are all UTF-8, some that are all but ASCII, and some that are neither.
        for texts in [&TEXTS[..], &TEXTS[..14], &TEXTS[..8]] {
            let lines = log(&mut random, texts, 300);
            for matches in [Matches::Line, Matches::First] {
                let wanted: Vec<_> = lines.iter().map(|line| alone(&pattern, line, matches)).collect();
                let broken = lines.iter().filter(|line| std::str::from_utf8(line).is_err()).count() as u64;
                rows_seen += wanted.iter().flatten().count();
                let is_other = |(row, line): (&Option<Vec<String>>, &Vec<u8>)| row.is_some() && !line.is_ascii();
                others_seen += wanted.iter().zip(&lines).filter(|&pair| is_other(pair)).count();
                for isa in Isa::available() {
                    let pattern = pattern_on(format, isa);
                    for block_bytes in [1, 300, 1 << 20] {
                        let mut options = ScanOptions::default();
                        options.matches = matches;
                        options.block_bytes = block_bytes;
                        options.on_error = OnError::Null;
                        options.year = Year::Of(2011);
                        let (batch, stats) = read(&pattern, Input::bytes(lines.join(&b'\n')), options);
                        assert_eq!(batch.len(), lines.len());
                        for (row, wanted) in wanted.iter().enumerate() {
                            for (field, column) in batch.columns().iter().enumerate() {
                                let context = || {
                                    format!("{format} {isa} {block_bytes} {:?}", String::from_utf8_lossy(&lines[row]))
                                };
                                match (column.get(row), wanted) {
                                    (Cell::Text(text), Some(wanted)) => {
                                        assert_eq!(text, wanted[field], "{}", context())
                                    }
                                    (cell, Some(_)) => assert_ne!(cell, Cell::Null, "{}", context()),
                                    (cell, None) => assert_eq!(cell, Cell::Null, "{}", context()),
                                }
                            }
                        }
                        let matched = wanted.iter().flatten().count() as u64;
                        assert_eq!((stats.matched, stats.failures), (matched, broken), "{format} {isa} {block_bytes}");
                    }
                }
            }
        }
    }
    assert!(rows_seen > 1000 && others_seen > 500, "{rows_seen}, {others_seen}");
}

#[test]
fn half_a_character_is_no_text_even_where_the_next_has_the_other_half() {
    let texts: [Option<&[u8]>; 4] = [Some(b"a\xc3"), Some(b"\xa9"), Some("é".as_bytes()), Some(b"x")];
    let found = pattern("{a}").scan_texts(texts, ScanOptions::default()).unwrap();
    assert_eq!((found.stats.matched, found.stats.failures), (2, 2));
}
