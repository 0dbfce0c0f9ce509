//! Literals.

use crate::literal::Literal;

/// Twin of `Kernels::anchor`.
pub(crate) fn anchor(block: &[u8], anchor: &Literal, out: &mut Vec<u32>) {
    every(block, 0, anchor, |at| {
        out.push(at as u32);
        false
    });
}

/// Twin of `Kernels::anchor_and_newlines`.
pub(crate) fn anchor_and_newlines(block: &[u8], literal: &Literal, out: &mut Vec<u32>) -> (usize, bool) {
    anchor(block, literal, out);
    newlines(block)
}

/// How many newlines there are, and whether all bytes are ASCII.
pub(crate) fn newlines(block: &[u8]) -> (usize, bool) {
    (block.iter().filter(|&&byte| byte == b'\n').count(), block.is_ascii())
}

/// Twin of `Kernels::find`.
pub(crate) fn find(block: &[u8], anchor: &Literal) -> usize {
    (0..block.len()).find(|&at| anchor.stands_at(block, at)).unwrap_or(block.len())
}

/// Calls `is_enough` with each place at `start` or behind it where the literal stands, until it says yes.
#[inline]
pub(crate) fn every(block: &[u8], start: usize, anchor: &Literal, mut is_enough: impl FnMut(usize) -> bool) {
    for at in start..block.len() {
        if anchor.stands_at(block, at) && is_enough(at) {
            return;
        }
    }
}
