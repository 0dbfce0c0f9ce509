//! [`Literal`]: a literal, prepared to be searched for and compared with, and the choice of the three bytes to search by.
//!
//! A search compares a few bytes at their distances, and the whole literal only where all of them match. The rarer they are, the fewer
//! comparisons of the whole. The bytes of a literal are not equally rare, and in logs
//! the first one is a poor choice, so they are chosen from a table of frequencies. (The idea is that of the "generic
//! SIMD" search of Wojciech Muła, with chosen bytes instead of the first and the last one.)

use crate::frequency::FREQUENCY;
use crate::swar;

/// Whether upper and lower case are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Case {
    /// Bytes are equal if they are the same.
    Exact,
    /// ASCII letters are equal to themselves in the other case. Other bytes are equal if they are the same, so that of
    /// Unicode's foldings those between ASCII and other letters (`k` and U+212A, `s` and U+017F) are not known here.
    /// A caller with text that is not ASCII must choose a literal without `k` and `s`, or text without such letters.
    IgnoreAscii,
}

/// A literal, prepared to be searched for and compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// The literal, letters in lower case if case is ignored.
    literal: Vec<u8>,
    /// Its first eight bytes, what is or-ed to those of the text, and 0xff where there is a byte.
    word: [u64; 3],
    /// For each byte of the literal what is or-ed to a byte of the text before they are compared.
    fold: Vec<u8>,
    pair: (usize, usize),
    /// A third byte to search by: the rarest of the others, or the first one where there is none.
    third: usize,
}

impl Literal {
    /// Prepares the search for `literal`; `None` if it is empty.
    pub fn new(literal: &[u8], case: Case) -> Option<Literal> {
        let pair = rarest_pair(literal, case)?;
        // Or-ing 0x20 makes a letter small, and makes nothing else a small letter.
        let fold = literal.iter().map(|&byte| if folds(byte, case) { 0x20 } else { 0 }).collect();
        let folded = literal.iter().map(|&byte| if folds(byte, case) { byte | 0x20 } else { byte }).collect();
        let others = (0..literal.len()).filter(|&offset| offset != pair.0 && offset != pair.1);
        let third = others.min_by_key(|&offset| cost(literal[offset], case)).unwrap_or(pair.0);
        let mut literal = Literal { literal: folded, word: [0; 3], fold, pair, third };
        literal.word =
            [first_word(&literal.literal), first_word(&literal.fold), first_word(&vec![0xff; literal.len()])];
        Some(literal)
    }

    /// Its bytes; letters in lower case if case is ignored.
    pub fn bytes(&self) -> &[u8] {
        &self.literal
    }

    /// The number of bytes of the literal.
    #[allow(clippy::len_without_is_empty, reason = "it is never empty")]
    #[inline]
    pub fn len(&self) -> usize {
        self.literal.len()
    }

    /// The offsets in the literal of the two bytes that are searched by, the smaller one first. They are equal only in a
    /// literal of one byte.
    #[inline]
    pub fn pair(&self) -> (usize, usize) {
        self.pair
    }

    /// Whether the literal begins at `at` in `block`.
    #[inline(always)]
    pub fn stands_at(&self, block: &[u8], at: usize) -> bool {
        let Some(rest) = block.get(at..) else { return false };
        let Some(first) = rest.first_chunk() else { return self.stands_from(rest, 0) };
        let [wanted, fold, mask] = self.word;
        (swar::load(first) | fold) & mask == wanted && (self.literal.len() <= 8 || self.stands_from(rest, 8))
    }

    /// The same in a record that ends at `end` of `block`. There is no branch on what is found, so a CPU need not predict it.
    #[inline(always)]
    pub fn stands_before(&self, block: &[u8], at: usize, end: usize) -> bool {
        let Some(first) = block.get(at..).and_then(<[u8]>::first_chunk) else {
            return block.get(at..end).is_some_and(|rest| self.stands_from(rest, 0));
        };
        let [wanted, fold, mask] = self.word;
        let begins = (swar::load(first) | fold) & mask == wanted;
        begins & (at + self.literal.len() <= end) & (self.literal.len() <= 8 || self.stands_from(&block[at..], 8))
    }

    /// See `word`.
    pub(crate) fn word(&self) -> [u64; 3] {
        self.word
    }

    /// Whether `rest` begins with the literal, of which the first `offset` bytes are known to match.
    pub(crate) fn stands_from(&self, rest: &[u8], offset: usize) -> bool {
        let Some(text) = rest.get(..self.literal.len()) else { return false };
        let same = |text, fold, wanted| swar::load(text) | swar::load(fold) == swar::load(wanted);
        match (text.last_chunk(), self.fold.last_chunk(), self.literal.last_chunk()) {
            // Word by word; the last one may overlap with the one before.
            (Some(last), Some(last_fold), Some(last_wanted)) => {
                let (folds, wanted) = (self.fold[offset..].as_chunks().0, self.literal[offset..].as_chunks().0);
                let mut words = text[offset..].as_chunks().0.iter().zip(folds.iter().zip(wanted));
                words.all(|(text, (fold, wanted))| same(text, fold, wanted)) && same(last, last_fold, last_wanted)
            }
            _ => {
                let pairs = self.fold[offset..].iter().zip(&self.literal[offset..]);
                text[offset..].iter().zip(pairs).all(|(&byte, (&fold, &wanted))| byte | fold == wanted)
            }
        }
    }

    /// The offsets of the two bytes that are searched by, the rarer one first.
    pub(crate) fn rarest(&self) -> (usize, usize) {
        let (first, second) = self.pair;
        if self.cost(second) < self.cost(first) { (second, first) } else { (first, second) }
    }

    /// Whether one of its bytes is so rare that it is searched for alone.
    pub(crate) fn is_rare(&self) -> bool {
        self.cost(self.rarest().0) <= RARE
    }

    fn cost(&self, offset: usize) -> u16 {
        let (fold, byte) = self.wanted(offset);
        cost(byte, if fold == 0 { Case::Exact } else { Case::IgnoreAscii })
    }

    /// The offset of the third byte that is searched by.
    pub(crate) fn third(&self) -> usize {
        self.third
    }

    /// The literal and then `next`, for which case must be as it is for this one.
    #[must_use]
    pub fn followed_by(&self, next: &Literal, case: Case) -> Literal {
        let bytes = [self.literal.as_slice(), &next.literal].concat();
        Literal::new(&bytes, case).unwrap_or_else(|| self.clone())
    }

    /// For the byte at `offset`: what to or to the text, and what the text must then be.
    ///
    /// # Panics
    ///
    /// If there is no such byte.
    #[inline]
    pub fn wanted(&self, offset: usize) -> (u8, u8) {
        (self.fold[offset], self.literal[offset])
    }
}

/// The cost of a byte that is at most the 150th part of a text, as quotes and brackets are.
const RARE: u16 = 140;

/// The first eight bytes, with zeros after them where there are fewer.
fn first_word(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    bytes.iter().zip(&mut word).for_each(|(&byte, place)| *place = byte);
    swar::load(&word)
}

/// Whether `byte` has two cases that count as the same.
fn folds(byte: u8, case: Case) -> bool {
    case == Case::IgnoreAscii && byte.is_ascii_alphabetic()
}

/// How common `byte` is, by [`FREQUENCY`], and more for letters to be avoided.
fn cost(byte: u8, case: Case) -> u16 {
    if !folds(byte, case) {
        return FREQUENCY[usize::from(byte)].into();
    }
    let [lower, upper] = [byte | 0x20, byte & !0x20].map(|byte| u16::from(FREQUENCY[usize::from(byte)]));
    // Twice as common is 16 more: an upper bound of the sum of both.
    let both = lower.max(upper) + if lower.abs_diff(upper) < 16 { 16 } else { 0 };
    both + if matches!(byte | 0x20, b'k' | b's') { 256 } else { 0 }
}

/// The offsets of the two bytes of `literal` that are rarest in logs, the smaller offset first; `None` if it is empty.
///
/// The rarest byte is taken first, then the rarest one that differs from it, if there is one; of bytes that are
/// equally rare, the first. Where case is ignored a letter is as common as both its cases together, and `k` and `s` are
/// taken last: they are the letters that Unicode folds to letters outside of ASCII.
fn rarest_pair(literal: &[u8], case: Case) -> Option<(usize, usize)> {
    let same = |a: u8, b: u8| a == b || folds(a, case) && a.eq_ignore_ascii_case(&b);
    let offsets = 0..literal.len();
    let first = offsets.clone().min_by_key(|&offset| cost(literal[offset], case))?;
    let second = offsets
        .filter(|&offset| offset != first)
        .min_by_key(|&offset| (same(literal[offset], literal[first]), cost(literal[offset], case)))
        .unwrap_or(first);
    Some((first.min(second), first.max(second)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_stands_in_a_record_where_it_stands_in_the_text_of_that_record() {
        let block = b"abcdefghij, Abcdefghij: xx[12]: abcdefgh";
        for (literal, case) in
            [("[", Case::Exact), (": ", Case::Exact), ("ABC", Case::IgnoreAscii), ("abcdefghij, a", Case::IgnoreAscii)]
        {
            let literal = Literal::new(literal.as_bytes(), case).expect("it is not empty");
            for end in 0..=block.len() {
                for at in 0..=block.len() + 1 {
                    let expected = literal.stands_at(&block[..end], at);
                    assert_eq!(literal.stands_before(block, at, end), expected, "{literal:?} {at} {end}");
                }
            }
        }
    }

    #[test]
    fn two_literals_are_one_of_the_bytes_of_both() {
        for case in [Case::Exact, Case::IgnoreAscii] {
            let new = |text: &str| Literal::new(text.as_bytes(), case).expect("it is not empty");
            assert_eq!(new("Ab]").followed_by(&new(": Xy-12345"), case), new("Ab]: Xy-12345"));
        }
    }

    #[test]
    fn the_pair_is_the_two_rarest_bytes() {
        use Case::{Exact, IgnoreAscii};
        let table: [(&str, Case, &str); 12] = [
            ("a", Exact, "a"),
            ("aa", Exact, "aa"),
            ("abab", Exact, "ab"),
            ("] \"GET /", Exact, "\"G"),
            ("INFO", Exact, "IO"),
            ("status: 500", Exact, "u5"),
            ("Failed password for", Exact, "Fw"),
            ("Failed password for", IgnoreAscii, "pw"),
            ("session", Exact, "in"),
            ("session", IgnoreAscii, "in"),
            ("ssk", IgnoreAscii, "sk"),
            ("http://", Exact, "hp"),
        ];
        for (literal, case, expected) in table {
            let (first, second) = rarest_pair(literal.as_bytes(), case).unwrap();
            let pair: String = [first, second].map(|offset| char::from(literal.as_bytes()[offset])).iter().collect();
            assert_eq!(if literal.len() == 1 { &pair[..1] } else { &pair }, expected, "{literal:?} {case:?}");
        }
        assert_eq!(rarest_pair(b"", Exact), None);
    }

    #[test]
    fn case_is_ignored_for_ascii_letters_and_nothing_else() {
        for byte in 0..=255u8 {
            for other in 0..=255u8 {
                let exact = Literal::new(&[byte], Case::Exact).unwrap();
                assert_eq!(exact.stands_at(&[other], 0), byte == other);
                let folded = Literal::new(&[byte], Case::IgnoreAscii).unwrap();
                assert_eq!(folded.stands_at(&[other], 0), byte.eq_ignore_ascii_case(&other), "{byte} {other}");
            }
        }
    }

    #[test]
    fn every_byte_of_a_literal_of_any_length_is_compared_and_none_after_it() {
        let all = b"One Literal, of 40 bytes: [x] is at 27.\n";
        for (length, case) in (1..=all.len()).flat_map(|length| [(length, Case::Exact), (length, Case::IgnoreAscii)]) {
            let literal = Literal::new(&all[..length], case).unwrap();
            for after in [0, 1, 9] {
                let mut text = [&b"..."[..], &all[..length], &vec![b'!'; after]].concat();
                assert!(literal.stands_at(&text, 3) && !literal.stands_at(&text, 2));
                assert!(!literal.stands_at(&text[..2 + length], 3), "{length}");
                for spoiled in 3..3 + length {
                    text[spoiled] ^= 1;
                    assert!(!literal.stands_at(&text, 3), "{length} {spoiled}");
                    text[spoiled] ^= 1;
                }
                text.make_ascii_uppercase();
                let has_no_small = all[..length] == all[..length].to_ascii_uppercase();
                assert_eq!(literal.stands_at(&text, 3), case == Case::IgnoreAscii || has_no_small, "{length}");
            }
        }
    }
}
