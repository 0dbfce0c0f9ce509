//! The seeds of the fuzz targets, and bytes that are nearly one of them, each run through its checks.

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use super::cases::*;
use crate::{engine::program::tests::Random, lanes::share_of};

/// Runs all seeds of a target, and for each so many that differ in a few bytes. A case that fails is printed as the tests that it would be.
fn run<C: Case>(target: &str, changes: usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ci/fuzz/seeds").join(target);
    let mut paths: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    // The same cases on each machine.
    paths.sort();
    assert!(paths.len() >= 8, "{} in {}", paths.len(), folder.display());
    let mut random = Random(0x8CB9_2BA7_2F3D_8DD7);
    for path in paths {
        let seed = fs::read(&path).unwrap();
        check::<C>(&seed);
        for _ in 0..share_of(changes) {
            check::<C>(&changed(&mut random, &seed));
        }
    }
}

fn check<C: Case>(bytes: &[u8]) {
    let case = C::read(&mut Bytes::new(bytes));
    let outcome = catch_unwind(AssertUnwindSafe(|| case.check()));
    assert!(outcome.is_ok(), "{}:\n{}", bytes.escape_ascii(), case.as_tests());
}

/// These bytes, with a few of them others, left out, put in, or moved.
fn changed(random: &mut Random, seed: &[u8]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(4) {
        let (at, byte) = (random.below(bytes.len() + 1), random.below(256) as u8);
        match random.below(4) {
            0 if at < bytes.len() => bytes[at] = byte,
            1 if at < bytes.len() => drop(bytes.remove(at)),
            2 => bytes.rotate_left(at),
            _ => bytes.insert(at, byte),
        }
    }
    bytes
}

#[test]
fn seeds_of_formats() {
    run::<AnyPattern>("formats", 20);
}

#[test]
fn seeds_of_converters() {
    run::<AnyFormat>("converters", 20);
}

#[test]
fn seeds_of_programs_and_single_calls() {
    run::<ProgramVsRegex>("program_vs_regex", 20);
}

#[test]
fn seeds_of_kernels() {
    run::<AnyBlock>("kernels", 10);
}

#[test]
fn seeds_of_values() {
    run::<AnyValues>("values", 20);
}

#[test]
fn seeds_of_scans() {
    run::<AnyScan>("scans", 10);
}

#[cfg(feature = "cli")]
#[test]
fn seeds_of_conditions() {
    run::<AnyCondition>("conditions", 10);
}

#[test]
fn seeds_of_guesses() {
    run::<AnyLines>("guess", 1);
}
