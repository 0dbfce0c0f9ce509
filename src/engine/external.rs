//! A matcher of the caller's own, for expressions that the engines here do not run as Python's `re` does.

use std::{fmt, ops::Range};

use parsimd_simd::Span;

use super::{Anchored, captures::ABSENT};
use crate::error::{Error, Result};

/// The range of a match, and then that of each field of the pattern in order, in bytes; `None` for a field that took no part.
pub type MatchRanges = Vec<Option<Range<usize>>>;

/// A matcher of the caller's own.
///
/// A pattern that has one asks it where its own engines are not exact: for expressions outside of the common subset, and for
/// repeated names in text that is not ASCII. A scan may ask it from several threads at once.
pub trait ExternalMatcher: fmt::Debug + Send + Sync {
    /// The first match in `text` that begins at byte `start` or later and, when anchored, fills the text.
    ///
    /// There must be one range more than the pattern has fields, the first of them not `None`. Each must lie in the text, and cut no character; the first must
    /// not begin before `start`. Whether it fills the text is the matcher's word. Any other answer is an error of a single call, and a [failure](crate::FailureKind::Matcher) of the record in a scan.
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

/// An error of a matcher that says nothing of the text: who scans on one thread is told, and the next call scans the block again.
#[derive(Debug)]
pub struct Interruption(pub Box<dyn std::error::Error + Send + Sync>);

impl fmt::Display for Interruption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Interruption {}

fn raised(error: Box<dyn std::error::Error + Send + Sync>) -> Error {
    match error.downcast::<Interruption>() {
        Ok(interruption) => Error::interrupted(interruption.0),
        Err(error) => Error::external(error),
    }
}

/// Asks `matcher` for the match and its `fields` fields. Bytes that are not UTF-8 have no match.
///
/// # Errors
/// That of the matcher; [`Error::is_wrong_answer`] for ranges that it must not give. Whoever uses the spans relies on this check.
pub(crate) fn find(
    matcher: &dyn ExternalMatcher,
    fields: usize,
    text: &[u8],
    start: usize,
    anchored: Anchored,
) -> Result<Option<Vec<Span>>> {
    let Ok(text) = std::str::from_utf8(text) else { return Ok(None) };
    let Some(ranges) = matcher.find(text, start, anchored).map_err(raised)? else { return Ok(None) };
    if ranges.len() != fields + 1 {
        let count = ranges.len();
        return Err(Error::wrong_answer(format!("the matcher gave {count} ranges for a match and {fields} fields")));
    }
    if ranges[0].as_ref().is_none_or(|range| range.start < start)
        || ranges.iter().flatten().any(|range| text.get(range.clone()).is_none())
    {
        return Err(Error::wrong_answer(
            "the matcher gave a range outside of the text, or one that cuts a character".to_owned(),
        ));
    }
    let span = |range: Range<usize>| Span::new(range.start as u32, range.end as u32);
    Ok(Some(ranges.into_iter().map(|range| range.map_or(ABSENT, span)).collect()))
}
