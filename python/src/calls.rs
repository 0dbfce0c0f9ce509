//! `Calls`: `parse`, `search` and `findall` at the top of the package, with the cache of the parsers that they made.
//!
//! The three are bound methods of one object, so a call that finds its parser in the cache is one look into a dict and runs no frame of Python.
//! The key of a parser is its format, its converters (which they are, and their `pattern` and group count now) and whether case counts.

use pyo3::{
    PyTraverseError, PyVisit,
    exceptions::PyTypeError,
    prelude::*,
    types::{PyBool, PyDict, PyList, PyString, PyTuple},
};

use crate::{
    arguments::{Pos, Truth},
    capi,
    make::{self, name},
};

/// How many parsers are kept; the oldest makes room.
const SIZE: usize = 256;

/// The calls at the top of the package.
#[pyclass(frozen, module = "parsimd._parser")]
pub(crate) struct Calls {
    make: Py<PyAny>,
    parsers: Py<PyDict>,
}

impl Calls {
    /// The parser for a format, from the cache if it can be there.
    fn parser<'py>(
        &self,
        format: &Bound<'py, PyAny>,
        types: Option<&Bound<'py, PyAny>>,
        case_sensitive: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = format.py();
        // No converters, in each way to write it. A mapping of the program's own may have converters that it does not count.
        let types = match types {
            Some(types) if is_of_python(types) && !types.is_truthy()? => None,
            types => types,
        };
        let make = |types: Option<&Bound<'py, PyAny>>| {
            let (none, case_sensitive) = (py.None().into_bound(py), PyBool::new(py, case_sensitive));
            capi::call(self.make.bind(py), &[format, types.unwrap_or(&none), case_sensitive.as_any()])
        };
        // What compares and hashes in a way of its own is nothing for a cache.
        if format.cast_exact::<PyString>().is_err() {
            return make(types);
        }
        let (key, types) = match types {
            None if !case_sensitive => (format.clone(), None),
            None => (make::tuple(py, [Ok(format.clone()), Ok(boolean(py, case_sensitive))])?.into_any(), None),
            Some(given) => {
                let Ok(given) = given.cast_exact::<PyDict>() else { return make(types) };
                // The parser keeps the converters, so that their ids stay theirs, and nothing that happens to this dict later.
                let types = given.copy()?;
                (types_key(format, &types, case_sensitive)?.into_any(), Some(types.into_any()))
            }
        };
        let parsers = self.parsers.bind(py);
        match parsers.get_item(&key) {
            Ok(Some(parser)) => return Ok(parser),
            Ok(None) => {}
            // A converter may have any attributes.
            Err(error) if error.is_instance_of::<PyTypeError>(py) => return make(types.as_ref()),
            Err(error) => return Err(error),
        }
        let parser = make(types.as_ref())?;
        if parsers.len() >= SIZE
            && let Some(oldest) = parsers.as_any().try_iter()?.next()
        {
            // Another thread may have been faster.
            capi::call_method(parsers.as_any(), name!(py, "pop"), &[&oldest?, &py.None().into_bound(py)])?;
        }
        parsers.set_item(key, &parser)?;
        Ok(parser)
    }
}

/// Whether something is of a class of Python's own, and says of itself whether it is empty.
fn is_of_python(object: &Bound<'_, PyAny>) -> bool {
    object.is_none()
        || object.is_exact_instance_of::<PyDict>()
        || object.is_exact_instance_of::<PyList>()
        || object.is_exact_instance_of::<PyTuple>()
        || object.is_exact_instance_of::<PyString>()
        || object.is_exact_instance_of::<PyBool>()
}

/// Converters as part of a key: which they are, and what they match at present.
fn types_key<'py>(
    format: &Bound<'py, PyAny>,
    types: &Bound<'py, PyDict>,
    case_sensitive: bool,
) -> PyResult<Bound<'py, PyTuple>> {
    let py = format.py();
    let attribute = |converter: &Bound<'py, PyAny>, name: &Bound<'py, PyString>| {
        Ok::<_, PyErr>(converter.getattr_opt(name)?.unwrap_or_else(|| py.None().into_bound(py)))
    };
    let mut key = Vec::with_capacity(2 + 4 * types.len());
    key.push(format.clone());
    key.push(boolean(py, case_sensitive));
    for (name, converter) in types {
        key.push(name);
        key.push(make::unsigned(py, converter.as_ptr().addr() as u64)?.into_any());
        key.push(attribute(&converter, name!(py, "pattern"))?);
        key.push(attribute(&converter, name!(py, "regex_group_count"))?);
    }
    make::tuple(py, key.into_iter().map(Ok))
}

fn boolean(py: Python<'_>, value: bool) -> Bound<'_, PyAny> {
    PyBool::new(py, value).to_owned().into_any()
}

#[pymethods]
impl Calls {
    /// `make` gives a parser for a format, types, and whether case matters.
    #[new]
    fn new(py: Python<'_>, make: Py<PyAny>) -> PyResult<Calls> {
        Ok(Calls { make, parsers: make::dict(py)?.unbind() })
    }

    /// Matches the whole of ``string`` against ``format``: a `Result`, or None. Compiled formats are kept in a cache.
    ///
    /// >>> import parsimd
    /// >>> parsimd.parse("The {} who says {}", "The knights who says Ni!")
    /// <Result ('knights', 'Ni!') {}>
    #[pyo3(
        signature = (format, string, extra_types = None, evaluate_result = Truth(true), case_sensitive = Truth(false)),
        text_signature = "($self, format, string, extra_types=None, evaluate_result=True, case_sensitive=False)"
    )]
    fn parse<'py>(
        &self,
        format: &Bound<'py, PyAny>,
        string: &Bound<'py, PyAny>,
        extra_types: Option<&Bound<'py, PyAny>>,
        evaluate_result: Truth,
        case_sensitive: Truth,
    ) -> PyResult<Bound<'py, PyAny>> {
        let parser = self.parser(format, extra_types, case_sensitive.0)?;
        let py = format.py();
        let (parse, as_is) = (name!(py, "parse"), PyBool::new(py, false));
        let arguments = [string, as_is.as_any()];
        capi::call_method(&parser, parse, if evaluate_result.0 { &arguments[..1] } else { &arguments })
    }

    /// The first place in ``string``, from character ``pos`` up to ``endpos``, where ``format`` matches, or None.
    ///
    /// >>> import parsimd
    /// >>> parsimd.search("age: {:d}\n", "name: Rufus\nage: 42\ncolor: red\n")
    /// <Result (42,) {}>
    #[pyo3(
        signature = (
            format, string, pos = Pos::At(0), endpos = None, extra_types = None, evaluate_result = Truth(true),
            case_sensitive = Truth(false)
        ),
        text_signature = "($self, format, string, pos=0, endpos=None, extra_types=None, evaluate_result=True, case_sensitive=False)"
    )]
    #[allow(clippy::too_many_arguments)]
    fn search<'py>(
        &self,
        format: &Bound<'py, PyAny>,
        string: &Bound<'py, PyAny>,
        pos: Pos,
        endpos: Option<&Bound<'py, PyAny>>,
        extra_types: Option<&Bound<'py, PyAny>>,
        evaluate_result: Truth,
        case_sensitive: Truth,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = format.py();
        pos.check_is_not_types(py)?;
        let parser = self.parser(format, extra_types, case_sensitive.0)?;
        let (pos, none, evaluate) = (pos.object(py)?, py.None().into_bound(py), PyBool::new(py, evaluate_result.0));
        let arguments = [string, pos.as_any(), endpos.unwrap_or(&none), evaluate.as_any()];
        capi::call_method(&parser, name!(py, "search"), &arguments)
    }

    /// All places in ``string`` where ``format`` matches, from left to right, as an iterator.
    ///
    /// >>> import parsimd
    /// >>> [r[0] for r in parsimd.findall(">{}<", "<p>the <b>bold</b> text</p>")]
    /// ['the ', 'bold', ' text']
    #[pyo3(
        signature = (
            format, string, pos = Pos::At(0), endpos = None, extra_types = None, evaluate_result = Truth(true),
            case_sensitive = Truth(false)
        ),
        text_signature = "($self, format, string, pos=0, endpos=None, extra_types=None, evaluate_result=True, case_sensitive=False)"
    )]
    #[allow(clippy::too_many_arguments)]
    fn findall<'py>(
        &self,
        format: &Bound<'py, PyAny>,
        string: &Bound<'py, PyAny>,
        pos: Pos,
        endpos: Option<&Bound<'py, PyAny>>,
        extra_types: Option<&Bound<'py, PyAny>>,
        evaluate_result: Truth,
        case_sensitive: Truth,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = format.py();
        pos.check_is_not_types(py)?;
        let parser = self.parser(format, extra_types, case_sensitive.0)?;
        let (pos, none, evaluate) = (pos.object(py)?, py.None().into_bound(py), PyBool::new(py, evaluate_result.0));
        let arguments = [string, pos.as_any(), endpos.unwrap_or(&none), &none, evaluate.as_any()];
        capi::call_method(&parser, name!(py, "findall"), &arguments)
    }

    /// The name under which the package has it: the calls then pickle by name.
    fn __reduce__(&self) -> &'static str {
        "_calls"
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.make)?;
        visit.call(&self.parsers)
    }
}
