//! The characters that a program cannot tell from bytes.
//!
//! A program knows the bytes of ASCII. To a literal and to a field of any text every other character of UTF-8 is as good as a few more bytes,
//! and to most classes as well: `é` is no digit and no white space. Only some are something to the expression that their bytes are
//! not to the program: `٣` is a digit, U+00A0 is white space, and where case is ignored U+017F is an `s`. They are *foreign*, and a record that
//! has one goes to the expression.
//!
//! Which they are is read off the parsed expression, so it is the authority's own word, with its own version of Unicode. Outside of the
//! fields they are what its classes have, which are letters in all of their cases. In a field it is for the program to
//! say what it does with such bytes: see [`Reading`].
//!
//! With a program that is exact on ASCII, and takes the bytes of no foreign character, it is exact on all of UTF-8: to it, and to the
//! expression, every other character is one that only `.` and inverted classes take, of which there may be any number in a row.

use std::sync::LazyLock;

use parsimd_simd::{ByteSet, Kernels};
use regex_syntax::hir::{Capture, Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind};

use super::{
    program::{Program, Reading},
    translate,
};

/// A set of characters that are not ASCII.
#[derive(Debug)]
pub(crate) struct Foreign {
    characters: ClassUnicode,
    /// The bytes that they begin with.
    leads: ByteSet,
}

impl Foreign {
    /// Those of a program and its expression; without one, all.
    pub(super) fn new(expression: Option<&Hir>, program: &Program) -> Foreign {
        let mut characters = expression.map_or_else(any, |expression| misread(expression, program));
        characters.intersect(&ClassUnicode::new([ClassUnicodeRange::new('\u{80}', char::MAX)]));
        let lead = |c: char| c.encode_utf8(&mut [0; 4]).as_bytes()[0];
        let leads: Vec<_> = characters.iter().map(|range| lead(range.start())..=lead(range.end())).collect();
        Foreign { characters, leads: ByteSet::new(|byte| leads.iter().any(|range| range.contains(&byte))) }
    }

    pub(super) fn has(&self, c: char) -> bool {
        has(&self.characters, c)
    }

    /// Which they are, of a record; `None` if there are none.
    pub(super) fn describe(&self) -> Option<String> {
        let known = [
            ('٣', "a digit"),
            ('é', "a letter"),
            ('\u{a0}', "white space"),
            ('ſ', "ſ"),
            ('\u{212a}', "the Kelvin sign"),
            ('ı', "ı"),
            ('İ', "İ"),
        ];
        let mut names: Vec<_> = known.iter().filter(|(c, _)| self.has(*c)).map(|(_, name)| *name).collect();
        if self.has('→') {
            return Some("records that are not ASCII".to_owned());
        }
        if self.has('é') {
            names.retain(|name| name.starts_with("a ") || name.starts_with("white"));
        }
        let last = names.pop()?;
        let all = if names.is_empty() { last.to_owned() } else { format!("{} or {last}", names.join(", ")) };
        Some(format!("records that have, outside of ASCII, {all}"))
    }

    /// Writes where they are in `bytes`, in order.
    pub(crate) fn find(&self, kernels: &Kernels, bytes: &[u8], places: &mut Vec<u32>) {
        places.clear();
        if !self.characters.ranges().is_empty() {
            kernels.byte_set(bytes, &self.leads, places);
            places.retain(|&at| char_at(bytes, at as usize).is_some_and(|c| self.has(c)));
        }
    }
}

fn has(class: &ClassUnicode, c: char) -> bool {
    let ranges = class.ranges();
    ranges.get(ranges.partition_point(|range| range.end() < c)).is_some_and(|range| range.start() <= c)
}

/// The classes of `part` that stand outside of its groups, and the groups.
fn split<'h>(part: &'h Hir, classes: &mut Vec<ClassUnicode>, groups: &mut Vec<&'h Capture>) {
    match part.kind() {
        HirKind::Class(Class::Unicode(class)) => classes.push(class.clone()),
        HirKind::Class(Class::Bytes(_)) => classes.push(any()),
        HirKind::Repetition(repetition) => split(&repetition.sub, classes, groups),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().for_each(|part| split(part, classes, groups));
        }
        HirKind::Capture(group) => groups.push(group),
        // The bytes of a literal are compared with those of the text.
        HirKind::Literal(_) | HirKind::Empty | HirKind::Look(_) => {}
    }
}

/// What a program takes otherwise than the expression does, among others ASCII.
fn misread(expression: &Hir, program: &Program) -> ClassUnicode {
    let union = |classes: &[ClassUnicode]| {
        let mut all = ClassUnicode::empty();
        classes.iter().for_each(|class| all.union(class));
        all
    };
    let (mut classes, mut groups) = (Vec::new(), Vec::new());
    split(expression, &mut classes, &mut groups);
    for group in groups {
        let mut taken = Vec::new();
        split(&group.sub, &mut taken, &mut Vec::new());
        classes.push(match program.reading(group.index as usize - 1) {
            Reading::Exact => ClassUnicode::empty(),
            Reading::TakesNone => union(&taken),
            Reading::TakesNoneButDots => {
                taken.retain(|class| *class != any());
                union(&taken)
            }
            Reading::TakesAll => {
                let mut others = union(&taken);
                others.negate();
                others
            }
            Reading::Unknown => any(),
        });
    }
    union(&classes)
}

/// What `.` takes.
fn any() -> ClassUnicode {
    ClassUnicode::new([ClassUnicodeRange::new('\0', char::MAX)])
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
    use parsimd_simd::Isa;

    use super::*;
    use crate::{
        pattern::{Format, FormatOptions},
        plan::Plan,
    };

    fn plan(format: &str, case_sensitive: bool) -> Plan {
        let options = FormatOptions { case_sensitive, ..FormatOptions::default() };
        let format = Format::new(format, &options).unwrap_or_else(|error| panic!("{error}"));
        Plan::new(&format, None, false, Some(Isa::Scalar)).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Which of some characters are foreign to the program of a format.
    fn foreign(format: &str, case_sensitive: bool) -> String {
        let plan = plan(format, case_sensitive);
        let program = plan.program(true).unwrap_or_else(|| panic!("{format} has no program"));
        "é→٣²\u{a0}\u{2028}ſ\u{212a}ıİ\u{301}😀".chars().filter(|&c| plan.foreign(program).has(c)).collect()
    }

    #[test]
    fn characters_are_foreign_to_what_would_take_them_for_others() {
        for case_sensitive in [true, false] {
            assert_eq!(foreign("{a}, {b:d} {c:x}: {d}", case_sensitive), "");
            assert_eq!(foreign("{a:w} {b}", case_sensitive), "");
            assert_eq!(foreign("{a} {b:n}", case_sensitive), "٣");
            assert_eq!(foreign("{a:D}1{b}", case_sensitive), "٣");
            assert_eq!(foreign("{a:s}{b}", case_sensitive), "\u{a0}\u{2028}");
            assert_eq!(foreign("{a:S} {b}", case_sensitive), "\u{a0}\u{2028}");
            assert_eq!(foreign("{a:W}x{b}", case_sensitive), "é٣²ſ\u{212a}ıİ");
            // Its dot may be any character to the expression.
            assert_eq!(foreign("{a:%H:%M.%S}x", case_sensitive), "");
        }
        assert_eq!(foreign("user: {}", false), "ſ");
        assert_eq!(foreign("Kit: {}", false), "\u{212a}ıİ");
        assert_eq!(foreign("kits: {}", true), "");
        assert_eq!(foreign("{:l}:{}", false), "ſ\u{212a}ıİ");
        assert_eq!(foreign("{:l}:{}", true), "");
        assert_eq!(foreign("{:f} {}", false), "٣ıİ");
        // A repeated name has no expression that could be read.
        assert_eq!(foreign("{a} {a}", true), "é→٣²\u{a0}\u{2028}ſ\u{212a}ıİ\u{301}😀");
    }

    #[test]
    fn they_are_found_wherever_they_stand_and_whole() {
        let plan = plan("{a:S} {b:n}", false);
        let program = plan.program(true).unwrap_or_else(|| panic!("no program"));
        let text = "\u{a0}é x\u{2028}→ ٣😀𝟗\u{3000}";
        let expected: Vec<u32> = text
            .char_indices()
            .filter(|(_, c)| "\u{a0}\u{2028}٣𝟗\u{3000}".contains(*c))
            .map(|(at, _)| at as u32)
            .collect();
        for isa in Isa::available() {
            let kernels = parsimd_simd::kernels(isa).unwrap_or_else(|error| panic!("{error}"));
            let mut places = vec![17];
            plan.foreign(program).find(kernels, text.as_bytes(), &mut places);
            assert_eq!(places, expected, "{isa}");
            // One that is cut off, or not UTF-8, is none.
            plan.foreign(program).find(kernels, b"\xd9 \xe2\x80", &mut places);
            assert_eq!(places, [], "{isa}");
        }
    }

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
