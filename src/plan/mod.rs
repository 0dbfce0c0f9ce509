//! All decisions, made before a byte of input is read.
//!
//! | file | what |
//! |---|---|
//! | [`translate`] | the expression of the pattern, rewritten for the engines that run it |
//! | [`matcher`] | the expression compiled: the authority on what matches |
//! | [`program`] | the quicker way to the same answer, for patterns that are literals with fields between them |

mod matcher;
mod program;
mod translate;

use std::fmt::{self, Write};

use parsimd_simd::{Isa, Kernels};

use crate::{
    error::{Error, Result},
    pattern::Format,
};
use matcher::Matcher;
pub(crate) use matcher::Spans;
pub(crate) use program::{Outcome, Program, Row, Stop, Table, Walk};

/// A matcher of the caller's own, for expressions that the engines here do not run as Python's `re` does.
///
/// A pattern that has one asks it where its own engines are not exact: for expressions outside of the common subset, and for
/// repeated names in text that is not ASCII. A scan may ask it from several threads at once.
pub trait ExternalMatcher: fmt::Debug + Send + Sync {
    /// The first match in `text` that begins at byte `start` or later and, when `whole`, fills the text: its span and that of
    /// each field in order, in bytes.
    ///
    /// # Errors
    /// Whatever keeps it from answering; it ends the scan.
    fn find(
        &self,
        text: &str,
        start: usize,
        whole: bool,
    ) -> Result<Option<Spans>, Box<dyn std::error::Error + Send + Sync>>;
}

/// How a pattern is matched, and why so. [`explain`](Plan::explain) says it in words.
#[derive(Debug)]
pub struct Plan {
    matcher: Result<Matcher>,
    external: Option<Box<dyn ExternalMatcher>>,
    external_only: bool,
    kernels: &'static Kernels,
    groups_agree: bool,
    /// The program, or why there is none.
    program: Result<Program, String>,
}

impl Plan {
    /// Decides.
    ///
    /// # Errors
    /// An expression that no engine runs; an instruction set that is not here.
    pub(crate) fn new(
        format: &Format,
        external: Option<Box<dyn ExternalMatcher>>,
        external_only: bool,
        isa: Option<Isa>,
    ) -> Result<Plan> {
        let isa = match isa {
            Some(isa) => isa,
            None => Isa::from_env()?,
        };
        let kernels = parsimd_simd::kernels(isa)?;
        let matcher = match Matcher::new(format) {
            Err(error) if external.is_none() => return Err(error),
            matcher => matcher,
        };
        Ok(Plan {
            matcher,
            external,
            external_only,
            kernels,
            groups_agree: format.groups_agree,
            program: Program::new(format),
        })
    }

    pub(crate) fn kernels(&self) -> &'static Kernels {
        self.kernels
    }

    /// The instruction set that the kernels use.
    pub fn isa(&self) -> Isa {
        self.kernels.isa()
    }

    /// Whether the engines here give, on ASCII text, the very answer of Python's `re`, and if not, why not.
    ///
    /// # Errors
    /// The reason, for a person to read.
    pub fn is_exact_on_ascii(&self) -> Result<(), String> {
        match &self.matcher {
            Err(error) => Err(error.to_string()),
            Ok(matcher) if !matcher.is_linear() => Err("a repeated name or lookaround needs backtracking".to_owned()),
            Ok(matcher) if !matcher.has_ascii_reading() => {
                Err("a letter of the format also matches an ASCII letter".to_owned())
            }
            Ok(matcher) if matcher.has_empty_loop => {
                Err("a custom pattern repeats something that can be empty".to_owned())
            }
            Ok(_) if !self.groups_agree => {
                Err("a custom pattern has other groups than its regex_group_count says".to_owned())
            }
            Ok(_) => Ok(()),
        }
    }

    /// Whether there is an external matcher that may be asked.
    pub fn may_ask(&self) -> bool {
        let is_exact = self.matcher.as_ref().is_ok_and(|matcher| matcher.is_exact(true) && matcher.is_exact(false));
        self.external.is_some() && (self.external_only || !is_exact)
    }

    /// Whether the pattern can match nothing at all.
    pub fn matches_empty(&self) -> bool {
        self.matcher.as_ref().map_or(true, |matcher| matcher.matches_empty)
    }

    /// The decisions and their reasons, a line each.
    pub fn explain(&self) -> String {
        let mut text = String::new();
        let mut line = |what: &str, how: String| {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{what:<12} {how}");
        };
        match &self.matcher {
            Ok(matcher) if matcher.is_linear() => {
                line("matcher", "regex, in linear time, one search per record".to_owned())
            }
            Ok(_) => line("matcher", "fancy-regex, since a repeated name or lookaround needs backtracking".to_owned()),
            Err(error) => line("matcher", format!("external only, since {error}")),
        }
        if self.external.is_some() {
            line("external", "asked where the engines here are not exact".to_owned());
        }
        match &self.program {
            Ok(program) => {
                line("program", format!("{} lazy fields, no regex for ASCII records", program.lazy_fields()))
            }
            Err(why) => line("program", format!("none, since {why}: each record goes to the matcher")),
        }
        line("kernels", self.isa().to_string());
        text
    }

    /// The program, where it may run: on ASCII records, to be matched as a whole or in part.
    pub(crate) fn program(&self, full: bool) -> Option<&Program> {
        let program = self.program.as_ref().ok()?;
        (!self.external_only && (full || program.can_search())).then_some(program)
    }

    /// As [`Matcher::find`], through the external matcher where the engines here are not exact.
    pub(crate) fn find(&self, text: &[u8], is_ascii: bool, start: usize, whole: bool) -> Result<Option<Spans>> {
        match (&self.matcher, &self.external) {
            (Ok(matcher), None) => matcher.find(text, is_ascii, start, whole),
            (Err(error), None) => Err(Error::regex(error.to_string())),
            (Ok(matcher), Some(_)) if !self.external_only && matcher.is_exact(is_ascii) => {
                matcher.find(text, is_ascii, start, whole)
            }
            (_, Some(external)) => match std::str::from_utf8(text) {
                Ok(text) => external.find(text, start, whole).map_err(Error::external),
                Err(_) => Ok(None),
            },
        }
    }
}
