//! Who scans a log: this project on each instruction set, its peers, and what limits them all.
//!
//! Each gets lines in memory and gives typed values for each field, in columns of a batch's size. All of one log must come to the same
//! [`Answer`].

mod by_hand;
mod columns;
mod csv;

use std::num::NonZeroUsize;

use parsimd::{Batch, Input, Isa, Pattern, ScanOptions, Values};
use regex::bytes::{Regex, RegexBuilder};

use crate::{
    logs::Log,
    rounds::{Clock, Side},
    texts,
};
use by_hand::Scanner;
use columns::Columns;

/// What a scan came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// How many rows there are.
    pub rows: u64,
    /// The sum, modulo 2⁶⁴, of all integers, of the bits of all floats, and of the lengths of all texts in bytes.
    pub sum: u64,
}

/// Someone who scans.
pub struct Contestant {
    /// The name, which begins with `parsimd` for this project.
    pub name: String,
    /// Who it is.
    pub side: Side,
    /// How it is timed.
    pub clock: Clock,
    /// Scans lines.
    pub scan: ScanLines,
}

/// How lines are scanned; a limit has no answer.
pub type ScanLines = Box<dyn FnMut(&[u8]) -> Option<Answer>>;

/// Everyone who scans `log`. This project's best instruction set is first on one thread, and runs once more on `threads`.
///
/// # Panics
///
/// If a pattern or an expression of the log is wrong.
pub fn contestants(log: &'static Log, threads: NonZeroUsize) -> Vec<Contestant> {
    let mut all = Vec::new();
    let mut add = |name: String, side, clock, scan: ScanLines| {
        all.push(Contestant { name, side, clock, scan });
    };
    for isa in Isa::available() {
        let pattern = pattern(log, isa);
        let scan = move |data: &[u8]| Some(by_parsimd(&pattern, log, NonZeroUsize::MIN, data));
        add(format!("parsimd {isa}"), Side::Own, Clock::Thread, Box::new(scan));
    }
    if let (true, Some(isa)) = (threads > NonZeroUsize::MIN, Isa::available().first()) {
        let pattern = pattern(log, *isa);
        let scan = move |data: &[u8]| Some(by_parsimd(&pattern, log, threads, data));
        add(format!("parsimd {isa}, {threads} threads"), Side::Own, Clock::Wall, Box::new(scan));
    }
    let per_line = regex(log.regex, false);
    let scan = move |data: &[u8]| Some(by_line(&per_line, log.types, data));
    add("regex, per line".to_owned(), Side::Peer, Clock::Thread, Box::new(scan));
    if let Some(exact) = log.exact_regex {
        let exact = regex(exact, false);
        let scan = move |data: &[u8]| Some(by_line(&exact, log.types, data));
        add("regex, per line, exact".to_owned(), Side::Peer, Clock::Thread, Box::new(scan));
    }
    let whole_text = regex(log.regex, true);
    let scan = move |data: &[u8]| Some(by_text(&whole_text, log.types, data));
    add("regex, whole text".to_owned(), Side::Peer, Clock::Thread, Box::new(scan));
    let scanner = Scanner::new(log);
    let scan = move |data: &[u8]| Some(scanner.scan(data));
    add("memchr, by hand".to_owned(), Side::Peer, Clock::Thread, Box::new(scan));
    if log.name == "csv" {
        let scan = move |data: &[u8]| Some(csv::scan(log, data));
        add("arrow-csv".to_owned(), Side::Peer, Clock::Thread, Box::new(scan));
    }
    let scan = |data: &[u8]| {
        std::hint::black_box(texts::read(data));
        None
    };
    add("limit: reading".to_owned(), Side::Limit, Clock::Thread, Box::new(scan));
    let scan = |data: &[u8]| {
        std::hint::black_box(memchr::memchr_iter(b'\n', data).count());
        None
    };
    add("limit: counting newlines".to_owned(), Side::Limit, Clock::Thread, Box::new(scan));
    all
}

fn pattern(log: &Log, isa: Isa) -> Pattern {
    Pattern::builder(log.pattern).isa(isa).build().unwrap_or_else(|error| panic!("{}: {error}", log.name))
}

/// The one-pass engine needs `^` to be the beginning of the text, not of a line.
fn regex(text: &str, multi_line: bool) -> Regex {
    let regex = RegexBuilder::new(text).unicode(false).multi_line(multi_line).build();
    regex.unwrap_or_else(|error| panic!("{error}"))
}

/// The answer of this project on `threads`.
///
/// # Panics
///
/// If the scan ends with an error, which one in memory does not.
pub fn by_parsimd(pattern: &Pattern, log: &Log, threads: NonZeroUsize, data: &[u8]) -> Answer {
    let mut options = ScanOptions::default();
    options.matches = if log.whole_line { parsimd::Matches::Line } else { parsimd::Matches::First };
    options.threads = Some(threads);
    let mut answer = Answer::default();
    for batch in pattern.scan_input(Input::bytes(data), options) {
        let batch = batch.unwrap_or_else(|error| panic!("{error}"));
        answer.rows += batch.len() as u64;
        answer.sum = answer.sum.wrapping_add(sum(&batch));
    }
    answer
}

fn sum(batch: &Batch) -> u64 {
    let columns = batch.columns().iter().map(|column| match column.values() {
        Values::Int64(values) => values.iter().fold(0, |sum: u64, value| sum.wrapping_add(value.cast_unsigned())),
        Values::Float64(values) => values.iter().fold(0, |sum: u64, value| sum.wrapping_add(value.to_bits())),
        Values::Text { bytes, .. } => bytes.len() as u64,
        other => panic!("no sum for {other:?}"),
    });
    columns.fold(0, u64::wrapping_add)
}

/// One search for each line.
fn by_line(regex: &Regex, types: &str, data: &[u8]) -> Answer {
    let mut columns = Columns::new(types);
    let mut places = regex.capture_locations();
    let mut start = 0;
    for newline in memchr::memchr_iter(b'\n', data) {
        let line = &data[start..newline];
        start = newline + 1;
        if regex.captures_read(&mut places, line).is_some() {
            columns.push_row(|field| places.get(field + 1).map_or(&b""[..], |(from, to)| &line[from..to]));
        }
    }
    columns.finish()
}

/// One search from match to match.
fn by_text(regex: &Regex, types: &str, data: &[u8]) -> Answer {
    let mut columns = Columns::new(types);
    let mut places = regex.capture_locations();
    let mut start = 0;
    while let Some(found) = regex.captures_read_at(&mut places, data, start) {
        columns.push_row(|field| places.get(field + 1).map_or(&b""[..], |(from, to)| &data[from..to]));
        start = found.end();
    }
    columns.finish()
}
