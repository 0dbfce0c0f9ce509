//! The inverse of Python's `format()`: the pattern that writes a line reads typed values back out of it.
//!
//! ```
//! use parsimd::{Pattern, Value};
//!
//! let pattern = Pattern::new(r#"{ip} - - [{time:th}] "{request}" {status:d} {bytes:d}"#)?;
//! let line = r#"83.149.9.216 - - [17/May/2015:10:05:03 +0000] "GET /index.html HTTP/1.1" 200 203023"#;
//!
//! let found = pattern.parse(line)?.expect("the line matches");
//! assert_eq!(found.get("ip")?, Some(Value::Text("83.149.9.216")));
//! assert_eq!(found.get("status")?, Some(Value::Int(200)));
//!
//! // A whole log at once: typed columns, and counts of what could not be read.
//! let log = format!("{line}\nnot a log line\n{line}\n");
//! let mut scan = pattern.scan(log.as_bytes());
//! let batch = scan.read_all()?;
//! assert_eq!(batch.len(), 2);
//! assert_eq!(scan.stats().unmatched, 1);
//! # Ok::<(), parsimd::Error>(())
//! ```
//!
//! The language is that of PyPI `parse` 1.22.4, to the quirk; `docs/language.md` has it in full. The modules are the
//! pipeline, in this order:
//!
//! ```text
//! pattern ──► plan ──► scan ──► convert ──► batch
//!  what the    how to    where     what it     columns
//!  user wrote  find it   it is     is worth
//! ```

mod batch;
mod convert;
mod error;
mod input;
#[cfg(test)]
mod lanes;
pub mod limits;
mod pattern;
mod plan;
mod scan;

use std::{fmt, sync::Arc};

pub use batch::{Batch, Cell, Column, ColumnType, Schema, Strings, TextViews, Validity, Values};
pub use convert::{BigInt, Date, DateTime, Time, Value};
pub use error::{Error, Result};
pub use input::Input;
pub use parsimd_simd::{Isa, IsaError};
pub use pattern::{CustomType, Field, TimeLayout, ValueKind};
pub use plan::{ExternalMatcher, Plan};
#[doc(hidden)]
pub use scan::NOWHERE;
pub use scan::{Failure, FindIter, Match, OnError, Only, Scan, ScanOptions, Stats, TextColumn, Texts};

use pattern::{Format, FormatOptions};

/// Parts of the language as data, for faces in other languages.
#[doc(hidden)]
pub mod tables {
    pub use crate::pattern::suggestion;
    use crate::pattern::{STRPTIME, TYPES};

    /// Type code, its expression, the capture groups in that.
    pub fn types() -> impl Iterator<Item = (&'static str, &'static str, usize)> {
        TYPES.iter().map(|row| (row.code, row.regex, row.groups))
    }

    /// strptime code, its expression.
    pub fn strptime() -> impl Iterator<Item = (&'static str, &'static str)> {
        STRPTIME.iter().copied()
    }
}

/// A format, read and planned. Cheap to clone; it can be shared between threads.
///
/// Case is ignored, unless [`PatternBuilder::case_sensitive`] says otherwise, and `{}` crosses newlines in whole text.
///
/// ```
/// let error = parsimd::Pattern::new("{when} {count:q}").unwrap_err();
/// assert!(error.is_syntax());
/// assert_eq!(error.span(), Some(14..15));
/// ```
#[derive(Clone)]
pub struct Pattern(Arc<Inner>);

struct Inner {
    format: Format,
    plan: Plan,
    schema: Arc<Schema>,
}

impl Pattern {
    /// Reads a format text.
    ///
    /// # Errors
    /// [`Error::is_syntax`]: the text breaks a rule of the language. [`Error::is_regex`]: its expression cannot be run.
    /// [`Error::is_isa`]: `PARSIMD_ISA` names an instruction set that is not here.
    pub fn new(format: &str) -> Result<Pattern> {
        Pattern::builder(format).build()
    }

    /// Begins a pattern with options.
    pub fn builder(format: &str) -> PatternBuilder<'_> {
        PatternBuilder { format, options: FormatOptions::default(), external: None, external_only: false, isa: None }
    }

    /// The format text.
    pub fn format(&self) -> &str {
        &self.0.format.text
    }

    /// The regular expression of the format, in the syntax of Python's `re`: what PyPI `parse` builds.
    pub fn expression(&self) -> &str {
        &self.0.format.expression
    }

    /// The fields, in the order of the format; a repeated name counts once.
    pub fn fields(&self) -> &[Field] {
        &self.0.format.fields
    }

    /// The names and types of the columns that a scan gives.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.0.schema
    }

    /// How the pattern is matched.
    pub fn plan(&self) -> &Plan {
        &self.0.plan
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pattern").field(&self.format()).finish()
    }
}

/// A [`Pattern`] in the making.
///
/// ```
/// use parsimd::{CustomType, Pattern};
///
/// let hex = CustomType { pattern: Some("[0-9a-f]{8}".to_owned()), group_count: 0 };
/// let pattern = Pattern::builder("id={id:Hash}").custom_type("Hash", hex).case_sensitive(true).build()?;
/// assert_eq!(pattern.search("id=00c0ffee")?.unwrap().text(0), Some("00c0ffee"));
/// # Ok::<(), parsimd::Error>(())
/// ```
#[derive(Debug)]
pub struct PatternBuilder<'f> {
    format: &'f str,
    options: FormatOptions,
    external: Option<Box<dyn ExternalMatcher>>,
    external_only: bool,
    isa: Option<Isa>,
}

impl PatternBuilder<'_> {
    /// Whether upper and lower case differ; they do not by default.
    pub fn case_sensitive(mut self, yes: bool) -> Self {
        self.options.case_sensitive = yes;
        self
    }

    /// Adds a type, to be used as `{:name}`. It wins over a type of the language with the same name.
    pub fn custom_type(mut self, name: impl Into<String>, custom: CustomType) -> Self {
        self.options.custom.insert(name.into(), custom);
        self
    }

    /// Adds a matcher for what the engines here do not run as Python's `re` does; then no expression is an error.
    pub fn external_matcher(mut self, matcher: Box<dyn ExternalMatcher>) -> Self {
        self.external = Some(matcher);
        self
    }

    /// Asks the external matcher alone, also where the engines here would be exact.
    pub fn external_only(mut self, yes: bool) -> Self {
        self.external_only = yes;
        self
    }

    /// The instruction set to use; by default `PARSIMD_ISA`, or the best one that this machine has.
    pub fn isa(mut self, isa: Isa) -> Self {
        self.isa = Some(isa);
        self
    }

    /// Reads the format.
    ///
    /// # Errors
    /// As [`Pattern::new`].
    pub fn build(self) -> Result<Pattern> {
        let format = Format::new(self.format, &self.options)?;
        let plan = Plan::new(&format, self.external, self.external_only, self.isa)?;
        let schema = Arc::new(Schema::new(&format.fields));
        Ok(Pattern(Arc::new(Inner { format, plan, schema })))
    }
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
