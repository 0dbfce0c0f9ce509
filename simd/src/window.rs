//! One register of text: what [`walk`](crate::generic::walk) asks of an instruction set.
//!
//! Fields are short. A [`Vector`](crate::vector::Vector) answers for 64 bytes on every instruction set, which for a field of five
//! bytes is too much work. A [`Window`] is one register or less: 32 bytes with AVX-512 and AVX2, 16 with SSE4.2 and NEON, 8 in plain Rust
//! ([`Word`]).
//!
//! A window is loaded from any place of a block, whatever is left of the record there. [`Padded`] makes that safe: it is a block
//! with the last place from which 64 bytes can be read.

use crate::swar;

/// A block of at least 64 bytes, and the last place from which 64 bytes can be read.
#[derive(Clone, Copy)]
pub(crate) struct Padded<'a> {
    block: &'a [u8],
    last: usize,
}

impl<'a> Padded<'a> {
    /// `None` if the block has less than 64 bytes.
    #[inline(always)]
    pub(crate) fn new(block: &'a [u8]) -> Option<Padded<'a>> {
        Some(Padded { block, last: block.len().checked_sub(64)? })
    }

    /// The block.
    #[inline(always)]
    pub(crate) fn block(self) -> &'a [u8] {
        self.block
    }

    /// The byte at `at`. Panics if fewer than 64 bytes can be read from there.
    #[inline(always)]
    pub(crate) fn byte(self, at: usize) -> u8 {
        assert!(at <= self.last);
        self.block[at]
    }

    /// A pointer to place `at`, from which at least 64 bytes can be read. Panics if there are fewer.
    ///
    /// The `SAFETY` of every load of a window rests on this check.
    #[allow(dead_code, reason = "a target may have no vectors")]
    #[inline(always)]
    pub(crate) fn from(self, at: usize) -> *const u8 {
        assert!(at <= self.last);
        self.block.as_ptr().wrapping_add(at)
    }
}

/// The bytes that are looked at together: one register, or less.
pub(crate) trait Window: Copy {
    /// Proof that this CPU has the instruction set.
    type Token: Copy;

    /// How many bytes it is, at most 64.
    const SIZE: usize;
    /// The bits of a mask that stand for a byte: either every bit, one for each byte, or one bit of eight. A mask of bytes is not packed
    /// where that would cost instructions.
    const BITS: u64 = u64::MAX;

    /// The first byte whose bit is set in `mask`; at least `SIZE` if there is none.
    #[inline(always)]
    fn first(mask: u64) -> usize {
        let stride = if Self::BITS == u64::MAX { 1 } else { 8 };
        mask.trailing_zeros() as usize / stride
    }

    /// The same byte everywhere.
    fn splat(token: Self::Token, byte: u8) -> Self;
    /// The bytes from `at` on. Panics if fewer than 64 can be read.
    fn load(token: Self::Token, padded: Padded<'_>, at: usize) -> Self;
    /// Eight bytes from `at` on, the first one lowest. Panics if fewer than 64 can be read.
    fn word(token: Self::Token, padded: Padded<'_>, at: usize) -> u64;
    /// Bitwise or.
    fn or(self, other: Self) -> Self;
    /// The bit of byte *i* is set where byte *i* of both is equal, for the first `SIZE` bytes; no other bit is.
    fn equal(self, other: Self) -> u64;
    /// The same where byte *i* is at least `low` and at most `low + size`. Both are ASCII.
    fn between(self, low: Self, size: Self) -> u64;
}

/// Eight bytes in a `u64`: the window of plain Rust. See [`swar`].
#[derive(Clone, Copy)]
pub(crate) struct Word(u64);

impl Word {
    #[inline(always)]
    pub(crate) fn new(bytes: [u8; 8]) -> Word {
        Word(swar::load(&bytes))
    }
}

impl Window for Word {
    type Token = ();

    const SIZE: usize = 8;
    const BITS: u64 = swar::HIGH;

    #[inline(always)]
    fn splat((): (), byte: u8) -> Word {
        Word(swar::splat(byte))
    }

    #[inline(always)]
    fn load((): (), padded: Padded<'_>, at: usize) -> Word {
        Word(Self::word((), padded, at))
    }

    #[inline(always)]
    fn word((): (), padded: Padded<'_>, at: usize) -> u64 {
        u64::from_le_bytes(padded.block[at..].first_chunk().copied().unwrap_or_default())
    }

    #[inline(always)]
    fn or(self, other: Word) -> Word {
        Word(self.0 | other.0)
    }

    #[inline(always)]
    fn equal(self, other: Word) -> u64 {
        swar::equal(self.0, other.0)
    }

    #[inline(always)]
    fn between(self, low: Word, size: Word) -> u64 {
        swar::between(self.0, low.0, size.0)
    }
}
