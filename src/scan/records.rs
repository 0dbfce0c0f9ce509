//! [`Scan`]: the lines of an input, in batches of rows.
//!
//! Each line is a record, or, with [`ScanOptions::multiline`], some lines are: without its newline, without a `\r` before that, and without NUL bytes before its text. The last may lack its newline;
//! after a newline that ends the input there is no record, and NUL bytes are none either. Each record is counted as exactly one of three: *matched*,
//! with every value read; *unmatched*; or *failed*, for one of the other reasons of [`FailureKind`](crate::FailureKind).
//!
//! A scan keeps what it was given and what it read ahead: an error, a limit or a caller that puts batches back lose nothing.

use std::{collections::VecDeque, mem, num::NonZeroUsize, sync::Arc, time::Instant};

use super::{
    block::{BlockTask, Scanned, Wanted},
    compiled::Compiled,
    options::ScanOptions,
    stats::{ColumnOffsets, Stats},
    task::Task,
    workers::{WAVE, Workers},
};
use crate::{
    batch::{Batch, Schema},
    error::{Error, Result},
    input::{Holes, Input},
    limits,
};

/// The blocks of an input, scanned one after the other: what scans by one pattern and by several have in common.
#[derive(Debug)]
pub(crate) struct Blocks<'a> {
    task: Arc<dyn BlockTask>,
    input: Input<'a>,
    workers: Workers<'a>,
    /// What came of blocks that were scanned ahead, in order.
    ready: VecDeque<Scanned>,
    /// Batches that were given once and put back.
    held: VecDeque<(usize, Batch)>,
    stats: Stats,
    /// The holes of the source that has not ended, as far as its blocks were handed out.
    holes: Holes,
    /// How many lines of that source were handed out, where it is asked for.
    lines: u64,
    offsets: ColumnOffsets,
    /// How many rows may still be given.
    rows_left: u64,
    /// What ends the scan, once the rows before it were given.
    error: Option<Error>,
    ended: bool,
}

/// How many threads may scan, and how many rows are wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    threads: Option<NonZeroUsize>,
    rows: u64,
}

impl Extent {
    pub(crate) fn of(options: &ScanOptions) -> Extent {
        // Which block has the last row is known only when those before it were scanned.
        let threads = if options.limit.is_some() { Some(NonZeroUsize::MIN) } else { options.threads };
        Extent { threads, rows: options.limit.unwrap_or(u64::MAX) }
    }
}

impl<'a> Blocks<'a> {
    /// With something `wrong`, its first call is that error.
    pub(crate) fn new(
        task: Arc<dyn BlockTask>,
        input: Input<'a>,
        Extent { threads, rows: rows_left }: Extent,
        wrong: Option<Error>,
    ) -> Blocks<'a> {
        Blocks {
            task,
            input,
            workers: Workers::new(threads),
            ready: VecDeque::new(),
            held: VecDeque::new(),
            stats: Stats::default(),
            holes: Holes::default(),
            lines: 0,
            offsets: ColumnOffsets::default(),
            rows_left,
            error: wrong,
            ended: false,
        }
    }
}

impl Blocks<'_> {
    /// What was seen so far.
    pub(crate) fn stats(&self) -> &Stats {
        &self.stats
    }

    /// The columns of the batches of the pattern of this number.
    pub(crate) fn schema(&self, pattern: usize) -> &Arc<Schema> {
        self.task.schema(pattern)
    }

    /// The rest of the input, and what `join` makes of it; where either fails, the batches are put back.
    pub(crate) fn read_all<T>(&mut self, join: impl FnOnce(&[(usize, Batch)]) -> Result<T>) -> Result<T> {
        let mut batches = Vec::new();
        let read = self.try_for_each(|batch| batch.map(|batch| batches.push(batch)));
        let joined = read.and_then(|()| join(&batches));
        if joined.is_err() {
            self.put_back(batches);
        }
        joined
    }

    /// Takes back batches that it gave: the next calls give them again, in this order.
    pub(crate) fn put_back(&mut self, batches: Vec<(usize, Batch)>) {
        for batch in batches.into_iter().rev() {
            self.held.push_front(batch);
        }
    }

    /// The next batch, or an empty one when some 20 milliseconds have passed without a row.
    pub(crate) fn next_soon(&mut self) -> Option<Result<(usize, Batch)>> {
        self.next_before(Some(Instant::now() + WAVE))
    }

    /// The next batch; an empty one once it is later than `end`.
    fn next_before(&mut self, end: Option<Instant>) -> Option<Result<(usize, Batch)>> {
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

    fn next_batch(&mut self, end: Option<Instant>) -> Result<Option<(usize, Batch)>> {
        loop {
            if let Some(error) = self.error.take() {
                return Err(error);
            }
            while let Some(scanned) = self.ready.pop_front() {
                let Scanned { batches, stats, lines, offsets, holes, ended, error } = scanned;
                self.error = error.map(|error| error.after_records(self.stats.records));
                self.stats.add(stats);
                self.offsets.add(offsets, self.task.noted_columns(), &mut self.stats.notes);
                self.holes.append(holes);
                let lines_before = self.lines as i64;
                self.lines = if ended.is_some() { 0 } else { self.lines + lines };
                if let Some((source, notes)) = ended {
                    let notes = mem::take(&mut self.holes).note().into_iter().chain(notes);
                    self.stats.notes.extend(notes.map(|note| format!("{source}: {note}")));
                }
                for (pattern, mut batch) in batches {
                    if let Some(column) = self.task.line_column(pattern) {
                        batch.add(column, lines_before);
                    }
                    self.rows_left -= batch.len() as u64;
                    self.held.push_back((pattern, batch));
                }
                if let Some(batch) = self.held.pop_front() {
                    return Ok(Some(batch));
                }
                if let Some(error) = self.error.take() {
                    return Err(error);
                }
            }
            if self.rows_left == 0 {
                return Ok(None);
            }
            let wanted =
                Wanted { rows: self.rows_left, failures: limits::FAILURES_KEPT - self.stats.first_failures.len() };
            let is_over = self.workers.scan_wave(&self.task, wanted, &mut self.input, &mut self.ready);
            if is_over && self.ready.is_empty() {
                return Ok(None);
            }
            if end.is_some_and(|end| Instant::now() > end) && self.ready.iter().all(Scanned::is_empty) {
                let empty = Batch::concat(Arc::clone(self.task.schema(0)), &[])?;
                return Ok(Some((0, empty)));
            }
        }
    }
}

impl Iterator for Blocks<'_> {
    type Item = Result<(usize, Batch)>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_before(None)
    }
}

/// A scan: an iterator over batches, one for each block of the input that has rows.
#[derive(Debug)]
pub struct Scan<'a> {
    blocks: Blocks<'a>,
}

impl<'a> Scan<'a> {
    pub(crate) fn new(pattern: &Arc<Compiled>, input: Input<'a>, options: ScanOptions) -> Scan<'a> {
        let extent = Extent::of(&options);
        let (task, wrong) = Task::new(pattern, options);
        Scan::of(Blocks::new(Arc::new(task), input, extent, wrong))
    }

    /// Of blocks whose batches are all of one schema.
    pub(crate) fn of(blocks: Blocks<'a>) -> Scan<'a> {
        Scan { blocks }
    }
}

impl Scan<'_> {
    /// What was seen so far.
    pub fn stats(&self) -> &Stats {
        self.blocks.stats()
    }

    /// The names and types of the columns.
    pub fn schema(&self) -> &Arc<Schema> {
        self.blocks.schema(0)
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
    /// From the input; from a wrong [`ScanOptions`]; from a record, with [`OnError::Raise`](crate::OnError::Raise); [`is_limit`](crate::Error::is_limit) when the text of a column passes 2 GiB,
    /// unless it is in views.
    pub fn read_all(&mut self) -> Result<Batch> {
        let schema = Arc::clone(self.schema());
        self.blocks.read_all(|batches| {
            let batches: Vec<Batch> = batches.iter().map(|(_, batch)| batch.clone()).collect();
            Batch::concat(schema, &batches)
        })
    }

    /// Takes back batches that it gave: the next calls give them again, in this order, before anything else, also when the scan has ended.
    /// They were counted when they were given for the first time, and are not counted again.
    pub fn put_back(&mut self, batches: Vec<Batch>) {
        self.blocks.put_back(batches.into_iter().map(|batch| (0, batch)).collect());
    }

    /// As `next`, but gives an empty batch when some 20 milliseconds have passed without a row: for whoever has to look at other things
    /// meanwhile, as signals or a clock. A pipe that was [opened](Input::open) is not waited for longer than that; a [`reader`](Input::reader) is,
    /// unless it says by itself that it has nothing yet.
    pub fn next_soon(&mut self) -> Option<Result<Batch>> {
        self.blocks.next_soon().map(|next| next.map(|(_, batch)| batch))
    }
}

impl Iterator for Scan<'_> {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        self.blocks.next().map(|next| next.map(|(_, batch)| batch))
    }
}
