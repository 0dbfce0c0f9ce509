//! Values → Python objects, and what of objects only CPython's own functions can say.

use parsimd::{BigInt, Cell, ColumnType, Date, Time, Value};
use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    ffi, intern,
    prelude::*,
    sync::PyOnceLock,
    types::{PyDate, PyDateTime, PyDict, PyFloat, PyInt, PyString, PyTime, PyType, PyTzInfo},
};

/// A string and its text, if that is ASCII.
///
/// # Errors
/// TypeError: not a string.
pub(crate) fn ascii<'a, 'py>(string: &'a Bound<'py, PyAny>) -> PyResult<Option<(&'a Bound<'py, PyString>, &'a str)>> {
    let Ok(string) = string.cast::<PyString>() else {
        return Err(PyTypeError::new_err(format!("expected a string, got {}", string.get_type().name()?)));
    };
    // Looking at the bytes of another string would make it keep a copy in UTF-8.
    if is_ascii(string)? { Ok(Some((string, string.to_str()?))) } else { Ok(None) }
}

#[cfg(not(Py_3_14))]
#[allow(unsafe_code)]
fn is_ascii(string: &Bound<'_, PyString>) -> PyResult<bool> {
    #[cfg(not(Py_3_12))]
    // SAFETY: it is a string, as its type says. Before 3.12 a string may be in a form without this bit until it is made ready.
    if unsafe { ffi::PyUnicode_READY(string.as_ptr()) } != 0 {
        return Err(PyErr::fetch(string.py()));
    }
    // SAFETY: it is a string, as its type says, and ready.
    Ok(unsafe { ffi::PyUnicode_IS_ASCII(string.as_ptr()) } != 0)
}

/// From 3.14 on the bit is CPython's own.
#[cfg(Py_3_14)]
fn is_ascii(string: &Bound<'_, PyString>) -> PyResult<bool> {
    string.call_method0(intern!(string.py(), "isascii"))?.extract()
}

/// Takes a new object from the lists of the garbage collector, which would walk over it again and again.
///
/// What it holds must not lead back to it, until [`track`] is called.
#[allow(unsafe_code)]
pub(crate) fn untrack(object: &Bound<'_, PyAny>) {
    // SAFETY: every class of pyo3 is made with the flag of the garbage collector, and untracking what is untracked does nothing.
    unsafe { ffi::PyObject_GC_UnTrack(object.as_ptr().cast()) }
}

/// Puts an object back on these lists.
///
/// Two threads must not do so at the same time.
#[allow(unsafe_code)]
pub(crate) fn track(object: &Bound<'_, PyAny>) {
    // SAFETY: as for `untrack`; tracking what is tracked would be an error, so it is asked first.
    unsafe {
        if ffi::PyObject_GC_IsTracked(object.as_ptr()) == 0 {
            ffi::PyObject_GC_Track(object.as_ptr().cast());
        }
    }
}

/// What `object.__setattr__` does (without a value `object.__delattr__`): CPython refuses these for classes with a way of their own.
#[allow(unsafe_code)]
pub(crate) fn set_attribute(
    object: &Bound<'_, PyAny>,
    name: &Bound<'_, PyString>,
    value: Option<&Bound<'_, PyAny>>,
) -> PyResult<()> {
    let value = value.map_or(std::ptr::null_mut(), Bound::as_ptr);
    // SAFETY: the object, the name, which is a string, and the value are alive for the call; null means deletion.
    match unsafe { ffi::PyObject_GenericSetAttr(object.as_ptr(), name.as_ptr(), value) } {
        0 => Ok(()),
        _ => Err(PyErr::fetch(object.py())),
    }
}

/// The object for a value that was read from `text`; `tz_class` makes the objects for offsets.
pub(crate) fn value<'py>(
    py: Python<'py>,
    value: Value<'_>,
    text: &str,
    tz_class: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Text(text) => PyString::new(py, text).into_any(),
        Value::Int(int) => int.into_pyobject(py)?.into_any(),
        Value::BigInt(big) => big_int(py, &big)?,
        Value::Float(float) => PyFloat::new(py, float).into_any(),
        Value::Decimal(text) => decimal(py)?.call1((text,))?,
        Value::DateTime(moment) => {
            let zone = zone(moment.time, text, tz_class)?;
            let Date { year, month, day } = moment.date;
            let Time { hour, minute, second, microsecond, .. } = moment.time;
            PyDateTime::new(py, year, month, day, hour, minute, second, microsecond, zone.as_ref())?.into_any()
        }
        Value::Time(time) => {
            let zone = zone(time, text, tz_class)?;
            PyTime::new(py, time.hour, time.minute, time.second, time.microsecond, zone.as_ref())?.into_any()
        }
        Value::Date(date) => PyDate::new(py, date.year, date.month, date.day)?.into_any(),
        _ => return Err(PyValueError::new_err("a value of a kind that is not known here")),
    })
}

fn big_int<'py>(py: Python<'py>, big: &BigInt) -> PyResult<Bound<'py, PyAny>> {
    let sign = if big.negative { "-" } else { "" };
    py.get_type::<PyInt>().call1((format!("{sign}{}", big.digits), big.base))
}

fn decimal(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static DECIMAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    DECIMAL.import(py, "decimal", "Decimal")
}

/// The object for an offset. Its name is what stands in the text: `+0100`, or `UTC` for `Z`.
fn zone<'py>(time: Time, text: &str, tz_class: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyTzInfo>>> {
    let Some(seconds) = time.offset else { return Ok(None) };
    let name = if text.ends_with(['Z', 'z']) { "UTC" } else { &text[text.rfind(['+', '-']).unwrap_or(0)..] };
    Ok(Some(tz_class.call1((seconds / 60, name))?.cast_into::<PyTzInfo>()?))
}

/// The object for a value of a column.
pub(crate) fn cell<'py>(py: Python<'py>, kind: ColumnType, cell: Cell<'_>) -> PyResult<Bound<'py, PyAny>> {
    Ok(match cell {
        Cell::Null => py.None().into_bound(py),
        Cell::Text(text) => PyString::new(py, text).into_any(),
        Cell::Int64(int) => int.into_pyobject(py)?.into_any(),
        Cell::Float64(float) => PyFloat::new(py, float).into_any(),
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
        _ => return Err(PyValueError::new_err("a column of a type that is not known here")),
    })
}

/// A day, in microseconds.
const DAY: i64 = 86_400_000_000;

fn date(days: i64) -> PyResult<Date> {
    Date::from_days(days).ok_or_else(|| PyValueError::new_err("a day outside of the years 1 to 9999"))
}

/// Hour, minute, second and microsecond of microseconds since midnight.
fn clock(micros: i64) -> (u8, u8, u8, u32) {
    let seconds = micros / 1_000_000;
    let part = |unit: i64, of: i64| (seconds / unit % of) as u8;
    (part(3600, 24), part(60, 60), part(1, 60), (micros % 1_000_000) as u32)
}

/// `{"a[b]": 1}` → `{"a": {"b": 1}}`.
#[pyfunction]
pub(crate) fn expand_names<'py>(named: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyDict>> {
    let py = named.py();
    let expanded = PyDict::new(py);
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
            inner = inner.call_method1(intern!(py, "setdefault"), (key, PyDict::new(py)))?;
            key = next;
        }
        inner.set_item(key, value)?;
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
