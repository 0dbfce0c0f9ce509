//! [`Unread`]: records that could not be read, kept until somebody asks why; and what says it.
//!
//! A record is kept whole where it may be explained, since its beginning alone does not say why it does not match: only with all of it is it known where the pattern
//! stops, and what would match.

use std::{fmt, sync::Arc};

use super::{
    hint::{self, Hint},
    mismatch::{Explainer, Mismatch, found},
    options::Rejects,
    split::Record,
    stats::Cause,
    task::Task,
};
use crate::{
    error::Result,
    failure::{Failure, FailureKind},
    input::Block,
    limits,
};

/// Why a record does not match.
#[derive(Debug)]
pub(crate) struct Why {
    /// The name of the pattern that came furthest, where there are several.
    pub(crate) pattern: Option<String>,
    pub(crate) mismatch: Mismatch,
}

impl Why {
    /// What the pattern expected, and after which field: `expected {bytes:d} after {status:d}`.
    pub(super) fn expected(&self) -> String {
        let name = self.pattern.as_ref().map_or(String::new(), |pattern| format!("{pattern}: "));
        format!("{name}{}", self.mismatch.expectation())
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.expected(), found(&self.mismatch.found))
    }
}

/// A pattern, or several, of which a scan asks why records do not match.
pub(crate) trait Explains: fmt::Debug + Send + Sync {
    /// What is kept of the records that could not be read.
    fn rejects(&self) -> Rejects;

    /// Whether it can be said why a record does not match.
    fn explains(&self) -> bool;

    /// What [`why`](Self::why) needs.
    fn explainers(&self) -> Vec<Explainer>;

    /// Why a record that does not match does not, if that can be said.
    ///
    /// # Errors
    /// As [`Task::why`].
    fn why(&self, explainers: &mut [Explainer], text: &[u8]) -> Result<Option<Why>>;

    /// What would match a text that does not, if that is known.
    fn hint(&self, why: &Why, text: &str) -> Option<Hint>;

    /// The cause of the record that ends a scan: with what was expected, where it does not match and that can be said.
    fn explained(&self, cause: Cause, text: &[u8]) -> Cause {
        if cause.kind != FailureKind::NoMatch {
            return cause;
        }
        match self.why(&mut self.explainers(), text) {
            Ok(Some(why)) => Cause { reason: format!("{}: {why}", cause.reason).into(), ..cause },
            _ => cause,
        }
    }
}

impl Explains for Task {
    fn rejects(&self) -> Rejects {
        self.options.rejects
    }

    fn explains(&self) -> bool {
        Task::explains(self)
    }

    fn explainers(&self) -> Vec<Explainer> {
        vec![Explainer::new(&self.pattern)]
    }

    fn why(&self, explainers: &mut [Explainer], text: &[u8]) -> Result<Option<Why>> {
        let why = Task::why(self, &mut explainers[0], text)?;
        Ok(why.map(|mismatch| Why { pattern: None, mismatch }))
    }

    fn hint(&self, why: &Why, text: &str) -> Option<Hint> {
        hint::hint(&self.pattern, &why.mismatch, text)
    }
}

/// A record that could not be read, kept until somebody asks why.
#[derive(Debug)]
pub(crate) struct Unread {
    failure: Failure,
    /// Its whole text, where that may say why it does not match.
    text: Option<Arc<[u8]>>,
}

impl Unread {
    /// That of a record which begins at a line of the block.
    pub(super) fn new(
        task: &dyn Explains,
        block: &Block<'_>,
        ((record, cause), line): &((Record, Cause), i64),
    ) -> Unread {
        let text = record.text(block.bytes);
        let is_explained =
            cause.kind == FailureKind::NoMatch && task.explains() && text.len() <= limits::EXPLAINED_BYTES;
        Unread { failure: cause.failure(block, *record, Some(*line as u64)), text: is_explained.then(|| text.into()) }
    }

    /// The same, where so many records and lines precede those that it counts.
    pub(super) fn after(mut self, records: u64, lines: u64) -> Unread {
        self.failure.record += records;
        self.failure.line = self.failure.line.map(|line| line + lines);
        self
    }

    pub(super) fn failure(&self) -> &Failure {
        &self.failure
    }

    /// Why it does not match, if that can be said.
    ///
    /// # Errors
    /// As [`Task::why`].
    pub(super) fn why(&self, task: &dyn Explains, explainers: &mut [Explainer]) -> Result<Option<Why>> {
        self.text.as_ref().map_or(Ok(None), |text| task.why(explainers, text))
    }

    /// It and what it was to match, where it does not and may be explained.
    pub(super) fn unmatched(&self, task: &Arc<dyn Explains>) -> Option<Unmatched> {
        Some(Unmatched { task: Arc::clone(task), text: Arc::clone(self.text.as_ref()?) })
    }
}

/// A whole record that does not match, and what it was to match. It is cheap to clone, and nothing is explained before it is asked.
#[derive(Debug, Clone)]
pub struct Unmatched {
    task: Arc<dyn Explains>,
    text: Arc<[u8]>,
}

impl Unmatched {
    /// The record, if it is UTF-8.
    pub(crate) fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.text).ok()
    }

    /// Why it does not match, and what would match it; nothing where that cannot be said.
    pub(crate) fn explain(&self) -> (Option<Why>, Option<Hint>) {
        let why = self.task.why(&mut self.task.explainers(), &self.text).ok().flatten();
        let hint = why.as_ref().zip(self.text()).and_then(|(why, text)| self.task.hint(why, text));
        (why, hint)
    }

    /// The same in one line.
    pub fn explained(&self) -> Option<String> {
        let (why, hint) = self.explain();
        let hint = hint.map(|hint| format!("; {hint}")).unwrap_or_default();
        Some(format!("{}{hint}", why?))
    }
}
