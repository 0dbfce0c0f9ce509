//! What the Python extension needs of the crate beside its public face. Nothing here is promised to anyone else.
//!
//! A result in Python is a text and spans, and its values are converted when they are read. So these functions give spans without a
//! [`Match`](crate::Match), of text that is known to be ASCII, and values from a field's text alone.

use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicU64},
};

pub use parsimd_simd::Span;

use crate::{
    Anchored, Batch, Column, Converter, Error, Failure, FailureKind, Field, Input, Match, Pattern, PatternSet, Result,
    Scan, ScanOptions, Schema, SetScan, Value, ValueKind, convert,
    engine::captures::InlineSpans,
    input,
    pattern::{STRPTIME, TYPES},
    scan::single::{find, find_match},
};
pub use crate::{
    convert::{Answer, ConvertTexts},
    engine::{captures::ABSENT, external::Interruption},
    error::below,
    pattern::{is_near, other_language, suggestion},
    scan::Unmatched,
};

/// A converter whose function is given several texts at once, and gives values of this kind; what it raises leaves the scan, which can go on.
pub fn converter(kind: ValueKind, function: Arc<dyn ConvertTexts>) -> Converter {
    Converter::of_texts(kind, function)
}

/// The message of an error; of one in a format with the place, drawn below.
pub fn drawn_message(error: &Error) -> String {
    error.drawn_message()
}

/// What a failure is made of: its source, offset, line, record, the name of its kind, field, reason and text.
pub type FailureParts = (String, u64, Option<u64>, u64, String, Option<String>, String, String);

/// The failure of these parts; `None` where no kind has the name.
pub fn failure((source, offset, line, record, kind, field, reason, text): FailureParts) -> Option<Failure> {
    let kind = FailureKind::named(&kind)?;
    Some(Failure { source, offset, line, record, kind, field, reason, text })
}

/// The error of a scan of texts, with its row counted from `first`: what was scanned is a piece of something longer.
pub fn numbered_from(error: Error, first: u64) -> Error {
    error.after_records(first)
}

/// As [`Input::files`], and adds the bytes that are read of the files, as they lie on the disk, to a counter.
pub fn files_counted<'a>(paths: Vec<PathBuf>, counter: Arc<AtomicU64>) -> Result<Input<'a>> {
    Input::files_counted(paths, Some(counter))
}

/// How many bytes files have together, as they lie on the disk; `None` if one of them is no plain file.
pub fn total_bytes(paths: &[PathBuf]) -> Option<u64> {
    input::total_bytes(paths)
}

/// As [`PatternSet::scan_input`], but options that are wrong are an error at once, as of [`PatternSet::check`].
pub fn set_batches<'a>(set: &PatternSet, input: Input<'a>, options: ScanOptions) -> Result<SetScan<'a>> {
    set.scan_input(input, options).checked()
}

/// As [`PatternSet::scan_table`], but options that are wrong are an error at once, as of [`PatternSet::check_table`].
pub fn set_table<'a>(set: &PatternSet, input: Input<'a>, options: ScanOptions) -> Result<Scan<'a>> {
    set.scan_table(input, options).checked()
}

/// Where a scan has seen records and not one matched, the first, which says why it does not; nothing where that cannot be said.
pub fn none_matched(scan: &Scan<'_>) -> Option<Unmatched> {
    scan.none_matched()
}

/// As [`none_matched`], of a scan by several patterns.
pub fn none_of_set_matched(scan: &SetScan<'_>) -> Option<Unmatched> {
    scan.none_matched()
}

/// These columns of a schema, in this order.
pub fn project(schema: &Schema, columns: &[usize]) -> Schema {
    schema.project(columns)
}

/// Column `at` of a schema, of its pieces, as [`Batch::concat`] joins it.
pub fn join(schema: &Schema, at: usize, pieces: &[Arc<Column>]) -> Result<Column> {
    schema.join(at, pieces)
}

/// So many rows, of columns that have so many each, and the types of the schema.
pub fn batch(schema: Arc<Schema>, columns: Vec<Arc<Column>>, rows: usize) -> Batch {
    Batch::of_columns(schema, columns, rows)
}

/// Type code, its expression, the capture groups in that.
pub fn types() -> impl Iterator<Item = (&'static str, &'static str, usize)> {
    TYPES.iter().map(|row| (row.code, row.regex, row.groups))
}

/// strptime code, its expression.
pub fn strptime() -> impl Iterator<Item = (&'static str, &'static str)> {
    STRPTIME.iter().copied()
}

/// The fields that have a capture group, in order: `kv(…)` is one, and its keys are none.
pub fn group_fields(pattern: &Pattern) -> &[Field] {
    &pattern.0.format.fields
}

/// As [`Pattern::search_at`], for ASCII text; nothing before `start` is looked at.
pub fn search_ascii_at<'t>(pattern: &Pattern, text: &'t str, start: usize) -> Result<Option<Match<'t>>> {
    find_match(&pattern.0, text, true, start, Anchored::No, &mut 0)
}

/// As [`search_ascii_at`], or as [`Pattern::parse`] when anchored, without a match: says whether there is one, and writes its span and then those of
/// the fields to `spans`, as many as have room. That of a field that took no part is [`ABSENT`].
///
/// Who asks for one match after the other hands in the same `decided_from` again, at first 0.
pub fn spans(
    pattern: &Pattern,
    text: &str,
    start: usize,
    anchored: Anchored,
    decided_from: &mut usize,
    spans: &mut [Span],
) -> Result<bool> {
    let mut inline = InlineSpans::default();
    let found = find(pattern.plan(), text.as_bytes(), true, start, anchored, decided_from, &mut inline)?;
    let Some(captures) = found else { return Ok(false) };
    if let Some((whole, fields)) = spans.split_first_mut() {
        *whole = captures.whole();
        for (index, span) in fields.iter_mut().take(pattern.plan().fields()).enumerate() {
            *span = captures.field(index, &inline);
        }
    }
    Ok(true)
}

/// The first `count` matches in an ASCII text, from byte `start` on and without overlap: appends the spans of each to `spans`, as
/// [`spans`] writes them, until `goes_on` says of one that it is the last. Says whether there may be more.
///
/// The pattern must not match nothing at all: it would do so at the same place again.
pub fn spans_of_each(
    pattern: &Pattern,
    text: &str,
    start: usize,
    count: usize,
    spans: &mut Vec<Span>,
    mut goes_on: impl FnMut(&[Span]) -> bool,
) -> Result<bool> {
    let (plan, fields) = (pattern.plan(), pattern.plan().fields());
    let (mut inline, mut decided_from, mut at) = (InlineSpans::default(), 0, start);
    for _ in 0..count {
        let found = find(plan, text.as_bytes(), true, at, Anchored::No, &mut decided_from, &mut inline)?;
        let Some(captures) = found else { return Ok(false) };
        let (whole, from) = (captures.whole(), spans.len());
        at = whole.end as usize;
        spans.push(whole);
        spans.extend((0..fields).map(|field| captures.field(field, &inline)));
        if !goes_on(&spans[from..]) {
            break;
        }
    }
    Ok(true)
}

/// The value of field `index` when its text is `text`; `None` past the last field.
pub fn value<'t>(pattern: &Pattern, index: usize, text: &'t str, year: i32) -> Result<Option<Value<'t>>> {
    pattern.0.value(index, text, year)
}

/// The value of field `index` when its text is `text`, if that is up to 18 decimal digits and nothing else.
pub fn short_integer(pattern: &Pattern, index: usize, text: &str) -> Option<i64> {
    let field = pattern.fields().get(index)?;
    convert::short_integer(field.kind(), text).filter(|_| !field.is_null(text.as_bytes()))
}

/// Whether the text of field `index` is null, or has a value that is no [`BigInt`](crate::BigInt).
pub fn has_small_value(pattern: &Pattern, index: usize, text: &str, year: i32) -> bool {
    let has_value =
        |field: &Field| field.is_null(text.as_bytes()) || convert::has_small_value(field.kind(), text, year);
    pattern.fields().get(index).is_some_and(has_value)
}
