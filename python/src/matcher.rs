//! `Matcher`: whole-text matching, for `Parser`.
//!
//! It may answer that Python should decide: the text is not ASCII, or something about it is best left to Python, whose `re` then
//! does the whole call again, with the same answer or the right exception. It says so before any converter was called.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use parsimd::{Anchored, DatetimeLayout, Pattern, ValueKind, extension};
use pyo3::{
    PyTraverseError, PyVisit,
    prelude::*,
    sync::PyOnceLock,
    types::{PyModule, PyString},
};

use crate::{
    cpython, gate,
    make::{self, name},
    objects,
    result::{Alone, Fields, Found, Matches, Result, Text, is_sound},
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
    has_moments: bool,
    needs_year: bool,
}

/// What a match is to the caller.
pub(crate) enum Answer<T> {
    Found(T),
    NotFound,
    /// Python should do the call.
    LeftToPython,
}

/// The matches from some place on, as many as were looked for.
pub(crate) struct Ahead {
    pub(crate) matches: Py<Matches>,
    pub(crate) behind: Behind,
}

/// What is behind the matches that were found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behind {
    /// There may be more.
    More,
    /// There are no more.
    Nothing,
    /// There is one that Python should decide.
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
        let by_python = |kind: &ValueKind| matches!(kind, ValueKind::Custom(_) | ValueKind::Strptime(_));
        let converters: Vec<_> =
            kinds.iter().zip(converters).map(|(kind, converter)| by_python(kind).then_some(converter)).collect();
        let is_checked = |kind: &ValueKind| !by_python(kind) && *kind != ValueKind::Text;
        Ok(Matcher {
            fields: Py::new(py, Fields::new(py, pattern, tz_class)?)?,
            has_converters: converters.iter().any(Option::is_some),
            converters,
            checked: (0..kinds.len()).filter(|&at| is_checked(&kinds[at])).collect(),
            has_moments: kinds.iter().any(|kind| matches!(kind, ValueKind::Time(_))),
            needs_year: kinds.contains(&ValueKind::Time(DatetimeLayout::Syslog)),
        })
    }

    fn pattern(&self) -> &Pattern {
        &self.fields.get().pattern
    }

    /// Whether the pattern can match nothing at all.
    pub(crate) fn matches_empty(&self) -> bool {
        self.pattern().plan().matches_empty()
    }

    /// The match of the whole of `string`.
    pub(crate) fn parse(&self, string: &Bound<'_, PyAny>) -> PyResult<Answer<Found>> {
        let Some((string, text)) = objects::ascii(string)? else { return Ok(Answer::LeftToPython) };
        let found = gate::search(self.pattern(), string, text, text.len(), |pattern, text, _| {
            Alone::find(pattern, text, 0, Anchored::Yes)
        })?;
        self.answer(string, text, found)
    }

    /// The first match between characters `pos` and `endpos`.
    pub(crate) fn search(&self, string: &Bound<'_, PyAny>, pos: isize, endpos: isize) -> PyResult<Answer<Found>> {
        let Some((string, text)) = objects::ascii(string)? else { return Ok(Answer::LeftToPython) };
        let Some((start, end)) = places(text, pos, endpos) else { return Ok(Answer::NotFound) };
        let found = gate::search(self.pattern(), string, text, end - start, move |pattern, text, _| {
            Alone::find(pattern, &text[..end], start, Anchored::No)
        })?;
        self.answer(string, text, found)
    }

    /// The first `count` matches between characters `pos` and `endpos`. The pattern must not match nothing at all.
    pub(crate) fn search_ahead(
        &self,
        string: &Bound<'_, PyAny>,
        pos: isize,
        endpos: isize,
        count: usize,
    ) -> PyResult<Answer<Ahead>> {
        let Some((string, text)) = objects::ascii(string)? else { return Ok(Answer::LeftToPython) };
        let Some((start, end)) = places(text, pos, endpos) else { return Ok(Answer::NotFound) };
        let py = string.py();
        let Some(year) = self.year(py)? else { return Ok(Answer::LeftToPython) };
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
                return Ok((spans, Behind::Python));
            }
            Ok((spans, if may_go_on { Behind::More } else { Behind::Nothing }))
        };
        let found: parsimd::Result<_> = gate::search(self.pattern(), string, text, end - start, work)?;
        let Ok((spans, behind)) = found else { return Ok(Answer::LeftToPython) };
        match behind {
            Behind::Nothing if spans.is_empty() => return Ok(Answer::NotFound),
            Behind::Python if spans.is_empty() => return Ok(Answer::LeftToPython),
            _ => {}
        }
        let text = self.text(string, text, year)?;
        let matches = cpython::alloc(py, || Matches { text, spans })?;
        Ok(Answer::Found(Ahead { matches: matches.unbind(), behind }))
    }

    /// How many spans a match has.
    pub(crate) fn row_size(&self) -> usize {
        self.converters.len() + 1
    }

    fn answer(
        &self,
        string: &Bound<'_, PyString>,
        text: &str,
        found: parsimd::Result<Option<Alone>>,
    ) -> PyResult<Answer<Found>> {
        let spans = match found {
            Ok(None) => return Ok(Answer::NotFound),
            Ok(Some(spans)) => spans,
            Err(_) => return Ok(Answer::LeftToPython),
        };
        let Some(year) = self.year(string.py())? else { return Ok(Answer::LeftToPython) };
        if !is_sound(self.pattern(), text, &spans.spans()[1..], &self.checked, year) {
            return Ok(Answer::LeftToPython);
        }
        Ok(Answer::Found(spans.found(self.text(string, text, year)?)))
    }

    /// The text, with what else a value depends on.
    fn text(&self, string: &Bound<'_, PyString>, text: &str, year: i32) -> PyResult<Text> {
        let py = string.py();
        // An object of a subclass may lead anywhere.
        let text = match string.cast_exact::<PyString>() {
            Ok(string) => string.clone(),
            Err(_) => make::text(py, text)?,
        };
        Ok(Text { fields: self.fields.clone_ref(py), text: text.unbind(), year })
    }

    /// Whether a match that was found before is still what it was: the class of dates may have been replaced since, and the year may
    /// have changed. If not, Python should decide.
    pub(crate) fn holds(&self, py: Python<'_>, matches: &Matches) -> PyResult<bool> {
        Ok(!self.has_moments || self.year(py)? == Some(matches.text.year))
    }

    /// Whether a `Result` of the spans is all that a match gives: there is nothing to ask and nothing to call.
    pub(crate) fn is_plain(&self) -> bool {
        !self.has_moments && !self.has_converters && !self.fields.get().has_nested_names
    }

    /// The `Result` of a match. Converters that programs can see are called now, those of positional fields first.
    pub(crate) fn result<'py>(&self, py: Python<'py>, found: Found) -> PyResult<Bound<'py, PyAny>> {
        // Nested names may contradict each other, which raises.
        if !self.has_converters && !found.fields().has_nested_names {
            return Result::late(py, || found);
        }
        let value = |index: usize| match &self.converters[index] {
            Some(converter) => converter.bind(py).call1((found.text(py, index)?,)),
            None => found.value(py, index),
        };
        let fixed = found.fields().fixed(py, value)?;
        let named = found.fields().named(py, value)?;
        Result::ready(py, found, fixed, named)
    }

    /// The year for dates that are written without one, where there are dates at all; `None` where the program has put a class of
    /// its own in the place of `datetime`.
    fn year(&self, py: Python<'_>) -> PyResult<Option<i32>> {
        static PACKAGE: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
        static DATETIME: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        if !self.has_moments {
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
        let today = class.call_method0(name!(py, "today"))?;
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
