//! `Result`: the values of a match, made when they are read.
//!
//! To Python a result is a plain object with the attributes `fixed`, `named` and `spans`, and a `__dict__` of these and of any others that are set. A
//! match makes a result out of the text and the spans. The attributes are made from these one by one, when they are read. A program that reads
//! `__dict__`, sets another attribute or deletes one gets a real dict, which from then on is the only place where attributes are kept.
//!
//! Making values on demand cannot be seen: a match becomes a result only when each of its values is known to exist. Values that a converter of the
//! program makes are made with the match, since a program can see the call.
//!
//! While no attribute was made, a result holds a text and the fields of a pattern, which cannot lead back to it. So the garbage collector need not
//! know of it, which halves the cost of a result.

use std::sync::{Mutex, MutexGuard, PoisonError};

use parsimd::{
    Anchored, Field, Pattern, ValueKind,
    extension::{self, ABSENT, Span},
};
use pyo3::{
    PyTraverseError, PyVisit,
    exceptions::{PyAttributeError, PyIndexError, PyKeyError, PyTypeError},
    prelude::*,
    types::{PyDict, PyInt, PySlice, PyString, PyTuple, PyType},
};

use crate::{
    capi,
    cells::{ObjectCell, OnceBox, ZeroOption, assert_zeroable},
    cpython::{self, Slots, Subscript},
    error::{attribute_error, key_error, no_key, no_name},
    make::{self, Made, error, name},
    objects,
    trashcan::Release,
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
    /// Whether a field may have no value.
    is_nullable: Vec<bool>,
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
        let is_nullable = pattern.fields().iter().map(|field| field.nulls().is_some() || field.is_optional()).collect();
        Ok(Fields { pattern, kinds, fixed, named, has_nested_names, is_plain, is_nullable, tz_class })
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

/// A text and where the fields of a match stand in it.
pub(crate) enum Captures {
    /// Few fields.
    Few(Haystack, [Span; FEW]),
    One(Haystack, Box<[Span]>),
    /// One match of many: its spans begin at this place.
    Row(Py<Matches>, usize),
}

/// How many fields are few.
const FEW: usize = 4;

/// The text that was searched, with what else a value depends on. It is ASCII, so a byte is a character.
pub(crate) struct Haystack {
    pub(crate) fields: Py<Fields>,
    pub(crate) text: Py<PyString>,
    /// The year of dates that are written without one.
    pub(crate) year: i32,
}

/// Matches that were found one after the other. Each is sound: see [`is_sound`].
#[pyclass(frozen, module = "parsimd._parsimd")]
pub(crate) struct Matches {
    pub(crate) haystack: Haystack,
    /// Match after match: the span of the whole, then of each field.
    pub(crate) spans: Vec<Span>,
}

impl Haystack {
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
        self.haystack.release(py);
    }
}

/// The spans of a match, alone: that of the whole, then of each field.
pub(crate) enum MatchSpans {
    Few([Span; FEW + 1]),
    Any(Vec<Span>),
}

impl MatchSpans {
    /// The first match in an ASCII text, from byte `start` on, or, when anchored, that of all of it.
    pub(crate) fn find(
        pattern: &Pattern,
        text: &str,
        start: usize,
        anchored: Anchored,
    ) -> parsimd::Result<Option<MatchSpans>> {
        let count = pattern.fields().len();
        if count > FEW {
            let mut spans = vec![ABSENT; count + 1];
            let is_found = extension::spans(pattern, text, start, anchored, &mut 0, &mut spans)?;
            return Ok(is_found.then_some(MatchSpans::Any(spans)));
        }
        let mut spans = [ABSENT; FEW + 1];
        let is_found = extension::spans(pattern, text, start, anchored, &mut 0, &mut spans)?;
        Ok(is_found.then_some(MatchSpans::Few(spans)))
    }

    pub(crate) fn spans(&self) -> &[Span] {
        match self {
            MatchSpans::Few(spans) => spans,
            MatchSpans::Any(spans) => spans,
        }
    }

    pub(crate) fn captures(self, haystack: Haystack) -> Captures {
        let [_, fields @ ..] = self.spans() else { return Captures::One(haystack, Box::default()) };
        match fields.first_chunk() {
            Some(few) if matches!(self, MatchSpans::Few(_)) => Captures::Few(haystack, *few),
            _ => Captures::One(haystack, fields.into()),
        }
    }
}

/// True when every field of a match took part, or is optional, and every value exists and is one that the native engine makes.
///
/// `spans` are those of the fields in `text`; `checked` are the fields whose text may be no value of their type.
#[inline]
pub(crate) fn is_sound(pattern: &Pattern, text: &str, spans: &[Span], checked: &[usize], year: i32) -> bool {
    let fields = &spans[..pattern.fields().len()];
    let may_be_absent = |(span, field): (&Span, &Field)| *span != ABSENT || field.is_optional();
    // Mostly none is absent, and nothing need be looked up.
    (fields.iter().all(|&span| span != ABSENT) || fields.iter().zip(pattern.fields()).all(may_be_absent))
        && checked.iter().all(|&index| {
            let Span { start, end } = fields[index];
            fields[index] == ABSENT
                || extension::has_small_value(pattern, index, &text[start as usize..end as usize], year)
        })
}

impl Captures {
    fn haystack(&self) -> &Haystack {
        match self {
            Captures::Few(haystack, _) | Captures::One(haystack, _) => haystack,
            Captures::Row(matches, _) => &matches.get().haystack,
        }
    }

    /// The span of a field.
    fn span(&self, index: usize) -> Span {
        match self {
            Captures::Few(_, spans) => spans[index],
            Captures::One(_, spans) => spans[index],
            Captures::Row(matches, from) => matches.get().spans[from + 1 + index],
        }
    }

    pub(crate) fn fields(&self) -> &Fields {
        self.haystack().fields.get()
    }

    /// The text of a field.
    pub(crate) fn text<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyString>> {
        capi::substring(self.haystack().text.bind(py), self.span(index))
    }

    /// Whether a field stands in an optional part that is missing.
    pub(crate) fn is_absent(&self, index: usize) -> bool {
        self.span(index) == ABSENT
    }

    /// The value of a field of a match that is sound.
    pub(crate) fn value<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyAny>> {
        match self.fields().kinds[index] {
            ValueKind::Text if !self.fields().is_nullable[index] => Ok(self.text(py, index)?.into_any()),
            _ => self.converted(py, index),
        }
    }

    #[inline(never)]
    fn converted<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyAny>> {
        let span = self.span(index);
        if span == ABSENT {
            return Ok(py.None().into_bound(py));
        }
        let Haystack { fields, text, year } = self.haystack();
        let (fields, Span { start, end }) = (fields.get(), span);
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
        for (index, name) in fields.named.iter().filter(|(index, _)| !self.is_absent(*index)) {
            dict.set_item(name, make::pair(py, self.span(*index))?)?;
        }
        for (number, index) in fields.fixed.iter().enumerate().filter(|(_, index)| !self.is_absent(**index)) {
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

/// The attributes that were made or set.
#[derive(Default)]
struct Kept {
    attributes: [Option<Py<PyAny>>; 3],
    /// Where there is one, it has all attributes, and `attributes` none.
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
    captures: ZeroOption<Captures>,
    /// The values that were read one by one, by the number of their field: text and numbers, which the garbage collector need not see.
    /// They hold as long as the attribute that has them was not made or set.
    values: [ObjectCell; FEW],
    /// None as long as there is no attribute: most results never have one.
    kept: OnceBox<Mutex<Kept>>,
}

const _: fn(Result) = |Result { captures, values, kept }| assert_zeroable((captures, values, kept));

impl Slots for Result {
    const IS_COLLECTED: bool = true;

    #[inline]
    fn release(self, py: Python<'_>) {
        match self.captures {
            ZeroOption::None => {}
            ZeroOption::Some(Captures::Few(haystack, _) | Captures::One(haystack, _)) => haystack.release(py),
            ZeroOption::Some(Captures::Row(matches, _)) => matches.drop_ref(py),
        }
        drop(self.values);
    }
}

impl Subscript for Result {
    #[inline]
    fn quick<'py>(this: &Bound<'py, Self>, item: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
        single_value(this, item)
    }

    fn item<'py>(this: &Bound<'py, Self>, item: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        Result::item_of_attribute(this, item)
    }
}

/// A level of recursion for the attribute of a result where that may be another result, or lead back to this one.
///
/// # Errors
/// RecursionError.
fn level_of<'py>(values: &Bound<'py, PyAny>) -> PyResult<Option<capi::Level<'py>>> {
    let ends_here = values.is_exact_instance_of::<PyTuple>() || values.is_exact_instance_of::<PyDict>();
    (!ends_here).then(|| capi::Level::enter(values.py())).transpose()
}

impl Result {
    /// A result of which nothing was read.
    #[inline(always)]
    fn unread(captures: ZeroOption<Captures>, kept: OnceBox<Mutex<Kept>>) -> Result {
        Result { captures, values: [const { ObjectCell::empty() }; FEW], kept }
    }

    /// An item, by way of the attribute that has it.
    fn item_of_attribute<'py>(this: This<'_, 'py>, item: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let is_place = item.is_instance_of::<PyInt>() || item.is_instance_of::<PySlice>();
        let values = get(this, if is_place { Attribute::Fixed } else { Attribute::Named })?;
        let _level = level_of(&values)?;
        values.get_item(item).map_err(|error| no_item(item, &values, error).unwrap_or_else(|error| error))
    }

    /// A result whose values are made when they are read.
    #[inline(always)]
    pub(crate) fn lazy<'py>(py: Python<'py>, captures: impl FnOnce() -> Captures) -> PyResult<Bound<'py, PyAny>> {
        Ok(cpython::alloc(py, || Result::unread(ZeroOption::Some(captures()), OnceBox::empty()))?.into_any())
    }

    /// A result whose values are there; its spans are made when they are read.
    pub(crate) fn with_values<'py>(
        py: Python<'py>,
        captures: Captures,
        fixed: Bound<'py, PyTuple>,
        named: Bound<'py, PyDict>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let attributes = [Some(fixed.into_any().unbind()), Some(named.into_any().unbind()), None];
        let kept = OnceBox::new(Mutex::new(Kept { attributes, dict: None }));
        let result = cpython::alloc(py, || Result::unread(ZeroOption::Some(captures), kept))?;
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

/// The error of an item that there is not, which says what there is; any other error as it is.
fn no_item(item: &Bound<'_, PyAny>, values: &Bound<'_, PyAny>, error: PyErr) -> PyResult<PyErr> {
    let py = item.py();
    if let (Ok(fixed), true) = (values.cast::<PyTuple>(), error.is_instance_of::<PyIndexError>(py)) {
        let (count, item) = (fixed.len(), item.repr()?);
        let advice = if count == 0 { "; those with names are in result.named" } else { "" };
        let message = format!("no field {}: there are {count} without a name{advice}", item.to_string_lossy());
        return Ok(make::error::<PyIndexError>(message));
    }
    let (Ok(named), true) = (values.cast::<PyDict>(), error.is_instance_of::<PyKeyError>(py)) else { return Ok(error) };
    let names: Vec<_> = named.iter().filter_map(|(name, _)| name.extract::<String>().ok()).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let Ok(name) = item.extract::<String>() else {
        let item = item.repr()?;
        let message =
            format!("no field {}: a result is indexed by the name of a field, or a number", item.to_string_lossy());
        return Ok(key_error(py, &message));
    };
    let message = match &names[..] {
        [] => format!("no field {name:?}: none has a name; the values are in result.fixed"),
        _ => no_name("field", &name, &names),
    };
    Ok(no_key(py, &name, &message))
}

fn no_attribute(this: This<'_, '_>, name: &str) -> PyErr {
    let class = this.get_type().name().map_or_else(|_| "Result".to_owned(), |name| name.to_string());
    let fields = this.get().captures.as_ref().map(|captures| captures.fields().pattern.fields());
    attribute_error(&class, name, fields.into_iter().flatten().filter_map(|field| field.name()))
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
    let Some(captures) = result.captures.as_ref() else { return Err(no_attribute(this, which.name())) };
    // What was read before stays the same object.
    let value = |at: usize| match result.values.get(at).and_then(|slot| slot.get(py)) {
        Some(value) => Ok(value),
        None => captures.value(py, at),
    };
    let made = match which {
        Attribute::Fixed => captures.fields().fixed(py, value)?.into_any(),
        Attribute::Named => captures.fields().named(py, value)?.into_any(),
        Attribute::Spans => captures.spans(py)?.into_any(),
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

/// One value, without making its attribute and so all other values. `None` where the attribute was made, or must be, if only to say what is
/// wrong.
#[inline]
fn single_value<'py>(this: This<'_, 'py>, item: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
    let py = this.py();
    let result = this.get();
    let captures = result.captures.as_ref()?;
    let (field, which) = captures.fields().field(item)?;
    let slot = result.values.get(field).filter(|_| captures.fields().is_plain[field])?;
    if result.kept().is_some_and(|kept| kept.dict.is_some() || kept.attributes[which as usize].is_some()) {
        return None;
    }
    slot.get(py).or_else(|| Some(slot.get_or_set(captures.value(py, field).ok()?)))
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
        Result::unread(ZeroOption::None, OnceBox::empty())
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
            None => capi::set_attribute(slf, name, Some(value)),
        }
    }

    fn __delattr__<'py>(slf: &Bound<'py, Self>, name: &Bound<'py, PyString>) -> PyResult<()> {
        let text = name.to_string_lossy();
        if Attribute::of(&text).is_none() && !is_plain(slf) {
            return capi::set_attribute(slf, name, None);
        }
        let py = slf.py();
        dict(slf)?
            .del_item(name)
            .map_err(|error| if error.is_instance_of::<PyKeyError>(py) { no_attribute(slf, &text) } else { error })
    }

    fn __getitem__<'py>(slf: &Bound<'py, Self>, item: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        single_value(slf, item).map_or_else(|| Result::item_of_attribute(slf, item), Ok)
    }

    fn __contains__<'py>(slf: &Bound<'py, Self>, name: &Bound<'py, PyAny>) -> PyResult<bool> {
        let named = get(slf, Attribute::Named)?;
        let _level = level_of(&named)?;
        named.contains(name)
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
        // An attribute that is replaced may have a finalizer that changes the dict, so this goes through a copy.
        state.copy()?.iter().try_for_each(|(name, value)| match name.cast::<PyString>() {
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
