//! [`Scan`]: the lines of an input, in batches of rows.
//!
//! Each line is a record, or, with [`ScanOptions::multiline`], some lines are: without its newline, without a `\r` before that, and without NUL bytes before its text. The last may lack its newline;
//! after a newline that ends the input there is no record, and NUL bytes are none either. Each record is counted as exactly one of three: *matched*,
//! with every value read; *unmatched*; or *failed*, for one of the other reasons of [`FailureKind`](crate::FailureKind).
//!
//! A scan keeps what it was given and what it read ahead: an error, a limit or a caller that puts batches back lose nothing.

use std::{
    collections::{HashMap, VecDeque},
    mem,
    num::NonZeroUsize,
    sync::Arc,
    time::Instant,
};

use super::{
    block::{BlockTask, Scanned, Wanted},
    compiled::Compiled,
    options::{OnError, ScanOptions},
    reasons::{self, By, Reason, ReasonGroup},
    rejects::Rejected,
    stats::{ColumnOffsets, Stats},
    task::Task,
    unread::{Explains, Unmatched, Unread},
    wave::WAVE,
    workers::Workers,
};
use crate::{
    batch::{Batch, Schema},
    error::{Error, Result},
    input::{Aside, Holes, Input},
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
    /// The first records that could not be read.
    unread: Vec<Unread>,
    /// All of them that nobody has taken, where they are asked for.
    rejected: Rejected,
    /// How far the source that is read was handed out, and those that it takes turns with.
    place: Place,
    others: HashMap<usize, Place>,
    /// The number of that source.
    turn: usize,
    offsets: ColumnOffsets,
    /// How many rows may still be given.
    rows_left: u64,
    without_match: WithoutMatch,
    /// How many sources were read to their end, and what was wrong with the last that could not.
    sources_read: u64,
    broken: Option<Error>,
    /// What ends the scan, once the rows before it were given.
    error: Option<Error>,
    ended: bool,
}

/// How far a source that has not ended was handed out.
#[derive(Debug, Default)]
struct Place {
    lines: u64,
    holes: Holes,
    records: u64,
    /// How many of them matched, or may have matched, for all that is known.
    matched: u64,
}

/// The sources that were read to their end and have records, but not one that matched. Where a filter has left records out, nobody knows.
#[derive(Debug, Default)]
pub(crate) struct WithoutMatch {
    /// The first of them, with how many records each has.
    pub(crate) first: Vec<(Arc<str>, u64)>,
    pub(crate) count: usize,
}

impl WithoutMatch {
    /// How many are kept.
    const KEPT: usize = 3;

    /// Takes in a source that has ended.
    fn add(&mut self, source: &Arc<str>, place: &Place) {
        if place.records == 0 || place.matched > 0 {
            return;
        }
        self.count += 1;
        if self.first.len() < Self::KEPT {
            self.first.push((Arc::clone(source), place.records));
        }
    }
}

/// How many threads may scan, how many rows are wanted, and whether a source that cannot be read ends the scan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    threads: Option<NonZeroUsize>,
    rows: u64,
    stops: bool,
}

impl Extent {
    pub(crate) fn of(options: &ScanOptions) -> Extent {
        // Which block has the last row is known only when those before it were scanned.
        let threads = if options.limit.is_some() { Some(NonZeroUsize::MIN) } else { options.threads };
        Extent { threads, rows: options.limit.unwrap_or(u64::MAX), stops: options.on_error == OnError::Raise }
    }
}

impl<'a> Blocks<'a> {
    /// With something `wrong`, its first call is that error.
    pub(crate) fn new(
        task: Arc<dyn BlockTask>,
        mut input: Input<'a>,
        Extent { threads, rows: rows_left, stops }: Extent,
        wrong: Option<Error>,
    ) -> Blocks<'a> {
        if !stops {
            input.skip_broken();
        }
        Blocks {
            task,
            input,
            workers: Workers::new(threads),
            ready: VecDeque::new(),
            held: VecDeque::new(),
            stats: Stats::default(),
            unread: Vec::new(),
            rejected: Rejected::default(),
            place: Place::default(),
            others: HashMap::new(),
            turn: 0,
            offsets: ColumnOffsets::default(),
            rows_left,
            without_match: WithoutMatch::default(),
            sources_read: 0,
            broken: None,
            error: wrong,
            ended: false,
        }
    }
}

impl Blocks<'_> {
    /// Itself, unless its first call would say that options are wrong.
    ///
    /// # Errors
    /// That error.
    pub(crate) fn checked(mut self) -> Result<Self> {
        self.error.take().map_or(Ok(self), Err)
    }

    /// What was seen so far.
    pub(crate) fn stats(&self) -> &Stats {
        &self.stats
    }

    /// The sources of which not one record matched.
    #[cfg(feature = "cli")]
    pub(crate) fn without_match(&self) -> &WithoutMatch {
        &self.without_match
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
        if self.ended {
            // Who keeps the scan for its statistics keeps neither what it was of nor what it was read into.
            self.input = Input::shared(Vec::new());
            self.workers = Workers::new(Some(NonZeroUsize::MIN));
        }
        batch
    }

    /// Why records could not be read.
    pub(crate) fn reasons(&self) -> Result<Vec<Reason>> {
        Ok(self.reason_groups(By::Found)?.into_iter().map(|group| group.reason).collect())
    }

    fn reason_groups(&self, by: By) -> Result<Vec<ReasonGroup>> {
        reasons::group(&self.explains(), &self.unread, [self.stats.unmatched, self.stats.failures], by)
    }

    /// Where there were records and not one matched, the first, if it can be said why it does not.
    pub(crate) fn none_matched(&self) -> Option<Unmatched> {
        let is_none = self.stats.records > 0 && self.stats.records == self.stats.unmatched;
        self.unread.first().filter(|_| is_none)?.unmatched(&self.explains())
    }

    fn explains(&self) -> Arc<dyn Explains> {
        // The same, as what explains alone.
        Arc::<dyn BlockTask>::clone(&self.task)
    }

    /// The records that could not be read and that nobody has taken.
    pub(crate) fn rejected(&mut self) -> &mut Rejected {
        &mut self.rejected
    }

    /// Keeps the first records that could not be read, of the next block.
    fn keep_unread(&mut self, unread: Vec<Unread>) {
        let room = limits::UNREAD_KEPT - self.unread.len();
        let (records, lines) = (self.stats.records, self.place.lines);
        self.unread.extend(unread.into_iter().take(room).map(|one| one.after(records, lines)));
        let failures = &mut self.stats.first_failures;
        let kept = self.unread.iter().take(limits::FAILURES_KEPT).skip(failures.len());
        failures.extend(kept.map(|unread| unread.failure().clone()));
    }

    /// Takes in what the input tells between two blocks.
    fn heed(&mut self, aside: Aside) {
        match aside {
            // Its bytes and holes are counted as those of a block.
            Aside::Passed(..) => {}
            Aside::Ended(source, notes) => {
                let place = mem::take(&mut self.place);
                self.without_match.add(&source, &place);
                let notes = place.holes.note().into_iter().chain(notes);
                self.stats.notes.extend(notes.map(|note| format!("{source}: {note}")));
                self.sources_read += 1;
            }
            Aside::Broken { error, was_open } => {
                self.sources_read -= u64::from(was_open);
                self.stats.source_errors.push(error.to_string());
                self.broken = Some(error);
            }
            Aside::Turn(number) => {
                let place = self.others.remove(&number).unwrap_or_default();
                let last = mem::replace(&mut self.place, place);
                self.others.insert(mem::replace(&mut self.turn, number), last);
            }
            Aside::Note(note) => self.stats.notes.push(note),
        }
    }

    fn next_batch(&mut self, end: Option<Instant>) -> Result<Option<(usize, Batch)>> {
        loop {
            if let Some(error) = self.error.take() {
                return Err(error);
            }
            while let Some(scanned) = self.ready.pop_front() {
                let Scanned { batches, stats, unread, rejected, lines, offsets, holes, aside, error } = scanned;
                let lines_before = self.place.lines;
                self.error = error.map(|error| error.after_records(self.stats.records).after_lines(lines_before));
                self.keep_unread(unread);
                self.rejected.add(rejected, lines_before);
                self.place.records += stats.records;
                self.place.matched += stats.matched + stats.filtered;
                self.stats.add(stats);
                self.offsets.add(offsets, self.task.noted_columns(), &mut self.stats.notes);
                self.place.holes.append(holes);
                self.place.lines += lines;
                if let Some(aside) = aside {
                    self.heed(aside);
                }
                for (pattern, mut batch) in batches {
                    if let Some(column) = self.task.line_column(pattern) {
                        batch.add(column, lines_before as i64);
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
            let wanted = Wanted { rows: self.rows_left, unread: limits::UNREAD_KEPT.saturating_sub(self.unread.len()) };
            let is_over = self.workers.scan_wave(&self.task, wanted, &mut self.input, &mut self.ready);
            if is_over && self.ready.is_empty() {
                // Where nothing at all could be read, there is no answer.
                return self.broken.take().filter(|_| self.sources_read == 0).map_or(Ok(None), Err);
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
#[must_use = "nothing is read before its first batch is asked for"]
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

    pub(crate) fn checked(self) -> Result<Scan<'a>> {
        Ok(Scan { blocks: self.blocks.checked()? })
    }
}

impl Scan<'_> {
    /// What was seen so far.
    pub fn stats(&self) -> &Stats {
        self.blocks.stats()
    }

    /// The sources of which not one record matched.
    #[cfg(feature = "cli")]
    pub(crate) fn without_match(&self) -> &WithoutMatch {
        self.blocks.without_match()
    }

    /// The names and types of the columns.
    pub fn schema(&self) -> &Arc<Schema> {
        self.blocks.schema(0)
    }

    /// Why records could not be read: the reasons, the most frequent first, each with how many records it has and the first of them. Of two that are as
    /// frequent, that of the earlier record is first.
    ///
    /// Records that do not match are told apart by what the pattern expected, after which field, and by the shape of what stood there: runs of letters
    /// are alike, and runs of digits. Others are told apart by their kind, their field and their reason without the text in it. The reasons are those
    /// of the first [`limits::UNREAD_KEPT`] records that could not be read; of more, the counts are estimates, and say so. After
    /// [`limits::REASONS_GIVEN`] reasons, one without an example has the rest. The counts of all are `unmatched + failures` of [`stats`](Self::stats).
    ///
    /// Nothing is explained before this is called: it takes some milliseconds.
    ///
    /// ```
    /// let mut scan = parsimd::Pattern::new("{level:w}: {ms:d} ms")?.scan(b"info: 12 ms\nwarn: - ms\nnoise\ninfo: ? ms\nwarn: - ms\n");
    /// scan.read_all()?;
    /// let reasons: Vec<String> = scan.reasons()?.iter().map(ToString::to_string).collect();
    /// assert_eq!(reasons[0], r#"2 lines: expected {ms:d} after {level:w}, found "-""#);
    /// assert_eq!(reasons.len(), 3);
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::is_external`]: an external matcher was asked, and could not answer.
    pub fn reasons(&self) -> Result<Vec<Reason>> {
        self.blocks.reasons()
    }

    /// The same by what was expected and after which field alone, with all that stood there.
    ///
    /// # Errors
    /// As [`reasons`](Self::reasons).
    #[cfg(feature = "cli")]
    pub(crate) fn reasons_by_expected(&self) -> Result<Vec<ReasonGroup>> {
        self.blocks.reason_groups(By::Expected)
    }

    /// Where there were records and not one matched, the first, if it can be said why it does not.
    pub(crate) fn none_matched(&self) -> Option<Unmatched> {
        self.blocks.none_matched()
    }

    /// The records that could not be read, of the blocks whose rows were given by now, and that it has not given: with [`Rejects::Rows`](crate::Rejects::Rows),
    /// else there are none. They are in the order of the input, and as many as [`stats`](Self::stats) counts as unmatched and as failures.
    ///
    /// The columns are `file`, the name of the source; `line`, from 1; `offset`, in bytes of the source; `kind`, as [`FailureKind::name`](crate::FailureKind::name)
    /// has it; `field`, or null; `reason`, with what the pattern expected; and `text`, the whole record, in which what is not UTF-8 is replaced
    /// by U+FFFD. Of a record that is too long the text is its beginning.
    ///
    /// They are kept until they are taken. Whoever reads a large input takes them after each batch.
    ///
    /// ```
    /// let options = parsimd::ScanOptions::new().rejects(parsimd::Rejects::Rows);
    /// let input = parsimd::Input::bytes(b"1\nx\n2\n");
    /// let mut scan = parsimd::Pattern::new("{n:d}")?.scan_input(input, options);
    /// scan.read_all()?;
    /// let rejects = scan.take_rejects()?;
    /// let reason = rejects.column("reason").map(|column| column.get(0));
    /// assert_eq!(reason, Some(parsimd::Cell::Text(r#"expected {n:d}, found "x""#)));
    /// assert_eq!(scan.take_rejects()?.len(), 0);
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`is_limit`](crate::Error::is_limit): their text passes 2 GiB. They stay, and are not to be had: take them more often.
    pub fn take_rejects(&mut self) -> Result<Batch> {
        self.blocks.rejected().take_batch()
    }

    /// As [`take_rejects`](Self::take_rejects), with [`Rejects::Bytes`](crate::Rejects::Bytes): the records as they stand in the input, decompressed, to be
    /// scanned once more. Each ends with its newline, and the last of a source gets one if it has none. Of a record that is too long it is the beginning, and `\n`.
    pub fn take_rejected_bytes(&mut self) -> Vec<u8> {
        self.blocks.rejected().take_bytes()
    }

    /// The rest of the input as one batch.
    ///
    /// Where that fails nothing is lost: the batches that came before the error are still to be had, by `next` or by `read_all`; after them the scan is at
    /// its end.
    ///
    /// ```
    /// let options = parsimd::ScanOptions::new().on_error(parsimd::OnError::Raise);
    /// let input = parsimd::Input::bytes(b"1\n2\nx\n");
    /// let mut scan = parsimd::Pattern::new("{n:d}")?.scan_input(input, options);
    /// assert!(scan.read_all().is_err());
    /// assert_eq!(scan.read_all()?.len(), 2);
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    ///
    /// # Errors
    /// From the input; from a wrong [`ScanOptions`]; from a record, with [`OnError::Raise`]; [`is_limit`](crate::Error::is_limit) when the text of a column passes 2 GiB,
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
