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

use parsimd::{
    Anchored, Pattern, ValueKind,
    extension::{self, ABSENT, Span},
};
use pyo3::{
    PyTraverseError, PyVisit,
    exceptions::{PyAttributeError, PyKeyError, PyTypeError},
    prelude::*,
    types::{PyDict, PyInt, PySlice, PyString, PyTuple, PyType},
};

use crate::{
    cpython::{self, Late, Release, Slot, Slots, Subscript, ZeroOption, zeroed},
    make::{self, Made, error, name},
    objects,
};

/// The fields of a pattern, as its results need them.
#[pyclass(frozen, module = "parsimd._parsimd")]
pub(crate) struct Fields {
    pub(crate) pattern: Pattern,
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
    pub(crate) fn new(py: Python<'_>, pattern: Pattern, tz_class: Py<PyAny>) -> PyResult<Fields> {
        let (mut fixed, mut named) = (Vec::new(), Vec::new());
        for (at, field) in pattern.fields().iter().enumerate() {
            match field.name() {
                Some(name) => named.push((at, make::interned(py, name)?.unbind())),
                None => fixed.push(at),
            }
        }
        let has_nested_names = pattern.fields().iter().any(|field| field.name().is_some_and(|name| name.contains('[')));
        let kinds: Vec<_> = pattern.fields().iter().map(|field| field.kind().clone()).collect();
        let is_plain = |kind| matches!(kind, &ValueKind::Text | &ValueKind::Integer { .. } | &ValueKind::Float);
        let is_plain = kinds.iter().map(is_plain).collect();
        Ok(Fields { pattern, kinds, fixed, named, has_nested_names, is_plain, tz_class })
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
        make::tuple(py, self.fixed.iter().map(|&at| value(at)))
    }

    /// The dict of the named values.
    pub(crate) fn named<'py>(
        &self,
        py: Python<'py>,
        mut value: impl FnMut(usize) -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let named = make::dict(py)?;
        for (at, name) in &self.named {
            named.set_item(name, value(*at)?)?;
        }
        if self.has_nested_names { objects::expand_names(&named) } else { Ok(named) }
    }
}

/// Where a match was found: the spans of its fields.
pub(crate) enum Found {
    /// One with few fields.
    Few(Text, [Span; FEW]),
    One(Text, Box<[Span]>),
    /// One of many: its spans begin at this place.
    Row(Py<Matches>, usize),
}

/// So many fields are few.
const FEW: usize = 4;

/// The text that was searched. It is ASCII, so that a byte is a character.
pub(crate) struct Text {
    pub(crate) fields: Py<Fields>,
    pub(crate) text: Py<PyString>,
    /// Of dates that are written without one.
    pub(crate) year: i32,
}

/// Matches that were found one after the other. Each of them is sound, as [`is_sound`] says it.
#[pyclass(frozen, module = "parsimd._parsimd")]
pub(crate) struct Matches {
    pub(crate) text: Text,
    /// Those of one match after those of another: the span of the whole, then of each field.
    pub(crate) spans: Vec<Span>,
}

impl Text {
    #[inline]
    fn release(self, py: Python<'_>) {
        self.fields.drop_ref(py);
        self.text.drop_ref(py);
    }
}

impl Slots for Matches {
    /// They hold a text, and the fields of a pattern.
    const IS_COLLECTED: bool = false;

    #[inline]
    fn release(self, py: Python<'_>) {
        self.text.release(py);
    }
}

/// The spans of a match, alone: that of the whole, then of each field.
pub(crate) enum Alone {
    Few([Span; FEW + 1]),
    Any(Vec<Span>),
}

impl Alone {
    /// The first match in an ASCII text, from byte `start` on, or, when anchored, that of all of it.
    pub(crate) fn find(
        pattern: &Pattern,
        text: &str,
        start: usize,
        anchored: Anchored,
    ) -> parsimd::Result<Option<Alone>> {
        let count = pattern.fields().len();
        if count > FEW {
            let mut spans = vec![ABSENT; count + 1];
            let is_found = extension::spans(pattern, text, start, anchored, &mut 0, &mut spans)?;
            return Ok(is_found.then_some(Alone::Any(spans)));
        }
        let mut spans = [ABSENT; FEW + 1];
        let is_found = extension::spans(pattern, text, start, anchored, &mut 0, &mut spans)?;
        Ok(is_found.then_some(Alone::Few(spans)))
    }

    pub(crate) fn spans(&self) -> &[Span] {
        match self {
            Alone::Few(spans) => spans,
            Alone::Any(spans) => spans,
        }
    }

    pub(crate) fn found(self, text: Text) -> Found {
        let [_, fields @ ..] = self.spans() else { return Found::One(text, Box::default()) };
        match fields.first_chunk() {
            Some(few) if matches!(self, Alone::Few(_)) => Found::Few(text, *few),
            _ => Found::One(text, fields.into()),
        }
    }
}

/// True when every field of a match took part, and every value exists and is one that the native engine makes.
///
/// `spans` are those of the fields in `text`; `checked` are the fields whose text may be no value of their type.
#[inline]
pub(crate) fn is_sound(pattern: &Pattern, text: &str, spans: &[Span], checked: &[usize], year: i32) -> bool {
    let fields = &spans[..pattern.fields().len()];
    fields.iter().all(|&span| span != ABSENT)
        && checked.iter().all(|&index| {
            let Span { start, end } = fields[index];
            extension::has_small_value(pattern, index, &text[start as usize..end as usize], year)
        })
}

impl Found {
    fn searched(&self) -> &Text {
        match self {
            Found::Few(text, _) | Found::One(text, _) => text,
            Found::Row(matches, _) => &matches.get().text,
        }
    }

    /// The span of a field.
    fn span(&self, index: usize) -> Span {
        match self {
            Found::Few(_, spans) => spans[index],
            Found::One(_, spans) => spans[index],
            Found::Row(matches, from) => matches.get().spans[from + 1 + index],
        }
    }

    pub(crate) fn fields(&self) -> &Fields {
        self.searched().fields.get()
    }

    /// The text of a field.
    pub(crate) fn text<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyString>> {
        cpython::part(self.searched().text.bind(py), self.span(index))
    }

    /// The value of a field of a match that is sound.
    pub(crate) fn value<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyAny>> {
        match self.fields().kinds[index] {
            ValueKind::Text => Ok(self.text(py, index)?.into_any()),
            _ => self.converted(py, index),
        }
    }

    #[inline(never)]
    fn converted<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyAny>> {
        let Text { fields, text, year } = self.searched();
        let (fields, Span { start, end }) = (fields.get(), self.span(index));
        let text = &text.bind(py).to_str()?[start as usize..end as usize];
        if let Some(short) = extension::short_integer(&fields.pattern, index, text) {
            return Ok(make::int(py, short)?.into_any());
        }
        match extension::value(&fields.pattern, index, text, *year) {
            Ok(Some(value)) => objects::value(py, value, text, fields.tz_class.bind(py)),
            _ => Ok(py.None().into_bound(py)),
        }
    }

    fn spans<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (fields, dict) = (self.fields(), make::dict(py)?);
        for (index, name) in &fields.named {
            dict.set_item(name, make::pair(py, self.span(*index))?)?;
        }
        for (number, index) in fields.fixed.iter().enumerate() {
            dict.set_item(make::unsigned(py, number as u64)?, make::pair(py, self.span(*index))?)?;
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

    fn key<'a, 'py>(self, py: Python<'py>) -> PyResult<&'a Bound<'py, PyString>> {
        Ok(match self {
            Attribute::Fixed => name!(py, "fixed"),
            Attribute::Named => name!(py, "named"),
            Attribute::Spans => name!(py, "spans"),
        })
    }

    fn of(name: &str) -> Option<Attribute> {
        Attribute::ALL.into_iter().find(|attribute| attribute.name() == name)
    }
}

/// The attributes that were made or set so far.
#[derive(Default)]
struct Kept {
    attributes: [Option<Py<PyAny>>; 3],
    /// Where it is, everything is kept here and nowhere else.
    dict: Option<Py<PyDict>>,
}

impl Release for Mutex<Kept> {
    fn release(self: Box<Self>, py: Python<'_>) {
        let Kept { attributes, dict } = self.into_inner().unwrap_or_else(PoisonError::into_inner);
        attributes.into_iter().flatten().for_each(|value| value.drop_ref(py));
        dict.into_iter().for_each(|dict| dict.drop_ref(py));
    }
}

/// The values of a match.
///
/// ``result[0]`` and ``result[1:]`` give positional fields, ``result["name"]`` named ones; ``"name" in result`` asks for one.
/// ``fixed`` is the tuple of positional values, ``named`` the dict of named ones, ``spans`` where each stands in the text, in
/// characters, by name and by number.
#[pyclass(frozen, subclass, weakref, module = "parsimd")]
pub(crate) struct Result {
    found: ZeroOption<Found>,
    /// The values that were read one by one, by the number of their field: text and numbers, which the garbage collector need not see.
    /// They hold as long as the attribute that has them was not made or set.
    values: [Slot; FEW],
    /// None as long as there is no attribute: most results never have one.
    kept: Late<Mutex<Kept>>,
}

const _: fn(Result) = |Result { found, values, kept }| zeroed((found, values, kept));

impl Slots for Result {
    const IS_COLLECTED: bool = true;

    #[inline]
    fn release(self, py: Python<'_>) {
        match self.found {
            ZeroOption::None => {}
            ZeroOption::Some(Found::Few(text, _) | Found::One(text, _)) => text.release(py),
            ZeroOption::Some(Found::Row(matches, _)) => matches.drop_ref(py),
        }
        drop(self.values);
    }
}

impl Subscript for Result {
    #[inline]
    fn quick<'py>(this: &Bound<'py, Self>, item: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
        one(this, item)
    }

    fn item<'py>(this: &Bound<'py, Self>, item: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        Result::any(this, item)
    }
}

impl Result {
    /// A result of which nothing was read.
    #[inline(always)]
    fn unread(found: ZeroOption<Found>, kept: Late<Mutex<Kept>>) -> Result {
        Result { found, values: [const { Slot::empty() }; FEW], kept }
    }

    /// Any item, of the attribute that has it.
    fn any<'py>(this: This<'_, 'py>, item: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let is_place = item.is_instance_of::<PyInt>() || item.is_instance_of::<PySlice>();
        get(this, if is_place { Attribute::Fixed } else { Attribute::Named })?.get_item(item)
    }

    /// A result whose values are made later.
    #[inline]
    pub(crate) fn late<'py>(py: Python<'py>, found: impl FnOnce() -> Found) -> PyResult<Bound<'py, PyAny>> {
        Ok(cpython::alloc(py, || Result::unread(ZeroOption::Some(found()), Late::none()))?.into_any())
    }

    /// A result whose values are there; its spans are made later.
    pub(crate) fn ready<'py>(
        py: Python<'py>,
        found: Found,
        fixed: Bound<'py, PyTuple>,
        named: Bound<'py, PyDict>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let attributes = [Some(fixed.into_any().unbind()), Some(named.into_any().unbind()), None];
        let kept = Late::new(Mutex::new(Kept { attributes, dict: None }));
        let result = cpython::alloc(py, || Result::unread(ZeroOption::Some(found), kept))?;
        cpython::track(&result);
        Ok(result.into_any())
    }

    /// What is kept, if anything. Held for a moment only: no object is made or dropped under it.
    fn kept(&self) -> Option<MutexGuard<'_, Kept>> {
        self.kept.get().map(|kept| kept.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// As [`kept`](Self::kept), where something is to be kept.
    fn keep(&self) -> MutexGuard<'_, Kept> {
        self.kept.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn dict_if_any<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyDict>> {
        self.kept()?.dict.as_ref().map(|dict| dict.clone_ref(py).into_bound(py))
    }
}

type This<'a, 'py> = &'a Bound<'py, Result>;

fn no_attribute(this: This<'_, '_>, name: &str) -> PyErr {
    let class = this.get_type().name().map_or_else(|_| "Result".to_owned(), |name| name.to_string());
    error::<PyAttributeError>(format!("'{class}' object has no attribute '{name}'"))
}

/// The attribute, made if need be.
fn get<'py>(this: This<'_, 'py>, which: Attribute) -> PyResult<Bound<'py, PyAny>> {
    let py = this.py();
    let result = this.get();
    let mut dict = None;
    if let Some(kept) = result.kept() {
        if let Some(made) = &kept.attributes[which as usize] {
            return Ok(made.clone_ref(py).into_bound(py));
        }
        dict = kept.dict.as_ref().map(|dict| dict.clone_ref(py).into_bound(py));
    }
    if let Some(dict) = dict {
        return dict.get_item(which.key(py)?)?.ok_or_else(|| no_attribute(this, which.name()));
    }
    let Some(found) = result.found.as_ref() else { return Err(no_attribute(this, which.name())) };
    // What was read before stays the same object.
    let value = |at: usize| match result.values.get(at).and_then(|slot| slot.get(py)) {
        Some(value) => Ok(value),
        None => found.value(py, at),
    };
    let made = match which {
        Attribute::Fixed => found.fields().fixed(py, value)?.into_any(),
        Attribute::Named => found.fields().named(py, value)?.into_any(),
        Attribute::Spans => found.spans(py)?.into_any(),
    };
    let mut kept = result.keep();
    cpython::track(this);
    // Making it may have let others come in between, who have made it too, or the dict.
    if let Some(dict) = &kept.dict {
        let dict = dict.clone_ref(py).into_bound(py);
        drop(kept);
        return dict.get_item(which.key(py)?)?.ok_or_else(|| no_attribute(this, which.name()));
    }
    Ok(kept.attributes[which as usize].get_or_insert_with(|| made.clone().unbind()).clone_ref(py).into_bound(py))
}

/// One value, without the attribute that has it and the others; none where that was made, or must be, if only to say what is wrong.
#[inline]
fn one<'py>(this: This<'_, 'py>, item: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
    let py = this.py();
    let result = this.get();
    let found = result.found.as_ref()?;
    let (field, which) = found.fields().field(item)?;
    let slot = result.values.get(field).filter(|_| found.fields().is_plain[field])?;
    if result.kept().is_some_and(|kept| kept.dict.is_some() || kept.attributes[which as usize].is_some()) {
        return None;
    }
    slot.get(py).or_else(|| Some(slot.keep(found.value(py, field).ok()?)))
}

/// The dict of all attributes, which keeps them from now on.
fn dict<'py>(this: This<'_, 'py>) -> PyResult<Bound<'py, PyDict>> {
    let py = this.py();
    let result = this.get();
    if let Some(dict) = result.dict_if_any(py) {
        return Ok(dict);
    }
    let dict = make::dict(py)?;
    for (attribute, value) in attributes(this)? {
        dict.set_item(attribute.key(py)?, value)?;
    }
    // Making the values may have let others come in between.
    if let Some(dict) = result.dict_if_any(py) {
        return Ok(dict);
    }
    keep_dict(this, dict.clone());
    Ok(dict)
}

/// The attributes that there are, with their values.
fn attributes<'py>(this: This<'_, 'py>) -> PyResult<Vec<(Attribute, Bound<'py, PyAny>)>> {
    let mut all = Vec::with_capacity(Attribute::ALL.len());
    for attribute in Attribute::ALL {
        match get(this, attribute) {
            Ok(value) => all.push((attribute, value)),
            Err(error) if error.is_instance_of::<PyAttributeError>(this.py()) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

fn keep_dict<'py>(this: This<'_, 'py>, dict: Bound<'py, PyDict>) {
    let now = Kept { dict: Some(dict.unbind()), ..Kept::default() };
    let mut kept = this.get().keep();
    cpython::track(this);
    let before = std::mem::replace(&mut *kept, now);
    drop(kept);
    drop(before);
}

fn set<'py>(this: This<'_, 'py>, which: Attribute, value: &Bound<'py, PyAny>) -> PyResult<()> {
    if let Some(dict) = this.get().dict_if_any(this.py()) {
        return dict.set_item(which.key(this.py())?, value);
    }
    let value = Some(value.clone().unbind());
    let mut kept = this.get().keep();
    cpython::track(this);
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
        Result::unread(ZeroOption::None, Late::none())
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
            None => cpython::set_attribute(slf, name, Some(value)),
        }
    }

    fn __delattr__<'py>(slf: &Bound<'py, Self>, name: &Bound<'py, PyString>) -> PyResult<()> {
        let text = name.to_string_lossy();
        if Attribute::of(&text).is_none() && !is_plain(slf) {
            return cpython::set_attribute(slf, name, None);
        }
        let py = slf.py();
        dict(slf)?
            .del_item(name)
            .map_err(|error| if error.is_instance_of::<PyKeyError>(py) { no_attribute(slf, &text) } else { error })
    }

    fn __getitem__<'py>(slf: &Bound<'py, Self>, item: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        one(slf, item).map_or_else(|| Result::any(slf, item), Ok)
    }

    fn __contains__<'py>(slf: &Bound<'py, Self>, name: &Bound<'py, PyAny>) -> PyResult<bool> {
        get(slf, Attribute::Named)?.contains(name)
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<Made<String>> {
        let (fixed, named) = (get(slf, Attribute::Fixed)?.repr()?, get(slf, Attribute::Named)?.repr()?);
        let (fixed, named) = (fixed.to_string_lossy(), named.to_string_lossy());
        Ok(Made(format!("<{} {fixed} {named}>", slf.get_type().name()?.to_string_lossy())))
    }

    /// As of a plain object: its class, and its attributes.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let py = slf.py();
        let state = make::dict(py)?;
        for (attribute, value) in attributes(slf)? {
            state.set_item(attribute.key(py)?, value)?;
        }
        state.update(slf.getattr(name!(py, "__dict__"))?.cast::<PyDict>()?.as_mapping())?;
        let make = make::import(py, "copyreg")?.getattr(name!(py, "__newobj__"))?;
        let arguments = make::tuple(py, [Ok(slf.get_type().into_any())])?;
        make::tuple(py, [Ok(make), Ok(arguments.into_any()), Ok(state.into_any())])
    }

    fn __setstate__<'py>(slf: &Bound<'py, Self>, state: &Bound<'py, PyDict>) -> PyResult<()> {
        state.iter().try_for_each(|(name, value)| match name.cast::<PyString>() {
            Ok(name) => slf.setattr(name, value),
            Err(_) => Err(error::<PyTypeError>("the names of attributes are strings")),
        })
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        // Nobody holds the lock while the collector runs.
        if let Some(Ok(kept)) = self.kept.get().map(|kept| kept.try_lock()) {
            kept.attributes.iter().flatten().try_for_each(|value| visit.call(value))?;
            visit.call(&kept.dict)?;
        }
        Ok(())
    }

    fn __clear__(&self) {
        let before = self.kept().map(|mut kept| std::mem::take(&mut *kept));
        drop(before);
    }
}
