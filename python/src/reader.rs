//! [`Reader`]: a scan that calls of several threads read, batch by batch.
//!
//! A scan works without the GIL, so a lock holds it, and calls from several threads take turns. A call from inside of the scan itself, by a file
//! that it reads, is an error, since it would wait for itself. Rows are handed out once. Where a call fails after it has read batches,
//! they are kept, and the next call begins with them.
//!
//! An input that breaks off, such as a damaged archive, is an error to who goes through the batches. To who reads many rows at once it is the end of
//! the rows, if there are any: [`Reader::seen`] tells of it.

use std::{
    collections::VecDeque,
    process,
    sync::{
        Mutex, TryLockError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use parsimd::extension;
use pyo3::{
    PyTraverseError, PyVisit,
    exceptions::{PyRuntimeError, PyValueError},
    prelude::*,
};

use crate::{
    batch::Batch,
    error::{raised_by_python, to_python},
    gate::{self, Interrupts, lock},
    make,
    progress::Progress,
    rejects::{Rejecting, Rejects},
};

/// A scan of the crate: by one pattern, or by several.
pub(crate) trait Scanning: Rejecting + Send {
    /// What it gives: a batch.
    type Rows: Send;

    fn next_soon(&mut self) -> Option<parsimd::Result<Self::Rows>>;
    fn stats(&self) -> &parsimd::Stats;
    fn reasons(&self) -> parsimd::Result<Vec<parsimd::Reason>>;
    fn none_matched(&self) -> Option<extension::Unmatched>;
    fn len(rows: &Self::Rows) -> usize;
}

impl Scanning for parsimd::Scan<'static> {
    type Rows = parsimd::Batch;

    fn next_soon(&mut self) -> Option<parsimd::Result<parsimd::Batch>> {
        parsimd::Scan::next_soon(self)
    }

    fn stats(&self) -> &parsimd::Stats {
        parsimd::Scan::stats(self)
    }

    fn reasons(&self) -> parsimd::Result<Vec<parsimd::Reason>> {
        parsimd::Scan::reasons(self)
    }

    fn none_matched(&self) -> Option<extension::Unmatched> {
        extension::none_matched(self)
    }

    fn len(rows: &parsimd::Batch) -> usize {
        rows.len()
    }
}

impl Scanning for parsimd::SetScan<'static> {
    type Rows = (usize, parsimd::Batch);

    fn next_soon(&mut self) -> Option<parsimd::Result<(usize, parsimd::Batch)>> {
        parsimd::SetScan::next_soon(self)
    }

    fn stats(&self) -> &parsimd::Stats {
        parsimd::SetScan::stats(self)
    }

    fn reasons(&self) -> parsimd::Result<Vec<parsimd::Reason>> {
        parsimd::SetScan::reasons(self)
    }

    fn none_matched(&self) -> Option<extension::Unmatched> {
        extension::none_of_set_matched(self)
    }

    fn len((_, rows): &(usize, parsimd::Batch)) -> usize {
        rows.len()
    }
}

/// What a scan has seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pub(crate) stats: parsimd::Stats,
    /// Where there were records and not one matched, the first.
    pub(crate) none_matched: Option<extension::Unmatched>,
}

/// A scan, read by calls from Python.
pub(crate) struct Reader<S: Scanning> {
    scan: Mutex<S>,
    /// What was seen up to the last batch. It can be read while the scan is busy.
    seen: Mutex<Seen>,
    /// Batches that come next: they were read by a call that failed. They are not put back into the scan, whose lock another call may have, and it may be
    /// this one's caller.
    kept: Mutex<VecDeque<S::Rows>>,
    /// What signal handlers raised in the middle of a record, for each pattern.
    interrupts: Vec<Interrupts>,
    /// Where the records go that could not be read.
    rejects: Rejects,
    /// Who is told how far the scan is.
    progress: Progress,
    /// Whether an input that breaks off may be the end of the rows.
    tolerates_damage: bool,
    /// What was wrong with the input where that was taken for the end.
    damage: Mutex<Option<String>>,
    /// What calls are to raise after what an earlier one has raised: all of it came of one block.
    stops: Mutex<VecDeque<Stop>>,
    /// The process that reads the scan; 0 while nobody does.
    reading: AtomicU32,
    has_given_rows: AtomicBool,
    /// Whether a caller was told that there are no more rows.
    has_ended: AtomicBool,
}

impl<S: Scanning> Reader<S> {
    /// `tolerates_damage` unless the first error of any kind is to be raised.
    pub(crate) fn new(
        scan: S,
        interrupts: Vec<Interrupts>,
        rejects: Rejects,
        progress: Progress,
        tolerates_damage: bool,
    ) -> Reader<S> {
        Reader {
            scan: Mutex::new(scan),
            seen: Mutex::default(),
            kept: Mutex::default(),
            interrupts,
            rejects,
            progress,
            tolerates_damage,
            damage: Mutex::default(),
            stops: Mutex::default(),
            reading: AtomicU32::new(0),
            has_given_rows: AtomicBool::new(false),
            has_ended: AtomicBool::new(false),
        }
    }

    /// Shows the collector the functions and files of the program's that it has. Those that the scan itself reads and converts by are out of its sight.
    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.rejects.traverse(visit)?;
        self.progress.traverse(visit)
    }

    /// Lets go of them, for the collector.
    pub(crate) fn clear(&self) {
        self.rejects.clear();
        self.progress.end();
    }

    /// Why records could not be read.
    pub(crate) fn reasons(&self, py: Python<'_>) -> PyResult<Vec<parsimd::Reason>> {
        let reasons = self.run(py, |scan| scan.reasons())?;
        if let Some(interrupt) = self.interrupts.iter().find_map(Interrupts::take) {
            return Err(interrupt);
        }
        reasons.map_err(to_python)
    }

    /// The records that could not be read and were not taken, if the program takes them itself.
    pub(crate) fn take_rejects(&self, py: Python<'_>) -> PyResult<Batch> {
        self.rejects.check_own()?;
        self.run(py, S::take_rejects)?.map(Batch::new).map_err(to_python)
    }

    /// What was seen up to the last batch.
    pub(crate) fn seen(&self) -> Seen {
        let mut seen = lock(&self.seen).clone();
        let errors = &mut seen.stats.source_errors;
        errors.extend(self.damage().filter(|damage| !errors.contains(damage)));
        seen
    }

    /// What was wrong with the input, where that was taken for the end of the rows.
    pub(crate) fn damage(&self) -> Option<String> {
        lock(&self.damage).clone()
    }

    /// Runs `work` on the scan, without the GIL. Another thread waits for its turn, and lets signals through; what a scan calls in Python does not
    /// wait, since the scan may be waiting for it.
    fn run<T: Send>(&self, py: Python<'_>, work: impl FnOnce(&mut S) -> T + Send) -> PyResult<T> {
        /// How often a scan that is busy is asked.
        const NAP: Duration = Duration::from_millis(2);
        let mut work = Some(work);
        loop {
            let turn = gate::run(py, || {
                let mut scan = match self.scan.try_lock() {
                    Ok(scan) => scan,
                    Err(TryLockError::WouldBlock) if gate::is_inside() => return Turn::Never,
                    Err(TryLockError::WouldBlock)
                        if ![0, process::id()].contains(&self.reading.load(Ordering::Relaxed)) =>
                    {
                        return Turn::Lost;
                    }
                    Err(TryLockError::WouldBlock) => {
                        thread::sleep(NAP);
                        return Turn::Later;
                    }
                    // After a panic in the scan there is nothing left to be had.
                    Err(TryLockError::Poisoned(_)) => panic!("an earlier call of this scan panicked"),
                };
                self.reading.store(process::id(), Ordering::Relaxed);
                let answer = work.take().map(|work| work(&mut scan));
                self.reading.store(0, Ordering::Relaxed);
                *lock(&self.seen) = Seen { stats: scan.stats().clone(), none_matched: scan.none_matched() };
                answer.map_or(Turn::Never, Turn::Done)
            })?;
            match turn {
                Turn::Done(answer) => return Ok(answer),
                Turn::Later => {}
                Turn::Lost => {
                    return Err(make::error::<PyRuntimeError>(
                        "another thread was reading this scan when the process was forked, and that thread is not in the child: scan again",
                    ));
                }
                Turn::Never => {
                    return Err(make::error::<PyRuntimeError>(
                        "this scan is already running: it was asked from inside of a scan",
                    ));
                }
            }
        }
    }

    /// The next batch. The bar of the progress is taken away where there is none.
    fn next_batch(&self, py: Python<'_>) -> Result<Option<S::Rows>, Stop> {
        self.progress.begin();
        let batch = self.next_of_blocks(py);
        if !matches!(batch, Ok(Some(_))) {
            self.progress.clear();
        }
        batch
    }

    /// The next batch. Where rows are rare it comes back between blocks to let signals through.
    fn next_of_blocks(&self, py: Python<'_>) -> Result<Option<S::Rows>, Stop> {
        loop {
            if let Some(batch) = lock(&self.kept).pop_front() {
                return Ok(Some(batch));
            }
            if let Some(stop) = lock(&self.stops).pop_front() {
                return Err(stop);
            }
            self.rejects.hand_over(py)?;
            let (batch, taken) = self.run(py, |scan| {
                let batch = scan.next_soon();
                (batch, self.rejects.take(scan))
            })?;
            let handed = self.rejects.hand_over(py).and_then(|()| taken.map_err(to_python));
            let mut stops: Vec<Stop> = self.interrupts.iter().filter_map(Interrupts::take).map(Stop::Raised).collect();
            let batch = batch.transpose().unwrap_or_else(|error| {
                let stop = Stop::of(error);
                // What interrupted a matcher is there already.
                if !stops.iter().any(|other| other.is(py, &stop)) {
                    stops.push(stop);
                }
                None
            });
            let bytes = lock(&self.seen).stats.bytes;
            let told =
                if stops.is_empty() { self.progress.update(py, bytes, batch.as_ref().map(S::len)) } else { Ok(()) };
            stops.extend([handed, told].into_iter().filter_map(Result::err).map(Stop::Raised));
            let batch = match batch {
                Some(batch) if S::len(&batch) == 0 => None,
                None => Some(None),
                batch => Some(batch),
            };
            if !stops.is_empty() {
                // The end of a program comes first; each is raised once.
                stops.sort_by_key(|stop| !gate::is_interrupt(py, stop.error()));
                let first = stops.remove(0);
                lock(&self.kept).extend(batch.flatten());
                lock(&self.stops).extend(stops);
                return Err(first);
            }
            if let Some(batch) = batch {
                if batch.is_none() {
                    self.rejects.end();
                    self.progress.end();
                }
                return Ok(batch);
            }
        }
    }

    /// The next batch, handed out as rows.
    pub(crate) fn take_batch(&self, py: Python<'_>) -> PyResult<Option<S::Rows>> {
        self.next_batch(py).map(|batch| self.handed_out(batch)).map_err(Stop::raised)
    }

    /// The next batch, handed out as one of many: an input that breaks off after rows is one that ends.
    pub(crate) fn take_undamaged(&self, py: Python<'_>) -> PyResult<Option<S::Rows>> {
        self.next_undamaged(py, self.has_given_rows.load(Ordering::Relaxed)).map(|batch| self.handed_out(batch))
    }

    /// Notes that rows are handed out, or that their end is told.
    fn handed_out(&self, batch: Option<S::Rows>) -> Option<S::Rows> {
        match batch {
            Some(_) => self.has_given_rows.store(true, Ordering::Relaxed),
            None => self.has_ended.store(true, Ordering::Relaxed),
        }
        batch
    }

    /// Refuses a second reading of a scan that had rows: it would find none, which is a wrong answer.
    ///
    /// # Errors
    /// ValueError: the scan has given rows, and was read to its end.
    pub(crate) fn check_unread(&self) -> PyResult<()> {
        if self.has_given_rows.load(Ordering::Relaxed) && self.has_ended.load(Ordering::Relaxed) {
            return Err(make::error::<PyValueError>(
                "this scan was read to its end: its rows are given once. Keep the batches that it gave, or scan again",
            ));
        }
        Ok(())
    }

    /// The next batch. An input that breaks off after `has_rows` is one that ends.
    fn next_undamaged(&self, py: Python<'_>, has_rows: bool) -> PyResult<Option<S::Rows>> {
        match self.next_batch(py) {
            Err(Stop::Damage(message, _)) if self.tolerates_damage && has_rows => {
                *lock(&self.damage) = Some(message);
                self.next_batch(py).map_err(Stop::raised)
            }
            batch => batch.map_err(Stop::raised),
        }
    }

    /// The next batches, until they have `rows` rows or more, or there are no more, and what `finish` makes of them. When either fails, or a signal
    /// handler raises, the batches stay in the scan: the next call begins with them.
    pub(crate) fn read_with<T>(
        &self,
        py: Python<'_>,
        rows: usize,
        finish: impl FnOnce(&[S::Rows]) -> PyResult<T>,
    ) -> PyResult<T> {
        self.check_unread()?;
        let (mut batches, mut read) = (Vec::new(), 0);
        let mut fill = || {
            while read < rows {
                let has_rows = read > 0 || self.has_given_rows.load(Ordering::Relaxed);
                let Some(batch) = self.next_undamaged(py, has_rows)? else { return Ok(true) };
                read += S::len(&batch);
                batches.push(batch);
            }
            Ok(false)
        };
        let filled = fill();
        match filled.and_then(|is_end| Ok((is_end, finish(&batches)?))) {
            Ok((is_end, made)) => {
                self.has_given_rows.fetch_or(!batches.is_empty(), Ordering::Relaxed);
                // Who asks for a number of rows learns of the end when there are none.
                if is_end && (rows == usize::MAX || batches.is_empty()) {
                    self.has_ended.store(true, Ordering::Relaxed);
                }
                Ok(made)
            }
            Err(error) => {
                let mut kept = lock(&self.kept);
                batches.into_iter().rev().for_each(|batch| kept.push_front(batch));
                Err(error)
            }
        }
    }
}

/// Why there is no next batch.
enum Stop {
    /// The input breaks off: what is wrong with it, and the exception that says so.
    Damage(String, PyErr),
    /// Something else, which is to be raised.
    Raised(PyErr),
}

impl Stop {
    fn of(error: parsimd::Error) -> Stop {
        let message = error.is_io().then(|| error.to_string());
        let is_own = raised_by_python(&error).is_some();
        let raised = to_python(error);
        match message {
            // What the program's own file raises is for the program.
            Some(message) if !is_own => Stop::Damage(message, raised),
            _ => Stop::Raised(raised),
        }
    }

    fn error(&self) -> &PyErr {
        match self {
            Stop::Damage(_, error) | Stop::Raised(error) => error,
        }
    }

    /// Whether both are the same exception.
    fn is(&self, py: Python<'_>, other: &Stop) -> bool {
        self.error().value(py).is(other.error().value(py))
    }

    fn raised(self) -> PyErr {
        match self {
            Stop::Damage(_, error) | Stop::Raised(error) => error,
        }
    }
}

impl From<PyErr> for Stop {
    fn from(error: PyErr) -> Stop {
        Stop::Raised(error)
    }
}

/// What came of asking for a scan.
enum Turn<T> {
    Done(T),
    /// Another thread has it.
    Later,
    /// This thread has it already.
    Never,
    /// A thread had it that this process, a child, does not have.
    Lost,
}
