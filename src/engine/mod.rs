//! What runs on input. Each engine is made from a format before a byte is read, and none decides whether it is asked: [`plan`](crate::plan) does.
//!
//! | file | what |
//! |---|---|
//! | [`regex`] | the regular expression, compiled: the authority on what matches |
//! | [`translate`] | the expression of a format, from Python's syntax to that of the crate `regex` |
//! | [`external`] | a matcher of the caller's, for expressions that no crate runs as Python's `re` does |
//! | [`authority`] | one of the two that has the last word |
//! | [`program`] | a faster way to the same answer, for formats that are literals with fields between them |
//! | [`prefilter`] | the literal anchor: a literal that every match has |
//! | [`first`] | the bytes that a match can begin with |
//! | [`quit`] | the characters at which a program quits, so that the regex is asked |
//! | [`unicode`] | what a character is to the regex: part of a word, a letter with cases |
//! | [`captures`] | where a pattern matched: the match and its fields |
//! | [`work`] | how many bytes were looked at; tests count them |

pub(crate) mod authority;
pub(crate) mod captures;
pub(crate) mod external;
mod first;
pub(crate) mod prefilter;
pub(crate) mod program;
pub(crate) mod quit;
mod regex;
mod translate;
mod unicode;
pub(crate) mod work;

pub(crate) use first::ByteSet;
pub(crate) use regex::RegexEngine;

/// Whether a match must fill the text, or may stand anywhere in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Anchored {
    /// It begins and ends with the text, as with [`parse`](crate::Pattern::parse).
    #[default]
    Yes,
    /// The first one is taken, wherever it stands, as with [`search`](crate::Pattern::search).
    No,
}

impl Anchored {
    /// `Yes` if a match must fill the text.
    pub fn when(yes: bool) -> Anchored {
        if yes { Anchored::Yes } else { Anchored::No }
    }

    /// Whether a match must fill the text.
    #[inline(always)]
    pub fn is_yes(self) -> bool {
        self == Anchored::Yes
    }
}
