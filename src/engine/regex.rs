//! The regular expression of a pattern, compiled: the authority on what matches.
//!
//! [`RegexEngine`] has the expression for each kind of text and compiles it when the first such text comes. Everything faster must agree with it, and
//! whatever does not know the answer falls back to it.
//!
//! * An expression in the common subset of Python's `re` and the crate `regex` runs on `regex`, in linear time. There are two of it: a fast one for
//!   ASCII text, and one for all of Unicode.
//! * A pattern with a repeated name, or with lookaround in a custom type, runs on `fancy-regex`. That backtracks, within [`limits::BACKTRACKS`].
//! * Anything else is an error of the pattern, which names the field.

use std::{ops::Range, sync::OnceLock};

use parsimd_simd::{Kernels, Span};
use regex::bytes;
use regex_syntax::hir::{Hir, HirKind};

use super::{
    Anchored,
    captures::ABSENT,
    first::{ByteSet, first_bytes},
    prefilter::{self, Around, Prefilter},
    translate::{Target, Unsupported, translate},
    work,
};
use crate::{
    error::{Error, Problem, Result},
    limits,
    pattern::Format,
};

/// The expression of a pattern, for each kind of text.
#[derive(Debug)]
pub(crate) struct RegexEngine {
    engine: Engine,
    ignore_case: bool,
    /// Whether the pattern can match nothing at all.
    pub(crate) matches_empty: bool,
    /// What the engines read differently where a loop may go round without moving; the Python face asks.
    pub(crate) has_empty_loop: bool,
}

#[derive(Debug)]
enum Engine {
    /// For ASCII, or why there is none, and for Unicode.
    Linear { ascii: Result<Compiled<bytes::Regex>, &'static str>, unicode: Compiled<bytes::Regex> },
    Backtracking {
        compiled: Compiled<fancy_regex::Regex>,
        /// An expression that matches wherever this one does, in ASCII, if there is one without backtracking. It says quickly of most texts that do not match that they
        /// do not. `None` in it is one that compiles to too much.
        wider: Option<Box<Compiled<Option<bytes::Regex>>>>,
    },
}

/// The expression for one kind of text, anchored (`\A…\z`), not, and at its beginning alone; each compiled when it is first needed.
#[derive(Debug)]
struct Compiled<R> {
    expression: String,
    anchored: OnceLock<R>,
    unanchored: OnceLock<R>,
    /// Anchored at its beginning alone.
    prefix: OnceLock<R>,
    prefilter: OnceLock<Option<Prefilter>>,
}

impl<R> Compiled<R> {
    fn new(expression: String) -> Self {
        let (anchored, unanchored, prefix) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Compiled { expression, anchored, unanchored, prefix, prefilter: OnceLock::new() }
    }

    fn prefix(&self, compile: impl Fn(&str) -> Result<R>) -> Result<&R> {
        if let Some(regex) = self.prefix.get() {
            return Ok(regex);
        }
        let regex = compile(&format!(r"\A(?:{})", self.expression))?;
        Ok(self.prefix.get_or_init(|| regex))
    }

    fn get(&self, anchored: Anchored, compile: impl Fn(&str) -> Result<R>) -> Result<&R> {
        let slot = if anchored.is_yes() { &self.anchored } else { &self.unanchored };
        if let Some(regex) = slot.get() {
            return Ok(regex);
        }
        let regex = match anchored {
            Anchored::Yes => compile(&format!(r"\A{}\z", self.expression))?,
            Anchored::No => compile(&self.expression)?,
        };
        Ok(slot.get_or_init(|| regex))
    }
}

impl RegexEngine {
    /// Translates the expression and checks it; compiling waits for the first text.
    ///
    /// # Errors
    /// What neither engine can do.
    pub(crate) fn new(format: &Format) -> Result<RegexEngine> {
        let ignore_case = !format.case_sensitive;
        for (layout, span) in format.layouts() {
            check_layout(format, layout, span)?;
        }
        let engine = match translate(format, Target::Unicode) {
            Ok(unicode) => {
                let ascii = translate(format, Target::Ascii).map(Compiled::new).map_err(|unsupported| unsupported.what);
                Engine::Linear { ascii, unicode: Compiled::new(unicode) }
            }
            Err(unicode) => match translate(format, Target::Backtracking) {
                Ok(expression) if unicode.needs_backtracking => Engine::Backtracking {
                    compiled: Compiled::new(expression),
                    wider: translate(format, Target::AsciiWider).ok().map(Compiled::new).map(Box::new),
                },
                Ok(_) => return Err(error_of(format, &unicode)),
                Err(both) => return Err(error_of(format, &both)),
            },
        };
        let mut regex = RegexEngine { engine, ignore_case, matches_empty: true, has_empty_loop: true };
        match &regex.engine {
            Engine::Linear { unicode, .. } => {
                let hir = parse(&unicode.expression, true, ignore_case).map_err(|error| {
                    Error::regex(format!("the expression of the pattern cannot be compiled: {error}"))
                })?;
                regex.matches_empty = hir.properties().minimum_len() == Some(0);
                regex.has_empty_loop = has_empty_loop(&hir);
            }
            Engine::Backtracking { compiled, .. } => {
                let anchored = compiled.get(Anchored::Yes, |expression| regex.compile_backtracking(expression))?;
                regex.matches_empty = anchored.is_match("").unwrap_or(true);
            }
        }
        Ok(regex)
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
            Engine::Backtracking { .. } => is_ascii,
        }
    }

    /// Whether there is an expression for ASCII that runs in linear time. It matches bytes that are not UTF-8 as well: each is a character then.
    ///
    /// # Errors
    /// Why not, for a person to read.
    pub(crate) fn supports_ascii(&self) -> Result<(), &'static str> {
        match &self.engine {
            Engine::Linear { ascii: Ok(_), .. } => Ok(()),
            Engine::Linear { ascii: Err(what), .. } => Err(what),
            Engine::Backtracking { .. } => Err("a repeated name or lookaround needs backtracking"),
        }
    }

    /// The expression for Unicode, parsed, where it is in the syntax of `regex`.
    pub(crate) fn unicode(&self) -> Option<Hir> {
        let Engine::Linear { unicode, .. } = &self.engine else { return None };
        parse(&unicode.expression, true, self.ignore_case).ok()
    }

    /// What stands directly around capture group `group`, in texts of any kind.
    pub(crate) fn around(&self, group: usize) -> Option<Around> {
        Around::new(&self.unicode()?, group, self.ignore_case)
    }

    /// The literal that every match in a text has, if there is one.
    pub(crate) fn prefilter(&self, is_ascii: bool) -> Option<&Prefilter> {
        let new = |expression: &str, unicode| Prefilter::new(expression, unicode, self.ignore_case);
        match &self.engine {
            Engine::Linear { ascii: Ok(ascii), .. } if is_ascii => {
                ascii.prefilter.get_or_init(|| new(&ascii.expression, false)).as_ref()
            }
            Engine::Linear { unicode, .. } => unicode.prefilter.get_or_init(|| new(&unicode.expression, true)).as_ref(),
            Engine::Backtracking { wider: Some(wider), .. } if is_ascii => {
                wider.prefilter.get_or_init(|| new(&wider.expression, false)).as_ref()
            }
            Engine::Backtracking { .. } => None,
        }
    }

    /// Where a match in `text` may begin, at byte `start` or later; `None` when the prefilter says that there is none.
    pub(crate) fn first_start(&self, kernels: &Kernels, text: &[u8], is_ascii: bool, start: usize) -> Option<usize> {
        if text.len().saturating_sub(start) < prefilter::MIN_TEXT {
            return Some(start);
        }
        match self.prefilter(is_ascii) {
            Some(prefilter) => prefilter.first_start(kernels, text, start),
            None => Some(start),
        }
    }

    /// As [`find`](Self::find), after a look for the literal anchor.
    pub(crate) fn find_prefiltered(
        &self,
        kernels: &Kernels,
        text: &[u8],
        is_ascii: bool,
        start: usize,
        anchored: Anchored,
    ) -> Result<Option<Vec<Span>>> {
        let Some(from) = self.first_start(kernels, text, is_ascii, start) else { return Ok(None) };
        // An anchored expression matches from the beginning of the text only, so from any later byte it finds nothing.
        let found = self.find(text, is_ascii, from, anchored)?;
        let end = found.as_ref().map_or(text.len(), |spans| spans[0].end as usize);
        work::count(end - from);
        Ok(found)
    }

    /// The first match in `text` that begins at byte `start` or later and, when anchored, fills the text: its span, and then those of the fields.
    ///
    /// `is_ascii` must be true only of text that is, or of bytes that are not UTF-8 where the engine [supports ASCII](Self::supports_ascii); else
    /// text that is not UTF-8 has no match.
    pub(crate) fn find(
        &self,
        text: &[u8],
        is_ascii: bool,
        start: usize,
        anchored: Anchored,
    ) -> Result<Option<Vec<Span>>> {
        match &self.engine {
            Engine::Linear { ascii: Ok(ascii), .. } if is_ascii => {
                let regex = ascii.get(anchored, |expression| self.compile_linear(expression, false))?;
                Ok(captures(regex, text, start))
            }
            Engine::Linear { unicode, .. } => {
                let regex = unicode.get(anchored, |expression| self.compile_linear(expression, true))?;
                Ok(captures(regex, text, start))
            }
            Engine::Backtracking { compiled, wider } => {
                if let Some(wider) = wider.as_ref().filter(|_| is_ascii)
                    && let Some(wider) = wider.get(anchored, |text| Ok(self.compile_linear(text, false).ok()))?
                    && !wider.is_match_at(text, start)
                {
                    return Ok(None);
                }
                let regex = compiled.get(anchored, |expression| self.compile_backtracking(expression))?;
                let Ok(text) = std::str::from_utf8(text) else { return Ok(None) };
                let captures = regex.captures_from_pos(text, start).map_err(gave_up)?;
                Ok(captures.map(|captures| {
                    (0..captures.len()).map(|i| to_span(captures.get(i).map(|m| (m.start(), m.end())))).collect()
                }))
            }
        }
    }

    /// The bytes that a match can begin with, as far as that is known.
    pub(crate) fn first_bytes(&self) -> ByteSet {
        self.unicode().map_or([true; 256], |hir| first_bytes(&hir))
    }

    /// Whether a match begins with `text`; `is_ascii` as in [`find`](Self::find).
    pub(crate) fn begins(&self, text: &[u8], is_ascii: bool) -> Result<bool> {
        match &self.engine {
            Engine::Linear { ascii: Ok(ascii), .. } if is_ascii => {
                Ok(ascii.prefix(|expression| self.compile_linear(expression, false))?.is_match(text))
            }
            Engine::Linear { unicode, .. } => {
                Ok(unicode.prefix(|expression| self.compile_linear(expression, true))?.is_match(text))
            }
            Engine::Backtracking { compiled, .. } => {
                let regex = compiled.prefix(|expression| self.compile_backtracking(expression))?;
                let Ok(text) = std::str::from_utf8(text) else { return Ok(false) };
                regex.is_match(text).map_err(gave_up)
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

fn gave_up(error: fancy_regex::Error) -> Error {
    Error::limit(format!("the pattern needs backtracking, and gave up: {error}"))
}

/// Parses a translated expression, for all of Unicode or for ASCII.
pub(super) fn parse(expression: &str, unicode: bool, ignore_case: bool) -> Result<Hir, Box<regex_syntax::Error>> {
    let mut parser = regex_syntax::ParserBuilder::new();
    parser.unicode(unicode).utf8(unicode).case_insensitive(ignore_case).dot_matches_new_line(true);
    parser.build().parse(expression).map_err(Box::new)
}

fn captures(regex: &bytes::Regex, text: &[u8], start: usize) -> Option<Vec<Span>> {
    let mut locations = regex.capture_locations();
    regex.captures_read_at(&mut locations, text, start)?;
    Some((0..locations.len()).map(|i| to_span(locations.get(i))).collect())
}

/// A place in a text, which is shorter than 4 GiB.
fn to_span(place: Option<(usize, usize)>) -> Span {
    place.map_or(ABSENT, |(start, end)| Span::new(start as u32, end as u32))
}

/// The error of a format whose expression no engine runs.
fn error_of(format: &Format, unsupported: &Unsupported) -> Error {
    let field = format.fields.iter().rev().find(|field| field.open <= unsupported.at);
    let place =
        field.map_or_else(String::new, |field| format!(", in or after the field {}", &format.text[field.span.clone()]));
    Error::regex(format!(
        "the pattern {:?} has a regular expression that cannot be used: {}{place}, at byte {} of {:?}",
        format.text, unsupported.what, unsupported.at, format.expression
    ))
}

/// Checks that a strptime format is an expression by itself, whatever the other fields make of it.
fn check_layout(format: &Format, layout: &str, span: Range<usize>) -> Result<()> {
    let alone = format.of_layout(layout);
    let problem = match translate(&alone, Target::Unicode) {
        Err(unsupported) if unsupported.needs_backtracking => return Ok(()),
        Err(unsupported) => Some(unsupported.what.to_owned()),
        Ok(expression) => parse(&expression, true, !format.case_sensitive).err().map(|error| error.to_string()),
    };
    problem.map_or(Ok(()), |problem| {
        Err(Error::syntax(
            Problem::Spec,
            &format.text,
            span,
            format!("format spec {layout:?} is a regular expression that cannot be used: {problem}"),
            "put what is neither a strptime code nor plain text outside of the field",
        ))
    })
}

/// True when something that can match nothing is repeated without end.
pub(super) fn has_empty_loop(hir: &Hir) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::FormatOptions;

    #[test]
    fn a_layout_that_is_a_broken_expression_is_pointed_at() {
        for (format, span) in [("{a} {t:%Y-(%m}", 7..13), ("{t:%Y)(%m}", 3..9), ("{t:>9%H[} {u:%M}", 5..8)] {
            let format = Format::new(format, &FormatOptions::default()).unwrap();
            let error = RegexEngine::new(&format).map(|_| ()).unwrap_err();
            assert!(error.is_syntax() && error.span() == Some(span), "{error}");
            assert!(
                error.to_string().contains("put what is neither a strptime code nor plain text outside"),
                "{error}"
            );
        }
        for format in ["{t:%Y(?=x)}", r"{t:%Y\d+(a|b)}", "{t:%Y (%L)?}"] {
            let format = Format::new(format, &FormatOptions::default()).unwrap();
            assert!(RegexEngine::new(&format).is_ok(), "{}", format.text);
        }
    }
}
