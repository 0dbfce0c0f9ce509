//! The command `parsimd`, which the package installs too.

use std::ffi::OsString;

use pyo3::prelude::*;

use crate::gate;

/// Runs the command with these arguments, the first of which is its name, and gives its exit code. It writes to the standard output of the process.
#[pyfunction]
pub(crate) fn run_command(py: Python<'_>, arguments: Vec<OsString>) -> PyResult<u8> {
    gate::run(py, || parsimd::cli::code(arguments))
}
