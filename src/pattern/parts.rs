//! Where a format may be cut, so that each beginning of it is a format: what says how far a text was matched.

use std::ops::Range;

use super::{
    Format,
    split::{self, Token},
};

/// A part of a format: literal text, a field, or an optional part as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// Where it stands in the format, in bytes.
    pub(crate) span: Range<usize>,
    pub(crate) kind: PartKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PartKind {
    /// Text that stands for itself, with the place in the format where each of its characters ends.
    Literal { text: String, ends: Vec<usize> },
    /// A field; and whether it is any text, which ends only where what follows begins.
    Field { is_any_text: bool },
    /// An optional part, or text with a lone brace.
    Other,
}

impl Format {
    /// The parts, in order.
    pub(crate) fn parts(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut at = 0;
        // Where the outermost optional part begins that has not ended, and how many have not.
        let (mut begin, mut depth) = (0, 0);
        for token in split::tokens(&self.text) {
            let start = at;
            at += match &token {
                Token::Literal(text) => text.len(),
                Token::Brace(_) => 2,
                Token::Field(span) => span.len(),
            };
            let text = &self.text[start..at];
            if text == "{:[}" && !self.fields.iter().any(|field| field.span == (start..at)) {
                begin = if depth == 0 { start } else { begin };
                depth += 1;
            } else if text == "{:]}" && depth > 0 {
                depth -= 1;
                if depth == 0 {
                    parts.push(Part { span: begin..at, kind: PartKind::Other });
                }
            } else if depth == 0 {
                match token {
                    Token::Literal(text) if text.contains(['{', '}']) => {
                        parts.push(Part { span: start..at, kind: PartKind::Other });
                    }
                    Token::Literal(text) => text.char_indices().for_each(|(offset, c)| {
                        push_literal(&mut parts, start + offset..start + offset + c.len_utf8(), c)
                    }),
                    Token::Brace(brace) => push_literal(&mut parts, start..at, brace),
                    Token::Field(span) => {
                        let is_any_text = self.fields.iter().any(|field| field.span == span && field.spec.is_none());
                        parts.push(Part { span, kind: PartKind::Field { is_any_text } });
                    }
                }
            }
        }
        parts
    }
}

/// Adds a character to the literal at the end, or begins one.
fn push_literal(parts: &mut Vec<Part>, span: Range<usize>, c: char) {
    if let Some(Part { span: whole, kind: PartKind::Literal { text, ends } }) = parts.last_mut() {
        text.push(c);
        ends.push(span.end);
        whole.end = span.end;
    } else {
        let kind = PartKind::Literal { text: c.to_string(), ends: vec![span.end] };
        parts.push(Part { span, kind });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::FormatOptions;

    #[test]
    fn a_format_is_cut_between_parts_and_characters() {
        let format = Format::new("é{{ {a}{:[}[{b:d}{:[}x{:]}]{:]}: {:d}", &FormatOptions::default()).unwrap();
        let parts = format.parts();
        let literal = |text: &str, ends: &[usize]| PartKind::Literal { text: text.to_owned(), ends: ends.to_vec() };
        let kinds: Vec<_> = parts.iter().map(|part| part.kind.clone()).collect();
        assert_eq!(
            kinds,
            [
                literal("é{ ", &[2, 4, 5]),
                PartKind::Field { is_any_text: true },
                PartKind::Other,
                literal(": ", &[33, 34]),
                PartKind::Field { is_any_text: false },
            ]
        );
        let texts: Vec<_> = parts.iter().map(|part| &format.text[part.span.clone()]).collect();
        assert_eq!(texts, ["é{{ ", "{a}", "{:[}[{b:d}{:[}x{:]}]{:]}", ": ", "{:d}"]);
    }
}
