//! Each kernel on each instruction set, beside the scalar one. The address sanitizer finds loads outside of the block.
#![no_main]

parsimd_fuzz::target!(AnyBlock);
