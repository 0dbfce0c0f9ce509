//! Programs, walks and single calls beside the regex.
#![no_main]

parsimd_fuzz::target!(ProgramVsRegex);
