//! Counts the lines of a file that match a pattern: a whole process, as `grep -c` is one.
//!
//! ```text
//! count PATTERN FILE            lines that match as a whole
//! count --search PATTERN FILE   lines that the pattern matches anywhere in
//! ```

#![allow(unsafe_code, reason = "the file is mapped into memory, as grep does it")]

use std::{num::NonZeroUsize, process::ExitCode};

use parsimd::{Input, Pattern, ScanOptions};

fn main() -> ExitCode {
    match count() {
        Ok(rows) => {
            println!("{rows}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn count() -> Result<usize, Box<dyn std::error::Error>> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut options = ScanOptions::default();
    options.threads = Some(NonZeroUsize::MIN);
    if arguments.first().is_some_and(|argument| argument == "--search") {
        options.matches = parsimd::Matches::First;
        arguments.remove(0);
    }
    let [pattern, file] = &arguments[..] else { return Err("usage: count [--search] PATTERN FILE".into()) };
    let mut rows = 0;
    // SAFETY: benchmarks write their logs before they read them, and let nobody else write to them.
    let input = unsafe { Input::map(file) }?;
    for batch in Pattern::new(pattern)?.scan_input(input, options) {
        rows += batch?.len();
    }
    Ok(rows)
}
