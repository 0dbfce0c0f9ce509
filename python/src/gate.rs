//! How a long call leaves the interpreter, and how code comes back into it.
//!
//! | call | for |
//! |---|---|
//! | [`run`] | a piece of a scan: some milliseconds without the GIL; signals are let through between two pieces |
//! | [`run_apart`] | work that cannot be cut: a thread of its own does it, and the caller lets signals through meanwhile |
//! | [`search`] | a search through one text: by one of these ways, chosen by the length of the text |
//! | [`Checkpoint`] | a loop that makes objects: it keeps the GIL, and lets signals and threads through now and then |
//! | [`back`], [`is_inside`] | Python code that work calls: an open file, `re`, a converter |
//! | [`lock`] | what threads share, for a moment |
//! | [`attach`], [`release`] | code that is called from anywhere: by a consumer of Arrow, by the last owner of memory |
//!
//! Panics become exceptions here, in [`run`] and [`run_apart`].
//!
//! # Limits
//! When a signal handler raises during [`run_apart`], the caller goes on at once. The thread ends when its work does, and its answer is lost.

use std::{
    cell::Cell,
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{RecvTimeoutError, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use pyo3::{
    exceptions::{PyException, PyMemoryError, PyRuntimeError},
    prelude::*,
    pybacked::PyBackedStr,
    types::PyString,
};

use crate::{
    capi,
    error::{InternalError, caught},
    make::error,
};

/// The bytes from which on a search leaves the GIL: about a tenth of a millisecond. Leaving it costs more than a shorter search.
const LEAVES_THE_GIL: usize = 16 << 10;
/// The bytes from which on a search runs on a thread of its own: the slowest patterns take tens of milliseconds.
const OWN_THREAD: usize = 256 << 10;
/// How often signals are let through.
const WAKE: Duration = Duration::from_millis(50);

/// Runs `work` without the GIL.
///
/// # Errors
/// [`InternalError`] when it panics; what a signal handler raises.
pub(crate) fn run<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    py.check_signals()?;
    py.detach(|| caught(work))
}

/// Runs `work`, which searches `length` bytes of `text`, the text of `string`, by a pattern. The flag tells it when nobody waits any more.
///
/// The panic of a search that keeps the GIL is left to the caller: one [`caught`] around the whole call is enough for it.
///
/// # Errors
/// As [`run`].
#[inline]
pub(crate) fn search<T: Send + 'static>(
    pattern: &parsimd::Pattern,
    string: &Bound<'_, PyString>,
    text: &str,
    length: usize,
    work: impl FnOnce(&parsimd::Pattern, &str, &AtomicBool) -> T + Send + 'static,
) -> PyResult<T> {
    let py = string.py();
    let abandoned = AtomicBool::new(false);
    if length < LEAVES_THE_GIL {
        Ok(work(pattern, text, &abandoned))
    } else if length < OWN_THREAD {
        run(py, || work(pattern, text, &abandoned))
    } else {
        let (pattern, text) = (pattern.clone(), PyBackedStr::try_from(string.clone())?);
        run_apart(py, move |abandoned| work(&pattern, &text, abandoned))
    }
}

/// Runs `work` on a thread of its own, and lets signals through while it waits. When a handler raises, the flag tells `work` that nobody waits
/// any more, and its answer is lost.
///
/// # Errors
/// As [`run`].
pub(crate) fn run_apart<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce(&AtomicBool) -> T + Send + 'static,
) -> PyResult<T> {
    py.check_signals()?;
    let abandoned = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&abandoned);
    let (sender, mut receiver) = sync_channel(1);
    let thread = thread::Builder::new().name("parsimd search".to_owned()).spawn(move || {
        // Who waits may be gone: then there is nobody to tell.
        let _ = sender.send(caught(|| work(&seen)));
    });
    thread.map_err(|reason| error::<PyRuntimeError>(format!("a thread for the search cannot be had: {reason}")))?;
    loop {
        let waiting = &mut receiver;
        match py.detach(move || waiting.recv_timeout(WAKE)) {
            Ok(answer) => return answer,
            Err(RecvTimeoutError::Disconnected) => return Err(error::<InternalError>("parsimd lost a search")),
            Err(RecvTimeoutError::Timeout) => {
                py.check_signals().inspect_err(|_| abandoned.store(true, Ordering::Relaxed))?;
            }
        }
    }
}

/// Whether an error is what a signal handler raises to end a program, and says nothing of what was called.
pub(crate) fn is_interrupt(py: Python<'_>, error: &PyErr) -> bool {
    !error.is_instance_of::<PyException>(py)
}

/// Whether an error says nothing of the object or the text that it was raised for: an [interrupt](is_interrupt), or the want of memory.
pub(crate) fn says_nothing(py: Python<'_>, error: &PyErr) -> bool {
    is_interrupt(py, error) || error.is_instance_of::<PyMemoryError>(py)
}

/// What a question to an object of the program's gave; `None` where it has no answer.
///
/// # Errors
/// What says nothing of the object: see [`is_interrupt`].
pub(crate) fn unless_raised<T>(py: Python<'_>, answer: PyResult<T>) -> PyResult<Option<T>> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if is_interrupt(py, &error) => Err(error),
        Err(_) => Ok(None),
    }
}

/// What signal handlers raised inside of Python code that was called for one record of many, kept until the scan can be left there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interrupts(Arc<Mutex<Option<PyErr>>>);

impl Interrupts {
    /// Keeps the first.
    pub(crate) fn keep(&self, error: PyErr) {
        lock(&self.0).get_or_insert(error);
    }

    pub(crate) fn take(&self) -> Option<PyErr> {
        lock(&self.0).take()
    }
}

/// Lets signals and other threads through now and then, in a loop that keeps the GIL.
pub(crate) struct Checkpoint {
    passed: u32,
    next: Instant,
}

impl Checkpoint {
    /// The rounds after which the clock is looked at.
    const STRIDE: u32 = 64;
    /// Twice as long as Python lets a thread run when others wait.
    const INTERVAL: Duration = Duration::from_millis(10);
    /// How long the GIL is left. A thread that waits is only told that it is free: without a pause this thread would take it again first.
    const PAUSE: Duration = Duration::from_micros(20);

    pub(crate) fn new() -> Checkpoint {
        Checkpoint { passed: 0, next: Instant::now() + Checkpoint::INTERVAL }
    }

    /// Called once in each round of the loop.
    ///
    /// # Errors
    /// What a signal handler raises.
    #[inline]
    pub(crate) fn pass(&mut self, py: Python<'_>) -> PyResult<()> {
        self.passed = self.passed.wrapping_add(1);
        if self.passed.is_multiple_of(Checkpoint::STRIDE) { self.look(py) } else { Ok(()) }
    }

    #[cold]
    fn look(&mut self, py: Python<'_>) -> PyResult<()> {
        if Instant::now() >= self.next {
            py.check_signals()?;
            py.detach(|| thread::sleep(Checkpoint::PAUSE));
            self.next = Instant::now() + Checkpoint::INTERVAL;
        }
        Ok(())
    }
}

/// Takes a lock that is held for a moment only, by code that cannot panic.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
    // Before the interpreter is there: what pyo3 drops then may have a finalizer that asks for the same thing.
    let _outer = Outer(INSIDE.replace(true));
    Python::attach(work)
}

/// True on a thread that came [back].
pub(crate) fn is_inside() -> bool {
    INSIDE.get()
}

/// Runs `work` with the GIL, on any thread, whatever it holds; `None` when the interpreter is shutting down.
///
/// pyo3 counts on its own whether this thread has the GIL. Where a consumer of ours was called from a Python function that a scan has called, and
/// has released the GIL, that count is wrong; the interpreter's is right.
pub(crate) fn attach<T>(work: impl FnOnce(Python<'_>) -> T) -> Option<T> {
    let _gil = capi::Gil::take()?;
    Python::try_attach(work)
}

/// Drops what belongs to Python, on whatever thread: where there is no interpreter any more, it is left.
pub(crate) fn release<T>(object: T) {
    let mut object = Some(object);
    attach(|_| drop(object.take()));
    mem::forget(object);
}
