//! Tests of every kernel on every instruction set, against the standard library or a reference implementation.
//!
//! [`on_each_isa`] makes each test once for each instruction set, whose name is part of the test's:
//! `tests::index::avx2::a_newline_is_found_at_every_place`. What runs and what is left out is decided in
//! [`harness`], and one test there prints and asserts it.

mod anchor;
mod columns;
mod floats;
mod guard;
mod harness;
mod index;
mod integers;
mod platforms;
mod property;
mod text;
mod texts;
mod timestamps;
mod vector;
mod walk;

/// Makes a test of each `fn name(kernels: &'static Kernels)` for each instruction set.
macro_rules! on_each_isa {
    ($($name:ident),* $(,)?) => {
        $crate::tests::on_one_isa!(scalar Scalar $($name)*);
        #[cfg(target_arch = "x86_64")]
        $crate::tests::on_one_isa!(sse42 Sse42 $($name)*);
        #[cfg(target_arch = "x86_64")]
        $crate::tests::on_one_isa!(avx2 Avx2 $($name)*);
        #[cfg(target_arch = "x86_64")]
        $crate::tests::on_one_isa!(avx512 Avx512 $($name)*);
        #[cfg(target_arch = "aarch64")]
        $crate::tests::on_one_isa!(neon Neon $($name)*);
    };
}
use on_each_isa;

macro_rules! on_one_isa {
    ($module:ident $isa:ident $($name:ident)*) => {
        mod $module {
            $(#[test]
            fn $name() {
                $crate::tests::harness::run($crate::Isa::$isa, super::$name);
            })*
        }
    };
}
use on_one_isa;
