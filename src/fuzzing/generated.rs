//! The same promises on generated cases, for machines without a fuzzer: they are the same each time, and nothing leads them to new code.

use super::*;
use crate::{
    engine::program::{
        pieces::{NOISE, OTHERS, TYPES},
        tests::{Random, format, text, with_others},
    },
    lanes::share_of,
};

/// Up to `most` of these words in a row, now and then with something else between.
fn words(random: &mut Random, words: &[&str], most: usize) -> String {
    let mut text = String::new();
    for _ in 0..1 + random.below(most) {
        text.push_str(random.one_of(words));
        match random.below(12) {
            0 => text.push_str(random.one_of(OTHERS)),
            1 => text.push_str(random.one_of(NOISE)),
            _ => {}
        }
    }
    text
}

#[test]
fn any_text_is_a_pattern_or_an_error_that_points_into_it() {
    const WORDS: &[&str] = &[
        "{",
        "}",
        "{{",
        "}}",
        "{:[}",
        "{:]}",
        "{a}",
        "{a.b[c]",
        "{:d}",
        "{a:",
        "{:>5",
        "|-",
        "|",
        "}",
        "kv(",
        "level,took:dur)",
        "%Y",
        "%H:%M",
        "d",
        "ti",
        "t",
        "q",
        ":",
        ".",
        "[",
        "]",
        "*",
        "0",
        "4.2f",
        "_<",
        "=",
        " ",
        "x",
        "é",
        "{r:w}",
        "{:w}{:w}",
        "{:*}",
        "{:dur}",
        "{:size|",
        "\n",
    ];
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for case in 0..share_of(400) {
        pattern_or_error(&words(&mut random, WORDS, 10), case % 2 == 0);
    }
}

#[test]
fn a_format_of_another_tool_is_a_pattern_or_an_error_that_points_into_it() {
    const TOOLS: &[(&str, &[&str])] = &[
        (
            "nginx",
            &[
                "$remote_addr",
                "$status",
                "${body_bytes_sent}",
                "$x",
                "$1",
                "$",
                "{",
                "}",
                "log_format a '",
                "'",
                "\"",
                "\\",
                " ",
                "[",
                "- ",
                "$time_local",
                ";",
            ],
        ),
        (
            "apache",
            &[
                "%h",
                "%t",
                "%>s",
                "%{Referer}i",
                "%{%F %T}t",
                "%{",
                "}t",
                "%",
                "%%",
                "%400,5",
                "{x}",
                "LogFormat \"",
                "\"",
                "\\",
                " ",
                "%b",
                "^ti",
                "%{é}o",
            ],
        ),
        (
            "dissect",
            &[
                "%{a}",
                "%{b->}",
                "%{+a}",
                "%{?x}",
                "%{}",
                "%{",
                "}",
                "|integer",
                "%{c|float}",
                "->",
                " ",
                ", ",
                "=",
                "%{d[e]}",
                "[",
                "]",
                ".",
                "é",
                "<",
                "%{f->}",
            ],
        ),
        (
            "grok",
            &[
                "%{WORD:a}",
                "%{NUMBER:n:int}",
                "%{COMBINEDAPACHELOG}",
                "(?:",
                ")?",
                "(?:%{INT:i}|-)",
                "\\[",
                "\\s+",
                ".*",
                "%{",
                "}",
                "^",
                "$",
                " ",
                "x",
                "é+",
                "[a]",
                "%{IP:[c][d]}",
                "%{SYSLOGBASE}",
                "|",
            ],
        ),
        (
            "w3c",
            &[
                "#Fields: ",
                "date ",
                "time ",
                "s-ip ",
                "cs(User-Agent) ",
                "sc-status ",
                "time-taken ",
                "x-é ",
                "- ",
                "( ",
                "1 ",
            ],
        ),
    ];
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    for _ in 0..share_of(500) {
        for (tool, vocabulary) in TOOLS {
            converted_format(tool, &words(&mut random, vocabulary, 8));
        }
    }
}

#[test]
fn a_value_is_the_same_in_a_single_call_and_in_a_column() {
    let mut random = Random(0xD1B5_4A32_D192_ED03);
    for _ in 0..share_of(400) {
        let (code, samples) = TYPES[random.below(TYPES.len())];
        let one = |random: &mut Random| match random.below(4) {
            0 => random.one_of(samples).to_owned(),
            1 => words(random, samples, 2),
            2 => random.one_of(samples).replacen(char::is_numeric, random.one_of(&["0", "9", "12", "", "٣"]), 1),
            _ => {
                let sample = random.one_of(samples).to_owned();
                with_others(random, sample)
            }
        };
        let texts: Vec<String> = (0..1 + random.below(40)).map(|_| one(&mut random)).collect();
        same_value(code, &texts.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

#[test]
fn a_time_is_the_moment_that_counting_days_comes_to() {
    let mut random = Random(0xA076_1D64_78BD_642F);
    for _ in 0..share_of(100) {
        let day = (1 + random.below(9999) as i32, 1 + random.below(12) as u8, 1 + random.below(28) as u8);
        let micros = (random.below(86_400) * 1_000_000 + random.below(1_000_000)) as i64;
        written_time_is_read(day, micros, random.below(2879) as i32 - 1439);
    }
}

/// Records of a format, with other lines between and ends of lines of each kind.
fn log(random: &mut Random, pieces: &[Vec<&str>]) -> Vec<u8> {
    let mut log = Vec::new();
    for _ in 0..random.below(30) {
        let line = match random.below(6) {
            0 => NOISE.concat(),
            1 => String::new(),
            2 => {
                let line = text(random, pieces);
                with_others(random, line)
            }
            _ => text(random, pieces),
        };
        log.extend(line.bytes());
        if random.below(20) == 0 {
            log.push([0xff, 0, b'\r', 0xc3][random.below(4)]);
        }
        log.extend(random.one_of(&["\n", "\n", "\n", "\r\n", "\n\n", "", "\0\n", "\n\0\0"]).bytes());
    }
    log
}

#[test]
fn a_scan_is_the_same_however_its_input_comes() {
    let mut random = Random(0xE703_7ED1_A0B4_28DB);
    for _ in 0..share_of(300) {
        let (format, pieces) = format(&mut random, TYPES);
        let log = log(&mut random, &pieces);
        let way = Way {
            threads: 1 + random.below(3),
            block_bytes: 1 + random.below(300),
            step: random.below(100),
            multiline: random.below(4) == 0,
            max_record_bytes: if random.below(4) == 0 { 1 + random.below(64) } else { 1 << 20 },
        };
        same_scan(&format, &log, way);
    }
}

#[cfg(feature = "gzip")]
#[test]
fn a_gzip_file_that_is_damaged_gives_its_rows_or_says_so() {
    use std::io::Write as _;
    let mut random = Random(0x8EBC_6AF0_9C88_C6E3);
    for _ in 0..share_of(300) {
        let (format, pieces) = format(&mut random, TYPES);
        let log = log(&mut random, &pieces);
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let packed = encoder.write_all(&log).and_then(|()| encoder.finish());
        let mut packed = packed.unwrap_or_else(|error| panic!("{error}"));
        let at = 10 + random.below(packed.len() - 10);
        let damage = if random.below(2) == 0 { Damage::Cut } else { Damage::Flipped };
        match damage {
            Damage::Cut => packed.truncate(at),
            Damage::Flipped => packed[at] ^= 1 << random.below(8),
        }
        let way = Way {
            threads: 2,
            block_bytes: 1 + random.below(300),
            step: 1 + random.below(50),
            multiline: false,
            max_record_bytes: 1 << 20,
        };
        damaged_scan(&format, &log, &packed, damage, way);
    }
}
