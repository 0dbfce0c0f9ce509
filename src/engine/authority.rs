//! Who has the last word on a text: the regex, or the caller's own matcher.

use parsimd_simd::{Kernels, Span};

use super::{
    Anchored,
    external::{self, ExternalMatcher},
    regex::RegexEngine,
};
use crate::error::{Error, Result};

/// Who is asked where nothing faster knows the answer. The [plan](crate::plan) chooses.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Authority<'p> {
    Regex(&'p RegexEngine),
    /// With the number of fields.
    External(&'p dyn ExternalMatcher, usize),
    /// Nobody, since the expression does not compile.
    Nobody(&'p Error),
}

impl Authority<'_> {
    /// The first match in `text` that begins at byte `start` or later and, when anchored, fills the text: its span, and then those of the fields.
    ///
    /// `is_ascii` as in [`RegexEngine::find`]. The external matcher is given UTF-8 only.
    pub(crate) fn find(
        self,
        kernels: &Kernels,
        text: &[u8],
        is_ascii: bool,
        start: usize,
        anchored: Anchored,
    ) -> Result<Option<Vec<Span>>> {
        match self {
            Authority::Regex(regex) => regex.find_prefiltered(kernels, text, is_ascii, start, anchored),
            Authority::External(external, fields) => external::find(external, fields, text, start, anchored),
            Authority::Nobody(error) => Err(Error::regex(error.to_string())),
        }
    }
}
