//! The literal anchor: a literal that every match has. Where it is absent there is no match, and no engine need look.
//!
//! Most texts do not match, and a search for a literal costs a fraction of what a matcher does. It can fail to pay: where most records have the
//! literal, the search is work for nothing. Who searches blocks notes that and stops (see `scan/split.rs`); texts of less than [`MIN_TEXT`] bytes
//! are not searched.
//!
//! **There are no false negatives.** The literal is read off the parsed expression, so it is the authority's own word: the longest run of characters
//! that stand one after the other at the top of the expression, outside of every alternation, repetition and group. A custom type that breaks out of
//! its group changes the top of the expression, and a lone brace that is a quantifier makes a repetition: neither can make a literal look necessary
//! that is not.
//!
//! The search compares bytes, and ignores the case of ASCII letters where the pattern ignores case. That is exact:
//!
//! * A letter whose case is ignored is a class of its variants. Only a class of an ASCII letter and its other case becomes part of the literal. In the
//!   expression for ASCII every letter is one. In that for Unicode `k`, `s` and `i` are not: they are also U+212A, U+017F, and `ı` and `İ`
//!   (that is how Python has it). Such a letter ends the run, as does every letter outside of ASCII that has variants.
//! * Any other character stands for itself, and in UTF-8 it has one way to be written.
//!
//! The prefilter says that there is no match, or, where every match begins with the literal, where the first one may begin. Nothing is matched
//! backwards from it.

use parsimd_simd::{Case, Kernels, Literal};
use regex_syntax::{
    ParserBuilder,
    hir::{Class, Hir, HirKind},
};

use super::work;

/// Texts of fewer bytes are not searched for the literal: the engine itself is as quick.
pub(crate) const MIN_TEXT: usize = 256;

/// Blocks are searched for literals of so many bytes or more; a shorter one is in too many records.
pub(crate) const MIN_LITERAL_OF_BLOCK: usize = 4;

/// A literal that every match has.
#[derive(Debug)]
pub(crate) struct Prefilter {
    literal: Literal,
    /// Whether every match begins with it.
    is_prefix: bool,
    /// All such literals, in order.
    all: Vec<Literal>,
}

impl Prefilter {
    /// The longest such literal of an expression in the syntax of `regex`.
    pub(super) fn new(expression: &str, unicode: bool, ignore_case: bool) -> Option<Prefilter> {
        let mut parser = ParserBuilder::new();
        parser.unicode(unicode).utf8(unicode).case_insensitive(ignore_case).dot_matches_new_line(true);
        let hir = parser.build().parse(expression).ok()?;
        let parts = match hir.kind() {
            HirKind::Concat(parts) => parts,
            _ => std::slice::from_ref(&hir),
        };
        let mut runs = vec![Vec::new()];
        let mut last = 0;
        for part in parts {
            if !add(part, ignore_case, &mut runs[last]) {
                runs.push(Vec::new());
                last += 1;
            }
        }
        // The first of several that are as long.
        let longest = (0..runs.len()).rev().max_by_key(|&run| runs[run].len())?;
        let case = if ignore_case { Case::IgnoreAscii } else { Case::Exact };
        let all = runs.iter().filter_map(|run| Literal::new(run, case)).collect();
        Some(Prefilter { literal: Literal::new(&runs[longest], case)?, is_prefix: longest == 0, all })
    }

    /// All literals that every match has, in the order in which they stand there.
    pub(crate) fn all(&self) -> &[Literal] {
        &self.all
    }

    pub(crate) fn literal(&self) -> &Literal {
        &self.literal
    }

    /// Whether every match begins with it.
    pub(crate) fn is_prefix(&self) -> bool {
        self.is_prefix
    }

    /// Where a match in `text` may begin, at byte `start` or later; `None` when there is none.
    pub(crate) fn first_start(&self, kernels: &Kernels, text: &[u8], start: usize) -> Option<usize> {
        let text = text.get(start..)?;
        let found = kernels.find(text, &self.literal);
        work::count(found.unwrap_or(text.len()));
        let found = found?;
        Some(if self.is_prefix { start + found } else { start })
    }
}

/// What stands directly around a capture group in every match that the group takes part in, as far as that is a literal.
///
/// It is read off the parsed expression, as the literal anchor is: the characters before and after a group at the top of the expression. Padding,
/// an alternation or another field in between ends them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Around {
    /// The bytes before it, up to it. Letters may be in either case where the pattern ignores case.
    pub(crate) before: Vec<u8>,
    /// The bytes after it.
    pub(crate) after: Vec<u8>,
    /// Whether it is the first thing in the expression.
    pub(crate) is_first: bool,
    /// Whether it is the last thing in the expression.
    pub(crate) is_last: bool,
}

impl Around {
    /// Of the group of this number, if it stands at the top of the expression.
    pub(super) fn new(expression: &Hir, group: usize, ignore_case: bool) -> Option<Around> {
        let HirKind::Concat(parts) = expression.kind() else { return None };
        let is_group = |part: &Hir| matches!(part.kind(), HirKind::Capture(capture) if capture.index as usize == group);
        let at = parts.iter().position(is_group)?;
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for part in &parts[..at] {
            if !add(part, ignore_case, &mut before) {
                before.clear();
            }
        }
        let _ = parts[at + 1..].iter().all(|part| add(part, ignore_case, &mut after));
        Some(Around { before, after, is_first: at == 0, is_last: at + 1 == parts.len() })
    }
}

/// A literal that every match of an expression has, the longest that is known. The expression is one of the crate `regex`, which tells upper and lower
/// case apart unless it says otherwise.
#[cfg(feature = "cli")]
pub(crate) fn needed_literal(expression: &str) -> Option<String> {
    let prefilter = Prefilter::new(expression, true, false)?;
    String::from_utf8(prefilter.literal.bytes().to_vec()).ok()
}

/// Appends the bytes of `part` to `run`, if it is a literal.
fn add(part: &Hir, ignore_case: bool, run: &mut Vec<u8>) -> bool {
    match part.kind() {
        HirKind::Literal(literal) => run.extend_from_slice(&literal.0),
        HirKind::Class(class) if ignore_case => match letter(class) {
            Some(letter) => run.push(letter),
            None => return false,
        },
        _ => return false,
    }
    true
}

/// The ASCII letter whose two cases are all of `class`.
fn letter(class: &Class) -> Option<u8> {
    let ranges: Vec<(u32, u32)> = match class {
        Class::Unicode(class) => class.iter().map(|range| (range.start().into(), range.end().into())).collect(),
        Class::Bytes(class) => class.iter().map(|range| (range.start().into(), range.end().into())).collect(),
    };
    match ranges[..] {
        [(upper, upper_end), (lower, lower_end)] if upper == upper_end && lower == lower_end => {
            let letter = u8::try_from(lower).ok().filter(u8::is_ascii_lowercase)?;
            (u32::from(letter.to_ascii_uppercase()) == upper).then_some(letter)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use parsimd_simd::{Isa, kernels};

    use super::*;
    use crate::{
        engine::translate::{Target, translate},
        pattern::{CustomType, Format, FormatOptions},
    };

    /// Whether each text may have a match, and from which byte on.
    fn first_starts<const N: usize>(
        format: &str,
        custom: &str,
        case_sensitive: bool,
        target: Target,
        texts: [&str; N],
    ) -> Option<[Option<usize>; N]> {
        let own = CustomType { pattern: Some(custom.to_owned()), group_count: 0 };
        let options = FormatOptions { custom: [("T".to_owned(), own)].into(), case_sensitive };
        let format = Format::new(format, &options).unwrap_or_else(|error| panic!("{error}"));
        let expression = translate(&format, target).unwrap_or_else(|unsupported| panic!("{unsupported:?}"));
        let prefilter = Prefilter::new(&expression, target == Target::Unicode, !case_sensitive)?;
        let kernels = kernels(Isa::best()).unwrap_or_else(|error| panic!("{error}"));
        Some(texts.map(|text| prefilter.first_start(kernels, text.as_bytes(), 0)))
    }

    #[test]
    fn the_longest_literal_is_searched_for_and_says_where_a_match_starts_only_if_it_is_a_prefix() {
        for target in [Target::Ascii, Target::Unicode] {
            assert_eq!(
                first_starts("an error: {} end", "", false, target, ["", "..An ERROR: ", "error"]),
                Some([None, Some(2), None])
            );
            assert_eq!(first_starts("a {} of that", "", false, target, ["a ", "... OF THAT"]), Some([None, Some(0)]));
            assert_eq!(first_starts("{:d}ab", "", true, target, ["AB", "1ab"]), Some([None, Some(0)]));
        }
    }

    #[test]
    fn letters_with_variants_outside_of_ascii_are_not_looked_for_in_text_that_is_not() {
        let texts = ["DIS\u{17f}ON", "DISSON", "dison", "xx d on"];
        assert_eq!(first_starts("disson{}", "", false, Target::Ascii, texts), Some([None, Some(0), None, None]));
        // `on` is left of it, and is no prefix.
        assert_eq!(
            first_starts("disson{}", "", false, Target::Unicode, texts),
            Some([Some(0), Some(0), Some(0), Some(0)])
        );
        assert_eq!(first_starts("kiss{}", "", false, Target::Unicode, ["x"]), None);
        // É is also é; → is nothing else.
        assert_eq!(first_starts("É→{}", "", false, Target::Unicode, ["é→x", "→", "é"]), Some([Some(0), Some(0), None]));
        assert_eq!(first_starts("É{}", "", true, Target::Unicode, ["É", "é"]), Some([Some(0), None]));
    }

    #[test]
    fn what_a_match_may_lack_is_not_searched_for() {
        for target in [Target::Ascii, Target::Unicode] {
            // The pattern of a type that breaks out of its group makes the whole an alternation.
            assert_eq!(first_starts("foo {:T} bar", "a)|(b", false, target, ["x"]), None);
            assert_eq!(
                first_starts("foo {:T} bar", "a)|foo (b", false, target, ["foo b", "foo a bar", "x"]),
                Some([Some(0), Some(0), None])
            );
            // Raw braces are a quantifier.
            assert_eq!(first_starts("a{0,1} ", "", false, target, ["b c"]), Some([Some(0)]));
            assert_eq!(first_starts("}}{0,1} {}", "", false, target, [" b", "x"]), Some([Some(0), None]));
            assert_eq!(first_starts("{:T}", "abc", false, target, ["x"]), None);
        }
    }
}
