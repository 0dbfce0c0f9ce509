//! All decisions, made before a byte of input is read.
//!
//! | file | what |
//! |---|---|
//! | [`translate`] | the expression of the pattern, rewritten for the engines that run it |
//! | [`matcher`] | the expression compiled: the authority on what matches |
//! | [`required`] | the literal that every match has: proof that there is none |
//! | [`program`] | the quicker way to the same answer, for patterns that are literals with fields between them |
//! | [`foreign`] | the characters about which a program does not know, and the expression is asked |
//! | [`found`] | where a pattern matched |
//! | [`explain`] | all of that in words |

mod explain;
mod foreign;
mod found;
mod matcher;
mod program;
mod required;
mod translate;
pub(crate) mod work;

use std::{fmt, sync::OnceLock};

use parsimd_simd::{Isa, Kernels, Span};

use crate::{
    error::{Error, Result},
    pattern::{Field, Format},
};
pub(crate) use foreign::Foreign;
pub(crate) use found::{FewSpans, Found};
use matcher::Matcher;
pub(crate) use matcher::Spans;
use program::Answer;
pub(crate) use program::{Outcome, Program, Row, Stop, Table, Walk};

#[cfg(test)]
pub(crate) use program::tests as twin;

/// From how many bytes on it pays to look for the required literal before anything else.
const LONG: usize = 256;

/// A matcher of the caller's own, for expressions that the engines here do not run as Python's `re` does.
///
/// A pattern that has one asks it where its own engines are not exact: for expressions outside of the common subset, and for
/// repeated names in text that is not ASCII. A scan may ask it from several threads at once.
pub trait ExternalMatcher: fmt::Debug + Send + Sync {
    /// The first match in `text` that begins at byte `start` or later and, when `whole`, fills the text: its span and that of
    /// each field in order, in bytes. A record of a scan in which a span is outside of the text, or cuts a character, is a failure.
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
    isa_choice: IsaChoice,
    /// The format text.
    format: String,
    case_sensitive: bool,
    groups_agree: bool,
    /// The names of the columns of the fields.
    names: Vec<String>,
    /// The program, or why there is none.
    program: Result<Program, String>,
    foreign: OnceLock<Foreign>,
}

/// Who chose the instruction set.
#[derive(Debug, Clone, Copy)]
enum IsaChoice {
    Caller,
    Environment,
    Best,
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
        let (isa, isa_choice) = match isa {
            Some(isa) => (isa, IsaChoice::Caller),
            None if Isa::is_forced_by_env() => (Isa::from_env()?, IsaChoice::Environment),
            None => (Isa::from_env()?, IsaChoice::Best),
        };
        let kernels = parsimd_simd::kernels(isa)?;
        let matcher = match Matcher::new(format) {
            Err(error) if external.is_none() => return Err(error),
            matcher => matcher,
        };
        let is_exact = matcher.as_ref().is_ok_and(|matcher| matcher.is_exact(true) && matcher.is_exact(false));
        Ok(Plan {
            matcher,
            // One that is never asked is let go.
            external: external.filter(|_| external_only || !is_exact),
            external_only,
            kernels,
            isa_choice,
            format: format.text.clone(),
            case_sensitive: format.case_sensitive,
            groups_agree: format.groups_agree,
            names: format.fields.iter().map(Field::column_name).collect(),
            program: Program::new(format),
            foreign: OnceLock::new(),
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
            Ok(matcher) => match matcher.has_ascii_reading() {
                Err(reason) => Err(reason.to_owned()),
                Ok(()) if matcher.has_empty_loop => {
                    Err("a custom pattern repeats something that can be empty".to_owned())
                }
                Ok(()) if !self.groups_agree => {
                    Err("a custom pattern has other groups than its regex_group_count says".to_owned())
                }
                Ok(()) => Ok(()),
            },
        }
    }

    /// Whether there is an external matcher that may be asked.
    pub fn may_ask(&self) -> bool {
        self.external.is_some()
    }

    /// Whether the pattern can match nothing at all.
    pub fn matches_empty(&self) -> bool {
        self.matcher.as_ref().map_or(true, |matcher| matcher.matches_empty)
    }

    /// The characters that records must not have to be given to `program`, which is the one of this plan.
    pub(crate) fn foreign(&self, program: &Program) -> &Foreign {
        self.foreign.get_or_init(|| {
            let expression = self.matcher.as_ref().ok().and_then(Matcher::unicode);
            Foreign::new(expression.as_ref(), program)
        })
    }

    /// Whether a record that is not UTF-8 can be matched byte by byte, by the reading for ASCII.
    ///
    /// # Errors
    /// Why not, for a person to read.
    pub(crate) fn reads_bytes(&self) -> Result<(), &'static str> {
        match &self.matcher {
            Ok(matcher) if self.external.is_none() || (!self.external_only && matcher.is_exact(true)) => {
                matcher.has_ascii_reading()
            }
            _ => Err("it is left to an external matcher"),
        }
    }

    /// The program, where it may run: on records that are UTF-8 and have no [`foreign`](Self::foreign) characters, to be matched as a
    /// whole or in part.
    pub(crate) fn program(&self, full: bool) -> Option<&Program> {
        let program = self.program.as_ref().ok()?;
        (!self.external_only && (full || program.can_search())).then_some(program)
    }

    /// The first match in `text` that begins at byte `start` or later, or, when `whole`, that is all of the text; `start` is 0 then. `few` is
    /// where [`Found::Few`] has its spans.
    ///
    /// The program is asked first, but not about what is in front of `sure_from`: that is how far it has looked when it came to something that it
    /// does not know. Whoever asks for one match after the other hands in the same number again, at first 0: so no text is looked at
    /// twice only to be given to the expression, however often that happens.
    #[inline]
    pub(crate) fn find_in_text(
        &self,
        text: &[u8],
        is_ascii: bool,
        start: usize,
        whole: bool,
        sure_from: &mut usize,
        few: &mut FewSpans,
    ) -> Result<Option<Found>> {
        // Spans are 32 bits wide.
        let is_short = u32::try_from(text.len()).is_ok();
        if let Some(program) = self.program(whole).filter(|_| is_ascii && is_short && start >= *sure_from) {
            let from = match &self.matcher {
                Ok(matcher) if !whole => self.first_begin(matcher, text, is_ascii, start),
                _ => Some(start),
            };
            let Some(from) = from else { return Ok(None) };
            // More fields than a few have memory of their own.
            let mut many = vec![Span::default(); if self.names.len() > few.len() { self.names.len() } else { 0 }];
            let row = if many.is_empty() { &mut few[..] } else { &mut many[..] };
            match program.find(text, from, whole, &mut Row::alone(row)) {
                Answer::Match(place) if many.is_empty() => return Ok(Some(Found::Few(place))),
                Answer::Match(place) => return Ok(Some(Found::many(place.range(), &many))),
                Answer::NoMatch => return Ok(None),
                Answer::Undecided(at) => *sure_from = at,
            }
        }
        Ok(self.find(text, is_ascii, start, whole)?.map(Found::Many))
    }

    /// Where a match may begin, at byte `start` or later; `None` when a literal that it must have is not there.
    fn first_begin(&self, matcher: &Matcher, text: &[u8], is_ascii: bool, start: usize) -> Option<usize> {
        if text.len().saturating_sub(start) < LONG {
            return Some(start);
        }
        match matcher.required(is_ascii) {
            Some(required) => required.first_begin(self.kernels, text, start),
            None => Some(start),
        }
    }

    /// As [`Matcher::find`], where a literal that every match has does not say that there is none.
    fn find_by_expression(
        &self,
        matcher: &Matcher,
        text: &[u8],
        is_ascii: bool,
        start: usize,
        whole: bool,
    ) -> Result<Option<Spans>> {
        let Some(from) = self.first_begin(matcher, text, is_ascii, start) else { return Ok(None) };
        // Behind the beginning of the text, an expression for the whole of it finds nothing.
        let found = matcher.find(text, is_ascii, from, whole)?;
        let end = found.as_ref().and_then(|spans| spans[0]).map_or(text.len(), |(_, end)| end);
        work::count(end - from);
        Ok(found)
    }

    /// As [`Matcher::find`], through the external matcher where the engines here are not exact. Bytes that are not UTF-8 have a match where
    /// [`reads_bytes`](Self::reads_bytes) allows it, and `is_ascii` says so.
    pub(crate) fn find(&self, text: &[u8], is_ascii: bool, start: usize, whole: bool) -> Result<Option<Spans>> {
        match (&self.matcher, &self.external) {
            (Ok(matcher), None) => self.find_by_expression(matcher, text, is_ascii, start, whole),
            (Err(error), None) => Err(Error::regex(error.to_string())),
            (Ok(matcher), Some(_)) if !self.external_only && matcher.is_exact(is_ascii) => {
                self.find_by_expression(matcher, text, is_ascii, start, whole)
            }
            (_, Some(external)) => match std::str::from_utf8(text) {
                Ok(text) => external.find(text, start, whole).map_err(Error::external),
                Err(_) => Ok(None),
            },
        }
    }

    /// As [`Matcher::find`], with nothing in front of it.
    #[cfg(test)]
    pub(crate) fn find_by_matcher(
        &self,
        text: &[u8],
        is_ascii: bool,
        start: usize,
        whole: bool,
    ) -> Result<Option<Spans>> {
        let matcher = self.matcher.as_ref().map_err(|error| Error::regex(error.to_string()))?;
        matcher.find(text, is_ascii, start, whole)
    }
}
