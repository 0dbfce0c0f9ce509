//! A matcher of the caller's own, for expressions that the engines here do not run as Python's `re` does.

use std::{fmt, ops::Range};

use parsimd_simd::Span;

use super::{Anchored, captures::ABSENT};
use crate::error::{Error, Result};

/// The range of a match, and then that of each field in order, in bytes; `None` for a field that took no part.
pub type MatchRanges = Vec<Option<Range<usize>>>;

/// A matcher of the caller's own.
///
/// A pattern that has one asks it where its own engines are not exact: for expressions outside of the common subset, and for
/// repeated names in text that is not ASCII. A scan may ask it from several threads at once.
pub trait ExternalMatcher: fmt::Debug + Send + Sync {
    /// The first match in `text` that begins at byte `start` or later and, when anchored, fills the text. A record of a scan in which
    /// a range is outside of the text, or cuts a character, is a failure.
    ///
    /// # Errors
    /// Whatever keeps it from answering; it ends the scan.
    fn find(
        &self,
        text: &str,
        start: usize,
        anchored: Anchored,
    ) -> Result<Option<MatchRanges>, Box<dyn std::error::Error + Send + Sync>>;
}

/// Asks `matcher` for the match and its fields. Bytes that are not UTF-8 have no match.
pub(crate) fn find(
    matcher: &dyn ExternalMatcher,
    text: &[u8],
    start: usize,
    anchored: Anchored,
) -> Result<Option<Vec<Span>>> {
    let Ok(text) = std::str::from_utf8(text) else { return Ok(None) };
    let found = matcher.find(text, start, anchored).map_err(Error::external)?;
    Ok(found.map(|ranges| ranges.into_iter().map(|range| range.map_or(ABSENT, to_span)).collect()))
}

/// The range as a span. One past 32 bits is outside of every text, and stays so.
fn to_span(range: Range<usize>) -> Span {
    let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX - 1);
    Span::new(place(range.start), place(range.end))
}
