//! One text: `parse`, `search` and `find_iter`.

use std::{ops::Range, sync::Arc};

use parsimd_simd::Span;

use super::{compiled::Compiled, keys};
use crate::{
    convert::{self, Value},
    engine::{
        Anchored,
        captures::{ABSENT, Captures, InlineSpans, range},
        program::{Answer, SpanRow},
    },
    error::{Error, Result},
    limits,
    pattern::{Field, ValueKind, is_flag},
    plan::Plan,
};

/// Where a pattern matched a text. Fields are converted when they are asked for.
#[derive(Debug, Clone)]
pub struct Match<'t> {
    pattern: Arc<Compiled>,
    text: &'t str,
    captures: Captures,
    inline: InlineSpans,
}

impl<'t> Match<'t> {
    /// The span of the whole match, in bytes of the text.
    pub fn range(&self) -> Range<usize> {
        let whole = self.captures.whole();
        whole.start as usize..whole.end as usize
    }

    /// The span of field `index` (from 0, in the order of the format), in bytes of the text. Padding is outside of it.
    ///
    /// `None` past the last field, and where the field stands in an optional part that is missing, or is a key that is. The value of a key is in the
    /// span with its quotes; a key without `=` has an empty span where it ends.
    pub fn span(&self, index: usize) -> Option<Range<usize>> {
        let place = self.pattern.places().get(index)?;
        let span = self.captures.field(place.group, &self.inline);
        let Some(key) = place.key else { return range(span) };
        let field = &self.pattern.format.fields[place.group];
        let mut found = vec![ABSENT; field.keys.len()];
        keys::find(field, span.of(self.text.as_bytes())?, span.start, &mut found);
        range(found[key])
    }

    /// The text of field `index`, as it stands in the input.
    pub fn text(&self, index: usize) -> Option<&'t str> {
        self.text.get(self.span(index)?)
    }

    /// The value of field `index`; dates without a year are in the current year, in UTC.
    ///
    /// # Errors
    /// [`Error::is_value`](crate::Error::is_value): the text is no value of its type.
    pub fn value(&self, index: usize) -> Result<Option<Value<'t>>> {
        self.value_in_year(index, convert::current_year())
    }

    /// The value of field `index`; dates without a year are in the year `year`.
    ///
    /// # Errors
    /// As [`value`](Self::value).
    pub fn value_in_year(&self, index: usize, year: i32) -> Result<Option<Value<'t>>> {
        match self.text(index) {
            Some(_) if self.is_true_flag(index) => Ok(Some(Value::Bool(true))),
            Some(text) if self.pattern.places()[index].key.is_some() => {
                self.pattern.key_value(index, text, year).map(Some)
            }
            Some(text) => self.pattern.value(index, text, year),
            None => Ok((index < self.fields().len()).then_some(Value::Null)),
        }
    }

    /// Whether field `index` is a key of type `bool` that stands there without `=`.
    fn is_true_flag(&self, index: usize) -> bool {
        let is_bool = *self.fields()[index].kind() == ValueKind::Boolean && self.pattern.places()[index].key.is_some();
        is_bool && self.span(index).is_some_and(|span| span.is_empty() && is_flag(self.text.as_bytes(), span.start))
    }

    /// The value of the field called `name`.
    ///
    /// # Errors
    /// As [`value`](Self::value).
    pub fn get(&self, name: &str) -> Result<Option<Value<'t>>> {
        match self.pattern.fields().iter().position(|field| field.name() == Some(name)) {
            Some(index) => self.value(index),
            None => Ok(None),
        }
    }

    /// The fields of the pattern, in order.
    pub fn fields(&self) -> &[Field] {
        self.pattern.fields()
    }
}

/// The matches of a pattern in a text, from left to right, without overlap.
///
/// A match of nothing at all is given once, and the search goes on from the next character.
#[derive(Debug)]
#[must_use = "nothing is read before the first item is asked for"]
pub struct FindIter<'t> {
    pattern: Arc<Compiled>,
    text: &'t str,
    is_ascii: bool,
    at: Option<usize>,
    /// See [`find`].
    decided_from: usize,
}

impl<'t> Iterator for FindIter<'t> {
    type Item = Result<Match<'t>>;

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.at.filter(|&at| at <= self.text.len())?;
        let found = find_match(&self.pattern, self.text, self.is_ascii, at, Anchored::No, &mut self.decided_from);
        self.at = match &found {
            Ok(Some(found)) => Some(next_start(self.text.as_bytes(), found.captures.whole(), true)),
            _ => None,
        };
        found.transpose()
    }
}

impl<'t> FindIter<'t> {
    pub(crate) fn new(pattern: &Arc<Compiled>, text: &'t str) -> FindIter<'t> {
        FindIter { pattern: Arc::clone(pattern), text, is_ascii: text.is_ascii(), at: Some(0), decided_from: 0 }
    }
}

/// Where the match after `whole` may begin: after a match of nothing at all, one character on.
pub(super) fn next_start(text: &[u8], whole: Span, is_utf8: bool) -> usize {
    let end = whole.end as usize;
    if whole.start < whole.end {
        return end;
    }
    let is_begin = |byte: &u8| !is_utf8 || byte & 0xc0 != 0x80;
    (end + 1..text.len()).find(|&at| is_begin(&text[at])).unwrap_or((end + 1).max(text.len()))
}

/// As [`find`], as a [`Match`].
pub(crate) fn find_match<'t>(
    pattern: &Arc<Compiled>,
    text: &'t str,
    is_ascii: bool,
    start: usize,
    anchored: Anchored,
    decided_from: &mut usize,
) -> Result<Option<Match<'t>>> {
    let mut inline = InlineSpans::default();
    let found = find(&pattern.plan, text.as_bytes(), is_ascii, start, anchored, decided_from, &mut inline)?;
    Ok(found.map(|captures| Match { pattern: Arc::clone(pattern), text, captures, inline }))
}

/// The first match in `text` that begins at byte `start` or later, or, when anchored, that is all of the text; `start` is 0 then. `inline` is
/// where [`Captures::Inline`] has its spans.
///
/// The program is asked first, but not from before `decided_from`: so far it had looked when it last came to something undecided. Who asks
/// for one match after the other hands in the same number again, at first 0. So no text is looked at twice only to
/// fall back to the authority, however often that happens.
///
/// # Errors
/// [`Error::is_limit`]: the text is longer than [`limits::TEXT_BYTES`], or the authority came to a limit.
#[inline]
pub(crate) fn find(
    plan: &Plan,
    text: &[u8],
    is_ascii: bool,
    start: usize,
    anchored: Anchored,
    decided_from: &mut usize,
    inline: &mut InlineSpans,
) -> Result<Option<Captures>> {
    if text.len() > limits::TEXT_BYTES {
        return Err(Error::limit(format!(
            "a text of {} bytes; at most {} are matched",
            text.len(),
            limits::TEXT_BYTES
        )));
    }
    if let Some(program) = plan.program(anchored).filter(|_| is_ascii && start >= *decided_from) {
        let from = match plan.regex() {
            Some(regex) if !anchored.is_yes() => regex.first_start(plan.kernels(), text, is_ascii, start),
            _ => Some(start),
        };
        let Some(from) = from else { return Ok(None) };
        // More fields than have room have memory of their own.
        let mut heap = vec![Span::default(); if plan.fields() > inline.len() { plan.fields() } else { 0 }];
        let row = if heap.is_empty() { &mut inline[..] } else { &mut heap[..] };
        match program.find(text, from, anchored, &mut SpanRow::alone(row)) {
            Answer::Match(whole) if heap.is_empty() => return Ok(Some(Captures::Inline(whole))),
            Answer::Match(whole) => return Ok(Some(Captures::heap(whole.span(), &heap))),
            Answer::NoMatch => return Ok(None),
            Answer::Undecided(at) => *decided_from = at,
        }
    }
    let found = plan.authority(is_ascii).find(plan.kernels(), text, is_ascii, start, anchored)?;
    Ok(found.map(Captures::Heap))
}
