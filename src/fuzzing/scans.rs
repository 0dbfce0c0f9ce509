//! Scans of the same bytes in other ways.

use std::{
    io::{self, Read},
    num::NonZeroUsize,
};

use parsimd_simd::Isa;

use super::spelt;
use crate::{Batch, Input, Pattern, Scan, ScanOptions, Stats, Year};

/// How an input comes, and how it is scanned.
#[derive(Debug, Clone, Copy)]
pub struct Way {
    /// How many threads.
    pub threads: usize,
    /// [`ScanOptions::block_bytes`].
    pub block_bytes: usize,
    /// How many bytes a read gives at most; 0 is all that lies in memory.
    pub step: usize,
    /// [`ScanOptions::multiline`].
    pub multiline: bool,
    /// [`ScanOptions::max_record_bytes`].
    pub max_record_bytes: usize,
}

impl Way {
    fn options(self) -> ScanOptions {
        ScanOptions {
            threads: NonZeroUsize::new(self.threads.max(1)),
            block_bytes: self.block_bytes,
            multiline: self.multiline,
            max_record_bytes: self.max_record_bytes,
            year: Year::Of(2024),
            ..ScanOptions::default()
        }
    }

    fn input(self, bytes: &[u8]) -> Input<'_> {
        match self.step {
            0 => Input::bytes(bytes),
            step => Input::reader(Steps(bytes, step), "<bytes>"),
        }
    }
}

/// The rows and counts of a scan are those of one in memory, in one block, on one thread, with the scalar kernels; on each instruction set.
pub fn same_scan(format: &str, bytes: &[u8], way: Way) {
    let on = |isa| Pattern::builder(format).isa(isa).build().ok();
    let Some(scalar) = on(Isa::Scalar) else { return };
    if way.options().multiline && scalar.check(&way.options()).is_err() {
        return;
    }
    let plain = Way { threads: 1, block_bytes: 1 << 24, step: 0, ..way };
    let wanted = seen(scalar.scan_input(plain.input(bytes), plain.options()));
    let stats = &wanted.stats;
    assert_eq!(stats.records, stats.matched + stats.unmatched + stats.failures + stats.filtered, "{stats:?}");
    for isa in Isa::available() {
        let Some(pattern) = on(isa) else { continue };
        let found = seen(pattern.scan_input(way.input(bytes), way.options()));
        assert_eq!(found, wanted, "{format:?} on {isa}, {way:?}");
    }
}

/// What was done to a compressed input, after the bytes that tell its compression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// Its end is missing.
    Cut,
    /// A bit is another one. Its compression has a checksum.
    Flipped,
}

/// A damaged input gives the rows of `plain`, which it was packed from, or tells that it is damaged. What is cut gives the first of them. The counts add up.
pub fn damaged_scan(format: &str, plain: &[u8], packed: &[u8], damage: Damage, way: Way) {
    let Ok(pattern) = Pattern::new(format) else { return };
    if way.multiline && pattern.check(&way.options()).is_err() {
        return;
    }
    let wanted = seen(pattern.scan_input(Input::reader(plain, "<bytes>"), way.options()));
    let input = Input::reader(Steps(packed, way.step.max(1)), "<bytes>").decompressed();
    let found = seen(pattern.scan_input(input, way.options()));
    let stats = &found.stats;
    assert_eq!(stats.records, stats.matched + stats.unmatched + stats.failures + stats.filtered, "{stats:?}");
    let is_told = !found.errors.is_empty() || stats.notes != wanted.stats.notes;
    assert!(is_told || found.rows == wanted.rows, "{damage:?} and not told: {found:?}, {wanted:?}");
    if damage == Damage::Cut {
        assert!(wanted.rows.starts_with(&found.rows), "{found:?}, {wanted:?}");
    }
}

/// What a scan gave.
#[derive(Debug, PartialEq)]
struct Seen {
    rows: Vec<String>,
    errors: Vec<String>,
    stats: Stats,
}

fn seen(mut scan: Scan<'_>) -> Seen {
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    for batch in &mut scan {
        match batch {
            Ok(batch) => rows.extend((0..batch.len()).map(|row| row_of(&batch, row))),
            Err(error) => errors.push(error.to_string()),
        }
        assert!(errors.len() < 100, "errors without end: {errors:?}");
    }
    Seen { rows, errors, stats: scan.stats().clone() }
}

fn row_of(batch: &Batch, row: usize) -> String {
    batch.columns().iter().map(|column| spelt(column.get(row)) + " ").collect()
}

/// Gives at most so many bytes at a time.
struct Steps<'a>(&'a [u8], usize);

impl Read for Steps<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(self.1);
        self.0.read(&mut buffer[..length])
    }
}
