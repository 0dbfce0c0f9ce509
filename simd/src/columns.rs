//! Plain loops over columns, which the compiler turns into vectors by itself.
//!
//! [`multiversion::target`](macro@multiversion::target) compiles a loop once more for an instruction set, which then goes into the same table as the
//! kernels. Such a clone is kept where `benches/record/` shows it at 1.3 times the plain loop or more. That is so of the
//! least and the greatest: 1.6 times on AVX2 and 3.2 times on AVX-512 (Xeon, family 6 model 207), nothing on SSE4.2.
#![allow(unsafe_code, reason = "a function with features is unsafe to call, and is only called through the table")]

/// The loops of one instruction set: part of its table, and like the rest of it only called where the CPU has it.
pub(crate) struct Columns {
    pub(crate) min_max: unsafe fn(&[i64]) -> Option<(i64, i64)>,
}

/// The plain loops.
pub(crate) const PLAIN: Columns = Columns { min_max };
/// No clone came to 1.3 times.
#[cfg(target_arch = "x86_64")]
pub(crate) const SSE42: Columns = PLAIN;
#[cfg(target_arch = "x86_64")]
pub(crate) const AVX2: Columns = Columns { min_max: min_max_avx2 };
#[cfg(target_arch = "x86_64")]
pub(crate) const AVX512: Columns = Columns { min_max: min_max_avx512 };
/// Plain Rust has Advanced SIMD on aarch64: no clone could have more.
#[cfg(target_arch = "aarch64")]
pub(crate) const NEON: Columns = PLAIN;

/// Twin of `Kernels::min_max`.
#[inline(always)]
fn min_max(values: &[i64]) -> Option<(i64, i64)> {
    let first = *values.first()?;
    let (mut least, mut greatest) = (first, first);
    for &value in values {
        least = least.min(value);
        greatest = greatest.max(value);
    }
    Some((least, greatest))
}

#[cfg(target_arch = "x86_64")]
#[multiversion::target("x86_64+avx+avx2+bmi1+bmi2+f16c+fma+lzcnt+movbe+popcnt")]
fn min_max_avx2(values: &[i64]) -> Option<(i64, i64)> {
    min_max(values)
}

#[cfg(target_arch = "x86_64")]
#[multiversion::target("x86_64+avx512f+avx512bw+avx512cd+avx512dq+avx512vl+avx512vbmi2")]
fn min_max_avx512(values: &[i64]) -> Option<(i64, i64)> {
    min_max(values)
}
