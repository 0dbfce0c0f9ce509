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

/// See `Kernels::anchor`.
#[inline(always)]
pub(crate) fn anchor<V: Vector>(token: V::Token, block: &[u8], literal: &Literal, out: &mut Vec<u32>) {
    every::<V, _>(token, block, literal, &mut (), |at| {
        out.push(at as u32);
        false
    });
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
    let passed = every::<V, _>(token, block, literal, &mut lines, |at| {
        out.push(at as u32);
        false
    });
    let (count, rest) = (lines.finish(token), scalar::anchor::lines(&block[passed..]));
    LineCount {
        newlines: count.newlines + rest.newlines,
        is_ascii: count.is_ascii && rest.is_ascii,
        has_nul: count.has_nul || rest.has_nul,
    }
}

/// See `Kernels::find`.
#[inline(always)]
pub(crate) fn find<V: Vector>(token: V::Token, block: &[u8], literal: &Literal) -> usize {
    let mut found = block.len();
    every::<V, _>(token, block, literal, &mut (), |at| {
        found = at;
        true
    });
    found
}

/// Calls `is_enough` with each place where the literal begins, in order, until it returns true. Returns how many bytes were observed.
#[inline(always)]
fn every<V: Vector, O: Observe<V>>(
    token: V::Token,
    block: &[u8],
    literal: &Literal,
    observer: &mut O,
    mut is_enough: impl FnMut(usize) -> bool,
) -> usize {
    let ((first, second), third) = (literal.pair(), literal.third());
    let one = FoldedByte::<V>::new(token, literal.wanted(first));
    let two = FoldedByte::<V>::new(token, literal.wanted(second));
    let three = FoldedByte::<V>::new(token, literal.wanted(third));
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
                places[step] = pair.and(three.places(token, &thirds[step]));
                any = any.or(places[step]);
            }
            if !any.is_zero() {
                let mut masks = [0; STEPS];
                for step in 0..STEPS {
                    masks[step] = places[step].sign_mask();
                }
                if verify(block, literal, masks, base, &mut is_enough) {
                    return base;
                }
            }
            base += 64 * STEPS;
        }
        for (((text, firsts), seconds), thirds) in text_rest.iter().zip(first_rest).zip(second_rest).zip(third_rest) {
            observer.observe(token, text);
            let pair = one.places(token, firsts).and(two.places(token, seconds));
            let mask = pair.and(three.places(token, thirds)).sign_mask();
            if mask != 0 && verify(block, literal, [mask, 0, 0, 0], base, &mut is_enough) {
                return base;
            }
            base += 64;
        }
    }
    scalar::anchor::every(block, base, literal, is_enough);
    base
}

/// Compares the whole literal at the candidates in `masks`, the first of which is at `base`. Calls `is_enough` with each place where it begins,
/// until it returns true; returns whether it did.
///
/// Not inlined: it would take registers from the loop, in which candidates are rare.
#[cold]
#[inline(never)]
fn verify(
    block: &[u8],
    literal: &Literal,
    mut masks: [u64; STEPS],
    base: usize,
    is_enough: &mut impl FnMut(usize) -> bool,
) -> bool {
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
        if literal.stands_at(block, at) && is_enough(at) {
            return true;
        }
        masks[step] &= masks[step].wrapping_sub(1);
    }
}
