//! Columns of floats.
//!
//! Eight rows at a time lie right-aligned in words (see [`words`](super::words)). The point is taken out by moving the
//! digits before it up by one byte. What is left is an integer, the mantissa, and the number of digits after the
//! point is the decimal exponent:
//!
//! ```text
//!   |0 0 0 0 0 0 0 0|0 0 3 . 1 4 1 5|     the row
//!                    x x x             →  up by one byte
//!   |0 0 0 0 0 0 0 0|0 0 0 3 1 4 1 5|     31415 and 4 digits: 31415 / 10⁴
//! ```
//!
//! A mantissa of at most 2⁵³ and a power of ten of at most 10²² are floats without rounding, so that one division rounds
//! once, and correctly (William D. Clinger, "How to Read Floating Point Numbers Accurately", 1990). For other mantissas
//! of up to 19 digits see [`divide`]. Everything else, exponents above all, goes to the scalar kernel.

use super::integers::all_digits;
use super::words::{EightRows, Words, number};
use crate::column::{Bitmap, Span};
use crate::numbers::{FloatForm, divide};
use crate::scalar;
use crate::vector::Vector;

/// See `Kernels::floats`.
#[inline(always)]
pub(crate) fn floats<V: Vector>(
    token: V::Token,
    block: &[u8],
    spans: &[Span],
    form: FloatForm,
    values: &mut Vec<f64>,
    valid: &mut Bitmap,
) {
    let (chunks, rest) = spans.as_chunks::<8>();
    values.reserve(spans.len());
    valid.reserve(spans.len());
    for chunk in chunks {
        let Some((mut numbers, mut certain)) = eight_floats::<V>(token, block, chunk, form) else {
            scalar::floats::floats(block, chunk, form, values, valid);
            continue;
        };
        if form == FloatForm::Percent {
            numbers = numbers.map(|number| number / 100.0);
        }
        if certain != 0xff {
            for row in 0..8 {
                if certain >> row & 1 == 0 {
                    let number = scalar::floats::float(block, chunk[row], form);
                    numbers[row] = number.unwrap_or(0.0);
                    certain |= u8::from(number.is_some()) << row;
                }
            }
        }
        values.extend_from_slice(&numbers);
        valid.push_eight(certain);
    }
    scalar::floats::floats(block, rest, form, values, valid);
}

/// The floats of eight rows, and which rows are certain to be right; `None` if they cannot be loaded as words.
#[inline(always)]
fn eight_floats<V: Vector>(
    token: V::Token,
    block: &[u8],
    spans: &[Span; 8],
    form: FloatForm,
) -> Option<([f64; 8], u8)> {
    let bare = match form {
        FloatForm::Plain => *spans,
        FloatForm::Percent => without_percent(block, spans)?,
    };
    let rows = EightRows::new(token, block, &bare)?;
    Some(match rows.words {
        1 => in_words::<V, 1>(token, block, &rows),
        2 => in_words::<V, 2>(token, block, &rows),
        _ => in_words::<V, 3>(token, block, &rows),
    })
}

/// The rows without the `%` that each must end in, if each does.
#[inline(always)]
fn without_percent(block: &[u8], spans: &[Span; 8]) -> Option<[Span; 8]> {
    let mut bare = *spans;
    for span in &mut bare {
        span.end = span.end.checked_sub(1)?;
        if block.get(span.end as usize) != Some(&b'%') {
            return None;
        }
    }
    Some(bare)
}

/// The powers of ten that a float holds exactly. A mantissa here has no more digits after its point.
const POWERS: [f64; 32] = {
    let mut powers = [1.0; 32];
    let mut i = 1;
    while i <= 22 {
        powers[i] = powers[i - 1] * 10.0;
        i += 1;
    }
    powers
};

/// The floats of eight rows of at most `8 · WORDS` bytes, and which rows are certain to be right.
#[inline(always)]
fn in_words<V: Vector, const WORDS: usize>(token: V::Token, block: &[u8], rows: &EightRows<V>) -> ([f64; 8], u8) {
    let zero = V::splat(token, 0);
    let ones = V::splat(token, 0xff);
    let one = V::splat(token, 1);
    let text = Words::<V, WORDS>::load(token, block, rows).without_sign(token);

    let mut moved = [zero; WORDS];
    let mut points = zero;
    let mut fraction_digits = zero;
    // All ones in the words of rows whose point was in a word with a smaller number. That is later in the text, as word 0 is the last one.
    let mut before_point = zero;
    for number in 0..WORDS {
        let word = text.words[number];
        let point = word.equal(V::splat(token, b'.' ^ b'0'));
        let has_point = point.equal_words(zero).xor(ones);
        points = points.add_words(point.and(one).sum_bytes());
        // The bytes before the point: the lowest bit of the point, less one; nothing where there is no point.
        let lowest = point.and(zero.sub_words(point));
        let below = lowest.add_words(has_point).and(has_point);
        let whole = below.or(before_point);
        let elsewhere = whole.or(point);
        moved[number] = word.and(whole).shift_up::<8>().or(word.and_not(elsewhere));
        if number > 0 {
            // The byte that leaves the word at its high end enters the next word of the text, if all of this word moves.
            moved[number - 1] = moved[number - 1].or(word.and(before_point).shift_down::<56>());
        }
        fraction_digits = fraction_digits.add_words(one.and_not(elsewhere).sum_bytes());
        before_point = before_point.or(has_point);
    }
    // Rows without a point have no digits after it.
    let fraction_digits = fraction_digits.and(before_point);

    // One point at most, at least one digit, and not more than 19, which fit a word.
    let digits = text.count.sub_words(points);
    let mut wrong = V::splat_word(token, 1).sub_words(points).or(digits.sub_words(V::splat_word(token, 1)));
    if WORDS > 2 {
        wrong = wrong.or(V::splat_word(token, 19).sub_words(digits));
    }
    let certain = all_digits(token, &moved).word_signs() & !wrong.word_signs();

    let mantissas = number(token, &moved);
    let wide = WORDS > 1 && V::splat_word(token, 1 << 53).sub_words(mantissas).or(mantissas).word_signs() != 0;
    let signs = text.negative.and(V::splat_word(token, 1 << 63)).to_words();
    let (mantissas, fraction_digits) = (mantissas.to_words(), fraction_digits.to_words());
    let mut numbers = [0.0; 8];
    for row in 0..8 {
        // A row that is certain has at most 19 digits after the point.
        let divisor = POWERS[(fraction_digits[row] % 32) as usize];
        let number = mantissas[row].cast_signed() as f64 / divisor;
        // The sign is one bit, also of zero.
        numbers[row] = f64::from_bits(number.to_bits() | signs[row]);
    }
    if wide {
        for row in 0..8 {
            if certain >> row & 1 == 1 && mantissas[row] > 1 << f64::MANTISSA_DIGITS {
                let number = divide(mantissas[row], fraction_digits[row] as usize);
                numbers[row] = f64::from_bits(number.to_bits() | signs[row]);
            }
        }
    }
    (numbers, certain)
}
