//! `Scan`: an iterator over batches; and `Texts`: an array of texts, scanned.
//!
//! A scan works without the GIL, so a lock holds it, and calls from several threads take turns. A call from inside of the scan itself, by a file
//! that it reads, is an error, since it would wait for itself. Rows are handed out once. Where a call fails after it has read batches,
//! they are kept, and the next call begins with them.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use parsimd::Input;
use pyo3::{
    exceptions::{PyRuntimeError, PyTypeError, PyValueError},
    prelude::*,
    types::{PyCapsule, PyDict, PyList, PyTuple},
};

use crate::{
    arrow::{self, Pair, Requested},
    batch::{Batch, Pieces, types},
    error::to_python,
    gate::{self, Interrupts},
    make::{self, Made},
    options::ScanArguments,
    rejects::{Asked, Rejects},
    stats::{Reason, Stats},
};

/// A scan: an iterator over `Batch`, one for each piece of the input that has rows.
///
/// `read_all()` gives the rest as one batch; `stats` says what was seen so far.
#[pyclass(frozen, module = "parsimd")]
pub(crate) struct Scan {
    scan: Mutex<parsimd::Scan<'static>>,
    /// The counts up to the last batch. They can be read while the scan is busy.
    stats: Mutex<parsimd::Stats>,
    /// Batches that come next: they were read by a call that failed. They are not put back into the scan, whose lock another call may have, and it may be
    /// this one's caller.
    kept: Mutex<VecDeque<parsimd::Batch>>,
    /// Where the records go that could not be read.
    rejects: Rejects,
    /// What signal handlers raised in the middle of a record.
    interrupts: Interrupts,
    schema: Arc<parsimd::Schema>,
    has_given_rows: AtomicBool,
    /// Whether a caller was told that there are no more rows.
    has_ended: AtomicBool,
}

/// Takes a lock that is held for a moment only, by code that cannot panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Scan {
    pub(crate) fn new(
        pattern: &parsimd::Pattern,
        input: Input<'static>,
        arguments: ScanArguments<'_>,
        interrupts: Interrupts,
        rejects: Asked<'_>,
    ) -> PyResult<Scan> {
        let scan = pattern.scan_input(input, arguments.options(pattern)?);
        let schema = Arc::clone(scan.schema());
        Ok(Scan {
            scan: Mutex::new(scan),
            stats: Mutex::default(),
            kept: Mutex::default(),
            // A file is made last: not for a scan that cannot be.
            rejects: Rejects::new(rejects)?,
            interrupts,
            schema,
            has_given_rows: AtomicBool::new(false),
            has_ended: AtomicBool::new(false),
        })
    }

    /// Runs `work` on the scan, without the GIL. Another thread waits for its turn, and lets signals through; what a scan calls in Python does not
    /// wait, since the scan may be waiting for it.
    fn run<T: Send>(&self, py: Python<'_>, work: impl FnOnce(&mut parsimd::Scan<'static>) -> T + Send) -> PyResult<T> {
        /// How often a scan that is busy is asked.
        const NAP: Duration = Duration::from_millis(2);
        let mut work = Some(work);
        loop {
            let turn = gate::run(py, || {
                let mut scan = match self.scan.try_lock() {
                    Ok(scan) => scan,
                    Err(TryLockError::WouldBlock) if gate::is_inside() => return Turn::Never,
                    Err(TryLockError::WouldBlock) => {
                        thread::sleep(NAP);
                        return Turn::Later;
                    }
                    // After a panic in the scan there is nothing left to be had.
                    Err(TryLockError::Poisoned(_)) => panic!("an earlier call of this scan panicked"),
                };
                let answer = work.take().map(|work| work(&mut scan));
                *lock(&self.stats) = scan.stats().clone();
                answer.map_or(Turn::Never, Turn::Done)
            })?;
            match turn {
                Turn::Done(answer) => return Ok(answer),
                Turn::Later => {}
                Turn::Never => {
                    return Err(make::error::<PyRuntimeError>(
                        "this scan is already running: it was asked from inside of a scan",
                    ));
                }
            }
        }
    }

    /// The next batch. Where rows are rare it comes back between blocks to let signals through.
    fn next_batch(&self, py: Python<'_>) -> PyResult<Option<parsimd::Batch>> {
        loop {
            if let Some(batch) = lock(&self.kept).pop_front() {
                return Ok(Some(batch));
            }
            self.rejects.hand_over(py)?;
            let (batch, taken) = self.run(py, |scan| {
                let batch = scan.next_soon();
                (batch, self.rejects.take(scan))
            })?;
            let handed = self.rejects.hand_over(py).and_then(|()| taken.map_err(to_python));
            // What ends the scan is told first: it is told once, and what could not be handed over is tried again.
            let batch = batch.transpose().map_err(to_python)?;
            let batch = match batch {
                Some(batch) if batch.is_empty() => None,
                None => Some(None),
                batch => Some(batch),
            };
            if let Some(error) = self.interrupts.take().or(handed.err()) {
                lock(&self.kept).extend(batch.flatten());
                return Err(error);
            }
            if let Some(batch) = batch {
                if batch.is_none() {
                    self.rejects.end();
                }
                return Ok(batch);
            }
        }
    }

    /// The next batch, handed out as rows.
    pub(crate) fn take_batch(&self, py: Python<'_>) -> PyResult<Option<parsimd::Batch>> {
        let batch = self.next_batch(py)?;
        match batch {
            Some(_) => self.has_given_rows.store(true, Ordering::Relaxed),
            None => self.has_ended.store(true, Ordering::Relaxed),
        }
        Ok(batch)
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

    /// The next batches, until they have `rows` rows or more, or there are no more, and what `finish` makes of them. When either fails, or a signal
    /// handler raises, the batches stay in the scan: the next call begins with them.
    fn read_with<T>(
        &self,
        py: Python<'_>,
        rows: usize,
        finish: impl FnOnce(&[parsimd::Batch]) -> PyResult<T>,
    ) -> PyResult<T> {
        self.check_unread()?;
        let (mut batches, mut read) = (Vec::new(), 0);
        let mut fill = || {
            while read < rows {
                let Some(batch) = self.next_batch(py)? else { return Ok(true) };
                read += batch.len();
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

/// What came of asking for a scan.
enum Turn<T> {
    Done(T),
    /// Another thread has it.
    Later,
    /// This thread has it already.
    Never,
}

/// An array of texts, scanned. As an Arrow array it is an array of structs, with a row for each text; as a stream it is the rows that there are,
/// in one batch or more.
#[pyclass(frozen, module = "parsimd._parsimd")]
pub(crate) struct Texts(parsimd::Texts);

impl Texts {
    pub(crate) fn new(texts: parsimd::Texts) -> Texts {
        Texts(texts)
    }
}

#[pymethods]
impl Texts {
    /// What was seen.
    #[getter]
    fn stats(&self) -> Stats {
        Stats(self.0.stats.clone())
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        arrow::schema(py, self.0.schema())
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(&self, py: Python<'py>, requested_schema: Requested<'_, 'py>) -> PyResult<Pair<'py>> {
        let batch = Pieces::new(self.0.batches.clone(), Arc::clone(self.0.schema())).join_all(py)?;
        arrow::texts(py, batch.batch(), self.0.matched.as_ref(), requested_schema)
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Requested<'_, 'py>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        arrow::batches(py, self.0.schema(), &self.0.batches, requested_schema)
    }
}

#[pymethods]
impl Scan {
    fn __iter__(this: Bound<'_, Self>) -> PyResult<Bound<'_, Self>> {
        this.get().check_unread()?;
        Ok(this)
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Batch>> {
        Ok(self.take_batch(py)?.map(Batch::new))
    }

    /// The rest of the input as one `Batch`.
    ///
    /// When it raises, as when a file is damaged or at Ctrl-C, the rows that it has read by then stay in the scan: the next call gives them.
    ///
    /// Raises ValueError when the scan was read to its end before, and MemoryError when there is no room for all rows together.
    fn read_all(&self, py: Python<'_>) -> PyResult<Batch> {
        self.read(py, usize::MAX)
    }

    /// The next batches as one, until there are `rows` rows or more, or no more to be had; none at the end.
    fn read(&self, py: Python<'_>, rows: usize) -> PyResult<Batch> {
        self.read_with(py, rows, |batches| Pieces::new(batches.to_vec(), Arc::clone(&self.schema)).join_all(py))
    }

    /// As `read`, but the batches are not joined.
    #[pyo3(name = "_read_pieces")]
    fn read_pieces(&self, py: Python<'_>, rows: usize) -> PyResult<Pieces> {
        self.read_with(py, rows, |batches| Ok(Pieces::new(batches.to_vec(), Arc::clone(&self.schema))))
    }

    /// Why lines were not read: a list of `Reason`, the most frequent first, each with how many lines it has and the first of them.
    ///
    /// Lines that do not match are told apart by what was expected, after which field, and by the shape of what stood there: runs of letters are
    /// alike, and runs of digits. Others are told apart by their kind, their field and their reason without the text in it. The reasons are
    /// those of the first 1,000 lines that were not read; of more, the counts are estimates. After 20 reasons one has the rest.
    fn reasons<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let reasons = self.run(py, |scan| scan.reasons())?;
        if let Some(interrupt) = self.interrupts.take() {
            return Err(interrupt);
        }
        let reasons = reasons.map_err(to_python)?.into_iter().map(Reason);
        make::list(py, reasons.map(|reason| Ok(Bound::new(py, reason)?.into_any())))
    }

    /// With ``rejects=True``: the lines that were not read, of the input that was read by now, and that were not taken before, as a `Batch` with the
    /// columns ``file``, ``line``, ``offset``, ``kind``, ``field``, ``reason`` and ``text``. They are kept until they are taken.
    ///
    /// Raises ValueError where the scan was made without, and `ScanError` when their text passes 2 GiB.
    fn take_rejects(&self, py: Python<'_>) -> PyResult<Batch> {
        self.rejects.check_own()?;
        self.run(py, parsimd::Scan::take_rejects)?.map(Batch::new).map_err(to_python)
    }

    /// What was seen up to the last batch.
    #[getter]
    fn stats(&self) -> Stats {
        Stats(lock(&self.stats).clone())
    }

    /// The names of the columns.
    #[getter]
    fn names(&self) -> Made<Vec<&str>> {
        Made(self.schema.columns().map(|(name, _)| name).collect())
    }

    /// The type of each column, by name.
    #[getter]
    fn types<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        types(py, &self.schema)
    }

    /// The schema of the batches, as an Arrow capsule.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        arrow::schema(py, &self.schema)
    }

    /// The rest of the batches, as an Arrow stream: each is scanned when it is asked for.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        this: &Bound<'py, Self>,
        requested_schema: Requested<'_, 'py>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        this.get().check_unread()?;
        let scan = this.clone().unbind();
        arrow::lazy(this.py(), &this.get().schema, requested_schema, move |py| scan.get().take_batch(py))
    }

    /// A scan is no array. Without this numpy would make one of it that holds the scan, and pandas a frame that holds its batches.
    #[pyo3(signature = (*_arguments, **_options))]
    fn __array__(&self, _arguments: &Bound<'_, PyTuple>, _options: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
        Err(make::error::<PyTypeError>(
            "a scan is no array: for pandas use pandas.DataFrame.from_arrow(scan) or pyarrow.table(scan).to_pandas(), for numpy \
             scan.read_all()[name].to_numpy()",
        ))
    }

    fn __repr__(&self) -> Made<String> {
        Made(format!("<Scan {:?}, {}>", self.names().0, self.stats().summary()))
    }
}
