//! Whole text: `parse`, `search` and `find_iter`.

use std::ops::Range;

use crate::{
    Pattern,
    convert::{self, Value},
    error::Result,
    pattern::Field,
    plan::{FewSpans, Found},
};

/// The span of a field that took no part in a match, where spans are plain numbers.
#[doc(hidden)]
pub const NOWHERE: (usize, usize) = (usize::MAX, usize::MAX);

/// Where a pattern matched a text. Fields are converted when they are asked for.
#[derive(Debug, Clone)]
pub struct Match<'t> {
    pattern: Pattern,
    text: &'t str,
    found: Found,
    few: FewSpans,
}

impl<'t> Match<'t> {
    /// The span of the whole match, in bytes of the text.
    pub fn range(&self) -> Range<usize> {
        self.found.range()
    }

    /// The span of field `index` (from 0, in the order of the format), in bytes of the text. Padding is outside of it.
    ///
    /// `None` past the last field.
    pub fn span(&self, index: usize) -> Option<Range<usize>> {
        if index < self.pattern.fields().len() { self.found.field(index, &self.few) } else { None }
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
        self.text(index).map_or(Ok(None), |text| self.pattern.field_value(index, text, year))
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
pub struct FindIter<'t> {
    pattern: Pattern,
    text: &'t str,
    is_ascii: bool,
    at: Option<usize>,
    /// See `Plan::find_in_text`.
    sure_from: usize,
}

impl<'t> Iterator for FindIter<'t> {
    type Item = Result<Match<'t>>;

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.at.filter(|&at| at <= self.text.len())?;
        let found = self.pattern.find(self.text, self.is_ascii, at, false, &mut self.sure_from);
        self.at = match &found {
            Ok(Some(found)) => {
                let Range { start, end } = found.range();
                let step = if start == end { self.text[end..].chars().next().map_or(1, char::len_utf8) } else { 0 };
                Some(end + step)
            }
            _ => None,
        };
        found.transpose()
    }
}

fn plain_span(found: &Found, field: usize, few: &FewSpans) -> (usize, usize) {
    found.field(field, few).map_or(NOWHERE, |span| (span.start, span.end))
}

impl Pattern {
    /// Matches the whole of `text`.
    ///
    /// ```
    /// use parsimd::{Pattern, Value};
    ///
    /// let pattern = Pattern::new("{name} is {age:d}")?;
    /// let found = pattern.parse("Ada is 36")?.unwrap();
    /// assert_eq!(found.get("age")?, Some(Value::Int(36)));
    /// assert!(pattern.parse("Ada is young")?.is_none());
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::is_limit`](crate::Error::is_limit): the pattern compiles to too much, or needs too much backtracking on this text.
    pub fn parse<'t>(&self, text: &'t str) -> Result<Option<Match<'t>>> {
        self.find(text, text.is_ascii(), 0, true, &mut 0)
    }

    /// The first place in `text` where the pattern matches.
    ///
    /// ```
    /// let found = parsimd::Pattern::new("took {ms:d} ms")?.search("GET / took 12 ms, ok")?.unwrap();
    /// assert_eq!(found.range(), 6..16);
    /// assert_eq!(found.span(0), Some(11..13));
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn search<'t>(&self, text: &'t str) -> Result<Option<Match<'t>>> {
        self.search_at(text, 0)
    }

    /// The first place in `text`, at byte `start` or later, where the pattern matches.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    ///
    /// # Panics
    /// When `start` is past the end of the text, or inside of a character.
    pub fn search_at<'t>(&self, text: &'t str, start: usize) -> Result<Option<Match<'t>>> {
        assert!(text.is_char_boundary(start), "byte {start} is no place in a text of {} bytes", text.len());
        self.find(text, text.is_ascii(), start, false, &mut 0)
    }

    /// As [`search_at`](Self::search_at), for text that is known to be ASCII: nothing in front of `start` is looked at.
    #[doc(hidden)]
    pub fn search_ascii_at<'t>(&self, text: &'t str, start: usize) -> Result<Option<Match<'t>>> {
        self.find(text, true, start, false, &mut 0)
    }

    /// As [`search_at`](Self::search_at), or as [`parse`](Self::parse) when `whole`, for text that is known to be ASCII, and without a
    /// [`Match`]: says whether there is a match, and writes its span and then those of the fields to `spans`, as many as have room. That of a
    /// field that took no part is [`NOWHERE`]. Nothing in front of `start` is looked at.
    ///
    /// Who asks for one match after the other hands in the same `sure_from` again, at first 0.
    #[doc(hidden)]
    pub fn spans_in_ascii(
        &self,
        text: &str,
        start: usize,
        whole: bool,
        sure_from: &mut usize,
        spans: &mut [(usize, usize)],
    ) -> Result<bool> {
        let mut few = FewSpans::default();
        let Some(found) = self.plan().find_in_text(text.as_bytes(), true, start, whole, sure_from, &mut few)? else {
            return Ok(false);
        };
        if let Some((first, spans)) = spans.split_first_mut() {
            let range = found.range();
            *first = (range.start, range.end);
            for (index, span) in spans.iter_mut().take(self.fields().len()).enumerate() {
                *span = plain_span(&found, index, &few);
            }
        }
        Ok(true)
    }

    /// The first `count` matches in an ASCII text, from byte `start` on and without overlap: appends the spans of each to `spans`, as
    /// [`spans_in_ascii`](Self::spans_in_ascii) writes them, until `goes_on` says of one that it is the last. Says whether there may be more.
    ///
    /// The pattern must not match nothing at all: it would do so at the same place again.
    #[doc(hidden)]
    pub fn spans_of_each_in_ascii(
        &self,
        text: &str,
        start: usize,
        count: usize,
        spans: &mut Vec<(usize, usize)>,
        mut goes_on: impl FnMut(&[(usize, usize)]) -> bool,
    ) -> Result<bool> {
        let (plan, fields) = (self.plan(), self.fields().len());
        let (mut few, mut sure_from, mut at) = (FewSpans::default(), 0, start);
        for _ in 0..count {
            let Some(found) = plan.find_in_text(text.as_bytes(), true, at, false, &mut sure_from, &mut few)? else {
                return Ok(false);
            };
            let (range, from) = (found.range(), spans.len());
            at = range.end;
            spans.push((range.start, range.end));
            spans.extend((0..fields).map(|field| plain_span(&found, field, &few)));
            if !goes_on(&spans[from..]) {
                break;
            }
        }
        Ok(true)
    }

    /// The value of field `index` when its text is `text`; `None` past the last field.
    #[doc(hidden)]
    pub fn field_value<'t>(&self, index: usize, text: &'t str, year: i32) -> Result<Option<Value<'t>>> {
        self.fields().get(index).map(|field| convert::value(field.kind(), text, year)).transpose()
    }

    /// The value of field `index` when its text is `text`, if that is up to 18 decimal digits and nothing else.
    #[doc(hidden)]
    pub fn field_short_integer(&self, index: usize, text: &str) -> Option<i64> {
        convert::short_integer(self.fields().get(index)?.kind(), text)
    }

    /// Whether the text of field `index` has a value, and that is no [`BigInt`](crate::BigInt).
    #[doc(hidden)]
    pub fn field_has_small_value(&self, index: usize, text: &str, year: i32) -> bool {
        self.fields().get(index).is_some_and(|field| convert::has_small_value(field.kind(), text, year))
    }

    /// All matches in `text`.
    ///
    /// ```
    /// let pattern = parsimd::Pattern::new("<{}>")?;
    /// let names: Vec<_> = pattern.find_iter("<a><b>").map(|m| m.map(|m| m.text(0))).collect::<Result<_, _>>()?;
    /// assert_eq!(names, [Some("a"), Some("b")]);
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    pub fn find_iter<'t>(&self, text: &'t str) -> FindIter<'t> {
        FindIter { pattern: self.clone(), text, is_ascii: text.is_ascii(), at: Some(0), sure_from: 0 }
    }

    fn find<'t>(
        &self,
        text: &'t str,
        is_ascii: bool,
        start: usize,
        whole: bool,
        sure_from: &mut usize,
    ) -> Result<Option<Match<'t>>> {
        let mut few = FewSpans::default();
        let found = self.plan().find_in_text(text.as_bytes(), is_ascii, start, whole, sure_from, &mut few)?;
        Ok(found.map(|found| Match { pattern: self.clone(), text, found, few }))
    }
}
