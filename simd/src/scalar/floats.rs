//! Floats: the form is checked here, and `lexical-core` reads the number.

use super::integers::sign;
use crate::column::{Bitmap, Span};
use crate::numbers::FloatForm;

/// `Kernels::floats`.
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

/// `[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?`, which is what `lexical-core` reads when the text begins like a
/// number, or `[+-]?(inf|nan)` in any case.
fn plain(text: &[u8]) -> Option<f64> {
    let (negative, unsigned) = sign(text);
    match unsigned.first()? {
        b'0'..=b'9' | b'.' => lexical_core::parse(text).ok(),
        _ if unsigned.eq_ignore_ascii_case(b"inf") => Some(if negative { f64::NEG_INFINITY } else { f64::INFINITY }),
        _ if unsigned.eq_ignore_ascii_case(b"nan") => Some(f64::NAN),
        _ => None,
    }
}
