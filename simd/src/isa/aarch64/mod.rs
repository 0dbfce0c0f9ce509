//! The vectors and entries of aarch64.

pub(crate) mod neon;
