//! The spec of a field, which stands after its colon: `[[fill]align][sign][0][width][grouping][.precision][type]`.

use std::{collections::BTreeMap, ops::Range};

use super::{
    keys,
    suggest::suggestion_at,
    types::{self, CustomType},
};
use crate::error::{Error, Problem, Result};

/// Where padding may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
    Center,
    /// Between sign and digits.
    Numeric,
}

/// A spec that was read; numbers are kept as text, since only their text goes into the expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spec {
    pub(crate) fill: Option<char>,
    pub(crate) align: Option<Align>,
    pub(crate) width: String,
    pub(crate) grouping: Option<char>,
    pub(crate) precision: String,
    pub(crate) kind: String,
    /// The texts after the type, with the `|` that comes first, where there are any.
    pub(crate) nulls: Option<String>,
    /// Where the type stands in the format, in bytes.
    pub(crate) kind_span: Range<usize>,
}

impl Spec {
    /// Reads the spec that stands at `span` of `format`, which is not empty. `custom` are the caller's own types.
    ///
    /// # Errors
    /// A type that is neither a code of the language, nor the caller's own, nor holds a strptime code.
    pub(crate) fn read(format: &str, span: Range<usize>, custom: &BTreeMap<String, CustomType>) -> Result<Spec> {
        let mut rest = &format[span.clone()];
        let (mut fill, mut align) = (None, None);
        let mut chars = rest.chars();
        let (first, second) = (chars.next(), chars.next());
        // An align character comes first or, after a fill character, second; the first place is looked at first.
        if let Some(found) = first.and_then(Align::from_char) {
            align = Some(found);
            rest = &rest[1..];
        } else if let (Some(first), Some(found)) = (first, second.and_then(Align::from_char)) {
            fill = Some(first);
            align = Some(found);
            rest = &rest[first.len_utf8() + 1..];
        }
        rest = rest.strip_prefix(['+', '-', ' ']).unwrap_or(rest);
        rest = rest.strip_prefix('0').unwrap_or(rest);
        let width = take_digits(&mut rest);
        let grouping = rest.chars().next().filter(|c| [',', '_'].contains(c));
        rest = rest.strip_prefix([',', '_']).unwrap_or(rest);
        let precision = match rest.strip_prefix('.') {
            Some(after) => {
                rest = after;
                take_digits(&mut rest)
            }
            None => String::new(),
        };
        let is_type =
            |kind: &str| kind.is_empty() || types::is_known(kind) || keys::is_list(kind) || custom.contains_key(kind);
        let begin = span.end - rest.len();
        // What is a type as a whole is that; else null texts may follow a type, though not one of strptime codes, which may have any text.
        let split = match rest.find(")|").filter(|_| rest.starts_with("kv(")) {
            // The keys of a list have null texts of their own.
            Some(end) => Some((&rest[..=end], &rest[end + 2..])),
            None => rest.split_once('|'),
        };
        let (kind, nulls) = match split {
            Some((kind, nulls)) if !is_type(rest) && is_type(kind) => (kind, Some(nulls.to_owned())),
            _ => (rest, None),
        };
        let kind_span = begin..begin + kind.len();
        if !is_type(kind) {
            let names = custom.keys().map(String::as_str);
            let list = || {
                let codes = types::names();
                format!(
                    "expected one of the types {codes}, a strptime code such as %Y, or the name of a type of your own"
                )
            };
            return Err(Error::syntax(
                Problem::Spec,
                format,
                kind_span,
                format!("format spec {rest:?} not recognised"),
                suggestion_at(format, span.start, before_nulls(rest), names).unwrap_or_else(list),
            ));
        }
        // Of these types it is a number of repetitions, which engines count in 32 bits; one of them takes a larger one for text.
        let is_counted = matches!(kind, "" | "d") && !custom.contains_key(kind);
        let is_too_large =
            |digits: &String| digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u32>().is_err();
        if is_counted && [&width, &precision].into_iter().any(|digits| !digits.is_empty() && is_too_large(digits)) {
            return Err(Error::syntax(
                Problem::Spec,
                format,
                span,
                format!("a width or precision of more than {} characters", u32::MAX),
                "write a smaller one: no text is as long",
            ));
        }
        Ok(Spec { fill, align, width, grouping, precision, kind: kind.to_owned(), nulls, kind_span })
    }

    /// Whether it has nothing but a type and null texts.
    pub(super) fn is_type_alone(&self) -> bool {
        self.alignment().is_none() && self.grouping.is_none() && self.precision.is_empty()
    }

    /// Where the padding stands; `None` when there is none. A width without an alignment aligns to the right, as numbers do.
    pub(crate) fn alignment(&self) -> Option<Align> {
        self.align.or((!self.width.is_empty()).then_some(Align::Right))
    }

    /// The expressions for padding before and after the capture group. It is greedy, and outside of the capture.
    pub(crate) fn padding(&self) -> (String, String) {
        let align = self.alignment();
        let fill = self.fill.unwrap_or(if align == Some(Align::Numeric) { '0' } else { ' ' });
        let fill = if r".\+?*[](){}^$".contains(fill) { format!("\\{fill}*") } else { format!("{fill}*") };
        match align {
            Some(Align::Left) => (String::new(), fill),
            Some(Align::Right) => (fill, String::new()),
            Some(Align::Center) => (fill.clone(), fill),
            Some(Align::Numeric) | None => (String::new(), String::new()),
        }
    }
}

impl Align {
    fn from_char(c: char) -> Option<Align> {
        Some(match c {
            '<' => Align::Left,
            '>' => Align::Right,
            '^' => Align::Center,
            '=' => Align::Numeric,
            _ => return None,
        })
    }
}

/// What stands before the first `|` of a type that there is not, if anything does: null texts may come after it.
fn before_nulls(kind: &str) -> &str {
    kind.split('|').next().filter(|before| !before.is_empty()).unwrap_or(kind)
}

fn take_digits(rest: &mut &str) -> String {
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = rest[..rest.len() - after.len()].to_owned();
    *rest = after;
    digits
}
