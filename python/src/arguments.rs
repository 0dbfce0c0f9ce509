//! Arguments of the calls that match: taken as `parse` and `re` take them.

use pyo3::{Borrowed, exceptions::PyTypeError, prelude::*, sync::PyOnceLock, types::PyDict};

use crate::{capi, gate, make};

/// An argument as an error shows it: its `repr`, cut where it is long.
pub(crate) fn shown(given: &Bound<'_, PyAny>) -> String {
    static SHOWN: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = given.py();
    let text = make::imported(py, &SHOWN, "parsimd._arguments", "shown").and_then(|shown| capi::call(shown, &[given]));
    text.map_or_else(|_| "?".to_owned(), |text| text.to_string())
}

/// Any object that stands for true or false.
pub(crate) struct Truth(pub(crate) bool);

impl<'py> FromPyObject<'_, 'py> for Truth {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        object.is_truthy().map(Truth)
    }
}

/// `pos` or `endpos`: a place in a text, in characters.
pub(crate) enum Pos {
    At(isize),
    /// What is no such number: `re` will say so.
    Other(Py<PyAny>),
}

impl<'py> FromPyObject<'_, 'py> for Pos {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let at = gate::unless_raised(object.py(), object.extract())?;
        Ok(at.map_or_else(|| Pos::Other(object.to_owned().unbind()), Pos::At))
    }
}

impl Pos {
    pub(crate) fn object<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Pos::At(at) => Ok(make::int(py, *at as i64)?.into_any()),
            Pos::Other(object) => Ok(object.clone_ref(py).into_bound(py)),
        }
    }

    /// # Errors
    /// TypeError: types of the program's own were given in its place.
    pub(crate) fn check_is_not_types(&self, py: Python<'_>) -> PyResult<()> {
        match self {
            Pos::Other(object) if object.bind(py).is_instance_of::<PyDict>() => Err(make::error::<PyTypeError>(
                "pos must be the number of a character, not dict: types of your own are given by name, as extra_types=…",
            )),
            _ => Ok(()),
        }
    }

    pub(crate) fn clone_ref(&self, py: Python<'_>) -> Pos {
        match self {
            Pos::At(at) => Pos::At(*at),
            Pos::Other(object) => Pos::Other(object.clone_ref(py)),
        }
    }
}
