//! The choice of a table: the one place where the instruction sets meet.

use crate::isa::{Isa, IsaError};
use crate::kernels::Kernels;

/// The kernels of `isa`.
///
/// # Errors
///
/// This CPU, or this build, does not have it.
pub fn kernels(isa: Isa) -> Result<&'static Kernels, IsaError> {
    // Calling an entry of a table is sound only if the CPU has the table's instruction set. This is the check.
    let isa = isa.require()?;
    Ok(match isa {
        Isa::Scalar => &crate::isa::scalar::KERNELS,
        #[cfg(target_arch = "x86_64")]
        Isa::Sse42 => &crate::isa::x86::sse42::KERNELS,
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => &crate::isa::x86::avx2::KERNELS,
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => &crate::isa::x86::avx512::KERNELS,
        #[cfg(target_arch = "aarch64")]
        Isa::Neon => &crate::isa::aarch64::neon::KERNELS,
        // Names of other targets: `require` has refused them.
        other => unreachable!("{other} is available but has no table"),
    })
}
