//! The most frequent texts, in bounded memory: exactly up to 1,000 different ones, else those of which there are more than two in a thousand.
//!
//! The algorithm of Misra and Gries (*Finding repeated elements*, 1982): there are 1,000 counters. A text without one takes a free one; where none is free, one is taken off
//! each, and those at zero are free again. So a count is too low by no more than how often that was done, which is at most a thousandth of all.

use std::collections::HashMap;

/// How many texts are counted.
const COUNTERS: usize = 1000;

/// Counts texts.
#[derive(Debug, Default)]
pub(super) struct Frequent {
    counts: HashMap<Vec<u8>, u64>,
    /// How much too low a count may be.
    missed: u64,
    total: u64,
}

/// A text, and the share that it has of all, from 0 to 1.
pub(super) type Share<'f> = (&'f [u8], f64);

impl Frequent {
    pub(super) fn add(&mut self, text: &[u8]) {
        self.total += 1;
        if let Some(count) = self.counts.get_mut(text) {
            *count += 1;
        } else if self.counts.len() < COUNTERS {
            self.counts.insert(text.to_vec(), 1);
        } else {
            self.missed += 1;
            self.counts.retain(|_, count| {
                *count -= 1;
                *count > 0
            });
        }
    }

    /// Whether the counts are exact.
    pub(super) fn is_exact(&self) -> bool {
        self.missed == 0
    }

    /// The most frequent, at most so many; where counts are not exact, those that are surely more frequent than any that was missed.
    pub(super) fn first(&self, most: usize) -> Vec<Share<'_>> {
        let mut found: Vec<(&Vec<u8>, &u64)> = self.counts.iter().filter(|(_, count)| **count > self.missed).collect();
        found.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        found.into_iter().take(most).map(|(text, count)| (&**text, *count as f64 / self.total as f64)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_texts_are_counted_exactly() {
        let mut frequent = Frequent::default();
        ["a", "b", "a", "c", "a", "c"].into_iter().for_each(|text| frequent.add(text.as_bytes()));
        assert!(frequent.is_exact());
        assert_eq!(frequent.first(2), [(&b"a"[..], 0.5), (&b"c"[..], 1.0 / 3.0)]);
    }

    #[test]
    fn of_many_texts_those_that_are_frequent_are_found_and_no_other() {
        let mut frequent = Frequent::default();
        for n in 0..100_000_u32 {
            let text = match n % 100 {
                0..10 => "ten".to_owned(),
                10..13 => "three".to_owned(),
                _ => n.to_string(),
            };
            frequent.add(text.as_bytes());
        }
        assert!(!frequent.is_exact());
        let found = frequent.first(5);
        assert_eq!(found.iter().map(|(text, _)| *text).collect::<Vec<_>>(), [&b"ten"[..], b"three"]);
        for ((_, share), wanted) in found.into_iter().zip([0.1, 0.03]) {
            assert!(share <= wanted && wanted - share <= 0.001, "{share} for {wanted}");
        }
    }
}
