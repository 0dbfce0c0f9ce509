//! The table of [`Isa::Scalar`](super::Isa): the functions of `scalar/` themselves, which need no features and no token.

use crate::kernels::{Kernels, kernel_list};
use crate::scalar::{anchor, floats, index, integers, text, texts, timestamps, walk};

/// Fills the table with the functions of `scalar/`.
macro_rules! table {
    ([] $(fn $name:ident($($argument:ident: $type:ty),*) -> $answer:ty, in $module:ident;)*) => {
        /// The table of plain Rust.
        pub(crate) static KERNELS: Kernels = Kernels { isa: super::Isa::Scalar, columns: crate::columns::PLAIN, $($name: $module::$name,)* };
    };
}

kernel_list!(table);
