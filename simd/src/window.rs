//! What a walk may ask of an instruction set: one register of text.
//!
//! Fields are short. Where a [`Vector`](crate::vector::Vector) answers for 64 bytes whatever the registers are, a window is
//! one register or less: 32 bytes of AVX-512 and AVX2, 16 of SSE4.2 and NEON, and 8 in plain Rust.

use crate::swar;

/// A block that has at least one window.
#[derive(Clone, Copy)]
pub(crate) struct Room<'a> {
    block: &'a [u8],
    /// The last place of the block that has 64 bytes behind it.
    last: usize,
}

impl<'a> Room<'a> {
    /// `None` if the block has less than 64 bytes.
    #[inline(always)]
    pub(crate) fn new(block: &'a [u8]) -> Option<Room<'a>> {
        Some(Room { block, last: block.len().checked_sub(64)? })
    }

    /// The block.
    #[inline(always)]
    pub(crate) fn block(self) -> &'a [u8] {
        self.block
    }

    /// The byte at `at`. Panics if there are not 64 bytes from there on.
    #[inline(always)]
    pub(crate) fn byte(self, at: usize) -> u8 {
        assert!(at <= self.last);
        self.block[at]
    }

    /// What begins at `at` and has at least 64 bytes. Panics if there is no such place.
    ///
    /// That it has them is the check that loads rest on.
    #[allow(dead_code, reason = "a target may have no vectors")]
    #[inline(always)]
    pub(crate) fn from(self, at: usize) -> *const u8 {
        assert!(at <= self.last);
        self.block.as_ptr().wrapping_add(at)
    }
}

/// As many bytes as are looked at together.
pub(crate) trait Window: Copy {
    /// Proof that this CPU has the instruction set.
    type Token: Copy;

    /// How many bytes it is, at most 64.
    const SIZE: usize;
    /// The bits of a mask that stand for a byte. There is one for each byte, or it is one of eight: what instructions give is not packed
    /// where that takes more of them.
    const BITS: u64 = u64::MAX;

    /// The first byte whose bit is set in `mask`; at least `SIZE` if there is none.
    #[inline(always)]
    fn first(mask: u64) -> usize {
        let stride = if Self::BITS == u64::MAX { 1 } else { 8 };
        mask.trailing_zeros() as usize / stride
    }

    /// The same byte everywhere.
    fn splat(token: Self::Token, byte: u8) -> Self;
    /// The bytes from `at` on. Panics if there are less than 64 of them.
    fn load(token: Self::Token, room: Room<'_>, at: usize) -> Self;
    /// Eight bytes from `at` on, the first one lowest. Panics if there are less than 64 of them.
    fn word(token: Self::Token, room: Room<'_>, at: usize) -> u64;
    /// Bitwise or.
    fn or(self, other: Self) -> Self;
    /// The bit of byte *i* is set where byte *i* of both is equal, for the first `SIZE` bytes; no other bit is.
    fn equal(self, other: Self) -> u64;
    /// The same where byte *i* is at least `low` and at most `low + size`, which is ASCII.
    fn between(self, low: Self, size: Self) -> u64;
}

/// Eight bytes in a word. All sums stay inside of their bytes.
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
    fn load((): (), room: Room<'_>, at: usize) -> Word {
        Word(Self::word((), room, at))
    }

    #[inline(always)]
    fn word((): (), room: Room<'_>, at: usize) -> u64 {
        u64::from_le_bytes(room.block[at..].first_chunk().copied().unwrap_or_default())
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
