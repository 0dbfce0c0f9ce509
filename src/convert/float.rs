//! Floating-point numbers: `f`, `e`, `g` and their capitals, and `%`.
//!
//! What Python's `float()` reads, of what the expressions of these types can match: white space around, a sign, digits, `inf`, `nan`.

use super::normalise::is_space;

pub(super) fn float(text: &str) -> Result<f64, &'static str> {
    let text = text.trim_matches(is_space);
    let (negative, unsigned) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    // A second sign is refused here: lexical-core would read it.
    if !unsigned.starts_with(b".") && !unsigned.first().is_some_and(u8::is_ascii_alphanumeric) {
        return Err("not a number");
    }
    let magnitude: f64 = lexical_core::parse(unsigned).map_err(|_| "not a number")?;
    Ok(if negative { -magnitude } else { magnitude })
}

/// Digits, a point and digits: a float, whatever they are.
#[inline]
pub(super) fn is_plain(text: &str) -> bool {
    let are_digits = |digits: &[u8]| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let bytes = text.as_bytes();
    let point = bytes.iter().position(|&byte| byte == b'.').unwrap_or(bytes.len());
    are_digits(&bytes[..point]) && bytes.get(point + 1..).is_some_and(are_digits)
}

pub(super) fn percent(text: &str) -> Result<f64, &'static str> {
    let number = text.strip_suffix('%').ok_or("not a percentage")?;
    Ok(float(number)? / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float_is_rounded_as_std_rounds_it() {
        for text in ["0.1", "-12.50", ".5", "1e10", "1.7976931348623157e308", "5e-324", "9007199254740993.0", "1e400"] {
            let expected: f64 = text.parse().unwrap_or(f64::NAN);
            assert_eq!(float(text).map(f64::to_bits), Ok(expected.to_bits()), "{text}");
        }
        assert_eq!(float(" +2.5"), Ok(2.5));
        assert_eq!(float("-INF"), Ok(f64::NEG_INFINITY));
        assert!(float("NaN").is_ok_and(f64::is_nan));
        assert_eq!(percent("12.5%"), Ok(0.125));
    }

    #[test]
    fn what_python_would_not_read_is_no_float() {
        for text in ["", "-", "--1.0", "-xx1.5", "_1.5", "1.5x", "+-1.0", "."] {
            assert!(float(text).is_err(), "{text}");
        }
    }
}
