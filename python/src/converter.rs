//! `with_pattern(…, column=…)`: a function of the program's own makes the values of a column.
//!
//! It is called for the different texts of a batch, one after the other, with the GIL held all along, on the thread that asked for the batch. What it gives must be of the
//! type that the column has, or None. An exception says that the text has no value. What is no `Exception`, as `KeyboardInterrupt`, or the
//! want of memory, says nothing of the text, and leaves the scan.

use std::sync::Arc;

use parsimd::{
    Converter, Date, DateTime, DatetimeLayout, Time, Value, ValueKind,
    extension::{self, Answer, ConvertTexts},
};
use pyo3::{
    exceptions::{PyOverflowError, PyTypeError, PyValueError},
    prelude::*,
    types::{PyDateAccess, PyDateTime, PyDelta, PyDeltaAccess, PyString, PyTimeAccess},
};

use crate::{
    capi,
    gate::{self, Checkpoint},
    make::{self, error, name},
};

/// A day, in microseconds.
const DAY: i64 = 86_400_000_000;

/// What a column holds.
#[derive(Debug, Clone, Copy)]
enum Held {
    Int64,
    Float64,
    Bool,
    Timestamp,
    Duration,
    Text,
}

/// The types of columns, by the names that scans give them.
const COLUMNS: [(&str, Held); 6] = [
    ("int64", Held::Int64),
    ("float64", Held::Float64),
    ("bool", Held::Bool),
    ("timestamp[us]", Held::Timestamp),
    ("duration[ns]", Held::Duration),
    ("text", Held::Text),
];

impl Held {
    /// # Errors
    /// ValueError: there is no column of that name.
    fn new(column: &str) -> PyResult<Held> {
        let found = COLUMNS.iter().find(|(name, _)| *name == column);
        found.map(|(_, held)| *held).ok_or_else(|| {
            let names: Vec<String> = COLUMNS.iter().map(|(name, _)| format!("'{name}'")).collect();
            error::<PyValueError>(format!("column must be one of {}, not {column:?}", names.join(", ")))
        })
    }

    /// The kind that has these values.
    fn kind(self) -> ValueKind {
        match self {
            Held::Int64 => ValueKind::Integer { base: None },
            Held::Float64 => ValueKind::Float,
            Held::Bool => ValueKind::Boolean,
            Held::Timestamp => ValueKind::Time(DatetimeLayout::Any),
            Held::Duration => ValueKind::Duration,
            Held::Text => ValueKind::Text,
        }
    }

    /// What a function must give.
    fn expected(self) -> &'static str {
        match self {
            Held::Int64 => "an int",
            Held::Float64 => "a float",
            Held::Bool => "a bool",
            Held::Timestamp => "a datetime",
            Held::Duration => "a timedelta",
            Held::Text => "a str",
        }
    }

    /// The value of an object.
    ///
    /// # Errors
    /// TypeError: it is of another type. OverflowError: it is too large.
    fn read(self, object: &Bound<'_, PyAny>) -> PyResult<Answer> {
        Ok(match self {
            Held::Int64 => Ok(Value::Int(object.extract()?)),
            Held::Float64 => Ok(Value::Float(object.extract()?)),
            Held::Bool => Ok(Value::Bool(object.extract()?)),
            Held::Timestamp => timestamp(object.cast()?)?,
            Held::Duration => duration(object.cast()?),
            Held::Text => Ok(Value::Unescaped(object.cast::<PyString>()?.to_str()?.to_owned())),
        })
    }
}

/// A date and time: as it is written without an offset, else in UTC.
fn timestamp(datetime: &Bound<'_, PyDateTime>) -> PyResult<Answer> {
    let py = datetime.py();
    // pandas has a datetime that is none: it differs from itself.
    if !datetime.is_exact_instance_of::<PyDateTime>() && datetime.ne(datetime)? {
        return Ok(Ok(Value::Null));
    }
    let (hour, minute, second) = (datetime.get_hour(), datetime.get_minute(), datetime.get_second());
    let time = Time { hour, minute, second, microsecond: datetime.get_microsecond(), offset: None };
    let Some(date) = Date::new(datetime.get_year(), datetime.get_month(), datetime.get_day()) else {
        return Ok(Err("a day that does not exist".to_owned()));
    };
    let offset = capi::call_method(datetime.as_any(), name!(py, "utcoffset"), &[])?;
    if offset.is_none() {
        return Ok(Ok(Value::DateTime(DateTime { date, time })));
    }
    let offset = offset.cast::<PyDelta>()?;
    // Less than a day. It may have a fraction of a second.
    let seconds = i64::from(offset.get_days()) * 86_400 + i64::from(offset.get_seconds());
    let micros =
        DateTime { date, time }.timestamp_micros() - seconds * 1_000_000 - i64::from(offset.get_microseconds());
    let Some(date) = Date::from_days(micros.div_euclid(DAY)) else {
        return Ok(Err("in UTC it is outside of the years 1 to 9999".to_owned()));
    };
    let micros = micros.rem_euclid(DAY);
    let part = |unit: i64, of: i64| (micros / unit % of) as u8;
    let time = Time {
        hour: part(3_600_000_000, 24),
        minute: part(60_000_000, 60),
        second: part(1_000_000, 60),
        microsecond: (micros % 1_000_000) as u32,
        offset: Some(0),
    };
    Ok(Ok(Value::DateTime(DateTime { date, time })))
}

/// A duration, in nanoseconds.
fn duration(delta: &Bound<'_, PyDelta>) -> Answer {
    let seconds = i64::from(delta.get_days()) * 86_400 + i64::from(delta.get_seconds());
    let nanos = i128::from(seconds) * 1_000_000_000 + i128::from(delta.get_microseconds()) * 1000;
    let too_long = |_| "a duration of more than 292 years, which nanoseconds in 64 bits cannot hold".to_owned();
    i64::try_from(nanos).map(Value::Duration).map_err(too_long)
}

/// A function of the program's own.
struct ByFunction {
    function: Py<PyAny>,
    held: Held,
}

impl ByFunction {
    /// The answer for a text.
    ///
    /// # Errors
    /// What says nothing of the text.
    fn answer(&self, py: Python<'_>, text: &str) -> PyResult<Answer> {
        let object = match make::utf8(py, text.as_bytes())
            .and_then(|text| capi::call(self.function.bind(py), &[text.as_any()]))
        {
            Ok(object) if object.is_none() => return Ok(Ok(Value::Null)),
            Ok(object) => object,
            Err(raised) => return reason(py, raised).map(Err),
        };
        match self.held.read(&object) {
            Ok(answer) => Ok(answer),
            Err(raised) if raised.is_instance_of::<PyTypeError>(py) => {
                let (expected, given) = (self.held.expected(), object.get_type().name()?);
                Ok(Err(format!("expected {expected} or None, not {given}")))
            }
            Err(raised) if raised.is_instance_of::<PyOverflowError>(py) && matches!(self.held, Held::Int64) => {
                Ok(Err("an int that does not fit in 64 bits".to_owned()))
            }
            Err(raised) => reason(py, raised).map(Err),
        }
    }
}

/// What an exception says of a text.
///
/// # Errors
/// The exception itself, if it says nothing of the text.
fn reason(py: Python<'_>, raised: PyErr) -> PyResult<String> {
    if gate::says_nothing(py, &raised) {
        return Err(raised);
    }
    let kind = raised.get_type(py).qualname()?;
    let text = match raised.value(py).str() {
        Ok(text) => text.to_string_lossy().into_owned(),
        Err(other) if gate::says_nothing(py, &other) => return Err(other),
        Err(_) => "its text cannot be had".to_owned(),
    };
    let colon = if text.is_empty() { "" } else { ": " };
    Ok(format!("{kind}{colon}{text}"))
}

impl ConvertTexts for ByFunction {
    fn convert(&self, texts: &[&str]) -> Result<Vec<Answer>, Box<dyn std::error::Error + Send + Sync>> {
        let answers = gate::back(|py| {
            let mut checkpoint = Checkpoint::new();
            let answer = |text: &&str| {
                // Between any two: a function may be slow, and written in C.
                py.check_signals()?;
                checkpoint.pass(py)?;
                self.answer(py, text)
            };
            texts.iter().map(answer).collect::<PyResult<Vec<_>>>()
        })?;
        Ok(answers)
    }
}

/// What makes the values of columns of the type `column`, by a function that takes a text.
///
/// # Errors
/// As [`check_column`].
pub(crate) fn converter(column: &str, function: Py<PyAny>) -> PyResult<Converter> {
    let held = Held::new(column)?;
    Ok(extension::converter(held.kind(), Arc::new(ByFunction { function, held })))
}

/// The fields whose values such a function makes.
pub(crate) fn converted(pattern: &parsimd::Pattern) -> impl Iterator<Item = &parsimd::Field> {
    pattern.fields().iter().filter(|field| matches!(field.kind(), ValueKind::Converted { .. }))
}

/// Raises ValueError when no column has that type.
#[pyfunction]
pub(crate) fn check_column(column: &str) -> PyResult<()> {
    Held::new(column).map(drop)
}
