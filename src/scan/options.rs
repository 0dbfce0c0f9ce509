//! How to scan, as the caller says it.

use std::{mem, num::NonZeroUsize};

use super::compiled::Compiled;
use crate::{
    batch::{Cell, Strings},
    convert::{TimeZone, Year},
    engine::Anchored,
    error::{Error, Result},
    limits,
    pattern::Field,
};

/// What becomes of a record that did not match, or has a value that could not be read. Each is counted in [`Stats`](crate::Stats) either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OnError {
    /// It has no row.
    #[default]
    Skip,
    /// It has a row: nulls all through when it did not match, else a null for each value that could not be read.
    Null,
    /// It ends the scan, after the rows before it, with an [`Error`] that says where. A record that the input broke off in does not:
    /// what broke the input does.
    Raise,
}

/// Which matches in a record become rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Matches {
    /// The one that fills the record, as with [`parse`](crate::Pattern::parse).
    #[default]
    Line,
    /// The first one, wherever it stands, as with [`search`](crate::Pattern::search).
    First,
    /// Every one, each a row, as with [`find_iter`](crate::Pattern::find_iter). The record is counted once: as matched, if it has a match and each value
    /// of its matches was read. If one was not it is a failure, and what [`OnError`] says of a record holds for the row of that match.
    All,
}

impl Matches {
    /// Whether a match must fill its record.
    pub(super) fn anchored(self) -> Anchored {
        Anchored::when(self == Matches::Line)
    }
}

/// Where a record came from, as a column of its own: see [`ScanOptions::include`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// The name of its source: of a file, the path as it was given.
    File,
    /// The number of its first line in the source, from 1.
    Line,
    /// The byte of the source at which it begins, after decompression.
    Offset,
}

impl Origin {
    /// The name of the column.
    pub fn name(self) -> &'static str {
        match self {
            Origin::File => "file",
            Origin::Line => "line",
            Origin::Offset => "offset",
        }
    }
}

/// What a scan keeps of the records that it could not read, beside their counts: see [`ScanOptions::rejects`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Rejects {
    /// The first of them, for [`Scan::reasons`](crate::Scan::reasons).
    #[default]
    Sample,
    /// Each, as a row that says where it is and why it could not be read: [`Scan::take_rejects`](crate::Scan::take_rejects).
    Rows,
    /// Each, as it stands in the input: [`Scan::take_rejected_bytes`](crate::Scan::take_rejected_bytes).
    Bytes,
}

/// A predicate on the value of a field: see [`ScanOptions::filter`]. A field that is null satisfies none.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Predicate {
    /// An integer of at least the first and at most the second; or a timestamp, in microseconds since 1970, as the column has it.
    Between(i64, i64),
    /// This text.
    Text(String),
    /// A text that begins with this one.
    StartsWith(String),
    /// A text that has this one in it.
    Contains(String),
    /// One of these predicates, all for the type of the field. Of none at all no value satisfies it.
    AnyOf(Vec<Predicate>),
}

impl Predicate {
    /// Whether a value satisfies it.
    pub(super) fn holds(&self, value: Cell<'_>) -> bool {
        match (self, value) {
            (Predicate::Between(low, high), Cell::Int64(value) | Cell::Timestamp(value)) => {
                (*low..=*high).contains(&value)
            }
            (Predicate::AnyOf(parts), value) => parts.iter().any(|part| part.holds(value)),
            (predicate, Cell::Text(value)) => predicate.holds(Cell::Bytes(value.as_bytes())),
            (Predicate::Text(text), Cell::Bytes(value)) => value == text.as_bytes(),
            (Predicate::StartsWith(text), Cell::Bytes(value)) => value.starts_with(text.as_bytes()),
            (Predicate::Contains(text), Cell::Bytes(value)) => memchr::memmem::find(value, text.as_bytes()).is_some(),
            _ => false,
        }
    }
}

/// How to scan. Each option is set by the method of its name, one after the other; a program that has to look at them, or has numbers of fields, has the fields.
///
/// ```
/// use parsimd::{Input, Pattern, Predicate, ScanOptions};
///
/// let pattern = Pattern::new("{level:w}: {took:d} ms")?;
/// let options = ScanOptions::new().columns(["took"]).filter("level", Predicate::Text("warn".to_owned())).limit(1);
/// let batch = pattern.scan_input(Input::bytes(b"info: 12 ms\nwarn: 340 ms\nwarn: 7 ms\n"), options).read_all()?;
/// assert_eq!(batch.columns()[0].values(), &parsimd::Values::Int64(vec![340]));
/// assert_eq!((batch.len(), batch.columns().len()), (1, 1));
/// # Ok::<(), parsimd::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
#[must_use]
pub struct ScanOptions {
    /// Which matches in a record become rows.
    pub matches: Matches,
    /// Whether a record may have several lines. It begins at each line that the head of the pattern matches: all that stands in front of its first field
    /// of any text, such as `{}`. Other lines belong to the record above, newlines and all. Those before the first record, and those after NUL bytes that
    /// were skipped, are unmatched. A line of more than [`max_record_bytes`](Self::max_record_bytes) begins a record.
    ///
    /// With [`Matches::Line`] alone. A pattern without a head, or with one that can be nothing at all, is an error from the scan's first call.
    pub multiline: bool,
    /// How many threads to use, the caller's among them; batches, counts and errors are the same. `None` is as many as the machine
    /// runs at once, once [`limits::PARALLEL_BYTES`] were read; the first block is always the caller's alone, so an input of one
    /// block starts no thread. Where the system gives no thread the scan goes on with what it has. More than
    /// [`limits::THREADS_PER_CORE`] for each that the machine runs at once are not of use, and not started.
    ///
    /// A scan with several threads that is read on a thread of a rayon pool of the program's own may run other tasks of that pool while it waits: hold no lock meanwhile that
    /// one of them takes, or say one thread.
    pub threads: Option<NonZeroUsize>,
    /// What becomes of a record that could not be read.
    pub on_error: OnError,
    /// The year of dates and times that are written without one.
    pub year: Year,
    /// Where the clock hangs that times without an offset were read from. With a zone every column of timestamps is in UTC, and so are the
    /// predicates of [`filter`](Self::filter). Without, such times are as they are written, and times with an offset are in UTC: if a column has both,
    /// [`Stats::notes`](crate::Stats::notes) says so. Dates alone and times of day stay as they are.
    pub tz: Option<TimeZone>,
    /// When the scan begins, in microseconds since 1970; `None` is now. For tests.
    #[doc(hidden)]
    pub begin: Option<i64>,
    /// How many bytes make a batch, about; no more than [`limits::BLOCK_BYTES_MOST`]. The rows are the same.
    pub block_bytes: usize,
    /// How many bytes a record may have, without its newline; no more than [`limits::BLOCK_BYTES_MOST`]. A longer one fails, whatever is in it, and is
    /// skipped: it is never held as a whole, unless it lies in memory.
    pub max_record_bytes: usize,
    /// The fields that become columns, as numbers in [`Pattern::fields`](crate::Pattern::fields), in the order of the columns; `None` is all with a
    /// name, or all if none has one. [`columns()`](method@Self::columns) takes names. The others are matched but not
    /// read: whether a value fits its type, and so whether its record fails, is asked only of these. A number twice, or one past the fields, is an error from the scan's first call.
    pub columns: Option<Vec<usize>>,
    /// Further columns, after those of the fields: where each row's record came from. They have values also in rows of records that could not be read.
    /// One twice, or with the name of a field, is an error from the scan's first call.
    pub include: Vec<Origin>,
    /// Filters the rows: a row is kept if each of these fields, as numbers in [`Pattern::fields`](crate::Pattern::fields), satisfies its predicate. Rows that are filtered out
    /// count as matched, but their other fields are not read; so whether those have a value is asked only by [`OnError::Raise`]. A predicate
    /// for another type than the field's, or a number past the fields, is an error from the scan's first call.
    pub filter: Vec<(usize, Predicate)>,
    /// Whether records that the filter rules out need not be matched. Then [`Stats`](crate::Stats) do not say of a record without a row whether it matches: each is
    /// counted in [`filtered`](crate::Stats::filtered), but those that have a row or would have one if all their values were read, that are too long, or that
    /// the input broke off in. The rows are the same, and mostly come much quicker: of `status == 404` the scan looks for the text that stands
    /// before the field, and for the digits after it, and matches only lines that have both.
    ///
    /// Without a filter it changes nothing, and neither does it with [`Matches::All`], [`multiline`](Self::multiline), [`OnError::Raise`], or
    /// [`rejects`](Self::rejects) that are kept, or in a scan by a set or of texts given one by one: there each record is matched.
    ///
    /// ```
    /// use parsimd::{Input, Pattern, Predicate, ScanOptions};
    ///
    /// let pattern = Pattern::new("{level:w}: {took:d} ms")?;
    /// let options = ScanOptions::new().filter("level", Predicate::Text("warn".to_owned())).skip_filtered(true);
    /// let mut scan = pattern.scan_input(Input::bytes(b"info: 12 ms\nwarn: 340 ms\n?\n"), options);
    /// assert_eq!(scan.read_all()?.len(), 1);
    /// assert_eq!((scan.stats().matched, scan.stats().filtered, scan.stats().unmatched), (1, 2, 0));
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    pub skip_filtered: bool,
    /// How columns of text lie in memory; with [`Strings::Binary`] records that are not UTF-8 are matched too.
    pub strings: Strings,
    /// What is kept of the records that could not be read. Where each is kept, each is looked at: lines without the literal that the pattern needs too, which
    /// are else only counted.
    pub rejects: Rejects,
    /// How many rows to give at most; `None` is all. What stands after the record of the last row is neither counted nor reported, and no block after
    /// it is read: such a scan works on one thread.
    pub limit: Option<u64>,
    /// What was asked for by names, until the pattern says their numbers.
    pub(crate) named: Named,
}

/// Columns and predicates of fields that are said by their names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Named {
    columns: Option<Vec<String>>,
    filter: Vec<(String, Predicate)>,
}

/// Each sets one option; its field says what it means.
impl ScanOptions {
    /// The defaults.
    pub fn new() -> ScanOptions {
        ScanOptions::default()
    }

    /// Which [`matches`](field@Self::matches) in a record become rows.
    pub fn matches(self, matches: Matches) -> ScanOptions {
        ScanOptions { matches, ..self }
    }

    /// Whether a record may have several lines: [`multiline`](field@Self::multiline).
    pub fn multiline(self, multiline: bool) -> ScanOptions {
        ScanOptions { multiline, ..self }
    }

    /// How many [`threads`](field@Self::threads) to use; 0 is as many as the machine runs at once.
    pub fn threads(self, threads: usize) -> ScanOptions {
        ScanOptions { threads: NonZeroUsize::new(threads), ..self }
    }

    /// What becomes of a record that could not be read: [`on_error`](field@Self::on_error).
    pub fn on_error(self, on_error: OnError) -> ScanOptions {
        ScanOptions { on_error, ..self }
    }

    /// The [`year`](field@Self::year) of dates and times that are written without one.
    pub fn year(self, year: Year) -> ScanOptions {
        ScanOptions { year, ..self }
    }

    /// Where the clock hangs that times without an offset were read from: [`tz`](field@Self::tz).
    pub fn tz(self, tz: TimeZone) -> ScanOptions {
        ScanOptions { tz: Some(tz), ..self }
    }

    /// How many bytes make a batch, about: [`block_bytes`](field@Self::block_bytes).
    pub fn block_bytes(self, block_bytes: usize) -> ScanOptions {
        ScanOptions { block_bytes, ..self }
    }

    /// How many bytes a record may have: [`max_record_bytes`](field@Self::max_record_bytes).
    pub fn max_record_bytes(self, max_record_bytes: usize) -> ScanOptions {
        ScanOptions { max_record_bytes, ..self }
    }

    /// The [`columns`](field@Self::columns), by the names of their fields, or their numbers among the positional fields. One that is not there is an error from the scan's first call.
    pub fn columns(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> ScanOptions {
        self.named.columns = Some(names.into_iter().map(Into::into).collect());
        ScanOptions { columns: None, ..self }
    }

    /// Further columns, which say where each row came from: [`include`](field@Self::include).
    pub fn include(self, origins: impl IntoIterator<Item = Origin>) -> ScanOptions {
        ScanOptions { include: origins.into_iter().collect(), ..self }
    }

    /// Filters the rows by the field of this name; of several predicates a row must satisfy each. See [`filter`](field@Self::filter).
    pub fn filter(mut self, name: impl Into<String>, predicate: Predicate) -> ScanOptions {
        self.named.filter.push((name.into(), predicate));
        self
    }

    /// Whether records that the filter rules out need not be matched: [`skip_filtered`](field@Self::skip_filtered).
    pub fn skip_filtered(self, skip_filtered: bool) -> ScanOptions {
        ScanOptions { skip_filtered, ..self }
    }

    /// How columns of text lie in memory: [`strings`](field@Self::strings).
    pub fn strings(self, strings: Strings) -> ScanOptions {
        ScanOptions { strings, ..self }
    }

    /// What is kept of the records that could not be read: [`rejects`](field@Self::rejects).
    pub fn rejects(self, rejects: Rejects) -> ScanOptions {
        ScanOptions { rejects, ..self }
    }

    /// How many rows to give at most: [`limit`](field@Self::limit).
    pub fn limit(self, rows: u64) -> ScanOptions {
        ScanOptions { limit: Some(rows), ..self }
    }

    /// Whether columns were chosen, by number or by name.
    pub(crate) fn chooses_columns(&self) -> bool {
        self.columns.is_some() || self.named.columns.is_some()
    }

    /// Whether rows are filtered, by number or by name.
    pub(crate) fn filters(&self) -> bool {
        !self.filter.is_empty() || !self.named.filter.is_empty()
    }

    /// Those of a set of patterns, for one of its patterns: fields are chosen in no part of it.
    pub(crate) fn without_fields(mut self) -> ScanOptions {
        self.filter.clear();
        ScanOptions { columns: None, named: Named::default(), ..self }
    }

    /// The same, with numbers in the place of names.
    ///
    /// # Errors
    /// [`Error::is_column`]: the pattern has no field of a name.
    pub(super) fn numbered(mut self, pattern: &Compiled) -> (ScanOptions, Option<Error>) {
        let Named { columns, filter } = mem::take(&mut self.named);
        let number = |name: &str| pattern.field_number(name).ok_or_else(|| no_field(pattern, name));
        let columns = columns.map(|names| names.iter().map(|name| number(name)).collect::<Result<Vec<_>>>());
        let filter = filter.into_iter().map(|(name, predicate)| Ok((number(&name)?, predicate)));
        match (columns.transpose(), filter.collect::<Result<Vec<_>>>()) {
            (Ok(columns), Ok(filter)) => {
                self.filter.extend(filter);
                (ScanOptions { columns: columns.or(self.columns), ..self }, None)
            }
            (Err(error), _) | (_, Err(error)) => (self, Some(error)),
        }
    }

    /// Whether records that the filter rules out are not matched.
    pub(super) fn skips_filtered(&self) -> bool {
        let sees_all = self.matches == Matches::All || self.multiline || self.on_error == OnError::Raise;
        self.skip_filtered && !self.filter.is_empty() && !sees_all && self.rejects == Rejects::Sample
    }
}

impl Default for ScanOptions {
    fn default() -> Self {
        ScanOptions {
            matches: Matches::Line,
            multiline: false,
            threads: None,
            on_error: OnError::Skip,
            year: Year::Current,
            tz: None,
            begin: None,
            block_bytes: limits::BLOCK_BYTES,
            max_record_bytes: limits::RECORD_BYTES,
            columns: None,
            include: Vec::new(),
            filter: Vec::new(),
            skip_filtered: false,
            strings: Strings::default(),
            rejects: Rejects::default(),
            limit: None,
            named: Named::default(),
        }
    }
}

fn no_field(pattern: &Compiled, name: &str) -> Error {
    let names: Vec<String> = pattern.fields().iter().map(Field::column_name).collect();
    Error::column(format!("there is no field {name:?}: the pattern has {}", names.join(", ")))
}
