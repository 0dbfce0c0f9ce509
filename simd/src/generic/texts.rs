//! Columns of text, copied one after the other.
//!
//! Most texts are short, and a call of `memcpy` for each would cost more than the copy. So a whole array of 16, 32 or 64 bytes is copied, and
//! the next text is written over the bytes that were too many. The limit is the end of the block: a text without an array's room after it is
//! copied by its length.

use crate::column::Span;
use crate::scalar;
use crate::tail::{Tail, reserve};
use crate::vector::Vector;

/// See `Kernels::texts`.
///
/// The size of the array is chosen by the mean length of a column's texts. One that has most of them needs no second array, which is a branch
/// that a CPU could not predict. One no larger than that seldom crosses a line of the cache.
#[inline(always)]
pub(crate) fn texts<V: Vector>(
    _token: V::Token,
    block: &[u8],
    spans: &[Span],
    bytes: &mut Vec<u8>,
    ends: &mut Vec<i32>,
) {
    if block.len() < 64 {
        return scalar::texts::texts(block, spans, bytes, ends);
    }
    match reserve(spans, bytes) / spans.len().max(1) {
        0..=12 => copy::<16>(block, spans, bytes, ends),
        13..=20 => copy::<32>(block, spans, bytes, ends),
        _ => copy::<64>(block, spans, bytes, ends),
    }
}

/// Copies arrays of `N` bytes. The block has at least as many.
#[inline(always)]
fn copy<const N: usize>(block: &[u8], spans: &[Span], bytes: &mut Vec<u8>, ends: &mut Vec<i32>) {
    // A text that ends here or before can be copied as an array.
    let safe = block.len() - N;
    let known = ends.len();
    ends.resize(known + spans.len(), 0);
    let mut tail = Tail::new(std::mem::take(bytes));
    for (span, place) in spans.iter().zip(&mut ends[known..]) {
        let (mut from, end) = (span.start as usize, span.end as usize);
        if end <= safe && from <= end {
            while end - from > N {
                tail.push(array::<N>(block, from), N);
                from += N;
            }
            tail.push(array::<N>(block, from), end - from);
        } else {
            tail.push_slice(span.of(block).unwrap_or_default());
        }
        *place = tail.len() as i32;
    }
    *bytes = tail.finish();
}

/// The `N` bytes at `from`. Panics if there are fewer.
#[inline(always)]
fn array<const N: usize>(block: &[u8], from: usize) -> &[u8; N] {
    block[from..from + N].first_chunk().expect("so many bytes")
}
