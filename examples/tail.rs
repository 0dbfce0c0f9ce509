//! A live log: lines are read as they come in, and the slow requests among them are shown at once.
//!
//!     tail -F app.log | cargo run --release --example tail
//!
//! Two things make it live: the input is told so, and the output is flushed after each batch.

use std::{
    error::Error,
    io::{self, Read, Write},
    num::NonZeroUsize,
};

use parsimd::{Cell, Input, Pattern, Predicate, ScanOptions};

/// From how many milliseconds on a request is slow.
const SLOW: i64 = 500;

fn main() -> Result<(), Box<dyn Error>> {
    run(io::stdin(), &mut io::stdout().lock())
}

pub(crate) fn run(log: impl Read + Send, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let pattern = Pattern::new("{time} {method:w} {path:S} took {ms:d} ms")?;
    let mut options = ScanOptions::default();
    // Rows that pass a filter are the only ones that are made.
    let ms = pattern.field_number("ms").ok_or("no field ms")?;
    options.filter = vec![(ms, Predicate::Between(SLOW, i64::MAX))];
    // Whoever waits for the next line gains nothing by waiting with several threads.
    options.threads = NonZeroUsize::new(1);

    // `live`: whole lines that are there do not wait until there are enough of them for a block.
    let input = Input::reader(log, "standard input").live();
    for batch in pattern.scan_input(input, options) {
        let batch = batch?;
        for row in 0..batch.len() {
            let cell = |name| batch.column(name).map_or(Cell::Null, |column| column.get(row));
            if let (Cell::Text(time), Cell::Text(path), Cell::Int64(ms)) = (cell("time"), cell("path"), cell("ms")) {
                writeln!(out, "{time} {ms:>6} ms {path}")?;
            }
        }
        out.flush()?;
    }
    Ok(())
}
