//! Records: the input is cut at newlines, and each line is matched as one text.
//!
//! A `\r` before the newline is dropped. The last record may lack its newline; behind a newline that ends the input there is no record.
//! Each record ends in exactly one of three ways, and is counted so: it *matched*, and every value could be read; it was
//! *unmatched*; or it *failed*, since it matched but a value does not fit its type, it is not UTF-8, it is too long, or the input broke off
//! inside it. With [`Strings::Binary`] a record that is not UTF-8 is matched as any other, byte by byte.

use std::{collections::VecDeque, mem, num::NonZeroUsize, sync::Arc, time::Instant};

use super::{
    block::{Scanned, Task, Wanted},
    crew::{Crew, WAVE},
};
use crate::{
    Pattern,
    batch::{Batch, Schema, Strings},
    error::Result,
    input::Input,
    limits,
};

/// What becomes of a record that did not match, or has a value that could not be read. Each is counted in [`Stats`] either way.
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

/// What the value of a field must be for its row to be given: see [`ScanOptions::only`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Only {
    /// An integer of at least the first and at most the second; or a timestamp, in microseconds since 1970.
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
/// options.columns = Some(pattern.schema().position("took").into_iter().collect());
/// options.limit = Some(1);
/// let batch = pattern.scan_input(Input::bytes(b"info: 12 ms\nwarn: 340 ms\n"), options).read_all()?;
/// assert_eq!(batch.columns()[0].values(), &parsimd::Values::Int64(vec![12]));
/// assert_eq!((batch.len(), batch.columns().len()), (1, 1));
/// # Ok::<(), parsimd::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ScanOptions {
    /// Whether a record must match from its beginning to its end, as `parse` does; else its first match is taken, as `search` does.
    pub full_line: bool,
    /// How many threads to use, the caller's among them; batches, counts and errors are the same. `None` is as many as the machine
    /// runs at once, once [`limits::PARALLEL_BYTES`] were read; the first block is always the caller's alone, so an input of one
    /// block starts no thread. Where the system gives no thread the scan goes on with what it has. More than
    /// [`limits::THREADS_PER_CORE`] for each that the machine runs at once are not of use, and not started.
    pub threads: Option<NonZeroUsize>,
    /// What becomes of a record that could not be read.
    pub on_error: OnError,
    /// The year of dates that are written without one; `None` is the current year, in UTC.
    pub year: Option<i32>,
    /// How many bytes make a batch, about; no more than [`limits::BLOCK_BYTES_MOST`]. The rows are the same.
    pub block_bytes: usize,
    /// How many bytes a record may have, without its newline; no more than [`limits::BLOCK_BYTES_MOST`]. A longer one fails, whatever is in it, and is
    /// skipped: it is never held as a whole, unless it lies in memory.
    pub max_record_bytes: usize,
    /// The fields that become columns, as numbers in [`Pattern::fields`], in the order of the columns; `None` is all. [`Schema::position`] of
    /// [`Pattern::schema`] has the number for a name. The others are matched but not read: whether a value fits its type, and so
    /// whether its record fails, is asked only of these. A number twice, or one past the fields, is an error from the scan's first call.
    pub columns: Option<Vec<usize>>,
    /// Which rows to give: those in which each of these fields, as numbers in [`Pattern::fields`], has such a value. The others are counted as
    /// matched, but the rest of their fields is not read, so whether a value of theirs fits is not asked, unless by [`OnError::Raise`]. A field whose
    /// value does not fit, or that is null, has none. A field of another type, or a number past the fields, is an error from the scan's first call.
    pub only: Vec<(usize, Only)>,
    /// How columns of text lie in memory; with [`Strings::Binary`] records that are not UTF-8 are matched too.
    pub strings: Strings,
    /// How many rows to give at most; `None` is all. What stands behind the last row is neither counted nor reported, and no block behind it
    /// is read: such a scan works on one thread.
    pub limit: Option<u64>,
}

impl Default for ScanOptions {
    fn default() -> Self {
        ScanOptions {
            full_line: true,
            threads: None,
            on_error: OnError::Skip,
            year: None,
            block_bytes: limits::BLOCK_BYTES,
            max_record_bytes: limits::RECORD_BYTES,
            columns: None,
            only: Vec::new(),
            strings: Strings::default(),
            limit: None,
        }
    }
}

/// What a scan has seen so far. `records == matched + unmatched + failures`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Lines.
    pub records: u64,
    /// Records that matched, every value read.
    pub matched: u64,
    /// Records that did not match.
    pub unmatched: u64,
    /// Records that matched but have a value that does not fit its type, that are not UTF-8 and could not be matched, that are longer than
    /// [`ScanOptions::max_record_bytes`], or that the input broke off in.
    pub failures: u64,
    /// Bytes read, newlines included.
    pub bytes: u64,
    /// The first few records that did not match or failed, up to [`limits::FAILURES_KEPT`].
    pub first_failures: Vec<Failure>,
    /// What else there is to be told of the input, with its name: that bytes which follow gzip data were ignored.
    pub notes: Vec<String>,
}

impl Stats {
    /// Adds what was seen in the block that comes next.
    pub(super) fn add(&mut self, block: Stats) {
        let room = limits::FAILURES_KEPT - self.first_failures.len();
        let failures = block.first_failures.into_iter().take(room);
        self.first_failures
            .extend(failures.map(|failure| Failure { record: self.records + failure.record, ..failure }));
        self.records += block.records;
        self.matched += block.matched;
        self.unmatched += block.unmatched;
        self.failures += block.failures;
        self.bytes += block.bytes;
        self.notes.extend(block.notes);
    }
}

/// A record that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The name of the file, or `<bytes>`.
    pub source: String,
    /// Where the record begins in that source, in bytes, decompressed.
    pub offset: u64,
    /// The number of the record in the scan, from 0.
    pub record: u64,
    /// Why it could not be read.
    pub reason: String,
    /// The record, cut after [`limits::EXCERPT_BYTES`]; what is not UTF-8 in it is replaced by U+FFFD.
    pub text: String,
}

/// A scan: an iterator over batches, one for each block of the input that has rows.
#[derive(Debug)]
pub struct Scan<'a> {
    task: Task,
    input: Input<'a>,
    crew: Crew<'a>,
    /// What came of blocks that were scanned ahead, in order.
    ready: VecDeque<Scanned>,
    /// Batches that were given once and put back.
    held: VecDeque<Batch>,
    stats: Stats,
    /// How many rows may still be given.
    rows_left: u64,
    ended: bool,
}

impl Pattern {
    /// Scans lines in memory, with the default options.
    ///
    /// ```
    /// let pattern = parsimd::Pattern::new("{level:w}: {message}")?;
    /// let mut scan = pattern.scan(b"info: up\nnonsense\nwarn: hot\n");
    /// let batch = scan.read_all()?;
    /// assert_eq!((batch.len(), scan.stats().unmatched), (2, 1));
    /// assert_eq!(scan.stats().first_failures[0].offset, 9);
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    pub fn scan<'a>(&self, data: &'a [u8]) -> Scan<'a> {
        self.scan_input(Input::bytes(data), ScanOptions::default())
    }

    /// Scans the lines of any input.
    pub fn scan_input<'a>(&self, input: Input<'a>, options: ScanOptions) -> Scan<'a> {
        // Which block has the last row is known only when those in front of it were scanned.
        let crew = Crew::new(if options.limit.is_some() { Some(NonZeroUsize::MIN) } else { options.threads });
        let rows_left = options.limit.unwrap_or(u64::MAX);
        let (task, wrong) = Task::new(self, options);
        let ready = wrong.map(Scanned::stopped).into_iter().collect();
        let (held, stats) = (VecDeque::new(), Stats::default());
        Scan { task, input, crew, ready, held, stats, rows_left, ended: false }
    }
}

impl Scan<'_> {
    /// What was seen so far.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// The names and types of the columns.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.task.schema
    }

    /// The rest of the input as one batch.
    ///
    /// Where that fails nothing is lost: the batches that came before the error are still to be had, by `next` or by `read_all`; after them the scan is at
    /// its end.
    ///
    /// ```
    /// let mut options = parsimd::ScanOptions::default();
    /// options.on_error = parsimd::OnError::Raise;
    /// let input = parsimd::Input::bytes(b"1\n2\nx\n");
    /// let mut scan = parsimd::Pattern::new("{n:d}")?.scan_input(input, options);
    /// assert!(scan.read_all().is_err());
    /// assert_eq!(scan.read_all()?.len(), 2);
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    ///
    /// # Errors
    /// From the input; from a wrong [`ScanOptions::columns`] or [`ScanOptions::only`]; from a record, with [`OnError::Raise`]; [`is_limit`](crate::Error::is_limit) when the text of a column passes 2 GiB,
    /// unless it is in views.
    pub fn read_all(&mut self) -> Result<Batch> {
        let mut batches = Vec::new();
        let read = self.try_for_each(|batch| batch.map(|batch| batches.push(batch)));
        let joined = read.and_then(|()| Batch::concat(Arc::clone(&self.task.schema), &batches));
        if joined.is_err() {
            self.put_back(batches);
        }
        joined
    }

    /// Takes back batches that it gave: the next calls give them again, in this order, before anything else, also when the scan has ended.
    /// They were counted when they were given for the first time, and are not counted again.
    pub fn put_back(&mut self, batches: Vec<Batch>) {
        for batch in batches.into_iter().rev() {
            self.held.push_front(batch);
        }
    }

    /// As `next`, but gives an empty batch when some 20 milliseconds have passed without a row: for whoever has to look at other things
    /// meanwhile, as signals or a clock. A pipe that was [opened](Input::open) is not waited for longer than that; a [`reader`](Input::reader) is,
    /// unless it says by itself that it has nothing yet.
    pub fn next_soon(&mut self) -> Option<Result<Batch>> {
        self.next_before(Some(Instant::now() + WAVE))
    }

    /// The next batch; an empty one once it is later than `end`.
    fn next_before(&mut self, end: Option<Instant>) -> Option<Result<Batch>> {
        if let Some(batch) = self.held.pop_front() {
            return Some(Ok(batch));
        }
        if self.ended {
            return None;
        }
        // After a panic there is nothing left to be had.
        self.ended = true;
        let batch = self.next_batch(end).transpose();
        self.ended = match &batch {
            Some(Ok(_)) => false,
            Some(Err(error)) => !error.is_interruption(),
            None => true,
        };
        batch
    }

    fn next_batch(&mut self, end: Option<Instant>) -> Result<Option<Batch>> {
        loop {
            while let Some(mut scanned) = self.ready.pop_front() {
                self.stats.add(mem::take(&mut scanned.stats));
                match (scanned.batch.take(), scanned.error.take()) {
                    (None, None) => {}
                    (None, Some(error)) => return Err(error),
                    (Some(batch), error) => {
                        self.rows_left -= batch.len() as u64;
                        if let Some(error) = error {
                            // The rows before it come first.
                            self.ready.push_front(Scanned::stopped(error));
                        }
                        return Ok(Some(batch));
                    }
                }
            }
            if self.rows_left == 0 {
                return Ok(None);
            }
            let wanted =
                Wanted { rows: self.rows_left, failures: limits::FAILURES_KEPT - self.stats.first_failures.len() };
            let is_over = self.crew.scan_wave(&self.task, wanted, &mut self.input, &mut self.ready);
            if is_over && self.ready.is_empty() {
                return Ok(None);
            }
            if end.is_some_and(|end| Instant::now() > end) && self.ready.iter().all(Scanned::is_empty) {
                return Batch::concat(Arc::clone(&self.task.schema), &[]).map(Some);
            }
        }
    }
}

impl Iterator for Scan<'_> {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_before(None)
    }
}
