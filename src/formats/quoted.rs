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
    /// Writes what begins with a mark, given the text from there on and where it stands, and says how long it is.
    pub(super) write: fn(&mut Writer<'_>, &str, usize) -> Result<usize>,
}

impl Language {
    /// Writes the pattern of `format`.
    pub(super) fn write(&self, writer: &mut Writer<'_>, format: &str) -> Result<()> {
        let (pieces, is_directive) = pieces(format, self.directive);
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
}

/// Where the format stands in `text`: in the quotes of a directive that begins with `directive`, or everywhere; and whether it is a directive.
fn pieces(text: &str, directive: &str) -> (Vec<Range<usize>>, bool) {
    let begins = text.trim_start();
    if !begins.get(..directive.len()).is_some_and(|word| word.eq_ignore_ascii_case(directive)) {
        return (iter::once(0..text.len()).collect(), false);
    }
    let mut pieces = Vec::new();
    let mut begun: Option<(usize, char)> = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match begun {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some((start, quote)) if c == quote => {
                pieces.push(start..at);
                begun = None;
            }
            Some(_) => {}
            None if matches!(c, '"' | '\'') => begun = Some((at + 1, c)),
            None => {}
        }
    }
    (pieces, true)
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
