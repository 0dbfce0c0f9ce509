//! Patterns of formats that people have already, and ready patterns.

use parsimd::formats::{self, READY};
use pyo3::{exceptions::PyValueError, prelude::*, types::PyList};

use crate::{
    error,
    make::{self, Made},
};

/// The pattern that a text in the language of `tool` stands for.
#[pyfunction]
pub(crate) fn pattern_of(tool: &str, text: &str) -> PyResult<Made<String>> {
    let call = match tool {
        "apache" => formats::apache,
        "dissect" => formats::dissect,
        "grok" => formats::grok,
        "nginx" => formats::nginx,
        "w3c" => formats::w3c,
        other => return Err(make::error::<PyValueError>(format!("no tool of this name: {other}"))),
    };
    call(text).map(Made).map_err(error::to_python)
}

/// The ready patterns: for each its name, what it is about, its text, and `multiline` or nothing.
#[pyfunction]
pub(crate) fn ready_patterns(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    make::list(
        py,
        READY.iter().map(|ready| {
            let last = if ready.is_multiline { "multiline" } else { "" };
            let texts = [ready.name, ready.about, ready.pattern, last];
            Ok(make::tuple(py, texts.map(|text| make::text(py, text).map(Bound::into_any)))?.into_any())
        }),
    )
}
