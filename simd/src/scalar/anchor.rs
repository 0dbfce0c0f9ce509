//! Search for a literal, place by place.

use crate::byte_set::ByteSet;
use crate::kernels::LineCount;
use crate::literal::Literal;

/// `Kernels::anchor`.
pub(crate) fn anchor(block: &[u8], literal: &Literal, out: &mut Vec<u32>) {
    every(block, 0, literal, |at| {
        out.push(at as u32);
        false
    });
}

/// `Kernels::anchor_and_newlines`.
pub(crate) fn anchor_and_newlines(block: &[u8], literal: &Literal, out: &mut Vec<u32>) -> LineCount {
    anchor(block, literal, out);
    lines(block)
}

/// `Kernels::anchor_before`.
pub(crate) fn anchor_before(block: &[u8], literal: &Literal, set: &ByteSet, out: &mut Vec<u32>) -> LineCount {
    every_before(block, 0, literal, set, out);
    lines(block)
}

/// Appends each place from `start` on where the literal begins and a byte of `set` comes after it.
pub(crate) fn every_before(block: &[u8], start: usize, literal: &Literal, set: &ByteSet, out: &mut Vec<u32>) {
    every(block, start, literal, |at| {
        out.extend(block.get(at + literal.len()).filter(|&&byte| set.contains(byte)).map(|_| at as u32));
        false
    });
}

/// What is to be known of the lines.
pub(crate) fn lines(block: &[u8]) -> LineCount {
    LineCount {
        newlines: block.iter().filter(|&&byte| byte == b'\n').count(),
        is_ascii: block.is_ascii(),
        has_nul: block.contains(&0),
    }
}

/// `Kernels::find`.
pub(crate) fn find(block: &[u8], literal: &Literal) -> usize {
    (0..block.len()).find(|&at| literal.stands_at(block, at)).unwrap_or(block.len())
}

/// Calls `is_enough` with each place from `start` on where the literal begins, until it returns true.
#[inline]
pub(crate) fn every(block: &[u8], start: usize, literal: &Literal, mut is_enough: impl FnMut(usize) -> bool) {
    for at in start..block.len() {
        if literal.stands_at(block, at) && is_enough(at) {
            return;
        }
    }
}
