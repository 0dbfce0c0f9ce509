//! The records of a block through a program, operation after operation.
//!
//! Each operation is made in all records before the next one is made in any. Within a record every operation waits for the one before; between records
//! nothing does, so a CPU overlaps a dozen of them. The kernel `walk` makes the operations that are classes, integers, decimals, literals, searches and
//! rests of records; a loop makes the others, mostly datetimes.
//!
//! A [`Walk`] only goes straight on. A record whose operation does not match stops there, and is then [resumed](Program::resume) by itself, with all
//! that [`exec`](super::exec) can do.

use parsimd_simd::{Class, Cursors, Kernels, Literal, Span, Take};

use super::{
    answer::{Outcome, StepOutcome},
    bytes::{find, stands},
    exec::{Search, State, follows, seek_any},
    ops::{LazyField, Op, Program},
    optional::{Openings, Part},
    spans::{SpanRow, SpanTable},
    steps::{Choice, Step},
};
use crate::engine::Anchored;

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

    /// Stops the records that stand before a byte that is not ASCII, at the place from which `taken` begins; says how many.
    fn stop_where_not_ascii(&mut self, block: &[u8], taken: &[Span]) -> usize {
        let mut failed = 0;
        for ((at, end), taken) in self.at.iter_mut().zip(&mut self.end).zip(taken) {
            if *at < *end && !block[*at as usize].is_ascii() {
                (*at, *end) = (taken.start, 0);
                failed += 1;
            }
        }
        failed
    }

    /// Stops the records that stand where none of `openings` does; says how many.
    fn check(&mut self, block: &[u8], openings: &Openings) -> usize {
        let mut failed = 0;
        for (&at, end) in self.at.iter().zip(&mut self.end) {
            if *end != 0 && !openings.stand_at(&block[..*end as usize], at as usize) {
                *end = 0;
                failed += 1;
            }
        }
        failed
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

impl Op {
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
            | Op::Optional { .. }
            | Op::First { .. }
            | Op::Seek { .. }
            | Op::SeekAny { .. }
            | Op::End { .. }
            | Op::Rest { .. }
            | Op::Ambiguous { .. } => None,
        }
    }
}

impl Op {
    /// How kernels make it in most records; a loop makes it in those in which they stop.
    pub(super) fn first_by_kernel(&self) -> Option<Vec<ByKernel<'_>>> {
        match self {
            // A part that is missing stops them.
            Op::Optional { part, then } => {
                let mut moves = part.by_kernels()?;
                moves.extend(then.as_ref().map(|then| (None, Take::Nothing, Some(then))));
                Some(moves)
            }
            Op::SeekAny { lazy: LazyField { field, min: 1, max: None }, openings } => {
                Some(vec![(Some(*field), Take::Run(openings.others()?), None)])
            }
            _ => None,
        }
    }
}

impl Part {
    /// How kernels make its steps; `None` where there is none for one of them.
    pub(super) fn by_kernels(&self) -> Option<Vec<ByKernel<'_>>> {
        let mut moves = Vec::new();
        let mut number = 0;
        while let Some(step) = self.steps.get(number) {
            let literal = self.literal_after(number);
            moves.push(match step {
                Step::Literal(literal) => (None, Take::Nothing, Some(literal)),
                step => {
                    let (field, take) = step.typed().take()?;
                    // Without a literal a null text cannot be told from the value.
                    if matches!(step, Step::Nullable(_)) && literal.is_none() {
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
        let cursors = Cursors { at: &mut walk.at, end: &mut walk.end, taken };
        let failed = self.kernels.walk(self.block, take, literal, cursors);
        // A literal that stands after a run tells where it ends.
        let may_go_on = !self.is_ascii && take == Take::Run(Class::WORD) && literal.is_none();
        failed + if may_go_on { walk.stop_where_not_ascii(self.block, taken) } else { 0 }
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
            } else if let Some(moves) = op.first_by_kernel() {
                walk.save();
                let stopped: usize = moves.into_iter().map(|by_kernel| all.by_kernel(by_kernel, walk, table)).sum();
                let passed_by = if let Op::SeekAny { openings, .. } = op { walk.check(block, openings) } else { 0 };
                if stopped + passed_by > 0 { walk.mend(|row, at, end| one(row, at, end, table)) } else { 0 }
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
    ) -> Outcome {
        let text = &block[..record.end as usize];
        let Some(pc) = walk.stops[number].operation() else { return Outcome::Undecided };
        let mut state = State { pc, at: walk.at[number] as usize, ..self.state(0) };
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
                    return self.run(text, record.start as usize, anchored, row);
                }
                // A kernel takes what the regex prefers, and does not say whether there was another way.
                Op::Nullable { nullable, then } => {
                    let Some(field) = nullable.step.field() else { continue };
                    let taken = row.get(field);
                    let is_last = anchored.is_yes() && number + 1 == self.ops.len();
                    let follows = |end| follows(then.as_ref(), is_last, text, end);
                    if !matches!(nullable.run(text, taken.start as usize, row, follows), Choice::Only(_)) {
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
        self.go_on(text, state.begin, Some(&state), anchored, row).outcome()
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
            match nullable.run(text, at, row, |end| follows(then.as_ref(), is_last, text, end)) {
                Choice::Only(end) => StepOutcome::At(end + then.as_ref().map_or(0, Literal::len)),
                Choice::No | Choice::Preferred(_) | Choice::Undecided => StepOutcome::Undecided,
            }
        }
        Op::SeekAny { lazy, openings } => StepOutcome::At(seek_any(*lazy, openings, text, at, anchored, row)?),
        Op::Optional { part, then } => part.run(text, at, row, then.as_ref()),
        Op::Begin(_) | Op::Ambiguous { .. } => StepOutcome::Undecided,
    };
    match outcome {
        StepOutcome::At(end) => Some(end),
        StepOutcome::No | StepOutcome::Undecided => None,
    }
}
