//! `Scan`, `Stats`, `Failure` and `ScanError`.

use std::{
    error::Error as _,
    io,
    num::NonZeroUsize,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicBool, Ordering},
    },
};

use parsimd::{Input, OnError, ScanOptions, Strings, limits};
use pyo3::{
    create_exception,
    exceptions::{PyIsADirectoryError, PyMemoryError, PyOSError, PyRuntimeError, PyTypeError, PyValueError},
    prelude::*,
    types::{PyCapsule, PyDict, PyList, PyTuple},
};

use crate::{
    batch::{Batch, Pieces, types},
    capsule::{self, Pair, Requested},
    gate,
    make::{self, Made, name},
};

create_exception!(
    parsimd,
    ScanError,
    PyValueError,
    "A scan that cannot go on: with on_error=\"raise\", at the first record that could not be read, whose place in bytes is in `offset`, or in an array its number in `row`."
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
            Some(code) => {
                let message = error.to_string();
                let name = message.strip_suffix(&format!(": {source}")).unwrap_or(&message).to_owned();
                let words = source.to_string();
                let words = words.split(" (os error").next().unwrap_or_default().to_owned();
                Python::attach(|py| {
                    let text = |text: &str| make::text(py, text).map(Bound::into_any);
                    let code = make::int(py, code.into()).map(Bound::into_any);
                    make::error_of::<PyOSError>(make::tuple(py, [code, text(&words), text(&name)]))
                })
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
                value.setattr(name!(py, "row"), number(error.row())?)
            };
            set().err().unwrap_or_else(|| raised.clone_ref(py))
        });
    }
    make::error::<PyValueError>(error.to_string())
}

pub(crate) struct ScanArguments<'a> {
    pub(crate) full_line: bool,
    pub(crate) threads: Option<isize>,
    pub(crate) on_error: &'a str,
    pub(crate) year: i32,
    pub(crate) columns: Option<Vec<String>>,
    pub(crate) limit: Option<i64>,
    pub(crate) strings: &'a str,
    pub(crate) max_record_bytes: isize,
    /// Whether the input is read by calls of Python.
    pub(crate) calls_python: bool,
    pub(crate) only: Vec<(String, Only)>,
}

/// What a column's value must be: an integer or a timestamp between two, or a text.
#[derive(FromPyObject)]
pub(crate) enum Only {
    Between(i64, i64),
    #[pyo3(transparent)]
    Text(String),
}

/// What the argument `name` stands for, which must be one of three words.
fn choice<T: Copy>(name: &str, given: &str, all: [(&str, T); 3]) -> PyResult<T> {
    let found = all.iter().find(|(word, _)| *word == given).map(|(_, meaning)| *meaning);
    let [(a, _), (b, _), (c, _)] = all;
    found.ok_or_else(|| make::error::<PyValueError>(format!("{name} must be '{a}', '{b}' or '{c}', not {given:?}")))
}

impl ScanArguments<'_> {
    pub(crate) fn options(self, pattern: &parsimd::Pattern) -> PyResult<ScanOptions> {
        let mut options = ScanOptions::default();
        options.full_line = self.full_line;
        options.year = Some(self.year);
        options.threads = match self.threads {
            None => None,
            Some(threads) => match usize::try_from(threads).ok().and_then(NonZeroUsize::new) {
                None => {
                    return Err(make::error::<PyValueError>(format!(
                        "threads must be 1 or more, or None, not {threads}"
                    )));
                }
                threads => threads,
            },
        };
        options.max_record_bytes = match usize::try_from(self.max_record_bytes) {
            Ok(bytes @ 1..=limits::BLOCK_BYTES_MOST) => bytes,
            _ => {
                let (given, most) = (self.max_record_bytes, limits::BLOCK_BYTES_MOST);
                return Err(make::error::<PyValueError>(format!(
                    "max_record_bytes must be from 1 to {most}, not {given}"
                )));
            }
        };
        if pattern.plan().may_ask() || self.calls_python {
            // Threads that meet in the interpreter wake each other for every line: two take several times as long as one. And only the thread of
            // the caller lets signals through while it reads.
            options.threads = Some(NonZeroUsize::MIN);
        }
        let answers = [("skip", OnError::Skip), ("null", OnError::Null), ("raise", OnError::Raise)];
        options.on_error = choice("on_error", self.on_error, answers)?;
        let forms = [("utf8", Strings::Utf8), ("view", Strings::View), ("binary", Strings::Binary)];
        options.strings = choice("strings", self.strings, forms)?;
        options.limit = self
            .limit
            .map(|limit| {
                u64::try_from(limit)
                    .map_err(|_| make::error::<PyValueError>(format!("limit must be 0 or more, or None, not {limit}")))
            })
            .transpose()?;
        let number = |name: &String| {
            pattern.schema().position(name).ok_or_else(|| {
                let names: Vec<_> = pattern.schema().columns().map(|(name, _)| name).collect();
                make::error::<PyValueError>(format!("no column {name:?}; there are {names:?}"))
            })
        };
        let columns = self.columns.map(|names| names.iter().map(number).collect::<PyResult<Vec<_>>>()).transpose()?;
        if let Some(&twice) = columns
            .iter()
            .flatten()
            .enumerate()
            .find_map(|(at, column)| columns.iter().flatten().take(at).find(|&before| before == column))
        {
            let name = pattern.schema().columns().nth(twice).map_or("", |(name, _)| name);
            return Err(make::error::<PyValueError>(format!("column {name:?} was asked for twice")));
        }
        options.columns = columns;
        for (name, only) in self.only {
            let only = match only {
                Only::Between(low, high) => parsimd::Only::Between(low, high),
                Only::Text(text) => parsimd::Only::Text(text),
            };
            options.only.push((number(&name)?, only));
        }
        Ok(options)
    }
}

/// A scan: an iterator over `Batch`, one for each piece of the input that has rows.
///
/// `read_all()` gives the rest as one batch; `stats` says what was seen so far.
#[pyclass(frozen, module = "parsimd")]
pub(crate) struct Scan {
    scan: Mutex<parsimd::Scan<'static>>,
    /// What was seen up to the last batch: to be had while the scan is busy.
    stats: Mutex<parsimd::Stats>,
    schema: Arc<parsimd::Schema>,
    has_given_rows: AtomicBool,
    /// Whether somebody was told that there are no more rows.
    has_ended: AtomicBool,
}

/// A lock that is held for a moment only, by code that cannot panic.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Scan {
    pub(crate) fn new(
        pattern: &parsimd::Pattern,
        input: Input<'static>,
        arguments: ScanArguments<'_>,
    ) -> PyResult<Scan> {
        let scan = pattern.scan_input(input, arguments.options(pattern)?);
        let schema = Arc::clone(scan.schema());
        let (has_given_rows, has_ended) = (AtomicBool::new(false), AtomicBool::new(false));
        Ok(Scan { scan: Mutex::new(scan), stats: Mutex::default(), schema, has_given_rows, has_ended })
    }

    /// Runs `work` on the scan, without the GIL. Another thread waits for its turn; what a scan calls in Python does not, since the scan may
    /// be waiting for it.
    fn run<T: Send>(&self, py: Python<'_>, work: impl FnOnce(&mut parsimd::Scan<'static>) -> T + Send) -> PyResult<T> {
        let answer = gate::run(py, || {
            let mut scan = match self.scan.try_lock() {
                Ok(scan) => scan,
                Err(TryLockError::WouldBlock) if gate::is_inside() => return None,
                // After a panic in the scan there is nothing left to be had.
                Err(_) => self.scan.lock().unwrap_or_else(|_| panic!("an earlier call of this scan panicked")),
            };
            let answer = work(&mut scan);
            *held(&self.stats) = scan.stats().clone();
            Some(answer)
        })?;
        answer.ok_or_else(|| {
            make::error::<PyRuntimeError>("this scan is already running: it was asked from inside of a scan")
        })
    }

    /// The next batch. Where rows are rare it comes back between blocks to let signals through.
    fn next_batch(&self, py: Python<'_>) -> PyResult<Option<parsimd::Batch>> {
        loop {
            match self.run(py, parsimd::Scan::next_soon)?.transpose().map_err(to_python)? {
                Some(batch) if batch.is_empty() => {}
                batch => return Ok(batch),
            }
        }
    }

    /// The next batch for whoever takes one after the other.
    pub(crate) fn take_batch(&self, py: Python<'_>) -> PyResult<Option<parsimd::Batch>> {
        let batch = self.next_batch(py)?;
        match batch {
            Some(_) => self.has_given_rows.store(true, Ordering::Relaxed),
            None => self.has_ended.store(true, Ordering::Relaxed),
        }
        Ok(batch)
    }

    /// Asks whether there can be anything to read: a second reading would find no rows where the first had some, which is a wrong answer.
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
                // No other thread keeps the lock for long, but it may have to wait for the interpreter meanwhile.
                py.detach(|| held(&self.scan).put_back(batches));
                Err(error)
            }
        }
    }
}

/// What became of an array of texts: for whoever takes Arrow arrays an array of structs, with a row for each text; for whoever takes streams
/// the rows that there are, in one batch or more.
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
        capsule::schema(py, self.0.schema())
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(&self, py: Python<'py>, requested_schema: Requested<'_, 'py>) -> PyResult<Pair<'py>> {
        let batch = Pieces::new(self.0.batches.clone(), Arc::clone(self.0.schema())).join_all(py)?;
        capsule::texts(py, batch.batch(), self.0.matched.as_ref(), requested_schema)
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Requested<'_, 'py>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        capsule::batches(py, self.0.schema(), &self.0.batches, requested_schema)
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

    /// What was seen up to the last batch.
    #[getter]
    fn stats(&self) -> Stats {
        Stats(held(&self.stats).clone())
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
        capsule::schema(py, &self.schema)
    }

    /// The rest of the batches, as an Arrow stream: each is scanned when it is asked for.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        this: &Bound<'py, Self>,
        requested_schema: Requested<'_, 'py>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        capsule::scan(this, &this.get().schema, requested_schema)
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

/// What a scan has seen: each record either matched, or did not, or failed.
#[pyclass(frozen, module = "parsimd")]
pub(crate) struct Stats(parsimd::Stats);

impl Stats {
    fn summary(&self) -> String {
        let parsimd::Stats { records, matched, unmatched, failures, bytes, .. } = &self.0;
        format!("records={records} matched={matched} unmatched={unmatched} failures={failures} bytes={bytes}")
    }
}

#[pymethods]
impl Stats {
    /// How many lines there were.
    #[getter]
    fn records(&self) -> Made<u64> {
        Made(self.0.records)
    }

    /// How many matched, with every value read.
    #[getter]
    fn matched(&self) -> Made<u64> {
        Made(self.0.matched)
    }

    /// How many did not match.
    #[getter]
    fn unmatched(&self) -> Made<u64> {
        Made(self.0.unmatched)
    }

    /// How many matched but have a value that does not fit its column, are not UTF-8 and could not be matched, are too long, or were cut off
    /// where the input broke.
    #[getter]
    fn failures(&self) -> Made<u64> {
        Made(self.0.failures)
    }

    /// How many bytes were read.
    #[getter]
    fn bytes(&self) -> Made<u64> {
        Made(self.0.bytes)
    }

    /// The first few records that did not match or failed.
    #[getter]
    fn first_failures<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let failures = self.0.first_failures.iter().cloned().map(Failure);
        make::list(py, failures.map(|failure| Ok(Bound::new(py, failure)?.into_any())))
    }

    /// What else there is to be told of the input: that bytes which follow gzip data were ignored.
    #[getter]
    fn notes(&self) -> Made<Vec<String>> {
        Made(self.0.notes.clone())
    }

    fn __repr__(&self) -> Made<String> {
        Made(format!("<Stats {}>", self.summary()))
    }
}

/// A record that could not be read.
#[pyclass(frozen, module = "parsimd")]
pub(crate) struct Failure(parsimd::Failure);

#[pymethods]
impl Failure {
    /// The name of the file, or `<bytes>`, `<buffer>` or `<file>`.
    #[getter]
    fn source(&self) -> Made<&str> {
        Made(&self.0.source)
    }

    /// Where the record begins in that file, in bytes, decompressed.
    #[getter]
    fn offset(&self) -> Made<u64> {
        Made(self.0.offset)
    }

    /// The number of the record in the scan, from 0.
    #[getter]
    fn record(&self) -> Made<u64> {
        Made(self.0.record)
    }

    /// Why it could not be read.
    #[getter]
    fn reason(&self) -> Made<&str> {
        Made(&self.0.reason)
    }

    /// The record, cut when it is long.
    #[getter]
    fn text(&self) -> Made<&str> {
        Made(&self.0.text)
    }

    fn __repr__(&self) -> Made<String> {
        let parsimd::Failure { source, offset, reason, text, .. } = &self.0;
        Made(format!("<Failure {source} byte {offset}: {reason}: {text:?}>"))
    }
}
