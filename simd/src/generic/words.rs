//! Columns of short texts, eight rows at a time, each row right-aligned in words of eight bytes.
//!
//! The last eight bytes of a row are one word, the eight before them another. What belongs to the row is kept and the
//! rest zeroed, so that digits stand where a number of 8, 16 or 24 digits would have them, with zeros in front:
//!
//! ```text
//! text      … G E T   /   -  4 2 9 4 9 6 7 2 9 6 \n …
//! words           |- 4 2|9 4 9 6 7 2 9 6|       sign taken off, '0' subtracted:
//!                 |0 0 0 0 0 0 4 2|9 4 9 6 7 2 9 6|
//! ```

use crate::column::Span;
use crate::vector::Vector;

/// Eight rows whose bytes are all inside the block, with as many bytes in front of each row's end as the words need.
#[derive(Clone, Copy)]
pub(crate) struct Rows {
    /// Where each row ends.
    pub(crate) ends: [u32; 8],
    /// How long each row is without its sign.
    pub(crate) lengths: [u32; 8],
    /// 1 for a row that begins with `-`, else 0.
    pub(crate) negative: [u8; 8],
    /// The greatest of the lengths.
    pub(crate) longest: u32,
}

/// The most bytes of a row that words are made of.
pub(crate) const LONGEST: u32 = 24;

impl Rows {
    /// The rows of `spans`, if none is longer than [`LONGEST`] or empty and all can be loaded from.
    #[inline(always)]
    pub(crate) fn new(block: &[u8], spans: &[Span; 8]) -> Option<Rows> {
        let size = u32::try_from(block.len()).ok()?;
        let (mut starts, mut ends, mut whole) = ([0; 8], [0; 8], [0; 8]);
        for row in 0..8 {
            starts[row] = spans[row].start;
            ends[row] = spans[row].end;
            // A span that ends before it starts gets a length that is far too great.
            whole[row] = ends[row].wrapping_sub(starts[row]).wrapping_sub(1);
        }
        let longest = whole.into_iter().fold(0, u32::max);
        let first_end = ends.into_iter().fold(u32::MAX, u32::min);
        let last_end = ends.into_iter().fold(0, u32::max);
        if longest >= LONGEST || last_end > size {
            return None;
        }
        // The bytes that all words in use have, back from the end.
        let reach = (longest + 1).next_multiple_of(8);
        if first_end < reach {
            return None;
        }
        let mut rows = Rows { ends, lengths: [0; 8], negative: [0; 8], longest: 0 };
        let mut firsts = [0u8; 8];
        for row in 0..8 {
            firsts[row] = *block.get(starts[row] as usize)?;
        }
        for row in 0..8 {
            let (minus, plus) = (firsts[row] == b'-', firsts[row] == b'+');
            rows.negative[row] = minus.into();
            rows.lengths[row] = whole[row] + 1 - u32::from(minus | plus);
        }
        rows.longest = longest + 1;
        Some(rows)
    }

    /// The word that is `number` words in front of each row's end (0 is the last one), less `'0'` in each byte, and
    /// zero outside of the row.
    #[inline(always)]
    pub(crate) fn word<V: Vector>(&self, token: V::Token, block: &[u8], number: u32) -> V {
        let at = self.ends.map(|end| end - 8 * (number + 1));
        let keep = self.lengths.map(|length| {
            let bytes = length.saturating_sub(8 * number).min(8);
            // All ones shifted by 8·(8 − bytes), where a shift by 64 gives zero.
            u64::MAX.checked_shl(64 - 8 * bytes).unwrap_or(0)
        });
        V::gather_words(token, block, at).xor(V::splat(token, b'0')).and(V::from_words(token, keep))
    }
}

/// The number that eight digits are worth, per word: bytes 0 to 9, the first the most significant.
///
/// Three multiply-adds, as in "Faster Integer Parsing" (Ivan Kholodnyi, 2020), with each word on its own.
#[inline(always)]
pub(crate) fn eight_digits<V: Vector>(token: V::Token, digits: V) -> V {
    let tens = V::splat_word(token, 0x010a_010a_010a_010a);
    let hundreds = V::splat_word(token, 0x0001_0064_0001_0064);
    let myriads = V::splat_word(token, 0x0000_0001_0000_2710);
    let halves = digits.weigh_bytes(tens).weigh_pairs(hundreds).weigh_pairs(myriads);
    halves.shift_down::<32>().add_words(halves.and(V::splat_word(token, 0xffff_ffff)))
}

/// Bit *i* of the answer is set where all eight bits of byte *i* are.
#[inline(always)]
pub(crate) fn full_bytes(mask: u64) -> u8 {
    let mut full = 0;
    for (row, byte) in mask.to_le_bytes().into_iter().enumerate() {
        full |= u8::from(byte == 0xff) << row;
    }
    full
}
