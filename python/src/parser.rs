//! `ParserBase`: the calls of `Parser` that match, without a frame of Python.
//!
//! `Parser` is a Python class with this one below it, so that everything of it can be overridden, replaced and read as ever. What
//! is here is which engine matches, kept from the first call on, and the calls themselves. A call that the native engine does not
//! take goes to the methods of `Parser` that run `re`.

use std::sync::{
    Mutex, MutexGuard, OnceLock, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use pyo3::{
    Borrowed, PyTraverseError, PyVisit,
    exceptions::PyTypeError,
    intern,
    prelude::*,
    types::{PyDict, PyString, PyTuple},
};

use crate::{
    gate,
    iterator::ResultIterator,
    matcher::{Answer, Matcher},
};

/// The matching half of `Parser`.
#[pyclass(frozen, subclass, module = "parsimd._parsimd")]
pub(crate) struct ParserBase {
    /// The first engine that was chosen. It holds as long as there were no changes.
    first: OnceLock<Engine>,
    /// The one that was chosen since the last change.
    later: Mutex<Option<Engine>>,
    /// How often the parser was changed so that an engine must be chosen anew.
    changes: AtomicUsize,
}

/// What matches.
enum Engine {
    Native(Py<Matcher>),
    /// Python's `re`, and why.
    Re(Py<PyString>),
}

impl Engine {
    fn copy(&self, py: Python<'_>) -> Engine {
        match self {
            Engine::Native(matcher) => Engine::Native(matcher.clone_ref(py)),
            Engine::Re(reason) => Engine::Re(reason.clone_ref(py)),
        }
    }
}

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
            Place::At(at) => Ok(at.into_pyobject(py)?.into_any()),
            Place::Other(object) => Ok(object.clone_ref(py).into_bound(py)),
        }
    }
}

impl ParserBase {
    fn later(&self) -> MutexGuard<'_, Option<Engine>> {
        self.later.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number that is another after the parser was changed.
    pub(crate) fn changes(&self) -> usize {
        self.changes.load(Ordering::Acquire)
    }

    /// The engine, if one was chosen.
    fn kept(&self, py: Python<'_>) -> Option<Engine> {
        if self.changes() == 0 { self.first.get().map(|engine| engine.copy(py)) } else { self.kept_later(py) }
    }

    fn kept_later(&self, py: Python<'_>) -> Option<Engine> {
        self.later().as_ref().map(|engine| engine.copy(py))
    }

    /// The native engine, if it is the one that matches.
    pub(crate) fn matcher<'py>(this: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, Matcher>>> {
        let py = this.py();
        match this.get().kept(py) {
            Some(Engine::Native(matcher)) => Ok(Some(matcher.into_bound(py))),
            Some(Engine::Re(_)) => Ok(None),
            None => Ok(this.call_method0(intern!(py, "_choose_engine"))?.cast_into::<Matcher>().ok()),
        }
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
        ParserBase { first: OnceLock::new(), later: Mutex::new(None), changes: AtomicUsize::new(0) }
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
            && let Some(given) = gate::caught(|| given(&matcher, matcher.get().parse(string)?))??
        {
            return Ok(given);
        }
        slf.call_method1(intern!(slf.py(), "_parse_by_re"), (string, evaluate_result.0))
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
            && let Some(given) = gate::caught(|| given(&matcher, matcher.get().search(string, *pos, *endpos)?))??
        {
            return Ok(given);
        }
        let places = (pos.object(py)?, endpos.object(py)?);
        slf.call_method1(intern!(py, "_search_by_re"), (string, places.0, places.1, evaluate_result.0))
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
        Some(match self.kept(py)? {
            Engine::Native(matcher) => matcher.into_bound(py).into_any(),
            Engine::Re(reason) => reason.into_bound(py).into_any(),
        })
    }

    /// Keeps the engine that was chosen; None forgets it.
    fn _keep_engine(&self, engine: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let engine = match engine.map(|engine| (engine.cast::<Matcher>(), engine.cast::<PyString>())) {
            Some((Ok(matcher), _)) => Some(Engine::Native(matcher.clone().unbind())),
            Some((_, Ok(reason))) => Some(Engine::Re(reason.clone().unbind())),
            Some(_) => return Err(PyTypeError::new_err("an engine is a Matcher or a reason")),
            None => {
                self.changes.fetch_add(1, Ordering::Release);
                None
            }
        };
        let engine = match engine {
            Some(engine) if self.changes() == 0 => self.first.set(engine).err(),
            engine => engine,
        };
        let before = std::mem::replace(&mut *self.later(), engine);
        drop(before);
        Ok(())
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        let visit_engine = |engine: &Engine| match engine {
            Engine::Native(matcher) => visit.call(matcher),
            Engine::Re(_) => Ok(()),
        };
        self.first.get().map_or(Ok(()), visit_engine)?;
        // Nobody holds the lock while the collector runs.
        self.later.try_lock().ok().as_deref().and_then(Option::as_ref).map_or(Ok(()), visit_engine)
    }
}

/// The end of the string, where no other is given.
fn end_of(string: &Bound<'_, PyAny>, endpos: Option<Place>) -> PyResult<Place> {
    match endpos {
        Some(endpos) => Ok(endpos),
        None => Ok(Place::At(string.len()? as isize)),
    }
}
