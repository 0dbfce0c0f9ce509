//! Every limit: the tables say what the code has, and what is one below, at and one past a limit comes out as the tables say.
//!
//! Some limits have their tests where their subject is: `BLOCKS_AHEAD`, `THREADS_PER_CORE` and `PARALLEL_BYTES` in `threads.rs`, `MEMORY_KEPT` in
//! `text_views.rs`, `AHEAD_BYTES` in `compressed.rs`, those of objects in `src/input/object.rs` and `tests/objects.rs`, those of guesses in `guess.rs`, those of the command in its own tests. Some take gigabytes:
//! `cargo test --test it limits:: -- --ignored`.

use std::io::{self, Read};

use parsimd::{
    ColumnType, CustomType, FailureKind, GuessOptions, Input, Pattern, Reason, ScanOptions, Stats, guess, limits,
};

use crate::{
    common::{Folder, open, options, pattern, read},
    compressed::CODECS,
};

/// The constants, with what the tables must say of them.
const VALUES: [(&str, u64); 30] = [
    ("REGEX_BYTES", limits::REGEX_BYTES as u64),
    ("OPTIONAL_DEPTH", limits::OPTIONAL_DEPTH as u64),
    ("PROGRAM_WIDTH", limits::PROGRAM_WIDTH as u64),
    ("BACKTRACKS", limits::BACKTRACKS as u64),
    ("TEXT_BYTES", limits::TEXT_BYTES as u64),
    ("BLOCK_BYTES", limits::BLOCK_BYTES as u64),
    ("BLOCKS_AHEAD", limits::BLOCKS_AHEAD as u64),
    ("AHEAD_BYTES", limits::AHEAD_BYTES),
    ("OBJECT_RANGE_BYTES", limits::OBJECT_RANGE_BYTES),
    ("OBJECTS_AHEAD", limits::OBJECTS_AHEAD as u64),
    ("THREADS_PER_CORE", limits::THREADS_PER_CORE as u64),
    ("PARALLEL_BYTES", limits::PARALLEL_BYTES),
    ("RECORD_BYTES", limits::RECORD_BYTES as u64),
    ("BLOCK_BYTES_MOST", limits::BLOCK_BYTES_MOST as u64),
    ("MEMORY_KEPT", limits::MEMORY_KEPT as u64),
    ("COLUMN_TEXT_BYTES", limits::COLUMN_TEXT_BYTES as u64),
    ("XZ_MEMORY", limits::XZ_MEMORY),
    ("FAILURES_KEPT", limits::FAILURES_KEPT as u64),
    ("UNREAD_KEPT", limits::UNREAD_KEPT as u64),
    ("EXPLAINED_BYTES", limits::EXPLAINED_BYTES as u64),
    ("REASONS_GIVEN", limits::REASONS_GIVEN as u64),
    ("EXCERPT_BYTES", limits::EXCERPT_BYTES as u64),
    ("GUESS_LINES", limits::GUESS_LINES as u64),
    ("GUESS_BYTES", limits::GUESS_BYTES as u64),
    ("GUESS_LINE_BYTES", limits::GUESS_LINE_BYTES as u64),
    ("GUESS_FIELDS", limits::GUESS_FIELDS as u64),
    ("GUESS_KINDS", limits::GUESS_KINDS as u64),
    ("FILTER_DEPTH", limits::FILTER_DEPTH as u64),
    ("SORT_BYTES", limits::SORT_BYTES as u64),
    ("GROUP_BYTES", limits::GROUP_BYTES as u64),
];

/// The number that a cell begins with, and its unit.
fn number(cell: &str) -> Option<u64> {
    let cell = cell.trim();
    let digits: String = cell.chars().take_while(|c| c.is_ascii_digit() || *c == ',').collect();
    let unit = match cell[digits.len()..].trim_start().get(..3) {
        Some("KiB") => 1 << 10,
        Some("MiB") => 1 << 20,
        Some("GiB") => 1 << 30,
        _ => 1,
    };
    Some(digits.replace(',', "").parse::<u64>().ok()? * unit)
}

/// The name in backticks of a cell, without the brackets of a link.
fn name(cell: &str) -> Option<&str> {
    cell.trim().trim_matches(['[', ']']).strip_prefix('`')?.strip_suffix('`')
}

/// The rows of a table, cell by cell.
fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines =
        text.lines().filter_map(|line| line.trim_start_matches("//!").trim().strip_prefix('|')?.strip_suffix('|'));
    lines.map(|line| line.split('|').collect())
}

#[test]
fn the_tables_of_the_guide_and_of_the_crate_have_every_limit_as_the_code_has_it() {
    let code = include_str!("../../src/limits.rs");
    let mut constants: Vec<&str> =
        code.lines().filter_map(|line| line.strip_prefix("pub const ")?.split(':').next()).collect();
    let mut values: Vec<(&str, u64)> = VALUES.to_vec();
    constants.sort_unstable();
    values.sort_unstable();
    assert_eq!(values.iter().map(|(name, _)| *name).collect::<Vec<_>>(), constants);

    let of_crate = rows(code).filter_map(|row| Some((name(row.first()?)?, number(row.get(1)?)?)));
    let mut of_crate: Vec<(&str, u64)> = of_crate.collect();
    of_crate.sort_unstable();
    assert_eq!(of_crate, values, "src/limits.rs");

    let guide = include_str!("../../docs/guide/limits.md");
    let of_guide = rows(guide).filter_map(|row| Some((name(row.get(3)?)?, number(row.get(1)?)?)));
    let mut of_guide: Vec<(&str, u64)> = of_guide.collect();
    of_guide.sort_unstable();
    assert_eq!(of_guide, values, "docs/guide/limits.md");
}

/// A limit, and what is beside it.
fn around(limit: usize) -> [(usize, bool); 3] {
    [(limit - 1, false), (limit, false), (limit + 1, true)]
}

#[test]
fn optional_parts_nested_too_deep_are_an_error_that_points_at_the_mark() {
    for (depth, is_past) in around(limits::OPTIONAL_DEPTH) {
        let format = "a{:[}".repeat(depth) + &"b{:]}".repeat(depth);
        match Pattern::new(&format) {
            Ok(pattern) => {
                assert!(!is_past, "{depth}");
                assert!(pattern.parse(&("a".repeat(depth) + &"b".repeat(depth))).is_ok_and(|found| found.is_some()));
            }
            Err(error) => {
                assert!(is_past && error.is_syntax(), "{depth}: {error}");
                assert!(error.to_string().starts_with("optional parts are nested more than 8 deep"), "{error}");
                assert_eq!(error.span(), Some(5 * (depth - 1) + 1..5 * depth));
            }
        }
    }
}

#[test]
fn a_width_that_no_program_has_is_matched_all_the_same_and_the_plan_says_why() {
    for (width, is_past) in around(limits::PROGRAM_WIDTH) {
        let pattern = pattern(&format!("{{a:{width}}}|{{n:d}}"));
        let explained = pattern.plan().explain();
        assert_eq!(explained.contains("out of range 1–1000"), is_past, "{explained}");
        let log = format!("{}|1\n{}|2\n", "x".repeat(width), "x".repeat(width - 1));
        let (batch, stats) = read(&pattern, Input::bytes(log.as_bytes()), options(1, 1 << 18));
        assert_eq!((batch.len(), stats.unmatched), (1, 1), "{width}");
    }
}

#[test]
fn a_pattern_that_compiles_to_too_much_is_an_error_that_says_so() {
    let pattern = |count: usize| {
        let own = CustomType { pattern: Some(format!(r"[\w.]{{{count}}}")), group_count: 0 };
        Pattern::builder("{:T}").custom_type("T", own).build()
    };
    let small = pattern(20).and_then(|pattern| pattern.parse("é2345678901234567890").map(|found| found.is_some()));
    assert!(small.is_ok_and(|is_match| is_match));
    let error = pattern(20_000).and_then(|pattern| pattern.parse("é").map(|_| ())).expect_err("it is too large");
    assert!(error.is_limit(), "{error}");
    assert_eq!(error.to_string(), "the pattern compiles to more than 33554432 bytes; use smaller widths");
}

#[test]
fn the_length_of_a_pattern_and_its_fields_are_bounded_by_its_compiled_size_alone() {
    let many: String = (0..1000).map(|field| format!("{{f{field}:d}},")).collect();
    let line: String = (0..1000).map(|field| format!("{field},")).collect();
    let (batch, _) = read(&pattern(&many), Input::bytes(line.as_bytes()), options(1, 1 << 18));
    assert_eq!((batch.len(), batch.columns().len()), (1, 1000));
    let long = "x".repeat(20_000) + "{n:d}";
    assert!(pattern(&long).parse(&("x".repeat(20_000) + "7")).is_ok_and(|found| found.is_some()));
    let longest = "é".repeat(2_000_000) + "{n:d}";
    let error = pattern(&longest).parse(&("é".repeat(2_000_000) + "7")).expect_err("it is too large");
    assert!(error.is_limit(), "{error}");
}

#[test]
fn backtracking_gives_up_at_the_limit_and_the_line_is_a_failure() {
    let pattern = pattern("{a}{b}{c}{a}{b}{c}!");
    // What comes before the mark would have to be the same text twice.
    let text = |length: usize| "x".repeat(length) + "y!";
    let gives_up = |length: usize| match pattern.parse(&text(length)) {
        Ok(found) => {
            assert!(found.is_none());
            false
        }
        Err(error) => {
            assert!(error.is_limit(), "{error}");
            assert!(error.to_string().starts_with("the pattern needs backtracking, and gave up"), "{error}");
            true
        }
    };
    let (mut least, mut past) = (1, 2000);
    assert!(gives_up(past) && !gives_up(least));
    while past - least > 1 {
        let middle = (least + past) / 2;
        *(if gives_up(middle) { &mut past } else { &mut least }) = middle;
    }
    let log = format!("{}\n{}\n", text(least), text(past));
    let (_, stats) = read(&pattern, Input::bytes(log.as_bytes()), options(1, 1 << 18));
    assert_eq!((stats.unmatched, stats.failures), (1, 1), "{least} {past}");
    assert_eq!(stats.first_failures[1].kind, FailureKind::Matcher);
}

/// Gives lines of these lengths, made as they are read.
struct Lines {
    lengths: Vec<usize>,
    /// How many bytes of the first are left.
    left: usize,
}

impl Lines {
    fn new(lengths: &[usize]) -> Lines {
        let mut lengths = lengths.to_vec();
        lengths.reverse();
        let left = lengths.pop().unwrap_or(0);
        Lines { lengths, left }
    }
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match (self.left, buffer.first_mut()) {
            (_, None) => Ok(0),
            (0, Some(first)) => {
                *first = b'\n';
                self.left = self.lengths.pop().unwrap_or(usize::MAX);
                Ok(usize::from(self.left != usize::MAX))
            }
            (usize::MAX, _) => Ok(0),
            (left, _) => {
                let length = left.min(buffer.len());
                buffer[..length].fill(b'x');
                self.left -= length;
                Ok(length)
            }
        }
    }
}

#[test]
fn a_line_of_the_default_length_is_read_and_one_byte_more_is_a_failure() {
    let most = limits::RECORD_BYTES;
    let input = Input::reader(Lines::new(&[most - 1, most, most + 1, 0]), "lines");
    let (batch, stats) = read(&pattern("x{rest}"), input, options(1, limits::BLOCK_BYTES));
    assert_eq!((batch.len(), stats.matched, stats.failures), (2, 2, 1));
    let failure = &stats.first_failures[0];
    assert_eq!((failure.kind, failure.record, failure.line), (FailureKind::TooLong, 2, Some(3)));
    assert_eq!(failure.reason, format!("record too long: more than {most} bytes"));
}

#[test]
fn so_many_failures_are_kept_with_their_text() {
    for (count, is_past) in around(limits::FAILURES_KEPT) {
        let (_, stats) = read(&pattern("{n:d}"), Input::bytes("x\n".repeat(count)), options(1, 5));
        assert_eq!(stats.unmatched, count as u64);
        assert_eq!(stats.first_failures.len(), count - usize::from(is_past));
    }
}

#[test]
fn the_text_of_a_failure_is_cut() {
    for (length, is_past) in around(limits::EXCERPT_BYTES) {
        let (_, stats) = read(&pattern("{n:d}"), Input::bytes("x".repeat(length)), options(1, 1 << 18));
        assert_eq!(stats.first_failures[0].text.len(), length - usize::from(is_past));
    }
}

fn reasons(log: &[u8]) -> (Vec<Reason>, Stats) {
    let pattern = pattern("<{n:d}>{:[}{m:d}{:]}");
    let mut scan = pattern.scan_input(Input::bytes(log), options(1, 1000));
    scan.read_all().unwrap_or_else(|error| panic!("{error}"));
    (scan.reasons().unwrap_or_else(|error| panic!("{error}")), scan.stats().clone())
}

#[test]
fn reasons_are_counted_up_to_the_records_that_are_kept_and_estimated_past_them() {
    for (count, is_past) in around(limits::UNREAD_KEPT) {
        let (reasons, _) = reasons("<x>\n".repeat(count).as_bytes());
        assert_eq!((reasons.len(), reasons[0].count, reasons[0].is_estimate), (1, count as u64, is_past), "{count}");
    }
}

#[test]
fn a_record_that_is_too_long_to_be_kept_is_not_explained() {
    for (length, is_past) in around(limits::EXPLAINED_BYTES) {
        let (reasons, _) = reasons(format!("<{}\n", "x".repeat(length - 1)).as_bytes());
        assert_eq!(reasons[0].position.is_none(), is_past, "{length}: {}", reasons[0]);
    }
}

#[test]
fn reasons_past_the_last_are_counted_as_one() {
    for (count, is_past) in around(limits::REASONS_GIVEN) {
        // What stands in the place of the number is of another shape in each.
        let log: String = "!#$%&'()*,./:;=?@[]^_~".chars().take(count).map(|mark| format!("<{mark}\n")).collect();
        let (reasons, stats) = reasons(log.as_bytes());
        assert_eq!(reasons.len(), count, "{reasons:?}");
        assert_eq!(reasons[count - 1].example.is_none(), is_past);
        assert_eq!(reasons.iter().map(|reason| reason.count).sum::<u64>(), stats.unmatched);
    }
}

#[test]
fn a_guess_looks_at_so_many_lines() {
    for (count, is_past) in around(limits::GUESS_LINES) {
        let log: String = (0..count).map(|number| format!("n={number} up\n")).collect();
        let guesses =
            guess(Input::bytes(log.as_bytes()), &GuessOptions::default()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(guesses[0].lines, (count - usize::from(is_past)) as u64);
    }
}

#[test]
fn a_guess_looks_at_no_more_lines_once_it_has_read_so_much() {
    for (bytes, is_past) in around(limits::GUESS_BYTES) {
        // Lines of 4 KiB, and a last one of what is missing, with which so many bytes are read; then one more.
        let line = "n=1 ".to_owned() + &"u".repeat(4091) + "\n";
        let count = bytes / line.len() - 1;
        let last = "n=1 ".to_owned() + &"u".repeat(bytes - count * line.len() - 5) + "\n";
        let log = line.repeat(count) + &last + "n=2 up\n";
        let mut options = GuessOptions::default();
        options.lines = 10_000;
        let guesses = guess(Input::bytes(log.as_bytes()), &options).unwrap_or_else(|error| panic!("{error}"));
        let is_read = bytes < limits::GUESS_BYTES;
        assert_eq!(guesses[0].lines, (count + 1 + usize::from(is_read)) as u64, "{bytes}, {is_past}");
    }
}

#[test]
fn a_guessed_pattern_has_so_many_fields_and_the_last_is_the_rest() {
    for (count, is_past) in around(limits::GUESS_FIELDS) {
        for separator in [" ", ", ", "|", "\t"] {
            let line =
                |row: usize| (0..count).map(|at| (row * at).to_string()).collect::<Vec<_>>().join(separator) + "\n";
            let log: String = (0..50).map(line).collect();
            let guesses =
                guess(Input::bytes(log.as_bytes()), &GuessOptions::default()).unwrap_or_else(|error| panic!("{error}"));
            let best = pattern(&guesses[0].patterns[0].pattern);
            let types: Vec<ColumnType> = best.schema().columns().map(|(_, kind)| kind).collect();
            assert_eq!(types.len(), count.min(limits::GUESS_FIELDS), "{separator:?}: {:?}", guesses[0]);
            assert_eq!(types[types.len() - 1] == ColumnType::Text, is_past, "{separator:?}: {:?}", guesses[0]);
        }
    }
}

#[test]
fn a_guess_tells_so_many_kinds_of_lines_apart() {
    // Each kind has a shape of its own, and its numbers differ.
    let kinds = ["<{}>", "[{}]", "({})", "a={}", "={} up", "[{}] <{}>", "({}) [{}]", "<{}> ({})", "={} ({})"];
    for (count, _) in around(limits::GUESS_KINDS) {
        let lines =
            |row: usize| kinds[..count].iter().map(move |kind| kind.replace("{}", &(row * 7 + 1).to_string()) + "\n");
        let log: String = (0..80).flat_map(lines).collect();
        let guesses =
            guess(Input::bytes(log.as_bytes()), &GuessOptions::default()).unwrap_or_else(|error| panic!("{error}"));
        let told = count.min(limits::GUESS_KINDS);
        assert_eq!(
            (guesses[0].patterns.len(), guesses[0].matched),
            (told, 80 * told as u64),
            "{count}: {:?}",
            guesses[0]
        );
    }
}

#[test]
#[ignore = "it holds a column of 2 GiB, twice"]
fn a_column_holds_so_much_text_in_one_piece() {
    for (length, is_past) in around(limits::COLUMN_TEXT_BYTES) {
        let mut lines = vec![(32 << 20) + 1; length >> 25];
        lines.push(length % (1 << 25) + 1);
        let mut scan =
            pattern("x{rest}").scan_input(Input::reader(Lines::new(&lines), "lines"), options(1, limits::BLOCK_BYTES));
        match scan.read_all() {
            Ok(batch) => assert!(!is_past && batch.len() == lines.len(), "{length}"),
            Err(error) => assert!(is_past && error.is_limit(), "{length}: {error}"),
        }
    }
}

#[test]
fn a_guess_passes_over_a_longer_line() {
    for (length, is_past) in around(limits::GUESS_LINE_BYTES) {
        let log = "n=1 up\n".repeat(10) + "n=2 " + &"u".repeat(length - 4) + "\n";
        let guesses =
            guess(Input::bytes(log.as_bytes()), &GuessOptions::default()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(guesses[0].lines, 11 - u64::from(is_past), "{length}");
    }
}

#[test]
fn a_file_of_xz_that_asks_for_too_much_memory_is_an_error() {
    let xz = CODECS.iter().find(|codec| codec.name == "xz").unwrap_or_else(|| panic!("it is among them"));
    let mut packed = (xz.pack)(b"1\n2\n");
    // The block header (.xz 1.2.1, 3.1): its size, flags, the filter LZMA2 with one byte of properties, padding, and a checksum of all that.
    assert_eq!(packed[14..16], [0x21, 1], "LZMA2, with one byte");
    let header = 12..12 + 4 * usize::from(packed[12]);
    // That byte is the size of the dictionary: 35 is 768 MiB, 36 is 1 GiB, and the decoder needs a little more than that.
    for (size, is_past) in [(35, false), (36, true)] {
        packed[16] = size;
        let mut checksum = flate2::Crc::new();
        checksum.update(&packed[header.clone()]);
        packed[header.end..header.end + 4].copy_from_slice(&checksum.sum().to_le_bytes());
        let folder = Folder::new();
        let path = folder.write("x.xz", &packed);
        let mut scan = pattern("{n:d}").scan_input(open(&path), ScanOptions::default());
        match scan.read_all() {
            Ok(batch) => assert!(!is_past && batch.len() == 2, "{size}"),
            Err(error) => {
                assert!(is_past && error.is_io(), "{size}: {error}");
                assert!(error.to_string().contains("x.xz") && error.to_string().contains("memory"), "{error}");
            }
        }
    }
}

#[cfg(target_pointer_width = "64")]
#[test]
#[ignore = "it reads texts of 4 GiB"]
fn a_text_past_the_limit_is_an_error_of_a_single_call() {
    for (length, is_past) in around(limits::TEXT_BYTES) {
        // Memory that is never written is one page to the system.
        let text = String::from_utf8(vec![0; length]).unwrap_or_else(|error| panic!("{error}"));
        match pattern("x{n:d}").parse(&text) {
            Ok(found) => assert!(!is_past && found.is_none()),
            Err(error) => assert!(is_past && error.is_limit(), "{error}"),
        }
    }
}

#[test]
#[ignore = "it holds a line of 1 GiB"]
fn no_scan_can_ask_for_a_longer_line_than_the_longest() {
    let most = limits::BLOCK_BYTES_MOST;
    for (length, is_past) in around(most) {
        let mut options = options(1, usize::MAX);
        options.max_record_bytes = usize::MAX;
        options.columns = Some(Vec::new());
        let input = Input::reader(Lines::new(&[length, 1]), "lines");
        let (batch, stats) = read(&pattern("x{}"), input, options);
        assert_eq!((batch.len(), stats.failures), (1 - usize::from(is_past), u64::from(is_past)), "{stats:?}");
    }
}
