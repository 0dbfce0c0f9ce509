//! The text of values.
//!
//! | value | for programs | for people |
//! |---|---|---|
//! | timestamp | `2015-05-17T10:05:03Z`, without `Z` where it has no offset | the same with a blank for the `T` |
//! | duration | seconds: `0.0125` | `12.5ms` |
//!
//! A fraction of a second has three digits or six, or is not there.

use std::io::Write;

use crate::convert::Date;

/// Microseconds of a second, of a day.
const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Writes dates. It keeps the last one, since the rows of a log are mostly of one day.
#[derive(Debug, Default)]
pub(super) struct Dates {
    day: Option<i64>,
    text: Vec<u8>,
}

impl Dates {
    /// `2015-05-17`.
    pub(super) fn date(&mut self, out: &mut Vec<u8>, days: i64) {
        if self.day != Some(days) {
            self.day = Some(days);
            self.text.clear();
            if let Some(Date { year, month, day }) = Date::from_days(days) {
                push(&mut self.text, format_args!("{year:04}-{month:02}-{day:02}"));
            }
        }
        out.extend_from_slice(&self.text);
    }

    /// `2015-05-17T10:05:03Z`, with `between` for the `T`.
    pub(super) fn timestamp(&mut self, out: &mut Vec<u8>, micros: i64, utc: bool, between: u8) {
        self.date(out, micros.div_euclid(DAY));
        out.push(between);
        time_of_day(out, micros.rem_euclid(DAY));
        if utc {
            out.push(b'Z');
        }
    }
}

/// `10:05:03`, of microseconds since midnight.
pub(super) fn time_of_day(out: &mut Vec<u8>, micros: i64) {
    let seconds = micros / SECOND;
    let [hour, minute, second] = [seconds / 3600, seconds / 60 % 60, seconds % 60];
    for (number, after) in [(hour, ":"), (minute, ":"), (second, "")] {
        out.extend_from_slice(&[b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]);
        out.extend_from_slice(after.as_bytes());
    }
    match micros % SECOND {
        0 => {}
        fraction if fraction % 1000 == 0 => push(out, format_args!(".{:03}", fraction / 1000)),
        fraction => push(out, format_args!(".{fraction:06}")),
    }
}

/// A duration in seconds, as a decimal number that is exact.
pub(super) fn seconds(out: &mut Vec<u8>, nanos: i64) {
    let whole = nanos.unsigned_abs();
    let sign = if nanos < 0 { "-" } else { "" };
    push(out, format_args!("{sign}{}", decimal(whole, 1_000_000_000)));
}

/// A duration in the unit that fits it, exactly: `360µs`, `12.5ms`, `1.25s`, `2m3s`, `1h0m12s`.
pub(super) fn duration(out: &mut Vec<u8>, nanos: i64) {
    if nanos < 0 {
        out.push(b'-');
    }
    let whole = nanos.unsigned_abs();
    match whole {
        0 => push(out, format_args!("0s")),
        1..1_000 => push(out, format_args!("{whole}ns")),
        1_000..1_000_000 => push(out, format_args!("{}µs", decimal(whole, 1_000))),
        1_000_000..1_000_000_000 => push(out, format_args!("{}ms", decimal(whole, 1_000_000))),
        _ => {
            let (minutes, rest) = (whole / 60_000_000_000, whole % 60_000_000_000);
            match minutes {
                0 => {}
                1..60 => push(out, format_args!("{minutes}m")),
                _ => push(out, format_args!("{}h{}m", minutes / 60, minutes % 60)),
            }
            push(out, format_args!("{}s", decimal(rest, 1_000_000_000)));
        }
    }
}

/// `value / unit`, exactly; the unit is a power of ten.
fn decimal(value: u64, unit: u64) -> String {
    let digits = unit.ilog10() as usize;
    let (whole, fraction) = (value / unit, format!("{:0digits$}", value % unit));
    match fraction.trim_end_matches('0') {
        "" => whole.to_string(),
        fraction => format!("{whole}.{fraction}"),
    }
}

/// Appends text.
pub(super) fn push(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Memory takes all that is written to it.
    let _ = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn times_are_iso_8601() {
        let mut dates = Dates::default();
        let mut show = |micros, utc| text(|out| dates.timestamp(out, micros, utc, b'T'));
        assert_eq!(show(0, true), "1970-01-01T00:00:00Z");
        assert_eq!(show(-1, false), "1969-12-31T23:59:59.999999");
        assert_eq!(show(1_431_857_103_500_000, true), "2015-05-17T10:05:03.500Z");
        assert_eq!(show(1_431_857_103_000_000, true), "2015-05-17T10:05:03Z");
    }

    #[test]
    fn durations_are_exact_in_both_forms() {
        for (nanos, people, programs) in [
            (0, "0s", "0"),
            (1, "1ns", "0.000000001"),
            (360_000, "360µs", "0.00036"),
            (12_500_000, "12.5ms", "0.0125"),
            (1_250_000_000, "1.25s", "1.25"),
            (123_000_000_000, "2m3s", "123"),
            (3_612_000_000_000, "1h0m12s", "3612"),
            (-5_000_000, "-5ms", "-0.005"),
            (i64::MIN, "-2562047h47m16.854775808s", "-9223372036.854775808"),
        ] {
            assert_eq!(text(|out| duration(out, nanos)), people);
            assert_eq!(text(|out| seconds(out, nanos)), programs);
        }
    }
}
