//! Columns of text: most are short, so whole registers are copied, and the next text is written over what was too much.

use crate::column::Span;
use crate::vector::Vector;
use crate::window::{Room, Window};

/// See `Kernels::texts`.
#[inline(always)]
pub(crate) fn texts<V: Vector>(
    token: V::Token,
    block: &[u8],
    spans: &[Span],
    bytes: &mut Vec<u8>,
    ends: &mut Vec<i32>,
) {
    let size = V::Window::SIZE;
    let start = bytes.len();
    let length: usize = spans.iter().map(|span| span.end.saturating_sub(span.start) as usize).sum();
    // Room for the registers behind the last text.
    bytes.resize(start + length + 64, 0);
    ends.reserve(spans.len());
    let room = Room::new(block);
    // A text that ends here or before has room behind it for a register.
    let safe = block.len().saturating_sub(64);
    let mut to = start;
    for span in spans {
        let (from, end) = (span.start as usize, span.end as usize);
        if let Some(room) = room.filter(|_| end <= safe && from <= end) {
            let mut done = 0;
            while done < end - from {
                V::Window::load(token, room, from + done).store(bytes, to + done);
                done += size;
            }
            to += end - from;
        } else if let Some(text) = span.of(block) {
            bytes[to..to + text.len()].copy_from_slice(text);
            to += text.len();
        }
        ends.push(to as i32);
    }
    bytes.truncate(to);
}
