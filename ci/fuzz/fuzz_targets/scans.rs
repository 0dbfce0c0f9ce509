//! Scans of the same bytes in other ways.
#![no_main]

parsimd_fuzz::target!(AnyScan);
