//! Whether time is linear: how much longer whole texts take when they are twice as long.
//!
//! ```text
//! cargo run --release -p parsimd-benches --bin linear -- [--megabytes 16] [PATTERN]
//! ```
//!
//! For each pattern and text of `tests/cases/linear.toml`, and each call, it prints the time for the longest text and time(2n)/time(n) for
//! n from a 16th of that on: about 2 where time is linear, 4 where it is quadratic. It fails if one passes 2.3 three times. What runs through the
//! text at the speed of memory is left out of that: its ratio is that of the caches.

use std::{hint::black_box, process::ExitCode};

use cpu_time::ThreadTime;
use parsimd::Pattern;
use serde::Deserialize;

#[derive(Deserialize)]
struct Families {
    case: Vec<Family>,
}

#[derive(Deserialize)]
struct Family {
    format: String,
    text: Vec<(String, f64)>,
}

impl Family {
    fn text(&self, length: usize) -> String {
        let parts = self.text.iter();
        parts.map(|(part, share)| part.repeat(((length as f64 * share) as usize / part.len()).max(1))).collect()
    }
}

/// What is called, and what it gives: how many matches, or none where it gives up.
type Call = (&'static str, fn(&Pattern, &str) -> Option<usize>);

const CALLS: [Call; 3] = [
    ("parse", |pattern, text| pattern.parse(text).map(|found| found.iter().count()).ok()),
    ("search", |pattern, text| pattern.search(text).map(|found| found.iter().count()).ok()),
    ("find_iter", |pattern, text| pattern.find_iter(text).try_fold(0, |count, found| found.map(|_| count + 1)).ok()),
];

/// The least time of a few calls, in seconds.
fn time(call: Call, pattern: &Pattern, text: &str) -> f64 {
    let mut least = f64::INFINITY;
    let begin = ThreadTime::now();
    // A short call is made more often.
    while least == f64::INFINITY || begin.elapsed().as_secs_f64() < 0.02 {
        let start = ThreadTime::now();
        black_box(call.1(pattern, black_box(text)));
        least = least.min(start.elapsed().as_secs_f64());
    }
    least
}

fn main() -> ExitCode {
    let (mut megabytes, mut only) = (16, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--megabytes" => megabytes = arguments.next().and_then(|number| number.parse().ok()).unwrap_or(megabytes),
            _ => only = Some(argument),
        }
    }
    let families: Families =
        toml::from_str(include_str!("../../../tests/cases/linear.toml")).unwrap_or_else(|error| panic!("{error}"));
    let lengths: Vec<usize> = (0..5).rev().map(|halvings| (megabytes << 20) >> halvings).collect();
    println!("| pattern | text | call | answer | {megabytes} MiB | time(2n)/time(n) |\n|---|---|---|---:|---:|---:|");
    let mut is_linear = true;
    for family in families.case.iter().filter(|family| only.as_ref().is_none_or(|only| *only == family.format)) {
        let pattern = Pattern::new(&family.format).unwrap_or_else(|error| panic!("{error}"));
        let texts: Vec<String> = lengths.iter().map(|&length| family.text(length)).collect();
        for call in CALLS {
            let mut times: Vec<f64> = texts.iter().map(|text| time(call, &pattern, text)).collect();
            let ratios = |times: &[f64]| -> Vec<f64> { times.windows(2).map(|pair| pair[1] / pair[0]).collect() };
            for _ in 0..2 {
                if ratios(&times).iter().all(|&ratio| ratio <= 2.3) {
                    break;
                }
                // Something else may have slowed one down.
                times = texts.iter().zip(times).map(|(text, known)| known.min(time(call, &pattern, text))).collect();
            }
            let ratios = ratios(&times);
            let is_at_memory_speed = |time: f64, length: usize| time * 1e9 < 0.25 * length as f64;
            let steps = times.iter().zip(&lengths).skip(1).zip(&ratios);
            let bends = steps.filter(|&((&time, &length), &ratio)| ratio > 2.3 && !is_at_memory_speed(time, length));
            let bends = bends.count();
            is_linear &= bends == 0;
            let answer = texts.last().map(|text| call.1(&pattern, text));
            println!(
                "| `{}` | `{}` | {} | {} | {:.3} ms | {}{} |",
                family.format,
                family.text.iter().map(|(part, _)| part.as_str()).collect::<Vec<_>>().join("…"),
                call.0,
                answer.flatten().map_or("gives up".to_owned(), |count| count.to_string()),
                times.last().copied().unwrap_or_default() * 1e3,
                ratios.iter().map(|ratio| format!("{ratio:.2}")).collect::<Vec<_>>().join(" "),
                if bends > 0 { " **not linear**" } else { "" },
            );
        }
    }
    if is_linear { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
