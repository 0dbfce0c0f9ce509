//! What the benchmarks share: the rounds, the table, the texts, and those who scan.

pub mod logs;
pub mod record;
pub mod rounds;
#[cfg(feature = "peers")]
pub mod scans;
pub mod texts;
