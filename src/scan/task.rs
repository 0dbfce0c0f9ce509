//! What a scan does with each block: its options, checked.

use std::sync::Arc;

use super::{
    compiled::{Compiled, Place},
    evidence::Evidence,
    head::Head,
    mismatch::{Explainer, Mismatch},
    options::{Matches, OnError, Origin, Predicate, ScanOptions},
    origin,
};
use crate::{
    batch::{ColumnType, Schema},
    convert::Clock,
    engine::{Anchored, program::Program},
    error::{Error, Result},
    input::{Cut, Heads},
    limits,
    plan::Plan,
};

/// The pattern and the options of a scan.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) pattern: Arc<Compiled>,
    /// With the columns named, and within limits.
    pub(super) options: ScanOptions,
    /// What times without a year or an offset mean.
    pub(super) clock: Clock,
    /// Which lines begin a record; `None` if each does.
    pub(super) head: Option<Head>,
    pub(super) schema: Arc<Schema>,
    /// What a line must have for its row to pass the filter, where others need not be matched.
    pub(super) evidence: Option<Evidence>,
}

impl Task {
    /// The task, with the columns that were asked for, up to the first that is wrong; and what is wrong.
    pub(super) fn new(pattern: &Arc<Compiled>, options: ScanOptions) -> (Task, Option<Error>) {
        let (mut options, unnamed) = options.numbered(pattern);
        let (columns, wrong) = choose_columns(pattern, options.columns.take());
        let wrong = unnamed.or(wrong).or_else(|| wrong_options(pattern, &options));
        if wrong.is_some() {
            options.include.clear();
        }
        let fields = pattern.all_columns.select(&columns, options.strings, options.tz.is_some());
        let schema = Arc::new(fields.with(origin::schema(&options.include)));
        options.columns = Some(columns);
        options.max_record_bytes = options.max_record_bytes.min(limits::BLOCK_BYTES_MOST);
        let (head, wrong) = match Head::new(pattern, &options) {
            Ok(head) => (head, wrong),
            Err(error) => (None, wrong.or(Some(error))),
        };
        options.block_bytes = options.block_bytes.clamp(1, limits::BLOCK_BYTES_MOST);
        let clock = Clock::new(options.year, options.tz.clone(), options.begin);
        let evidence = if wrong.is_none() { Evidence::new(pattern, &options) } else { None };
        (Task { pattern: Arc::clone(pattern), clock, head, options, schema, evidence }, wrong)
    }

    /// The program, where it is to be walked.
    pub(super) fn program(&self) -> Option<&Program> {
        // A walk does not say where a match begins: where the next one may begin is known if it has some text.
        let is_sure = self.options.matches != Matches::All || !self.plan().matches_empty();
        self.plan().program(self.anchored()).filter(|_| is_sure)
    }

    pub(super) fn plan(&self) -> &Plan {
        &self.pattern.plan
    }

    /// The fields that become columns.
    pub(super) fn columns(&self) -> &[usize] {
        self.options.columns.as_deref().unwrap_or_default()
    }

    /// The number of the column that has the numbers of lines, if there is one.
    pub(super) fn line_column(&self) -> Option<usize> {
        let included = self.options.include.iter().position(|origin| *origin == Origin::Line);
        included.map(|at| self.columns().len() + at)
    }

    /// The fields that are read: those that become columns, and those of the filter.
    pub(super) fn read_places(&self) -> impl Iterator<Item = Place> {
        let filtered = self.options.filter.iter().map(|(field, _)| *field);
        self.columns().iter().copied().chain(filtered).map(|field| self.pattern.places()[field])
    }

    /// The columns of spans that are read, in order.
    pub(super) fn read_slots(&self) -> Vec<usize> {
        let mut read: Vec<usize> = self.read_places().flat_map(|place| [place.group, place.slot]).collect();
        read.sort_unstable();
        read.dedup();
        read
    }

    /// Whether a match must fill its record.
    pub(super) fn anchored(&self) -> Anchored {
        self.options.matches.anchored()
    }

    /// Whether it can be said why a record does not match: what is to match anywhere in it has no place at which it stops.
    pub(super) fn explains(&self) -> bool {
        self.options.matches == Matches::Line
    }

    /// Why a record that does not match does not, if that can be said: what is not UTF-8 is not
    /// explained.
    ///
    /// # Errors
    /// [`Error::is_external`]: an external matcher could not answer.
    pub(super) fn why(&self, explainer: &mut Explainer, text: &[u8]) -> Result<Option<Mismatch>> {
        let text = std::str::from_utf8(text).ok().filter(|_| self.explains());
        let Some(text) = text else { return Ok(None) };
        match explainer.explain(text) {
            Err(error) if error.is_interruption() || error.is_external() && !error.is_wrong_answer() => Err(error),
            Err(_) => Ok(None),
            why => why,
        }
    }

    /// How the input is to be cut into blocks.
    pub(super) fn cut(&self) -> Cut<'_> {
        let ScanOptions { block_bytes: size, max_record_bytes: longest, on_error, .. } = self.options;
        let heads = self.head.as_ref().map(|head| head as &dyn Heads);
        Cut { size, longest, stops: on_error == OnError::Raise, heads }
    }
}

/// The fields that become columns, up to the first that is wrong; and what is wrong.
fn choose_columns(pattern: &Compiled, asked: Option<Vec<usize>>) -> (Vec<usize>, Option<Error>) {
    let fields = pattern.fields().len();
    let mut columns = Vec::new();
    for column in asked.unwrap_or_else(|| pattern.default_columns()) {
        let wrong = match pattern.fields().get(column) {
            None => format!("there is no column {column}: the pattern has {fields} fields"),
            Some(field) if columns.contains(&column) => format!("column {:?} was asked for twice", field.column_name()),
            Some(_) => {
                columns.push(column);
                continue;
            }
        };
        return (columns, Some(Error::column(wrong)));
    }
    (columns, None)
}

/// Checks the options.
///
/// # Errors
/// [`Error::is_column`] or [`Error::is_options`]: the first that is wrong.
pub(crate) fn check(pattern: &Compiled, options: &ScanOptions) -> Result<()> {
    let (options, unnamed) = options.clone().numbered(pattern);
    let (_, wrong) = choose_columns(pattern, options.columns.clone());
    unnamed.or(wrong).or_else(|| wrong_options(pattern, &options)).map_or(Ok(()), Err)?;
    Head::new(pattern, &options).map(|_| ())
}

/// What is wrong beside the columns of fields, if something is.
fn wrong_options(pattern: &Compiled, options: &ScanOptions) -> Option<Error> {
    wrong_filter(pattern, options)
        .or_else(|| origin::wrong(pattern, &options.include))
        .or_else(|| wrong_threads(options))
}

/// What is wrong with the number of threads, if something is.
fn wrong_threads(options: &ScanOptions) -> Option<Error> {
    let is_one = cfg!(feature = "threads") || options.threads.is_none_or(|threads| threads.get() == 1);
    (!is_one).then(|| {
        Error::options(
            "this build of parsimd scans with one thread: build it with the feature threads, or do not set `threads`",
        )
    })
}

/// What is wrong with the filter, if something is.
fn wrong_filter(pattern: &Compiled, options: &ScanOptions) -> Option<Error> {
    options.filter.iter().find_map(|filter| check_predicate(pattern, filter))
}

fn check_predicate(pattern: &Compiled, &(number, ref predicate): &(usize, Predicate)) -> Option<Error> {
    let Some(field) = pattern.fields().get(number) else {
        let fields = pattern.fields().len();
        return Some(Error::column(format!("there is no field {number} to filter by: the pattern has {fields}")));
    };
    let column_type = ColumnType::of(field.kind());
    let fits = fits(predicate, column_type);
    let name = field.column_name();
    (!fits)
        .then(|| Error::column(format!("field {name:?} is of type {column_type:?}, which {predicate:?} cannot filter")))
}

/// Whether a predicate is for columns of this type.
fn fits(predicate: &Predicate, column: ColumnType) -> bool {
    match predicate {
        Predicate::Between(..) => matches!(column, ColumnType::Int64 | ColumnType::Timestamp { .. }),
        Predicate::Text(_) | Predicate::StartsWith(_) | Predicate::Contains(_) => column == ColumnType::Text,
        Predicate::AnyOf(parts) => {
            matches!(column, ColumnType::Int64 | ColumnType::Timestamp { .. } | ColumnType::Text)
                && parts.iter().all(|part| fits(part, column))
        }
    }
}
