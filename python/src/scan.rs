//! `Scan`, `Stats`, `Failure` and `ScanError`.

use std::{
    error::Error as _,
    io::{self, Read},
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::ThreadId,
};

use parsimd::{Input, OnError, ScanOptions};
use pyo3::{
    create_exception,
    exceptions::{PyOSError, PyRuntimeError, PyTypeError, PyValueError},
    prelude::*,
    pybacked::{PyBackedBytes, PyBackedStr},
    types::{PyBytes, PyCapsule, PyDict, PyString},
};

use crate::{
    batch::{Batch, type_name},
    capsule::{self, Pair, Requested},
    gate,
    pattern::Raised,
};

create_exception!(
    parsimd,
    ScanError,
    PyValueError,
    "A scan that cannot go on: with on_error=\"raise\", at the first record that could not be read, whose place in bytes is in `offset`, or in an array its number in `row`."
);

/// The exception for an error of the crate.
pub(crate) fn to_python(error: parsimd::Error) -> PyErr {
    if let Some(source) = error.source().and_then(|source| source.downcast_ref::<io::Error>()) {
        return match source.raw_os_error() {
            Some(code) => {
                let message = error.to_string();
                let name = message.strip_suffix(&format!(": {source}")).unwrap_or(&message).to_owned();
                let words = source.to_string();
                let words = words.split(" (os error").next().unwrap_or_default().to_owned();
                PyOSError::new_err((code, words, name))
            }
            None => PyOSError::new_err(error.to_string()),
        };
    }
    if error.is_record() || error.is_limit() {
        let offset = error.offset();
        let raised = ScanError::new_err(error.to_string());
        return Python::attach(|py| {
            let value = raised.value(py);
            match value.setattr("offset", offset).and_then(|()| value.setattr("row", error.row())) {
                Ok(()) => raised,
                Err(failed) => failed,
            }
        });
    }
    PyValueError::new_err(error.to_string())
}

/// The input for what a program passes as data.
pub(crate) fn input(data: &Bound<'_, PyAny>) -> PyResult<Input<'static>> {
    if let Ok(bytes) = data.cast::<PyBytes>() {
        return Ok(Input::bytes(PyBackedBytes::from(bytes.clone())));
    }
    if let Ok(text) = data.cast::<PyString>() {
        return Ok(Input::bytes(Text(PyBackedStr::try_from(text.clone())?)));
    }
    // Anything else may change while it is read: it is copied, a block at a time.
    let view = data
        .py()
        .import("builtins")?
        .getattr("memoryview")?
        .call1((data,))
        .and_then(|view| view.call_method1("cast", ("B",)));
    match view {
        Ok(view) => Ok(Input::reader(View { view: view.unbind(), at: 0 }, "<buffer>")),
        Err(_) => Err(PyTypeError::new_err(format!(
            "data must be bytes, str or a contiguous buffer, not {}; for a file use scan_file",
            data.get_type().name()?
        ))),
    }
}

struct Text(PyBackedStr);

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Reads a memoryview of bytes.
struct View {
    view: Py<PyAny>,
    at: usize,
}

impl Read for View {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Python::attach(|py| {
            let slice = pyo3::types::PySlice::new(py, self.at as isize, (self.at + buffer.len()) as isize, 1);
            let bytes = self.view.bind(py).get_item(slice)?.call_method0("tobytes")?;
            let bytes = bytes.cast::<PyBytes>()?.as_bytes();
            buffer[..bytes.len()].copy_from_slice(bytes);
            self.at += bytes.len();
            Ok(bytes.len())
        })
        .map_err(|error: PyErr| io::Error::other(error.to_string()))
    }
}

pub(crate) struct ScanArguments<'a> {
    pub(crate) full_line: bool,
    pub(crate) threads: Option<isize>,
    pub(crate) on_error: &'a str,
    pub(crate) year: i32,
}

impl ScanArguments<'_> {
    pub(crate) fn options(self) -> PyResult<ScanOptions> {
        let mut options = ScanOptions::default();
        options.full_line = self.full_line;
        options.year = Some(self.year);
        options.threads = match self.threads {
            None => None,
            Some(threads) => match usize::try_from(threads).ok().and_then(NonZeroUsize::new) {
                None => {
                    return Err(PyValueError::new_err(format!("threads must be 1 or more, or None, not {threads}")));
                }
                threads => threads,
            },
        };
        options.on_error = match self.on_error {
            "skip" => OnError::Skip,
            "null" => OnError::Null,
            "raise" => OnError::Raise,
            other => {
                return Err(PyValueError::new_err(format!(
                    "on_error must be 'skip', 'null' or 'raise', not {other:?}"
                )));
            }
        };
        Ok(options)
    }
}

/// A scan: an iterator over `Batch`, one for each piece of the input that has rows.
///
/// `read_all()` gives the rest as one batch; `stats` says what was seen so far.
#[pyclass(frozen, module = "parsimd")]
pub(crate) struct Scan {
    scan: Mutex<parsimd::Scan<'static>>,
    /// The thread that is inside of the scan. Python code that the scan calls, or a signal handler, may come back to it.
    busy: Mutex<Option<ThreadId>>,
    /// What was seen up to the last batch: to be had while the scan is busy.
    stats: Mutex<parsimd::Stats>,
    raised: Raised,
    schema: Arc<parsimd::Schema>,
}

/// Says that no thread is inside, also after a panic.
struct Done<'a>(&'a Mutex<Option<ThreadId>>);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        *held(self.0) = None;
    }
}

/// A lock that is held for a moment only, by code that cannot panic.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Scan {
    pub(crate) fn new(
        pattern: &parsimd::Pattern,
        raised: Raised,
        input: Input<'static>,
        arguments: ScanArguments<'_>,
    ) -> PyResult<Scan> {
        let schema = Arc::clone(pattern.schema());
        let scan = Mutex::new(pattern.scan_input(input, arguments.options()?));
        let (busy, stats) = (Mutex::new(None), Mutex::new(parsimd::Stats::default()));
        Ok(Scan { scan, busy, stats, raised, schema })
    }

    /// Runs `work` on the scan, without the GIL. Another thread waits for its turn.
    fn run<T: Send>(&self, py: Python<'_>, work: impl FnOnce(&mut parsimd::Scan<'static>) -> T + Send) -> PyResult<T> {
        let me = std::thread::current().id();
        if *held(&self.busy) == Some(me) {
            return Err(PyRuntimeError::new_err("this scan is already running: it was asked from inside of itself"));
        }
        gate::run(py, || {
            // After a panic in the scan there is nothing left to be had.
            let mut scan = self.scan.lock().unwrap_or_else(|_| panic!("an earlier call of this scan panicked"));
            *held(&self.busy) = Some(me);
            let done = Done(&self.busy);
            let answer = work(&mut scan);
            *held(&self.stats) = scan.stats().clone();
            drop(done);
            answer
        })
    }

    pub(crate) fn next_batch(&self, py: Python<'_>) -> PyResult<Option<parsimd::Batch>> {
        let batch = self.run(py, Iterator::next)?;
        batch.transpose().map_err(|error| self.error(error))
    }

    fn error(&self, error: parsimd::Error) -> PyErr {
        raise(&self.raised, error)
    }
}

/// The exception for an error of a scan: that of Python's matching, where it is the cause.
pub(crate) fn raise(raised: &Raised, error: parsimd::Error) -> PyErr {
    let raised = raised.lock().ok().and_then(|mut raised| raised.take());
    raised.filter(|_| error.is_external()).unwrap_or_else(|| to_python(error))
}

/// What became of an array of texts: an array of structs, for whoever takes Arrow arrays.
#[pyclass(frozen, module = "parsimd._parsimd")]
pub(crate) struct Texts(parsimd::Texts);

impl Texts {
    pub(crate) fn new(texts: parsimd::Texts) -> Texts {
        Texts(texts)
    }
}

#[pymethods]
impl Texts {
    /// The rows.
    #[getter]
    fn batch(&self) -> Batch {
        Batch::new(self.0.batch.clone())
    }

    /// What was seen.
    #[getter]
    fn stats(&self) -> Stats {
        Stats(self.0.stats.clone())
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        capsule::schema(py, self.0.batch.schema())
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(&self, py: Python<'py>, requested_schema: Requested<'_, 'py>) -> PyResult<Pair<'py>> {
        capsule::texts(py, &self.0, requested_schema)
    }
}

#[pymethods]
impl Scan {
    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Batch>> {
        Ok(self.next_batch(py)?.map(Batch::new))
    }

    /// The rest of the input as one `Batch`.
    fn read_all(&self, py: Python<'_>) -> PyResult<Batch> {
        self.read(py, usize::MAX)
    }

    /// The next batches as one, until there are `rows` rows or more, or no more to be had.
    fn read(&self, py: Python<'_>, rows: usize) -> PyResult<Batch> {
        let (mut batches, mut read) = (Vec::new(), 0);
        while read < rows
            && let Some(batch) = self.next_batch(py)?
        {
            read += batch.len();
            batches.push(batch);
        }
        let schema = &self.schema;
        let batch = gate::run(py, || parsimd::Batch::concat(Arc::clone(schema), &batches))?;
        batch.map(Batch::new).map_err(to_python)
    }

    /// What was seen up to the last batch.
    #[getter]
    fn stats(&self) -> Stats {
        Stats(held(&self.stats).clone())
    }

    /// The names of the columns.
    #[getter]
    fn names(&self) -> Vec<&str> {
        self.schema.columns().map(|(name, _)| name).collect()
    }

    /// The type of each column, by name.
    #[getter]
    fn types<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let types = PyDict::new(py);
        for (name, kind) in self.schema.columns() {
            types.set_item(name, type_name(kind))?;
        }
        Ok(types)
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

    fn __repr__(&self) -> String {
        format!("<Scan {:?}, {}>", self.names(), self.stats().summary())
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
    fn records(&self) -> u64 {
        self.0.records
    }

    /// How many matched, with every value read.
    #[getter]
    fn matched(&self) -> u64 {
        self.0.matched
    }

    /// How many did not match.
    #[getter]
    fn unmatched(&self) -> u64 {
        self.0.unmatched
    }

    /// How many matched but have a value that does not fit its column, or are not UTF-8.
    #[getter]
    fn failures(&self) -> u64 {
        self.0.failures
    }

    /// How many bytes were read.
    #[getter]
    fn bytes(&self) -> u64 {
        self.0.bytes
    }

    /// The first few records that did not match or failed.
    #[getter]
    fn first_failures(&self) -> Vec<Failure> {
        self.0.first_failures.iter().cloned().map(Failure).collect()
    }

    fn __repr__(&self) -> String {
        format!("<Stats {}>", self.summary())
    }
}

/// A record that could not be read.
#[pyclass(frozen, module = "parsimd")]
pub(crate) struct Failure(parsimd::Failure);

#[pymethods]
impl Failure {
    /// The name of the file, or `<bytes>`.
    #[getter]
    fn source(&self) -> &str {
        &self.0.source
    }

    /// Where the record begins in that file, in bytes, decompressed.
    #[getter]
    fn offset(&self) -> u64 {
        self.0.offset
    }

    /// The number of the record in the scan, from 0.
    #[getter]
    fn record(&self) -> u64 {
        self.0.record
    }

    /// Why it could not be read.
    #[getter]
    fn reason(&self) -> &str {
        &self.0.reason
    }

    /// The record, cut when it is long.
    #[getter]
    fn text(&self) -> &str {
        &self.0.text
    }

    fn __repr__(&self) -> String {
        let parsimd::Failure { source, offset, reason, text, .. } = &self.0;
        format!("<Failure {source} byte {offset}: {reason}: {text:?}>")
    }
}
