//! Floats.

use super::guard::Guarded;
use super::harness::{Random, cases, some_of};
use super::integers::Texts;
use super::on_each_isa;
use crate::{Bitmap, FloatForm, Kernels, Span};

on_each_isa!(
    every_short_decimal_is_read,
    a_point_is_right_at_every_place_of_every_length,
    random_floats_are_read_bit_by_bit,
    hard_cases_are_rounded_correctly,
    mantissas_around_powers_of_two_are_rounded_correctly,
    what_is_no_float_is_refused,
    a_wrong_byte_is_refused_at_every_place,
    percentages_are_hundredths_of_the_float,
    no_load_leaves_the_block,
);

/// The standard library's float, for the texts that are floats here.
fn expected(text: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?;
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let named = unsigned.eq_ignore_ascii_case("inf") || unsigned.eq_ignore_ascii_case("nan");
    if !named && !unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None; // "infinity", and two signs.
    }
    text.parse().ok()
}

fn floats(kernels: &Kernels, block: &[u8], spans: &[Span], form: FloatForm) -> Vec<Option<u64>> {
    let (mut values, mut valid) = (Vec::new(), Bitmap::new());
    kernels.floats(block, spans, form, &mut values, &mut valid);
    assert_eq!((values.len(), valid.len()), (spans.len(), spans.len()));
    let row = |(value, valid): (f64, bool)| {
        assert!(valid || value.to_bits() == 0, "a row without a value holds {value}");
        valid.then(|| value.to_bits())
    };
    values.into_iter().zip(valid.iter()).map(row).collect()
}

fn check(kernels: &Kernels, texts: &Texts) {
    let got = floats(kernels, &texts.block, &texts.spans, FloatForm::Plain);
    for (span, got) in texts.spans.iter().zip(got) {
        let text = span.of(&texts.block).unwrap();
        let wanted = expected(text).map(|value| if value.is_nan() { f64::NAN } else { value }.to_bits());
        assert_eq!(got, wanted, "{:?}", String::from_utf8_lossy(text));
    }
}

fn every_short_decimal_is_read(kernels: &Kernels) {
    let mut texts = Texts::default();
    for places in 0..6usize {
        for number in some_of(100_000) {
            let digits = format!("{number:0width$}", width = places + 1);
            let (whole, fraction) = digits.split_at(digits.len() - places);
            let point = if places > 0 { "." } else { "" };
            texts.push(format!("{whole}{point}{fraction}").as_bytes(), b'.');
        }
    }
    check(kernels, &texts);
}

fn a_point_is_right_at_every_place_of_every_length(kernels: &Kernels) {
    for length in 1..=40 {
        for digits in ["1234567890", "0", "9", "0000000000000000001", "9007199254740993"] {
            let mut texts = Texts::default();
            for sign in ["", "-", "+"] {
                for point in 0..=length {
                    let mut text = digits.repeat(40)[..length].to_owned();
                    texts.push(format!("{sign}{text}").as_bytes(), b'8');
                    text.insert(point, '.');
                    texts.push(format!("{sign}{text}").as_bytes(), b'.');
                    text.insert(length / 2, '.');
                    texts.push(format!("{sign}{text}").as_bytes(), b'-');
                }
            }
            check(kernels, &texts);
        }
    }
}

fn random_floats_are_read_bit_by_bit(kernels: &Kernels) {
    let mut random = Random(12);
    for _ in 0..cases(1000) {
        let mut texts = Texts::default();
        for _ in 0..1000 {
            let bits = f64::from_bits(random.next());
            let unit = (random.next() >> 11) as f64 / (1u64 << 53) as f64;
            let text = match random.below(6) {
                0 => format!("{bits:e}"),
                1 => format!("{unit}"),
                2 => format!("{}", unit * 1e6),
                3 => format!("-{:.*}", random.below(20), unit * 1e4),
                4 => format!("{}", random.next() >> random.below(64)),
                _ => format!("{}.{}", random.next() >> (random.below(60) + 4), random.next() >> (random.below(60) + 4)),
            };
            texts.push(text.as_bytes(), b'0');
        }
        check(kernels, &texts);
    }
}

fn hard_cases_are_rounded_correctly(kernels: &Kernels) {
    let mut texts = Texts::default();
    let cases = [
        // Ties and near ties at the end of the mantissa.
        "9007199254740991",
        "9007199254740992",
        "9007199254740993",
        "9007199254740995",
        "9007199254740992.5",
        "9007199254740993.0",
        "9007199254740993.00000000000000000000000001",
        "900719925474099.3",
        "9007199254740.993",
        "0.9007199254740993",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "9999999999999999999",
        "99999999999999999999",
        "0.9999999999999999999",
        "1.0000000000000001110",
        "1.00000000000000011102230246251565404236316680908203125",
        "1.00000000000000011102230246251565404236316680908203124",
        "1.00000000000000011102230246251565404236316680908203126",
        // Subnormal, least, greatest, too great, too small.
        "2.2250738585072011e-308",
        "2.2250738585072014e-308",
        "4.9e-324",
        "5e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "1e-400",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "1e309",
        "1e400",
        "1e99999999999999999999",
        "1e-99999999999999999999",
        "0e99999999999999999999",
        "6.9294956446009195e15",
        "3.7455744005952583e15",
        "7.2057594037927933e16",
        "8.98846567431158e307",
        "1e23",
        "8.5e22",
        "1e22",
        "123456789e15",
        "0.000000000000000000000000000000000001",
        "0.1",
        "0.2",
        "0.3",
        "0.30000000000000004",
        "1.1",
        "2.675",
        "1e16",
        "5e-1",
        "-0",
        "-0.0",
        "+0.0",
        "0",
        "00000",
        "0.0000000000000000000000",
        "000000000000000000000000.1",
        "-1.5e3",
        "1E5",
        "1e+5",
        "1.e5",
        ".5e-3",
        "inf",
        "-inf",
        "+INF",
        "Inf",
        "nan",
        "-NaN",
        "NAN",
        "1e0000000000000000000000000000001",
    ];
    for case in cases {
        texts.push(case.as_bytes(), b'7');
    }
    // A decimal with 770 digits that lies just above a tie.
    texts.push(format!("1.00000000000000011102230246251565404236316680908203125{}1", "0".repeat(700)).as_bytes(), b' ');
    check(kernels, &texts);
    assert!(texts.spans.iter().all(|span| expected(span.of(&texts.block).unwrap()).is_some()));
}

fn mantissas_around_powers_of_two_are_rounded_correctly(kernels: &Kernels) {
    let mut random = Random(13);
    for bit in 50..64 {
        let mut texts = Texts::default();
        for _ in 0..cases(5000) {
            // Near the middle of two floats.
            let half = 1u64 << (bit - 53).max(0);
            let mantissa = (1u64 << bit | random.next() >> (64 - bit)) / half * half + half / 2;
            let mantissa = mantissa.wrapping_add(random.below(5) as u64).wrapping_sub(2);
            let mut text = mantissa.to_string();
            if random.below(4) > 0 {
                text.insert(random.below(text.len()), '.');
            }
            texts.push(text.as_bytes(), b'6');
        }
        check(kernels, &texts);
    }
}

fn what_is_no_float_is_refused(kernels: &Kernels) {
    let mut texts = Texts::default();
    let wrong = [
        "",
        ".",
        "-",
        "+",
        "-.",
        "+.",
        "e5",
        ".e5",
        "1e",
        "1e+",
        "1e-",
        "1e5.",
        "1.2.3",
        "1..2",
        "..1",
        "--1",
        "+-1",
        "1-",
        "1_0",
        " 1",
        "1 ",
        "0x10",
        "infinity",
        "in",
        "infi",
        "na",
        "nano",
        "1f",
        "1,5",
        "1%",
        "1e5e5",
        "e",
        "1.5e",
        "\u{661}",
        "1e 5",
        "12345678-",
        "1234567890123456-",
        "..",
        "...",
        "1.......2",
        "1.2.",
        ".1.",
        "12345678.12345678.",
    ];
    for (number, text) in wrong.iter().enumerate() {
        texts.push(text.as_bytes(), b'7');
        assert_eq!(expected(text.as_bytes()), None, "{text}");
        // With right ones between them.
        for good in 0..number % 9 {
            texts.push(format!("{good}.5").as_bytes(), b'7');
        }
    }
    check(kernels, &texts);
}

fn a_wrong_byte_is_refused_at_every_place(kernels: &Kernels) {
    for text in ["1", "1.5", "-12.345", "1234567.1234567", "12345678901.2345678901", "0.12345678901234567"] {
        for byte in some_of(256).map(|byte| byte as u8) {
            let mut texts = Texts::default();
            for place in 0..text.len() {
                let mut text = text.as_bytes().to_vec();
                text[place] = byte;
                texts.push(&text, b'0');
            }
            for _ in 0..texts.spans.len() % 8 {
                texts.push(text.as_bytes(), b'0');
            }
            check(kernels, &texts);
        }
    }
}

fn percentages_are_hundredths_of_the_float(kernels: &Kernels) {
    let mut random = Random(14);
    for _ in 0..cases(2000) {
        let mut texts = Texts::default();
        let mut wanted = Vec::new();
        for _ in 0..64 {
            let number = format!("{:.*}", random.below(5), (random.next() >> random.below(64)) as f64 / 1e3);
            let sign = if random.below(50) == 0 { "" } else { "%" };
            texts.push(format!("{number}{sign}").as_bytes(), b'%');
            let value: f64 = number.parse().unwrap();
            wanted.push((sign == "%").then(|| (value / 100.0).to_bits()));
        }
        assert_eq!(floats(kernels, &texts.block, &texts.spans, FloatForm::Percent), wanted);
    }
    let mut texts = Texts::default();
    for text in ["%", "", "5%%", "%5", "5% ", "-%", "1e2%", "inf%", "-0%"] {
        texts.push(text.as_bytes(), b'%');
    }
    let bits = |value: f64| Some(value.to_bits());
    assert_eq!(
        floats(kernels, &texts.block, &texts.spans, FloatForm::Percent),
        [None, None, None, None, None, None, bits(1.0), bits(f64::INFINITY), bits(-0.0)],
    );
}

fn no_load_leaves_the_block(kernels: &Kernels) {
    let mut memory = Guarded::new(1024);
    let mut random = Random(15);
    let mut texts = Texts::default();
    for round in 0..cases(525_000) {
        texts.block.clear();
        texts.spans.clear();
        for _ in 0..1 + round % 10 {
            let mut text = (random.next() >> random.below(64)).to_string();
            text.insert(random.below(text.len()), '.');
            texts.push(text.as_bytes(), b'3');
        }
        texts.block.pop();
        let wanted = texts.spans.iter().map(|span| expected(span.of(&texts.block).unwrap()).map(f64::to_bits));
        let wanted: Vec<_> = wanted.collect();
        for back in [false, true] {
            let block = memory.hold(&texts.block, back);
            assert_eq!(floats(kernels, block, &texts.spans, FloatForm::Plain), wanted);
        }
    }
}
