//! The methods of `ParserBase`: the calls of `Parser` that match, without a frame of Python.
//!
//! `Parser` is a Python class with `ParserBase` below it, so that everything of it can be overridden, replaced and read as ever. A call
//! that the native engine cannot decide goes to a method of `Parser` that runs `re`: `_parse_by_re`, `_search_by_re`.

use pyo3::{
    PyTraverseError, PyVisit,
    prelude::*,
    types::{PyBool, PyDict, PyTuple},
};

use crate::{
    arguments::{Pos, Truth},
    capi,
    engine::ParserBase,
    error::caught,
    iterator::ResultIterator,
    make::name,
    matcher::{Answer, Matcher},
    objects,
    result::Captures,
};

/// The object that a call returns; `None` where the answer is undecided.
#[inline]
fn result_of<'py>(matcher: &Bound<'py, Matcher>, answer: Answer<Captures>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = matcher.py();
    match answer {
        Answer::Found(captures) => matcher.get().result(py, captures).map(Some),
        Answer::NotFound => Ok(Some(py.None().into_bound(py))),
        Answer::Undecided => Ok(None),
    }
}

#[pymethods]
impl ParserBase {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> ParserBase {
        ParserBase::undecided()
    }

    /// Matches the whole of ``string``: a `Result` (a `Match` without ``evaluate_result``), or None.
    #[pyo3(signature = (string, evaluate_result = Truth(true)), text_signature = "($self, string, evaluate_result=True)")]
    fn parse<'py>(
        slf: &Bound<'py, Self>,
        string: &Bound<'py, PyAny>,
        evaluate_result: Truth,
    ) -> PyResult<Bound<'py, PyAny>> {
        if evaluate_result.0
            && let Some(matcher) = Self::matcher(slf)?
            && let Some(result) = caught(|| result_of(&matcher, matcher.get().parse(string)?))??
        {
            return Ok(result);
        }
        let evaluate_result = PyBool::new(slf.py(), evaluate_result.0);
        let arguments = [objects::text(string)?.as_any(), evaluate_result.as_any()];
        capi::call_method(slf, name!(slf.py(), "_parse_by_re"), &arguments)
    }

    /// The first match in ``string``, from character ``pos`` up to ``endpos``, or None.
    #[pyo3(
        signature = (string, pos = Pos::At(0), endpos = None, evaluate_result = Truth(true)),
        text_signature = "($self, string, pos=0, endpos=None, evaluate_result=True)"
    )]
    fn search<'py>(
        slf: &Bound<'py, Self>,
        string: &Bound<'py, PyAny>,
        pos: Pos,
        endpos: Option<Pos>,
        evaluate_result: Truth,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let (pos, endpos) = (pos, end_of(string, endpos)?);
        if evaluate_result.0
            && let (Pos::At(pos), Pos::At(endpos)) = (&pos, &endpos)
            && let Some(matcher) = Self::matcher(slf)?
            && let Some(result) = caught(|| result_of(&matcher, matcher.get().search(string, *pos, *endpos)?))??
        {
            return Ok(result);
        }
        let places = (pos.object(py)?, endpos.object(py)?);
        let evaluate_result = PyBool::new(py, evaluate_result.0);
        let arguments = [string, &places.0, &places.1, evaluate_result.as_any()];
        capi::call_method(slf, name!(py, "_search_by_re"), &arguments)
    }

    /// All matches in ``string``, from character ``pos`` up to ``endpos``, as an iterator. ``extra_types`` is not used.
    #[pyo3(
        signature = (string, pos = Pos::At(0), endpos = None, extra_types = None, evaluate_result = Truth(true)),
        text_signature = "($self, string, pos=0, endpos=None, extra_types=None, evaluate_result=True)"
    )]
    fn findall(
        slf: &Bound<'_, Self>,
        string: &Bound<'_, PyAny>,
        pos: Pos,
        endpos: Option<Pos>,
        extra_types: Option<&Bound<'_, PyAny>>,
        evaluate_result: Truth,
    ) -> PyResult<ResultIterator> {
        let _ = extra_types;
        let endpos = end_of(string, endpos)?;
        Ok(ResultIterator::over(
            slf.clone().into_any().unbind(),
            string.clone().unbind(),
            pos,
            endpos,
            evaluate_result.0,
        ))
    }

    /// The engine that was chosen: a `Matcher`, or the reason for `re`; None before one was.
    fn _kept_engine<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        self.engine(py)
    }

    /// Keeps the engine that was chosen; None forgets it.
    fn _keep_engine<'py>(&self, py: Python<'py>, engine: Option<Bound<'py, PyAny>>) -> PyResult<()> {
        self.set_engine(py, engine)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.visit(&visit)
    }
}

/// `endpos`, or the end of the string without one.
fn end_of(string: &Bound<'_, PyAny>, endpos: Option<Pos>) -> PyResult<Pos> {
    let string = objects::text(string)?;
    match endpos {
        Some(endpos) => Ok(endpos),
        None => Ok(Pos::At(string.len()? as isize)),
    }
}
