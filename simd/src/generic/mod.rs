//! Each algorithm once, over any [`Vector`](crate::vector::Vector).
//!
//! A function here is inlined into the entry points of each instruction set, which is where it gets its instructions
//! from. It has no `unsafe` code: what it asks of a vector is safe, and checked where the vector is made.
#![forbid(unsafe_code)]
#![allow(clippy::needless_range_loop, reason = "a row is the same index into several arrays")]

pub(crate) mod anchor;
pub(crate) mod floats;
pub(crate) mod index;
pub(crate) mod integers;
pub(crate) mod text;
pub(crate) mod texts;
pub(crate) mod timestamps;
pub(crate) mod walk;
pub(crate) mod words;

/// How many bytes ahead of a loop over a block memory is asked for: a page.
const AHEAD: usize = 4096;
