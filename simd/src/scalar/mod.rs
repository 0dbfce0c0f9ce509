//! Each kernel in plain Rust: a byte or a row at a time, without vectors and without `unsafe`.
//!
//! These functions have three uses. They are the kernels of `Isa::Scalar`. They do what vector kernels leave: short ends, and rare
//! forms of a value. And they are the reference implementation that the other instruction sets are tested against, so they are plain
//! enough to be obviously right. Two are more than that, for their speed: [`index::newlines`], and [`walk::walk`], which has its reference
//! implementation in the tests.
#![forbid(unsafe_code)]

pub(crate) mod anchor;
pub(crate) mod floats;
pub(crate) mod index;
pub(crate) mod integers;
pub(crate) mod step;
pub(crate) mod text;
pub(crate) mod texts;
pub(crate) mod timestamps;
pub(crate) mod walk;
