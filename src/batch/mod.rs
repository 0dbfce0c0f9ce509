//! [`Batch`]: rows of typed columns, as contiguous buffers with validity.
//!
//! Buffers are laid out as Arrow lays them out (values, `i32` offsets into text, little-endian validity bits), so that handing them on
//! needs no copy; `arrow.rs` does so, with the feature `arrow`. Text has three forms: a copy for each column, `views` of the input, and a
//! copy of bytes that need not be UTF-8.

#[cfg(feature = "arrow")]
mod arrow;
mod column;
mod describe;
mod maps;
mod views;

use std::sync::Arc;

use crate::error::{Error, Result};
use bytes::Bytes;
pub use column::{Cell, Column, ColumnType, Strings, Validity, Values};
pub(crate) use column::{Unjoined, offsets};
pub use describe::ColumnStats;
pub use maps::{Entries, Maps};
pub use views::TextViews;

/// The names and types of the columns of a [`Batch`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    columns: Vec<(String, ColumnType)>,
}

impl Schema {
    /// Of columns with these names and types.
    pub(crate) fn new(columns: impl Iterator<Item = (String, ColumnType)>) -> Schema {
        Schema { columns: columns.collect() }
    }

    /// These columns of this schema, in this order, with text in this form, and timestamps in UTC if all of them are.
    pub(crate) fn select(&self, columns: &[usize], strings: Strings, in_utc: bool) -> Schema {
        let column_type = |kind: ColumnType| if in_utc { kind.in_utc() } else { kind }.with_strings(strings);
        let columns = columns.iter().map(|&at| &self.columns[at]);
        Schema { columns: columns.map(|(name, kind)| (name.clone(), column_type(*kind))).collect() }
    }

    /// These columns, and then others.
    pub(crate) fn with(mut self, others: impl Iterator<Item = (String, ColumnType)>) -> Schema {
        self.columns.extend(others);
        self
    }

    /// These columns of this schema, in this order.
    pub(crate) fn project(&self, columns: &[usize]) -> Schema {
        Schema { columns: columns.iter().map(|&at| self.columns[at].clone()).collect() }
    }

    /// Column `at` of all rows, of its pieces.
    ///
    /// # Errors
    /// As [`Batch::concat`].
    pub(crate) fn join(&self, at: usize, pieces: &[Arc<Column>]) -> Result<Column> {
        let (name, kind) = &self.columns[at];
        let pieces: Vec<&Column> = pieces.iter().map(|piece| &**piece).collect();
        Column::concat(*kind, &pieces).map_err(|unjoined| match unjoined {
            Unjoined::TooLong => Error::limit(format!(
                "the text of column {name:?} passes 2 GiB: read the scan batch by batch instead of all at once, or with strings as views"
            )),
            Unjoined::NoMemory => {
                let rows: usize = pieces.iter().map(|piece| piece.len()).sum();
                Error::memory(format!(
                    "no memory for the {rows} rows of column {name:?} together: read the scan batch by batch instead of all at once"
                ))
            }
        })
    }

    /// Names and types, in the order of the columns.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = (&str, ColumnType)> {
        self.columns.iter().map(|(name, kind)| (name.as_str(), *kind))
    }

    /// The name of column `at`.
    pub(crate) fn name(&self, at: usize) -> &str {
        &self.columns[at].0
    }

    /// The number of the column called `name`.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|(column, _)| column == name)
    }

    /// The number of columns.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// True for a pattern without fields, or when none were asked for.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }
}

/// Rows of typed columns.
///
/// ```
/// let pattern = parsimd::Pattern::new("{level:w} {ms:d}")?;
/// let batch = pattern.scan(b"info 12\nwarn 340\n").read_all()?;
/// assert_eq!(batch.len(), 2);
/// let parsimd::Values::Int64(ms) = batch.column("ms").unwrap().values() else { unreachable!() };
/// assert_eq!(ms, &[12, 340]);
/// # Ok::<(), parsimd::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    schema: Arc<Schema>,
    columns: Vec<Arc<Column>>,
    rows: usize,
}

impl Batch {
    pub(crate) fn new(schema: Arc<Schema>, columns: Vec<Column>, rows: usize) -> Batch {
        debug_assert!(columns.len() == schema.len() && columns.iter().all(|column| column.len() == rows));
        Batch { schema, columns: columns.into_iter().map(Arc::new).collect(), rows }
    }

    /// The rows of a block of input, and the memory of the block for those of its texts that are views.
    pub(crate) fn of_block(
        schema: Arc<Schema>,
        mut columns: Vec<Column>,
        rows: usize,
        block: &[u8],
        share: impl FnOnce() -> Bytes,
    ) -> Batch {
        views::settle(columns.iter_mut().filter_map(Column::views_mut), block, share);
        Batch::new(schema, columns, rows)
    }

    /// The same rows with only these columns, given by number, in this order. Nothing is copied.
    ///
    /// # Panics
    /// When there is no column of a number.
    pub fn project(&self, columns: &[usize]) -> Batch {
        let schema = Arc::new(self.schema.project(columns));
        let columns = columns.iter().map(|&at| Arc::clone(&self.columns[at])).collect();
        Batch { schema, columns, rows: self.rows }
    }

    /// The rows for whose number `keep` says so, in order. Views of text whose rows need little of the memory that is kept for them get
    /// a copy, so that it can go.
    ///
    /// ```
    /// let batch = parsimd::Pattern::new("{n:d}")?.scan(b"1\n20\n3\n").read_all()?;
    /// let kept = batch.filter(|row| batch.columns()[0].get(row) != parsimd::Cell::Int64(20));
    /// assert_eq!(kept.columns()[0].values(), &parsimd::Values::Int64(vec![1, 3]));
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    pub fn filter(&self, keep: impl Fn(usize) -> bool) -> Batch {
        let rows: Vec<usize> = (0..self.rows).filter(|&row| keep(row)).collect();
        let mut kept = self.take(&rows);
        kept.compact();
        kept
    }

    /// Adds `more` to each integer of a column.
    pub(crate) fn add(&mut self, column: usize, more: i64) {
        Arc::make_mut(&mut self.columns[column]).add(more);
    }

    /// The rows with these numbers, in this order.
    pub(crate) fn take(&self, rows: &[usize]) -> Batch {
        let columns = self.columns.iter().map(|column| column.take(rows)).collect();
        Batch::new(Arc::clone(&self.schema), columns, rows.len())
    }

    /// Copies views of text that need little of the memory that is kept for them.
    fn compact(&mut self) {
        views::compact(self.columns.iter_mut().filter_map(|column| Arc::make_mut(column).views_mut()));
    }

    /// The names and types of the columns.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// True when there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The columns, in the order of the fields with names, or as [`ScanOptions::columns`](crate::ScanOptions::columns) asked for them.
    pub fn columns(&self) -> &[Arc<Column>] {
        &self.columns
    }

    /// The column called `name`: the name of a field as the format has it, or its number among the positional fields.
    pub fn column(&self, name: &str) -> Option<&Arc<Column>> {
        self.schema.position(name).map(|at| &self.columns[at])
    }

    /// The rows of all `batches`, in order.
    ///
    /// # Errors
    /// [`Error::is_limit`] when the text of one column passes 2 GiB, and is not in views. [`Error::is_memory`] when there is no room for a column.
    ///
    /// # Panics
    /// When a batch has another schema.
    pub fn concat(schema: Arc<Schema>, batches: &[Batch]) -> Result<Batch> {
        assert!(batches.iter().all(|batch| batch.schema == schema), "all batches have the schema of the result");
        if let [batch] = batches {
            return Ok(batch.clone());
        }
        let rows = batches.iter().map(Batch::len).sum();
        let pieces = |at: usize| batches.iter().map(|batch| Arc::clone(&batch.columns[at])).collect::<Vec<_>>();
        let columns = (0..schema.len()).map(|at| schema.join(at, &pieces(at)).map(Arc::new)).collect::<Result<_>>()?;
        Ok(Batch { schema, columns, rows })
    }

    /// So many rows, of columns that have so many each.
    pub(crate) fn of_columns(schema: Arc<Schema>, columns: Vec<Arc<Column>>, rows: usize) -> Batch {
        debug_assert!(columns.len() == schema.len() && columns.iter().all(|column| column.len() == rows));
        Batch { schema, columns, rows }
    }

    /// The rows of all `batches`, in order, for whose number `keep` says so: 0 is the first row of the first batch, and the numbers go on
    /// from batch to batch. The batch is that which [`concat`](Self::concat) and [`filter`](Self::filter) give, but the other rows are
    /// never joined.
    ///
    /// ```
    /// use parsimd::{Batch, Pattern};
    ///
    /// let pattern = Pattern::new("{n:d}")?;
    /// let batches = [pattern.scan(b"1\n20\n").read_all()?, pattern.scan(b"3\n4\n").read_all()?];
    /// let kept = Batch::concat_where(batches[0].schema().clone(), &batches, |row| row == 1 || row == 2)?;
    /// assert_eq!(kept.columns()[0].values(), &parsimd::Values::Int64(vec![20, 3]));
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`concat`](Self::concat), of the rows that are kept.
    ///
    /// # Panics
    /// When a batch has another schema.
    pub fn concat_where(schema: Arc<Schema>, batches: &[Batch], keep: impl Fn(usize) -> bool) -> Result<Batch> {
        let mut first = 0;
        let mut kept = Vec::new();
        for batch in batches {
            let rows: Vec<usize> = (0..batch.rows).filter(|row| keep(first + row)).collect();
            first += batch.rows;
            // What a batch without such rows keeps in memory is not kept for the others.
            if !rows.is_empty() {
                kept.push(batch.take(&rows));
            }
        }
        let mut joined = Batch::concat(schema, &kept)?;
        drop(kept);
        joined.compact();
        Ok(joined)
    }
}
