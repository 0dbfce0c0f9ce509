//! Columns of integers, eight rows at a time.
//!
//! The rows are loaded right-aligned into words of eight bytes (see [`words`](super::words)), so that every digit has its place value
//! whatever the length of its row. Eight rows that are not all of the usual form go to the scalar kernel, row by row.

use super::words::{EightRows, Words, number};
use crate::column::{Bitmap, Span};
use crate::scalar;
use crate::vector::Vector;

/// All ones in the words of rows in which each byte is 0 to 9.
#[inline(always)]
pub(crate) fn all_digits<V: Vector, const WORDS: usize>(token: V::Token, words: &[V; WORDS]) -> V {
    let nine = V::splat(token, 9);
    let mut more = V::splat(token, 0);
    for word in words {
        more = more.or(word.saturating_sub(nine));
    }
    more.equal_words(V::splat(token, 0))
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
        let Some((numbers, mut certain)) = eight_integers::<V>(token, block, chunk) else {
            scalar::integers::integers(block, chunk, grouping, values, valid);
            continue;
        };
        let mut numbers = numbers.to_words().map(u64::cast_signed);
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

/// The numbers of eight rows, 0 where there is none, and a bit for each row that has one. `None` if the rows cannot be loaded as words, or if
/// one has more than 19 digits: these may be leading zeros, so the scalar kernel must decide.
#[inline(always)]
fn eight_integers<V: Vector>(token: V::Token, block: &[u8], spans: &[Span; 8]) -> Option<(V, u8)> {
    let rows = EightRows::new(token, block, spans)?;
    match rows.words {
        1 => integers_in_words::<V, 1>(token, block, &rows),
        2 => integers_in_words::<V, 2>(token, block, &rows),
        _ => integers_in_words::<V, 3>(token, block, &rows),
    }
}

#[inline(always)]
fn integers_in_words<V: Vector, const WORDS: usize>(
    token: V::Token,
    block: &[u8],
    rows: &EightRows<V>,
) -> Option<(V, u8)> {
    let digits = Words::<V, WORDS>::load(token, block, rows).digits(token);
    let sum = number(token, &digits.words);
    let too_few = digits.count.sub_words(V::splat_word(token, 1));
    let mut wrong = too_few;
    if WORDS > 2 {
        if V::splat_word(token, 19).sub_words(digits.count).word_signs() != 0 {
            return None;
        }
        // 19 digits are less than 2^64. With the sign bit set, only -2^63 is a value.
        let least = sum.equal_words(V::splat_word(token, 1 << 63)).and(digits.negative);
        wrong = wrong.or(sum.and_not(least));
    }
    let right = all_digits(token, &digits.words);
    let certain = right.word_signs() & !wrong.word_signs();
    // Negation of the negative ones: all bits inverted, and one added.
    let numbers = sum.xor(digits.negative).sub_words(digits.negative);
    if certain == 0xff {
        return Some((numbers, certain));
    }
    let keep = V::splat_word(token, 1 << 63).and(wrong).equal_words(V::splat(token, 0)).and(right);
    Some((numbers.and(keep), certain))
}
