//! Columns as numpy arrays. numpy is imported when it is asked for, and no dependency.

use std::{ops::Range, sync::Arc};

use parsimd::{ColumnType, Values};
use pyo3::{
    exceptions::{PyModuleNotFoundError, PyValueError},
    prelude::*,
    types::{PyDict, PyList},
};

/// Memory of a column, as numpy's array interface tells it; it is kept while an array is over it.
#[pyclass(frozen, module = "parsimd._parsimd")]
struct Memory {
    column: Arc<parsimd::Column>,
    rows: Range<usize>,
}

#[pymethods]
impl Memory {
    #[getter]
    fn __array_interface__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (start, size, kind) = match self.column.values() {
            Values::Int64(values) => (values.as_ptr().addr(), 8, "<i8"),
            Values::Float64(values) => (values.as_ptr().addr(), 8, "<f8"),
            Values::Timestamp(values) => (values.as_ptr().addr(), 8, "<M8[us]"),
            Values::Time(values) => (values.as_ptr().addr(), 8, "<m8[us]"),
            Values::Date(values) => (values.as_ptr().addr(), 4, "<i4"),
            _ => return Err(PyValueError::new_err("text has no array interface")),
        };
        let interface = PyDict::new(py);
        interface.set_item("version", 3)?;
        interface.set_item("shape", (self.rows.len(),))?;
        interface.set_item("typestr", kind)?;
        interface.set_item("data", (start + self.rows.start * size, true))?;
        Ok(interface)
    }
}

/// The rows of a column as an array: over the column's memory where no row is null and the type allows it.
pub(crate) fn array<'py>(
    py: Python<'py>,
    column: &Arc<parsimd::Column>,
    rows: Range<usize>,
    name: &str,
    objects: impl FnOnce() -> PyResult<Bound<'py, PyList>>,
) -> PyResult<Bound<'py, PyAny>> {
    let numpy = py.import("numpy").map_err(|error| {
        if !error.is_instance_of::<PyModuleNotFoundError>(py) {
            return error;
        }
        PyModuleNotFoundError::new_err("to_numpy needs numpy: pip install numpy")
    })?;
    let kind = column.column_type();
    if kind.is_text() {
        let empty = numpy.call_method1("empty", (rows.len(), "object"))?;
        empty.set_item(pyo3::types::PySlice::full(py), objects()?)?;
        return Ok(empty);
    }
    let is_null = |row: &usize| column.validity().is_some_and(|validity| !validity.is_valid(*row));
    let nulls: Vec<usize> = match column.validity() {
        None => Vec::new(),
        Some(_) => rows.clone().filter(is_null).map(|row| row - rows.start).collect(),
    };
    if !nulls.is_empty() && kind == ColumnType::Int64 {
        return Err(PyValueError::new_err(format!(
            "column {name:?} has {} nulls, and an array of integers has no place for them: use pyarrow.array(column), or scan with \
             on_error=\"skip\"",
            nulls.len()
        )));
    }
    let memory = Memory { column: Arc::clone(column), rows };
    let mut array = numpy.call_method1("asarray", (Bound::new(py, memory)?,))?;
    if kind == ColumnType::Date {
        array = array.call_method1("astype", ("datetime64[D]",))?;
    }
    if nulls.is_empty() {
        return Ok(array);
    }
    let array = array.call_method0("copy")?;
    let null = match kind {
        ColumnType::Float64 => numpy.getattr("nan")?,
        ColumnType::Time => numpy.call_method1("timedelta64", ("NaT", "us"))?,
        ColumnType::Date => numpy.call_method1("datetime64", ("NaT", "D"))?,
        _ => numpy.call_method1("datetime64", ("NaT", "us"))?,
    };
    array.set_item(nulls, null)?;
    Ok(array)
}
