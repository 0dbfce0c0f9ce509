//! UTF-8.

/// Twin of `Kernels::utf8_valid_up_to`: what the standard library says.
pub(crate) fn utf8_valid_up_to(block: &[u8]) -> usize {
    match std::str::from_utf8(block) {
        Ok(text) => text.len(),
        Err(error) => error.valid_up_to(),
    }
}

/// Twin of `Kernels::code_points`: bytes that do not continue a code point.
pub(crate) fn code_points(block: &[u8]) -> usize {
    block.iter().filter(|&&byte| byte & 0b1100_0000 != 0b1000_0000).count()
}
