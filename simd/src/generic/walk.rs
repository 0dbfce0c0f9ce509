//! One move of many cursors, one register of text at a time.
//!
//! A pattern is a list of fields with literals between them. A *move* is one field and the literal after it. This kernel makes one
//! move in every record of a block; [`crate::walk`] says why all records come before the next move.
//!
//! # One move
//!
//! ```text
//! record     1 2 3 4 , a b c \n …          the move: an integer, then `,`
//!            ^ at
//! window     1 2 3 4 , a b c \n …          one load from `at`
//! others     0 0 0 0 1 1 1 1 1 …           which bytes are no digits: one bit each
//! end        4 = the first bit             the field is [at, at + 4)
//! literal            ,                     is compared there; the cursor moves to its end
//! ```
//!
//! So a move is a load, a comparison or two, and the place of a bit. It has two halves, and each is a trait: [`FieldEnd`] finds where
//! the field ends, and [`Terminator`] looks for the literal there. `Walk::each` is the loop that puts them together. It is
//! compiled for each pair, so that nothing is decided per record.
//!
//! Most fields end in the first window, and need nothing but [`FieldEnd::fast`]. What does not (a number with a sign, a long word) goes to
//! [`FieldEnd::slow`]. The two are apart because a branch that goes the same way nearly always costs nothing.
//!
//! # What keeps loads inside of the block
//!
//! A load reads a whole window, whatever the record has. The loop runs only over records with three times 64 bytes between them and the
//! end of the block ([`Padded`] checks each load again). The last records of a block, and all of a short block, are moved a byte at a
//! time by [`scalar::step::step`].
//!
//! # Failed cursors
//!
//! A cursor that has failed has 0 for the end of its record. It goes through the same instructions, since nothing that is found ends
//! at or before 0. A branch for it would have to be guessed.

use crate::column::Span;
use crate::literal::Literal;
use crate::scalar;
use crate::scalar::step::{begins_number, is_base, is_sign};
use crate::vector::Vector;
use crate::walk::{Class, Cursors, Take};
use crate::window::{Padded, Window};

/// See `Kernels::walk`.
#[inline(always)]
pub(crate) fn walk<V: Vector>(
    token: V::Token,
    block: &[u8],
    take: Take,
    literal: Option<&Literal>,
    cursors: Cursors<'_>,
) -> usize {
    walk_in::<V::Window>(token, block, take, literal, cursors)
}

/// The kernel over windows alone, for which a word of eight bytes will do: see `scalar::walk`.
#[inline(always)]
pub(crate) fn walk_in<W: Window>(
    token: W::Token,
    block: &[u8],
    take: Take,
    literal: Option<&Literal>,
    cursors: Cursors<'_>,
) -> usize {
    let walk = Walk { token, block, take, literal, cursors };
    match take {
        // A move that takes nothing would leave its cursor where it is.
        Take::Nothing if literal.is_none() => walk.fail(),
        Take::Nothing => walk.to(&Nothing),
        Take::Run(class) => match class.count() {
            1 => walk.to(&Run(Ranges::<W, 1>::new(token, class))),
            2 => walk.to(&Run(Ranges::<W, 2>::new(token, class))),
            _ => walk.to(&Run(Ranges::<W, 4>::new(token, class))),
        },
        Take::Integer => {
            let digits = Ranges::new(token, Class::DIGITS);
            // After `0` a base prefix (`0x`) has a letter. Only a literal that begins with such a letter, or none at all, could match there.
            match literal.is_none_or(|literal| is_base(literal.wanted(0).1)) {
                true => walk.to(&Integer::<W, true>(digits)),
                false => walk.to(&Integer::<W, false>(digits)),
            }
        }
        Take::Decimal => walk.to(&Decimal(Ranges::new(token, Class::DIGITS))),
        Take::Until(least) => match literal.map(|literal| (literal, literal.len())) {
            Some((literal, 1)) => walk.until::<1, false>(literal, least),
            Some((literal, 2..=8)) if literal.is_rare() => walk.until::<8, false>(literal, least),
            Some((literal, 2)) => walk.until::<2, true>(literal, least),
            Some((literal, 3..=8)) => walk.until::<8, true>(literal, least),
            Some((literal, _)) => walk.until::<{ usize::MAX }, true>(literal, least),
            None => walk.fail(),
        },
        Take::Rest(least) => {
            let after = literal.map_or(0, Literal::len);
            walk.to(&Rest { least: least.max(1), after })
        }
    }
}

/// How many records are looked at to see how far into their fields a literal is.
const SAMPLED: usize = 32;

/// The end of a field or literal that is not there: it is after the end of every record.
const FAILED: usize = usize::MAX;

/// Finds where a field ends.
///
/// A trait and not a closure, because each function between an entry point and its instructions must be inlined, and
/// `inline(always)` cannot be written on a closure.
trait FieldEnd<W: Window> {
    /// The end of the field that begins at `from` in a record that ends at `end`, if the usual case decides it. `None` means that
    /// [`slow`](Self::slow) must be asked. An answer is at most `end`.
    fn fast(&self, token: W::Token, padded: Padded<'_>, from: usize, end: usize) -> Option<usize>;
    /// The end of the field in any other case; [`FAILED`] if there is no field.
    #[inline(always)]
    fn slow(&self, _: W::Token, _: Padded<'_>, _: usize, _: usize) -> usize {
        FAILED
    }
}

/// Looks for the literal after a field.
trait Terminator<W: Window> {
    /// Where the literal ends if it begins at `at`, or [`FAILED`].
    fn end(&self, token: W::Token, padded: Padded<'_>, literal: Option<&Literal>, at: usize) -> usize;
}

/// The arguments of one call of the kernel.
struct Walk<'a, W: Window> {
    token: W::Token,
    block: &'a [u8],
    take: Take,
    literal: Option<&'a Literal>,
    cursors: Cursors<'a>,
}

impl<W: Window> Walk<'_, W> {
    /// Makes the move where the field ends by itself: a literal, if there is one, is compared at that end.
    #[inline(always)]
    fn to(self, field: &impl FieldEnd<W>) -> usize {
        match self.literal {
            None => self.each(field, &KnownLiteral(0)),
            Some(literal) if literal.len() == 1 && literal.wanted(0).0 == 0 => {
                self.each(field, &ByteLiteral(literal.wanted(0).1))
            }
            Some(literal) if literal.len() <= 8 => {
                let terminator = WordLiteral::<false>(literal.word(), literal.len());
                self.each(field, &terminator)
            }
            Some(literal) => {
                let terminator = WordLiteral::<true>(literal.word(), literal.len());
                self.each(field, &terminator)
            }
        }
    }

    /// Makes the move where the field ends at the first literal, of at most `MOST` bytes.
    #[inline(always)]
    fn until<const MOST: usize, const BY_TWO_BYTES: bool>(self, literal: &Literal, least: usize) -> usize {
        let until = Until::<W, MOST, BY_TWO_BYTES>::new(self.token, literal, least);
        let found = KnownLiteral(literal.len());
        if W::BITS != u64::MAX {
            return self.each(&until, &found);
        }
        // The loop over windows ends with a branch. Where the first records have the literal now in this window and now in that, the CPU
        // could not predict it for the others either: they are searched in wide steps.
        let Walk { cursors: Cursors { at, end, taken }, .. } = self;
        let count = at.len().min(end.len()).min(taken.len()).min(SAMPLED);
        let (first_at, at) = at.split_at_mut(count);
        let (first_end, end) = end.split_at_mut(count);
        let (first_taken, taken) = taken.split_at_mut(count);
        let first = Cursors { at: &mut *first_at, end: &mut *first_end, taken: &mut *first_taken };
        let failed = Walk { cursors: first, ..self }.each(&until, &found);
        let windows = |taken: &Span| taken.end.saturating_sub(taken.start) as usize / W::SIZE;
        let changes = first_taken.windows(2).filter(|pair| windows(&pair[0]) != windows(&pair[1])).count();
        let rest = Walk { cursors: Cursors { at, end, taken }, ..self };
        failed + if changes > SAMPLED / 8 { rest.each(&Wide(until), &found) } else { rest.each(&until, &found) }
    }

    /// Makes the move with each cursor: the loop of the kernel. Returns how many cursors failed that had not failed before.
    #[inline(always)]
    fn each(self, field: &impl FieldEnd<W>, terminator: &impl Terminator<W>) -> usize {
        let Walk { token, block, take, literal, cursors: Cursors { at, end, taken } } = self;
        let count = at.len().min(end.len()).min(taken.len());
        // Where a record ends before this place, the block has bytes enough after it for any window. A short block has no such place.
        let safe = (block.len() + 1).saturating_sub(3 * 64) as u32;
        let is_safe = |at: &u32, end: &u32| *at < safe && *end < safe;
        // Records are mostly in the order of the block. Then only the last ones are near to its end.
        let safe_rows = count - (0..count).rev().take_while(|&row| !is_safe(&at[row], &end[row])).count();
        let are_safe =
            at[..safe_rows].iter().zip(&end[..safe_rows]).fold(true, |all, (at, end)| all & is_safe(at, end));
        let safe_rows = if are_safe { safe_rows } else { 0 };
        let mut failed = 0;
        if let Some(padded) = Padded::new(block) {
            for ((at, end), taken) in at[..safe_rows].iter_mut().zip(&mut end[..safe_rows]).zip(&mut taken[..safe_rows])
            {
                let (from, last) = (*at as usize, *end as usize);
                // The two halves differ in one comparison, which the usual case goes without.
                if let Some(to) = field.fast(token, padded, from, last) {
                    let next = terminator.end(token, padded, literal, to);
                    if next <= last {
                        *taken = Span::new(from as u32, to as u32);
                        *at = next as u32;
                        continue;
                    }
                } else {
                    let to = field.slow(token, padded, from, last);
                    let next = if to <= last { terminator.end(token, padded, literal, to) } else { FAILED };
                    if next <= last {
                        *taken = Span::new(from as u32, to as u32);
                        *at = next as u32;
                        continue;
                    }
                }
                failed += usize::from(last != 0);
                *end = 0;
            }
        }
        for row in safe_rows..count {
            let (from, last) = (at[row] as usize, end[row] as usize);
            match scalar::step::step(block, take, literal, from, last) {
                Some((to, next)) if next <= last && from < last => {
                    taken[row] = Span::new(from as u32, to as u32);
                    at[row] = next as u32;
                }
                _ => {
                    failed += usize::from(last != 0);
                    end[row] = 0;
                }
            }
        }
        failed
    }

    /// Fails every cursor.
    fn fail(self) -> usize {
        let count = self.cursors.at.len().min(self.cursors.end.len()).min(self.cursors.taken.len());
        let live = self.cursors.end[..count].iter().filter(|end| **end != 0).count();
        self.cursors.end[..count].fill(0);
        live
    }
}

/// One byte, for which case does not matter.
struct ByteLiteral(u8);

impl<W: Window> Terminator<W> for ByteLiteral {
    #[inline(always)]
    fn end(&self, _: W::Token, padded: Padded<'_>, _: Option<&Literal>, at: usize) -> usize {
        if padded.byte(at) == self.0 { at + 1 } else { FAILED }
    }
}

/// A literal whose first eight bytes are compared as one word, and the rest only if it `IS_LONG`. See `Literal::word`.
struct WordLiteral<const IS_LONG: bool>([u64; 3], usize);

impl<W: Window, const IS_LONG: bool> Terminator<W> for WordLiteral<IS_LONG> {
    #[inline(always)]
    fn end(&self, token: W::Token, padded: Padded<'_>, literal: Option<&Literal>, at: usize) -> usize {
        let &WordLiteral([wanted, fold, mask], length) = self;
        let stands = (W::word(token, padded, at) | fold) & mask == wanted;
        let rest_stands = !IS_LONG || literal.is_some_and(|literal| literal.stands_from(&padded.block()[at..], 8));
        if stands && rest_stands { at + length } else { FAILED }
    }
}

/// A literal of so many bytes that the search for the end of the field has already found.
struct KnownLiteral(usize);

impl<W: Window> Terminator<W> for KnownLiteral {
    #[inline(always)]
    fn end(&self, _: W::Token, _: Padded<'_>, _: Option<&Literal>, at: usize) -> usize {
        at + self.0
    }
}

/// No field: the move is a literal alone.
struct Nothing;

impl<W: Window> FieldEnd<W> for Nothing {
    #[inline(always)]
    fn fast(&self, _: W::Token, _: Padded<'_>, from: usize, end: usize) -> Option<usize> {
        (from <= end).then_some(from)
    }
}

/// The rest of the record, at least so many bytes, without the `after` bytes of the literal that it ends with.
struct Rest {
    least: usize,
    after: usize,
}

impl<W: Window> FieldEnd<W> for Rest {
    #[inline(always)]
    fn fast(&self, _: W::Token, _: Padded<'_>, from: usize, end: usize) -> Option<usize> {
        (from + self.least + self.after <= end).then(|| end - self.after)
    }
}

/// A class with `N` ranges, as registers.
struct Ranges<W, const N: usize> {
    ranges: [(W, W); N],
    /// Zero if the class is all bytes outside of the ranges, else all ones.
    outside: u64,
}

impl<W: Window, const N: usize> Ranges<W, N> {
    #[inline(always)]
    fn new(token: W::Token, class: Class) -> Self {
        let mut ranges = [(W::splat(token, 0), W::splat(token, 0)); N];
        for (range, &(first, last)) in ranges.iter_mut().zip(class.ranges()) {
            *range = (W::splat(token, first), W::splat(token, last - first));
        }
        Ranges { ranges, outside: if class.is_inverted() { 0 } else { u64::MAX } }
    }

    /// A bit for each byte of the window at `at` that is not in the class. Bits past the window's size mean nothing.
    #[inline(always)]
    fn others(&self, token: W::Token, padded: Padded<'_>, at: usize) -> u64 {
        let bytes = W::load(token, padded, at);
        let mut mask = 0;
        for (low, size) in self.ranges {
            mask |= bytes.between(low, size);
        }
        (mask ^ self.outside) & W::BITS
    }

    /// The end of the run of bytes of the class at `at`, if it is not empty, ends in one window, and ends at `end` or before.
    #[inline(always)]
    fn short(&self, token: W::Token, padded: Padded<'_>, at: usize, end: usize) -> Option<usize> {
        let mut length = W::first(self.others(token, padded, at));
        let mut most = W::SIZE;
        if W::SIZE < 16 && N == 1 {
            // Numbers of more than eight digits are common among shorter ones, so a second word is looked at without a branch.
            let next = W::first(self.others(token, padded, at + W::SIZE));
            length += std::hint::select_unpredictable(length == W::SIZE, next, 0);
            most += W::SIZE;
        }
        (length.wrapping_sub(1) < most - 1 && at + length <= end).then_some(at + length)
    }

    /// The end of the run of bytes of the class at `at`, however long, but `end` at most.
    #[inline(always)]
    fn run(&self, token: W::Token, padded: Padded<'_>, mut at: usize, end: usize) -> usize {
        while at < end {
            let length = W::first(self.others(token, padded, at));
            if length < W::SIZE {
                return (at + length).min(end);
            }
            at += W::SIZE;
        }
        end
    }
}

/// A run of bytes of a class: `Take::Run`.
struct Run<W, const N: usize>(Ranges<W, N>);

impl<W: Window, const N: usize> FieldEnd<W> for Run<W, N> {
    #[inline(always)]
    fn fast(&self, token: W::Token, padded: Padded<'_>, from: usize, end: usize) -> Option<usize> {
        self.0.short(token, padded, from, end)
    }

    #[inline(always)]
    fn slow(&self, token: W::Token, padded: Padded<'_>, from: usize, end: usize) -> usize {
        let to = self.0.run(token, padded, from, end);
        if to > from { to } else { FAILED }
    }
}

/// `Take::Integer`: signs and digits. With `CHECKS_PREFIX` a `0` before the letter of a base prefix is no field.
struct Integer<W, const CHECKS_PREFIX: bool>(Ranges<W, 1>);

impl<W: Window, const CHECKS_PREFIX: bool> FieldEnd<W> for Integer<W, CHECKS_PREFIX> {
    #[inline(always)]
    fn fast(&self, token: W::Token, padded: Padded<'_>, from: usize, end: usize) -> Option<usize> {
        // Most have no sign. A `0` alone may be the beginning of a prefix.
        let to = self.0.short(token, padded, from, end)?;
        (!CHECKS_PREFIX || to > from + 1).then_some(to)
    }

    #[inline(always)]
    fn slow(&self, token: W::Token, padded: Padded<'_>, from: usize, end: usize) -> usize {
        let block = padded.block();
        let mut first = from + usize::from(is_sign(block[from]));
        first += usize::from(first > from && is_sign(block[first]));
        let to = self.0.run(token, padded, first, end);
        let is_prefix = CHECKS_PREFIX && to == first + 1 && to < end && block[first] == b'0' && is_base(block[to]);
        if to <= first || is_prefix { FAILED } else { to }
    }
}

/// `Take::Decimal`: a sign, digits, a point, and digits.
struct Decimal<W>(Ranges<W, 1>);

impl<W: Window> FieldEnd<W> for Decimal<W> {
    #[inline(always)]
    fn fast(&self, token: W::Token, padded: Padded<'_>, from: usize, end: usize) -> Option<usize> {
        if W::SIZE < 16 {
            // A word is short: one for each of the two runs of digits.
            let first = from + usize::from(is_sign(padded.byte(from)));
            let point = first + W::first(self.0.others(token, padded, first));
            let digits = W::first(self.0.others(token, padded, point + 1));
            let to = point + 1 + digits;
            let is_whole = digits.wrapping_sub(1) < W::SIZE - 1 && to <= end;
            return (is_whole && padded.byte(point) == b'.').then_some(to);
        }
        // The first byte may be a sign and counts as a digit here: a branch on it could not be predicted where every other number has one.
        let others = self.0.others(token, padded, from) & !1;
        let point = others.trailing_zeros() as usize;
        let to = (others & others.wrapping_sub(1)).trailing_zeros() as usize;
        let is_whole = to < W::SIZE && to > point + 1 && from + to <= end;
        (is_whole && begins_number(padded.byte(from)) && padded.byte(from + point) == b'.').then_some(from + to)
    }

    #[inline(always)]
    fn slow(&self, token: W::Token, padded: Padded<'_>, from: usize, end: usize) -> usize {
        let block = padded.block();
        let first = from + usize::from(is_sign(block[from]));
        let point = self.0.run(token, padded, first, end);
        if point >= end || block[point] != b'.' {
            return FAILED;
        }
        let to = self.0.run(token, padded, point + 1, end);
        if to > point + 1 { to } else { FAILED }
    }
}

/// `Take::Until`: any bytes up to the first literal, which has at most `MOST` bytes.
///
/// The search is for the rarest byte of the literal, and with `BY_TWO_BYTES` for another one at its distance. Only where they are found
/// is the literal compared.
struct Until<'a, W, const MOST: usize, const BY_TWO_BYTES: bool> {
    literal: &'a Literal,
    word: [u64; 3],
    /// The first place of the rarest byte, from the start of the field, and its last place, back from the end of the record.
    first: usize,
    last: usize,
    /// The offset of the rarest byte in the literal; what is or-ed to the text, and what the text must then be.
    offset: usize,
    byte: (W, W),
    /// The same for the other byte; its offset is from the rarest one.
    other_offset: isize,
    other: (W, W),
}

impl<'a, W: Window, const MOST: usize, const BY_TWO_BYTES: bool> Until<'a, W, MOST, BY_TWO_BYTES> {
    #[inline(always)]
    fn new(token: W::Token, literal: &'a Literal, least: usize) -> Self {
        let (offset, other) = literal.rarest();
        let both = |(fold, wanted)| (W::splat(token, fold), W::splat(token, wanted));
        Until {
            literal,
            word: literal.word(),
            first: least + offset,
            last: literal.len() - offset,
            offset,
            byte: both(literal.wanted(offset)),
            other_offset: other as isize - offset as isize,
            other: both(literal.wanted(other)),
        }
    }

    /// A bit for each place of the window at `at` where the byte is, or both are.
    #[inline(always)]
    fn mask(&self, token: W::Token, padded: Padded<'_>, at: usize) -> u64 {
        let mask = W::load(token, padded, at).or(self.byte.0).equal(self.byte.1);
        if !BY_TWO_BYTES {
            return mask;
        }
        let other = W::load(token, padded, at.wrapping_add_signed(self.other_offset));
        mask & other.or(self.other.0).equal(self.other.1)
    }

    /// The same for 64 bytes. Masks must have one bit for each byte.
    #[inline(always)]
    fn long_mask(&self, token: W::Token, padded: Padded<'_>, at: usize) -> u64 {
        let mut mask = 0;
        for window in 0..64 / W::SIZE {
            mask |= self.mask(token, padded, at + window * W::SIZE) << (window * W::SIZE);
        }
        mask
    }

    /// Where the literal begins first, in the field that begins at `from` of the record that ends at `end`. With `IS_WIDE` the step is
    /// 128 bytes.
    #[inline(always)]
    fn search<const IS_WIDE: bool>(
        &self,
        token: W::Token,
        padded: Padded<'_>,
        from: usize,
        end: usize,
    ) -> Option<usize> {
        let mut at = from + self.first;
        // After this place the literal would not end in its record. A failed cursor, and a short record, have no such place.
        let last = end.wrapping_sub(self.last);
        while at <= last && last < end {
            let mut mask;
            if IS_WIDE {
                // A safe record has bytes enough after it for 128 more.
                let masks = (self.long_mask(token, padded, at), self.long_mask(token, padded, at + 64));
                mask = std::hint::select_unpredictable(masks.0 == 0, masks.1, masks.0);
                at += std::hint::select_unpredictable(masks.0 == 0, 64, 0);
            } else {
                mask = self.mask(token, padded, at);
            }
            while mask != 0 {
                let found = at + W::first(mask) - self.offset;
                if self.stands(token, padded, found) {
                    return Some(found);
                }
                mask &= mask - 1;
            }
            at += if IS_WIDE { 64 } else { W::SIZE };
        }
        None
    }

    /// Whether the whole literal is at `at`, where its byte, or two of them, are in place.
    #[inline(always)]
    fn stands(&self, token: W::Token, padded: Padded<'_>, at: usize) -> bool {
        let [wanted, fold, mask] = self.word;
        match MOST {
            1 => true,
            2 if BY_TWO_BYTES => true,
            2..=8 => (W::word(token, padded, at) | fold) & mask == wanted,
            _ => self.literal.stands_at(padded.block(), at),
        }
    }
}

impl<W: Window, const MOST: usize, const BY_TWO_BYTES: bool> FieldEnd<W> for Until<'_, W, MOST, BY_TWO_BYTES> {
    #[inline(always)]
    fn fast(&self, token: W::Token, padded: Padded<'_>, from: usize, end: usize) -> Option<usize> {
        self.search::<false>(token, padded, from, end)
    }
}

/// [`Until`] in steps of 128 bytes, for literals that are now in one window, now in another. Which of the windows has it is not asked by a
/// branch, since a CPU could not predict it.
struct Wide<T>(T);

impl<W: Window, const MOST: usize, const BY_TWO_BYTES: bool> FieldEnd<W> for Wide<Until<'_, W, MOST, BY_TWO_BYTES>> {
    #[inline(always)]
    fn fast(&self, token: W::Token, padded: Padded<'_>, from: usize, end: usize) -> Option<usize> {
        self.0.search::<true>(token, padded, from, end)
    }
}
