//! Arguments of the calls that match: taken as `parse` and `re` take them.

use pyo3::{Borrowed, prelude::*};

use crate::make;

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
        Ok(object.extract().map_or_else(|_| Pos::Other(object.to_owned().unbind()), Pos::At))
    }
}

impl Pos {
    pub(crate) fn object<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Pos::At(at) => Ok(make::int(py, *at as i64)?.into_any()),
            Pos::Other(object) => Ok(object.clone_ref(py).into_bound(py)),
        }
    }

    pub(crate) fn clone_ref(&self, py: Python<'_>) -> Pos {
        match self {
            Pos::At(at) => Pos::At(*at),
            Pos::Other(object) => Pos::Other(object.clone_ref(py)),
        }
    }
}
