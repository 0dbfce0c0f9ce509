//! Whole scans: lines in, typed columns out, per instruction set, beside the `regex` crate. One thread.
//!
//! ```text
//! cargo run --release -p parsimd-benches --bin scan [-- --megabytes N] [--rounds N] [--corpora DIR] [--only WORD] [--record] [NAME …]
//! ```
//!
//! The logs are of our own making, or, with `--corpora`, the files `DIR/NAME.big.log`. Every contestant reads the same lines, gives
//! typed values for each field, and must come to the same count and checksum.

use std::{num::NonZeroUsize, process::ExitCode};

use parsimd::{Batch, Input, Isa, Pattern, ScanOptions, Values};
use parsimd_benches::{
    logs::{LOGS, Log},
    record,
    rounds::{Race, Unit},
};

fn main() -> ExitCode {
    let (mut megabytes, mut rounds, mut corpora, mut only, mut names) = (64, 5, None, String::new(), Vec::new());
    let mut is_recorded = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|number| number.parse().ok());
        match argument.as_str() {
            "--megabytes" => megabytes = number().unwrap_or(megabytes),
            "--rounds" => rounds = number().unwrap_or(rounds),
            "--corpora" => corpora = arguments.next(),
            "--record" => is_recorded = true,
            "--only" => only = arguments.next().unwrap_or_default(),
            name if LOGS.iter().any(|log| log.name == name) => names.push(name.to_owned()),
            other => {
                eprintln!("no such option or log: {other}");
                return ExitCode::FAILURE;
            }
        }
    }
    let mut text = format!("# Scans\n\n{}\n\n", record::machine());
    print!("{text}");
    for log in LOGS.iter().filter(|log| names.is_empty() || names.iter().any(|name| name == log.name)) {
        let mut data = match &corpora {
            None => log.make(megabytes << 20, 1),
            Some(folder) => {
                std::fs::read(format!("{folder}/{}.big.log", log.file)).unwrap_or_else(|error| panic!("{error}"))
            }
        };
        data.truncate(memchr::memrchr(b'\n', &data[..data.len().min(megabytes << 20)]).map_or(0, |at| at + 1));
        let table = race(log, &data, rounds, &only);
        println!("{table}");
        text.push_str(&table);
        text.push('\n');
    }
    if is_recorded {
        record::write("scan", &text);
    }
    ExitCode::SUCCESS
}

fn race(log: &Log, data: &[u8], rounds: usize, only: &str) -> String {
    let mut race = Race::new(log.name, Unit::Bytes, data.len());
    for isa in Isa::available().into_iter().filter(|isa| isa.name().contains(only) || only.is_empty()) {
        let pattern = Pattern::builder(log.pattern).isa(isa).build().unwrap_or_else(|error| panic!("{error}"));
        race.run(format!("parsimd {isa}"), move || {
            let mut options = ScanOptions::default();
            options.full_line = log.full_line;
            options.threads = NonZeroUsize::new(1);
            let scan = pattern.scan_input(Input::bytes(data), options);
            scan.map(|batch| checksum(&batch.unwrap_or_else(|error| panic!("{error}")))).fold(0, u64::wrapping_add)
        });
    }
    let regex =
        regex::bytes::RegexBuilder::new(log.regex).unicode(false).build().unwrap_or_else(|error| panic!("{error}"));
    if !only.is_empty() {
        return race.finish(rounds).table();
    }
    race.run("regex, per line", move || by_regex(&regex, log.types, data));
    race.finish(rounds).table()
}

/// A number that depends on how many rows there are and on every value in them, but not on their order.
fn checksum(batch: &Batch) -> u64 {
    let columns = batch.columns().iter().map(|column| match column.values() {
        Values::Int64(values) => values.iter().fold(0, |sum: u64, value| sum.wrapping_add(*value as u64)),
        Values::Float64(values) => values.iter().fold(0, |sum: u64, value| sum.wrapping_add(value.to_bits())),
        Values::Text { bytes, .. } => bytes.len() as u64,
        other => panic!("no checksum for {other:?}"),
    });
    columns.fold(batch.len() as u64, u64::wrapping_add)
}

/// The same values, in columns, by one search for each line.
fn by_regex(regex: &regex::bytes::Regex, types: &str, data: &[u8]) -> u64 {
    let mut rows = 0_u64;
    let mut integers: Vec<Vec<i64>> = vec![Vec::new(); types.len()];
    let mut floats: Vec<Vec<f64>> = vec![Vec::new(); types.len()];
    let mut texts: Vec<Vec<u8>> = vec![Vec::new(); types.len()];
    let mut ends: Vec<Vec<i32>> = vec![Vec::new(); types.len()];
    let mut sum = 0_u64;
    let mut places = regex.capture_locations();
    let mut start = 0;
    for newline in memchr::memchr_iter(b'\n', data) {
        let line = &data[start..newline];
        start = newline + 1;
        if regex.captures_read(&mut places, line).is_none() {
            continue;
        }
        rows += 1;
        for (at, kind) in types.bytes().enumerate() {
            let text = places.get(at + 1).map_or(&b""[..], |(from, to)| &line[from..to]);
            match kind {
                b'd' => integers[at].push(lexical_core::parse(text).unwrap_or_default()),
                b'f' => floats[at].push(lexical_core::parse(text).unwrap_or_default()),
                _ => {
                    texts[at].extend_from_slice(text);
                    ends[at].push(texts[at].len() as i32);
                }
            }
        }
        // Columns of a batch's size, as the others make them.
        if rows.is_multiple_of(8192) {
            sum = sum.wrapping_add(flush(&mut integers, &mut floats, &mut texts, &mut ends));
        }
    }
    sum.wrapping_add(flush(&mut integers, &mut floats, &mut texts, &mut ends)).wrapping_add(rows)
}

fn flush(integers: &mut [Vec<i64>], floats: &mut [Vec<f64>], texts: &mut [Vec<u8>], ends: &mut [Vec<i32>]) -> u64 {
    let mut sum = 0_u64;
    for values in integers {
        sum = values.drain(..).fold(sum, |sum, value| sum.wrapping_add(value as u64));
    }
    for values in floats {
        sum = values.drain(..).fold(sum, |sum, value| sum.wrapping_add(value.to_bits()));
    }
    for text in texts {
        sum = sum.wrapping_add(text.len() as u64);
        text.clear();
    }
    ends.iter_mut().for_each(Vec::clear);
    sum
}
