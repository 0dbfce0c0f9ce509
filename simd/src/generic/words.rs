//! Columns of short texts, eight rows at a time, each row right-aligned in words of eight bytes.
//!
//! The last eight bytes of a row are one word, the eight before them another. What belongs to the row is kept and the
//! rest zeroed, so that digits stand where a number of 8, 16 or 24 digits would have them, with leading zeros:
//!
//! ```text
//! text        … G E T   /   -  4 2 9 4 9 6 7 2 9 6 \n …
//! words            |/   -  4 2|9 4 9 6 7 2 9 6|
//! zeros before     |0 0 - 4 2 …
//! no sign, − '0'   |0 0 0 0 0 0 4 2|9 4 9 6 7 2 9 6|
//! ```

use crate::column::Span;
use crate::vector::Vector;

/// Eight rows that can be loaded as words: each lies inside the block, and the block has as many bytes before the end of each as its words
/// read.
#[derive(Clone, Copy)]
pub(crate) struct EightRows<V> {
    /// Where each row ends.
    ends: V,
    /// How long each row is.
    lengths: V,
    /// How many words the longest row needs: 1, 2 or 3.
    pub(crate) words: u32,
}

impl<V: Vector> EightRows<V> {
    /// The rows of `spans`, if none is longer than three words and all can be loaded from.
    #[inline(always)]
    pub(crate) fn new(token: V::Token, block: &[u8], spans: &[Span; 8]) -> Option<EightRows<V>> {
        // All numbers here are less than 2^33, and what is negative has the sign bit: one test at the end.
        let spans = V::load_spans(token, spans);
        let ends = spans.shift_down::<32>();
        let lengths = ends.sub_words(spans.and(V::splat_word(token, 0xffff_ffff)));
        let limit = |bytes: u64| V::splat_word(token, bytes);
        let words = if limit(8).sub_words(lengths).word_signs() == 0 {
            1
        } else if limit(16).sub_words(lengths).word_signs() == 0 {
            2
        } else {
            3
        };
        let too_long = limit(24).sub_words(lengths);
        let past_the_end = limit(block.len() as u64).sub_words(ends);
        let before_the_start = ends.sub_words(limit(8 * u64::from(words)));
        let wrong = lengths.or(too_long).or(past_the_end).or(before_the_start);
        if wrong.word_signs() != 0 {
            return None;
        }
        Some(EightRows { ends, lengths, words })
    }
}

/// The bytes of eight rows, less `'0'`, and zero outside of each row: word 0 is the last one in the text.
#[derive(Clone, Copy)]
pub(crate) struct Words<V, const WORDS: usize> {
    words: [V; WORDS],
    /// 0xff in the bytes that belong to the row.
    kept: [V; WORDS],
    lengths: V,
}

impl<V: Vector, const WORDS: usize> Words<V, WORDS> {
    /// Loads the words of `rows`.
    #[inline(always)]
    pub(crate) fn load(token: V::Token, block: &[u8], rows: &EightRows<V>) -> Self {
        let zero = V::splat(token, 0);
        // The length of its row in each byte.
        let length = rows.lengths.swizzle(V::splat_group(token, [0, 0, 0, 0, 0, 0, 0, 0, 8, 8, 8, 8, 8, 8, 8, 8]));
        let (mut words, mut kept) = ([zero; WORDS], [zero; WORDS]);
        for number in 0..WORDS {
            // Byte j of the word belongs to the row if the row has at least 8 − j bytes, and 8 more for each later word.
            let least = V::splat_word(token, 0x0102_0304_0506_0708 + 0x0808_0808_0808_0808 * number as u64);
            kept[number] = least.saturating_sub(length).equal(zero);
            let at = rows.ends.sub_words(V::splat_word(token, 8 * (number as u64 + 1)));
            words[number] = V::gather_words(token, block, at).xor(V::splat(token, b'0')).and(kept[number]);
        }
        Words { words, kept, lengths: rows.lengths }
    }

    /// The rows without their signs, which any row may have.
    #[inline(always)]
    pub(crate) fn without_sign(self, token: V::Token) -> Digits<V, WORDS> {
        let zero = V::splat(token, 0);
        let ones = V::splat(token, 0xff);
        let mut words = [zero; WORDS];
        let (mut minus, mut sign) = (zero, zero);
        let mut has_earlier = zero;
        for number in (0..WORDS).rev() {
            let (text, kept) = (self.words[number], self.kept[number]);
            // The row's first byte: the lowest that is kept, unless an earlier word has one.
            let first = kept.and_not(kept.shift_up::<8>()).and_not(has_earlier);
            let is_minus = text.equal(V::splat(token, b'-' ^ b'0')).and(first);
            let is_sign = text.equal(V::splat(token, b'+' ^ b'0')).and(first).or(is_minus);
            words[number] = text.and_not(is_sign);
            minus = minus.or(is_minus);
            sign = sign.or(is_sign);
            has_earlier = kept.equal_words(zero).xor(ones);
        }
        let signed = sign.equal_words(zero).xor(ones);
        let negative = minus.equal_words(zero).xor(ones);
        // All ones is −1.
        Digits { words, count: self.lengths.add_words(signed), negative }
    }

    /// The same, but quick where all bytes of all rows are digits, so that there are no signs.
    #[inline(always)]
    pub(crate) fn digits(self, token: V::Token) -> Digits<V, WORDS> {
        let mut more = V::splat(token, 0);
        for word in self.words {
            more = more.or(word.saturating_sub(V::splat(token, 9)));
        }
        if !more.is_zero() {
            return self.without_sign(token);
        }
        Digits { words: self.words, count: self.lengths, negative: V::splat(token, 0) }
    }
}

/// The bytes of eight rows without a sign, less `'0'`: word 0 is the last one in the text.
#[derive(Clone, Copy)]
pub(crate) struct Digits<V, const WORDS: usize> {
    pub(crate) words: [V; WORDS],
    /// How many bytes there are.
    pub(crate) count: V,
    /// All ones in the words of rows that begin with `-`.
    pub(crate) negative: V,
}

/// The number that eight digits are worth, per word: bytes 0 to 9, the first the most significant.
///
/// Three multiply-adds, as in "Faster Integer Parsing" (Ivan Kholodnyi, 2020), with each word on its own.
#[inline(always)]
pub(crate) fn eight_digits<V: Vector>(token: V::Token, digits: V) -> V {
    let tens = V::splat_word(token, 0x010a_010a_010a_010a);
    let hundreds = V::splat_word(token, 0x0001_0064_0001_0064);
    let myriads = V::splat_word(token, 0x0000_0001_0000_2710);
    let halves = digits.weigh_bytes(tens).weigh_pairs(hundreds).weigh_pairs(myriads);
    halves.shift_down::<32>().add_words(halves.and(V::splat_word(token, 0xffff_ffff)))
}

/// The number that all digits are worth, per word, modulo 2^64.
#[inline(always)]
pub(crate) fn number<V: Vector, const WORDS: usize>(token: V::Token, words: &[V; WORDS]) -> V {
    let base = V::splat_word(token, 100_000_000);
    let mut sum = eight_digits(token, words[WORDS - 1]);
    for number in (0..WORDS - 1).rev() {
        let mut product = sum.multiply_halves(base);
        if number + 2 < WORDS {
            // The sum has more than 32 bits.
            product = product.add_words(sum.shift_down::<32>().multiply_halves(base).shift_up::<32>());
        }
        sum = product.add_words(eight_digits(token, words[number]));
    }
    sum
}
