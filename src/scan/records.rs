//! Records: the input is cut at newlines, and each line is matched as one text.
//!
//! A `\r` before the newline is dropped. The last record may lack its newline; behind a newline that ends the input there is no record.
//! Each record ends in exactly one of three ways, and is counted so: it *matched*, and every value could be read; it was
//! *unmatched*; or it *failed*, since it matched but a value does not fit its type, or it is not UTF-8.

use std::{num::NonZeroUsize, sync::Arc};

use super::block::{Scratch, Task};
use crate::{
    Pattern,
    batch::{Batch, Schema},
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
    /// It ends the scan with an [`Error`](crate::Error) that says where.
    Raise,
}

/// How to scan.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ScanOptions {
    /// Whether a record must match from its beginning to its end, as `parse` does; else its first match is taken, as `search` does.
    pub full_line: bool,
    /// How many threads to use; `None` leaves it to the engine. The result is the same.
    pub threads: Option<NonZeroUsize>,
    /// What becomes of a record that could not be read.
    pub on_error: OnError,
    /// The year of dates that are written without one; `None` is the current year, in UTC.
    pub year: Option<i32>,
    /// How many bytes make a batch, about. The rows are the same.
    pub block_bytes: usize,
}

impl Default for ScanOptions {
    fn default() -> Self {
        ScanOptions {
            full_line: true,
            threads: None,
            on_error: OnError::Skip,
            year: None,
            block_bytes: limits::BLOCK_BYTES,
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
    /// Records that matched but have a value that does not fit its type, or that are not UTF-8.
    pub failures: u64,
    /// Bytes read, newlines included.
    pub bytes: u64,
    /// The first few records that did not match or failed, up to [`limits::FAILURES_KEPT`].
    pub first_failures: Vec<Failure>,
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
    stats: Stats,
    scratch: Scratch,
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
        let task = Task::new(self, options);
        Scan { task, input, stats: Stats::default(), scratch: Scratch::new(self), ended: false }
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
    /// # Errors
    /// From the input; from a record, with [`OnError::Raise`]; [`Error::is_limit`](crate::Error::is_limit) when the text of a column passes 2 GiB.
    pub fn read_all(&mut self) -> Result<Batch> {
        let batches = self.collect::<Result<Vec<_>>>()?;
        Batch::concat(Arc::clone(&self.task.schema), &batches)
    }

    fn next_batch(&mut self) -> Result<Option<Batch>> {
        while let Some(block) = self.input.next_block(self.task.options.block_bytes.max(1))? {
            let scanned = self.task.run(&block, &mut self.scratch);
            self.stats.add(scanned.stats);
            if let Some(error) = scanned.error {
                return Err(error);
            }
            if scanned.batch.is_some() {
                return Ok(scanned.batch);
            }
        }
        Ok(None)
    }
}

impl Iterator for Scan<'_> {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let batch = self.next_batch().transpose();
        self.ended = !matches!(batch, Some(Ok(_)));
        batch
    }
}
