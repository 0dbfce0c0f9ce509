//! What must hold of any input: every instruction set has the answer of the scalar kernels, and the answers of one
//! kernel agree with those of another.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::harness::cases;
use super::on_each_isa;
use crate::{Bitmap, ByteSet, Case, DatetimeLayout, FloatForm, Isa, Kernels, Literal, Span, kernels};

on_each_isa!(any_block_has_one_answer, any_column_has_one_answer, a_block_is_the_sum_of_its_parts);

/// Texts that are nearly something.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        4 => "[0-9]{1,20}".prop_map(String::into_bytes),
        4 => "[-+]?[0-9]{0,12}\\.?[0-9]{0,12}([eE][-+]?[0-9]{1,3})?%?".prop_map(String::into_bytes),
        2 => "[ \n,:;\\[\\]\"]{1,3}".prop_map(String::into_bytes),
        2 => "\\PC{0,6}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..8),
        1 => Just(b"2011-11-21T00:07:11.5Z".to_vec()),
        1 => Just(b"21/Nov/2011:00:07:11 +0000".to_vec()),
        1 => Just(b"Nov  9 03:37:44".to_vec()),
    ];
    vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

/// Runs `property` on blocks and seeds; a failure shows the smallest block that it found.
fn hold(count: usize, property: impl Fn(&[u8], u64) -> Result<(), TestCaseError>) {
    let config = Config { cases: cases(count) as u32, failure_persistence: None, ..Config::default() };
    let run = TestRunner::new(config).run(&(bytes(), any::<u64>()), |(block, seed)| property(&block, seed));
    run.unwrap_or_else(|error| panic!("{error}"));
}

fn scalar() -> &'static Kernels {
    kernels(Isa::Scalar).unwrap()
}

fn any_block_has_one_answer(kernels: &Kernels) {
    hold(4000, |block, seed| {
        let positions = |run: &dyn Fn(&Kernels, &mut Vec<u32>)| {
            let (mut got, mut wanted) = (vec![1], vec![1]);
            run(kernels, &mut got);
            run(scalar(), &mut wanted);
            prop_assert_eq!(got, wanted);
            Ok(())
        };
        positions(&|kernels, out| {
            kernels.newlines(block, out);
        })?;
        let set = ByteSet::new(|byte| seed >> (byte % 64) & 1 == 1);
        positions(&|kernels, out| kernels.byte_set(block, &set, out))?;
        // A literal that is there.
        let from = seed as usize % (block.len() + 1);
        let literal = &block[from..block.len().min(from + 1 + seed as usize / 1000 % 9)];
        for case in [Case::Exact, Case::IgnoreAscii] {
            if let Some(anchor) = Literal::new(literal, case) {
                positions(&|kernels, out| kernels.anchor(block, &anchor, out))?;
                prop_assert_eq!(kernels.find(block, &anchor), scalar().find(block, &anchor));
            }
        }
        prop_assert_eq!(kernels.utf8_valid_up_to(block), scalar().utf8_valid_up_to(block));
        Ok(())
    });
}

fn any_column_has_one_answer(kernels: &Kernels) {
    hold(4000, |block, seed| {
        // The spans between some delimiters, and some that are next to them.
        let mut ends = Vec::new();
        scalar().byte_set(block, &ByteSet::new(|byte| b" \n,:;[]\"".contains(&byte)), &mut ends);
        let starts = std::iter::once(0).chain(ends.iter().map(|end| end + 1));
        let mut spans: Vec<Span> = starts.zip(&ends).map(|(start, &end)| Span::new(start, end)).collect();
        for row in 0..(seed % 40) as u32 {
            let start = (seed >> (row % 50)) as u32 % (block.len() as u32 + 2);
            spans.push(Span::new(start, start + (seed >> 7) as u32 % 30));
        }
        let all = |kernels: &Kernels| {
            let mut answers = Vec::new();
            for grouping in [None, Some(b'.')] {
                let (mut values, mut valid) = (Vec::new(), Bitmap::new());
                kernels.integers(block, &spans, grouping, &mut values, &mut valid);
                answers.push((values, valid));
            }
            for form in [FloatForm::Plain, FloatForm::Percent] {
                let (mut values, mut valid) = (Vec::new(), Bitmap::new());
                kernels.floats(block, &spans, form, &mut values, &mut valid);
                answers.push((values.into_iter().map(|value| value.to_bits().cast_signed()).collect(), valid));
            }
            let year = seed as u16 % 10_001;
            let layouts = [
                DatetimeLayout::Iso8601,
                DatetimeLayout::Apache,
                DatetimeLayout::Syslog { year },
                DatetimeLayout::Ctime,
            ];
            for layout in layouts {
                let (mut values, mut offsets, mut valid) = (Vec::new(), Vec::new(), Bitmap::new());
                kernels.timestamps(block, &spans, layout, &mut values, &mut offsets, &mut valid);
                values.extend(offsets.into_iter().map(i64::from));
                answers.push((values, valid));
            }
            answers
        };
        prop_assert_eq!(all(kernels), all(scalar()));
        Ok(())
    });
}

fn a_block_is_the_sum_of_its_parts(kernels: &Kernels) {
    hold(2000, |block, seed| {
        let cut = seed as usize % (block.len() + 1);
        let (front, back) = block.split_at(cut);
        let (mut whole, mut parts, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        kernels.newlines(block, &mut whole);
        kernels.newlines(front, &mut parts);
        kernels.newlines(back, &mut rest);
        parts.extend(rest.iter().map(|at| at + cut as u32));
        prop_assert_eq!(whole, parts);
        prop_assert!(kernels.utf8_valid_up_to(front) <= kernels.utf8_valid_up_to(block));
        Ok(())
    });
}
