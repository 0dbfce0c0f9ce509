//! Evidence: what a line must have in it for its row to pass the filter. Lines without it need not be matched.
//!
//! A block is searched for a literal much quicker than its lines are matched, and most lines of a query have no row. (The idea is that of Sparser:
//! Palkar et al., *Filter Before You Parse*, VLDB 2018.) There are two kinds of it:
//!
//! * **A text**: what stands before its field, the text and what stands after. `level == "ERROR"` in `{at} {level:w} {msg}` is ` ERROR `.
//! * **A value**, an integer or a day: what stands before its field, and after that what may be a value that satisfies the predicate, as
//!   [`InPlace`] reads it.
//!
//! **There are no false negatives.** What stands around a field is read off the expression, which is the authority: see
//! [`Around`]. A line has evidence if it stands anywhere in it, once; the match decides the rest. A field that a null text, a
//! function of the caller's or an escape gives its value has no evidence, unless its text alone decides.

use parsimd_simd::{ByteSet, Case, Kernels, LineCount, Literal};

use super::{
    compiled::Compiled,
    in_place::InPlace,
    options::{Matches, Predicate, ScanOptions},
};
use crate::{
    engine::prefilter::Around,
    pattern::{Field, ValueKind},
};

/// More literals would take as long as matching the lines.
const MOST_LITERALS: usize = 4;

/// Literals of fewer bytes are in most lines.
const LEAST_LITERAL: usize = 2;

/// What stands before a field with which the lines of a pattern begin.
const NEWLINE: &[u8] = b"\n";

/// What a line must have.
#[derive(Debug)]
pub(super) struct Evidence {
    /// One of these.
    literals: Vec<Literal>,
    /// And after it this value, whose first byte is one of these.
    value: Option<(InPlace, ByteSet)>,
}

impl Evidence {
    /// The best evidence for the predicates of a scan, if there is one and the options let lines be skipped.
    pub(super) fn new(pattern: &Compiled, options: &ScanOptions) -> Option<Evidence> {
        // Types of the caller's own may have groups that change the numbers of those after them.
        let is_own = |field: &Field| matches!(field.kind(), ValueKind::Custom(_) | ValueKind::Converted { .. });
        if !options.skips_filtered() || pattern.format.fields.iter().any(is_own) || pattern.format.has_repeats {
            return None;
        }
        let found = options.filter.iter().filter_map(|(number, predicate)| {
            let place = pattern.places()[*number];
            let field = pattern.fields().get(*number).filter(|_| place.key.is_none())?;
            let around = pattern.plan.around(place.group)?;
            let case = if pattern.format.case_sensitive { Case::Exact } else { Case::IgnoreAscii };
            if *field.kind() == ValueKind::Text {
                return Evidence::of_text(predicate, &around, case);
            }
            let fills_line = options.matches == Matches::Line;
            let value = InPlace::new(field, predicate, &around, fills_line)?;
            // A line is a record, so what stands before its first field is a newline, or nothing.
            let before = match literal(&around.before, case) {
                None if around.is_first && fills_line => Literal::new(NEWLINE, Case::Exact)?,
                before => before?,
            };
            let firsts = ByteSet::new(|byte| value.may_begin(byte));
            Some(Evidence { literals: vec![before], value: Some((value, firsts)) })
        });
        found.max_by_key(Evidence::worth)
    }

    fn of_text(predicate: &Predicate, around: &Around, case: Case) -> Option<Evidence> {
        let mut literals = Vec::new();
        add_texts(predicate, around, case, &mut literals)?;
        (1..=MOST_LITERALS).contains(&literals.len()).then_some(Evidence { literals, value: None })
    }

    /// How likely it is that few lines have it: a text is rarer than what stands before a number, and a long one rarer than a short one.
    fn worth(&self) -> (bool, usize, std::cmp::Reverse<usize>) {
        let shortest = self.literals.iter().map(Literal::len).min().unwrap_or_default();
        (self.value.is_none(), shortest, std::cmp::Reverse(self.literals.len()))
    }

    /// Appends the places of a block where it stands to `places`, in order, and says what is to be known of the lines.
    pub(super) fn find(&self, kernels: &Kernels, block: &[u8], places: &mut Vec<u32>) -> LineCount {
        let (first, others) = (&self.literals[0], &self.literals[1..]);
        let lines = match &self.value {
            None => kernels.anchor_and_newlines(block, first, places),
            Some((value, firsts)) => {
                let lines = kernels.anchor_before(block, first, firsts, places);
                // A newline belongs to the line before, the value to the one after.
                places.iter_mut().for_each(|at| *at += first.len() as u32);
                if first.bytes() == NEWLINE {
                    places.insert(0, 0);
                }
                keep(places, |at| block.get(at as usize..).is_some_and(|text| value.may_stand(text)));
                lines
            }
        };
        others.iter().for_each(|literal| kernels.anchor(block, literal, places));
        if !others.is_empty() {
            places.sort_unstable();
        }
        lines
    }
}

/// `Vec::retain` without a branch on what is kept, which no CPU can predict.
fn keep(places: &mut Vec<u32>, is_kept: impl Fn(u32) -> bool) {
    let mut kept = 0;
    for number in 0..places.len() {
        let place = places[number];
        places[kept] = place;
        kept += usize::from(is_kept(place));
    }
    places.truncate(kept);
}

/// Adds the literals of which a line has one if its text satisfies the predicate; `None` if one of them is too short.
fn add_texts(predicate: &Predicate, around: &Around, case: Case, literals: &mut Vec<Literal>) -> Option<()> {
    let Around { before, after, .. } = around;
    match predicate {
        Predicate::Text(text) => literals.push(literal(&[before, text.as_bytes(), after].concat(), case)?),
        Predicate::StartsWith(text) => literals.push(literal(&[before, text.as_bytes()].concat(), case)?),
        Predicate::Contains(text) => literals.push(literal(text.as_bytes(), Case::Exact)?),
        Predicate::AnyOf(parts) => return parts.iter().try_for_each(|part| add_texts(part, around, case, literals)),
        Predicate::Between(..) => return None,
    }
    Some(())
}

fn literal(bytes: &[u8], case: Case) -> Option<Literal> {
    Literal::new(bytes, case).filter(|literal| literal.len() >= LEAST_LITERAL)
}
