//! `Stats`, `Failure` and `Reason`: counts, first failures and reasons of a scan, as Python objects.

use parsimd::extension::{self, FailureParts, Unmatched};
use pyo3::{
    exceptions::PyValueError,
    prelude::*,
    types::{PyDict, PyList, PyTuple},
};

use crate::make::{self, Made, name};

/// What a scan has seen: each record either matched, or did not, or failed.
#[pyclass(frozen, module = "parsimd")]
pub(crate) struct Stats {
    stats: parsimd::Stats,
    /// The names of the patterns of a set; none where one pattern scans.
    patterns: Vec<String>,
    /// Where there were lines and not one matched, the first, if it can be said why it does not.
    none_matched: Option<Unmatched>,
}

impl Stats {
    /// Of a scan by the patterns of a set with these names, if there are any. Where it has seen lines and not one matched, with the first.
    pub(crate) fn new(stats: parsimd::Stats, none_matched: Option<Unmatched>, patterns: &[String]) -> Stats {
        Stats { stats, patterns: patterns.to_vec(), none_matched }
    }

    /// Where there were lines and not one matched: why the first did not, and what would match it.
    fn why_none(&self) -> Option<String> {
        Some(format!("no line matched: {}", self.none_matched.as_ref()?.explained()?))
    }

    /// The counts, in one line.
    pub(crate) fn summary(&self) -> String {
        let parsimd::Stats { records, matched, unmatched, failures, bytes, .. } = &self.stats;
        format!("records={records} matched={matched} unmatched={unmatched} failures={failures} bytes={bytes}")
    }
}

#[pymethods]
impl Stats {
    /// How many lines there were.
    #[getter]
    fn records(&self) -> Made<u64> {
        Made(self.stats.records)
    }

    /// How many matched, with every value read.
    #[getter]
    fn matched(&self) -> Made<u64> {
        Made(self.stats.matched)
    }

    /// How many did not match.
    #[getter]
    fn unmatched(&self) -> Made<u64> {
        Made(self.stats.unmatched)
    }

    /// How many matched but have a value that does not fit its column, are not UTF-8 and could not be matched, are too long, or were cut off
    /// where the input broke.
    #[getter]
    fn failures(&self) -> Made<u64> {
        Made(self.stats.failures)
    }

    /// How many bytes were read.
    #[getter]
    fn bytes(&self) -> Made<u64> {
        Made(self.stats.bytes)
    }

    /// Of a scan by several patterns: how many records went to each, every value read, by the name of the pattern. Else it is empty.
    #[getter]
    fn matched_by_pattern<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let counts = make::dict(py)?;
        for (number, name) in self.patterns.iter().enumerate() {
            let count = self.stats.matched_by_pattern.get(number).copied().unwrap_or_default();
            counts.set_item(make::text(py, name)?, make::unsigned(py, count)?)?;
        }
        Ok(counts)
    }

    /// The first few records that did not match or failed.
    #[getter]
    fn first_failures<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let failures = self.stats.first_failures.iter().cloned().map(Failure);
        make::list(py, failures.map(|failure| Ok(Bound::new(py, failure)?.into_any())))
    }

    /// What else there is to be told of the sources that have ended: NUL bytes that were skipped, UTF-16, ignored bytes that follow compressed data.
    #[getter]
    fn notes(&self) -> Made<Vec<String>> {
        Made(self.stats.notes.clone())
    }

    /// Of each file that could not be opened or read to its end, and was passed over, what was wrong, with its name.
    #[getter]
    fn source_errors(&self) -> Made<Vec<String>> {
        Made(self.stats.source_errors.clone())
    }

    /// Where there were lines and not one matched: why the first did not, and what would match it.
    #[getter]
    fn _why_none(&self) -> Option<Made<String>> {
        self.why_none().map(Made)
    }

    fn __repr__(&self) -> Made<String> {
        Made(format!("<Stats {}>", self.summary()))
    }

    /// The counts; where not one line matched, also why the first did not, and what would match it.
    fn __str__(&self) -> Made<String> {
        let why = self.why_none().map(|why| format!(": {why}")).unwrap_or_default();
        Made(format!("<Stats {}>{why}", self.summary()))
    }
}

/// A record that could not be read.
#[pyclass(frozen, module = "parsimd")]
pub(crate) struct Failure(pub(crate) parsimd::Failure);

#[pymethods]
impl Failure {
    /// The name of the file, or `<bytes>`, `<buffer>` or `<file>`.
    #[getter]
    fn source(&self) -> Made<&str> {
        Made(&self.0.source)
    }

    /// Where the record begins in that file, in bytes, decompressed.
    #[getter]
    fn offset(&self) -> Made<u64> {
        Made(self.0.offset)
    }

    /// The number of its first line in that file, from 1; None for a value of an array.
    #[getter]
    fn line(&self) -> Option<Made<u64>> {
        self.0.line.map(Made)
    }

    /// The number of the record in the scan, from 0.
    #[getter]
    fn record(&self) -> Made<u64> {
        Made(self.0.record)
    }

    /// What kept it from being read: ``"no_match"``, ``"conversion"``, ``"encoding"``, ``"too_long"``, ``"truncated"`` or ``"matcher"``.
    #[getter]
    fn kind(&self) -> Made<&str> {
        Made(self.0.kind.name())
    }

    /// The name of the field that has no value; None unless ``kind`` is ``"conversion"``.
    #[getter]
    fn field(&self) -> Option<Made<&str>> {
        self.0.field.as_deref().map(Made)
    }

    /// Why it could not be read, without the name of the field.
    #[getter]
    fn reason(&self) -> Made<&str> {
        Made(&self.0.reason)
    }

    /// The record, cut when it is long.
    #[getter]
    fn text(&self) -> Made<&str> {
        Made(&self.0.text)
    }

    /// For pickle: a `ScanError` goes from process to process with what it is of.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let py = slf.py();
        let parsimd::Failure { source, offset, line, record, kind, field, reason, text: excerpt, .. } = &slf.get().0;
        let text = |text: &str| make::text(py, text).map(Bound::into_any);
        let number = |number: u64| make::unsigned(py, number).map(Bound::into_any);
        let none = || Ok(py.None().into_bound(py));
        let parts = [
            text(source),
            number(*offset),
            line.map_or_else(none, number),
            number(*record),
            text(kind.name()),
            field.as_deref().map_or_else(none, text),
            text(reason),
            text(excerpt),
        ];
        let arguments = make::tuple(py, [make::tuple(py, parts).map(Bound::into_any)]);
        make::tuple(py, [slf.get_type().as_any().getattr(name!(py, "_of")), arguments.map(Bound::into_any)])
    }

    /// A failure of what `__reduce__` gives.
    #[staticmethod]
    fn _of(parts: FailureParts) -> PyResult<Failure> {
        extension::failure(parts).map(Failure).ok_or_else(|| make::error::<PyValueError>("no kind of failure"))
    }

    fn __repr__(&self) -> Made<String> {
        let parsimd::Failure { source, offset, text, .. } = &self.0;
        Made(format!("<Failure {source} byte {offset}: {}: {text:?}>", self.0))
    }

    /// The field, if there is one, and the reason.
    fn __str__(&self) -> Made<String> {
        Made(self.0.to_string())
    }
}

/// A reason why lines were not read, and how many have it. The last of a list may be the rest: all but its count is None then.
#[pyclass(frozen, module = "parsimd")]
pub(crate) struct Reason(pub(crate) parsimd::Reason);

impl Reason {
    fn example(&self) -> Option<&parsimd::Failure> {
        self.0.example.as_ref()
    }
}

#[pymethods]
impl Reason {
    /// How many lines have it.
    #[getter]
    fn count(&self) -> Made<u64> {
        Made(self.0.count)
    }

    /// Whether the count is an estimate: the first 1,000 lines that were not read stand for the others.
    #[getter]
    fn is_estimate(&self) -> bool {
        self.0.is_estimate
    }

    /// What kept them from being read, as in `Failure`.
    #[getter]
    fn kind(&self) -> Option<Made<&str>> {
        self.example().map(|example| Made(example.kind.name()))
    }

    /// The name of the field that has no value; None unless ``kind`` is ``"conversion"``.
    #[getter]
    fn field(&self) -> Option<Made<&str>> {
        self.example()?.field.as_deref().map(Made)
    }

    /// Why the first of them could not be read: what was expected, after which field, and what stood there.
    #[getter]
    fn reason(&self) -> Option<Made<&str>> {
        self.example().map(|example| Made(&*example.reason))
    }

    /// The name of the file of the first.
    #[getter]
    fn source(&self) -> Option<Made<&str>> {
        self.example().map(|example| Made(&*example.source))
    }

    /// The number of the first in that file, from 1.
    #[getter]
    fn line(&self) -> Option<Made<u64>> {
        self.example()?.line.map(Made)
    }

    /// The number of the first in the scan, from 0.
    #[getter]
    fn record(&self) -> Option<Made<u64>> {
        self.example().map(|example| Made(example.record))
    }

    /// Where the first begins in that file, in bytes, decompressed.
    #[getter]
    fn offset(&self) -> Option<Made<u64>> {
        self.example().map(|example| Made(example.offset))
    }

    /// Where in the first something else was expected, in bytes from its beginning; None where nobody can tell.
    #[getter]
    fn position(&self) -> Option<Made<usize>> {
        self.0.position.map(Made)
    }

    /// The first, cut when it is long.
    #[getter]
    fn text(&self) -> Option<Made<&str>> {
        self.example().map(|example| Made(&*example.text))
    }

    fn __repr__(&self) -> Made<String> {
        Made(match self.example() {
            Some(parsimd::Failure { source, line: Some(line), .. }) => {
                format!("<Reason {}; first in {source} line {line}>", self.0)
            }
            _ => format!("<Reason {}>", self.0),
        })
    }

    /// One line: ``2,011 lines: expected " - - [" after {ip}, found " - bob ["``.
    fn __str__(&self) -> Made<String> {
        Made(self.0.to_string())
    }
}
