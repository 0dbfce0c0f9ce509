//! Functions of CPython's C API for which pyo3 has no safe call.
//!
//! | call | what |
//! |---|---|
//! | [`is_ascii`], [`substring`] | strings |
//! | [`call`], [`call_with`], [`call_method`], [`import`] | calls that may run code of Python, which may be the last that its thread does |
//! | [`set_attribute`] | what `object.__setattr__` does |
//! | [`Level`] | the limit of recursion |
//! | [`Gil`] | the GIL, as the interpreter counts it |
//! | [`is_subinterpreter`] | which interpreter runs |
//! | [`raise_soon`] | an exception, in the main thread |

#![allow(unsafe_code, reason = "functions of CPython for which pyo3 has no safe call")]

use std::{
    ffi::{c_int, c_void},
    marker::PhantomData,
    mem, ptr, thread,
};

use parsimd::extension::Span;
#[cfg(Py_3_14)]
use pyo3::sync::PyOnceLock;
use pyo3::{
    ffi,
    prelude::*,
    types::{PyDict, PyString, PyTuple},
};

/// Whether a string is ASCII, of which every character is a byte.
#[cfg(not(Py_3_14))]
pub(crate) fn is_ascii(string: &Bound<'_, PyString>) -> PyResult<bool> {
    #[cfg(not(Py_3_12))]
    // SAFETY: it is a string, as its type says. Before 3.12 a string may be in a form without this bit until it is made ready.
    if unsafe { ffi::PyUnicode_READY(string.as_ptr()) } != 0 {
        return Err(PyErr::fetch(string.py()));
    }
    // SAFETY: it is a string, as its type says, and ready.
    Ok(unsafe { ffi::PyUnicode_IS_ASCII(string.as_ptr()) } != 0)
}

/// From 3.14 on the bit is CPython's own.
#[cfg(Py_3_14)]
pub(crate) fn is_ascii(string: &Bound<'_, PyString>) -> PyResult<bool> {
    static NAME: PyOnceLock<Py<PyString>> = PyOnceLock::new();
    let py = string.py();
    // SAFETY: the text is static and ends in a NUL. It gives a new object, which is a string, or null with an exception.
    let made = || unsafe {
        let name = ffi::PyUnicode_InternFromString(c"isascii".as_ptr());
        Bound::from_owned_ptr_or_err(py, name).map(|name| name.cast_into_unchecked().unbind())
    };
    call_method(string.as_any(), NAME.get_or_try_init(py, made)?.bind(py), &[])?.extract()
}

/// Characters `start` to `end` of a string.
#[inline]
pub(crate) fn substring<'py>(
    string: &Bound<'py, PyString>,
    Span { start, end }: Span,
) -> PyResult<Bound<'py, PyString>> {
    // SAFETY: it is a string, as its type says; places past its end are cut to it.
    let part = unsafe { ffi::PyUnicode_Substring(string.as_ptr(), start as ffi::Py_ssize_t, end as ffi::Py_ssize_t) };
    // SAFETY: a new object, which is a string, or null with an exception.
    unsafe { Ok(Bound::from_owned_ptr_or_err(string.py(), part)?.cast_into_unchecked()) }
}

mod raw {
    use pyo3::ffi::PyObject;

    unsafe extern "C-unwind" {
        pub(super) fn PyObject_CallFunctionObjArgs(callable: *mut PyObject, ...) -> *mut PyObject;
        pub(super) fn PyObject_CallMethodObjArgs(object: *mut PyObject, name: *mut PyObject, ...) -> *mut PyObject;
        pub(super) fn PyObject_Call(
            callable: *mut PyObject,
            arguments: *mut PyObject,
            named: *mut PyObject,
        ) -> *mut PyObject;
        pub(super) fn PyImport_Import(name: *mut PyObject) -> *mut PyObject;
    }
}

/// A level of recursion, as the interpreter counts calls: native code that goes from object to object would go on until its stack is full.
pub(crate) struct Level<'py>(PhantomData<Python<'py>>);

impl Level<'_> {
    /// # Errors
    /// RecursionError, where there are too many.
    pub(crate) fn enter(py: Python<'_>) -> PyResult<Level<'_>> {
        // SAFETY: the interpreter is attached, as `py` says, and the text is static and ends in a NUL.
        match unsafe { ffi::Py_EnterRecursiveCall(c" in a result of parsimd".as_ptr()) } {
            0 => Ok(Level(PhantomData)),
            _ => Err(PyErr::fetch(py)),
        }
    }
}

impl Drop for Level<'_> {
    fn drop(&mut self) {
        // SAFETY: the interpreter is attached, as the level's lifetime says, and `enter` has entered.
        unsafe { ffi::Py_LeaveRecursiveCall() }
    }
}

/// Keeps a thread for ever that is to end inside of a call.
///
/// Before CPython 3.14, a daemon thread that asks for the GIL while the interpreter shuts down ends there and then, by unwinding its stack. Values of Rust
/// would be dropped without the GIL, and a guard against panics ends the process. pyo3 has the same where a thread comes back into the interpreter.
struct Stays;

impl Drop for Stays {
    fn drop(&mut self) {
        loop {
            thread::park();
        }
    }
}

/// The most arguments of a call.
const MOST: usize = 5;

/// The pointers to the arguments of a call, with null behind the last: what a function with any number of arguments ends at.
///
/// # Panics
/// There are more than [`MOST`].
fn pointers(arguments: &[&Bound<'_, PyAny>]) -> [*mut ffi::PyObject; MOST + 1] {
    let mut pointers = [ptr::null_mut(); MOST + 1];
    for (pointer, argument) in pointers[..MOST][..arguments.len()].iter_mut().zip(arguments) {
        *pointer = argument.as_ptr();
    }
    pointers
}

/// Does what may run code of Python, and gives a new object or null with an exception.
///
/// # Safety
/// It must give that.
unsafe fn made<'py>(py: Python<'py>, make: impl FnOnce() -> *mut ffi::PyObject) -> PyResult<Bound<'py, PyAny>> {
    let stays = Stays;
    let made = make();
    mem::forget(stays);
    // SAFETY: a new object, or null with an exception, as the caller says.
    unsafe { Bound::from_owned_ptr_or_err(py, made) }
}

/// Calls what may run code of Python, with at most [`MOST`] arguments.
pub(crate) fn call<'py>(callable: &Bound<'py, PyAny>, arguments: &[&Bound<'py, PyAny>]) -> PyResult<Bound<'py, PyAny>> {
    let [a, b, c, d, e, end] = pointers(arguments);
    // SAFETY: the callable and the arguments are alive for the call, and null is the end of them. It gives a new object, or null with an exception.
    unsafe { made(callable.py(), || raw::PyObject_CallFunctionObjArgs(callable.as_ptr(), a, b, c, d, e, end)) }
}

/// Calls what may run code of Python, with any number of arguments, and some by name.
pub(crate) fn call_with<'py>(
    callable: &Bound<'py, PyAny>,
    arguments: &Bound<'py, PyTuple>,
    named: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let named = named.map_or(ptr::null_mut(), Bound::as_ptr);
    // SAFETY: the callable, the arguments, which are a tuple, and the dict of named ones, or null, are alive for the call. It gives a new object, or null with
    // an exception.
    unsafe { made(callable.py(), || raw::PyObject_Call(callable.as_ptr(), arguments.as_ptr(), named)) }
}

/// Calls a method that may run code of Python, with at most [`MOST`] arguments.
pub(crate) fn call_method<'py>(
    object: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
    arguments: &[&Bound<'py, PyAny>],
) -> PyResult<Bound<'py, PyAny>> {
    let [a, b, c, d, e, end] = pointers(arguments);
    let (this, name) = (object.as_ptr(), name.as_ptr());
    // SAFETY: the object, the name, which is a string, and the arguments are alive for the call, and null is the end of them. It gives a new object, or null
    // with an exception.
    unsafe { made(object.py(), || raw::PyObject_CallMethodObjArgs(this, name, a, b, c, d, e, end)) }
}

/// Imports a module, which runs its code where nobody has done so before.
pub(crate) fn import<'py>(name: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: the name, which is a string, is alive for the call. It gives a new object, or null with an exception.
    unsafe { made(name.py(), || raw::PyImport_Import(name.as_ptr())) }
}

/// What `object.__setattr__` does; without a value `object.__delattr__`. CPython refuses these two for classes with a `__setattr__` of their own.
pub(crate) fn set_attribute(
    object: &Bound<'_, PyAny>,
    name: &Bound<'_, PyString>,
    value: Option<&Bound<'_, PyAny>>,
) -> PyResult<()> {
    let value = value.map_or(ptr::null_mut(), Bound::as_ptr);
    // SAFETY: the object, the name, which is a string, and the value are alive for the call; null means deletion.
    match unsafe { ffi::PyObject_GenericSetAttr(object.as_ptr(), name.as_ptr(), value) } {
        0 => Ok(()),
        _ => Err(PyErr::fetch(object.py())),
    }
}

/// The GIL, as the interpreter counts it, until this is dropped. pyo3 has a count of its own: see `gate::attach`.
pub(crate) struct Gil(ffi::PyGILState_STATE);

impl Gil {
    /// Waits for it, on any thread, which may have it already; `None` when the interpreter is shutting down.
    pub(crate) fn take() -> Option<Gil> {
        // SAFETY: both may be called from any thread, with the GIL or without.
        unsafe { (ffi::Py_IsInitialized() != 0).then(|| Gil(ffi::PyGILState_Ensure())) }
    }
}

impl Drop for Gil {
    fn drop(&mut self) {
        // SAFETY: the state is that of the call in `take`; it is given back once, on the same thread, as a raw number is not sent to another by
        // anybody here, and in order.
        unsafe { ffi::PyGILState_Release(self.0) };
    }
}

/// Whether the interpreter that runs is another than the first of the process.
pub(crate) fn is_subinterpreter(_py: Python<'_>) -> bool {
    // SAFETY: the thread is attached, as the token says, so an interpreter runs on it, which lives as long as this call.
    unsafe { ffi::PyInterpreterState_GetID(ffi::PyInterpreterState_Get()) != 0 }
}

/// Raises an exception in the main thread, as soon as that runs code of Python again. The interpreter keeps 32 or more of these; one more is lost.
pub(crate) fn raise_soon(py: Python<'_>, error: &PyErr) {
    extern "C" fn raise(value: *mut c_void) -> c_int {
        // SAFETY: the interpreter makes such a call in a thread that is attached.
        let py = unsafe { Python::assume_attached() };
        // SAFETY: it is the reference that `raise_soon` has given away, which is called once for each.
        let value = unsafe { Bound::from_owned_ptr(py, value.cast()) };
        PyErr::from_value(value).restore(py);
        -1
    }
    let value = error.clone_ref(py).into_value(py).into_ptr();
    // SAFETY: the call may be made from anywhere.
    if unsafe { ffi::Py_AddPendingCall(Some(raise), value.cast()) } != 0 {
        // SAFETY: the reference that was not given away.
        drop(unsafe { Bound::from_owned_ptr(py, value) });
    }
}
