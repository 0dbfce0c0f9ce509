//! `--list-types` and `--list-formats`.

use crate::formats::READY;

/// The types, each with what it reads. `docs/guide/types.md` says more.
const TYPES: &[(&str, &str)] = &[
    ("", "any text, the shortest that lets the rest match"),
    ("*", "any text, as much as possible"),
    ("l", "letters A to Z"),
    ("w", "letters, digits and _"),
    ("W", "anything but letters, digits and _"),
    ("s", "white space"),
    ("S", "anything but white space"),
    ("D", "anything but digits"),
    ("d", "an integer: 500, -3, 0x1F"),
    ("n", "an integer with groups of digits: 1,234"),
    ("b", "an integer in binary digits"),
    ("o", "an integer in octal digits"),
    ("x", "an integer in hexadecimal digits"),
    ("g", "a number: 12, 3.14, 1e5"),
    ("f", "a number with a point: 3.14"),
    ("F", "a decimal number, kept as text"),
    ("e", "a number with an exponent: 1.5e3"),
    ("%", "a percentage: 12.5%"),
    ("t", "a time stamp in any usual layout"),
    ("ti", "ISO 8601: 2011-02-03T10:21:36.123Z"),
    ("th", "web servers: 21/Nov/2011:00:07:11 +0000"),
    ("ts", "syslog: Nov  9 03:37:44"),
    ("tc", "ctime: Sun Sep 16 01:03:52 1973"),
    ("te", "e-mail: Mon, 20 Jan 1972 10:21:36 +1000"),
    ("tg", "day first: 20/1/1972 10:21:36 AM"),
    ("ta", "month first: 1/20/1972 10:21:36 PM"),
    ("tt", "a time of day: 10:21:36"),
    ("tu", "Unix time, in s, ms, µs or ns by its digits"),
    ("%Y-%m-%d", "any layout in codes of strptime"),
    ("dur", "a duration: 1.5s, 360µs, 2m3s, 00:01:02.5"),
    ("size", "a size: 512, 1.5K, 10KiB, 3 MB"),
    ("ip", "an address of IPv4 or IPv6"),
    ("bool", "true, no, ON, 0"),
    ("q", "a text in quotes, or a run without white space"),
    ("kv", "pairs: level=info msg=\"up again\""),
    ("kv(level,took:dur)", "only these keys, each a column"),
];

/// The types of the pattern language, a line each.
pub(super) fn types() -> String {
    let mut out = String::new();
    for (code, about) in TYPES {
        let field = if code.is_empty() { "{name}".to_owned() } else { format!("{{name:{code}}}") };
        out.push_str(&format!("{field:26}{about}\n"));
    }
    out.push_str("\n{name:d|-}                a type, or `-` for no value; several with | between\n");
    out.push_str("{:[}[{pid:d}]{:]}         a part that may be missing\n");
    out
}

/// The ready patterns, each with what it is for.
pub(super) fn formats() -> String {
    let mut out = String::new();
    for ready in READY {
        let lines = if ready.is_multiline { ", of several lines" } else { "" };
        out.push_str(&format!("{}\n    {}{lines}\n    {}\n", ready.name, ready.about, ready.pattern));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{api::Pattern, pattern};

    #[test]
    fn every_type_is_listed_and_every_listed_type_is_one() {
        for (code, _) in TYPES {
            let format = if code.is_empty() { "{name}".to_owned() } else { format!("{{name:{code}}}") };
            assert!(Pattern::new(&format).is_ok(), "{format}");
        }
        for row in pattern::TYPES {
            let listed = TYPES.iter().any(|(code, _)| code.eq_ignore_ascii_case(row.code));
            assert!(listed, "{} is not in the list", row.code);
        }
    }
}
