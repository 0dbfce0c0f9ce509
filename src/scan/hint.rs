//! What would match: a change of the pattern with which it comes further in a text that it does not match.
//!
//! The changes are those that a person would try: another type for a field, a text that stands for no value, a part that may be missing, white space of
//! any length. Each is made and matched; what does not come past its place is not said. They are tried in groups, from what says most of the
//! text to what takes anything. Of a group that change is taken with which the pattern comes furthest. A type that says much of the text is taken wherever
//! the pattern stops then; of the other groups the first with which it matches.
//!
//! Some slips are seen by the pattern itself: a regular expression, or another tool's format, in its place.

use std::{cmp::Reverse, fmt, ops::Range, sync::Arc};

use super::{
    compiled::Compiled,
    mismatch::{Expected, Explainer, Mismatch},
    single::find_match,
};
use crate::{
    drawing::printable,
    engine::Anchored,
    formats,
    pattern::{self, Field, Format, FormatOptions, LAYOUTS, Part, PartKind, ValueKind},
    plan::Plan,
};

/// Of a longer text nothing is said: each change would be matched with it.
const TEXT_BYTES: usize = 1 << 16;

/// Texts that stand for no value in logs.
const NULLS: [&str; 9] = ["-", "null", "NULL", "None", "nil", "N/A", "(null)", "\\N", ""];

/// The types that say something of a text; those of times come first.
const TIMES: [&str; 7] = ["th", "ti", "te", "tg", "ta", "tc", "ts"];
const AMOUNTS: [&str; 7] = ["ip", "d", "g", "n", "%", "bool", "tt"];
/// The types that say little.
const TEXTS: [&str; 3] = ["w", "S", ""];

/// What would match a text that a pattern does not match.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hint {
    /// What to do, in one line.
    pub message: String,
    /// The pattern with that done, where it is a change of the pattern: it comes further in the text.
    pub pattern: Option<String>,
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// What would match `text`, which `pattern` does not match, as `why` says. Nothing where nothing is known that would.
pub(crate) fn hint(pattern: &Arc<Compiled>, why: &Mismatch, text: &str) -> Option<Hint> {
    let format = &pattern.format;
    // A reason of another text or pattern may point anywhere.
    let is_of_both = text.is_char_boundary(why.offset)
        && format.text.get(why.span.clone()).is_some()
        && format.text.is_char_boundary(why.matched);
    if text.len() > TEXT_BYTES || !is_of_both {
        return None;
    }
    let is_at_end = why.offset == text.len();
    let end = is_at_end.then(|| Explainer::new(pattern).end(text)).transpose().ok()?;
    let place = Place { pattern, format: &format.text, parts: format.parts(), why, text, end };
    // A sign may be a blank, so numbers read some white space too.
    let is_blank = place.rest_of_text().starts_with(char::is_whitespace);
    let (blanks, rest) = if is_blank { (place.blanks(), place.rest()) } else { (Vec::new(), Vec::new()) };
    let told = place.ready_name().or_else(|| place.swapped()).or_else(|| place.other_language());
    told.or_else(|| place.end_of_line())
        .or_else(|| place.best(place.nulls()))
        .or_else(|| place.best(blanks))
        .or_else(|| place.best(place.types()))
        .or_else(|| place.best(place.layouts()))
        .or_else(|| place.case())
        .or_else(|| place.later())
        .or_else(|| {
            let parts = [place.blanks(), place.other_texts(), place.optional_parts(), rest];
            place.best_group(parts.into_iter().chain([place.any_texts(), place.rest()]))
        })
        .or_else(|| place.lone_brace())
        .map(|hint| Hint { message: printable(&hint.message), ..hint })
}

/// Where a pattern stopped in a text.
struct Place<'a> {
    pattern: &'a Arc<Compiled>,
    format: &'a str,
    parts: Vec<Part>,
    why: &'a Mismatch,
    text: &'a str,
    /// Where the pattern stopped at the end of the text, how much of it the longest beginning of the pattern takes that matches: what takes any text goes on to the end, and
    /// its place says nothing of how far it came.
    end: Option<usize>,
}

/// A change of a pattern.
struct Change {
    message: String,
    format: String,
    /// How much of the format follows what was changed, in bytes.
    following: usize,
    /// Where the field begins that was changed, if one was: its text must be a value.
    field: Option<usize>,
}

impl Place<'_> {
    /// The change with which the pattern comes furthest, the first of those that come equally far.
    fn best(&self, changes: Vec<Change>) -> Option<Hint> {
        self.best_with_left(changes).map(|(_, hint)| hint)
    }

    /// The best of the first group of changes with one that matches, or else of the first group with one that comes further.
    fn best_group(&self, groups: impl Iterator<Item = Vec<Change>>) -> Option<Hint> {
        let mut further = None;
        for changes in groups {
            match self.best_with_left(changes) {
                Some((0, hint)) => return Some(hint),
                found => further = further.or(found),
            }
        }
        further.map(|(_, hint)| hint)
    }

    fn best_with_left(&self, changes: Vec<Change>) -> Option<(usize, Hint)> {
        let mut best: Option<(usize, Change)> = None;
        for change in changes {
            let Some(left) = self.left(&change) else { continue };
            if best.as_ref().is_none_or(|(least, _)| left < *least) {
                best = Some((left, change));
            }
            if left == 0 {
                break;
            }
        }
        best.map(|(left, change)| (left, Hint { message: change.message, pattern: Some(change.format) }))
    }

    /// How much a changed pattern leaves of itself: 0 where it matches the text. `None` where it does not come past the change, and further than before.
    fn left(&self, change: &Change) -> Option<usize> {
        let pattern = compile(&change.format, &self.pattern.options, self.pattern)?;
        if let Some(found) = find_match(&pattern, self.text, self.text.is_ascii(), 0, Anchored::Yes, &mut 0).ok()? {
            let field = |start| pattern.fields().iter().position(|field: &Field| field.span.start == start);
            let is_value = change.field.and_then(field).is_none_or(|field| found.value(field).is_ok());
            return is_value.then_some(0);
        }
        let limit = change.following.min(self.format.len() - self.why.matched);
        let mut explainer = Explainer::new(&pattern);
        let (left, end) = explainer.left(self.text, limit).ok()??;
        let is_further = match self.end {
            Some(before) => end > before,
            None => explainer.explain(self.text).ok()??.offset > self.why.offset,
        };
        is_further.then_some(left + 1)
    }

    /// The part of the pattern that was expected; their number at the end.
    fn part(&self) -> usize {
        self.parts.iter().position(|part| part.span == self.why.span).unwrap_or(self.parts.len())
    }

    /// The text from the place on.
    fn rest_of_text(&self) -> &str {
        &self.text[self.why.offset..]
    }

    fn change(&self, place: Range<usize>, by: &str, message: String) -> Change {
        let (before, after) = (&self.format[..place.start], &self.format[place.end..]);
        Change { message, format: format!("{before}{by}{after}"), following: after.len(), field: None }
    }

    /// A typed field that was expected, or that may have ended too early.
    fn field(&self) -> Option<Range<usize>> {
        let is_typed = |part: &&Part| part.kind == PartKind::Field { is_any_text: false };
        let expected = self.parts.get(self.part()).filter(is_typed);
        let before = || self.parts.get(self.part().checked_sub(1)?).filter(is_typed);
        Some(expected.or_else(before)?.span.clone())
    }

    /// The name and the spec of a field.
    fn name_and_spec(&self, field: &Range<usize>) -> (&str, &str) {
        let inside = &self.format[field.start + 1..field.end - 1];
        inside.split_once(':').unwrap_or((inside, ""))
    }

    /// A text in the place of a field that stands for no value.
    fn nulls(&self) -> Vec<Change> {
        let Some(Part { span, kind: PartKind::Field { .. } }) = self.parts.get(self.part()) else { return Vec::new() };
        let (name, spec) = self.name_and_spec(span);
        // What follows a strptime format may be a part of it.
        let spec = if spec.contains('%') && spec != "%" { "t" } else { spec };
        let stands_here = NULLS.iter().filter(|null| self.rest_of_text().starts_with(**null));
        let change = |null: &&str| {
            let field = format!("{{{name}:{spec}|{null}}}");
            let what = if null.is_empty() { "an empty text".to_owned() } else { format!("{null:?}") };
            self.change(span.clone(), &field, format!("`{field}` reads this: {what} stands for no value"))
        };
        stands_here.map(change).collect()
    }

    /// Types that say something of a text, in the place of a field.
    fn types(&self) -> Vec<Change> {
        let Some(span) = self.field() else { return Vec::new() };
        let was_time = self.is_time(&span);
        let is_quoted = self.rest_of_text().starts_with(['"', '\'', '`']);
        // Minutes are written small, and megabytes large.
        let is_large = self.why.found.contains(|c: char| c.is_ascii_uppercase());
        let mut times = [&TIMES[..], &["t"]].concat();
        let mut others = [&AMOUNTS[..], if is_large { &["size", "dur"] } else { &["dur", "size"] }].concat();
        times.extend(was_time.then_some("tu"));
        others.extend(is_quoted.then_some("q"));
        let kinds = if was_time { [times, others] } else { [others, times] }.concat();
        self.of_types(&span, &kinds)
    }

    /// Whether a field reads times.
    fn is_time(&self, span: &Range<usize>) -> bool {
        let is_time =
            |field: &&Field| matches!(field.kind, ValueKind::Time(_) | ValueKind::Strptime(_) | ValueKind::UnixTime);
        self.pattern.fields().iter().filter(is_time).any(|field| field.span == *span)
    }

    /// Layouts of times that no type reads, in the place of a field of times.
    fn layouts(&self) -> Vec<Change> {
        let Some(span) = self.field().filter(|span| self.is_time(span)) else { return Vec::new() };
        let (name, _) = self.name_and_spec(&span);
        let with_fractions = LAYOUTS.iter().flat_map(|layout| {
            let fractions: &[&str] = if layout.ends_with("%S") { &["", ".%f", ",%f"] } else { &[""] };
            fractions.iter().map(move |fraction| format!("{layout}{fraction}"))
        });
        let change = |layout: String| {
            let by = format!("{{{name}:{layout}}}");
            let message = format!("write `{by}`: strptime codes say in which layout this time is");
            Change { field: Some(span.start), ..self.change(span.clone(), &by, message) }
        };
        with_fractions.filter(|layout| self.has_marks_of(layout)).map(change).collect()
    }

    /// Whether the text from the place on has each character of a layout that stands for itself.
    fn has_marks_of(&self, layout: &str) -> bool {
        let mut characters = layout.chars();
        while let Some(c) = characters.next() {
            if c == '%' {
                characters.next();
            } else if !self.rest_of_text().contains(c) {
                return false;
            }
        }
        true
    }

    /// Types of any text, in the place of a field.
    fn any_texts(&self) -> Vec<Change> {
        self.field().map_or(Vec::new(), |span| self.of_types(&span, &TEXTS))
    }

    fn of_types(&self, field: &Range<usize>, kinds: &[&str]) -> Vec<Change> {
        let (name, spec) = self.name_and_spec(field);
        let aside = if spec == "s" { "; s is white space" } else { "" };
        let change = |kind: &&str| {
            let (by, what) = match *kind {
                "" => (format!("{{{name}}}"), "any text".to_owned()),
                kind => (format!("{{{name}:{kind}}}"), pattern::about(kind).unwrap_or_default()),
            };
            let message = format!("`{by}` reads this ({what}{aside})");
            Change { field: Some(field.start), ..self.change(field.clone(), &by, message) }
        };
        kinds.iter().filter(|kind| **kind != spec).map(change).collect()
    }

    /// White space of any length, where the pattern has a blank or nothing.
    fn blanks(&self) -> Vec<Change> {
        let here = self.why.matched;
        let mut changes = Vec::new();
        if let Some(Part { span, kind: PartKind::Literal { .. } }) = self.parts.get(self.part()) {
            let literal = &self.format[span.clone()];
            if literal.contains(char::is_whitespace) {
                let message = "a blank in a pattern is one blank: `{:s}` reads any white space";
                changes.push(self.change(span.clone(), &with_any_blanks(literal), message.to_owned()));
            }
        }
        // After a literal that ends in a blank, of which the text has more.
        if let Some(before) = self.part().checked_sub(1).map(|before| &self.parts[before])
            && let PartKind::Literal { .. } = before.kind
            && self.format[before.span.clone()].ends_with(char::is_whitespace)
        {
            let literal = &self.format[before.span.clone()];
            let message = "several blanks stand here, and a blank in a pattern is one: `{:s}` reads them all";
            changes.push(self.change(before.span.clone(), &with_any_blanks(literal), message.to_owned()));
        }
        if here == self.format.len() || self.format.is_char_boundary(here) && self.is_cut(here) {
            changes.push(self.change(here..here, "{:s}", "white space stands here: `{:s}` reads it".to_owned()));
        }
        changes
    }

    /// Whether a pattern may be cut at this place: it is inside of no field.
    fn is_cut(&self, at: usize) -> bool {
        self.parts.iter().all(|part| match &part.kind {
            PartKind::Literal { ends, .. } => !part.span.contains(&at) || part.span.start == at || ends.contains(&at),
            PartKind::Field { .. } | PartKind::Other => at <= part.span.start || at >= part.span.end,
        })
    }

    /// A field that may be missing together with what stands beside it.
    fn optional_parts(&self) -> Vec<Change> {
        let (at, start) = (self.part(), self.why.matched);
        let mut ends: Vec<usize> = Vec::new();
        for part in self.parts.iter().skip(at).take(3) {
            match &part.kind {
                PartKind::Literal { ends: of_characters, .. } if part.span.start >= start => {
                    ends.extend(of_characters.iter().take(4))
                }
                PartKind::Literal { .. } => ends.push(part.span.end),
                PartKind::Field { .. } | PartKind::Other => ends.push(part.span.end),
            }
        }
        ends.sort_by_key(|&end| Reverse(self.following_fits(end)));
        let change = |end: usize| {
            let part = format!("{{:[}}{}{{:]}}", &self.format[start..end]);
            let change = self.change(start..end, &part, format!("`{part}` lets this be missing"));
            // Of a text that has ended nothing can come further: then it must match.
            let following = if self.why.found.is_empty() { 0 } else { change.following };
            Change { following, ..change }
        };
        ends.into_iter().filter(|&end| end > start && end - start < self.format.len()).map(change).collect()
    }

    /// Whether the text goes on with the literal that the pattern has from `at` on.
    fn following_fits(&self, at: usize) -> bool {
        let next = self.format[at..].chars().next();
        next == self.rest_of_text().chars().next()
    }

    /// Other text in the place of a word of a literal, or of a literal.
    fn other_texts(&self) -> Vec<Change> {
        let Some(Part { span, kind: PartKind::Literal { .. } }) = self.parts.get(self.part()) else {
            return Vec::new();
        };
        let at = self.why.matched.max(span.start);
        let literal = &self.format[span.clone()];
        let (before, after) = literal.split_at(at - span.start);
        let Some(first) = after.chars().next().filter(|c| !c.is_whitespace() && !matches!(c, '{' | '}')) else {
            return Vec::new();
        };
        let is_same = |c: char| if first.is_alphanumeric() { c.is_alphanumeric() || c == '_' } else { c == first };
        let start = span.start + before.trim_end_matches(is_same).len();
        let end = at + after.len() - after.trim_start_matches(is_same).len();
        let word = &self.format[start..end];
        vec![self.change(start..end, "{}", format!("`{{}}` in the place of {word:?} reads any text"))]
    }

    /// The rest of the text, where the pattern ended.
    fn rest(&self) -> Vec<Change> {
        let end = self.format.len()..self.format.len();
        match self.why.expected {
            Expected::End => vec![self.change(
                end,
                "{}",
                "the text goes on: `{}` at the end of the pattern reads the rest".to_owned(),
            )],
            Expected::Text(_) | Expected::Field(_) => Vec::new(),
        }
    }

    /// A pattern that matches if case is ignored.
    fn case(&self) -> Option<Hint> {
        if !self.pattern.options.case_sensitive {
            return None;
        }
        let options = FormatOptions { case_sensitive: false, ..self.pattern.options.clone() };
        let pattern = compile(self.format, &options, self.pattern)?;
        find_match(&pattern, self.text, self.text.is_ascii(), 0, Anchored::Yes, &mut 0).ok()??;
        Some(told("it matches where case is ignored: this pattern is case sensitive"))
    }

    /// A match that begins later in the text, where not even the first part of the pattern stands at its start.
    fn later(&self) -> Option<Hint> {
        if self.part() > 0 {
            return None;
        }
        let found = find_match(self.pattern, self.text, self.text.is_ascii(), 0, Anchored::No, &mut 0).ok()??;
        let column = self.text[..found.range().start].chars().count() + 1;
        let message = "the pattern matches from character {} of the text on: `search` finds it there, and a scan with match=\"first\"";
        (column > 1).then(|| told(&message.replace("{}", &column.to_string())))
    }

    /// A text that is matched but for the end of the line.
    fn end_of_line(&self) -> Option<Hint> {
        let line = self.text.trim_end_matches(['\r', '\n']);
        if line.len() == self.text.len() {
            return None;
        }
        find_match(self.pattern, line, line.is_ascii(), 0, Anchored::Yes, &mut 0).ok()??;
        Some(told("the end of the line is a part of this text: without it, the pattern matches"))
    }

    /// The name of a ready pattern in the place of its text.
    fn ready_name(&self) -> Option<Hint> {
        let name = formats::find(self.format)?.name;
        Some(told(&format!(
            "that is the name of a ready pattern, whose text is formats.find({name:?}).pattern; for the command it is --format {name}"
        )))
    }

    /// A pattern and a text that were given in the wrong order.
    fn swapped(&self) -> Option<Hint> {
        if !self.pattern.fields().is_empty() || !self.text.contains('{') {
            return None;
        }
        let pattern = compile(self.text, &self.pattern.options, self.pattern).filter(|it| !it.fields().is_empty())?;
        find_match(&pattern, self.format, self.format.is_ascii(), 0, Anchored::Yes, &mut 0).ok()??;
        Some(told("the text has fields and the pattern has none: are the two swapped?"))
    }

    /// What stands in the pattern where it stopped, if that is written in another language.
    fn other_language(&self) -> Option<Hint> {
        let part = self.parts.get(self.part())?;
        let is_literal = !matches!(part.kind, PartKind::Field { .. });
        let what = pattern::other_language(self.format).filter(|_| is_literal)?;
        Some(told(what))
    }

    /// A brace that stands for itself.
    fn lone_brace(&self) -> Option<Hint> {
        let part = self.parts.get(self.part()).filter(|part| part.kind == PartKind::Other)?;
        let text = &self.format[part.span.clone()];
        let is_lone = !text.starts_with("{:[}");
        is_lone.then(|| told("a brace without its partner is no field: write } where the field ends, or {{ for a brace that stands for itself"))
    }
}

fn told(message: &str) -> Hint {
    Hint { message: message.to_owned(), pattern: None }
}

/// A literal as the format has it, with `{:s}` for its white space.
fn with_any_blanks(literal: &str) -> String {
    let mut text = String::new();
    for c in literal.chars() {
        match c {
            c if !c.is_whitespace() => text.push(c),
            _ if text.ends_with("{:s}") => {}
            _ => text.push_str("{:s}"),
        }
    }
    text
}

/// A pattern with the same options and instruction set; `None` where it is none.
fn compile(format: &str, options: &FormatOptions, like: &Compiled) -> Option<Arc<Compiled>> {
    let format = Format::new(format, options).ok()?;
    let plan = Plan::new(&format, None, false, Some(like.plan.kernels().isa())).ok()?;
    Some(Arc::new(Compiled::new(format, options.clone(), plan, Vec::new())))
}
