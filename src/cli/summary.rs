//! What became of the records.

use super::output::printable;
use crate::scan::{Stats, WithoutMatch};

/// A line for each input of which not one record matched; of many, for the first of them.
pub(super) fn without_match(sources: &WithoutMatch) -> Vec<String> {
    let line = |(source, records): &(std::sync::Arc<str>, u64)| {
        let what = match records {
            1 => "its one record does not match".to_owned(),
            _ => format!("not one of {records} records matches"),
        };
        format!("{}: {what}; --why says why", printable(source))
    };
    let mut lines: Vec<String> = sources.first.iter().map(line).collect();
    let more = sources.count - sources.first.len();
    if more > 0 {
        lines.push(format!("{more} more inputs of which not one record matches"));
    }
    lines
}

/// The counts, without those that are zero.
pub(super) fn line(stats: &Stats) -> String {
    let records = if stats.records == 1 { "record" } else { "records" };
    let mut line = format!("{} {records}, {} matched", stats.records, stats.matched);
    for (count, became) in
        [(stats.unmatched, "unmatched"), (stats.failures, "failed"), (stats.filtered, "filtered out or unmatched")]
    {
        if count > 0 {
            line.push_str(&format!(", {count} {became}"));
        }
    }
    line
}
