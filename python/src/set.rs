//! `PatternSet`: several formats as the native engine reads them, scanned in one pass.

use pyo3::{IntoPyObjectExt, prelude::*};

use crate::{
    error::to_python,
    gate::Interrupts,
    input,
    make::Made,
    options::{ScanArguments, Times},
    pattern::Pattern,
    rejects::{self, Asked, Rejects},
    scan::{Scan, SetScan},
};

/// Several formats with names, read by the native engine.
#[pyclass(frozen, module = "parsimd._parsimd")]
pub(crate) struct PatternSet {
    set: parsimd::PatternSet,
    interrupts: Vec<Interrupts>,
}

impl PatternSet {
    fn names(&self) -> Vec<String> {
        self.set.patterns().map(|(name, _)| name.to_owned()).collect()
    }
}

#[pymethods]
impl PatternSet {
    #[new]
    fn new(patterns: Vec<(String, Bound<'_, Pattern>)>) -> PyResult<PatternSet> {
        let interrupts = patterns.iter().map(|(_, pattern)| pattern.get().interrupts()).collect();
        let patterns = patterns.into_iter().map(|(name, pattern)| (name, pattern.get().pattern().clone()));
        Ok(PatternSet { set: parsimd::PatternSet::of(patterns).map_err(to_python)?, interrupts })
    }

    /// How the set is matched, in words.
    fn explain(&self) -> Made<String> {
        Made(self.set.explain())
    }

    /// Scans data in memory, or, with `is_files`, a path, an open file or several of them: a `SetScan`, or with `table` a `Scan` of one table.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a Python method, by name there")]
    fn scan<'py>(
        &self,
        py: Python<'py>,
        source: &Bound<'py, PyAny>,
        is_files: bool,
        table: bool,
        matches: &str,
        threads: Option<isize>,
        on_error: &str,
        times: Times,
        include: Vec<String>,
        limit: Option<i64>,
        strings: &str,
        max_record_bytes: isize,
        rejects: Asked<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (input, calls_python) = if is_files { input::files(source)? } else { (input::data(source)?, false) };
        let arguments = ScanArguments {
            matches,
            multiline: false,
            threads,
            on_error,
            times,
            columns: None,
            include,
            limit,
            strings,
            max_record_bytes,
            calls_python,
            filter: Vec::new(),
            rejects: rejects::kind(&rejects),
        };
        let options = arguments.options_of(self.set.patterns().map(|(_, pattern)| pattern))?;
        let check = if table { self.set.check_table(&options) } else { self.set.check(&options) };
        check.map_err(to_python)?;
        // A file is made last: not for a scan that cannot be.
        let (interrupts, names, rejects) = (self.interrupts.clone(), self.names(), Rejects::new(rejects)?);
        if table {
            Scan::of(self.set.scan_table(input, options), interrupts, names, rejects).into_bound_py_any(py)
        } else {
            SetScan::new(self.set.scan_input(input, options), interrupts, names, rejects).into_bound_py_any(py)
        }
    }
}
