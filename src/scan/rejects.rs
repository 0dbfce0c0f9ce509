//! All records that could not be read, where they are asked for: as rows that say why, or as they stand in the input.
//!
//! They are made where the block is scanned, since only there the whole record is at hand, and kept until they are taken.

use std::{mem, sync::Arc};

use super::{mismatch::Explainer, split::Record, stats::Cause, unread::Explains};
use crate::{
    batch::{Batch, Column, ColumnType, Schema, Validity, Values},
    error::{Error, Result},
    failure::{Failure, FailureKind},
    input::Block,
    limits,
};

/// Records that could not be read, in the order of the input.
#[derive(Debug, Default)]
pub(crate) struct Rejected {
    /// With their whole texts.
    rows: Vec<Failure>,
    /// As they stand in the input.
    bytes: Vec<u8>,
}

impl Rejected {
    /// Those of a block as rows, explained. Each begins at a line of the block.
    pub(super) fn rows(
        task: &dyn Explains,
        block: &Block<'_>,
        unread: &[((Record, Cause), i64)],
        explainers: &mut [Explainer],
    ) -> Rejected {
        let row = |((record, cause), line): &((Record, Cause), i64)| {
            let text = text(block, *record, cause);
            let mut failure = cause.failure(block, *record, Some(*line as u64));
            failure.text = String::from_utf8_lossy(text).into_owned();
            if cause.kind == FailureKind::NoMatch
                && let Ok(Some(why)) = task.why(explainers, text)
            {
                failure.reason = why.to_string();
            }
            failure
        };
        Rejected { rows: unread.iter().map(row).collect(), bytes: Vec::new() }
    }

    /// Those of a block as they stand there, each with a newline at its end. Of one that is too long the end is not held in every kind of input, so its own
    /// newline says nothing.
    pub(super) fn bytes(block: &Block<'_>, unread: &[((Record, Cause), i64)]) -> Rejected {
        let mut bytes = Vec::new();
        for ((record, cause), _) in unread {
            bytes.extend_from_slice(text(block, *record, cause));
            let is_whole = cause.kind != FailureKind::TooLong;
            let has_return = is_whole && block.bytes[record.end as usize..].starts_with(b"\r\n");
            bytes.extend_from_slice(if has_return { b"\r\n" } else { b"\n" });
        }
        Rejected { rows: Vec::new(), bytes }
    }

    /// Adds those of the next block, before which the source has so many lines.
    pub(super) fn add(&mut self, block: Rejected, lines: u64) {
        let after = |row: Failure| Failure { line: row.line.map(|line| line + lines), ..row };
        self.rows.extend(block.rows.into_iter().map(after));
        if self.bytes.is_empty() {
            self.bytes = block.bytes;
        } else {
            self.bytes.extend_from_slice(&block.bytes);
        }
    }

    pub(crate) fn take_bytes(&mut self) -> Vec<u8> {
        mem::take(&mut self.bytes)
    }

    /// The rows, as a batch.
    ///
    /// # Errors
    /// [`Error::is_limit`]: the text of a column passes 2 GiB. The rows stay.
    pub(crate) fn take_batch(&mut self) -> Result<Batch> {
        let rows = &self.rows;
        let numbers = |number: fn(&Failure) -> u64| {
            let values = Values::Int64(rows.iter().map(|row| number(row) as i64).collect());
            Column::new(ColumnType::Int64, values, None)
        };
        let without_field: Vec<usize> = (0..rows.len()).filter(|&row| rows[row].field.is_none()).collect();
        let columns = [
            ("file", texts(rows, |row| &row.source, None)?),
            ("line", numbers(|row| row.line.unwrap_or_default())),
            ("offset", numbers(|row| row.offset)),
            ("kind", texts(rows, |row| row.kind.name(), None)?),
            (
                "field",
                texts(
                    rows,
                    |row| row.field.as_deref().unwrap_or_default(),
                    Validity::without(rows.len(), &without_field),
                )?,
            ),
            ("reason", texts(rows, |row| &row.reason, None)?),
            ("text", texts(rows, |row| &row.text, None)?),
        ];
        let schema = Schema::new(columns.iter().map(|(name, column)| ((*name).to_owned(), column.column_type())));
        let columns = columns.into_iter().map(|(_, column)| column).collect();
        let batch = Batch::new(Arc::new(schema), columns, rows.len());
        self.rows.clear();
        Ok(batch)
    }
}

/// The text of a record; of one that is too long, as much as there is of it in every kind of input.
fn text<'b>(block: &Block<'b>, record: Record, cause: &Cause) -> &'b [u8] {
    let text = record.text(block.bytes);
    match cause.kind {
        FailureKind::TooLong => &text[..text.len().min(limits::EXCERPT_BYTES)],
        _ => text,
    }
}

/// A column of texts.
fn texts(rows: &[Failure], text: impl Fn(&Failure) -> &str, validity: Option<Validity>) -> Result<Column> {
    let (mut offsets, mut bytes) = (crate::batch::offsets(rows.len()), Vec::new());
    for row in rows {
        bytes.extend_from_slice(text(row).as_bytes());
        offsets.push(i32::try_from(bytes.len()).map_err(|_| {
            Error::limit("the text of the rejects passes 2 GiB: take them after each batch, or as bytes")
        })?);
    }
    Ok(Column::new(ColumnType::Text, Values::Text { offsets, bytes }, validity))
}
