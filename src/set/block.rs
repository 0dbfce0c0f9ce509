//! One block: its lines are split once, and given to one pattern after the other.
//!
//! A record at which the scan stops, be it that a matcher fails there, that it is the first that cannot be read of a scan that raises, or that it has the last
//! row, is known only after some patterns were asked about lines after it. Then the block is scanned again up to there, so that nothing after it is seen.

use std::sync::Arc;

use super::{
    anchors::Candidates,
    named::Named,
    table::{Missing, Table},
};
use crate::{
    api::Pattern,
    batch::{Batch, Schema},
    error::{Error, Result},
    failure::FailureKind,
    input::{Block, Cut, Fault},
    limits,
    scan::{
        BlockScanner, BlockTask, Broken, Buffers, Cause, ColumnOffsets, Counted, Dictionaries, Explainer, Explainers,
        Explains, Given, Hint, Lines, Matches, OnError, Part, Parted, Parting, Predicate, Record, Rejects, ScanOptions,
        Scanned, Tally, Wanted, Why,
    },
};

/// The patterns and the options of a scan.
#[derive(Debug)]
pub(super) struct SetTask {
    set: Arc<Named>,
    parts: Vec<Part>,
    on_error: OnError,
    max_record_bytes: usize,
    rejects: Rejects,
    /// Where all rows become one table.
    table: Option<Table>,
    /// The columns that notes are about, and where those of each pattern begin.
    noted: Arc<Schema>,
    first_noted: Vec<usize>,
}

/// What is to become of the rows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form<'c> {
    /// A batch for each pattern.
    Batches,
    /// One table, of what is chosen of each pattern; of none, everything.
    Table(&'c [Chosen]),
}

/// What of the rows of one pattern goes into the table. Numbers are those of fields, as in [`ScanOptions`].
#[derive(Debug, Clone, Default)]
pub(crate) struct Chosen {
    /// The columns; `None` is all.
    pub(crate) columns: Option<Vec<usize>>,
    /// What the rows must satisfy. A line whose row is left out is of the pattern all the same: it does not go on to the next.
    pub(crate) filter: Vec<(usize, Predicate)>,
}

impl Form<'_> {
    fn chosen(&self, pattern: usize) -> Chosen {
        match self {
            Form::Table(chosen) => chosen.get(pattern).cloned().unwrap_or_default(),
            Form::Batches => Chosen::default(),
        }
    }
}

impl SetTask {
    /// The task, with the options up to what is wrong with them; and that.
    pub(super) fn new(set: &Arc<Named>, mut options: ScanOptions, form: Form<'_>) -> (SetTask, Option<Error>) {
        let mut wrong = wrong_options(&options);
        options = options.without_fields();
        options.multiline = false;
        options.skip_filtered = false;
        if options.matches == Matches::All {
            options.matches = Matches::Line;
        }
        let (on_error, max_record_bytes) = (options.on_error, options.max_record_bytes.min(limits::BLOCK_BYTES_MOST));
        // What becomes of a record that no pattern takes is no question to one of them.
        options.on_error = if on_error == OnError::Null { OnError::Null } else { OnError::Skip };
        let mut parts = Vec::new();
        for (number, (name, pattern)) in set.patterns.iter().enumerate() {
            let Chosen { columns, filter } = form.chosen(number);
            let (part, wrong_with_part) = Part::new(&pattern.0, ScanOptions { columns, filter, ..options.clone() });
            wrong = wrong.or_else(|| wrong_with_part.map(|error| Error::column(format!("pattern {name:?}: {error}"))));
            parts.push(part);
        }
        let named = set.patterns.iter().map(|(name, _)| name.as_str()).zip(&parts);
        let table = matches!(form, Form::Table(_)).then(|| {
            let table = Table::new(named.clone().map(|(name, part)| (name, &**part.schema(), part.fields())));
            table.unwrap_or_else(|error| {
                wrong.get_or_insert(error);
                Table::empty()
            })
        });
        let (mut columns, mut first_noted) = (Vec::new(), Vec::new());
        for (pattern, part) in named {
            first_noted.push(columns.len());
            columns.extend(part.schema().columns().map(|(name, kind)| (format!("{pattern}.{name}"), kind)));
        }
        let noted = table
            .as_ref()
            .map_or_else(|| Arc::new(Schema::new(columns.into_iter())), |table| Arc::clone(&table.schema));
        (
            SetTask {
                set: Arc::clone(set),
                parts,
                on_error,
                max_record_bytes,
                rejects: options.rejects,
                table,
                noted,
                first_noted,
            },
            wrong,
        )
    }

    fn raises(&self) -> bool {
        self.on_error == OnError::Raise
    }

    /// Whether records that no pattern takes have rows.
    fn has_missing(&self) -> bool {
        self.table.is_some() && self.on_error == OnError::Null
    }
}

/// What is wrong with the options of a scan by several patterns, if something is.
fn wrong_options(options: &ScanOptions) -> Option<Error> {
    let why = if options.multiline {
        "records of several lines (multiline) are for a scan of one pattern: several may see different records"
    } else if options.matches == Matches::All {
        "all matches of a record (match=\"all\") are for a scan of one pattern: a record goes to one pattern, with its line or its first match"
    } else if options.chooses_columns() {
        "columns are chosen in a scan of one pattern: give the fields that are not wanted no names"
    } else if options.filters() {
        "a filter is for a scan of one pattern: several have different fields"
    } else {
        return None;
    };
    Some(Error::options(why))
}

impl Explains for SetTask {
    fn rejects(&self) -> Rejects {
        self.rejects
    }

    fn explains(&self) -> bool {
        self.parts[0].explains()
    }

    fn explainers(&self) -> Vec<Explainer> {
        self.parts.iter().map(Part::explainer).collect()
    }

    /// That of the pattern of which the largest share was matched, and of several the first.
    fn why(&self, explainers: &mut [Explainer], text: &[u8]) -> Result<Option<Why>> {
        let mut furthest: Option<(usize, usize, Why)> = None;
        for (((name, _), part), explainer) in self.set.patterns.iter().zip(&self.parts).zip(explainers) {
            let Some((mismatch, all)) = part.why(explainer, text)? else { continue };
            let matched = mismatch.matched;
            if furthest.as_ref().is_none_or(|(most, of, _)| matched * of > most * all) {
                furthest = Some((matched, all, Why { pattern: Some(name.clone()), mismatch }));
            }
        }
        Ok(furthest.map(|(.., why)| why))
    }

    fn hint(&self, why: &Why, text: &str) -> Option<Hint> {
        let is_of = |(name, _): &(String, Pattern)| Some(name) == why.pattern.as_ref();
        let number = self.set.patterns.iter().position(is_of)?;
        self.parts[number].hint(&why.mismatch, text)
    }
}

impl BlockTask for SetTask {
    fn scanner(self: Arc<Self>) -> Box<dyn BlockScanner> {
        let buffers = self.parts.iter().map(Part::buffers).collect();
        Box::new(SetScanner {
            task: self,
            lines: Lines::default(),
            candidates: Candidates::default(),
            taken: Vec::new(),
            given: Given::default(),
            buffers,
            explainers: Explainers::default(),
        })
    }

    fn cut(&self) -> Cut<'_> {
        Cut { stops: self.raises(), ..self.parts[0].cut() }
    }

    fn schema(&self, pattern: usize) -> &Arc<Schema> {
        self.table.as_ref().map_or_else(|| self.parts[pattern].schema(), |table| &table.schema)
    }

    fn line_column(&self, pattern: usize) -> Option<usize> {
        let column = self.parts[pattern].line_column()?;
        Some(self.table.as_ref().map_or(column, |table| table.place(pattern, column)))
    }

    fn noted_columns(&self) -> &Schema {
        &self.noted
    }
}

/// Scans blocks by several patterns.
#[derive(Debug)]
struct SetScanner {
    task: Arc<SetTask>,
    lines: Lines,
    candidates: Candidates,
    /// Which lines were taken by a pattern, by number.
    taken: Vec<bool>,
    given: Given,
    /// Those of each pattern.
    buffers: Vec<Buffers>,
    explainers: Explainers,
}

/// What became of the lines of a block, or of the first of them.
struct Pass {
    /// The rows of each pattern, if it was asked.
    parted: Vec<Option<Parted>>,
    counted: Counted,
    /// Where the scan must stop before the end of these lines.
    stop: Option<Stop>,
}

/// A line at which a scan stops.
struct Stop {
    number: usize,
    /// How many bytes of the block were seen.
    bytes: usize,
    why: Ending,
}

enum Ending {
    /// Nobody knows what the record is: a matcher failed.
    Matcher(Error),
    /// It cannot be read, and the scan raises.
    Unread(Record, Cause),
}

impl BlockScanner for SetScanner {
    fn scan(&mut self, block: &Block<'_>, wanted: Wanted) -> Scanned {
        let mut dictionaries: Vec<_> = self.buffers.iter().map(|_| Dictionaries::new()).collect();
        self.scan_wanted(block, &mut dictionaries, wanted).unwrap_or_else(Scanned::stopped)
    }
}

/// The first bytes of a block.
fn up_to<'b>(block: &Block<'b>, end: usize) -> Block<'b> {
    let extent = if end == block.bytes.len() { block.extent } else { end as u64 };
    Block { bytes: &block.bytes[..end], extent, ..*block }
}

impl SetScanner {
    /// Scans a block as far as it is asked for.
    ///
    /// # Errors
    /// [`Error::is_interruption`]: the block is to be scanned again. Any other ends the scan before the block.
    fn scan_wanted<'b>(
        &mut self,
        block: &Block<'b>,
        dictionaries: &mut [Dictionaries<'b>],
        wanted: Wanted,
    ) -> Result<Scanned> {
        let (mut seen, mut stop) = (up_to(block, block.bytes.len()), None);
        let mut pass = self.pass(&seen, dictionaries, wanted)?;
        while let Some(next) = pass.stop.take() {
            seen = up_to(block, self.lines.start(next.number));
            pass = self.pass(&seen, dictionaries, wanted)?;
            stop = Some(next);
        }
        if let Some(number) = self.last_wanted(&pass, wanted.rows) {
            stop = None;
            let end = self.lines.start(number as usize + 1).min(seen.bytes.len());
            if end < seen.bytes.len() {
                seen = up_to(block, end);
                pass = self.pass(&seen, dictionaries, wanted)?;
            }
        }
        let batches = self.batches(&seen, &pass)?;
        let Pass { parted, counted: Counted { mut stats, holes, mut unread, .. }, .. } = pass;
        stats.matched_by_pattern =
            parted.iter().map(|parted| parted.as_ref().map_or(0, |parted| parted.matched)).collect();
        stats.bytes = stop.as_ref().map_or(seen.extent, |stop| stop.bytes as u64);
        let error = stop.map(|stop| match stop.why {
            Ending::Matcher(error) => error,
            Ending::Unread(record, cause) => {
                stats.records += 1;
                match cause.kind {
                    FailureKind::NoMatch => stats.unmatched += 1,
                    _ => stats.failures += 1,
                }
                let error = self.task.explained(cause.clone(), record.text(block.bytes)).error(block, record);
                unread.push((record, cause));
                error
            }
        });
        let (unread, rejected) = self.explainers.keep(&*self.task, block, unread, wanted.unread);
        let (offsets, lines) = (self.offsets(&parted), self.lines.newlines() + seen.unseen_lines);
        Ok(Scanned { batches, stats, unread, rejected, lines, holes, offsets, error, ..Scanned::nothing() })
    }

    /// Which kinds of times the columns have that notes are about.
    fn offsets(&self, parted: &[Option<Parted>]) -> ColumnOffsets {
        let mut offsets = ColumnOffsets::default();
        for (pattern, parted) in parted.iter().enumerate() {
            let Some(parted) = parted else { continue };
            offsets.merge(&parted.offsets, |column| match &self.task.table {
                Some(table) => table.place(pattern, column),
                None => self.task.first_noted[pattern] + column,
            });
        }
        offsets
    }

    /// Gives the lines of a block to one pattern after the other, up to one at which a matcher fails.
    ///
    /// # Errors
    /// As [`Part::scan`].
    fn pass<'b>(&mut self, block: &Block<'b>, dictionaries: &mut [Dictionaries<'b>], wanted: Wanted) -> Result<Pass> {
        let SetScanner { task, lines, candidates, taken, given, buffers, .. } = self;
        let kept = if task.rejects == Rejects::Sample { wanted.unread } else { usize::MAX };
        let mut tally = Tally::new(if task.raises() { kept.max(1) } else { kept });
        lines.split(task.parts[0].kernels(), block, task.max_record_bytes, &mut tally);
        taken.clear();
        taken.resize(lines.records().len(), false);
        task.set.anchors.find(task.parts[0].kernels(), block.bytes, lines.ends(), candidates);
        let (mut parted, mut stop) = (Vec::new(), None);
        for (number, part) in task.parts.iter().enumerate() {
            let mut parting = Parting { block, lines, taken, tally: &mut tally };
            let candidates = candidates.of(&task.set.anchors, number);
            let scanned =
                part.scan(candidates, &mut parting, given, &mut buffers[number], &mut dictionaries[number])?;
            match scanned {
                Ok(rows) => parted.push(rows),
                Err(Broken { error, .. }) if error.is_interruption() => return Err(error),
                Err(Broken { number, error }) => {
                    let (number, why) = (number as usize, Ending::Matcher(error));
                    stop = Some(Stop { number, bytes: lines.records()[number].start as usize, why });
                    break;
                }
            }
        }
        for (record, _) in lines.records().iter().zip(&*taken).filter(|(_, is_taken)| !**is_taken) {
            tally.unread(*record, &Cause::NO_MATCH);
        }
        let counted = tally.end();
        if task.raises() && stop.is_none() {
            // What breaks the input off ends the scan by itself.
            let raised = counted.unread.first().filter(|(_, cause)| cause.kind != FailureKind::Truncated);
            stop = raised.map(|(record, cause)| {
                let bytes = match cause.kind {
                    FailureKind::TooLong => record.start as usize + task.max_record_bytes + 1,
                    _ => record.end as usize,
                };
                Stop { number: record.number as usize, bytes, why: Ending::Unread(*record, cause.clone()) }
            });
        }
        Ok(Pass { parted, counted, stop })
    }

    /// The number of the line that has the last row that is asked for, if there are as many.
    fn last_wanted(&self, pass: &Pass, rows: u64) -> Option<u32> {
        let last = usize::try_from(rows - 1).ok()?;
        let missing = self.missing(pass);
        let numbers = pass.parted.iter().flatten().flat_map(|parted| &parted.numbers).chain(&missing);
        let mut numbers: Vec<u32> = if last < self.taken.len() { numbers.copied().collect() } else { return None };
        (last < numbers.len()).then(|| *numbers.select_nth_unstable(last).1)
    }

    /// The lines that have a row of nulls, in order: those that can be read by no pattern. One that the input broke off in has none.
    fn missing(&self, pass: &Pass) -> Vec<u32> {
        if !self.task.has_missing() {
            return Vec::new();
        }
        let mut is_row = vec![false; self.taken.len()];
        let numbers = pass.parted.iter().flatten().flat_map(|parted| &parted.numbers);
        numbers.for_each(|&number| is_row[number as usize] = true);
        (0..).zip(is_row).filter(|(_, is_row)| !is_row).map(|(number, _)| number).collect()
    }

    /// The batches of the block.
    fn batches(&self, block: &Block<'_>, pass: &Pass) -> Result<Vec<(usize, Batch)>> {
        let Some(table) = &self.task.table else {
            let batches = pass.parted.iter().enumerate();
            let batches = batches.filter_map(|(number, parted)| Some((number, parted.as_ref()?.batch.clone())));
            return Ok(batches.filter(|(_, batch)| !batch.is_empty()).collect());
        };
        let is_cut = block.fault == Some(Fault::BrokenOff) && block.bytes.len() <= self.task.max_record_bytes;
        let numbers = if is_cut { Vec::new() } else { self.missing(pass) };
        let starts: Vec<u32> = numbers.iter().map(|&number| self.lines.records()[number as usize].start).collect();
        let origins = self.task.parts[0].origins(block, &starts)?;
        let batch = table.batch(&pass.parted, &Missing { numbers, origins })?;
        Ok(if batch.is_empty() { Vec::new() } else { vec![(0, batch)] })
    }
}
