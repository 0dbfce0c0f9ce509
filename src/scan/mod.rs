//! The loops over input.
//!
//! | file | what |
//! |---|---|
//! | [`whole`] | `parse`, `search`, `find_iter`: one text |
//! | [`records`] | `scan`: an input cut at newlines, each line one record |
//! | [`texts`] | `scan_texts`: texts given one by one, each one record |
//! | [`block`] | what a scan does with one block of the input |

mod block;
mod records;
mod texts;
mod whole;

pub use records::{Failure, OnError, Scan, ScanOptions, Stats};
pub use texts::Texts;
pub use whole::{FindIter, Match};
