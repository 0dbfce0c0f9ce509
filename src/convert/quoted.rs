//! Texts that may stand in quotes: `q`.
//!
//! In quotes, a backslash and what follows it stand for one character: `\n \r \t \b \f \v \a \0` for control characters, `\xHH` for a byte of UTF-8, `\uHHHH` for a
//! UTF-16 code unit, `\UHHHHHHHH` for a code point; before any other character a backslash means nothing. Escapes that are no text, such as a lone byte of a
//! character, stay as they are written. These are the escapes of JSON, Go, Python and nginx.

use std::borrow::Cow;

use crate::pattern::{InQuotes, in_quotes};

/// The text of a field: without its quotes, and with its escapes resolved.
pub(crate) fn read(text: &str) -> Cow<'_, str> {
    match inside(text.as_bytes()) {
        None => Cow::Borrowed(text),
        Some(InQuotes { has_escapes: false, .. }) => Cow::Borrowed(&text[1..text.len() - 1]),
        Some(InQuotes { has_escapes: true, .. }) => Cow::Owned(unescape(&text[1..text.len() - 1])),
    }
}

/// What `text` is if it is one text in quotes.
pub(super) fn inside(text: &[u8]) -> Option<InQuotes> {
    in_quotes(text, 0).filter(|found| found.end == text.len())
}

/// Resolves the escapes of a text.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length =
            bytes(rest, &mut out).or_else(|| code_point(rest, &mut out)).unwrap_or_else(|| plain(rest, &mut out));
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

/// `\n`, `\"` and the like: the length of the escape.
fn plain(text: &str, out: &mut String) -> usize {
    let Some(c) = text[1..].chars().next() else {
        out.push('\\');
        return 1;
    };
    match c {
        'n' => out.push('\n'),
        'r' => out.push('\r'),
        't' => out.push('\t'),
        'b' => out.push('\x08'),
        'f' => out.push('\x0c'),
        'v' => out.push('\x0b'),
        'a' => out.push('\x07'),
        '0' => out.push('\0'),
        // One that is cut or stands for no text: it stays, backslash and all.
        'x' | 'u' | 'U' => out.extend(['\\', c]),
        c => out.push(c),
    }
    1 + c.len_utf8()
}

/// `\xHH`, as many side by side as make text: how long they are.
fn bytes(text: &str, out: &mut String) -> Option<usize> {
    let mut bytes = Vec::new();
    while let Some(value) = hex(text, 4 * bytes.len(), 'x', 2) {
        // Two digits.
        bytes.push(value as u8);
    }
    let valid = match std::str::from_utf8(&bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
    };
    out.push_str(valid);
    (!valid.is_empty()).then_some(4 * valid.len())
}

/// `\uHHHH`, two of them where they are a pair, or `\UHHHHHHHH`: its length.
fn code_point(text: &str, out: &mut String) -> Option<usize> {
    let (value, length) = match (hex(text, 0, 'u', 4), hex(text, 6, 'u', 4)) {
        (Some(high @ 0xd800..=0xdbff), Some(low @ 0xdc00..=0xdfff)) => {
            (0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), 12)
        }
        (Some(value), _) => (value, 6),
        (None, _) => (hex(text, 0, 'U', 8)?, 10),
    };
    out.push(char::from_u32(value)?);
    Some(length)
}

/// The number of an escape that stands at `at`: a backslash, `letter` and so many hexadecimal digits.
fn hex(text: &str, at: usize, letter: char, digits: usize) -> Option<u32> {
    let escape = text.get(at..at + 2 + digits)?;
    let number = escape.strip_prefix('\\')?.strip_prefix(letter)?;
    if number.bytes().all(|byte| byte.is_ascii_hexdigit()) { u32::from_str_radix(number, 16).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_go_and_escapes_are_resolved() {
        for (text, wanted) in [
            ("bare", "bare"),
            (r#""GET / HTTP""#, "GET / HTTP"),
            (r#""""#, ""),
            ("`a b`", "a b"),
            ("'it\\'s'", "it's"),
            (r#""\"crawl 2.0\"""#, r#""crawl 2.0""#),
            (r#""a\\""#, r"a\"),
            (r#""a\tb\n""#, "a\tb\n"),
            (r#""\xd0\xbf\x16""#, "п\x16"),
            (r#""\ud83d\ude00 \u00e9 \U0001F600""#, "😀 é 😀"),
            (r#""\xff \ud83d \u12 \x""#, r"\xff \ud83d \u12 \x"),
            (r#""\é\/""#, "é/"),
            // Not one text in quotes: it stays.
            (r#""a"b""#, r#""a"b""#),
            (r#""a"#, r#""a"#),
            (r#""a\""#, r#""a\""#),
            (r"a\nb", r"a\nb"),
            ("\"", "\""),
        ] {
            assert_eq!(read(text), wanted, "{text}");
        }
    }
}
