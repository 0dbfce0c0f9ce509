//! Columns of integers, and of texts that must be digits.

use super::words::{LONGEST, Rows, eight_digits, full_bytes};
use crate::column::{Bitmap, Span};
use crate::numbers::Digits;
use crate::scalar;
use crate::vector::Vector;

/// See `Kernels::digits`.
#[inline(always)]
pub(crate) fn digits<V: Vector>(token: V::Token, block: &[u8], spans: &[Span], rule: Digits, valid: &mut Bitmap) {
    let (chunks, rest) = spans.as_chunks::<8>();
    let nine = V::splat(token, 9);
    valid.reserve(spans.len());
    for chunk in chunks {
        let Some(rows) = Rows::new(block, chunk) else {
            scalar::integers::digits(block, chunk, rule, valid);
            continue;
        };
        let mut mask = rows.word::<V>(token, block, 0).le_mask(nine);
        if rows.longest > 8 {
            mask &= rows.word::<V>(token, block, 1).le_mask(nine);
        }
        if rows.longest > 16 {
            mask &= rows.word::<V>(token, block, 2).le_mask(nine);
        }
        let mut fits = 0;
        for row in 0..8 {
            let signed = rows.lengths[row] != chunk[row].end - chunk[row].start;
            let length = rows.lengths[row];
            fits |= u8::from(rule.allows(signed, length as usize)) << row;
        }
        valid.push_eight(full_bytes(mask) & fits);
    }
    scalar::integers::digits(block, rest, rule, valid);
}

/// See `Kernels::integers`.
#[inline(always)]
pub(crate) fn integers<V: Vector>(
    token: V::Token,
    block: &[u8],
    spans: &[Span],
    grouping: Option<u8>,
    values: &mut Vec<i64>,
    valid: &mut Bitmap,
) {
    let (chunks, rest) = spans.as_chunks::<8>();
    values.reserve(spans.len());
    valid.reserve(spans.len());
    for chunk in chunks {
        let Some((mut numbers, mut certain)) =
            Rows::new(block, chunk).and_then(|rows| eight_integers::<V>(token, block, &rows))
        else {
            scalar::integers::integers(block, chunk, grouping, values, valid);
            continue;
        };
        if certain != 0xff && grouping.is_some() {
            for row in 0..8 {
                if certain >> row & 1 == 0
                    && let Some(number) = scalar::integers::integer(block, chunk[row], grouping)
                {
                    numbers[row] = number;
                    certain |= 1 << row;
                }
            }
        }
        values.extend_from_slice(&numbers);
        valid.push_eight(certain);
    }
    scalar::integers::integers(block, rest, grouping, values, valid);
}

/// The numbers of eight rows, 0 where there is none, and which rows have one. `None` if a row has more than 19 digits:
/// it may have zeros in front, and its value is not certain here.
#[inline(always)]
fn eight_integers<V: Vector>(token: V::Token, block: &[u8], rows: &Rows) -> Option<([i64; 8], u8)> {
    const { assert!(LONGEST >= 20) };
    let nine = V::splat(token, 9);
    let last = rows.word::<V>(token, block, 0);
    let mut mask = last.le_mask(nine);
    let mut sums = eight_digits(token, last).to_words();
    if rows.longest > 8 {
        let middle = rows.word::<V>(token, block, 1);
        mask &= middle.le_mask(nine);
        let middle = eight_digits(token, middle).to_words();
        for row in 0..8 {
            sums[row] += middle[row] * 100_000_000;
        }
    }
    if rows.longest > 16 {
        if rows.lengths.iter().any(|&length| length > 19) {
            return None;
        }
        let first = rows.word::<V>(token, block, 2);
        mask &= first.le_mask(nine);
        let first = eight_digits(token, first).to_words();
        for row in 0..8 {
            // Of three digits at most, unless a byte is no digit: then the row is dropped below.
            sums[row] = sums[row].wrapping_add(first[row].wrapping_mul(10_000_000_000_000_000));
        }
    }
    let mut fits = 0;
    let mut numbers = [0; 8];
    for row in 0..8 {
        let negative = u64::from(rows.negative[row]);
        // 0 − sum where negative, else the sum: in two's complement, all bits turned over and one added.
        numbers[row] = (sums[row] ^ negative.wrapping_neg()).wrapping_add(negative).cast_signed();
        let fit = rows.lengths[row] > 0 && sums[row] <= i64::MAX.cast_unsigned() + negative;
        fits |= u8::from(fit) << row;
    }
    let certain = full_bytes(mask) & fits;
    if certain != 0xff {
        for row in 0..8 {
            numbers[row] = if certain >> row & 1 == 1 { numbers[row] } else { 0 };
        }
    }
    Some((numbers, certain))
}
