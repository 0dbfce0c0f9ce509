//! The loops over input.
//!
//! | file | what |
//! |---|---|
//! | [`compiled`] | a format with all that was decided about it |
//! | [`single`] | `parse`, `search`, `find_iter`: one text |
//! | [`mismatch`] | why a text does not match |
//! | [`hint`] | what would match it |
//! | [`records`] | `scan`: the lines of an input |
//! | [`texts`] | `scan_texts`, `scan_column`: texts given one by one |
//! | [`options`] | how to scan, as the caller says it |
//! | [`task`] | how to scan, checked |
//! | [`workers`] | the threads of a scan, and who takes which block |
//! | [`block`] | one block: split, match, convert |
//! | [`head`] | what each record begins with that may have several lines |
//! | [`split`] | its records, and what kernels find before any is matched |
//! | [`matching`] | which records match, and where their fields are |
//! | [`keys`] | where the values of the keys of `kv(…)` are |
//! | [`converting`] | the fields of those that match → columns |
//! | [`origin`] | where records came from, as further columns |
//! | [`stats`] | what was seen |
//! | [`reasons`] | why records could not be read, in groups |
//! | [`rejects`] | all records that could not be read |

mod block;
mod compiled;
mod converting;
mod head;
pub(crate) mod hint;
mod keys;
mod matching;
pub(crate) mod mismatch;
mod options;
mod origin;
mod reasons;
mod records;
mod rejects;
pub(crate) mod single;
mod split;
mod stats;
mod task;
#[cfg(test)]
mod tests;
pub(crate) mod texts;
mod workers;

pub(crate) use compiled::Compiled;
pub use hint::Hint;
pub use mismatch::{Expected, Mismatch};
pub use options::{Matches, OnError, Origin, Predicate, Rejects, ScanOptions};
pub use reasons::Reason;
pub use records::Scan;
pub use single::{FindIter, Match};
pub use stats::Stats;
pub(crate) use task::check;
pub use texts::{TextColumn, Texts};
