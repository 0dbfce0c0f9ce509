//! The law "same bytes, same batch": a log gives the same rows, counts and reasons on every instruction set, with any number of threads and any size of
//! blocks, from every kind of input and compression; and they are those of the obvious way, which [`reference`] goes.
//!
//! | file | what |
//! |---|---|
//! | [`corpus`] | logs that are made for a pattern |
//! | [`reference`] | what a scan must give |
//! | [`sources`] | the same bytes, as inputs of every kind |

mod corpus;
mod reference;
mod sources;

use std::{collections::HashMap, num::NonZeroUsize};

use corpus::{Corpus, FORMS, Form, corpus};
use parsimd::{
    Batch, Failure, FailureKind, Input, Isa, Matches, OnError, Origin, Pattern, PatternSet, Predicate, Reason, Rejects,
    ScanOptions, Stats, Strings, ValueKind, Year, limits,
};
use reference::{Expected, Reader, YEAR, by_regex, origin, spell_cell};
use sources::{Pieces, Sources};

use crate::common::{Folder, Random, pattern, pattern_on, share_of};

/// The patterns of a form: by its regular expression alone, its head by that, and with the kernels of each instruction set.
struct Patterns {
    reference: Pattern,
    head: Option<Pattern>,
    on: Vec<(Isa, Pattern)>,
}

impl Patterns {
    fn new(form: Form) -> Patterns {
        let on = Isa::available().into_iter().map(|isa| (isa, pattern_on(form.format, isa))).collect();
        Patterns { reference: by_regex(form.format), head: form.head.map(by_regex), on }
    }
}

/// All that a scan gives. What errors call the input is left out.
#[derive(Debug)]
struct Seen {
    batch: Batch,
    stats: Stats,
    reasons: Vec<Reason>,
    rejects: Batch,
    rejected: Vec<u8>,
}

impl Seen {
    fn of(pattern: &Pattern, input: Input<'_>, options: &ScanOptions) -> Seen {
        let mut scan = pattern.scan_input(input, options.clone());
        let batch = scan.read_all().unwrap_or_else(|error| panic!("{error}"));
        let reasons = scan.reasons().unwrap_or_else(|error| panic!("{error}"));
        let rejects = scan.take_rejects().unwrap_or_else(|error| panic!("{error}"));
        Seen { batch, stats: scan.stats().clone(), reasons, rejects, rejected: scan.take_rejected_bytes() }
    }

    /// The batch and the counts of a set of this pattern alone; the rest is left out.
    fn of_set(pattern: &Pattern, input: Input<'_>, options: &ScanOptions) -> (Batch, Stats) {
        let set = PatternSet::of([("only", pattern.clone())]).unwrap_or_else(|error| panic!("{error}"));
        let mut scan = set.scan_input(input, options.clone());
        let batches = scan.read_all().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(scan.stats().matched_by_pattern.iter().sum::<u64>(), scan.stats().matched);
        let mut stats = scan.stats().clone();
        stats.matched_by_pattern.clear();
        // A column is called after its pattern, there.
        stats.notes.iter_mut().for_each(|note| *note = note.replacen("\"only.", "\"", 1));
        (batches.into_iter().next().unwrap_or_else(|| panic!("one pattern has one batch")), stats)
    }

    fn check_same(&self, other: &Seen, how: &str) {
        assert_eq!(self.stats, other.stats, "{how}");
        assert_eq!(self.reasons, other.reasons, "{how}");
        assert_eq!(self.rejects, other.rejects, "{how}");
        assert!(self.rejected == other.rejected, "rejects as bytes: {how}");
        assert_eq!(self.batch, other.batch, "{how}");
    }

    /// The same without the names of the sources.
    fn unnamed(mut self, name: &str) -> Seen {
        let clear = |failure: &mut Failure| {
            assert_eq!(failure.source, name);
            failure.source.clear();
        };
        self.stats.first_failures.iter_mut().for_each(clear);
        self.reasons.iter_mut().filter_map(|reason| reason.example.as_mut()).for_each(clear);
        let start = format!("{name}: ");
        for note in &mut self.stats.notes {
            *note = note.strip_prefix(&start).unwrap_or(note).to_owned();
        }
        self.rejects = self.rejects.project(&(1..self.rejects.columns().len()).collect::<Vec<_>>());
        self
    }
}

/// Options of any kind, for a corpus.
fn options(form: Form, pattern: &Pattern, random: &mut Random) -> ScanOptions {
    let mut options = ScanOptions::default();
    options.year = Year::Of(YEAR);
    options.on_error = [OnError::Skip, OnError::Null][random.below(2)];
    options.strings = [Strings::Utf8, Strings::View, Strings::Binary][random.below(3)];
    options.matches = [Matches::Line, Matches::Line, Matches::First, Matches::All][random.below(4)];
    options.rejects = [Rejects::Sample, Rejects::Rows, Rejects::Bytes][random.below(3)];
    options.max_record_bytes = [1 << 20, 1 << 20, 300, 40][random.below(4)];
    options.multiline = form.head.is_some() && random.below(3) > 0;
    if options.multiline {
        options.matches = Matches::Line;
    }
    let fields = pattern.fields().len();
    if random.below(3) == 0 {
        let mut columns: Vec<usize> = (0..fields).filter(|_| random.below(2) == 0).collect();
        columns.reverse();
        options.columns = Some(columns);
    }
    if random.below(3) == 0 {
        options.include = vec![Origin::Offset, Origin::Line];
    }
    if random.below(3) == 0 {
        options.filter = filter(pattern, random);
        options.skip_filtered = random.below(2) == 0;
    }
    options
}

/// A predicate for one of the fields that can have one.
fn filter(pattern: &Pattern, random: &mut Random) -> Vec<(usize, Predicate)> {
    let field = random.below(pattern.fields().len());
    let predicate = match pattern.fields()[field].kind() {
        ValueKind::Integer { .. } | ValueKind::Size => Predicate::Between([404, 0, -500][random.below(3)], 512),
        ValueKind::Text | ValueKind::Quoted => Predicate::Contains(random.one(&["e", "a", "host"]).to_owned()),
        _ => return Vec::new(),
    };
    vec![(field, predicate)]
}

/// Compares a scan with what must come. `pieces` are the sources, one after the other.
fn check(seen: &Seen, expected: &Expected, pieces: &Pieces, options: &ScanOptions, log: &[u8], how: &str) {
    let stats = &seen.stats;
    let bad =
        |kind: fn(&reference::Unread) -> bool| expected.unread.iter().filter(|unread| kind(unread)).count() as u64;
    let is_no_match = |unread: &reference::Unread| unread.kind == FailureKind::NoMatch;
    assert_eq!(
        [stats.records, stats.matched, stats.unmatched, stats.failures, stats.filtered, stats.bytes],
        [
            expected.records.len() as u64,
            expected.matched,
            bad(is_no_match),
            bad(|unread| unread.kind != FailureKind::NoMatch),
            expected.filtered,
            log.len() as u64
        ],
        "records, matched, unmatched, failures, filtered, bytes: {how}"
    );
    let rows: Vec<Vec<String>> = expected
        .rows
        .iter()
        .map(|row| {
            let (name, line, offset) = pieces.place(&expected.records[row.record]);
            row.cells.iter().cloned().chain(origin(&options.include, name, line, offset)).collect()
        })
        .collect();
    let found: Vec<Vec<String>> = (0..seen.batch.len())
        .map(|row| seen.batch.columns().iter().map(|column| spell_cell(column.get(row))).collect())
        .collect();
    if let Some(row) = (0..rows.len().max(found.len())).find(|&row| rows.get(row) != found.get(row)) {
        panic!("row {row} is {:?}\nand should be {:?}\n{how}", found.get(row), rows.get(row));
    }
    for (failure, unread) in stats.first_failures.iter().zip(&expected.unread) {
        let record = &expected.records[unread.record];
        let (name, line, offset) = pieces.place(record);
        let text = &log[record.text.clone()];
        let text = String::from_utf8_lossy(&text[..text.len().min(limits::EXCERPT_BYTES)]);
        assert_eq!(
            (
                &*failure.source,
                failure.line,
                failure.offset,
                failure.record,
                failure.kind,
                &failure.field,
                &*failure.text
            ),
            (name, Some(line as u64), offset as u64, unread.record as u64, unread.kind, &unread.field, &*text),
            "{how}"
        );
    }
    let kept = expected.unread.len().min(limits::FAILURES_KEPT);
    assert_eq!(stats.first_failures.len(), kept, "{how}");
    let counted: u64 = seen.reasons.iter().map(|reason| reason.count).sum();
    assert_eq!(counted, expected.unread.len() as u64, "{how}");
    check_rejects(seen, expected, options, log, how);
}

/// The records that were not read, where all of them are asked for.
fn check_rejects(seen: &Seen, expected: &Expected, options: &ScanOptions, log: &[u8], how: &str) {
    let rows = if options.rejects == Rejects::Rows { expected.unread.len() } else { 0 };
    assert_eq!(seen.rejects.len(), rows, "{how}");
    let mut bytes = Vec::new();
    for unread in expected.unread.iter().filter(|_| options.rejects == Rejects::Bytes) {
        let range = expected.records[unread.record].text.clone();
        let text = &log[range.clone()];
        if unread.kind == FailureKind::TooLong {
            bytes.extend_from_slice(&text[..text.len().min(limits::EXCERPT_BYTES)]);
            bytes.push(b'\n');
            continue;
        }
        bytes.extend_from_slice(text);
        bytes.extend_from_slice(if log[range.end..].starts_with(b"\r\n") { b"\r\n" } else { b"\n" });
    }
    assert!(seen.rejected == bytes, "rejects as bytes: {how}");
}

/// Whether what is not UTF-8 may be in a log of this form, and the reference knows what comes of it as bytes.
fn may_be_wrong(form: Form) -> bool {
    form.format.is_ascii() && !form.format.contains(":kv")
}

#[test]
fn a_log_gives_the_same_however_it_is_read_and_it_is_what_the_regular_expression_says() {
    let mut patterns: HashMap<Form, Patterns> = HashMap::new();
    let folder = Folder::new();
    let (mut rows, mut unread) = (0, 0);
    for number in 0..share_of(200) {
        let mut random = Random(number as u64);
        let corpus = corpus(number, may_be_wrong, &mut random);
        let patterns = patterns.entry(corpus.form).or_insert_with(|| Patterns::new(corpus.form));
        let expected = read_everyhow(number, &corpus, patterns, &folder, &mut random);
        rows += expected.rows.len();
        unread += expected.unread.len();
    }
    assert!(rows > 10 * FORMS.len() && unread > FORMS.len() || share_of(200) < FORMS.len(), "{rows} {unread}");
}

/// Reads a log in every way, and gives what must come.
fn read_everyhow(
    number: usize,
    corpus: &Corpus,
    patterns: &Patterns,
    folder: &Folder,
    random: &mut Random,
) -> Expected {
    let Corpus { form, bytes: log } = corpus;
    let mut options = options(*form, &pattern(form.format), random);
    let expected = Reader { pattern: &patterns.reference, head: patterns.head.as_ref(), options: &options }.read(log);
    let about = format!("corpus {number}: {form:?}\n{options:?}\n{}", log.escape_ascii());
    let (_, first) = &patterns.on[0];
    options.threads = NonZeroUsize::new(1);
    let whole = Pieces::whole("<bytes>");
    let base = Seen::of(first, Input::bytes(log), &options);
    check(&base, &expected, &whole, &options, log, &about);
    let base = base.unnamed("<bytes>");
    let sources = Sources::new(folder, log, &expected.records, random);
    for (at, source) in sources.all.iter().enumerate() {
        let (isa, pattern) = &patterns.on[(number + at) % patterns.on.len()];
        options.threads = NonZeroUsize::new(1 + random.below(4));
        options.block_bytes = [1, 17, 64, 300, 1000, 1 << 18][random.below(6)];
        let (threads, block) = (options.threads, options.block_bytes);
        let how = format!("{}, {isa}, {threads:?} threads, blocks of {block}\n{about}", source.what);
        let seen = Seen::of(pattern, source.open(), &options);
        check(&seen, &expected, &source.pieces, &options, log, &how);
        if source.pieces.is_whole() {
            seen.unnamed(source.pieces.name()).check_same(&base, &how);
        }
    }
    let is_for_sets = options.columns.is_none() && options.filter.is_empty() && options.matches != Matches::All;
    if is_for_sets && !options.multiline {
        let (batch, stats) = Seen::of_set(&patterns.on[random.below(patterns.on.len())].1, Input::bytes(log), &options);
        let mut single = Seen::of(first, Input::bytes(log), &options);
        if options.on_error == OnError::Null {
            // A record that matches no pattern is of no pattern, and has no row then.
            single.batch = batch.clone();
        }
        assert_eq!(stats, single.stats, "a set of one\n{about}");
        assert_eq!(batch, single.batch, "a set of one\n{about}");
    }
    expected
}
