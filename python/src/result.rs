//! `Result`: the values of a match, made when they are read.
//!
//! To Python it is a plain object with the attributes `fixed`, `named` and `spans`, whose `__dict__` has these and any others
//! that are set. One that a match has made holds the text and the spans, from which the attributes are made one by one when they
//! are asked for; whoever asks for `__dict__`, sets another attribute or deletes one gets a real dict, which is then the only
//! place where they are kept.
//!
//! Values can be made late because that cannot be seen: a match is given as a `Result` only when each of its values is known
//! to exist. What calls Python code that programs can see, a converter of their own, is made with the match.
//!
//! As long as none of the attributes has been made, a result holds a text and the fields of a pattern, and nothing that could
//! lead back to it: the garbage collector need not know of it. That halves what a result costs.

use std::sync::{Mutex, MutexGuard, PoisonError};

use parsimd::{NOWHERE, Value, ValueKind};
use pyo3::{
    PyTraverseError, PyVisit,
    exceptions::{PyAttributeError, PyKeyError, PyTypeError},
    intern,
    prelude::*,
    types::{PyDict, PyInt, PySlice, PyString, PyTuple, PyType},
};

use crate::objects;

/// The span of a match or a field, in bytes; [`NOWHERE`] for a group that took no part.
pub(crate) type Span = (usize, usize);

/// The fields of a pattern, as its results need them.
#[pyclass(frozen, module = "parsimd._parsimd")]
pub(crate) struct Fields {
    pub(crate) pattern: parsimd::Pattern,
    /// What each field is.
    pub(crate) kinds: Vec<ValueKind>,
    /// The positional fields, by their number in the format.
    pub(crate) fixed: Vec<usize>,
    /// The named ones, and their names.
    pub(crate) named: Vec<(usize, Py<PyString>)>,
    pub(crate) has_nested_names: bool,
    /// Whether the value of a field is text or a number, which cannot lead anywhere.
    is_plain: Vec<bool>,
    tz_class: Py<PyAny>,
}

impl Fields {
    pub(crate) fn new(py: Python<'_>, pattern: parsimd::Pattern, tz_class: Py<PyAny>) -> Fields {
        let (mut fixed, mut named) = (Vec::new(), Vec::new());
        for (at, field) in pattern.fields().iter().enumerate() {
            match field.name() {
                Some(name) => named.push((at, PyString::intern(py, name).unbind())),
                None => fixed.push(at),
            }
        }
        let has_nested_names = pattern.fields().iter().any(|field| field.name().is_some_and(|name| name.contains('[')));
        let kinds: Vec<_> = pattern.fields().iter().map(|field| field.kind().clone()).collect();
        let is_plain = |kind| matches!(kind, &ValueKind::Text | &ValueKind::Integer { .. } | &ValueKind::Float);
        let is_plain = kinds.iter().map(is_plain).collect();
        Fields { pattern, kinds, fixed, named, has_nested_names, is_plain, tz_class }
    }

    /// The field that `item` names, if it is the name itself or the number of a positional field, and the attribute that has its value.
    fn field(&self, item: &Bound<'_, PyAny>) -> Option<(usize, Attribute)> {
        if let Some((field, _)) = self.named.iter().find(|(_, name)| name.is(item)) {
            return Some((*field, Attribute::Named)).filter(|_| !self.has_nested_names);
        }
        let number: usize = item.cast_exact::<PyInt>().ok()?.extract().ok()?;
        Some((*self.fixed.get(number)?, Attribute::Fixed))
    }

    /// The tuple of the positional values.
    pub(crate) fn fixed<'py>(
        &self,
        py: Python<'py>,
        mut value: impl FnMut(usize) -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        if self.fixed.is_empty() {
            return Ok(PyTuple::empty(py));
        }
        PyTuple::new(py, self.fixed.iter().map(|&at| value(at)).collect::<PyResult<Vec<_>>>()?)
    }

    /// The dict of the named values.
    pub(crate) fn named<'py>(
        &self,
        py: Python<'py>,
        mut value: impl FnMut(usize) -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let named = PyDict::new(py);
        for (at, name) in &self.named {
            named.set_item(name, value(*at)?)?;
        }
        if self.has_nested_names { objects::expand_names(&named) } else { Ok(named) }
    }
}

/// Where a match was found: the spans of the whole, then of each field.
pub(crate) enum Found {
    /// One with few fields.
    Few(Text, [Span; FEW]),
    One(Text, Vec<Span>),
    /// One of many: its spans begin at this place.
    Row(Py<Matches>, usize),
}

/// Room for the whole match and four fields.
const FEW: usize = 5;

/// The text that was searched. It is ASCII, so that a byte is a character.
pub(crate) struct Text {
    pub(crate) fields: Py<Fields>,
    pub(crate) text: Py<PyString>,
    /// Of dates that are written without one.
    pub(crate) year: i32,
}

/// Matches that were found one after the other.
#[pyclass(frozen, module = "parsimd._parsimd")]
pub(crate) struct Matches {
    pub(crate) text: Text,
    /// Those of one match after those of another.
    pub(crate) spans: Vec<Span>,
}

/// The spans of a match, alone.
pub(crate) enum Alone {
    Few([Span; FEW]),
    Any(Vec<Span>),
}

impl Alone {
    /// The first match in an ASCII text, from byte `start` on, or, when `whole`, that of all of it.
    pub(crate) fn find(
        pattern: &parsimd::Pattern,
        text: &str,
        start: usize,
        whole: bool,
    ) -> parsimd::Result<Option<Alone>> {
        let count = pattern.fields().len();
        if count >= FEW {
            let mut spans = vec![NOWHERE; count + 1];
            let is_found = pattern.spans_in_ascii(text, start, whole, &mut 0, &mut spans)?;
            return Ok(is_found.then_some(Alone::Any(spans)));
        }
        let mut spans = [NOWHERE; FEW];
        let is_found = pattern.spans_in_ascii(text, start, whole, &mut 0, &mut spans)?;
        Ok(is_found.then_some(Alone::Few(spans)))
    }

    pub(crate) fn found(self, text: Text) -> Found {
        match self {
            Alone::Few(spans) => Found::Few(text, spans),
            Alone::Any(spans) => Found::One(text, spans),
        }
    }
}

impl Found {
    fn parts(&self) -> (&Text, &[Span]) {
        match self {
            Found::Few(text, spans) => (text, spans),
            Found::One(text, spans) => (text, spans),
            Found::Row(matches, from) => (&matches.get().text, &matches.get().spans[*from..]),
        }
    }

    pub(crate) fn fields(&self) -> &Fields {
        self.parts().0.fields.get()
    }

    /// True when every field took part, and every value exists and is one that the native engine makes.
    ///
    /// `checked` are the fields whose text may be no value of their type.
    pub(crate) fn is_sound(&self, py: Python<'_>, checked: &[usize]) -> PyResult<bool> {
        let (text, spans) = self.parts();
        let fields = text.fields.get();
        let source = text.text.bind(py).to_str()?;
        let count = fields.kinds.len();
        Ok(spans[1..=count].iter().all(|&span| span != NOWHERE)
            && checked.iter().all(|&index| {
                let (start, end) = spans[index + 1];
                let value = fields.pattern.field_value(index, &source[start..end], text.year);
                matches!(value, Ok(Some(value)) if !matches!(value, Value::BigInt(_)))
            }))
    }

    /// The text of a field.
    pub(crate) fn text<'a>(&'a self, py: Python<'a>, index: usize) -> PyResult<&'a str> {
        let (text, spans) = self.parts();
        let (start, end) = spans[index + 1];
        Ok(&text.text.bind(py).to_str()?[start..end])
    }

    /// The value of a field of a match that is sound.
    pub(crate) fn value<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyAny>> {
        let (Text { fields, year, .. }, text) = (self.parts().0, self.text(py, index)?);
        let fields = fields.get();
        if fields.kinds[index] == ValueKind::Text {
            return Ok(PyString::new(py, text).into_any());
        }
        match fields.pattern.field_value(index, text, *year) {
            Ok(Some(value)) => objects::value(py, value, text, fields.tz_class.bind(py)),
            _ => Ok(py.None().into_bound(py)),
        }
    }

    fn spans<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (text, spans) = self.parts();
        let (fields, dict) = (text.fields.get(), PyDict::new(py));
        for (index, name) in &fields.named {
            dict.set_item(name, spans[index + 1])?;
        }
        for (number, index) in fields.fixed.iter().enumerate() {
            dict.set_item(number, spans[index + 1])?;
        }
        Ok(dict)
    }
}

/// An attribute that every result has.
#[derive(Clone, Copy)]
enum Attribute {
    Fixed,
    Named,
    Spans,
}

impl Attribute {
    const ALL: [Attribute; 3] = [Attribute::Fixed, Attribute::Named, Attribute::Spans];

    fn name(self) -> &'static str {
        match self {
            Attribute::Fixed => "fixed",
            Attribute::Named => "named",
            Attribute::Spans => "spans",
        }
    }

    fn of(name: &str) -> Option<Attribute> {
        Attribute::ALL.into_iter().find(|attribute| attribute.name() == name)
    }
}

/// What was made or set so far.
#[derive(Default)]
struct Kept {
    attributes: [Option<Py<PyAny>>; 3],
    /// The values that were read one by one, by the number of their field: text and numbers, which the garbage collector need not see.
    /// They hold as long as the attribute that has them was not made.
    values: [Option<Py<PyAny>>; FEW - 1],
    /// Where it is, everything is kept here and nowhere else.
    dict: Option<Py<PyDict>>,
}

/// The values of a match.
///
/// ``result[0]`` and ``result[1:]`` give positional fields, ``result["name"]`` named ones; ``"name" in result`` asks for one.
/// ``fixed`` is the tuple of positional values, ``named`` the dict of named ones, ``spans`` where each stands in the text, in
/// characters, by name and by number.
#[pyclass(frozen, subclass, weakref, module = "parsimd")]
pub(crate) struct Result {
    found: Option<Found>,
    kept: Mutex<Kept>,
}

impl Result {
    /// A result whose values are made later.
    pub(crate) fn late<'py>(py: Python<'py>, found: Found) -> PyResult<Bound<'py, PyAny>> {
        let result = Bound::new(py, Result { found: Some(found), kept: Mutex::default() })?.into_any();
        objects::untrack(&result);
        Ok(result)
    }

    /// A result whose values are there; its spans are made later.
    pub(crate) fn ready<'py>(
        py: Python<'py>,
        found: Found,
        fixed: Bound<'py, PyTuple>,
        named: Bound<'py, PyDict>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let attributes = [Some(fixed.into_any().unbind()), Some(named.into_any().unbind()), None];
        let kept = Mutex::new(Kept { attributes, ..Kept::default() });
        Ok(Bound::new(py, Result { found: Some(found), kept })?.into_any())
    }

    /// Held for a moment only: no object is made or dropped under it.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn dict_if_any<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyDict>> {
        self.kept().dict.as_ref().map(|dict| dict.clone_ref(py).into_bound(py))
    }
}

type This<'a, 'py> = &'a Bound<'py, Result>;

fn no_attribute(this: This<'_, '_>, name: &str) -> PyErr {
    let class = this.get_type().name().map_or_else(|_| "Result".to_owned(), |name| name.to_string());
    PyAttributeError::new_err(format!("'{class}' object has no attribute '{name}'"))
}

/// The attribute, made if need be.
fn get<'py>(this: This<'_, 'py>, which: Attribute) -> PyResult<Bound<'py, PyAny>> {
    let py = this.py();
    let result = this.get();
    let made = {
        let kept = result.kept();
        if let Some(made) = &kept.attributes[which as usize] {
            return Ok(made.clone_ref(py).into_bound(py));
        }
        kept.dict.as_ref().map(|dict| dict.clone_ref(py).into_bound(py))
    };
    if let Some(dict) = made {
        return dict.get_item(which.name())?.ok_or_else(|| no_attribute(this, which.name()));
    }
    let Some(found) = &result.found else { return Err(no_attribute(this, which.name())) };
    // What was read before stays the same object.
    let value = |at: usize| {
        let read = result.kept().values.get(at).and_then(Option::as_ref).map(|value| value.clone_ref(py));
        read.map_or_else(|| found.value(py, at), |value| Ok(value.into_bound(py)))
    };
    let made = match which {
        Attribute::Fixed => found.fields().fixed(py, value)?.into_any(),
        Attribute::Named => found.fields().named(py, value)?.into_any(),
        Attribute::Spans => found.spans(py)?.into_any(),
    };
    let mut kept = result.kept();
    objects::track(this);
    // Another thread may have been faster.
    Ok(kept.attributes[which as usize].get_or_insert_with(|| made.clone().unbind()).clone_ref(py).into_bound(py))
}

/// One value, without the attribute that has it and the others; none where that was made, or must be.
fn one<'py>(this: This<'_, 'py>, item: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = this.py();
    let result = this.get();
    let Some(found) = &result.found else { return Ok(None) };
    let Some((field, which)) = found.fields().field(item) else { return Ok(None) };
    if field >= FEW - 1 || !found.fields().is_plain[field] {
        return Ok(None);
    }
    let has_place = |kept: &Kept| kept.dict.is_none() && kept.attributes[which as usize].is_none();
    {
        let kept = result.kept();
        if !has_place(&kept) {
            return Ok(None);
        }
        if let Some(value) = &kept.values[field] {
            return Ok(Some(value.clone_ref(py).into_bound(py)));
        }
    }
    let made = found.value(py, field)?;
    let mut kept = result.kept();
    // Another thread may have been faster.
    if !has_place(&kept) {
        return Ok(None);
    }
    Ok(Some(kept.values[field].get_or_insert_with(|| made.clone().unbind()).clone_ref(py).into_bound(py)))
}

/// The dict of all attributes, which keeps them from now on.
fn dict<'py>(this: This<'_, 'py>) -> PyResult<Bound<'py, PyDict>> {
    let py = this.py();
    let result = this.get();
    if let Some(dict) = result.dict_if_any(py) {
        return Ok(dict);
    }
    let dict = PyDict::new(py);
    for attribute in Attribute::ALL {
        if let Ok(value) = get(this, attribute) {
            dict.set_item(attribute.name(), value)?;
        }
    }
    keep_dict(this, dict.clone());
    Ok(dict)
}

fn keep_dict<'py>(this: This<'_, 'py>, dict: Bound<'py, PyDict>) {
    let now = Kept { dict: Some(dict.unbind()), ..Kept::default() };
    let mut kept = this.get().kept();
    objects::track(this);
    let before = std::mem::replace(&mut *kept, now);
    drop(kept);
    drop(before);
}

fn set<'py>(this: This<'_, 'py>, which: Attribute, value: &Bound<'py, PyAny>) -> PyResult<()> {
    if let Some(dict) = this.get().dict_if_any(this.py()) {
        return dict.set_item(which.name(), value);
    }
    let value = Some(value.clone().unbind());
    let mut kept = this.get().kept();
    objects::track(this);
    let before = std::mem::replace(&mut kept.attributes[which as usize], value);
    drop(kept);
    drop(before);
    Ok(())
}

/// True for an object of this class itself. One of a subclass has a `__dict__` of its own for further attributes.
fn is_plain(this: This<'_, '_>) -> bool {
    this.get_type().is(PyType::new::<Result>(this.py()))
}

#[pymethods]
impl Result {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs), text_signature = "(fixed, named, spans)")]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Result {
        Result { found: None, kept: Mutex::default() }
    }

    fn __init__<'py>(
        slf: &Bound<'py, Self>,
        fixed: &Bound<'py, PyAny>,
        named: &Bound<'py, PyAny>,
        spans: &Bound<'py, PyAny>,
    ) -> PyResult<()> {
        set(slf, Attribute::Fixed, fixed)?;
        set(slf, Attribute::Named, named)?;
        set(slf, Attribute::Spans, spans)
    }

    /// The positional values.
    #[getter]
    fn fixed<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        get(slf, Attribute::Fixed)
    }

    /// The named values.
    #[getter]
    fn named<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        get(slf, Attribute::Named)
    }

    /// Where each value stands in the text, in characters: start and end by name, and by number.
    #[getter]
    fn spans<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        get(slf, Attribute::Spans)
    }

    #[getter]
    fn __dict__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        dict(slf)
    }

    /// Asked where there is no such attribute in the class.
    fn __getattr__<'py>(slf: &Bound<'py, Self>, name: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
        let found = match slf.get().dict_if_any(slf.py()) {
            Some(dict) => dict.get_item(name)?,
            None => None,
        };
        found.ok_or_else(|| no_attribute(slf, &name.to_string_lossy()))
    }

    fn __setattr__<'py>(
        slf: &Bound<'py, Self>,
        name: &Bound<'py, PyString>,
        value: &Bound<'py, PyAny>,
    ) -> PyResult<()> {
        let text = name.to_string_lossy();
        match Attribute::of(&text) {
            Some(which) => set(slf, which, value),
            None if text == "__dict__" && is_plain(slf) => {
                keep_dict(slf, value.cast::<PyDict>()?.clone());
                Ok(())
            }
            None if is_plain(slf) && !text.starts_with("__") => dict(slf)?.set_item(name, value),
            None => objects::set_attribute(slf, name, Some(value)),
        }
    }

    fn __delattr__<'py>(slf: &Bound<'py, Self>, name: &Bound<'py, PyString>) -> PyResult<()> {
        let text = name.to_string_lossy();
        if Attribute::of(&text).is_none() && !is_plain(slf) {
            return objects::set_attribute(slf, name, None);
        }
        let py = slf.py();
        dict(slf)?
            .del_item(name)
            .map_err(|error| if error.is_instance_of::<PyKeyError>(py) { no_attribute(slf, &text) } else { error })
    }

    fn __getitem__<'py>(slf: &Bound<'py, Self>, item: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        if let Some(value) = one(slf, item)? {
            return Ok(value);
        }
        if item.is_instance_of::<PyInt>() || item.is_instance_of::<PySlice>() {
            get(slf, Attribute::Fixed)?.get_item(item)
        } else {
            get(slf, Attribute::Named)?.get_item(item)
        }
    }

    fn __contains__<'py>(slf: &Bound<'py, Self>, name: &Bound<'py, PyAny>) -> PyResult<bool> {
        get(slf, Attribute::Named)?.contains(name)
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let (fixed, named) = (get(slf, Attribute::Fixed)?.repr()?, get(slf, Attribute::Named)?.repr()?);
        Ok(format!("<{} {fixed} {named}>", slf.get_type().name()?))
    }

    /// As of a plain object: its class, and its attributes.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let py = slf.py();
        let state = PyDict::new(py);
        for attribute in Attribute::ALL {
            if let Ok(value) = get(slf, attribute) {
                state.set_item(attribute.name(), value)?;
            }
        }
        state.update(slf.getattr(intern!(py, "__dict__"))?.cast::<PyDict>()?.as_mapping())?;
        let make = py.import("copyreg")?.getattr("__newobj__")?;
        (make, (slf.get_type(),), state).into_pyobject(py)
    }

    fn __setstate__<'py>(slf: &Bound<'py, Self>, state: &Bound<'py, PyDict>) -> PyResult<()> {
        state.iter().try_for_each(|(name, value)| match name.cast::<PyString>() {
            Ok(name) => slf.setattr(name, value),
            Err(_) => Err(PyTypeError::new_err("the names of attributes are strings")),
        })
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        // Nobody holds the lock while the collector runs.
        if let Ok(kept) = self.kept.try_lock() {
            kept.attributes.iter().flatten().try_for_each(|value| visit.call(value))?;
            visit.call(&kept.dict)?;
        }
        Ok(())
    }

    fn __clear__(&self) {
        let before = std::mem::take(&mut *self.kept());
        drop(before);
    }
}
