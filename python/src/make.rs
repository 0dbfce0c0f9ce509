//! New Python objects, with a MemoryError where there is no memory for one.
//!
//! pyo3's constructors of built-in objects panic without memory: `PyString::new`, `PyDict::new`, `into_pyobject` of a number, the message of `new_err`, a
//! name in `getattr`. A panic reaches Python as an `InternalError`, which asks for a report of what is no defect. While an exception is being raised it
//! ends the process. So all objects of this crate are made here, and `ci/rules.py` allows no others.
//!
//! | call | object |
//! |---|---|
//! | [`text`], [`utf8`], [`interned`] | a string |
//! | [`int`], [`unsigned`], [`float`], [`bytes`] | a number, bytes |
//! | [`list`], [`tuple`], [`plain_tuple`], [`pair`], [`dict`], [`slice`] | a container, a slice |
//! | [`Made`] | the return value of a method |
//! | [`name!`] | a name for a look-up, interned |
//! | [`import`], [`imported`] | a module, an attribute of one |
//! | [`error`], [`error_of`] | an exception with a message, with arguments |

#![allow(unsafe_code, reason = "pyo3 has no constructors that can fail")]

use std::{ops::Range, ptr};

use parsimd::extension::Span;
use pyo3::{
    PyTypeInfo, ffi,
    prelude::*,
    sync::PyOnceLock,
    types::{PyBytes, PyDict, PyFloat, PyInt, PyList, PySlice, PyString, PyTuple},
};

use crate::capi;

/// The exception `E` with a message. Where there is no memory for the message, the MemoryError.
pub(crate) fn error<E: PyTypeInfo>(message: impl AsRef<str>) -> PyErr {
    Python::attach(|py| match text(py, message.as_ref()) {
        Ok(message) => PyErr::new::<E, _>(message.unbind()),
        Err(error) => error,
    })
}

/// The exception `E` with these arguments.
pub(crate) fn error_of<E: PyTypeInfo>(arguments: PyResult<Bound<'_, PyTuple>>) -> PyErr {
    match arguments {
        Ok(arguments) => PyErr::new::<E, _>(arguments.unbind()),
        Err(error) => error,
    }
}

/// A string.
pub(crate) fn text<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyString>> {
    PyString::from_bytes(py, text.as_bytes())
}

/// A string of text in UTF-8. Most is ASCII, and is copied: CPython would look at it again, to see how large its characters are.
#[inline]
pub(crate) fn utf8<'py>(py: Python<'py>, text: &[u8]) -> PyResult<Bound<'py, PyString>> {
    // CPython has one object for each string of at most one character.
    if text.len() < 2 || !text.is_ascii() { PyString::from_bytes(py, text) } else { ascii(py, text) }
}

/// A string of two characters or more that were just found to be ASCII.
#[inline]
fn ascii<'py>(py: Python<'py>, text: &[u8]) -> PyResult<Bound<'py, PyString>> {
    debug_assert!(text.is_ascii());
    // SAFETY: a new object, which is a string, or null with an exception. It has room for so many characters up to 127, of one byte
    // each. `utf8`, the only caller, has checked that the text is ASCII, and nobody else has the string before it is written.
    unsafe {
        let string = Bound::from_owned_ptr_or_err(py, ffi::PyUnicode_New(text.len() as ffi::Py_ssize_t, 127))?;
        ffi::PyUnicode_1BYTE_DATA(string.as_ptr()).copy_from_nonoverlapping(text.as_ptr(), text.len());
        Ok(string.cast_into_unchecked())
    }
}

/// An interned string: of each text there is one, so attributes and keys are found by comparing pointers.
pub(crate) fn interned<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyString>> {
    let mut name = text(py, name)?.into_ptr();
    // SAFETY: the pointer owns a reference to a string; the call puts one to an equal string in its place, which may be the same.
    unsafe {
        ffi::PyUnicode_InternInPlace(&raw mut name);
        Ok(Bound::from_owned_ptr(py, name).cast_into_unchecked())
    }
}

/// A name, made once and interned. It ends the function with an error when it cannot be made.
macro_rules! name {
    ($py:expr, $name:literal) => {{
        static NAME: pyo3::sync::PyOnceLock<pyo3::Py<pyo3::types::PyString>> = pyo3::sync::PyOnceLock::new();
        let py = $py;
        NAME.get_or_try_init(py, || $crate::make::interned(py, $name).map(pyo3::Bound::unbind))?.bind(py)
    }};
}
pub(crate) use name;

/// A module, imported.
pub(crate) fn import<'py>(py: Python<'py>, module: &str) -> PyResult<Bound<'py, PyAny>> {
    capi::import(&text(py, module)?)
}

/// An attribute of a module, imported once.
pub(crate) fn imported<'a, 'py>(
    py: Python<'py>,
    place: &'a PyOnceLock<Py<PyAny>>,
    module: &str,
    attribute: &str,
) -> PyResult<&'a Bound<'py, PyAny>> {
    let found = || import(py, module)?.getattr(text(py, attribute)?).map(Bound::unbind);
    place.get_or_try_init(py, found).map(|found| found.bind(py))
}

/// An integer.
#[inline]
pub(crate) fn int(py: Python<'_>, int: i64) -> PyResult<Bound<'_, PyInt>> {
    // SAFETY: a new object, which is an integer, or null with an exception.
    unsafe { Ok(Bound::from_owned_ptr_or_err(py, ffi::PyLong_FromLongLong(int))?.cast_into_unchecked()) }
}

/// An integer without a sign.
pub(crate) fn unsigned(py: Python<'_>, int: u64) -> PyResult<Bound<'_, PyInt>> {
    // SAFETY: as in `int`.
    unsafe { Ok(Bound::from_owned_ptr_or_err(py, ffi::PyLong_FromUnsignedLongLong(int))?.cast_into_unchecked()) }
}

/// A float.
#[inline]
pub(crate) fn float(py: Python<'_>, float: f64) -> PyResult<Bound<'_, PyFloat>> {
    // SAFETY: a new object, which is a float, or null with an exception.
    unsafe { Ok(Bound::from_owned_ptr_or_err(py, ffi::PyFloat_FromDouble(float))?.cast_into_unchecked()) }
}

/// Bytes.
pub(crate) fn bytes<'py>(py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    // SAFETY: the pointer and the length are those of a slice, which is copied; a new object, which is bytes, or null with an exception.
    unsafe {
        let object = ffi::PyBytes_FromStringAndSize(bytes.as_ptr().cast(), bytes.len() as ffi::Py_ssize_t);
        Ok(Bound::from_owned_ptr_or_err(py, object)?.cast_into_unchecked())
    }
}

/// A dict of nothing.
pub(crate) fn dict(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    // SAFETY: a new object, which is a dict, or null with an exception.
    unsafe { Ok(Bound::from_owned_ptr_or_err(py, ffi::PyDict_New())?.cast_into_unchecked()) }
}

/// A list of these objects. It is complete at each step, so that what makes the next one may let other code run.
pub(crate) fn list<'py>(
    py: Python<'py>,
    objects: impl IntoIterator<Item = PyResult<Bound<'py, PyAny>>>,
) -> PyResult<Bound<'py, PyList>> {
    // SAFETY: a new object, which is a list, or null with an exception.
    let list: Bound<'py, PyList> =
        unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyList_New(0))?.cast_into_unchecked() };
    objects.into_iter().try_for_each(|object| list.append(object?))?;
    Ok(list)
}

/// A tuple of these objects. The garbage collector learns of it when it is complete.
#[inline]
pub(crate) fn tuple<'py>(
    py: Python<'py>,
    objects: impl IntoIterator<Item = PyResult<Bound<'py, PyAny>>, IntoIter: ExactSizeIterator>,
) -> PyResult<Bound<'py, PyTuple>> {
    let tuple = plain_tuple(py, objects)?;
    if !tuple.is_empty() {
        // SAFETY: the tuple is alive, complete, and `plain_tuple` has taken it from the lists, so it is not on them twice.
        unsafe { ffi::PyObject_GC_Track(tuple.as_ptr().cast()) };
    }
    Ok(tuple)
}

/// A tuple of texts, numbers, dates and None, and of nothing that could lead back to it. The garbage collector never knows of it.
#[inline]
pub(crate) fn plain_tuple<'py>(
    py: Python<'py>,
    objects: impl IntoIterator<Item = PyResult<Bound<'py, PyAny>>, IntoIter: ExactSizeIterator>,
) -> PyResult<Bound<'py, PyTuple>> {
    let mut objects = objects.into_iter();
    let len = objects.len();
    if len == 0 {
        return Ok(PyTuple::empty(py));
    }
    // SAFETY: a new object, which is a tuple, or null with an exception. A new tuple is on the collector's lists, from which it is taken: whoever
    // looks through these must not find it with empty places.
    let tuple: Bound<'py, PyTuple> = unsafe {
        let tuple = Bound::from_owned_ptr_or_err(py, ffi::PyTuple_New(len as ffi::Py_ssize_t))?;
        ffi::PyObject_GC_UnTrack(tuple.as_ptr().cast());
        tuple.cast_into_unchecked()
    };
    for at in 0..len {
        let Some(object) = objects.next() else { panic!("an iterator has fewer objects than it said") };
        // SAFETY: the tuple has `len` places, `at` is one of them, and empty; nobody else has the tuple yet. The place takes the reference.
        unsafe { ffi::PyTuple_SET_ITEM(tuple.as_ptr(), at as ffi::Py_ssize_t, object?.into_ptr()) };
    }
    Ok(tuple)
}

/// The slice of a range.
pub(crate) fn slice(py: Python<'_>, range: Range<usize>) -> PyResult<Bound<'_, PySlice>> {
    let (start, end) = (unsigned(py, range.start as u64)?, unsigned(py, range.end as u64)?);
    // SAFETY: both bounds are alive for the call, and no step is null; a new object, which is a slice, or null with an exception.
    unsafe {
        let slice = ffi::PySlice_New(start.as_ptr(), end.as_ptr(), ptr::null_mut());
        Ok(Bound::from_owned_ptr_or_err(py, slice)?.cast_into_unchecked())
    }
}

/// Two numbers, as a tuple.
pub(crate) fn pair(py: Python<'_>, Span { start, end }: Span) -> PyResult<Bound<'_, PyTuple>> {
    tuple(py, [start, end].map(|number| unsigned(py, number.into()).map(Bound::into_any)))
}

/// The return value of a method, which becomes an object here and not in pyo3's conversion.
pub(crate) struct Made<T>(pub(crate) T);

macro_rules! made {
    ($($type:ty => $object:ty, |$py:ident, $value:ident| $make:expr;)+) => {$(
        impl<'py> IntoPyObject<'py> for Made<$type> {
            type Target = $object;
            type Output = Bound<'py, $object>;
            type Error = PyErr;

            fn into_pyobject(self, $py: Python<'py>) -> PyResult<Self::Output> {
                let $value = self.0;
                $make
            }
        }
    )+};
}

made! {
    &str => PyString, |py, value| text(py, value);
    String => PyString, |py, value| text(py, &value);
    u64 => PyInt, |py, value| unsigned(py, value);
    usize => PyInt, |py, value| unsigned(py, value as u64);
    Vec<&str> => PyList, |py, value| list(py, value.into_iter().map(|value| Ok(text(py, value)?.into_any())));
    Vec<String> => PyList, |py, value| list(py, value.iter().map(|value| Ok(text(py, value)?.into_any())));
}
