//! `--why` and `--unmatched`: what became of records that have no row.

use std::io::Write;

use super::{output::printable, stop::Stop};
use crate::scan::{Reason, Scan};

/// The reasons of all files.
#[derive(Debug, Default)]
pub(super) struct Reasons(Vec<Reason>);

impl Reasons {
    /// Adds those of a file; one that was seen in a file before is counted there.
    pub(super) fn add(&mut self, scan: &Scan<'_>) -> Result<(), Stop> {
        let said = |reason: &Reason| reason.example.as_ref().map(|example| (example.kind, example.to_string()));
        for reason in scan.reasons()? {
            match self.0.iter_mut().find(|other| said(other) == said(&reason)) {
                Some(other) => {
                    other.count += reason.count;
                    other.is_estimate |= reason.is_estimate;
                }
                None => self.0.push(reason),
            }
        }
        self.0.sort_by_key(|reason| std::cmp::Reverse(reason.count));
        Ok(())
    }

    /// The most frequent, in one line.
    pub(super) fn first(&self) -> Option<String> {
        self.0.first().map(ToString::to_string)
    }

    /// Each with its first record, and the place in it.
    pub(super) fn draw(&self) -> String {
        let mut out = String::new();
        for reason in &self.0 {
            out.push_str(&format!("{reason}\n"));
            let Some(example) = &reason.example else { continue };
            let text = printable(&example.text);
            let line = example.line.map_or(String::new(), |line| format!(":{line}"));
            let place = format!("    {}{line}: ", printable(&example.source));
            out.push_str(&format!("{place}{text}\n"));
            // Under a text that is shown as it is, and not cut before the place.
            let before =
                reason.position.and_then(|position| example.text.get(..position)).filter(|_| text == example.text);
            if let Some(before) = before {
                let blanks = place.chars().count() + before.chars().count();
                out.push_str(&format!("{:blanks$}^\n", ""));
            }
        }
        out
    }
}

/// Writes the records that have no row, as they stand; says whether there were some.
pub(super) fn write_rejects(scan: &mut Scan<'_>, out: &mut dyn Write) -> Result<bool, Stop> {
    let rejects = scan.take_rejected_bytes();
    out.write_all(&rejects)?;
    out.flush()?;
    Ok(!rejects.is_empty())
}
