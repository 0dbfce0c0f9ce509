//! Quantiles in bounded memory: exact up to 512 different values, else within 1 % of the value.
//!
//! Past that, a value is counted in the bin of its logarithm, as DDSketch does (Masson, Rim and Lee, 2019): bin *i* has the values from γⁱ⁻¹ to γⁱ, with
//! γ = 1.01/0.99, and is shown as a value that is within 1 % of all of them.

use std::collections::BTreeMap;

const EXACT: usize = 512;
const GAMMA: f64 = 1.01 / 0.99;

/// Takes numbers, and knows their quantiles. NaN is left out.
#[derive(Debug)]
pub(super) enum Quantiles {
    /// How often each value is there.
    Exact(BTreeMap<Ordered, u64>),
    /// How many values each bin has.
    Bins(BTreeMap<Bin, u64>),
}

/// The number of a bin, in the order of the values: that of a negative value is minus that of its opposite, and that of zero is 0.
type Bin = i32;

/// A float that is no NaN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ordered(f64);

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Ordered) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Ordered) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Quantiles {
    pub(super) fn new() -> Quantiles {
        Quantiles::Exact(BTreeMap::new())
    }

    /// Counts a value; says by how many bytes it has grown.
    pub(super) fn add(&mut self, value: f64) -> usize {
        self.add_times(value, 1)
    }

    fn add_times(&mut self, value: f64, times: u64) -> usize {
        if value.is_nan() {
            return 0;
        }
        let before = self.len();
        match self {
            Quantiles::Bins(bins) => *bins.entry(bin(value)).or_default() += times,
            Quantiles::Exact(values) => {
                // Both zeros are one value.
                *values.entry(Ordered(value + 0.0)).or_default() += times;
                if values.len() > EXACT {
                    let values = std::mem::take(values);
                    *self = Quantiles::Bins(BTreeMap::new());
                    for (value, times) in values {
                        self.add_times(value.0, times);
                    }
                }
            }
        }
        32 * self.len().saturating_sub(before)
    }

    fn len(&self) -> usize {
        match self {
            Quantiles::Exact(values) => values.len(),
            Quantiles::Bins(bins) => bins.len(),
        }
    }

    /// Whether quantiles are values that were taken.
    pub(super) fn is_exact(&self) -> bool {
        matches!(self, Quantiles::Exact(_))
    }

    /// The value below which so much of all lies: the one of rank ⌈`part` · count⌉, counted from 1.
    pub(super) fn at(&self, part: f64) -> Option<f64> {
        match self {
            Quantiles::Exact(values) => ranked(values, part).map(|value| value.0),
            Quantiles::Bins(bins) => ranked(bins, part).map(value),
        }
    }
}

/// The key that the value of this rank has.
fn ranked<K: Copy>(counts: &BTreeMap<K, u64>, part: f64) -> Option<K> {
    let count: u64 = counts.values().sum();
    let wanted = ((part * count as f64).ceil() as u64).clamp(1, count.max(1));
    let mut seen = 0;
    let found = counts.iter().find(|(_, times)| {
        seen += **times;
        seen >= wanted
    });
    found.map(|(key, _)| *key)
}

/// What is added to the number of a logarithm, so that those of the smallest values are above zero.
const OFFSET: i32 = 40_000;
const INFINITE: Bin = i32::MAX;

fn bin(value: f64) -> Bin {
    if value == 0.0 {
        return 0;
    }
    let size = if value.is_infinite() { INFINITE } else { (value.abs().ln() / GAMMA.ln()).ceil() as i32 + OFFSET };
    if value < 0.0 { -size } else { size }
}

fn value(bin: Bin) -> f64 {
    let size = match bin.abs() {
        0 => return 0.0,
        INFINITE => f64::INFINITY,
        size => GAMMA.powi(size - OFFSET) / (GAMMA + 1.0) * 2.0,
    };
    if bin < 0 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_within_one_percent_of_those_of_the_sorted_values() {
        for count in [1, 2, 3, 10, 512, 513, 5000] {
            let values: Vec<f64> = (0..count).map(|n| f64::from(n * 7919 % count - count / 3).powi(3) * 1e-3).collect();
            let mut quantiles = Quantiles::new();
            for &value in &values {
                quantiles.add(value);
            }
            quantiles.add(f64::NAN);
            let mut sorted = values;
            sorted.sort_by(f64::total_cmp);
            for percent in [1, 25, 50, 90, 95, 99, 100] {
                let wanted = sorted[(percent * count as usize).div_ceil(100) - 1];
                let found = quantiles.at(percent as f64 / 100.0).unwrap();
                assert!((found - wanted).abs() <= wanted.abs() * 0.0101, "{count} p{percent}: {found} for {wanted}");
            }
        }
        assert_eq!(Quantiles::new().at(0.5), None);
    }

    #[test]
    fn the_ends_of_floats_have_bins() {
        for number in [1e308, f64::MIN_POSITIVE, f64::INFINITY, f64::NEG_INFINITY, -5e-324, 0.0] {
            let shown = value(bin(number));
            assert!(
                shown == number || (shown / number - 1.0).abs() < 0.0101 || number.abs() < 1e-300,
                "{number} {shown}"
            );
        }
    }
}
