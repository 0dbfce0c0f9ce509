//! Why a text does not match.
//!
//! The pattern is cut between its parts, and between the characters of its literal text. The longest of these beginnings that matches at the start of the text says how far the pattern came; it is
//! matched as the whole would be, with texts as short as they can be. What stands behind it in the pattern was expected there. Each beginning of a beginning
//! that matches does, too, so a search by halves finds the longest.

use std::{fmt, ops::Range, sync::Arc};

use super::{
    compiled::Compiled,
    single::{Match, find_match},
};
use crate::{
    drawing::{Drawing, View, printable},
    engine::Anchored,
    error::Result,
    pattern::{Format, PartKind},
    plan::Plan,
};

/// Why a text does not match a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mismatch {
    /// What the pattern has where the text has something else.
    pub expected: Expected,
    /// The field before it in the pattern, as the pattern has it: `{ip}`.
    pub after: Option<String>,
    /// Where in the text it was expected, in bytes.
    pub offset: usize,
    /// What stands there: a word or so. Nothing at the end of the text.
    pub found: String,
    /// How much of the pattern was matched, in bytes of its text: a part of a literal too.
    pub matched: usize,
    /// Where in the pattern that stands which was expected, in bytes of its text: the whole of a field or of a literal. Nothing at its end.
    pub span: Range<usize>,
}

impl Mismatch {
    /// What was expected, and after which field.
    pub(super) fn expectation(&self) -> String {
        let after = self.after.as_ref().map_or(String::new(), |after| format!(" after {}", printable(after)));
        format!("expected {}{after}", self.expected)
    }

    /// The mismatch of the pattern with the text `format` and the text `text`, drawn: what it was found for.
    ///
    /// ```
    /// let pattern = parsimd::Pattern::new("{ip} {status:d} {size:d}")?;
    /// let line = "8.8.8.8 304 -";
    /// let why = pattern.explain_mismatch(line)?.unwrap();
    /// let expected = "\
    /// error: expected {size:d} after {status:d}, found \"-\"
    ///  --> pattern:1:17
    ///   |
    /// 1 | {ip} {status:d} {size:d}
    ///   | ----------------^^^^^^^^ expected this
    ///   | |
    ///   | matched
    ///   |
    ///  ::: text:1:13
    ///   |
    /// 1 | 8.8.8.8 304 -
    ///   |             ^ found this";
    /// assert_eq!(why.draw(pattern.format(), line).to_string(), expected);
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    ///
    /// # Panics
    /// When the places are none of `format` and `text`.
    pub fn draw(&self, format: &str, text: &str) -> Drawing {
        let label = if self.expected == Expected::End { "expected the end" } else { "expected this" };
        let label_found = if self.found.is_empty() { "found the end" } else { "found this" };
        let found = self.offset..self.offset + self.found.len();
        Drawing::new(&self.to_string())
            .view(View::new("pattern", format, self.span.clone()).label(label).label_before("matched"))
            .view(View::new("text", text, found).label(label_found))
    }
}

/// What a pattern expected.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expected {
    /// Text that stands for itself, as a whole.
    Text(String),
    /// A field or an optional part, as the pattern has it.
    Field(String),
    /// The end of the text.
    End,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expected::Text(text) => write!(f, "{text:?}"),
            Expected::Field(field) => f.write_str(&printable(field)),
            Expected::End => f.write_str("the end"),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.expectation(), found(&self.found))
    }
}

/// What stood where something else was expected, in words.
pub(crate) fn found(text: &str) -> String {
    if text.is_empty() { "found the end".to_owned() } else { format!("found {text:?}") }
}

/// What says why texts do not match a pattern. It keeps the beginnings that it has compiled.
#[derive(Debug)]
pub(crate) struct Explainer {
    pattern: Arc<Compiled>,
    parts: Vec<Part>,
    cuts: Vec<Cut>,
}

/// A part of the pattern, for messages.
#[derive(Debug)]
struct Part {
    expected: Expected,
    /// Where it stands in the format, in bytes.
    span: Range<usize>,
    is_field: bool,
    is_any_text: bool,
}

/// A place where the pattern may be cut.
#[derive(Debug)]
struct Cut {
    /// In bytes of the format.
    end: usize,
    /// The part that ends there, or in which it is.
    part: usize,
    /// How many characters of the part are before it, where it is in a literal.
    characters: usize,
    /// What stands before it, once it was asked for.
    pattern: Option<Arc<Compiled>>,
}

impl Explainer {
    pub(crate) fn new(pattern: &Arc<Compiled>) -> Explainer {
        let format = &pattern.format;
        let (mut parts, mut cuts) = (Vec::new(), Vec::new());
        for part in format.parts() {
            let text = &format.text[part.span.clone()];
            let cut = |end, characters| Cut { end, part: parts.len(), characters, pattern: None };
            let expected = match &part.kind {
                PartKind::Literal { text, ends } => {
                    cuts.extend(ends.iter().enumerate().map(|(at, &end)| cut(end, at + 1)));
                    Expected::Text(text.clone())
                }
                PartKind::Field { .. } | PartKind::Other => {
                    cuts.push(cut(part.span.end, 0));
                    Expected::Field(text.to_owned())
                }
            };
            let is_field = matches!(part.kind, PartKind::Field { .. });
            let is_any_text = part.kind == PartKind::Field { is_any_text: true };
            parts.push(Part { expected, span: part.span.clone(), is_field, is_any_text });
        }
        Explainer { pattern: Arc::clone(pattern), parts, cuts }
    }

    /// Why the pattern does not match all of `text`; `None` when it does.
    pub(crate) fn explain(&mut self, text: &str) -> Result<Option<Mismatch>> {
        if find_match(&self.pattern, text, text.is_ascii(), 0, Anchored::Yes, &mut 0)?.is_some() {
            return Ok(None);
        }
        let (count, end) = self.longest(text)?;
        let Some(next) = self.cuts.get(count) else {
            return Ok(Some(Mismatch {
                expected: Expected::End,
                after: self.field_before(self.parts.len()),
                offset: end,
                found: word(&text[end..], None).to_owned(),
                matched: self.pattern.format.text.len(),
                span: self.pattern.format.text.len()..self.pattern.format.text.len(),
            }));
        };
        let offset = self.place(count, text, end);
        let Part { expected, span, .. } = &self.parts[next.part];
        Ok(Some(Mismatch {
            expected: expected.clone(),
            span: span.clone(),
            after: self.field_before(next.part),
            offset,
            found: word(&text[offset..], expected.text()).to_owned(),
            matched: count.checked_sub(1).map_or(0, |last| self.cuts[last].end),
        }))
    }

    /// How much of the pattern is left when its longest beginning is matched at the start of `text`, in bytes of its text, and where in `text` that ends; `None` unless
    /// less is left than `limit`. One beginning is matched to know that.
    pub(super) fn left(&mut self, text: &str, limit: usize) -> Result<Option<(usize, usize)>> {
        let whole = self.pattern.format.text.len();
        let least = self.cuts.partition_point(|cut| whole - cut.end >= limit);
        let Some(cut) = self.cuts.get_mut(least) else { return Ok(None) };
        if cut.end_in(&self.pattern, text)?.is_none() {
            return Ok(None);
        }
        let (count, end) = self.longest(text)?;
        Ok(count.checked_sub(1).map(|last| (whole - self.cuts[last].end, end)))
    }

    /// Where in `text` the longest beginning of the pattern ends that matches.
    pub(super) fn end(&mut self, text: &str) -> Result<usize> {
        Ok(self.longest(text)?.1)
    }

    /// How many beginnings match at the start of `text`, and where in it the longest of them ends.
    fn longest(&mut self, text: &str) -> Result<(usize, usize)> {
        let (mut count, mut end) = (0, 0);
        let mut others = self.cuts.len();
        while count < others {
            let middle = count + (others - count) / 2;
            match self.cuts[middle].end_in(&self.pattern, text)? {
                Some(found) => (count, end) = (middle + 1, found),
                None => others = middle,
            }
        }
        Ok((count, end))
    }

    /// Where in `text` that begins which the pattern has next, when `count` of its beginnings match and the longest ends at `end`.
    fn place(&self, count: usize, text: &str, end: usize) -> usize {
        let next = &self.cuts[count];
        let before = count.checked_sub(1).map(|last| &self.parts[self.cuts[last].part]);
        match next.characters {
            // Any text goes on to the end, when nothing of what should end it comes.
            1 if before.is_some_and(|part| part.is_any_text) => text.len(),
            0 | 1 => end,
            // A literal that was begun.
            more => text[..end].char_indices().rev().nth(more - 2).map_or(end, |(start, _)| start),
        }
    }

    /// The last field before a part, as the pattern has it.
    fn field_before(&self, part: usize) -> Option<String> {
        let field = self.parts[..part].iter().rfind(|part| part.is_field)?;
        Some(field.expected.to_string())
    }
}

impl Expected {
    fn text(&self) -> Option<&str> {
        match self {
            Expected::Text(text) => Some(text),
            Expected::Field(_) | Expected::End => None,
        }
    }
}

impl Cut {
    /// Where what `whole` has before the cut ends in `text`, when it matches at the start.
    fn end_in(&mut self, whole: &Compiled, text: &str) -> Result<Option<usize>> {
        let pattern = match &self.pattern {
            Some(pattern) => pattern,
            None => {
                let format = Format::new(&whole.format.text[..self.end], &whole.options)?;
                let plan = Plan::new(&format, None, false, Some(whole.plan.kernels().isa()))?;
                self.pattern.insert(Arc::new(Compiled::new(format, whole.options.clone(), plan, Vec::new())))
            }
        };
        let found = find_match(pattern, text, text.is_ascii(), 0, Anchored::No, &mut 0)?;
        Ok(found.as_ref().map(Match::range).filter(|range| range.start == 0).map(|range| range.end))
    }
}

/// How many characters of a text are shown at most.
const SHOWN: usize = 24;

/// The beginning of `text`, to be shown: up to what a literal ends with, which was expected there, or the next white space.
fn word<'t>(text: &'t str, literal: Option<&str>) -> &'t str {
    let end = |range: Range<usize>, is_end: &dyn Fn(char) -> bool| {
        text.char_indices()
            .take(range.end)
            .skip(range.start)
            .find(|&(_, c)| is_end(c))
            .map(|(at, c)| (at, c.len_utf8()))
    };
    let length = literal.map_or(0, |literal| literal.chars().count());
    if let Some(last) = literal.and_then(|literal| literal.chars().last()).filter(|c| !c.is_whitespace())
        && let Some((at, width)) = end(length.saturating_sub(1)..SHOWN, &|c| c == last)
    {
        return &text[..at + width];
    }
    match end(length.max(1)..SHOWN, &char::is_whitespace) {
        Some((at, _)) => &text[..at],
        None => text.char_indices().nth(SHOWN).map_or(text, |(at, _)| &text[..at]),
    }
}

#[cfg(test)]
mod tests {
    use crate::Pattern;

    fn why(format: &str, text: &str) -> (String, usize, usize) {
        let why = Pattern::new(format).unwrap().explain_mismatch(text).unwrap().unwrap();
        (why.to_string(), why.offset, why.matched)
    }

    #[test]
    fn what_was_expected_and_what_was_found() {
        let access = r#"{ip} - - [{ts:th}] "{req}" {status:d} {bytes:d} "{ref}""#;
        let line = r#"1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 304 - "-""#;
        assert_eq!(why(access, line), (r#"expected {bytes:d} after {status:d}, found "-""#.to_owned(), 62, 38));
        let line = r#"1.2.3.4 - bob [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 304 7 "-""#;
        assert_eq!(why(access, line), (r#"expected " - - [" after {ip}, found " - bob [""#.to_owned(), 7, 7));
        let line = r#"1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 304 7 "Mozilla/5"#;
        assert_eq!(why(access, line), (r#"expected "\"" after {ref}, found the end"#.to_owned(), line.len(), 54));
        assert_eq!(why("{a:d}", "12 x"), (r#"expected the end after {a:d}, found " x""#.to_owned(), 2, 5));
        assert_eq!(why("{a:d}", ""), ("expected {a:d}, found the end".to_owned(), 0, 0));
        assert_eq!(why("at {a:d}", "up 7"), (r#"expected "at ", found "up 7""#.to_owned(), 0, 0));
        assert!(Pattern::new("{a:d}").unwrap().explain_mismatch("7").unwrap().is_none());
    }

    #[test]
    fn an_optional_part_is_one_part_and_a_brace_two_characters_of_the_pattern() {
        assert_eq!(
            why("{{{a:d}}} {:[}x{b:d}{:]}!", "{7} x1?"),
            (r#"expected "!" after {a:d}, found "?""#.to_owned(), 6, 24)
        );
    }
}
