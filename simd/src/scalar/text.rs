//! UTF-8.

/// Twin of `Kernels::utf8_valid_up_to`: what the standard library says.
pub(crate) fn utf8_valid_up_to(block: &[u8]) -> usize {
    match std::str::from_utf8(block) {
        Ok(text) => text.len(),
        Err(error) => error.valid_up_to(),
    }
}
