//! What became of the records, in one line.

use crate::scan::Stats;

/// The counts of all files.
#[derive(Debug, Default)]
pub(super) struct Totals {
    records: u64,
    matched: u64,
    unmatched: u64,
    failures: u64,
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
    }

    /// The counts, without those that are zero.
    pub(super) fn line(&self) -> String {
        let mut line = format!("{} records, {} matched", self.records, self.matched);
        if self.unmatched > 0 {
            line.push_str(&format!(", {} unmatched", self.unmatched));
        }
        if self.failures > 0 {
            line.push_str(&format!(", {} failed", self.failures));
        }
        line
    }
}
