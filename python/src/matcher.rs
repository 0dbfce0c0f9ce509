//! `Matcher`: whole-text matching, for `Parser`.
//!
//! Every call may answer `NotImplemented`: the text is not ASCII, or something about it is best left to Python, whose `re` then
//! does the whole call again, with the same answer or the right exception.

use parsimd::{Match, Value, ValueKind};
use pyo3::{
    exceptions::PyTypeError,
    intern,
    prelude::*,
    sync::PyOnceLock,
    types::{PyDict, PyModule, PyString, PyTuple, PyType},
};

use crate::objects;

/// Matches ASCII text natively. Made by `Pattern.matcher`.
#[pyclass(frozen, module = "parsimd._parsimd")]
pub(crate) struct Matcher {
    pattern: parsimd::Pattern,
    fields: Vec<Field>,
    /// The fields in the order in which values are converted: positional ones first.
    order: Vec<usize>,
    has_nested_names: bool,
    has_moments: bool,
    result_class: Py<PyAny>,
    tz_class: Py<PyAny>,
}

struct Field {
    /// None for a positional field.
    name: Option<Py<PyString>>,
    /// A callable that takes the text.
    converter: Option<Py<PyAny>>,
}

/// What one field of a match is worth, before Python's converters are called.
enum Read<'t, 'p> {
    Value(Value<'t>),
    Call(&'p Py<PyAny>),
}

impl Matcher {
    pub(crate) fn new(
        py: Python<'_>,
        pattern: parsimd::Pattern,
        converters: Vec<Py<PyAny>>,
        result_class: Py<PyAny>,
        tz_class: Py<PyAny>,
    ) -> PyResult<Matcher> {
        let known = pattern.fields();
        let fields = known.iter().zip(converters).map(|(field, converter)| {
            let by_python = matches!(field.kind(), ValueKind::Custom(_) | ValueKind::Strptime(_));
            Field {
                name: field.name().map(|name| PyString::intern(py, name).unbind()),
                converter: by_python.then_some(converter),
            }
        });
        let fields: Vec<Field> = fields.collect();
        let mut order: Vec<usize> = (0..fields.len()).collect();
        order.sort_by_key(|&at| known[at].name().is_some());
        let has_nested_names = known.iter().any(|field| field.name().is_some_and(|name| name.contains('[')));
        let has_moments = known.iter().any(|field| matches!(field.kind(), ValueKind::Time(_)));
        Ok(Matcher { pattern, fields, order, has_nested_names, has_moments, result_class, tz_class })
    }

    /// The `Result` for a match; `None` when Python should make it.
    fn result<'py>(&self, py: Python<'py>, found: &Match<'_>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(year) = self.year(py)? else { return Ok(None) };
        // First everything that cannot be seen from outside, so that Python can still start afresh.
        let mut reads = Vec::with_capacity(self.fields.len());
        for (at, field) in self.fields.iter().enumerate() {
            reads.push(match &field.converter {
                Some(converter) => Read::Call(converter),
                None => match found.value_in_year(at, year) {
                    Ok(Some(Value::BigInt(_)) | None) | Err(_) => return Ok(None),
                    Ok(Some(value)) => Read::Value(value),
                },
            });
        }
        let tz_class = self.tz_class.bind(py);
        let mut fixed = Vec::new();
        let named = PyDict::new(py);
        let spans = PyDict::new(py);
        for &at in &self.order {
            let text = found.text(at).unwrap_or_default();
            let value = match &reads[at] {
                Read::Value(value) => objects::value(py, value.clone(), text, tz_class)?,
                Read::Call(converter) => converter.bind(py).call1((text,))?,
            };
            match &self.fields[at].name {
                Some(name) => named.set_item(name, value)?,
                None => fixed.push(value),
            }
        }
        let mut number = 0;
        for &at in self.order.iter().filter(|&&at| self.fields[at].name.is_some()).chain(&self.order) {
            let span = found.span(at).map(|span| (span.start, span.end));
            match &self.fields[at].name {
                Some(name) => spans.set_item(name, span)?,
                None => {
                    spans.set_item(number, span)?;
                    number += 1;
                }
            }
        }
        let named = if self.has_nested_names { objects::expand_names(&named)? } else { named };
        self.result_class.bind(py).call1((PyTuple::new(py, fixed)?, named, spans)).map(Some)
    }

    /// The year for dates that are written without one, where there are dates at all; `None` where the program has put a class of
    /// its own in the place of `datetime`.
    fn year(&self, py: Python<'_>) -> PyResult<Option<i32>> {
        static PACKAGE: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
        static DATETIME: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        if !self.has_moments {
            return Ok(Some(0));
        }
        let package = PACKAGE.get_or_try_init(py, || py.import("parsimd").map(Bound::unbind))?.bind(py);
        let class = package.getattr(intern!(py, "datetime"))?;
        if !class.is(DATETIME.import(py, "datetime", "datetime")?) {
            return Ok(None);
        }
        let today = class.call_method0(intern!(py, "today"))?;
        today.getattr(intern!(py, "year"))?.extract().map(Some)
    }
}

#[pymethods]
impl Matcher {
    /// Whether the pattern can match nothing at all.
    #[getter]
    fn matches_empty(&self) -> bool {
        self.pattern.plan().matches_empty()
    }

    /// The `Result` for the whole of `string`, None, or NotImplemented.
    fn parse<'py>(&self, py: Python<'py>, string: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let Some(text) = ascii(string)? else { return Ok(py.NotImplemented().into_bound(py)) };
        let result = match self.pattern.parse(text) {
            Ok(None) => return Ok(py.None().into_bound(py)),
            Ok(Some(found)) => self.result(py, &found)?,
            Err(_) => None,
        };
        Ok(result.unwrap_or_else(|| py.NotImplemented().into_bound(py)))
    }

    /// The end and the `Result` of the first match between characters `pos` and `endpos`, None, or NotImplemented.
    fn find<'py>(
        &self,
        py: Python<'py>,
        string: &Bound<'py, PyAny>,
        pos: isize,
        endpos: isize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let Some(text) = ascii(string)? else { return Ok(py.NotImplemented().into_bound(py)) };
        // Offsets are cut to the text, as `re` does it; a character is a byte here.
        let end = usize::try_from(endpos).unwrap_or(0).min(text.len());
        let start = usize::try_from(pos).unwrap_or(0).min(text.len());
        if start > end {
            return Ok(py.None().into_bound(py));
        }
        let found = match self.pattern.search_ascii_at(&text[..end], start) {
            Ok(None) => return Ok(py.None().into_bound(py)),
            Ok(Some(found)) => found,
            Err(_) => return Ok(py.NotImplemented().into_bound(py)),
        };
        match self.result(py, &found)? {
            Some(result) => Ok((found.range().end, result).into_pyobject(py)?.into_any()),
            None => Ok(py.NotImplemented().into_bound(py)),
        }
    }
}

/// The text of a string that is ASCII; `None` for another string.
fn ascii<'a>(string: &'a Bound<'_, PyAny>) -> PyResult<Option<&'a str>> {
    let Ok(string) = string.cast::<PyString>() else {
        return Err(PyTypeError::new_err(format!("expected a string, got {}", string.get_type().name()?)));
    };
    // Asking the string is free; looking at its bytes would make it keep a copy in UTF-8.
    let is_ascii: bool = string.call_method0(intern!(string.py(), "isascii"))?.extract()?;
    if is_ascii { string.to_str().map(Some) } else { Ok(None) }
}
