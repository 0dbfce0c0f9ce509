//! [`PatternSet`]: many patterns, one pass over the bytes.
//!
//! A record goes to the first pattern, in the order of the set, that has another answer about it than that it does not match. So the rows are exactly
//! those that asking each pattern in turn about each line would give, and a value that does not fit its type is a failure of its record: it does not go on
//! to the next pattern.
//!
//! | file | what |
//! |---|---|
//! | [`anchors`] | which lines may match which patterns: their literal anchors, looked for at once |
//! | [`common`] | a text that all of these have in common, which is found sooner |
//! | [`named`] | the patterns with their names, and that search |
//! | [`mod@block`] | one block: its lines go to one pattern after the other |
//! | [`table`] | one table of the rows of all patterns |
//! | [`scan`] | the batches of each pattern |
//!
//! What one pattern makes of the lines that it is given is in `scan/part.rs`. A pattern without a literal anchor is asked about every line that no pattern
//! before it took. So the time of a set is at worst that of as many scans as it has patterns: where none has a literal, and none matches.

mod anchors;
mod block;
mod common;
mod named;
mod scan;
mod table;

use std::{fmt, sync::Arc};

pub use scan::SetScan;
#[cfg(feature = "cli")]
pub(crate) use {block::Chosen, table::PATTERN};

use self::{
    anchors::Anchors,
    block::{Form, SetTask},
    named::Named,
};
use crate::{
    api::Pattern,
    error::{Error, Result},
    input::Input,
    scan::{Blocks, Extent, Match, Scan, ScanOptions},
};

/// Several patterns with names, in an order: each record goes to the first that matches it. Cheap to clone; it can be shared between threads.
///
/// ```
/// use parsimd::PatternSet;
///
/// let set = PatternSet::new([
///     ("failed", "Failed password for {user} from {ip} port {port:d} ssh2"),
///     ("accepted", "Accepted {method} for {user} from {ip} port {port:d} ssh2"),
/// ])?;
/// let log = b"Accepted publickey for ada from 10.0.0.7 port 22 ssh2\nnoise\nFailed password for bob from 10.0.0.9 port 22 ssh2\n";
/// let mut scan = set.scan(log);
/// let batches = scan.read_all()?;
/// assert_eq!(batches[0].column("user").unwrap().get(0), parsimd::Cell::Text("bob"));
/// assert_eq!(scan.stats().matched_by_pattern, [1, 1]);
/// assert_eq!(scan.stats().unmatched, 1);
/// # Ok::<(), parsimd::Error>(())
/// ```
#[derive(Clone)]
pub struct PatternSet(Arc<Named>);

impl PatternSet {
    /// Reads formats, each after its name.
    ///
    /// # Errors
    /// As [`Pattern::new`] for one of the formats, and as [`of`](Self::of).
    pub fn new<'f>(formats: impl IntoIterator<Item = (&'f str, &'f str)>) -> Result<PatternSet> {
        let read = |(name, format)| Pattern::new(format).map(|pattern| (name, pattern));
        PatternSet::of(formats.into_iter().map(read).collect::<Result<Vec<_>>>()?)
    }

    /// Of patterns, each after its name.
    ///
    /// # Errors
    /// [`Error::is_options`]: there is no pattern, or two have the same name.
    pub fn of(patterns: impl IntoIterator<Item = (impl Into<String>, Pattern)>) -> Result<PatternSet> {
        let patterns: Vec<_> = patterns.into_iter().map(|(name, pattern)| (name.into(), pattern)).collect();
        if patterns.is_empty() {
            return Err(Error::options("a set of patterns must have one or more"));
        }
        for (number, (name, _)) in patterns.iter().enumerate() {
            if patterns[..number].iter().any(|(other, _)| other == name) {
                return Err(Error::options(format!("two patterns of the set are called {name:?}")));
            }
        }
        let anchors = Anchors::new(patterns.iter().map(|(_, pattern)| pattern));
        Ok(PatternSet(Arc::new(Named { patterns, anchors })))
    }

    /// Names and patterns, in order.
    pub fn patterns(&self) -> impl ExactSizeIterator<Item = (&str, &Pattern)> {
        self.0.patterns.iter().map(|(name, pattern)| (name.as_str(), pattern))
    }

    /// The number of patterns.
    #[allow(clippy::len_without_is_empty, reason = "it is never empty")]
    pub fn len(&self) -> usize {
        self.0.patterns.len()
    }

    /// The number of the first pattern that matches all of `text`, and its match.
    ///
    /// ```
    /// let set = parsimd::PatternSet::new([("number", "{n:d}"), ("word", "{w:w}")])?;
    /// let (number, found) = set.parse("seven")?.unwrap();
    /// assert_eq!((number, found.text(0)), (1, Some("seven")));
    /// assert!(set.parse("two words")?.is_none());
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Pattern::parse`], of the first pattern that has an error or a match.
    pub fn parse<'t>(&self, text: &'t str) -> Result<Option<(usize, Match<'t>)>> {
        let found = self
            .0
            .patterns
            .iter()
            .enumerate()
            .map(|(number, (_, pattern))| pattern.parse(text).map(|found| found.map(|found| (number, found))));
        found.filter_map(Result::transpose).next().transpose()
    }

    /// Scans lines in memory, with the default options.
    pub fn scan<'a>(&self, data: &'a [u8]) -> SetScan<'a> {
        self.scan_input(Input::bytes(data), ScanOptions::default())
    }

    /// Scans the lines of any input: batches of each pattern.
    ///
    /// A limit is of the rows of all patterns together, in the order of the input. With [`OnError::Null`](crate::OnError::Null) a value that does not fit is
    /// null; a record that matches no pattern has no row, since it is of no pattern. What is for one pattern alone is an error from the scan's first call:
    /// `multiline`, `columns`, `filter`, and [`Matches::All`](crate::Matches::All).
    pub fn scan_input<'a>(&self, input: Input<'a>, options: ScanOptions) -> SetScan<'a> {
        SetScan::new(self.blocks(input, options, Form::Batches), self.len())
    }

    /// Scans the lines of any input into one table: the column `pattern` has the name of the pattern of each row, the others are those of all patterns. Rows
    /// are in the order of the input, and null in the columns that their pattern does not have.
    ///
    /// Options are as for [`scan_input`](Self::scan_input), but with [`OnError::Null`](crate::OnError::Null) a record that matches no pattern has a row of
    /// nulls, also in `pattern`. It is an error from the scan's first call if columns of the same name have two types, or a field is called `pattern`.
    ///
    /// ```
    /// use parsimd::{Cell, Input, PatternSet, ScanOptions};
    ///
    /// let set = PatternSet::new([("took", "{what:w} took {ms:d}"), ("up", "{what:w} up")])?;
    /// let table = set.scan_table(Input::bytes(b"db up\nnoise\ndb took 7\n"), ScanOptions::default()).read_all()?;
    /// assert_eq!(table.schema().columns().map(|(name, _)| name).collect::<Vec<_>>(), ["pattern", "what", "ms"]);
    /// assert_eq!(table.column("pattern").unwrap().get(0), Cell::Text("up"));
    /// assert_eq!(table.column("ms").unwrap().get(0), Cell::Null);
    /// assert_eq!(table.column("ms").unwrap().get(1), Cell::Int64(7));
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    pub fn scan_table<'a>(&self, input: Input<'a>, options: ScanOptions) -> Scan<'a> {
        Scan::of(self.blocks(input, options, Form::Table(&[])))
    }

    /// As [`scan_table`](Self::scan_table), with what is chosen of each pattern.
    #[cfg(feature = "cli")]
    pub(crate) fn scan_chosen<'a>(&self, input: Input<'a>, options: ScanOptions, chosen: &[Chosen]) -> Scan<'a> {
        Scan::of(self.blocks(input, options, Form::Table(chosen)))
    }

    fn blocks<'a>(&self, input: Input<'a>, options: ScanOptions, form: Form<'_>) -> Blocks<'a> {
        let extent = Extent::of(&options);
        let (task, wrong) = SetTask::new(&self.0, options, form);
        Blocks::new(Arc::new(task), input, extent, wrong)
    }

    /// Checks options, as the first call of a scan does.
    ///
    /// # Errors
    /// [`Error::is_column`], [`Error::is_options`].
    pub fn check(&self, options: &ScanOptions) -> Result<()> {
        SetTask::new(&self.0, options.clone(), Form::Batches).1.map_or(Ok(()), Err)
    }

    /// As [`check`](Self::check), for [`scan_table`](Self::scan_table).
    ///
    /// # Errors
    /// As `check`; and where the columns make no table.
    pub fn check_table(&self, options: &ScanOptions) -> Result<()> {
        SetTask::new(&self.0, options.clone(), Form::Table(&[])).1.map_or(Ok(()), Err)
    }

    /// How the set is matched: how the literal anchors are looked for, which patterns have none, and the [plan](crate::Plan::explain) of each pattern.
    ///
    /// The words may change from one version to the next.
    pub fn explain(&self) -> String {
        let anchors = &self.0.anchors;
        let mut text = format!(
            "set          {} patterns; each line goes to the first that matches it\nanchors      one search for all: {}\n",
            self.len(),
            anchors.describe()
        );
        for ((name, pattern), has_literal) in self.0.patterns.iter().zip(anchors.has_literal()) {
            let lines = if *has_literal {
                "lines with its literal anchor"
            } else {
                "every line, as no literal anchor is searched for"
            };
            text += &format!(
                "\n{name:?}: asked about {lines} that no pattern before it took\n{}",
                pattern.plan().explain()
            );
        }
        text
    }
}

impl fmt::Debug for PatternSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.patterns.iter().map(|(name, pattern)| (name, pattern.format()))).finish()
    }
}
