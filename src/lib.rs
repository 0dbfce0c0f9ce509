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
//! pattern ──► engine ──► plan ──► scan ──► convert ──► batch
//!  what the    what can   which     where     what it     columns
//!  user wrote  find it    is asked  it is     is worth
//! ```

mod api;
mod batch;
#[cfg(feature = "cli")]
pub mod cli;
mod convert;
mod drawing;
mod engine;
mod error;
#[doc(hidden)]
pub mod extension;
mod failure;
pub mod formats;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod guess;
mod input;
#[cfg(test)]
mod lanes;
pub mod limits;
mod pattern;
mod plan;
mod rows;
mod scan;
mod set;

pub use api::{Pattern, PatternBuilder};
pub use batch::{
    Batch, Cell, Column, ColumnStats, ColumnType, Entries, Maps, Schema, Strings, TextViews, Validity, Values,
};
pub use convert::{BigInt, Converter, Date, DateTime, Time, TimeZone, Value, Year};
pub use drawing::Drawing;
pub use engine::{
    Anchored,
    external::{ExternalMatcher, MatchRanges},
};
pub use error::{Error, Result};
pub use failure::{Failure, FailureKind};
pub use guess::{Guess, GuessOptions, GuessedPattern, guess};
pub use input::Input;
pub use parsimd_simd::{Isa, IsaError};
pub use pattern::{CustomType, DatetimeLayout, Field, NullTexts, ValueKind};
pub use plan::Plan;
#[cfg(feature = "serde")]
pub use rows::Records;
pub use rows::{ColumnIndex, FromCell, Row, Rows, Shown};
pub use scan::{
    Expected, FindIter, Hint, Match, Matches, Mismatch, OnError, Origin, Predicate, Reason, Rejects, Scan, ScanOptions,
    Stats, TextColumn, Texts,
};
pub use set::{PatternSet, SetScan};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
