//! `--why` and `--unmatched`: what became of records that have no row.

use std::{io::Write, path::PathBuf};

use super::{
    args::Args,
    gather::{Kept, batch},
    output::{Output, Target, printable, text_width},
    source,
    stop::Stop,
};
use crate::{
    api::Pattern,
    batch::{Batch, ColumnType},
    limits,
    scan::{OnError, ReasonGroup, Scan, ScanOptions, Stats, found, grouped},
};

/// How many of the texts that were found instead of what was expected are shown.
const FOUND_SHOWN: usize = 3;
/// Of how many lines it is asked whether one matches, where a condition left that open.
const LOOKED_AT: u64 = 1000;

/// Where reasons go: as rows with `--to` or `-o`, else as text for a person.
pub(super) enum Reasons {
    Text(Box<dyn Write + Send>, Option<usize>),
    Rows(Box<dyn Output>),
}

impl Reasons {
    /// # Errors
    /// The output cannot be opened.
    pub(super) fn new(args: &Args, target: &Target) -> Result<Reasons, Stop> {
        if args.form.is_none() && args.output.is_none() {
            return Ok(Reasons::Text(target.writer()?, target.width));
        }
        Ok(Reasons::Rows(target.open(rows(&[]).schema())?))
    }

    /// Writes the reasons of a scan; says whether there were some.
    pub(super) fn write(&mut self, scan: &Scan<'_>) -> Result<bool, Stop> {
        let groups = scan.reasons_by_expected()?;
        match self {
            Reasons::Text(out, width) => {
                out.write_all(draw(&groups, *width).as_bytes())?;
                out.flush()?;
            }
            Reasons::Rows(out) => {
                if !groups.is_empty() {
                    out.write(&rows(&groups))?;
                }
                out.finish()?;
            }
        }
        Ok(!groups.is_empty())
    }
}

/// The most frequent reason why records have no row, in one line.
pub(super) fn first(scan: &Scan<'_>) -> Result<Option<String>, Stop> {
    let groups = scan.reasons_by_expected()?;
    Ok(groups.first().map(|group| format!("{}: {}", group.reason.lines(), told(group))))
}

/// Whether there were records and not one was read.
pub(super) fn is_none_read(stats: &Stats) -> bool {
    stats.records > 0 && stats.records == stats.unmatched + stats.failures
}

/// Where there were records and not one was read: why the first was not, and what would match it.
pub(super) fn none_read(scan: &Scan<'_>) -> Option<String> {
    none_of("no line", scan)
}

/// The same of the first lines of a file, where a scan with a condition matched nothing: it did not look at all lines, so it cannot tell whether they match.
/// They are read again, without the condition; standard input is gone by then.
pub(super) fn none_of_the_first_read(pattern: &Pattern, files: &[PathBuf], options: ScanOptions) -> Option<String> {
    let file = files.iter().find(|file| !source::is_stdin(file))?;
    // A line that does not match has a row of nulls, and counts for the limit.
    let options = ScanOptions { filter: Vec::new(), on_error: OnError::Null, limit: Some(LOOKED_AT), ..options };
    let mut scan = pattern.scan_input(source::open_file(file).ok()?, options);
    scan.read_all().ok()?;
    let lines = match scan.stats().records {
        LOOKED_AT => format!("none of the first {} lines of {}", grouped(LOOKED_AT), file.display()),
        _ => format!("no line of {}", file.display()),
    };
    none_of(&lines, &scan)
}

/// Why these lines, which are all of a scan, were not read.
fn none_of(lines: &str, scan: &Scan<'_>) -> Option<String> {
    let stats = scan.stats();
    if !is_none_read(stats) {
        return None;
    }
    let why = match (scan.none_matched().and_then(|first| first.explained()), stats.first_failures.first()) {
        (Some(why), _) => format!("{lines} matched: {why}"),
        (None, Some(first)) if stats.failures > 0 => format!("{lines} could be read: {first}"),
        (None, _) => format!("{lines} matched the pattern"),
    };
    Some(why)
}

/// What was expected and what was found, or else the reason, without the number of records.
fn told(group: &ReasonGroup) -> String {
    match (&group.expected, &group.reason.example) {
        (Some(expected), _) => format!("{expected}, {}", all_found(&group.found)),
        (None, Some(example)) => example.to_string(),
        (None, None) => "other reasons".to_owned(),
    }
}

/// What was found; of several texts the most frequent, each with the number of its records.
fn all_found(texts: &[(String, u64)]) -> String {
    if let [(only, _)] = texts {
        return found(only);
    }
    let shown = texts.iter().take(FOUND_SHOWN).map(|(text, count)| {
        let text = if text.is_empty() { "the end".to_owned() } else { format!("{text:?}") };
        format!("{text} ({})", grouped(*count))
    });
    let mut shown: Vec<String> = shown.collect();
    match texts.len().saturating_sub(FOUND_SHOWN) {
        0 => {}
        1 => shown.push("1 other".to_owned()),
        others => shown.push(format!("{} others", grouped(others as u64))),
    }
    let last = shown.pop().unwrap_or_default();
    format!("found {} and {last}", shown.join(", "))
}

/// What would match the first record of a group.
fn help(group: &ReasonGroup) -> Option<String> {
    let (_, hint) = group.example.as_ref()?.explain();
    hint.map(|hint| hint.message)
}

/// The first record of a group: whole, if it was kept so.
fn example(group: &ReasonGroup) -> Option<&str> {
    let whole = group.example.as_ref().and_then(|example| example.text());
    whole.or(group.reason.example.as_ref().map(|example| &*example.text))
}

/// A row for each reason.
fn rows(groups: &[ReasonGroup]) -> Batch {
    let int = |number: u64| Kept::Int(number as i64);
    let text = |text: &str| Kept::Text(text.as_bytes().to_vec());
    let first = |group: &ReasonGroup| group.reason.example.clone();
    let column = |name: &str, kind, value: &dyn Fn(&ReasonGroup) -> Option<Kept>| {
        (name.to_owned(), kind, groups.iter().map(value).collect())
    };
    batch(vec![
        column("lines", ColumnType::Int64, &|group| Some(int(group.reason.count))),
        column("is_estimate", ColumnType::Bool, &|group| Some(Kept::Bool(group.reason.is_estimate))),
        column("reason", ColumnType::Text, &|group| Some(text(&told(group)))),
        column("help", ColumnType::Text, &|group| Some(text(&help(group)?))),
        column("file", ColumnType::Text, &|group| Some(text(&first(group)?.source))),
        column("line", ColumnType::Int64, &|group| Some(int(first(group)?.line?))),
        column("position", ColumnType::Int64, &|group| Some(int(group.reason.position? as u64))),
        column("example", ColumnType::Text, &|group| Some(text(example(group)?))),
    ])
}

/// Each reason with its first record, the place in it, and what would match it, in lines of this width.
fn draw(groups: &[ReasonGroup], width: Option<usize>) -> String {
    let room = width.map_or(limits::EXCERPT_BYTES, |width| width.saturating_sub(4));
    let mut out = String::new();
    for group in groups {
        out.push_str(&format!("{}: {}\n", group.reason.lines(), told(group)));
        let (Some(first), Some(text)) = (&group.reason.example, example(group)) else { continue };
        let line = first.line.map_or(String::new(), |line| format!(":{line}"));
        out.push_str(&format!("    {}{line}:\n", printable(&first.source)));
        let before = group.reason.position.and_then(|position| text.get(..position));
        let place = before.map(|before| printable(before).chars().count());
        let is_cut = group.example.is_none() && text.len() >= limits::EXCERPT_BYTES;
        let (text, place) = window(&(printable(text) + if is_cut { "…" } else { "" }), place, room);
        out.push_str(&format!("    {text}\n"));
        if let Some(place) = place {
            let blanks = text_width(&text.chars().take(place).collect::<String>());
            out.push_str(&format!("    {:blanks$}^\n", ""));
        }
        if let Some(help) = help(group) {
            out.push_str(&format!("    help: {}\n", printable(&help)));
        }
    }
    out
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
