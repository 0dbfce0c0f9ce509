//! The one error type of the crate.
//!
//! An [`Error`] says what is wrong, where, and what was expected instead. Its kinds are private, so that they can grow; ask
//! with the predicates ([`Error::is_syntax`] and its sisters) and, for an error in a format, [`Error::span`].
//!
//! A value that does not fit (a calendar date that does not exist, say) is an [`Error`] from whole-text calls, and a
//! [`Failure`] entry, never an error, in a scan.

use std::{borrow::Cow, fmt, io, ops::Range};

use crate::{
    drawing::{Drawing, View},
    failure::Failure,
};

/// What every fallible call of this crate gives back.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call could not do what it was asked.
#[derive(Debug)]
pub struct Error(Box<Kind>);

#[derive(Debug)]
enum Kind {
    Syntax { format: String, span: Range<usize>, problem: Problem, message: String, expected: String },
    Regex { message: String },
    Limit { message: String },
    Memory { message: String },
    Value { text: String, reason: Cow<'static, str> },
    Cell { row: u64, column: Option<String>, reason: String },
    External { source: Box<dyn std::error::Error + Send + Sync> },
    Interrupted { source: Box<dyn std::error::Error + Send + Sync> },
    WrongAnswer { message: String },
    Column { message: String },
    Options { message: String },
    Guess { message: String },
    NoLines { message: String },
    TimeZone { message: String },
    Record(Failure),
    Row(Failure),
    Io { context: String, source: io::Error },
    Isa(parsimd_simd::IsaError),
}

/// Which rule of the pattern language an error in a format breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    Spec,
    RepeatedName,
    GroupName,
}

impl Error {
    pub(crate) fn syntax(
        problem: Problem,
        format: &str,
        span: Range<usize>,
        message: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        let (message, expected) = (message.into(), expected.into());
        Error(Box::new(Kind::Syntax { format: format.to_owned(), span, problem, message, expected }))
    }

    pub(crate) fn regex(message: impl Into<String>) -> Self {
        Error(Box::new(Kind::Regex { message: message.into() }))
    }

    pub(crate) fn external(source: Box<dyn std::error::Error + Send + Sync>) -> Self {
        Error(Box::new(Kind::External { source }))
    }

    /// A converter or a matcher was interrupted.
    pub(crate) fn interrupted(source: Box<dyn std::error::Error + Send + Sync>) -> Self {
        Error(Box::new(Kind::Interrupted { source }))
    }

    pub(crate) fn wrong_answer(message: String) -> Self {
        Error(Box::new(Kind::WrongAnswer { message }))
    }

    pub(crate) fn column(message: String) -> Self {
        Error(Box::new(Kind::Column { message }))
    }

    pub(crate) fn options(message: impl Into<String>) -> Self {
        Error(Box::new(Kind::Options { message: message.into() }))
    }

    pub(crate) fn guess(message: impl Into<String>) -> Self {
        Error(Box::new(Kind::Guess { message: message.into() }))
    }

    /// There is nothing to guess from.
    pub(crate) fn no_lines(message: impl Into<String>) -> Self {
        Error(Box::new(Kind::NoLines { message: message.into() }))
    }

    pub(crate) fn time_zone(message: String) -> Self {
        Error(Box::new(Kind::TimeZone { message }))
    }

    pub(crate) fn limit(message: impl Into<String>) -> Self {
        Error(Box::new(Kind::Limit { message: message.into() }))
    }

    pub(crate) fn memory(message: impl Into<String>) -> Self {
        Error(Box::new(Kind::Memory { message: message.into() }))
    }

    pub(crate) fn value(text: &str, reason: impl Into<Cow<'static, str>>) -> Self {
        Error(Box::new(Kind::Value { text: text.to_owned(), reason: reason.into() }))
    }

    /// What a row has in a column, or the row itself where there is none, is no value of the type that was asked for.
    pub(crate) fn cell(row: u64, column: Option<&str>, reason: String) -> Self {
        Error(Box::new(Kind::Cell { row, column: column.map(str::to_owned), reason }))
    }

    pub(crate) fn record(failure: Failure) -> Self {
        Error(Box::new(Kind::Record(failure)))
    }

    /// The same, where `before` records precede those that it counts.
    pub(crate) fn after_records(mut self, before: u64) -> Self {
        if let Kind::Record(failure) | Kind::Row(failure) = &mut *self.0 {
            failure.record += before;
        }
        self
    }

    /// The same, where `before` lines of the source precede those that it counts.
    pub(crate) fn after_lines(mut self, before: u64) -> Self {
        if let Kind::Record(Failure { line: Some(line), .. }) = &mut *self.0 {
            *line += before;
        }
        self
    }

    /// The same, where a record is one of texts that were given one by one.
    pub(crate) fn at_row(self) -> Self {
        match *self.0 {
            Kind::Record(failure) => Error(Box::new(Kind::Row(Failure { line: None, ..failure }))),
            _ => self,
        }
    }

    pub(crate) fn io(context: impl Into<String>, source: io::Error) -> Self {
        Error(Box::new(Kind::Io { context: context.into(), source }))
    }

    /// True when the format text breaks a rule of the pattern language; [`span`](Self::span) says where.
    pub fn is_syntax(&self) -> bool {
        matches!(*self.0, Kind::Syntax { .. })
    }

    /// True when a name is used twice with different specs, as in `{a:d} {a}`. Such an error is also a syntax error.
    pub fn is_repeated_name(&self) -> bool {
        matches!(*self.0, Kind::Syntax { problem: Problem::RepeatedName, .. })
    }

    /// True when the regular expression of a format or of a custom type cannot be compiled.
    pub fn is_regex(&self) -> bool {
        matches!(*self.0, Kind::Regex { .. })
    }

    /// True when a limit of [`limits`](crate::limits) was reached.
    pub fn is_limit(&self) -> bool {
        matches!(*self.0, Kind::Limit { .. })
    }

    /// True when there was no memory for what was asked.
    pub fn is_memory(&self) -> bool {
        matches!(*self.0, Kind::Memory { .. })
    }

    /// True when an [`ExternalMatcher`](crate::ExternalMatcher) could not answer, with its own error as the
    /// [`source`](std::error::Error::source), or gave an answer that cannot be.
    pub fn is_external(&self) -> bool {
        matches!(*self.0, Kind::External { .. } | Kind::WrongAnswer { .. })
    }

    /// True when an external matcher gave an answer that cannot be.
    pub(crate) fn is_wrong_answer(&self) -> bool {
        matches!(*self.0, Kind::WrongAnswer { .. })
    }

    /// True when the text matched but is no value of its type: `30/Feb/2020` as a date, say; or when a row was asked for a type that its value is none of.
    pub fn is_value(&self) -> bool {
        matches!(*self.0, Kind::Value { .. } | Kind::Cell { .. })
    }

    /// True when a scan was asked for a column that is not there, or twice for the same.
    pub fn is_column(&self) -> bool {
        matches!(*self.0, Kind::Column { .. })
    }

    /// True when options of a scan do not go together, or not with the pattern.
    pub fn is_options(&self) -> bool {
        matches!(*self.0, Kind::Options { .. })
    }

    /// True when no pattern can be [guessed](crate::guess()) from an input: it has no lines, or is no text, or JSON.
    pub fn is_guess(&self) -> bool {
        matches!(*self.0, Kind::Guess { .. } | Kind::NoLines { .. })
    }

    /// Whether no pattern can be guessed because there is no line.
    #[cfg(feature = "cli")]
    pub(crate) fn is_no_lines(&self) -> bool {
        matches!(*self.0, Kind::NoLines { .. })
    }

    /// True when a text is no [`TimeZone`](crate::TimeZone).
    pub fn is_time_zone(&self) -> bool {
        matches!(*self.0, Kind::TimeZone { .. })
    }

    /// True when a scan was told to stop at the first record that it could not read, and did.
    pub fn is_record(&self) -> bool {
        self.failure().is_some()
    }

    /// True when reading the input failed.
    pub fn is_io(&self) -> bool {
        matches!(*self.0, Kind::Io { .. })
    }

    /// Whether it says nothing of the input: the scan can go on.
    pub(crate) fn is_interruption(&self) -> bool {
        match &*self.0 {
            Kind::Io { source, .. } => source.kind() == io::ErrorKind::Interrupted,
            Kind::Interrupted { .. } => true,
            _ => false,
        }
    }

    /// Whether an input is damaged, and what came before that is not.
    pub(crate) fn is_damage(&self) -> bool {
        use io::ErrorKind::{InvalidData, UnexpectedEof};
        matches!(&*self.0, Kind::Io { source, .. } if matches!(source.kind(), InvalidData | UnexpectedEof))
    }

    /// True when an instruction set was asked for that is unknown or not available here.
    pub fn is_isa(&self) -> bool {
        matches!(*self.0, Kind::Isa(_))
    }

    /// Where in the format text the error is, in bytes; `None` for an error that is not about a format.
    pub fn span(&self) -> Option<Range<usize>> {
        match &*self.0 {
            Kind::Syntax { span, .. } => Some(span.clone()),
            _ => None,
        }
    }

    /// The place in the format, drawn, with what to do; `None` for an error that is not about a format. The alternate form of
    /// [`Display`](fmt::Display), `{error:#}`, is this drawing where there is one.
    pub fn draw(&self) -> Option<Drawing> {
        match &*self.0 {
            Kind::Syntax { format, span, message, expected, .. } => {
                Some(Drawing::new(message).view(View::new("pattern", format, span.clone())).help(expected))
            }
            _ => None,
        }
    }

    /// Its message, and below it the place in the format, drawn: for a program that has no other place for the drawing.
    pub(crate) fn drawn_message(&self) -> String {
        match &*self.0 {
            Kind::Syntax { format, span, message, expected, .. } => below(message, format, span.clone(), expected),
            _ => self.to_string(),
        }
    }

    /// The record that a scan stopped at: what kept it from being read, where, and in which field.
    pub fn failure(&self) -> Option<&Failure> {
        match &*self.0 {
            Kind::Record(failure) | Kind::Row(failure) => Some(failure),
            _ => None,
        }
    }

    /// Which of the texts given one by one a scan stopped at, from 0; or the number of the row whose value is no value of the type that it was asked for.
    pub fn row(&self) -> Option<u64> {
        match &*self.0 {
            Kind::Cell { row, .. } => Some(*row),
            Kind::Row(failure) => Some(failure.record),
            _ => None,
        }
    }

    /// Where in the input the record begins that a scan stopped at, in bytes.
    pub fn offset(&self) -> Option<u64> {
        match &*self.0 {
            Kind::Record(failure) => Some(failure.offset),
            _ => None,
        }
    }
}

/// A message about a place in a format, and the place drawn below it.
pub fn below(message: &str, format: &str, span: Range<usize>, expected: &str) -> String {
    let drawing = Drawing::new("").view(View::new("pattern", format, span)).help(expected).without_title();
    format!("{message}\n{drawing}")
}

impl From<parsimd_simd::IsaError> for Error {
    fn from(source: parsimd_simd::IsaError) -> Self {
        Error(Box::new(Kind::Isa(source)))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Syntax { format, span, message, expected, .. } => {
                if f.alternate() {
                    return self.draw().map_or(Ok(()), |drawing| drawing.fmt(f));
                }
                // Of several lines, the one in which it begins.
                let begin = format[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
                write!(f, "{message}: column {}: {expected}", format[begin..span.start].chars().count() + 1)
            }
            Kind::Regex { message }
            | Kind::Limit { message }
            | Kind::Memory { message }
            | Kind::WrongAnswer { message }
            | Kind::TimeZone { message }
            | Kind::Options { message }
            | Kind::Guess { message }
            | Kind::NoLines { message }
            | Kind::Column { message } => f.write_str(message),
            Kind::External { source } | Kind::Interrupted { source } => source.fmt(f),
            Kind::Value { text, reason } => write!(f, "{text:?}: {reason}"),
            Kind::Cell { row, column: Some(column), reason } => write!(f, "row {row}, column {column:?}: {reason}"),
            Kind::Cell { row, column: None, reason } => write!(f, "row {row}: {reason}"),
            Kind::Record(failure) => write!(f, "{}: record at byte {}: {failure}", failure.source, failure.offset),
            Kind::Row(failure) => write!(f, "row {}: {failure}", failure.record),
            Kind::Io { context, source } => write!(f, "{context}: {source}"),
            Kind::Isa(source) => source.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.0 {
            Kind::Io { source, .. } => Some(source),
            Kind::External { source } | Kind::Interrupted { source } => Some(&**source),
            Kind::Isa(source) => Some(source),
            _ => None,
        }
    }
}
