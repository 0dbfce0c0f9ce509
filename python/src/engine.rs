//! `ParserBase`: the native class below `Parser`, which holds the engine that matches.
//!
//! Python chooses the engine at the first call, by `Parser._choose_engine`; the choice is kept here from then on, so that a call that
//! matches runs no frame of Python. Whatever changes a parser makes it forget the engine. The methods of the class are in `parser`: they make
//! iterators, and an iterator asks for the engine.

use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::{PyTraverseError, PyVisit, exceptions::PyTypeError, prelude::*, types::PyString};

use crate::{
    capi,
    cells::{ObjectCell, assert_zeroable},
    make::{error, name},
    matcher::Matcher,
};

/// The matching half of `Parser`.
#[pyclass(frozen, subclass, module = "parsimd._parsimd")]
pub(crate) struct ParserBase {
    /// What matches, once it was chosen: a `Matcher`, or the reason for Python's `re`, a string.
    engine: ObjectCell,
    /// How often the parser was changed so that an engine must be chosen again.
    changes: AtomicUsize,
}

const _: fn(ParserBase) = |ParserBase { engine, changes }| assert_zeroable((engine, changes));

impl ParserBase {
    /// One whose engine was not chosen yet.
    pub(crate) const fn undecided() -> ParserBase {
        ParserBase { engine: ObjectCell::empty(), changes: AtomicUsize::new(0) }
    }

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
            None => capi::call_method(this, name!(py, "_choose_engine"), &[])?,
        };
        Ok(engine.cast_into_exact::<Matcher>().ok())
    }

    /// The engine that was chosen, if one was.
    pub(crate) fn engine<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        self.engine.get(py)
    }

    /// Keeps the engine that was chosen; `None` forgets it, as the parser was changed.
    pub(crate) fn set_engine<'py>(&self, py: Python<'py>, engine: Option<Bound<'py, PyAny>>) -> PyResult<()> {
        match &engine {
            None => drop(self.changes.fetch_add(1, Ordering::Release)),
            Some(engine) if engine.is_exact_instance_of::<Matcher>() || engine.is_instance_of::<PyString>() => {}
            Some(_) => return Err(error::<PyTypeError>("an engine is a Matcher or a reason")),
        }
        self.engine.replace(py, engine);
        Ok(())
    }

    pub(crate) fn visit(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.engine.visit(visit)
    }
}
