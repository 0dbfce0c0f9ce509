//! Literals: two of their bytes are searched for at their distance, 64 places at once, and the rest is compared where
//! both stand.
//!
//! ```text
//! literal    F a i l e d   p a s s w o r d       pair: F at 0, w at 11
//! text       … : ␣ F a i l e d ␣ p a s s w o r d …
//! vector 1   text[i + 0 …]  = F?    0 0 1 0 0 0 …
//! vector 2   text[i + 11 …] = w?    0 0 1 0 0 0 …      and: place 2 is looked at
//! ```

use crate::anchor::Anchor;
use crate::scalar;
use crate::vector::Vector;

/// How many vectors are looked at before the first branch.
const STEPS: usize = 4;

/// See `Kernels::anchor`.
#[inline(always)]
pub(crate) fn anchor<V: Vector>(token: V::Token, block: &[u8], anchor: &Anchor, out: &mut Vec<u32>) {
    let (first, second) = anchor.pair();
    let [one, two] = [first, second].map(|offset| {
        let (fold, byte) = anchor.wanted(offset);
        (V::splat(token, fold), V::splat(token, byte))
    });
    let places = |firsts: &[u8; 64], seconds: &[u8; 64]| {
        let firsts = V::load(token, firsts).or(one.0).eq_mask(one.1);
        firsts & V::load(token, seconds).or(two.0).eq_mask(two.1)
    };
    let mut look = |mut mask: u64, base: usize| {
        while mask != 0 {
            let at = base + mask.trailing_zeros() as usize;
            if anchor.stands_at(block, at) {
                out.push(at as u32);
            }
            mask &= mask - 1;
        }
    };

    let mut base = 0;
    if let (Some(firsts), Some(seconds)) = (block.get(first..), block.get(second..)) {
        let (firsts, seconds) = (firsts.as_chunks::<64>().0, seconds.as_chunks::<64>().0);
        let (firsts, seconds) = (&firsts[..seconds.len()], seconds);
        let (groups, rest) = firsts.as_chunks::<STEPS>();
        let (second_groups, second_rest) = seconds.as_chunks::<STEPS>();
        for (firsts, seconds) in groups.iter().zip(second_groups) {
            let masks: [u64; STEPS] = std::array::from_fn(|step| places(&firsts[step], &seconds[step]));
            if masks.iter().fold(0, |any, mask| any | mask) != 0 {
                for (step, mask) in masks.into_iter().enumerate() {
                    look(mask, base + 64 * step);
                }
            }
            base += 64 * STEPS;
        }
        for (firsts, seconds) in rest.iter().zip(second_rest) {
            look(places(firsts, seconds), base);
            base += 64;
        }
    }
    scalar::anchor::from(block, base, anchor, out);
}
