//! The fields of a block's rows → columns, a field at a time.

use std::sync::Arc;

use parsimd_simd::Span;

use super::{
    matching::MatchedRows,
    options::{OnError, Predicate},
    stats::{Cause, Tally},
    task::Task,
};
use crate::{
    batch::{Batch, Cell, Column, Strings, Values},
    convert::{self, Converted, OffsetsSeen},
    engine::captures::ABSENT,
    error::Error,
    input::Block,
    pattern::Field,
};

/// The rows of one block, while they are converted.
pub(super) struct Converting<'c> {
    pub(super) task: &'c Task,
    pub(super) block: &'c Block<'c>,
    pub(super) tally: &'c mut Tally,
    pub(super) rows: &'c mut MatchedRows,
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

impl Converting<'_> {
    /// The rows that are asked for, as a batch. With [`OnError::Raise`], only those before the first value that cannot be read, and the error for it.
    pub(super) fn run(mut self) -> (Batch, Option<Error>) {
        // An error ends a scan that raises, whether or not its row is filtered out: so the filter comes after the values.
        let raises = self.task.options.on_error == OnError::Raise;
        let mut is_filtered = self.task.options.filter.is_empty();
        let mut raised = None;
        if !raises && !is_filtered {
            self.filter();
            is_filtered = true;
        }
        loop {
            let (columns, offsets, errors) = self.columns();
            if raises && let Some((row, cause)) = errors.first() {
                raised = self.raise(*row, cause);
                self.filter();
                is_filtered = true;
                continue;
            }
            for (row, cause) in &errors {
                if let Some(record) = self.rows.record(*row) {
                    self.tally.unread(self.block, record, cause);
                }
            }
            if !errors.is_empty() && self.task.options.on_error == OnError::Skip {
                // Few rows have an error: converting the others once more is simpler than mending every column.
                self.rows.remove(&errors.iter().map(|(row, _)| *row).collect::<Vec<_>>());
                continue;
            }
            if !is_filtered {
                self.filter();
                is_filtered = true;
                continue;
            }
            self.tally.set_offsets(offsets);
            let (schema, rows) = (Arc::clone(&self.task.schema), self.rows.len());
            return (Batch::of_block(schema, columns, rows, self.block.bytes, || self.block.share()), raised);
        }
    }

    /// The column of a field.
    fn column(&self, number: usize, strings: Strings) -> Converted {
        let field = &self.task.pattern.fields()[number];
        let (block, spans, missing) = (self.block.bytes, self.rows.spans(number), self.rows.missing());
        let column = |spans: &[Span], missing: &[usize]| {
            let texts = convert::Texts { block, spans, missing };
            convert::column(self.task.plan().kernels(), field.kind(), texts, strings, &self.task.clock)
        };
        let nulls =
            if field.nulls().is_some() || field.is_optional() { null_rows(field, block, spans) } else { Vec::new() };
        if nulls.is_empty() {
            return column(spans, missing);
        }
        let mut spans = spans.to_vec();
        for &row in &nulls {
            // An empty text beside the one before: kernels load what is around it, and around the first byte of a block there is nothing.
            let at = row.checked_sub(1).map_or(0, |before| spans[before].end);
            spans[row] = Span::new(at, at);
        }
        let mut missing: Vec<usize> = missing.iter().copied().chain(nulls).collect();
        missing.sort_unstable();
        missing.dedup();
        column(&spans, &missing)
    }

    /// The columns that are asked for, with the kinds of their times, and the rows that have an error, in order, each with its first.
    fn columns(&self) -> (Vec<Column>, Vec<OffsetsSeen>, Vec<(usize, Cause)>) {
        let (mut columns, mut all_offsets) = (Vec::new(), Vec::new());
        let mut causes = Vec::new();
        for &number in self.task.columns() {
            let Converted { column, errors, offsets } = self.column(number, self.task.options.strings);
            columns.push(column);
            all_offsets.push(offsets);
            let name = || self.task.pattern.fields()[number].column_name();
            causes.extend(errors.into_iter().map(|error| (error.row, Cause::conversion(name(), error.reason))));
        }
        causes.sort_by_key(|(row, _)| *row);
        causes.dedup_by_key(|(row, _)| *row);
        (columns, all_offsets, causes)
    }

    /// Ends the rows before `row`, and gives the error for it. All rows before it have their values, and nothing after it was seen.
    fn raise(&mut self, row: usize, cause: &Cause) -> Option<Error> {
        let record = self.rows.record(row)?;
        let nulls = self.rows.missing().iter().filter(|&&missing| missing < row).count();
        self.tally.end_with(self.block, record, cause, (row - nulls) as u64);
        self.rows.truncate(row);
        Some(cause.error(self.block, record))
    }

    /// Keeps the rows that satisfy the predicates.
    fn filter(&mut self) {
        if self.task.options.filter.is_empty() {
            return;
        }
        let mut kept: Vec<usize> = (0..self.rows.len()).collect();
        for &(number, ref predicate) in &self.task.options.filter {
            // A field that has an error is null, and satisfies no predicate.
            let column = self.column(number, Strings::Utf8).column;
            match (predicate, column.values(), column.validity()) {
                (Predicate::Between(low, high), Values::Int64(values) | Values::Timestamp(values), validity) => kept
                    .retain(|&row| {
                        (*low..=*high).contains(&values[row]) && validity.is_none_or(|validity| validity.is_valid(row))
                    }),
                (Predicate::Text(text), ..) => kept.retain(|&row| column.get(row) == Cell::Text(text)),
                _ => kept.clear(),
            }
        }
        self.rows.keep(&kept);
    }
}
