//! The one way in which a long call leaves the interpreter, without the GIL and with panics turned into exceptions, and the one way back.
//!
//! The work is done in pieces of some milliseconds; between them the caller comes back and lets signals through.

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
};

use pyo3::{create_exception, exceptions::PyRuntimeError, prelude::*};

create_exception!(
    parsimd,
    InternalError,
    PyRuntimeError,
    "A defect of parsimd itself. Please report it, with the pattern."
);

/// Runs `work` without the GIL.
///
/// # Errors
/// [`InternalError`] when it panics; what a signal handler raises.
pub(crate) fn run<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    py.check_signals()?;
    // After a panic the state that the work held is dropped with its owner, or locked for good: it is not seen again.
    py.detach(|| catch_unwind(AssertUnwindSafe(work))).map_err(|panic| {
        let message = panic
            .downcast_ref::<&str>()
            .map(|message| (*message).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".to_owned());
        InternalError::new_err(format!("parsimd panicked: {message}"))
    })
}

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Comes back into the interpreter from inside of [`run`], on any thread that does its work.
///
/// What runs in Python then may ask for the very thing that is at work, so [`is_inside`] is true meanwhile: nothing may be waited for.
pub(crate) fn back<T>(work: impl FnOnce(Python<'_>) -> T) -> T {
    struct Outer(bool);
    impl Drop for Outer {
        fn drop(&mut self) {
            INSIDE.set(self.0);
        }
    }
    Python::attach(|py| {
        let _outer = Outer(INSIDE.replace(true));
        work(py)
    })
}

/// True on a thread that came [back].
pub(crate) fn is_inside() -> bool {
    INSIDE.get()
}
