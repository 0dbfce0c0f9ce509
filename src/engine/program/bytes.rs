//! Bytes of a text: sets of them, and the searches for a byte, for digits and for a literal that steps are made of.
//!
//! Fields are short, so these look at words of eight bytes before they call anything that is made for long texts.

use parsimd_simd::{Class, Literal, swar};

use super::answer::StepOutcome::{self, At, No};
use crate::engine::work;

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

    pub(super) fn union(&self, other: &Bytes) -> Bytes {
        Bytes::new(|byte| self.has(byte) || other.has(byte))
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

/// The first place at `from` or later where `byte` stands, or, with `fold` 0x20, the letter `byte` in either case.
///
/// Fields are short: a few words are looked at before memchr is called.
#[inline(always)]
fn find_byte(text: &[u8], from: usize, byte: u8, fold: u8) -> Option<usize> {
    const WORDS: usize = 4;
    let rest = text.get(from..)?;
    for (number, word) in rest.as_chunks::<8>().0.iter().take(WORDS).enumerate() {
        let equal = swar::equal(swar::load(word) | swar::splat(fold), swar::splat(byte));
        work::count(8);
        if equal != 0 {
            return Some(from + number * 8 + swar::first(equal));
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
        let others = swar::above_nine(swar::load(word) ^ swar::splat(b'0'));
        if others != 0 {
            return length + swar::first(others);
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
