//! An access log as a table with types: timestamps, integers and text, a column each.
//!
//!     cargo run --release --example access_log < access.log
//!
//! The log may be gzip; its first bytes tell. It is read in blocks, so it need not fit in memory.

use std::{
    error::Error,
    io::{self, Read, Write},
};

use parsimd::{Cell, Date, Input, Pattern, ScanOptions};

/// How many rows are shown.
const SHOWN: u64 = 10;

fn main() -> Result<(), Box<dyn Error>> {
    run(io::stdin(), &mut io::stdout().lock())
}

pub(crate) fn run(log: impl Read + Send, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    // The line as the server writes it, with a field for each value. `th` is the time of HTTP logs, `d` an integer.
    let pattern = Pattern::new(r#"{ip} - {user} [{time:th}] "{method:w} {path} HTTP/{}" {status:d} {bytes:d}"#)?;
    // All named fields are columns, so the ones to keep are said, in their order.
    let mut options = ScanOptions::default();
    let wanted = ["time", "ip", "method", "path", "status", "bytes"];
    options.columns = Some(wanted.iter().filter_map(|name| pattern.field_number(name)).collect());
    options.limit = Some(SHOWN);

    let mut scan = pattern.scan_input(Input::reader(log, "standard input").decompressed(), options);
    for (name, kind) in scan.schema().columns() {
        writeln!(out, "{name:8}{kind:?}")?;
    }
    writeln!(out)?;
    let table = scan.read_all()?;
    for row in 0..table.len() {
        let cells: Vec<String> = table.columns().iter().map(|column| show(column.get(row))).collect();
        writeln!(out, "{}", cells.join("  "))?;
    }
    Ok(())
}

fn show(cell: Cell<'_>) -> String {
    match cell {
        Cell::Text(text) => text.to_owned(),
        Cell::Int64(number) => number.to_string(),
        // Microseconds since 1970, in UTC whatever the log's own offset is.
        Cell::Timestamp(micros) => {
            let seconds = micros.div_euclid(1_000_000);
            let (days, clock) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
            let Some(Date { year, month, day, .. }) = Date::from_days(days) else { return "?".to_owned() };
            format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}", clock / 3600, clock / 60 % 60, clock % 60)
        }
        other => format!("{other:?}"),
    }
}
