//! [`Output`]: what takes rows, and writes them in some form.

use crate::{batch::Batch, cli::stop::Stop};

/// Takes rows.
pub(in crate::cli) trait Output {
    /// Writes rows; all batches have the schema with which the output was opened.
    fn write(&mut self, batch: &Batch) -> Result<(), Stop>;

    /// Writes what comes after the last row.
    fn finish(&mut self) -> Result<(), Stop>;

    /// The names of columns for which there was no room.
    fn left_out(&self) -> Vec<String> {
        Vec::new()
    }
}
