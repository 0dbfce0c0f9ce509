//! Which lines are of one kind, and which belong to the line above.
//!
//! Kinds are told apart by what lines begin with, as Drain does it (He et al., *Drain: An Online Log Parsing Approach with Fixed Depth Tree*, ICWS 2017), but
//! by the kinds of the first atoms, not by their texts.

use std::collections::BTreeMap;

use super::{align::Row, atoms::Kind, sample::Sample};

/// How many atoms tell kinds apart.
const DEPTH: usize = 4;

/// The numbers of the rows of each kind, that of most rows first.
pub(super) fn kinds(rows: &[Row<'_>]) -> Vec<Vec<usize>> {
    let mut kinds: BTreeMap<Vec<Kind>, Vec<usize>> = BTreeMap::new();
    for (number, row) in rows.iter().enumerate() {
        kinds.entry(beginning(row)).or_default().push(number);
    }
    let mut kinds: Vec<Vec<usize>> = kinds.into_values().collect();
    kinds.sort_by_key(|kind| (usize::MAX - kind.len(), kind[0]));
    kinds
}

/// The kinds of the first atoms, up to the first time.
fn beginning(row: &Row<'_>) -> Vec<Kind> {
    let mut kinds = Vec::new();
    for atom in &row.atoms {
        let has_time = kinds.last() == Some(&Kind::Time);
        if kinds.len() == DEPTH || has_time {
            break;
        }
        let text = &row.line[atom.span.clone()];
        // A time in brackets is one, too.
        kinds.push(if matches!(atom.kind, Kind::Blank(_)) { continue } else { atom.kind });
        if matches!(atom.kind, Kind::Word) && text.contains('=') {
            kinds.push(Kind::Mark(b'='));
            break;
        }
    }
    kinds
}

/// Whether nearly all lines that begin no record look as if they belong to the record above: they are indented, empty, or begin as those of stack traces do, or stand behind such
/// a line. Those before it may be records that the pattern does not read.
pub(super) fn are_continued(sample: &Sample, is_read: &[bool]) -> bool {
    let (mut unread, mut continued) = (0, 0);
    let mut at = 0;
    while at < is_read.len() {
        let length = is_read[at..].iter().take_while(|&&is_read| !is_read).count();
        if length == 0 {
            at += 1;
            continue;
        }
        unread += length;
        let first = (at..at + length).find(|&line| sample.line(line).is_some_and(continues));
        // The lines may begin in the middle of a record, of which the first of them then has more.
        continued += first.filter(|&first| at > 0 || first == 0).map_or(0, |first| at + length - first);
        at += length;
    }
    unread > 0 && 10 * continued >= 9 * unread
}

fn continues(line: &str) -> bool {
    let begins = ["at ", "Caused by", "Traceback", "...", "}", "]", "java.", "javax.", "org.", "com.", "Suppressed:"];
    line.is_empty()
        || line.starts_with([' ', '\t'])
        || begins.iter().any(|begin| line.starts_with(begin))
        || line.split([' ', ':']).next().is_some_and(|word| word.ends_with("Error") || word.ends_with("Exception"))
}
