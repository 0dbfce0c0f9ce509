//! The words of `--where` and `--agg`.

use std::{net::Ipv6Addr, ops::Range};

use super::stop::Stop;
use crate::drawing::{Drawing, View};

/// A word and where it stands, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
}

/// What a word is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// The name of a column, a function or an operator.
    Name(String),
    /// A name in backticks, which is that of a column.
    Column(String),
    /// A text in quotes.
    Text(String),
    /// What begins with a digit: a number, a duration, a size, a time, an address.
    Value(String),
    /// `(` `)` `,` `=` `==` `!=` `<` `<=` `>` `>=` `~` `!~` `*`
    Sign(&'static str),
    /// The end of the text.
    End,
}

const SIGNS: [&str; 14] = ["==", "!=", "<=", ">=", "!~", "=~", "<", ">", "=", "~", "(", ")", ",", "*"];

/// An error that points at a place of `text`.
pub(super) fn error_at(text: &str, span: Range<usize>, message: &str, expected: &str) -> Stop {
    Stop::Message(Drawing::new(message).view(View::new("argument", text, span)).help(expected).to_string())
}

/// The words of a text, the end among them.
///
/// # Errors
/// A quote without its partner, or a character that begins no word.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Stop> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let rest = &text[at..];
        let (kind, length) = match first {
            '"' | '\'' | '`' => match quoted(rest, first) {
                Some((inner, length)) if first == '`' => (Kind::Column(inner), length),
                Some((inner, length)) => (Kind::Text(inner), length),
                None => {
                    return Err(error_at(
                        text,
                        at..text.len(),
                        "a quote that is not closed",
                        &format!("expected another {first}"),
                    ));
                }
            },
            _ if (first.is_alphabetic() || first == '_') && !begins_value(rest) => {
                let length = length_while(rest, |c| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']'));
                (Kind::Name(rest[..length].to_owned()), length)
            }
            _ if begins_value(rest) => {
                let of_value = |text: &str| {
                    length_while(text, |c| c.is_alphanumeric() || matches!(c, '.' | ':' | '-' | '+' | '_' | '%' | '/'))
                };
                let length = of_value(rest);
                // After a day its clock.
                let length = match rest[length..].strip_prefix(' ') {
                    Some(clock) if is_day(&rest[..length]) && begins_clock(clock) => length + 1 + of_value(clock),
                    _ => length,
                };
                (Kind::Value(rest[..length].to_owned()), length)
            }
            _ => match SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
                Some("==") => (Kind::Sign("="), 2),
                Some("=~") => (Kind::Sign("~"), 2),
                Some(sign) => (Kind::Sign(sign), sign.len()),
                None => {
                    let expected = "expected a column, a value, a comparison, and, or, not, in, or a parenthesis";
                    return Err(error_at(
                        text,
                        at..at + first.len_utf8(),
                        &format!("{first:?} means nothing here"),
                        expected,
                    ));
                }
            },
        };
        found.push(Token { kind, span: at..at + length });
        at += length;
    }
    found.push(Token { kind: Kind::End, span: text.len()..text.len() });
    Ok(found)
}

/// The text in quotes with which `rest` begins, and its length with them. A backslash stands for itself, so that a regular expression is written as it is. Before a quote
/// two of them are one, and one more makes the quote a part of the text.
fn quoted(rest: &str, quote: char) -> Option<(String, usize)> {
    let mut inner = String::new();
    let mut backslashes = 0;
    for (at, letter) in rest.char_indices().skip(1) {
        if letter == '\\' {
            backslashes += 1;
            continue;
        }
        let is_quote = letter == quote;
        inner.extend(std::iter::repeat_n('\\', if is_quote { backslashes / 2 } else { backslashes }));
        if is_quote && backslashes % 2 == 0 {
            return Some((inner, at + 1));
        }
        inner.push(letter);
        backslashes = 0;
    }
    None
}

/// Whether a value begins here: a digit, after a sign or a point or without one; or an IPv6 address, which may begin with a letter or colons.
fn begins_value(rest: &str) -> bool {
    let address = &rest[..length_while(rest, |c| c.is_ascii_hexdigit() || matches!(c, ':' | '.'))];
    let after_sign = rest.strip_prefix(['-', '+']).unwrap_or(rest);
    let digits = after_sign.strip_prefix('.').unwrap_or(after_sign);
    digits.starts_with(|c: char| c.is_ascii_digit()) || rest.starts_with("::") || address.parse::<Ipv6Addr>().is_ok()
}

/// Whether a value is a day: `2024-05-17`.
fn is_day(value: &str) -> bool {
    let parts: Vec<&str> = value.split('-').collect();
    parts.iter().map(|part| part.len()).eq([4, 2, 2]) && parts.concat().bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a clock begins here: `10:05`.
fn begins_clock(rest: &str) -> bool {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    matches!(digits, 1 | 2) && rest[digits..].starts_with(':')
}

fn length_while(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}
