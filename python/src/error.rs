//! Errors of the crate, and panics, as exceptions.
//!
//! An exception that came from Python, by way of the crate, comes out as the object that it was.
//!
//! | a panic | becomes an [`InternalError`] by |
//! |---|---|
//! | of work that holds a lock, runs apart, or is asked for by C | [`caught`] |
//! | of anything else that Python calls | pyo3, whose class for it is made one of them by [`adopt_panics`] |

use std::{
    any::Any,
    error::Error as _,
    ffi::CString,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
};

use pyo3::{
    create_exception,
    exceptions::{
        PyAttributeError, PyIsADirectoryError, PyKeyError, PyMemoryError, PyOSError, PyUserWarning, PyValueError,
    },
    import_exception,
    panic::PanicException,
    prelude::*,
    sync::PyOnceLock,
};

use crate::{
    capi,
    make::{self, name},
    stats::Failure,
};

import_exception!(parsimd._internal, InternalError);

create_exception!(
    parsimd,
    ScanError,
    PyValueError,
    "A scan that cannot go on: with on_error=\"raise\", at the first record that could not be read, which is in `failure`; its place in bytes is in `offset`, or in an array its number in `row`."
);

/// A text that C can read, to which it would end at a NUL. One may come from a line, from the name of a file, or from an exception of the program's.
pub(crate) fn c_text(text: &str) -> String {
    text.replace('\0', "\u{2400}")
}

/// A `UserWarning` of the caller's so many frames up.
///
/// # Errors
/// The warning, where the program has them raised.
pub(crate) fn warn(py: Python<'_>, message: &str, frames: i32) -> PyResult<()> {
    let message = CString::new(c_text(message))?;
    PyErr::warn(py, &py.get_type::<PyUserWarning>(), &message, frames)
}

/// The exception that an error of the crate carries: it was raised by Python code that a scan called.
pub(crate) fn raised_by_python(error: &parsimd::Error) -> Option<&PyErr> {
    let source = error.source()?;
    let inner = || source.downcast_ref::<io::Error>()?.get_ref()?.downcast_ref::<PyErr>();
    source.downcast_ref::<PyErr>().or_else(inner)
}

/// The exception for an error of the crate.
pub(crate) fn to_python(error: parsimd::Error) -> PyErr {
    if let Some(raised) = raised_by_python(&error) {
        return Python::attach(|py| raised.clone_ref(py));
    }
    if let Some(source) = error.source().and_then(|source| source.downcast_ref::<io::Error>()) {
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

/// What to say of a name that there is not, where those are `names`.
pub(crate) fn no_name(what: &str, given: &str, names: &[&str]) -> String {
    let near = names.iter().find(|name| parsimd::extension::is_near(given, name));
    let hint = near.map_or_else(String::new, |near| format!("; did you mean {near:?}?"));
    format!("no {what} {given:?}; there are {names:?}{hint}")
}

/// The AttributeError of a name that may be meant for one of these fields.
pub(crate) fn attribute_error<'n>(class: &str, name: &str, fields: impl Iterator<Item = &'n str>) -> PyErr {
    let fields: Vec<&str> = fields.collect();
    let near = || fields.iter().find(|field| parsimd::extension::is_near(name, field));
    // Protocols ask for names that begin with an underscore, as no field does.
    let field = fields.iter().find(|field| **field == name).or_else(near).filter(|_| !name.starts_with('_'));
    let advice = field.map_or_else(String::new, |field| format!("; did you mean [{field:?}]?"));
    make::error::<PyAttributeError>(format!("'{class}' object has no attribute '{name}'{advice}"))
}

/// A KeyError with this text, which is shown as it is and not by its `repr`.
pub(crate) fn key_error(py: Python<'_>, message: &str) -> PyErr {
    static MESSAGE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    shown(py, &MESSAGE, "Message", &[message])
}

/// A KeyError of this name, which it has as its argument, shown as a text that says what there is.
pub(crate) fn no_key(py: Python<'_>, name: &str, message: &str) -> PyErr {
    static NAME: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    shown(py, &NAME, "Name", &[name, message])
}

/// A KeyError with an instance of a class of `parsimd._arguments`.
fn shown(py: Python<'_>, class: &'static PyOnceLock<Py<PyAny>>, name: &str, texts: &[&str]) -> PyErr {
    let made = make::imported(py, class, "parsimd._arguments", name).and_then(|class| {
        let texts = make::tuple(py, texts.iter().map(|text| make::text(py, text).map(Bound::into_any)))?;
        capi::call_with(class, &texts, None)
    });
    make::error_of::<PyKeyError>(made.and_then(|argument| make::tuple(py, [Ok(argument)])))
}

/// No system has a path of more bytes; and how many characters of what is given in the place of one are shown.
const NAME_LONGEST: usize = 4096;
const NAME_SHOWN: usize = 120;

/// The exception for an error with a file of this name.
pub(crate) fn os_error(py: Python<'_>, error: &io::Error, name: &str) -> PyErr {
    let words = error.to_string();
    let short: String = name.chars().take(NAME_SHOWN).collect();
    let name = if name.len() > NAME_LONGEST { &format!("{short}…") } else { name };
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
    make::error::<InternalError>(message)
}

/// Makes an [`InternalError`] of what pyo3 raises for a panic, which is no `Exception` by itself: programs that handle those would end by it.
pub(crate) fn adopt_panics(py: Python<'_>) -> PyResult<()> {
    let (panics, own) = (py.get_type::<PanicException>(), py.get_type::<InternalError>());
    panics.setattr(name!(py, "__bases__"), make::tuple(py, [Ok(own.clone().into_any())])?)?;
    [name!(py, "__name__"), name!(py, "__qualname__"), name!(py, "__module__"), name!(py, "__doc__")]
        .into_iter()
        .try_for_each(|name| panics.setattr(name, own.getattr(name)?))
}

/// Panics, for the tests. Where Python code raises what comes of that, pyo3 goes on with the panic in the Rust code that has called it.
#[pyfunction]
pub(crate) fn panic(message: &str) {
    panic!("{message}")
}
