//! Columns of floats.
//!
//! Eight rows at a time lie right-aligned in words (see [`words`](super::words)). The point is taken out by moving the
//! digits in front of it up by one byte; what is left is an integer, the mantissa, and the number of digits behind the
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
//! of up to 19 digits see [`divide`]. Whatever else there is, exponents above all, goes to the scalar twin.

use super::words::{LONGEST, Rows, eight_digits, full_bytes};
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
        let bare = match form {
            FloatForm::Plain => Some(*chunk),
            FloatForm::Percent => without_percent(block, chunk),
        };
        let found = bare.and_then(|bare| {
            let rows = Rows::new(block, &bare)?;
            Some(match rows.longest {
                ..=8 => eight_floats::<V, 1>(token, block, &rows),
                9..=16 => eight_floats::<V, 2>(token, block, &rows),
                _ => eight_floats::<V, 3>(token, block, &rows),
            })
        });
        let Some((mut numbers, mut certain)) = found else {
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

/// The powers of ten that a float holds exactly, as far as a mantissa here has digits behind the point.
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
fn eight_floats<V: Vector, const WORDS: usize>(token: V::Token, block: &[u8], rows: &Rows) -> ([f64; 8], u8) {
    const { assert!(WORDS as u32 * 8 <= LONGEST) };
    let zero = V::splat(token, 0);
    let ones = V::splat(token, 0xff);
    let one = V::splat(token, 1);
    let nine = V::splat(token, 9);
    // Word 0 is the last one in the text.
    let text: [V; WORDS] = std::array::from_fn(|number| rows.word::<V>(token, block, number as u32));

    // Bytes that are the point, words that have it, and the bytes of that word in front of the point and behind it.
    let point = text.map(|word| word.equal(V::splat(token, b'.' ^ b'0')));
    let has_point = point.map(|point| point.equal_words(zero).xor(ones));
    let mut digits_mask = u64::MAX;
    let mut points = zero;
    for number in 0..WORDS {
        digits_mask &= text[number].and_not(point[number]).le_mask(nine);
        points = points.add_words(point[number].and(one).sum_bytes());
    }

    let mut front_of_it = zero; // All ones in the words of rows whose point came in an earlier (later in the text) word.
    let mut moved: [V; WORDS] = text;
    let mut behind_count = zero;
    let mut fraction = [zero; WORDS];
    for number in 0..WORDS {
        let lowest = point[number].and(zero.sub_words(point[number]));
        // lowest − 1 where there is a point, else 0.
        let below = lowest.add_words(has_point[number]).and(has_point[number]);
        let front = below.or(front_of_it);
        let stay = text[number].and_not(front.or(point[number]));
        moved[number] = text[number].and(front).shift_up::<8>().or(stay);
        if number > 0 {
            // What left the word at its high end enters the word behind it, if all of this word moves.
            let carry = text[number].and(front_of_it).shift_down::<56>();
            moved[number - 1] = moved[number - 1].or(carry);
        }
        fraction[number] = one.and_not(front.or(point[number]));
        front_of_it = front_of_it.or(has_point[number]);
    }
    for fraction in fraction {
        behind_count = behind_count.add_words(fraction.sum_bytes());
    }
    // Rows without a point have no digits behind it.
    let behind = behind_count.and(front_of_it).to_words();
    let points = points.to_words();

    let mut mantissas = eight_digits(token, moved[0]).to_words();
    if WORDS > 1 {
        let middle = eight_digits(token, moved[1]).to_words();
        for row in 0..8 {
            mantissas[row] = mantissas[row].wrapping_add(middle[row].wrapping_mul(100_000_000));
        }
    }
    if WORDS > 2 {
        let first = eight_digits(token, moved[2]).to_words();
        for row in 0..8 {
            mantissas[row] = mantissas[row].wrapping_add(first[row].wrapping_mul(10_000_000_000_000_000));
        }
    }

    let mut numbers = [0.0; 8];
    let mut fits = 0;
    let mut wide = false;
    for row in 0..8 {
        let digits = u64::from(rows.lengths[row]).wrapping_sub(points[row]);
        fits |= u8::from(points[row] <= 1 && digits.wrapping_sub(1) < 19) << row;
        let divisor = POWERS[(behind[row] & 31) as usize];
        wide |= mantissas[row] > 1 << f64::MANTISSA_DIGITS;
        numbers[row] = mantissas[row].cast_signed() as f64 / divisor;
    }
    let certain = full_bytes(digits_mask) & fits;
    if WORDS > 1 && wide {
        for row in 0..8 {
            if certain >> row & 1 == 1 && mantissas[row] > 1 << f64::MANTISSA_DIGITS {
                numbers[row] = divide(mantissas[row], behind[row] as usize);
            }
        }
    }
    for row in 0..8 {
        // The sign is one bit, also of zero.
        numbers[row] = f64::from_bits(numbers[row].to_bits() | u64::from(rows.negative[row]) << 63);
    }
    (numbers, certain)
}
