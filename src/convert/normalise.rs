//! Text that is not ASCII, as Python's converters read it: `\d` and `\s` match more than ASCII.

use std::borrow::Cow;

/// Python's whitespace, which has four control characters more than Unicode's.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// Text with each decimal digit, white space and letter that Python reads as an ASCII one turned into it.
pub(super) fn normalise(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let plain = |c: char| match c {
        'ſ' => 's',
        '\u{212A}' => 'k',
        'ı' | 'İ' => 'i',
        c if c.is_ascii() => c,
        c if c.is_whitespace() => ' ',
        c => decimal_digit(c).unwrap_or(c),
    };
    Cow::Owned(text.chars().map(plain).collect())
}

/// The ASCII digit for a decimal digit of any script. Unicode keeps the ten of each script together, in order.
fn decimal_digit(c: char) -> Option<char> {
    let c = u32::from(c);
    let zero = DECIMAL_ZEROS[..DECIMAL_ZEROS.partition_point(|&zero| zero <= c)].last()?;
    char::from_digit(c - zero, 10)
}

/// The zeros of Unicode's decimal digits (general category Nd) past ASCII, from Unicode 15.1's `UnicodeData.txt`.
const DECIMAL_ZEROS: &[u32] = &[
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50,
    0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50,
    0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136,
    0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0,
    0x11F50, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0,
    0x1E950, 0x1FBF0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digit_of_any_script_is_read_as_the_ascii_digit() {
        assert_eq!(normalise("٣.١٤ ９𝟡x"), "3.14 99x");
        for zero in DECIMAL_ZEROS {
            let digits: String = (0..10).filter_map(|n| char::from_u32(zero + n)).collect();
            assert_eq!(normalise(&digits), "0123456789");
        }
        assert_eq!(decimal_digit('½'), None);
    }
}
