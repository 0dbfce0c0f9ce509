//! What a scan must give, by the obvious way: records are split by hand, and each is matched by the regular expression of the pattern as it is shown,
//! compiled by the crate `regex` without a translation; its values are read one by one.

use std::ops::Range;

use parsimd::{
    Anchored, Cell, ExternalMatcher, FailureKind, Match, MatchRanges, Matches, OnError, Origin, Pattern, Predicate,
    ScanOptions, Strings, Value, extension,
};
use regex::{Regex, RegexBuilder};

use crate::common::Found;

/// The year of times without one.
pub(super) const YEAR: i32 = 2024;

/// The regular expression, and nothing that is faster.
#[derive(Debug)]
struct Plain {
    anywhere: Regex,
    whole: Regex,
    /// The group of each field.
    groups: Vec<usize>,
}

impl Plain {
    fn new(pattern: &Pattern) -> Plain {
        let compile = |expression: &str| {
            let built = RegexBuilder::new(expression).case_insensitive(true).dot_matches_new_line(true).build();
            built.unwrap_or_else(|error| panic!("{}: {error}", pattern.format()))
        };
        let anywhere = compile(pattern.expression());
        let number = |name: &str| anywhere.capture_names().position(|group| group == Some(name));
        let group = |field: &parsimd::Field| match field.group_name() {
            Some(name) => number(name),
            None => field.group_index().map(|index| index + 1),
        };
        let groups = extension::group_fields(pattern).iter().map(|field| group(field).unwrap_or(1)).collect();
        Plain { whole: compile(&format!(r"\A{}\z", pattern.expression())), anywhere, groups }
    }
}

impl ExternalMatcher for Plain {
    fn find(&self, text: &str, start: usize, anchored: Anchored) -> Found {
        let regex = if anchored == Anchored::Yes { &self.whole } else { &self.anywhere };
        Ok(regex.captures_at(text, start).map(|found| -> MatchRanges {
            let range = |group| found.get(group).map(|part| part.range());
            std::iter::once(0).chain(self.groups.iter().copied()).map(range).collect()
        }))
    }
}

/// The pattern, matched by its regular expression alone.
pub(super) fn by_regex(format: &str) -> Pattern {
    let plain = Plain::new(&crate::common::pattern(format));
    crate::common::external(format, plain)
}

/// A record, as it is told apart by hand.
#[derive(Debug, Clone)]
pub(super) struct Record {
    /// Where it stands in the log, without what ends it.
    pub(super) text: Range<usize>,
    /// The number of its first line, from 1.
    pub(super) line: usize,
    /// Where that line begins: there may be NULs before the record.
    pub(super) line_start: usize,
    /// A line before which there is no head.
    is_stray: bool,
}

/// The records of a log. Where there is a head they may have several lines.
pub(super) fn records(log: &[u8], head: Option<&Pattern>, longest: usize) -> Vec<Record> {
    let (mut records, mut at, mut is_open): (Vec<Record>, _, _) = (Vec::new(), 0, false);
    for (number, line) in log.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let mark = if number == 0 && line.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let hole = line[mark..].iter().take_while(|&&byte| byte == 0).count();
        let (line_start, start, next) = (at, at + mark + hole, at + line.len());
        at = next;
        if start == next {
            continue;
        }
        let line = &log[start..next];
        let line = line.strip_suffix(b"\r\n").or(line.strip_suffix(b"\n")).unwrap_or(line);
        let text = start..start + line.len();
        let is_head = head.is_none_or(|head| begins(head, line)) || line.len() > longest;
        match records.last_mut() {
            Some(record) if is_open && hole == 0 && !is_head => record.text.end = text.end,
            _ => {
                is_open = is_head;
                records.push(Record { text, line: number + 1, line_start, is_stray: !is_head });
            }
        }
    }
    records
}

fn begins(head: &Pattern, line: &[u8]) -> bool {
    let line = std::str::from_utf8(line).map_or_else(|_| spell(line), str::to_owned);
    head.search(&line).is_ok_and(|found| found.is_some_and(|found| found.range().start == 0))
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

/// A row, with the record that it came from.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) cells: Vec<String>,
    pub(super) record: usize,
}

/// A record that was not read, and why.
#[derive(Debug, Clone)]
pub(super) struct Unread {
    pub(super) record: usize,
    pub(super) kind: FailureKind,
    pub(super) field: Option<String>,
}

/// What a scan must give.
#[derive(Debug, Default)]
pub(super) struct Expected {
    pub(super) records: Vec<Record>,
    pub(super) rows: Vec<Row>,
    pub(super) matched: u64,
    pub(super) filtered: u64,
    pub(super) unread: Vec<Unread>,
}

/// What a cell is, in words.
pub(super) fn spell_cell(cell: Cell<'_>) -> String {
    match cell {
        Cell::Text(text) => spell_text(text.as_bytes()),
        Cell::Bytes(bytes) => spell_text(bytes),
        Cell::Float64(float) => format!("Float64({:x})", float.to_bits()),
        Cell::Map(entries) => format!("{:?}", entries.iter().collect::<Vec<_>>()),
        cell => format!("{cell:?}"),
    }
}

fn spell_text(bytes: &[u8]) -> String {
    let text = std::str::from_utf8(bytes).map_or_else(|_| bytes.escape_ascii().to_string(), str::to_owned);
    format!("Text({text})")
}

/// Microseconds of the years 1 to 9999, which are those that a column of times holds.
const TIMES: Range<i64> = -62_135_596_800_000_000..253_402_300_800_000_000;

const DAY_SECONDS: i32 = 86_400;

/// The cell of a field in a row, or nothing if it has no value that a column can hold.
fn cell(found: &Match<'_>, field: usize, back: fn(&str) -> Vec<u8>) -> Option<String> {
    let holds = |time: parsimd::Time| time.offset.is_none_or(|offset| offset.abs() < DAY_SECONDS);
    let cell = match found.value_in_year(field, YEAR).ok()?? {
        Value::Null => Cell::Null,
        Value::Text(text) | Value::Decimal(text) => return Some(spell_text(&back(text))),
        Value::Unescaped(text) => return Some(spell_text(&back(&text))),
        Value::Ip(_) => return found.text(field).map(|text| spell_text(text.as_bytes())),
        Value::Map(pairs) => {
            let pairs: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (*key, &**value)).collect();
            return Some(format!("{pairs:?}"));
        }
        Value::Int(int) => Cell::Int64(int),
        Value::Float(float) => Cell::Float64(float),
        Value::Date(date) => Cell::Date(date.days()),
        Value::Duration(nanos) => Cell::Duration(nanos),
        Value::Bool(is_true) => Cell::Bool(is_true),
        Value::Time(time) if holds(time) => Cell::Time(time.utc_micros()),
        Value::DateTime(at) if holds(at.time) && TIMES.contains(&at.timestamp_micros()) => {
            Cell::Timestamp(at.timestamp_micros())
        }
        _ => return None,
    };
    Some(spell_cell(cell))
}

/// Whether a cell satisfies a predicate of those that this test makes.
fn holds(predicate: &Predicate, cell: Option<String>) -> bool {
    match (predicate, cell) {
        (Predicate::Between(low, high), Some(cell)) => {
            let number = cell.strip_prefix("Int64(").or(cell.strip_prefix("Timestamp("));
            let number = number.and_then(|number| number.strip_suffix(')')?.parse::<i64>().ok());
            number.is_some_and(|number| (*low..=*high).contains(&number))
        }
        (Predicate::Contains(text), Some(cell)) => cell.starts_with("Text(") && cell[5..].contains(text),
        _ => false,
    }
}

/// The matches of a record that are asked for.
fn matches<'t>(pattern: &Pattern, text: &'t str, which: Matches) -> Vec<Match<'t>> {
    let found = match which {
        Matches::Line => pattern.parse(text).map(|found| found.into_iter().collect()),
        Matches::First => pattern.search(text).map(|found| found.into_iter().collect()),
        Matches::All => pattern.find_iter(text).collect(),
        other => panic!("nothing is known of {other:?}"),
    };
    found.unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

/// Reads a log record by record.
pub(super) struct Reader<'p> {
    pub(super) pattern: &'p Pattern,
    pub(super) head: Option<&'p Pattern>,
    pub(super) options: &'p ScanOptions,
}

impl Reader<'_> {
    pub(super) fn read(&self, log: &[u8]) -> Expected {
        let head = self.head.filter(|_| self.options.multiline);
        let mut expected =
            Expected { records: records(log, head, self.options.max_record_bytes), ..Expected::default() };
        for (number, record) in expected.records.clone().iter().enumerate() {
            match self.read_record(number, record, &log[record.text.clone()], &mut expected.rows) {
                Ok(Outcome::Matched) => expected.matched += 1,
                Ok(Outcome::Filtered) => expected.filtered += 1,
                Err((kind, field)) => expected.unread.push(Unread { record: number, kind, field }),
            }
        }
        expected
    }

    /// The columns: the fields that are asked for, or those with names, or all.
    fn columns(&self) -> Vec<usize> {
        let fields = self.pattern.fields();
        let named: Vec<usize> = (0..fields.len()).filter(|&field| fields[field].name().is_some()).collect();
        let all = if named.is_empty() { (0..fields.len()).collect() } else { named };
        self.options.columns.clone().unwrap_or(all)
    }

    fn skips_filtered(&self) -> bool {
        let options = self.options;
        options.skip_filtered
            && !options.filter.is_empty()
            && options.matches != Matches::All
            && !options.multiline
            && options.rejects == parsimd::Rejects::Sample
    }

    fn read_record(
        &self,
        number: usize,
        record: &Record,
        bytes: &[u8],
        rows: &mut Vec<Row>,
    ) -> Result<Outcome, (FailureKind, Option<String>)> {
        let columns = self.columns();
        let text = std::str::from_utf8(bytes);
        let spelt = text.map_or_else(|_| spell(bytes), str::to_owned);
        let back = if text.is_ok() { |text: &str| text.as_bytes().to_vec() } else { unspell };
        let is_long = bytes.len() > self.options.max_record_bytes;
        let (found, kind) = match text {
            _ if is_long => (Vec::new(), FailureKind::TooLong),
            _ if record.is_stray => (Vec::new(), FailureKind::NoMatch),
            Err(_) if self.options.strings != Strings::Binary => (Vec::new(), FailureKind::Encoding),
            _ => (matches(self.pattern, &spelt, self.options.matches), FailureKind::NoMatch),
        };
        if found.is_empty() {
            if self.skips_filtered() && !is_long {
                return Ok(Outcome::Filtered);
            }
            if self.options.on_error == OnError::Null && self.options.filter.is_empty() {
                rows.push(Row { cells: vec!["Null".to_owned(); columns.len()], record: number });
            }
            return Err((kind, None));
        }
        let (mut failed, mut passed) = (None, false);
        for found in &found {
            let is_kept = |(field, predicate): &(usize, Predicate)| holds(predicate, cell(found, *field, back));
            if !self.options.filter.iter().all(is_kept) {
                continue;
            }
            passed = true;
            let cells: Vec<Option<String>> = columns.iter().map(|&field| cell(found, field, back)).collect();
            let wrong = cells.iter().position(Option::is_none);
            failed = failed.or(wrong.map(|wrong| self.pattern.fields()[columns[wrong]].column_name()));
            if wrong.is_none() || self.options.on_error == OnError::Null {
                let cells = cells.into_iter().map(|cell| cell.unwrap_or_else(|| "Null".to_owned())).collect();
                rows.push(Row { cells, record: number });
            }
        }
        match failed {
            Some(field) => Err((FailureKind::Conversion, Some(field))),
            None if !passed && self.skips_filtered() => Ok(Outcome::Filtered),
            None => Ok(Outcome::Matched),
        }
    }
}

enum Outcome {
    Matched,
    Filtered,
}

/// The cells of where a row came from.
pub(super) fn origin(include: &[Origin], name: &str, line: usize, offset: usize) -> Vec<String> {
    let cell = |origin: &Origin| match origin {
        Origin::File => spell_text(name.as_bytes()),
        Origin::Line => format!("Int64({line})"),
        Origin::Offset => format!("Int64({offset})"),
        other => panic!("nothing is known of {other:?}"),
    };
    include.iter().map(cell).collect()
}
