//! The one place where the command asks for a guess.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{
    source::{self, STDIN, StdinAhead, is_stdin},
    stop::Stop,
};
use crate::{
    api::Pattern,
    error::Error,
    guess::{Guess, GuessOptions, guess},
    input::Input,
    scan::ScanOptions,
    set::PATTERN,
};

/// A guess, as the command needs it.
pub(super) struct Best {
    /// The pattern, or those of several kinds of lines, each after its name.
    pub(super) patterns: Vec<(String, String)>,
    pub(super) multiline: bool,
    /// What to tell about it.
    pub(super) told: String,
}

/// The best guess for the lines of the files, standard input among them; and what of that was read. `in_utc` says that time
/// stamps are converted to UTC.
///
/// # Errors
/// There is none, or no file can be read.
pub(super) fn best(files: &[PathBuf], in_utc: bool) -> Result<(Best, Vec<u8>), Stop> {
    let (guesses, begin) = guesses(files)?;
    let mut found = guesses.iter().filter_map(|guess| Some((guess, renamed(guess, in_utc)?)));
    let (best, patterns) = found
        .next()
        .ok_or_else(|| Stop::new("no pattern can be guessed: give one as the first argument, as in '{ip} {rest}'"))?;
    let part = percent(best.matched, best.lines);
    let multiline = if best.multiline { " --multiline" } else { "" };
    let told = match best.pattern() {
        Some(one) => {
            let name = one.ready.map_or(String::new(), |ready| format!(" {},", ready.name));
            format!("guessed{name} {}{multiline}, which reads {part} of {} lines", quoted(&one.pattern), best.lines)
        }
        None => {
            let each: String = patterns.iter().map(|(name, text)| format!("\n  -p {name}={}", quoted(text))).collect();
            format!("guessed {} patterns, which read {part} of {} lines:{each}{multiline}", patterns.len(), best.lines)
        }
    };
    let told = best.notes.iter().fold(told, |told, note| format!("{told}\n  note: {note}"));
    Ok((Best { patterns, multiline: best.multiline, told }, begin))
}

/// Names and patterns of a guess, with other names for fields where patterns have one name for columns of several types, of which no table can be made. `None` if
/// that cannot be done.
fn renamed(guess: &Guess, in_utc: bool) -> Option<Vec<(String, String)>> {
    if let Some(one) = guess.pattern() {
        return Some(vec![(one.name.clone(), one.pattern.clone())]);
    }
    // The name of each column, and its type unless it is taken.
    let mut columns = BTreeMap::from([(PATTERN.to_owned(), None)]);
    let mut patterns = Vec::new();
    for one in &guess.patterns {
        let mut text = one.pattern.clone();
        for (name, kind) in one.schema().columns() {
            let kind = Some(if in_utc { kind.in_utc() } else { kind });
            let mut unique = name.to_owned();
            if *columns.entry(unique.clone()).or_insert(kind) != kind {
                let is_free = |name: &String| !columns.contains_key(name) && one.schema().position(name).is_none();
                unique = (2..).map(|number| format!("{name}{number}")).find(is_free)?;
                text = with_name(&text, name, &unique);
                columns.insert(unique.clone(), kind);
            }
            Pattern::new(&text).ok()?.field_number(&unique)?;
        }
        patterns.push((one.name.clone(), text));
    }
    Some(patterns)
}

/// The pattern, with another name for a field.
fn with_name(pattern: &str, name: &str, other: &str) -> String {
    let mut out = pattern.to_owned();
    for (at, _) in pattern.rmatch_indices(&format!("{{{name}")) {
        let braces = pattern[..at].bytes().rev().take_while(|&byte| byte == b'{').count();
        let end = at + 1 + name.len();
        // Two braces are one in the text.
        if braces % 2 == 0 && pattern[end..].starts_with([':', '}']) {
            out.replace_range(at + 1..end, other);
        }
    }
    out
}

/// All guesses, for a person.
///
/// # Errors
/// As [`best`].
pub(super) fn listed(files: &[PathBuf]) -> Result<String, Stop> {
    let mut out = String::new();
    for guess in guesses(files)?.0 {
        let multiline = if guess.multiline { ", records of several lines" } else { "" };
        let indent = match guess.pattern() {
            Some(_) => "",
            None => {
                let part = percent(guess.matched, guess.lines);
                out.push_str(&format!("{part}  {} patterns together\n", guess.patterns.len()));
                "    "
            }
        };
        for pattern in &guess.patterns {
            let part = percent(pattern.matched, guess.lines);
            out.push_str(&format!("{indent}{part}  {}{multiline}\n{indent}    {}\n", pattern.name, pattern.pattern));
        }
        for note in &guess.notes {
            out.push_str(&format!("{indent}    {note}\n"));
        }
    }
    Ok(out)
}

/// How many of the other files are looked at, and how many lines of each.
const OTHERS: usize = 16;
const HEAD: u64 = 50;

/// The guesses, and what of standard input was read for them: those of the first file, or, where the best of them reads not one of the first lines of another file, those of
/// the first lines of each.
fn guesses(files: &[PathBuf]) -> Result<(Vec<Guess>, Vec<u8>), Stop> {
    let (first, guesses, begin) = of_first(files)?;
    let others: Vec<Vec<u8>> =
        files[first + 1..].iter().filter(|file| !is_stdin(file)).take(OTHERS).filter_map(|file| head(file)).collect();
    if others.iter().all(|head| guesses.first().is_some_and(|best| reads_some(best, head))) {
        return Ok((guesses, begin));
    }
    let first = if is_stdin(&files[first]) { Some(begin.clone()) } else { head(&files[first]) };
    let all = first.into_iter().chain(others).collect::<Vec<_>>().concat();
    let of_all = guess(Input::bytes(&all), &GuessOptions::default());
    Ok((of_all.unwrap_or(guesses), begin))
}

/// The first lines of a file; `None` if it has none, or cannot be read.
fn head(file: &Path) -> Option<Vec<u8>> {
    let options = ScanOptions { limit: Some(HEAD), ..ScanOptions::default() };
    let lines = Pattern::new("{line}").ok()?.scan_input(source::open_file(file).ok()?, options).read_all().ok()?;
    let head: Vec<u8> =
        (0..lines.len()).flat_map(|row| format!("{}\n", lines.columns()[0].get(row)).into_bytes()).collect();
    (!head.is_empty()).then_some(head)
}

/// Whether a guess reads one line at least.
fn reads_some(guess: &Guess, lines: &[u8]) -> bool {
    guess.patterns.iter().any(|one| {
        let found =
            Pattern::new(&one.pattern).and_then(|one| one.scan_input(Input::bytes(lines), guess.options()).read_all());
        found.is_ok_and(|rows| !rows.is_empty())
    })
}

/// The number of the first file of which there are guesses, these, and what of standard input was read for them. A file that cannot be read or has no lines is passed over.
fn of_first(files: &[PathBuf]) -> Result<(usize, Vec<Guess>, Vec<u8>), Stop> {
    let (mut unread, mut empty) = (None, None);
    for (number, file) in files.iter().enumerate() {
        let (name, mut begin) = (file.display().to_string(), Vec::new());
        let found = match is_stdin(file) {
            true => {
                let mut ahead = StdinAhead::new().map_err(|error| Stop::new(format!("{STDIN}: {error}")))?;
                let found = guess(Input::reader(&mut ahead, STDIN).decompressed(), &GuessOptions::default());
                begin = ahead.read;
                found
            }
            false => source::open_file(file).and_then(|input| guess(input, &GuessOptions::default())),
        };
        match found {
            Ok(guesses) => return Ok((number, guesses, begin)),
            Err(error) if error.is_no_lines() => empty = empty.or(Some(Stop::Nothing(told_of(&name, &error)))),
            Err(error) if error.is_guess() => return Err(Stop::new(told_of(&name, &error))),
            Err(error) => unread = unread.or(Some(Stop::from(error))),
        }
    }
    Err(unread.or(empty).unwrap_or_else(|| Stop::new("there is no file to guess from")))
}

/// An error about what is in a file.
fn told_of(file: &str, error: &Error) -> String {
    format!("{}: {error}", if file == "-" { STDIN } else { file })
}

/// A text as a word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn percent(part: u64, all: u64) -> String {
    format!("{:.0} %", 100.0 * part as f64 / all.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_gets_another_name_and_what_looks_like_it_does_not() {
        let pattern = "{{time}} {time:t} {time2} {times} {time} time";
        assert_eq!(with_name(pattern, "time", "at"), "{{time}} {at:t} {time2} {times} {at} time");
    }

    #[test]
    fn a_pattern_is_one_word_of_a_shell() {
        assert_eq!(quoted("{a} isn't"), r"'{a} isn'\''t'");
    }
}
