//! Plain loops over columns.

use super::harness::{Random, cases, some_of};
use super::on_each_isa;
use crate::{Bitmap, Kernels, columns};

on_each_isa!(the_least_and_the_greatest_are_found_at_every_place);

fn the_least_and_the_greatest_are_found_at_every_place(kernels: &Kernels) {
    assert_eq!(kernels.min_max(&[]), None);
    for length in some_of(200) {
        let mut values = vec![5i64; length];
        for place in 0..length {
            values[place] = i64::MIN;
            assert_eq!(kernels.min_max(&values), Some((i64::MIN, if length == 1 { i64::MIN } else { 5 })));
            values[place] = i64::MAX;
            assert_eq!(kernels.min_max(&values), Some((if length == 1 { i64::MAX } else { 5 }, i64::MAX)));
            values[place] = 5;
        }
    }
}

#[test]
fn rows_are_packed_behind_any_number_of_rows() {
    let mut random = Random(19);
    for length in some_of(600) {
        let rows: Vec<bool> = (0..length).map(|_| random.next() & 1 == 1).collect();
        let (mut got, mut wanted) = (Bitmap::new(), Bitmap::new());
        for _ in 0..random.below(9) {
            got.push(true);
            wanted.push(true);
        }
        columns::pack(&rows, &mut got);
        rows.iter().for_each(|&row| wanted.push(row));
        assert_eq!(got, wanted, "{length} rows");
    }
}

#[test]
fn integers_are_scaled_as_one_by_one() {
    let mut random = Random(20);
    for length in 0..cases(300) {
        let values: Vec<i64> = (0..length).map(|_| random.next().cast_signed() >> random.below(64)).collect();
        for factor in [1.0, 0.001, 1e300, -0.0] {
            let mut out = vec![7.0];
            columns::scale(&values, factor, &mut out);
            assert_eq!((out.len(), out[0]), (length + 1, 7.0));
            for (got, &value) in out[1..].iter().zip(&values) {
                assert_eq!(got.to_bits(), (value as f64 * factor).to_bits());
            }
        }
    }
}

#[test]
fn offsets_are_moved_modulo_their_width() {
    let mut random = Random(21);
    for length in 0..cases(300) {
        let offsets: Vec<u32> = (0..length).map(|_| random.next() as u32).collect();
        let base = random.next() as u32;
        let mut moved = offsets.clone();
        columns::rebase(&mut moved, base);
        assert!(moved.iter().zip(&offsets).all(|(&moved, &offset)| moved == offset.wrapping_add(base)));
    }
}
