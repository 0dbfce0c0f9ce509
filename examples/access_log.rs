//! An access log as a table with types: timestamps, integers and text, a column each.
//!
//!     cargo run --release --example access_log < access.log
//!
//! The log may be gzip; its first bytes tell. It is read in blocks, so it need not fit in memory.

use std::{
    error::Error,
    io::{self, Read, Write},
};

use parsimd::{Input, Pattern, ScanOptions};

/// How many rows are shown.
const SHOWN: u64 = 10;

fn main() -> Result<(), Box<dyn Error>> {
    run(io::stdin(), &mut io::stdout().lock())
}

pub(crate) fn run(log: impl Read + Send, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    // The line as the server writes it, with a field for each value. `th` is the time of HTTP logs, `d` an integer.
    let pattern = Pattern::new(r#"{ip} - {user} [{time:th}] "{method:w} {path} HTTP/{}" {status:d} {bytes:d}"#)?;
    // All named fields are columns, so the ones to keep are said, in their order.
    let options = ScanOptions::new().columns(["time", "ip", "method", "path", "status", "bytes"]).limit(SHOWN);

    let mut scan = pattern.scan_input(Input::reader(log, "standard input").decompressed(), options);
    for (name, kind) in scan.schema().columns() {
        writeln!(out, "{name:8}{kind:?}")?;
    }
    writeln!(out)?;
    let table = scan.read_all()?;
    for row in 0..table.len() {
        let cells: Vec<String> = table.columns().iter().map(|column| column.show(row).to_string()).collect();
        writeln!(out, "{}", cells.join("  "))?;
    }
    Ok(())
}
