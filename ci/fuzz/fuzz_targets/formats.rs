//! Any text as a pattern.
#![no_main]

parsimd_fuzz::target!(AnyPattern);
