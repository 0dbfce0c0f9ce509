//! The inverse of `format()`.
