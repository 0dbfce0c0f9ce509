//! Optional parts: steps of a segment that may be missing as a whole, and the search for where a segment begins that begins with one.
//!
//! The regex prefers a part that is present. So does a program, which tries it first, and once, together with the literal after it:
//!
//! * They do not match: the part is missing, and that is certain, since its steps have one way to match. The literal alone must stand there.
//!   Unless a field of any text is in the part: it ends at the first place of its literal, and a mismatch from there on is undecided.
//! * They match: the part is present. That is undone only by the regex. Where none of the bytes that the part may have can begin what follows, it need
//!   not be: what follows cannot begin inside of the part, so a match without it, here or at a later place, ends no earlier. Elsewhere the boundary is
//!   ambiguous, and a mismatch after it means undecided.

use std::ops::Range;

use parsimd_simd::{Case, Class, Literal};

use super::{
    answer::StepOutcome::{self, At, No, Undecided},
    bytes::{Bytes, find, stands},
    spans::SpanRow,
    steps::{Choice, Step},
};
use crate::engine::work;

/// A part that may be missing.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// The steps of the part, of which at least one is not empty, and then the literal after it, if there is one.
    pub(super) steps: Vec<Step>,
    /// What stands in its place where it is missing: the literal after it.
    pub(super) instead: Option<Literal>,
    /// The fields in it, which have no span where it is missing.
    pub(super) fields: Range<usize>,
    /// Whether it might have to be missing where it is present, or to be another text.
    pub(super) is_ambiguous: bool,
    /// The bytes that may stand after its opening, or that it begins with if it has none.
    pub(super) first: Bytes,
}

impl Part {
    /// The literal that it begins with, if it does.
    #[inline(always)]
    pub(super) fn opening(&self) -> Option<&Literal> {
        match self.steps.first() {
            Some(Step::Literal(literal)) => Some(literal),
            _ => None,
        }
    }

    /// Whether the part may stand at byte `at` of the record that ends at `end` of `block`, by its first bytes. There is no branch on the answer.
    #[inline(always)]
    pub(super) fn may_begin(&self, block: &[u8], at: usize, end: usize) -> bool {
        let opening = self.opening();
        let goes_on = block.get(at + opening.map_or(0, Literal::len)).is_none_or(|&byte| self.first.has(byte));
        opening.is_none_or(|opening| opening.stands_before(block, at, end)) & goes_on
    }

    /// Matches the part at byte `at` of `text`, or what stands there instead.
    #[inline]
    pub(super) fn run(&self, text: &[u8], at: usize, row: &mut SpanRow<'_>) -> StepOutcome {
        match self.present(text, at, row) {
            No => {}
            outcome => return outcome,
        }
        self.fields.clone().for_each(|field| row.set_absent(field));
        self.instead.as_ref().map_or(At(at), |literal| stands(literal, text, at))
    }

    /// Matches the part at byte `at` of `text`.
    #[inline]
    fn present(&self, text: &[u8], mut at: usize, row: &mut SpanRow<'_>) -> StepOutcome {
        // Whether it might be another text up to here.
        let mut is_ambiguous = false;
        for (number, step) in self.steps.iter().enumerate() {
            let outcome = match step {
                Step::Nullable(nullable) => {
                    // Where the value may take less than it does, the literal does not tell it from a null text.
                    let literal = self.literal_after(number).filter(|_| !step.is_ambiguous());
                    match nullable.run(text, at, row, |end| literal.is_none_or(|literal| literal.stands_at(text, end)))
                    {
                        Choice::Only(end) => At(end),
                        Choice::Preferred(end) => {
                            is_ambiguous = true;
                            At(end)
                        }
                        Choice::No => No,
                        Choice::Undecided => Undecided,
                    }
                }
                step => step.run(text, at, row),
            };
            match outcome {
                At(end) => at = end,
                No if !is_ambiguous => return No,
                No | Undecided => return Undecided,
            }
            is_ambiguous |= step.is_ambiguous();
        }
        At(at)
    }

    /// The literal after step `number` of the part, if one stands there.
    pub(super) fn literal_after(&self, number: usize) -> Option<&Literal> {
        match self.steps.get(number + 1) {
            Some(Step::Literal(literal)) => Some(literal),
            _ => None,
        }
    }

    /// Adds the literal after the part.
    pub(super) fn end_with(&mut self, literal: Literal, case: Case) {
        match self.steps.last_mut() {
            // One literal is looked at faster than two.
            Some(Step::Literal(last)) => *last = last.followed_by(&literal, case),
            _ => self.steps.push(Step::Literal(literal.clone())),
        }
        if let [.., Step::Lazy { until, .. }, Step::Literal(last)] = &mut self.steps[..] {
            *until = Some(last.clone());
        }
        self.instead = Some(literal);
    }
}

/// The literals that a segment may begin with, and the search for the first place where one of them stands.
#[derive(Debug, Clone)]
pub(super) struct Openings {
    /// None of them begins with another.
    literals: Vec<Literal>,
    /// The bytes that they begin with.
    stops: Class,
    /// Whether the segment may be empty: it may begin at the end of the text, where all of the text must match, and anywhere where not.
    pub(super) may_be_empty: bool,
}

impl Openings {
    /// `None` if there are no literals, if they begin with more than four different bytes, or with a character that is not ASCII.
    pub(super) fn new(literals: &[&Literal], may_be_empty: bool) -> Option<Openings> {
        let mut kept: Vec<Literal> = Vec::new();
        for &literal in literals {
            if !kept.iter().any(|other| begins_with(literal, other)) {
                kept.retain(|other| !begins_with(other, literal));
                kept.push(literal.clone());
            }
        }
        let stands_for = |literal: &Literal, byte: u8| {
            let (fold, wanted) = literal.wanted(0);
            byte | fold == wanted
        };
        let stops: Vec<u8> = (0..=255).filter(|&byte| kept.iter().any(|literal| stands_for(literal, byte))).collect();
        Some(Openings { stops: Class::of(&stops)?, literals: kept, may_be_empty })
    }

    pub(super) fn literals(&self) -> &[Literal] {
        &self.literals
    }

    /// The bytes that none of them begins with, where these are most of a text: a run of such bytes ends where one may stand.
    pub(super) fn others(&self) -> Option<Class> {
        let is_rare = |literal: &Literal| literal.wanted(0).1.is_ascii_punctuation();
        self.literals.iter().all(is_rare).then_some(self.stops.inverted())
    }

    /// Whether the segment may begin wherever such a run ends.
    pub(super) fn is_where_run_ends(&self) -> bool {
        self.may_be_empty && self.literals.iter().all(|literal| literal.len() == 1)
    }

    /// Whether the segment may begin at byte `at` of the record that ends at `end` of `block`. There is no branch on the answer.
    #[inline]
    pub(super) fn may_stand(&self, block: &[u8], at: usize, end: usize) -> bool {
        work::count(self.literals.len());
        let is_end = self.may_be_empty & (at == end);
        self.literals.iter().fold(is_end, |any, literal| any | literal.stands_before(block, at, end))
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
            if self.may_stand(text, at, text.len()) {
                return Some(at);
            }
            at += 1;
        }
    }
}

/// Whether where `long` stands, `short` does too.
fn begins_with(long: &Literal, short: &Literal) -> bool {
    short.len() <= long.len() && (0..short.len()).all(|offset| long.wanted(offset) == short.wanted(offset))
}
