//! `Batch`, `Pieces`, `Column` and `Row`. A value becomes a Python object when it is read.

use std::{
    fmt::Write,
    hash::{DefaultHasher, Hash, Hasher},
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use parsimd::{ColumnType, extension};
use pyo3::{
    exceptions::{PyIndexError, PyOverflowError, PyTypeError, PyValueError},
    prelude::*,
    types::{PyBool, PyBytes, PyCapsule, PyDict, PyIterator, PyList, PySlice, PyString, PyTuple},
};

use crate::{
    arrow::{self, Pair, Requested},
    capi,
    chunks::Chunks,
    cpython::{self, Slots},
    error::{attribute_error, no_key, no_name, to_python},
    frames, gate,
    make::{self, Made, name},
    numpy,
    objects::{self, Maker},
};

/// Rows of typed columns.
///
/// `batch["name"]` is a `Column`, `batch[0]` a `Row`; `batch[["a", "b"]]` and `batch[10:20]` are batches over the same memory.
/// Iterating gives rows. pyarrow, polars, pandas and duckdb take a batch as it is, through the Arrow PyCapsule protocol.
#[pyclass(frozen, module = "parsimd")]
pub(crate) struct Batch {
    chunks: Arc<Chunks>,
    rows: Range<usize>,
}

impl Batch {
    pub(crate) fn new(batch: parsimd::Batch) -> Batch {
        Batch::of(Chunks::whole_batch(batch))
    }

    fn of(chunks: Chunks) -> Batch {
        Batch { rows: 0..chunks.len(), chunks: Arc::new(chunks) }
    }

    /// All rows, whichever of them are its own, in one piece.
    pub(crate) fn whole(&self, py: Python<'_>) -> PyResult<&Arc<parsimd::Batch>> {
        self.chunks.whole(py)
    }

    fn schema(&self) -> &Arc<parsimd::Schema> {
        self.chunks.schema()
    }
}

fn makers<'a, 'py>(py: Python<'py>, batch: &'a parsimd::Batch) -> PyResult<Vec<Maker<'a, 'py>>> {
    batch.columns().iter().map(|column| Maker::new(py, column)).collect()
}

/// The place of row `at` of those in `rows`; negative numbers count from the end.
fn index(at: isize, rows: &Range<usize>) -> PyResult<usize> {
    index_of("row", at, rows)
}

/// As [`index`], of rows or of something else.
fn index_of(what: &str, at: isize, rows: &Range<usize>) -> PyResult<usize> {
    let from_start = if at < 0 { at + rows.len() as isize } else { at };
    let inside = usize::try_from(from_start).ok().filter(|&at| at < rows.len());
    inside
        .map(|at| rows.start + at)
        .ok_or_else(|| make::error::<PyIndexError>(format!("no {what} {at}: there are {}", rows.len())))
}

/// The rows of a slice of `rows`.
fn slice(slice: &Bound<'_, PySlice>, rows: &Range<usize>) -> PyResult<Range<usize>> {
    let found = slice.indices(rows.len() as isize)?;
    if found.step != 1 {
        return Err(make::error::<PyValueError>(format!(
            "rows are taken one after the other: the step must be 1, not {}",
            found.step
        )));
    }
    let start = rows.start + found.start.max(0) as usize;
    Ok(start..start + found.slicelength)
}

fn position(py: Python<'_>, schema: &parsimd::Schema, name: &str) -> PyResult<usize> {
    schema.position(name).ok_or_else(|| {
        let names: Vec<_> = schema.columns().map(|(name, _)| name).collect();
        no_key(py, name, &no_name("column", name, &names))
    })
}

/// A number, where `what` has nothing else in the place of the key.
fn number(key: &Bound<'_, PyAny>, what: &str) -> PyResult<isize> {
    key.extract().map_err(|error: PyErr| {
        if error.is_instance_of::<PyTypeError>(key.py()) {
            let kind = key.get_type().name().map_or_else(|_| "?".to_owned(), |name| name.to_string());
            return make::error::<PyTypeError>(format!("{what}, not by {kind}"));
        }
        if error.is_instance_of::<PyOverflowError>(key.py()) {
            return make::error::<PyIndexError>("a number of 64 bits or more: there are not so many");
        }
        error
    })
}

/// Batches of a scan that were not joined yet: of what a filter looks at all rows are, of the rest those that it keeps.
#[pyclass(frozen, module = "parsimd._parsimd")]
pub(crate) struct Pieces {
    batches: Vec<parsimd::Batch>,
    schema: Arc<parsimd::Schema>,
    rows: usize,
}

impl Pieces {
    pub(crate) fn new(batches: Vec<parsimd::Batch>, schema: Arc<parsimd::Schema>) -> Pieces {
        Pieces { rows: batches.iter().map(parsimd::Batch::len).sum(), batches, schema }
    }

    /// All rows, which are joined when somebody needs them in one piece.
    pub(crate) fn together(&self) -> Batch {
        Batch::of(Chunks::of(&self.batches, Arc::clone(&self.schema)))
    }

    /// What `join` makes of pieces of these.
    fn joined(
        &self,
        py: Python<'_>,
        pieces: Vec<parsimd::Batch>,
        schema: Arc<parsimd::Schema>,
        join: impl FnOnce(Arc<parsimd::Schema>, &[parsimd::Batch]) -> parsimd::Result<parsimd::Batch> + Send + 'static,
    ) -> PyResult<Batch> {
        // So many are joined in a few milliseconds. More take too long for who waits for a signal.
        const FEW: usize = 64;
        let work = move || join(schema, &pieces);
        let batch = if self.batches.len() < FEW { gate::run(py, work)? } else { gate::run_apart(py, |_| work())? };
        batch.map(Batch::new).map_err(to_python)
    }

    /// The pieces with only the columns of these names, and their schema.
    fn project(&self, py: Python<'_>, names: &[String]) -> PyResult<(Vec<parsimd::Batch>, Arc<parsimd::Schema>)> {
        let columns = names.iter().map(|name| position(py, &self.schema, name)).collect::<PyResult<Vec<_>>>()?;
        let pieces = self.batches.iter().map(|batch| batch.project(&columns)).collect();
        Ok((pieces, Arc::new(extension::project(&self.schema, &columns))))
    }
}

#[pymethods]
impl Pieces {
    fn __len__(&self) -> usize {
        self.rows
    }

    /// All rows, with the columns of these names.
    fn join(&self, py: Python<'_>, names: Vec<String>) -> PyResult<Batch> {
        let (pieces, schema) = self.project(py, &names)?;
        self.joined(py, pieces, schema, parsimd::Batch::concat)
    }

    /// The rows with these numbers, a stream of Arrow arrays of uint64, with the columns of these names. Rows stay in order.
    fn take(&self, py: Python<'_>, names: Vec<String>, numbers: &Bound<'_, PyAny>) -> PyResult<Batch> {
        let mut keep = vec![false; self.rows];
        for number in arrow::row_numbers(numbers)? {
            let number = usize::try_from(number).ok();
            *number
                .and_then(|number| keep.get_mut(number))
                .ok_or_else(|| make::error::<PyIndexError>("no such row"))? = true;
        }
        let (pieces, schema) = self.project(py, &names)?;
        self.joined(py, pieces, schema, move |schema, pieces| {
            parsimd::Batch::concat_where(schema, pieces, |row| keep[row])
        })
    }
}

#[pymethods]
impl Batch {
    fn __len__(&self) -> usize {
        self.rows.len()
    }

    /// The number of rows.
    #[getter]
    fn num_rows(&self) -> Made<usize> {
        Made(self.rows.len())
    }

    /// The number of columns.
    #[getter]
    fn num_columns(&self) -> Made<usize> {
        Made(self.schema().len())
    }

    /// The names of the columns, in the order of the pattern.
    #[getter]
    fn names(&self) -> Made<Vec<&str>> {
        Made(self.schema().columns().map(|(name, _)| name).collect())
    }

    /// The type of each column, by name.
    #[getter]
    fn types<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        types(py, self.schema())
    }

    /// Asked where there is no such attribute in the class.
    fn __getattr__(&self, name: &Bound<'_, PyString>) -> PyResult<()> {
        Err(attribute_error("Batch", &name.to_string_lossy(), self.schema().columns().map(|(name, _)| name)))
    }

    fn __getitem__<'py>(slf: &Bound<'py, Self>, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let Batch { chunks, rows } = slf.get();
        if let Ok(name) = key.cast::<PyString>() {
            let (at, schema) = (position(py, chunks.schema(), name.to_str()?)?, Arc::clone(chunks.schema()));
            let column = Column { column: chunks.column(py, at)?, schema, at, rows: rows.clone() };
            return Ok(Bound::new(py, column)?.into_any());
        }
        if let Ok(names) = key.cast::<PyList>() {
            let column = |name: Bound<'py, PyAny>| match name.cast::<PyString>() {
                Ok(name) => position(py, chunks.schema(), name.to_str()?),
                Err(_) => Err(make::error::<PyTypeError>(format!(
                    "a list that indexes a batch has names of columns, not {}",
                    name.repr()?.to_string_lossy()
                ))),
            };
            let columns = names.iter().map(column).collect::<PyResult<Vec<_>>>()?;
            let batch = Batch { chunks: Arc::new(chunks.project(&columns)), rows: rows.clone() };
            return Ok(Bound::new(py, batch)?.into_any());
        }
        if let Ok(key) = key.cast::<PySlice>() {
            let batch = Batch { rows: slice(key, rows)?, chunks: Arc::clone(chunks) };
            return Ok(Bound::new(py, batch)?.into_any());
        }
        const BY: &str =
            "a batch is indexed by the name of a column, a list of names, the number of a row, or a slice of rows";
        let row = index(number(key, BY)?, rows)?;
        chunks.whole(py)?;
        Ok(cpython::alloc(py, || Row { batch: slf.clone().unbind(), row })?.into_any())
    }

    fn __iter__(slf: Bound<'_, Self>) -> PyResult<Rows> {
        let Range { start, end } = slf.get().rows;
        slf.get().whole(slf.py())?;
        Ok(Rows { batch: slf.unbind(), next: AtomicUsize::new(start), end })
    }

    /// The rows, as a list of dicts.
    fn to_pylist<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let names = self.schema().columns().map(|(name, _)| make::interned(py, name)).collect::<PyResult<_>>()?;
        objects::dicts(py, names, makers(py, self.whole(py)?)?, self.rows.clone())
    }

    /// The rows, as a list of tuples.
    fn to_tuples<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let whole = self.whole(py)?;
        objects::tuples(py, makers(py, whole)?, self.rows.clone(), has_dicts(whole.columns()))
    }

    /// The rows as a table of pyarrow.
    fn to_arrow<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        frames::convert(this.py(), "to_arrow", [this.clone().into_any()])
    }

    /// The rows as a frame of pandas, which needs pyarrow too. With the `dtype_backend` `"numpy_nullable"` an integer is Int64, a float Float64, a bool
    /// boolean and a text string, so a null makes no float of them; with `"pyarrow"` every column is of Arrow.
    #[pyo3(signature = (*, dtype_backend="numpy_nullable"))]
    fn to_pandas<'py>(this: &Bound<'py, Self>, dtype_backend: &str) -> PyResult<Bound<'py, PyAny>> {
        let py = this.py();
        frames::convert(py, "to_pandas", [this.clone().into_any(), make::text(py, dtype_backend)?.into_any()])
    }

    /// The rows as a frame of polars.
    fn to_polars<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        frames::convert(this.py(), "to_polars", [this.clone().into_any()])
    }

    /// Makes the table `name` of the rows in the database of DuckDB to which `con` is a connection, and gives the table as a relation. The name may
    /// have a schema, as in SQL. DuckDB's error if there is such a table.
    fn to_duckdb<'py>(
        this: &Bound<'py, Self>,
        con: Bound<'py, PyAny>,
        name: Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        frames::convert(this.py(), "to_duckdb", [this.clone().into_any(), con, name])
    }

    /// The statistics of each column, as a list of dicts: `name`, `type`, `count` of values, `null_count`, `min`, `max` and `mean`.
    ///
    /// `min` and `max` are values of the column, or None where it has none. Those of text and bytes are by their bytes. `mean` is None for
    /// what is no number. NaN is a value: `min` and `max` leave it out, and `mean` is NaN. `pandas.DataFrame(batch.describe())` is a table.
    fn describe<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let isa = parsimd::Isa::from_env().map_err(|error| to_python(error.into()))?;
        let batch = self.whole(py)?;
        let columns = gate::run(py, || batch.describe_rows(self.rows.clone(), isa))?.map_err(to_python)?;
        make::list(py, columns.iter().map(|column| Ok(described(py, column)?.into_any())))
    }

    /// The schema, as an Arrow capsule.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        arrow::schema(py, self.schema())
    }

    /// The schema and the rows, as Arrow capsules.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(&self, py: Python<'py>, requested_schema: Requested<'_, 'py>) -> PyResult<Pair<'py>> {
        arrow::array(py, self.whole(py)?, &self.rows, requested_schema)
    }

    /// The rows, as an Arrow stream: in the pieces that the scan gave, so that nothing is joined for it, or in one where a column was joined.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Requested<'_, 'py>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        arrow::batches(py, self.schema(), &self.chunks.pieces(py)?, &self.rows, requested_schema)
    }

    fn __repr__(&self) -> Made<String> {
        let columns: Vec<_> =
            self.schema().columns().map(|(name, kind)| format!("{name}: {}", type_name(kind))).collect();
        Made(format!("<Batch {} rows, {}>", self.rows.len(), columns.join(", ")))
    }

    /// A table of the first rows, for notebooks.
    fn _repr_html_(&self, py: Python<'_>) -> PyResult<Made<String>> {
        const SHOWN: usize = 10;
        let shown = self.rows.start..self.rows.end.min(self.rows.start + SHOWN);
        let mut html = String::from("<table><thead><tr>");
        for (name, kind) in self.schema().columns() {
            // Writing to a String cannot fail.
            let _ = write!(html, "<th>{}<br><small>{}</small></th>", escape(name), type_name(kind));
        }
        html.push_str("</tr></thead><tbody>");
        let batch = self.whole(py)?;
        for row in shown.clone() {
            html.push_str("<tr>");
            for column in batch.columns() {
                let value = objects::cell(py, column.column_type(), column.get(row))?;
                // Python may be told to warn where bytes are made a string by `str`.
                let text = if value.is_instance_of::<PyBytes>() { value.repr()? } else { value.str()? };
                let _ = write!(html, "<td>{}</td>", escape(text.to_str()?));
            }
            html.push_str("</tr>");
        }
        let _ = write!(html, "</tbody></table><small>{} of {} rows</small>", shown.len(), self.rows.len());
        Ok(Made(html))
    }
}

/// The statistics of a column, by name.
fn described<'py>(py: Python<'py>, stats: &parsimd::ColumnStats<'_>) -> PyResult<Bound<'py, PyDict>> {
    let kind = stats.column_type;
    let dict = make::dict(py)?;
    dict.set_item(name!(py, "name"), make::text(py, stats.name)?)?;
    dict.set_item(name!(py, "type"), make::text(py, type_name(kind))?)?;
    dict.set_item(name!(py, "count"), make::unsigned(py, stats.count as u64)?)?;
    dict.set_item(name!(py, "null_count"), make::unsigned(py, stats.nulls as u64)?)?;
    dict.set_item(name!(py, "min"), objects::cell(py, kind, stats.min)?)?;
    dict.set_item(name!(py, "max"), objects::cell(py, kind, stats.max)?)?;
    let mean = match stats.mean {
        Some(mean) => make::float(py, mean)?.into_any(),
        None => py.None().into_bound(py),
    };
    dict.set_item(name!(py, "mean"), mean)?;
    Ok(dict)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// The type of each column, by name.
pub(crate) fn types<'py>(py: Python<'py>, schema: &parsimd::Schema) -> PyResult<Bound<'py, PyDict>> {
    let types = make::dict(py)?;
    for (name, kind) in schema.columns() {
        types.set_item(make::text(py, name)?, make::text(py, type_name(kind))?)?;
    }
    Ok(types)
}

pub(crate) fn type_name(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Text | ColumnType::TextView => "text",
        ColumnType::Binary => "binary",
        ColumnType::Int64 => "int64",
        ColumnType::Float64 => "float64",
        ColumnType::Timestamp { utc: true } => "timestamp[us, UTC]",
        ColumnType::Timestamp { utc: false } => "timestamp[us]",
        ColumnType::Date => "date",
        ColumnType::Time => "time[us]",
        ColumnType::Duration => "duration[ns]",
        ColumnType::Bool => "bool",
        ColumnType::Map => "map[text, text]",
        _ => "unknown",
    }
}

/// A column of a batch: a sequence of values, with None for nulls.
///
/// `column[10:20]` is a column over the same memory. pyarrow and polars take a column as it is.
#[pyclass(frozen, sequence, module = "parsimd")]
pub(crate) struct Column {
    column: Arc<parsimd::Column>,
    /// That of its batch, and its number there.
    schema: Arc<parsimd::Schema>,
    at: usize,
    rows: Range<usize>,
}

impl Column {
    fn name(&self) -> &str {
        self.schema.columns().nth(self.at).map_or("", |(name, _)| name)
    }

    fn column(&self) -> &Arc<parsimd::Column> {
        &self.column
    }
}

#[pymethods]
impl Column {
    fn __len__(&self) -> usize {
        self.rows.len()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        if let Ok(key) = key.cast::<PySlice>() {
            let rows = slice(key, &self.rows)?;
            let (column, schema) = (Arc::clone(&self.column), Arc::clone(&self.schema));
            let column = Column { column, schema, at: self.at, rows };
            return Ok(Bound::new(py, column)?.into_any());
        }
        let column = self.column();
        let row = number(key, "a column is indexed by the number of a row, or a slice of rows")?;
        objects::cell(py, column.column_type(), column.get(index(row, &self.rows)?))
    }

    fn __iter__(slf: Bound<'_, Self>) -> Cells {
        let start = slf.get().rows.start;
        Cells { column: slf.unbind(), next: AtomicUsize::new(start) }
    }

    /// The name.
    #[getter(name)]
    fn made_name(&self) -> Made<&str> {
        Made(self.name())
    }

    /// The type: `text`, `binary`, `int64`, `float64`, `timestamp[us]`, `timestamp[us, UTC]`, `date`, `time[us]`, `duration[ns]`, `bool` or
    /// `map[text, text]`.
    #[getter]
    fn r#type(&self) -> Made<&'static str> {
        Made(type_name(self.column().column_type()))
    }

    /// How many values are null.
    #[getter]
    fn null_count(&self) -> Made<usize> {
        let column = self.column();
        Made(match column.validity() {
            None => 0,
            Some(validity) if self.rows.len() == column.len() => validity.nulls(),
            Some(validity) => self.rows.clone().filter(|&row| !validity.is_valid(row)).count(),
        })
    }

    /// The values, as a list.
    fn to_pylist<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        objects::list(py, Maker::new(py, self.column())?, self.rows.clone())
    }

    /// The values, as a numpy array: numbers and timestamps over the same memory, which cannot be written to.
    ///
    /// Timestamps are `datetime64[us]`, of UTC where the column says so, dates `datetime64[D]`, times of day `timedelta64[us]`,
    /// text and bytes are objects. A null is NaN among floats, NaT among dates and times, None among text and bytes.
    ///
    /// Raises ValueError for integers with nulls.
    fn to_numpy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        numpy::array(py, self.column(), self.rows.clone(), self.name(), || self.to_pylist(py))
    }

    /// What `numpy.asarray(column)` gives: as `to_numpy`.
    #[pyo3(signature = (dtype=None, copy=None))]
    fn __array__<'py>(
        &self,
        py: Python<'py>,
        dtype: Option<Bound<'py, PyAny>>,
        copy: Option<bool>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let array = self.to_numpy(py)?;
        let options = make::dict(py)?;
        options.set_item(name!(py, "copy"), copy == Some(true))?;
        let dtype = match dtype {
            Some(dtype) => dtype,
            None => array.getattr(name!(py, "dtype"))?,
        };
        let arguments = make::tuple(py, [Ok(dtype)])?;
        capi::call_with(&array.getattr(name!(py, "astype"))?, &arguments, Some(&options))
    }

    /// The type, as an Arrow capsule.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        arrow::column_schema(py, self.name(), self.column())
    }

    /// The type and the values, as Arrow capsules.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(&self, py: Python<'py>, requested_schema: Requested<'_, 'py>) -> PyResult<Pair<'py>> {
        arrow::column(py, self.name(), self.column(), &self.rows, requested_schema)
    }

    /// The values, as an Arrow stream of one array.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Requested<'_, 'py>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        arrow::column_stream(py, self.name(), self.column(), &self.rows, requested_schema)
    }

    fn __repr__(&self) -> Made<String> {
        Made(format!("<Column {}: {}, {} rows>", self.name(), self.r#type().0, self.__len__()))
    }
}

#[pyclass(frozen)]
struct Cells {
    column: Py<Column>,
    next: AtomicUsize,
}

#[pymethods]
impl Cells {
    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let column = self.column.get();
        let row = self.next.fetch_add(1, Ordering::Relaxed);
        if row >= column.rows.end {
            return Ok(None);
        }
        let column = column.column();
        objects::cell(py, column.column_type(), column.get(row)).map(Some)
    }

    fn __length_hint__(&self) -> usize {
        self.column.get().rows.end.saturating_sub(self.next.load(Ordering::Relaxed))
    }
}

/// A row of a batch, read when asked: `row["name"]`, `row[0]`, and iteration over the values.
///
/// `dict(row)` and `tuple(row)` read all of it. Rows are equal when their names and values are. A row is a sequence with names, as a named
/// tuple is: pandas takes a list of them as that.
#[pyclass(frozen, sequence, module = "parsimd")]
pub(crate) struct Row {
    /// Its batch as Python has it: a reference to that costs less than one that is counted atomically.
    batch: Py<Batch>,
    row: usize,
}

impl Slots for Row {
    /// It holds a batch, which leads nowhere.
    const IS_COLLECTED: bool = false;

    #[inline]
    fn release(self, py: Python<'_>) {
        self.batch.drop_ref(py);
    }
}

impl Row {
    fn keys(&self) -> impl Iterator<Item = &str> {
        self.batch.get().schema().columns().map(|(name, _)| name)
    }

    /// The columns of its batch, which were joined before there was a row.
    fn columns(&self, py: Python<'_>) -> PyResult<&[Arc<parsimd::Column>]> {
        Ok(self.batch.get().whole(py)?.columns())
    }
}

/// Whether values of these columns are dicts.
fn has_dicts(columns: &[Arc<parsimd::Column>]) -> bool {
    columns.iter().any(|column| column.column_type() == ColumnType::Map)
}

#[pymethods]
impl Row {
    /// Asked where there is no such attribute in the class.
    fn __getattr__(&self, name: &Bound<'_, PyString>) -> PyResult<()> {
        let columns = self.batch.get().schema().columns();
        Err(attribute_error("Row", &name.to_string_lossy(), columns.map(|(name, _)| name)))
    }

    fn __len__(&self) -> usize {
        self.batch.get().schema().len()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let at = match key.cast::<PyString>() {
            Ok(name) => position(py, self.batch.get().schema(), name.to_str()?)?,
            Err(_) if key.is_instance_of::<PySlice>() => return self.as_tuple(py)?.as_any().get_item(key),
            Err(_) => {
                let at = number(key, "a row is indexed by the name or the number of a column, or a slice of numbers")?;
                index_of("column", at, &(0..self.__len__()))?
            }
        };
        let column = &self.columns(py)?[at];
        objects::cell(py, column.column_type(), column.get(self.row))
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.as_tuple(py)?.try_iter()
    }

    /// The names of the columns, where a named tuple has them.
    #[getter]
    fn _fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        make::plain_tuple(py, self.made_keys().0.into_iter().map(|name| Ok(make::text(py, name)?.into_any())))
    }

    /// The number of the first column with this value, as `tuple.index` gives it.
    #[pyo3(signature = (value, *bounds))]
    fn index<'py>(&self, value: &Bound<'py, PyAny>, bounds: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        let py = value.py();
        let arguments: Vec<_> = std::iter::once(value.clone()).chain(bounds).collect();
        let arguments = make::tuple(py, arguments.into_iter().map(Ok))?;
        capi::call_with(&self.as_tuple(py)?.getattr(name!(py, "index"))?, &arguments, None)
    }

    /// How many columns have this value.
    fn count<'py>(&self, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = value.py();
        capi::call_method(self.as_tuple(py)?.as_any(), name!(py, "count"), &[value])
    }

    /// The names of the columns.
    #[pyo3(name = "keys")]
    fn made_keys(&self) -> Made<Vec<&str>> {
        Made(self.keys().collect())
    }

    /// The values, as a tuple.
    fn as_tuple<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let columns = self.columns(py)?;
        let cells = columns.iter().map(|column| objects::cell(py, column.column_type(), column.get(self.row)));
        objects::row_tuple(py, cells, has_dicts(columns))
    }

    /// The values by name, as a dict.
    fn as_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = make::dict(py)?;
        for (name, value) in self.keys().zip(self.as_tuple(py)?) {
            dict.set_item(make::text(py, name)?, value)?;
        }
        Ok(dict)
    }

    fn __eq__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let Ok(other) = other.cast::<Row>() else { return Ok(py.NotImplemented()) };
        let other = other.get();
        let equal = self.keys().eq(other.keys()) && self.as_tuple(py)?.eq(other.as_tuple(py)?)?;
        Ok(PyBool::new(py, equal).to_owned().into_any().unbind())
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<u64> {
        let mut hasher = DefaultHasher::new();
        self.keys().for_each(|name| name.hash(&mut hasher));
        self.as_tuple(py)?.hash()?.hash(&mut hasher);
        Ok(hasher.finish())
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<Made<String>> {
        let values = self.as_tuple(py)?;
        let shown: PyResult<Vec<_>> = self
            .keys()
            .zip(values.iter())
            .map(|(name, value)| Ok(format!("{name}={}", value.repr()?.to_string_lossy())))
            .collect();
        Ok(Made(format!("<Row {}>", shown?.join(" "))))
    }
}

#[pyclass(frozen)]
struct Rows {
    batch: Py<Batch>,
    next: AtomicUsize,
    end: usize,
}

#[pymethods]
impl Rows {
    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, Row>>> {
        let row = self.next.fetch_add(1, Ordering::Relaxed);
        if row >= self.end {
            return Ok(None);
        }
        cpython::alloc(py, || Row { batch: self.batch.clone_ref(py), row }).map(Some)
    }

    fn __length_hint__(&self) -> usize {
        self.end.saturating_sub(self.next.load(Ordering::Relaxed))
    }
}
