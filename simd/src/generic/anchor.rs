//! Literals: three of their bytes are searched for at their distances, 64 places at once, and the rest is compared where
//! all stand.
//!
//! ```text
//! literal    F a i l e d   p a s s w o r d       F at 0, p at 7, w at 11
//! text       … : ␣ F a i l e d ␣ p a s s w o r d …
//! vector 1   text[i + 0 …]  = F?    0 0 1 0 0 0 …
//! vector 2   text[i + 7 …]  = p?    0 0 1 0 0 0 …
//! vector 3   text[i + 11 …] = w?    0 0 1 0 0 0 …      and: place 2 is looked at
//! ```
//!
//! Two bytes would do for most literals. But words repeat (`f` and `l` of `failed` stand in each `failure` too), and a branch that is not
//! foreseen costs more than the third comparison: memory is what such a search waits for.

use super::AHEAD;
use super::index;
use crate::literal::Literal;
use crate::scalar;
use crate::vector::Vector;

/// How many vectors are looked at before the first branch.
const STEPS: usize = 4;

/// A byte to search for: what to or to the text, and what must then stand there.
struct Wanted<V> {
    fold: V,
    byte: V,
}

impl<V: Vector> Wanted<V> {
    #[inline(always)]
    fn new(token: V::Token, (fold, byte): (u8, u8)) -> Wanted<V> {
        Wanted { fold: V::splat(token, fold), byte: V::splat(token, byte) }
    }

    #[inline(always)]
    fn places(&self, token: V::Token, text: &[u8; 64]) -> V {
        V::load(token, text).or(self.fold).equal(self.byte)
    }
}

/// What else is taken note of while the text passes.
///
/// A trait and not a closure, for the reason of `index::Classify`.
trait Note<V: Vector> {
    fn take(&mut self, token: V::Token, text: &[u8; 64]);
}

impl<V: Vector> Note<V> for () {
    #[inline(always)]
    fn take(&mut self, _token: V::Token, _text: &[u8; 64]) {}
}

impl<V: Vector> Note<V> for index::Lines<V> {
    #[inline(always)]
    fn take(&mut self, token: V::Token, text: &[u8; 64]) {
        self.add(V::load(token, text));
    }
}

/// See `Kernels::anchor`.
#[inline(always)]
pub(crate) fn anchor<V: Vector>(token: V::Token, block: &[u8], anchor: &Literal, out: &mut Vec<u32>) {
    every::<V, _>(token, block, anchor, &mut (), |at| {
        out.push(at as u32);
        false
    });
}

/// See `Kernels::anchor_and_newlines`.
#[inline(always)]
pub(crate) fn anchor_and_newlines<V: Vector>(
    token: V::Token,
    block: &[u8],
    anchor: &Literal,
    out: &mut Vec<u32>,
) -> (usize, bool) {
    let mut lines = index::Lines::<V>::new(token);
    let passed = every::<V, _>(token, block, anchor, &mut lines, |at| {
        out.push(at as u32);
        false
    });
    let (newlines, is_ascii) = lines.finish();
    let (more, is_rest_ascii) = scalar::anchor::newlines(&block[passed..]);
    (newlines + more, is_ascii && is_rest_ascii)
}

/// See `Kernels::find`.
#[inline(always)]
pub(crate) fn find<V: Vector>(token: V::Token, block: &[u8], anchor: &Literal) -> usize {
    let mut found = block.len();
    every::<V, _>(token, block, anchor, &mut (), |at| {
        found = at;
        true
    });
    found
}

/// Calls `is_enough` with each place where the literal stands, in order, until it says yes. Says how many bytes were taken note of.
#[inline(always)]
fn every<V: Vector, N: Note<V>>(
    token: V::Token,
    block: &[u8],
    anchor: &Literal,
    note: &mut N,
    mut is_enough: impl FnMut(usize) -> bool,
) -> usize {
    let ((first, second), third) = (anchor.pair(), anchor.third());
    let one = Wanted::<V>::new(token, anchor.wanted(first));
    let two = Wanted::<V>::new(token, anchor.wanted(second));
    let three = Wanted::<V>::new(token, anchor.wanted(third));
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
                note.take(token, &texts[step]);
                let pair = one.places(token, &firsts[step]).and(two.places(token, &seconds[step]));
                places[step] = pair.and(three.places(token, &thirds[step]));
                any = any.or(places[step]);
            }
            if !any.is_zero() {
                let mut masks = [0; STEPS];
                for step in 0..STEPS {
                    masks[step] = places[step].sign_mask();
                }
                if look(block, anchor, masks, base, &mut is_enough) {
                    return base;
                }
            }
            base += 64 * STEPS;
        }
        for (((text, firsts), seconds), thirds) in text_rest.iter().zip(first_rest).zip(second_rest).zip(third_rest) {
            note.take(token, text);
            let pair = one.places(token, firsts).and(two.places(token, seconds));
            let mask = pair.and(three.places(token, thirds)).sign_mask();
            if mask != 0 && look(block, anchor, [mask, 0, 0, 0], base, &mut is_enough) {
                return base;
            }
            base += 64;
        }
    }
    scalar::anchor::every(block, base, anchor, is_enough);
    base
}

/// Calls `is_enough` with those places of `masks`, of which the first is at `base`, where the whole literal stands, until it says yes; whether
/// it did. One mask or more has a place. Not inlined: it would take registers from the loop that has no hits.
#[cold]
#[inline(never)]
fn look(
    block: &[u8],
    anchor: &Literal,
    mut masks: [u64; STEPS],
    base: usize,
    is_enough: &mut impl FnMut(usize) -> bool,
) -> bool {
    loop {
        // Which one is the first with a place, without a branch: mostly there is one place, and nobody can foresee where.
        let (mut step, mut all) = (0, masks[0]);
        for &mask in &masks[1..] {
            step += usize::from(all == 0);
            all |= mask;
        }
        if all == 0 {
            return false;
        }
        let at = base + 64 * step + masks[step].trailing_zeros() as usize;
        if anchor.stands_at(block, at) && is_enough(at) {
            return true;
        }
        masks[step] &= masks[step].wrapping_sub(1);
    }
}
