//! Programs: patterns that need no regular expression on ASCII text.
//!
//! Most patterns are literals with fields between them. Such a pattern is a chain of *segments* with a *lazy* field (`{}`, which is
//! `.+?`) between each and the next:
//!
//! ```text
//!   {ip} - - [{ts:th}] "{req}" {status:d} {bytes:d} "{ref}" "{ua}"
//!   lazy └─────┬──────┘ lazy └──────────┬──────────┘ lazy └┬┘ lazy │
//!            segment                 segment            segment  segment
//! ```
//!
//! A segment is a run of literals, greedy classes (`w`, `d`, …) and fixed layouts in which each part has **one way to match** from a
//! given place, and an end that never moves back when the place moves on. Then matching needs no going back:
//!
//! * A lazy field takes the text up to the earliest place, at least one character on, where the next segment matches. Were there a match with
//!   the segment at a later place, there would be one with it at the earliest too: it ends no later, and the lazy field behind it
//!   can take what lies between. And the regular expression prefers the earliest, since its field is lazy. So the earliest need never be undone.
//! * Where the pattern must end with the text, the last segment is the exception: no lazy field follows that could take the rest. The earliest
//!   place *from which it reaches the end* is taken.
//!
//! A part has one way to match when what follows it cannot begin with a character that it could have taken itself: the digits of `d` in front
//! of a blank, but not in front of a `7`. The compiler checks that, with the sets of bytes in [`compile`]. A part with a lazy field right behind
//! it has more than one way, but prefers the longest, and so does the program: a match is the match, but a failure is not certain.
//!
//! An answer that is not certain is [`Outcome::Undecided`], and the regular expression is asked. So are all texts that are not ASCII.
//!
//! Time is linear: the literal that a segment begins with has a byte that none of the segment's classes has, so it cannot stand inside of what
//! a class has looked at, and no text is looked at more often than the segment has parts.

mod compile;
mod steps;
#[cfg(test)]
mod tests;

use parsimd_simd::Span;

use steps::{Literal, Step, StepOutcome};

/// What a program says of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It matches, and the spans are written.
    Match,
    /// It does not match.
    NoMatch,
    /// Ask the regular expression.
    Undecided,
}

/// A pattern that needs no regular expression. See the module.
#[derive(Debug)]
pub(crate) struct Program {
    /// What stands in front of the first lazy field.
    head: Segment,
    /// Each lazy field, and what stands between it and the next one. Only the last segment may be empty.
    rest: Vec<(usize, Segment)>,
    /// Names that stand twice. With one, a failure is never certain: the first might have taken more.
    has_repeats: bool,
    /// The literal to search a block by, when there is one that every match has; in the head, or in `rest`.
    anchor: Option<parsimd_simd::Anchor>,
}

/// A chain of parts with one way to match.
#[derive(Debug, Default)]
struct Segment {
    steps: Vec<Step>,
    /// True when a part might have taken less: the last, with a lazy field right behind it, or a date.
    is_soft: bool,
}

impl Segment {
    /// The literal that it begins with, which is what a search looks for.
    fn opening(&self) -> Option<&Literal> {
        match self.steps.first() {
            Some(Step::Literal(literal)) => Some(literal),
            _ => None,
        }
    }

    /// Where the segment ends when it begins at `at`, of which the first `done` parts are known to match.
    #[inline]
    fn run(&self, done: usize, text: &[u8], mut at: usize, base: u32, spans: &mut [Span]) -> StepOutcome {
        let mut is_soft = false;
        for step in &self.steps[done..] {
            match step.run(text, at, base, spans) {
                StepOutcome::At(end) => at = end,
                StepOutcome::No if is_soft => return StepOutcome::Undecided,
                other => return other,
            }
            is_soft |= step.is_soft();
        }
        StepOutcome::At(at)
    }

    /// The earliest place at `from` or later where the segment matches, and where it ends then; with `to_end`, where it ends with the text.
    #[inline]
    fn find(
        &self,
        text: &[u8],
        mut from: usize,
        to_end: bool,
        base: u32,
        spans: &mut [Span],
    ) -> Result<(usize, usize), StepOutcome> {
        let Some(opening) = self.opening() else { return Err(StepOutcome::Undecided) };
        if to_end && self.steps.len() == 1 {
            // A literal that must end the text stands at one place only.
            let at = text.len().checked_sub(opening.len()).filter(|&at| at >= from && opening.stands_at(text, at));
            return at.map(|at| (at, text.len())).ok_or(StepOutcome::No);
        }
        while let Some(at) = opening.find(text, from) {
            match self.run(1, text, at + opening.len(), base, spans) {
                StepOutcome::At(end) if !to_end || end == text.len() => return Ok((at, end)),
                StepOutcome::Undecided => return Err(StepOutcome::Undecided),
                _ => from = at + 1,
            }
        }
        Err(StepOutcome::No)
    }
}

impl Program {
    /// The literal that a block may be searched by: every match has it.
    pub(crate) fn anchor(&self) -> Option<&parsimd_simd::Anchor> {
        self.anchor.as_ref()
    }

    /// How many lazy fields the program has.
    pub(crate) fn lazy_fields(&self) -> usize {
        self.rest.len()
    }

    /// Matches the ASCII text `text`: the whole of it, or its first match. Writes the span of each field into `spans`, moved by `base`.
    ///
    /// After anything but [`Outcome::Match`] the spans are of no meaning.
    pub(crate) fn run(&self, text: &[u8], full: bool, base: u32, spans: &mut [Span]) -> Outcome {
        // True once something might have taken less than it did: from then on a failure is not certain.
        let mut is_soft = self.has_repeats;
        let failed = |is_soft: bool| if is_soft { Outcome::Undecided } else { Outcome::NoMatch };
        let head = if full || self.head.steps.is_empty() {
            self.head.run(0, text, 0, base, spans)
        } else {
            self.head.find(text, 0, false, base, spans).map_or_else(|stop| stop, |(_, end)| StepOutcome::At(end))
        };
        let mut at = match head {
            StepOutcome::At(at) => at,
            StepOutcome::No => return failed(is_soft),
            StepOutcome::Undecided => return Outcome::Undecided,
        };
        is_soft |= self.head.is_soft;
        for (number, (field, segment)) in self.rest.iter().enumerate() {
            let from = at + 1;
            if from > text.len() {
                return failed(is_soft);
            }
            let (begin, end);
            if segment.steps.is_empty() {
                end = if full { text.len() } else { from };
                begin = end;
            } else {
                let to_end = full && number + 1 == self.rest.len();
                (begin, end) = match segment.find(text, from, to_end, base, spans) {
                    Ok(place) => place,
                    Err(StepOutcome::No) => return failed(is_soft),
                    Err(_) => return Outcome::Undecided,
                };
            }
            spans[*field] = Span::new(base + at as u32, base + begin as u32);
            at = end;
            is_soft |= segment.is_soft;
        }
        if full && at != text.len() { failed(is_soft) } else { Outcome::Match }
    }
}
