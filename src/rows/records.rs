//! All rows of a scan as the caller's own types: [`Scan::deserialize`].

use std::{fmt, marker::PhantomData};

use serde_core::de::DeserializeOwned;

use crate::{batch::Batch, error::Result, scan::Scan};

impl<'a> Scan<'a> {
    /// The rows, each as a struct, a tuple or a map of the caller's own, as [`Row::deserialize`](crate::Row::deserialize) reads it.
    ///
    /// A row outlives its batch here, so the type owns its text; [`Batch::rows`] has rows whose text is borrowed. A row that is no value of the type is an
    /// error, and the next one follows. Rows that were not asked for are still to be had from the scan.
    ///
    /// ```
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// struct Line {
    ///     level: Level,
    ///     ms: u32,
    /// }
    ///
    /// #[derive(Deserialize, PartialEq)]
    /// #[serde(rename_all = "lowercase")]
    /// enum Level { Info, Warn }
    ///
    /// let pattern = parsimd::Pattern::new("{level:w} {ms:d}")?;
    /// let mut scan = pattern.scan(b"info 12\nwarn 340\nnoise\nwarn 2300\n");
    /// let mut slowest = 0;
    /// for line in scan.deserialize::<Line>() {
    ///     let line = line?;
    ///     if line.level == Level::Warn {
    ///         slowest = slowest.max(line.ms);
    ///     }
    /// }
    /// assert_eq!((slowest, scan.stats().unmatched), (2300, 1));
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    ///
    /// # Errors
    /// As the scan, and as [`Row::deserialize`](crate::Row::deserialize), where rows are counted from this call on.
    pub fn deserialize<T: DeserializeOwned>(&mut self) -> Records<'_, 'a, T> {
        Records { scan: self, batch: None, row: 0, number: 0, of: PhantomData }
    }
}

/// The rows of a scan as values of a type, by [`Scan::deserialize`].
#[must_use = "nothing is read before the first item is asked for"]
pub struct Records<'s, 'a, T> {
    scan: &'s mut Scan<'a>,
    /// The batch whose rows are given, from `row` on.
    batch: Option<Batch>,
    row: usize,
    /// How many rows were given.
    number: u64,
    of: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Iterator for Records<'_, '_, T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        loop {
            if let Some(batch) = self.batch.as_ref().filter(|batch| self.row < batch.len()) {
                let record = batch.row(self.row).deserialize_as(self.number);
                self.row += 1;
                self.number += 1;
                return Some(record);
            }
            match self.scan.next()? {
                Ok(batch) => (self.batch, self.row) = (Some(batch), 0),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl<T> Drop for Records<'_, '_, T> {
    /// Gives the scan the rows back that nobody asked for.
    fn drop(&mut self) {
        if let Some(batch) = self.batch.take().filter(|batch| self.row < batch.len()) {
            let rest: Vec<usize> = (self.row..batch.len()).collect();
            self.scan.put_back(vec![batch.take(&rest)]);
        }
    }
}

impl<T> fmt::Debug for Records<'_, '_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").field("scan", &self.scan).field("number", &self.number).finish_non_exhaustive()
    }
}
