//! The options of a scan: Python's arguments, checked, as the crate's options.

use std::num::NonZeroUsize;

use parsimd::{Matches, OnError, Origin, ScanOptions, Strings, TimeZone, Year, limits};
use pyo3::{exceptions::PyValueError, prelude::*};

use crate::{converter::converted, error::to_python, make};

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
}

/// A predicate on a column's value: an integer or a timestamp between two, or a text.
#[derive(FromPyObject)]
pub(crate) enum Predicate {
    Between(i64, i64),
    #[pyo3(transparent)]
    Text(String),
}

/// The meaning of a word that was passed as the argument `name`.
fn choice<T: Copy>(name: &str, given: &str, all: [(&str, T); 3]) -> PyResult<T> {
    let found = all.iter().find(|(word, _)| *word == given).map(|(_, meaning)| *meaning);
    let [(a, _), (b, _), (c, _)] = all;
    found.ok_or_else(|| make::error::<PyValueError>(format!("{name} must be '{a}', '{b}' or '{c}', not {given:?}")))
}

impl<'a> ScanArguments<'a> {
    /// Those of texts that are given one by one: each is matched as a whole.
    pub(crate) fn of_texts(on_error: &'a str, times: Times) -> ScanArguments<'a> {
        ScanArguments {
            matches: "line",
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
        }
    }

    pub(crate) fn options(self, pattern: &parsimd::Pattern) -> PyResult<ScanOptions> {
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
        if pattern.plan().may_ask() || self.calls_python || converted(pattern).next().is_some() {
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
        let number = |name: &String| {
            pattern.field_number(name).ok_or_else(|| {
                let names: Vec<_> = pattern.fields().iter().map(parsimd::Field::column_name).collect();
                make::error::<PyValueError>(format!("no column {name:?}; there are {names:?}"))
            })
        };
        let columns = self.columns.map(|names| names.iter().map(number).collect::<PyResult<Vec<_>>>()).transpose()?;
        options.columns = columns;
        let origins = [("file", Origin::File), ("line", Origin::Line), ("offset", Origin::Offset)];
        let origin = |name: &String| choice("each of include", name, origins);
        options.include = self.include.iter().map(origin).collect::<PyResult<_>>()?;
        for (name, predicate) in self.filter {
            let predicate = match predicate {
                Predicate::Between(low, high) => parsimd::Predicate::Between(low, high),
                Predicate::Text(text) => parsimd::Predicate::Text(text),
            };
            options.filter.push((number(&name)?, predicate));
        }
        pattern.check(&options).map_err(to_python)?;
        Ok(options)
    }
}
