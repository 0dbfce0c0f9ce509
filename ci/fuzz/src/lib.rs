//! Fuzz targets: the cases of `parsimd::fuzzing::cases`, read out of the bytes that libFuzzer comes to.

use std::fmt;

use libfuzzer_sys::arbitrary::{Arbitrary, Result, Unstructured};
use parsimd::fuzzing::cases::{Bytes, Case};

/// A case. Its `Debug` is the tests that it would be: cargo-fuzz prints it where the case fails, to be pasted into `src/fuzzing/found.rs`.
pub struct Input<C>(pub C);

impl<'a, C: Case> Arbitrary<'a> for Input<C> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        u.bytes(u.len()).map(|bytes| Input(C::read(&mut Bytes::new(bytes))))
    }
}

impl<C: Case> fmt::Debug for Input<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.as_tests())
    }
}

/// The target of a kind of case.
#[macro_export]
macro_rules! target {
    ($case:ident) => {
        libfuzzer_sys::fuzz_target!(|input: $crate::Input<parsimd::fuzzing::cases::$case>| {
            parsimd::fuzzing::cases::Case::check(&input.0);
        });
    };
}
