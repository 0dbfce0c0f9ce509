//! Quantiles in bounded memory: exact up to 512 different values, else within 1 % of the value.
//!
//! Past that, a value is counted in the bin of its logarithm, as DDSketch does (Masson, Rim and Lee, 2019): bin *i* has the values from γⁱ⁻¹ to γⁱ, with
//! γ = 1.01/0.99, and is shown as a value that is within 1 % of all of them.

use std::{cmp::Ordering, collections::BTreeMap};

use super::value::Number;

const EXACT: usize = 512;
const GAMMA: f64 = 1.01 / 0.99;
/// By which factor values lie apart of which logarithms say more than the values.
const DECADES: f64 = 100.0;

/// Takes numbers, and knows their quantiles. NaN is left out.
#[derive(Debug)]
pub(super) enum Quantiles {
    /// How often each value is there.
    Exact(BTreeMap<Ordered, u64>),
    /// How many values each bin has; and the least and the greatest value.
    Bins(BTreeMap<Bin, u64>, [Number; 2]),
}

/// A part of all values, as so many of so many: a float of it would round some ranks up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    of: u64,
    all: u64,
}

impl Part {
    pub(super) const MEDIAN: Part = Part { of: 1, all: 2 };
    pub(super) const P95: Part = Part { of: 95, all: 100 };

    /// Reads a percentage in decimal digits: `95`, `99.9`.
    pub(super) fn percent(text: &str) -> Option<Part> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_number(whole) || !is_number(fraction) {
            return None;
        }
        let fraction = fraction.trim_end_matches('0');
        let all = 10_u64.checked_pow(2 + u32::try_from(fraction.len()).ok()?)?;
        let of = format!("{whole}{fraction}").parse().ok()?;
        (of <= all).then_some(Part { of, all })
    }

    /// The rank ⌈part · count⌉ among so many values, counted from 1.
    fn rank(self, count: u64) -> u64 {
        let rank = (u128::from(self.of) * u128::from(count)).div_ceil(u128::from(self.all));
        u64::try_from(rank).unwrap_or(count).clamp(1, count.max(1))
    }
}

/// The number of a bin, in the order of the values: that of a negative value is minus that of its opposite, and that of zero is 0.
type Bin = i32;

/// A number that is no NaN.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ordered(Number);

impl Eq for Ordered {}

impl PartialEq for Ordered {
    fn eq(&self, other: &Ordered) -> bool {
        self.cmp(other).is_eq()
    }
}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Ordered) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Ordered) -> Ordering {
        match (self.0, other.0) {
            (Number::Int(one), Number::Int(other)) => one.cmp(&other),
            (one, other) => one.float().total_cmp(&other.float()),
        }
    }
}

impl Quantiles {
    pub(super) fn new() -> Quantiles {
        Quantiles::Exact(BTreeMap::new())
    }

    /// Counts a value; says by how many bytes it has grown.
    pub(super) fn add(&mut self, value: Number) -> usize {
        let value = match value {
            Number::Float(value) if value.is_nan() => return 0,
            // Both zeros are one value.
            Number::Float(value) => Number::Float(value + 0.0),
            whole => whole,
        };
        self.add_times(value, 1)
    }

    fn add_times(&mut self, value: Number, times: u64) -> usize {
        let before = self.len();
        match self {
            Quantiles::Bins(bins, [least, greatest]) => {
                *bins.entry(bin(value.float())).or_default() += times;
                *least = Ordered(*least).min(Ordered(value)).0;
                *greatest = Ordered(*greatest).max(Ordered(value)).0;
            }
            Quantiles::Exact(values) => {
                *values.entry(Ordered(value)).or_default() += times;
                if values.len() > EXACT {
                    let values = std::mem::take(values);
                    *self = Quantiles::Bins(BTreeMap::new(), [value; 2]);
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
            Quantiles::Bins(bins, _) => bins.len(),
        }
    }

    /// How many values there are in each of `columns` parts of the range, which are of one width in their logarithms; zeros are in the first. `None` where a value is
    /// negative or infinite, or the greatest is not [`DECADES`] above the least that is positive.
    pub(super) fn logarithmic_parts(&self, columns: usize) -> Option<Vec<u64>> {
        let counts: Vec<(f64, u64)> = match self {
            Quantiles::Exact(values) => values.iter().map(|(value, &times)| (value.0.float(), times)).collect(),
            Quantiles::Bins(bins, _) => bins.iter().map(|(&bin, &times)| (value(bin), times)).collect(),
        };
        let least = counts.iter().map(|(value, _)| *value).find(|value| *value > 0.0)?;
        let (first, greatest) = (counts.first()?.0, counts.last()?.0);
        if first < 0.0 || greatest.is_infinite() || greatest < DECADES * least || columns == 0 {
            return None;
        }
        let range = (greatest / least).ln();
        let mut parts = vec![0; columns];
        for (value, times) in counts {
            let part = if value > 0.0 && range > 0.0 { (value / least).ln() / range * columns as f64 } else { 0.0 };
            parts[(part as usize).min(columns - 1)] += times;
        }
        Some(parts)
    }

    /// Whether quantiles are values that were taken.
    pub(super) fn is_exact(&self) -> bool {
        matches!(self, Quantiles::Exact(_))
    }

    /// The value below which so much of all lies: the one of rank ⌈`part` · count⌉, counted from 1. An estimate is a float, from the least value to the greatest.
    pub(super) fn at(&self, part: Part) -> Option<Number> {
        match self {
            Quantiles::Exact(values) => ranked(values, part).map(|value| value.0),
            Quantiles::Bins(bins, [least, greatest]) => ranked(bins, part).map(|bin| match value(bin) {
                estimate if estimate <= least.float() => *least,
                estimate if estimate >= greatest.float() => *greatest,
                estimate => Number::Float(estimate),
            }),
        }
    }
}

/// The key that the value of this rank has.
fn ranked<K: Copy>(counts: &BTreeMap<K, u64>, part: Part) -> Option<K> {
    let wanted = part.rank(counts.values().sum());
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
                quantiles.add(Number::Float(value));
            }
            quantiles.add(Number::Float(f64::NAN));
            let mut sorted = values;
            sorted.sort_by(f64::total_cmp);
            for percent in [0, 1, 25, 50, 90, 95, 99, 100] {
                let wanted = sorted[(percent * count as usize).div_ceil(100).max(1) - 1];
                let found = quantiles.at(Part { of: percent as u64, all: 100 }).unwrap().float();
                assert!(sorted[0] <= found && found <= sorted[sorted.len() - 1], "{count} p{percent}: {found}");
                assert!((found - wanted).abs() <= wanted.abs() * 0.0101, "{count} p{percent}: {found} for {wanted}");
            }
        }
        assert!(Quantiles::new().at(Part::MEDIAN).is_none());
    }

    #[test]
    fn a_percentage_is_read_to_its_last_digit() {
        let of = |text| Part::percent(text).map(|Part { of, all }| (of, all));
        assert_eq!(of("95"), Some((95, 100)));
        assert_eq!(of("99.90"), Some((999, 1000)));
        assert_eq!((of("0"), of("100.0")), (Some((0, 100)), Some((100, 100))));
        assert_eq!(of("0.000000000001"), Some((1, 100_000_000_000_000)));
        for text in ["", ".5", "-1", "+1", "1e1", "100.1", "inf", "9.9.9", "0.0000000000000000000000001"] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn the_rank_of_a_part_is_that_of_exact_arithmetic() {
        for (percent, count, rank) in [
            ("7", 100, 7),
            ("14", 100, 14),
            ("28", 100, 28),
            ("55", 100, 55),
            ("99.9", 1000, 999),
            ("99.9", 999, 999),
            ("50", 3, 2),
            ("0", 5, 1),
            ("100", u64::MAX, u64::MAX),
        ] {
            assert_eq!(Part::percent(percent).unwrap().rank(count), rank, "p{percent} of {count}");
        }
    }

    #[test]
    fn quantiles_of_integers_are_exact_where_a_float_has_no_room_for_them() {
        let mut quantiles = Quantiles::new();
        let least = (1 << 53) + 1;
        for value in [i64::MAX, least + 1, i64::MIN, least, i64::MAX - 1] {
            quantiles.add(Number::Int(value));
        }
        let at = |of| match quantiles.at(Part { of, all: 10 }) {
            Some(Number::Int(value)) => value,
            other => panic!("{other:?}"),
        };
        assert_eq!([1, 4, 6, 8, 10].map(at), [i64::MIN, least, least + 1, i64::MAX - 1, i64::MAX]);
    }

    #[test]
    fn logarithmic_parts_have_one_width_in_their_logarithms() {
        for (step, count) in [(1, 1), (7, 700)] {
            // As many values from 1 to 10 as from 10 to 100 and from 100 to 1000.
            let mut quantiles = Quantiles::new();
            (0..count * step).for_each(|n| {
                for decade in [1.0, 10.0, 100.0] {
                    let value = decade * 10_f64.powf(0.05 + 0.9 * f64::from(n) / f64::from(count * step));
                    quantiles.add(Number::Float(value));
                }
            });
            for value in [1.0, 1000.0, 0.0] {
                quantiles.add(Number::Float(value));
            }
            let each = (count * step) as u64;
            assert_eq!(quantiles.logarithmic_parts(3), Some(vec![each + 2, each, each + 1]));
        }
        let mut negative = Quantiles::new();
        for value in [-1.0, 5.0] {
            negative.add(Number::Float(value));
        }
        assert_eq!(negative.logarithmic_parts(3), None);
        let mut close = Quantiles::new();
        for value in [200.0, 404.0] {
            close.add(Number::Float(value));
        }
        assert_eq!(close.logarithmic_parts(3), None);
        assert_eq!(Quantiles::new().logarithmic_parts(3), None);
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
