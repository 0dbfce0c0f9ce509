//! The records of a block through a program, operation after operation.
//!
//! Each operation is made in all records before the next one is made in any. Within a record every operation waits for the one before; between records
//! nothing does, so a CPU overlaps a dozen of them. The kernel `walk` makes the operations that are classes, integers, decimals, literals, searches and
//! rests of records; a loop makes the others, mostly datetimes.
//!
//! A [`Walk`] only goes straight on. A record whose operation does not match stops there, and is then [resumed](Program::resume) by itself, with all
//! that [`exec`](super::exec) can do.

use std::hint::select_unpredictable;

use parsimd_simd::{Class, Cursors, Kernels, Literal, Span, Take};

use super::{
    answer::{Answer, Choice, StepOutcome},
    automaton::{Automaton, End, LANES},
    bytes::{find, stands},
    exec::{Search, State, seek_any},
    openings::Openings,
    ops::{LazyField, Op, Program},
    spans::{SpanRow, SpanTable, close_gaps},
    steps::{Nullable, Part, Step},
};
use crate::engine::{Anchored, captures::ABSENT};

/// Where a record stopped: at the operation of this number, or one of the cases below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stop(u32);

impl Stop {
    /// It matches, if the walk is over.
    pub(crate) const NOWHERE: Stop = Stop(u32::MAX);
    /// It was not walked, but is known not to match.
    pub(crate) const NO_MATCH: Stop = Stop(u32::MAX - 1);
    /// It was not walked, and the regex must say.
    pub(crate) const UNDECIDED: Stop = Stop(u32::MAX - 2);
    /// There was nothing in it to walk.
    const AT_ONCE: Stop = Stop(0);

    /// The operation that could not be made in it.
    fn operation(self) -> Option<usize> {
        (self.0 < Stop::UNDECIDED.0).then_some(self.0 as usize)
    }
}

/// The records of a walk.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    /// Where each record is to be resumed.
    at: Vec<u32>,
    /// Where each record ends; 0 for one that has stopped.
    end: Vec<u32>,
    stops: Vec<Stop>,
    has_stops: bool,
    /// `at` and `end` before an operation that kernels begin and a loop ends.
    before: (Vec<u32>, Vec<u32>),
    /// The records in which an optional part may stand, and those in which it is missing.
    present: Group,
    missing: Group,
}

/// Some records of a walk, side by side: were the others among them, a CPU could not predict what kernels find.
#[derive(Debug, Default)]
struct Group {
    rows: Vec<u32>,
    at: Vec<u32>,
    end: Vec<u32>,
    count: usize,
}

impl Group {
    /// Makes room for `count` records, and has none.
    fn reset(&mut self, count: usize) {
        for places in [&mut self.rows, &mut self.at, &mut self.end] {
            places.resize(count, 0);
        }
        self.count = 0;
    }

    /// Adds a record if it `belongs` here. There is no branch on that.
    #[inline(always)]
    fn push(&mut self, row: usize, at: u32, end: u32, belongs: bool) {
        (self.rows[self.count], self.at[self.count], self.end[self.count]) = (row as u32, at, end);
        self.count += usize::from(belongs);
    }

    /// Puts the records back into a walk, and is of no meaning then.
    fn put_back(&mut self, at: &mut Vec<u32>, end: &mut Vec<u32>) {
        if self.count == at.len() {
            std::mem::swap(at, &mut self.at);
            std::mem::swap(end, &mut self.end);
            return;
        }
        let places = self.at.iter().zip(&self.end);
        for (&row, (&new_at, &new_end)) in self.rows[..self.count].iter().zip(places) {
            (at[row as usize], end[row as usize]) = (new_at, new_end);
        }
    }
}

impl Walk {
    /// Forgets the records.
    pub(crate) fn clear(&mut self) {
        self.at.clear();
        self.end.clear();
        self.stops.clear();
        self.has_stops = false;
    }

    /// Adds a record, to be walked if `stop` is [`Stop::NOWHERE`].
    #[inline]
    pub(crate) fn push(&mut self, start: u32, end: u32, stop: Stop) {
        // There is nothing to walk in an empty record.
        let stop = if start == end && stop == Stop::NOWHERE { Stop::AT_ONCE } else { stop };
        self.at.push(start);
        self.end.push(if stop == Stop::NOWHERE { end } else { 0 });
        self.stops.push(stop);
        self.has_stops |= stop != Stop::NOWHERE;
    }

    /// Adds records, all to be walked. There must be none yet.
    pub(crate) fn push_all(&mut self, records: impl Iterator<Item = (u32, u32)> + Clone) {
        self.at.extend(records.clone().map(|(start, _)| start));
        self.end.extend(records.map(|(_, end)| end));
        self.stops.resize(self.at.len(), Stop::NOWHERE);
        // There is nothing to walk in an empty record.
        self.has_stops = self.at.iter().zip(&self.end).fold(false, |any, (start, end)| any | (start == end));
        if self.has_stops {
            for ((start, end), stop) in self.at.iter().zip(&mut self.end).zip(&mut self.stops) {
                if start == end {
                    (*end, *stop) = (0, Stop::AT_ONCE);
                }
            }
        }
    }

    /// Takes back what is known of a record that begins at `start`: it is to be resumed from its beginning, or the regex must say where `is_undecided`.
    pub(crate) fn restart(&mut self, number: usize, start: u32, is_undecided: bool) {
        self.at[number] = start;
        self.stops[number] = if is_undecided { Stop::UNDECIDED } else { Stop::AT_ONCE };
        self.has_stops = true;
    }

    /// Moves the end of the match of a record that has not stopped.
    pub(crate) fn extend(&mut self, number: usize, end: u32) {
        self.at[number] = end;
    }

    /// Takes a record for one that does not match.
    pub(crate) fn reject(&mut self, number: usize) {
        self.stops[number] = Stop::NO_MATCH;
        self.has_stops = true;
    }

    /// Takes out the records with the numbers in `lost`, which are in order, once the walk is over.
    pub(crate) fn remove(&mut self, lost: &[usize]) {
        let kept = self.at.len() - lost.len();
        close_gaps(&mut self.at, lost);
        close_gaps(&mut self.stops, lost);
        self.at.truncate(kept);
        self.stops.truncate(kept);
        self.end.truncate(kept);
    }

    /// Where the match of record `number` ends, which has not stopped.
    pub(crate) fn match_end(&self, number: usize) -> u32 {
        self.at[number]
    }

    /// What became of each record, in order; `None` if all of them match.
    pub(crate) fn stops(&self) -> Option<&[Stop]> {
        self.has_stops.then_some(&self.stops)
    }

    /// Notes where records have stopped whose end has just become 0.
    #[cold]
    fn note(&mut self, pc: usize) {
        self.has_stops = true;
        let here = Stop(pc as u32);
        for (stop, &end) in self.stops.iter_mut().zip(&self.end) {
            // Written for all, so that several at a time are.
            *stop = if end == 0 && *stop == Stop::NOWHERE { here } else { *stop };
        }
    }

    /// Divides those that have not stopped into those in which `part` may stand, after its opening, and those in which it is missing.
    fn divide(&mut self, block: &[u8], part: &Part) {
        let Walk { at, end, present, missing, .. } = self;
        present.reset(at.len());
        missing.reset(at.len());
        let opening = part.opening().map_or(0, Literal::len) as u32;
        for (row, (&from, &last)) in at.iter().zip(&*end).enumerate() {
            let may_begin = part.may_begin(block, from as usize, last as usize);
            present.push(row, from + opening, last, may_begin & (last != 0));
            missing.push(row, from, last, !may_begin & (last != 0));
        }
    }

    /// Notes where the records are, for [`mend`](Self::mend).
    fn save(&mut self) {
        self.before.0.clone_from(&self.at);
        self.before.1.clone_from(&self.end);
    }

    /// Moves each record that has stopped since [`save`](Self::save) to where `step` says, as [`each`](Self::each) does; one that it cannot move is where
    /// it was then.
    fn mend(&mut self, mut step: impl FnMut(usize, usize, usize) -> Option<usize>) -> usize {
        let mut failed = 0;
        let before = self.before.0.iter().zip(&self.before.1);
        for (number, ((at, end), (&at_before, &end_before))) in
            self.at.iter_mut().zip(&mut self.end).zip(before).enumerate()
        {
            if *end != 0 || end_before == 0 {
                continue;
            }
            match step(number, at_before as usize, end_before as usize) {
                Some(next) => (*at, *end) = (next as u32, end_before),
                None => {
                    *at = at_before;
                    failed += 1;
                }
            }
        }
        failed
    }

    /// Moves each record that has not stopped to where `step` says, given its number, its cursor and its end; says how many stopped.
    fn each(&mut self, mut step: impl FnMut(usize, usize, usize) -> Option<usize>) -> usize {
        let mut failed = 0;
        for (number, (at, end)) in self.at.iter_mut().zip(&mut self.end).enumerate().filter(|(_, (_, end))| **end > 0) {
            match step(number, *at as usize, *end as usize) {
                Some(next) => *at = next as u32,
                None => {
                    *end = 0;
                    failed += 1;
                }
            }
        }
        failed
    }
}

/// What the kernel `walk` is asked for: the field that it writes, if any, what it takes, and the literal that it looks for.
pub(super) type ByKernel<'a> = (Option<usize>, Take, Option<&'a Literal>);

/// An automaton, to be run in all records.
struct Taking<'a> {
    block: &'a [u8],
    nullable: &'a Nullable,
    automaton: &'a Automaton,
    field: usize,
    how: End,
    then: Option<&'a Literal>,
    is_last: bool,
}

impl Taking<'_> {
    /// Where a record goes on after the text that the automaton takes first, `found`, or another that it could take. Writes its span.
    #[inline(always)]
    fn settle(&self, at: usize, end: usize, found: Option<usize>, mut row: SpanRow<'_>) -> Option<usize> {
        let text = &self.block[..end];
        let can_end = |end| self.nullable.can_end(self.then, self.is_last, text, end);
        let found = match found.filter(|&end| can_end(end)) {
            Some(found) => {
                row.set(self.field, at, found);
                found
            }
            None => self.nullable.preferred(text, at, &mut row, can_end)?,
        };
        Some(found + self.then.map_or(0, Literal::len))
    }
}

impl Walk {
    /// Moves each record that has not stopped past what an automaton takes; says how many stopped.
    fn take(&mut self, taking: &Taking<'_>, table: &mut SpanTable) -> usize {
        let &Taking { block, automaton, how, .. } = taking;
        if !automaton.has_lanes(how) {
            return self
                .each(|row, at, end| taking.settle(at, end, automaton.run(&block[..end], at, how), table.row(row)));
        }
        let mut failed = 0;
        let chunks = self.at.chunks_mut(LANES).zip(self.end.chunks_mut(LANES));
        for (number, (at, end)) in chunks.enumerate() {
            let lanes = |values: &[u32]| std::array::from_fn(|lane| values.get(lane).copied().unwrap_or_default());
            let found = automaton.run_lanes(block, lanes(at), lanes(end), how);
            for (lane, (at, end)) in at.iter_mut().zip(end).enumerate().filter(|(_, (_, end))| **end > 0) {
                let row = table.row(number * LANES + lane);
                match taking.settle(*at as usize, *end as usize, found[lane], row) {
                    Some(next) => *at = next as u32,
                    None => {
                        *end = 0;
                        failed += 1;
                    }
                }
            }
        }
        failed
    }
}

impl Op {
    /// The automaton that it is, if it is one.
    fn taking<'a>(&'a self, block: &'a [u8], is_last: bool) -> Option<Taking<'a>> {
        let Op::Nullable { nullable, then } = self else { return None };
        let (field, automaton, how) = nullable.automaton()?;
        Some(Taking { block, nullable, automaton, field, how, then: then.as_ref(), is_last })
    }

    /// How the kernel makes it in all records, the whole of each or to its first match; `None` where there is none, and a loop does.
    pub(super) fn by_kernel(&self, anchored: Anchored) -> Option<ByKernel<'_>> {
        match self {
            Op::Step(Step::Literal(literal)) => Some((None, Take::Nothing, Some(literal))),
            Op::Step(step) => step.take().map(|(field, take)| (Some(field), take, None)),
            Op::StepThen(step, literal) => step.take().map(|(field, take)| (Some(field), take, Some(literal))),
            Op::First { step, .. } if anchored.is_yes() => step.take().map(|(field, take)| (Some(field), take, None)),
            Op::Begin(literal) if anchored.is_yes() => Some((None, Take::Nothing, Some(literal))),
            Op::Begin(literal) => Some((None, Take::Until(0), Some(literal))),
            Op::Seek { lazy: LazyField { field, min, max: None }, literal } => {
                Some((Some(*field), Take::Until(*min), Some(literal)))
            }
            Op::End { lazy: LazyField { field, min, max: None }, literal } if !anchored.is_yes() => {
                Some((Some(*field), Take::Until(*min), Some(literal)))
            }
            Op::End { lazy: LazyField { field, min: min @ 1.., max: None }, literal } => {
                Some((Some(*field), Take::Rest(*min), Some(literal)))
            }
            Op::Rest { lazy: LazyField { field, min: min @ 1.., max: None } } if anchored.is_yes() => {
                Some((Some(*field), Take::Rest(*min), None))
            }
            // Without a literal to tell, the last one must see where the record ends.
            Op::Nullable { nullable, then: Some(then) } => {
                nullable.step.take().map(|(field, take)| (Some(field), take, Some(then)))
            }
            Op::Nullable { .. }
            | Op::Optional(_)
            | Op::First { .. }
            | Op::Seek { .. }
            | Op::SeekAny { .. }
            | Op::End { .. }
            | Op::Rest { .. }
            | Op::Ambiguous { .. } => None,
        }
    }
}

/// An operation that kernels make in most records, and a loop in those in which they stop.
pub(super) enum Mostly<'a> {
    /// An optional part, step by step where it is present.
    Part(&'a Part, Vec<ByKernel<'a>>),
    /// A lazy field, up to one of the openings.
    Seek(usize, &'a Openings),
}

impl Op {
    /// How kernels make it in most records; `None` where there is none for one of its steps.
    pub(super) fn mostly_by_kernel(&self, anchored: Anchored) -> Option<Mostly<'_>> {
        match self {
            Op::Optional(part) => Some(Mostly::Part(part, part.by_kernels()?)),
            // Else it ends at once.
            Op::SeekAny { lazy: LazyField { field, min: 1, max: None }, openings }
                if anchored.is_yes() || !openings.may_be_empty =>
            {
                Some(Mostly::Seek(*field, openings))
            }
            _ => None,
        }
    }
}

impl Part {
    /// How kernels make its steps after the literal that it begins with; `None` where there is none for one of them.
    fn by_kernels(&self) -> Option<Vec<ByKernel<'_>>> {
        let mut moves = Vec::new();
        let mut number = usize::from(self.opening().is_some());
        while let Some(step) = self.steps.get(number) {
            let literal = self.literal_after(number);
            moves.push(match step {
                Step::Literal(literal) => (None, Take::Nothing, Some(literal)),
                step => {
                    let (field, take) = step.typed().take()?;
                    // Without a literal the end of any text is not known, and a null text cannot be told from the value.
                    if matches!(step, Step::Nullable(_) | Step::Lazy { .. }) && literal.is_none() {
                        return None;
                    }
                    number += usize::from(literal.is_some());
                    (Some(field), take, literal)
                }
            });
            number += 1;
        }
        Some(moves)
    }
}

/// Stops the records that stand before a byte that is not ASCII, at the place from which `taken` begins; says how many.
fn stop_where_not_ascii(block: &[u8], at: &mut [u32], end: &mut [u32], taken: &[Span]) -> usize {
    let mut failed = 0;
    for ((at, end), taken) in at.iter_mut().zip(end).zip(taken) {
        if *at < *end && !block[*at as usize].is_ascii() {
            (*at, *end) = (taken.start, 0);
            failed += 1;
        }
    }
    failed
}

/// What an operation by kernels is made in.
#[derive(Clone, Copy)]
struct All<'b> {
    kernels: &'b Kernels,
    block: &'b [u8],
    is_ascii: bool,
}

impl All<'_> {
    /// Makes an operation by the kernel in all records; says how many stopped.
    fn by_kernel(self, (field, take, literal): ByKernel<'_>, walk: &mut Walk, table: &mut SpanTable) -> usize {
        let taken = table.column_mut(field);
        self.walk(take, literal, Cursors { at: &mut walk.at, end: &mut walk.end, taken })
    }

    /// The kernel, but for words that go on in characters that are not ASCII: there the records stop.
    fn walk(self, take: Take, literal: Option<&Literal>, cursors: Cursors<'_>) -> usize {
        let Cursors { at, end, taken } = cursors;
        let failed =
            self.kernels.walk(self.block, take, literal, Cursors { at: &mut *at, end: &mut *end, taken: &mut *taken });
        // A literal that stands after a run tells where it ends.
        let may_go_on = !self.is_ascii && take == Take::Run(Class::WORD) && literal.is_none();
        failed + if may_go_on { stop_where_not_ascii(self.block, at, end, taken) } else { 0 }
    }

    /// Makes most of an operation; says in how many records it is to be mended.
    fn mostly(self, mostly: Mostly<'_>, walk: &mut Walk, table: &mut SpanTable) -> usize {
        match mostly {
            Mostly::Part(part, steps) => self.part(part, &steps, walk, table),
            Mostly::Seek(field, openings) => match openings.others() {
                Some(others) => {
                    let stopped = self.by_kernel((Some(field), Take::Run(others), None), walk, table);
                    let check = |_, at, end| openings.may_stand(self.block, at, end).then_some(at);
                    stopped + if openings.is_where_run_ends() { 0 } else { walk.each(check) }
                }
                None => self.seek(field, openings, walk, table),
            },
        }
    }

    /// Looks for each of `openings`, and takes the first that stands in a record.
    fn seek(self, field: usize, openings: &Openings, walk: &mut Walk, table: &mut SpanTable) -> usize {
        const NOWHERE: u32 = u32::MAX;
        let Walk { at, end, before, present: scratch, .. } = walk;
        at.fill(NOWHERE);
        for literal in openings.literals() {
            scratch.at.clone_from(&before.0);
            scratch.end.clone_from(&before.1);
            let taken = table.column_mut(None);
            let cursors = Cursors { at: &mut scratch.at, end: &mut scratch.end, taken: &mut *taken };
            self.walk(Take::Until(1), Some(literal), cursors);
            for ((at, &end), taken) in at.iter_mut().zip(&scratch.end).zip(taken) {
                *at = (*at).min(select_unpredictable(end == 0, NOWHERE, taken.end));
            }
        }
        let mut failed = 0;
        let records = before.0.iter().zip(&before.1).zip(table.column_mut(Some(field)));
        for ((at, end), ((&from, &last), taken)) in at.iter_mut().zip(end).zip(records) {
            // Where none stands, what follows may be the end of the record.
            let is_rest = (*at == NOWHERE) & openings.may_be_empty & (from < last);
            let to = select_unpredictable(is_rest, last, *at);
            let is_found = to != NOWHERE;
            *taken = Span::new(from, to);
            *at = select_unpredictable(is_found, to, from);
            *end = select_unpredictable(is_found, last, 0);
            failed += usize::from(!is_found & (last != 0));
        }
        failed
    }

    /// Makes `steps` of an optional part in the records in which it may stand; in the others it is missing.
    fn part(self, part: &Part, steps: &[ByKernel<'_>], walk: &mut Walk, table: &mut SpanTable) -> usize {
        walk.divide(self.block, part);
        let Walk { at, end, present, missing, .. } = walk;
        let is_everywhere = present.count == at.len();
        if !is_everywhere {
            part.fields.clone().for_each(|field| table.column_mut(Some(field)).fill(ABSENT));
        }
        let mut failed = 0;
        for &(field, take, literal) in steps {
            // Spans of some rows go to the column of no field first.
            let taken = table.column_mut(field.filter(|_| is_everywhere));
            failed += self.group(take, literal, present, taken);
            if let Some(field) = field.filter(|_| !is_everywhere) {
                table.scatter(field, &present.rows[..present.count]);
            }
        }
        if let Some(instead) = &part.instead {
            failed += self.group(Take::Nothing, Some(instead), missing, table.column_mut(None));
            missing.put_back(at, end);
        }
        present.put_back(at, end);
        failed
    }

    /// The kernel, in a group of the records.
    fn group(self, take: Take, literal: Option<&Literal>, group: &mut Group, taken: &mut [Span]) -> usize {
        let count = group.count;
        let (at, end) = (&mut group.at[..count], &mut group.end[..count]);
        self.walk(take, literal, Cursors { at, end, taken: &mut taken[..count] })
    }
}

impl Program {
    /// Walks the records of `block`: the whole of each, or to its first match. Writes the span of each field, of record *i* in row *i*.
    /// `is_ascii` must be true only of a block that is.
    ///
    /// The records must be UTF-8 and have no character of the [quit set](crate::engine::quit). The spans of those that stopped are of no meaning but
    /// to [`resume`](Self::resume).
    pub(crate) fn walk(
        &self,
        kernels: &Kernels,
        block: &[u8],
        is_ascii: bool,
        anchored: Anchored,
        walk: &mut Walk,
        table: &mut SpanTable,
    ) {
        let all = All { kernels, block, is_ascii };
        for (pc, op) in self.ops.iter().enumerate() {
            if matches!(op, Op::Ambiguous { .. }) {
                continue;
            }
            let is_last = anchored.is_yes() && pc + 1 == self.ops.len();
            let one = |row, at, end: usize, table: &mut SpanTable| {
                one(op, is_last, &block[..end], at, anchored, &mut table.row(row))
            };
            let failed = if let Some(by_kernel) = op.by_kernel(anchored) {
                all.by_kernel(by_kernel, walk, table)
            } else if let Some(mostly) = op.mostly_by_kernel(anchored) {
                walk.save();
                let stopped = all.mostly(mostly, walk, table);
                if stopped > 0 { walk.mend(|row, at, end| one(row, at, end, table)) } else { 0 }
            } else if let Some(taking) = op.taking(block, is_last) {
                walk.take(&taking, table)
            } else {
                walk.each(|row, at, end| one(row, at, end, table))
            };
            if failed > 0 {
                walk.note(pc);
            }
        }
        // Where the last operation goes to the end, all that are left are there.
        let is_short = |(at, end): (&u32, &u32)| *end != 0 && at != end;
        if anchored.is_yes() && walk.at.iter().zip(&walk.end).fold(false, |any, record| any | is_short(record)) {
            walk.each(|_, at, end| (at == end).then_some(at));
            walk.note(self.ops.len());
        }
    }

    /// Goes on with record `number` of a walk that is over, which stands at `record`; it must have stopped at an operation.
    pub(crate) fn resume(
        &self,
        block: &[u8],
        number: usize,
        record: Span,
        anchored: Anchored,
        walk: &Walk,
        row: &mut SpanRow<'_>,
    ) -> Answer {
        let text = &block[..record.end as usize];
        let Some(pc) = walk.stops[number].operation() else { return Answer::Undecided(record.end as usize) };
        let mut state = State { pc, at: walk.at[number] as usize, ..self.state(record.start as usize) };
        for (number, op) in self.ops[..pc].iter().enumerate() {
            match op {
                Op::Seek { lazy, .. } | Op::SeekAny { lazy, .. } => {
                    let taken = row.get(lazy.field);
                    let (field_start, found) = (taken.start as usize, taken.end as usize);
                    state.search = Some(Search { op: number, field_start, found });
                    state.is_ambiguous_here = false;
                }
                // Where it was found is not kept.
                Op::Begin(_) | Op::First { .. } if !anchored.is_yes() => {
                    return self.find(text, record.start as usize, anchored, row);
                }
                // A walk takes what the regex prefers, and does not ask whether there was another way.
                Op::Nullable { nullable, then } => {
                    let Some(field) = nullable.step.field() else { continue };
                    let taken = row.get(field);
                    let is_last = anchored.is_yes() && number + 1 == self.ops.len();
                    let can_end = |end| nullable.can_end(then.as_ref(), is_last, text, end);
                    if !matches!(nullable.run(text, taken.start as usize, row, can_end), Choice::Only(_)) {
                        state.is_ambiguous = true;
                        state.is_ambiguous_here = true;
                    }
                    row.set(field, taken.start as usize, taken.end as usize);
                }
                Op::Ambiguous { in_segment } => {
                    state.is_ambiguous = true;
                    state.is_ambiguous_here |= in_segment;
                }
                _ => {}
            }
        }
        self.go_on(text, state.begin, Some(&state), anchored, row)
    }
}

/// Makes an operation that no kernel makes.
fn one(op: &Op, is_last: bool, text: &[u8], at: usize, anchored: Anchored, row: &mut SpanRow<'_>) -> Option<usize> {
    let outcome = match op {
        Op::Step(step) => step.run(text, at, row),
        Op::First { step, .. } if anchored.is_yes() => step.run(text, at, row),
        Op::First { step, first } => step.find(first, text, at, row).map_or(StepOutcome::No, |(_, outcome)| outcome),
        Op::StepThen(step, literal) => match step.run(text, at, row) {
            StepOutcome::At(end) => stands(literal, text, end),
            other => other,
        },
        // A literal that ends the record stands at one place.
        Op::End { lazy, literal } if anchored.is_yes() => {
            let found = text.len().checked_sub(literal.len()).filter(|&found| lazy.fits(at, found))?;
            row.set(lazy.field, at, found);
            stands(literal, text, found)
        }
        Op::Seek { lazy, literal } | Op::End { lazy, literal } => {
            let found = find(literal, text, at + lazy.min).filter(|&found| lazy.fits(at, found))?;
            row.set(lazy.field, at, found);
            StepOutcome::At(found + literal.len())
        }
        Op::Rest { lazy } => {
            let end = if anchored.is_yes() { text.len() } else { lazy.min_end(text, at) };
            row.set(lazy.field, at, end);
            if end <= text.len() && lazy.fits(at, end) { StepOutcome::At(end) } else { StepOutcome::No }
        }
        Op::Nullable { nullable, then } => {
            let can_end = |end| nullable.can_end(then.as_ref(), is_last, text, end);
            let end = nullable.preferred(text, at, row, can_end)?;
            StepOutcome::At(end + then.as_ref().map_or(0, Literal::len))
        }
        Op::SeekAny { lazy, openings } => StepOutcome::At(seek_any(*lazy, openings, text, at, anchored, row)?),
        Op::Optional(part) => part.run(text, at, row),
        Op::Begin(_) | Op::Ambiguous { .. } => StepOutcome::Undecided,
    };
    match outcome {
        StepOutcome::At(end) => Some(end),
        StepOutcome::No | StepOutcome::Undecided => None,
    }
}
