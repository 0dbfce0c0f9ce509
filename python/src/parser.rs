//! `ParserBase`: the calls of `Parser` that match, without a frame of Python.
//!
//! `Parser` is a Python class with this one below it, so that everything of it can be overridden, replaced and read as ever. What
//! is here is which engine matches, kept from the first call on, and the calls themselves. A call that the native engine does not
//! take goes to the methods of `Parser` that run `re`.

use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::{
    Borrowed, PyTraverseError, PyVisit,
    exceptions::PyTypeError,
    prelude::*,
    types::{PyDict, PyString, PyTuple},
};

use crate::{
    cpython::{Slot, zeroed},
    error::caught,
    iterator::ResultIterator,
    make::{self, error, name},
    matcher::{Answer, Matcher},
};

/// The matching half of `Parser`.
#[pyclass(frozen, subclass, module = "parsimd._parsimd")]
pub(crate) struct ParserBase {
    /// What matches, once that was chosen: a `Matcher`, or the reason for Python's `re`, a string.
    engine: Slot,
    /// How often the parser was changed so that an engine must be chosen anew.
    changes: AtomicUsize,
}

const _: fn(ParserBase) = |ParserBase { engine, changes }| zeroed((engine, changes));

/// Any object that stands for true or false.
pub(crate) struct Truth(pub(crate) bool);

impl<'py> FromPyObject<'_, 'py> for Truth {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        object.is_truthy().map(Truth)
    }
}

/// A place in a text, in characters.
pub(crate) enum Place {
    At(isize),
    /// What is no such number: `re` will say so.
    Other(Py<PyAny>),
}

impl<'py> FromPyObject<'_, 'py> for Place {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Ok(object.extract().map_or_else(|_| Place::Other(object.to_owned().unbind()), Place::At))
    }
}

impl Place {
    pub(crate) fn object<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Place::At(at) => Ok(make::int(py, *at as i64)?.into_any()),
            Place::Other(object) => Ok(object.clone_ref(py).into_bound(py)),
        }
    }
}

impl ParserBase {
    /// A number that is another after the parser was changed.
    pub(crate) fn changes(&self) -> usize {
        self.changes.load(Ordering::Acquire)
    }

    /// The native engine, if it is the one that matches.
    #[inline]
    pub(crate) fn matcher<'py>(this: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, Matcher>>> {
        let py = this.py();
        let engine = match this.get().engine.get(py) {
            Some(engine) => engine,
            None => this.call_method0(name!(py, "_choose_engine"))?,
        };
        Ok(engine.cast_into_exact::<Matcher>().ok())
    }
}

/// What a call gives, or `None` where Python should do it.
fn given<'py>(
    matcher: &Bound<'py, Matcher>,
    answer: Answer<crate::result::Found>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = matcher.py();
    match answer {
        Answer::Found(found) => matcher.get().result(py, found).map(Some),
        Answer::NotFound => Ok(Some(py.None().into_bound(py))),
        Answer::LeftToPython => Ok(None),
    }
}

#[pymethods]
impl ParserBase {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> ParserBase {
        ParserBase { engine: Slot::empty(), changes: AtomicUsize::new(0) }
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
            && let Some(given) = caught(|| given(&matcher, matcher.get().parse(string)?))??
        {
            return Ok(given);
        }
        slf.call_method1(name!(slf.py(), "_parse_by_re"), (string, evaluate_result.0))
    }

    /// The first match in ``string``, from character ``pos`` up to ``endpos``, or None.
    #[pyo3(
        signature = (string, pos = Place::At(0), endpos = None, evaluate_result = Truth(true)),
        text_signature = "($self, string, pos=0, endpos=None, evaluate_result=True)"
    )]
    fn search<'py>(
        slf: &Bound<'py, Self>,
        string: &Bound<'py, PyAny>,
        pos: Place,
        endpos: Option<Place>,
        evaluate_result: Truth,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let (pos, endpos) = (pos, end_of(string, endpos)?);
        if evaluate_result.0
            && let (Place::At(pos), Place::At(endpos)) = (&pos, &endpos)
            && let Some(matcher) = Self::matcher(slf)?
            && let Some(given) = caught(|| given(&matcher, matcher.get().search(string, *pos, *endpos)?))??
        {
            return Ok(given);
        }
        let places = (pos.object(py)?, endpos.object(py)?);
        slf.call_method1(name!(py, "_search_by_re"), (string, places.0, places.1, evaluate_result.0))
    }

    /// All matches in ``string``, from character ``pos`` up to ``endpos``, as an iterator. ``extra_types`` is not used.
    #[pyo3(
        signature = (string, pos = Place::At(0), endpos = None, extra_types = None, evaluate_result = Truth(true)),
        text_signature = "($self, string, pos=0, endpos=None, extra_types=None, evaluate_result=True)"
    )]
    fn findall(
        slf: &Bound<'_, Self>,
        string: &Bound<'_, PyAny>,
        pos: Place,
        endpos: Option<Place>,
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
        self.engine.get(py)
    }

    /// Keeps the engine that was chosen; None forgets it.
    fn _keep_engine<'py>(&self, py: Python<'py>, engine: Option<Bound<'py, PyAny>>) -> PyResult<()> {
        match &engine {
            None => drop(self.changes.fetch_add(1, Ordering::Release)),
            Some(engine) if engine.is_exact_instance_of::<Matcher>() || engine.is_instance_of::<PyString>() => {}
            Some(_) => return Err(error::<PyTypeError>("an engine is a Matcher or a reason")),
        }
        self.engine.replace(py, engine);
        Ok(())
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.engine.visit(&visit)
    }
}

/// The end of the string, where no other is given.
fn end_of(string: &Bound<'_, PyAny>, endpos: Option<Place>) -> PyResult<Place> {
    match endpos {
        Some(endpos) => Ok(endpos),
        None => Ok(Place::At(string.len()? as isize)),
    }
}
