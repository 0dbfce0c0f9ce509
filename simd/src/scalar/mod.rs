//! The scalar twin of each kernel: plain enough to be obviously right.
//!
//! It is the fallback, it does what the vector kernels leave (short ends, rare forms), and it is what they are tested
//! against.
#![forbid(unsafe_code)]

pub(crate) mod anchor;
pub(crate) mod floats;
pub(crate) mod index;
pub(crate) mod integers;
pub(crate) mod text;
pub(crate) mod texts;
pub(crate) mod timestamps;
pub(crate) mod walk;
