//! `Matcher`: whole-text matching, for `Parser`.
//!
//! It may answer that Python should decide: the text is not ASCII, or something about it is best left to Python, whose `re` then
//! does the whole call again, with the same answer or the right exception. It says so before any converter was called.

use std::sync::atomic::{AtomicBool, Ordering};

use parsimd::{NOWHERE, Pattern, TimeLayout, ValueKind};
use pyo3::{
    PyTraverseError, PyVisit, intern,
    prelude::*,
    sync::PyOnceLock,
    types::{PyModule, PyString, PyType},
};

use crate::{
    gate, objects,
    result::{Alone, Fields, Found, Matches, Result, Text},
};

/// Matches ASCII text natively. Made by `Pattern.matcher`.
#[pyclass(frozen, module = "parsimd._parsimd")]
pub(crate) struct Matcher {
    fields: Py<Fields>,
    /// For each field, a callable that takes the text, or none: then the native conversion is used.
    converters: Vec<Option<Py<PyAny>>>,
    has_converters: bool,
    /// The fields that are converted natively and are more than their text: it may be no value of their type.
    checked: Vec<usize>,
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
    /// True when there are no more behind these.
    pub(crate) is_last: bool,
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
            fields: Py::new(py, Fields::new(py, pattern, tz_class))?,
            has_converters: converters.iter().any(Option::is_some),
            converters,
            checked: (0..kinds.len()).filter(|&at| is_checked(&kinds[at])).collect(),
            has_moments: kinds.iter().any(|kind| matches!(kind, ValueKind::Time(_))),
            needs_year: kinds.contains(&ValueKind::Time(TimeLayout::Syslog)),
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
            Alone::find(pattern, text, 0, true)
        })?;
        self.answer(string, text, found)
    }

    /// The first match between characters `pos` and `endpos`.
    pub(crate) fn search(&self, string: &Bound<'_, PyAny>, pos: isize, endpos: isize) -> PyResult<Answer<Found>> {
        let Some((string, text)) = objects::ascii(string)? else { return Ok(Answer::LeftToPython) };
        let Some((start, end)) = places(text, pos, endpos) else { return Ok(Answer::NotFound) };
        let found = gate::search(self.pattern(), string, text, end - start, move |pattern, text, _| {
            Alone::find(pattern, &text[..end], start, false)
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
        let row = self.row_size();
        let size = row * count.min(end - start);
        let work = move |pattern: &Pattern, text: &str, abandoned: &AtomicBool| {
            let (mut spans, mut at, mut sure_from) = (Vec::with_capacity(size), start, 0);
            for _ in 0..count {
                let from = spans.len();
                spans.resize(from + row, NOWHERE);
                if !pattern.spans_in_ascii(&text[..end], at, false, &mut sure_from, &mut spans[from..])? {
                    spans.truncate(from);
                    return Ok((spans, true));
                }
                at = spans[from].1;
                if abandoned.load(Ordering::Relaxed) {
                    break;
                }
            }
            Ok((spans, false))
        };
        let found: parsimd::Result<_> = gate::search(self.pattern(), string, text, end - start, work)?;
        let Ok((spans, is_last)) = found else { return Ok(Answer::LeftToPython) };
        if spans.is_empty() && is_last {
            return Ok(Answer::NotFound);
        }
        let py = string.py();
        let Some(text) = self.text(string, text)? else { return Ok(Answer::LeftToPython) };
        Ok(Answer::Found(Ahead { matches: Py::new(py, Matches { text, spans })?, is_last }))
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
        let Some(text) = self.text(string, text)? else { return Ok(Answer::LeftToPython) };
        let found = spans.found(text);
        Ok(if found.is_sound(string.py(), &self.checked)? { Answer::Found(found) } else { Answer::LeftToPython })
    }

    /// The text, with what else a value depends on; none if Python should make them.
    fn text(&self, string: &Bound<'_, PyString>, text: &str) -> PyResult<Option<Text>> {
        let py = string.py();
        let Some(year) = self.year(py)? else { return Ok(None) };
        // An object of a subclass may lead anywhere.
        let text = match string.cast_exact::<PyString>() {
            Ok(string) => string.clone(),
            Err(_) => PyString::new(py, text),
        };
        Ok(Some(Text { fields: self.fields.clone_ref(py), text: text.unbind(), year }))
    }

    /// The match whose spans begin at this place, as [`Found::is_sound`] says it; none if Python should decide.
    pub(crate) fn row(&self, py: Python<'_>, matches: Py<Matches>, from: usize) -> PyResult<Option<Found>> {
        // The class of dates may be replaced between two matches, and the year may change.
        if self.has_moments && self.year(py)? != Some(matches.get().text.year) {
            return Ok(None);
        }
        let found = Found::Row(matches, from);
        Ok(found.is_sound(py, &self.checked)?.then_some(found))
    }

    /// The `Result` of a match. Converters that programs can see are called now, those of positional fields first.
    pub(crate) fn result<'py>(&self, py: Python<'py>, found: Found) -> PyResult<Bound<'py, PyAny>> {
        // Nested names may contradict each other, which raises.
        if !self.has_converters && !found.fields().has_nested_names {
            return Result::late(py, found);
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
        static DATETIME: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        if !self.has_moments {
            return Ok(Some(0));
        }
        let package = PACKAGE.get_or_try_init(py, || py.import("parsimd").map(Bound::unbind))?.bind(py);
        let class = package.getattr(intern!(py, "datetime"))?;
        if !class.is(DATETIME.import(py, "datetime", "datetime")?) {
            return Ok(None);
        }
        if !self.needs_year {
            return Ok(Some(0));
        }
        let today = class.call_method0(intern!(py, "today"))?;
        today.getattr(intern!(py, "year"))?.extract().map(Some)
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
