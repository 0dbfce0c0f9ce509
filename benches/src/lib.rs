//! What the benchmarks share: the rounds, the table, the texts, and those who scan.

pub mod logs;
pub mod record;
pub mod rounds;
#[cfg(feature = "peers")]
pub mod scans;
pub mod texts;

/// As the extension module for Python has it, for every contestant: threads make the columns of batches, and others drop them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
