//! Any text as a format of another tool.
#![no_main]

parsimd_fuzz::target!(AnyFormat);
