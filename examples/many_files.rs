//! Many log files, some of them gzip, on all cores: how often each level stands in them, and which file the first bad line is in.
//!
//!     cargo run --release --example many_files -- /var/log/app/*.log /var/log/app/*.log.gz
//!
//! The files are one scan, in the order given. Several threads match and convert; batches, counts and failures are those of one.

use std::{
    collections::BTreeMap,
    error::Error,
    io::{self, Write},
    path::PathBuf,
};

use parsimd::{Input, Pattern, ScanOptions};

fn main() -> Result<(), Box<dyn Error>> {
    run(std::env::args_os().skip(1).map(PathBuf::from), &mut io::stdout().lock())
}

pub(crate) fn run(paths: impl IntoIterator<Item = PathBuf>, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let pattern = Pattern::new("{time:ti} {level:w} {}")?;
    // Text of the other fields is never copied, and dates are not converted.
    let options = ScanOptions::new().columns(["level"]);
    // `threads` is left as it is: as many as there are cores, once the input turns out to be large.

    let mut levels: BTreeMap<String, u64> = BTreeMap::new();
    let mut scan = pattern.scan_input(Input::files(paths)?, options);
    // Batch after batch, in bounded memory.
    for batch in &mut scan {
        let batch = batch?;
        for row in batch.rows() {
            let level: &str = row.get("level")?;
            match levels.get_mut(level) {
                Some(count) => *count += 1,
                None => drop(levels.insert(level.to_owned(), 1)),
            }
        }
    }

    for (level, count) in &levels {
        writeln!(out, "{count:>8} {level}")?;
    }
    let stats = scan.stats();
    writeln!(out, "{:>8} other lines", stats.unmatched + stats.failures)?;
    if let Some(failure) = stats.first_failures.first() {
        writeln!(out, "the first is in {} at byte {}: {}", failure.source, failure.offset, failure.text)?;
    }
    Ok(())
}
