//! Each kernel once, over any [`Vector`](crate::vector::Vector) or [`Window`](crate::window::Window).
//!
//! A function here is inlined into the entry of each instruction set, where it gets its instructions from. There is no `unsafe` code:
//! the operations of a vector are safe, and what they rest on is checked where the vector is made.
//!
//! What a kernel here cannot decide with vectors (a short end, a rare form) it leaves to its function in [`scalar`](crate::scalar).
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

/// How far ahead a loop over a block prefetches, in bytes: a page.
const AHEAD: usize = 4096;
