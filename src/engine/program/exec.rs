//! One text through a program, operation after operation.
//!
//! There is no stack. When a step does not match, the last search goes on to the next place of its literal, and that is all that is ever tried again.

use parsimd_simd::Literal;

use super::{
    answer::{Answer, Choice, StepOutcome},
    bytes::{find, stands},
    openings::Openings,
    ops::{LazyField, Op, Program},
    spans::SpanRow,
};
use crate::engine::{Anchored, captures::PackedSpan};

/// How often a search goes on in which automata may run over the same text each time.
const MAX_RETRIES: usize = 8;

/// Where a search stands that may have to go on.
#[derive(Clone, Copy)]
pub(super) struct Search {
    /// Its operation.
    pub(super) op: usize,
    /// Where its field begins.
    pub(super) field_start: usize,
    /// Where its literal was found, or after which byte it goes on.
    pub(super) found: usize,
}

/// How far a text was matched.
#[derive(Clone, Copy)]
pub(super) struct State {
    /// The next operation.
    pub(super) pc: usize,
    /// Where the match begins: at the literal that the pattern begins with, or where the search does.
    pub(super) begin: usize,
    /// Where the operation begins.
    pub(super) at: usize,
    /// The last search.
    pub(super) search: Option<Search>,
    /// True once a boundary was ambiguous: no match is undecided from then on.
    pub(super) is_ambiguous: bool,
    /// True while a mismatch of this segment is already undecided.
    pub(super) is_ambiguous_here: bool,
}

impl Program {
    /// Matches the record that begins at `start` of `text` and ends with it: the whole of it, or its first match. Writes
    /// the span of each field in `text`. The record must be UTF-8 and have no character of the [quit set](crate::engine::quit).
    ///
    /// After anything but [`Answer::Match`] the spans are of no meaning.
    pub(crate) fn find(&self, text: &[u8], start: usize, anchored: Anchored, row: &mut SpanRow<'_>) -> Answer {
        self.go_on(text, start, None, anchored, row)
    }

    /// Where each text begins.
    #[inline(always)]
    pub(super) fn state(&self, start: usize) -> State {
        State { pc: 0, begin: start, at: start, search: None, is_ambiguous: self.has_repeats, is_ambiguous_here: false }
    }

    /// As [`find`](Self::find), or from where it has `stopped`: only then there is a state that must be read from memory.
    pub(super) fn go_on(
        &self,
        text: &[u8],
        start: usize,
        stopped: Option<&State>,
        anchored: Anchored,
        row: &mut SpanRow<'_>,
    ) -> Answer {
        // A literal was looked for up to the end of the text.
        let fail = |is_ambiguous: bool| if is_ambiguous { Answer::Undecided(text.len()) } else { Answer::NoMatch };
        let mut retries = if self.is_linear { usize::MAX } else { MAX_RETRIES };
        let State { mut pc, mut begin, mut at, mut search, mut is_ambiguous, mut is_ambiguous_here } =
            stopped.copied().unwrap_or_else(|| self.state(start));
        loop {
            let Some(op) = self.ops.get(pc) else {
                if !anchored.is_yes() || at == text.len() {
                    return Answer::Match(PackedSpan::new(begin, at));
                }
                if is_ambiguous_here || retries == 0 {
                    return Answer::Undecided(at);
                }
                retries -= 1;
                // The last segment must reach the end: a later place for it may.
                match self.again(&mut search, &mut begin, text, row) {
                    Some((next, end)) => (pc, at) = (next, end),
                    None => return fail(is_ambiguous),
                }
                continue;
            };
            let step = match op {
                Op::Step(step) => step.run(text, at, row),
                Op::StepThen(step, literal) => match step.run(text, at, row) {
                    StepOutcome::At(end) => stands(literal, text, end),
                    other => other,
                },
                Op::Begin(literal) if anchored.is_yes() => stands(literal, text, at),
                Op::First { step, .. } if anchored.is_yes() => step.run(text, at, row),
                Op::First { step, first } => match step.find(first, text, at, row) {
                    Some((found, StepOutcome::At(end))) => {
                        // From inside of a run it would go on from the same end, but for a base prefix that the last digit may begin.
                        search = Some(Search { op: pc, field_start: found, found: found.max(end.saturating_sub(2)) });
                        is_ambiguous_here = false;
                        begin = found;
                        StepOutcome::At(end)
                    }
                    Some((found, _)) => return Answer::Undecided(found),
                    None => return fail(is_ambiguous),
                },
                Op::Begin(literal) | Op::Seek { literal, .. } => {
                    let lazy = op.lazy();
                    let from = at + lazy.map_or(0, |lazy| lazy.min);
                    match find(literal, text, from).filter(|&found| lazy.is_none_or(|lazy| lazy.fits(at, found))) {
                        Some(found) => {
                            search = Some(Search { op: pc, field_start: at, found });
                            is_ambiguous_here = false;
                            match op {
                                Op::Seek { lazy, .. } => row.set(lazy.field, at, found),
                                _ => begin = found,
                            }
                            StepOutcome::At(found + literal.len())
                        }
                        // Earlier places of the segment before would not help: this one would have to be found even later.
                        None => return fail(is_ambiguous),
                    }
                }
                Op::SeekAny { lazy, openings } => match seek_any(*lazy, openings, text, at, anchored, row) {
                    Some(found) => {
                        search = Some(Search { op: pc, field_start: at, found });
                        is_ambiguous_here = false;
                        StepOutcome::At(found)
                    }
                    None => return fail(is_ambiguous),
                },
                Op::End { lazy, literal } if anchored.is_yes() => {
                    // A literal that must end the text stands at one place only.
                    match text
                        .len()
                        .checked_sub(literal.len())
                        .filter(|&found| lazy.fits(at, found) && literal.stands_at(text, found))
                    {
                        Some(found) => {
                            row.set(lazy.field, at, found);
                            StepOutcome::At(text.len())
                        }
                        None => return fail(is_ambiguous),
                    }
                }
                Op::End { lazy, literal } => {
                    match find(literal, text, at + lazy.min).filter(|&found| lazy.fits(at, found)) {
                        Some(found) => {
                            row.set(lazy.field, at, found);
                            StepOutcome::At(found + literal.len())
                        }
                        None => return fail(is_ambiguous),
                    }
                }
                Op::Rest { lazy } => {
                    let end = if anchored.is_yes() { text.len() } else { lazy.min_end(text, at) };
                    if end > text.len() || !lazy.fits(at, end) {
                        return fail(is_ambiguous);
                    }
                    row.set(lazy.field, at, end);
                    StepOutcome::At(end)
                }
                Op::Nullable { nullable, then } => {
                    let is_last = anchored.is_yes() && pc + 1 == self.ops.len();
                    match nullable.run(text, at, row, |end| nullable.can_end(then.as_ref(), is_last, text, end)) {
                        Choice::Only(end) => StepOutcome::At(end + then.as_ref().map_or(0, Literal::len)),
                        Choice::Preferred(end) => {
                            is_ambiguous = true;
                            is_ambiguous_here = true;
                            StepOutcome::At(end + then.as_ref().map_or(0, Literal::len))
                        }
                        Choice::No => StepOutcome::No,
                        Choice::Undecided => StepOutcome::Undecided,
                    }
                }
                Op::Optional(part) => part.run(text, at, row),
                Op::Ambiguous { in_segment } => {
                    is_ambiguous = true;
                    is_ambiguous_here |= in_segment;
                    StepOutcome::At(at)
                }
            };
            match step {
                StepOutcome::At(end) => {
                    at = end;
                    pc += 1;
                }
                StepOutcome::Undecided => return Answer::Undecided(at),
                StepOutcome::No if is_ambiguous_here || retries == 0 => return Answer::Undecided(at),
                StepOutcome::No => {
                    retries -= 1;
                    match self.again(&mut search, &mut begin, text, row) {
                        Some((next, end)) => (pc, at) = (next, end),
                        None => return fail(is_ambiguous),
                    }
                }
            }
        }
    }

    /// Takes the last search up again, after the place where it found its literal: where to go on, and from which byte.
    #[cold]
    fn again(
        &self,
        search: &mut Option<Search>,
        begin: &mut usize,
        text: &[u8],
        row: &mut SpanRow<'_>,
    ) -> Option<(usize, usize)> {
        let Search { op, field_start, found } = (*search)?;
        if matches!(self.ops[op], Op::First { .. }) {
            return Some((op, found + 1));
        }
        let (found, length) = match &self.ops[op] {
            Op::Begin(literal) | Op::Seek { literal, .. } => (find(literal, text, found + 1)?, literal.len()),
            Op::SeekAny { openings, .. } => (openings.find(text, found + 1)?, 0),
            _ => return None,
        };
        // A later place is no better where this one is too far.
        let found = self.ops[op].lazy().is_none_or(|lazy| lazy.fits(field_start, found)).then_some(found)?;
        *search = Some(Search { op, field_start, found });
        match self.ops[op].lazy() {
            Some(lazy) => row.set(lazy.field, field_start, found),
            None => *begin = found,
        }
        Some((op + 1, found + length))
    }
}

/// Where the lazy field that begins at `at` ends first, if one of `openings` tells; writes its span.
#[inline]
pub(super) fn seek_any(
    lazy: LazyField,
    openings: &Openings,
    text: &[u8],
    at: usize,
    anchored: Anchored,
    row: &mut SpanRow<'_>,
) -> Option<usize> {
    let found = if openings.may_be_empty && !anchored.is_yes() {
        Some(lazy.min_end(text, at)).filter(|&end| end <= text.len())
    } else {
        openings.find(text, at + lazy.min)
    };
    let found = found.filter(|&found| lazy.fits(at, found))?;
    row.set(lazy.field, at, found);
    Some(found)
}
