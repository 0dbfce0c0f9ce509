//! Eight bytes of text in one `u64`: SIMD within a register.
//!
//! Short texts are often looked at where no vector pays: the fields of one record, the ends of blocks, whole kernels on a CPU without
//! vectors. A word of eight bytes answers a question about all of them with a few additions. The answer is a mask in which the
//! highest bit of a byte is set where the byte is meant, and no other bit is. So the first such byte is [`first`].
//!
//! ```text
//! text       1  2  .  5  ␣  a  b  c
//! digits    80 80 00 80 00 00 00 00     as bytes of the mask
//! first     the lowest byte of the word is the first of the text
//! ```
//!
//! # Contract
//!
//! All words are little-endian, as [`load`] makes them. No sum or difference leaves its byte, so each byte of a mask depends on its own
//! byte alone: not only the first set bit of a mask is right, but every one. (The shorter test for zeros, `(x - LOW) & !x & HIGH`,
//! borrows, and is right for the first zero only.)
//!
//! ```
//! use parsimd_simd::swar;
//!
//! let word = swar::load(b"12.5 abc");
//! assert_eq!(swar::first(swar::equal(word, swar::splat(b'.'))), 2);
//! assert_eq!(swar::first(swar::others(swar::digits(word))), 2);
//! assert_eq!(swar::first(swar::equal(word, swar::splat(b'x'))), 8); // nowhere
//! ```

/// The lowest bit of each byte.
pub const LOW: u64 = 0x0101_0101_0101_0101;
/// The highest bit of each byte.
pub const HIGH: u64 = LOW << 7;

/// Eight bytes as a word, the first one lowest.
#[inline(always)]
pub const fn load(bytes: &[u8; 8]) -> u64 {
    u64::from_le_bytes(*bytes)
}

/// Eight times the same byte.
#[inline(always)]
pub const fn splat(byte: u8) -> u64 {
    LOW * byte as u64
}

/// Which bytes are zero.
#[inline(always)]
pub const fn zeros(word: u64) -> u64 {
    // Seven bits and 0x7f make 0x80 or more, unless all seven are zero.
    let any = ((word & !HIGH) + !HIGH) | word;
    !any & HIGH
}

/// Which bytes of two words are equal.
#[inline(always)]
pub const fn equal(word: u64, other: u64) -> u64 {
    zeros(word ^ other)
}

/// Which bytes are at least those of `low` and at most those of `low + size`, all of which are ASCII.
#[inline(always)]
pub const fn between(word: u64, low: u64, size: u64) -> u64 {
    // The highest bit is set from `low` on, and again after `low + size`. A byte that is not ASCII is in no range. Without its highest
    // bit it carries into no other.
    let ascii = word & !HIGH;
    let from = ascii + (HIGH - low);
    let after = ascii + (!HIGH - low - size);
    from & !after & !word & HIGH
}

/// Which bytes are ASCII digits.
#[inline(always)]
pub const fn digits(word: u64) -> u64 {
    others(above_nine(word ^ splat(b'0')))
}

/// Which bytes are more than 9: of text that was xor-ed with `'0'`, those that are no digits.
#[inline(always)]
pub const fn above_nine(word: u64) -> u64 {
    (((word & !HIGH) + splat(0x7f - 9)) | word) & HIGH
}

/// All bytes but those of a mask.
#[inline(always)]
pub const fn others(mask: u64) -> u64 {
    mask ^ HIGH
}

/// The place of the first byte of a mask; 8 if there is none.
#[inline(always)]
pub const fn first(mask: u64) -> usize {
    mask.trailing_zeros() as usize / 8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mask of the bytes that are `wanted`.
    fn mask(bytes: [u8; 8], wanted: impl Fn(u8) -> bool) -> u64 {
        u64::from_le_bytes(bytes.map(|byte| if wanted(byte) { 0x80 } else { 0 }))
    }

    /// Each byte at each place, among neighbours that carry and borrow.
    fn words() -> impl Iterator<Item = [u8; 8]> {
        let around = [*b"az09_ \x7f\x00", [0; 8], [0xff; 8], [0x80; 8], [1; 8], *b"/0123456", *b"789:\x01\x00\x01\x00"];
        around.into_iter().flat_map(|around| {
            (0..8).flat_map(move |place| {
                (0..=255).map(move |byte| {
                    let mut bytes = around;
                    bytes[place] = byte;
                    bytes
                })
            })
        })
    }

    #[test]
    fn each_byte_of_a_mask_depends_on_its_own_byte_alone() {
        let ranges = [(b'0', b'9'), (b'a', b'z'), (0, 0), (0, 127), (127, 127), (b'_', b'_'), (0x1c, b' ')];
        for bytes in words() {
            let word = load(&bytes);
            assert_eq!(zeros(word), mask(bytes, |byte| byte == 0), "{bytes:?}");
            assert_eq!(digits(word), mask(bytes, |byte| byte.is_ascii_digit()), "{bytes:?}");
            assert_eq!(above_nine(word), mask(bytes, |byte| byte > 9), "{bytes:?}");
            for (low, high) in ranges {
                assert_eq!(equal(word, splat(low)), mask(bytes, |byte| byte == low), "{bytes:?} {low}");
                let between = between(word, splat(low), splat(high - low));
                assert_eq!(between, mask(bytes, |byte| (low..=high).contains(&byte)), "{bytes:?} {low} {high}");
            }
        }
    }

    #[test]
    fn the_first_byte_of_a_mask_is_the_first_of_the_text() {
        for bytes in words() {
            let expected = bytes.iter().position(|&byte| byte == 0).unwrap_or(8);
            assert_eq!(first(zeros(load(&bytes))), expected, "{bytes:?}");
            let expected = bytes.iter().position(|&byte| byte != 0).unwrap_or(8);
            assert_eq!(first(others(zeros(load(&bytes)))), expected, "{bytes:?}");
        }
    }
}
