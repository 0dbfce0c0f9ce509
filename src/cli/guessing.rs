//! The one place where the command asks for a guess.

use std::path::PathBuf;

use super::{
    source::{STDIN, is_stdin},
    stop::Stop,
};
use crate::{
    guess::{Guess, GuessOptions, guess},
    input::Input,
};

/// A guess, as the command needs it.
pub(super) struct Best {
    pub(super) pattern: String,
    pub(super) multiline: bool,
    pub(super) lacks_year: bool,
    /// What to tell about it.
    pub(super) told: String,
}

/// The best guess of one pattern for the lines of the first file that can be read, or for those of standard input, of which `begin` was read.
///
/// # Errors
/// There is none, or no file can be read.
pub(super) fn best(files: &[PathBuf], begin: &[u8]) -> Result<Best, Stop> {
    let guesses = guesses(files, begin)?;
    // Lines of several kinds are read by the pattern that reads most of them.
    let found = guesses.iter().find_map(|guess| Some((guess, guess.pattern()?)));
    let found = found.or_else(|| guesses.first().and_then(|guess| Some((guess, guess.patterns.first()?))));
    let (guess, pattern) = found
        .ok_or_else(|| Stop::new("no pattern can be guessed: give one as the first argument, as in '{ip} {rest}'"))?;
    let part = percent(pattern.matched, guess.lines);
    let name = pattern.ready.map_or(String::new(), |ready| format!(" {},", ready.name));
    let told = format!("guessed{name} '{}', which reads {part} of {} lines", pattern.pattern, guess.lines);
    Ok(Best { pattern: pattern.pattern.clone(), multiline: guess.multiline, lacks_year: guess.lacks_year, told })
}

/// All guesses, for a person.
///
/// # Errors
/// As [`best`].
pub(super) fn listed(files: &[PathBuf], begin: &[u8]) -> Result<String, Stop> {
    let mut out = String::new();
    for guess in guesses(files, begin)? {
        for pattern in &guess.patterns {
            let multiline = if guess.multiline { ", records of several lines" } else { "" };
            let part = percent(pattern.matched, guess.lines);
            out.push_str(&format!("{part}  {}{multiline}\n    {}\n", pattern.name, pattern.pattern));
        }
        for note in &guess.notes {
            out.push_str(&format!("    {note}\n"));
        }
    }
    Ok(out)
}

fn guesses(files: &[PathBuf], begin: &[u8]) -> Result<Vec<Guess>, Stop> {
    let mut unread = None;
    for file in files {
        if is_stdin(file) {
            // What was read may end inside of a line.
            let end = begin.iter().rposition(|&byte| byte == b'\n').map_or(begin.len(), |newline| newline + 1);
            let input = Input::reader(&begin[..end], STDIN).decompressed();
            return Ok(guess(input, &GuessOptions::default())?);
        }
        match Input::open(file) {
            Ok(input) => return Ok(guess(input, &GuessOptions::default())?),
            Err(error) => unread = unread.or(Some(error)),
        }
    }
    Err(unread.map_or_else(|| Stop::new("there is no file to guess from"), Stop::from))
}

fn percent(part: u64, all: u64) -> String {
    format!("{:.0} %", 100.0 * part as f64 / all.max(1) as f64)
}
