//! The fields of a block's rows → columns, a field at a time.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use parsimd_simd::Span;

use super::{
    matching::MatchedRows,
    options::{OnError, Predicate},
    origin,
    split::Record,
    stats::{Cause, Tally},
    task::Task,
};
use crate::{
    batch::{Batch, Column, Strings, Values},
    convert::{self, Converted, Dictionary, OffsetsSeen},
    engine::captures::ABSENT,
    error::{Error, Result},
    input::Block,
    limits,
    pattern::Field,
};

/// The rows of one block, while they are converted.
pub(super) struct Converting<'c, 'b> {
    pub(super) task: &'c Task,
    pub(super) block: &'c Block<'b>,
    pub(super) tally: &'c mut Tally,
    pub(super) rows: &'c mut MatchedRows,
    pub(super) dictionaries: &'c mut Dictionaries<'b>,
}

/// By number of the field, what the caller's own functions made of the texts of a block. Rows are converted more than once where some fall out; a
/// function is not called again.
pub(crate) type Dictionaries<'b> = BTreeMap<usize, Dictionary<'b>>;

/// The columns of a block.
#[derive(Default)]
struct Columns {
    columns: Vec<Column>,
    /// The kinds of the times of each.
    offsets: Vec<OffsetsSeen>,
    /// The rows that have an error, in order, each with its first.
    errors: Vec<(usize, Cause)>,
}

/// The rows in which the field has no text, or one that stands for no value, in order.
fn null_rows(field: &Field, block: &[u8], spans: &[Span]) -> Vec<usize> {
    let has_nulls = field.nulls().is_some();
    if !has_nulls && !spans.contains(&ABSENT) {
        return Vec::new();
    }
    let is_null = |span: &Span| match has_nulls {
        true => span.of(block).is_none_or(|text| field.is_null(text)),
        false => *span == ABSENT,
    };
    let (mut rows, mut count) = (vec![0; spans.len()], 0);
    for (row, span) in spans.iter().enumerate() {
        // Without a branch: where half of the records lack a part, a CPU could not predict it.
        rows[count] = row;
        count += usize::from(is_null(span));
    }
    rows.truncate(count);
    rows
}

impl Converting<'_, '_> {
    /// The rows that are asked for, as a batch. With [`OnError::Raise`], only those before the first value that cannot be read, and the error for it.
    ///
    /// # Errors
    /// [`Error::is_interruption`]: a function of the caller's own did not come to its end. Nothing was counted that matters: the block is to be scanned again.
    pub(super) fn run(mut self) -> Result<(Batch, Option<Error>)> {
        // An error ends a scan that raises, whether or not its row is filtered out: so the filter comes after the values.
        let raises = self.task.options.on_error == OnError::Raise;
        let mut is_filtered = self.task.options.filter.is_empty();
        let mut raised = None;
        if !raises && !is_filtered {
            self.filter()?;
            is_filtered = true;
        }
        loop {
            let Columns { mut columns, offsets, errors } = self.columns()?;
            if raises && let Some((row, cause)) = errors.first() {
                raised = self.raise(*row, cause);
                self.filter()?;
                is_filtered = true;
                continue;
            }
            let mut last = None;
            for (row, cause) in &errors {
                // A record with several matches fails once.
                if let Some(record) =
                    self.rows.record(*row).filter(|record| last != Some((record.number, record.start)))
                {
                    self.tally.unread(self.numbered(record), cause);
                    last = Some((record.number, record.start));
                }
            }
            if !errors.is_empty() && self.task.options.on_error == OnError::Skip {
                // Few rows have an error: converting the others once more is simpler than mending every column.
                self.rows.remove(&errors.iter().map(|(row, _)| *row).collect::<Vec<_>>());
                continue;
            }
            if !is_filtered {
                self.filter()?;
                is_filtered = true;
                continue;
            }
            let origins = match origin::columns(&self.task.options.include, self.block, &self.starts()) {
                Ok(origins) => origins,
                Err(error) => {
                    self.rows.keep(&[]);
                    raised = Some(error);
                    continue;
                }
            };
            columns.extend(origins);
            self.tally.set_offsets(offsets);
            let (schema, rows) = (Arc::clone(&self.task.schema), self.rows.len());
            let batch = Batch::of_block(schema, columns, rows, self.block.bytes, || self.block.share());
            return Ok((batch, raised));
        }
    }

    /// Where the record of each row begins in the block, if anybody asks.
    fn starts(&self) -> Vec<u32> {
        if self.task.options.include.is_empty() { Vec::new() } else { self.rows.starts().collect() }
    }

    /// The column of a field.
    fn column(&mut self, number: usize, strings: Strings) -> Result<Converted> {
        let (field, place) = (&self.task.pattern.fields()[number], self.task.pattern.places()[number]);
        let (block, plan) = (self.block.bytes, self.task.plan());
        if let Some(key) = place.key {
            let check = |text: &[u8]| plan.check_key(place.group, key, text);
            let texts = convert::KeyTexts { block, spans: self.rows.spans(place) };
            return Ok(convert::key_column(plan.kernels(), field, texts, check, strings, &self.task.clock));
        }
        let (mut spans, mut missing) = (Cow::from(self.rows.spans(place)), Cow::from(self.rows.missing()));
        let nulls =
            if field.nulls().is_some() || field.is_optional() { null_rows(field, block, &spans) } else { Vec::new() };
        if !nulls.is_empty() {
            let spans = spans.to_mut();
            for &row in &nulls {
                // An empty text beside the one before: kernels load what is around it, and around the first byte of a block there is nothing.
                let at = row.checked_sub(1).map_or(0, |before| spans[before].end);
                spans[row] = Span::new(at, at);
            }
            let missing = missing.to_mut();
            missing.extend(nulls);
            missing.sort_unstable();
            missing.dedup();
        }
        let (kernels, clock) = (plan.kernels(), &self.task.clock);
        let texts = convert::Texts { block, is_own: false, spans: &spans, missing: &missing };
        let Some(converter) = self.task.pattern.converter(number) else {
            // The fields of one match may overlap those of another only where somebody else says what matches.
            let is_bounded = !plan.may_ask() && block.len() <= limits::COLUMN_TEXT_BYTES;
            let column = if is_bounded { convert::column } else { convert::overlapping_column };
            return Ok(column(kernels, field.kind(), texts, strings, clock));
        };
        let dictionary = self.dictionaries.entry(number).or_default();
        let rows = dictionary.rows(converter, block, &spans, &missing)?;
        Ok(dictionary.column(kernels, field.kind(), &rows, strings, clock))
    }

    /// The columns that are asked for.
    fn columns(&mut self) -> Result<Columns> {
        let task = self.task;
        let mut all = Columns::default();
        for &number in task.columns() {
            let Converted { column, errors, offsets } = self.column(number, task.options.strings)?;
            all.columns.push(column);
            all.offsets.push(offsets);
            let name = || task.pattern.fields()[number].column_name();
            all.errors.extend(errors.into_iter().map(|error| (error.row, Cause::conversion(name(), error.reason))));
        }
        all.errors.sort_by_key(|(row, _)| *row);
        all.errors.dedup_by_key(|(row, _)| *row);
        Ok(all)
    }

    /// The record with its number, which lines that were found by what they have in them lack.
    fn numbered(&self, record: Record) -> Record {
        if !self.tally.skips_filtered() || !self.tally.wants_unread() {
            return record;
        }
        let before = &self.block.bytes[..record.start as usize];
        Record { number: memchr::memchr_iter(b'\n', before).count() as u64, ..record }
    }

    /// Ends the rows before `row`, and gives the error for it. All rows before it have their values, and nothing after it was seen.
    fn raise(&mut self, row: usize, cause: &Cause) -> Option<Error> {
        let record = self.rows.record(row)?;
        let nulls = self.rows.missing().iter().filter(|&&missing| missing < row).count();
        let records = self.rows.records_before(row);
        self.tally.end_with(record, cause, (records - nulls) as u64);
        self.rows.truncate(row);
        Some(cause.error(self.block, record))
    }

    /// Keeps the rows that satisfy the predicates.
    fn filter(&mut self) -> Result<()> {
        let task = self.task;
        if task.options.filter.is_empty() {
            return Ok(());
        }
        let mut kept: Vec<usize> = (0..self.rows.len()).collect();
        // Text that is not UTF-8 is a value where the columns are bytes, and an error where they are not.
        let strings = if task.options.strings == Strings::Binary { Strings::Binary } else { Strings::Utf8 };
        for &(number, ref predicate) in &task.options.filter {
            // A field that has an error is null, and satisfies no predicate.
            let column = self.column(number, strings)?.column;
            match (predicate, column.values(), column.validity()) {
                (Predicate::Between(low, high), Values::Int64(values) | Values::Timestamp(values), validity) => kept
                    .retain(|&row| {
                        (*low..=*high).contains(&values[row]) && validity.is_none_or(|validity| validity.is_valid(row))
                    }),
                _ => kept.retain(|&row| predicate.holds(column.get(row))),
            }
        }
        self.tally.filter_out((self.rows.len() - kept.len()) as u64);
        self.rows.keep(&kept);
        Ok(())
    }
}
