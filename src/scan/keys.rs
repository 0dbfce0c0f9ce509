//! The keys of `kv(…)`: where their values stand in the text of its group.

use parsimd_simd::Span;

use crate::{
    engine::captures::ABSENT,
    pattern::{Field, Pairs},
};

/// Writes to `found` where the value of each key of `field` stands, quotes and all, when its text begins at byte `base`; [`ABSENT`] for a key that is
/// not there. Of two pairs with one key the first counts.
pub(super) fn find(field: &Field, text: &[u8], base: u32, found: &mut [Span]) {
    found.fill(ABSENT);
    if field.is_null(text) {
        return;
    }
    let (mut left, mut next) = (field.keys.len(), 0);
    for pair in Pairs::new(text) {
        let is_key = |number: usize| field.keys.get(number).is_some_and(|key| key.is(pair.key(text)));
        // The keys of a log come in one order, mostly.
        let number = if is_key(next) { Some(next) } else { (0..field.keys.len()).find(|&number| is_key(number)) };
        let Some(number) = number else { continue };
        next = number + 1;
        if found[number] == ABSENT {
            let (start, end) = pair.value();
            // A text has less than 4 GiB.
            found[number] = Span::new(base + start as u32, base + end as u32);
            left -= 1;
            if left == 0 {
                break;
            }
        }
    }
}
