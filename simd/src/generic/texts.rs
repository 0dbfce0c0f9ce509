//! Columns of text: most are short, so whole arrays are copied, and the next text is written over what was too much.

use crate::column::Span;
use crate::scalar;
use crate::tail::{Tail, make_room};
use crate::vector::Vector;

/// See `Kernels::texts`.
///
/// An array that has most texts of a column is copied without a branch that is hard to foresee; a small one seldom comes to stand in two
/// lines of the cache.
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
    match make_room(spans, bytes) / spans.len().max(1) {
        0..=12 => copy::<16>(block, spans, bytes, ends),
        13..=20 => copy::<32>(block, spans, bytes, ends),
        _ => copy::<64>(block, spans, bytes, ends),
    }
}

/// Copies arrays of `N` bytes. The block has at least as many.
#[inline(always)]
fn copy<const N: usize>(block: &[u8], spans: &[Span], bytes: &mut Vec<u8>, ends: &mut Vec<i32>) {
    // A text that ends here or before has room behind it for an array.
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

/// The `N` bytes at `from`. Panics if there are less.
#[inline(always)]
fn array<const N: usize>(block: &[u8], from: usize) -> &[u8; N] {
    block[from..from + N].first_chunk().expect("so many bytes")
}
