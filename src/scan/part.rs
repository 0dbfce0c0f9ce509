//! One pattern of several: it is given the lines of a block that no pattern before it took.
//!
//! A line is *taken* by a pattern that has another answer about it than that it does not match: it has a row, or is a failure. What is known of the
//! lines before any pattern is asked is in [`Lines`]; what a pattern makes of those that it is given is what a scan by this pattern alone makes of them.

use std::sync::Arc;

use parsimd_simd::Kernels;

use super::{
    block::Buffers,
    compiled::Compiled,
    converting::{Converting, Dictionaries},
    hint::{self, Hint},
    matching::Matching,
    mismatch::{Explainer, Mismatch},
    options::ScanOptions,
    origin,
    split::{Record, Split},
    stats::{ColumnOffsets, Tally},
    task::Task,
};
use crate::{
    batch::{Batch, Column, Schema},
    engine::program::{Program, Stop},
    error::{Error, Result},
    input::{Block, Cut, Holes},
};

/// The lines of a block. The buffers are reused from block to block.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    ends: Vec<u32>,
    records: Vec<Record>,
    newlines: u64,
    is_ascii: bool,
    /// Those that not every program may be given, in order, by number.
    others: Vec<(u32, Other)>,
}

/// Why a line is not given to every program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Other {
    /// It is UTF-8, and not ASCII: it may have a character that a program quits on.
    Utf8,
    /// It is too long, broken off or not UTF-8: each authority in turn must say what it is.
    Undecided,
}

impl Lines {
    /// Splits a block, and counts the lines, and the holes before them.
    pub(crate) fn split(&mut self, kernels: &Kernels, block: &Block<'_>, max_record_bytes: usize, tally: &mut Tally) {
        let bytes = block.bytes;
        self.ends.clear();
        self.records.clear();
        self.others.clear();
        self.is_ascii = kernels.newlines(bytes, &mut self.ends);
        self.newlines = self.ends.len() as u64;
        if !bytes.is_empty() && !bytes.ends_with(b"\n") {
            self.ends.push(bytes.len() as u32);
        }
        let mut holes = Holes::default();
        self.records.extend(Split::Lines.records(bytes, &self.ends, &mut holes));
        let is_too_long = |record: &Record| (record.end - record.start) as usize > max_record_bytes;
        let has_faults = block.fault.is_some() || bytes.len() > max_record_bytes;
        if !self.is_ascii || has_faults {
            for (number, record) in (0..).zip(&self.records) {
                let text = record.text(bytes);
                let other = match std::str::from_utf8(text) {
                    _ if block.fault.is_some() || is_too_long(record) => Other::Undecided,
                    Ok(text) if text.is_ascii() => continue,
                    Ok(_) => Other::Utf8,
                    Err(_) => Other::Undecided,
                };
                self.others.push((number, other));
            }
        }
        tally.skip(holes.at(block.offset));
        tally.see(self.records.len() as u64);
    }

    pub(crate) fn records(&self) -> &[Record] {
        &self.records
    }

    /// How many newlines the block has.
    pub(crate) fn newlines(&self) -> u64 {
        self.newlines
    }

    /// Where the lines end, each before its newline or where the block ends.
    pub(crate) fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// Where the line of this number begins in the block, with NUL bytes before its text.
    pub(crate) fn start(&self, number: usize) -> usize {
        number.checked_sub(1).map_or(0, |before| self.ends[before] as usize + 1)
    }

    /// What is to be known of a line that may not be given to every program.
    fn other(&self, number: u32) -> Option<Other> {
        self.others.binary_search_by_key(&number, |(of, _)| *of).ok().map(|at| self.others[at].1)
    }
}

/// Lines of a block that one pattern is asked about.
#[derive(Debug, Default)]
pub(crate) struct Given {
    lines: Vec<(Record, Stop)>,
    /// Reusable buffers.
    numbers: Vec<u32>,
    quits: Vec<u32>,
}

/// One pattern of several.
#[derive(Debug)]
pub(crate) struct Part(Task);

/// What became of the lines that a pattern was given.
#[derive(Debug)]
pub(crate) struct Parted {
    /// Its rows.
    pub(crate) batch: Batch,
    /// The number of the line of each row.
    pub(crate) numbers: Vec<u32>,
    /// How many lines matched, every value read.
    pub(crate) matched: u64,
    /// Which kinds of times its columns have.
    pub(crate) offsets: ColumnOffsets,
}

/// A matcher failed at the line of this number.
pub(crate) struct Broken {
    pub(crate) number: u64,
    pub(crate) error: Error,
}

/// A block, while its lines are given to one pattern after the other.
pub(crate) struct Parting<'p, 'b> {
    pub(crate) block: &'p Block<'b>,
    pub(crate) lines: &'p Lines,
    /// Which lines are taken, by number.
    pub(crate) taken: &'p mut [bool],
    pub(crate) tally: &'p mut Tally,
}

impl Part {
    /// A pattern with the options of its scan; and what is wrong with them.
    pub(crate) fn new(pattern: &Arc<Compiled>, options: ScanOptions) -> (Part, Option<Error>) {
        let (task, wrong) = Task::new(pattern, options);
        (Part(task), wrong)
    }

    pub(crate) fn schema(&self) -> &Arc<Schema> {
        &self.0.schema
    }

    pub(crate) fn kernels(&self) -> &Kernels {
        self.0.plan().kernels()
    }

    /// Whether it can be said why a line does not match.
    pub(crate) fn explains(&self) -> bool {
        self.0.explains()
    }

    pub(crate) fn explainer(&self) -> Explainer {
        Explainer::new(&self.0.pattern)
    }

    /// Why a line does not match, if that can be said, and how long the pattern is of which a part was matched.
    ///
    /// # Errors
    /// As [`Task::why`].
    pub(crate) fn why(&self, explainer: &mut Explainer, text: &[u8]) -> Result<Option<(Mismatch, usize)>> {
        Ok(self.0.why(explainer, text)?.map(|mismatch| (mismatch, self.0.pattern.format.text.len())))
    }

    /// What would match a text that does not, as `why` says, if that is known.
    pub(crate) fn hint(&self, why: &Mismatch, text: &str) -> Option<Hint> {
        hint::hint(&self.0.pattern, why, text)
    }

    pub(crate) fn cut(&self) -> Cut<'_> {
        self.0.cut()
    }

    /// The number of the column that has the numbers of lines, if there is one.
    pub(crate) fn line_column(&self) -> Option<usize> {
        self.0.line_column()
    }

    /// How many columns it has before those that say where records came from.
    pub(crate) fn fields(&self) -> usize {
        self.0.columns().len()
    }

    pub(crate) fn buffers(&self) -> Buffers {
        Buffers::new(&self.0)
    }

    /// The columns that say where records came from, for these lines.
    ///
    /// # Errors
    /// As [`origin::columns`].
    pub(crate) fn origins(&self, block: &Block<'_>, starts: &[u32]) -> Result<Vec<Column>> {
        origin::columns(&self.0.options.include, block, starts)
    }

    /// Scans the lines among the `candidates` that are not taken yet, and takes those that it has an answer about. The candidates are numbers of lines in
    /// order: of those that the program may be given, or that are ASCII, all that may match; `None` is all lines.
    ///
    /// # Errors
    /// The outer one is that of [`Converting::run`], or of the columns that say where records came from. The inner one is a line at which a matcher fails:
    /// nothing is known of the lines after it.
    pub(crate) fn scan<'b>(
        &self,
        candidates: Option<&[u32]>,
        parting: &mut Parting<'_, 'b>,
        given: &mut Given,
        Buffers { prescan, rows, .. }: &mut Buffers,
        dictionaries: &mut Dictionaries<'b>,
    ) -> Result<Result<Option<Parted>, Broken>> {
        self.choose(candidates, parting, given);
        if given.lines.is_empty() {
            return Ok(Ok(None));
        }
        let Parting { block, lines, taken, tally } = parting;
        let (task, mut failed) = (&self.0, Vec::new());
        let matching = Matching { task, block, split: Split::Lines, tally, prescan, rows };
        if let Some((Record { number, .. }, error)) = matching.run_given(&given.lines, lines.is_ascii, &mut failed) {
            return Ok(Err(Broken { number, error }));
        }
        for (record, cause) in failed {
            taken[record.number as usize] = true;
            tally.unread(record, &cause);
        }
        let numbers = rows.numbers();
        numbers.iter().for_each(|&number| taken[number as usize] = true);
        let (all, failures) = (numbers.len() as u64, tally.failures());
        let (batch, error) = Converting { task, block, tally, rows, dictionaries }.run()?;
        error.map_or(Ok(()), Err)?;
        let matched = all - (tally.failures() - failures);
        let numbers = if rows.len() == numbers.len() { numbers } else { rows.numbers() };
        Ok(Ok(Some(Parted { batch, numbers, matched, offsets: tally.take_offsets() })))
    }

    /// Chooses the lines to be given to the program, or to be asked about.
    fn choose(&self, candidates: Option<&[u32]>, parting: &Parting<'_, '_>, given: &mut Given) {
        let Parting { block, lines, taken, .. } = parting;
        let Given { lines: chosen, numbers, quits } = given;
        chosen.clear();
        let program = self.0.program();
        let stop = if program.is_some() { Stop::NOWHERE } else { Stop::UNDECIDED };
        let free = |number: &u32| !taken[*number as usize];
        let record = |number: u32| lines.records[number as usize];
        let Some(candidates) = candidates else {
            let free = (0..lines.records.len() as u32).filter(free);
            chosen.extend(free.map(|number| match lines.other(number) {
                Some(other) => (record(number), self.stop(other, record(number), block, quits)),
                None => (record(number), stop),
            }));
            return;
        };
        if lines.others.is_empty() {
            chosen.extend(candidates.iter().copied().filter(free).map(|number| (record(number), stop)));
            return;
        }
        numbers.clear();
        numbers.extend(candidates.iter().chain(lines.others.iter().map(|(number, _)| number)));
        numbers.sort_unstable();
        numbers.dedup();
        for number in numbers.iter().copied().filter(free) {
            let stop = match lines.other(number) {
                None => stop,
                Some(other) => match self.stop(other, record(number), block, quits) {
                    Stop::NOWHERE if candidates.binary_search(&number).is_err() => continue,
                    stop => stop,
                },
            };
            chosen.push((record(number), stop));
        }
    }

    /// Where the walk through a line stops that may not be given to every program.
    fn stop(&self, other: Other, record: Record, block: &Block<'_>, quits: &mut Vec<u32>) -> Stop {
        match (other, self.0.program()) {
            (Other::Utf8, Some(program)) if !self.quits(program, record.text(block.bytes), quits) => Stop::NOWHERE,
            _ => Stop::UNDECIDED,
        }
    }

    /// Whether a text has a character that the program quits on.
    fn quits(&self, program: &Program, text: &[u8], quits: &mut Vec<u32>) -> bool {
        let plan = self.0.plan();
        plan.quit_set(program).find(plan.kernels(), text, quits);
        !quits.is_empty()
    }
}
