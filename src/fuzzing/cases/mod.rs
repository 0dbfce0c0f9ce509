//! What fuzz targets make of bytes: cases, each of which is the arguments of checks.
//!
//! libFuzzer changes bytes; a case is read out of them, and calls the checks. Bytes that end too early are read as zeros, so all bytes are a case. The seeds of
//! `ci/fuzz` are such bytes, and `seeds` runs them without a fuzzer.
//!
//! A case is printed as the tests that it would be, to be pasted into `found`.

mod bytes;
#[cfg(feature = "cli")]
mod conditions;
mod engines;
mod formats;
mod formatted;
mod guesses;
mod kernels;
mod scans;
mod values;

pub use bytes::Bytes;
#[cfg(feature = "cli")]
pub use conditions::AnyCondition;
pub use engines::ProgramVsRegex;
pub use formats::{AnyFormat, AnyPattern};
pub use guesses::AnyLines;
pub use kernels::AnyBlock;
pub use scans::AnyScan;
pub use values::AnyValues;

/// The arguments of checks.
pub trait Case: Sized {
    /// The case that these bytes stand for.
    fn read(bytes: &mut Bytes<'_>) -> Self;

    /// Calls the checks, which panic where a promise is broken.
    fn check(&self);

    /// The same calls, as they are written in a test.
    fn calls(&self) -> Vec<String>;

    /// The case as tests, one for each call.
    fn as_tests(&self) -> String {
        let tests =
            self.calls().into_iter().map(|call| format!("#[test]\nfn promise_that_was_broken() {{\n    {call};\n}}"));
        tests.collect::<Vec<_>>().join("\n\n")
    }
}

/// A call of a check with these arguments.
fn call(check: &str, arguments: &[String]) -> String {
    format!("super::{check}({})", arguments.join(", "))
}

/// Bytes, as they are written in Rust.
fn written(bytes: &[u8]) -> String {
    format!("b\"{}\"", bytes.escape_ascii())
}
