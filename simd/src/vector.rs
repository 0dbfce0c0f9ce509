//! [`Vector`]: the operations that a kernel may ask of an instruction set.
//!
//! A [`Vector`] is always 64 bytes, on every instruction set: one register of AVX-512, two of AVX2, four of SSE4.2
//! or NEON. A question about 64 bytes is then always answered by one `u64`, a chunk of a column is always 8 rows of
//! 8 bytes, and an algorithm has no sizes to be generic over. The same 64 bytes are seen in four ways:
//!
//! ```text
//! bytes    | 0| 1| 2| 3| 4| 5| 6| 7| 8| 9|10|11|12|13|14|15|16|17| …                       |63|
//! groups   |                      0                        |                 1 …        3     |
//! words    |           0           |           1           |           2 …               7    |
//! pairs, quads: the 16- and 32-bit lanes inside the words, only between two multiplications
//! ```
//!
//! All lanes are little-endian. A value of a `Vector` type can only be made from its [`Vector::Token`], and a token
//! exists only where the CPU was found to have the instruction set: that is the proof each operation rests on.

use crate::column::Span;
use crate::window::Window;

/// 64 bytes in registers.
pub(crate) trait Vector: Copy {
    /// Proof that this CPU has the instruction set.
    type Token: Copy;
    /// One register of the instruction set.
    type Window: Window<Token = Self::Token>;

    /// 64 times the same byte.
    fn splat(token: Self::Token, byte: u8) -> Self;
    /// 4 times the same group.
    fn splat_group(token: Self::Token, group: [u8; 16]) -> Self;
    /// 8 times the same word.
    fn splat_word(token: Self::Token, word: u64) -> Self;
    /// The 64 bytes as they are.
    fn load(token: Self::Token, bytes: &[u8; 64]) -> Self;
    /// The words as they are.
    fn from_words(token: Self::Token, words: [u64; 8]) -> Self;
    /// The spans as words: the start in the low half, the end in the high one.
    fn load_spans(token: Self::Token, spans: &[Span; 8]) -> Self;
    /// The 8 words that begin at the offsets in the words of `at` of `block`. Panics if one does not lie inside.
    fn gather_words(token: Self::Token, block: &[u8], at: Self) -> Self;
    /// The 4 groups that begin at the offsets `at` of `block`. Panics if one does not lie inside.
    fn gather_groups(token: Self::Token, block: &[u8], at: [u32; 4]) -> Self;
    /// Prefetches the memory `ahead` bytes after the first of `bytes`, which need not exist. A hint, for loops that read a block faster
    /// than the CPU fetches by itself.
    fn prefetch(token: Self::Token, bytes: &[u8; 64], ahead: usize);
    /// The words as an array.
    fn to_words(self) -> [u64; 8];

    /// Bitwise and.
    fn and(self, other: Self) -> Self;
    /// Bitwise or.
    fn or(self, other: Self) -> Self;
    /// Bitwise exclusive or.
    fn xor(self, other: Self) -> Self;
    /// Bitwise `self & !other`.
    fn and_not(self, other: Self) -> Self;

    /// Byte by byte, the difference, or 0 where it would be negative.
    fn saturating_sub(self, other: Self) -> Self;
    /// Byte by byte, unsigned, the lesser of both.
    fn min(self, other: Self) -> Self;
    /// The high nibble of each byte, as a byte.
    fn high_nibbles(self) -> Self;
    /// 0xff where the bytes are equal, else 0.
    fn equal(self, other: Self) -> Self;
    /// Bit *i* is set where byte *i* of both is equal.
    fn eq_mask(self, other: Self) -> u64;
    /// Bit *i* is set where byte *i*, unsigned, is at most the other's.
    fn le_mask(self, other: Self) -> u64;
    /// Bit *i* is the highest bit of byte *i*.
    fn sign_mask(self) -> u64;
    /// Whether all bits are zero.
    fn is_zero(self) -> bool;

    /// Within each group: byte *i* of the answer is byte `indexes[i]` of `self`. An index is 0 to 15, or 128 to 255
    /// for a zero. The result for other indexes differs between instruction sets.
    fn swizzle(self, indexes: Self) -> Self;
    /// The bytes `N` places earlier in the text: byte *i* of the answer is byte *i − N* of `self`, and the first `N`
    /// are the last of `before`. `N` is 1, 2 or 3.
    fn earlier<const N: i32>(self, before: Self) -> Self;

    /// Each word shifted towards its high end by `BITS` (0 to 63).
    fn shift_up<const BITS: i32>(self) -> Self;
    /// Each word shifted towards its low end by `BITS` (1 to 63).
    fn shift_down<const BITS: i32>(self) -> Self;
    /// Word by word, the wrapping sum.
    fn add_words(self, other: Self) -> Self;
    /// Word by word, the wrapping difference.
    fn sub_words(self, other: Self) -> Self;
    /// All bits of a word are set where the words are equal, else none.
    fn equal_words(self, other: Self) -> Self;
    /// Word by word, the product of the low halves.
    fn multiply_halves(self, other: Self) -> Self;
    /// Bit *i* is the highest bit of word *i*.
    fn word_signs(self) -> u8;
    /// Each word becomes the sum of its eight bytes.
    fn sum_bytes(self) -> Self;

    /// `self[2i] · weights[2i] + self[2i+1] · weights[2i+1]` for bytes, as 16-bit lanes.
    /// The weights are at most 127 and the sums at most 32,767.
    fn weigh_bytes(self, weights: Self) -> Self;
    /// The same for 16-bit lanes, as 32-bit lanes. Lanes and weights are at most 32,767.
    fn weigh_pairs(self, weights: Self) -> Self;

    /// Writes `base` + the position of each bit that is set in `mask`, in order, to the beginning of `out`. The elements
    /// after the last of them are unspecified.
    fn write_positions(token: Self::Token, mask: u64, base: u32, out: &mut [u32; 64]);
}
