//! The options of a scan: Python's arguments, checked, as the crate's options.

use std::num::NonZeroUsize;

use parsimd::{Matches, OnError, Origin, ScanOptions, Strings, TimeZone, Year, limits};
use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    prelude::*,
    types::PyBool,
};

use crate::{
    arguments::shown,
    converter::converted,
    error::{no_name, to_python},
    make,
};

/// What times mean that have no offset or no year: the name of a zone; a year, or None for the newest one that is past; and when the scan
/// begins, in microseconds since 1970.
pub(crate) type Times = (Option<String>, Option<i32>, i64);

/// The keyword arguments of a scan.
pub(crate) struct ScanArguments<'a> {
    pub(crate) matches: &'a str,
    pub(crate) multiline: bool,
    pub(crate) threads: Option<isize>,
    pub(crate) on_error: &'a str,
    pub(crate) times: Times,
    pub(crate) columns: Option<Vec<String>>,
    pub(crate) include: Vec<String>,
    pub(crate) limit: Option<i64>,
    pub(crate) strings: &'a str,
    pub(crate) max_record_bytes: isize,
    /// Whether the input is read by calls of Python.
    pub(crate) calls_python: bool,
    pub(crate) filter: Vec<(String, Predicate)>,
    pub(crate) rejects: parsimd::Rejects,
    /// Whether the records are counted that a filter rules out, and so are matched.
    pub(crate) counts_all: bool,
}

/// A predicate on a column's value: an integer or a timestamp between two, or a text.
#[derive(FromPyObject)]
pub(crate) enum Predicate {
    Between(i64, i64),
    #[pyo3(transparent)]
    Text(String),
}

impl Predicate {
    fn of_crate(&self) -> parsimd::Predicate {
        match self {
            Predicate::Between(low, high) => parsimd::Predicate::Between(*low, *high),
            Predicate::Text(text) => parsimd::Predicate::Text(text.clone()),
        }
    }
}

/// The meaning of a word that was passed as the argument `name`.
fn choice<T: Copy>(name: &str, given: &str, all: [(&str, T); 3]) -> PyResult<T> {
    let found = all.iter().find(|(word, _)| *word == given).map(|(_, meaning)| *meaning);
    let [(a, _), (b, _), (c, _)] = all;
    found.ok_or_else(|| make::error::<PyValueError>(format!("{name} must be '{a}', '{b}' or '{c}', not {given:?}")))
}

/// How many rows a call asks for.
///
/// # Errors
/// TypeError: it is no integer. ValueError: it is less than 0.
pub(crate) fn row_count(rows: &Bound<'_, PyAny>) -> PyResult<usize> {
    let message = || format!("rows must be a number of rows from 0, not {}", shown(rows));
    match rows.extract::<i64>() {
        Ok(count) if !rows.is_instance_of::<PyBool>() => {
            usize::try_from(count).map_err(|_| make::error::<PyValueError>(message()))
        }
        _ => Err(make::error::<PyTypeError>(message())),
    }
}

impl<'a> ScanArguments<'a> {
    /// Those of texts that are given one by one.
    pub(crate) fn of_texts(matches: &'a str, on_error: &'a str, times: Times) -> ScanArguments<'a> {
        ScanArguments {
            matches,
            multiline: false,
            threads: None,
            on_error,
            times,
            columns: None,
            include: Vec::new(),
            limit: None,
            strings: "utf8",
            max_record_bytes: limits::RECORD_BYTES as isize,
            calls_python: false,
            filter: Vec::new(),
            rejects: parsimd::Rejects::default(),
            counts_all: true,
        }
    }

    /// Whether an input that breaks off may be the end of the rows.
    pub(crate) fn tolerates_damage(&self) -> bool {
        self.on_error != "raise"
    }

    pub(crate) fn options(self, pattern: &parsimd::Pattern) -> PyResult<ScanOptions> {
        let number = |name: &String| {
            pattern.field_number(name).ok_or_else(|| {
                let names: Vec<_> = pattern.fields().iter().map(parsimd::Field::column_name).collect();
                let names: Vec<_> = names.iter().map(String::as_str).collect();
                make::error::<PyValueError>(no_name("column", name, &names))
            })
        };
        let columns = self.columns.as_ref();
        let columns = columns.map(|names| names.iter().map(number).collect::<PyResult<Vec<_>>>()).transpose()?;
        let filter = self.filter.iter().map(|(name, predicate)| Ok((number(name)?, predicate.of_crate())));
        let filter = filter.collect::<PyResult<Vec<_>>>()?;
        let counts_all = self.counts_all;
        let mut options = self.options_of([pattern])?;
        (options.columns, options.filter) = (columns, filter);
        options.skip_filtered = !counts_all;
        pattern.check(&options).map_err(to_python)?;
        Ok(options)
    }

    /// Those that are not about fields, for a scan by these patterns.
    pub(crate) fn options_of<'p>(
        self,
        patterns: impl IntoIterator<Item = &'p parsimd::Pattern>,
    ) -> PyResult<ScanOptions> {
        let mut options = ScanOptions::default();
        let matches = [("line", Matches::Line), ("first", Matches::First), ("all", Matches::All)];
        options.matches = choice("match", self.matches, matches)?;
        options.multiline = self.multiline;
        options.rejects = self.rejects;
        let (tz, year, begin) = self.times;
        options.tz = tz.map(|name| TimeZone::new(&name)).transpose().map_err(to_python)?;
        options.year = year.map_or(Year::Recent, Year::Of);
        options.begin = Some(begin);
        options.threads = match self.threads {
            None => None,
            Some(threads) => match usize::try_from(threads).ok().and_then(NonZeroUsize::new) {
                None => {
                    return Err(make::error::<PyValueError>(format!(
                        "threads must be 1 or more, or None, not {threads}"
                    )));
                }
                threads => threads,
            },
        };
        options.max_record_bytes = match usize::try_from(self.max_record_bytes) {
            Ok(bytes @ 1..=limits::BLOCK_BYTES_MOST) => bytes,
            _ => {
                let (given, most) = (self.max_record_bytes, limits::BLOCK_BYTES_MOST);
                return Err(make::error::<PyValueError>(format!(
                    "max_record_bytes must be from 1 to {most}, not {given}"
                )));
            }
        };
        let asks = |pattern: &parsimd::Pattern| pattern.plan().may_ask() || converted(pattern).next().is_some();
        if self.calls_python || patterns.into_iter().any(asks) {
            // Threads that meet in the interpreter wake each other for every line: two take several times as long as one. And only the thread of
            // the caller lets signals through while it reads.
            options.threads = Some(NonZeroUsize::MIN);
        }
        let answers = [("skip", OnError::Skip), ("null", OnError::Null), ("raise", OnError::Raise)];
        options.on_error = choice("on_error", self.on_error, answers)?;
        let forms = [("utf8", Strings::Utf8), ("view", Strings::View), ("binary", Strings::Binary)];
        options.strings = choice("strings", self.strings, forms)?;
        options.limit = self
            .limit
            .map(|limit| {
                u64::try_from(limit)
                    .map_err(|_| make::error::<PyValueError>(format!("limit must be 0 or more, or None, not {limit}")))
            })
            .transpose()?;
        let origins = [("file", Origin::File), ("line", Origin::Line), ("offset", Origin::Offset)];
        let origin = |name: &String| choice("each of include", name, origins);
        options.include = self.include.iter().map(origin).collect::<PyResult<_>>()?;
        Ok(options)
    }
}
