//! Values in single calls and in columns.
#![no_main]

parsimd_fuzz::target!(AnyValues);
