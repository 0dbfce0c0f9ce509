//! Literals.

use super::guard::Guarded;
use super::harness::{Random, cases};
use super::index::every_place;
use super::on_each_isa;
use crate::{ByteSet, Case, Kernels, LineCount, Literal};

on_each_isa!(
    a_literal_is_found_at_every_place,
    every_occurrence_is_found_overlapping_ones_too,
    the_searched_bytes_without_the_rest_are_not_an_occurrence,
    a_newline_a_nul_and_a_byte_that_is_not_ascii_are_seen_at_every_place,
    one_pass_finds_what_two_find,
    a_literal_before_a_byte_of_a_set_is_found_where_both_stand,
    no_load_leaves_the_block,
);

const NO_LINES: LineCount = LineCount { newlines: 0, is_ascii: true, has_nul: false };

/// Every position where `literal` stands, the obvious way.
fn expected(block: &[u8], literal: &[u8], case: Case) -> Vec<u32> {
    let same = |text: &[u8]| match case {
        Case::Exact => text == literal,
        Case::IgnoreAscii => text.eq_ignore_ascii_case(literal),
    };
    (0..).zip(block.windows(literal.len())).filter(|(_, text)| same(text)).map(|(at, _)| at).collect()
}

fn a_literal_is_found_at_every_place(kernels: &Kernels) {
    let literals = [
        &b"x"[..],
        b"Er",
        b"ERROR",
        b"] \"GET /",
        b"a literal of more bytes than a vector of the widest kind has, which is 64",
    ];
    let anchors = literals.map(|literal| Literal::new(literal, Case::IgnoreAscii).unwrap());
    let mut out = Vec::new();
    let mut turn = 0;
    every_place(|block, place| {
        turn += 1;
        let literal = literals[turn % literals.len()];
        block.fill(b'.');
        let end = block.len().min(place + literal.len());
        block[place..end].copy_from_slice(&literal[..end - place]);
        if turn % 2 == 0 {
            block[place..end].make_ascii_uppercase();
        }
        out.clear();
        kernels.anchor(block, &anchors[turn % literals.len()], &mut out);
        assert_eq!(kernels.find(block, &anchors[turn % literals.len()]), out.first().map(|&at| at as usize));
        if end - place == literal.len() {
            assert_eq!(out, [place as u32], "{} bytes", block.len());
        } else {
            assert_eq!(out, [0; 0], "{} bytes, cut off at {place}", block.len());
        }
    });
}

fn every_occurrence_is_found_overlapping_ones_too(kernels: &Kernels) {
    let mut random = Random(6);
    let mut out = Vec::new();
    for _ in 0..cases(30_000) {
        let block: Vec<u8> = (0..random.below(700)).map(|_| *random.one_of(b"aAbB@`[{")).collect();
        let literal: Vec<u8> = (0..1 + random.below(4)).map(|_| *random.one_of(b"aAbB@`[{")).collect();
        for case in [Case::Exact, Case::IgnoreAscii] {
            out.clear();
            kernels.anchor(&block, &Literal::new(&literal, case).unwrap(), &mut out);
            assert_eq!(out, expected(&block, &literal, case), "{literal:?} {case:?}");
            let first = kernels.find(&block, &Literal::new(&literal, case).unwrap());
            assert_eq!(first, out.first().map(|&at| at as usize), "{literal:?} {case:?}");
        }
    }
}

fn a_newline_a_nul_and_a_byte_that_is_not_ascii_are_seen_at_every_place(kernels: &Kernels) {
    let literals: [&[u8]; 2] = [b"x", b"a literal of some length"];
    let literals = literals.map(|literal| Literal::new(literal, Case::Exact).unwrap());
    let mut out = Vec::new();
    every_place(|block, place| {
        let literal = &literals[place % 2];
        // The neighbour of '\n' in value.
        block.fill(0x0b);
        for (byte, expected) in [(b'\n', (1, true, false)), (0x8a, (0, false, false)), (0, (0, true, true))] {
            block[place] = byte;
            let LineCount { newlines, is_ascii, has_nul } = kernels.anchor_and_newlines(block, literal, &mut out);
            assert_eq!((newlines, is_ascii, has_nul), expected, "{place} of {}", block.len());
        }
    });
    assert_eq!(out, [0; 0]);
}

fn one_pass_finds_what_two_find(kernels: &Kernels) {
    let mut random = Random(8);
    for _ in 0..cases(30_000) {
        let letters = *random.one_of(&[&b"ab\n"[..], &b"abcdefgh\n."[..], &b"ab\n\xc3"[..], &b"abc\n\0"[..]]);
        let block: Vec<u8> = (0..random.below(1500)).map(|_| *random.one_of(letters)).collect();
        let literal: Vec<u8> = (0..1 + random.below(5)).map(|_| *random.one_of(b"aAbB")).collect();
        let literal = Literal::new(&literal, *random.one_of(&[Case::Exact, Case::IgnoreAscii])).unwrap();
        let (mut out, mut found) = (vec![7], vec![7]);
        let newlines = block.iter().filter(|&&byte| byte == b'\n').count();
        let count = LineCount { newlines, is_ascii: block.is_ascii(), has_nul: block.contains(&0) };
        assert_eq!(kernels.anchor_and_newlines(&block, &literal, &mut out), count);
        kernels.anchor(&block, &literal, &mut found);
        assert_eq!(out, found, "{literal:?}");
    }
}

fn a_literal_before_a_byte_of_a_set_is_found_where_both_stand(kernels: &Kernels) {
    let mut random = Random(9);
    for _ in 0..cases(30_000) {
        let letters = *random.one_of(&[&b"ab0189+ \n"[..], &b"ab5\n\xc3\xff"[..], &b"aaaaab5"[..]]);
        let block: Vec<u8> = (0..random.below(1500)).map(|_| *random.one_of(letters)).collect();
        let literal: Vec<u8> = (0..1 + random.below(4)).map(|_| *random.one_of(b"aAbB")).collect();
        let case = *random.one_of(&[Case::Exact, Case::IgnoreAscii]);
        let wanted: Vec<u8> = (0..random.below(6)).map(|_| *random.one_of(letters)).collect();
        let set = ByteSet::new(|byte| wanted.contains(&byte));
        let stands = |&at: &u32| block.get(at as usize + literal.len()).is_some_and(|byte| wanted.contains(byte));
        let both: Vec<u32> = expected(&block, &literal, case).into_iter().filter(stands).collect();
        let (mut out, mut all) = (Vec::new(), Vec::new());
        let literal = Literal::new(&literal, case).unwrap();
        let lines = kernels.anchor_before(&block, &literal, &set, &mut out);
        assert_eq!(out, both, "{literal:?} {wanted:?}");
        assert_eq!(lines, kernels.anchor_and_newlines(&block, &literal, &mut all));
    }
}

fn the_searched_bytes_without_the_rest_are_not_an_occurrence(kernels: &Kernels) {
    let literal = b"Failed password";
    let anchor = Literal::new(literal, Case::Exact).unwrap();
    let (first, second) = anchor.pair();
    let mut out = Vec::new();
    for spoiled in (0..literal.len()).filter(|&at| ![first, second, anchor.third()].contains(&at)) {
        let mut text = literal.repeat(40);
        for occurrence in text.chunks_mut(literal.len()) {
            occurrence[spoiled] ^= 1;
        }
        kernels.anchor(&text, &anchor, &mut out);
        assert_eq!(out, [0; 0]);
    }
}

fn no_load_leaves_the_block(kernels: &Kernels) {
    let mut memory = Guarded::new(576);
    let mut random = Random(7);
    let literals =
        [&b"k"[..], b"ab", b"abca", b"a..............................................................b", b"a c"];
    let anchors = literals.map(|literal| Literal::new(literal, Case::Exact).unwrap());
    let finders = literals.map(memchr::memmem::Finder::new);
    let dots = ByteSet::new(|byte| byte == b'.');
    let (mut out, mut both) = (Vec::new(), Vec::new());
    let mut text = [0; 576];
    for round in 0..cases(1025) {
        for byte in &mut text {
            *byte = *random.one_of(b"abck .........");
        }
        for length in 0..=512 {
            let which = (round + length) % literals.len();
            for back in [false, true] {
                let block = memory.hold(&text[round % 64..][..length], back);
                out.clear();
                kernels.anchor(block, &anchors[which], &mut out);
                assert_eq!(kernels.find(block, &anchors[which]), out.first().map(|&at| at as usize));
                both.clear();
                assert_eq!(kernels.anchor_and_newlines(block, &anchors[which], &mut both), NO_LINES);
                assert_eq!(both, out);
                both.clear();
                kernels.anchor_before(block, &anchors[which], &dots, &mut both);
                let is_before = |&&at: &&u32| block.get(at as usize + literals[which].len()) == Some(&b'.');
                assert!(out.iter().filter(is_before).eq(&both));
                // The literals do not overlap with themselves, but for "abca".
                if which != 2 {
                    assert!(out.iter().copied().eq(finders[which].find_iter(block).map(|at| at as u32)));
                } else {
                    assert_eq!(out, expected(block, literals[which], Case::Exact));
                }
            }
        }
    }
}
