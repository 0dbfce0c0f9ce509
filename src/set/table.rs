//! One table of the rows of several patterns: the union of their columns, and which pattern each row is from.
//!
//! Columns of one name are one column, so they must be of one type: nothing is converted, as a 64-bit integer, say, has no exact place among floats. A row
//! has nulls in the columns that its pattern does not have.

use std::sync::Arc;

use crate::{
    batch::{Batch, Column, ColumnType, Schema, Unjoined, Validity, Values},
    error::{Error, Result},
    scan::Parted,
};

/// The name of the column that has the name of each row's pattern.
pub(crate) const PATTERN: &str = "pattern";

/// The columns of a table.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) schema: Arc<Schema>,
    /// The names of the patterns.
    names: Vec<String>,
    /// For each pattern, and each of its columns, the number of the column of the table.
    places: Vec<Vec<usize>>,
}

/// Rows that matched no pattern: the numbers of their lines, and the columns that say where they came from, which are the last of the table.
pub(super) struct Missing {
    pub(super) numbers: Vec<u32>,
    pub(super) origins: Vec<Column>,
}

impl Table {
    /// Of patterns with these names and columns. `fields` are the numbers of columns of each that are fields; the others say where records came from, and
    /// are the last of the table.
    ///
    /// # Errors
    /// [`Error::is_column`]: columns of one name have two types, or a field is called `pattern`.
    pub(super) fn new<'p>(patterns: impl Iterator<Item = (&'p str, &'p Schema, usize)> + Clone) -> Result<Table> {
        let mut columns: Vec<(&str, ColumnType, &str)> = vec![(PATTERN, ColumnType::Text, "")];
        let fields = patterns
            .clone()
            .flat_map(|(name, schema, fields)| schema.columns().take(fields).map(move |column| (name, column)));
        let origins = patterns
            .clone()
            .take(1)
            .flat_map(|(name, schema, fields)| schema.columns().skip(fields).map(move |column| (name, column)));
        for (pattern, (column, kind)) in fields.chain(origins) {
            match columns.iter().find(|(name, ..)| *name == column) {
                None => columns.push((column, kind, pattern)),
                Some(_) if column == PATTERN => {
                    return Err(Error::column(format!(
                        "pattern {pattern:?} has a field {PATTERN:?}, and so is the column called that says which pattern a row is from: give the \
                         field another name"
                    )));
                }
                Some((_, other, first)) if *other != kind => {
                    return Err(Error::column(format!(
                        "column {column:?} is of type {other:?} in pattern {first:?} and of type {kind:?} in pattern {pattern:?}, and one table has one \
                         type for it: give both fields the same type, or different names"
                    )));
                }
                Some(_) => {}
            }
        }
        let place = |name: &str| columns.iter().position(|(column, ..)| *column == name).unwrap_or_default();
        let places =
            patterns.clone().map(|(_, schema, _)| schema.columns().map(|(name, _)| place(name)).collect()).collect();
        let schema = Arc::new(Schema::new(columns.iter().map(|(name, kind, _)| ((*name).to_owned(), *kind))));
        Ok(Table { schema, names: patterns.map(|(name, ..)| name.to_owned()).collect(), places })
    }

    /// Without columns of any pattern: for a scan that something is wrong with.
    pub(super) fn empty() -> Table {
        let schema = Schema::new([(PATTERN.to_owned(), ColumnType::Text)].into_iter());
        Table { schema: Arc::new(schema), names: Vec::new(), places: Vec::new() }
    }

    /// The number of the column of the table that is column `column` of a pattern.
    pub(super) fn place(&self, pattern: usize, column: usize) -> usize {
        self.places[pattern][column]
    }

    /// The rows of one block, in the order of their lines.
    ///
    /// # Errors
    /// [`Error::is_limit`]: the names of patterns, or the texts of a column, pass 2 GiB. [`Error::is_memory`].
    pub(super) fn batch(&self, parted: &[Option<Parted>], missing: &Missing) -> Result<Batch> {
        // Rows are numbered pattern after pattern, then those that are missing. A line has one at most.
        let numbers = parted.iter().map(|parted| parted.as_ref().map_or(&[][..], |parted| &parted.numbers));
        let numbers: Vec<u32> = numbers.chain([&missing.numbers[..]]).flatten().copied().collect();
        let lines = numbers.iter().max().map_or(0, |last| *last as usize + 1);
        let mut row_of = vec![None; lines];
        numbers.iter().enumerate().for_each(|(row, &number)| row_of[number as usize] = Some(row));
        let order: Vec<usize> = row_of.into_iter().flatten().collect();
        let mut columns = vec![self.pattern_column(parted, missing.numbers.len(), &order)?];
        let first_origin = self.schema.len() - missing.origins.len();
        for (place, (name, kind)) in self.schema.columns().enumerate().skip(1) {
            let mut pieces = Vec::new();
            for (pattern, parted) in parted.iter().enumerate() {
                let Some(Parted { batch, .. }) = parted else { continue };
                let column = self.places[pattern].iter().position(|&at| at == place);
                pieces.push(match column {
                    Some(column) => Arc::clone(&batch.columns()[column]),
                    None => Arc::new(Column::nulls(kind, batch.len())),
                });
            }
            let of_missing = place.checked_sub(first_origin).map(|origin| missing.origins[origin].clone());
            pieces.push(Arc::new(of_missing.unwrap_or_else(|| Column::nulls(kind, missing.numbers.len()))));
            let pieces: Vec<&Column> = pieces.iter().map(|piece| &**piece).collect();
            columns.push(Column::concat(kind, &pieces).map_err(|why| unjoined(why, name))?.take(&order));
        }
        Ok(Batch::new(Arc::clone(&self.schema), columns, order.len()))
    }

    /// The names of the patterns of the rows.
    fn pattern_column(&self, parted: &[Option<Parted>], missing: usize, order: &[usize]) -> Result<Column> {
        let lengths = parted.iter().map(|parted| parted.as_ref().map_or(0, |parted| parted.numbers.len()));
        let of_rows = (0..).zip(lengths).flat_map(|(pattern, rows)| std::iter::repeat_n(Some(pattern), rows));
        let of_rows: Vec<Option<usize>> = of_rows.chain(std::iter::repeat_n(None, missing)).collect();
        let (mut offsets, mut bytes, mut nulls) = (vec![0], Vec::new(), Vec::new());
        for (row, &number) in order.iter().enumerate() {
            match of_rows[number] {
                Some(pattern) => bytes.extend_from_slice(self.names[pattern].as_bytes()),
                None => nulls.push(row),
            }
            offsets.push(i32::try_from(bytes.len()).map_err(|_| unjoined(Unjoined::TooLong, PATTERN))?);
        }
        Ok(Column::new(ColumnType::Text, Values::Text { offsets, bytes }, Validity::without(order.len(), &nulls)))
    }
}

fn unjoined(why: Unjoined, column: &str) -> Error {
    match why {
        Unjoined::TooLong => Error::limit(format!("the text of column {column:?} passes 2 GiB in one batch")),
        Unjoined::NoMemory => Error::memory(format!("no memory for column {column:?} of one batch")),
    }
}
