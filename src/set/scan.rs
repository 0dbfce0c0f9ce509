//! [`SetScan`]: the lines of an input, in batches of each pattern.

use std::sync::Arc;

use crate::{
    batch::{Batch, Schema},
    error::Result,
    scan::{Blocks, Reason, Stats, Unmatched},
};

/// A scan by a [`PatternSet`](crate::PatternSet): an iterator over batches, each with the number of its pattern in the set.
///
/// They come block by block of the input, and within a block in the order of the patterns; rows are in the order of their lines. A pattern that has no row
/// in a block has no batch of it.
#[derive(Debug)]
#[must_use = "nothing is read before its first batch is asked for"]
pub struct SetScan<'a> {
    blocks: Blocks<'a>,
    patterns: usize,
}

impl<'a> SetScan<'a> {
    pub(super) fn new(blocks: Blocks<'a>, patterns: usize) -> SetScan<'a> {
        SetScan { blocks, patterns }
    }

    pub(crate) fn checked(self) -> Result<SetScan<'a>> {
        Ok(SetScan { blocks: self.blocks.checked()?, ..self })
    }

    /// What was seen so far; [`Stats::matched_by_pattern`] says how many lines went to each pattern.
    pub fn stats(&self) -> &Stats {
        self.blocks.stats()
    }

    /// The names and types of the columns of a pattern, by its number.
    ///
    /// # Panics
    /// Where the set has no pattern of this number.
    pub fn schema(&self, pattern: usize) -> &Arc<Schema> {
        self.blocks.schema(pattern)
    }

    /// The rest of the input: a batch for each pattern, in the order of the set.
    ///
    /// Where that fails nothing is lost, as with [`Scan::read_all`](crate::Scan::read_all).
    ///
    /// # Errors
    /// As [`Scan::read_all`](crate::Scan::read_all).
    pub fn read_all(&mut self) -> Result<Vec<Batch>> {
        let schemas: Vec<_> = (0..self.patterns).map(|pattern| Arc::clone(self.schema(pattern))).collect();
        self.blocks.read_all(|batches| {
            let of = |pattern: usize| {
                let own = batches.iter().filter(|(number, _)| *number == pattern).map(|(_, batch)| batch.clone());
                Batch::concat(Arc::clone(&schemas[pattern]), &own.collect::<Vec<_>>())
            };
            (0..schemas.len()).map(of).collect()
        })
    }

    /// Why records could not be read, as [`Scan::reasons`](crate::Scan::reasons). Of one that no pattern matches it is the mismatch of the pattern of which the
    /// largest share was matched, and of several such patterns of the first; its text begins with the name of the pattern.
    ///
    /// ```
    /// let set = parsimd::PatternSet::new([("took", "{what:w} took {ms:d}"), ("up", "{what:w} is up and well")])?;
    /// let mut scan = set.scan(b"db is up and well\ndb took long\n");
    /// scan.read_all()?;
    /// assert_eq!(scan.reasons()?[0].to_string(), r#"1 line: took: expected {ms:d} after {what:w}, found "long""#);
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Scan::reasons`](crate::Scan::reasons).
    pub fn reasons(&self) -> Result<Vec<Reason>> {
        self.blocks.reasons()
    }

    /// Where there were records and not one matched, the first, if it can be said why it does not.
    pub(crate) fn none_matched(&self) -> Option<Unmatched> {
        self.blocks.none_matched()
    }

    /// The records that could not be read, as [`Scan::take_rejects`](crate::Scan::take_rejects).
    ///
    /// # Errors
    /// As [`Scan::take_rejects`](crate::Scan::take_rejects).
    pub fn take_rejects(&mut self) -> Result<Batch> {
        self.blocks.rejected().take_batch()
    }

    /// The records that could not be read, as [`Scan::take_rejected_bytes`](crate::Scan::take_rejected_bytes).
    pub fn take_rejected_bytes(&mut self) -> Vec<u8> {
        self.blocks.rejected().take_bytes()
    }

    /// Takes back batches that it gave, as [`Scan::put_back`](crate::Scan::put_back) does.
    pub fn put_back(&mut self, batches: Vec<(usize, Batch)>) {
        self.blocks.put_back(batches);
    }

    /// As `next`, but gives an empty batch, of the first pattern, when some 20 milliseconds have passed without a row: see
    /// [`Scan::next_soon`](crate::Scan::next_soon).
    pub fn next_soon(&mut self) -> Option<Result<(usize, Batch)>> {
        self.blocks.next_soon()
    }
}

impl Iterator for SetScan<'_> {
    type Item = Result<(usize, Batch)>;

    fn next(&mut self) -> Option<Self::Item> {
        self.blocks.next()
    }
}
