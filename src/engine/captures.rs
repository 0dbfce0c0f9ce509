//! Where a pattern matched a text: the whole match, then each field.
//!
//! Every engine, every scan and the extension use one type for a place, [`Span`]: two 32-bit positions, in bytes. So a text is at most
//! [`limits::TEXT_BYTES`](crate::limits::TEXT_BYTES) long.

use std::ops::Range;

use parsimd_simd::Span;

/// The span of a field that took no part in a match.
pub const ABSENT: Span = Span { start: u32::MAX, end: u32::MAX };

/// Room for the spans of the first few fields, so that most matches need no memory of their own.
pub(crate) type InlineSpans = [Span; 16];

/// A span in one register, so that an answer with one is returned in two: the next search waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PackedSpan(u64);

impl PackedSpan {
    /// The positions must be less than 2³².
    pub(super) fn new(start: usize, end: usize) -> PackedSpan {
        PackedSpan((start as u64) << 32 | end as u64)
    }

    pub(crate) fn span(self) -> Span {
        Span::new((self.0 >> 32) as u32, self.0 as u32)
    }
}

/// Where a pattern matched a text.
#[derive(Debug, Clone)]
pub(crate) enum Captures {
    /// The whole match; those of the fields are in [`InlineSpans`].
    Inline(PackedSpan),
    /// The whole match first, then the fields.
    Heap(Vec<Span>),
}

impl Captures {
    /// The match `whole` with the fields `fields`.
    pub(crate) fn heap(whole: Span, fields: &[Span]) -> Captures {
        Captures::Heap(std::iter::once(whole).chain(fields.iter().copied()).collect())
    }

    /// The whole match.
    pub(crate) fn whole(&self) -> Span {
        match self {
            Captures::Inline(whole) => whole.span(),
            Captures::Heap(spans) => spans.first().copied().unwrap_or_default(),
        }
    }

    /// Field `number`, from 0; [`ABSENT`] if it took no part, or if there is no such field.
    #[inline]
    pub(crate) fn field(&self, number: usize, inline: &InlineSpans) -> Span {
        match self {
            Captures::Inline(_) => inline.get(number).copied(),
            Captures::Heap(spans) => spans.get(number + 1).copied(),
        }
        .unwrap_or(ABSENT)
    }
}

/// The span as a range; `None` for [`ABSENT`].
pub(crate) fn range(span: Span) -> Option<Range<usize>> {
    (span != ABSENT).then_some(span.start as usize..span.end as usize)
}
