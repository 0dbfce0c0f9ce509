//! The characters at which a program quits, so that the regex is asked about the record.
//!
//! A program looks at bytes. To a literal, to a field of any text and to most classes a character that is not ASCII is as good as a few more bytes:
//! `é` is no digit and no white space. Some are not: `٣` is a digit to `\d`, U+00A0 is white space to `\s`, and where case is ignored U+017F is an
//! `s`. These are in the [`QuitSet`] of the program, as the bytes that make a lazy DFA quit are in its own. A record that has one goes to the regex.
//!
//! The set is read off the parsed expression, so it is the authority's own word, with its version of Unicode. Outside of the fields it
//! has what the classes there have, which are letters in all of their cases. In a field it depends on what the program does with the bytes of
//! such a character: see [`NonAscii`].
//!
//! A program that is exact on ASCII, and is given no character of its set, is exact on all of UTF-8: to it and to the
//! expression every other character is one that only `.` and inverted classes take, of which there may be any number in a row.

use parsimd_simd::{ByteSet, Kernels};
use regex_syntax::hir::{Capture, Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind};

use super::{
    program::{NonAscii, Program},
    unicode::{char_at, has},
};

/// A set of characters that are not ASCII.
#[derive(Debug)]
pub(crate) struct QuitSet {
    characters: ClassUnicode,
    /// The bytes that they begin with.
    leads: ByteSet,
}

impl QuitSet {
    /// Those of a program and its expression; without one, all.
    pub(crate) fn new(expression: Option<&Hir>, program: &Program) -> QuitSet {
        let mut characters = expression.map_or_else(any, |expression| misread(expression, program));
        characters.intersect(&ClassUnicode::new([ClassUnicodeRange::new('\u{80}', char::MAX)]));
        let lead = |c: char| c.encode_utf8(&mut [0; 4]).as_bytes()[0];
        let leads: Vec<_> = characters.iter().map(|range| lead(range.start())..=lead(range.end())).collect();
        QuitSet { characters, leads: ByteSet::new(|byte| leads.iter().any(|range| range.contains(&byte))) }
    }

    pub(crate) fn has(&self, c: char) -> bool {
        has(&self.characters, c)
    }

    /// Which they are, of a record; `None` if there are none.
    pub(crate) fn describe(&self) -> Option<String> {
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
        classes.push(match program.non_ascii(group.index as usize - 1) {
            NonAscii::AsRegex => ClassUnicode::empty(),
            NonAscii::None => union(&taken),
            NonAscii::NoneButDots => {
                taken.retain(|class| *class != any());
                union(&taken)
            }
            NonAscii::All => {
                let mut others = union(&taken);
                others.negate();
                others
            }
            NonAscii::Unknown => any(),
        });
    }
    union(&classes)
}

/// What `.` takes.
fn any() -> ClassUnicode {
    ClassUnicode::new([ClassUnicodeRange::new('\0', char::MAX)])
}

#[cfg(test)]
mod tests {
    use parsimd_simd::Isa;

    use crate::{
        engine::Anchored,
        pattern::{Format, FormatOptions},
        plan::Plan,
    };

    fn plan(format: &str, case_sensitive: bool) -> Plan {
        let options = FormatOptions { case_sensitive, ..FormatOptions::default() };
        let format = Format::new(format, &options).unwrap_or_else(|error| panic!("{error}"));
        Plan::new(&format, None, false, Some(Isa::Scalar)).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Which of some characters make the program of a format quit.
    fn quits_on(format: &str, case_sensitive: bool) -> String {
        let plan = plan(format, case_sensitive);
        let program = plan.program(Anchored::Yes).unwrap_or_else(|| panic!("{format} has no program"));
        "é→٣²\u{a0}\u{2028}ſ\u{212a}ıİ\u{301}😀".chars().filter(|&c| plan.quit_set(program).has(c)).collect()
    }

    #[test]
    fn a_program_quits_on_the_characters_that_its_steps_would_misread() {
        for case_sensitive in [true, false] {
            assert_eq!(quits_on("{a}, {b:d} {c:x}: {d}", case_sensitive), "");
            assert_eq!(quits_on("{a:w} {b}", case_sensitive), "");
            assert_eq!(quits_on("{a} {b:n}", case_sensitive), "٣");
            assert_eq!(quits_on("{a:D}1{b}", case_sensitive), "٣");
            assert_eq!(quits_on("{a:s}{b}", case_sensitive), "\u{a0}\u{2028}");
            assert_eq!(quits_on("{a:S} {b}", case_sensitive), "\u{a0}\u{2028}");
            assert_eq!(quits_on("{a:W}x{b}", case_sensitive), "é٣²ſ\u{212a}ıİ");
            // Its dot may be any character to the expression.
            assert_eq!(quits_on("{a:%H:%M.%S}x", case_sensitive), "");
        }
        assert_eq!(quits_on("user: {}", false), "ſ");
        assert_eq!(quits_on("Kit: {}", false), "\u{212a}ıİ");
        assert_eq!(quits_on("kits: {}", true), "");
        assert_eq!(quits_on("{:l}:{}", false), "ſ\u{212a}ıİ");
        assert_eq!(quits_on("{:l}:{}", true), "");
        assert_eq!(quits_on("{:f} {}", false), "٣ıİ");
        // A repeated name has no expression that could be read.
        assert_eq!(quits_on("{a} {a}", true), "é→٣²\u{a0}\u{2028}ſ\u{212a}ıİ\u{301}😀");
    }

    #[test]
    fn quit_characters_are_found_wherever_they_stand_and_only_whole() {
        let plan = plan("{a:S} {b:n}", false);
        let program = plan.program(Anchored::Yes).unwrap_or_else(|| panic!("no program"));
        let text = "\u{a0}é x\u{2028}→ ٣😀𝟗\u{3000}";
        let expected: Vec<u32> = text
            .char_indices()
            .filter(|(_, c)| "\u{a0}\u{2028}٣𝟗\u{3000}".contains(*c))
            .map(|(at, _)| at as u32)
            .collect();
        for isa in Isa::available() {
            let kernels = parsimd_simd::kernels(isa).unwrap_or_else(|error| panic!("{error}"));
            let mut places = vec![17];
            plan.quit_set(program).find(kernels, text.as_bytes(), &mut places);
            assert_eq!(places, expected, "{isa}");
            // One that is cut off, or not UTF-8, is none.
            plan.quit_set(program).find(kernels, b"\xd9 \xe2\x80", &mut places);
            assert!(places.is_empty(), "{isa}: {places:?}");
        }
    }
}
