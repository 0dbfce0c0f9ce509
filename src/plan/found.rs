//! Where a pattern matched a text.

use std::ops::Range;

use parsimd_simd::Span;

use super::{matcher::Spans, program::Place};

/// The spans of the first few fields, which need no memory of their own.
pub(crate) type FewSpans = [Span; 16];

/// Where a pattern matched a text, in bytes.
#[derive(Debug, Clone)]
pub(crate) enum Found {
    /// The whole match; those of the fields are in [`FewSpans`].
    Few(Place),
    /// The whole match first.
    Many(Spans),
}

impl Found {
    pub(super) fn many(range: Range<usize>, fields: &[Span]) -> Found {
        let fields = fields.iter().map(|span| Some((span.start as usize, span.end as usize)));
        Found::Many(std::iter::once(Some((range.start, range.end))).chain(fields).collect())
    }

    /// The whole match.
    pub(crate) fn range(&self) -> Range<usize> {
        match self {
            Found::Few(place) => place.range(),
            Found::Many(spans) => spans.first().copied().flatten().map_or(0..0, |(start, end)| start..end),
        }
    }

    /// Field `number`, which the pattern must have.
    #[inline]
    pub(crate) fn field(&self, number: usize, few: &FewSpans) -> Option<Range<usize>> {
        match self {
            Found::Few(_) => few.get(number).map(|span| span.start as usize..span.end as usize),
            Found::Many(spans) => spans.get(number + 1).copied().flatten().map(|(start, end)| start..end),
        }
    }
}
