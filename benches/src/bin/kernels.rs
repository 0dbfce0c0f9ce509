//! Each kernel on each instruction set beside its peers: `cargo run --release -p parsimd-benches --bin kernels`.
//!
//! Prints the table, and last the targets and whether they are met. With `--record` the same goes to a file in
//! `benches/record/`, named after the CPU and the day. Words on the command line choose the races whose names contain
//! one of them. Every contestant's answer is checked in every round.

use std::fmt::Write as _;

use parsimd_benches::record;
use parsimd_benches::rounds::{Finish, Race, Unit};
use parsimd_benches::texts::{Column, Random, access_log, read};
use parsimd_simd::{
    Bitmap, ByteSet, Case, Class, Cursors, DatetimeLayout, FloatForm, Isa, Kernels, Literal, Span, Take, ValidRows,
    kernels,
};

/// Rows of a column: as many as a block of a few hundred KiB has, which fits a second-level cache.
const ROWS: usize = 8192;
/// Bytes of a text that fits no cache but perhaps the last, and of a block of it.
const LARGE: usize = 256 << 20;
const BLOCK: usize = 256 << 10;

/// A target: of the instruction sets `isas`, the best must be `ratio` times as quick as the best peer of a race.
struct Target {
    race: &'static str,
    isas: &'static [Isa],
    ratio: f64,
}

const ANY: &[Isa] = &[Isa::Avx512, Isa::Avx2, Isa::Sse42, Isa::Neon];
const TARGETS: &[Target] = &[
    Target { race: "integers of 1 to 6 digits", isas: ANY, ratio: 5.0 },
    Target { race: "integers of 8 to 16 digits", isas: ANY, ratio: 2.5 },
    Target { race: "short floats", isas: ANY, ratio: 2.5 },
    Target { race: "floats of 17 digits", isas: ANY, ratio: 0.95 },
    Target { race: "timestamps, ISO 8601", isas: ANY, ratio: 5.0 },
    Target { race: "timestamps, Apache", isas: ANY, ratio: 5.0 },
    Target { race: "anchor, from memory", isas: ANY, ratio: 1.3 },
    Target { race: "anchor against reading", isas: ANY, ratio: 0.8 },
    Target { race: "positions of newlines, from memory", isas: &[Isa::Avx512], ratio: 1.2 },
    Target { race: "positions of newlines, from memory", isas: &[Isa::Avx2], ratio: 0.95 },
    Target { race: "UTF-8 check, from memory", isas: ANY, ratio: 1.0 },
    Target { race: "UTF-8 check, from cache", isas: ANY, ratio: 1.0 },
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_recorded = arguments.iter().any(|argument| argument == "--record");
    let words: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let chosen = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));

    let mut text =
        format!("# Kernels\n\n{}\nMedians of interleaved rounds on one thread, CPU time.\n\n", record::machine());
    let mut finished: Vec<(&str, Finish)> = Vec::new();
    print!("{text}");
    for (name, race) in RACES {
        if chosen(name) {
            let finish = race(name);
            println!("{}", finish.table());
            let _ = writeln!(text, "{}", finish.table());
            finished.push((name, finish));
        }
    }
    let targets = targets(&finished);
    println!("{targets}");
    text.push_str(&targets);
    if is_recorded {
        record::write("kernels", &text);
    }
}

/// A race: its name, and what runs it under that name.
type Entry = (&'static str, fn(&str) -> Finish);

/// Every race, in the order of the table.
const RACES: &[Entry] = &[
    ("integers of 1 to 6 digits", |name| integers(name, 1, 6)),
    ("integers of 8 to 16 digits", |name| integers(name, 8, 16)),
    ("integers of 1 to 18 digits", |name| integers(name, 1, 18)),
    ("short floats", |name| {
        floats(name, &Column::new(ROWS, |random| format!("{}.{}", random.below(1000), random.below(1000))))
    }),
    ("floats of 17 digits", |name| {
        floats(
            name,
            &Column::new(ROWS, |random| format!("{}", 0.1 + 0.9 * (random.bits() >> 11) as f64 / (1u64 << 53) as f64)),
        )
    }),
    ("floats with exponents", |name| {
        floats(
            name,
            &Column::new(ROWS, |random| format!("{}.{}e{}", random.digits(1), random.digits(6), random.below(30))),
        )
    }),
    ("timestamps, ISO 8601", |name| {
        let column = Column::new(ROWS, |random| {
            let (month, day) = (1 + random.below(12), 1 + random.below(28));
            let (hour, minute, second) = (random.below(24), random.below(60), random.below(60));
            format!("2015-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:06}Z", random.below(1_000_000))
        });
        timestamps(name, &column, DatetimeLayout::Iso8601, |text| {
            text.parse::<jiff::Timestamp>().map_or(i64::MIN, jiff::Timestamp::as_microsecond)
        })
    }),
    ("timestamps, ISO 8601 without fraction", |name| {
        let column = Column::new(ROWS, |random| {
            let (month, day) = (1 + random.below(12), 1 + random.below(28));
            let (hour, minute, second) = (random.below(24), random.below(60), random.below(60));
            format!("2015-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
        });
        timestamps(name, &column, DatetimeLayout::Iso8601, |text| civil(text.parse::<jiff::civil::DateTime>()))
    }),
    ("timestamps, Apache", |name| {
        let column = Column::new(ROWS, |random| {
            let (month, day) = (random.below(12) as usize, 1 + random.below(28));
            let month = &"JanFebMarAprMayJunJulAugSepOctNovDec"[3 * month..3 * month + 3];
            let (hour, minute, second) = (random.below(24), random.below(60), random.below(60));
            format!("{day:02}/{month}/2015:{hour:02}:{minute:02}:{second:02} +0{}00", random.below(3))
        });
        timestamps(name, &column, DatetimeLayout::Apache, |text| {
            jiff::fmt::strtime::parse("%d/%b/%Y:%H:%M:%S %z", text)
                .and_then(|parts| parts.to_timestamp())
                .map_or(i64::MIN, jiff::Timestamp::as_microsecond)
        })
    }),
    ("timestamps, syslog", |name| {
        let column = Column::new(ROWS, |random| {
            let (month, day) = (random.below(12) as usize, 1 + random.below(28));
            let month = &"JanFebMarAprMayJunJulAugSepOctNovDec"[3 * month..3 * month + 3];
            format!("{month} {day:2} {:02}:{:02}:{:02}", random.below(24), random.below(60), random.below(60))
        });
        timestamps(name, &column, DatetimeLayout::Syslog { year: 2015 }, |text| {
            civil(
                jiff::fmt::strtime::parse("%Y %b %d %H:%M:%S", format!("2015 {text}"))
                    .and_then(|parts| parts.to_datetime()),
            )
        })
    }),
    ("anchor, from memory", anchor),
    ("anchor against reading", anchor_against_reading),
    ("positions of newlines, from memory", |name| {
        positions(name, b"\n", |kernels, block, out| {
            kernels.newlines(block, out);
        })
    }),
    ("positions of a byte set, from memory", |name| {
        let set = ByteSet::new(|byte| b"\n\"[]".contains(&byte));
        positions(name, b"\n\"[]", move |kernels, block, out| kernels.byte_set(block, &set, out))
    }),
    ("UTF-8 check, from memory", |name| utf8(name, LARGE)),
    ("UTF-8 check, from cache", |name| utf8(name, BLOCK)),
    ("UTF-8 check of text that is not ASCII, from cache", utf8_of_greek),
    ("walk through an access log", |name| {
        let moves = [
            (Take::Until(1), " - - ["),
            (Take::Until(1), "] \""),
            (Take::Until(1), "\" "),
            (Take::Integer, " "),
            (Take::Integer, " \""),
            (Take::Until(1), "\" \""),
            (Take::Rest(1), "\""),
        ];
        walk(name, &access_log(BLOCK), &moves)
    }),
    ("walk through short fields", |name| {
        let mut random = Random(3);
        let mut line = || {
            let (number, share, word) = (random.below(100_000), random.below(1000), random.below(3) as usize);
            format!("{number},{}.{share},{},{};\n", share % 10, ["info", "warning", "error_5"][word], number % 977)
        };
        let text: String = (0..ROWS).map(|_| line()).collect();
        let moves = [(Take::Integer, ","), (Take::Decimal, ","), (Take::Run(Class::WORD), ","), (Take::Integer, ";")];
        walk(name, text.as_bytes(), &moves)
    }),
    ("statistics of integers", |name| integer_stats(name, false)),
    ("statistics of integers with nulls", |name| integer_stats(name, true)),
    ("statistics of floats", |name| float_stats(name, false)),
    ("statistics of floats with nulls", |name| float_stats(name, true)),
];

/// Every instruction set that this CPU has.
fn tables() -> Vec<(String, &'static Kernels)> {
    let table = |isa: Isa| Some((format!("parsimd {isa}"), kernels(isa).ok()?));
    Isa::available().into_iter().filter_map(table).collect()
}

/// A number that depends on each of `values` and on their order.
fn digest(values: impl IntoIterator<Item = u64>) -> u64 {
    values.into_iter().fold(0, |sum: u64, value| sum.wrapping_mul(31).wrapping_add(value))
}

fn integers(name: &str, least: u32, most: u32) -> Finish {
    let column = Column::new(ROWS, |random| {
        let count = least + random.below(u64::from(most - least + 1)) as u32;
        random.digits(count).to_string()
    });
    let mut race = Race::new(name, Unit::Rows, ROWS);
    let peer = |parse: fn(&[u8]) -> Option<i64>| {
        let column = &column;
        let mut values: Vec<i64> = Vec::new();
        move || {
            values.clear();
            values.extend(column.texts().map(|text| parse(text).unwrap_or(0)));
            digest_quickly(&values)
        }
    };
    race.run("std", peer(|text| std::str::from_utf8(text).ok()?.parse().ok()));
    race.run("lexical-core", peer(|text| lexical_core::parse(text).ok()));
    race.run("atoi_simd", peer(|text| atoi_simd::parse_pos::<i64>(text).ok()));
    for (name, kernels) in tables() {
        let (mut values, mut valid, column) = (Vec::new(), Bitmap::new(), &column);
        race.run(name, move || {
            values.clear();
            valid.clear();
            kernels.integers(&column.block, &column.spans, None, &mut values, &mut valid);
            digest_quickly(&values)
        });
    }
    race.finish(201)
}

/// A cheap number that depends on all values; the same cost for each contestant.
fn digest_quickly(values: &[i64]) -> u64 {
    values.iter().fold(0i64, |sum, &value| sum.wrapping_add(value)).cast_unsigned()
}

fn floats(name: &str, column: &Column) -> Finish {
    let mut race = Race::new(name, Unit::Rows, ROWS);
    let peer = |parse: fn(&[u8]) -> Option<f64>| {
        let mut values: Vec<f64> = Vec::new();
        move || {
            values.clear();
            values.extend(column.texts().map(|text| parse(text).unwrap_or(0.0)));
            values.iter().fold(0, |sum: u64, value| sum.wrapping_add(value.to_bits()))
        }
    };
    race.run("std", peer(|text| std::str::from_utf8(text).ok()?.parse().ok()));
    race.run("lexical-core", peer(|text| lexical_core::parse(text).ok()));
    race.run("fast-float2", peer(|text| fast_float2::parse(text).ok()));
    for (name, kernels) in tables() {
        let (mut values, mut valid) = (Vec::new(), Bitmap::new());
        race.run(name, move || {
            values.clear();
            valid.clear();
            kernels.floats(&column.block, &column.spans, FloatForm::Plain, &mut values, &mut valid);
            values.iter().fold(0, |sum: u64, value| sum.wrapping_add(value.to_bits()))
        });
    }
    race.finish(201)
}

/// Microseconds of a moment without an offset.
fn civil(moment: Result<jiff::civil::DateTime, jiff::Error>) -> i64 {
    let moment = moment.and_then(|moment| moment.to_zoned(jiff::tz::TimeZone::UTC));
    moment.map_or(i64::MIN, |moment| moment.timestamp().as_microsecond())
}

fn timestamps(name: &str, column: &Column, layout: DatetimeLayout, jiff: fn(&str) -> i64) -> Finish {
    let mut race = Race::new(name, Unit::Rows, ROWS);
    let texts: Vec<&str> = column.texts().map(|text| std::str::from_utf8(text).unwrap_or("")).collect();
    let mut values: Vec<i64> = Vec::new();
    race.run("jiff", move || {
        values.clear();
        values.extend(texts.iter().map(|text| jiff(text)));
        digest_quickly(&values)
    });
    for (name, kernels) in tables() {
        let (mut values, mut offsets, mut valid) = (Vec::new(), Vec::new(), Bitmap::new());
        race.run(name, move || {
            values.clear();
            offsets.clear();
            valid.clear();
            kernels.timestamps(&column.block, &column.spans, layout, &mut values, &mut offsets, &mut valid);
            digest_quickly(&values)
        });
    }
    race.finish(201)
}

/// A text in which a selective literal stands every few megabytes, in changing case.
fn sparse_log() -> Vec<u8> {
    let mut text = access_log(LARGE);
    let literals = [&b"Failed password"[..], b"FAILED PASSWORD", b"failed password"];
    for (number, at) in (0..text.len() - 64).step_by(3_333_333).enumerate() {
        text[at..at + 15].copy_from_slice(literals[number % 3]);
    }
    text
}

/// Runs `search` over the text in blocks and digests the positions in the text.
fn by_blocks(text: &[u8], out: &mut Vec<u32>, mut search: impl FnMut(&[u8], &mut Vec<u32>)) -> u64 {
    let mut sum = 0;
    for (number, block) in text.chunks(BLOCK).enumerate() {
        out.clear();
        search(block, out);
        for &at in out.iter() {
            sum = digest([sum, (number * BLOCK) as u64 + u64::from(at)]);
        }
    }
    sum
}

fn anchor(name: &str) -> Finish {
    let text = sparse_log();
    // What memmem has to search, because it cannot ignore case; lowering the text is not counted.
    let lower = text.to_ascii_lowercase();
    let literal = Literal::new(b"Failed password", Case::IgnoreAscii).expect("not empty");
    let mut race = Race::new(name, Unit::Bytes, text.len());
    let finder = memchr::memmem::Finder::new(b"failed password");
    let mut out = Vec::new();
    let lower = &lower;
    race.run("memchr::memmem on lower-cased text", move || {
        by_blocks(lower, &mut out, |block, out| out.extend(finder.find_iter(block).map(|at| at as u32)))
    });
    for (name, kernels) in tables() {
        let (mut out, text, literal) = (Vec::new(), &text, &literal);
        race.run(name, move || by_blocks(text, &mut out, |block, out| kernels.anchor(block, literal, out)));
    }
    race.finish(9)
}

fn anchor_against_reading(name: &str) -> Finish {
    let text = sparse_log();
    let literal = Literal::new(b"Failed password", Case::IgnoreAscii).expect("not empty");
    let mut race = Race::new(name, Unit::Bytes, text.len());
    // The sum is known beforehand, so the answers are alike.
    let sum = read(&text);
    let text = &text;
    race.run("reading", move || u64::from(read(text) == sum));
    let expected = {
        let lower = text.to_ascii_lowercase();
        lower.chunks(BLOCK).map(|block| memchr::memmem::find_iter(block, b"failed password").count()).sum::<usize>()
    };
    for (name, kernels) in tables() {
        let (mut out, literal) = (Vec::new(), &literal);
        race.run(name, move || {
            let mut count = 0;
            for block in text.chunks(BLOCK) {
                out.clear();
                kernels.anchor(block, literal, &mut out);
                count += out.len();
            }
            u64::from(count == expected)
        });
    }
    race.finish(9)
}

/// The positions of `bytes` that `find` appends, next to memchr, which visits the newlines only.
fn positions(name: &str, bytes: &[u8], find: impl Fn(&Kernels, &[u8], &mut Vec<u32>)) -> Finish {
    let text = access_log(LARGE);
    let (text, find) = (&text, &find);
    let mut race = Race::new(name, Unit::Bytes, text.len());
    // The sum of the positions in each block: what each contestant must find, of the newlines or of all.
    let sum = |wanted: &dyn Fn(u8) -> bool| -> u64 {
        let in_block =
            |block: &[u8]| (0..).zip(block).filter(|(_, byte)| wanted(**byte)).map(|(at, _)| at).sum::<u64>();
        text.chunks(BLOCK).map(in_block).sum()
    };
    let (newlines, all) = (sum(&|byte| byte == b'\n'), sum(&|byte| bytes.contains(&byte)));
    race.run("memchr visiting newlines", move || {
        let in_block = |block: &[u8]| memchr::memchr_iter(b'\n', block).map(|at| at as u64).sum::<u64>();
        u64::from(text.chunks(BLOCK).map(in_block).sum::<u64>() == newlines)
    });
    for (name, kernels) in tables() {
        let mut out = Vec::new();
        race.run(name, move || {
            let mut sum = 0;
            for block in text.chunks(BLOCK) {
                out.clear();
                find(kernels, block, &mut out);
                sum += out.iter().map(|&at| u64::from(at)).sum::<u64>();
            }
            u64::from(sum == all)
        });
    }
    race.finish(9)
}

fn utf8(name: &str, size: usize) -> Finish {
    let text = access_log(size);
    check_utf8(name, &text, if size > BLOCK { 1 } else { 20 })
}

fn utf8_of_greek(name: &str) -> Finish {
    let text = "Ἐν ἀρχῇ ἦν ὁ λόγος, καὶ ὁ λόγος ἦν πρὸς τὸν θεόν. In 1 line: 漢字 𝄞\n".repeat(BLOCK / 100);
    check_utf8(name, text.as_bytes(), 20)
}

fn check_utf8(name: &str, text: &[u8], times: usize) -> Finish {
    let mut race = Race::new(name, Unit::Bytes, text.len() * times);
    let repeat = move |check: &dyn Fn(&[u8]) -> bool| -> u64 {
        (0..times).map(|_| text.chunks(BLOCK).filter(|block| check(std::hint::black_box(block))).count() as u64).sum()
    };
    race.run("std", move || repeat(&|block| std::str::from_utf8(block).is_ok()));
    race.run("simdutf8", move || repeat(&|block| simdutf8::basic::from_utf8(block).is_ok()));
    for (name, kernels) in tables() {
        race.run(name, move || repeat(&|block| kernels.is_utf8(block)));
    }
    race.finish(if times == 1 { 9 } else { 101 })
}

/// Each line of `text` from its start to its end, by `moves`. The peer looks for the literals alone, line after line.
fn walk(name: &str, text: &[u8], moves: &[(Take, &str)]) -> Finish {
    let (mut starts, mut ends) = (Vec::new(), Vec::new());
    let mut start = 0;
    for newline in memchr::memchr_iter(b'\n', text) {
        starts.push(start);
        ends.push(newline as u32);
        start = newline as u32 + 1;
    }
    let (starts, ends) = (&starts, &ends);
    let literals: Vec<(Take, Option<Literal>)> =
        moves.iter().map(|&(take, literal)| (take, Literal::new(literal.as_bytes(), Case::Exact))).collect();
    let literals = &literals;
    let mut race = Race::new(name, Unit::Rows, starts.len());
    let finders: Vec<_> = moves.iter().map(|(_, literal)| memchr::memmem::Finder::new(literal.as_bytes())).collect();
    race.run("memchr::memmem", move || {
        let mut sum = 0;
        for (&start, &end) in starts.iter().zip(ends) {
            let mut at = start as usize;
            for finder in &finders {
                let Some(length) = finder.find(&text[at..end as usize]) else { break };
                sum += (at + length) as u64;
                at += length + finder.needle().len();
            }
        }
        sum
    });
    for (name, kernels) in tables() {
        let (mut at, mut end, mut taken) = (starts.clone(), ends.clone(), vec![Span::default(); starts.len()]);
        race.run(name, move || {
            at.copy_from_slice(starts);
            end.copy_from_slice(ends);
            let mut sum = 0;
            for (take, literal) in literals {
                let cursors = Cursors { at: &mut at, end: &mut end, taken: &mut taken };
                kernels.walk(text, *take, literal.as_ref(), cursors);
                sum += taken.iter().map(|taken| u64::from(taken.end)).sum::<u64>();
            }
            sum
        });
    }
    race.finish(201)
}

/// A column of which every eighth row is null, if it `has_nulls`.
fn validity(has_nulls: bool) -> Option<Vec<u8>> {
    has_nulls.then(|| vec![0b1111_0111; ROWS / 8])
}

fn valid_rows(bits: Option<&[u8]>) -> ValidRows<'_> {
    bits.map_or(ValidRows::all(ROWS), |bits| ValidRows::from_bits(bits, 0..ROWS))
}

/// The statistics of a column of integers; the plain loop stands for the peer.
fn integer_stats(name: &str, has_nulls: bool) -> Finish {
    let mut random = Random(5);
    let values: Vec<i64> = (0..ROWS).map(|_| random.bits().cast_signed() >> 20).collect();
    let bits = validity(has_nulls);
    let (values, bits) = (&values, bits.as_deref());
    let mut race = Race::new(name, Unit::Rows, ROWS);
    for (name, kernels) in tables().into_iter().rev() {
        let name = if kernels.isa() == Isa::Scalar { "plain loop".to_owned() } else { name };
        race.run(name, move || {
            let stats = kernels.integer_stats(std::hint::black_box(values), valid_rows(bits));
            stats.map_or(0, |stats| digest([stats.min.cast_unsigned(), stats.max.cast_unsigned(), stats.sum as u64]))
        });
    }
    race.finish(501)
}

/// The same of a column of floats.
fn float_stats(name: &str, has_nulls: bool) -> Finish {
    let mut random = Random(5);
    let values: Vec<f64> = (0..ROWS).map(|_| (random.bits() >> 20) as f64 / 1e3 - 1e9).collect();
    let bits = validity(has_nulls);
    let (values, bits) = (&values, bits.as_deref());
    let mut race = Race::new(name, Unit::Rows, ROWS);
    for (name, kernels) in tables().into_iter().rev() {
        let name = if kernels.isa() == Isa::Scalar { "plain loop".to_owned() } else { name };
        race.run(name, move || {
            let stats = kernels.float_stats(std::hint::black_box(values), valid_rows(bits));
            stats.map_or(0, |stats| digest([stats.min, stats.max, stats.sum].map(f64::to_bits)))
        });
    }
    race.finish(501)
}

/// The targets of the races that were run, and whether they are met.
fn targets(finished: &[(&str, Finish)]) -> String {
    let mut text = "## Targets\n\n| race | instruction set | wanted | got | |\n|---|---|---:|---:|---|\n".to_owned();
    for target in TARGETS {
        let Some((_, finish)) = finished.iter().find(|(name, _)| *name == target.race) else { continue };
        let ratios = target.isas.iter().filter_map(|isa| Some((isa, finish.ratio(&format!("parsimd {isa}"))?)));
        let Some((isa, ratio)) = ratios.max_by(|a, b| a.1.total_cmp(&b.1)) else { continue };
        let verdict = if ratio >= target.ratio { "met" } else { "not met" };
        let _ = writeln!(text, "| {} | {isa} | {:.2} | {ratio:.2} | {verdict} |", target.race, target.ratio);
    }
    text
}
