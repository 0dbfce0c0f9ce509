//! What the benchmarks share: the rounds, the table, and the texts.

pub mod logs;
pub mod record;
pub mod rounds;
pub mod texts;
