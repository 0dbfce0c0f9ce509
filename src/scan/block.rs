//! One block: its records are split and matched, then the fields of those that match are converted.

use std::sync::Arc;

use super::{
    converting::{Converting, Dictionaries},
    matching::{MatchedRows, Matching},
    mismatch::Explainer,
    options::Rejects,
    origin,
    reasons::Unread,
    rejects::Rejected,
    split::{Prescan, Record, Split},
    stats::{Cause, ColumnOffsets, Counted, Stats, Tally},
    task::Task,
};
use crate::{
    batch::Batch,
    error::{Error, Result},
    input::{Aside, Block, Holes},
    limits,
};

/// What became of a block.
#[derive(Debug)]
pub(super) struct Scanned {
    /// The rows, if there are any; with an error, those before it.
    pub(super) batch: Option<Batch>,
    /// What was seen in the block; records are numbered from its beginning.
    pub(super) stats: Stats,
    /// The first records that could not be read, as many as were wanted; numbered, and their lines too, from its beginning.
    pub(super) unread: Vec<Unread>,
    /// All of them, where they are asked for.
    pub(super) rejected: Rejected,
    /// How many lines it stands for.
    pub(super) lines: u64,
    /// The holes before its records, and maybe before the block.
    pub(super) holes: Holes,
    /// The source that ended here, and what it has to tell.
    pub(super) ended: Option<(Arc<str>, Vec<String>)>,
    /// The file that cannot be read, and whether its end was told.
    pub(super) broken: Option<(Error, bool)>,
    /// Which kinds of times its columns have.
    pub(super) offsets: ColumnOffsets,
    /// What ends the scan here.
    pub(super) error: Option<Error>,
}

impl Scanned {
    /// Nothing but the end of the scan.
    pub(super) fn stopped(error: Error) -> Scanned {
        Scanned { error: Some(error), ..Scanned::nothing() }
    }

    /// What stands between blocks.
    pub(super) fn aside(aside: Aside) -> Scanned {
        match aside {
            Aside::Passed(bytes, holes) => {
                Scanned { stats: Stats { bytes, ..Stats::default() }, holes, ..Scanned::nothing() }
            }
            Aside::Ended(source, notes) => Scanned { ended: Some((source, notes)), ..Scanned::nothing() },
            Aside::Broken { error, was_open } => Scanned { broken: Some((error, was_open)), ..Scanned::nothing() },
        }
    }

    fn nothing() -> Scanned {
        Scanned {
            batch: None,
            stats: Stats::default(),
            unread: Vec::new(),
            rejected: Rejected::default(),
            lines: 0,
            offsets: ColumnOffsets::default(),
            holes: Holes::default(),
            ended: None,
            broken: None,
            error: None,
        }
    }

    /// Whether it has neither rows nor an error.
    pub(super) fn is_empty(&self) -> bool {
        self.batch.is_none() && self.error.is_none()
    }
}

/// How much of the next block is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// Rows; one or more.
    pub(super) rows: u64,
    /// Records that could not be read, the first of a block.
    pub(super) unread: usize,
}

/// Reusable buffers of one thread.
#[derive(Debug)]
pub(super) struct Buffers {
    prescan: Prescan,
    rows: MatchedRows,
    /// Made when it is first needed.
    explainer: Option<Explainer>,
}

impl Buffers {
    pub(super) fn new(task: &Task) -> Buffers {
        Buffers { prescan: Prescan::new(), rows: MatchedRows::new(task), explainer: None }
    }

    /// The rows of the last block that are there but did not match.
    pub(super) fn missing(&self) -> &[usize] {
        self.rows.missing()
    }
}

impl Task {
    /// Scans the lines of a block, as far as they are asked for. What comes of it depends on the block alone.
    pub(super) fn scan_lines(&self, block: &Block<'_>, buffers: &mut Buffers, wanted: Wanted) -> Scanned {
        let mut dictionaries = Dictionaries::new();
        let scanned = self.scan_all_lines(block, buffers, &mut dictionaries, wanted.unread);
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
        if let Some(batch) = scanned.batch.take_if(|batch| batch.len() as u64 > wanted.rows) {
            scanned.batch = Some(batch.filter(|row| (row as u64) < wanted.rows));
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
        let mut tally = Tally::new(if keeps_all { usize::MAX } else { unread_wanted });
        let (batch, error) = match self.scan(block, Split::Lines, &mut tally, buffers, dictionaries) {
            Ok(scanned) => scanned,
            Err(interruption) => return Scanned::stopped(interruption),
        };
        let Counted { stats, offsets, holes, unread } = tally.end();
        let starts: Vec<u32> = unread.iter().map(|(record, _)| record.start).collect();
        let unread: Vec<_> = unread.into_iter().zip(origin::lines(block.bytes, &starts)).collect();
        Scanned {
            batch: Some(batch).filter(|batch| !batch.is_empty()),
            stats,
            rejected: self.rejected(block, &unread, buffers),
            unread: unread.iter().take(unread_wanted).map(|unread| Unread::new(self, block, unread)).collect(),
            lines: buffers.prescan.newlines + block.unseen_lines,
            offsets,
            holes,
            ended: None,
            broken: None,
            error,
        }
    }

    /// The records that could not be read, each with the line that it begins at, as they are asked for.
    fn rejected(&self, block: &Block<'_>, unread: &[((Record, Cause), i64)], buffers: &mut Buffers) -> Rejected {
        match self.options.rejects {
            Rejects::Rows if !unread.is_empty() => {
                let explainer = buffers.explainer.get_or_insert_with(|| Explainer::new(&self.pattern));
                Rejected::rows(self, block, unread, explainer)
            }
            Rejects::Bytes => Rejected::bytes(block, unread),
            Rejects::Rows | Rejects::Sample => Rejected::default(),
        }
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
    /// As [`Converting::run`].
    fn scan<'b>(
        &self,
        block: &Block<'b>,
        split: Split<'_>,
        tally: &mut Tally,
        Buffers { prescan, rows, .. }: &mut Buffers,
        dictionaries: &mut Dictionaries<'b>,
    ) -> Result<(Batch, Option<Error>)> {
        let stopped = Matching { task: self, block, split, tally, prescan, rows }.run();
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
