//! Formats in which a character marks what is a field, as configurations of web servers have them: as they are, or in the quotes of a directive.

use std::{iter, ops::Range};

use super::writer::Writer;
use crate::error::Result;

/// A language of such formats.
pub(super) struct Language {
    /// The word with which a directive begins.
    pub(super) directive: &'static str,
    /// What marks a field.
    pub(super) mark: char,
    /// Whether a backslash escapes a character outside of a directive, too.
    pub(super) has_escapes: bool,
    /// What ends a directive, outside of quotes.
    pub(super) end: char,
    /// Whether a word of a directive without quotes is a part of the format, given how many such words stand before it, the name of the directive among them.
    pub(super) is_format: fn(usize, &str) -> bool,
    /// Writes what begins with a mark, given the text from there on and where it stands, and says how long it is.
    pub(super) write: fn(&mut Writer<'_>, &str, usize) -> Result<usize>,
}

impl Language {
    /// Writes the pattern of `format`.
    pub(super) fn write(&self, writer: &mut Writer<'_>, format: &str) -> Result<()> {
        let (pieces, is_directive) = match self.pieces(format) {
            Some((pieces, end)) => {
                if let Some(more) = after_comments(format, end) {
                    return Err(writer.error(
                        more..format.len(),
                        format!("something stands after the end of the {}", self.directive),
                        "one directive at a time",
                    ));
                }
                (pieces, true)
            }
            None => (iter::once(0..format.len()).collect(), false),
        };
        for piece in pieces {
            let mut at = piece.start;
            while at < piece.end {
                let rest = &format[at..piece.end];
                let mut chars = rest.chars();
                at += match (chars.next(), chars.next()) {
                    (Some('\\'), Some(c)) if is_directive || self.has_escapes => {
                        writer.text(unescape(c).encode_utf8(&mut [0; 4]));
                        1 + c.len_utf8()
                    }
                    (Some(c), _) if c == self.mark => (self.write)(writer, rest, at)?,
                    _ => {
                        let end = rest.char_indices().skip(1).find(|&(_, c)| c == self.mark || c == '\\');
                        let length = end.map_or(rest.len(), |(end, _)| end);
                        writer.text(&rest[..length]);
                        length
                    }
                };
            }
        }
        Ok(())
    }

    /// Where the format stands in a directive, in quotes and without, and where that ends; `None` for a text that is none.
    fn pieces(&self, text: &str) -> Option<(Vec<Range<usize>>, usize)> {
        let begin = after_comments(text, 0)?;
        let word = text.get(begin..begin + self.directive.len())?;
        if !word.eq_ignore_ascii_case(self.directive) {
            return None;
        }
        let mut pieces = Vec::new();
        let mut begun: Option<(usize, char)> = None;
        let mut escaped = false;
        // Where a word without quotes begins, and how many there were before it.
        let (mut word, mut words) = (None, 0);
        let mut end_word = |word: &mut Option<usize>, at: usize, pieces: &mut Vec<Range<usize>>| {
            if let Some(start) = word.take() {
                if (self.is_format)(words, &text[start..at]) {
                    pieces.push(start..at);
                }
                words += 1;
            }
        };
        for (at, c) in text.char_indices().skip_while(|(at, _)| *at < begin) {
            match begun {
                Some(_) if escaped => escaped = false,
                Some(_) if c == '\\' => escaped = true,
                Some((start, quote)) if c == quote => {
                    pieces.push(start..at);
                    begun = None;
                }
                Some(_) => {}
                None if matches!(c, '"' | '\'') || c.is_whitespace() || c == self.end => {
                    end_word(&mut word, at, &mut pieces);
                    if c == self.end {
                        return Some((pieces, at + 1));
                    }
                    begun = Some((at + 1, c)).filter(|_| !c.is_whitespace());
                }
                None => word = word.or(Some(at)),
            }
        }
        end_word(&mut word, text.len(), &mut pieces);
        Some((pieces, text.len()))
    }
}

/// Where something stands in `text` from `at` on, after white space and lines of comments.
fn after_comments(text: &str, mut at: usize) -> Option<usize> {
    loop {
        at += text[at..].find(|c: char| !c.is_whitespace())?;
        if !text[at..].starts_with('#') {
            return Some(at);
        }
        at += text[at..].find('\n')?;
    }
}

/// What a character behind a backslash stands for.
fn unescape(c: char) -> char {
    match c {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        other => other,
    }
}
