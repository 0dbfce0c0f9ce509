//! How many different values there are: exactly up to 1,024, else within some percent, in 4 KiB.
//!
//! HyperLogLog (Flajolet, Fusy, Gandouet and Meunier, 2007) with 4,096 registers: its standard error is 1.04/√4096, 1.6 %. Up to 1,024 values
//! the hashes themselves are kept.

use std::{
    collections::HashSet,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hasher},
};

use super::value::encode;
use crate::batch::Cell;

/// Up to so many different values are counted exactly.
const EXACT: usize = 1024;
/// The registers are 2 to this power.
const PRECISION: u32 = 12;

/// Counts different values; nulls are none.
#[derive(Debug)]
pub(super) enum Distinct {
    Exact(HashSet<u64, BuildHasherDefault<Same>>),
    Registers(Vec<u8>),
}

impl Distinct {
    pub(super) fn new() -> Distinct {
        Distinct::Exact(HashSet::default())
    }

    /// Counts a value; says by how many bytes it has grown.
    pub(super) fn add(&mut self, cell: Cell<'_>, buffer: &mut Vec<u8>) -> usize {
        if cell == Cell::Null {
            return 0;
        }
        buffer.clear();
        encode(buffer, cell);
        // Always the same keys: the answer is the same each time.
        let mut hasher = BuildHasherDefault::<DefaultHasher>::default().build_hasher();
        hasher.write(buffer);
        self.add_hash(hasher.finish())
    }

    fn add_hash(&mut self, hash: u64) -> usize {
        match self {
            Distinct::Registers(registers) => {
                let at = (hash >> (64 - PRECISION)) as usize;
                let rank = (hash << PRECISION | 1 << (PRECISION - 1)).leading_zeros() as u8 + 1;
                registers[at] = registers[at].max(rank);
                0
            }
            Distinct::Exact(hashes) => {
                let grown = if hashes.insert(hash) { 16 } else { 0 };
                if hashes.len() > EXACT {
                    let hashes = std::mem::take(hashes);
                    *self = Distinct::Registers(vec![0; 1 << PRECISION]);
                    for hash in hashes {
                        self.add_hash(hash);
                    }
                }
                grown
            }
        }
    }

    /// How many there are, about.
    pub(super) fn count(&self) -> u64 {
        let registers = match self {
            Distinct::Exact(hashes) => return hashes.len() as u64,
            Distinct::Registers(registers) => registers,
        };
        let count = registers.len() as f64;
        let sum: f64 = registers.iter().map(|&rank| 0.5_f64.powi(rank.into())).sum();
        let raw = 0.7213 / (1.0 + 1.079 / count) * count * count / sum;
        let empty = registers.iter().filter(|&&rank| rank == 0).count();
        let small = raw <= 2.5 * count && empty > 0;
        let estimate = if small { count * (count / empty as f64).ln() } else { raw };
        estimate.round() as u64
    }

    /// Whether the count is exact.
    pub(super) fn is_exact(&self) -> bool {
        matches!(self, Distinct::Exact(_))
    }
}

/// A hash as it is.
#[derive(Debug, Default)]
pub(super) struct Same(u64);

impl Hasher for Same {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, &byte| hash << 8 | u64::from(byte));
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_are_counted_exactly_and_many_within_five_percent() {
        let mut buffer = Vec::new();
        for wanted in [0, 1, 1024, 1025, 5_000, 30_000, 300_000_u64] {
            let mut distinct = Distinct::new();
            for value in (0..wanted).chain(0..wanted / 2) {
                distinct.add(Cell::Int64(value as i64 * 7), &mut buffer);
            }
            distinct.add(Cell::Null, &mut buffer);
            let off = distinct.count().abs_diff(wanted);
            assert!(if wanted <= 1024 { off == 0 } else { off * 20 <= wanted }, "{wanted}: {}", distinct.count());
        }
    }
}
