//! The kernels of parsimd: one algorithm each, every instruction set, chosen at run time.
//!
//! A [`Kernels`] table has the kernels of one instruction set. The only way to get one is [`kernels()`], which asks the CPU, so holding a
//! table proves that this CPU has its instruction set. Every kernel does a batch of work (a block of bytes, a column of spans), and
//! the few nanoseconds of a dispatched call are paid per batch.
//!
//! ```
//! use parsimd_simd::{Isa, kernels};
//!
//! let isa = Isa::from_env()?; // PARSIMD_ISA, or else the best that this CPU has
//! let kernels = kernels(isa)?;
//! let mut ends = Vec::new();
//! kernels.newlines(b"one\ntwo\n", &mut ends);
//! assert_eq!(ends, [3, 7]);
//! # Ok::<(), parsimd_simd::IsaError>(())
//! ```
//!
//! An unknown name is an error, and so is one that this CPU cannot run. There is no quiet fallback:
//!
//! ```
//! use parsimd_simd::{Isa, IsaError};
//!
//! let error: IsaError = "avx3".parse::<Isa>().unwrap_err();
//! assert!(error.is_unknown());
//! assert!(error.to_string().contains("available here: "));
//! ```
//!
//! # Conventions of every kernel
//!
//! * Outputs are *appended* to the caller's buffers, which can be cleared and used again.
//! * Positions are byte offsets in the block, as `u32`. A block of more than `u32::MAX` bytes panics before it is read.
//! * No load goes outside of the slices that were passed in.
//! * The answer is the same, bit for bit, on every instruction set.

mod byte_set;
mod calendar;
mod column;
mod columns;
mod dispatch;
mod frequency;
mod generic;
mod isa;
mod kernels;
mod literal;
mod numbers;
mod scalar;
#[doc(hidden)]
pub mod swar;
mod tail;
mod timestamps;
mod vector;
mod walk;
mod window;

#[cfg(test)]
mod tests;

pub use byte_set::ByteSet;
pub use column::{Bitmap, Span};
pub use columns::{FloatStats, IntegerStats, ValidRows};
pub use dispatch::kernels;
pub use isa::{Isa, IsaError};
pub use kernels::{Kernels, LineCount};
pub use literal::{Case, Literal};
pub use numbers::FloatForm;
pub use timestamps::{DatetimeLayout, NO_OFFSET};
pub use walk::{Class, Cursors, Take};
