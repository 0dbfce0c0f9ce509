//! Positions of bytes, and the lines around them.
//!
//! The one step that all kernels here share turns 64 bytes into a mask, in which a bit is set where a byte is wanted. Positions are the bits
//! of the masks, written one after the other:
//!
//! ```text
//! text        … 2 0 0 \n G E T …
//! mask          0 0 0 1  0 0 0         one comparison for a byte, four table look-ups for any set of bytes
//! positions     base + 3               see `Vector::write_positions`
//! ```
//!
//! | kernel | finds | called for |
//! |---|---|---|
//! | [`newlines`] | every newline | cutting a block into records |
//! | [`lines_around`] | the lines of given places | records with a literal, when those are few |
//! | [`byte_set`] | every byte of a set | characters that a pattern must look at more closely |

use super::AHEAD;
use crate::byte_set::ByteSet;
use crate::column::Span;
use crate::kernels::LineCount;
use crate::vector::Vector;

/// Finds which of 64 bytes are wanted.
///
/// A trait and not a closure, because each function between an entry point and its instructions must be inlined, and
/// `inline(always)` cannot be written on a closure.
trait Classify<V> {
    /// Bit *i* is set where byte *i* is wanted.
    fn mask(&self, bytes: V) -> u64;
}

/// The bytes that equal one.
struct Equal<V>(V);

impl<V: Vector> Classify<V> for Equal<V> {
    #[inline(always)]
    fn mask(&self, bytes: V) -> u64 {
        bytes.eq_mask(self.0)
    }
}

/// The bytes of a [`ByteSet`]: the low nibble selects a row of the set, the high nibble a bit of the row. Rows have 16 bits, so there are
/// two tables of each.
pub(super) struct InSet<V> {
    low_rows: V,
    high_rows: V,
    low_bits: V,
    high_bits: V,
    nibble: V,
    zero: V,
}

impl<V: Vector> InSet<V> {
    #[inline(always)]
    pub(super) fn new(token: V::Token, set: &ByteSet) -> InSet<V> {
        let [low, high] = set.halves();
        InSet {
            low_rows: V::splat_group(token, low),
            high_rows: V::splat_group(token, high),
            low_bits: V::splat_group(token, [1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0]),
            high_bits: V::splat_group(token, [0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128]),
            nibble: V::splat(token, 15),
            zero: V::splat(token, 0),
        }
    }

    /// The bit in its row of each byte that is in the set, and 0 for the others.
    #[inline(always)]
    fn bits(&self, bytes: V) -> V {
        let (low, high) = (bytes.and(self.nibble), bytes.high_nibbles());
        let in_low = self.low_rows.swizzle(low).and(self.low_bits.swizzle(high));
        let in_high = self.high_rows.swizzle(low).and(self.high_bits.swizzle(high));
        in_low.or(in_high)
    }

    /// 0xff where a byte is not in the set, else 0.
    #[inline(always)]
    pub(super) fn others(&self, bytes: V) -> V {
        self.bits(bytes).equal(self.zero)
    }
}

impl<V: Vector> Classify<V> for InSet<V> {
    #[inline(always)]
    fn mask(&self, bytes: V) -> u64 {
        !self.bits(bytes).eq_mask(self.zero)
    }
}

/// See `Kernels::newlines`.
#[inline(always)]
pub(crate) fn newlines<V: Vector>(token: V::Token, block: &[u8], out: &mut Vec<u32>) -> bool {
    positions::<V>(token, block, out, &Equal(V::splat(token, b'\n')))
}

/// What [`LineCount`] says, of the vectors that were added.
pub(super) struct Lines<V> {
    newline: V,
    all: V,
    least: V,
    count: usize,
}

impl<V: Vector> Lines<V> {
    #[inline(always)]
    pub(super) fn new(token: V::Token) -> Lines<V> {
        Lines { newline: V::splat(token, b'\n'), all: V::splat(token, 0), least: V::splat(token, 0xff), count: 0 }
    }

    #[inline(always)]
    pub(super) fn add(&mut self, bytes: V) {
        self.all = self.all.or(bytes);
        self.least = self.least.min(bytes);
        self.count += bytes.eq_mask(self.newline).count_ones() as usize;
    }

    #[inline(always)]
    pub(super) fn finish(self, token: V::Token) -> LineCount {
        LineCount {
            newlines: self.count,
            is_ascii: self.all.sign_mask() == 0,
            has_nul: self.least.eq_mask(V::splat(token, 0)) != 0,
        }
    }
}

/// See `Kernels::lines_around`.
#[inline(always)]
pub(crate) fn lines_around<V: Vector>(token: V::Token, block: &[u8], places: &[u32], out: &mut Vec<Span>) {
    let newline = V::splat(token, b'\n');
    let mut next = 0;
    for &place in places {
        let place = place as usize;
        if place >= next {
            let start = start_of_line::<V>(token, newline, block, place);
            let end = end_of_line::<V>(token, newline, block, place);
            out.push(Span::new(start as u32, end as u32));
            next = end + 1;
        }
    }
}

/// The start of the line that `at` is in: after the last newline before it.
#[inline(always)]
fn start_of_line<V: Vector>(token: V::Token, newline: V, block: &[u8], mut at: usize) -> usize {
    while let Some(text) = block[..at].last_chunk() {
        let newlines = two_masks::<V>(token, newline, text);
        if newlines != 0 {
            return at - newlines.leading_zeros() as usize;
        }
        at -= text.len();
    }
    crate::scalar::index::start_of_line(block, at)
}

/// The end of the line that `at` is in: the first newline at `at` or after it, or the end of the block.
#[inline(always)]
fn end_of_line<V: Vector>(token: V::Token, newline: V, block: &[u8], mut at: usize) -> usize {
    while let Some(text) = block[at..].first_chunk() {
        let newlines = two_masks::<V>(token, newline, text);
        if newlines != 0 {
            return at + newlines.trailing_zeros() as usize;
        }
        at += text.len();
    }
    crate::scalar::index::end_of_line(block, at)
}

/// Bit *i* is set where byte *i* is that byte. Two vectors at once: which of them a line ends in is no branch then, and most lines end
/// in them.
#[inline(always)]
fn two_masks<V: Vector>(token: V::Token, byte: V, text: &[u8; 128]) -> u128 {
    let mut mask = 0;
    for (number, half) in text.as_chunks().0.iter().enumerate() {
        mask |= u128::from(V::load(token, half).eq_mask(byte)) << (64 * number);
    }
    mask
}

/// See `Kernels::byte_set`.
#[inline(always)]
pub(crate) fn byte_set<V: Vector>(token: V::Token, block: &[u8], set: &ByteSet, out: &mut Vec<u32>) {
    positions::<V>(token, block, out, &InSet::new(token, set));
}

/// How many positions are collected before they are appended to the output.
const BATCH: usize = 1024;

/// Positions that are collected in an array before they go to the output.
///
/// The array has room for 64 positions more than it is emptied at, so a mask is written without a check for each position.
struct Positions<'a> {
    positions: [u32; BATCH + 64],
    count: usize,
    out: &'a mut Vec<u32>,
}

impl Positions<'_> {
    /// Adds `base` + the position of each bit of `mask`.
    #[inline(always)]
    fn add<V: Vector>(&mut self, token: V::Token, mask: u64, base: u32) {
        if self.count > BATCH {
            self.flush();
        }
        if let Some(room) = self.positions[self.count..].first_chunk_mut() {
            V::write_positions(token, mask, base, room);
            self.count += mask.count_ones() as usize;
        }
    }

    #[inline(never)]
    fn flush(&mut self) {
        self.out.extend_from_slice(&self.positions[..self.count]);
        self.count = 0;
    }
}

/// Appends the position of each byte that is wanted. Returns whether all bytes are ASCII.
#[inline(always)]
fn positions<V: Vector>(token: V::Token, block: &[u8], out: &mut Vec<u32>, wanted: &impl Classify<V>) -> bool {
    let mut found = Positions { positions: [0; BATCH + 64], count: 0, out };
    let (chunks, rest) = block.as_chunks::<64>();
    let mut base = 0u32;
    let mut all = V::splat(token, 0);
    for chunk in chunks {
        V::prefetch(token, chunk, AHEAD);
        let bytes = V::load(token, chunk);
        all = all.or(bytes);
        found.add::<V>(token, wanted.mask(bytes), base);
        base = base.wrapping_add(64);
    }
    if !rest.is_empty() {
        let mut last = [0; 64];
        last[..rest.len()].copy_from_slice(rest);
        let inside = (1 << rest.len()) - 1;
        let bytes = V::load(token, &last);
        all = all.or(bytes);
        found.add::<V>(token, wanted.mask(bytes) & inside, base);
    }
    found.flush();
    all.sign_mask() == 0
}
