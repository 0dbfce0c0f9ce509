//! Records that could not be read, as data: what kind of failure, where, in which field and why.

use std::fmt;

/// What kept a record from being read.
///
/// ```
/// use parsimd::FailureKind;
///
/// let mut scan = parsimd::Pattern::new("{n:d}")?.scan(b"1\nx\n99999999999999999999\n");
/// scan.read_all()?;
/// let [first, second] = &scan.stats().first_failures[..] else { panic!("two lines have no row") };
/// assert_eq!((first.kind, first.field.as_deref()), (FailureKind::NoMatch, None));
/// assert_eq!((second.kind, second.field.as_deref()), (FailureKind::Conversion, Some("n")));
/// # Ok::<(), parsimd::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// It does not match the pattern. Such a record counts as unmatched, all others as failures.
    NoMatch,
    /// It matches, but the text of a field is no value of its type, or of its column.
    Conversion,
    /// It is not UTF-8, and cannot be matched as bytes.
    Encoding,
    /// It is longer than [`ScanOptions::max_record_bytes`](crate::ScanOptions::max_record_bytes).
    TooLong,
    /// The input broke off inside of it.
    Truncated,
    /// The matcher gave up at a [limit](crate::limits::BACKTRACKS), or its answer was no place in the record.
    Matcher,
}

impl FailureKind {
    /// The name of the kind, in one word with underscores: `no_match`, `conversion`, `encoding`, `too_long`, `truncated`, `matcher`.
    pub fn name(self) -> &'static str {
        match self {
            FailureKind::NoMatch => "no_match",
            FailureKind::Conversion => "conversion",
            FailureKind::Encoding => "encoding",
            FailureKind::TooLong => "too_long",
            FailureKind::Truncated => "truncated",
            FailureKind::Matcher => "matcher",
        }
    }

    /// The kind of a name.
    pub(crate) fn named(name: &str) -> Option<FailureKind> {
        use FailureKind::{Conversion, Encoding, Matcher, NoMatch, TooLong, Truncated};
        [NoMatch, Conversion, Encoding, TooLong, Truncated, Matcher].into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A record that could not be read. Its `Display` says what [`kind`](Self::kind), field and reason say, in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The name of the file, or `<bytes>`.
    pub source: String,
    /// Where the record begins in that source, in bytes, decompressed.
    pub offset: u64,
    /// The number of its first line in that source, from 1; `None` for a text that was given by itself.
    pub line: Option<u64>,
    /// The number of the record in the scan, from 0.
    pub record: u64,
    /// What kept it from being read.
    pub kind: FailureKind,
    /// The name of the column of the field that has no value, for [`FailureKind::Conversion`].
    pub field: Option<String>,
    /// Why it could not be read, without the name of the field.
    pub reason: String,
    /// The record, cut after [`limits::EXCERPT_BYTES`](crate::limits::EXCERPT_BYTES) bytes; what is not UTF-8 in it is replaced by U+FFFD.
    pub text: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "field {field}: {}", self.reason),
            None => f.write_str(&self.reason),
        }
    }
}
