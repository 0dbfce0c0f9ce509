//! The scalar twin of each kernel: plain enough to be obviously right.
//!
//! It is the fallback, it does the tails of the vector kernels, and it is what they are tested against.
#![forbid(unsafe_code)]

pub(crate) mod index;
pub(crate) mod text;
