//! What fuzzing asks: promises as functions of plain arguments, which panic where one is broken.
//!
//! A case of [`cases`] makes the arguments out of whatever bytes libFuzzer comes to. `ci/fuzz` prints a case that fails as calls of these functions: tests, to be
//! pasted into `found`. So each case that was found is run by `cargo test` from then on, without a fuzzer.
//!
//! | file | what it promises |
//! |---|---|
//! | [`formats`] | any text is a pattern or an error that points into it; formats of other tools become patterns |
//! | [`engines`] | programs, walks and single calls say what the regex says |
//! | [`kernels`] | each kernel says the same on each instruction set |
//! | [`values`] | a value is the one that the standard library reads, in single calls and in columns |
//! | [`scans`] | a scan is the same however its input comes, and loses nothing quietly |
//! | `Conditions` | a condition chooses the rows that a look at each row chooses |
//! | [`guesses`] | a guess matches what it says that it matches |
//! | [`cases`] | what is made of bytes: the arguments of the checks above |
//! | `generated` | the same on generated cases, without a fuzzer |
//! | `seeds` | the same on the seeds of `ci/fuzz` and what is nearly one, without a fuzzer |
//!
//! It is compiled for tests and for cargo-fuzz, which sets `cfg(fuzzing)`, and is no part of what is shipped.

pub mod cases;
mod engines;
mod formats;
#[cfg(test)]
mod found;
#[cfg(test)]
mod generated;
mod guesses;
mod kernels;
mod scans;
#[cfg(test)]
mod seeds;
mod values;

#[cfg(feature = "cli")]
pub use crate::cli::Conditions;
pub use engines::{program_and_regex, single_and_regex};
pub use formats::{converted_format, pattern_or_error};
pub use guesses::guess_is_kept;
pub use kernels::{columns_agree, kernels_agree};
pub use scans::{Damage, Way, damaged_scan, same_scan};
pub use values::{same_value, written_time_is_read};

use crate::Cell;

/// A value, as a text that two of them have if they are the same.
fn spelt(cell: Cell<'_>) -> String {
    match cell {
        // A map shows the memory that it shares with its neighbours.
        Cell::Map(entries) => format!("{:?}", entries.iter().collect::<Vec<_>>()),
        cell => format!("{cell:?}"),
    }
}

/// What formats and texts are generated from.
pub mod pieces {
    use crate::engine::program::pieces;

    /// Type codes, each with texts that it matches or nearly does.
    pub fn types() -> &'static [(&'static str, &'static [&'static str])] {
        pieces::TYPES
    }

    /// Literals that stand between fields.
    pub fn literals() -> &'static [&'static str] {
        pieces::LITERALS
    }

    /// Characters that are not ASCII.
    pub fn others() -> &'static [&'static str] {
        pieces::OTHERS
    }

    /// What may stand between the pieces of a text, and does not belong there.
    pub fn noise() -> &'static [&'static str] {
        pieces::NOISE
    }
}
