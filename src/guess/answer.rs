//! How to guess, and what comes of it.

use crate::{
    batch::{Batch, Schema},
    convert::Year,
    error::Result,
    formats::Ready,
    limits,
    scan::ScanOptions,
    set::PatternSet,
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
    /// The pattern alone, or those of a set: a line is of the first kind whose pattern matches it, as in a [`PatternSet`]. At least one.
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

    /// Its patterns as a set, which gives each line to the first kind whose pattern matches it; of one pattern alone, a set of one.
    ///
    /// A set that was guessed is scanned with its [`options`](Self::options). Records of several lines are read by one pattern alone: where
    /// [`multiline`](Self::multiline) is set, there is a [`pattern`](Self::pattern).
    ///
    /// ```
    /// let log = b"2026-01-02 03:04:05 INFO up\n192.0.2.7 \"GET /1\" 200\n2026-01-02 03:04:06 WARN slow\n192.0.2.8 \"GET /2\" 404\n";
    /// let best = &parsimd::guess(parsimd::Input::bytes(log), &parsimd::GuessOptions::default())?[0];
    /// let mut scan = best.set()?.scan_input(parsimd::Input::bytes(log), best.options());
    /// scan.read_all()?;
    /// assert_eq!(scan.stats().matched_by_pattern, [2, 2]);
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    ///
    /// # Errors
    /// None for what was guessed. As [`PatternSet::new`] where it was changed.
    pub fn set(&self) -> Result<PatternSet> {
        PatternSet::new(self.patterns.iter().map(|one| (&*one.name, &*one.pattern)))
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
