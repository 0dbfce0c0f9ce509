//! One block: its records are matched, then the fields of those that did are converted, a column at a time.

use std::{borrow::Cow, sync::Arc};

use parsimd_simd::{Literal, Span};

use super::records::{Failure, OnError, Only, ScanOptions, Stats};
use crate::{
    Pattern,
    batch::{Batch, Cell, ColumnType, Schema, Strings, Values},
    convert,
    error::{Error, Result},
    input::{Block, Cut, Fault},
    limits,
    plan::{Outcome, Plan, Program, Row, Stop, Table, Walk},
};

/// What a scan does with each block.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) pattern: Pattern,
    /// With the columns named.
    pub(super) options: ScanOptions,
    /// The year of dates that are written without one.
    pub(super) year: i32,
    pub(super) schema: Arc<Schema>,
}

/// What became of a block.
#[derive(Debug)]
pub(super) struct Scanned {
    /// The rows, if there are any; with an error, those before it.
    pub(super) batch: Option<Batch>,
    /// What was seen in the block; records are numbered from its beginning.
    pub(super) stats: Stats,
    /// What ends the scan here.
    pub(super) error: Option<Error>,
}

impl Scanned {
    /// Nothing but the end of the scan.
    pub(super) fn stopped(error: Error) -> Scanned {
        Scanned { batch: None, stats: Stats::default(), error: Some(error) }
    }

    /// Nothing but what is to be told of the input.
    pub(super) fn noted(notes: Vec<String>) -> Scanned {
        Scanned { batch: None, stats: Stats { notes, ..Stats::default() }, error: None }
    }

    /// Whether it has neither rows nor an error.
    pub(super) fn is_empty(&self) -> bool {
        self.batch.is_none() && self.error.is_none()
    }
}

/// The fields that become columns, as far as they were asked for rightly, and what was wrong.
fn choose(pattern: &Pattern, asked: Option<Vec<usize>>) -> (Vec<usize>, Option<Error>) {
    let fields = pattern.fields().len();
    let mut columns = Vec::new();
    for column in asked.unwrap_or_else(|| (0..fields).collect()) {
        let wrong = match column {
            _ if columns.contains(&column) => format!("column {column} was asked for twice"),
            _ if column >= fields => format!("there is no column {column}: the pattern has {fields} fields"),
            _ => {
                columns.push(column);
                continue;
            }
        };
        return (columns, Some(Error::column(wrong)));
    }
    (columns, None)
}

/// What is wrong with a wish for rows, if something is.
fn wrong_wish(pattern: &Pattern, &(field, ref only): &(usize, Only)) -> Option<Error> {
    let Some(found) = pattern.fields().get(field) else {
        let fields = pattern.fields().len();
        return Some(Error::column(format!("there is no field {field} to tell rows by: the pattern has {fields}")));
    };
    let fits = match ColumnType::of(found.kind()) {
        ColumnType::Int64 | ColumnType::Timestamp { .. } => matches!(only, Only::Between(..)),
        ColumnType::Text => matches!(only, Only::Text(_)),
        _ => false,
    };
    let name = found.column_name();
    (!fits).then(|| Error::column(format!("rows cannot be told by {only:?} of field {name}, whose type is another")))
}

/// What there is use for still, from a block that comes next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// Rows; one or more.
    pub(super) rows: u64,
    /// Failures with their text, of those in a block the first.
    pub(super) failures: usize,
}

/// What tells the records of a block apart.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ends<'b> {
    /// Newlines; a `\r` in front of one is no part of its record.
    Newlines,
    /// Where each record ends, and the next begins; and the numbers, in order, of those that are no text at all, which take no bytes.
    Given { ends: &'b [u32], nulls: &'b [usize] },
}

impl Ends<'_> {
    /// Whether a record is no text at all: it does not match, but there is nothing to be told about it.
    fn is_null(self, (_, _, number): Place) -> bool {
        matches!(self, Ends::Given { nulls, .. } if nulls.binary_search(&(number as usize)).is_ok())
    }

    fn has_nulls(self) -> bool {
        matches!(self, Ends::Given { nulls, .. } if !nulls.is_empty())
    }
}

/// Memory that is kept from block to block. It steers how quickly a block is scanned, never what is found in it.
#[derive(Debug)]
pub(super) struct Scratch {
    finds: Finds,
    rows: Rows,
}

impl Scratch {
    pub(super) fn new(task: &Task) -> Scratch {
        let Task { pattern, options, .. } = task;
        let asked = options.only.iter().map(|(field, _)| *field);
        let mut read: Vec<usize> = options.columns.iter().flatten().copied().chain(asked).collect();
        read.sort_unstable();
        read.dedup();
        Scratch { finds: Finds::NONE, rows: Rows::new(pattern.fields().len(), read) }
    }

    /// The rows of the last block that are there but did not match.
    pub(super) fn missing(&self) -> &[usize] {
        &self.rows.missing
    }
}

impl Task {
    /// The task, with the columns that were asked for, as far as they were asked for rightly; and what was wrong.
    pub(super) fn new(pattern: &Pattern, mut options: ScanOptions) -> (Task, Option<Error>) {
        let (columns, wrong) = choose(pattern, options.columns.take());
        let wrong = wrong.or_else(|| options.only.iter().find_map(|wish| wrong_wish(pattern, wish)));
        let schema = Arc::new(pattern.schema().select(&columns, options.strings));
        options.columns = Some(columns);
        options.block_bytes = options.block_bytes.clamp(1, limits::BLOCK_BYTES_MOST);
        options.max_record_bytes = options.max_record_bytes.min(limits::BLOCK_BYTES_MOST);
        let year = options.year.unwrap_or_else(convert::current_year);
        (Task { pattern: pattern.clone(), year, options, schema }, wrong)
    }

    /// How the input is to be cut into blocks.
    pub(super) fn cut(&self) -> Cut {
        let ScanOptions { block_bytes: size, max_record_bytes: longest, on_error, .. } = self.options;
        Cut { size, longest, stops: on_error == OnError::Raise }
    }

    /// Scans a block, as far as what is wanted of it goes. What comes out depends on the block and on that alone.
    pub(super) fn run(&self, block: &Block<'_>, scratch: &mut Scratch, wanted: Wanted) -> Scanned {
        scratch.rows.failures_wanted = wanted.failures;
        let scanned = self.run_all(block, scratch);
        let last = usize::try_from(wanted.rows - 1).ok().and_then(|row| scratch.rows.place(row));
        let Some((_, end, _)) = last else { return scanned };
        // What stands behind the last row is not seen, wherever the block ends: this is the block's end then.
        let newline = memchr::memchr(b'\n', &block.bytes[end as usize..]);
        let end = newline.map_or(block.bytes.len(), |newline| end as usize + newline + 1);
        if end == block.bytes.len() {
            scanned
        } else {
            self.run_all(&Block { bytes: &block.bytes[..end], extent: end as u64, ..*block }, scratch)
        }
    }

    fn run_all(&self, block: &Block<'_>, scratch: &mut Scratch) -> Scanned {
        let mut stats = Stats::default();
        let (batch, error) = self.rows(block, Ends::Newlines, &mut stats, scratch);
        Scanned { batch: Some(batch).filter(|batch| !batch.is_empty()), stats, error }
    }

    /// The rows of a block whose records are told apart by `ends`; and what ends the scan after them.
    pub(super) fn rows(
        &self,
        block: &Block<'_>,
        ends: Ends<'_>,
        stats: &mut Stats,
        Scratch { finds, rows }: &mut Scratch,
    ) -> (Batch, Option<Error>) {
        let Task { pattern, options, year, schema } = self;
        let stopped = match_records(pattern, options, block, ends, stats, finds, rows);
        let (batch, raised) = convert_rows(pattern, options, *year, schema, block, stats, rows);
        // An earlier record whose value does not fit was raised just now; what stopped the matching comes after it.
        let error = raised.or_else(|| {
            let (seen, error) = stopped.map_or((block.extent, None), |(place, error)| (place.1.into(), Some(error)));
            stats.bytes += seen;
            error
        });
        (batch, error)
    }
}

impl Block<'_> {
    /// The error for a record that begins at byte `start` of the block.
    fn error(&self, start: u32, reason: &str) -> Error {
        Error::record(self.source, self.offset + u64::from(start), reason)
    }

    /// Whether a record of it may be one that is not to be matched.
    fn has_faults(&self, longest: usize) -> bool {
        self.fault.is_some() || self.bytes.len() > longest
    }

    /// Why a record is not to be matched, whatever is in it.
    fn fault(&self, (start, end, _): Place, longest: usize) -> Option<Unread> {
        match self.fault {
            Some(Fault::BrokenOff) if self.bytes.len() <= longest => Some(Unread::BrokenOff),
            None if (end - start) as usize <= longest => None,
            _ => Some(Unread::TooLong(longest)),
        }
    }
}

/// What the kernels find in a block. The memory is kept from block to block.
#[derive(Debug)]
struct Finds {
    /// The ends of the records.
    ends: Vec<u32>,
    /// The places where the anchor of the pattern stands.
    anchors: Vec<u32>,
    /// The records around those places, where only these are looked for.
    lines: Vec<Span>,
    /// The places of the characters that the program is not to be given.
    foreign: Vec<u32>,
    /// False once blocks have shown that most records have the anchor: looking for it does not pay then.
    anchor_pays: bool,
    /// True once blocks have shown that less than half of the records have the anchor: the others need not be told apart then.
    anchor_is_rare: bool,
}

impl Finds {
    const NONE: Finds = Finds {
        ends: Vec::new(),
        anchors: Vec::new(),
        lines: Vec::new(),
        foreign: Vec::new(),
        anchor_pays: true,
        anchor_is_rare: false,
    };

    /// Looks for the ends of the records; and, for the program, for its foreign characters, and for its anchor where that pays.
    fn look(&mut self, plan: &Plan, bytes: &[u8], ends: Ends<'_>, program: Option<&Program>) -> Look {
        let kernels = plan.kernels();
        self.ends.clear();
        self.anchors.clear();
        let is_ascii = match ends {
            Ends::Given { ends, .. } => {
                self.ends.extend_from_slice(ends);
                bytes.is_ascii()
            }
            Ends::Newlines => {
                let is_ascii = kernels.newlines(bytes, &mut self.ends);
                if !bytes.ends_with(b"\n") {
                    self.ends.push(bytes.len() as u32);
                }
                is_ascii
            }
        };
        let is_utf8 = self.look_for_foreign(plan, bytes, is_ascii, program);
        // Records that have no newline between them may have a character in common.
        let cuts = |&end: &u32| bytes.get(end as usize).is_some_and(|byte| byte & 0xc0 == 0x80);
        let is_utf8 = is_utf8 && (is_ascii || !matches!(ends, Ends::Given { ends, .. } if ends.iter().any(cuts)));
        let anchor = program.and_then(Program::anchor).filter(|_| self.anchor_pays);
        if let Some(anchor) = anchor {
            kernels.anchor(bytes, anchor, &mut self.anchors);
            self.weigh(self.ends.len());
        }
        Look { is_ascii, is_utf8, has_anchors: anchor.is_some() }
    }

    /// Looks for the characters that the program is not to be given, and says whether it may be given the rest: all is UTF-8.
    fn look_for_foreign(&mut self, plan: &Plan, bytes: &[u8], is_ascii: bool, program: Option<&Program>) -> bool {
        self.foreign.clear();
        match program {
            Some(program) if !is_ascii => {
                plan.foreign(program).find(plan.kernels(), bytes, &mut self.foreign);
                plan.kernels().is_utf8(bytes)
            }
            _ => is_ascii,
        }
    }

    /// Takes note of how many of the records of a block have the anchor.
    fn weigh(&mut self, records: usize) {
        // A look at the block costs about a quarter of what it saves.
        self.anchor_pays = self.anchors.len() < records / 4 * 3;
        self.anchor_is_rare = self.anchors.len() < records / 2;
    }

    /// Looks for the records with the anchor alone, and says how many records the block has, and whether it is ASCII; `None` if there is
    /// something in it that the program is not to be given.
    fn look_for_few(
        &mut self,
        plan: &Plan,
        bytes: &[u8],
        program: &Program,
        anchor: &Literal,
    ) -> Option<(usize, bool)> {
        self.anchors.clear();
        let (newlines, is_ascii) = plan.kernels().anchor_and_newlines(bytes, anchor, &mut self.anchors);
        if !self.look_for_foreign(plan, bytes, is_ascii, Some(program)) || !self.foreign.is_empty() {
            return None;
        }
        self.lines.clear();
        plan.kernels().lines_around(bytes, &self.anchors, &mut self.lines);
        let records = newlines + usize::from(!bytes.ends_with(b"\n"));
        self.weigh(records);
        Some((records, is_ascii))
    }
}

/// What was seen of a block.
struct Look {
    is_ascii: bool,
    /// Whether each of its records is UTF-8.
    is_utf8: bool,
    /// Whether it was searched for the anchor.
    has_anchors: bool,
}

/// Whether one of `places`, which are in order, is in front of `end`; takes it, and all others in front of it.
fn pass(places: &mut &[u32], end: u32) -> bool {
    let before = places.len();
    while let [place, rest @ ..] = places
        && *place < end
    {
        *places = rest;
    }
    places.len() < before
}

/// The records that may have rows, and where their fields are. The memory is kept from block to block.
#[derive(Debug)]
struct Rows {
    /// How many of the records that have no row are kept with their text.
    failures_wanted: usize,
    /// The records that had a row when they were pushed.
    records: Vec<Place>,
    /// Of each of those that has none any more, how many rows are in front of it.
    lost: Vec<usize>,
    walk: Walk,
    /// The spans of each field.
    spans: Table,
    fields: usize,
    /// Those whose spans are read.
    read: Vec<usize>,
    /// The rows that are there but did not match.
    missing: Vec<usize>,
}

/// A record: where it begins and ends in its block, and its number in it.
type Place = (u32, u32, u64);

impl Rows {
    fn new(fields: usize, read: Vec<usize>) -> Rows {
        Rows {
            failures_wanted: limits::FAILURES_KEPT,
            records: Vec::new(),
            lost: Vec::new(),
            walk: Walk::default(),
            spans: Table::default(),
            fields,
            read,
            missing: Vec::new(),
        }
    }

    fn clear(&mut self) {
        self.records.clear();
        self.lost.clear();
        self.walk.clear();
        self.missing.clear();
    }

    #[inline]
    fn push(&mut self, place: Place, stop: Stop) {
        self.walk.push(place.0, place.1, stop);
        self.records.push(place);
    }

    /// Adds records that are all to be walked.
    fn push_all(&mut self, records: impl Iterator<Item = Place>) {
        self.records.extend(records);
        self.walk.push_all(self.records.iter().map(|&(start, end, _)| (start, end)));
    }

    /// How many rows there are.
    fn len(&self) -> usize {
        self.records.len() - self.lost.len()
    }

    /// The number of the record of a row, in `records`.
    fn number(&self, row: usize) -> usize {
        row + self.lost.partition_point(|&rows| rows <= row)
    }

    /// The record of a row, if there is that row.
    fn place(&self, row: usize) -> Option<Place> {
        (row < self.len()).then(|| self.records[self.number(row)])
    }

    /// Takes out the rows in `rows`, which are in order.
    fn remove(&mut self, rows: &[usize]) {
        self.spans.remove(self.len(), rows, &self.read);
        let known = self.lost.iter().enumerate().map(|(lost, rows)| rows + lost);
        let mut numbers: Vec<usize> = known.chain(rows.iter().map(|&row| self.number(row))).collect();
        numbers.sort_unstable();
        self.lost.clear();
        self.lost.extend(numbers.iter().enumerate().map(|(lost, number)| number - lost));
    }

    /// Keeps the rows in `kept`, which are in order; none of them is missing.
    fn keep(&mut self, kept: &[usize]) {
        if kept.len() == self.len() {
            return;
        }
        self.spans.keep(kept, &self.read);
        self.records = kept.iter().map(|&row| self.records[self.number(row)]).collect();
        self.lost.clear();
        self.missing.clear();
    }
}

/// Why a record has no spans.
enum Unread {
    Unmatched,
    NotUtf8,
    /// It is not UTF-8, and the pattern cannot be matched to bytes.
    NotBytes(&'static str),
    /// An external matcher gave a span that is no text of the record.
    CutWrong,
    /// A pattern that needs backtracking came to its limit.
    GaveUp(String),
    /// It has more bytes than this.
    TooLong(usize),
    /// The input broke off inside it.
    BrokenOff,
}

impl Unread {
    fn reason(&self) -> Cow<'_, str> {
        match self {
            Unread::Unmatched => "does not match the pattern".into(),
            Unread::NotUtf8 => "not UTF-8".into(),
            Unread::NotBytes(reason) => {
                format!("not UTF-8, and the pattern cannot be matched to bytes: {reason}").into()
            }
            Unread::CutWrong => {
                "the matcher gave a field a span outside of the text, or one that cuts a character".into()
            }
            Unread::GaveUp(reason) => reason.into(),
            Unread::TooLong(longest) => format!("record too long: more than {longest} bytes").into(),
            Unread::BrokenOff => "the input broke off inside this record".into(),
        }
    }
}

/// Matches each record of `block`. It stops where a matcher fails, and with [`OnError::Raise`] at the first record that cannot be read, and
/// gives that record and the error.
fn match_records(
    pattern: &Pattern,
    options: &ScanOptions,
    block: &Block<'_>,
    ends: Ends<'_>,
    stats: &mut Stats,
    finds: &mut Finds,
    rows: &mut Rows,
) -> Option<(Place, Error)> {
    let plan = pattern.plan();
    let bytes = block.bytes;
    let program = plan.program(options.full_line);
    rows.clear();
    // Where nothing is to be told of a record that does not match, only those with an anchor have to be found.
    let has_faults = block.has_faults(options.max_record_bytes);
    let needs_few =
        finds.anchor_is_rare && rows.failures_wanted == 0 && options.on_error == OnError::Skip && !has_faults;
    let few = program.filter(|_| needs_few && matches!(ends, Ends::Newlines)).and_then(|program| {
        let anchor = program.anchor()?;
        finds.look_for_few(plan, bytes, program, anchor)
    });
    let is_ascii = match few {
        Some((all, is_ascii)) => {
            // They have no numbers: nothing will be told of them.
            rows.push_all(finds.lines.iter().map(|line| (line.start, without_return(bytes, line.start, line.end), 0)));
            let others = (all - rows.records.len()) as u64;
            stats.records += others;
            stats.unmatched += others;
            is_ascii
        }
        None => push_records(plan, options, block, ends, stats, finds, rows),
    };
    rows.spans.reset(rows.fields, rows.records.len());
    if let Some(program) = program {
        program.walk(plan.kernels(), bytes, is_ascii, options.full_line, &mut rows.walk, &mut rows.spans);
    }
    settle(plan, options, block, ends, stats, rows)
}

/// Adds every record of the block that may have a row, and says whether the block is ASCII.
fn push_records(
    plan: &Plan,
    options: &ScanOptions,
    block: &Block<'_>,
    ends: Ends<'_>,
    stats: &mut Stats,
    finds: &mut Finds,
    rows: &mut Rows,
) -> bool {
    let bytes = block.bytes;
    let program = plan.program(options.full_line);
    let Look { is_ascii, is_utf8, has_anchors } = finds.look(plan, bytes, ends, program);
    let newline = if matches!(ends, Ends::Newlines) { 1 } else { 0 };
    let records = records(bytes, &finds.ends, newline);
    let has_faults = block.has_faults(options.max_record_bytes);
    if program.is_some() && is_utf8 && finds.foreign.is_empty() && !has_anchors && !ends.has_nulls() && !has_faults {
        rows.push_all(records);
        return is_ascii;
    }
    let (mut anchors, mut foreign) = (&finds.anchors[..], &finds.foreign[..]);
    for place in records {
        let has_anchor = pass(&mut anchors, place.1);
        let has_foreign = pass(&mut foreign, place.1);
        let text = &bytes[place.0 as usize..place.1 as usize];
        let stop = match program {
            _ if ends.is_null(place) => Stop::NO_MATCH,
            _ if has_faults && block.fault(place, options.max_record_bytes).is_some() => Stop::ASK,
            None => Stop::ASK,
            Some(_) if has_foreign || !is_utf8 && std::str::from_utf8(text).is_err() => Stop::ASK,
            Some(_) if has_anchors && !has_anchor => Stop::NO_MATCH,
            Some(_) => Stop::NOWHERE,
        };
        if stop != Stop::NO_MATCH || options.on_error != OnError::Skip {
            rows.push(place, stop);
        } else {
            stats.records += 1;
            stats.unmatched += 1;
            if !ends.is_null(place) {
                keep_failure(block, place, &Unread::Unmatched.reason(), rows.failures_wanted, stats);
            }
        }
    }
    is_ascii
}

/// The records of a block, cut at their ends. Behind each is a newline, if that has a length, without the `\r` that may stand in front of
/// it. The last may end with the block.
fn records(bytes: &[u8], ends: &[u32], newline: u32) -> impl Iterator<Item = Place> {
    let mut start = 0;
    (0..).zip(ends).map(move |(number, &end)| {
        let place = (start, if newline > 0 { without_return(bytes, start, end) } else { end }, number);
        start = end + newline;
        place
    })
}

/// The end of a record that has a newline at `end`, or ends with the block there: in front of a `\r` that stands before that newline.
fn without_return(bytes: &[u8], start: u32, end: u32) -> u32 {
    let has_return = end > start && bytes[end as usize - 1] == b'\r' && (end as usize) < bytes.len();
    end - u32::from(has_return)
}

/// Finds out about the records in which the walk stopped, and takes those out that have no row.
fn settle(
    plan: &Plan,
    options: &ScanOptions,
    block: &Block<'_>,
    ends: Ends<'_>,
    stats: &mut Stats,
    rows: &mut Rows,
) -> Option<(Place, Error)> {
    let all = rows.records.len() as u64;
    stats.records += all;
    stats.matched += all;
    let stops = rows.walk.stops()?;
    let program = plan.program(options.full_line);
    let has_faults = block.has_faults(options.max_record_bytes);
    let mut lost = Vec::new();
    for (number, stop) in stops.iter().enumerate().filter(|(_, stop)| **stop != Stop::NOWHERE) {
        let place = rows.records[number];
        let (start, end, _) = place;
        let mut row = rows.spans.row(number);
        let fault = if has_faults { block.fault(place, options.max_record_bytes) } else { None };
        let outcome = match (stop, program) {
            _ if fault.is_some() => Outcome::NoMatch,
            (&Stop::NO_MATCH, _) => Outcome::NoMatch,
            (_, Some(program)) => {
                program.resume(block.bytes, number, Span::new(start, end), options.full_line, &rows.walk, &mut row)
            }
            (_, None) => Outcome::Undecided,
        };
        let text = &block.bytes[start as usize..end as usize];
        let found = match outcome {
            Outcome::Match => Ok(None),
            Outcome::NoMatch => Ok(Some(fault.unwrap_or(Unread::Unmatched))),
            Outcome::Undecided => find(plan, options, text, start, &mut row),
        };
        let behind = all - number as u64 - 1;
        let unread = match found {
            Ok(None) => continue,
            Ok(Some(unread)) => unread,
            Err(error) => {
                // Nobody knows what the record is: it is not seen, as those behind it are not.
                stats.records -= behind + 1;
                stats.matched -= behind + 1;
                // A limit asks for the rows in front of it.
                rows.records.truncate(number);
                rows.remove(&lost);
                return Some(((start, start, place.2), error));
            }
        };
        stats.matched -= 1;
        match unread {
            Unread::Unmatched => stats.unmatched += 1,
            _ => stats.failures += 1,
        }
        let is_null = ends.is_null(place);
        if !is_null {
            keep_failure(block, place, &unread.reason(), rows.failures_wanted, stats);
        }
        match options.on_error {
            // Its values could be wrong, and the scan ends with what broke the input.
            _ if matches!(unread, Unread::BrokenOff) => lost.push(number),
            OnError::Raise if !is_null => {
                // What is behind it was not seen.
                stats.records -= behind;
                stats.matched -= behind;
                rows.records.truncate(number);
                let seen = if let Unread::TooLong(longest) = unread { start + longest as u32 + 1 } else { end };
                return Some(((start, seen, place.2), block.error(start, &unread.reason())));
            }
            OnError::Null | OnError::Raise => {
                (0..rows.fields).for_each(|field| row.set(field, 0, 0));
                rows.missing.push(number);
            }
            OnError::Skip => lost.push(number),
        }
    }
    rows.remove(&lost);
    None
}

/// Asks the authority, and writes the spans of the fields, or says why there are none; the record begins at byte `base` of its block.
fn find(plan: &Plan, options: &ScanOptions, record: &[u8], base: u32, row: &mut Row<'_>) -> Result<Option<Unread>> {
    let is_ascii = record.is_ascii();
    let text = if is_ascii { None } else { std::str::from_utf8(record).ok() };
    if !is_ascii && text.is_none() {
        if options.strings != Strings::Binary {
            return Ok(Some(Unread::NotUtf8));
        }
        if let Err(reason) = plan.reads_bytes() {
            return Ok(Some(Unread::NotBytes(reason)));
        }
    }
    // Every text of a record that is UTF-8 is so, whoever has matched.
    let is_text = |start, end| match text {
        Some(text) => text.get(start..end).is_some(),
        None => record.get(start..end).is_some(),
    };
    // What is no text is read as ASCII is, byte by byte.
    match plan.find(record, text.is_none(), 0, options.full_line) {
        Ok(Some(found)) => {
            for (field, found) in found[1..].iter().enumerate() {
                // A field takes part in every match.
                let (start, end) = found.unwrap_or_default();
                if !is_text(start, end) {
                    return Ok(Some(Unread::CutWrong));
                }
                row.set(field, base as usize + start, base as usize + end);
            }
            Ok(None)
        }
        Ok(None) => Ok(Some(Unread::Unmatched)),
        Err(error) if error.is_limit() => Ok(Some(Unread::GaveUp(error.to_string()))),
        Err(error) => Err(error),
    }
}

/// The rows that are wanted, whatever the values of the other fields are.
fn wanted(pattern: &Pattern, options: &ScanOptions, year: i32, block: &Block<'_>, rows: &Rows) -> Vec<usize> {
    let kernels = pattern.plan().kernels();
    let mut kept: Vec<usize> = (0..rows.len()).collect();
    for &(number, ref only) in &options.only {
        let kind = pattern.fields()[number].kind();
        let text =
            convert::Spans { block: block.bytes, spans: rows.spans.column(number, rows.len()), missing: &rows.missing };
        // Who has no value is left out, so there is nothing to be told.
        let column = convert::column(kernels, kind, text, Strings::Utf8, year, &mut Vec::new());
        match (only, column.values(), column.validity()) {
            (Only::Between(low, high), Values::Int64(values) | Values::Timestamp(values), validity) => {
                kept.retain(|&row| {
                    (*low..=*high).contains(&values[row]) && validity.is_none_or(|validity| validity.is_valid(row))
                })
            }
            (Only::Text(text), ..) => kept.retain(|&row| column.get(row) == Cell::Text(text)),
            _ => kept.clear(),
        }
    }
    kept
}

/// Converts the spans of a block, a column at a time. With [`OnError::Raise`] only those before the first value that does not fit, and gives the
/// error for it.
fn convert_rows(
    pattern: &Pattern,
    options: &ScanOptions,
    year: i32,
    schema: &Arc<Schema>,
    block: &Block<'_>,
    stats: &mut Stats,
    rows: &mut Rows,
) -> (Batch, Option<Error>) {
    let kernels = pattern.plan().kernels();
    let mut raised = None;
    // A value that does not fit ends a scan that raises, whoever wants its row: then rows are left out once all were read.
    let mut has_others = !options.only.is_empty();
    if has_others && options.on_error != OnError::Raise {
        rows.keep(&wanted(pattern, options, year, block, rows));
        has_others = false;
    }
    loop {
        let mut misfits = Vec::new();
        let numbers = options.columns.iter().flatten();
        let columns = numbers
            .map(|&number| (number, &pattern.fields()[number]))
            .map(|(number, field)| {
                let spans = rows.spans.column(number, rows.len());
                let known = misfits.len();
                let text = convert::Spans { block: block.bytes, spans, missing: &rows.missing };
                let column = convert::column(kernels, field.kind(), text, options.strings, year, &mut misfits);
                for misfit in &mut misfits[known..] {
                    misfit.reason = format!("field {}: {}", field.column_name(), misfit.reason);
                }
                column
            })
            .collect();
        misfits.sort_by_key(|misfit| misfit.row);
        misfits.dedup_by_key(|misfit| misfit.row);
        for misfit in &misfits {
            let place = rows.records[rows.number(misfit.row)];
            if options.on_error == OnError::Raise {
                // All texts before it matched and all their values fit, and nothing behind it was seen.
                let nulls_behind = rows.missing.iter().filter(|&&row| row > misfit.row).count();
                stats.matched -= (rows.len() - misfit.row - nulls_behind) as u64;
                stats.failures = 1;
                stats.unmatched = place.2 - stats.matched;
                stats.records = place.2 + 1;
                stats.bytes += u64::from(place.1);
                stats.first_failures.clear();
                keep_failure(block, place, &misfit.reason, rows.failures_wanted, stats);
                // A limit asks for the rows in front of it.
                rows.records.truncate(misfit.row);
                rows.missing.retain(|&row| row < misfit.row);
                rows.keep(&wanted(pattern, options, year, block, rows));
                has_others = false;
                raised = Some(block.error(place.0, &misfit.reason));
                break;
            }
            stats.matched -= 1;
            stats.failures += 1;
            keep_failure(block, place, &misfit.reason, rows.failures_wanted, stats);
        }
        if raised.is_some() && !misfits.is_empty() {
            continue;
        }
        if misfits.is_empty() || options.on_error == OnError::Null {
            if has_others {
                rows.keep(&wanted(pattern, options, year, block, rows));
                has_others = false;
                continue;
            }
            let (schema, rows) = (Arc::clone(schema), rows.len());
            return (Batch::of_block(schema, columns, rows, block.bytes, || block.share()), raised);
        }
        // Few records have a value that does not fit: converting the others once more is simpler than mending every column.
        rows.remove(&misfits.iter().map(|misfit| misfit.row).collect::<Vec<_>>());
    }
}

/// Keeps an entry of a record that could not be read, in the order of the input.
fn keep_failure(block: &Block<'_>, (start, end, record): Place, reason: &str, wanted: usize, stats: &mut Stats) {
    if stats.first_failures.len() >= wanted && stats.first_failures.last().is_some_and(|last| last.record < record) {
        return;
    }
    let at = stats.first_failures.partition_point(|failure| failure.record < record);
    if at < wanted {
        let text = &block.bytes[start as usize..end as usize];
        let text = String::from_utf8_lossy(&text[..text.len().min(limits::EXCERPT_BYTES)]).into_owned();
        let (source, offset) = (block.source.to_string(), block.offset + u64::from(start));
        let failure = Failure { source, offset, record, reason: reason.to_owned(), text };
        stats.first_failures.insert(at, failure);
        stats.first_failures.truncate(wanted);
    }
}
