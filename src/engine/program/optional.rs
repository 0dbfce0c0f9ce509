//! Optional parts: steps of a segment that may be missing as a whole, and the search for where a segment begins that begins with one.
//!
//! The regex prefers a part that is present. So does a program, which tries the part first, once:
//!
//! * The part does not match: it is missing, and that is certain, since its steps have one way to match.
//! * It matches, and what follows can begin at its end: it is present.
//! * It matches, and what follows cannot begin there: it is missing, or nothing matches here.
//!
//! A part that is present is undone only by the regex. Where none of the bytes that the part may have can begin what follows, it need
//! not be: what follows cannot begin inside of the part, so a match without it, here or at a later place, ends no earlier. Elsewhere the boundary is
//! ambiguous, and a mismatch after it means undecided.

use std::ops::Range;

use parsimd_simd::{Class, Literal};

use super::{
    answer::StepOutcome::{self, At, No, Undecided},
    bytes::find,
    spans::SpanRow,
    steps::{Choice, Step},
};
use crate::engine::work;

/// A part that may be missing.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// At least one of them is not empty.
    pub(super) steps: Vec<Step>,
    /// The fields in it, which have no span where it is missing.
    pub(super) fields: Range<usize>,
    /// Whether it might have to be missing where it is present, or to be another text.
    pub(super) is_ambiguous: bool,
}

impl Part {
    /// Matches the part at byte `at` of `text`, or nothing, and then the literal `then`, if there is one.
    #[inline]
    pub(super) fn run(
        &self,
        text: &[u8],
        at: usize,
        row: &mut SpanRow<'_>,
        then: Option<&Literal>,
    ) -> StepOutcome {
        let end_after = |end: usize| match then {
            Some(then) => then.stands_at(text, end).then(|| end + then.len()),
            None => Some(end),
        };
        match self.present(text, at, row, then) {
            Choice::Undecided => return Undecided,
            Choice::Preferred(end) => return end_after(end).map_or(Undecided, At),
            Choice::Only(end) => {
                if let Some(end) = end_after(end) {
                    return At(end);
                }
            }
            Choice::No => {}
        }
        let Some(end) = end_after(at) else { return No };
        self.fields.clone().for_each(|field| row.set_absent(field));
        At(end)
    }

    /// Matches the part at byte `at` of `text`, where `then` may follow. Its end is [`Choice::Preferred`] where the part might be another text.
    #[inline]
    fn present(&self, text: &[u8], mut at: usize, row: &mut SpanRow<'_>, then: Option<&Literal>) -> Choice {
        let mut is_ambiguous = false;
        for (number, step) in self.steps.iter().enumerate() {
            let literal = self.literal_after(number).or(then.filter(|_| number + 1 == self.steps.len()));
            let choice = match step {
                Step::Nullable(nullable) => {
                    nullable.run(text, at, row, |end| literal.is_none_or(|literal| literal.stands_at(text, end)))
                }
                step => match step.run(text, at, row) {
                    At(end) => Choice::Only(end),
                    No => Choice::No,
                    Undecided => Choice::Undecided,
                },
            };
            match choice {
                Choice::Only(end) => at = end,
                Choice::Preferred(end) => (at, is_ambiguous) = (end, true),
                Choice::No if is_ambiguous => return Choice::Undecided,
                other => return other,
            }
            is_ambiguous |= step.is_ambiguous();
        }
        if is_ambiguous { Choice::Preferred(at) } else { Choice::Only(at) }
    }

    /// The literal after step `number` of the part, if one stands there.
    pub(super) fn literal_after(&self, number: usize) -> Option<&Literal> {
        match self.steps.get(number + 1) {
            Some(Step::Literal(literal)) => Some(literal),
            _ => None,
        }
    }
}

/// The literals that a segment may begin with, and the search for the first place where one of them stands.
#[derive(Debug, Clone)]
pub(super) struct Openings {
    literals: Vec<Literal>,
    /// The bytes that they begin with.
    stops: Class,
    /// Whether the segment may be empty: it may begin at the end of the text, where all of the text must match, and anywhere where not.
    pub(super) may_be_empty: bool,
}

impl Openings {
    /// `None` if there are no literals, if they begin with more than four different bytes, or with a character that is not ASCII.
    pub(super) fn new(literals: Vec<Literal>, may_be_empty: bool) -> Option<Openings> {
        let stands_for = |literal: &Literal, byte: u8| {
            let (fold, wanted) = literal.wanted(0);
            byte | fold == wanted
        };
        let stops: Vec<u8> =
            (0..=255).filter(|&byte| literals.iter().any(|literal| stands_for(literal, byte))).collect();
        Some(Openings { stops: Class::of(&stops)?, literals, may_be_empty })
    }

    pub(super) fn literals(&self) -> &[Literal] {
        &self.literals
    }

    /// The bytes that no opening begins with, where these are most of a text: a run of them ends where an opening may stand.
    pub(super) fn others(&self) -> Option<Class> {
        let is_rare = |literal: &Literal| literal.wanted(0).1.is_ascii_punctuation();
        (!self.may_be_empty && self.literals.iter().all(is_rare)).then_some(self.stops.inverted())
    }

    /// Whether one of them stands at byte `at` of `text`.
    #[inline]
    pub(super) fn stand_at(&self, text: &[u8], at: usize) -> bool {
        work::count(self.literals.len());
        self.literals.iter().any(|literal| literal.stands_at(text, at))
    }

    /// The first place at byte `from` of `text` or later where the segment may begin.
    #[inline]
    pub(super) fn find(&self, text: &[u8], from: usize) -> Option<usize> {
        let found = match &self.literals[..] {
            [literal] => find(literal, text, from),
            _ => self.find_any(text, from),
        };
        found.or((self.may_be_empty && from <= text.len()).then_some(text.len()))
    }

    #[inline]
    fn find_any(&self, text: &[u8], from: usize) -> Option<usize> {
        let others = self.stops.inverted();
        let mut at = from;
        loop {
            let passed = others.run(text, at);
            work::count(passed + 1);
            at += passed;
            if at >= text.len() {
                return None;
            }
            if self.stand_at(text, at) {
                return Some(at);
            }
            at += 1;
        }
    }
}
