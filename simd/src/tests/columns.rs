//! Statistics of columns, against a loop that looks at one row after the other.

use super::harness::{Random, cases, some_of};
use super::on_each_isa;
use crate::columns::BLOCK;
use crate::{Bitmap, FloatStats, IntegerStats, Kernels, ValidRows};

on_each_isa!(
    a_column_without_values_has_no_statistics,
    the_least_and_the_greatest_integer_are_found_at_every_place,
    the_least_and_the_greatest_float_are_found_at_every_place,
    statistics_of_integers_are_those_of_the_reference,
    statistics_of_floats_are_those_of_the_reference,
    a_sum_of_integers_does_not_overflow,
    nan_is_no_minimum_and_no_maximum_unless_all_values_are_nan,
    a_zero_has_no_sign,
    a_sum_of_floats_that_are_integers_is_exact,
);

/// Reference implementation of `Kernels::integer_stats`.
fn integer_reference(values: &[Option<i64>]) -> Option<IntegerStats> {
    let values: Vec<i64> = values.iter().copied().flatten().collect();
    Some(IntegerStats {
        count: values.len(),
        min: *values.iter().min()?,
        max: *values.iter().max()?,
        sum: values.iter().map(|&value| i128::from(value)).sum(),
    })
}

/// Reference implementation of `Kernels::float_stats`: a null is 0.0 in a sum.
fn float_reference(values: &[Option<f64>]) -> Option<FloatStats> {
    let count = values.iter().flatten().count();
    if count == 0 {
        return None;
    }
    let numbers: Vec<f64> = values.iter().copied().flatten().filter(|value| !value.is_nan()).collect();
    let min = numbers.iter().copied().min_by(f64::total_cmp).unwrap_or(f64::NAN);
    let max = numbers.iter().copied().max_by(f64::total_cmp).unwrap_or(f64::NAN);
    let mut sum = 0.0;
    for block in values.chunks(BLOCK) {
        let mut lanes = [0.0; 8];
        for (row, value) in block.iter().enumerate() {
            lanes[row % 8] += value.unwrap_or(0.0);
        }
        let mut block = 0.0;
        for lane in lanes {
            block += lane;
        }
        sum += block;
    }
    let unsigned = |number: f64| if number == 0.0 { 0.0 } else { number };
    Some(FloatStats { count, min: unsigned(min), max: unsigned(max), sum: unsigned(sum) })
}

/// A column with its validity at bit `first` of the bitmap; what stands in the rows without a value is `noise`.
struct Column<T> {
    values: Vec<T>,
    valid: Bitmap,
    first: usize,
}

impl<T: Copy> Column<T> {
    fn new(rows: &[Option<T>], noise: T, first: usize) -> Column<T> {
        let mut valid = Bitmap::new();
        // The bits before the column, and those after it, are not its own.
        (0..first).for_each(|bit| valid.push(bit % 2 == 0));
        rows.iter().for_each(|row| valid.push(row.is_some()));
        (0..5).for_each(|_| valid.push(true));
        Column { values: rows.iter().map(|row| row.unwrap_or(noise)).collect(), valid, first }
    }

    fn valid(&self) -> ValidRows<'_> {
        ValidRows::from_bits(self.valid.as_bytes(), self.first..self.first + self.values.len())
    }
}

/// Bit by bit, and any NaN the same.
fn same(got: Option<FloatStats>, wanted: Option<FloatStats>) -> bool {
    let bits = |number: f64| if number.is_nan() { u64::MAX } else { number.to_bits() };
    let bits = |stats: FloatStats| (stats.count, bits(stats.min), bits(stats.max), bits(stats.sum));
    got.map(bits) == wanted.map(bits)
}

fn a_column_without_values_has_no_statistics(kernels: &Kernels) {
    assert_eq!(kernels.integer_stats(&[], ValidRows::all(0)), None);
    assert_eq!(kernels.float_stats(&[], ValidRows::all(0)), None);
    for rows in some_of(100) {
        let (integers, floats) = (Column::new(&vec![None; rows], 7, 3), Column::new(&vec![None; rows], f64::NAN, 3));
        assert_eq!(kernels.integer_stats(&integers.values, integers.valid()), None);
        assert_eq!(kernels.float_stats(&floats.values, floats.valid()), None);
    }
}

fn the_least_and_the_greatest_integer_are_found_at_every_place(kernels: &Kernels) {
    for length in some_of(200) {
        let mut values = vec![5i64; length];
        for place in 0..length {
            for extreme in [i64::MIN, i64::MAX] {
                values[place] = extreme;
                let stats = kernels.integer_stats(&values, ValidRows::all(length)).unwrap();
                let other = if length == 1 { extreme } else { 5 };
                assert_eq!((stats.min, stats.max), (other.min(extreme), other.max(extreme)), "{place} of {length}");
                assert_eq!(stats.sum, i128::from(extreme) + 5 * (length as i128 - 1));
            }
            values[place] = 5;
        }
    }
}

fn the_least_and_the_greatest_float_are_found_at_every_place(kernels: &Kernels) {
    for length in some_of(200) {
        let mut values = vec![0.5; length];
        for place in 0..length {
            for extreme in [f64::NEG_INFINITY, f64::INFINITY, f64::MIN, f64::MAX] {
                values[place] = extreme;
                let stats = kernels.float_stats(&values, ValidRows::all(length)).unwrap();
                let other = if length == 1 { extreme } else { 0.5 };
                assert_eq!((stats.min, stats.max), (other.min(extreme), other.max(extreme)), "{place} of {length}");
            }
            values[place] = 0.5;
        }
    }
}

/// Rows of which one in `nulls` has no value; none is without one if `nulls` is 0.
fn rows<T>(random: &mut Random, length: usize, nulls: usize, value: impl Fn(&mut Random) -> T) -> Vec<Option<T>> {
    (0..length).map(|_| (nulls == 0 || random.below(nulls) > 0).then(|| value(random))).collect()
}

fn any_length(random: &mut Random) -> usize {
    let most = *random.one_of(&[9, 70, 3 * BLOCK]);
    random.below(most)
}

fn statistics_of_integers_are_those_of_the_reference(kernels: &Kernels) {
    let mut random = Random(22);
    for _ in 0..cases(20_000) {
        let (length, nulls) = (any_length(&mut random), *random.one_of(&[0, 1, 2, 20]));
        let rows = rows(&mut random, length, nulls, |random| match random.below(10) {
            0 => *random.one_of(&[i64::MIN, i64::MAX, 0, -1]),
            _ => random.next().cast_signed() >> random.below(64),
        });
        let noise = *random.one_of(&[0, i64::MIN, i64::MAX, -3]);
        let column = Column::new(&rows, noise, random.below(20));
        let wanted = integer_reference(&rows);
        assert_eq!(kernels.integer_stats(&column.values, column.valid()), wanted, "{rows:?}");
        if nulls == 0 {
            assert_eq!(kernels.integer_stats(&column.values, ValidRows::all(length)), wanted, "{rows:?}");
        }
        assert_eq!(column.valid().count(), wanted.map_or(0, |stats| stats.count));
        assert!((0..length).all(|row| column.valid().has(row) == rows[row].is_some()));
    }
}

fn statistics_of_floats_are_those_of_the_reference(kernels: &Kernels) {
    let special = [f64::NAN, -f64::NAN, 0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, 5e-324];
    let mut random = Random(23);
    for _ in 0..cases(20_000) {
        let (length, nulls) = (any_length(&mut random), *random.one_of(&[0, 1, 2, 20]));
        // One in so many is special.
        let some = *random.one_of(&[1, 10, 1000, usize::MAX]);
        let rows = rows(&mut random, length, nulls, |random| match random.below(some) {
            0 => *random.one_of(&special),
            _ => (random.next().cast_signed() >> random.below(64)) as f64 / 1000.0,
        });
        let column = Column::new(&rows, *random.one_of(&special), random.below(20));
        let wanted = float_reference(&rows);
        let got = kernels.float_stats(&column.values, column.valid());
        assert!(same(got, wanted), "{got:?}, not {wanted:?}: {rows:?}");
        if nulls == 0 {
            assert!(same(kernels.float_stats(&column.values, ValidRows::all(length)), wanted), "{rows:?}");
        }
    }
}

fn a_sum_of_integers_does_not_overflow(kernels: &Kernels) {
    let length = cases(1_000_000);
    for value in [i64::MIN, i64::MAX, -1] {
        let stats = kernels.integer_stats(&vec![value; length], ValidRows::all(length)).unwrap();
        assert_eq!(stats.sum, i128::from(value) * length as i128);
    }
}

fn nan_is_no_minimum_and_no_maximum_unless_all_values_are_nan(kernels: &Kernels) {
    for length in 1..40 {
        let all = kernels.float_stats(&vec![f64::NAN; length], ValidRows::all(length)).unwrap();
        assert!(all.min.is_nan() && all.max.is_nan() && all.sum.is_nan() && all.count == length);
        for place in 0..length {
            for number in [1.5, f64::INFINITY, f64::NEG_INFINITY] {
                let mut values = vec![f64::NAN; length];
                values[place] = number;
                let stats = kernels.float_stats(&values, ValidRows::all(length)).unwrap();
                assert_eq!((stats.min, stats.max), (number, number));
                assert_eq!(stats.sum.is_nan(), length > 1);
            }
        }
    }
}

fn a_zero_has_no_sign(kernels: &Kernels) {
    for length in 1..40 {
        for place in 0..length {
            let mut values = vec![-0.0; length];
            values[place] = 0.0;
            let stats = kernels.float_stats(&values, ValidRows::all(length)).unwrap();
            assert!([stats.min, stats.max, stats.sum].iter().all(|number| number.to_bits() == 0), "{stats:?}");
        }
    }
}

fn a_sum_of_floats_that_are_integers_is_exact(kernels: &Kernels) {
    let mut random = Random(24);
    for length in [0, 1, 7, 8, 9, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK + 3] {
        let integers: Vec<i64> = (0..length).map(|_| random.next().cast_signed() >> 32).collect();
        let floats: Vec<f64> = integers.iter().map(|&value| value as f64).collect();
        let sum = kernels.float_stats(&floats, ValidRows::all(length)).map_or(0.0, |stats| stats.sum);
        assert_eq!(sum, integers.iter().sum::<i64>() as f64);
    }
}

#[test]
#[should_panic(expected = "bits")]
fn bits_that_are_not_there_are_no_validity() {
    ValidRows::from_bits(&[0xff], 3..9);
}
