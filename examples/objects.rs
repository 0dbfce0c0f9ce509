//! The logs of one folder of an object store: how often each level stands in them, and what could not be read.
//!
//!     cargo run --release --features object_store --example objects
//!
//! Here the store is in memory. One of S3, Google Cloud Storage or Azure is made in its place, as by `object_store::aws::AmazonS3Builder::from_env()`, with the features of
//! `object_store` in the program's own Cargo.toml; the rest stays as it is.

use std::{
    collections::BTreeMap,
    error::Error,
    io::{self, Write},
    sync::Arc,
};

use object_store::{ObjectStore, ObjectStoreExt, memory::InMemory, path::Path};
use parsimd::{Input, Pattern, ScanOptions};
use tokio::runtime::Runtime;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::new()?;
    let store = Arc::new(InMemory::new());
    runtime.block_on(async {
        store
            .put(&Path::from("logs/a.log"), "2026-11-28T10:00:00 INFO up\n2026-11-28T10:00:01 WARN slow\n".into())
            .await?;
        store.put(&Path::from("logs/b.log"), "2026-11-28T10:00:02 INFO down\nnoise\n".into()).await
    })?;
    run(store, &Path::from("logs"), &runtime, &mut io::stdout().lock())
}

/// A program that is async runs this in `tokio::task::spawn_blocking`: a scan waits for the store.
pub(crate) fn run(
    store: Arc<dyn ObjectStore>,
    folder: &Path,
    runtime: &Runtime,
    out: &mut impl Write,
) -> Result<(), Box<dyn Error>> {
    let found = runtime.block_on(store.list_with_delimiter(Some(folder)))?;
    // The rows come in the order of the paths.
    let mut paths: Vec<Path> = found.objects.into_iter().map(|object| object.location).collect();
    paths.sort();

    let pattern = Pattern::new("{time:ti} {level:w} {}")?;
    let input = Input::objects(store, paths, runtime.handle())?;
    let mut levels: BTreeMap<String, u64> = BTreeMap::new();
    let mut scan = pattern.scan_input(input, ScanOptions::new().columns(["level"]));
    for batch in &mut scan {
        for row in batch?.rows() {
            *levels.entry(row.get("level")?).or_default() += 1;
        }
    }

    for (level, count) in &levels {
        writeln!(out, "{count:>8} {level}")?;
    }
    let stats = scan.stats();
    writeln!(out, "{:>8} other lines", stats.unmatched + stats.failures)?;
    for error in &stats.source_errors {
        writeln!(out, "not read: {error}")?;
    }
    Ok(())
}
