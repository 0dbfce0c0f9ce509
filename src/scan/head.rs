//! Records of several lines: each begins with a line that the head of the pattern matches.

use super::{
    compiled::Compiled,
    options::{Matches, ScanOptions},
};
use crate::{
    batch::Strings,
    engine::{ByteSet, RegexEngine},
    error::{Error, Result},
    input::Heads,
};

/// What a record begins with.
#[derive(Debug)]
pub(super) struct Head {
    regex: RegexEngine,
    /// What it can begin with: a look at the first byte tells most other lines.
    first: ByteSet,
    /// How many bytes a record may have.
    longest: usize,
    /// Whether a record that is not UTF-8 is matched byte by byte.
    takes_bytes: bool,
}

impl Head {
    /// The head of a pattern, if the options ask for it.
    ///
    /// # Errors
    /// [`Error::is_options`]: the pattern has none, or the options do not go together.
    pub(super) fn new(pattern: &Compiled, options: &ScanOptions) -> Result<Option<Head>> {
        if !options.multiline {
            return Ok(None);
        }
        if options.matches != Matches::Line {
            return Err(Error::options(
                "records of several lines are matched as a whole: multiline goes with match=\"line\" alone",
            ));
        }
        let refused = |why: &str| {
            let format = &pattern.format.text;
            Error::options(format!("records of several lines cannot be told apart by the pattern {format:?}: {why}"))
        };
        let Some(format) = pattern.format.head(&pattern.options)? else {
            return Err(refused(
                "nothing stands in front of its first field of any text; write a literal or a field with a type there, for lines to begin with",
            ));
        };
        let regex = match RegexEngine::new(&format) {
            _ if pattern.plan.is_external_only() => {
                return Err(refused("what matches it is left to an external matcher"));
            }
            Err(error) => return Err(refused(&error.to_string())),
            Ok(regex) => regex,
        };
        if pattern.plan.may_ask() && !(regex.is_exact(true) && regex.is_exact(false)) {
            return Err(refused("what stands in front of its first field of any text is left to an external matcher"));
        }
        if regex.matches_empty {
            return Err(refused(
                "what stands in front of its first field of any text can be nothing at all, and every line begins with that",
            ));
        }
        let (first, longest) = (regex.first_bytes(), options.max_record_bytes);
        let takes_bytes = options.strings == Strings::Binary && regex.supports_ascii().is_ok();
        Ok(Some(Head { regex, first, longest, takes_bytes }))
    }
}

impl Heads for Head {
    fn begins(&self, line: &[u8]) -> bool {
        if line.len() > self.longest {
            return true;
        }
        if !line.first().is_some_and(|&first| self.first[usize::from(first)]) {
            return false;
        }
        let (text, is_bytes) = match std::str::from_utf8(line) {
            Ok(_) => (line, line.is_ascii()),
            Err(_) if self.takes_bytes => (line, true),
            // The record fails for its encoding; it begins with what is UTF-8 all the same, and the one above it is whole.
            Err(error) => {
                let text = &line[..error.valid_up_to()];
                (text, text.is_ascii())
            }
        };
        // If backtracking gave up it does so for the record, too, and that is told then.
        self.regex.begins(text, is_bytes).unwrap_or(true)
    }
}
