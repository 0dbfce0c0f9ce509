//! Answers of an external matcher that cannot be, and custom types that break out of their groups: no scan may take a place from them.

use std::sync::atomic::{AtomicUsize, Ordering};

use parsimd::{
    Anchored, Cell, CustomType, ExternalMatcher, FailureKind, Input, MatchRanges, Matches, OnError, Pattern,
    ScanOptions, Strings, limits,
};

use crate::common::{Found, external};

/// Gives one answer after the other, over and over.
#[derive(Debug)]
struct Answers(Vec<fn(usize) -> MatchRanges>, AtomicUsize);

impl ExternalMatcher for Answers {
    fn find(&self, text: &str, _: usize, _: Anchored) -> Found {
        let turn = self.1.fetch_add(1, Ordering::Relaxed) % self.0.len();
        Ok(Some((self.0[turn])(text.len())))
    }
}

fn answering(answers: &[fn(usize) -> MatchRanges]) -> Pattern {
    external("{a}", Answers(answers.to_vec(), AtomicUsize::new(0)))
}

const WRONG: [fn(usize) -> MatchRanges; 8] = [
    |_| vec![],
    |len| vec![Some(0..len)],
    |len| vec![Some(0..len), Some(0..1), Some(0..1)],
    |len| vec![None, Some(0..len)],
    |len| vec![Some(0..len + 1), Some(0..1)],
    |len| vec![Some(0..len), Some(len..len + 1)],
    |len| vec![Some(0..len), Some(1..len)],
    |len| vec![Some(0..len), Some(usize::MAX - 1..usize::MAX)],
];

#[test]
fn a_wrong_answer_is_an_error_of_a_single_call() {
    for answer in WRONG {
        // Byte 1 of the text is inside of a character.
        let pattern = answering(&[answer]);
        for found in [pattern.parse("éa").map(|_| ()), pattern.search("éa").map(|_| ())] {
            assert!(found.is_err_and(|error| error.is_external()));
        }
        let mut all = pattern.find_iter("éa");
        assert!(all.next().is_some_and(|found| found.is_err()) && all.next().is_none());
    }
}

#[test]
fn a_wrong_answer_is_a_failure_of_its_record_and_leaves_no_place_of_another() {
    let good: fn(usize) -> MatchRanges = |len| vec![Some(0..len), Some(0..len)];
    for answer in WRONG {
        for strings in [Strings::Utf8, Strings::View, Strings::Binary] {
            for block_bytes in [1, 1 << 18] {
                let mut options = ScanOptions::default();
                (options.on_error, options.strings, options.block_bytes) = (OnError::Null, strings, block_bytes);
                let text = "éabcdefghijklmn\néa\n";
                let mut scan = answering(&[good, answer]).scan_input(Input::bytes(text), options);
                let batch = scan.read_all().unwrap_or_else(|error| panic!("{error}"));
                assert_eq!((batch.len(), batch.columns()[0].get(1)), (2, Cell::Null));
                let failures = &scan.stats().first_failures;
                assert_eq!((failures.len(), failures[0].record, failures[0].kind), (1, 1, FailureKind::Matcher));
            }
        }
    }
}

#[test]
fn types_that_make_one_group_of_two_fields_are_an_error_of_the_pattern() {
    let custom = |pattern: &str| CustomType { pattern: Some(pattern.to_owned()), group_count: 0 };
    let builder =
        |one, other| Pattern::builder("{:T}{:U}").custom_type("T", custom(one)).custom_type("U", custom(other));
    for (one, other) in [("[aé", "b]+"), ("[^", "]"), ("x[(", "y)]+")] {
        let error = builder(one, other).build().expect_err("two fields have one group");
        assert!(error.is_regex(), "{error}");
    }
    assert!(builder("a)|(b", "c").build().is_ok());
}

/// Gives a match for each byte, whose field is all of the text.
#[derive(Debug)]
struct Overlapping;

impl ExternalMatcher for Overlapping {
    fn find(&self, text: &str, start: usize, _: Anchored) -> Found {
        Ok((start < text.len()).then(|| vec![Some(start..start + 1), Some(0..text.len())]))
    }
}

#[test]
#[ignore = "it makes columns of 2 GiB"]
fn fields_that_overlap_past_the_text_of_a_column_are_failures_of_their_records() {
    // 50,000 times 50,000 bytes are more than a column has room for, and 40,000 times 40,000 are not.
    for (length, rows) in [(40_000, 40_000), (50_000, limits::COLUMN_TEXT_BYTES / 50_000)] {
        let log = "x".repeat(length) + "\n";
        let mut options = ScanOptions::default();
        (options.matches, options.strings) = (Matches::All, Strings::Utf8);
        let mut scan = external("{a}", Overlapping).scan_input(Input::bytes(log), options);
        let batch = scan.read_all().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(batch.len(), rows);
        let failure = scan.stats().first_failures.first().map(|failure| failure.reason.clone());
        let wanted =
            (rows < length).then(|| format!("the texts of a column are more than {} bytes", limits::COLUMN_TEXT_BYTES));
        assert_eq!(failure, wanted);
    }
}
