//! The records of a block against the pattern: which match, and where their fields are.
//!
//! The program goes through all records at once. Those in which it stops are settled one by one: resumed by the program, or asked of the
//! authority. What has no row is taken out.

use parsimd_simd::Span;

use super::{
    compiled::Place,
    keys,
    options::OnError,
    split::{Candidates, Prescan, Prescanned, Record, Split, pass},
    stats::{Cause, Tally},
    task::Task,
};
use crate::{
    batch::Strings,
    engine::{
        captures::ABSENT,
        program::{Outcome, Program, SpanRow, SpanTable, Stop, Walk},
    },
    error::{Error, Result},
    failure::FailureKind,
    input::{Block, Fault, Holes},
};

/// The records of a block that have a row, and where their fields are. The buffers are reused from block to block.
#[derive(Debug)]
pub(super) struct MatchedRows {
    /// The records that had a row when they were added.
    records: Vec<Record>,
    /// Of each of those that lost it, how many rows come before.
    lost: Vec<usize>,
    walk: Walk,
    /// The spans of each field.
    spans: SpanTable,
    /// How many columns of spans there are.
    slots: usize,
    /// Those that are read.
    read: Vec<usize>,
    /// The rows that are there but did not match.
    missing: Vec<usize>,
}

impl MatchedRows {
    pub(super) fn new(task: &Task) -> MatchedRows {
        MatchedRows {
            records: Vec::new(),
            lost: Vec::new(),
            walk: Walk::default(),
            spans: SpanTable::default(),
            slots: task.pattern.slots(),
            read: task.read_slots(),
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
    fn push(&mut self, record: Record, stop: Stop) {
        self.walk.push(record.start, record.end, stop);
        self.records.push(record);
    }

    /// Adds records that are all to be walked.
    fn push_all(&mut self, records: impl Iterator<Item = Record>) {
        self.records.extend(records);
        self.walk.push_all(self.records.iter().map(|record| (record.start, record.end)));
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.records.len() - self.lost.len()
    }

    /// The rows that are there but did not match, in order.
    pub(super) fn missing(&self) -> &[usize] {
        &self.missing
    }

    /// The spans of a field, a row each.
    pub(super) fn spans(&self, place: Place) -> &[Span] {
        self.spans.column(place.slot, self.len())
    }

    /// The index in `records` of the record of a row.
    fn index(&self, row: usize) -> usize {
        row + self.lost.partition_point(|&rows| rows <= row)
    }

    /// The record of a row, if there is that row.
    pub(super) fn record(&self, row: usize) -> Option<Record> {
        (row < self.len()).then(|| self.records[self.index(row)])
    }

    /// Takes out the rows in `rows`, which are in order.
    pub(super) fn remove(&mut self, rows: &[usize]) {
        self.spans.remove(self.len(), rows, &self.read);
        let known = self.lost.iter().enumerate().map(|(lost, rows)| rows + lost);
        let mut indexes: Vec<usize> = known.chain(rows.iter().map(|&row| self.index(row))).collect();
        indexes.sort_unstable();
        self.lost.clear();
        self.lost.extend(indexes.iter().enumerate().map(|(lost, index)| index - lost));
    }

    /// Keeps the rows in `kept`, which are in order; none of them is missing.
    pub(super) fn keep(&mut self, kept: &[usize]) {
        if kept.len() == self.len() {
            return;
        }
        self.spans.keep(kept, &self.read);
        self.records = kept.iter().map(|&row| self.records[self.index(row)]).collect();
        self.lost.clear();
        self.missing.clear();
    }

    /// Keeps the first `rows` rows; none was lost.
    pub(super) fn truncate(&mut self, rows: usize) {
        self.records.truncate(rows);
        self.missing.retain(|&row| row < rows);
    }
}

/// Where matching stopped before the end of the block, and why.
pub(super) struct Stopped {
    /// How many bytes of the block were seen.
    pub(super) bytes: u64,
    pub(super) error: Error,
}

/// The records of one block, while they are matched.
pub(super) struct Matching<'m> {
    pub(super) task: &'m Task,
    pub(super) block: &'m Block<'m>,
    pub(super) split: Split<'m>,
    pub(super) tally: &'m mut Tally,
    pub(super) prescan: &'m mut Prescan,
    pub(super) rows: &'m mut MatchedRows,
}

impl<'m> Matching<'m> {
    /// Matches each record. Stops where a matcher fails and, with [`OnError::Raise`], at the first record that cannot be read.
    pub(super) fn run(mut self) -> Option<Stopped> {
        self.rows.clear();
        let program = self.program();
        let is_ascii = match self.push_candidates() {
            Some(is_ascii) => is_ascii,
            None => self.push_records(),
        };
        let MatchedRows { records, walk, spans, slots, .. } = &mut *self.rows;
        spans.reset(*slots, records.len());
        if let Some(program) = program {
            let anchored = self.task.options.anchored;
            program.walk(self.task.plan().kernels(), self.block.bytes, is_ascii, anchored, walk, spans);
        }
        let stopped = self.settle();
        self.find_keys();
        stopped
    }

    /// Finds the values of the keys of each `kv(…)` that has one to be read.
    fn find_keys(&mut self) {
        let (task, rows) = (self.task, self.rows.len());
        let mut found = Vec::new();
        for (group, field) in task.pattern.format.fields.iter().enumerate() {
            let is_read = task.read_places().any(|place| place.group == group && place.key.is_some());
            let first = task.pattern.places().iter().find(|place| place.group == group).map(|place| place.slot);
            let (true, Some(first)) = (is_read, first) else { continue };
            found.resize(field.keys.len(), ABSENT);
            for row in 0..rows {
                let span = self.rows.spans.column(group, rows)[row];
                keys::find(field, span.of(self.block.bytes).unwrap_or_default(), span.start, &mut found);
                let mut spans = self.rows.spans.row(row);
                for (key, span) in found.iter().enumerate() {
                    spans.set(first + key, span.start as usize, span.end as usize);
                }
            }
        }
    }

    fn program(&self) -> Option<&'m Program> {
        self.task.plan().program(self.task.options.anchored)
    }

    /// Adds the lines that have the literal anchor, where nobody asks about the others, and says whether the block is ASCII.
    fn push_candidates(&mut self) -> Option<bool> {
        let is_asked =
            self.tally.wants_failures() || self.task.options.on_error != OnError::Skip || self.may_have_faults();
        if is_asked || !self.prescan.may_skip_lines() || !matches!(self.split, Split::Lines) {
            return None;
        }
        let (plan, bytes) = (self.task.plan(), self.block.bytes);
        let (program, literal) = (self.program()?, plan.block_prefilter()?);
        let Candidates { all, is_ascii } = self.prescan.find_candidates(plan, bytes, program, literal)?;
        self.rows.push_all(self.prescan.candidates(bytes));
        let others = all - self.rows.records.len() as u64;
        self.tally.see(others);
        self.tally.unmatched(others);
        Some(is_ascii)
    }

    /// Adds every record that may have a row, and says whether the block is ASCII.
    fn push_records(&mut self) -> bool {
        let (bytes, split, program) = (self.block.bytes, self.split, self.program());
        let Prescanned { is_ascii, is_utf8, has_literals } = self.prescan.run(self.task.plan(), bytes, split, program);
        let mut holes = Holes::default();
        let records = split.records(bytes, &self.prescan.ends, &mut holes);
        let has_faults = self.may_have_faults();
        let has_quits = !self.prescan.quits.is_empty();
        if program.is_some() && is_utf8 && !has_quits && !has_literals && !split.has_nulls() && !has_faults {
            self.rows.push_all(records);
            self.tally.skip(holes.at(self.block.offset));
            return is_ascii;
        }
        let (mut literals, mut quits) = (&self.prescan.literals[..], &self.prescan.quits[..]);
        for record in records {
            let has_literal = pass(&mut literals, record.end);
            let has_quit = pass(&mut quits, record.end);
            let stop = match program {
                _ if split.is_null(record) => Stop::NO_MATCH,
                _ if has_faults && fault(self.task, self.block, record).is_some() => Stop::UNDECIDED,
                None => Stop::UNDECIDED,
                Some(_) if has_quit || !is_utf8 && std::str::from_utf8(record.text(bytes)).is_err() => Stop::UNDECIDED,
                Some(_) if has_literals && !has_literal => Stop::NO_MATCH,
                Some(_) => Stop::NOWHERE,
            };
            if stop != Stop::NO_MATCH || self.task.options.on_error != OnError::Skip {
                self.rows.push(record, stop);
                continue;
            }
            self.tally.see(1);
            if split.is_null(record) {
                self.tally.unmatched(1);
            } else {
                self.tally.unread(self.block, record, &Cause::NO_MATCH);
            }
        }
        self.tally.skip(holes.at(self.block.offset));
        is_ascii
    }

    /// Finds out about the records in which the walk stopped, and takes out those that have no row.
    fn settle(&mut self) -> Option<Stopped> {
        let (block, on_error) = (self.block, self.task.options.on_error);
        let all = self.rows.records.len();
        self.tally.see(all as u64);
        let stops = self.rows.walk.stops()?.iter().enumerate();
        let stopped: Vec<usize> = stops.filter(|(_, stop)| **stop != Stop::NOWHERE).map(|(index, _)| index).collect();
        let mut lost = Vec::new();
        for index in stopped {
            let record = self.rows.records[index];
            let after = (all - index - 1) as u64;
            let cause = match self.settle_one(index, record) {
                Ok(None) => continue,
                Ok(Some(cause)) => cause,
                Err(error) => {
                    // Nobody knows what the record is: it was not seen, and neither were those after it.
                    self.tally.unsee(after + 1);
                    // A limit asks for the rows before it.
                    self.rows.records.truncate(index);
                    self.rows.remove(&lost);
                    return Some(Stopped { bytes: record.start.into(), error });
                }
            };
            let is_null = self.split.is_null(record);
            if is_null {
                self.tally.unmatched(1);
            } else {
                self.tally.unread(block, record, &cause);
            }
            match on_error {
                // Its values could be wrong, and the scan ends with what broke the input.
                _ if cause.kind == FailureKind::Truncated => lost.push(index),
                OnError::Raise if !is_null => {
                    self.tally.unsee(after);
                    self.rows.records.truncate(index);
                    let bytes = match cause.kind {
                        FailureKind::TooLong => record.start as usize + self.task.options.max_record_bytes + 1,
                        _ => record.end as usize,
                    };
                    return Some(Stopped { bytes: bytes as u64, error: cause.error(block, record) });
                }
                OnError::Null | OnError::Raise => {
                    let mut row = self.rows.spans.row(index);
                    (0..self.rows.slots).for_each(|field| row.set(field, 0, 0));
                    self.rows.missing.push(index);
                }
                OnError::Skip => lost.push(index),
            }
        }
        self.rows.remove(&lost);
        None
    }

    /// Why a record in which the walk stopped cannot be read; `None` if it can, and its spans are written.
    fn settle_one(&mut self, index: usize, record: Record) -> Result<Option<Cause>> {
        let (task, block, program) = (self.task, self.block, self.program());
        if self.may_have_faults()
            && let Some(fault) = fault(task, block, record)
        {
            return Ok(Some(fault));
        }
        let MatchedRows { walk, spans, .. } = &mut *self.rows;
        let mut row = spans.row(index);
        let outcome = match (walk.stops().map(|stops| stops[index]), program) {
            (Some(Stop::NO_MATCH), _) => Outcome::NoMatch,
            (_, Some(program)) => {
                let span = Span::new(record.start, record.end);
                program.resume(block.bytes, index, span, task.options.anchored, walk, &mut row)
            }
            (_, None) => Outcome::Undecided,
        };
        match outcome {
            Outcome::Match => Ok(None),
            Outcome::NoMatch => Ok(Some(Cause::NO_MATCH)),
            Outcome::Undecided => ask_authority(task, record.text(block.bytes), record.start, &mut row),
        }
    }

    /// Whether a record may be one that is not to be matched, whatever is in it.
    fn may_have_faults(&self) -> bool {
        self.block.fault.is_some() || self.block.bytes.len() > self.task.options.max_record_bytes
    }
}

/// Why a record is not to be matched, whatever is in it.
fn fault(task: &Task, block: &Block<'_>, record: Record) -> Option<Cause> {
    let max_bytes = task.options.max_record_bytes;
    match block.fault {
        Some(Fault::BrokenOff) if block.bytes.len() <= max_bytes => Some(Cause::TRUNCATED),
        None if (record.end - record.start) as usize <= max_bytes => None,
        _ => Some(Cause::too_long(max_bytes)),
    }
}

/// Asks the authority, and writes the spans of the fields, or says why there are none. The record begins at byte `base` of its block.
fn ask_authority(task: &Task, record: &[u8], base: u32, row: &mut SpanRow<'_>) -> Result<Option<Cause>> {
    let (plan, is_ascii) = (task.plan(), record.is_ascii());
    let text = if is_ascii { None } else { std::str::from_utf8(record).ok() };
    if !is_ascii && text.is_none() {
        if task.options.strings != Strings::Binary {
            return Ok(Some(Cause::NOT_UTF8));
        }
        if let Err(why) = plan.matches_bytes() {
            return Ok(Some(Cause::not_bytes(why)));
        }
    }
    // What is not UTF-8 is matched as ASCII is, byte by byte.
    let is_bytes = text.is_none();
    match plan.authority(is_bytes).find(plan.kernels(), record, is_bytes, 0, task.options.anchored) {
        Ok(Some(found)) => {
            let fields = &task.pattern.format.fields;
            // The regex has a group for each field, and gives places in the record that cut no character; an external matcher is checked for that.
            for (field, &span) in found[1..].iter().enumerate() {
                match span {
                    ABSENT if fields[field].is_optional() => row.set(field, span.start as usize, span.end as usize),
                    // Any other field takes part in every match, or has the empty text.
                    ABSENT => row.set(field, 0, 0),
                    Span { start, end } => row.set(field, (base + start) as usize, (base + end) as usize),
                }
            }
            Ok(None)
        }
        Ok(None) => Ok(Some(Cause::NO_MATCH)),
        Err(error) if error.is_limit() || error.is_wrong_answer() => Ok(Some(Cause::matcher(&error))),
        Err(error) => Err(error),
    }
}
