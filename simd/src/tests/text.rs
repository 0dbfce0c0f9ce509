//! UTF-8.

use super::guard::Guarded;
use super::harness::{Random, cases, some_of};
use super::index::every_place;
use super::on_each_isa;
use crate::Kernels;

on_each_isa!(
    a_wrong_byte_is_found_at_every_place,
    every_sequence_of_interesting_bytes_is_judged_as_std_does,
    every_code_point_is_valid_across_every_border,
    an_error_far_into_a_block_is_found_where_it_is,
    no_load_leaves_the_block,
);

fn std_valid_up_to(block: &[u8]) -> usize {
    std::str::from_utf8(block).map_or_else(|error| error.valid_up_to(), str::len)
}

fn a_wrong_byte_is_found_at_every_place(kernels: &Kernels) {
    let mut turn = 0;
    every_place(|block, place| {
        turn += 1;
        block.fill(b'a');
        block[place] = [0x80, 0xbf, 0xc0, 0xc3, 0xe2, 0xed, 0xf0, 0xf4, 0xf8, 0xff][turn % 10];
        assert_eq!(kernels.utf8_valid_up_to(block), place, "{} bytes", block.len());
        assert!(!kernels.is_utf8(block));
        block[place] = b'a';
        assert!(kernels.is_utf8(block));
    });
}

fn every_sequence_of_interesting_bytes_is_judged_as_std_does(kernels: &Kernels) {
    // The borders of all the ranges that the definition of UTF-8 speaks of.
    let bytes = [
        0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef,
        0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xff,
    ];
    let mut block = [b'.'; 128];
    let n = bytes.len();
    for number in some_of(n * n * n * n) {
        let four = [0, 1, 2, 3].map(|place: u32| bytes[number / n.pow(place) % n]);
        // Inside a vector, across the border of two groups, and across that of two vectors.
        for at in [5, 14, 30, 61] {
            block[at..at + 4].copy_from_slice(&four);
            assert_eq!(kernels.utf8_valid_up_to(&block), std_valid_up_to(&block), "{four:x?} at {at}");
            // Cut off after the four.
            assert_eq!(
                kernels.utf8_valid_up_to(&block[..at + 4]),
                std_valid_up_to(&block[..at + 4]),
                "{four:x?} at {at}"
            );
            block[at..at + 4].fill(b'.');
        }
    }
}

fn every_code_point_is_valid_across_every_border(kernels: &Kernels) {
    let mut text = String::new();
    for code in some_of(0x11_0000) {
        text.extend(char::from_u32(code as u32));
        if text.len() > 60_000 {
            assert!(kernels.is_utf8(text.as_bytes()));
            text.clear();
            // Another place for the next ones.
            text.extend(std::iter::repeat_n('.', code % 64));
        }
    }
    assert!(kernels.is_utf8(text.as_bytes()));
}

fn an_error_far_into_a_block_is_found_where_it_is(kernels: &Kernels) {
    let mut block = "aé€𝄞".repeat(700).into_bytes();
    let length = block.len();
    for place in some_of(length) {
        let byte = block[place];
        block[place] = 0xff;
        let expected = std_valid_up_to(&block);
        assert!(expected <= place);
        assert_eq!(kernels.utf8_valid_up_to(&block), expected, "{place}");
        block[place] = byte;
        assert_eq!(kernels.utf8_valid_up_to(&block[..place]), std_valid_up_to(&block[..place]), "{place}");
    }
}

fn no_load_leaves_the_block(kernels: &Kernels) {
    let mut memory = Guarded::new(576);
    let mut random = Random(8);
    let pieces = ["a", "é", "€", "𝄞", "plain text "];
    for round in 0..cases(1025) {
        let mut text = String::new();
        while text.len() < 600 {
            text.push_str(random.one_of::<&str>(&pieces));
        }
        for length in 0..=512 {
            let bytes = &text.as_bytes()[round % 64..][..length];
            let expected = std_valid_up_to(bytes);
            for back in [false, true] {
                let block = memory.hold(bytes, back);
                assert_eq!(kernels.utf8_valid_up_to(block), expected);
            }
        }
    }
}
