//! Texts that each match of a pattern has: they tell that a pattern reads no line, before it is compiled.
//!
//! A ready pattern costs some milliseconds until it can be asked, most of them for its regular expression, and most ready patterns read no line of a log.
//! There are no false negatives: the texts stand in the pattern outside of every optional part, one after the other, and only characters are taken that are
//! the same in either case.

use memchr::memmem;

use crate::{
    error::Result,
    pattern::{Format, FormatOptions, Piece},
};

/// Texts that each match has, in order, none over another.
#[derive(Debug)]
pub(super) struct Texts(Vec<String>);

impl Texts {
    /// # Errors
    /// As [`Pattern::new`](crate::Pattern::new).
    pub(super) fn new(pattern: &str) -> Result<Texts> {
        let (mut texts, mut depth) = (Vec::new(), 0);
        for piece in Format::new(pattern, &FormatOptions::default())?.pieces {
            match piece {
                Piece::PartBegin => depth += 1,
                Piece::PartEnd => depth -= 1,
                Piece::Literal(text) if depth == 0 => {
                    let plain = text.split(|letter: char| letter.is_alphabetic() || !letter.is_ascii());
                    texts.extend(plain.filter(|text| !text.is_empty()).map(str::to_owned));
                }
                _ => {}
            }
        }
        Ok(Texts(texts))
    }

    /// Whether a line may match.
    pub(super) fn are_in(&self, line: &[u8]) -> bool {
        let mut rest = line;
        self.0.iter().all(|text| match memmem::find(rest, text.as_bytes()) {
            Some(at) => {
                rest = &rest[at + text.len()..];
                true
            }
            None => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{api::Pattern, formats::READY};

    /// Lines of every ready pattern, and what is left of them without a character.
    fn lines() -> Vec<String> {
        let cases: toml::Table = include_str!("../../tests/cases/formats.toml").parse().unwrap();
        let mut lines = Vec::new();
        collect(&toml::Value::Table(cases), &mut lines);
        let shorter = |line: &String| {
            let places: Vec<usize> = line.char_indices().map(|(at, _)| at).collect();
            let without = |at: usize| format!("{}{}", &line[..at], line[at..].chars().skip(1).collect::<String>());
            places.iter().step_by(7).map(|&at| without(at)).collect::<Vec<_>>()
        };
        let more: Vec<String> = lines.iter().flat_map(shorter).collect();
        lines.extend(more);
        lines
    }

    fn collect(value: &toml::Value, lines: &mut Vec<String>) {
        match value {
            toml::Value::String(text) => lines.extend(text.lines().map(str::to_owned)),
            toml::Value::Array(values) => values.iter().for_each(|value| collect(value, lines)),
            toml::Value::Table(table) => table.values().for_each(|value| collect(value, lines)),
            _ => {}
        }
    }

    #[test]
    fn a_line_that_a_ready_pattern_matches_has_its_texts() {
        let lines = lines();
        let (mut matched, mut without) = (0, 0);
        for ready in READY {
            let (pattern, texts) = (Pattern::new(ready.pattern).unwrap(), Texts::new(ready.pattern).unwrap());
            for line in &lines {
                let is_match = pattern.parse(line).is_ok_and(|found| found.is_some());
                assert!(!is_match || texts.are_in(line.as_bytes()), "{}: {line}", ready.name);
                matched += usize::from(is_match);
                without += usize::from(!texts.are_in(line.as_bytes()));
            }
        }
        assert!(
            matched > 100 && without > 10 * matched,
            "{matched} matches, {without} of {} asked for nothing",
            lines.len()
        );
    }

    #[test]
    fn a_text_in_an_optional_part_or_of_letters_need_not_be_there() {
        let texts = |pattern: &str| Texts::new(pattern).unwrap().0;
        assert_eq!(texts("{a} sshd{:[}[{pid:d}]{:]}: {m}"), [" ", ": "]);
        assert_eq!(texts("{{{a}}}/ \u{212a}-{b}"), ["{", "}", "/ ", "-"]);
        assert!(Texts::new("x-{n:d}").unwrap().are_in(b"X-1"));
        assert!(!Texts::new("{a}: {b}").unwrap().are_in(b" :"));
    }
}
