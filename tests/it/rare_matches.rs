//! Logs of which few lines match: most of their records are never told apart, and the rows and counts are the same.

use parsimd::{Input, Isa, Matches, Value};

use crate::common::{options, pattern, pattern_on, read, spelt};

/// Lines of several lengths and ends; about one in `rarity` matches, and some nearly do.
fn log(lines: usize, rarity: usize, odd: &str) -> String {
    let mut text = String::new();
    for line in 0..lines {
        let hash = (line * 2_654_435_761) >> 7;
        match hash % rarity {
            0 => text.push_str(&format!(
                "{}worker-{line}: FAILED after {} ms",
                "x".repeat(hash / rarity % 50),
                hash / 7 % 977
            )),
            1 => text.push_str("worker-? failed after some time, failed after all"),
            2 => text.push_str(odd),
            _ => text.push_str(&"some other line "[..hash % 17]),
        }
        text.push_str(if hash % 5 == 0 { "\r\n" } else { "\n" });
    }
    text
}

#[test]
fn the_few_lines_that_match_are_found_whatever_the_blocks() {
    for (rarity, odd, ends) in [
        (5, "", true),
        (40, "", true),
        (300, "", false),
        (90, "\u{fc}", true),
        (17, "\n\r", false),
        (60, "worker-7: fa\u{131}led after 8 ms", true),
    ] {
        let mut text = log(4000, rarity, odd);
        if !ends {
            text.push_str("worker-9: failed after 1 ms");
        }
        for format in ["worker-{id:d}: failed after {ms:d} ms", "{who}worker-{id:d}: failed after {ms:d} ms"] {
            let pattern = pattern(format);
            let lines: Vec<&str> = text.strip_suffix('\n').unwrap_or(&text).split('\n').collect();
            let lines = lines.iter().map(|line| line.strip_suffix('\r').unwrap_or(line));
            for matches in [Matches::Line, Matches::First] {
                let found: Vec<Option<Vec<String>>> = lines
                    .clone()
                    .map(|line| {
                        let found = if matches == Matches::Line { pattern.parse(line) } else { pattern.search(line) };
                        found.unwrap().map(|found| {
                            let value = |at| match found.value(at).unwrap().unwrap() {
                                Value::Int(int) => format!("Int64({int})"),
                                other => format!("{other:?}"),
                            };
                            (0..pattern.fields().len()).map(value).collect()
                        })
                    })
                    .collect();
                let wanted: Vec<Vec<String>> = found.iter().flatten().cloned().collect();
                assert!(matches == Matches::Line || wanted.len() > 5, "{format}");
                for isa in Isa::available() {
                    for (block_bytes, threads) in [(300, 1), (5000, 1), (5000, 2), (1 << 20, 1)] {
                        let mut options = options(threads, block_bytes);
                        options.matches = matches;
                        let (batch, stats) = read(&pattern_on(format, isa), Input::bytes(text.as_bytes()), options);
                        let rows = spelt(&batch);
                        assert_eq!(rows, wanted, "{format} {isa} {block_bytes} {threads}");
                        let counts = (stats.records, stats.matched, stats.unmatched, stats.failures);
                        let all = found.len() as u64;
                        assert_eq!(counts, (all, rows.len() as u64, all - rows.len() as u64, 0), "{format} {isa}");
                    }
                }
            }
        }
    }
}
