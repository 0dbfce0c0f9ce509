//! What both directions share: the names of capsules, and the types of what goes in and out.

use std::ffi::CStr;

use arrow_schema::ArrowError;
use pyo3::{exceptions::PyValueError, prelude::*, types::PyTuple};

use crate::make;

pub(super) const SCHEMA: &CStr = c"arrow_schema";
pub(super) const ARRAY: &CStr = c"arrow_array";
pub(super) const STREAM: &CStr = c"arrow_array_stream";

/// A schema and an array: two capsules.
pub(crate) type Pair<'py> = Bound<'py, PyTuple>;

/// What a consumer asks for: a capsule with a schema, or None.
pub(crate) type Requested<'a, 'py> = Option<&'a Bound<'py, PyAny>>;

pub(super) fn to_python(error: ArrowError) -> PyErr {
    make::error::<PyValueError>(error.to_string())
}
