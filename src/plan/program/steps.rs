//! The parts of a segment, each with one way to match from a given place.

use parsimd_simd::{Class, Literal, Take};

use super::{Row, moments::Moment};
use crate::plan::{foreign, work};

/// What a part says at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StepOutcome {
    /// It matches, and ends here.
    At(usize),
    /// It does not match here.
    No,
    /// Ask the regular expression.
    Undecided,
}

use StepOutcome::{At, No, Undecided};

/// A set of bytes.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Bytes(Box<[bool; 256]>);

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries((0..=255_u8).filter(|&byte| self.has(byte)).map(char::from)).finish()
    }
}

impl Bytes {
    pub(super) fn new(wanted: impl Fn(u8) -> bool) -> Bytes {
        let mut set = Box::new([false; 256]);
        for byte in 0..=255_u8 {
            set[usize::from(byte)] = wanted(byte);
        }
        Bytes(set)
    }

    #[inline]
    pub(super) fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte)]
    }

    pub(super) fn is_within(&self, other: &Bytes) -> bool {
        (0..=255_u8).all(|byte| !self.has(byte) || other.has(byte))
    }

    pub(super) fn meets(&self, other: &Bytes) -> bool {
        (0..=255_u8).any(|byte| self.has(byte) && other.has(byte))
    }
}

/// Python's `\s`, on ASCII.
pub(super) fn is_space(byte: u8) -> bool {
    Class::SPACE.contains(byte)
}

/// The lowest bit, and the highest, of each byte of a word.
const LOW: u64 = 0x0101_0101_0101_0101;
pub(super) const HIGH: u64 = LOW << 7;

/// The first place at `from` or later where `byte` stands, or, with `fold` 0x20, the letter `byte` in either case.
///
/// Fields are short: a few words are looked at before memchr is called.
#[inline(always)]
fn find_byte(text: &[u8], from: usize, byte: u8, fold: u8) -> Option<usize> {
    const WORDS: usize = 4;
    let rest = text.get(from..)?;
    for (number, word) in rest.as_chunks::<8>().0.iter().take(WORDS).enumerate() {
        let different = (u64::from_le_bytes(*word) | (LOW * u64::from(fold))) ^ (LOW * u64::from(byte));
        // The lowest byte that is zero: a borrow reaches only bytes above it.
        let zeros = different.wrapping_sub(LOW) & !different & HIGH;
        work::count(8);
        if zeros != 0 {
            return Some(from + number * 8 + zeros.trailing_zeros() as usize / 8);
        }
    }
    let seen = (rest.len() / 8).min(WORDS) * 8;
    let rest = &rest[seen..];
    let found = if fold == 0 { memchr::memchr(byte, rest) } else { memchr::memchr2(byte, byte & !0x20, rest) };
    work::count(found.unwrap_or(rest.len()));
    found.map(|at| from + seen + at)
}

/// How many digits stand at `at`.
#[inline(always)]
pub(super) fn digits(text: &[u8], at: usize) -> usize {
    let length = digit_run(text.get(at..).unwrap_or_default());
    work::count(length + 1);
    length
}

/// How many digits `text` begins with: as [`Class::run`], for the class that is asked for most, and has few bytes in a row.
#[inline]
fn digit_run(text: &[u8]) -> usize {
    let mut length = 0;
    for word in text.as_chunks::<8>().0 {
        // A digit is 0 to 9 now, so that adding 0x76 does not reach the highest bit.
        let byte = u64::from_le_bytes(*word) ^ (LOW * u64::from(b'0'));
        let others = (((byte & !HIGH) + LOW * 0x76) | byte) & HIGH;
        if others != 0 {
            return length + others.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    length + text[length..].iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// Where `literal` ends when it begins at `at`.
#[inline(always)]
pub(super) fn stands(literal: &Literal, text: &[u8], at: usize) -> StepOutcome {
    if literal.stands_at(text, at) { At(at + literal.len()) } else { No }
}

/// The first place at `from` or later where `literal` stands.
#[inline(always)]
pub(super) fn find(literal: &Literal, text: &[u8], from: usize) -> Option<usize> {
    let (rare, _) = literal.pair();
    let (fold, byte) = literal.wanted(rare);
    let mut from = from + rare;
    loop {
        let found = find_byte(text, from, byte, fold)?;
        let at = found - rare;
        work::count(literal.len());
        if literal.stands_at(text, at) {
            return Some(at);
        }
        from = found + 1;
    }
}

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    /// `d`.
    Integer,
    /// `n`.
    Grouped,
    /// `b`, `o`, `x`: the letter of the prefix, in lower case.
    Based(u8),
    /// `f`, `F`.
    Fixed,
    /// `e`.
    Scientific,
    /// `g`.
    General,
    /// `%`.
    Percent,
}

/// What a part does with characters that are not ASCII, of which it looks at the bytes. From it follows for which of them it would not do what
/// its expression does; these are [`Foreign`](foreign::Foreign), and a record that has one is not given to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// What its expression does, whatever the character.
    Exact,
    /// It takes none: all that a class of its expression has are foreign.
    TakesNone,
    /// The same, but any may stand where the expression has a dot.
    TakesNoneButDots,
    /// It takes all: those that its class has not are foreign.
    TakesAll,
    /// All are foreign.
    Unknown,
}

/// How many bytes a repeated text may have to be compared here.
const LONGEST_REPEAT: usize = 256;

/// A part of a segment.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Literal(Literal),
    /// A class, one or more times, as often as it can, but for the last `back` bytes: the literal behind it begins with them.
    Run {
        field: usize,
        class: Class,
        back: usize,
    },
    Number {
        field: usize,
        number: Number,
    },
    /// `d` with a width, which is a maximum, or with a character that may stand among the digits.
    Digits {
        field: usize,
        most: Option<usize>,
        group: Option<u8>,
        is_soft: bool,
    },
    Moment {
        field: usize,
        moment: Moment,
        ignore_case: bool,
        is_soft: bool,
    },
    /// A text of so many bytes, which are characters since all text is ASCII here. If it is not `is_exact` it may be longer.
    Column {
        field: usize,
        width: usize,
        is_exact: bool,
    },
    /// The padding of a field, which is not in its text: a byte, as often as it stands, or not at all.
    Fill {
        byte: u8,
        is_soft: bool,
    },
    /// The text of a field that stood before, in any case or the same.
    Repeat {
        field: usize,
        ignore_case: bool,
    },
}

impl Step {
    /// True when it might have taken another text than it did, and what follows might need that.
    #[inline]
    pub(super) fn is_soft(&self) -> bool {
        match self {
            Step::Moment { is_soft, .. } | Step::Digits { is_soft, .. } | Step::Fill { is_soft, .. } => *is_soft,
            Step::Column { is_exact, .. } => !is_exact,
            _ => false,
        }
    }

    /// The field and the kernel's name for the part, where there is a kernel that takes it.
    pub(super) fn take(&self) -> Option<(usize, Take)> {
        match *self {
            Step::Run { field, class, back: 0 } => Some((field, Take::Run(class))),
            Step::Number { field, number: Number::Integer } => Some((field, Take::Integer)),
            Step::Number { field, number: Number::Fixed } => Some((field, Take::Decimal)),
            _ => None,
        }
    }

    /// Its field, if it has one.
    pub(super) fn field(&self) -> Option<usize> {
        match self {
            Step::Literal(_) | Step::Fill { .. } => None,
            Step::Run { field, .. }
            | Step::Digits { field, .. }
            | Step::Column { field, .. }
            | Step::Number { field, .. }
            | Step::Moment { field, .. }
            | Step::Repeat { field, .. } => Some(*field),
        }
    }

    /// What it does with characters that are not ASCII.
    pub(super) fn reading(&self) -> Reading {
        match self {
            Step::Literal(_) => Reading::Exact,
            Step::Run { class, .. } if *class == Class::WORD => Reading::Exact,
            Step::Run { class, .. } if class.contains(0x80) => Reading::TakesAll,
            Step::Run { .. } | Step::Number { .. } | Step::Digits { .. } => Reading::TakesNone,
            // Where the expression has a dot, it takes the byte that is written there, or does not know.
            Step::Moment { moment: Moment::Codes(_), .. } => Reading::TakesNoneButDots,
            Step::Moment { .. } => Reading::TakesNone,
            _ => Reading::Unknown,
        }
    }

    /// The first place at byte `from` of `text` or later where it matches, or may; it begins with one of `first`.
    pub(super) fn find(
        &self,
        first: &Bytes,
        text: &[u8],
        from: usize,
        row: &mut Row<'_>,
    ) -> Option<(usize, StepOutcome)> {
        let mut at = from;
        loop {
            let passed = text.get(at..)?.iter().position(|&byte| first.has(byte))?;
            work::count(passed + 1);
            at += passed;
            match self.run(text, at, row) {
                No => at += 1,
                outcome => return Some((at, outcome)),
            }
        }
    }

    /// Matches at byte `at` of `text`.
    #[inline(always)]
    pub(super) fn run(&self, text: &[u8], at: usize, row: &mut Row<'_>) -> StepOutcome {
        let (field, outcome) = match self {
            Step::Literal(literal) => return stands(literal, text, at),
            Step::Run { field, class, back } => {
                let mut length = class.run(text, at);
                if class_goes_on(*class, text, at + length) {
                    length = word(text, at + length) - at;
                }
                work::count(length + 1);
                (field, if length > *back { At(at + length - back) } else { No })
            }
            Step::Number { field, number } => (field, number.run(text, at)),
            Step::Digits { field, most, group, .. } => (field, grouped(text, at, *most, *group)),
            Step::Moment { field, moment, ignore_case, .. } => (field, moment.run(text, at, *ignore_case)),
            Step::Column { field, width, .. } => (field, if at + width > text.len() { No } else { At(at + width) }),
            Step::Fill { byte, .. } => {
                let length = text.get(at..).unwrap_or_default().iter().take_while(|next| *next == byte).count();
                work::count(length + 1);
                return At(at + length);
            }
            Step::Repeat { field, ignore_case } => {
                let span = row.get(*field);
                let first = &text[span.start as usize..span.end as usize];
                // Compared at each place where a search tries its luck, long texts would not take linear time.
                if first.len() > LONGEST_REPEAT {
                    return Undecided;
                }
                work::count(first.len());
                return match text.get(at..at + first.len()) {
                    Some(again) if again == first || *ignore_case && again.eq_ignore_ascii_case(first) => {
                        At(at + first.len())
                    }
                    _ => No,
                };
            }
        };
        if let At(end) = outcome {
            row.set(*field, at, end);
        }
        outcome
    }
}

/// Whether a run of `class` that has come to `at` may go on in characters that are not ASCII. Only words may: to other classes such
/// characters are [`Foreign`](foreign::Foreign).
#[inline(always)]
fn class_goes_on(class: Class, text: &[u8], at: usize) -> bool {
    text.get(at).is_some_and(|byte| !byte.is_ascii()) && class == Class::WORD
}

/// The end of the word characters from `at` on, where one stands that is not ASCII.
#[cold]
fn word(text: &[u8], mut at: usize) -> usize {
    while let Some(c) = foreign::char_at(text, at).filter(|&c| foreign::is_word(c)) {
        at += c.len_utf8();
        at += Class::WORD.run(text, at);
    }
    at
}

#[inline(always)]
fn sign(text: &[u8], at: usize) -> usize {
    usize::from(matches!(text.get(at), Some(b'-' | b'+' | b' ')))
}

/// `d` with at most so many digits, or `group`, of which it takes what it can.
fn grouped(text: &[u8], at: usize, most: Option<usize>, group: Option<u8>) -> StepOutcome {
    let begin = at + sign(text, at);
    let begin = begin + sign(text, begin);
    let is_digit = |byte: &&u8| byte.is_ascii_digit() || Some(**byte) == group;
    let rest = text.get(begin..).unwrap_or_default();
    let length = rest.iter().take(most.unwrap_or(usize::MAX)).take_while(is_digit).count();
    work::count(length + 1);
    match rest.get(length) {
        // A base prefix, or a number that ends just here.
        Some(b'x' | b'X' | b'b' | b'B' | b'o' | b'O') if length == 1 && rest[0] == b'0' => Undecided,
        _ if length == 0 => No,
        _ => At(begin + length),
    }
}

/// `nan` and `inf` are rare in logs: the regular expression knows where they may stand.
#[inline]
fn word_number(text: &[u8], at: usize) -> StepOutcome {
    if matches!(text.get(at), Some(b'n' | b'N' | b'i' | b'I')) { Undecided } else { No }
}

impl Number {
    #[inline(always)]
    fn run(self, text: &[u8], at: usize) -> StepOutcome {
        match self {
            Number::Integer => {
                let begin = at + sign(text, at);
                let begin = begin + sign(text, begin);
                let end = begin + digits(text, begin);
                match text.get(end) {
                    // A base prefix, or a number that ends just here: the other branches of the type decide.
                    Some(b'x' | b'X' | b'b' | b'B' | b'o' | b'O') if end == begin + 1 && text[begin] == b'0' => {
                        Undecided
                    }
                    _ if end == begin => No,
                    _ => At(end),
                }
            }
            Number::Grouped => {
                let begin = at + sign(text, at);
                let mut end = begin + digits(text, begin).min(3);
                if end == begin {
                    return No;
                }
                while matches!(text.get(end), Some(b',' | b'.')) && digits(text, end + 1) >= 3 {
                    end += 4;
                }
                At(end)
            }
            Number::Based(letter) => {
                let base = match letter {
                    b'b' => 2,
                    b'o' => 8,
                    _ => 16,
                };
                let run = |at: usize| {
                    text.get(at..)
                        .map_or(0, |rest| rest.iter().take_while(|&&byte| char::from(byte).is_digit(base)).count())
                };
                let begin = at + sign(text, at);
                let has_prefix =
                    text.get(begin) == Some(&b'0') && text.get(begin + 1).is_some_and(|byte| byte | 0x20 == letter);
                match (has_prefix, run(begin + 2), run(begin)) {
                    // For `b` the prefix is read as one where digits follow, for `x` a lone `0x` is the digit 0.
                    (true, 0, _) => Undecided,
                    (true, length, _) => At(begin + 2 + length),
                    (false, _, 0) => No,
                    (false, _, length) => At(begin + length),
                }
            }
            Number::Fixed => {
                let begin = at + sign(text, at);
                let point = begin + digits(text, begin);
                let behind = if text.get(point) == Some(&b'.') { digits(text, point + 1) } else { 0 };
                if behind > 0 { At(point + 1 + behind) } else { word_number(text, begin) }
            }
            Number::Percent => {
                let begin = at + sign(text, at);
                let whole = digits(text, begin);
                let point = begin + whole;
                let behind = if text.get(point) == Some(&b'.') { digits(text, point + 1) } else { 0 };
                let end = if behind > 0 { point + 1 + behind } else { point };
                if whole > 0 && text.get(end) == Some(&b'%') { At(end + 1) } else { No }
            }
            Number::Scientific => {
                let begin = at + sign(text, at);
                let point = begin + digits(text, begin);
                let behind = if text.get(point) == Some(&b'.') { digits(text, point + 1) } else { 0 };
                match if behind > 0 { exponent(text, point + 1 + behind) } else { None } {
                    Some(end) => At(end),
                    None => word_number(text, begin),
                }
            }
            Number::General => {
                let begin = at + sign(text, at);
                let whole = digits(text, begin);
                if whole == 0 {
                    return word_number(text, begin);
                }
                let point = begin + whole;
                let behind = if text.get(point) == Some(&b'.') { digits(text, point + 1) } else { 0 };
                let end = if behind > 0 { point + 1 + behind } else { point };
                At(exponent(text, end).unwrap_or(end))
            }
        }
    }
}

/// The end of the exponent at `at`, if there is one.
fn exponent(text: &[u8], at: usize) -> Option<usize> {
    let begin = at + 1 + usize::from(matches!(text.get(at + 1), Some(b'-' | b'+')));
    let length = digits(text, begin);
    (matches!(text.get(at), Some(b'e' | b'E')) && length > 0).then_some(begin + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_of_digits_ends_where_that_of_their_class_does() {
        for other in 0..=255_u8 {
            for length in 0..20 {
                for rest in 0..10 {
                    let mut text: Vec<u8> = b"0918273645".iter().copied().cycle().take(length).collect();
                    text.push(other);
                    text.extend(std::iter::repeat_n(other.wrapping_mul(7), rest));
                    assert_eq!(digit_run(&text), Class::DIGITS.run(&text, 0), "{text:?}");
                }
            }
        }
        assert_eq!(digit_run(b""), 0);
    }
}
