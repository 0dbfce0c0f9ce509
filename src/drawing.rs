//! [`Drawing`]: a place in a pattern or a text, drawn as rustc draws one.
//!
//! A place is a number, and a person wants to see it. So the line in which it is stands there, the place underlined, with a word beside it. The crate
//! `annotate-snippets` draws; here is decided what it is given: one line of the text, spans that fit into the width, and no character that would move
//! the cursor of a terminal.

use std::{fmt, ops::Range};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// How many columns a drawing has unless it is told otherwise.
const WIDTH: usize = 100;

/// How many it has at least: a place, a word beside it and the margins need so many.
const WIDTH_LEAST: usize = 40;

/// A place in a pattern, in a text or in both, drawn: what [`Display`](fmt::Display) writes.
///
/// It is plain text of 100 columns. A longer line is cut around the place; the title and the help are not. Control characters are drawn as `␛`, a
/// tab as four blanks. There is no newline at the end.
///
/// ```
/// let error = parsimd::Pattern::new("{when:ti} {count:int}").unwrap_err();
/// let expected = "\
/// error: format spec \"int\" not recognised
///  --> pattern:1:18
///   |
/// 1 | {when:ti} {count:int}
///   |                  ^^^
///   |
///   = help: did you mean d? (an integer)";
/// assert_eq!(error.draw().unwrap().to_string(), expected);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    title: Option<String>,
    views: Vec<View>,
    help: Vec<String>,
    width: usize,
    color: bool,
}

impl Drawing {
    pub(crate) fn new(title: &str) -> Drawing {
        Drawing { title: Some(printable(title)), views: Vec::new(), help: Vec::new(), width: WIDTH, color: false }
    }

    /// Adds a place.
    pub(crate) fn view(mut self, view: View) -> Drawing {
        self.views.push(view);
        self
    }

    /// Adds a line that says what to do.
    pub fn help(mut self, help: impl fmt::Display) -> Drawing {
        self.help.push(printable(&help.to_string()));
        self
    }

    /// How many columns there are, at least 40.
    pub fn width(mut self, columns: usize) -> Drawing {
        self.width = columns.max(WIDTH_LEAST);
        self
    }

    /// Whether it has the colors of a terminal, as ANSI escape sequences.
    pub fn color(mut self, yes: bool) -> Drawing {
        self.color = yes;
        self
    }

    /// Leaves the title away, where it is written already.
    pub(crate) fn without_title(mut self) -> Drawing {
        self.title = None;
        self
    }
}

impl fmt::Display for Drawing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let group = match &self.title {
            Some(title) => Group::with_title(Level::ERROR.primary_title(title.as_str())),
            None => Group::with_level(Level::ERROR),
        };
        let group = group.elements(self.views.iter().map(|view| view.snippet(self.width)));
        let group = group.elements(self.help.iter().map(|help| Level::HELP.message(help.as_str())));
        let renderer = if self.color { Renderer::styled().hyperlink(false) } else { Renderer::plain() };
        f.write_str(&renderer.term_width(self.width).render(&[group]))
    }
}

/// A place in one line of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct View {
    /// What the text is.
    name: &'static str,
    line: String,
    /// The number of the line, from 1.
    number: usize,
    /// In bytes of the line.
    place: Range<usize>,
    label: &'static str,
    /// What is said of that which stands before the place.
    label_before: Option<&'static str>,
}

impl View {
    /// The place `place` of `text`, in bytes; of several lines, that in which it begins.
    pub(crate) fn new(name: &'static str, text: &str, place: Range<usize>) -> View {
        let (before, after) = text.split_at(place.start);
        let begin = before.rfind('\n').map_or(0, |newline| newline + 1);
        let end = after.find('\n').map_or(text.len(), |newline| place.start + newline);
        View {
            name,
            line: visible(&text[begin..end]),
            number: before.bytes().filter(|&byte| byte == b'\n').count() + 1,
            place: place.start - begin..place.end.clamp(place.start, end) - begin,
            label: "",
            label_before: None,
        }
    }

    /// Says what stands there.
    pub(crate) fn label(mut self, label: &'static str) -> View {
        self.label = label;
        self
    }

    /// Says what stands before it.
    pub(crate) fn label_before(mut self, label: &'static str) -> View {
        self.label_before = Some(label);
        self
    }

    fn snippet(&self, width: usize) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
        // The margins have the number of the line, and dots on both sides.
        let room = width.saturating_sub(24 + self.label.len());
        let place = self.place.start..self.end_in(room - room / 4);
        let left = room - columns(&self.line[place.clone()]).min(room);
        let mark = AnnotationKind::Primary.span(place.clone());
        let mark = if self.label.is_empty() { mark } else { mark.label(self.label) };
        let snippet = Snippet::source(self.line.as_str()).path(self.name).line_start(self.number).annotation(mark);
        let start = self.start_in(left);
        match self.label_before.filter(|_| start < place.start) {
            Some(label) => snippet.annotation(AnnotationKind::Context.span(start..place.start).label(label)),
            None => snippet,
        }
    }

    /// Where the place ends if it has so many columns at most.
    fn end_in(&self, columns: usize) -> usize {
        let start = self.place.start;
        start + fitting(self.line[self.place.clone()].chars(), columns)
    }

    /// Where that begins which stands before the place in so many columns at most.
    fn start_in(&self, columns: usize) -> usize {
        self.place.start - fitting(self.line[..self.place.start].chars().rev(), columns)
    }
}

/// How many columns a character takes at most.
fn column(c: char) -> usize {
    match c {
        '\t' => 4,
        c if c.is_ascii() => 1,
        _ => 2,
    }
}

/// How many columns a text takes at most.
fn columns(text: &str) -> usize {
    text.chars().map(column).sum()
}

/// How many bytes the first characters have that fit into so many columns.
fn fitting(characters: impl Iterator<Item = char>, columns: usize) -> usize {
    let (mut bytes, mut used) = (0, 0);
    for c in characters {
        used += column(c);
        if used > columns {
            break;
        }
        bytes += c.len_utf8();
    }
    bytes
}

/// A line whose characters can be printed, each in its place in bytes. What is drawn for other control characters, and for those that turn the
/// direction of writing, the crate knows.
fn visible(line: &str) -> String {
    let shown = |c: char| match c {
        '\u{80}'..='\u{9f}' | '\u{61c}' => '\u{b7}',
        '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    line.chars().map(shown).collect()
}

/// A text in one line, whose control characters, and those that turn the direction of writing, are escaped.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                shown.extend(c.escape_default())
            }
            c if c.is_control() => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
    }
    shown
}
