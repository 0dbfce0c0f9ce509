//! Numbers of bytes: `size`.

/// Reads `text`, which the expression of `size` matches. What is less than a byte is cut off.
pub(super) fn read(text: &str) -> Result<i64, &'static str> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let factor = factor(unit.trim_start_matches(' ').as_bytes());
    let whole: i64 = whole.parse().map_err(|_| TOO_LARGE)?;
    let fraction = &fraction.as_bytes()[..fraction.len().min(18)];
    let (part, scale) =
        fraction.iter().fold((0, 1), |(part, scale), digit| (part * 10 + i128::from(digit - b'0'), scale * 10));
    i64::try_from(i128::from(whole) * factor + part * factor / scale).map_err(|_| TOO_LARGE)
}

const TOO_LARGE: &str = "a size that does not fit in 64 bits";

/// How many bytes a unit is: `KB` is 1000, `K` and `KiB` are 1024.
fn factor(unit: &[u8]) -> i128 {
    let Some(&prefix) = unit.first() else { return 1 };
    let Some(power) = b"kmgtpe".iter().position(|letter| prefix.eq_ignore_ascii_case(letter)) else { return 1 };
    let is_decimal = unit.len() == 2 && unit[1].eq_ignore_ascii_case(&b'b');
    (if is_decimal { 1000_i128 } else { 1024 }).pow(power as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_with_a_b_alone_is_a_power_of_1000() {
        for (text, bytes) in [
            ("512", 512),
            ("512 B", 512),
            ("1.5K", 1536),
            ("10KiB", 10_240),
            ("10ki", 10_240),
            ("3 MB", 3_000_000),
            ("3 M", 3_145_728),
            ("2G", 2_147_483_648),
            ("1.9", 1),
            ("7E", 8_070_450_532_247_928_832),
            ("9EB", 9_000_000_000_000_000_000),
            ("0.0005kB", 0),
        ] {
            assert_eq!(read(text), Ok(bytes), "{text}");
        }
        for text in ["8E", "10EB", "9223372036854775808", "99999999999999999999"] {
            assert_eq!(read(text), Err(TOO_LARGE), "{text}");
        }
    }
}
