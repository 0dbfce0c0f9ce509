//! Durations: `dur`. Their value is a number of nanoseconds, in 64 bits: up to 292 years.

/// The nanoseconds of one of each unit.
const UNITS: [(i64, &[&str]); 7] = [
    (1_000_000, &["ms", "msec", "msecs", "millisecond", "milliseconds"]),
    // With the letters of a micro, U+00B5, U+03BC and, where case does not count, U+039C, too.
    (1000, &["us", "usec", "usecs", "microsecond", "microseconds", "\u{b5}s", "\u{3bc}s", "\u{39c}s"]),
    (1, &["ns", "nsec", "nsecs", "nanosecond", "nanoseconds"]),
    (SECOND, &["s", "sec", "secs", "second", "seconds"]),
    (60 * SECOND, &["m", "min", "mins", "minute", "minutes"]),
    (3600 * SECOND, &["h", "hr", "hrs", "hour", "hours"]),
    (86_400 * SECOND, &["d", "day", "days"]),
];
const SECOND: i64 = 1_000_000_000;

/// The nanoseconds of one of a unit, in any case.
fn unit(word: &[u8]) -> Option<i64> {
    let is_it = |words: &[&str]| words.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(word));
    UNITS.iter().find(|(_, words)| is_it(words)).map(|(nanos, _)| *nanos)
}

/// Reads `text`, which the expression of `dur` matches: amounts with units, whose sum it is, or hours, minutes and seconds. What is less than a
/// nanosecond is cut off, from each amount.
pub(super) fn read(text: &str) -> Result<i64, &'static str> {
    let negative = text.starts_with('-');
    let unsigned = text.trim_start_matches(['-', '+']);
    let nanos = if unsigned.contains(':') { clock(unsigned)? } else { amounts(unsigned)? };
    i64::try_from(if negative { -nanos } else { nanos }).map_err(|_| TOO_LONG)
}

/// As [`read`], of a text that is one short amount, as `12.25ms` or `2 min`; `None` of any other.
pub(super) fn short(text: &[u8]) -> Option<i64> {
    let (whole, rest) = number(text)?;
    let (fraction, scale, rest) = match rest.split_first() {
        Some((b'.' | b',', rest)) => {
            let (fraction, after) = number(rest)?;
            (fraction, 10_i64.pow((rest.len() - after.len()) as u32), after)
        }
        _ => (0, 1, rest),
    };
    let nanos = unit(rest.strip_prefix(b" ").unwrap_or(rest))?;
    whole.checked_mul(nanos)?.checked_add(fraction.checked_mul(nanos)? / scale)
}

/// The number of one to nine digits with which a text begins, and what comes after it.
fn number(text: &[u8]) -> Option<(i64, &[u8])> {
    let (digits, rest) = text.split_at(text.iter().take_while(|byte| byte.is_ascii_digit()).count());
    matches!(digits.len(), 1..=9)
        .then(|| (digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0')), rest))
}

const TOO_LONG: &str = "a duration of more than 292 years, which nanoseconds in 64 bits cannot hold";

/// `1h 30m`, `12.25ms`, `2 minutes 3 seconds`.
fn amounts(text: &str) -> Result<i128, &'static str> {
    let mut rest = text;
    let mut sum = 0_i128;
    while !rest.is_empty() {
        rest = rest.trim_start_matches(' ');
        let end = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',')).ok_or("a unit is missing")?;
        let (number, after) = rest.split_at(end);
        let after = after.trim_start_matches(' ');
        let (word, after) = after.split_at(after.find(|c: char| c.is_ascii_digit() || c == ' ').unwrap_or(after.len()));
        let nanos = unit(word.as_bytes()).ok_or("a unit that is not known")?;
        rest = after;
        sum = sum.checked_add(scaled(number, nanos)?).ok_or(TOO_LONG)?;
    }
    Ok(sum)
}

/// `00:01:02.5`.
fn clock(text: &str) -> Result<i128, &'static str> {
    let mut parts = text.splitn(3, ':');
    let (hours, minutes, seconds) =
        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if minutes >= "60" {
        return Err("minute must be in 0..59");
    }
    if seconds >= "60" {
        return Err("second must be in 0..59");
    }
    Ok(scaled(hours, 3600 * SECOND)? + scaled(minutes, 60 * SECOND)? + scaled(seconds, SECOND)?)
}

/// A decimal number of some unit, in nanoseconds. Of a fraction 18 digits count.
fn scaled(number: &str, nanos: i64) -> Result<i128, &'static str> {
    let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, ""));
    let nanos = i128::from(nanos);
    let whole: u64 = whole.parse().map_err(|_| TOO_LONG)?;
    let fraction = &fraction.as_bytes()[..fraction.len().min(18)];
    let (part, unit) =
        fraction.iter().fold((0, 1), |(part, unit), digit| (part * 10 + i128::from(digit - b'0'), unit * 10));
    Ok(i128::from(whole) * nanos + part * nanos / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_added_up() {
        for (text, nanos) in [
            ("1.5s", 1_500_000_000),
            ("12ms", 12_000_000),
            ("360\u{b5}s", 360_000),
            ("360\u{3bc}s", 360_000),
            ("360us", 360_000),
            ("7ns", 7),
            ("2m3s", 123_000_000_000),
            ("1h 30m", 5_400_000_000_000),
            ("1D2H", 93_600_000_000_000),
            ("-5ms", -5_000_000),
            ("+5ms", 5_000_000),
            ("12,25ms", 12_250_000),
            ("00:01:02.5", 62_500_000_000),
            ("-100:00:00", -360_000_000_000_000),
            ("0.0000000019s", 1),
            ("-1.9ns", -1),
            ("12 ms", 12_000_000),
            ("1.5 s", 1_500_000_000),
            ("161 seconds", 161_000_000_000),
            ("2 Min", 120_000_000_000),
            ("5min 20.5s", 320_500_000_000),
            ("-1 hour 30 minutes", -5_400_000_000_000),
            ("2 hrs", 7_200_000_000_000),
            ("3 days", 259_200_000_000_000),
            ("7 msec", 7_000_000),
            ("7milliseconds", 7_000_000),
            ("7 usecs", 7000),
            ("7 \u{b5}s", 7000),
            ("1 microsecond", 1000),
            ("9 nanoseconds", 9),
            ("106751d", 9_223_286_400_000_000_000),
        ] {
            assert_eq!(read(text), Ok(nanos), "{text}");
        }
    }

    #[test]
    fn what_64_bits_cannot_hold_or_no_clock_shows_is_refused() {
        for text in ["106752d", "99999999999999999999s", "9223372036854775808ns", "1:60:00", "1:00:60", "2562048:00:00"]
        {
            assert!(read(text).is_err(), "{text}");
        }
        assert_eq!(read("9223372036854775807ns"), Ok(i64::MAX));
        assert_eq!(read("-9223372036854775808ns"), Ok(i64::MIN));
    }

    #[test]
    fn a_short_amount_is_what_it_is_in_full() {
        let numbers = [
            "0",
            "1",
            "12",
            "360",
            "999999999",
            "1234567890",
            "9223372036854775808",
            "99999999999999999999",
            "1.99999999999999999999",
            "",
            "1.5",
            "0.000000001",
            "2,25",
            "1.",
            ".5",
            "1.1234567891",
        ];
        let units = ["ns", "us", "MS", " s", "m", "H", "d", "", "x", "\u{b5}s", "mss", "sec", " Minutes", "  s"];
        let mut count = 0;
        for number in numbers {
            for unit in units {
                let text = format!("{number}{unit}");
                if let Some(nanos) = short(text.as_bytes()) {
                    count += 1;
                    assert_eq!(read(&text), Ok(nanos), "{text}");
                }
            }
        }
        assert!(count > 40, "{count}");
    }
}
