//! A histogram of values whose range is not known before, in bounded memory.
//!
//! There are 512 bins of one width. Where a value lies outside of them, the width is doubled, and two neighbours become one, until it lies inside. The edges
//! are multiples of the width, so the order of the values makes no difference.

/// How many bins there are.
const BINS: usize = 512;
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Counts numbers. NaN and the infinities are left out.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    /// Of a bin; a power of two.
    width: f64,
    /// Which multiple of the width the first bin begins at.
    first: f64,
    counts: Vec<u64>,
    least: f64,
    greatest: f64,
}

impl Histogram {
    pub(super) fn add(&mut self, value: f64) {
        if !value.is_finite() {
            return;
        }
        if self.counts.is_empty() {
            self.counts = vec![0; BINS];
            // So small that what follows decides the width, and not so small that a multiple is lost.
            self.width = 2_f64.powi((value.abs().max(1e-300).log2().floor() as i32 - 40).max(-1000));
            self.first = (value / self.width).floor() - (BINS / 2) as f64;
            (self.least, self.greatest) = (value, value);
        }
        (self.least, self.greatest) = (self.least.min(value), self.greatest.max(value));
        let mut at = (value / self.width).floor() - self.first;
        while !(0.0..BINS as f64).contains(&at) {
            self.widen();
            at = (value / self.width).floor() - self.first;
        }
        self.counts[at as usize] += 1;
    }

    /// Doubles the width.
    fn widen(&mut self) {
        let first = (self.first / 2.0).floor();
        let middle = first - (BINS / 4) as f64;
        let mut counts = vec![0; BINS];
        for (at, count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let bin = ((self.first + at as f64) / 2.0).floor() - middle;
            counts[bin as usize] += count;
        }
        (self.width, self.first, self.counts) = (self.width * 2.0, middle, counts);
    }

    /// How many values there are in each of `columns` parts of the range, from the least to the greatest.
    pub(super) fn parts(&self, columns: usize) -> Vec<u64> {
        let mut parts = vec![0; columns];
        let range = self.greatest - self.least;
        for (at, &count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let middle = (self.first + at as f64 + 0.5) * self.width;
            let part = if range > 0.0 { (middle - self.least) / range * columns as f64 } else { 0.0 };
            parts[(part.max(0.0) as usize).min(columns.saturating_sub(1))] += count;
        }
        parts
    }

    /// The parts as blocks whose height is the count; a part with a few has the lowest block, one with none a blank.
    pub(super) fn draw(&self, columns: usize) -> String {
        if self.counts.is_empty() || self.least == self.greatest || columns == 0 {
            return String::new();
        }
        blocks(&self.parts(columns))
    }

    /// Whether nearly all values are in the first twentieth of the range.
    pub(super) fn is_steep(&self) -> bool {
        let parts = self.parts(20);
        10 * parts[0] >= 9 * parts.iter().sum::<u64>()
    }
}

/// Counts as blocks.
pub(super) fn blocks(parts: &[u64]) -> String {
    let most = parts.iter().copied().max().unwrap_or(1).max(1);
    let block = |&count: &u64| match count {
        0 => ' ',
        _ => BLOCKS[((count as f64 / most as f64 * BLOCKS.len() as f64).ceil() as usize - 1).min(BLOCKS.len() - 1)],
    };
    parts.iter().map(block).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_in_their_part_of_the_range_whatever_comes_first() {
        for values in [vec![0.0, 10.0, 10.0, 100.0], vec![100.0, 10.0, 0.0, 10.0], vec![10.0, 100.0, 10.0, 0.0]] {
            let mut histogram = Histogram::default();
            values.into_iter().for_each(|value| histogram.add(value));
            assert_eq!(histogram.parts(10)[0] + histogram.parts(10)[1], 3);
            assert_eq!(histogram.parts(10)[9], 1);
        }
        let mut even = Histogram::default();
        (0..10_000).for_each(|n| even.add(1.4e15 + f64::from(n * 7919 % 10_000) * 1e6));
        assert!(even.parts(8).iter().all(|count| (1200..1300).contains(count)), "{:?}", even.parts(8));
        assert_eq!(even.draw(8), "████████");
    }

    #[test]
    fn every_finite_value_has_a_bin() {
        let mut histogram = Histogram::default();
        for value in [0.0, f64::MAX, f64::MIN, f64::MIN_POSITIVE, 1.0, f64::NAN, f64::INFINITY] {
            histogram.add(value);
        }
        assert_eq!(histogram.counts.iter().sum::<u64>(), 5);
    }
}
