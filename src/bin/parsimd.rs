//! The command `parsimd`.

use std::process::ExitCode;

fn main() -> ExitCode {
    parsimd::cli::run(std::env::args_os())
}
