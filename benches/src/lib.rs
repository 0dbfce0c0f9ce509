//! What the benchmarks share: the rounds, the table, and the texts.

pub mod rounds;
pub mod texts;
