//! Cuts a format text into literal text and fields.
//!
//! `parse` splits with `({{|}}|{[\w-]*(?:\.[\w-]+|\[[^]]+])*(?::[^}]+)?})` and then takes every part that begins with `{` and
//! ends with `}` for a field, also one that the expression did not find. Both steps are done here, by hand: no step of the
//! expression can be undone by a later one, so one look ahead is enough.

use std::ops::Range;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Text that stands for itself, but for lone braces.
    Literal(&'a str),
    /// A doubled brace: one brace.
    Brace(char),
    /// A field, braces included, in bytes of the format.
    Field(Range<usize>),
}

/// The tokens of a format text, in order.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let (mut at, mut plain) = (0, 0);
    while let Some(offset) = text[at..].find(['{', '}']) {
        at += offset;
        let rest = &text[at..];
        let length = if rest.starts_with("{{") || rest.starts_with("}}") { Some(2) } else { field_length(rest) };
        let Some(length) = length else {
            at += 1;
            continue;
        };
        push_plain(&mut tokens, text, plain..at);
        tokens.push(match &rest[..length] {
            "{{" => Token::Brace('{'),
            "}}" => Token::Brace('}'),
            _ => Token::Field(at..at + length),
        });
        at += length;
        plain = at;
    }
    push_plain(&mut tokens, text, plain..text.len());
    tokens
}

/// Whether the tokens of `text`, one after the other, are `text`.
#[cfg(any(test, fuzzing))]
pub(crate) fn tokens_concatenate(text: &str) -> bool {
    let part = |token| match token {
        Token::Literal(part) => part.to_owned(),
        Token::Brace(brace) => String::from_iter([brace, brace]),
        Token::Field(range) => text[range].to_owned(),
    };
    tokens(text).into_iter().map(part).collect::<String>() == text
}

fn push_plain<'a>(tokens: &mut Vec<Token<'a>>, text: &'a str, range: Range<usize>) {
    let part = &text[range.clone()];
    if part.starts_with('{') && part.ends_with('}') {
        tokens.push(Token::Field(range));
    } else if !part.is_empty() {
        tokens.push(Token::Literal(part));
    }
}

/// The length of the well-formed field at the start of `text`, if there is one, in bytes.
fn field_length(text: &str) -> Option<usize> {
    let mut rest = skip_word(text.strip_prefix('{')?);
    loop {
        if let Some(after) = rest.strip_prefix('.') {
            let end = skip_word(after);
            if end.len() == after.len() {
                break;
            }
            rest = end;
        } else if let Some(after) = rest.strip_prefix('[') {
            match after.find(']') {
                // `[^]]+` needs a character before the bracket.
                Some(n) if n > 0 => rest = &after[n + 1..],
                _ => break,
            }
        } else {
            break;
        }
    }
    if let Some(after) = rest.strip_prefix(':') {
        match after.find('}') {
            Some(n) if n > 0 => rest = &after[n..],
            _ => return None,
        }
    }
    rest.starts_with('}').then(|| text.len() - rest.len() + 1)
}

fn skip_word(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_' || c == '-')
}
