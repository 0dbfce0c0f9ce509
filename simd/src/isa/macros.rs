//! What the files of the instruction sets have in common: the entries of a table, and intrinsics as operations of a vector.

/// The entries of one instruction set: its token, its table, and each kernel compiled with its features.
///
/// Used as `kernel_list!(entries Name Vector COLUMNS "features")`.
#[allow(unused_macros, reason = "a target may have no vectors")]
macro_rules! entries {
    (
        [$isa:ident $vector:ident $columns:ident $features:literal]
        $(fn $name:ident($($argument:ident: $type:ty),*) -> $answer:ty, in $module:ident;)*
    ) => {
        /// Proof that this CPU has the instruction set.
        #[derive(Clone, Copy)]
        pub(crate) struct Token(());

        impl Token {
            /// # Safety
            ///
            /// The CPU has the instruction set.
            #[inline(always)]
            unsafe fn assume() -> Token {
                Token(())
            }

            /// The proof, if there is one.
            #[cfg(test)]
            pub(crate) fn detect() -> Option<Token> {
                $crate::isa::Isa::$isa.is_available().then_some(Token(()))
            }
        }

        /// The table of this instruction set.
        pub(crate) static KERNELS: $crate::kernels::Kernels =
            $crate::kernels::Kernels {
                isa: $crate::isa::Isa::$isa,
                columns: $crate::columns::$columns,
                $($name,)*
            };

        $(#[target_feature(enable = $features)]
        fn $name($($argument: $type),*) -> $answer {
            // SAFETY: a function with these features is called only where the CPU has them, and the only callers are
            // those of the table, which `kernels` hands out after `Isa::require`.
            let token = unsafe { Token::assume() };
            $crate::generic::$module::$name::<$vector>(token, $($argument),*)
        })*
    };
}

/// Operations of a vector that are intrinsics. Their only precondition is that the CPU has the instruction set.
#[allow(unused_macros, reason = "a target may have no vectors")]
macro_rules! operations {
    ($(fn $name:ident $(<const $constant:ident: i32>)? ($($arguments:tt)*) -> $answer:ty $body:block)*) => {
        $(#[inline(always)]
        #[allow(unused_unsafe, reason = "some are made of other operations only")]
        fn $name $(<const $constant: i32>)? ($($arguments)*) -> $answer {
            // SAFETY: each takes a token or a value that was made with one, and a token is made only where the CPU has
            // the instruction set: see `Token::assume`. Pointers are made of arrays of the size that is read or
            // written, or of slices after a check of their length.
            unsafe { $body }
        })*
    };
}
