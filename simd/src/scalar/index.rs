//! Positions of bytes.

use crate::needles::{ByteSet, Needles};

/// Twin of `Kernels::newlines`.
pub(crate) fn newlines(block: &[u8], out: &mut Vec<u32>) -> bool {
    positions(block, |byte| byte == b'\n', out);
    block.is_ascii()
}

/// Twin of `Kernels::delimiters`.
pub(crate) fn delimiters(block: &[u8], needles: &Needles, out: &mut Vec<u32>) {
    positions(block, |byte| needles.bytes().contains(&byte), out);
}

/// Twin of `Kernels::byte_set`.
pub(crate) fn byte_set(block: &[u8], set: &ByteSet, out: &mut Vec<u32>) {
    positions(block, |byte| set.contains(byte), out);
}

/// Appends the position of each byte that is wanted, in order.
fn positions(block: &[u8], wanted: impl Fn(u8) -> bool, out: &mut Vec<u32>) {
    for (at, &byte) in (0..).zip(block) {
        if wanted(byte) {
            out.push(at);
        }
    }
}
