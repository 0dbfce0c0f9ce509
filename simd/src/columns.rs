//! Statistics of a column: count, least value, greatest value, sum.
//!
//! These are plain loops, which the compiler turns into vectors by itself. There are no intrinsics, so there is nothing to write
//! once more for each instruction set. `#[target_feature]` compiles a loop again with the features of an instruction set, which are those that
//! [`Isa`](crate::Isa) asks the CPU for, and no others. (The attribute of the crate `multiversion` adds eight features to those of AVX-512 that it is given.) Such a clone stands in the table of [`Kernels`](crate::Kernels), beside the kernels that are
//! written by hand: a caller chooses the instruction set once, and calls once for each column.
//!
//! # The shape of the loops
//!
//! A column is read in blocks of [`BLOCK`] rows, which stay in the first-level cache. Each step is one loop over a block, short enough
//! for the compiler to see through. A column with nulls takes one step more: bits become masks of 64 bits, and the masks replace
//! nulls by something that changes no answer.
//!
//! ```text
//! validity    1    1    0    1         one bit a row
//! masks     ff…  ff…  00…  ff…         64 bits a row
//! values      5   -2    0    9
//! integers    5   -2    5    9         a null becomes the first value; its share of the sum is taken off at the end
//! floats      5.  -2.  NaN   9.        for the extremes, which NaN is left out of
//!             5.  -2.   0.   9.        for the sum
//! ```
//!
//! The order of additions is part of the source. So a sum of floats has the same bits on every instruction set.
//!
//! # Limits
//!
//! A clone stays where it is at least 1.3 times as fast as the plain loop. `cargo run --release -p parsimd-benches --bin kernels --
//! statistics` measures it. SSE4.2 has no clone: 1.0 times. AVX2 has 1.5 to 2.2 times, AVX-512 1.9 to 3.2 times (AMD EPYC, family 25
//! model 17).
#![allow(unsafe_code, reason = "a function with features is unsafe to call, and is only called through the table")]

use std::ops::Range;

/// The loops of one instruction set: part of its table, and like the rest of it only called where the CPU has it.
pub(crate) struct Columns {
    pub(crate) integer_stats: unsafe fn(&[i64], ValidRows<'_>) -> Option<IntegerStats>,
    pub(crate) float_stats: unsafe fn(&[f64], ValidRows<'_>) -> Option<FloatStats>,
}

/// The plain loops, with the features of the target.
pub(crate) const PLAIN: Columns = Columns { integer_stats, float_stats };
/// No clone comes to 1.3 times.
#[cfg(target_arch = "x86_64")]
pub(crate) const SSE42: Columns = PLAIN;
#[cfg(target_arch = "x86_64")]
pub(crate) const AVX2: Columns = Columns { integer_stats: integer_stats_avx2, float_stats: float_stats_avx2 };
#[cfg(target_arch = "x86_64")]
pub(crate) const AVX512: Columns = Columns { integer_stats: integer_stats_avx512, float_stats: float_stats_avx512 };
/// Plain Rust has Advanced SIMD on aarch64: no clone could have more.
#[cfg(target_arch = "aarch64")]
pub(crate) const NEON: Columns = PLAIN;

/// Clones of the loops for one instruction set.
#[cfg(target_arch = "x86_64")]
macro_rules! clones {
    ($integers:ident $floats:ident $features:literal) => {
        #[target_feature(enable = $features)]
        fn $integers(values: &[i64], valid: ValidRows<'_>) -> Option<IntegerStats> {
            integer_stats(values, valid)
        }

        #[target_feature(enable = $features)]
        fn $floats(values: &[f64], valid: ValidRows<'_>) -> Option<FloatStats> {
            float_stats(values, valid)
        }
    };
}

#[cfg(target_arch = "x86_64")]
clones!(integer_stats_avx2 float_stats_avx2 "avx,avx2,bmi1,bmi2,f16c,fma,lzcnt,movbe,popcnt");
#[cfg(target_arch = "x86_64")]
clones!(
    integer_stats_avx512 float_stats_avx512
    "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vbmi2,bmi1,bmi2,fma,lzcnt,popcnt"
);

/// Which rows of a column have a value: all of them, or those whose bit is set.
#[derive(Clone, Copy, Debug)]
pub struct ValidRows<'a> {
    /// The bits, packed as in a [`Bitmap`](crate::Bitmap), and the place of the bit of row 0.
    bits: Option<(&'a [u8], usize)>,
    rows: usize,
}

impl<'a> ValidRows<'a> {
    /// All of so many rows.
    pub fn all(rows: usize) -> ValidRows<'a> {
        ValidRows { bits: None, rows }
    }

    /// The rows of a column whose bits are `rows` of `bits`: row 0 is bit `rows.start`.
    ///
    /// # Panics
    ///
    /// If `bits` has no such bits.
    pub fn from_bits(bits: &'a [u8], rows: Range<usize>) -> ValidRows<'a> {
        assert!(rows.start <= rows.end && rows.end <= 8 * bits.len(), "{rows:?} of {} bits", 8 * bits.len());
        ValidRows { bits: Some((&bits[rows.start / 8..rows.end.div_ceil(8)], rows.start % 8)), rows: rows.len() }
    }

    /// The number of rows.
    pub fn rows(self) -> usize {
        self.rows
    }

    /// How many rows have a value.
    ///
    /// ```
    /// use parsimd_simd::ValidRows;
    ///
    /// assert_eq!(ValidRows::from_bits(&[0b1011_0110, 0b1], 2..9).count(), 5);
    /// assert_eq!(ValidRows::all(7).count(), 7);
    /// ```
    pub fn count(self) -> usize {
        match self.bits {
            None => self.rows,
            Some(_) => (0..self.rows.div_ceil(8)).map(|eight| self.eight(eight).count_ones() as usize).sum(),
        }
    }

    /// Whether row `row` has a value.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    pub fn has(self, row: usize) -> bool {
        assert!(row < self.rows, "row {row} of {}", self.rows);
        self.eight(row / 8) >> (row % 8) & 1 == 1
    }

    /// The first row that has a value.
    #[inline(always)]
    fn first(self) -> Option<usize> {
        (0..self.rows).find(|&row| self.has(row))
    }

    /// All ones for each row of block `number` that has a value, else 0; 0 past the last row.
    #[inline(always)]
    fn masks(self, number: usize) -> [u64; BLOCK] {
        let mut masks = [0; BLOCK];
        let from = BLOCK / 8 * number;
        for (eight, masks) in (from..self.rows.div_ceil(8)).zip(masks.as_chunks_mut::<8>().0) {
            masks.copy_from_slice(&MASKS[usize::from(self.eight(eight))]);
        }
        masks
    }

    /// The bits of the rows from `8 * eight` on. Those of rows past the last are 0.
    #[inline(always)]
    fn eight(self, eight: usize) -> u8 {
        let left = self.rows - 8 * eight;
        let inside = if left < 8 { (1 << left) - 1 } else { 0xff };
        let Some((bits, first)) = self.bits else { return inside };
        let next = bits.get(eight + 1).copied().unwrap_or(0);
        (u16::from_le_bytes([bits[eight], next]) >> first) as u8 & inside
    }
}

/// Statistics of a column of integers that has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntegerStats {
    /// How many rows have a value: at least one.
    pub count: usize,
    /// The least value.
    pub min: i64,
    /// The greatest value.
    pub max: i64,
    /// The exact sum.
    pub sum: i128,
}

/// Statistics of a column of floats that has a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FloatStats {
    /// How many rows have a value, NaN included: at least one.
    pub count: usize,
    /// The least number. NaN is left out: it is the answer only where every value is NaN. A zero is `0.0`, not `-0.0`.
    pub min: f64,
    /// The greatest number, as `min`.
    pub max: f64,
    /// The sum: NaN if a value is NaN, or if both infinities occur.
    ///
    /// Rounding depends on the order, which is fixed. 512 values at a time are added in eight lanes, value *i* in lane
    /// *i* mod 8. The lanes of a block are added from the first to the last, and the blocks likewise.
    pub sum: f64,
}

/// How many rows are looked at together.
///
/// It bounds the rounding error of a sum of floats: a value takes part in 64 additions of its lane, 8 of its block, and one for each
/// further block.
pub(crate) const BLOCK: usize = 512;

/// See `Kernels::integer_stats`.
#[inline(always)]
fn integer_stats(values: &[i64], valid: ValidRows<'_>) -> Option<IntegerStats> {
    assert_eq!(values.len(), valid.rows, "one row for each value");
    let first = valid.first()?;
    // A null counts as the first value, which changes neither extreme. Its part of the sum is known.
    let filler = values[first];
    let (mut min, mut max, mut sum) = (filler, filler, 0);
    let mut filled = [0; BLOCK];
    for (number, block) in values.chunks(BLOCK).enumerate() {
        let block = if valid.bits.is_some() {
            fill(block, &valid.masks(number), filler, &mut filled);
            &filled[..block.len()]
        } else {
            block
        };
        let (block_min, block_max) = integer_extremes(block);
        (min, max) = (min.min(block_min), max.max(block_max));
        sum += integer_sum(block);
    }
    let count = valid.count();
    sum -= i128::from(filler) * (values.len() - count) as i128;
    Some(IntegerStats { count, min, max, sum })
}

/// Writes `values` to the beginning of `filled`, `filler` in the place of nulls.
#[inline(always)]
fn fill(values: &[i64], masks: &[u64; BLOCK], filler: i64, filled: &mut [i64; BLOCK]) {
    for (filled, (&value, &mask)) in filled.iter_mut().zip(values.iter().zip(masks)) {
        let mask = mask.cast_signed();
        *filled = value & mask | filler & !mask;
    }
}

/// The least and the greatest of `values`; of none, the greatest and the least integer.
#[inline(always)]
fn integer_extremes(values: &[i64]) -> (i64, i64) {
    let (mut min, mut max) = (i64::MAX, i64::MIN);
    for &value in values {
        min = min.min(value);
        max = max.max(value);
    }
    (min, max)
}

/// The exact sum of at most [`BLOCK`] values.
///
/// It needs more than 64 bits. So each value is made unsigned, by 2^63 more, and its halves of 32 bits are added apart.
#[inline(always)]
fn integer_sum(values: &[i64]) -> i128 {
    const BIAS: u64 = 1 << 63;
    let (mut low, mut high) = (0, 0);
    for &value in values {
        let unsigned = value.cast_unsigned() ^ BIAS;
        low += unsigned & 0xffff_ffff;
        high += unsigned >> 32;
    }
    (i128::from(high) << 32) + i128::from(low) - i128::from(BIAS) * values.len() as i128
}

/// See `Kernels::float_stats`.
#[inline(always)]
fn float_stats(values: &[f64], valid: ValidRows<'_>) -> Option<FloatStats> {
    assert_eq!(values.len(), valid.rows, "one row for each value");
    let count = valid.count();
    if count == 0 {
        return None;
    }
    let (mut min, mut max, mut sum) = (i64::MAX, i64::MIN, 0.0);
    let (blocks, rest) = values.as_chunks::<BLOCK>();
    for (number, block) in blocks.iter().enumerate() {
        let (block_min, block_max, block_sum) = match valid.bits {
            None => float_block(block),
            Some(_) => masked_float_block(block, &valid.masks(number)),
        };
        (min, max, sum) = (min.min(block_min), max.max(block_max), sum + block_sum);
    }
    if !rest.is_empty() {
        let mut last = [0.0; BLOCK];
        last[..rest.len()].copy_from_slice(rest);
        let (block_min, block_max, block_sum) = masked_float_block(&last, &valid.masks(blocks.len()));
        (min, max, sum) = (min.min(block_min), max.max(block_max), sum + block_sum);
    }
    // Adding 0.0 takes the sign from a zero. Sign and payload of a NaN would depend on the CPU.
    let plain = |number: f64| if number.is_nan() { f64::NAN } else { number + 0.0 };
    // Without any number, all values are NaN.
    let number = |key| if min > max { f64::NAN } else { plain(from_key(key)) };
    Some(FloatStats { count, min: number(min), max: number(max), sum: plain(sum) })
}

/// The least and the greatest key of a block's numbers, and the sum of its values.
#[inline(always)]
fn float_block(block: &[f64; BLOCK]) -> (i64, i64, f64) {
    let (mut min, mut max) = (i64::MAX, i64::MIN);
    for value in block {
        let bits = value.to_bits();
        let is_number = bits & !SIGN <= f64::INFINITY.to_bits();
        min = min.min(if is_number { key(bits) } else { i64::MAX });
        max = max.max(if is_number { key(bits) } else { i64::MIN });
    }
    let mut lanes = [0.0; 8];
    for eight in block.as_chunks::<8>().0 {
        for lane in 0..8 {
            lanes[lane] += eight[lane];
        }
    }
    (min, max, lanes.into_iter().fold(0.0, |sum, lane| sum + lane))
}

/// The same of those values whose mask is all ones.
#[inline(always)]
fn masked_float_block(block: &[f64; BLOCK], masks: &[u64; BLOCK]) -> (i64, i64, f64) {
    let (mut numbers, mut terms) = ([0.0; BLOCK], [0.0; BLOCK]);
    for ((value, &mask), (number, term)) in block.iter().zip(masks).zip(numbers.iter_mut().zip(&mut terms)) {
        // All ones are a NaN.
        *number = f64::from_bits(value.to_bits() | !mask);
        *term = f64::from_bits(value.to_bits() & mask);
    }
    let (min, max, _) = float_block(&numbers);
    let (_, _, sum) = float_block(&terms);
    (min, max, sum)
}

const SIGN: u64 = 1 << 63;

/// An integer for each float, in the order of the floats, -0.0 before 0.0: as [`f64::total_cmp`] has it.
#[inline(always)]
fn key(bits: u64) -> i64 {
    let bits = bits.cast_signed();
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

/// The float of a key.
#[inline(always)]
fn from_key(number: i64) -> f64 {
    // Turning the bits of negative numbers over is its own inverse.
    f64::from_bits(key(number.cast_unsigned()).cast_unsigned())
}

/// For each byte of a bitmap a word for each of its rows: all ones where the row has a value, else 0.
static MASKS: [[u64; 8]; 256] = {
    let mut masks = [[0; 8]; 256];
    let mut bits = 0;
    while bits < 256 {
        let mut lane = 0;
        while lane < 8 {
            masks[bits][lane] = if bits >> lane & 1 == 1 { u64::MAX } else { 0 };
            lane += 1;
        }
        bits += 1;
    }
    masks
};
