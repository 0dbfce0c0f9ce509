//! `Scan`: an iterator over batches; `SetScan`: the same of several patterns; and `Texts`: an array of texts, scanned.

use std::sync::Arc;

use parsimd::Input;
use pyo3::{
    PyTraverseError, PyVisit,
    exceptions::{PyAttributeError, PyTypeError},
    prelude::*,
    types::{PyCapsule, PyDict, PyList, PyTuple},
};

use crate::{
    arrow::{self, Pair, Requested},
    batch::{Batch, Pieces, types},
    error,
    frames::{self, Below},
    gate::Interrupts,
    make::{self, Made},
    options::{ScanArguments, row_count},
    progress::Progress,
    reader::{Reader, Scanning, Seen},
    rejects::{Asked, Rejects},
    stats::{Reason, Stats},
};

/// A scan: an iterator over `Batch`, one for each piece of the input that has rows.
///
/// `read_all()` gives the rest as one batch; `stats` says what was seen so far.
#[pyclass(frozen, module = "parsimd")]
pub(crate) struct Scan {
    reader: Reader<parsimd::Scan<'static>>,
    schema: Arc<parsimd::Schema>,
    /// The names of the patterns of a set; none where one pattern scans.
    patterns: Vec<String>,
    below: Below,
}

impl Scan {
    pub(crate) fn new(
        pattern: &parsimd::Pattern,
        input: Input<'static>,
        arguments: ScanArguments<'_>,
        interrupts: Interrupts,
        rejects: Asked<'_>,
        progress: Progress,
    ) -> PyResult<Scan> {
        let tolerates_damage = arguments.tolerates_damage();
        let scan = pattern.scan_input(input, arguments.options(pattern)?);
        let schema = Arc::clone(scan.schema());
        // A file is made last: not for a scan that cannot be.
        let reader = Reader::new(scan, vec![interrupts], Rejects::new(rejects)?, progress, tolerates_damage);
        Ok(Scan::of(reader, schema, Vec::new()))
    }

    /// By the patterns of a set with these names, if there are any.
    pub(crate) fn of(
        reader: Reader<parsimd::Scan<'static>>,
        schema: Arc<parsimd::Schema>,
        patterns: Vec<String>,
    ) -> Scan {
        Scan { reader, schema, patterns, below: Below::default() }
    }

    fn read_rows(&self, py: Python<'_>, rows: usize) -> PyResult<Batch> {
        self.read_as(py, rows, Ok)
    }

    /// What `make` makes of the next rows. Where reading them raises, or that does, they stay in the scan.
    fn read_as<T>(&self, py: Python<'_>, rows: usize, make: impl FnOnce(Batch) -> PyResult<T>) -> PyResult<T> {
        self.reader.read_with(py, rows, |batches| {
            warn_of_damage(py, &self.reader)?;
            if rows == usize::MAX {
                warn_of_sources(py, &self.reader)?;
            }
            make(Pieces::new(batches.to_vec(), Arc::clone(&self.schema)).together())
        })
    }
}

/// Warns of an input that broke off after the rows that a call gives.
fn warn_of_damage<S: Scanning>(py: Python<'_>, reader: &Reader<S>) -> PyResult<()> {
    let Some(damage) = reader.damage() else { return Ok(()) };
    error::warn(py, &format!("these are the rows before an input broke off: {damage}"), 1)
}

/// Warns, at the end of the rows, of files that were passed over or broke off, where others were read.
fn warn_of_sources<S: Scanning>(py: Python<'_>, reader: &Reader<S>) -> PyResult<()> {
    if reader.damage().is_some() {
        return Ok(());
    }
    let message = match &reader.seen().stats.source_errors[..] {
        [] => return Ok(()),
        [one] => format!("the rows of one file are missing, or the last of them: {one}"),
        [first, others @ ..] => {
            let files = 1 + others.len();
            format!("the rows of {files} files are missing, or the last of them; stats.source_errors has all: {first}")
        }
    };
    error::warn(py, &message, 1)
}

/// Why lines were not read.
fn reasons<'py, S: Scanning>(py: Python<'py>, reader: &Reader<S>) -> PyResult<Bound<'py, PyList>> {
    let reasons = reader.reasons(py)?.into_iter().map(Reason);
    make::list(py, reasons.map(|reason| Ok(Bound::new(py, reason)?.into_any())))
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
        Stats::new(self.0.stats.clone(), None, &[])
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        arrow::schema(py, self.0.schema())
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(&self, py: Python<'py>, requested_schema: Requested<'_, 'py>) -> PyResult<Pair<'py>> {
        let batch = Pieces::new(self.0.batches.clone(), Arc::clone(self.0.schema())).together();
        arrow::texts(py, batch.whole(py)?, self.0.matched.as_ref(), requested_schema)
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Requested<'_, 'py>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let rows = self.0.batches.iter().map(parsimd::Batch::len).sum();
        arrow::batches(py, self.0.schema(), &self.0.batches, &(0..rows), requested_schema)
    }
}

#[pymethods]
impl Scan {
    fn __iter__(this: Bound<'_, Self>) -> PyResult<Bound<'_, Self>> {
        this.get().reader.check_unread()?;
        Ok(this)
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Batch>> {
        Ok(self.reader.take_batch(py)?.map(Batch::new))
    }

    /// The rest of the input as one `Batch`.
    ///
    /// Where an input breaks off, such as a damaged archive, these are the rows before that, with a UserWarning: ``stats.source_errors`` says where. With
    /// ``on_error="raise"``, and where there is no row, that is the error. When it raises, as at Ctrl-C, the rows that it has read by then stay in the scan: the next
    /// call gives them.
    ///
    /// The rows stay in the pieces in which they were read. A column is joined when it is asked for: that is when a MemoryError says that there is no room for it in one piece.
    ///
    /// Raises ValueError when the scan was read to its end before.
    fn read_all(&self, py: Python<'_>) -> PyResult<Batch> {
        self.read_rows(py, usize::MAX)
    }

    /// The next batches as one, until there are `rows` rows or more, or no more to be had; none at the end.
    ///
    /// Raises TypeError where `rows` is no integer, and ValueError where it is less than 0.
    fn read(&self, py: Python<'_>, rows: &Bound<'_, PyAny>) -> PyResult<Batch> {
        self.read_rows(py, row_count(rows)?)
    }

    /// As `read`, but the batches are not joined.
    #[pyo3(name = "_read_pieces")]
    fn read_pieces(&self, py: Python<'_>, rows: usize) -> PyResult<Pieces> {
        self.reader.read_with(py, rows, |batches| Ok(Pieces::new(batches.to_vec(), Arc::clone(&self.schema))))
    }

    /// The rest of the input as a table of pyarrow.
    fn to_arrow<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.read_as(py, usize::MAX, |rows| frames::convert(py, "to_arrow", [Bound::new(py, rows)?.into_any()]))
    }

    /// The rest of the input as a frame of pandas, which needs pyarrow too. With the `dtype_backend` `"numpy_nullable"` an integer is Int64, a float Float64, a bool
    /// boolean and a text string, so a null makes no float of them; with `"pyarrow"` every column is of Arrow.
    #[pyo3(signature = (*, dtype_backend="numpy_nullable"))]
    fn to_pandas<'py>(&self, py: Python<'py>, dtype_backend: &str) -> PyResult<Bound<'py, PyAny>> {
        let backend = make::text(py, dtype_backend)?.into_any();
        self.read_as(py, usize::MAX, |rows| {
            frames::convert(py, "to_pandas", [Bound::new(py, rows)?.into_any(), backend])
        })
    }

    /// The rest of the input as a frame of polars.
    fn to_polars<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.read_as(py, usize::MAX, |rows| frames::convert(py, "to_polars", [Bound::new(py, rows)?.into_any()]))
    }

    /// Makes the table `name` of the rest of the input in the database of DuckDB to which `con` is a connection, and gives the table as a relation. The name may
    /// have a schema, as in SQL. DuckDB's error if there is such a table, and then nothing was read.
    ///
    /// DuckDB gets the rows while they are read, so that they need not have room in memory. Where reading raises, it has no table, and what it had got is lost.
    fn to_duckdb<'py>(
        this: &Bound<'py, Self>,
        con: Bound<'py, PyAny>,
        name: Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        this.get().below.convert(this.py(), "to_duckdb", [this.clone().into_any(), con, name])
    }

    /// Why lines were not read: a list of `Reason`, the most frequent first, each with how many lines it has and the first of them.
    ///
    /// Lines that do not match are told apart by what was expected, after which field, and by the shape of what stood there: runs of letters are
    /// alike, and runs of digits. Others are told apart by their kind, their field and their reason without the text in it. The reasons are
    /// those of the first 1,000 lines that were not read; of more, the counts are estimates. After 20 reasons one has the rest.
    fn reasons<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        reasons(py, &self.reader)
    }

    /// With ``rejects=True``: the lines that were not read, of the input that was read by now, and that were not taken before, as a `Batch` with the
    /// columns ``file``, ``line``, ``offset``, ``kind``, ``field``, ``reason`` and ``text``. They are kept until they are taken.
    ///
    /// Raises ValueError where the scan was made without, and `ScanError` when their text passes 2 GiB.
    fn take_rejects(&self, py: Python<'_>) -> PyResult<Batch> {
        self.reader.take_rejects(py)
    }

    /// What was seen up to the last batch.
    #[getter]
    fn stats(&self) -> Stats {
        let Seen { stats, none_matched } = self.reader.seen();
        Stats::new(stats, none_matched, &self.patterns)
    }

    /// What was wrong with the input, where that was taken for the end of the rows and warned of.
    #[getter]
    fn _damage(&self) -> Option<Made<String>> {
        self.reader.damage().map(Made)
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

    /// The rest of the batches, as an Arrow stream: each is scanned when it is asked for. Where an input breaks off, it ends and warns, as `read_all` does.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        this: &Bound<'py, Self>,
        requested_schema: Requested<'_, 'py>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        this.get().reader.check_unread()?;
        let scan = this.clone().unbind();
        arrow::lazy(this.py(), &this.get().schema, requested_schema, move |py| {
            let Scan { reader, below, .. } = scan.get();
            below.run(py, || {
                let batch = reader.take_undamaged(py)?;
                if batch.is_none() {
                    warn_of_damage(py, reader)?;
                }
                Ok(batch)
            })
        })
    }

    /// A scan is no array. Without this numpy would make one of it that holds the scan, and pandas a frame that holds its batches.
    #[pyo3(signature = (*_arguments, **_options))]
    fn __array__(&self, _arguments: &Bound<'_, PyTuple>, _options: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
        Err(make::error::<PyTypeError>(
            "a scan is no array: for pandas use pandas.DataFrame.from_arrow(scan) or pyarrow.table(scan).to_pandas(), for numpy \
             scan.read_all()[name].to_numpy()",
        ))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.reader.traverse(&visit)
    }

    fn __clear__(&self) {
        self.reader.clear();
    }

    fn __repr__(&self) -> Made<String> {
        Made(format!("<Scan {:?}, {}>", self.names().0, self.stats().summary()))
    }
}

/// A scan by several patterns: an iterator over the name of a pattern and a `Batch` of its rows.
///
/// They come block by block of the input, and within a block in the order of the patterns. `read_all()` gives a dict with a batch for each pattern.
#[pyclass(frozen, module = "parsimd")]
pub(crate) struct SetScan {
    reader: Reader<parsimd::SetScan<'static>>,
    schemas: Vec<Arc<parsimd::Schema>>,
    patterns: Vec<String>,
}

impl SetScan {
    pub(crate) fn new(
        reader: Reader<parsimd::SetScan<'static>>,
        schemas: Vec<Arc<parsimd::Schema>>,
        patterns: Vec<String>,
    ) -> SetScan {
        SetScan { reader, schemas, patterns }
    }
}

#[pymethods]
impl SetScan {
    fn __iter__(this: Bound<'_, Self>) -> PyResult<Bound<'_, Self>> {
        this.get().reader.check_unread()?;
        Ok(this)
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyTuple>>> {
        let Some((number, batch)) = self.reader.take_batch(py)? else { return Ok(None) };
        let name = make::text(py, &self.patterns[number]).map(Bound::into_any);
        let batch = Bound::new(py, Batch::new(batch)).map(Bound::into_any);
        make::tuple(py, [name, batch]).map(Some)
    }

    /// The rest of the input: a dict with one `Batch` for each pattern, by name and in their order.
    ///
    /// Raises as `Scan.read_all` does, and like that it loses no rows.
    fn read_all<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.reader.read_with(py, usize::MAX, |batches| {
            warn_of_damage(py, &self.reader)?;
            warn_of_sources(py, &self.reader)?;
            let all = make::dict(py)?;
            for (number, (name, schema)) in self.patterns.iter().zip(&self.schemas).enumerate() {
                let own = batches.iter().filter(|(of, _)| *of == number).map(|(_, batch)| batch.clone()).collect();
                let batch = Pieces::new(own, Arc::clone(schema)).together();
                all.set_item(make::text(py, name)?, Bound::new(py, batch)?)?;
            }
            Ok(all)
        })
    }

    /// What was seen up to the last batch.
    #[getter]
    fn stats(&self) -> Stats {
        let Seen { stats, none_matched } = self.reader.seen();
        Stats::new(stats, none_matched, &self.patterns)
    }

    /// Why lines were not read, as `Scan.reasons`; of a line that matches no pattern, what the pattern expected of which the largest share was matched.
    fn reasons<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        reasons(py, &self.reader)
    }

    /// With ``rejects=True``: the lines that were not read, as `Scan.take_rejects`.
    fn take_rejects(&self, py: Python<'_>) -> PyResult<Batch> {
        self.reader.take_rejects(py)
    }

    /// The names of the patterns.
    #[getter]
    fn patterns(&self) -> Made<Vec<String>> {
        Made(self.patterns.clone())
    }

    /// One table is what a scan with ``table=True`` has.
    fn __getattr__(&self, name: &str) -> PyResult<()> {
        let advice = match name {
            "to_arrow" | "to_pandas" | "to_polars" | "to_duckdb" => {
                ": it gives batches of different columns. Scan with table=True for one table of all, or call that of a batch of read_all()"
            }
            "read" | "names" | "types" => {
                ": it gives batches of different columns. Scan with table=True for one table of all"
            }
            _ => "",
        };
        Err(make::error::<PyAttributeError>(format!("a scan by several patterns has no {name}{advice}")))
    }

    /// It gives batches of several patterns, with different columns.
    #[pyo3(signature = (*_arguments, **_options))]
    fn __arrow_c_stream__(
        &self,
        _arguments: &Bound<'_, PyTuple>,
        _options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        Err(make::error::<PyTypeError>(
            "a scan by several patterns gives batches of different columns: scan with table=True for one table of all",
        ))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.reader.traverse(&visit)
    }

    fn __clear__(&self) {
        self.reader.clear();
    }

    fn __repr__(&self) -> Made<String> {
        Made(format!("<SetScan {:?}, {}>", self.patterns, self.stats().summary()))
    }
}
