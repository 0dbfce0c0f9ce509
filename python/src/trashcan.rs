//! Dropping chains of objects of any length on a stack that is bounded.
//!
//! An object can be the last to hold another, and so on, a million deep: `r1.named = r2`, `r2.named = r3`, … Dropping the first one drops all
//! of them, each inside of the other, and the stack ends first. CPython has its trashcan for that. Its functions differ from version to
//! version and know objects alone, so this is one of our own: [`DEEPEST`] values are dropped inside of each other, the others wait, and
//! are dropped one after the other when the stack is free again.

#![allow(unsafe_code, reason = "the interpreter may be shutting down, when attaching would refuse")]

use std::cell::{Cell, RefCell};

use pyo3::prelude::*;

/// A value that gives back references of Python when it is dropped.
pub(crate) trait Release: 'static {
    /// Drops it. The token spares each reference from asking whether the thread has the GIL.
    fn release(self: Box<Self>, py: Python<'_>);
}

/// How many values are dropped inside of each other.
const DEEPEST: usize = 64;

/// How far dropping has gone on this thread.
struct Drops {
    /// How many values are being dropped inside of each other.
    depth: Cell<usize>,
    /// Whether there are some in [`WAITING`].
    some_wait: Cell<bool>,
}

thread_local! {
    static DROPS: Drops = const { Drops { depth: Cell::new(0), some_wait: Cell::new(false) } };
    /// Values that wait until the stack is free again.
    static WAITING: RefCell<Vec<Box<dyn Release>>> = const { RefCell::new(Vec::new()) };
}

/// Drops a value which may be the only one to hold another, and so on.
pub(crate) fn drop_bounded(py: Python<'_>, value: Box<impl Release>) {
    DROPS.with(|drops| {
        let depth = drops.depth.get();
        if depth == DEEPEST {
            let mut value: Option<Box<dyn Release>> = Some(value);
            // A thread that ends has no such list any more; then it is dropped here, at the end of the function.
            if WAITING.try_with(|waiting| waiting.borrow_mut().extend(value.take())).is_ok() {
                drops.some_wait.set(true);
            }
            return;
        }
        drops.depth.set(depth + 1);
        value.release(py);
        if depth == 0 && drops.some_wait.get() {
            // SAFETY: the thread has the interpreter, as the token says. References that the values drop themselves need it to know that.
            // While the interpreter shuts down, `attach` would refuse.
            unsafe {
                Python::attach_unchecked(|py| {
                    while let Some(value) = WAITING.try_with(|waiting| waiting.borrow_mut().pop()).ok().flatten() {
                        value.release(py);
                    }
                });
            }
            drops.some_wait.set(false);
        }
        drops.depth.set(depth);
    });
}
