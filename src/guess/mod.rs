//! Patterns for lines of which nothing is known: [`guess`].
//!
//! The ready patterns are tried, and patterns are written from the lines. What is handed out was judged by the engine: each share is that of a scan.
//!
//! | file | what |
//! |---|---|
//! | [`sample`] | the first lines of an input |
//! | [`judge`] | what a pattern reads of them, by a scan, and how much that says |
//!
//! # Limits
//! [`limits::GUESS_LINES`], [`limits::GUESS_LINE_BYTES`] and [`limits::GUESS_BYTES`] bound the lines that are looked at.

mod judge;
mod sample;


use judge::Judge;
use sample::Sample;

use crate::{
    api::Pattern,
    batch::{Batch, Schema},
    convert::Year,
    error::Result,
    formats::{READY, Ready},
    input::Input,
    limits,
    scan::ScanOptions,
};

/// How to guess.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct GuessOptions {
    /// How many lines are looked at, of the beginning of the input.
    pub lines: usize,
    /// How many guesses to give at most.
    pub most: usize,
}

impl Default for GuessOptions {
    fn default() -> Self {
        GuessOptions { lines: limits::GUESS_LINES, most: 5 }
    }
}

/// A guess: a pattern, or a set of them where the lines are of several kinds, and what came of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Guess {
    /// The pattern alone, or those of a set: a line is of the first kind whose pattern reads it. At least one.
    pub patterns: Vec<GuessedPattern>,
    /// Whether records go over several lines: [`ScanOptions::multiline`].
    pub multiline: bool,
    /// Whether times are written without a year; then [`options`](Self::options) has [`Year::Recent`].
    pub lacks_year: bool,
    /// How many lines were looked at.
    pub lines: u64,
    /// How many of them belong to records that a scan has read, with every value.
    pub matched: u64,
    /// What else is to be known of it, each a sentence.
    pub notes: Vec<String>,
}

/// A pattern of a [`Guess`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct GuessedPattern {
    /// The name of the ready pattern; else a name among the patterns of the guess.
    pub name: String,
    /// The ready pattern, if it is one.
    pub ready: Option<&'static Ready>,
    /// The text of the pattern.
    pub pattern: String,
    /// How many lines belong to records that it has read, in a set of those that no pattern before it has.
    pub matched: u64,
    /// The first rows, three at most.
    pub rows: Batch,
}

impl Guess {
    /// The pattern, unless it is a set.
    pub fn pattern(&self) -> Option<&GuessedPattern> {
        match &self.patterns[..] {
            [one] => Some(one),
            _ => None,
        }
    }

    /// The share of the lines that it reads, from 0 to 1.
    pub fn share(&self) -> f64 {
        self.matched as f64 / self.lines.max(1) as f64
    }

    /// The options to scan with.
    pub fn options(&self) -> ScanOptions {
        let year = if self.lacks_year { Year::Recent } else { Year::Current };
        ScanOptions { multiline: self.multiline, year, ..ScanOptions::default() }
    }
}

impl GuessedPattern {
    /// The names and types of the columns.
    pub fn schema(&self) -> &Schema {
        self.rows.schema()
    }
}

/// Guesses the pattern of the lines of an input, the best guess first; there is at least one.
///
/// A guess is better if it reads more of the lines, in steps of one in a hundred; then if it says more, by typed columns with names; then if it is
/// shorter. The input is read as far as the lines reach that are looked at.
///
/// ```
/// let log = "2026-01-02 03:04:05 INFO [main] app.Server: up\n2026-01-02 03:04:06 WARN [main] app.Disk: slow\n";
/// let guesses = parsimd::guess(parsimd::Input::bytes(log), &parsimd::GuessOptions::default())?;
/// let best = guesses[0].pattern().expect("the lines are of one kind");
/// assert_eq!(best.pattern, "{time:t} {level:w} [{thread}] {logger}: {message}");
/// assert_eq!((best.name.as_str(), guesses[0].share()), ("hadoop", 1.0));
///
/// let pattern = parsimd::Pattern::new(&best.pattern)?;
/// let mut scan = pattern.scan_input(parsimd::Input::bytes(log), guesses[0].options());
/// assert_eq!(scan.read_all()?.len(), 2);
/// # Ok::<(), parsimd::Error>(())
/// ```
///
/// # Errors
/// [`Error::is_guess`](crate::Error::is_guess): there are no lines, they are no text, or they are JSON, which a JSON reader reads.
/// [`Error::is_io`](crate::Error::is_io) from the input.
pub fn guess(input: Input<'_>, options: &GuessOptions) -> Result<Vec<Guess>> {
    let sample = Sample::read(input, options.lines)?;
    let mut guesses = Vec::new();
    for ready in READY {
        let pattern = Pattern::new(ready.pattern)?;
        let judge = Judge::new(&sample, &pattern, false)?;
        if judge.matched > 0 {
            guesses.push((judge.matched, single(&sample, &pattern, Some(ready), false, judge)?));
        }
    }
    guesses.sort_by_key(|(matched, guess)| (std::cmp::Reverse(*matched), guess.patterns[0].pattern.len()));
    Ok(guesses.into_iter().map(|(_, guess)| guess).take(options.most).collect())
}

fn single(
    sample: &Sample,
    pattern: &Pattern,
    ready: Option<&'static Ready>,
    multiline: bool,
    judge: Judge,
) -> Result<Guess> {
    let name = ready.map_or("pattern", |ready| ready.name).to_owned();
    let rows = judge.first_rows();
    let text = pattern.format().to_owned();
    let patterns = vec![GuessedPattern { name, ready, pattern: text, matched: judge.matched, rows }];
    let lacks_year = judge.lacks_year(sample, pattern, multiline)?;
    Ok(Guess { patterns, multiline, lacks_year, lines: sample.len() as u64, matched: judge.matched, notes: Vec::new() })
}
