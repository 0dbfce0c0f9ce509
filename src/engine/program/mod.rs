//! Programs: a faster way to the regex's answer, for formats that are literals with fields between them.
//!
//! A program is a list of operations, each with one way to match, so it never backtracks. It answers *match*, *no match* or *undecided*;
//! undecided falls back to the regex.
//!
//! # Segments and lazy fields
//!
//! A format is a chain of *segments* with a *lazy* field (`{}`, which is `.+?`) between each and the next:
//!
//! ```text
//!   {ip} - - [{ts:th}] "{req}" {status:d} {bytes:d} "{ref}" "{ua}"
//!   lazy └─────┬──────┘ lazy └──────────┬──────────┘ lazy └┬┘ lazy │
//!            segment                 segment            segment  segment
//! ```
//!
//! A segment is a run of steps: literals, greedy classes (`w`, `d`, …) and datetimes. Each step has **one way to match** from a
//! given place, and an end that never moves back when the place moves on. That is why nothing need be undone:
//!
//! * A lazy field takes the text up to the earliest place, at least one character on, where the next segment matches. If there is a match with
//!   the segment at a later place, there is one with it at the earliest too: the segment ends no later, and the next lazy field
//!   takes what lies between. And the regex prefers the earliest, since its field is lazy.
//! * Where the match is anchored the last segment is the exception: no lazy field follows that could take the rest. The earliest
//!   place *from which it reaches the end* is taken.
//!
//! # One way to match
//!
//! A step has one way to match when the next one cannot begin with a byte that the step could have taken too: the digits of `d` before a blank,
//! but not before a `7`. The [compiler](compile) checks that on sets of bytes: the *can-extend set* of a step must not meet the *FIRST set* of the next.
//! There is one more case: the literal after a class begins with bytes of the class and then has one that ends any run of it, as in `{:S}: `.
//! Then the literal has one place too, and the run is taken but for these bytes.
//!
//! An [optional part](steps::Part) is a step too, with two ways, of which the regex prefers the one where the part is present.
//!
//! Otherwise the boundary is *ambiguous*. Some ambiguous boundaries refuse the format a program. With others the program prefers what the regex
//! prefers, so a match is right, but a mismatch means *undecided* from there on:
//!
//! * A step before a lazy field may take less, but prefers the longest.
//! * A lazy field with a maximum may be too short for what a later place would need.
//! * A lazy field with a minimum that no literal ends is tried with its minimum, which the regex prefers.
//! * Padding is taken as far as it goes. That is the one way unless what follows may begin with the padding byte. A number may begin with a blank, and is
//!   no exception: what is a number after fewer blanks is one after all of them. Padding before a literal that begins with its byte
//!   changes places with these bytes, which matches the same texts.
//! * A field with an [automaton] before something that it could take more of ends where the regex tries first.
//! * A number with a width takes as many digits as it may, and what follows may begin with a digit.
//! * An optional part may have to be missing where it is present. A lazy field in it may be too short.
//!
//! # Text that is not ASCII
//!
//! A program looks at bytes. In UTF-8 a literal stands only where a character begins, and a lazy field may take any
//! character. The characters that mean more to the regex are in the [quit set](super::quit): a record that has one is not given to the program. To a
//! field with a width that is every character that is not ASCII.
//!
//! # Time
//!
//! It is linear. The literal of a search has a byte that none of its segment's steps scans, so it cannot stand inside of what
//! a step has scanned, and no text is looked at more often than the segment has steps. Where a format begins with a class or a number, a
//! search tries each run of it once, and the other classes of the segment have no bytes that it has not: their runs are parts of such runs.
//!
//! | file | what |
//! |---|---|
//! | [`compile`] | format → operations, or why there is no program |
//! | [`ops`] | the operations |
//! | [`steps`] | the steps of a segment: literals, classes, numbers, padding, repeats, optional parts |
//! | [`datetime`] | the steps that are dates and times |
//! | [`automaton`] | the steps that are expressions: types of the caller's own, and those that `parse` does not have |
//! | [`shortcut`] | the usual ways of writing such types |
//! | [`openings`] | the search for a segment that begins with an optional part |
//! | [`bytes`] | sets of bytes; searches in short fields |
//! | [`exec`] | one text through a program |
//! | [`batch_exec`] | the records of a block through a program, operation after operation |
//! | [`spans`] | where the fields of a block's records are |
//! | [`answer`] | what a program says |
//! | [`explain`] | a program in words |

#[cfg(any(test, fuzzing))]
pub(crate) mod agreement;
mod answer;
mod automaton;
mod batch_exec;
mod bytes;
mod compile;
mod datetime;
mod exec;
mod explain;
#[cfg(test)]
mod expressions;
mod openings;
mod ops;
#[cfg(any(test, fuzzing))]
pub(crate) mod pieces;
mod shortcut;
mod spans;
mod steps;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use answer::Answer;
pub(crate) use batch_exec::{Stop, Walk};
pub(crate) use explain::quote;
pub(crate) use ops::Program;
pub(crate) use spans::{SpanRow, SpanTable};
pub(crate) use steps::NonAscii;
