//! The Arrow PyCapsule protocol: `__arrow_c_schema__`, `__arrow_c_array__` and `__arrow_c_stream__`.
//!
//! | file | what |
//! |---|---|
//! | [`export`] | batches, columns and scans → capsules |
//! | [`import`] | capsules of other libraries → arrays |

#![allow(unsafe_code, reason = "the structs of Arrow's C interface")]

mod export;
mod import;

use std::ffi::CStr;

use arrow_schema::ArrowError;
use pyo3::{exceptions::PyValueError, prelude::*, types::PyTuple};

pub(crate) use export::{array, batches, column, column_schema, column_stream, lazy, schema, stream, texts};
pub(crate) use import::{Given, row_numbers};

use crate::make;

const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";
const STREAM: &CStr = c"arrow_array_stream";

/// A schema and an array: two capsules.
pub(crate) type Pair<'py> = Bound<'py, PyTuple>;

/// What a consumer asks for: a capsule with a schema, or None.
pub(crate) type Requested<'a, 'py> = Option<&'a Bound<'py, PyAny>>;

fn to_python(error: ArrowError) -> PyErr {
    make::error::<PyValueError>(error.to_string())
}
