//! Integers: `d`, `n`, `b`, `o`, `x`, `X`.
//!
//! `parse` reads a sign, then a base prefix where the type has no base of its own, and then drops every character that is no
//! digit of that base: grouping, prefixes, inner signs. One space that was captured in the place of a sign is dropped before
//! that here, so that `" -5"` is -5; `parse` reads 5.

use super::value::{BigInt, Value};

pub(super) fn integer(text: &str, base: Option<u32>) -> Result<Value<'static>, &'static str> {
    if matches!(base, None | Some(10))
        && let Some(short) = short(text.as_bytes())
    {
        return Ok(Value::Int(short));
    }
    any_integer(text, base)
}

/// A number of up to 18 decimal digits and nothing else, which is most of them: it fits, whatever they are.
#[inline]
pub(super) fn short(digits: &[u8]) -> Option<i64> {
    if !matches!(digits.len(), 1..=18) {
        return None;
    }
    digits.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
}

fn any_integer(text: &str, base: Option<u32>) -> Result<Value<'static>, &'static str> {
    let text = text.strip_prefix(' ').unwrap_or(text);
    let negative = text.starts_with('-');
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let base = base.unwrap_or_else(|| prefix_base(unsigned));

    let mut magnitude = Some(0_u64);
    let mut any = false;
    for digit in unsigned.chars().filter_map(|c| c.to_digit(base)) {
        any = true;
        magnitude = magnitude.and_then(|m| m.checked_mul(base.into())?.checked_add(digit.into()));
    }
    if !any {
        return Err("no digits");
    }
    let small = magnitude.and_then(|m| if negative { 0_i64.checked_sub_unsigned(m) } else { i64::try_from(m).ok() });
    Ok(match small {
        Some(small) => Value::Int(small),
        None => {
            let digits: String =
                unsigned.chars().filter(|c| c.is_digit(base)).map(|c| c.to_ascii_lowercase()).collect();
            Value::BigInt(BigInt { negative, base, digits: digits.trim_start_matches('0').to_owned() })
        }
    })
}

/// The base that a prefix names, when something stands after the prefix.
fn prefix_base(unsigned: &str) -> u32 {
    match unsigned.as_bytes() {
        [b'0', b'b' | b'B', _, ..] => 2,
        [b'0', b'o' | b'O', _, ..] => 8,
        [b'0', b'x' | b'X', _, ..] => 16,
        _ => 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integer_has_the_sign_and_the_base_that_it_is_written_with() {
        for (text, base, expected) in [
            ("42", None, 42),
            ("-42", None, -42),
            ("--5", None, -5),
            ("+-5", None, 5),
            ("- 5", None, -5),
            (" -5", None, -5),
            ("017", None, 17),
            ("0x1F", None, 31),
            (" 0x1F", None, 31),
            ("-0b101", None, -5),
            ("0o17", None, 15),
            ("0b1", Some(16), 0xB1),
            ("0b1", Some(2), 1),
            ("1,234.567", Some(10), 1_234_567),
            ("9223372036854775807", None, i64::MAX),
            ("-9223372036854775808", None, i64::MIN),
        ] {
            assert_eq!(integer(text, base), Ok(Value::Int(expected)), "{text}");
        }
    }

    #[test]
    fn past_64_bits_the_digits_are_kept() {
        let digits = "9223372036854775808";
        let expected = BigInt { negative: false, base: 10, digits: digits.to_owned() };
        assert_eq!(integer(digits, None), Ok(Value::BigInt(expected)));
        assert!(
            matches!(integer("-0xFFFFFFFFFFFFFFFFF", None), Ok(Value::BigInt(b)) if b.negative && b.base == 16 && b.digits == "f".repeat(17))
        );
    }

    #[test]
    fn a_short_number_is_read_as_any_other() {
        let nines = "9".repeat(20);
        let mut texts: Vec<String> = (1..=20).map(|length| nines[..length].to_owned()).collect();
        texts.extend(["0", "007", "-7", "+7", " 7", "1,000", "0x1F", "0b1", "12 ", "", "x"].map(str::to_owned));
        texts.extend((0..2000_u64).map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_string()));
        for text in texts {
            for base in [None, Some(2), Some(8), Some(10), Some(16)] {
                assert_eq!(integer(&text, base), any_integer(&text, base), "{text} {base:?}");
            }
        }
        assert_eq!(short(b"123456789012345678"), Some(123_456_789_012_345_678));
        assert_eq!(short(b"1234567890123456789"), None);
    }

    #[test]
    fn text_without_a_digit_is_no_integer() {
        assert_eq!(integer(",", None), Err("no digits"));
        assert_eq!(integer("٢", Some(10)), Err("no digits"));
    }
}
