//! Floats: what is a number by its looks, `lexical-core` is asked for the value of.

use super::integers::sign;
use crate::column::{Bitmap, Span};
use crate::numbers::FloatForm;

/// Twin of `Kernels::floats`.
pub(crate) fn floats(block: &[u8], spans: &[Span], form: FloatForm, values: &mut Vec<f64>, valid: &mut Bitmap) {
    for &span in spans {
        let number = float(block, span, form);
        values.push(number.unwrap_or(0.0));
        valid.push(number.is_some());
    }
}

/// The float of one row.
pub(crate) fn float(block: &[u8], span: Span, form: FloatForm) -> Option<f64> {
    let text = span.of(block)?;
    match form {
        FloatForm::Plain => plain(text),
        FloatForm::Percent => Some(plain(text.strip_suffix(b"%")?)? / 100.0),
    }
}

/// `[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?`, or `[+-]?(inf|nan)` in any case.
fn plain(text: &[u8]) -> Option<f64> {
    let (negative, unsigned) = sign(text);
    if unsigned.eq_ignore_ascii_case(b"nan") {
        return Some(f64::NAN);
    }
    if unsigned.eq_ignore_ascii_case(b"inf") {
        return Some(if negative { f64::NEG_INFINITY } else { f64::INFINITY });
    }
    let (whole, rest) = leading_digits(unsigned);
    let (fraction, rest) = match rest {
        [b'.', rest @ ..] => leading_digits(rest),
        rest => (0, rest),
    };
    let exponent_fits = match rest {
        [] => true,
        [b'e' | b'E', rest @ ..] => {
            let (digits, rest) = leading_digits(sign(rest).1);
            digits > 0 && rest.is_empty()
        }
        _ => false,
    };
    if whole + fraction == 0 || !exponent_fits {
        return None;
    }
    lexical_core::parse(text).ok()
}

/// How many digits `text` begins with, and what follows them.
fn leading_digits(text: &[u8]) -> (usize, &[u8]) {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (count, &text[count..])
}
