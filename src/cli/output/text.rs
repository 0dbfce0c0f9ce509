//! The text of values.
//!
//! | value | for programs | for people |
//! |---|---|---|
//! | timestamp | `2015-05-17T10:05:03Z`, without `Z` where it has no offset | the same with a blank for the `T` |
//! | duration | seconds: `0.0125` | `12.5ms` |
//!
//! A fraction of a second has three digits or six, or is not there.

use crate::rows::text::decimal;
pub(super) use crate::rows::text::{Dates, push, seconds, time_of_day};

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

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
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
