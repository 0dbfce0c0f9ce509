//! Patterns for lines of which nothing is known: [`guess`].
//!
//! The ready patterns are tried, and patterns are written from the lines. What is handed out was judged by the engine: each share is that of a scan.
//!
//! | file | what |
//! |---|---|
//! | [`sample`] | the first lines of an input |
//! | [`times`], [`layouts`] | where times stand in a line |
//! | [`atoms`] | a line as times, words, blanks, quoted texts, groups and marks |
//! | [`types`] | the type of a column of texts |
//! | [`elements`] | a pattern in parts, before its fields have names |
//! | [`columns`], [`pairs`] | texts at the same place of their lines → elements |
//! | [`align`] | lines of one kind → elements |
//! | [`table`] | lines that are rows of a table → elements |
//! | [`names`] | elements → the text of a pattern, with names |
//! | [`texts`] | what each match of a pattern has, which tells that it reads no line |
//! | [`judge`] | what a pattern reads of the lines, by a scan |
//! | [`rank`] | which of two is the better guess |
//! | [`kinds`] | which lines are of one kind, and which belong to the line above |
//! | [`answer`] | what is asked, and what is answered |
//! | [`propose`] | the candidates, judged and ranked; sets of them |
//!
//! # Limits
//! [`GUESS_LINES`](crate::limits::GUESS_LINES), [`GUESS_LINE_BYTES`](crate::limits::GUESS_LINE_BYTES) and [`GUESS_BYTES`](crate::limits::GUESS_BYTES) bound the lines that are
//! looked at, [`GUESS_FIELDS`](crate::limits::GUESS_FIELDS) and [`GUESS_KINDS`](crate::limits::GUESS_KINDS) what is made of them.

mod align;
mod answer;
mod atoms;
mod columns;
mod elements;
mod judge;
mod kinds;
mod layouts;
mod names;
mod pairs;
mod propose;
mod rank;
mod sample;
mod table;
mod texts;
mod times;
mod types;

pub use answer::{Guess, GuessOptions, GuessedPattern};
use propose::{Candidate, Proposer};
use sample::Sample;

use crate::{error::Result, input::Input};

/// Guesses the pattern of the lines of an input, the best guess first; there is at least one, unless [`most`](GuessOptions::most) is 0.
///
/// A guess is better if it reads more of the lines, in steps of one in a hundred; then if it says more, by typed columns with names; then if it is
/// shorter. The input is read as far as the lines reach that are looked at.
///
/// ```
/// let log = "2026-01-02 03:04:05 INFO [main] app.Server: up\n2026-01-02 03:04:06 WARN [main] app.Disk: slow\n";
/// let guesses = parsimd::guess(parsimd::Input::bytes(log), &parsimd::GuessOptions::default())?;
/// let best = guesses[0].pattern().expect("the lines are of one kind");
/// assert_eq!(best.pattern, "{time:t} {level:w} [{thread}] {logger}: {message:|}");
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
    let proposer = Proposer::new()?;
    let mut found = proposer.propose(&sample)?;
    if found.first().is_none_or(|best| best.is_poor(&sample))
        && let Some(set) = proposer.set(&sample, &found)?
    {
        return Ok(std::iter::once(set).chain(guesses(&sample, found)?).take(options.most).collect());
    }
    found.truncate(options.most);
    guesses(&sample, found)
}

fn guesses(sample: &Sample, found: Vec<Candidate>) -> Result<Vec<Guess>> {
    found.into_iter().map(|candidate| candidate.guess(sample)).collect()
}
