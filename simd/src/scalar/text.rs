//! UTF-8, as the standard library checks it.

/// `Kernels::utf8_valid_up_to`.
pub(crate) fn utf8_valid_up_to(block: &[u8]) -> usize {
    match std::str::from_utf8(block) {
        Ok(text) => text.len(),
        Err(error) => error.valid_up_to(),
    }
}
