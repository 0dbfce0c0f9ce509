//! Whole scans: lines in, typed columns out, per instruction set, beside peers in Rust.
//!
//! ```text
//! cargo run --release -p parsimd-benches --features peers --bin scan -- [OPTIONS] [NAME …]
//!     --megabytes N     of each log (64)
//!     --rounds N        (5)
//!     --threads N       for the one contestant that has several (2)
//!     --corpora DIR     reads DIR/NAME.big.log instead of making logs; where DIR has specs.json, checks against it first
//!     --only WORD       this project alone, on the instruction sets that contain WORD
//!     --write DIR       writes the logs that would be scanned to DIR/NAME.big.log, and ends
//!     --serve DIR       runs contestants on those files as asked on the standard input
//! ```
//!
//! Every contestant reads the same lines, gives typed values for each field, and must come to the same rows and sum. With `--serve`,
//! which `benches/python/peers.py` uses to race them with others in one set of rounds, each line of input is a request in JSON, and each
//! line of output its answer:
//!
//! ```text
//! {}                                                                  the machine, the logs, and who scans them
//! {"log": "access", "contestant": "regex, per line", "bytes": 1000}   {"rows": 4, "sum": 123, "seconds": 0.00001}
//! ```

use std::{
    cell::Cell,
    io::{self, BufRead, Write},
    num::NonZeroUsize,
    path::{Path, PathBuf},
    process::ExitCode,
};

use parsimd::{Isa, Pattern};
use parsimd_benches::{
    logs::{LOGS, Log},
    record,
    rounds::{Clock, Race, Side, Unit},
    scans::{self, Contestant},
};
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

struct Options {
    megabytes: usize,
    rounds: usize,
    threads: NonZeroUsize,
    corpora: Option<PathBuf>,
    only: String,
    write: Option<PathBuf>,
    serve: Option<PathBuf>,
    names: Vec<String>,
}

fn main() -> ExitCode {
    match options().and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Options> {
    let mut options = Options {
        megabytes: 64,
        rounds: 5,
        threads: NonZeroUsize::new(2).unwrap_or(NonZeroUsize::MIN),
        corpora: None,
        only: String::new(),
        write: None,
        serve: None,
        names: Vec::new(),
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if LOGS.iter().any(|log| log.name == argument) {
            options.names.push(argument);
            continue;
        }
        let value =
            arguments.next().ok_or_else(|| format!("no such option or log, or it needs a value: {argument}"))?;
        match argument.as_str() {
            "--megabytes" => options.megabytes = value.parse()?,
            "--rounds" => options.rounds = value.parse()?,
            "--threads" => options.threads = value.parse()?,
            "--corpora" => options.corpora = Some(value.into()),
            "--only" => options.only = value,
            "--write" => options.write = Some(value.into()),
            "--serve" => options.serve = Some(value.into()),
            _ => return Err(format!("no such option or log: {argument}").into()),
        }
    }
    Ok(options)
}

fn run(options: &Options) -> Result<()> {
    let chosen = |log: &&Log| options.names.is_empty() || options.names.iter().any(|name| name == log.name);
    if let Some(folder) = &options.serve {
        check_specs(folder)?;
        return serve(folder, options.threads);
    }
    if let Some(folder) = &options.write {
        std::fs::create_dir_all(folder)?;
        for log in LOGS.iter().filter(chosen).filter(|log| log.file == log.name) {
            let mut file = io::BufWriter::new(std::fs::File::create(file(folder, log, "big"))?);
            // Piece by piece, each with a seed of its own.
            for seed in 1..=options.megabytes.div_ceil(64) {
                file.write_all(&log.make((options.megabytes - 64 * (seed - 1)).min(64) << 20, seed as u64))?;
            }
            file.flush()?;
        }
        return Ok(());
    }
    if let Some(folder) = &options.corpora {
        check_specs(folder)?;
    }
    println!("# Scans\n\n{}\nMedians of interleaved rounds, CPU time of the one thread.\n", record::machine());
    for log in LOGS.iter().filter(chosen) {
        let mut data = match &options.corpora {
            None => log.make(options.megabytes << 20, 1),
            Some(folder) => read(&file(folder, log, "big"))?,
        };
        data.truncate(whole_lines(&data, options.megabytes << 20));
        println!("{}", race(log, &Copies::new(data), options));
    }
    Ok(())
}

fn file(folder: &Path, log: &Log, size: &str) -> PathBuf {
    folder.join(format!("{}.{size}.log", log.file))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// How many of the first `most` bytes are whole lines.
fn whole_lines(data: &[u8], most: usize) -> usize {
    memchr::memrchr(b'\n', &data[..data.len().min(most)]).map_or(0, |at| at + 1)
}

/// More than the cache of a CPU holds.
const COPIED: usize = 512 << 20;

/// A log in memory, which is scanned in one copy after the other, so that no scan begins in what the last one has left in the CPU's cache.
struct Copies {
    copies: Vec<Vec<u8>>,
    turn: Cell<usize>,
}

impl Copies {
    fn new(data: Vec<u8>) -> Copies {
        let count = COPIED.div_ceil(data.len().max(1)).min(64);
        Copies { copies: vec![data; count], turn: Cell::new(0) }
    }

    /// The first `most` bytes of the next copy, as far as they are whole lines.
    fn next(&self, most: usize) -> &[u8] {
        let turn = (self.turn.get() + 1) % self.copies.len();
        self.turn.set(turn);
        let data = &self.copies[turn];
        &data[..whole_lines(data, most)]
    }
}

fn race(log: &'static Log, data: &Copies, options: &Options) -> String {
    let mut race = Race::new(log.name, Unit::Bytes, data.next(usize::MAX).len());
    let mut expected = None;
    for Contestant { name, side, clock, mut scan } in scans::contestants(log, options.threads) {
        let is_chosen = options.only.is_empty() || side == Side::Own && name.contains(&options.only);
        if !is_chosen {
            continue;
        }
        let name = if clock == Clock::Wall { format!("{name} (clock on the wall)") } else { name };
        // The answers are alike: each says whether it is that of the first one.
        let expected = *expected.get_or_insert_with(|| scan(data.next(usize::MAX)));
        race.run_as(name, side, clock, move || {
            u64::from(scan(data.next(usize::MAX)).is_none_or(|answer| Some(answer) == expected))
        });
    }
    race.finish(options.rounds).table()
}

/// Where the folder has a `specs.json`, compares its patterns with those here, and its counts with those of a scan.
fn check_specs(folder: &Path) -> Result<()> {
    let path = folder.join("specs.json");
    if !path.exists() {
        return Ok(());
    }
    let specs: Value = serde_json::from_slice(&read(&path)?)?;
    for log in LOGS {
        let spec = &specs["specs"][log.name];
        if spec["pat"].as_str() != Some(log.pattern) || spec["types"].as_str() != Some(log.types) {
            return Err(format!("{}: another pattern or other types for {}: {spec}", path.display(), log.name).into());
        }
        let data = read(&file(folder, log, "mid"))?;
        let answer = scans::by_parsimd(&Pattern::new(log.pattern)?, log, NonZeroUsize::MIN, &data);
        if spec["mid_matches"].as_u64() != Some(answer.rows) {
            return Err(format!("{}: {} rows where {spec} is expected", log.name, answer.rows).into());
        }
    }
    eprintln!("{}: the same patterns, and as many rows", path.display());
    Ok(())
}

fn serve(folder: &Path, threads: NonZeroUsize) -> Result<()> {
    let mut current: Option<(&Log, Copies, Vec<Contestant>)> = None;
    for line in io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        let answer = match request["log"].as_str() {
            None => overview(threads),
            Some(name) => {
                let (_, data, contestants) = match current.take() {
                    Some(same) if same.0.name == name => current.insert(same),
                    _ => {
                        let log =
                            LOGS.iter().find(|log| log.name == name).ok_or_else(|| format!("no such log: {name}"))?;
                        let data = Copies::new(read(&file(folder, log, "big"))?);
                        current.insert((log, data, scans::contestants(log, threads)))
                    }
                };
                let contestant = contestants.iter_mut().find(|c| request["contestant"].as_str() == Some(&c.name));
                let Contestant { clock, scan, .. } =
                    contestant.ok_or_else(|| format!("no such contestant: {request}"))?;
                let bytes = request["bytes"].as_u64().ok_or("how many bytes?")? as usize;
                let data = data.next(bytes);
                let (took, answer) = clock.time(|| scan(data));
                json!({
                    "rows": answer.map(|answer| answer.rows),
                    "sum": answer.map(|answer| answer.sum),
                    "seconds": took.as_secs_f64(),
                })
            }
        };
        println!("{answer}");
    }
    Ok(())
}

/// The machine, the logs, and who scans them.
fn overview(threads: NonZeroUsize) -> Value {
    let contestant = |contestant: &Contestant| {
        let side = match contestant.side {
            Side::Own => "own",
            Side::Peer => "peer",
            Side::Limit => "limit",
        };
        json!({ "name": contestant.name, "side": side, "wall": contestant.clock == Clock::Wall })
    };
    let logs = LOGS.iter().map(|log| {
        let contestants = scans::contestants(log, threads);
        json!({
            "name": log.name, "pattern": log.pattern, "regex": log.regex, "types": log.types, "file": log.file,
            "whole_line": log.whole_line, "contestants": contestants.iter().map(contestant).collect::<Vec<_>>(),
        })
    });
    let isas: Vec<&str> = Isa::available().into_iter().map(Isa::name).collect();
    json!({ "machine": record::machine(), "label": record::label(), "isas": isas, "logs": logs.collect::<Vec<_>>() })
}
