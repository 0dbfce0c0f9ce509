//! Integers.

use super::guard::Guarded;
use super::harness::{Random, cases, some_of};
use super::on_each_isa;
use crate::{Bitmap, Kernels, Span};

on_each_isa!(
    all_integers_of_8_and_16_bits_are_read,
    integers_around_every_power_of_ten_and_bound_are_read_or_refused,
    random_integers_of_64_bits_are_read,
    a_wrong_byte_is_refused_at_every_place_of_every_length,
    zeros_in_front_do_not_matter,
    grouping_bytes_mean_nothing,
    spans_that_are_no_spans_have_no_value,
    rows_of_every_number_and_offset_agree,
    no_load_leaves_the_block,
);

/// Texts, one after the other with a byte between them, and the span of each.
#[derive(Default)]
pub(super) struct Texts {
    pub(super) block: Vec<u8>,
    pub(super) spans: Vec<Span>,
}

impl Texts {
    pub(super) fn push(&mut self, text: &[u8], separator: u8) {
        let start = self.block.len() as u32;
        self.block.extend_from_slice(text);
        self.spans.push(Span::new(start, self.block.len() as u32));
        self.block.push(separator);
    }
}

/// `[+-]?[0-9]+` as an i64: the standard library says the same of every text.
fn expected(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn integers(kernels: &Kernels, block: &[u8], spans: &[Span], grouping: Option<u8>) -> Vec<Option<i64>> {
    let (mut values, mut valid) = (Vec::new(), Bitmap::new());
    kernels.integers(block, spans, grouping, &mut values, &mut valid);
    assert_eq!((values.len(), valid.len()), (spans.len(), spans.len()));
    let row = |(value, valid): (i64, bool)| {
        assert!(valid || value == 0, "a row without a value holds {value}");
        valid.then_some(value)
    };
    values.into_iter().zip(valid.iter()).map(row).collect()
}

/// Checks a column of texts against the standard library.
fn check(kernels: &Kernels, texts: &Texts) {
    let got = integers(kernels, &texts.block, &texts.spans, None);
    for (span, got) in texts.spans.iter().zip(got) {
        let text = span.of(&texts.block).unwrap();
        assert_eq!(got, expected(text), "{:?}", String::from_utf8_lossy(text));
    }
}

fn all_integers_of_8_and_16_bits_are_read(kernels: &Kernels) {
    let mut texts = Texts::default();
    let whole = (i32::from(i16::MIN)..=i32::from(u16::MAX)).map(|number| number.to_string());
    let signed = (0..=i32::from(u16::MAX)).map(|number| format!("+{number}"));
    let padded = (0..=255).map(|number| format!("{number:03}"));
    for text in whole.chain(signed).chain(padded) {
        texts.push(text.as_bytes(), b' ');
    }
    check(kernels, &texts);
}

fn integers_around_every_power_of_ten_and_bound_are_read_or_refused(kernels: &Kernels) {
    let mut centres: Vec<i128> = (0..=25).map(|power| 10i128.pow(power)).collect();
    centres.extend((0..=80).map(|power| 1i128 << power));
    centres.extend([i8::MAX.into(), i16::MAX.into(), i32::MAX.into(), i64::MAX.into(), u64::MAX.into(), 0]);
    let near: Vec<i128> = centres.iter().flat_map(|&centre| centre - 2..=centre + 2).collect();
    let all: Vec<i128> = near.iter().flat_map(|&number| [number, -number]).collect();
    // Each alone in a column of its like, and all together.
    let mut together = Texts::default();
    for number in all {
        let mut alone = Texts::default();
        for _ in 0..9 {
            alone.push(number.to_string().as_bytes(), b'\n');
        }
        check(kernels, &alone);
        together.push(number.to_string().as_bytes(), b'9');
        // With a sign also where the number has none.
        together.push(format!("{number:+}").as_bytes(), b'9');
    }
    check(kernels, &together);
}

fn random_integers_of_64_bits_are_read(kernels: &Kernels) {
    let mut random = Random(9);
    for _ in 0..cases(1000) {
        let mut texts = Texts::default();
        for _ in 0..1000 {
            // All bit lengths are equally likely.
            let number = random.next() >> random.below(64);
            match random.below(3) {
                0 => texts.push(number.to_string().as_bytes(), b'1'),
                1 => texts.push(number.cast_signed().to_string().as_bytes(), b'-'),
                _ => texts.push(number.cast_signed().wrapping_neg().to_string().as_bytes(), b' '),
            }
        }
        check(kernels, &texts);
    }
}

fn a_wrong_byte_is_refused_at_every_place_of_every_length(kernels: &Kernels) {
    for length in 1..=30 {
        for byte in some_of(256).map(|byte| byte as u8) {
            let mut texts = Texts::default();
            for place in 0..length {
                let mut text = vec![b'0'; length];
                text[length - 1] = b'7';
                text[place] = byte;
                texts.push(&text, b'5');
            }
            check(kernels, &texts);
        }
    }
}

fn zeros_in_front_do_not_matter(kernels: &Kernels) {
    let mut texts = Texts::default();
    for zeros in 0..70 {
        for number in ["0", "1", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "12345678"] {
            let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
            texts.push(format!("{sign}{}{digits}", "0".repeat(zeros)).as_bytes(), b',');
        }
    }
    check(kernels, &texts);
}

fn grouping_bytes_mean_nothing(kernels: &Kernels) {
    let rows: [(&[u8], Option<i64>); 14] = [
        (b"1,234", Some(1234)),
        (b"-1,234,567", Some(-1_234_567)),
        (b"12345678", Some(12_345_678)),
        (b",1,", Some(1)),
        (b",", None),
        (b"-,", None),
        (b"", None),
        (b"1,,2", Some(12)),
        (b"1_2", None),
        (b"9,223,372,036,854,775,807", Some(i64::MAX)),
        (b"9,223,372,036,854,775,808", None),
        (b"-9,223,372,036,854,775,808", Some(i64::MIN)),
        (b"+0,000,000,000,000,000,000,000,000,000,012", Some(12)),
        (b",-1", None),
    ];
    let mut texts = Texts::default();
    let mut wanted = Vec::new();
    for shift in 0..rows.len() {
        for row in 0..rows.len() {
            let (text, value) = rows[(row + shift) % rows.len()];
            texts.push(text, b'5');
            wanted.push(value);
        }
    }
    assert_eq!(integers(kernels, &texts.block, &texts.spans, Some(b',')), wanted);
}

fn spans_that_are_no_spans_have_no_value(kernels: &Kernels) {
    let block = [b'7'; 64];
    let wrong = [
        Span::new(5, 4),
        Span::new(64, 65),
        Span::new(0, 65),
        Span::new(u32::MAX, u32::MAX),
        Span::new(u32::MAX, 0),
        Span::new(0, u32::MAX),
        Span::new(40, 24),
        Span::new(64, 64),
    ];
    for place in 0..17 {
        for wrong in wrong {
            let mut spans = [Span::new(40, 42); 17];
            spans[place] = wrong;
            let mut wanted = [Some(77); 17];
            wanted[place] = None;
            assert_eq!(integers(kernels, &block, &spans, None), wanted, "{wrong:?}");
        }
    }
    assert_eq!(integers(kernels, b"", &[Span::new(0, 0); 9], None), [None; 9]);
}

fn rows_of_every_number_and_offset_agree(kernels: &Kernels) {
    let mut random = Random(10);
    for rows in 0..=64 {
        for offset in some_of(64) {
            let mut texts = Texts { block: vec![b'4'; offset], spans: Vec::new() };
            for _ in 0..rows {
                let number = random.next().cast_signed() >> random.below(64);
                texts.push(number.to_string().as_bytes(), b'4');
            }
            check(kernels, &texts);
        }
    }
}

fn no_load_leaves_the_block(kernels: &Kernels) {
    let mut memory = Guarded::new(512);
    let mut random = Random(11);
    let mut texts = Texts::default();
    // More than a million blocks of one to twelve rows, the first at the front page or the last at the back page.
    for round in 0..cases(525_000) {
        texts.block.clear();
        texts.spans.clear();
        for _ in 0..1 + round % 12 {
            let number = random.next() >> random.below(64);
            texts.push(number.to_string().as_bytes(), b'3');
        }
        texts.block.pop();
        let wanted = texts.spans.iter().map(|span| expected(span.of(&texts.block).unwrap()));
        let wanted: Vec<_> = wanted.collect();
        for back in [false, true] {
            let block = memory.hold(&texts.block, back);
            assert_eq!(integers(kernels, block, &texts.spans, None), wanted);
        }
    }
}
