//! Positions of bytes and lines, a byte at a time.

use crate::byte_set::ByteSet;
use crate::column::Span;
use crate::window::{Window, Word};

/// `Kernels::newlines`, eight bytes at a time, since every scan begins with it.
pub(crate) fn newlines(block: &[u8], out: &mut Vec<u32>) -> bool {
    let newline = Word::splat((), b'\n');
    let (words, rest) = block.as_chunks::<8>();
    let mut base = 0;
    for word in words {
        let mut mask = Word::new(*word).equal(newline);
        while mask != 0 {
            out.push(base + Word::first(mask) as u32);
            mask &= mask - 1;
        }
        base += 8;
    }
    positions(rest, base, |byte| byte == b'\n', out);
    block.is_ascii()
}

/// `Kernels::lines_around`.
pub(crate) fn lines_around(block: &[u8], places: &[u32], out: &mut Vec<Span>) {
    let mut next = 0;
    for place in places.iter().map(|&place| place as usize) {
        if place >= next {
            let end = end_of_line(block, place);
            out.push(Span::new(start_of_line(block, place) as u32, end as u32));
            next = end + 1;
        }
    }
}

/// The start of the line that `at` is in: after the last newline before it.
pub(crate) fn start_of_line(block: &[u8], at: usize) -> usize {
    block[..at].iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1)
}

/// The end of the line that `at` is in: the first newline at `at` or after it, or the end of the block.
pub(crate) fn end_of_line(block: &[u8], at: usize) -> usize {
    block[at..].iter().position(|&byte| byte == b'\n').map_or(block.len(), |newline| at + newline)
}

/// `Kernels::byte_set`.
pub(crate) fn byte_set(block: &[u8], set: &ByteSet, out: &mut Vec<u32>) {
    positions(block, 0, |byte| set.contains(byte), out);
}

/// Appends the position of each byte that is wanted, in order; that of the first byte is `base`.
fn positions(block: &[u8], base: u32, wanted: impl Fn(u8) -> bool, out: &mut Vec<u32>) {
    for (at, &byte) in (base..).zip(block) {
        if wanted(byte) {
            out.push(at);
        }
    }
}
