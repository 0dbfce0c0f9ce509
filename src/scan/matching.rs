//! The records of a block against the pattern: which match, and where their fields are.
//!
//! The program goes through all records at once. Those in which it stops are settled one by one: resumed by the program, or asked of the
//! authority. What has no row is taken out.

use parsimd_simd::Span;

use super::{
    compiled::Place,
    keys,
    options::{Matches, OnError},
    single::{find, next_start},
    split::{Candidates, Prescan, Prescanned, Record, Split, pass},
    stats::{Cause, Tally},
    task::Task,
    unread::Explains,
};
use crate::{
    batch::Strings,
    engine::{
        Anchored,
        captures::{ABSENT, Captures, InlineSpans},
        program::{Answer, Program, SpanRow, SpanTable, Stop, Walk},
    },
    error::{Error, Result},
    failure::FailureKind,
    input::{Block, Fault, Heads, Holes},
    pattern::Field,
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
    further: Further,
}

/// The matches of records after the first of each, in order.
#[derive(Debug, Default)]
struct Further {
    /// The index in [`MatchedRows::records`] of the record of each.
    indexes: Vec<usize>,
    /// The spans of the fields of the first, of the second, and so on.
    spans: Vec<Span>,
}

impl Further {
    fn clear(&mut self) {
        self.indexes.clear();
        self.spans.clear();
    }

    /// Takes back those of the record of this index, which come last.
    fn take_back(&mut self, index: usize) {
        let count = self.indexes.partition_point(|&of| of < index);
        let each = self.spans.len().checked_div(self.indexes.len()).unwrap_or_default();
        self.indexes.truncate(count);
        self.spans.truncate(count * each);
    }
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
            further: Further::default(),
        }
    }

    fn clear(&mut self) {
        self.records.clear();
        self.lost.clear();
        self.walk.clear();
        self.missing.clear();
        self.further.clear();
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

    /// Takes out the records with the indexes in `further`, which are in order, once all were walked: each is a part of the one above. Numbers the others.
    fn join(&mut self, further: &[usize]) {
        let (all, slots) = (self.records.len(), Vec::from_iter(0..self.slots));
        self.walk.remove(further);
        self.spans.remove(all, further, &slots);
        let (mut further, mut index) = (further.iter().copied().peekable(), 0);
        self.records.retain(|_| {
            index += 1;
            further.next_if_eq(&(index - 1)).is_none()
        });
        (0..).zip(&mut self.records).for_each(|(number, record)| record.number = number);
    }

    /// The number of the record of each row.
    pub(super) fn numbers(&self) -> Vec<u32> {
        let (mut lost, mut numbers) = (self.lost.iter().peekable(), Vec::with_capacity(self.len()));
        for record in &self.records {
            if lost.next_if(|rows| **rows == numbers.len()).is_none() {
                numbers.push(record.number as u32);
            }
        }
        numbers
    }

    /// Where the record of each row begins in the block.
    pub(super) fn starts(&self) -> impl Iterator<Item = u32> {
        (0..self.len()).map(|row| self.records[self.index(row)].start)
    }

    /// How many records have rows before `row`, and not also that row.
    pub(super) fn records_before(&self, row: usize) -> usize {
        let is_new = |pair: &[Record]| pair[0].number != pair[1].number;
        self.records[..=row].windows(2).filter(|pair| is_new(pair)).count()
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

    /// Takes out the records whose indexes are in `lost`, in order, once all are settled, and puts the further matches in their places.
    fn finish(&mut self, lost: &[usize]) {
        if self.further.indexes.is_empty() {
            return self.remove(lost);
        }
        let own = self.records.len();
        let mut order = Vec::with_capacity(own + self.further.indexes.len());
        let (mut lost, mut missing) = (lost.iter().peekable(), self.missing.iter().peekable());
        // The table may have rows of records that were cut off.
        let rows = self.spans.rows();
        let mut further = (rows..).zip(&self.further.indexes).peekable();
        let mut missing_rows = Vec::new();
        for index in 0..own {
            if lost.next_if(|lost| **lost == index).is_some() {
                continue;
            }
            if missing.next_if(|missing| **missing == index).is_some() {
                missing_rows.push(order.len());
            }
            order.push(index);
            while let Some((number, _)) = further.next_if(|(_, of)| **of == index) {
                order.push(number);
            }
        }
        let record = |&number: &usize| match number.checked_sub(rows) {
            None => self.records[number],
            Some(further) => self.records[self.further.indexes[further]],
        };
        let records = order.iter().map(record).collect();
        self.spans.merge(&self.further.spans, &order);
        (self.records, self.missing) = (records, missing_rows);
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
        let is_ascii = match self.push_candidates() {
            Some(is_ascii) => is_ascii,
            None => self.push_records(),
        };
        self.walk(is_ascii);
        self.join_lines();
        let stopped = self.settle();
        self.find_keys();
        stopped
    }

    /// Matches records that are given, each with where its walk stops before it begins. Keeps those that match, adds to `failed` those that cannot be read
    /// for another reason than that they do not match, and counts nothing: another pattern may be asked about the others. Gives the record at which a
    /// matcher fails, and its error.
    pub(super) fn run_given(
        mut self,
        given: &[(Record, Stop)],
        is_ascii: bool,
        failed: &mut Vec<(Record, Cause)>,
    ) -> Option<(Record, Error)> {
        self.rows.clear();
        given.iter().for_each(|&(record, stop)| self.rows.push(record, stop));
        self.walk(is_ascii);
        let (mut lost, mut stopped) = (Vec::new(), None);
        for index in self.unsettled() {
            let record = self.rows.records[index];
            match self.settle_one(index, record) {
                Ok(None) => continue,
                Ok(Some(cause)) if cause.kind == FailureKind::NoMatch => {}
                Ok(Some(cause)) => failed.push((record, cause)),
                Err(error) => {
                    stopped = Some((record, error));
                    self.cut_off(index);
                    break;
                }
            }
            lost.push(index);
        }
        self.rows.finish(&lost);
        self.find_keys();
        stopped
    }

    /// Walks the records that were added.
    fn walk(&mut self, is_ascii: bool) {
        let program = self.program();
        let MatchedRows { records, walk, spans, slots, .. } = &mut *self.rows;
        spans.reset(*slots, records.len());
        if let Some(program) = program {
            let anchored = self.task.anchored();
            program.walk(self.task.plan().kernels(), self.block.bytes, is_ascii, anchored, walk, spans);
        }
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

    /// Where records may have several lines: makes one record of each line that begins one and those that belong to it.
    fn join_lines(&mut self) {
        let (Some(head), Some(stops)) = (&self.task.head, self.rows.walk.stops()) else { return };
        let (bytes, ends, stops) = (self.block.bytes, &self.prescan.ends, stops.to_vec());
        // A block with a fault is one record.
        let is_one = self.block.fault.is_some();
        // The field that further lines belong to, where the first one says all of the others.
        let open = self.program().and_then(Program::open_field).filter(|_| !self.may_have_faults());
        let MatchedRows { records, walk, spans, .. } = &mut *self.rows;
        let (mut further, mut last, mut is_undecided) = (Vec::new(), None::<usize>, false);
        for (index, &stop) in stops.iter().enumerate() {
            let line = records[index];
            let has_hole = index > 0 && line.start > ends[index - 1] + 1;
            // A line that matches begins with a head.
            let begins = stop == Stop::NOWHERE || head.begins(line.text(bytes));
            let is_undecided_here = stop == Stop::UNDECIDED;
            match last {
                Some(of) if is_one || !begins && !has_hole => {
                    is_undecided |= is_undecided_here;
                    records[of].end = line.end;
                    match open.filter(|_| stops[of] == Stop::NOWHERE && !is_undecided) {
                        Some(field) => {
                            let mut row = spans.row(of);
                            row.set(field, row.get(field).start as usize, line.end as usize);
                            walk.extend(of, line.end);
                        }
                        None => walk.restart(of, records[of].start, is_undecided),
                    }
                    further.push(index);
                }
                _ if begins || is_one => (last, is_undecided) = (Some(index), is_undecided_here),
                _ => {
                    last = None;
                    walk.reject(index);
                }
            }
        }
        if let Some(of) = last.filter(|_| self.block.fault == Some(Fault::TooLong)) {
            // The block is the beginning of the record, whose newline is not in it: what it ends with is a newline within the record.
            records[of].end = bytes.len() as u32;
        }
        self.rows.join(&further);
    }

    fn program(&self) -> Option<&'m Program> {
        self.task.program()
    }

    /// Adds the lines that have the evidence or the literal anchor, where nobody asks about the others, and says whether the block is ASCII.
    fn push_candidates(&mut self) -> Option<bool> {
        if self.may_have_faults() || !matches!(self.split, Split::Lines) {
            return None;
        }
        let (plan, bytes, program) = (self.task.plan(), self.block.bytes, self.program()?);
        let evidence = self.task.evidence.as_ref().filter(|_| self.tally.skips_filtered());
        let found = evidence.and_then(|evidence| self.prescan.find_evidence(plan, bytes, program, evidence));
        let Candidates { all, is_ascii } = match found {
            Some(found) => found,
            None if self.asks_about_all() || !self.prescan.may_skip_lines() => return None,
            None => self.prescan.find_candidates(plan, bytes, program, plan.block_prefilter()?)?,
        };
        self.rows.push_all(self.prescan.candidates(bytes));
        let others = all - self.rows.records.len() as u64;
        self.tally.see(others);
        self.tally.unmatched(others);
        Some(is_ascii)
    }

    /// Whether records that do not match are asked about, one by one.
    fn asks_about_all(&self) -> bool {
        let is_asked = self.tally.wants_unread() || self.on_error() != OnError::Skip;
        is_asked && !self.tally.skips_filtered() || self.task.head.is_some()
    }

    /// What becomes of a record that cannot be read. Where it counts as filtered, no row of nulls would pass the filter.
    fn on_error(&self) -> OnError {
        if self.tally.skips_filtered() { OnError::Skip } else { self.task.options.on_error }
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
            if stop != Stop::NO_MATCH || self.on_error() != OnError::Skip || self.task.head.is_some() {
                self.rows.push(record, stop);
                continue;
            }
            self.tally.see(1);
            if split.is_null(record) {
                self.tally.unmatched(1);
            } else {
                self.tally.unread(record, &Cause::NO_MATCH);
            }
        }
        self.tally.skip(holes.at(self.block.offset));
        is_ascii
    }

    /// Finds out about the records in which the walk stopped, and takes out those that have no row.
    fn settle(&mut self) -> Option<Stopped> {
        let (block, on_error) = (self.block, self.on_error());
        let all = self.rows.records.len();
        self.tally.see(all as u64);
        let mut lost = Vec::new();
        for index in self.unsettled() {
            let record = self.rows.records[index];
            let after = (all - index - 1) as u64;
            let cause = match self.settle_one(index, record) {
                Ok(None) => continue,
                Ok(Some(cause)) => cause,
                Err(error) => {
                    // Nobody knows what the record is: it was not seen, and neither were those after it.
                    self.tally.unsee(after + 1);
                    // A limit asks for the rows before it.
                    self.cut_off(index);
                    self.rows.finish(&lost);
                    return Some(Stopped { bytes: record.start.into(), error });
                }
            };
            self.rows.further.take_back(index);
            let is_null = self.split.is_null(record);
            if is_null {
                self.tally.unmatched(1);
            } else {
                self.tally.unread(record, &cause);
            }
            match on_error {
                // Its values could be wrong, and the scan ends with what broke the input.
                _ if cause.kind == FailureKind::Truncated => lost.push(index),
                OnError::Raise if !is_null => {
                    self.tally.unsee(after);
                    self.cut_off(index);
                    self.rows.finish(&lost);
                    let bytes = match cause.kind {
                        FailureKind::TooLong => record.start as usize + self.task.options.max_record_bytes + 1,
                        _ => record.end as usize,
                    };
                    return Some(Stopped {
                        bytes: bytes as u64,
                        error: self.task.explained(cause, record.text(block.bytes)).error(block, record),
                    });
                }
                OnError::Null | OnError::Raise => {
                    let mut row = self.rows.spans.row(index);
                    (0..self.rows.slots).for_each(|field| row.set(field, 0, 0));
                    self.rows.missing.push(index);
                }
                OnError::Skip => lost.push(index),
            }
        }
        self.rows.finish(&lost);
        None
    }

    /// The records of which not all is known after the walk, by index: those in which it stopped, or all where each may have further matches.
    fn unsettled(&self) -> Vec<usize> {
        if self.task.options.matches == Matches::All {
            return (0..self.rows.records.len()).collect();
        }
        let stops = self.rows.walk.stops().unwrap_or_default().iter().enumerate();
        stops.filter(|(_, stop)| **stop != Stop::NOWHERE).map(|(index, _)| index).collect()
    }

    /// Forgets the record of this index and those after it.
    fn cut_off(&mut self, index: usize) {
        self.rows.records.truncate(index);
        self.rows.further.take_back(index);
    }

    /// Why a record cannot be read; `None` if it can, and the spans of its matches are written.
    fn settle_one(&mut self, index: usize, record: Record) -> Result<Option<Cause>> {
        let walk = &self.rows.walk;
        let stop = walk.stops().map_or(Stop::NOWHERE, |stops| stops[index]);
        let first = match stop {
            Stop::NOWHERE => Ok(Span::new(record.start, walk.match_end(index))),
            stop => self.settle_first(index, record, stop)?,
        };
        let first = match first {
            Ok(first) if self.task.options.matches == Matches::All => first,
            first => return Ok(first.err()),
        };
        match self.program().filter(|_| stop != Stop::UNDECIDED) {
            None => self.find_further(index, record, first),
            Some(program) => match self.find_by_program(program, index, record, first.end) {
                None => Ok(None),
                Some(end) => self.find_further(index, record, Span::new(first.start, end)),
            },
        }
    }

    /// The place in the block of the first match in a record in which the walk stopped, and its spans are written; or why there is none.
    fn settle_first(&mut self, index: usize, record: Record, stop: Stop) -> Result<Result<Span, Cause>> {
        let (task, block, program) = (self.task, self.block, self.program());
        if self.may_have_faults()
            && let Some(fault) = fault(task, block, record)
        {
            return Ok(Err(fault));
        }
        let MatchedRows { walk, spans, .. } = &mut *self.rows;
        let mut row = spans.row(index);
        let answer = match (stop, program) {
            (Stop::NO_MATCH, _) => Answer::NoMatch,
            (_, Some(program)) => {
                let span = Span::new(record.start, record.end);
                program.resume(block.bytes, index, span, task.anchored(), walk, &mut row)
            }
            (_, None) => Answer::Undecided(0),
        };
        match answer {
            Answer::Match(whole) => Ok(Ok(whole.span())),
            Answer::NoMatch => Ok(Err(Cause::NO_MATCH)),
            Answer::Undecided(_) => ask_authority(task, record.text(block.bytes), record.start, &mut row),
        }
    }

    /// Finds the matches of a record that begin at byte `at` of the block or later, as far as the program knows them; gives the place from which on it
    /// does not.
    fn find_by_program(&mut self, program: &Program, index: usize, record: Record, mut at: u32) -> Option<u32> {
        let (text, slots) = (&self.block.bytes[..record.end as usize], self.rows.slots);
        let Further { indexes, spans } = &mut self.rows.further;
        while at < record.end {
            let from = spans.len();
            spans.resize(from + slots, Span::default());
            match program.find(text, at as usize, Anchored::No, &mut SpanRow::alone(&mut spans[from..])) {
                Answer::Match(whole) => {
                    indexes.push(index);
                    at = whole.span().end;
                }
                answer => {
                    spans.truncate(from);
                    return matches!(answer, Answer::Undecided(_)).then_some(at);
                }
            }
        }
        None
    }

    /// Finds the matches of a record after one, as [`FindIter`](super::FindIter) does, or says why they are not known.
    fn find_further(&mut self, index: usize, record: Record, first: Span) -> Result<Option<Cause>> {
        let (plan, fields, slots) = (self.task.plan(), &self.task.pattern.format.fields, self.rows.slots);
        if first.end == record.end && !plan.matches_empty() {
            return Ok(None);
        }
        let text = record.text(self.block.bytes);
        let (is_ascii, is_utf8) = (text.is_ascii(), std::str::from_utf8(text).is_ok());
        let (mut inline, mut decided_from) = (InlineSpans::default(), 0);
        let mut whole = Span::new(first.start - record.start, first.end - record.start);
        loop {
            let at = next_start(text, whole, is_utf8);
            if at > text.len() || at == text.len() && !plan.matches_empty() {
                return Ok(None);
            }
            let found = if is_utf8 {
                find(plan, text, is_ascii, at, Anchored::No, &mut decided_from, &mut inline)
            } else {
                let found = plan.authority(true).find(plan.kernels(), text, true, at, Anchored::No);
                found.map(|found| found.map(Captures::Heap))
            };
            let found = match found {
                Ok(Some(found)) => found,
                Ok(None) => return Ok(None),
                Err(error) => return matcher_cause(error).map(Some),
            };
            whole = found.whole();
            let Further { indexes, spans } = &mut self.rows.further;
            indexes.push(index);
            let from = spans.len();
            spans.resize(from + slots, Span::default());
            let mut row = SpanRow::alone(&mut spans[from..]);
            write_spans(fields, |field| found.field(field, &inline), record.start, &mut row);
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

/// What an error of a matcher says of the record. If it says nothing of it, it is given back.
fn matcher_cause(error: Error) -> Result<Cause> {
    if error.is_limit() || error.is_wrong_answer() { Ok(Cause::matcher(&error)) } else { Err(error) }
}

/// Writes the spans of the fields, found in a record that begins at byte `base` of its block.
fn write_spans(fields: &[Field], found: impl Fn(usize) -> Span, base: u32, row: &mut SpanRow<'_>) {
    for (number, field) in fields.iter().enumerate() {
        match found(number) {
            ABSENT if field.is_optional() => row.set(number, ABSENT.start as usize, ABSENT.end as usize),
            // Any other field takes part in every match, or has the empty text.
            ABSENT => row.set(number, 0, 0),
            Span { start, end } => row.set(number, (base + start) as usize, (base + end) as usize),
        }
    }
}

/// Asks the authority for the first match, and writes the spans of the fields; its place in the block, or why there is none. The record begins at
/// byte `base` of its block.
fn ask_authority(task: &Task, record: &[u8], base: u32, row: &mut SpanRow<'_>) -> Result<Result<Span, Cause>> {
    let (plan, is_ascii) = (task.plan(), record.is_ascii());
    let text = if is_ascii { None } else { std::str::from_utf8(record).ok() };
    if !is_ascii && text.is_none() {
        if task.options.strings != Strings::Binary {
            return Ok(Err(Cause::NOT_UTF8));
        }
        if let Err(why) = plan.matches_bytes() {
            return Ok(Err(Cause::not_bytes(why)));
        }
    }
    // What is not UTF-8 is matched as ASCII is, byte by byte.
    let is_bytes = text.is_none();
    match plan.authority(is_bytes).find(plan.kernels(), record, is_bytes, 0, task.anchored()) {
        Ok(Some(found)) => {
            // The regex has a group for each field, and gives places in the record that cut no character; an external matcher is checked for that.
            write_spans(&task.pattern.format.fields, |field| found[field + 1], base, row);
            Ok(Ok(Span::new(base + found[0].start, base + found[0].end)))
        }
        Ok(None) => Ok(Err(Cause::NO_MATCH)),
        Err(error) => matcher_cause(error).map(Err),
    }
}
