//! Literals: two of their bytes are searched for at their distance, 64 places at once, and the rest is compared where
//! both stand.
//!
//! ```text
//! literal    F a i l e d   p a s s w o r d       pair: F at 0, w at 11
//! text       … : ␣ F a i l e d ␣ p a s s w o r d …
//! vector 1   text[i + 0 …]  = F?    0 0 1 0 0 0 …
//! vector 2   text[i + 11 …] = w?    0 0 1 0 0 0 …      and: place 2 is looked at
//! ```

use super::AHEAD;
use crate::literal::Literal;
use crate::scalar;
use crate::vector::Vector;

/// How many vectors are looked at before the first branch.
const STEPS: usize = 4;

/// One byte of the pair: what to or to the text, and what must then stand there.
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

/// See `Kernels::anchor`.
#[inline(always)]
pub(crate) fn anchor<V: Vector>(token: V::Token, block: &[u8], anchor: &Literal, out: &mut Vec<u32>) {
    every::<V>(token, block, anchor, |at| {
        out.push(at as u32);
        false
    });
}

/// See `Kernels::find`.
#[inline(always)]
pub(crate) fn find<V: Vector>(token: V::Token, block: &[u8], anchor: &Literal) -> usize {
    let mut found = block.len();
    every::<V>(token, block, anchor, |at| {
        found = at;
        true
    });
    found
}

/// Calls `is_enough` with each place where the literal stands, in order, until it says yes.
#[inline(always)]
fn every<V: Vector>(token: V::Token, block: &[u8], anchor: &Literal, mut is_enough: impl FnMut(usize) -> bool) {
    let (first, second) = anchor.pair();
    let one = Wanted::<V>::new(token, anchor.wanted(first));
    let two = Wanted::<V>::new(token, anchor.wanted(second));
    let zero = V::splat(token, 0);
    let mut base = 0;
    if let (Some(firsts), Some(seconds)) = (block.get(first..), block.get(second..)) {
        let (firsts, seconds) = (firsts.as_chunks::<64>().0, seconds.as_chunks::<64>().0);
        let (groups, rest) = firsts[..seconds.len()].as_chunks::<STEPS>();
        let (second_groups, second_rest) = seconds.as_chunks::<STEPS>();
        for (firsts, seconds) in groups.iter().zip(second_groups) {
            let mut places = [zero; STEPS];
            let mut any = zero;
            for step in 0..STEPS {
                V::prefetch(token, &seconds[step], AHEAD);
                places[step] = one.places(token, &firsts[step]).and(two.places(token, &seconds[step]));
                any = any.or(places[step]);
            }
            if !any.is_zero() {
                // One more byte settles most of these, without a branch for each.
                let thirds = block.get(base + anchor.third()..).and_then(|text| text.as_chunks().0.first_chunk());
                if let Some(thirds) = thirds {
                    let thirds: &[[u8; 64]; STEPS] = thirds;
                    let three = Wanted::<V>::new(token, anchor.wanted(anchor.third()));
                    for step in 0..STEPS {
                        places[step] = places[step].and(three.places(token, &thirds[step]));
                    }
                }
                for (step, places) in places.into_iter().enumerate() {
                    if look(block, anchor, places.sign_mask(), base + 64 * step, &mut is_enough) {
                        return;
                    }
                }
            }
            base += 64 * STEPS;
        }
        for (firsts, seconds) in rest.iter().zip(second_rest) {
            let places = one.places(token, firsts).and(two.places(token, seconds));
            if look(block, anchor, places.sign_mask(), base, &mut is_enough) {
                return;
            }
            base += 64;
        }
    }
    scalar::anchor::every(block, base, anchor, is_enough);
}

/// Calls `is_enough` with those places of `mask` where the whole literal stands, until it says yes; whether it did.
#[inline]
fn look(block: &[u8], anchor: &Literal, mut mask: u64, base: usize, is_enough: &mut impl FnMut(usize) -> bool) -> bool {
    while mask != 0 {
        let at = base + mask.trailing_zeros() as usize;
        if anchor.stands_at(block, at) && is_enough(at) {
            return true;
        }
        mask &= mask - 1;
    }
    false
}
