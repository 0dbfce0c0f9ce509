//! Errors of the crate, and panics, as exceptions.
//!
//! An exception that came from Python, by way of the crate, comes out as the object that it was.

use std::{
    any::Any,
    error::Error as _,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
};

use pyo3::{
    create_exception,
    exceptions::{PyIsADirectoryError, PyMemoryError, PyOSError, PyRuntimeError, PyValueError},
    prelude::*,
};

use crate::{
    make::{self, name},
    stats::Failure,
};

create_exception!(
    parsimd,
    InternalError,
    PyRuntimeError,
    "A defect of parsimd itself. Please report it, with the pattern."
);

create_exception!(
    parsimd,
    ScanError,
    PyValueError,
    "A scan that cannot go on: with on_error=\"raise\", at the first record that could not be read, which is in `failure`; its place in bytes is in `offset`, or in an array its number in `row`."
);

/// The exception for an error of the crate.
pub(crate) fn to_python(error: parsimd::Error) -> PyErr {
    if let Some(raised) = error.source().and_then(|source| source.downcast_ref::<PyErr>()) {
        return Python::attach(|py| raised.clone_ref(py));
    }
    if let Some(source) = error.source().and_then(|source| source.downcast_ref::<io::Error>()) {
        if let Some(raised) = source.get_ref().and_then(|inner| inner.downcast_ref::<PyErr>()) {
            return Python::attach(|py| raised.clone_ref(py));
        }
        return match source.raw_os_error() {
            None if source.kind() == io::ErrorKind::IsADirectory => {
                make::error::<PyIsADirectoryError>(error.to_string())
            }
            Some(_) => {
                let message = error.to_string();
                let name = message.strip_suffix(&format!(": {source}")).unwrap_or(&message);
                Python::attach(|py| os_error(py, source, name))
            }
            None => make::error::<PyOSError>(error.to_string()),
        };
    }
    if error.is_memory() {
        return make::error::<PyMemoryError>(error.to_string());
    }
    if error.is_record() || error.is_limit() {
        let offset = error.offset();
        let raised = make::error::<ScanError>(error.to_string());
        return Python::attach(|py| {
            let value = raised.value(py);
            let number = |number: Option<u64>| number.map(|number| make::unsigned(py, number)).transpose();
            let set = || {
                value.setattr(name!(py, "offset"), number(offset)?)?;
                value.setattr(name!(py, "row"), number(error.row())?)?;
                let failure = error.failure().cloned().map(|failure| Bound::new(py, Failure(failure))).transpose()?;
                value.setattr(name!(py, "failure"), failure)
            };
            set().err().unwrap_or_else(|| raised.clone_ref(py))
        });
    }
    make::error::<PyValueError>(parsimd::extension::drawn_message(&error))
}

/// The exception for an error with a file of this name.
pub(crate) fn os_error(py: Python<'_>, error: &io::Error, name: &str) -> PyErr {
    let words = error.to_string();
    let Some(code) = error.raw_os_error() else { return make::error::<PyOSError>(format!("{name}: {words}")) };
    let text = |text: &str| make::text(py, text).map(Bound::into_any);
    let words = words.split(" (os error").next().unwrap_or_default();
    let code = make::int(py, code.into()).map(Bound::into_any);
    make::error_of::<PyOSError>(make::tuple(py, [code, text(words), text(name)]))
}

/// Runs `work`; a panic becomes an [`InternalError`].
#[inline]
pub(crate) fn caught<T>(work: impl FnOnce() -> T) -> PyResult<T> {
    // After a panic the state that the work held is dropped with its owner, or locked for good: it is not seen again.
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| internal_error(&*panic))
}

#[cold]
#[inline(never)]
fn internal_error(panic: &(dyn Any + Send)) -> PyErr {
    let message = panic.downcast_ref::<&str>().copied();
    let message = message.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
    make::error::<InternalError>(format!("parsimd panicked: {message}"))
}
