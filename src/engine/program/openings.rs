//! The search for a segment that begins with an [optional part](super::steps::Part): it begins with the literal of the part, or with what follows the part.

use parsimd_simd::{Class, Literal};

use super::bytes::find;
use crate::engine::work;

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
