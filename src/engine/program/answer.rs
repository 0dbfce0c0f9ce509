//! What a program says: of a whole text, and of one step at a place.

use crate::engine::captures::PackedSpan;

/// As [`Answer`], without the place.
#[cfg(any(test, fuzzing))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Match,
    NoMatch,
    Undecided,
}

/// What a program says of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It matches here, and the spans are written.
    Match(PackedSpan),
    /// It does not match.
    NoMatch,
    /// Fall back to the regex; the text was looked at up to here, about.
    Undecided(usize),
}

#[cfg(any(test, fuzzing))]
impl Answer {
    pub(super) fn outcome(&self) -> Outcome {
        match self {
            Answer::Match(_) => Outcome::Match,
            Answer::NoMatch => Outcome::NoMatch,
            Answer::Undecided(_) => Outcome::Undecided,
        }
    }
}

/// What a step says at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StepOutcome {
    /// It matches, and ends here.
    At(usize),
    /// It does not match here.
    No,
    /// Fall back to the regex.
    Undecided,
}

/// What a step says that may end at several places.
pub(super) enum Choice {
    /// There is one text after which the next literal stands. It ends here.
    Only(usize),
    /// There are several, and this is where the one ends that the regex prefers: a mismatch from here on is undecided.
    Preferred(usize),
    No,
    Undecided,
}
