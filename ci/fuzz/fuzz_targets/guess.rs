//! Any bytes as lines of which nothing is known.
#![no_main]

parsimd_fuzz::target!(AnyLines);
