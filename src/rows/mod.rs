//! Rows of a batch: cells by the name of their column, as types of Rust.
//!
//! Batches are columns, which is what loops and engines want. A program that has something to do with each line wants a row, and its own types in it. A row is a
//! place in a batch and nothing more: text is borrowed from the columns.
//!
//! | file | what |
//! |---|---|
//! | [`get`] | one cell, as a type of Rust |
//! | [`text`] | the text of cells |
//! | [`wrong`] | a cell that is no value of the type that was asked for |
//! | `de` | rows as the caller's own structs, with the feature `serde` |
//! | `ser` | rows as maps, with the feature `serde` |
//! | `records` | all rows of a scan, with the feature `serde` |

#[cfg(feature = "serde")]
mod de;
mod get;
#[cfg(feature = "serde")]
mod records;
#[cfg(feature = "serde")]
mod ser;
pub(crate) mod text;
mod wrong;

use std::{fmt, ops::Range};

pub use get::FromCell;
#[cfg(feature = "serde")]
pub use records::Records;
pub use text::Shown;

use crate::{
    batch::{Batch, Cell, Column, Schema},
    error::{Error, Result},
};

impl Batch {
    /// The rows, in order.
    ///
    /// ```
    /// let batch = parsimd::Pattern::new("{level:w} {ms:d}")?.scan(b"info 12\nwarn 340\n").read_all()?;
    /// for row in batch.rows() {
    ///     let (level, ms) = (row.get::<&str>("level")?, row.get::<i64>("ms")?);
    ///     assert!(level == "warn" || ms == 12);
    /// }
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    pub fn rows(&self) -> Rows<'_> {
        Rows { batch: self, rows: 0..self.len() }
    }

    /// Row `row`, from 0.
    ///
    /// # Panics
    /// Past the last row.
    pub fn row(&self, row: usize) -> Row<'_> {
        assert!(row < self.len(), "row {row} of {}", self.len());
        Row { batch: self, row }
    }
}

/// A row of a [`Batch`].
#[derive(Clone, Copy)]
pub struct Row<'b> {
    batch: &'b Batch,
    row: usize,
}

impl<'b> Row<'b> {
    /// Its number in the batch, from 0.
    pub fn number(&self) -> usize {
        self.row
    }

    /// The value of a column, by its name or its number, as a type of Rust: see [`FromCell`] for which. Text is borrowed from the batch.
    ///
    /// ```
    /// use parsimd::{Input, OnError, Pattern, ScanOptions};
    ///
    /// let options = ScanOptions::new().on_error(OnError::Null);
    /// let input = Input::bytes(b"10.0.0.1 200\n10.0.0.2 what\n");
    /// let batch = Pattern::new("{ip} {status:d}")?.scan_input(input, options).read_all()?;
    ///
    /// let row = batch.row(0);
    /// assert_eq!(row.get::<&str>("ip")?, "10.0.0.1");
    /// assert_eq!(row.get::<u16>(1)?, 200);
    ///
    /// let row = batch.row(1);
    /// assert_eq!(row.get::<Option<u16>>("status")?, None);
    /// let error = row.get::<u16>("status").unwrap_err();
    /// assert_eq!(error.to_string(), r#"row 1, column "status": wanted u16, found null, which an Option takes"#);
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::is_column`](crate::Error::is_column): there is no such column. [`Error::is_value`](crate::Error::is_value): what it has in this row is no value of the type.
    pub fn get<T: FromCell<'b>>(&self, column: impl ColumnIndex) -> Result<T> {
        let Some(at) = column.find(self.batch.schema()) else { return Err(self.no_column(&column)) };
        let cell = self.cell(at);
        T::from_cell(cell).ok_or_else(|| {
            let reason = wrong::reason(T::WANTED, self.shown(at));
            Error::cell(self.row as u64, Some(self.name(at)), reason)
        })
    }

    /// The cells, in the order of the columns.
    ///
    /// ```
    /// use parsimd::Cell;
    ///
    /// let batch = parsimd::Pattern::new("{level:w} {ms:d}")?.scan(b"info 12\n").read_all()?;
    /// let cells: Vec<_> = batch.row(0).cells().collect();
    /// assert_eq!(cells, [("level", Cell::Text("info")), ("ms", Cell::Int64(12))]);
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    pub fn cells(&self) -> impl ExactSizeIterator<Item = (&'b str, Cell<'b>)> {
        let Row { batch, row } = *self;
        batch.schema().columns().zip(batch.columns()).map(move |((name, _), column)| (name, column.get(row)))
    }

    fn column(&self, at: usize) -> &'b Column {
        &self.batch.columns()[at]
    }

    fn cell(&self, at: usize) -> Cell<'b> {
        self.column(at).get(self.row)
    }

    fn shown(&self, at: usize) -> Shown<'b> {
        self.column(at).show(self.row)
    }

    fn name(&self, at: usize) -> &'b str {
        self.batch.schema().name(at)
    }

    fn no_column(&self, column: &dyn fmt::Debug) -> Error {
        let names: Vec<&str> = self.cells().map(|(name, _)| name).collect();
        Error::column(format!("there is no column {column:?}: the columns are {}", names.join(", ")))
    }
}

impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.cells()).finish()
    }
}

impl PartialEq for Row<'_> {
    /// Whether names and cells are the same.
    fn eq(&self, other: &Self) -> bool {
        self.cells().eq(other.cells())
    }
}

/// The rows of a [`Batch`], by [`Batch::rows`].
#[derive(Debug, Clone)]
pub struct Rows<'b> {
    batch: &'b Batch,
    rows: Range<usize>,
}

impl<'b> Iterator for Rows<'b> {
    type Item = Row<'b>;

    fn next(&mut self) -> Option<Row<'b>> {
        self.rows.next().map(|row| Row { batch: self.batch, row })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rows.size_hint()
    }
}

impl DoubleEndedIterator for Rows<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.rows.next_back().map(|row| Row { batch: self.batch, row })
    }
}

impl ExactSizeIterator for Rows<'_> {}

/// What says which column is meant: its name, or its number from 0.
pub trait ColumnIndex: fmt::Debug + Copy + sealed::Sealed {
    /// The number of the column.
    #[doc(hidden)]
    fn find(self, schema: &Schema) -> Option<usize>;
}

impl ColumnIndex for &str {
    fn find(self, schema: &Schema) -> Option<usize> {
        schema.position(self)
    }
}

impl ColumnIndex for usize {
    fn find(self, schema: &Schema) -> Option<usize> {
        Some(self).filter(|&at| at < schema.len())
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for &str {}
    impl Sealed for usize {}
}
