//! The one place where the command asks for a guess.

use std::path::Path;

use super::stop::Stop;

/// A guess, as the command needs it.
pub(super) struct Best {
    pub(super) pattern: String,
    pub(super) multiline: bool,
    pub(super) lacks_year: bool,
    /// What to tell about it.
    pub(super) told: String,
}

/// The best guess for the lines of a file, or for those of standard input, of which `begin` was read.
pub(super) fn best(_path: &Path, _begin: &[u8]) -> Result<Best, Stop> {
    Err(Stop::new("no pattern: give one as the first argument, as in '{ip} {rest}', or a ready one with --format"))
}
