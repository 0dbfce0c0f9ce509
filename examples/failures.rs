//! What of a log was not read, and why: a scan counts each line, and keeps the first that it could not read.
//!
//!     cargo run --release --example failures < app.log
//!
//! A line that does not match is something else, such as a stack trace. A line that matches and has a value that is none, such as
//! a 30th of February, is a failure. Neither ends the scan.

use std::{
    error::Error,
    io::{self, Read, Write},
};

use parsimd::{Input, Pattern, ScanOptions, limits};

fn main() -> Result<(), Box<dyn Error>> {
    run(io::stdin(), &mut io::stdout().lock())
}

pub(crate) fn run(log: impl Read + Send, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let pattern = Pattern::new("{time:ti} {level:w} {what}: {ms:d} ms")?;
    let mut scan = pattern.scan_input(Input::reader(log, "standard input").decompressed(), ScanOptions::default());

    // An input that breaks, such as damaged gzip, is an error after the rows before it. What was counted up to there stays.
    let mut rows = 0;
    let mut broken = None;
    for batch in &mut scan {
        match batch {
            Ok(batch) => rows += batch.len(),
            Err(error) => broken = Some(error),
        }
    }

    let stats = scan.stats();
    writeln!(out, "{} lines, {} bytes, {rows} rows", stats.records, stats.bytes)?;
    writeln!(out, "{} lines do not match, {} have a value that cannot be read", stats.unmatched, stats.failures)?;
    for failure in &stats.first_failures {
        // Lines of a text editor begin with 1; the offset is for `tail -c +N` and the like.
        writeln!(out, "line {}, byte {}: {failure}", failure.record + 1, failure.offset)?;
        writeln!(out, "    {}", failure.text)?;
    }
    if stats.unmatched + stats.failures > limits::FAILURES_KEPT as u64 {
        writeln!(out, "    …")?;
    }
    for note in &stats.notes {
        writeln!(out, "{note}")?;
    }
    if let Some(error) = broken {
        writeln!(out, "the log ends early: {error}")?;
    }
    Ok(())
}
