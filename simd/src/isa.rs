//! Which instruction sets there are, and which of them this CPU has.
//!
//! This is the only file that asks the CPU anything. What it finds out travels as a value: an [`Isa`], or a
//! `Kernels` table, which exists only for an [`Isa`] that was found here.

use std::ffi::OsStr;
use std::fmt;
use std::str::FromStr;

#[macro_use]
mod macros;
pub(crate) mod scalar;

#[cfg(target_arch = "aarch64")]
#[allow(unsafe_code, reason = "intrinsics")]
pub(crate) mod aarch64;
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "intrinsics")]
pub(crate) mod x86;

/// An instruction set that kernels are written for.
///
/// A level, not a single CPU flag: each name stands for everything that compilers call by that level, so that no
/// kernel has to ask for a second feature.
///
/// | `Isa` | name | what the CPU must have |
/// |---|---|---|
/// | `Scalar` | `scalar` | nothing beyond the target's baseline |
/// | `Sse42` | `sse4.2` | x86-64-v2: SSE3, SSSE3, SSE4.1, SSE4.2, POPCNT |
/// | `Avx2` | `avx2` | x86-64-v3: the above, AVX, AVX2, BMI1, BMI2, F16C, FMA, LZCNT, MOVBE |
/// | `Avx512` | `avx512` | x86-64-v4: the above, AVX-512 F, BW, CD, DQ, VL; and AVX-512 VBMI2 |
/// | `Neon` | `neon` | aarch64 Advanced SIMD |
///
/// The names are the same everywhere: in [`fmt::Display`], in [`FromStr`] and in `PARSIMD_ISA`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Isa {
    /// Plain Rust. Runs everywhere, and is what the others are tested against.
    Scalar,
    /// 16-byte vectors of x86-64-v2.
    Sse42,
    /// 32-byte vectors of x86-64-v3.
    Avx2,
    /// 64-byte vectors of x86-64-v4 with VBMI2.
    Avx512,
    /// 16-byte vectors of aarch64.
    Neon,
}

/// The variable that [`Isa::from_env`] reads.
const VARIABLE: &str = "PARSIMD_ISA";

impl Isa {
    /// Every instruction set that has a name, whether or not this CPU or this target knows it.
    pub const ALL: [Isa; 5] = [Isa::Scalar, Isa::Sse42, Isa::Avx2, Isa::Avx512, Isa::Neon];

    /// The name: `scalar`, `sse4.2`, `avx2`, `avx512` or `neon`.
    pub const fn name(self) -> &'static str {
        match self {
            Isa::Scalar => "scalar",
            Isa::Sse42 => "sse4.2",
            Isa::Avx2 => "avx2",
            Isa::Avx512 => "avx512",
            Isa::Neon => "neon",
        }
    }

    /// The instruction sets that this CPU runs and this build has kernels for, the best first, `Scalar` always last.
    pub fn available() -> Vec<Isa> {
        Isa::ALL.into_iter().rev().filter(|isa| isa.is_available()).collect()
    }

    /// The first of [`Isa::available`].
    pub fn best() -> Isa {
        Isa::ALL.into_iter().rev().find(|isa| isa.is_available()).unwrap_or(Isa::Scalar)
    }

    /// Whether this CPU runs it and this build has kernels for it.
    pub fn is_available(self) -> bool {
        match self {
            Isa::Scalar => true,
            #[cfg(target_arch = "x86_64")]
            Isa::Sse42 => detect::sse42(),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => detect::avx2(),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => detect::avx512(),
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => detect::neon(),
            _ => false,
        }
    }

    /// The instruction set that the environment asks for: the value of `PARSIMD_ISA`, or [`Isa::best`] where it is unset or empty.
    ///
    /// # Errors
    ///
    /// The value names no instruction set, or one that is not available here.
    pub fn from_env() -> Result<Isa, IsaError> {
        Isa::from_request(std::env::var_os(VARIABLE).as_deref())
    }

    /// Whether the environment asks for one: `PARSIMD_ISA` is set, and not empty.
    pub fn is_forced_by_env() -> bool {
        std::env::var_os(VARIABLE).is_some_and(|value| !value.is_empty())
    }

    /// [`Isa::from_env`] as a function of what the variable holds.
    fn from_request(value: Option<&OsStr>) -> Result<Isa, IsaError> {
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            return Ok(Isa::best());
        };
        let wrong = |error: IsaError| IsaError { source: Some(VARIABLE), ..error };
        let isa: Isa = value.to_string_lossy().parse().map_err(wrong)?;
        isa.require().map_err(wrong)
    }

    /// Itself, if it is available here.
    ///
    /// # Errors
    ///
    /// It is not.
    pub fn require(self) -> Result<Isa, IsaError> {
        if self.is_available() { Ok(self) } else { Err(IsaError { kind: Kind::Unavailable(self), source: None }) }
    }
}

impl fmt::Display for Isa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Isa {
    type Err = IsaError;

    /// Reads a name, exactly as [`Isa::name`] writes it.
    ///
    /// # Errors
    ///
    /// No instruction set has that name. (One that has a name but is not available here is read without an error.)
    fn from_str(name: &str) -> Result<Isa, IsaError> {
        Isa::ALL
            .into_iter()
            .find(|isa| isa.name() == name)
            .ok_or_else(|| IsaError { kind: Kind::Unknown(name.to_owned()), source: None })
    }
}

/// An instruction set was asked for by a name that is unknown, or is not available on this CPU.
///
/// The message names what is available.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IsaError {
    kind: Kind,
    /// The environment variable that asked for it, if one did.
    source: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Unknown(String),
    Unavailable(Isa),
}

impl IsaError {
    /// No instruction set has that name.
    pub fn is_unknown(&self) -> bool {
        matches!(self.kind, Kind::Unknown(_))
    }

    /// The name is known, but this CPU, or this build, does not have it.
    pub fn is_unavailable(&self) -> bool {
        matches!(self.kind, Kind::Unavailable(_))
    }
}

impl fmt::Display for IsaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(variable) = self.source {
            write!(f, "{variable}: ")?;
        }
        match &self.kind {
            Kind::Unknown(name) => {
                let known = Isa::ALL.map(Isa::name).join(", ");
                write!(f, "no instruction set is called {name:?} (known: {known}")?;
            }
            Kind::Unavailable(isa) => {
                write!(f, "the instruction set {isa} is not available on this CPU (")?;
            }
        }
        if self.is_unknown() {
            f.write_str("; ")?;
        }
        let available: Vec<_> = Isa::available().into_iter().map(Isa::name).collect();
        write!(f, "available here: {})", available.join(", "))
    }
}

impl std::error::Error for IsaError {}

/// Whether the eight bytes from each offset in the words of `at` lie inside `block`.
#[allow(dead_code, reason = "a target may have no vectors")]
#[inline(always)]
fn words_fit<V: crate::vector::Vector>(token: V::Token, block: &[u8], at: V) -> bool {
    // The last offset that fits, negative if none does. With its sign, a difference of two numbers below 2^63 is right; a
    // greater offset has the sign itself.
    let last = V::splat_word(token, (block.len() as u64).wrapping_sub(8));
    block.len() >= 8 && at.or(last.sub_words(at)).word_signs() == 0
}

/// Whether `size` bytes from each offset lie inside `block`.
#[allow(dead_code, reason = "a target may have no vectors")]
#[inline(always)]
fn fits<const N: usize>(block: &[u8], at: &[u32; N], size: usize) -> bool {
    let last = at.iter().fold(0, |last, &at| last.max(at)) as usize;
    block.len() >= size && last <= block.len() - size
}

/// `Vector::write_positions` for vectors that cannot compress: four positions at a time. Those past the last are written too, and mean
/// nothing.
#[allow(dead_code, reason = "a target may have no vectors")]
#[inline(always)]
fn write_each(mut mask: u64, base: u32, out: &mut [u32; 64]) {
    let mut left = mask.count_ones();
    for four in out.as_chunks_mut::<4>().0 {
        if left == 0 {
            break;
        }
        for place in four {
            *place = base.wrapping_add(mask.trailing_zeros());
            mask &= mask.wrapping_sub(1);
        }
        left = left.saturating_sub(4);
    }
}

/// The questions to the CPU. The standard library remembers the answers.
#[cfg(target_arch = "x86_64")]
#[allow(clippy::disallowed_macros, reason = "this is the one place that may ask")]
mod detect {
    use std::is_x86_feature_detected as has;

    pub(super) fn sse42() -> bool {
        has!("sse3") && has!("ssse3") && has!("sse4.1") && has!("sse4.2") && has!("popcnt")
    }

    pub(super) fn avx2() -> bool {
        sse42()
            && has!("avx")
            && has!("avx2")
            && has!("bmi1")
            && has!("bmi2")
            && has!("f16c")
            && has!("fma")
            && has!("lzcnt")
            && has!("movbe")
    }

    pub(super) fn avx512() -> bool {
        avx2()
            && has!("avx512f")
            && has!("avx512bw")
            && has!("avx512cd")
            && has!("avx512dq")
            && has!("avx512vl")
            && has!("avx512vbmi2")
    }
}

#[cfg(target_arch = "aarch64")]
mod detect {
    pub(super) fn neon() -> bool {
        std::arch::is_aarch64_feature_detected!("neon")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_is_written() {
        for isa in Isa::ALL {
            assert_eq!(isa.to_string().parse(), Ok(isa));
        }
        assert_eq!(Isa::ALL.map(Isa::name), ["scalar", "sse4.2", "avx2", "avx512", "neon"]);
    }

    #[test]
    fn the_best_is_the_first_available_and_scalar_the_last() {
        let available = Isa::available();
        assert_eq!(available.first(), Some(&Isa::best()));
        assert_eq!(available.last(), Some(&Isa::Scalar));
        assert!(available.iter().all(|isa| isa.is_available()));
    }

    #[test]
    fn a_level_includes_the_levels_below_it() {
        let available = Isa::available();
        for (isa, below) in [(Isa::Avx512, Isa::Avx2), (Isa::Avx2, Isa::Sse42)] {
            assert!(!available.contains(&isa) || available.contains(&below), "{isa} without {below}");
        }
    }

    #[test]
    fn an_unknown_name_is_an_error_that_lists_what_there_is() {
        for name in ["avx3", "AVX2", "sse42", " avx2", "auto"] {
            let error = Isa::from_request(Some(name.as_ref())).unwrap_err();
            assert!(error.is_unknown() && !error.is_unavailable());
            let text = error.to_string();
            assert!(text.starts_with("PARSIMD_ISA: ") && text.contains(name) && text.contains("scalar)"), "{text}");
        }
    }

    #[test]
    fn an_unavailable_name_is_an_error_and_never_a_fallback() {
        for isa in Isa::ALL {
            let got = Isa::from_request(Some(isa.name().as_ref()));
            if isa.is_available() {
                assert_eq!(got, Ok(isa));
            } else {
                let error = got.unwrap_err();
                assert!(error.is_unavailable() && error.to_string().contains(isa.name()), "{error}");
            }
        }
        let foreign = if cfg!(target_arch = "x86_64") { Isa::Neon } else { Isa::Avx2 };
        assert!(foreign.require().is_err());
    }

    #[test]
    fn nothing_asked_for_means_the_best() {
        assert_eq!(Isa::from_request(None), Ok(Isa::best()));
        assert_eq!(Isa::from_request(Some("".as_ref())), Ok(Isa::best()));
    }
}
