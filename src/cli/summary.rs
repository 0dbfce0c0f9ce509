//! What became of the records, in one line.

use crate::{failure::Failure, scan::Stats};

/// The counts of all files.
#[derive(Debug, Default)]
pub(super) struct Totals {
    records: u64,
    pub(super) matched: u64,
    unmatched: u64,
    failures: u64,
    first_failure: Option<Failure>,
    pub(super) notes: Vec<String>,
}

impl Totals {
    /// Adds those of a file.
    pub(super) fn add(&mut self, stats: &Stats) {
        self.records += stats.records;
        self.matched += stats.matched;
        self.unmatched += stats.unmatched;
        self.failures += stats.failures;
        self.notes.extend(stats.notes.iter().cloned());
        if self.first_failure.is_none() {
            self.first_failure = stats.first_failures.first().cloned();
        }
    }

    /// The line, and one more if records were lost: the first of them.
    pub(super) fn lines(&self) -> String {
        let mut line = format!("{} records, {} matched", self.records, self.matched);
        if self.unmatched > 0 {
            line.push_str(&format!(", {} unmatched", self.unmatched));
        }
        if self.failures > 0 {
            line.push_str(&format!(", {} failed", self.failures));
        }
        if let Some(failure) = &self.first_failure {
            let text = super::output::printable(&failure.text);
            line.push_str(&format!("; the first, {} at byte {}: {failure}\n  {text}", failure.source, failure.offset));
        }
        line
    }
}
