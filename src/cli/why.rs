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

    /// Each with its first record, and the place in it, in lines of this width.
    pub(super) fn draw(&self, width: Option<usize>) -> String {
        let mut out = String::new();
        for reason in &self.0 {
            out.push_str(&format!("{reason}\n"));
            let Some(example) = &reason.example else { continue };
            let line = example.line.map_or(String::new(), |line| format!(":{line}"));
            out.push_str(&format!("    {}{line}:\n", printable(&example.source)));
            let text = printable(&example.text);
            // Under a text that is shown as it is, and not cut before the place.
            let before =
                reason.position.and_then(|position| example.text.get(..position)).filter(|_| text == example.text);
            let place = before.map(|before| before.chars().count());
            let (text, place) = window(&text, place, width.map_or(usize::MAX, |width| width.saturating_sub(4)));
            out.push_str(&format!("    {text}\n"));
            if let Some(place) = place {
                out.push_str(&format!("    {:place$}^\n", ""));
            }
        }
        out
    }
}

/// So much of a text around a place in it as has room; and where the place is then. All in characters.
fn window(text: &str, place: Option<usize>, room: usize) -> (String, Option<usize>) {
    let length = text.chars().count();
    if length <= room {
        return (text.to_owned(), place);
    }
    let room = room.max(8);
    // The place is two thirds of the way along, unless it is nearer to the beginning.
    let skipped = place.map_or(0, |place| place.saturating_sub(room * 2 / 3));
    let begin = if skipped > 0 { "…" } else { "" };
    let kept: String =
        text.chars().skip(skipped + begin.chars().count()).take(room - 1 - begin.chars().count()).collect();
    let end = if skipped + room - 1 < length { "…" } else { "" };
    (format!("{begin}{kept}{end}"), place.map(|place| place - skipped))
}

/// Writes the records that have no row, as they stand; says whether there were some.
pub(super) fn write_rejects(scan: &mut Scan<'_>, out: &mut dyn Write) -> Result<bool, Stop> {
    let rejects = scan.take_rejected_bytes();
    out.write_all(&rejects)?;
    out.flush()?;
    Ok(!rejects.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_fits_and_has_the_place() {
        let text: String = ('a'..='z').cycle().take(100).collect();
        for room in 8..130 {
            for place in 0..100 {
                let (shown, at) = window(&text, Some(place), room);
                assert!(shown.chars().count() <= room, "{room} {place}: {shown}");
                let (shown, wanted) = (shown.chars().nth(at.unwrap()), text.chars().nth(place));
                assert_eq!(shown, wanted, "{room} {place}");
            }
        }
    }
}
