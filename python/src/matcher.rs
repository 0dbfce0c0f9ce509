//! `Matcher`: whole-text matching, for `Parser`.
//!
//! It answers *found*, *not found* or *undecided*. It is undecided where the text is not ASCII, and where a value is Python's to judge: an integer of
//! more than 64 bits, a day that does not exist, a class in the place of `datetime`. Then Python's `re` does the whole call again, with the
//! same answer or the right exception. So no converter is called before the answer is certain.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use parsimd::{Anchored, DatetimeLayout, Pattern, ValueKind, extension};
use pyo3::{PyTraverseError, PyVisit, prelude::*, sync::PyOnceLock, types::PyString};

use crate::{
    capi, cpython, gate,
    make::{self, name},
    objects,
    result::{Captures, Fields, Haystack, MatchSpans, Matches, Result, is_sound},
};

/// Matches ASCII text natively. Made by `Pattern.matcher`.
#[pyclass(frozen, module = "parsimd._parsimd")]
pub(crate) struct Matcher {
    fields: Py<Fields>,
    /// For each field, a callable that takes the text, or none: then the native conversion is used.
    converters: Vec<Option<Py<PyAny>>>,
    has_converters: bool,
    /// The fields that are converted natively and are more than their text: it may be no value of their type.
    checked: Arc<[usize]>,
    has_datetimes: bool,
    needs_year: bool,
}

/// What came of a search.
pub(crate) enum Answer<T> {
    Found(T),
    NotFound,
    /// Python's `re` does the call.
    Undecided,
}

/// The matches from some place on, up to the number that was asked for.
pub(crate) struct Prefetched {
    pub(crate) matches: Py<Matches>,
    pub(crate) rest: Rest,
}

/// What comes after the matches that were found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rest {
    /// There may be more.
    More,
    /// There are no more.
    Nothing,
    /// There is one that Python decides.
    Python,
}

impl Matcher {
    pub(crate) fn new(
        py: Python<'_>,
        pattern: Pattern,
        converters: Vec<Py<PyAny>>,
        tz_class: Py<PyAny>,
    ) -> PyResult<Matcher> {
        let kinds: Vec<_> = pattern.fields().iter().map(|field| field.kind().clone()).collect();
        let by_python = |kind: &ValueKind| {
            matches!(kind, ValueKind::Custom(_) | ValueKind::Strptime(_) | ValueKind::Grouped(..) | ValueKind::Address)
        };
        let converters: Vec<_> =
            kinds.iter().zip(converters).map(|(kind, converter)| by_python(kind).then_some(converter)).collect();
        let is_checked = |kind: &ValueKind| !by_python(kind) && *kind != ValueKind::Text;
        Ok(Matcher {
            fields: Py::new(py, Fields::new(py, pattern, tz_class)?)?,
            has_converters: converters.iter().any(Option::is_some),
            converters,
            checked: (0..kinds.len()).filter(|&at| is_checked(&kinds[at])).collect(),
            has_datetimes: kinds.iter().any(|kind| matches!(kind, ValueKind::Time(_) | ValueKind::UnixTime)),
            needs_year: [DatetimeLayout::Syslog, DatetimeLayout::Any]
                .iter()
                .any(|&layout| kinds.contains(&ValueKind::Time(layout))),
        })
    }

    fn pattern(&self) -> &Pattern {
        &self.fields.get().pattern
    }

    /// Whether the pattern can match the empty text.
    pub(crate) fn matches_empty(&self) -> bool {
        self.pattern().plan().matches_empty()
    }

    /// The match of the whole of `string`.
    pub(crate) fn parse(&self, string: &Bound<'_, PyAny>) -> PyResult<Answer<Captures>> {
        let Some((string, text)) = objects::ascii(string)? else { return Ok(Answer::Undecided) };
        let found = gate::search(self.pattern(), string, text, text.len(), |pattern, text, _| {
            MatchSpans::find(pattern, text, 0, Anchored::Yes)
        })?;
        self.answer(string, text, found)
    }

    /// The first match between characters `pos` and `endpos`.
    pub(crate) fn search(&self, string: &Bound<'_, PyAny>, pos: isize, endpos: isize) -> PyResult<Answer<Captures>> {
        let Some((string, text)) = objects::ascii(string)? else { return Ok(Answer::Undecided) };
        let Some((start, end)) = places(text, pos, endpos) else { return Ok(Answer::NotFound) };
        let found = gate::search(self.pattern(), string, text, end - start, move |pattern, text, _| {
            MatchSpans::find(pattern, &text[..end], start, Anchored::No)
        })?;
        self.answer(string, text, found)
    }

    /// The first `count` matches between characters `pos` and `endpos`, for a pattern that cannot match the empty text.
    pub(crate) fn prefetch(
        &self,
        string: &Bound<'_, PyAny>,
        pos: isize,
        endpos: isize,
        count: usize,
    ) -> PyResult<Answer<Prefetched>> {
        let Some((string, text)) = objects::ascii(string)? else { return Ok(Answer::Undecided) };
        let Some((start, end)) = places(text, pos, endpos) else { return Ok(Answer::NotFound) };
        let py = string.py();
        let Some(year) = self.year(py)? else { return Ok(Answer::Undecided) };
        let row = self.row_size();
        let size = row * count.min(end - start);
        let checked = Arc::clone(&self.checked);
        let work = move |pattern: &Pattern, text: &str, abandoned: &AtomicBool| {
            let (mut spans, mut are_sound) = (Vec::with_capacity(size), true);
            let may_go_on = extension::spans_of_each(pattern, &text[..end], start, count, &mut spans, |spans| {
                are_sound = is_sound(pattern, text, &spans[1..], &checked, year);
                are_sound && !abandoned.load(Ordering::Relaxed)
            })?;
            if !are_sound {
                spans.truncate(spans.len() - row);
                return Ok((spans, Rest::Python));
            }
            Ok((spans, if may_go_on { Rest::More } else { Rest::Nothing }))
        };
        let found: parsimd::Result<_> = gate::search(self.pattern(), string, text, end - start, work)?;
        let Ok((spans, rest)) = found else { return Ok(Answer::Undecided) };
        match rest {
            Rest::Nothing if spans.is_empty() => return Ok(Answer::NotFound),
            Rest::Python if spans.is_empty() => return Ok(Answer::Undecided),
            _ => {}
        }
        let haystack = self.haystack(string, text, year)?;
        let matches = cpython::alloc(py, || Matches { haystack, spans })?;
        Ok(Answer::Found(Prefetched { matches: matches.unbind(), rest }))
    }

    /// How many spans a match has.
    pub(crate) fn row_size(&self) -> usize {
        self.converters.len() + 1
    }

    fn answer(
        &self,
        string: &Bound<'_, PyString>,
        text: &str,
        found: parsimd::Result<Option<MatchSpans>>,
    ) -> PyResult<Answer<Captures>> {
        let spans = match found {
            Ok(None) => return Ok(Answer::NotFound),
            Ok(Some(spans)) => spans,
            Err(_) => return Ok(Answer::Undecided),
        };
        let Some(year) = self.year(string.py())? else { return Ok(Answer::Undecided) };
        if !is_sound(self.pattern(), text, &spans.spans()[1..], &self.checked, year) {
            return Ok(Answer::Undecided);
        }
        Ok(Answer::Found(spans.captures(self.haystack(string, text, year)?)))
    }

    /// The text, with what else a value depends on.
    fn haystack(&self, string: &Bound<'_, PyString>, text: &str, year: i32) -> PyResult<Haystack> {
        let py = string.py();
        // An object of a subclass may lead anywhere.
        let text = match string.cast_exact::<PyString>() {
            Ok(string) => string.clone(),
            Err(_) => make::text(py, text)?,
        };
        Ok(Haystack { fields: self.fields.clone_ref(py), text: text.unbind(), year })
    }

    /// Whether a match that was found before is still valid: the class of dates may have been replaced since, and the year may have changed.
    /// If it is not, the match is undecided.
    pub(crate) fn holds(&self, py: Python<'_>, matches: &Matches) -> PyResult<bool> {
        Ok(!self.has_datetimes || self.year(py)? == Some(matches.haystack.year))
    }

    /// Whether a `Result` of the spans is all that a match gives: there is nothing to ask and nothing to call.
    pub(crate) fn is_plain(&self) -> bool {
        !self.has_datetimes && !self.has_converters && !self.fields.get().has_nested_names
    }

    /// The `Result` of a match. Converters that programs can see are called now, those of positional fields first.
    pub(crate) fn result<'py>(&self, py: Python<'py>, captures: Captures) -> PyResult<Bound<'py, PyAny>> {
        // Nested names may contradict each other, which raises.
        if !self.has_converters && !captures.fields().has_nested_names {
            return Result::lazy(py, || captures);
        }
        let value = |index: usize| match &self.converters[index] {
            Some(_) if captures.is_absent(index) => Ok(py.None().into_bound(py)),
            Some(converter) => {
                let text = captures.text(py, index)?;
                match self.pattern().fields()[index].nulls() {
                    Some(nulls) if nulls.has(text.to_str()?.as_bytes()) => Ok(py.None().into_bound(py)),
                    _ => capi::call(converter.bind(py), &[text.as_any()]),
                }
            }
            None => captures.value(py, index),
        };
        let fixed = captures.fields().fixed(py, value)?;
        let named = captures.fields().named(py, value)?;
        Result::with_values(py, captures, fixed, named)
    }

    /// The year for dates that are written without one, where there are dates at all; `None` where the program has put a class of
    /// its own in the place of `datetime`.
    fn year(&self, py: Python<'_>) -> PyResult<Option<i32>> {
        static PACKAGE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        static DATETIME: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        if !self.has_datetimes {
            return Ok(Some(0));
        }
        let package = PACKAGE.get_or_try_init(py, || make::import(py, "parsimd").map(Bound::unbind))?.bind(py);
        let class = package.getattr(name!(py, "datetime"))?;
        if !class.is(make::imported(py, &DATETIME, "datetime", "datetime")?) {
            return Ok(None);
        }
        if !self.needs_year {
            return Ok(Some(0));
        }
        let today = capi::call_method(&class, name!(py, "today"), &[])?;
        today.getattr(name!(py, "year"))?.extract().map(Some)
    }
}

#[pymethods]
impl Matcher {
    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        self.converters.iter().flatten().try_for_each(|converter| visit.call(converter))
    }
}

/// Where a search begins and ends. Offsets are cut to the text, as `re` does it; a character is a byte here.
fn places(text: &str, pos: isize, endpos: isize) -> Option<(usize, usize)> {
    let place = |at: isize| usize::try_from(at).unwrap_or(0).min(text.len());
    Some((place(pos), place(endpos))).filter(|(start, end)| start <= end)
}
