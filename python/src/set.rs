//! `PatternSet`: several formats as the native engine reads them, scanned in one pass.

use std::sync::Arc;

use parsimd::extension;
use pyo3::{IntoPyObjectExt, prelude::*};

use crate::{
    error::to_python,
    gate::Interrupts,
    input::{self, Given},
    make::Made,
    options::{ScanArguments, Times},
    pattern::Pattern,
    progress::Progress,
    reader::Reader,
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

    /// Scans data in memory, or, with `is_files`, a path, an open file or several of them, which `follow` reads on as they grow: a `SetScan`, or with `table` a `Scan` of one table.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a Python method, by name there")]
    fn scan<'py>(
        &self,
        py: Python<'py>,
        source: &Bound<'py, PyAny>,
        is_files: bool,
        follow: bool,
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
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let Given { input, calls_python, extent } = input::given(source, is_files, follow, progress.is_some())?;
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
            counts_all: true,
        };
        let progress = Progress::new(progress, extent);
        let tolerates_damage = arguments.tolerates_damage();
        let options = arguments.options_of(self.set.patterns().map(|(_, pattern)| pattern))?;
        let (interrupts, names) = (self.interrupts.clone(), self.names());
        // A file is made last: not for a scan that cannot be.
        if table {
            let scan = extension::set_table(&self.set, input, options).map_err(to_python)?;
            let (schema, rejects) = (Arc::clone(scan.schema()), Rejects::new(rejects)?);
            Scan::of(Reader::new(scan, interrupts, rejects, progress, tolerates_damage), schema, names)
                .into_bound_py_any(py)
        } else {
            let scan = extension::set_batches(&self.set, input, options).map_err(to_python)?;
            let schemas = (0..names.len()).map(|number| Arc::clone(scan.schema(number))).collect();
            let reader = Reader::new(scan, interrupts, Rejects::new(rejects)?, progress, tolerates_damage);
            SetScan::new(reader, schemas, names).into_bound_py_any(py)
        }
    }
}
