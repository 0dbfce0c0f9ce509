//! How far a scan is, for whoever asked to be told: a bar on the terminal, which is that of the command, or a function of the program's own.
//!
//! It is told between two blocks, when the call that reads the scan has come back into Python anyway.

use std::{
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use pyo3::{PyTraverseError, PyVisit, prelude::*, types::PyBool};

use crate::{capi, gate::lock, make};

/// How long a function is not called again, at least.
const INTERVAL: Duration = Duration::from_millis(100);

/// How many bytes of files were read, as they lie on the disk.
pub(crate) type Counter = Arc<AtomicU64>;

/// How much there is to be read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Extent {
    /// Where the bytes are counted that are read of files; those of memory are counted by the scan.
    pub(crate) counter: Option<Counter>,
    /// `None` where nobody knows.
    pub(crate) total: Option<u64>,
}

/// The progress of one scan.
pub(crate) struct Progress {
    begin: OnceLock<Instant>,
    extent: Extent,
    state: Mutex<State>,
    to: Mutex<To>,
}

struct State {
    rows: u64,
    next: Duration,
    has_ended: bool,
}

enum To {
    Nobody,
    Bar(parsimd::cli::Progress),
    /// Called with the bytes, all bytes or None, the rows, and the seconds. It is let go of at the end of the scan.
    Function(Py<PyAny>),
}

impl Progress {
    /// `asked` is True for the bar, or a function.
    pub(crate) fn new(asked: Option<Bound<'_, PyAny>>, extent: Extent) -> Progress {
        let to = match asked {
            None => To::Nobody,
            Some(asked) if asked.is_instance_of::<PyBool>() => To::Bar(parsimd::cli::Progress::new(extent.total, true)),
            Some(function) => To::Function(function.unbind()),
        };
        let state = Mutex::new(State { rows: 0, next: INTERVAL, has_ended: false });
        Progress { begin: OnceLock::new(), extent, state, to: Mutex::new(to) }
    }

    /// The scan is read now, if it was not before.
    pub(crate) fn begin(&self) {
        self.begin.get_or_init(Instant::now);
    }

    /// Tells how far the scan is: it has read so many bytes of text, and `rows` more rows; none at its end.
    ///
    /// # Errors
    /// What the function raises.
    pub(crate) fn update(&self, py: Python<'_>, text_bytes: u64, rows: Option<usize>) -> PyResult<()> {
        let seconds = self.begin.get().map_or(Duration::ZERO, Instant::elapsed);
        let Some(rows) = self.count(rows, seconds) else { return Ok(()) };
        let bytes = self.extent.counter.as_ref().map_or(text_bytes, |counter| counter.load(Ordering::Relaxed));
        let function = match &mut *lock(&self.to) {
            To::Nobody => return Ok(()),
            To::Bar(bar) => {
                bar.update(bytes, rows);
                return Ok(());
            }
            To::Function(function) => function.clone_ref(py),
        };
        // Nothing is locked now: what is called may read the scan.
        let number = |number: u64| make::unsigned(py, number).map(Bound::into_any);
        let total = self.extent.total.map_or_else(|| Ok(py.None().into_bound(py)), number);
        let seconds = make::float(py, seconds.as_secs_f64()).map(Bound::into_any);
        capi::call(function.bind(py), &[&number(bytes)?, &total?, &number(rows)?, &seconds?]).map(drop)
    }

    /// Counts rows. Gives how many they are if it is time to tell: now and then, and once at the end.
    fn count(&self, rows: Option<usize>, seconds: Duration) -> Option<u64> {
        let mut state = lock(&self.state);
        state.rows += rows.unwrap_or_default() as u64;
        let is_end = rows.is_none() && !std::mem::replace(&mut state.has_ended, true);
        let is_time = seconds >= state.next && rows.is_some();
        if is_time {
            state.next = seconds + INTERVAL;
        }
        (is_end || is_time).then_some(state.rows)
    }

    /// Takes the bar away: the scan has ended, or something else is told now.
    pub(crate) fn clear(&self) {
        if let To::Bar(bar) = &mut *lock(&self.to) {
            bar.clear();
        }
    }

    /// Shows the function to the collector. Where somebody has the lock, it is not garbage.
    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        match self.to.try_lock().as_deref() {
            Ok(To::Function(function)) => visit.call(function),
            _ => Ok(()),
        }
    }

    /// Lets go of the function: the scan has ended.
    pub(crate) fn end(&self) {
        self.clear();
        let to = std::mem::replace(&mut *lock(&self.to), To::Nobody);
        drop(to);
    }
}
