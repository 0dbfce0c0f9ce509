//! The loops over input.
//!
//! | file | what |
//! |---|---|
//! | [`whole`] | `parse`, `search`, `find_iter`: one text |
//! | [`records`] | `scan`: an input cut at newlines, each line one record |
//! | [`texts`] | `scan_texts`, `scan_column`: texts given one by one, each one record |
//! | [`crew`] | the threads of a scan, and who takes which block |
//! | [`block`] | what is done with one block |

mod block;
mod crew;
mod records;
#[cfg(test)]
mod tests;
mod texts;
mod whole;

pub use records::{Failure, OnError, Only, Scan, ScanOptions, Stats};
pub use texts::{TextColumn, Texts};
pub use whole::{FindIter, Match, NOWHERE};
