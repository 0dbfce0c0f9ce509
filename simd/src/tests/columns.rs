//! Plain loops over columns.

use super::harness::some_of;
use super::on_each_isa;
use crate::Kernels;

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
