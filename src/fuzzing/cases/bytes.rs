//! Bytes that choices are read out of.

use std::ops::RangeInclusive;

/// Bytes that choices are read out of: numbers from their beginning, lengths from their end, as `arbitrary` does it. So a byte that libFuzzer puts in
/// moves few of the choices. Where no bytes are left, they are zeros.
pub struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    /// Choices are read out of these.
    pub fn new(bytes: &'a [u8]) -> Bytes<'a> {
        Bytes(bytes)
    }

    /// A number of this range, out of as many bytes as the range takes.
    pub fn int(&mut self, range: RangeInclusive<i64>) -> i64 {
        let (least, span) = (*range.start(), range.end().abs_diff(*range.start()));
        let (mut number, mut left) = (0_u64, span);
        while left > 0 && !self.0.is_empty() {
            number = number << 8 | u64::from(self.byte());
            left >>= 8;
        }
        least.wrapping_add_unsigned(span.checked_add(1).map_or(number, |choices| number % choices))
    }

    /// A number of this range.
    pub fn size(&mut self, range: RangeInclusive<usize>) -> usize {
        // Sizes are small, and none is below 0.
        self.int(*range.start() as i64..=*range.end() as i64) as usize
    }

    /// `true` in `part` of `all` cases.
    pub fn ratio(&mut self, part: i64, all: i64) -> bool {
        self.int(1..=all) <= part
    }

    /// One of these, of which there is at least one.
    pub fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.size(0..=choices.len() - 1)]
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        self.array::<1>()[0]
    }

    /// A number of all there are.
    pub fn number(&mut self) -> u64 {
        u64::from_le_bytes(self.array())
    }

    /// A character of all there are.
    pub fn character(&mut self) -> char {
        const SURROGATES: u32 = 0xD800;
        let code = u32::from_le_bytes(self.array()) % (u32::from(char::MAX) + 1);
        char::from_u32(code).or_else(|| char::from_u32(code - SURROGATES)).unwrap_or_default()
    }

    /// Some of the next bytes. How many stands at the end.
    pub fn some(&mut self) -> &'a [u8] {
        let length = self.length();
        self.take(length)
    }

    /// The text that some of the next bytes begin with. What is no text is left.
    pub fn text(&mut self) -> &'a str {
        let length = self.length();
        let text = text_of(&self.0[..length]);
        self.take(text.len());
        text
    }

    /// As many as a byte before each says that there is one more.
    pub fn each<T>(&mut self, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut all = Vec::new();
        while self.byte() & 1 == 1 {
            all.push(one(self));
        }
        all
    }

    /// All bytes that are left.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    /// The text that the bytes that are left begin with.
    pub fn rest_as_text(&mut self) -> &'a str {
        text_of(self.rest())
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        let bytes = self.take(N);
        let mut array = [0; N];
        array[..bytes.len()].copy_from_slice(bytes);
        array
    }

    fn take(&mut self, length: usize) -> &'a [u8] {
        let (bytes, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        bytes
    }

    /// No more than there are bytes.
    fn length(&mut self) -> usize {
        let bytes = match self.0.len() {
            0..=0x100 => 1,
            0x101..=0x1_0001 => 2,
            _ => 4,
        };
        let (rest, length) = self.0.split_at(self.0.len().saturating_sub(bytes));
        self.0 = rest;
        Bytes(length).size(0..=rest.len())
    }
}

/// The text that these bytes begin with.
fn text_of(bytes: &[u8]) -> &str {
    let valid = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    std::str::from_utf8(&bytes[..valid]).unwrap_or_default()
}

#[test]
fn a_number_is_in_its_range_and_every_number_of_the_range_can_come() {
    let mut seen = [false; 7];
    for byte in 0..=u8::MAX {
        let number = Bytes::new(&[byte]).int(-3..=3);
        seen[usize::try_from(number + 3).unwrap()] = true;
    }
    assert_eq!(seen, [true; 7]);
    assert_eq!(Bytes::new(&[0xff; 8]).int(i64::MIN..=i64::MAX), i64::MAX);
}

#[test]
fn bytes_that_have_ended_are_zeros() {
    let mut bytes = Bytes::new(b"");
    assert_eq!((bytes.int(5..=9), bytes.number(), bytes.character()), (5, 0, '\0'));
    assert_eq!((bytes.some(), bytes.text(), bytes.rest()), (&b""[..], "", &b""[..]));
    assert!(bytes.each(Bytes::byte).is_empty());
}

#[test]
fn lengths_stand_at_the_end_and_what_is_no_text_is_left() {
    let mut bytes = Bytes::new(b"abcdef\x02");
    assert_eq!((bytes.some(), bytes.rest()), (&b"ab"[..], &b"cdef"[..]));
    let mut bytes = Bytes::new(b"a\xffcdef\x03");
    assert_eq!((bytes.text(), bytes.rest()), ("a", &b"\xffcdef"[..]));
}
