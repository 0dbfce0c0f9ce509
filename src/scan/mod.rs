//! The loops over input.
//!
//! | file | what |
//! |---|---|
//! | [`whole`] | `parse`, `search`, `find_iter`: one text |
//! | [`records`] | `scan`: an input cut at newlines, each line one record |
//! | [`block`] | what a scan does with one block of the input |

mod block;
mod records;
mod whole;

pub use records::{Failure, OnError, Scan, ScanOptions, Stats};
pub use whole::{FindIter, Match};
