//! Columns of text: most are short, so whole registers are copied, and the next text is written over what was too much.

use crate::column::Span;
use crate::scalar;
use crate::vector::Vector;
use crate::window::{Room, Window};

/// See `Kernels::texts`, which has made room for the texts and a register.
#[inline(always)]
pub(crate) fn texts<V: Vector>(
    token: V::Token,
    block: &[u8],
    spans: &[Span],
    bytes: &mut Vec<u8>,
    ends: &mut Vec<i32>,
) {
    let Some(room) = Room::new(block) else { return scalar::texts::texts(block, spans, bytes, ends) };
    // A text that ends here or before has room behind it for a register.
    let safe = block.len() - 64;
    let size = V::Window::SIZE;
    let known = ends.len();
    ends.resize(known + spans.len(), 0);
    for (span, place) in spans.iter().zip(&mut ends[known..]) {
        let (mut from, end) = (span.start as usize, span.end as usize);
        if end <= safe && from <= end {
            while end - from > size {
                V::Window::load(token, room, from).append(bytes, size);
                from += size;
            }
            V::Window::load(token, room, from).append(bytes, end - from);
        } else {
            bytes.extend_from_slice(span.of(block).unwrap_or_default());
        }
        *place = bytes.len() as i32;
    }
}
