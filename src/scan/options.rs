//! How to scan, as the caller says it.

use std::num::NonZeroUsize;

use crate::{
    batch::Strings,
    convert::{TimeZone, Year},
    engine::Anchored,
    limits,
};

/// What becomes of a record that did not match, or has a value that could not be read. Each is counted in [`Stats`](crate::Stats) either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    /// It has no row.
    #[default]
    Skip,
    /// It has a row: nulls all through when it did not match, else a null for each value that could not be read.
    Null,
    /// It ends the scan, after the rows before it, with an [`Error`](crate::Error) that says where. A record that the input broke off in does not:
    /// what broke the input does.
    Raise,
}

/// Which matches in a record become rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
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
}

/// How to scan.
///
/// ```
/// use parsimd::{Input, Pattern, ScanOptions};
///
/// let pattern = Pattern::new("{level:w}: {took:d} ms")?;
/// let mut options = ScanOptions::default();
/// options.columns = Some(pattern.field_number("took").into_iter().collect());
/// options.limit = Some(1);
/// let batch = pattern.scan_input(Input::bytes(b"info: 12 ms\nwarn: 340 ms\n"), options).read_all()?;
/// assert_eq!(batch.columns()[0].values(), &parsimd::Values::Int64(vec![12]));
/// assert_eq!((batch.len(), batch.columns().len()), (1, 1));
/// # Ok::<(), parsimd::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
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
    /// name, or all if none has one. [`Pattern::field_number`](crate::Pattern::field_number) has the number for a name. The others are matched but not
    /// read: whether a value fits its type, and so whether its record fails, is asked only of these. A number twice, or one past the fields, is an error from the scan's first call.
    pub columns: Option<Vec<usize>>,
    /// Further columns, after those of the fields: where each row's record came from. They have values also in rows of records that could not be read.
    /// One twice, or with the name of a field, is an error from the scan's first call.
    pub include: Vec<Origin>,
    /// Filters the rows: a row is kept if each of these fields, as numbers in [`Pattern::fields`](crate::Pattern::fields), satisfies its predicate. Rows that are filtered out
    /// count as matched, but their other fields are not read; so whether those have a value is asked only by [`OnError::Raise`]. A predicate
    /// for another type than the field's, or a number past the fields, is an error from the scan's first call.
    pub filter: Vec<(usize, Predicate)>,
    /// How columns of text lie in memory; with [`Strings::Binary`] records that are not UTF-8 are matched too.
    pub strings: Strings,
    /// What is kept of the records that could not be read. Where each is kept, each is looked at: lines without the literal that the pattern needs too, which
    /// are else only counted.
    pub rejects: Rejects,
    /// How many rows to give at most; `None` is all. What stands after the record of the last row is neither counted nor reported, and no block after
    /// it is read: such a scan works on one thread.
    pub limit: Option<u64>,
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
            strings: Strings::default(),
            rejects: Rejects::default(),
            limit: None,
        }
    }
}
