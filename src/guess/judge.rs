//! What a pattern reads of the sample, by a scan, and how much that says.

use std::num::NonZeroUsize;

use super::sample::Sample;
use crate::{
    api::Pattern,
    batch::{Batch, Cell, Column, ColumnType},
    convert::Year,
    error::Result,
    scan::{OnError, Origin, ScanOptions},
    set::PatternSet,
};

/// The name of the column with the place of each row, which so no field of a guess may have.
pub(super) const OFFSET: &str = "offset";

/// How many rows are shown.
const SHOWN: usize = 3;

/// What came of a scan of the sample.
#[derive(Debug)]
pub(super) struct Judge {
    /// The rows, with where each begins as the last column.
    rows: Batch,
    /// Which lines belong to a record that was read.
    pub(super) is_read: Vec<bool>,
    pub(super) matched: u64,
}

impl Judge {
    /// Scans the sample.
    ///
    /// # Errors
    /// As a scan.
    pub(super) fn new(sample: &Sample, pattern: &Pattern, multiline: bool) -> Result<Judge> {
        let mut options = options(multiline);
        options.include = vec![Origin::Offset];
        let rows = scan(sample, pattern, &options)?;
        let mut is_read = vec![false; sample.len()];
        let begins = lines_of(sample, &rows);
        if multiline {
            options.on_error = OnError::Null;
            let mut ends = lines_of(sample, &scan(sample, pattern, &options)?);
            ends.push(sample.len());
            for begin in begins {
                let end = ends[ends.partition_point(|&end| end <= begin)];
                is_read[begin..end].fill(true);
            }
        } else {
            begins.into_iter().for_each(|line| is_read[line] = true);
        }
        let matched = is_read.iter().filter(|&&is_read| is_read).count() as u64;
        Ok(Judge { rows, is_read, matched })
    }

    /// Which lines a set with this pattern gives to no pattern after it: those that it matches, be their values read or not.
    ///
    /// # Errors
    /// As a scan.
    pub(super) fn taken(sample: &Sample, pattern: &Pattern) -> Result<Vec<bool>> {
        let mut options = options(false);
        (options.include, options.on_error) = (vec![Origin::Offset], OnError::Null);
        let set = PatternSet::of([("kind", pattern.clone())])?;
        let mut taken = vec![false; sample.len()];
        for rows in set.scan_input(sample.input(), options).read_all()? {
            lines_of(sample, &rows).into_iter().for_each(|line| taken[line] = true);
        }
        Ok(taken)
    }

    /// How many records were read.
    pub(super) fn records(&self) -> usize {
        self.rows.len()
    }

    /// The columns, but for the place.
    pub(super) fn columns(&self) -> impl Iterator<Item = (&str, &Column)> {
        let names = self.rows.schema().columns().map(|(name, _)| name);
        names.zip(self.rows.columns().iter().map(|column| &**column)).filter(|(name, _)| *name != OFFSET)
    }

    /// The first rows, without the place.
    pub(super) fn first_rows(&self) -> Batch {
        let columns: Vec<usize> = (0..self.rows.columns().len() - 1).collect();
        self.rows.project(&columns).filter(|row| row < SHOWN)
    }

    /// Whether a time means another one where another year is said.
    ///
    /// # Errors
    /// As a scan.
    pub(super) fn lacks_year(&self, sample: &Sample, pattern: &Pattern, multiline: bool) -> Result<bool> {
        let has_times = self
            .columns()
            .any(|(_, column)| matches!(column.column_type(), ColumnType::Timestamp { .. } | ColumnType::Date));
        if !has_times {
            return Ok(false);
        }
        let of = |year| {
            let mut options = options(multiline);
            (options.year, options.limit) = (Year::Of(year), Some(SHOWN as u64));
            scan(sample, pattern, &options)
        };
        // Both have a 29th of February.
        Ok(of(2000)? != of(2004)?)
    }
}

/// The options that each scan has.
fn options(multiline: bool) -> ScanOptions {
    ScanOptions { multiline, year: Year::Recent, threads: Some(NonZeroUsize::MIN), ..ScanOptions::default() }
}

fn scan(sample: &Sample, pattern: &Pattern, options: &ScanOptions) -> Result<Batch> {
    pattern.scan_input(sample.input(), options.clone()).read_all()
}

/// The line in which each row begins.
fn lines_of(sample: &Sample, rows: &Batch) -> Vec<usize> {
    let offsets = rows.column(OFFSET);
    let line = |row| match offsets.map(|offsets| offsets.get(row)) {
        Some(Cell::Int64(offset)) => sample.line_at(offset),
        _ => sample.len(),
    };
    (0..rows.len()).map(line).collect()
}
