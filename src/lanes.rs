//! What the tests of this crate are told by `ci/lanes.sh`: how many of the generated cases to run, and on what.
//!
//! * `PARSIMD_TEST_PERCENT` is how much of the cases to run: less than 100 for emulated CPUs, more to search longer.
//! * `PARSIMD_REQUIRE_ISA` is a list with commas: each of them must be available, and the one that is used must be among them.

use crate::{Isa, Pattern};

/// `count`, or as much of it as `PARSIMD_TEST_PERCENT` says.
pub(crate) fn share_of(count: usize) -> usize {
    (count * percent()).div_ceil(100)
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

#[test]
fn the_instruction_sets_that_run_are_printed_and_are_those_required() {
    let available = Isa::available();
    let used = Pattern::new("{}").unwrap_or_else(|error| panic!("{error}")).plan().isa();
    let names = available.iter().map(|isa| isa.name()).collect::<Vec<_>>().join(", ");
    println!("RUNS ON: {used}, beside it in some tests: {names}; {} % of the generated cases", percent());
    let required = std::env::var("PARSIMD_REQUIRE_ISA").unwrap_or_default();
    let required: Vec<Isa> = required
        .split(',')
        .filter(|name| !name.is_empty())
        .map(|name| name.parse().unwrap_or_else(|error| panic!("PARSIMD_REQUIRE_ISA: {error}")))
        .collect();
    for isa in &required {
        assert!(available.contains(isa), "{isa} is required, but available are {names}");
    }
    assert!(required.is_empty() || required.contains(&used), "{used} is used, but not required");
}
