//! Batches and scans as tables of other libraries: `to_arrow`, `to_pandas`, `to_polars` and `to_duckdb`, which the package does in Python.

use pyo3::prelude::*;

use crate::{capi, make};

/// What the function of this name in `parsimd._frames` makes of rows and what else it is given.
pub(crate) fn convert<'py, const N: usize>(
    py: Python<'py>,
    function: &str,
    arguments: [Bound<'py, PyAny>; N],
) -> PyResult<Bound<'py, PyAny>> {
    let function = make::import(py, "parsimd._frames")?.as_any().getattr(make::text(py, function)?)?;
    capi::call(&function, &arguments.each_ref())
}
