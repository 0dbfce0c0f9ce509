//! Moves of cursors, one register at a time.
//!
//! What a move of one cursor needs is loaded, compared and turned into a bit mask, whose first bit says where the move ends. The cursors
//! do not depend on each other, so that the CPU works on several at once; and a cursor that has failed goes through the same
//! instructions without effect, since nothing ends at or before 0.

use crate::column::Span;
use crate::literal::Literal;
use crate::scalar;
use crate::scalar::walk::{begins_number, is_base, is_sign};
use crate::vector::Vector;
use crate::walk::{Class, Cursors, Take};
use crate::window::{Room, Window};

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

/// The same, in windows.
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
        // Every move takes something.
        Take::Nothing if literal.is_none() => walk.fail(),
        Take::Nothing => walk.to(&Nothing),
        Take::Run(class) => match class.count() {
            1 => walk.to(&Run(Ranges::<W, 1>::new(token, class))),
            2 => walk.to(&Run(Ranges::<W, 2>::new(token, class))),
            _ => walk.to(&Run(Ranges::<W, 4>::new(token, class))),
        },
        Take::Integer => {
            let digits = Ranges::new(token, Class::DIGITS);
            // A literal that cannot begin with a letter of a prefix fails where there is one.
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
            let behind = literal.map_or(0, Literal::len);
            walk.to(&Rest { least: least.max(1), behind })
        }
    }
}

/// How many records tell how far a literal is.
const SAMPLE: usize = 32;

/// Where a cursor goes that cannot make its move.
const NOWHERE: usize = usize::MAX;

/// What a move takes.
///
/// A trait and not a closure, because each function between an entry point and its instructions has to be inlined, and a
/// closure cannot be told to.
trait Taker<W: Window> {
    /// The end of what is taken at `from`, at `end` or before and at least 64 bytes before the end of the block, where that is soon known.
    fn quick(&self, token: W::Token, room: Room<'_>, from: usize, end: usize) -> Option<usize>;
    /// The same where that is not enough; or [`NOWHERE`].
    #[inline(always)]
    fn take(&self, _: W::Token, _: Room<'_>, _: usize, _: usize) -> usize {
        NOWHERE
    }
}

/// What must stand behind what a move takes.
trait Follower<W: Window> {
    /// The end of it if it stands at `at`, or [`NOWHERE`].
    fn follow(&self, token: W::Token, room: Room<'_>, literal: Option<&Literal>, at: usize) -> usize;
}

/// A call of the kernel.
struct Walk<'a, W: Window> {
    token: W::Token,
    block: &'a [u8],
    take: Take,
    literal: Option<&'a Literal>,
    cursors: Cursors<'a>,
}

impl<W: Window> Walk<'_, W> {
    /// Makes the move with each cursor, and compares the literal if there is one.
    #[inline(always)]
    fn to(self, taker: &impl Taker<W>) -> usize {
        match self.literal {
            None => self.each(taker, &Found(0)),
            Some(literal) if literal.len() == 1 && literal.wanted(0).0 == 0 => {
                self.each(taker, &Byte(literal.wanted(0).1))
            }
            Some(literal) if literal.len() <= 8 => {
                let behind = Behind::<false>(literal.word(), literal.len());
                self.each(taker, &behind)
            }
            Some(literal) => {
                let behind = Behind::<true>(literal.word(), literal.len());
                self.each(taker, &behind)
            }
        }
    }

    /// Makes the move with each cursor, up to a literal of at most `MOST` bytes.
    #[inline(always)]
    fn until<const MOST: usize, const BY_TWO: bool>(self, literal: &Literal, least: usize) -> usize {
        let near = Until::<W, MOST, BY_TWO>::new(self.token, literal, least);
        let found = Found(literal.len());
        if W::BITS != u64::MAX {
            return self.each(&near, &found);
        }
        // Where the first records do not have it in the same window, it cannot be foreseen how many windows the others need.
        let Walk { cursors: Cursors { at, end, taken }, .. } = self;
        let count = at.len().min(end.len()).min(taken.len()).min(SAMPLE);
        let (first_at, at) = at.split_at_mut(count);
        let (first_end, end) = end.split_at_mut(count);
        let (first_taken, taken) = taken.split_at_mut(count);
        let first = Cursors { at: &mut *first_at, end: &mut *first_end, taken: &mut *first_taken };
        let failed = Walk { cursors: first, ..self }.each(&near, &found);
        let windows = |taken: &Span| taken.end.saturating_sub(taken.start) as usize / W::SIZE;
        let changes = first_taken.windows(2).filter(|pair| windows(&pair[0]) != windows(&pair[1])).count();
        let rest = Walk { cursors: Cursors { at, end, taken }, ..self };
        failed + if changes > SAMPLE / 8 { rest.each(&Far(near), &found) } else { rest.each(&near, &found) }
    }

    /// Makes the move with each cursor.
    #[inline(always)]
    fn each(self, taker: &impl Taker<W>, follower: &impl Follower<W>) -> usize {
        let Walk { token, block, take, literal, cursors: Cursors { at, end, taken } } = self;
        let count = at.len().min(end.len()).min(taken.len());
        // A record that ends before this place has room behind it for any window; in a short block none has.
        let safe = (block.len() + 1).saturating_sub(3 * 64) as u32;
        let is_safe = |at: &u32, end: &u32| *at < safe && *end < safe;
        let near = (0..count).rev().take_while(|&row| !is_safe(&at[row], &end[row])).count();
        // Records that are in the order of the block have the last ones near to its end, and no others.
        let far = count - near;
        let are_safe = at[..far].iter().zip(&end[..far]).fold(true, |all, (at, end)| all & is_safe(at, end));
        let far = if are_safe { far } else { 0 };
        let mut failed = 0;
        if let Some(room) = Room::new(block) {
            for ((at, end), taken) in at[..far].iter_mut().zip(&mut end[..far]).zip(&mut taken[..far]) {
                let (from, last) = (*at as usize, *end as usize);
                // Two ways to the same end: nearly all moves are quick, and have no more to ask than this.
                if let Some(to) = taker.quick(token, room, from, last) {
                    let next = follower.follow(token, room, literal, to);
                    if next <= last {
                        *taken = Span::new(from as u32, to as u32);
                        *at = next as u32;
                        continue;
                    }
                } else {
                    let to = taker.take(token, room, from, last);
                    let next = if to <= last { follower.follow(token, room, literal, to) } else { NOWHERE };
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
        for row in far..count {
            let (from, last) = (at[row] as usize, end[row] as usize);
            match scalar::walk::step(block, take, literal, from, last) {
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

    /// Makes no move with any cursor.
    fn fail(self) -> usize {
        let count = self.cursors.at.len().min(self.cursors.end.len()).min(self.cursors.taken.len());
        let live = self.cursors.end[..count].iter().filter(|end| **end != 0).count();
        self.cursors.end[..count].fill(0);
        live
    }
}

/// One byte, which is no letter in any case.
struct Byte(u8);

impl<W: Window> Follower<W> for Byte {
    #[inline(always)]
    fn follow(&self, _: W::Token, room: Room<'_>, _: Option<&Literal>, at: usize) -> usize {
        if room.byte(at) == self.0 { at + 1 } else { NOWHERE }
    }
}

/// A literal of up to eight bytes, or, if it `IS_LONG`, of more.
struct Behind<const IS_LONG: bool>([u64; 3], usize);

impl<W: Window, const IS_LONG: bool> Follower<W> for Behind<IS_LONG> {
    #[inline(always)]
    fn follow(&self, token: W::Token, room: Room<'_>, literal: Option<&Literal>, at: usize) -> usize {
        let &Behind([wanted, fold, mask], length) = self;
        let stands = (W::word(token, room, at) | fold) & mask == wanted;
        let rest_stands = !IS_LONG || literal.is_some_and(|literal| literal.stands_from(&room.block()[at..], 8));
        if stands && rest_stands { at + length } else { NOWHERE }
    }
}

/// So many bytes, which are known to stand there.
struct Found(usize);

impl<W: Window> Follower<W> for Found {
    #[inline(always)]
    fn follow(&self, _: W::Token, _: Room<'_>, _: Option<&Literal>, at: usize) -> usize {
        at + self.0
    }
}

struct Nothing;

impl<W: Window> Taker<W> for Nothing {
    #[inline(always)]
    fn quick(&self, _: W::Token, _: Room<'_>, from: usize, end: usize) -> Option<usize> {
        (from <= end).then_some(from)
    }
}

/// At least so many bytes, up to those that stand `behind` them at the end.
struct Rest {
    least: usize,
    behind: usize,
}

impl<W: Window> Taker<W> for Rest {
    #[inline(always)]
    fn quick(&self, _: W::Token, _: Room<'_>, from: usize, end: usize) -> Option<usize> {
        (from + self.least + self.behind <= end).then(|| end - self.behind)
    }
}

/// A class with `N` ranges.
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

    /// The bits of those bytes of the window at `at` that are not in the class; what is behind the window's size is of no meaning.
    #[inline(always)]
    fn others(&self, token: W::Token, room: Room<'_>, at: usize) -> u64 {
        let bytes = W::load(token, room, at);
        let mut mask = 0;
        for (low, size) in self.ranges {
            mask |= bytes.between(low, size);
        }
        (mask ^ self.outside) & W::BITS
    }

    /// The end of the bytes of the class that stand at `at`, if they end in one window and at `end` or before, and there are any.
    #[inline(always)]
    fn short(&self, token: W::Token, room: Room<'_>, at: usize, end: usize) -> Option<usize> {
        let mut length = W::first(self.others(token, room, at));
        let mut most = W::SIZE;
        if W::SIZE < 16 && N == 1 {
            // Numbers of more than eight digits are not seldom, and stand among shorter ones.
            let next = W::first(self.others(token, room, at + W::SIZE));
            length += std::hint::select_unpredictable(length == W::SIZE, next, 0);
            most += W::SIZE;
        }
        (length.wrapping_sub(1) < most - 1 && at + length <= end).then_some(at + length)
    }

    /// Where the run of bytes of the class from `at` on ends, at `end` or before.
    #[inline(always)]
    fn run(&self, token: W::Token, room: Room<'_>, mut at: usize, end: usize) -> usize {
        while at < end {
            let length = W::first(self.others(token, room, at));
            if length < W::SIZE {
                return (at + length).min(end);
            }
            at += W::SIZE;
        }
        end
    }
}

/// Bytes of a class.
struct Run<W, const N: usize>(Ranges<W, N>);

impl<W: Window, const N: usize> Taker<W> for Run<W, N> {
    #[inline(always)]
    fn quick(&self, token: W::Token, room: Room<'_>, from: usize, end: usize) -> Option<usize> {
        self.0.short(token, room, from, end)
    }

    #[inline(always)]
    fn take(&self, token: W::Token, room: Room<'_>, from: usize, end: usize) -> usize {
        let to = self.0.run(token, room, from, end);
        if to > from { to } else { NOWHERE }
    }
}

/// Signs and digits. `ASKS` for a prefix for a base.
struct Integer<W, const ASKS: bool>(Ranges<W, 1>);

impl<W: Window, const ASKS: bool> Taker<W> for Integer<W, ASKS> {
    #[inline(always)]
    fn quick(&self, token: W::Token, room: Room<'_>, from: usize, end: usize) -> Option<usize> {
        // Most have no sign.
        let to = self.0.short(token, room, from, end)?;
        (!ASKS || to > from + 1).then_some(to)
    }

    #[inline(always)]
    fn take(&self, token: W::Token, room: Room<'_>, from: usize, end: usize) -> usize {
        let block = room.block();
        let mut first = from + usize::from(is_sign(block[from]));
        first += usize::from(first > from && is_sign(block[first]));
        let to = self.0.run(token, room, first, end);
        let is_prefix = ASKS && to == first + 1 && to < end && block[first] == b'0' && is_base(block[to]);
        if to <= first || is_prefix { NOWHERE } else { to }
    }
}

/// A sign, digits, a point, and digits.
struct Decimal<W>(Ranges<W, 1>);

impl<W: Window> Taker<W> for Decimal<W> {
    #[inline(always)]
    fn quick(&self, token: W::Token, room: Room<'_>, from: usize, end: usize) -> Option<usize> {
        if W::SIZE < 16 {
            // A window for each of the two runs of digits.
            let first = from + usize::from(is_sign(room.byte(from)));
            let point = first + W::first(self.0.others(token, room, first));
            let digits = W::first(self.0.others(token, room, point + 1));
            let to = point + 1 + digits;
            let is_whole = digits.wrapping_sub(1) < W::SIZE - 1 && to <= end;
            return (is_whole && room.byte(point) == b'.').then_some(to);
        }
        // Whether it has a sign is not branched on: in some columns every other number has.
        let others = self.0.others(token, room, from) & !1;
        let point = others.trailing_zeros() as usize;
        let to = (others & others.wrapping_sub(1)).trailing_zeros() as usize;
        let is_whole = to < W::SIZE && to > point + 1 && from + to <= end;
        (is_whole && begins_number(room.byte(from)) && room.byte(from + point) == b'.').then_some(from + to)
    }

    #[inline(always)]
    fn take(&self, token: W::Token, room: Room<'_>, from: usize, end: usize) -> usize {
        let block = room.block();
        let first = from + usize::from(is_sign(block[from]));
        let point = self.0.run(token, room, first, end);
        if point >= end || block[point] != b'.' {
            return NOWHERE;
        }
        let to = self.0.run(token, room, point + 1, end);
        if to > point + 1 { to } else { NOWHERE }
    }
}

/// Any bytes, up to a literal of at most `MOST` bytes. It is searched by its rarest byte, and `BY_TWO` by another one.
struct Until<'a, W, const MOST: usize, const BY_TWO: bool> {
    literal: &'a Literal,
    word: [u64; 3],
    /// Where the rarest byte may stand first, from where the field begins, and last, from where the record ends.
    first: usize,
    last: usize,
    /// Where it stands in the literal, what is or-ed to the text, and what must then stand there.
    offset: usize,
    byte: (W, W),
    /// The same for the other byte, from the first one.
    other_offset: isize,
    other: (W, W),
}

impl<'a, W: Window, const MOST: usize, const BY_TWO: bool> Until<'a, W, MOST, BY_TWO> {
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

    /// Where the byte, or both of them, stand in the window at `at`.
    #[inline(always)]
    fn mask(&self, token: W::Token, room: Room<'_>, at: usize) -> u64 {
        let mask = W::load(token, room, at).or(self.byte.0).equal(self.byte.1);
        if !BY_TWO {
            return mask;
        }
        let other = W::load(token, room, at.wrapping_add_signed(self.other_offset));
        mask & other.or(self.other.0).equal(self.other.1)
    }

    /// The same for 64 bytes, whose masks must have one bit for each byte.
    #[inline(always)]
    fn long_mask(&self, token: W::Token, room: Room<'_>, at: usize) -> u64 {
        let mut mask = 0;
        for window in 0..64 / W::SIZE {
            mask |= self.mask(token, room, at + window * W::SIZE) << (window * W::SIZE);
        }
        mask
    }

    /// Where the literal stands first behind `from`, in front of `end`.
    #[inline(always)]
    fn search<const IS_FAR: bool>(&self, token: W::Token, room: Room<'_>, from: usize, end: usize) -> Option<usize> {
        let mut at = from + self.first;
        // The literal ends in its record, or it is none.
        let last = end.wrapping_sub(self.last);
        while at <= last && last < end {
            let mut mask;
            if IS_FAR {
                // A record that comes here has bytes enough behind it for 128 more.
                let masks = (self.long_mask(token, room, at), self.long_mask(token, room, at + 64));
                mask = std::hint::select_unpredictable(masks.0 == 0, masks.1, masks.0);
                at += std::hint::select_unpredictable(masks.0 == 0, 64, 0);
            } else {
                mask = self.mask(token, room, at);
            }
            while mask != 0 {
                let found = at + W::first(mask) - self.offset;
                if self.stands(token, room, found) {
                    return Some(found);
                }
                mask &= mask - 1;
            }
            at += if IS_FAR { 64 } else { W::SIZE };
        }
        None
    }

    /// Whether the literal stands where its byte, or two of them, do.
    #[inline(always)]
    fn stands(&self, token: W::Token, room: Room<'_>, at: usize) -> bool {
        let [wanted, fold, mask] = self.word;
        match MOST {
            1 => true,
            2 if BY_TWO => true,
            2..=8 => (W::word(token, room, at) | fold) & mask == wanted,
            _ => self.literal.stands_at(room.block(), at),
        }
    }
}

impl<W: Window, const MOST: usize, const BY_TWO: bool> Taker<W> for Until<'_, W, MOST, BY_TWO> {
    #[inline(always)]
    fn quick(&self, token: W::Token, room: Room<'_>, from: usize, end: usize) -> Option<usize> {
        self.search::<false>(token, room, from, end)
    }
}

/// The same where the literal is now in one window, now in another: 128 bytes are looked at without asking in which one it is, since a
/// CPU cannot foresee that.
struct Far<T>(T);

impl<W: Window, const MOST: usize, const BY_TWO: bool> Taker<W> for Far<Until<'_, W, MOST, BY_TWO>> {
    #[inline(always)]
    fn quick(&self, token: W::Token, room: Room<'_>, from: usize, end: usize) -> Option<usize> {
        self.0.search::<true>(token, room, from, end)
    }
}
