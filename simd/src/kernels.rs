//! The table of entries that one instruction set has, and the safe way to call them.

use crate::isa::{Isa, IsaError};

/// The kernels of one instruction set.
///
/// Holding a reference proves that this CPU has [`Kernels::isa`]: the tables are private, and [`kernels`] hands one
/// out only after it has asked the CPU.
pub struct Kernels {
    pub(crate) isa: Isa,
    pub(crate) newlines: unsafe fn(&[u8], &mut Vec<u32>),
    pub(crate) utf8_valid_up_to: unsafe fn(&[u8]) -> usize,
    pub(crate) code_points: unsafe fn(&[u8]) -> usize,
}

/// The kernels of `isa`.
///
/// # Errors
///
/// This CPU, or this build, does not have it.
pub fn kernels(isa: Isa) -> Result<&'static Kernels, IsaError> {
    // Each entry of a table needs the CPU to have the table's instruction set: this is the check.
    let isa = isa.require()?;
    Ok(match isa {
        Isa::Scalar => &crate::isa::scalar::KERNELS,
        other => unreachable!("{other} is available but has no table"),
    })
}

/// Panics where a position could not be written as a `u32`.
#[track_caller]
fn check_length(block: &[u8]) {
    assert!(u32::try_from(block.len()).is_ok(), "a block of {} bytes: the limit is 4 GiB - 1", block.len());
}

// A function pointer of a table may be called on a CPU that has the table's instruction set. That is what each
// `SAFETY` line below rests on, and `kernels` is where it was checked.
#[allow(unsafe_code, reason = "calls through the table")]
impl Kernels {
    /// The instruction set that these kernels are written for.
    pub fn isa(&self) -> Isa {
        self.isa
    }

    /// Appends the position of each `b'\n'` of `block` to `out`, in order.
    ///
    /// # Panics
    ///
    /// If the block has more than `u32::MAX` bytes.
    pub fn newlines(&self, block: &[u8], out: &mut Vec<u32>) {
        check_length(block);
        // SAFETY: this table came from `kernels`, whose `require` found its instruction set on this CPU.
        unsafe { (self.newlines)(block, out) }
    }

    /// How many leading bytes of `block` are complete, valid UTF-8: `block.len()` if all of it is.
    ///
    /// The same number as [`std::str::Utf8Error::valid_up_to`], so a code point that is cut off by the end of the
    /// block is not counted: the next block begins with it.
    pub fn utf8_valid_up_to(&self, block: &[u8]) -> usize {
        // SAFETY: this table came from `kernels`, whose `require` found its instruction set on this CPU.
        unsafe { (self.utf8_valid_up_to)(block) }
    }

    /// Whether all of `block` is valid UTF-8.
    pub fn is_utf8(&self, block: &[u8]) -> bool {
        self.utf8_valid_up_to(block) == block.len()
    }

    /// The number of code points in `block`, which must be UTF-8 for the number to mean that: in any bytes, the
    /// number of those that do not continue a code point (`0b10xx_xxxx`).
    pub fn code_points(&self, block: &[u8]) -> usize {
        // SAFETY: this table came from `kernels`, whose `require` found its instruction set on this CPU.
        unsafe { (self.code_points)(block) }
    }
}

impl std::fmt::Debug for Kernels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kernels").field("isa", &self.isa).finish_non_exhaustive()
    }
}
