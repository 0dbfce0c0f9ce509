//! A live log: lines are read as they come in, and the slow requests among them are shown at once.
//!
//!     tail -F app.log | cargo run --release --example tail
//!
//! Two things make it live: the input is told so, and the output is flushed after each batch.

use std::{
    error::Error,
    io::{self, Read, Write},
};

use parsimd::{Input, Pattern, Predicate, ScanOptions};

/// From how many milliseconds on a request is slow.
const SLOW: i64 = 500;

fn main() -> Result<(), Box<dyn Error>> {
    run(io::stdin(), &mut io::stdout().lock())
}

pub(crate) fn run(log: impl Read + Send, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let pattern = Pattern::new("{time} {method:w} {path:S} took {ms:d} ms")?;
    // Rows that pass a filter are the only ones that are made. Whoever waits for the next line gains nothing by waiting with several threads.
    let options = ScanOptions::new().filter("ms", Predicate::Between(SLOW, i64::MAX)).threads(1);

    // `live`: whole lines that are there do not wait until there are enough of them for a block.
    let input = Input::reader(log, "standard input").live();
    for batch in pattern.scan_input(input, options) {
        let batch = batch?;
        for row in batch.rows() {
            let (time, path, ms): (&str, &str, i64) = (row.get("time")?, row.get("path")?, row.get("ms")?);
            writeln!(out, "{time} {ms:>6} ms {path}")?;
        }
        out.flush()?;
    }
    Ok(())
}
