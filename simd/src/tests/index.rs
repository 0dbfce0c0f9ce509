//! Newlines, lines and byte sets.

use super::guard::Guarded;
use super::harness::{Random, cases, some_of};
use super::on_each_isa;
use crate::{ByteSet, Kernels, Span};

on_each_isa!(
    a_newline_is_found_at_every_place,
    one_byte_that_is_not_ascii_is_seen_at_every_place,
    each_byte_of_a_set_is_found_at_every_place,
    a_byte_set_finds_its_members_and_nothing_else,
    positions_are_appended_in_order_across_many_batches,
    each_line_with_a_place_is_given_once,
    no_load_leaves_the_block,
);

/// Calls `check` with every length to 512, at 64 offsets from a 64-byte boundary, with every place in it.
pub(super) fn every_place(mut check: impl FnMut(&mut [u8], usize)) {
    let mut memory = vec![[0u8; 64]; 10];
    let memory = memory.as_flattened_mut();
    let aligned = memory.as_ptr().align_offset(64);
    for offset in some_of(64) {
        for length in some_of(513) {
            for place in some_of(length) {
                check(&mut memory[aligned + offset..][..length], place);
            }
        }
    }
}

/// The positions of the bytes that are `wanted`.
fn expected(block: &[u8], wanted: impl Fn(u8) -> bool) -> Vec<u32> {
    (0..).zip(block).filter(|&(_, &byte)| wanted(byte)).map(|(at, _)| at).collect()
}

fn a_newline_is_found_at_every_place(kernels: &Kernels) {
    let mut out = Vec::new();
    every_place(|block, place| {
        // Neighbours of '\n' in value, and '\n' with one more bit.
        block.fill(0x8a);
        block[place] = b'\n';
        out.clear();
        kernels.newlines(block, &mut out);
        assert_eq!(out, [place as u32], "{} bytes", block.len());
    });
}

fn one_byte_that_is_not_ascii_is_seen_at_every_place(kernels: &Kernels) {
    let mut out = Vec::new();
    every_place(|block, place| {
        block.fill(0x7f);
        assert!(kernels.newlines(block, &mut out));
        block[place] = 0x80;
        assert!(!kernels.newlines(block, &mut out), "{place} of {} bytes", block.len());
    });
    assert!(out.is_empty());
}

fn each_byte_of_a_set_is_found_at_every_place(kernels: &Kernels) {
    let wanted = |byte: u8| byte.is_ascii_punctuation() || byte >= 0xf0;
    let set = ByteSet::new(wanted);
    let members: Vec<u8> = (0..=255).filter(|&byte| wanted(byte)).collect();
    let others: Vec<u8> = (0..=255).filter(|&byte| !wanted(byte)).collect();
    let mut out = Vec::new();
    let mut turn = 0;
    every_place(|block, place| {
        turn += 1;
        block.fill(others[turn % others.len()]);
        block[place] = members[turn % members.len()];
        out.clear();
        kernels.byte_set(block, &set, &mut out);
        assert_eq!(out, [place as u32], "{} bytes", block.len());
    });
}

fn a_byte_set_finds_its_members_and_nothing_else(kernels: &Kernels) {
    let every_byte: Vec<u8> = (0..=255u8).rev().chain(0..=255).collect();
    let mut random = Random(3);
    let mut out = Vec::new();
    for _ in 0..cases(20_000) {
        // Also with an end that fills no vector, and with zero in the set: no position after the end is found.
        let block = &every_byte[random.below(64)..];
        let (low, high) = (random.next() as u8, random.next() as u8);
        let wanted = |byte: u8| byte & low == byte & high & 0x5f;
        out.clear();
        kernels.byte_set(block, &ByteSet::new(wanted), &mut out);
        assert_eq!(out, expected(block, wanted), "{low} {high}");
    }
}

fn positions_are_appended_in_order_across_many_batches(kernels: &Kernels) {
    let mut random = Random(4);
    for density in [1, 2, 7, 60, 5000] {
        let block: Vec<u8> =
            (0..cases(300_001)).map(|_| if random.below(density) == 0 { b'\n' } else { b'x' }).collect();
        let mut out = vec![7, 9];
        kernels.newlines(&block, &mut out);
        assert_eq!(out[..2], [7, 9]);
        assert_eq!(out[2..], expected(&block, |byte| byte == b'\n'));
    }
}

fn each_line_with_a_place_is_given_once(kernels: &Kernels) {
    let mut memory = Guarded::new(700);
    let mut random = Random(9);
    let mut out = Vec::new();
    for _ in 0..cases(100_000) {
        let density = *random.one_of(&[1, 3, 20, 150, 1000]);
        let text: Vec<u8> =
            (0..random.below(700)).map(|_| if random.below(density) == 0 { b'\n' } else { b'x' }).collect();
        let block = memory.hold(&text, random.below(2) == 0);
        let some = 1 + random.below(100);
        let places: Vec<u32> = (0..block.len() as u32).filter(|_| random.below(some) == 0).collect();
        // Lines that end in a newline have it at their ends; the last may have none.
        let mut end = 0;
        let lines = block.split_inclusive(|&byte| byte == b'\n').map(|line| {
            end += line.len();
            (end - line.len(), end, line.ends_with(b"\n"))
        });
        let with_a_place =
            lines.filter(|&(start, end, _)| places.iter().any(|&place| (start..end).contains(&(place as usize))));
        let expected: Vec<Span> = with_a_place
            .map(|(start, end, has_newline)| Span::new(start as u32, (end - usize::from(has_newline)) as u32))
            .collect();
        out.clear();
        kernels.lines_around(block, &places, &mut out);
        assert_eq!(out, expected);
    }
}

fn no_load_leaves_the_block(kernels: &Kernels) {
    let mut memory = Guarded::new(576);
    let mut random = Random(5);
    let set = ByteSet::new(|byte| b"\n:,".contains(&byte));
    let mut out = Vec::new();
    let mut text = [0; 576];
    // More than a million blocks for each of the two kernels.
    for round in 0..cases(1025) {
        for byte in &mut text {
            *byte = *random.one_of(b"\n:,0z9\x8a ");
        }
        for length in 0..=512 {
            let block = memory.hold(&text[round % 64..][..length], true);
            for block in [block, &block[..length - length.min(round % 3)]] {
                out.clear();
                kernels.newlines(block, &mut out);
                assert!(out.iter().copied().eq(memchr::memchr_iter(b'\n', block).map(|at| at as u32)));
                out.clear();
                kernels.byte_set(block, &set, &mut out);
                assert!(out.iter().copied().eq(memchr::memchr3_iter(b'\n', b':', b',', block).map(|at| at as u32)));
            }
            let block = memory.hold(&text[round % 64..][..length], false);
            out.clear();
            kernels.newlines(block, &mut out);
            assert!(out.iter().copied().eq(memchr::memchr_iter(b'\n', block).map(|at| at as u32)));
        }
    }
}
