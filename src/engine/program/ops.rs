//! The operations of a [`Program`], one after the other, and the lazy fields between its segments.

use parsimd_simd::Literal;

use super::{
    bytes::Bytes,
    openings::Openings,
    steps::{NonAscii, Nullable, Part, Step},
};

/// One operation. A segment begins with `Begin`, `First`, `Seek` or `End`, and goes on with steps.
#[derive(Debug)]
pub(super) enum Op {
    /// The literal that the pattern begins with: a search looks for it.
    Begin(Literal),
    /// The step that the pattern begins with, where that is a class or number: a search tries it wherever one of the bytes `first` stands.
    First { step: Step, first: Bytes },
    /// A lazy field, up to the earliest place of a literal.
    Seek { lazy: LazyField, literal: Literal },
    /// A lazy field, up to the earliest place where the next segment may begin, which begins with an optional part.
    SeekAny { lazy: LazyField, openings: Box<Openings> },
    /// A lazy field, and the literal that the pattern ends with.
    End { lazy: LazyField, literal: Literal },
    /// A lazy field that the pattern ends with.
    Rest { lazy: LazyField },
    /// A step of a segment.
    Step(Step),
    /// A step, and the literal that tells where it ends.
    StepThen(Step, Literal),
    /// A step of a type or a text that stands for no value, and the literal that tells where it ends, if there is one.
    Nullable { nullable: Box<Nullable>, then: Option<Literal> },
    /// Steps that may be missing as a whole, with the literal after them, if there is one.
    Optional(Box<Part>),
    /// A boundary was ambiguous: from here on a mismatch means undecided. Where that is not so `in_segment`, the search of this segment goes on first.
    Ambiguous { in_segment: bool },
}

impl Op {
    /// Its lazy field, if it has one.
    #[inline(always)]
    pub(super) fn lazy(&self) -> Option<LazyField> {
        match self {
            Op::Seek { lazy, .. } | Op::SeekAny { lazy, .. } | Op::End { lazy, .. } | Op::Rest { lazy } => Some(*lazy),
            _ => None,
        }
    }
}

/// A lazy field, and how many bytes it may have. These are characters: where there is a width, the program is given ASCII only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LazyField {
    pub(super) field: usize,
    pub(super) min: usize,
    pub(super) max: Option<usize>,
}

impl LazyField {
    /// Whether it may be the text from `start` to `end`.
    #[inline(always)]
    pub(super) fn fits(self, start: usize, end: usize) -> bool {
        start + self.min <= end && self.max.is_none_or(|max| end - start <= max)
    }

    /// Where it ends if it begins at `at` and takes no more than it must; past the text where that has too little.
    pub(super) fn min_end(self, text: &[u8], at: usize) -> usize {
        if self.min == 1 && at < text.len() { next_char(text, at) } else { at + self.min }
    }

    /// What it does with characters that are not ASCII.
    fn non_ascii(self) -> NonAscii {
        if self.min <= 1 && self.max.is_none() { NonAscii::AsRegex } else { NonAscii::Unknown }
    }
}

/// Where the character after the one at `at` begins.
fn next_char(text: &[u8], at: usize) -> usize {
    (at + 1..text.len()).find(|&at| text[at] & 0xc0 != 0x80).unwrap_or(text.len())
}

/// A format as operations. See the [module](super).
#[derive(Debug)]
pub(crate) struct Program {
    pub(super) ops: Vec<Op>,
    /// Whether a name stands twice. A mismatch is never certain then: its first field might have taken more.
    pub(super) has_repeats: bool,
    /// Whether a search knows where to begin: at a literal, a step that can be searched for, or a lazy field.
    pub(super) can_search: bool,
    /// Whether a search takes linear time, however often it goes on.
    pub(super) is_linear: bool,
}

impl Program {
    /// Whether the program also finds the first match in a text, as an unanchored search does.
    pub(crate) fn can_search(&self) -> bool {
        self.can_search
    }

    /// What it does with characters that are not ASCII in field `number`.
    pub(in crate::engine) fn non_ascii(&self, number: usize) -> NonAscii {
        let of_number = self.ops.iter().rev().find_map(|op| match op {
            Op::Step(step) | Op::StepThen(step, _) | Op::First { step, .. } => step.non_ascii_of(number),
            Op::Nullable { nullable, .. } if nullable.step.field() == Some(number) => Some(nullable.non_ascii()),
            Op::Optional(part) => part.steps.iter().rev().find_map(|step| step.non_ascii_of(number)),
            _ => op.lazy().filter(|lazy| lazy.field == number).map(LazyField::non_ascii),
        });
        of_number.unwrap_or(NonAscii::Unknown)
    }
}
