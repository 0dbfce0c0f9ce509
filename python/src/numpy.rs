//! Columns as numpy arrays, over the column's memory where the type allows it.
//!
//! numpy is no dependency: it is imported when an array is asked for.

use std::{ops::Range, sync::Arc};

use parsimd::{ColumnType, Values};
use pyo3::{
    exceptions::{PyModuleNotFoundError, PyValueError},
    prelude::*,
    types::{PyBool, PyDict, PyList, PyString},
};

use crate::{
    capi,
    make::{self, name},
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
            Values::Duration(values) => (values.as_ptr().addr(), 8, "<m8[ns]"),
            Values::Bool(values) => (values.as_ptr().addr(), 1, "|b1"),
            Values::Date(values) => (values.as_ptr().addr(), 4, "<i4"),
            _ => return Err(make::error::<PyValueError>("text has no array interface")),
        };
        let interface = make::dict(py)?;
        let number = |number: usize| Ok(make::unsigned(py, number as u64)?.into_any());
        interface.set_item(name!(py, "version"), number(3)?)?;
        interface.set_item(name!(py, "shape"), make::tuple(py, [number(self.rows.len())])?)?;
        interface.set_item(name!(py, "typestr"), make::text(py, kind)?)?;
        let is_read_only = PyBool::new(py, true).to_owned().into_any();
        let data = make::tuple(py, [number(start + self.rows.start * size), Ok(is_read_only)])?;
        interface.set_item(name!(py, "data"), data)?;
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
    let numpy = make::import(py, "numpy").map_err(|error| {
        if !error.is_instance_of::<PyModuleNotFoundError>(py) {
            return error;
        }
        make::error::<PyModuleNotFoundError>("to_numpy needs numpy: pip install numpy")
    })?;
    let kind = column.column_type();
    if kind.is_text() || kind == ColumnType::Map {
        let empty = capi::call_method(
            &numpy,
            name!(py, "empty"),
            &[make::unsigned(py, rows.len() as u64)?.as_any(), name!(py, "object").as_any()],
        )?;
        empty.set_item(py.Ellipsis(), objects()?)?;
        return Ok(empty);
    }
    let is_null = |row: &usize| column.validity().is_some_and(|validity| !validity.is_valid(*row));
    let nulls: Vec<usize> = match column.validity() {
        None => Vec::new(),
        Some(_) => rows.clone().filter(is_null).map(|row| row - rows.start).collect(),
    };
    if !nulls.is_empty() && matches!(kind, ColumnType::Int64 | ColumnType::Bool) {
        let (values, fill) = match kind {
            ColumnType::Int64 => ("integers", "fill_null(0).to_numpy()"),
            _ => ("booleans", "fill_null(False).to_numpy(zero_copy_only=False)"),
        };
        let count = if nulls.len() == 1 { "1 null".to_owned() } else { format!("{} nulls", nulls.len()) };
        return Err(make::error::<PyValueError>(format!(
            "column {name:?} has {count}, and an array of {values} has no place for them: pyarrow.array(column).{fill} has a value in \
             their place, and batch.to_pandas() keeps them"
        )));
    }
    let memory = Memory { column: Arc::clone(column), rows };
    let mut array = capi::call_method(&numpy, name!(py, "asarray"), &[Bound::new(py, memory)?.as_any()])?;
    if kind == ColumnType::Date {
        array = capi::call_method(&array, name!(py, "astype"), &[name!(py, "datetime64[D]").as_any()])?;
    }
    if nulls.is_empty() {
        return Ok(array);
    }
    let array = capi::call_method(&array, name!(py, "copy"), &[])?;
    let not_a_time = |class: &Bound<'py, PyString>, unit: &Bound<'py, PyString>| {
        capi::call_method(&numpy, class, &[name!(py, "NaT").as_any(), unit.as_any()])
    };
    let null = match kind {
        ColumnType::Float64 => numpy.getattr(name!(py, "nan"))?,
        ColumnType::Time => not_a_time(name!(py, "timedelta64"), name!(py, "us"))?,
        ColumnType::Duration => not_a_time(name!(py, "timedelta64"), name!(py, "ns"))?,
        ColumnType::Date => not_a_time(name!(py, "datetime64"), name!(py, "D"))?,
        _ => not_a_time(name!(py, "datetime64"), name!(py, "us"))?,
    };
    let nulls = make::list(py, nulls.into_iter().map(|row| Ok(make::unsigned(py, row as u64)?.into_any())))?;
    array.set_item(nulls, null)?;
    Ok(array)
}
