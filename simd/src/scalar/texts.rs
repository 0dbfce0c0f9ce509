//! Columns of text, each text copied by itself.

use crate::column::Span;
use crate::tail::reserve;

/// `Kernels::texts`.
pub(crate) fn texts(block: &[u8], spans: &[Span], bytes: &mut Vec<u8>, ends: &mut Vec<i32>) {
    reserve(spans, bytes);
    for span in spans {
        bytes.extend_from_slice(span.of(block).unwrap_or_default());
        ends.push(bytes.len() as i32);
    }
}
