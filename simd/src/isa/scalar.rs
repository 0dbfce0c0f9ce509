//! The entries of [`Isa::Scalar`]: the scalar twins themselves.

use super::Isa;
use crate::kernels::Kernels;
use crate::scalar::{index, text};

/// The table of plain Rust.
pub(crate) static KERNELS: Kernels = Kernels {
    isa: Isa::Scalar,
    newlines: index::newlines,
    utf8_valid_up_to: text::utf8_valid_up_to,
    code_points: text::code_points,
};
