//! The kernels of parsimd: one algorithm each, every instruction set, chosen at run time.
//!
//! A [`Kernels`] table is one instruction set's entries, and holding one proves that this CPU has that
//! instruction set: the only way to get one is [`kernels`], which asks the CPU. Every entry does a batch of work
//! (a block of bytes, a column of spans), so that the few nanoseconds of a dispatched call are paid per batch.
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
//! A name that nobody knows is an error, and so is one that this CPU cannot run; nothing falls back in silence:
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
//! * Outputs are *appended* to the caller's buffers, which are meant to be cleared and used again.
//! * Positions are byte offsets in the block, as `u32`: a block has at most `u32::MAX` bytes, and a longer one
//!   panics before it is read.
//! * No load leaves the slices that were passed in.
//! * The answer is the same, bit for bit, on every instruction set.

mod byte_set;
mod calendar;
mod column;
mod columns;
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
pub use isa::{Isa, IsaError};
pub use kernels::{Kernels, kernels};
pub use literal::{Case, Literal};
pub use numbers::FloatForm;
pub use timestamps::{Layout, NO_OFFSET};
pub use walk::{Class, Cursors, Take};
