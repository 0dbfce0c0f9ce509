//! Validation of UTF-8.
//!
//! The validation is the one of John Keiser and Daniel Lemire, "Validating UTF-8 In Less Than One Instruction Per
//! Byte" (2021). Each wrong pair of neighbouring bytes belongs to one of eight classes, and each class is a product of
//! three sets: of the first byte's high nibble, of its low nibble, and of the second byte's high nibble. So three tables
//! of 16 entries hold, per nibble, the classes that the nibble allows, and a pair is wrong if some class is
//! allowed by all three. Third and fourth bytes need no table: two places after a byte ≥ 0xe0, and three after one
//! ≥ 0xf0, must be a pair of continuation bytes, which is itself a class, and an error anywhere else.

use super::AHEAD;
use crate::scalar;
use crate::vector::Vector;

/// A class of wrong pairs, as its three sets of nibbles, one bit per nibble.
struct Class {
    first_high: u16,
    first_low: u16,
    second_high: u16,
}

const ANY: u16 = 0xffff;
/// The high nibbles of continuation bytes, 0x80 to 0xbf.
const CONTINUATION: u16 = 0x0f00;

/// The bit of a class is its place here. The last one is right or wrong depending on the bytes before.
const CLASSES: [Class; 8] = [
    // A leading byte, and then none that continues it.
    Class { first_high: 0xf000, first_low: ANY, second_high: !CONTINUATION },
    // ASCII, and then a byte that continues something.
    Class { first_high: 0x00ff, first_low: ANY, second_high: CONTINUATION },
    // c0, c1: two bytes for what fits one.
    Class { first_high: 1 << 0xc, first_low: 0b11, second_high: CONTINUATION },
    // e0 80 to e0 9f: three bytes for what fits two.
    Class { first_high: 1 << 0xe, first_low: 1, second_high: 0x0300 },
    // ed a0 to ed bf: surrogates.
    Class { first_high: 1 << 0xe, first_low: 1 << 0xd, second_high: 0x0c00 },
    // f4 90 and up: past U+10FFFF.
    Class { first_high: 1 << 0xf, first_low: 0xfff0, second_high: 0x0e00 },
    // f0 80 to f0 8f: four bytes for what fits three; and f5 80 and up, past U+10FFFF.
    Class { first_high: 1 << 0xf, first_low: 0xffe1, second_high: 0x0100 },
    // Two continuation bytes.
    Class { first_high: CONTINUATION, first_low: ANY, second_high: CONTINUATION },
];

/// The classes that each nibble allows, in each of the three places.
const TABLES: [[u8; 16]; 3] = {
    let mut tables = [[0; 16]; 3];
    let mut class = 0;
    while class < 8 {
        let sets = [CLASSES[class].first_high, CLASSES[class].first_low, CLASSES[class].second_high];
        let mut place = 0;
        while place < 3 {
            let mut nibble = 0;
            while nibble < 16 {
                tables[place][nibble] |= ((sets[place] >> nibble & 1) as u8) << class;
                nibble += 1;
            }
            place += 1;
        }
        class += 1;
    }
    tables
};

/// How many bytes are checked between two branches on whether there was an error.
const STRIDE: usize = 1024;

/// See `Kernels::utf8_valid_up_to`.
#[inline(always)]
pub(crate) fn utf8_valid_up_to<V: Vector>(token: V::Token, block: &[u8]) -> usize {
    let zero = V::splat(token, 0);
    let mut before = zero;
    let (strides, rest) = block.as_chunks::<STRIDE>();
    for (number, stride) in strides.iter().enumerate() {
        let mut error = zero;
        for four in stride.as_chunks::<64>().0.as_chunks::<4>().0 {
            let mut all = zero;
            for chunk in four {
                V::prefetch(token, chunk, AHEAD);
                all = all.or(V::load(token, chunk));
            }
            if all.sign_mask() == 0 {
                // ASCII: the only error can be a code point that the bytes before left incomplete.
                error = error.or(cut_off(token, before));
                before = V::load(token, &four[3]);
                continue;
            }
            for chunk in four {
                let bytes = V::load(token, chunk);
                error = error.or(wrong(token, before, bytes));
                before = bytes;
            }
        }
        if !error.is_zero() {
            return first_error(block, number * STRIDE);
        }
    }
    let mut error = zero;
    let (chunks, rest) = rest.as_chunks::<64>();
    for chunk in chunks {
        let bytes = V::load(token, chunk);
        error = error.or(wrong(token, before, bytes));
        before = bytes;
    }
    // The zeros after the end are ASCII: a code point that is cut off is an error.
    let mut last = [0; 64];
    last[..rest.len()].copy_from_slice(rest);
    error = error.or(wrong(token, before, V::load(token, &last)));
    if error.is_zero() { block.len() } else { first_error(block, strides.len() * STRIDE) }
}

/// Not zero if a byte of `bytes`, which follow `before` in the text, is wrong where it stands.
#[inline(always)]
fn wrong<V: Vector>(token: V::Token, before: V, bytes: V) -> V {
    if bytes.sign_mask() == 0 {
        return cut_off(token, before);
    }
    let nibble = V::splat(token, 15);
    let first_high = V::splat_group(token, TABLES[0]);
    let first_low = V::splat_group(token, TABLES[1]);
    let second_high = V::splat_group(token, TABLES[2]);
    let first = bytes.earlier::<1>(before);
    let classes = first_high
        .swizzle(first.high_nibbles())
        .and(first_low.swizzle(first.and(nibble)))
        .and(second_high.swizzle(bytes.high_nibbles()));
    // At least 0x80 where the byte two or three places earlier asks for a continuation here.
    let third = bytes.earlier::<2>(before).saturating_sub(V::splat(token, 0xe0 - 0x80));
    let fourth = bytes.earlier::<3>(before).saturating_sub(V::splat(token, 0xf0 - 0x80));
    third.or(fourth).and(V::splat(token, 0x80)).xor(classes)
}

/// Not zero if `bytes` ends in a code point that is not complete.
#[inline(always)]
fn cut_off<V: Vector>(token: V::Token, bytes: V) -> V {
    // A leading byte still waits if it is one of the last three, the last two, or the last one.
    let limits =
        V::splat_group(token, [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0xef, 0xdf, 0xbf]);
    // Only the last group counts: the others were looked at with their successors.
    let last = V::from_words(token, [0, 0, 0, 0, 0, 0, u64::MAX, u64::MAX]);
    bytes.saturating_sub(limits).and(last)
}

/// Where the first error is, all of `block` before `from` being right, but for a code point that may be cut off there.
#[cold]
#[inline(never)]
fn first_error(block: &[u8], from: usize) -> usize {
    let mut start = from.saturating_sub(3);
    while start < from && block[start] & 0xc0 == 0x80 {
        start += 1;
    }
    start + scalar::text::utf8_valid_up_to(&block[start..])
}
