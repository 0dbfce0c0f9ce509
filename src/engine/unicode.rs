//! What a character is to the regex: part of a word, a letter with cases.
//!
//! The answers come from the tables of `regex-syntax`, which are those that the regex is compiled with: so both have the same version of Unicode.

use std::sync::LazyLock;

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind};

use super::translate;

/// Whether `class` has the character.
pub(super) fn has(class: &ClassUnicode, c: char) -> bool {
    let ranges = class.ranges();
    ranges.get(ranges.partition_point(|range| range.end() < c)).is_some_and(|range| range.start() <= c)
}

/// The character at `at`, if one begins there and is all there.
pub(super) fn char_at(text: &[u8], at: usize) -> Option<char> {
    let length = text.get(at)?.leading_ones().max(1) as usize;
    std::str::from_utf8(text.get(at..at + length)?).ok()?.chars().next()
}

/// Whether the expression takes a character for one of a word.
pub(super) fn is_word(c: char) -> bool {
    static WORD: LazyLock<ClassUnicode> =
        LazyLock::new(|| match regex_syntax::parse(translate::WORD).map(Hir::into_kind) {
            Ok(HirKind::Class(Class::Unicode(class))) => class,
            // The text is a class, as a test shows.
            _ => ClassUnicode::empty(),
        });
    has(&WORD, c)
}

/// Whether a letter in `text` that is not ASCII has another case, or is one of another letter.
pub(super) fn has_cases(text: &str) -> bool {
    let has_case = |c| {
        let mut cases = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
        cases.case_fold_simple();
        cases.ranges().len() > 1 || cases.iter().any(|range| range.start() != range.end()) || "ıİ".contains(c)
    };
    text.chars().filter(|c| !c.is_ascii()).any(has_case)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_of_letters_and_numbers_but_not_of_marks() {
        let words: String = "aZ_9é²Ⅷ٣日-→\u{301}\u{a0}😀·".chars().filter(|&c| is_word(c)).collect();
        assert_eq!(words, "aZ_9é²Ⅷ٣日");
    }

    #[test]
    fn a_literal_of_signs_has_no_cases() {
        for (text, expected) in
            [("a→", false), ("日本", false), ("²°", false), ("é", true), ("µ", true), ("aß", true), ("ı", true)]
        {
            assert_eq!(has_cases(text), expected, "{text}");
        }
    }
}
