//! The expressions of the types beyond `parse`: `t tu dur size ip bool q kv *`.
//!
//! They have no capture groups, and their digits are ASCII. Names of months, units and words are in any case, whatever the pattern says of case. The order of
//! alternatives counts: the first that lets the rest of the pattern match is taken.

/// Two digits, or one with or without a blank in front.
macro_rules! two {
    () => {
        "(?:[0-9]{2}| ?[0-9])"
    };
}
macro_rules! fraction {
    () => {
        "(?:[.,][0-9]{1,9})?"
    };
}
macro_rules! clock {
    () => {
        concat!(two!(), ":", two!(), ":", two!(), fraction!())
    };
}
/// Without seconds, too.
macro_rules! short_clock {
    () => {
        concat!(two!(), ":", two!(), "(?::", two!(), fraction!(), ")?")
    };
}
macro_rules! zone {
    () => {
        "(?:[Zz]| ?(?:[Uu][Tt][Cc]|[Gg][Mm][Tt])| ?[-+][0-9]{2}:?[0-9]{2}|[-+][0-9]{2})?"
    };
}
macro_rules! month {
    () => {
        concat!(
            "(?:[Jj][Aa][Nn]|[Ff][Ee][Bb]|[Mm][Aa][Rr]|[Aa][Pp][Rr]|[Mm][Aa][Yy]|[Jj][Uu][Nn]|",
            "[Jj][Uu][Ll]|[Aa][Uu][Gg]|[Ss][Ee][Pp]|[Oo][Cc][Tt]|[Nn][Oo][Vv]|[Dd][Ee][Cc])"
        )
    };
}
macro_rules! weekday {
    () => {
        "(?:[Mm][Oo][Nn]|[Tt][Uu][Ee]|[Ww][Ee][Dd]|[Tt][Hh][Uu]|[Ff][Rr][Ii]|[Ss][Aa][Tt]|[Ss][Uu][Nn])"
    };
}

/// `t`: a time stamp in any layout of [`convert::stamp`](crate::convert).
pub(super) const STAMP: &str = concat!(
    // 2024-05-17 10:05:03.123456+02:00; 2005-06-03-15.42.50.675872
    "[0-9]{4}[-/.]",
    two!(),
    "[-/.]",
    two!(),
    "[Tt -]",
    short_clock!(),
    zone!(),
    "|[0-9]{4}-",
    two!(),
    "-",
    two!(),
    r"-[0-9]{2}\.[0-9]{2}\.[0-9]{2}",
    fraction!(),
    // 17/May/2015:10:05:03 +0000
    "|",
    two!(),
    "[-/]",
    month!(),
    "[-/][0-9]{4}[: ]",
    clock!(),
    zone!(),
    // 20171223-22:15:29:606; 20171223T221529
    "|[0-9]{8}-",
    two!(),
    ":",
    two!(),
    ":",
    two!(),
    "(?::[0-9]{1,3}|[.,][0-9]{1,9})?",
    "|[0-9]{8}[Tt][0-9]{6}",
    fraction!(),
    zone!(),
    // Nov  9 03:37:44.615
    "|",
    month!(),
    " ",
    two!(),
    " ",
    clock!(),
    // Fri Jul 23 00:28:19.615325 UTC 2021
    "|",
    weekday!(),
    " ",
    month!(),
    " ",
    two!(),
    " ",
    clock!(),
    "(?: (?:[A-Za-z]{1,5}|[-+][0-9]{2}:?[0-9]{2}))? [0-9]{4}",
    // Mon, 20 Sep 1972 10:21:36 +1000
    "|(?:",
    weekday!(),
    ", )?",
    two!(),
    " ",
    month!(),
    " [0-9]{4} ",
    short_clock!(),
    zone!(),
);

/// `tu`: Unix time. The number of digits says the unit.
pub(super) const UNIX_TIME: &str = r"[0-9]{12,19}|[0-9]{1,11}(?:[.,][0-9]{1,9})?";

macro_rules! amount {
    () => {
        "[0-9]+(?:[.,][0-9]+)?"
    };
}
/// Of each unit the longest word comes first.
macro_rules! unit {
    () => {
        concat!(
            "(?:[MmUuNn][Ss](?:[Ee][Cc][Ss]?)?|µ[Ss]|μ[Ss]",
            "|(?:[Mm][Ii][Ll][Ll][Ii]|[Mm][Ii][Cc][Rr][Oo]|[Nn][Aa][Nn][Oo])[Ss][Ee][Cc][Oo][Nn][Dd][Ss]?",
            "|[Dd](?:[Aa][Yy][Ss]?)?|[Hh](?:(?:[Oo][Uu])?[Rr][Ss]?)?",
            "|[Mm](?:[Ii][Nn](?:[Uu][Tt][Ee])?[Ss]?)?|[Ss](?:[Ee][Cc](?:[Oo][Nn][Dd])?[Ss]?)?)"
        )
    };
}
macro_rules! amounts {
    ($gap:literal, $between:literal) => {
        concat!(amount!(), $gap, unit!(), "(?:", $between, amount!(), $gap, unit!(), ")*")
    };
}

/// `dur`: a duration. The letter of a micro is U+00B5, U+03BC or `u`. A blank stands before all of its units or before none: what follows `5ms` may be another
/// number and its word.
pub(super) const DURATION: &str =
    concat!("[-+]?(?:", amounts!("", " ?"), "|", amounts!(" ", " "), "|[0-9]+:[0-9]{2}:[0-9]{2}", fraction!(), ")");

/// `size`: a number of bytes.
pub(super) const SIZE: &str = r"[0-9]+(?:\.[0-9]+)?(?: ?(?:[KkMmGgTtPpEe][Ii]?[Bb]?|[Bb]))?";

macro_rules! octet {
    () => {
        "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
    };
}
macro_rules! v4 {
    () => {
        concat!("(?:", octet!(), r"\.){3}", octet!())
    };
}
macro_rules! group {
    () => {
        "[0-9A-Fa-f]{1,4}"
    };
}
macro_rules! last {
    () => {
        concat!("(?:", v4!(), "|", group!(), ":", group!(), ")")
    };
}

/// `ip`: an IPv4 or IPv6 address. That of IPv6 is the grammar of RFC 3986, with the zone of RFC 4007.
pub(super) const ADDRESS: &str = concat!(
    v4!(),
    "|(?:",
    concat!("(?:", group!(), ":){6}", last!()),
    concat!("|::(?:", group!(), ":){5}", last!()),
    concat!("|(?:", group!(), ")?::(?:", group!(), ":){4}", last!()),
    concat!("|(?:(?:", group!(), ":){0,1}", group!(), ")?::(?:", group!(), ":){3}", last!()),
    concat!("|(?:(?:", group!(), ":){0,2}", group!(), ")?::(?:", group!(), ":){2}", last!()),
    concat!("|(?:(?:", group!(), ":){0,3}", group!(), ")?::", group!(), ":", last!()),
    concat!("|(?:(?:", group!(), ":){0,4}", group!(), ")?::", last!()),
    concat!("|(?:(?:", group!(), ":){0,5}", group!(), ")?::", group!()),
    concat!("|(?:(?:", group!(), ":){0,6}", group!(), ")?::"),
    ")(?:%[0-9A-Za-z._~-]+)?",
);

/// `bool`: yes or no.
pub(super) const BOOLEAN: &str =
    "[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[Yy][Ee][Ss]|[Nn][Oo]|[Oo][Nn]|[Oo][Ff][Ff]|[10]";

macro_rules! in_quotes {
    () => {
        r#""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`"#
    };
}

/// `q`: a text in quotes, with escapes, or one without white space.
pub(super) const QUOTED: &str = concat!(in_quotes!(), r"|\S+");

macro_rules! pair {
    () => {
        concat!(r"[^\t-\r ][^\t-\r =]*?(?:=(?:", in_quotes!(), r#"|[^\t-\r "'`][^\t-\r ]*?)?)?"#)
    };
}

/// `kv`: pairs of a key and a value, with blanks of ASCII between them. There is one way to cut a text into them: a value that begins with a quote ends
/// with it. So a text that has no match is refused in time that is linear in it, also by an engine that backtracks. They end as early as what follows allows.
pub(super) const PAIRS: &str = concat!(r"[\t-\r ]*", pair!(), r"(?:[\t-\r ]+", pair!(), r")*?[\t-\r ]*?");

/// A text in quotes, as [`QUOTED`] and a value of `kv` have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InQuotes {
    /// Where it ends, after its second quote.
    pub(crate) end: usize,
    /// Whether a backslash is in it.
    pub(crate) has_escapes: bool,
}

/// The text in quotes that begins at byte `at` of `text` and ends with the first quote of its kind that no backslash escapes; `None` where no quote stands there, or
/// none ends it.
#[inline]
pub(crate) fn in_quotes(text: &[u8], at: usize) -> Option<InQuotes> {
    let quote = *text.get(at).filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    let (mut at, mut has_escapes) = (at + 1, false);
    loop {
        at += memchr::memchr2(quote, b'\\', text.get(at..)?)?;
        if text[at] == quote {
            return Some(InQuotes { end: at + 1, has_escapes });
        }
        has_escapes = true;
        at += 2;
    }
}
