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
//! | [`workers`] | what the threads of a scan do in one call of it |
//! | [`wave`] | the blocks of a call, and which thread takes which |
//! | [`lanes`] | compressed files that are read side by side |
//! | [`pool`] | the threads |
//! | [`block`] | one block: split, match, convert |
//! | [`head`] | what each record begins with that may have several lines |
//! | [`split`] | its records, and what kernels find before any is matched |
//! | [`matching`] | which records match, and where their fields are |
//! | [`keys`] | where the values of the keys of `kv(…)` are |
//! | [`part`] | one pattern of several, which share the lines of a block |
//! | [`converting`] | the fields of those that match → columns |
//! | [`evidence`], [`in_place`] | what a line must have for its row to pass the filter |
//! | [`origin`] | where records came from, as further columns |
//! | [`stats`] | what was seen |
//! | [`unread`] | records that could not be read, kept to be explained |
//! | [`reasons`] | why records could not be read, in groups |
//! | [`rejects`] | all records that could not be read |

mod block;
mod compiled;
mod converting;
mod evidence;
mod head;
pub(crate) mod hint;
mod in_place;
mod keys;
mod lanes;
mod matching;
pub(crate) mod mismatch;
mod options;
mod origin;
mod part;
mod pool;
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
mod unread;
mod wave;
mod workers;

pub(crate) use block::{BlockScanner, BlockTask, Buffers, Explainers, Scanned, Wanted};
pub(crate) use compiled::Compiled;
pub(crate) use converting::Dictionaries;
pub use hint::Hint;
pub(crate) use mismatch::Explainer;
#[cfg(feature = "cli")]
pub(crate) use mismatch::found;
pub use mismatch::{Expected, Mismatch};
pub use options::{Matches, OnError, Origin, Predicate, Rejects, ScanOptions};
pub(crate) use part::{Broken, Given, Lines, Part, Parted, Parting};
pub use reasons::Reason;
#[cfg(feature = "cli")]
pub(crate) use reasons::{ReasonGroup, grouped};
pub use records::Scan;
#[cfg(feature = "cli")]
pub(crate) use records::WithoutMatch;
pub(crate) use records::{Blocks, Extent};
pub use single::{FindIter, Match};
pub(crate) use split::Record;
pub use stats::Stats;
pub(crate) use stats::{Cause, ColumnOffsets, Counted, Tally};
pub(crate) use task::check;
pub use texts::{TextColumn, Texts};
pub use unread::Unmatched;
pub(crate) use unread::{Explains, Why};
