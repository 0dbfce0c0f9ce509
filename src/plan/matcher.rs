//! The regular expression of a pattern, compiled: the authority on what matches.
//!
//! An expression in the common subset of Python's `re` and `regex` runs on `regex`, in linear time, in two readings: a quick one
//! for ASCII text and one for Unicode, each compiled when it is first needed. A pattern with a repeated name, or with
//! lookaround in a custom type, needs backtracking and runs on `fancy-regex`, within [`limits::BACKTRACKS`].

use std::sync::OnceLock;

use regex::bytes;
use regex_syntax::hir::{Hir, HirKind};

use super::{
    required::Required,
    translate::{Outside, Reading, translate},
};
use crate::{
    error::{Error, Result},
    limits,
    pattern::Format,
};

/// The span of each capture, the whole match first, in bytes of the text.
pub(crate) type Spans = Vec<Option<(usize, usize)>>;

#[derive(Debug)]
pub(crate) struct Matcher {
    engine: Engine,
    ignore_case: bool,
    /// Whether the pattern can match nothing at all.
    pub(crate) matches_empty: bool,
    /// What the engines read differently where a loop may go round without moving; the Python face asks.
    pub(crate) has_empty_loop: bool,
}

#[derive(Debug)]
enum Engine {
    /// In the reading for ASCII, or why it has none, and in the one for Unicode.
    Linear {
        ascii: Result<Compiled<bytes::Regex>, &'static str>,
        unicode: Compiled<bytes::Regex>,
    },
    Backtracking(Compiled<fancy_regex::Regex>),
}

/// One reading of the expression, whole (`\A…\z`) and free; each compiled when first needed.
#[derive(Debug)]
struct Compiled<R> {
    expression: String,
    whole: OnceLock<R>,
    free: OnceLock<R>,
    required: OnceLock<Option<Required>>,
}

impl<R> Compiled<R> {
    fn new(expression: String) -> Self {
        Compiled { expression, whole: OnceLock::new(), free: OnceLock::new(), required: OnceLock::new() }
    }

    fn get(&self, whole: bool, compile: impl Fn(&str) -> Result<R>) -> Result<&R> {
        let slot = if whole { &self.whole } else { &self.free };
        if let Some(regex) = slot.get() {
            return Ok(regex);
        }
        let regex = if whole { compile(&format!(r"\A{}\z", self.expression))? } else { compile(&self.expression)? };
        Ok(slot.get_or_init(|| regex))
    }
}

impl Matcher {
    /// Translates the expression and checks it; compiling waits for the first text.
    ///
    /// # Errors
    /// What neither engine can do.
    pub(crate) fn new(format: &Format) -> Result<Matcher> {
        let ignore_case = !format.case_sensitive;
        let engine = match translate(format, Reading::Unicode) {
            Ok(unicode) => {
                let ascii = translate(format, Reading::Ascii).map(Compiled::new).map_err(|outside| outside.what);
                Engine::Linear { ascii, unicode: Compiled::new(unicode) }
            }
            Err(unicode) => match translate(format, Reading::Backtracking) {
                Ok(expression) if unicode.needs_backtracking => Engine::Backtracking(Compiled::new(expression)),
                Ok(_) => return Err(outside(format, &unicode)),
                Err(both) => return Err(outside(format, &both)),
            },
        };
        let mut matcher = Matcher { engine, ignore_case, matches_empty: true, has_empty_loop: true };
        match &matcher.engine {
            Engine::Linear { unicode, .. } => {
                let hir = parse(&unicode.expression, ignore_case).map_err(|error| {
                    Error::regex(format!("the expression of the pattern cannot be compiled: {error}"))
                })?;
                matcher.matches_empty = hir.properties().minimum_len() == Some(0);
                matcher.has_empty_loop = has_empty_loop(&hir);
            }
            Engine::Backtracking(compiled) => {
                let whole = compiled.get(true, |expression| matcher.compile_backtracking(expression))?;
                matcher.matches_empty = whole.is_match("").unwrap_or(true);
            }
        }
        Ok(matcher)
    }

    /// True when the expression runs in linear time.
    pub(crate) fn is_linear(&self) -> bool {
        matches!(self.engine, Engine::Linear { .. })
    }

    /// True when the answer is that of Python's `re`, on text that is ASCII or on any.
    pub(crate) fn is_exact(&self, is_ascii: bool) -> bool {
        match self.engine {
            Engine::Linear { .. } => !self.has_empty_loop,
            // A repeated name is compared by other rules for letters that are not ASCII.
            Engine::Backtracking(_) => is_ascii,
        }
    }

    /// Whether there is a reading for ASCII that runs in linear time. It reads bytes that are not UTF-8 as well: each is a character then.
    ///
    /// # Errors
    /// Why not, for a person to read.
    pub(crate) fn has_ascii_reading(&self) -> Result<(), &'static str> {
        match &self.engine {
            Engine::Linear { ascii: Ok(_), .. } => Ok(()),
            Engine::Linear { ascii: Err(what), .. } => Err(what),
            Engine::Backtracking(_) => Err("a repeated name or lookaround needs backtracking"),
        }
    }

    /// The expression that any text is matched with, parsed, where it is in the syntax of `regex`.
    pub(super) fn unicode(&self) -> Option<Hir> {
        let Engine::Linear { unicode, .. } = &self.engine else { return None };
        parse(&unicode.expression, self.ignore_case).ok()
    }

    /// The literal that every match in a text has, if there is one.
    pub(crate) fn required(&self, is_ascii: bool) -> Option<&Required> {
        let Engine::Linear { ascii, unicode } = &self.engine else { return None };
        let (compiled, is_unicode) = match ascii {
            Ok(ascii) if is_ascii => (ascii, false),
            _ => (unicode, true),
        };
        let new = || Required::new(&compiled.expression, is_unicode, self.ignore_case);
        compiled.required.get_or_init(new).as_ref()
    }

    /// The first match in `text` that begins at byte `start` or later and, when `whole`, fills the text from its beginning to its end.
    ///
    /// `is_ascii` must be true only of text that is, or of bytes that are not UTF-8 that there is
    /// a [reading](Self::has_ascii_reading) for; else text that is not UTF-8 has no match.
    pub(crate) fn find(&self, text: &[u8], is_ascii: bool, start: usize, whole: bool) -> Result<Option<Spans>> {
        match &self.engine {
            Engine::Linear { ascii: Ok(ascii), .. } if is_ascii => {
                let regex = ascii.get(whole, |expression| self.compile_linear(expression, false))?;
                Ok(spans(regex, text, start))
            }
            Engine::Linear { unicode, .. } => {
                let regex = unicode.get(whole, |expression| self.compile_linear(expression, true))?;
                Ok(spans(regex, text, start))
            }
            Engine::Backtracking(compiled) => {
                let regex = compiled.get(whole, |expression| self.compile_backtracking(expression))?;
                let Ok(text) = std::str::from_utf8(text) else { return Ok(None) };
                let captures = regex
                    .captures_from_pos(text, start)
                    .map_err(|error| Error::limit(format!("the pattern needs backtracking, and gave up: {error}")))?;
                Ok(captures.map(|captures| {
                    (0..captures.len()).map(|i| captures.get(i).map(|m| (m.start(), m.end()))).collect()
                }))
            }
        }
    }

    fn compile_linear(&self, expression: &str, unicode: bool) -> Result<bytes::Regex> {
        bytes::RegexBuilder::new(expression)
            .unicode(unicode)
            .case_insensitive(self.ignore_case)
            .dot_matches_new_line(true)
            .size_limit(limits::REGEX_BYTES)
            .build()
            .map_err(|error| match error {
                regex::Error::CompiledTooBig(limit) => {
                    Error::limit(format!("the pattern compiles to more than {limit} bytes; use smaller widths"))
                }
                error => Error::regex(format!("the expression of the pattern cannot be compiled: {error}")),
            })
    }

    fn compile_backtracking(&self, expression: &str) -> Result<fancy_regex::Regex> {
        fancy_regex::RegexBuilder::new(expression)
            .case_insensitive(self.ignore_case)
            .dot_matches_new_line(true)
            .backtrack_limit(limits::BACKTRACKS)
            .delegate_size_limit(limits::REGEX_BYTES)
            .build()
            .map_err(|error| Error::regex(format!("the expression of the pattern cannot be compiled: {error}")))
    }
}

fn parse(expression: &str, ignore_case: bool) -> Result<Hir, Box<regex_syntax::Error>> {
    let mut parser = regex_syntax::ParserBuilder::new();
    parser.case_insensitive(ignore_case).dot_matches_new_line(true);
    parser.build().parse(expression).map_err(Box::new)
}

fn spans(regex: &bytes::Regex, text: &[u8], start: usize) -> Option<Spans> {
    let mut locations = regex.capture_locations();
    regex.captures_read_at(&mut locations, text, start)?;
    Some((0..locations.len()).map(|i| locations.get(i)).collect())
}

fn outside(format: &Format, outside: &Outside) -> Error {
    let field = format.fields.iter().rev().find(|field| field.open <= outside.at);
    let place = field
        .map_or_else(String::new, |field| format!(", in or behind the field {}", &format.text[field.span.clone()]));
    Error::regex(format!(
        "the pattern {:?} has a regular expression that cannot be used: {}{place}, at byte {} of {:?}",
        format.text, outside.what, outside.at, format.expression
    ))
}

/// True when something that can match nothing is repeated without end.
fn has_empty_loop(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Repetition(repetition) => {
            let is_empty = repetition.sub.properties().minimum_len() == Some(0) && repetition.max != Some(1);
            is_empty || has_empty_loop(&repetition.sub)
        }
        HirKind::Capture(capture) => has_empty_loop(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(has_empty_loop),
        _ => false,
    }
}
