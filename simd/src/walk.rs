//! Matching many records at once: the moves, the classes of bytes and the cursors of [`Kernels::walk`](crate::Kernels::walk).
//!
//! A pattern is a list of fields with literals between them. A *move* takes one field and the literal after it, and a *cursor* is the place
//! that a record has been matched up to. A *walk* matches all records of a block: it makes the first move in every record,
//! then the second move in every record, and so on.
//!
//! ```text
//! record 1   12,info,ok       move 1: an integer, then `,`     12,^
//! record 2   7,warn,late      move 1 in the next record         7,^
//! record 3   x,info,ok        move 1 fails: the cursor stays    ^
//! record 1   …                move 2: a word, then `,`          12,info,^
//! ```
//!
//! Why not one record after the other? Within a record each move waits for the one before, since it begins where that ended. Between
//! records nothing waits. So a CPU overlaps the moves of a dozen records, and what a move needs is put into registers once per block.
//!
//! A walk only goes forward. A record in which a move fails is left to the caller, who knows what else may match.

use crate::window::{Window, Word};

/// What a move takes: the field, which the literal comes after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// No field: the move is the literal alone.
    Nothing,
    /// The longest run of bytes of a class; at least one.
    Run(Class),
    /// The longest match of `[-+ ]{0,2}[0-9]+`. A move fails at the digit `0` before `b`, `o` or `x`, in any case: a number with a base
    /// prefix is left to the caller.
    Integer,
    /// The longest match of `[-+ ]?[0-9]*\.[0-9]+`.
    Decimal,
    /// At least so many bytes, up to the first place where the literal begins. Without a literal the move fails.
    Until(usize),
    /// The rest of the record, or the rest up to the literal that the record ends with: at least so many bytes, and at least one.
    Rest(usize),
}

/// A set of bytes: up to four ranges of ASCII, or all bytes outside of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class {
    /// The first and the last byte of each range, the last range repeated to the end.
    ranges: [(u8, u8); 4],
    count: usize,
    is_inverted: bool,
}

impl Class {
    /// `0` to `9`.
    pub const DIGITS: Class = Class::new([(b'0', b'9'); 4], 1);
    /// `A` to `Z` and `a` to `z`.
    pub const LETTERS: Class = Class::new([(b'A', b'Z'), (b'a', b'z'), (b'a', b'z'), (b'a', b'z')], 2);
    /// Letters, digits and `_`.
    pub const WORD: Class = Class::new([(b'0', b'9'), (b'A', b'Z'), (b'_', b'_'), (b'a', b'z')], 4);
    /// Python's white space: tab to carriage return, the separators from 0x1c to 0x1f, and the blank.
    pub const SPACE: Class = Class::new([(b'\t', b'\r'), (0x1c, b' '), (0x1c, b' '), (0x1c, b' ')], 2);

    const fn new(ranges: [(u8, u8); 4], count: usize) -> Class {
        Class { ranges, count, is_inverted: false }
    }

    /// The class of one byte of ASCII or several; `None` for none, for other bytes, and for more than four different ones.
    pub fn of(bytes: &[u8]) -> Option<Class> {
        let mut bytes = bytes.to_vec();
        bytes.sort_unstable();
        bytes.dedup();
        let (&last, count) = (bytes.last()?, bytes.len());
        bytes.resize(count.next_power_of_two(), last);
        let mut ranges = [(last, last); 4];
        if count > ranges.len() || !last.is_ascii() {
            return None;
        }
        ranges.iter_mut().zip(&bytes).for_each(|(range, &byte)| *range = (byte, byte));
        Some(Class::new(ranges, bytes.len()))
    }

    /// All bytes that are not in it.
    #[must_use]
    pub const fn inverted(self) -> Class {
        Class { is_inverted: !self.is_inverted, ..self }
    }

    /// Whether `byte` is in it.
    #[inline]
    pub fn contains(&self, byte: u8) -> bool {
        self.ranges.iter().any(|&(first, last)| (first..=last).contains(&byte)) != self.is_inverted
    }

    /// How many bytes of the class there are in a row from `at` of `text`.
    #[inline]
    pub fn run(&self, text: &[u8], at: usize) -> usize {
        let Some(rest) = text.get(at..) else { return 0 };
        let mut length = 0;
        for word in rest.as_chunks::<8>().0 {
            let word = Word::new(*word);
            let inside = self.ranges[..self.count].iter().fold(0, |inside, &(first, last)| {
                inside | word.between(Word::splat((), first), Word::splat((), last - first))
            });
            let others = (if self.is_inverted { inside } else { !inside }) & Word::BITS;
            if others != 0 {
                return length + Word::first(others);
            }
            length += 8;
        }
        length + rest[length..].iter().take_while(|&&byte| self.contains(byte)).count()
    }

    pub(crate) fn ranges(&self) -> &[(u8, u8); 4] {
        &self.ranges
    }

    /// How many different ranges there are: 1, 2 or 4.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn is_inverted(&self) -> bool {
        self.is_inverted
    }
}

/// The cursors of a walk. All arrays have one entry for each record.
#[derive(Debug)]
pub struct Cursors<'a> {
    /// The place of each cursor in the block.
    pub at: &'a mut [u32],
    /// Where its record ends; 0 once a move has failed. The cursor is then where it was before that move.
    pub end: &'a mut [u32],
    /// The field of the last move, without the literal. It means nothing for a cursor that has failed.
    pub taken: &'a mut [crate::Span],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_classes_are_those_of_the_standard_library() {
        for byte in 0..=255u8 {
            assert_eq!(Class::DIGITS.contains(byte), byte.is_ascii_digit());
            assert_eq!(Class::LETTERS.contains(byte), byte.is_ascii_alphabetic());
            assert_eq!(Class::WORD.contains(byte), byte.is_ascii_alphanumeric() || byte == b'_');
            assert_eq!(Class::SPACE.contains(byte), b"\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f ".contains(&byte));
            assert_ne!(Class::SPACE.contains(byte), Class::SPACE.inverted().contains(byte));
        }
    }

    #[test]
    fn a_class_of_bytes_has_these_and_no_others() {
        for bytes in [&b"["[..], b":[", b"[:[", b"c:[", b"xX:["] {
            let class = Class::of(bytes).unwrap_or_else(|| panic!("{bytes:?}"));
            for byte in 0..=255_u8 {
                assert_eq!(class.contains(byte), bytes.contains(&byte), "{bytes:?} {byte}");
            }
        }
        assert_eq!(Class::of(b""), None);
        assert_eq!(Class::of(b"abcde"), None);
        assert_eq!(Class::of(b"\xc3:"), None);
    }

    #[test]
    fn a_run_of_a_class_ends_at_the_first_byte_that_is_not_in_it() {
        let own =
            [b"[".as_slice(), b"[:", b"[: "].map(|bytes| Class::of(bytes).expect("a class of at most four bytes"));
        let classes = [[Class::DIGITS, Class::LETTERS, Class::WORD, Class::SPACE].as_slice(), &own].concat();
        for class in classes.into_iter().flat_map(|class| [class, class.inverted()]) {
            let (members, others): (Vec<u8>, Vec<u8>) = (0..=255).partition(|&byte| class.contains(byte));
            for &other in &others {
                for length in 0..40 {
                    let mut text = vec![members[0]; 40];
                    text[length] = other;
                    assert_eq!(class.run(&text, 0), length, "{class:?} {other}");
                }
            }
            for member in members {
                assert_eq!(class.run(&[member; 21], 2), 19, "{class:?} {member}");
            }
            assert_eq!(class.run(b"", 0) + class.run(b"", 1), 0);
        }
    }
}
