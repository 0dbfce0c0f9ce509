//! What is made of all rows: a count, groups, statistics.
//!
//! | file | what |
//! |---|---|
//! | [`value`] | values that are kept, and columns that are made of them |
//! | [`distinct`] | how many different values there are |
//! | [`quantiles`] | what part of the values lies below which |
//! | [`histogram`] | how many values lie where |
//! | [`frequent`] | the most frequent texts |
//! | [`function`] | the functions of `--agg` |
//! | [`key`] | what the rows of a group have in common |
//! | [`groups`] | `--group-by` |
//! | [`stats`] | `--stats` |

mod distinct;
mod frequent;
mod function;
mod groups;
mod histogram;
mod key;
mod quantiles;
mod stats;
mod value;

pub(super) use function::{Function, functions};
pub(super) use groups::Groups;
pub(super) use key::Key;
pub(super) use stats::Describe;
pub(super) use value::Kept;
use value::column;

use std::sync::Arc;

use super::stop::Stop;
use crate::batch::{Batch, ColumnType, Schema};

/// Takes all rows, and gives what was made of them.
pub(super) trait Gather {
    /// Takes rows.
    fn add(&mut self, batch: &Batch) -> Result<(), Stop>;

    /// What was made of them, as rows.
    fn rows(&self) -> Result<Batch, Stop>;

    /// The same for a form in which each row may have types of its own.
    ///
    /// # Errors
    /// As `rows`.
    fn typed_rows(&self) -> Result<Vec<Batch>, Stop> {
        Ok(vec![self.rows()?])
    }

    /// What of it is no exact value, for a person.
    fn estimates(&self) -> Vec<String> {
        Vec::new()
    }

    /// The same, drawn for a person, if that is not a table.
    fn draw(&self, _width: usize) -> Option<String> {
        None
    }
}

/// How many rows there are.
#[derive(Debug, Default)]
pub(super) struct Count(u64);

impl Gather for Count {
    fn add(&mut self, batch: &Batch) -> Result<(), Stop> {
        self.0 += batch.len() as u64;
        Ok(())
    }

    fn rows(&self) -> Result<Batch, Stop> {
        Ok(batch(vec![("count".to_owned(), ColumnType::Int64, vec![Some(Kept::Int(self.0 as i64))])]))
    }

    fn draw(&self, _width: usize) -> Option<String> {
        Some(format!("{}\n", self.0))
    }
}

/// Rows of columns that were made, each by its name, its type and its values.
pub(super) fn batch(columns: Vec<(String, ColumnType, Vec<Option<Kept>>)>) -> Batch {
    let rows = columns.first().map_or(0, |(_, _, values)| values.len());
    let schema = Schema::new(columns.iter().map(|(name, kind, _)| (name.clone(), *kind)));
    let columns = columns.iter().map(|(_, kind, values)| column(*kind, values)).collect();
    Batch::new(Arc::new(schema), columns, rows)
}
