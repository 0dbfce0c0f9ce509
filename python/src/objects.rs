//! Values → Python objects: of a match ([`value`]), of a column one by one ([`cell`]) and in bulk ([`Maker`]).

use std::ops::Range;

use parsimd::{BigInt, Cell, ColumnType, Date, Entries, Time, Validity, Value, Values};
use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    prelude::*,
    sync::PyOnceLock,
    types::{
        PyBool, PyByteArray, PyBytes, PyDate, PyDateTime, PyDelta, PyDict, PyInt, PyList, PyString, PyTime, PyTuple,
        PyTzInfo,
    },
};

use crate::{
    capi,
    gate::Checkpoint,
    make::{self, error, name},
};

/// The text that is to be matched.
///
/// # Errors
/// TypeError: not a string.
pub(crate) fn text<'a, 'py>(given: &'a Bound<'py, PyAny>) -> PyResult<&'a Bound<'py, PyString>> {
    if let Ok(text) = given.cast::<PyString>() {
        return Ok(text);
    }
    let py = given.py();
    let advice = if given.is_instance_of::<PyBytes>() || given.is_instance_of::<PyByteArray>() {
        ": decode it first, as in data.decode(); a scan takes bytes as they are"
    } else if given.is_instance_of::<PyList>() || given.is_instance_of::<PyTuple>() {
        ": match one text after the other, or all of them with compile(format).parse_array"
    } else if given.hasattr(name!(py, "read"))? || given.hasattr(name!(py, "__fspath__"))? {
        ": a file is read by compile(format).scan_file"
    } else {
        ""
    };
    Err(error::<PyTypeError>(format!("string must be str, not {}{advice}", given.get_type().name()?)))
}

/// A string and its text, if that is ASCII.
///
/// # Errors
/// TypeError: not a string.
pub(crate) fn ascii<'a, 'py>(string: &'a Bound<'py, PyAny>) -> PyResult<Option<(&'a Bound<'py, PyString>, &'a str)>> {
    let string = text(string)?;
    // Looking at the bytes of another string would make it keep a copy in UTF-8.
    if capi::is_ascii(string)? { Ok(Some((string, string.to_str()?))) } else { Ok(None) }
}

/// The object for a value that was read from `text`; `tz_class` makes the objects for offsets.
pub(crate) fn value<'py>(
    py: Python<'py>,
    value: Value<'_>,
    text: &str,
    tz_class: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Null => py.None().into_bound(py),
        Value::Text(text) => make::text(py, text)?.into_any(),
        Value::Int(int) => make::int(py, int)?.into_any(),
        Value::BigInt(big) => big_int(py, &big)?,
        Value::Float(float) => make::float(py, float)?.into_any(),
        Value::Decimal(text) => capi::call(decimal(py)?, &[make::text(py, text)?.as_any()])?,
        Value::DateTime(datetime) => {
            let zone = zone(datetime.time, text, tz_class)?;
            let Date { year, month, day } = datetime.date;
            let Time { hour, minute, second, microsecond, .. } = datetime.time;
            PyDateTime::new(py, year, month, day, hour, minute, second, microsecond, zone.as_ref())?.into_any()
        }
        Value::Time(time) => {
            let zone = zone(time, text, tz_class)?;
            PyTime::new(py, time.hour, time.minute, time.second, time.microsecond, zone.as_ref())?.into_any()
        }
        Value::Date(date) => PyDate::new(py, date.year, date.month, date.day)?.into_any(),
        Value::Duration(nanos) => duration(py, nanos)?,
        Value::Bool(is_true) => PyBool::new(py, is_true).to_owned().into_any(),
        Value::Map(pairs) => {
            let dict = make::dict(py)?;
            for (key, value) in pairs {
                dict.set_item(make::text(py, key)?, make::text(py, &value)?)?;
            }
            dict.into_any()
        }
        Value::Unescaped(text) => make::text(py, &text)?.into_any(),
        _ => return Err(error::<PyValueError>("a value of a kind that is not known here")),
    })
}

fn big_int<'py>(py: Python<'py>, big: &BigInt) -> PyResult<Bound<'py, PyAny>> {
    let sign = if big.negative { "-" } else { "" };
    let digits = make::text(py, &format!("{sign}{}", big.digits))?;
    capi::call(py.get_type::<PyInt>().as_any(), &[digits.as_any(), make::int(py, big.base.into())?.as_any()])
}

fn decimal(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static DECIMAL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    make::imported(py, &DECIMAL, "decimal", "Decimal")
}

/// A duration. Python's has microseconds: what is less is cut off.
fn duration(py: Python<'_>, nanos: i64) -> PyResult<Bound<'_, PyAny>> {
    let micros = nanos / 1000;
    let (days, micros) = (micros.div_euclid(DAY), micros.rem_euclid(DAY));
    // Fewer than 106,752 days, 86,400 seconds and a million microseconds.
    let delta = PyDelta::new(py, days as i32, (micros / 1_000_000) as i32, (micros % 1_000_000) as i32, false)?;
    Ok(delta.into_any())
}

/// The object for an offset. Its name is what stands in the text: `+0100`, or `UTC` where that says so, or says nothing of it, as Unix time does.
fn zone<'py>(time: Time, text: &str, tz_class: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyTzInfo>>> {
    let Some(seconds) = time.offset else { return Ok(None) };
    let is_utc = |name: &str| ["Z", "UTC", "GMT"].iter().any(|utc| name.eq_ignore_ascii_case(utc));
    let letters = |c: char| !c.is_ascii_alphabetic();
    let name = match text.rfind(['+', '-']) {
        _ if seconds == 0 && text.split(letters).any(is_utc) => "UTC",
        // What comes behind it, in one layout, is the year.
        Some(at) => text[at..].split(' ').next().unwrap_or_default(),
        None => "UTC",
    };
    let (minutes, name) = (make::int(tz_class.py(), i64::from(seconds / 60))?, make::text(tz_class.py(), name)?);
    Ok(Some(capi::call(tz_class, &[minutes.as_any(), name.as_any()])?.cast_into::<PyTzInfo>()?))
}

/// The object for a value of a column.
pub(crate) fn cell<'py>(py: Python<'py>, kind: ColumnType, cell: Cell<'_>) -> PyResult<Bound<'py, PyAny>> {
    Ok(match cell {
        Cell::Null => py.None().into_bound(py),
        Cell::Text(text) => make::utf8(py, text.as_bytes())?.into_any(),
        Cell::Bytes(bytes) => make::bytes(py, bytes)?.into_any(),
        Cell::Int64(int) => make::int(py, int)?.into_any(),
        Cell::Float64(float) => make::float(py, float)?.into_any(),
        Cell::Date(days) => {
            let Date { year, month, day } = date(days.into())?;
            PyDate::new(py, year, month, day)?.into_any()
        }
        Cell::Time(micros) => {
            let (hour, minute, second, micro) = clock(micros);
            PyTime::new(py, hour, minute, second, micro, None)?.into_any()
        }
        Cell::Timestamp(micros) => {
            let Date { year, month, day } = date(micros.div_euclid(DAY))?;
            let (hour, minute, second, micro) = clock(micros.rem_euclid(DAY));
            let utc = PyTzInfo::utc(py)?.to_owned();
            let zone = matches!(kind, ColumnType::Timestamp { utc: true }).then_some(&utc);
            PyDateTime::new(py, year, month, day, hour, minute, second, micro, zone)?.into_any()
        }
        Cell::Duration(nanos) => duration(py, nanos)?,
        Cell::Map(entries) => dict(py, entries)?,
        Cell::Bool(is_true) => PyBool::new(py, is_true).to_owned().into_any(),
        _ => return Err(error::<PyValueError>("a column of a type that is not known here")),
    })
}

/// The pairs of a map.
fn dict<'py>(py: Python<'py>, entries: Entries<'_>) -> PyResult<Bound<'py, PyAny>> {
    let dict = make::dict(py)?;
    for (key, value) in entries.iter() {
        dict.set_item(make::utf8(py, key.as_bytes())?, make::utf8(py, value.as_bytes())?)?;
    }
    Ok(dict.into_any())
}

/// A day, in microseconds.
const DAY: i64 = 86_400_000_000;

fn date(days: i64) -> PyResult<Date> {
    Date::from_days(days).ok_or_else(|| error::<PyValueError>("a day outside of the years 1 to 9999"))
}

/// Hour, minute, second and microsecond of microseconds since midnight.
fn clock(micros: i64) -> (u8, u8, u8, u32) {
    let seconds = micros / 1_000_000;
    let part = |unit: i64, of: i64| (seconds / unit % of) as u8;
    (part(3600, 24), part(60, 60), part(1, 60), (micros % 1_000_000) as u32)
}

/// Makes the objects of many rows of a column, as [`cell`] makes that of one: what they share is looked up once.
pub(crate) struct Maker<'a, 'py> {
    py: Python<'py>,
    values: &'a Values,
    validity: Option<&'a Validity>,
    zone: Option<Bound<'py, PyTzInfo>>,
    /// The day of the last timestamp.
    day: (i64, Date),
    /// The last timestamp: lines of a log often have that of the line before.
    last: Option<(i64, Bound<'py, PyAny>)>,
}

impl<'a, 'py> Maker<'a, 'py> {
    pub(crate) fn new(py: Python<'py>, column: &'a parsimd::Column) -> PyResult<Maker<'a, 'py>> {
        let zone = match column.column_type() {
            ColumnType::Timestamp { utc: true } => Some(PyTzInfo::utc(py)?.to_owned()),
            _ => None,
        };
        let day = (0, date(0)?);
        Ok(Maker { py, values: column.values(), validity: column.validity(), zone, day, last: None })
    }

    /// The object of row `row`.
    #[inline]
    fn make(&mut self, row: usize) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        if self.validity.is_some_and(|validity| !validity.is_valid(row)) {
            return Ok(py.None().into_bound(py));
        }
        Ok(match self.values {
            Values::Text { offsets, bytes } => {
                make::utf8(py, &bytes[offsets[row] as usize..offsets[row + 1] as usize])?.into_any()
            }
            Values::Binary { offsets, bytes } => {
                make::bytes(py, &bytes[offsets[row] as usize..offsets[row + 1] as usize])?.into_any()
            }
            Values::TextView(views) => make::utf8(py, views.bytes(row))?.into_any(),
            Values::Int64(values) => make::int(py, values[row])?.into_any(),
            Values::Float64(values) => make::float(py, values[row])?.into_any(),
            Values::Timestamp(values) => self.timestamp(values[row])?,
            Values::Date(values) => cell(py, ColumnType::Date, Cell::Date(values[row]))?,
            Values::Time(values) => cell(py, ColumnType::Time, Cell::Time(values[row]))?,
            Values::Duration(values) => duration(py, values[row])?,
            Values::Map(maps) => dict(py, maps.row(row))?,
            Values::Bool(values) => PyBool::new(py, values[row]).to_owned().into_any(),
            _ => return Err(error::<PyValueError>("a column of a type that is not known here")),
        })
    }

    fn timestamp(&mut self, micros: i64) -> PyResult<Bound<'py, PyAny>> {
        if let Some((last, object)) = &self.last
            && *last == micros
        {
            return Ok(object.clone());
        }
        let days = micros.div_euclid(DAY);
        if self.day.0 != days {
            self.day = (days, date(days)?);
        }
        let Date { year, month, day } = self.day.1;
        let (hour, minute, second, micro) = clock(micros.rem_euclid(DAY));
        let object = PyDateTime::new(self.py, year, month, day, hour, minute, second, micro, self.zone.as_ref())?;
        self.last = Some((micros, object.clone().into_any()));
        Ok(object.into_any())
    }
}

/// The values of `rows`, as a list. Signals and other threads are let through on the way.
pub(crate) fn list<'py>(
    py: Python<'py>,
    mut maker: Maker<'_, 'py>,
    rows: Range<usize>,
) -> PyResult<Bound<'py, PyList>> {
    let mut checkpoint = Checkpoint::new();
    make::list(
        py,
        rows.map(|row| {
            checkpoint.pass(py)?;
            maker.make(row)
        }),
    )
}

/// The values of a row, as a tuple. Dicts, which `kv` makes, may be changed to lead back to it; no other value may.
pub(crate) fn row_tuple<'py>(
    py: Python<'py>,
    values: impl ExactSizeIterator<Item = PyResult<Bound<'py, PyAny>>>,
    has_dicts: bool,
) -> PyResult<Bound<'py, PyTuple>> {
    if has_dicts { make::tuple(py, values) } else { make::plain_tuple(py, values) }
}

/// `rows`, as a list of tuples. Signals and other threads are let through on the way.
pub(crate) fn tuples<'py>(
    py: Python<'py>,
    mut makers: Vec<Maker<'_, 'py>>,
    rows: Range<usize>,
    has_dicts: bool,
) -> PyResult<Bound<'py, PyList>> {
    let mut checkpoint = Checkpoint::new();
    make::list(
        py,
        rows.map(|row| {
            checkpoint.pass(py)?;
            let values = makers.iter_mut().map(|maker| maker.make(row));
            Ok(row_tuple(py, values, has_dicts)?.into_any())
        }),
    )
}

/// `rows`, as a list of dicts. Signals and other threads are let through on the way.
pub(crate) fn dicts<'py>(
    py: Python<'py>,
    names: Vec<Bound<'py, PyString>>,
    mut makers: Vec<Maker<'_, 'py>>,
    rows: Range<usize>,
) -> PyResult<Bound<'py, PyList>> {
    // A copy has room for all of them, and their names.
    let empty = make::dict(py)?;
    for name in &names {
        empty.set_item(name, py.None())?;
    }
    let mut checkpoint = Checkpoint::new();
    make::list(
        py,
        rows.map(|row| {
            checkpoint.pass(py)?;
            let dict = empty.copy()?;
            for (name, maker) in names.iter().zip(&mut makers) {
                dict.set_item(name, maker.make(row)?)?;
            }
            Ok(dict.into_any())
        }),
    )
}

/// `{"a[b]": 1}` → `{"a": {"b": 1}}`.
#[pyfunction]
pub(crate) fn expand_names<'py>(named: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyDict>> {
    let py = named.py();
    let expanded = make::dict(py)?;
    for (name, value) in named {
        let name = name.cast_into::<PyString>()?;
        let Ok(text) = name.to_str() else {
            expanded.set_item(name, value)?;
            continue;
        };
        let (base, keys) = text.split_at(text.find('[').unwrap_or(text.len()));
        let mut inner = expanded.clone().into_any();
        let mut key = base;
        for next in subkeys(keys) {
            let (key_of, empty) = (make::text(py, key)?, make::dict(py)?);
            inner = capi::call_method(&inner, name!(py, "setdefault"), &[key_of.as_any(), empty.as_any()])?;
            key = next;
        }
        inner.set_item(make::text(py, key)?, value)?;
    }
    Ok(expanded)
}

/// The `b` and `c` of `[b][c]`.
fn subkeys(mut text: &str) -> Vec<&str> {
    let mut keys = Vec::new();
    while let Some(open) = text.find('[') {
        text = &text[open + 1..];
        match text.find(']') {
            Some(close) if close > 0 => {
                keys.push(&text[..close]);
                text = &text[close + 1..];
            }
            Some(_) => {}
            None => break,
        }
    }
    keys
}
