//! The usual ways of writing a type that is an expression: past its [automaton](super::automaton), in a few comparisons of words.
//!
//! A shortcut says where the regex tries first to end the field. It looks at the text of a log as logs write it; whatever else there is, the automaton
//! reads.

use super::{
    answer::StepOutcome,
    bytes::digits,
    datetime::{Datetime, Shape, Style, few_digits},
};
use crate::{engine::work, pattern::in_quotes};

/// The type that has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shortcut {
    /// `t`: with a date and a time to the second.
    Stamp,
    /// `tu`: without a fraction.
    UnixTime,
    /// `q`: in quotes.
    Quoted,
    /// `*`: the regex tries the whole rest first, then one character less each time.
    AnyText,
}

impl Shortcut {
    /// Where the regex tries first to end the field that begins at `at`; `None` where the automaton must say.
    #[inline]
    pub(super) fn end(self, text: &[u8], at: usize) -> Option<usize> {
        match self {
            Shortcut::Stamp => stamp(text, at),
            Shortcut::UnixTime => unix_time(text, at),
            Shortcut::Quoted => quoted(text, at),
            Shortcut::AnyText => (at < text.len()).then_some(text.len()),
        }
    }
}

/// The layouts tell themselves apart by what they begin with.
#[inline]
fn stamp(text: &[u8], at: usize) -> Option<usize> {
    // A fraction has other limits here.
    let style = Style { ignore_case: true, marks: b"" };
    let as_datetime = |datetime: Datetime| match datetime.run(text, at, style) {
        StepOutcome::At(end) => Some(end),
        StepOutcome::No | StepOutcome::Undecided => None,
    };
    match text.get(at..)? {
        [b'0'..=b'9', _, b'/', ..] => as_datetime(Datetime::Http),
        [b'0'..=b'9', ..] => iso(text, at),
        [_, _, _, b' ', b' ' | b'0'..=b'9', ..] => as_datetime(Datetime::Syslog).map(|end| fraction(text, end)),
        [_, _, _, b' ', ..] => as_datetime(Datetime::Ctime),
        _ => None,
    }
}

/// `2024-05-17 10:05:03.123456Z`
#[inline]
fn iso(text: &[u8], at: usize) -> Option<usize> {
    let has_date = const { Shape::new(b"0000-00-00") }.stands_at(text, at);
    let has_clock = const { Shape::new(b"00:00:00") }.stands_at(text, at + 11);
    if !has_date || !has_clock || !matches!(text[at + 10], b' ' | b'T') {
        return None;
    }
    let end = fraction(text, at + 19);
    match text.get(end..)? {
        [b'Z', ..] => Some(end + 1),
        // There may be another time zone.
        [b'z' | b'+' | b'-' | b'U' | b'u' | b'G' | b'g', ..] => None,
        [b' ', b'+' | b'-' | b'U' | b'u' | b'G' | b'g', ..] => None,
        _ => Some(end),
    }
}

/// The end of the fraction of a second that may stand at `at`.
#[inline]
fn fraction(text: &[u8], at: usize) -> usize {
    match text.get(at) {
        Some(b'.' | b',') => match few_digits(text, at + 1, 9) {
            0 => at,
            length => at + 1 + length,
        },
        _ => at,
    }
}

#[inline]
fn unix_time(text: &[u8], at: usize) -> Option<usize> {
    let length = digits(text, at);
    match (length, text.get(at + length)) {
        (1..=11, Some(b'.' | b',')) => None,
        (1..=19, _) => Some(at + length),
        _ => None,
    }
}

/// The end of a text in quotes.
#[inline]
fn quoted(text: &[u8], at: usize) -> Option<usize> {
    let end = in_quotes(text, at).map(|found| found.end);
    work::count(end.unwrap_or(text.len()).saturating_sub(at));
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        engine::program::{
            automaton::{Automaton, End},
            pieces::{NOISE, TYPES},
            tests::{Random, with_others},
        },
        lanes::share_of,
        pattern::{Format, FormatOptions},
    };

    #[test]
    fn a_shortcut_ends_where_the_automaton_does() {
        let mut random = Random(0xA409_3822_299F_31D0);
        let kinds =
            [("t", Shortcut::Stamp), ("tu", Shortcut::UnixTime), ("q", Shortcut::Quoted), ("*", Shortcut::AnyText)];
        for (code, shortcut) in kinds {
            let format =
                Format::new(&format!("{{:{code}}}"), &FormatOptions::default()).unwrap_or_else(|e| panic!("{e}"));
            let expression = &format.fields[0].expression;
            let new = |shortcut| Automaton::new(expression, true, shortcut).unwrap_or_else(|why| panic!("{why}"));
            let (quick, plain) = (new(Some(shortcut)), new(None));
            let mut taken = 0;
            let cases = share_of(100_000);
            for _ in 0..cases {
                let types = TYPES.iter().filter(|(other, _)| *other == code);
                let texts: Vec<&str> = types.flat_map(|(_, texts)| texts.iter().copied()).collect();
                let more = random
                    .one_of(&[" ", "-", "1", ".5", ",5", "Z", " +01", "+0100", " UTC", " u", "\"", "\\", "x", ""]);
                let before = random.one_of(NOISE);
                let text = format!("{}{more}{}", random.one_of(&texts), random.one_of(NOISE));
                let text = if random.below(3) == 0 { with_others(&mut random, text) } else { text };
                let (text, at) = (format!("{before}{text}"), if random.below(8) == 0 { 0 } else { before.len() });
                taken += usize::from(shortcut.end(text.as_bytes(), at).is_some());
                for how in [End::First, End::Longest] {
                    let ends = [&quick, &plain].map(|automaton| automaton.run(text.as_bytes(), at, how));
                    assert_eq!(ends[0], ends[1], "{code} in {text:?} at {at}, {how:?}");
                }
            }
            assert!(taken > cases / 10, "{code}: {taken} of {cases}");
        }
    }
}
