//! The texts in quotes of a directive, as configurations of web servers have them.

use std::{iter, ops::Range};

/// Where the format stands in `text`: in the quotes of a directive that begins with `directive`, or everywhere; and whether it is a directive.
pub(super) fn pieces(text: &str, directive: &str) -> (Vec<Range<usize>>, bool) {
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
pub(super) fn unescape(c: char) -> char {
    match c {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        other => other,
    }
}
