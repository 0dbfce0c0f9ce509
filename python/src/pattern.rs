//! `Pattern`: a format as the native engine reads it.
//!
//! `Parser` makes one for matching single texts ([`Pattern::matcher`]) and one for scans. The one for scans may ask Python's `re` for lines on which
//! the native engine is not exact: [`ByRe`].

use std::collections::BTreeMap;

use parsimd::{Anchored, CustomType, ExternalMatcher, MatchRanges, extension};
use pyo3::{
    prelude::*,
    types::{PyAny, PyBool, PyList, PyTuple},
};

use crate::{
    arrow::ImportedArray,
    capi,
    converter::{converted, converter},
    error::to_python,
    gate::{self, Interrupts},
    input::{self, Given},
    make::{self, Made},
    matcher::Matcher,
    options::{Predicate, ScanArguments, Times},
    progress::Progress,
    rejects::{self, Asked},
    scan::{Scan, Texts},
};

/// A type of the program's own: its expression, if it has one; how many groups that has; and, unless a scan keeps the text, the type of its columns with the
/// function that makes the values.
type OwnType = (Option<String>, usize, Option<(String, Py<PyAny>)>);

/// A format, read by the native engine.
///
/// `types` has the program's own types by name. `find_spans(text, start, whole)` is called where the
/// native engine is not exact; it returns the spans of the match and of each field, in characters, or None.
#[pyclass(frozen, module = "parsimd._parsimd")]
#[derive(Debug)]
pub(crate) struct Pattern {
    pattern: parsimd::Pattern,
    interrupts: Interrupts,
}

impl Pattern {
    pub(crate) fn pattern(&self) -> &parsimd::Pattern {
        &self.pattern
    }

    pub(crate) fn interrupts(&self) -> Interrupts {
        self.interrupts.clone()
    }
}

#[pymethods]
impl Pattern {
    #[new]
    fn new(
        format: &str,
        types: BTreeMap<String, OwnType>,
        case_sensitive: bool,
        find_spans: Option<Py<PyAny>>,
        external_only: bool,
    ) -> PyResult<Pattern> {
        let mut builder = parsimd::Pattern::builder(format).case_sensitive(case_sensitive).external_only(external_only);
        for (name, (pattern, group_count, column)) in types {
            if let Some((column, function)) = column {
                builder = builder.converter(&name, converter(&column, function)?);
            }
            builder = builder.custom_type(name, CustomType { pattern, group_count });
        }
        let interrupts = Interrupts::default();
        if let Some(find_spans) = find_spans {
            builder = builder.external_matcher(Box::new(ByRe { find_spans, interrupts: interrupts.clone() }));
        }
        Ok(Pattern { pattern: builder.build().map_err(to_python)?, interrupts })
    }

    /// The regular expression.
    #[getter]
    fn expression(&self) -> Made<&str> {
        Made(self.pattern.expression())
    }

    /// The group of each field in the order of the format: its name, or the number of a positional one. `kv(…)` is one field here.
    #[getter]
    fn groups<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let group = |field: &parsimd::Field| match (field.group_name(), field.group_index()) {
            (Some(name), _) => make::text(py, name).map(Bound::into_any),
            (None, Some(index)) => make::unsigned(py, index as u64).map(Bound::into_any),
            (None, None) => Ok(py.None().into_bound(py)),
        };
        make::list(py, extension::group_fields(&self.pattern).iter().map(group))
    }

    /// Why the native engine is not exact on ASCII text; None when it is.
    #[getter]
    fn inexact(&self) -> Option<Made<String>> {
        self.pattern.plan().is_exact_on_ascii().err().map(Made)
    }

    /// Whether `find_spans` may be called; it is held only then.
    #[getter]
    fn may_ask(&self) -> bool {
        self.pattern.plan().may_ask()
    }

    /// The names of the columns whose values a function of the program's own makes.
    #[getter]
    fn converted(&self) -> Made<Vec<String>> {
        Made(converted(&self.pattern).map(parsimd::Field::column_name).collect())
    }

    /// How the pattern is matched, in words.
    fn explain(&self) -> Made<String> {
        Made(self.pattern.plan().explain())
    }

    /// Why `text` is not matched: what was expected, after which field, where in characters, what stands there, how many characters of the pattern were
    /// matched, and all of that in one line. None where it is matched.
    fn explain_mismatch<'py>(&self, py: Python<'py>, text: &str) -> PyResult<Option<Bound<'py, PyTuple>>> {
        let Some(why) = self.pattern.explain_mismatch(text).map_err(to_python)? else { return Ok(None) };
        let characters = |text: &str| make::unsigned(py, text.chars().count() as u64).map(Bound::into_any);
        let after = match &why.after {
            Some(after) => make::text(py, after).map(Bound::into_any),
            None => Ok(py.None().into_bound(py)),
        };
        let parts = [
            make::text(py, &why.expected.to_string()).map(Bound::into_any),
            after,
            characters(&text[..why.offset]),
            make::text(py, &why.found).map(Bound::into_any),
            characters(&self.pattern.format()[..why.matched]),
            make::text(py, &why.to_string()).map(Bound::into_any),
        ];
        make::tuple(py, parts).map(Some)
    }

    /// What would match `text`, which is not matched: what to do, and the pattern with that done, where it is a change of the pattern.
    fn hint<'py>(&self, py: Python<'py>, text: &str) -> PyResult<Option<Bound<'py, PyTuple>>> {
        let Some(why) = self.pattern.explain_mismatch(text).map_err(to_python)? else { return Ok(None) };
        let Some(hint) = self.pattern.hint(&why, text) else { return Ok(None) };
        let pattern = match &hint.pattern {
            Some(pattern) => make::text(py, pattern).map(Bound::into_any),
            None => Ok(py.None().into_bound(py)),
        };
        make::tuple(py, [make::text(py, &hint.message).map(Bound::into_any), pattern]).map(Some)
    }

    /// Why `text` is not matched, drawn. Nothing where it is.
    fn draw_mismatch(&self, text: &str, help: Option<&str>, width: usize, color: bool) -> PyResult<Made<String>> {
        let Some(why) = self.pattern.explain_mismatch(text).map_err(to_python)? else { return Ok(Made(String::new())) };
        let drawing = why.draw(self.pattern.format(), text).width(width).color(color);
        Ok(Made(help.map_or(drawing.clone(), |help| drawing.help(help)).to_string()))
    }

    /// A matcher for whole text. `converters` has, for each field, a callable that takes the text, or None for the native conversion.
    fn matcher(&self, py: Python<'_>, converters: Vec<Py<PyAny>>, tz_class: Py<PyAny>) -> PyResult<Matcher> {
        Matcher::new(py, self.pattern.clone(), converters, tz_class)
    }

    /// Scans data in memory, or, with `is_files`, a path, an open file or several of them, which `follow` reads on as they grow.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a Python method, by name there")]
    fn scan(
        &self,
        source: &Bound<'_, PyAny>,
        is_files: bool,
        follow: bool,
        matches: &str,
        multiline: bool,
        threads: Option<isize>,
        on_error: &str,
        times: Times,
        columns: Option<Vec<String>>,
        include: Vec<String>,
        limit: Option<i64>,
        strings: &str,
        max_record_bytes: isize,
        filter: Vec<(String, Predicate)>,
        rejects: Asked<'_>,
        progress: Option<Bound<'_, PyAny>>,
        counts_all: bool,
    ) -> PyResult<Scan> {
        let Given { input, calls_python, extent } = input::given(source, is_files, follow, progress.is_some())?;
        let arguments = ScanArguments {
            matches,
            multiline,
            threads,
            on_error,
            times,
            columns,
            include,
            limit,
            strings,
            max_record_bytes,
            calls_python,
            filter,
            rejects: rejects::kind(&rejects),
            counts_all,
        };
        let progress = Progress::new(progress, extent);
        Scan::new(&self.pattern, input, arguments, self.interrupts.clone(), rejects, progress)
    }

    /// Matches each text of Arrow arrays of strings or bytes, as a whole or with `matches` "first" the first match in it: what became of each array. An error
    /// counts its rows from the first array on.
    fn scan_arrays<'py>(
        &self,
        py: Python<'py>,
        arrays: &Bound<'py, PyAny>,
        matches: &str,
        on_error: &str,
        times: Times,
    ) -> PyResult<Bound<'py, PyList>> {
        let options = ScanArguments::of_texts(matches, on_error, times).options(&self.pattern)?;
        let mut first_row = 0;
        let arrays = ImportedArray::take_all(arrays)?;
        let scanned = arrays.into_iter().map(|array| {
            let rows = array.len() as u64;
            let texts = self.scan_array(py, array, options.clone())?;
            let texts = texts.map_err(|error| to_python(extension::numbered_from(error, first_row)))?;
            first_row += rows;
            Ok(Bound::new(py, Texts::new(texts))?.into_any())
        });
        make::list(py, scanned)
    }
}

impl Pattern {
    fn scan_array(
        &self,
        py: Python<'_>,
        array: ImportedArray,
        options: parsimd::ScanOptions,
    ) -> PyResult<parsimd::Result<parsimd::Texts>> {
        // A longer array takes too long for a program that waits for a signal; this many texts take some milliseconds.
        const FEW: usize = 4096;
        let array_len = array.len();
        let pattern = self.pattern.clone();
        let asks_python = pattern.plan().may_ask() || converted(&pattern).next().is_some();
        let work = move || array.scan(&pattern, options);
        // Python is asked on this thread, where a signal handler can raise.
        let texts =
            if array_len < FEW || asks_python { gate::run(py, work)? } else { gate::run_apart(py, |_| work())? }?;
        match self.interrupts.take() {
            Some(interrupt) => Err(interrupt),
            None => Ok(texts),
        }
    }
}

/// Asks Python's `re`, by a function of the parser.
#[derive(Debug)]
struct ByRe {
    find_spans: Py<PyAny>,
    interrupts: Interrupts,
}

impl ExternalMatcher for ByRe {
    fn find(
        &self,
        text: &str,
        start: usize,
        anchored: Anchored,
    ) -> Result<Option<MatchRanges>, Box<dyn std::error::Error + Send + Sync>> {
        let start = text[..start].chars().count();
        let ask = |py: Python<'_>| -> PyResult<Option<Vec<(isize, isize)>>> {
            let (text, start) = (make::text(py, text)?, make::unsigned(py, start as u64)?);
            let anchored = PyBool::new(py, anchored.is_yes());
            capi::call(self.find_spans.bind(py), &[text.as_any(), start.as_any(), anchored.as_any()])?.extract()
        };
        let spans = gate::back(|py| {
            ask(py).map_err(|error| -> Box<dyn std::error::Error + Send + Sync> {
                if gate::is_interrupt(py, &error) {
                    // It is kept as well for who asks why a record was not read, where errors say nothing.
                    self.interrupts.keep(error.clone_ref(py));
                    Box::new(extension::Interruption(error.into()))
                } else {
                    error.into()
                }
            })
        })?;
        Ok(spans.map(|spans| to_bytes(text, &spans)))
    }
}

/// Spans in characters → spans in bytes. A group that took no part in the match has no span: `re` says -1.
fn to_bytes(text: &str, spans: &[(isize, isize)]) -> MatchRanges {
    let mut places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    places.push(text.len());
    let place = |at: isize| usize::try_from(at).ok().and_then(|at| places.get(at).copied());
    spans.iter().map(|&(start, end)| place(start).zip(place(end)).map(|(start, end)| start..end)).collect()
}
