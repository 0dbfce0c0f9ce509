//! One block: its records are split and matched, then the fields of those that match are converted.

use std::{fmt, sync::Arc};

use super::{
    converting::{Converting, Dictionaries},
    matching::{MatchedRows, Matching},
    mismatch::Explainer,
    options::Rejects,
    origin,
    rejects::Rejected,
    split::{Prescan, Record, Split},
    stats::{Cause, ColumnOffsets, Counted, Stats, Tally},
    task::Task,
    unread::{Explains, Unread},
};
use crate::{
    batch::{Batch, Schema},
    error::{Error, Result},
    input::{Aside, Block, Cut, Holes},
    limits,
};

/// What is done with each block of an input.
pub(crate) trait BlockTask: Explains {
    /// What scans blocks on one thread, with its reusable buffers.
    fn scanner(self: Arc<Self>) -> Box<dyn BlockScanner>;

    /// How the input is to be cut into blocks.
    fn cut(&self) -> Cut<'_>;

    /// The columns of the batches of the pattern of this number.
    fn schema(&self, pattern: usize) -> &Arc<Schema>;

    /// Which of these columns has the numbers of lines, if one does.
    fn line_column(&self, pattern: usize) -> Option<usize>;

    /// The columns that [`Scanned::offsets`] are of, with the names by which notes call them.
    fn noted_columns(&self) -> &Schema;
}

/// Scans blocks, one after the other.
pub(crate) trait BlockScanner: fmt::Debug + Send {
    /// Scans a block, as far as it is asked for. What comes of it depends on the block alone.
    fn scan(&mut self, block: &Block<'_>, wanted: Wanted) -> Scanned;
}

/// What became of a block.
#[derive(Debug)]
pub(crate) struct Scanned {
    /// The rows, if there are any, each batch with the number of its pattern; with an error, those before it.
    pub(crate) batches: Vec<(usize, Batch)>,
    /// What was seen in the block; records are numbered from its beginning.
    pub(crate) stats: Stats,
    /// The first records that could not be read, as many as were wanted; numbered, and their lines too, from its beginning.
    pub(crate) unread: Vec<Unread>,
    /// All of them, where they are asked for.
    pub(crate) rejected: Rejected,
    /// How many lines it stands for.
    pub(crate) lines: u64,
    /// The holes before its records, and maybe before the block.
    pub(crate) holes: Holes,
    /// What is to be known of the input before what comes next.
    pub(crate) aside: Option<Aside>,
    /// Which kinds of times its columns have.
    pub(crate) offsets: ColumnOffsets,
    /// What ends the scan here.
    pub(crate) error: Option<Error>,
}

impl Scanned {
    /// Nothing but the end of the scan.
    pub(crate) fn stopped(error: Error) -> Scanned {
        Scanned { error: Some(error), ..Scanned::nothing() }
    }

    /// What stands between blocks.
    pub(super) fn aside(aside: Aside) -> Scanned {
        match aside {
            Aside::Passed(bytes, holes) => {
                Scanned { stats: Stats { bytes, ..Stats::default() }, holes, ..Scanned::nothing() }
            }
            other => Scanned { aside: Some(other), ..Scanned::nothing() },
        }
    }

    pub(crate) fn nothing() -> Scanned {
        Scanned {
            batches: Vec::new(),
            stats: Stats::default(),
            unread: Vec::new(),
            rejected: Rejected::default(),
            lines: 0,
            offsets: ColumnOffsets::default(),
            holes: Holes::default(),
            aside: None,
            error: None,
        }
    }

    /// Whether it has neither rows nor an error.
    pub(super) fn is_empty(&self) -> bool {
        self.batches.is_empty() && self.error.is_none()
    }
}

/// How much of the next block is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    /// Rows; one or more.
    pub(crate) rows: u64,
    /// Records that could not be read, the first of a block.
    pub(crate) unread: usize,
}

/// What says why records do not match, made when it is first needed.
#[derive(Debug, Default)]
pub(crate) struct Explainers(Option<Vec<Explainer>>);

impl Explainers {
    /// The records of a block that could not be read, as they are kept: the first of them, as many as are wanted, and all, where they are asked for.
    pub(crate) fn keep(
        &mut self,
        task: &dyn Explains,
        block: &Block<'_>,
        unread: Vec<(Record, Cause)>,
        wanted: usize,
    ) -> (Vec<Unread>, Rejected) {
        let starts: Vec<u32> = unread.iter().map(|(record, _)| record.start).collect();
        let unread: Vec<_> = unread.into_iter().zip(origin::lines(block.bytes, &starts)).collect();
        let rejected = match task.rejects() {
            Rejects::Rows if !unread.is_empty() => {
                Rejected::rows(task, block, &unread, self.0.get_or_insert_with(|| task.explainers()))
            }
            Rejects::Bytes => Rejected::bytes(block, &unread),
            Rejects::Rows | Rejects::Sample => Rejected::default(),
        };
        (unread.iter().take(wanted).map(|unread| Unread::new(task, block, unread)).collect(), rejected)
    }
}

/// Reusable buffers of one thread.
#[derive(Debug)]
pub(crate) struct Buffers {
    pub(super) prescan: Prescan,
    pub(super) rows: MatchedRows,
    explainers: Explainers,
}

impl Buffers {
    pub(super) fn new(task: &Task) -> Buffers {
        Buffers { prescan: Prescan::new(), rows: MatchedRows::new(task), explainers: Explainers::default() }
    }

    /// The rows of the last block that are there but did not match.
    pub(super) fn missing(&self) -> &[usize] {
        self.rows.missing()
    }
}

/// Scans the lines of blocks by one pattern.
#[derive(Debug)]
struct LineScanner {
    task: Arc<Task>,
    buffers: Buffers,
}

impl BlockScanner for LineScanner {
    fn scan(&mut self, block: &Block<'_>, wanted: Wanted) -> Scanned {
        self.task.scan_lines(block, &mut self.buffers, wanted)
    }
}

impl BlockTask for Task {
    fn scanner(self: Arc<Self>) -> Box<dyn BlockScanner> {
        let buffers = Buffers::new(&self);
        Box::new(LineScanner { task: self, buffers })
    }

    fn cut(&self) -> Cut<'_> {
        Task::cut(self)
    }

    fn schema(&self, _: usize) -> &Arc<Schema> {
        &self.schema
    }

    fn line_column(&self, _: usize) -> Option<usize> {
        Task::line_column(self)
    }

    fn noted_columns(&self) -> &Schema {
        &self.schema
    }
}

impl Task {
    /// Scans the lines of a block, as far as they are asked for.
    fn scan_lines(&self, block: &Block<'_>, buffers: &mut Buffers, wanted: Wanted) -> Scanned {
        let mut dictionaries = Dictionaries::new();
        let scanned = self.scan_all_lines(block, buffers, &mut dictionaries, wanted.unread);
        // What was converted before it is no whole block, and of no use any more.
        if scanned.error.as_ref().is_some_and(Error::is_interruption) {
            return scanned;
        }
        let last = usize::try_from(wanted.rows - 1).ok().and_then(|row| buffers.rows.record(row));
        let Some(last) = last else { return scanned };
        // What stands after the last row is not seen, wherever the block ends: this is the block's end then.
        let newline = memchr::memchr(b'\n', &block.bytes[last.end as usize..]);
        let end = newline.map_or(block.bytes.len(), |newline| last.end as usize + newline + 1);
        let mut scanned = if end == block.bytes.len() {
            scanned
        } else {
            let block = Block { bytes: &block.bytes[..end], extent: end as u64, ..*block };
            self.scan_all_lines(&block, buffers, &mut dictionaries, wanted.unread)
        };
        // The last record may have more matches.
        for (_, batch) in scanned.batches.iter_mut().filter(|(_, batch)| batch.len() as u64 > wanted.rows) {
            *batch = batch.filter(|row| (row as u64) < wanted.rows);
        }
        scanned
    }

    fn scan_all_lines<'b>(
        &self,
        block: &Block<'b>,
        buffers: &mut Buffers,
        dictionaries: &mut Dictionaries<'b>,
        unread_wanted: usize,
    ) -> Scanned {
        let keeps_all = self.options.rejects != Rejects::Sample;
        let mut tally =
            Tally::new(if keeps_all { usize::MAX } else { unread_wanted }).skipping(self.options.skips_filtered());
        let (batch, error) = match self.scan(block, Split::Lines, &mut tally, buffers, dictionaries) {
            Ok(scanned) => scanned,
            Err(interruption) => return Scanned::stopped(interruption),
        };
        let Counted { stats, offsets, holes, unread } = tally.end();
        let batches = if batch.is_empty() { Vec::new() } else { vec![(0, batch)] };
        let (unread, rejected) = buffers.explainers.keep(self, block, unread, unread_wanted);
        let lines = buffers.prescan.newlines + block.unseen_lines;
        Scanned { batches, stats, unread, rejected, lines, offsets, holes, aside: None, error }
    }

    /// Scans texts that lie side by side in a block.
    ///
    /// # Errors
    /// As [`Converting::run`].
    pub(super) fn scan_texts(
        &self,
        block: &Block<'_>,
        split: Split<'_>,
        buffers: &mut Buffers,
    ) -> Result<(Batch, (Stats, ColumnOffsets), Option<Error>)> {
        let mut tally = Tally::new(limits::FAILURES_KEPT);
        let (batch, error) = self.scan(block, split, &mut tally, buffers, &mut Dictionaries::new())?;
        let Counted { mut stats, offsets, unread, .. } = tally.end();
        stats.first_failures = unread.iter().map(|(record, cause)| cause.failure(block, *record, None)).collect();
        Ok((batch, (stats, offsets), error))
    }

    /// The rows of a block, and what ends the scan after them.
    ///
    /// # Errors
    /// As [`Converting::run`]; and of a matcher.
    fn scan<'b>(
        &self,
        block: &Block<'b>,
        split: Split<'_>,
        tally: &mut Tally,
        Buffers { prescan, rows, .. }: &mut Buffers,
        dictionaries: &mut Dictionaries<'b>,
    ) -> Result<(Batch, Option<Error>)> {
        let stopped = match (Matching { task: self, block, split, tally, prescan, rows }).run() {
            Some(stopped) if stopped.error.is_interruption() => return Err(stopped.error),
            stopped => stopped,
        };
        let (batch, raised) = Converting { task: self, block, tally, rows, dictionaries }.run()?;
        // A record whose conversion fails comes before what stopped the matching.
        let error = raised.or_else(|| {
            let (bytes, error) = stopped.map_or((block.extent, None), |stopped| (stopped.bytes, Some(stopped.error)));
            tally.read(bytes);
            error
        });
        Ok((batch, error))
    }
}
