//! Batches and scans as tables of other libraries: `to_arrow`, `to_pandas`, `to_polars` and `to_duckdb`, which the package does in Python.

use std::{mem, sync::Mutex};

use pyo3::prelude::*;

use crate::{
    capi,
    error::caught,
    gate::{self, lock},
    make,
};

/// What the function of this name in `parsimd._frames` makes of rows and what else it is given.
pub(crate) fn convert<'py, const N: usize>(
    py: Python<'py>,
    function: &str,
    arguments: [Bound<'py, PyAny>; N],
) -> PyResult<Bound<'py, PyAny>> {
    let function = make::import(py, "parsimd._frames")?.getattr(make::text(py, function)?)?;
    capi::call(&function, &arguments.each_ref())
}

/// What is raised below a consumer of Arrow, which learns of it in words alone, and makes an error of its own of them.
#[derive(Default)]
pub(crate) struct Below(Mutex<Asker>);

/// Who has called the consumer.
#[derive(Default)]
enum Asker {
    /// The program: where the exception is one to end it, the program has it as soon as the consumer is back.
    #[default]
    Program,
    /// A call of this package, which raises the exception itself: the first of them is kept for it.
    Call(Option<PyErr>),
}

impl Below {
    /// As [`convert`], by a consumer of the rows whose `Below` this is.
    pub(crate) fn convert<'py, const N: usize>(
        &self,
        py: Python<'py>,
        function: &str,
        arguments: [Bound<'py, PyAny>; N],
    ) -> PyResult<Bound<'py, PyAny>> {
        let outer = mem::replace(&mut *lock(&self.0), Asker::Call(None));
        let made = convert(py, function, arguments);
        let asker = mem::replace(&mut *lock(&self.0), outer);
        match asker {
            Asker::Call(Some(error)) => Err(error),
            _ => made,
        }
    }

    /// Runs what a consumer asks for. A panic is an exception, too.
    pub(crate) fn run<T>(&self, py: Python<'_>, work: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
        let made = caught(work).flatten();
        if let Err(error) = &made {
            match &mut *lock(&self.0) {
                Asker::Call(kept) => drop(kept.get_or_insert_with(|| error.clone_ref(py))),
                Asker::Program if gate::is_interrupt(py, error) => capi::raise_soon(py, error),
                Asker::Program => {}
            }
        }
        made
    }
}
