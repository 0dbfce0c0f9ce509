//! The command `parsimd`, which the package installs too.

use std::{ffi::OsString, path::PathBuf};

use pyo3::prelude::*;

use crate::gate;

/// Runs the command with these arguments, the first of which is its name, and gives its exit code. It writes to the standard output of the process.
#[pyfunction]
pub(crate) fn run_command(py: Python<'_>, arguments: Vec<OsString>) -> PyResult<u8> {
    gate::run(py, || parsimd::cli::code(arguments))
}

/// Whether these arguments ask for rows as Parquet, which Python writes, and for which file.
#[pyfunction]
pub(crate) fn parquet_output(arguments: Vec<OsString>) -> (bool, Option<OsString>) {
    let (is_parquet, file) = parsimd::cli::parquet_output(arguments);
    (is_parquet, file.map(PathBuf::into_os_string))
}
