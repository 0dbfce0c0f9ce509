//! Moves of cursors in plain Rust.
//!
//! There are three implementations of a move:
//!
//! | what | where | for |
//! |---|---|---|
//! | [`walk`] | the algorithm of [`generic::walk`](crate::generic::walk), with a word of eight bytes for a register | the kernel of `Isa::Scalar` |
//! | [`step`](super::step::step) | a byte at a time | records too near to the end of their block for a load, on every instruction set |
//! | `reference` | `tests/walk.rs`, which tries every end of a field | what the tests compare all others with |
//!
//! The kernel of `Isa::Scalar` is not the plain loop over `step` because that takes 2.6 to 3.3 times as long (`cargo run --release -p
//! parsimd-benches --bin kernels -- walk`, AMD EPYC, family 25 model 17).

use crate::literal::Literal;
use crate::walk::{Cursors, Take};
use crate::window::Word;

/// `Kernels::walk` of `Isa::Scalar`.
pub(crate) fn walk(block: &[u8], take: Take, literal: Option<&Literal>, cursors: Cursors<'_>) -> usize {
    crate::generic::walk::walk_in::<Word>((), block, take, literal, cursors)
}
