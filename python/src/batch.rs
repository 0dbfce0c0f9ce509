//! `Batch`, `Column` and `Row`. A value becomes a Python object when it is read.

use std::sync::Arc;

use parsimd::ColumnType;
use pyo3::{
    exceptions::{PyIndexError, PyKeyError, PyTypeError},
    prelude::*,
    types::{PyDict, PyList, PyString, PyTuple},
};

use crate::objects;

/// Rows of typed columns.
///
/// `batch["name"]` is a `Column`, `batch[0]` a `Row`; iterating gives rows.
#[pyclass(frozen, module = "parsimd")]
pub(crate) struct Batch(Arc<parsimd::Batch>);

impl Batch {
    pub(crate) fn new(batch: parsimd::Batch) -> Batch {
        Batch(Arc::new(batch))
    }

    /// The rows as objects, one column after the other: each column knows its type, and each row takes one of each.
    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Vec<Vec<Bound<'py, PyAny>>>> {
        (0..self.0.columns().len()).map(|column| objects_of(py, &self.0, column)).collect()
    }
}

fn objects_of<'py>(py: Python<'py>, batch: &parsimd::Batch, column: usize) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let column = &batch.columns()[column];
    (0..column.len()).map(|row| objects::cell(py, column.column_type(), column.get(row))).collect()
}

fn index(index: isize, length: usize) -> PyResult<usize> {
    let from_start = if index < 0 { index + length as isize } else { index };
    let inside = usize::try_from(from_start).ok().filter(|&at| at < length);
    inside.ok_or_else(|| PyIndexError::new_err(format!("row {index} of {length}")))
}

fn position(batch: &parsimd::Batch, name: &str) -> PyResult<usize> {
    batch.schema().position(name).ok_or_else(|| {
        let names: Vec<_> = batch.schema().columns().map(|(name, _)| name).collect();
        PyKeyError::new_err(format!("no column {name:?}; there are {names:?}"))
    })
}

#[pymethods]
impl Batch {
    fn __len__(&self) -> usize {
        self.0.len()
    }

    /// The names of the columns, in the order of the pattern.
    #[getter]
    fn names(&self) -> Vec<&str> {
        self.0.schema().columns().map(|(name, _)| name).collect()
    }

    /// The type of each column, by name.
    #[getter]
    fn types<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let types = PyDict::new(py);
        for (name, kind) in self.0.schema().columns() {
            types.set_item(name, type_name(kind))?;
        }
        Ok(types)
    }

    fn __getitem__<'py>(&self, py: Python<'py>, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let batch = Arc::clone(&self.0);
        if let Ok(name) = key.cast::<PyString>() {
            let column = position(&batch, name.to_str()?)?;
            return Ok(Bound::new(py, Column { batch, column })?.into_any());
        }
        let Ok(row) = key.extract::<isize>() else {
            return Err(PyTypeError::new_err("a batch is indexed by the name of a column or the number of a row"));
        };
        let row = index(row, batch.len())?;
        Ok(Bound::new(py, Row { batch, row })?.into_any())
    }

    fn __iter__(&self) -> Rows {
        Rows { batch: Arc::clone(&self.0), next: std::sync::atomic::AtomicUsize::new(0) }
    }

    /// The rows, as a list of dicts.
    fn to_pylist<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let columns = self.columns(py)?;
        let names: Vec<_> = self.0.schema().columns().map(|(name, _)| PyString::intern(py, name)).collect();
        let rows = PyList::empty(py);
        for row in 0..self.0.len() {
            let dict = PyDict::new(py);
            for (name, column) in names.iter().zip(&columns) {
                dict.set_item(name, &column[row])?;
            }
            rows.append(dict)?;
        }
        Ok(rows)
    }

    /// The rows, as a list of tuples.
    fn to_tuples<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let columns = self.columns(py)?;
        let rows = PyList::empty(py);
        for row in 0..self.0.len() {
            rows.append(PyTuple::new(py, columns.iter().map(|column| &column[row]))?)?;
        }
        Ok(rows)
    }

    fn __repr__(&self) -> String {
        let columns: Vec<_> =
            self.0.schema().columns().map(|(name, kind)| format!("{name}: {}", type_name(kind))).collect();
        format!("<Batch {} rows, {}>", self.0.len(), columns.join(", "))
    }
}

fn type_name(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Text => "text",
        ColumnType::Int64 => "int64",
        ColumnType::Float64 => "float64",
        ColumnType::Timestamp { utc: true } => "timestamp[us, UTC]",
        ColumnType::Timestamp { utc: false } => "timestamp[us]",
        ColumnType::Date => "date",
        ColumnType::Time => "time[us]",
        _ => "unknown",
    }
}

/// A column of a batch: a sequence of values, with None for nulls.
#[pyclass(frozen, module = "parsimd")]
pub(crate) struct Column {
    batch: Arc<parsimd::Batch>,
    column: usize,
}

impl Column {
    fn column(&self) -> &parsimd::Column {
        &self.batch.columns()[self.column]
    }
}

#[pymethods]
impl Column {
    fn __len__(&self) -> usize {
        self.column().len()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, row: isize) -> PyResult<Bound<'py, PyAny>> {
        let column = self.column();
        objects::cell(py, column.column_type(), column.get(index(row, column.len())?))
    }

    /// The name.
    #[getter]
    fn name(&self) -> &str {
        self.batch.schema().columns().nth(self.column).map_or("", |(name, _)| name)
    }

    /// The type: `text`, `int64`, `float64`, `timestamp[us]`, `timestamp[us, UTC]`, `date` or `time[us]`.
    #[getter]
    fn r#type(&self) -> &'static str {
        type_name(self.column().column_type())
    }

    /// How many values are null.
    #[getter]
    fn null_count(&self) -> usize {
        self.column().validity().map_or(0, parsimd::Validity::nulls)
    }

    /// The values, as a list.
    fn to_pylist<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        objects_of(py, &self.batch, self.column)
    }

    fn __repr__(&self) -> String {
        format!("<Column {}: {}, {} rows>", self.name(), self.r#type(), self.__len__())
    }
}

/// A row of a batch, read when asked: `row["name"]`, `row[0]`, and iteration over the values.
#[pyclass(frozen, module = "parsimd")]
pub(crate) struct Row {
    batch: Arc<parsimd::Batch>,
    row: usize,
}

#[pymethods]
impl Row {
    fn __len__(&self) -> usize {
        self.batch.columns().len()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let at = match key.cast::<PyString>() {
            Ok(name) => position(&self.batch, name.to_str()?)?,
            Err(_) => index(key.extract()?, self.__len__())?,
        };
        let column = &self.batch.columns()[at];
        objects::cell(py, column.column_type(), column.get(self.row))
    }

    /// The names of the columns.
    fn keys(&self) -> Vec<&str> {
        self.batch.schema().columns().map(|(name, _)| name).collect()
    }

    /// The values, as a tuple.
    fn as_tuple<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let cells =
            self.batch.columns().iter().map(|column| objects::cell(py, column.column_type(), column.get(self.row)));
        PyTuple::new(py, cells.collect::<PyResult<Vec<_>>>()?)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let values = self.as_tuple(py)?;
        let shown: PyResult<Vec<_>> = self
            .keys()
            .iter()
            .zip(values.iter())
            .map(|(name, value)| Ok(format!("{name}={}", value.repr()?)))
            .collect();
        Ok(format!("<Row {}>", shown?.join(" ")))
    }
}

#[pyclass(frozen)]
struct Rows {
    batch: Arc<parsimd::Batch>,
    next: std::sync::atomic::AtomicUsize,
}

#[pymethods]
impl Rows {
    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__(&self) -> Option<Row> {
        let row = self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        (row < self.batch.len()).then(|| Row { batch: Arc::clone(&self.batch), row })
    }
}
