//! Literals.

use crate::literal::Literal;

/// Twin of `Kernels::anchor`.
pub(crate) fn anchor(block: &[u8], anchor: &Literal, out: &mut Vec<u32>) {
    from(block, 0, anchor, out);
}

/// The same for literals that begin at `start` or behind it.
pub(crate) fn from(block: &[u8], start: usize, anchor: &Literal, out: &mut Vec<u32>) {
    for at in start..block.len() {
        if anchor.stands_at(block, at) {
            out.push(at as u32);
        }
    }
}
