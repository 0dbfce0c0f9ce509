//! What a scan has seen: counts, and the first records that could not be read.

use std::{borrow::Cow, collections::BTreeMap};

use super::{origin, split::Record};
use crate::{
    batch::{ColumnType, Schema},
    convert::OffsetsSeen,
    error::Error,
    failure::{Failure, FailureKind},
    input::{Block, Holes},
    limits,
};

/// What a scan has seen so far. `records == matched + unmatched + failures + filtered`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Lines.
    pub records: u64,
    /// Records that matched, every value read.
    pub matched: u64,
    /// Records that did not match.
    pub unmatched: u64,
    /// Records that matched but have a value that does not fit its type, that are not UTF-8 and could not be matched, that are longer than
    /// [`ScanOptions::max_record_bytes`](crate::ScanOptions::max_record_bytes), or that the input broke off in.
    pub failures: u64,
    /// With [`ScanOptions::skip_filtered`](crate::ScanOptions::skip_filtered), records that have no row since their fields do not satisfy the filter, or since
    /// they do not match, which nobody asked then. Else 0.
    pub filtered: u64,
    /// Bytes read, newlines included.
    pub bytes: u64,
    /// In a scan by a [`PatternSet`](crate::PatternSet): of the records that matched, how many went to each pattern, in the order of the set.
    pub matched_by_pattern: Vec<u64>,
    /// The first few records that did not match or failed, up to [`limits::FAILURES_KEPT`].
    pub first_failures: Vec<Failure>,
    /// What else there is to be told of the sources that have ended, each with its name: that NUL bytes before lines were skipped, and how many; that
    /// the text is UTF-16; that bytes which follow gzip data were ignored. And of a column, with its name, that some of its times have an offset and others
    /// have none.
    pub notes: Vec<String>,
    /// Of each file that could not be opened or read to its end, and was passed over, what was wrong, with its name: see
    /// [`Input::files`](crate::Input::files).
    pub source_errors: Vec<String>,
}

impl Stats {
    /// Adds the counts of the next block.
    pub(super) fn add(&mut self, block: Stats) {
        let failures = block
            .first_failures
            .into_iter()
            .map(|failure| Failure { record: self.records + failure.record, ..failure });
        let room = limits::FAILURES_KEPT - self.first_failures.len();
        self.first_failures.extend(failures.take(room));
        self.records += block.records;
        self.matched += block.matched;
        self.unmatched += block.unmatched;
        self.failures += block.failures;
        self.filtered += block.filtered;
        self.bytes += block.bytes;
        self.notes.extend(block.notes);
        let patterns = self.matched_by_pattern.len().max(block.matched_by_pattern.len());
        self.matched_by_pattern.resize(patterns, 0);
        for (matched, more) in self.matched_by_pattern.iter_mut().zip(block.matched_by_pattern) {
            *matched += more;
        }
    }
}

/// Which kinds of times the columns of a scan have, in the order of the columns.
#[derive(Debug, Clone, Default)]
pub(crate) struct ColumnOffsets(Vec<OffsetsSeen>);

impl ColumnOffsets {
    pub(super) fn new(columns: Vec<OffsetsSeen>) -> ColumnOffsets {
        ColumnOffsets(columns)
    }

    /// Adds those of further columns: each is the column of the number that `place` gives for its own.
    pub(crate) fn merge(&mut self, more: &ColumnOffsets, place: impl Fn(usize) -> usize) {
        for (number, more) in more.0.iter().enumerate() {
            let place = place(number);
            if self.0.len() <= place {
                self.0.resize(place + 1, OffsetsSeen::default());
            }
            self.0[place] = self.0[place].or(*more);
        }
    }

    /// Adds those of the next block, and a note for each column that has come to have both kinds, where that means different things. Notes that follow each
    /// other are in the order of the columns, so that blocks do not show in it.
    pub(super) fn add(&mut self, block: ColumnOffsets, schema: &Schema, notes: &mut Vec<String>) {
        self.0.resize(schema.len(), OffsetsSeen::default());
        let (mut mixed, mut new) = (Vec::new(), Vec::new());
        for ((all, more), (name, kind)) in self.0.iter_mut().zip(block.0).zip(schema.columns()) {
            let had_both = all.has_both();
            *all = all.or(more);
            if all.has_both() && kind == (ColumnType::Timestamp { utc: false }) {
                let note = format!(
                    "column {name:?}: times with an offset are in UTC, and others as they are written; the option `tz` says in which zone those are"
                );
                if !had_both {
                    new.push(note.clone());
                }
                mixed.push(note);
            }
        }
        if !new.is_empty() {
            let rest = notes.iter().rposition(|note| !mixed.contains(note)).map_or(0, |at| at + 1);
            new.extend(notes.split_off(rest));
            notes.extend(mixed.into_iter().filter(|note| new.contains(note)));
        }
    }
}

/// Why a record has no values, before it is known whether anybody asks.
#[derive(Debug, Clone)]
pub(crate) struct Cause {
    pub(crate) kind: FailureKind,
    /// The name of the column of the field.
    pub(super) field: Option<String>,
    pub(super) reason: Cow<'static, str>,
}

impl Cause {
    pub(crate) const NO_MATCH: Cause = Cause::new(FailureKind::NoMatch, "does not match the pattern");
    pub(super) const TRUNCATED: Cause = Cause::new(FailureKind::Truncated, "the input broke off inside this record");
    pub(super) const NOT_UTF8: Cause = Cause::new(FailureKind::Encoding, "not UTF-8");
    const fn new(kind: FailureKind, reason: &'static str) -> Cause {
        Cause { kind, field: None, reason: Cow::Borrowed(reason) }
    }

    /// Not UTF-8, and the pattern cannot be matched to bytes.
    pub(super) fn not_bytes(why: &str) -> Cause {
        let reason = format!("not UTF-8, and the pattern cannot be matched to bytes: {why}").into();
        Cause { reason, ..Cause::NOT_UTF8 }
    }

    /// The matcher came to a limit, or gave an answer that cannot be.
    pub(super) fn matcher(error: &Error) -> Cause {
        Cause { kind: FailureKind::Matcher, field: None, reason: error.to_string().into() }
    }

    pub(super) fn too_long(max_bytes: usize) -> Cause {
        let reason = format!("record too long: more than {max_bytes} bytes").into();
        Cause { kind: FailureKind::TooLong, field: None, reason }
    }

    pub(super) fn conversion(field: String, reason: String) -> Cause {
        Cause { kind: FailureKind::Conversion, field: Some(field), reason: reason.into() }
    }

    /// The entry for a record of a block, which is on this line of it.
    pub(super) fn failure(&self, block: &Block<'_>, record: Record, line: Option<u64>) -> Failure {
        let text = record.text(block.bytes);
        Failure {
            source: block.source.to_string(),
            offset: block.offset + u64::from(record.start),
            line,
            record: record.number,
            kind: self.kind,
            field: self.field.clone(),
            reason: self.reason.clone().into_owned(),
            text: String::from_utf8_lossy(&text[..text.len().min(limits::EXCERPT_BYTES)]).into_owned(),
        }
    }

    /// The error for a record at which a scan stops.
    pub(crate) fn error(&self, block: &Block<'_>, record: Record) -> Error {
        Error::record(self.failure(block, record, Some(origin::line(block, record.start))))
    }
}

/// The counts of one block, while it is scanned. Whatever was seen and is neither unmatched nor a failure has matched.
#[derive(Debug)]
pub(crate) struct Tally {
    records: u64,
    unmatched: u64,
    failures: u64,
    /// Records that have no row for another reason than a failure, where nobody asks which.
    filtered: Option<u64>,
    bytes: u64,
    holes: Holes,
    /// The first that could not be read, by number.
    unread: BTreeMap<u64, (Record, Cause)>,
    /// How many of these are kept.
    unread_wanted: usize,
    /// Of the columns of its rows.
    offsets: ColumnOffsets,
}

impl Tally {
    pub(crate) fn new(unread_wanted: usize) -> Tally {
        Tally {
            records: 0,
            unmatched: 0,
            failures: 0,
            filtered: None,
            bytes: 0,
            holes: Holes::default(),
            unread: BTreeMap::new(),
            unread_wanted,
            offsets: ColumnOffsets::default(),
        }
    }

    /// The same, but where `skips` is true records without a row count as filtered, unless they are failures that do not depend on the pattern.
    pub(super) fn skipping(self, skips: bool) -> Tally {
        Tally { filtered: skips.then_some(0), ..self }
    }

    /// Whether records without a row count as filtered.
    pub(super) fn skips_filtered(&self) -> bool {
        self.filtered.is_some()
    }

    /// Counts records that were seen, and whose fields do not satisfy the filter.
    pub(super) fn filter_out(&mut self, records: u64) {
        if let Some(filtered) = &mut self.filtered {
            *filtered += records;
        }
    }

    /// Whether it is of use still to know which records could not be read.
    pub(super) fn wants_unread(&self) -> bool {
        self.unread_wanted > 0
    }

    /// Counts records that were seen.
    pub(crate) fn see(&mut self, records: u64) {
        self.records += records;
    }

    /// Takes back records that were counted as seen, and come after the one at which the scan stops.
    pub(super) fn unsee(&mut self, records: u64) {
        self.records -= records;
    }

    /// Counts bytes that were read.
    pub(crate) fn read(&mut self, bytes: u64) {
        self.bytes += bytes;
    }

    /// Counts holes before records.
    pub(crate) fn skip(&mut self, holes: Holes) {
        self.holes.append(holes);
    }

    /// Counts as unmatched, of the records that were seen, some of which nobody asks.
    pub(crate) fn unmatched(&mut self, records: u64) {
        *self.filtered.as_mut().unwrap_or(&mut self.unmatched) += records;
    }

    /// Counts a record that was seen as one that could not be read, and keeps why.
    pub(crate) fn unread(&mut self, record: Record, cause: &Cause) {
        match cause.kind {
            FailureKind::NoMatch | FailureKind::Encoding | FailureKind::Matcher if self.skips_filtered() => {
                return self.filter_out(1);
            }
            FailureKind::NoMatch => self.unmatched += 1,
            _ => self.failures += 1,
        }
        self.keep(record, cause);
    }

    /// Ends the counts with a record whose conversion fails. All records before it were seen, and `matched` of them have matched.
    pub(super) fn end_with(&mut self, record: Record, cause: &Cause, matched: u64) {
        self.records = record.number + 1;
        self.unmatched = record.number - matched;
        self.failures = 1;
        self.bytes = record.end.into();
        self.unread.clear();
        self.keep(record, cause);
    }

    /// How many records that were seen could not be read, for another reason than that they did not match.
    pub(super) fn failures(&self) -> u64 {
        self.failures
    }

    /// Takes out which kinds of times the columns have.
    pub(super) fn take_offsets(&mut self) -> ColumnOffsets {
        std::mem::take(&mut self.offsets)
    }

    /// Keeps which kinds of times the columns have.
    pub(super) fn set_offsets(&mut self, offsets: Vec<OffsetsSeen>) {
        self.offsets = ColumnOffsets::new(offsets);
    }

    /// Keeps a record and why it could not be read, if it is one of the first in the order of the input.
    fn keep(&mut self, record: Record, cause: &Cause) {
        let is_full = self.unread.len() >= self.unread_wanted;
        if is_full && self.unread.last_key_value().is_none_or(|(&last, _)| last < record.number) {
            return;
        }
        self.unread.insert(record.number, (record, cause.clone()));
        if self.unread.len() > self.unread_wanted {
            self.unread.pop_last();
        }
    }

    /// The counts, and the records that were kept, in order.
    pub(crate) fn end(self) -> Counted {
        let filtered = self.filtered.unwrap_or_default();
        let stats = Stats {
            records: self.records,
            matched: self.records - self.unmatched - self.failures - filtered,
            unmatched: self.unmatched,
            failures: self.failures,
            filtered,
            bytes: self.bytes,
            ..Stats::default()
        };
        Counted { stats, offsets: self.offsets, holes: self.holes, unread: self.unread.into_values().collect() }
    }
}

/// What was counted of a block.
#[derive(Debug)]
pub(crate) struct Counted {
    /// Without failures.
    pub(crate) stats: Stats,
    pub(crate) offsets: ColumnOffsets,
    pub(crate) holes: Holes,
    /// Records that could not be read, in order: as many of the first as were wanted.
    pub(crate) unread: Vec<(Record, Cause)>,
}
