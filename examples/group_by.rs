//! A group-by over columns: requests, bytes and errors of each host, from batches of plain vectors.
//!
//!     cargo run --release --example group_by < access.log
//!
//! A column of integers is a `Vec<i64>`, so what is computed over it is a loop, which the compiler can make use of vectors for. For more
//! than that there are engines: with the feature `arrow`, `Batch::to_arrow` gives a `RecordBatch` over the same memory, which DataFusion,
//! polars and the Parquet writer take.

use std::{
    collections::HashMap,
    error::Error,
    io::{self, Read, Write},
};

use parsimd::{Batch, Cell, Input, Pattern, ScanOptions, Values};

/// What is known of a group.
#[derive(Default)]
struct Group {
    requests: u64,
    bytes: i64,
    errors: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    run(io::stdin(), &mut io::stdout().lock())
}

pub(crate) fn run(log: impl Read + Send, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let pattern = Pattern::new(r#"{host} - - [{}] "{}" {status:d} {bytes:d}"#)?;
    let options = ScanOptions::new().columns(["host", "status", "bytes"]);

    let mut groups = HashMap::new();
    let mut total = 0;
    for batch in pattern.scan_input(Input::reader(log, "standard input").decompressed(), options) {
        let batch = batch?;
        add(&batch, &mut groups)?;
        total += integers(&batch, "bytes")?.iter().sum::<i64>();
    }

    let mut groups: Vec<(String, Group)> = groups.into_iter().collect();
    groups.sort_by(|(a_host, a), (b_host, b)| b.bytes.cmp(&a.bytes).then(a_host.cmp(b_host)));
    writeln!(out, "{:<16} {:>8} {:>10} {:>6}", "host", "requests", "bytes", "errors")?;
    for (host, group) in &groups {
        writeln!(out, "{host:<16} {:>8} {:>10} {:>6}", group.requests, group.bytes, group.errors)?;
    }
    writeln!(out, "{:<16} {:>8} {total:>10}", "all", groups.iter().map(|(_, group)| group.requests).sum::<u64>())?;
    Ok(())
}

fn add(batch: &Batch, groups: &mut HashMap<String, Group>) -> Result<(), Box<dyn Error>> {
    let hosts = batch.column("host").ok_or("no column host")?;
    let (status, bytes) = (integers(batch, "status")?, integers(batch, "bytes")?);
    for row in 0..batch.len() {
        let Cell::Text(host) = hosts.get(row) else { continue };
        // The name is copied once for each group, not for each row.
        if !groups.contains_key(host) {
            groups.insert(host.to_owned(), Group::default());
        }
        if let Some(group) = groups.get_mut(host) {
            group.requests += 1;
            group.bytes += bytes[row];
            group.errors += u64::from(status[row] >= 500);
        }
    }
    Ok(())
}

/// The values of a column of integers. There are no nulls among them: lines that cannot be read have no row, unless
/// `ScanOptions::on_error` asks for one.
fn integers<'b>(batch: &'b Batch, name: &str) -> Result<&'b [i64], Box<dyn Error>> {
    match batch.column(name).map(|column| column.values()) {
        Some(Values::Int64(values)) => Ok(values),
        other => Err(format!("no integers: {other:?}").into()),
    }
}
