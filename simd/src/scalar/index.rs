//! Positions of bytes.

/// Twin of `Kernels::newlines`.
pub(crate) fn newlines(block: &[u8], out: &mut Vec<u32>) {
    positions(block, 0, |byte| byte == b'\n', out);
}

/// Appends `base` + the position of each byte that is wanted, in order.
#[inline(always)]
pub(crate) fn positions(block: &[u8], base: u32, wanted: impl Fn(u8) -> bool, out: &mut Vec<u32>) {
    for (at, &byte) in (base..).zip(block) {
        if wanted(byte) {
            out.push(at);
        }
    }
}
