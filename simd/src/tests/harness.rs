//! Which instruction sets the tests run on, how many cases, and random numbers.
//!
//! * `PARSIMD_ISA` leaves only that one to be tested (an unknown or unavailable name fails).
//! * `PARSIMD_REQUIRE_ISA` is a list with commas: each of them must be available and must run, or the test fails.
//! * `PARSIMD_TEST_PERCENT` is how much of the cases to run: less than 100 for emulated CPUs, more to search longer.

use crate::{Isa, Kernels, kernels};

/// Whether a test runs on an instruction set, and if not, why.
#[derive(Debug, PartialEq, Eq)]
enum Turn {
    Runs,
    LeftOut(&'static str),
}

/// The decision, as a function of what is available and of the variables.
fn turn(isa: Isa, available: &[Isa], only: Option<Isa>) -> Turn {
    match only {
        Some(only) if only != isa => Turn::LeftOut("PARSIMD_ISA asks for another"),
        _ if available.contains(&isa) => Turn::Runs,
        _ => Turn::LeftOut("this CPU does not have it"),
    }
}

/// What `PARSIMD_ISA` asks for, if it is set.
fn only() -> Option<Isa> {
    let set = std::env::var_os("PARSIMD_ISA").is_some_and(|value| !value.is_empty());
    set.then(|| Isa::from_env().unwrap_or_else(|error| panic!("{error}")))
}

/// What `PARSIMD_REQUIRE_ISA` asks for.
fn required() -> Vec<Isa> {
    let list = std::env::var("PARSIMD_REQUIRE_ISA").unwrap_or_default();
    let names = list.split(',').filter(|name| !name.is_empty());
    names.map(|name| name.parse().unwrap_or_else(|error| panic!("PARSIMD_REQUIRE_ISA: {error}"))).collect()
}

/// Runs `test` with the kernels of `isa`, or says why not, which is a failure if `isa` is required.
pub(super) fn run(isa: Isa, test: impl FnOnce(&'static Kernels)) {
    match turn(isa, &Isa::available(), only()) {
        Turn::Runs => {
            let kernels = kernels(isa).unwrap();
            assert_eq!(kernels.isa(), isa);
            test(kernels);
        }
        Turn::LeftOut(reason) => {
            assert!(!required().contains(&isa), "{isa} is required, but left out: {reason}");
            eprintln!("LEFT OUT: {isa}: {reason}");
        }
    }
}

/// `count`, or as much of it as `PARSIMD_TEST_PERCENT` says.
pub(super) fn cases(count: usize) -> usize {
    (count * percent()).div_ceil(100)
}

/// Every *n*-th of `0..count`, as many as `PARSIMD_TEST_PERCENT` says, the first and the last always among them.
pub(super) fn some_of(count: usize) -> impl Iterator<Item = usize> {
    let step = (100 / percent()).max(1);
    (0..count).filter(move |&i| i % step == 0 || i + 1 == count)
}

fn percent() -> usize {
    match std::env::var("PARSIMD_TEST_PERCENT") {
        Ok(text) => match text.parse() {
            Ok(percent @ 1..=100_000) => percent,
            _ => panic!("PARSIMD_TEST_PERCENT is a number from 1 to 100000, not {text:?}"),
        },
        Err(_) => 100,
    }
}

/// Random numbers that are the same in every run (splitmix64, Sebastiano Vigna, 2015).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    pub(super) fn one_of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

#[test]
fn the_instruction_sets_that_run_are_printed_and_are_those_required() {
    let (available, only) = (Isa::available(), only());
    let runs: Vec<Isa> = Isa::ALL.into_iter().filter(|&isa| turn(isa, &available, only) == Turn::Runs).collect();
    let names = |list: &[Isa]| list.iter().map(|isa| isa.name()).collect::<Vec<_>>().join(", ");
    println!("RUNS ON: {} (available: {}; {} % of the cases)", names(&runs), names(&available), percent());
    assert!(!runs.is_empty());
    for isa in required() {
        assert!(runs.contains(&isa), "{isa} is required, but what runs is {}", names(&runs));
    }
}

#[test]
fn an_instruction_set_is_left_out_only_for_a_reason() {
    let available = [Isa::Avx2, Isa::Scalar];
    assert_eq!(turn(Isa::Avx2, &available, None), Turn::Runs);
    assert_eq!(turn(Isa::Avx2, &available, Some(Isa::Avx2)), Turn::Runs);
    assert_ne!(turn(Isa::Avx2, &available, Some(Isa::Scalar)), Turn::Runs);
    assert_ne!(turn(Isa::Neon, &available, None), Turn::Runs);
}
