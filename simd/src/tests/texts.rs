//! Columns of text.

use super::guard::Guarded;
use super::harness::{Random, cases};
use super::on_each_isa;
use crate::{Kernels, Span};

on_each_isa!(texts_of_every_length_are_copied_from_every_place, spans_outside_of_the_block_have_no_bytes);

/// Appends `spans` to bytes that are there already, and compares with copying them one by one.
fn check(kernels: &Kernels, block: &[u8], spans: &[Span]) {
    let (mut bytes, mut ends) = (b"before".to_vec(), vec![0, 6]);
    kernels.texts(block, spans, &mut bytes, &mut ends);
    let (mut expected, mut expected_ends) = (b"before".to_vec(), vec![0, 6]);
    for span in spans {
        expected.extend_from_slice(span.of(block).unwrap_or_default());
        expected_ends.push(expected.len() as i32);
    }
    assert_eq!((bytes, ends), (expected, expected_ends), "{spans:?}");
}

fn texts_of_every_length_are_copied_from_every_place(kernels: &Kernels) {
    let mut memory = Guarded::new(1024);
    let mut random = Random(21);
    for round in 0..cases(2000) {
        let length = random.below(600);
        let bytes: Vec<u8> = (0..length).map(|_| random.next() as u8).collect();
        let block = memory.hold(&bytes, round % 2 == 0);
        let spans: Vec<Span> = (0..random.below(30))
            .map(|_| {
                let start = random.below(length + 1);
                let most = *random.one_of(&[4, 40, 300]);
                Span::new(start as u32, (start + random.below(most)).min(length) as u32)
            })
            .collect();
        check(kernels, block, &spans);
    }
}

fn spans_outside_of_the_block_have_no_bytes(kernels: &Kernels) {
    let block = [b'x'; 300];
    for wrong in
        [Span::new(290, 301), Span::new(301, 302), Span::new(5, 3), Span::new(u32::MAX, u32::MAX), Span::new(200, 100)]
    {
        check(kernels, &block, &[Span::new(0, 70), wrong, Span::new(3, 5), Span::new(250, 300)]);
    }
}
