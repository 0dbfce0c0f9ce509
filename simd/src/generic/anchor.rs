//! Search for a literal: three of its bytes are compared at their distances, at 64 places at once, and the whole literal only where all
//! three match.
//!
//! ```text
//! literal    F a i l e d   p a s s w o r d       F at 0, p at 7, w at 11
//! text       … : ␣ F a i l e d ␣ p a s s w o r d …
//! vector 1   text[i + 0 …]  = F?    0 0 1 0 0 0 …
//! vector 2   text[i + 7 …]  = p?    0 0 1 0 0 0 …
//! vector 3   text[i + 11 …] = w?    0 0 1 0 0 0 …      and: place 2 is a candidate
//! ```
//!
//! Two bytes would do for most literals. But words repeat: `f` and `l` of `failed` are in each `failure` too. A mispredicted branch for such
//! a candidate costs more than the third comparison, which is nearly free, since the search waits for memory.
//!
//! Which three bytes, [`literal`](crate::literal) decides: the rarest in logs.

use super::AHEAD;
use super::index;
use crate::byte_set::ByteSet;
use crate::kernels::LineCount;
use crate::literal::Literal;
use crate::scalar;
use crate::vector::Vector;

/// How many vectors are compared before the first branch.
const STEPS: usize = 4;

/// A byte to search for, as vectors: what is or-ed to the text, and what the text must then be.
struct FoldedByte<V> {
    fold: V,
    byte: V,
}

impl<V: Vector> FoldedByte<V> {
    #[inline(always)]
    fn new(token: V::Token, (fold, byte): (u8, u8)) -> FoldedByte<V> {
        FoldedByte { fold: V::splat(token, fold), byte: V::splat(token, byte) }
    }

    #[inline(always)]
    fn places(&self, token: V::Token, text: &[u8; 64]) -> V {
        V::load(token, text).or(self.fold).equal(self.byte)
    }
}

/// The last of the three comparisons: of a byte of the literal, or of the byte after it with a set.
///
/// A trait and not a closure, for the same reason as `index::Classify`.
trait Third<V: Vector> {
    /// Those of `places` where the byte is wanted.
    fn among(&self, token: V::Token, text: &[u8; 64], places: V) -> V;
}

impl<V: Vector> Third<V> for FoldedByte<V> {
    #[inline(always)]
    fn among(&self, token: V::Token, text: &[u8; 64], places: V) -> V {
        places.and(self.places(token, text))
    }
}

impl<V: Vector> Third<V> for index::InSet<V> {
    #[inline(always)]
    fn among(&self, token: V::Token, text: &[u8; 64], places: V) -> V {
        places.and_not(self.others(V::load(token, text)))
    }
}

/// Sees each vector of text that the search goes through.
///
/// A trait and not a closure, for the same reason as `index::Classify`.
trait Observe<V: Vector> {
    fn observe(&mut self, token: V::Token, text: &[u8; 64]);
}

impl<V: Vector> Observe<V> for () {
    #[inline(always)]
    fn observe(&mut self, _token: V::Token, _text: &[u8; 64]) {}
}

impl<V: Vector> Observe<V> for index::Lines<V> {
    #[inline(always)]
    fn observe(&mut self, token: V::Token, text: &[u8; 64]) {
        self.add(V::load(token, text));
    }
}

/// What is done with the places that are found. A trait, for the same reason.
trait Found {
    /// Sees the places whose bits are set in `masks`, the first of which is at `base`; returns true to end the search.
    fn add(&mut self, masks: [u64; STEPS], base: usize) -> bool;
}

/// Places that are compared with the whole literal, and are few.
struct Verified<'b, F> {
    block: &'b [u8],
    literal: &'b Literal,
    /// Called with each place where the literal begins, in order, until it returns true.
    is_enough: F,
}

impl<F: FnMut(usize) -> bool> Found for Verified<'_, F> {
    #[inline(always)]
    fn add(&mut self, masks: [u64; STEPS], base: usize) -> bool {
        self.verify(masks, base)
    }
}

impl<F: FnMut(usize) -> bool> Verified<'_, F> {
    /// Not inlined: it would take registers from the loop, in which candidates are rare.
    #[cold]
    #[inline(never)]
    fn verify(&mut self, mut masks: [u64; STEPS], base: usize) -> bool {
        loop {
            // The first mask with a candidate, without a branch: mostly there is one candidate, and a CPU cannot predict in which mask.
            let (mut step, mut all) = (0, masks[0]);
            for &mask in &masks[1..] {
                step += usize::from(all == 0);
                all |= mask;
            }
            if all == 0 {
                return false;
            }
            let at = base + 64 * step + masks[step].trailing_zeros() as usize;
            if self.literal.stands_at(self.block, at) && (self.is_enough)(at) {
                return true;
            }
            masks[step] &= masks[step].wrapping_sub(1);
        }
    }
}

/// How many places are collected before the whole literal is compared with each.
const BATCH: usize = 1024;

/// Places that are collected, and are many: one in most groups of vectors, two in few.
struct Collected<'b> {
    places: [u32; BATCH],
    count: usize,
    block: &'b [u8],
    literal: &'b Literal,
    out: &'b mut Vec<u32>,
}

impl Found for Collected<'_> {
    #[inline(always)]
    fn add(&mut self, masks: [u64; STEPS], base: usize) -> bool {
        if self.count > BATCH - 64 * STEPS {
            self.flush();
        }
        let has_two = masks.iter().fold(0, |any, mask| any | (mask & mask.wrapping_sub(1)));
        for (step, mut mask) in masks.into_iter().enumerate() {
            // Without a branch, as no CPU can predict which masks are zero. Then what is written here is not counted.
            loop {
                let at = base + 64 * step + mask.trailing_zeros() as usize;
                self.places[self.count % BATCH] = at as u32;
                self.count += usize::from(mask != 0);
                mask &= mask.wrapping_sub(1);
                if has_two == 0 || mask == 0 {
                    break;
                }
            }
        }
        false
    }
}

impl Collected<'_> {
    /// The three bytes are all that there is to be compared of a literal of two.
    #[inline(never)]
    fn flush(&mut self) {
        let places = &self.places[..self.count];
        if self.literal.len() <= 2 {
            self.out.extend_from_slice(places);
        } else {
            self.out.extend(places.iter().filter(|&&at| self.literal.stands_at(self.block, at as usize)));
        }
        self.count = 0;
    }
}

/// See `Kernels::anchor`.
#[inline(always)]
pub(crate) fn anchor<V: Vector>(token: V::Token, block: &[u8], literal: &Literal, out: &mut Vec<u32>) {
    all::<V, _>(token, block, literal, out, &mut ());
}

/// See `Kernels::anchor_and_newlines`.
#[inline(always)]
pub(crate) fn anchor_and_newlines<V: Vector>(
    token: V::Token,
    block: &[u8],
    literal: &Literal,
    out: &mut Vec<u32>,
) -> LineCount {
    let mut lines = index::Lines::<V>::new(token);
    let passed = all::<V, _>(token, block, literal, out, &mut lines);
    lines.finish(token).with(scalar::anchor::lines(&block[passed..]))
}

/// Appends each place of the literal. Returns how many bytes were observed.
#[inline(always)]
fn all<V: Vector, O: Observe<V>>(
    token: V::Token,
    block: &[u8],
    literal: &Literal,
    out: &mut Vec<u32>,
    observer: &mut O,
) -> usize {
    let mut push = |at| {
        out.push(at as u32);
        false
    };
    let found = &mut Verified { block, literal, is_enough: &mut push };
    let passed = search::<V, _, _, _>(token, block, literal, &third(token, literal), observer, found).passed;
    scalar::anchor::every(block, passed, literal, push);
    passed
}

/// See `Kernels::anchor_before`.
#[inline(always)]
pub(crate) fn anchor_before<V: Vector>(
    token: V::Token,
    block: &[u8],
    literal: &Literal,
    set: &ByteSet,
    out: &mut Vec<u32>,
) -> LineCount {
    let mut lines = index::Lines::<V>::new(token);
    let next = (literal.len(), index::InSet::new(token, set));
    let mut found = Collected { places: [0; BATCH], count: 0, block, literal, out };
    let passed = search::<V, _, _, _>(token, block, literal, &next, &mut lines, &mut found).passed;
    found.flush();
    scalar::anchor::every_before(block, passed, literal, set, out);
    lines.finish(token).with(scalar::anchor::lines(&block[passed..]))
}

/// See `Kernels::find`.
#[inline(always)]
pub(crate) fn find<V: Vector>(token: V::Token, block: &[u8], literal: &Literal) -> usize {
    let mut place = block.len();
    let mut is_first = |at| {
        place = at;
        true
    };
    let found = &mut Verified { block, literal, is_enough: &mut is_first };
    let searched = search::<V, _, _, _>(token, block, literal, &third(token, literal), &mut (), found);
    if !searched.is_ended {
        scalar::anchor::every(block, searched.passed, literal, is_first);
    }
    place
}

/// The third byte of the literal, with its offset.
#[inline(always)]
fn third<V: Vector>(token: V::Token, literal: &Literal) -> (usize, FoldedByte<V>) {
    (literal.third(), FoldedByte::new(token, literal.wanted(literal.third())))
}

/// How far a search has come.
struct Searched {
    /// The places before this one were looked at, and the bytes observed.
    passed: usize,
    /// Whether it was ended there.
    is_ended: bool,
}

/// Hands to `found` the places where two bytes of the literal stand, and a third that `three` wants, at the distance `third`: all that have
/// whole vectors of text at each of them.
#[inline(always)]
fn search<V: Vector, T: Third<V>, O: Observe<V>, F: Found>(
    token: V::Token,
    block: &[u8],
    literal: &Literal,
    (third, three): &(usize, T),
    observer: &mut O,
    found: &mut F,
) -> Searched {
    let ((first, second), third) = (literal.pair(), *third);
    let one = FoldedByte::<V>::new(token, literal.wanted(first));
    let two = FoldedByte::<V>::new(token, literal.wanted(second));
    let zero = V::splat(token, 0);
    let mut base = 0;
    if let (Some(firsts), Some(seconds), Some(thirds)) = (block.get(first..), block.get(second..), block.get(third..)) {
        let (firsts, seconds, thirds) = (firsts.as_chunks::<64>().0, seconds.as_chunks().0, thirds.as_chunks().0);
        let count = seconds.len().min(thirds.len());
        let texts = &block.as_chunks().0[..count];
        let (text_groups, text_rest) = texts.as_chunks::<STEPS>();
        let (first_groups, first_rest) = firsts[..count].as_chunks::<STEPS>();
        let (second_groups, second_rest) = seconds[..count].as_chunks::<STEPS>();
        let (third_groups, third_rest) = thirds[..count].as_chunks::<STEPS>();
        for (((texts, firsts), seconds), thirds) in
            text_groups.iter().zip(first_groups).zip(second_groups).zip(third_groups)
        {
            let mut places = [zero; STEPS];
            let mut any = zero;
            for step in 0..STEPS {
                V::prefetch(token, &texts[step], AHEAD);
                observer.observe(token, &texts[step]);
                let pair = one.places(token, &firsts[step]).and(two.places(token, &seconds[step]));
                places[step] = three.among(token, &thirds[step], pair);
                any = any.or(places[step]);
            }
            if !any.is_zero() {
                let mut masks = [0; STEPS];
                for step in 0..STEPS {
                    masks[step] = places[step].sign_mask();
                }
                if found.add(masks, base) {
                    return Searched { passed: base, is_ended: true };
                }
            }
            base += 64 * STEPS;
        }
        for (((text, firsts), seconds), thirds) in text_rest.iter().zip(first_rest).zip(second_rest).zip(third_rest) {
            observer.observe(token, text);
            let pair = one.places(token, firsts).and(two.places(token, seconds));
            let mask = three.among(token, thirds, pair).sign_mask();
            if mask != 0 && found.add([mask, 0, 0, 0], base) {
                return Searched { passed: base, is_ended: true };
            }
            base += 64;
        }
    }
    Searched { passed: base, is_ended: false }
}
