//! Integers, digit by digit.

use crate::column::{Bitmap, Span};

/// `Kernels::integers`.
pub(crate) fn integers(block: &[u8], spans: &[Span], grouping: Option<u8>, values: &mut Vec<i64>, valid: &mut Bitmap) {
    for &span in spans {
        let number = integer(block, span, grouping);
        values.push(number.unwrap_or(0));
        valid.push(number.is_some());
    }
}

/// The integer of one row.
pub(crate) fn integer(block: &[u8], span: Span, grouping: Option<u8>) -> Option<i64> {
    let (negative, digits) = sign(span.of(block)?);
    let mut number: Option<i64> = None;
    for &byte in digits {
        if grouping == Some(byte) {
            continue;
        }
        if !byte.is_ascii_digit() {
            return None;
        }
        let digit = i64::from(byte - b'0');
        let tens = number.unwrap_or(0).checked_mul(10)?;
        // Towards the sign, because -2^63 has no positive counterpart.
        number = Some(if negative { tens.checked_sub(digit)? } else { tens.checked_add(digit)? });
    }
    number
}

/// Whether `text` begins with `-`, and what follows the sign, if there is one.
pub(crate) fn sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    }
}
