//! Positions of bytes: 64 bytes become a mask, and the bits of the mask become positions.

use crate::needles::{ByteSet, Needles};
use crate::vector::Vector;

/// See `Kernels::newlines`.
#[inline(always)]
pub(crate) fn newlines<V: Vector>(token: V::Token, block: &[u8], out: &mut Vec<u32>) {
    let newline = V::splat(token, b'\n');
    positions::<V>(token, block, out, |bytes| bytes.eq_mask(newline));
}

/// See `Kernels::delimiters`.
#[inline(always)]
pub(crate) fn delimiters<V: Vector>(token: V::Token, block: &[u8], needles: &Needles, out: &mut Vec<u32>) {
    let any = |bytes: V, wanted: &[V]| wanted.iter().fold(0, |mask, &needle| mask | bytes.eq_mask(needle));
    let wanted = needles.padded().map(|needle| V::splat(token, needle));
    match (needles.bytes().len(), needles.table()) {
        (1, _) => positions::<V>(token, block, out, |bytes| bytes.eq_mask(wanted[0])),
        (2, _) => positions::<V>(token, block, out, |bytes| any(bytes, &wanted[..2])),
        (_, Some(table)) => {
            let table = V::splat_group(token, table);
            let low = V::splat(token, 15);
            positions::<V>(token, block, out, |bytes| table.swizzle(bytes.and(low)).eq_mask(bytes));
        }
        (..=4, None) => positions::<V>(token, block, out, |bytes| any(bytes, &wanted[..4])),
        (_, None) => positions::<V>(token, block, out, |bytes| any(bytes, &wanted)),
    }
}

/// See `Kernels::byte_set`.
#[inline(always)]
pub(crate) fn byte_set<V: Vector>(token: V::Token, block: &[u8], set: &ByteSet, out: &mut Vec<u32>) {
    let [low_rows, high_rows] = set.halves().map(|half| V::splat_group(token, half));
    let bit = |nibble: usize, half: usize| {
        if nibble / 8 == half { 1u8 << (nibble % 8) } else { 0 }
    };
    let low_bits = V::splat_group(token, std::array::from_fn(|nibble| bit(nibble, 0)));
    let high_bits = V::splat_group(token, std::array::from_fn(|nibble| bit(nibble, 1)));
    let nibble = V::splat(token, 15);
    let zero = V::splat(token, 0);
    positions::<V>(token, block, out, |bytes| {
        let (low, high) = (bytes.and(nibble), bytes.high_nibbles());
        let in_low = low_rows.swizzle(low).and(low_bits.swizzle(high));
        let in_high = high_rows.swizzle(low).and(high_bits.swizzle(high));
        !in_low.or(in_high).eq_mask(zero)
    });
}

/// How many positions are collected before they are appended to the output in one go.
const BATCH: usize = 1024;

/// Appends the position of each byte whose bit is set in the mask that `classify` gives for its 64 bytes.
#[inline(always)]
pub(crate) fn positions<V: Vector>(token: V::Token, block: &[u8], out: &mut Vec<u32>, classify: impl Fn(V) -> u64) {
    let mut found = [0u32; BATCH + 64];
    let mut count = 0;
    let (chunks, rest) = block.as_chunks::<64>();
    let mut base = 0u32;
    let mut add = |mask: u64, base: u32| {
        if let Some(Ok(room)) = found.get_mut(count..count + 64).map(<&mut [u32; 64]>::try_from) {
            V::write_positions(token, mask, base, room);
        }
        count += mask.count_ones() as usize;
        if count > BATCH {
            out.extend_from_slice(&found[..count]);
            count = 0;
        }
    };
    for chunk in chunks {
        add(classify(V::load(token, chunk)), base);
        base = base.wrapping_add(64);
    }
    if !rest.is_empty() {
        let mut last = [0; 64];
        last[..rest.len()].copy_from_slice(rest);
        add(classify(V::load(token, &last)) & ((1 << rest.len()) - 1), base);
    }
    out.extend_from_slice(&found[..count]);
}
