//! The literal that every match has: where it is absent there is no match, and no engine need look.
//!
//! It is read off the parsed expression, so it is the authority's own word: a run of characters that stand one after the other at the top of
//! the expression, outside of every alternation, repetition and group. A custom pattern that breaks out of its group changes the
//! top of the expression, and a lone brace that is a quantifier makes a repetition: neither can make a literal look required that is not.
//!
//! The literal is searched for as bytes, with the case of ASCII letters ignored where the pattern ignores case. That is exact in both readings:
//!
//! * A letter whose case is ignored is a class of its variants. Only the class of just an ASCII letter and its other case is taken. In the
//!   reading for ASCII every letter is one. In the reading for Unicode `k`, `s` and `i` are not: they are also U+212A, U+017F, and `ı` and `İ`
//!   (that is how Python has it). Such a letter ends the run, as does every letter outside of ASCII that has variants.
//! * Any other character stands for itself, and in UTF-8 it has one way to be written.
//!
//! It only ever says that there is no match, or, where the pattern begins with it, where the first one may begin. Nothing is matched backwards
//! from it.

use parsimd_simd::{Case, Kernels, Literal};
use regex_syntax::{
    ParserBuilder,
    hir::{Class, Hir, HirKind},
};

use super::work;

/// A literal that every match has.
#[derive(Debug)]
pub(crate) struct Required {
    literal: Literal,
    /// Whether every match begins with it.
    leads: bool,
}

impl Required {
    /// The longest such literal of an expression in the syntax of `regex`.
    pub(super) fn new(expression: &str, unicode: bool, ignore_case: bool) -> Option<Required> {
        let mut parser = ParserBuilder::new();
        parser.unicode(unicode).utf8(unicode).case_insensitive(ignore_case).dot_matches_new_line(true);
        let hir = parser.build().parse(expression).ok()?;
        let parts = match hir.kind() {
            HirKind::Concat(parts) => parts,
            _ => std::slice::from_ref(&hir),
        };
        let (mut longest, mut longest_leads) = (Vec::new(), false);
        let mut run = Vec::new();
        let mut leads = true;
        for part in parts {
            if add(part, ignore_case, &mut run) {
                if run.len() > longest.len() {
                    (longest, longest_leads) = (run.clone(), leads);
                }
            } else {
                leads = false;
                run.clear();
            }
        }
        let case = if ignore_case { Case::IgnoreAscii } else { Case::Exact };
        Some(Required { literal: Literal::new(&longest, case)?, leads: longest_leads })
    }

    pub(super) fn literal(&self) -> &Literal {
        &self.literal
    }

    /// Whether every match begins with it.
    pub(super) fn leads(&self) -> bool {
        self.leads
    }

    /// Where a match in `text` may begin, at byte `start` or later; `None` when there is none.
    pub(super) fn first_begin(&self, kernels: &Kernels, text: &[u8], start: usize) -> Option<usize> {
        let text = text.get(start..)?;
        let found = kernels.find(text, &self.literal);
        work::count(found.unwrap_or(text.len()));
        let found = found?;
        Some(if self.leads { start + found } else { start })
    }
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
        pattern::{CustomType, Format, FormatOptions},
        plan::translate::{Reading, translate},
    };

    /// Whether each text may have a match, and from which byte on.
    fn first_begins<const N: usize>(
        format: &str,
        custom: &str,
        case_sensitive: bool,
        reading: Reading,
        texts: [&str; N],
    ) -> Option<[Option<usize>; N]> {
        let own = CustomType { pattern: Some(custom.to_owned()), group_count: 0 };
        let options = FormatOptions { custom: [("T".to_owned(), own)].into(), case_sensitive };
        let format = Format::new(format, &options).unwrap_or_else(|error| panic!("{error}"));
        let expression = translate(&format, reading).unwrap_or_else(|outside| panic!("{outside:?}"));
        let required = Required::new(&expression, reading == Reading::Unicode, !case_sensitive)?;
        let kernels = kernels(Isa::best()).unwrap_or_else(|error| panic!("{error}"));
        Some(texts.map(|text| required.first_begin(kernels, text.as_bytes(), 0)))
    }

    #[test]
    fn the_longest_literal_is_required_and_gives_the_beginning_only_where_it_leads() {
        for reading in [Reading::Ascii, Reading::Unicode] {
            assert_eq!(
                first_begins("an error: {} end", "", false, reading, ["", "..An ERROR: ", "error"]),
                Some([None, Some(2), None])
            );
            assert_eq!(first_begins("a {} of that", "", false, reading, ["a ", "... OF THAT"]), Some([None, Some(0)]));
            assert_eq!(first_begins("{:d}ab", "", true, reading, ["AB", "1ab"]), Some([None, Some(0)]));
        }
    }

    #[test]
    fn letters_with_variants_outside_of_ascii_are_not_looked_for_in_text_that_is_not() {
        let texts = ["DIS\u{17f}ON", "DISSON", "dison", "xx d on"];
        assert_eq!(first_begins("disson{}", "", false, Reading::Ascii, texts), Some([None, Some(0), None, None]));
        // `on` is left of it, and does not lead.
        assert_eq!(
            first_begins("disson{}", "", false, Reading::Unicode, texts),
            Some([Some(0), Some(0), Some(0), Some(0)])
        );
        assert_eq!(first_begins("kiss{}", "", false, Reading::Unicode, ["x"]), None);
        // É is also é; → is nothing else.
        assert_eq!(
            first_begins("É→{}", "", false, Reading::Unicode, ["é→x", "→", "é"]),
            Some([Some(0), Some(0), None])
        );
        assert_eq!(first_begins("É{}", "", true, Reading::Unicode, ["É", "é"]), Some([Some(0), None]));
    }

    #[test]
    fn what_may_be_left_out_is_not_required() {
        for reading in [Reading::Ascii, Reading::Unicode] {
            // The pattern of a type that breaks out of its group makes the whole an alternation.
            assert_eq!(first_begins("foo {:T} bar", "a)|(b", false, reading, ["x"]), None);
            assert_eq!(
                first_begins("foo {:T} bar", "a)|foo (b", false, reading, ["foo b", "foo a bar", "x"]),
                Some([Some(0), Some(0), None])
            );
            // Raw braces are a quantifier.
            assert_eq!(first_begins("a{0,1} ", "", false, reading, ["b c"]), Some([Some(0)]));
            assert_eq!(first_begins("}}{0,1} {}", "", false, reading, [" b", "x"]), Some([Some(0), None]));
            assert_eq!(first_begins("{:T}", "abc", false, reading, ["x"]), None);
        }
    }
}
