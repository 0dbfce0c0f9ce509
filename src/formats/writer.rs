//! [`Writer`]: a pattern that is being written, piece by piece.

use std::{collections::BTreeMap, ops::Range};

use crate::error::{Error, Problem, Result};

/// A pattern that is being written. `source` is what it is written from, at which errors point.
pub(super) struct Writer<'a> {
    source: &'a str,
    pattern: String,
    /// The names of the fields so far, and what each is of; the empty one is that of all without a name.
    names: BTreeMap<String, String>,
    /// Where the field before stands in the source, as long as no text follows it.
    open: Option<Range<usize>>,
    /// The same where each part begins that is not at its end.
    before_parts: Vec<Option<Range<usize>>>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Writer { source, pattern: String::new(), names: BTreeMap::new(), open: None, before_parts: Vec::new() }
    }

    /// Text that stands for itself.
    pub(super) fn text(&mut self, text: &str) {
        for c in text.chars() {
            self.pattern.push(c);
            if matches!(c, '{' | '}') {
                self.pattern.push(c);
            }
            self.open = None;
        }
    }

    /// A field, which stands at `span` in the source. A name that stood before is left out: the value is the same.
    ///
    /// # Errors
    /// No text stands between it and the field before.
    pub(super) fn field(&mut self, name: &str, spec: &str, span: Range<usize>) -> Result<()> {
        self.field_of(name, name, spec, span)
    }

    /// The same where one name is made of several things: `of` is what this value is. A name of another one gets a number.
    pub(super) fn field_of(&mut self, of: &str, name: &str, spec: &str, span: Range<usize>) -> Result<()> {
        if let Some(before) = self.open.replace(span.clone()) {
            let between = before.start..span.end;
            return Err(self.error(
                between,
                "nothing stands between two fields",
                "a text that says where the first of them ends",
            ));
        }
        self.pattern.push('{');
        let is_other = |name: &str| self.names.get(name).is_some_and(|known| known != of);
        let numbered = || (2..).map(|number| format!("{name}{number}")).find(|name| !is_other(name));
        let name = if is_other(name) { numbered().unwrap_or_default() } else { name.to_owned() };
        if self.names.insert(name.clone(), of.to_owned()).is_none() {
            self.pattern.push_str(&name);
        }
        if !spec.is_empty() {
            self.pattern.push(':');
            self.pattern.push_str(spec);
        }
        self.pattern.push('}');
        Ok(())
    }

    /// White space of any length, which says where the field before ends.
    pub(super) fn blanks(&mut self) {
        self.pattern.push_str("{:s}");
        self.open = None;
    }

    /// The beginning of an optional part.
    pub(super) fn open_part(&mut self) {
        self.pattern.push_str("{:[}");
        self.before_parts.push(self.open.clone());
    }

    /// The end of an optional part. Where it is missing, the field before it stands before what follows.
    pub(super) fn close_part(&mut self) {
        self.pattern.push_str("{:]}");
        self.open = self.open.take().or(self.before_parts.pop().flatten());
    }

    pub(super) fn error(&self, span: Range<usize>, message: impl Into<String>, expected: impl Into<String>) -> Error {
        Error::syntax(Problem::Spec, self.source, span, message, expected)
    }

    /// The pattern.
    ///
    /// # Errors
    /// Nothing of the source is a field; `expected` is what makes one.
    pub(super) fn finish(self, expected: &str) -> Result<String> {
        if !self.names.is_empty() {
            return Ok(self.pattern);
        }
        let advice = format!("{expected}; a ready pattern is found by its name alone");
        Err(self.error(0..self.source.len(), "nothing here is a field", advice))
    }
}

/// A name that a field may have: lower case, with `_` for what no name has.
pub(super) fn name(text: &str) -> String {
    let name: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    let name = name.trim_matches('_');
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name.to_owned() } else { format!("field_{name}") }
}
