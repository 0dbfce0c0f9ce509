//! Conditions of `--where`.
#![no_main]

parsimd_fuzz::target!(AnyCondition);
