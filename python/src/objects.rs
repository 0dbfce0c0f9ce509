//! Values → Python objects, and what of objects only CPython's own functions can say.

#![allow(unsafe_code, reason = "what only CPython's own functions can say or do")]

use std::{
    cell::RefCell,
    ops::Range,
    ptr,
    sync::atomic::{AtomicPtr, Ordering},
};

use parsimd::{BigInt, Cell, ColumnType, Date, Time, Validity, Value, Values};
use pyo3::{
    Borrowed, PyClass,
    exceptions::{PySystemError, PyTypeError, PyValueError},
    ffi, intern,
    prelude::*,
    sync::PyOnceLock,
    types::{PyBytes, PyDate, PyDateTime, PyDict, PyFloat, PyInt, PyList, PyString, PyTime, PyTuple, PyType, PyTzInfo},
};

use crate::gate::caught;

/// Whether the interpreter that runs is another than the first of the process.
pub(crate) fn is_subinterpreter(_py: Python<'_>) -> bool {
    // SAFETY: the thread is attached, as the token says, so an interpreter runs on it, which lives as long as this call.
    unsafe { ffi::PyInterpreterState_GetID(ffi::PyInterpreterState_Get()) != 0 }
}

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

/// Characters `start` to `end` of a string.
pub(crate) fn part<'py>(string: &Bound<'py, PyString>, (start, end): (usize, usize)) -> PyResult<Bound<'py, PyString>> {
    // SAFETY: it is a string, as its type says; places past its end are cut to it.
    let part = unsafe { ffi::PyUnicode_Substring(string.as_ptr(), start as ffi::Py_ssize_t, end as ffi::Py_ssize_t) };
    // SAFETY: a new object, which is a string, or null with an exception.
    unsafe { Ok(Bound::from_owned_ptr_or_err(string.py(), part)?.cast_into_unchecked()) }
}

/// The string of text in UTF-8. Most is ASCII, and is copied: CPython would look at it again, to see how large its characters are.
fn string<'py>(py: Python<'py>, text: &[u8]) -> PyResult<Bound<'py, PyString>> {
    // Of the shortest CPython has one for all.
    if text.len() < 2 || !text.is_ascii() {
        return PyString::from_bytes(py, text);
    }
    // SAFETY: a new object, which is a string, or null with an exception. It has room for so many characters up to 127, of one byte
    // each; the text was just asked whether it is ASCII, and nobody else has the string before it is written.
    unsafe {
        let string = Bound::from_owned_ptr_or_err(py, ffi::PyUnicode_New(text.len() as ffi::Py_ssize_t, 127))?;
        ffi::PyUnicode_1BYTE_DATA(string.as_ptr()).copy_from_nonoverlapping(text.as_ptr(), text.len());
        Ok(string.cast_into_unchecked())
    }
}

/// A place for an object, which is put there once and stays as long as the place does: reading needs no lock.
pub(crate) struct Slot(AtomicPtr<ffi::PyObject>);

impl Slot {
    pub(crate) const fn empty() -> Slot {
        Slot(AtomicPtr::new(ptr::null_mut()))
    }

    pub(crate) fn get<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        // SAFETY: null, or an object that `keep` has left a reference to here; only `drop` takes it, when nobody can ask any more.
        unsafe { Bound::from_borrowed_ptr_or_opt(py, self.0.load(Ordering::Acquire)) }
    }

    /// Puts an object here, and gives what is here from now on: another thread may have been faster.
    pub(crate) fn keep<'py>(&self, object: Bound<'py, PyAny>) -> Bound<'py, PyAny> {
        let py = object.py();
        let kept = object.clone();
        if !self.put(py, kept.as_ptr()) {
            return self.get(py).unwrap_or(object);
        }
        // The reference is the slot's now.
        std::mem::forget(kept);
        object
    }

    /// False when there is an object here.
    fn put(&self, _py: Python<'_>, object: *mut ffi::PyObject) -> bool {
        if cfg!(Py_GIL_DISABLED) {
            return self.0.compare_exchange(ptr::null_mut(), object, Ordering::AcqRel, Ordering::Acquire).is_ok();
        }
        // Nobody comes in between: this thread has the GIL.
        let is_free = self.0.load(Ordering::Acquire).is_null();
        if is_free {
            self.0.store(object, Ordering::Release);
        }
        is_free
    }

    /// Gives back what is here: without this it is never freed.
    pub(crate) fn free(self, py: Python<'_>) {
        // SAFETY: null, or the reference that `keep` has left here: nobody else can take it, and nobody asks for it any more.
        drop(unsafe { Bound::from_owned_ptr_or_opt(py, self.0.into_inner()) });
    }
}

/// A class whose objects are many. Python makes and frees one in as few steps as one of its own: see [`lighten`].
pub(crate) trait Light: PyClass {
    /// Whether an object can lead back to itself at some time, so that the garbage collector may have to [`track`] it.
    const IS_COLLECTED: bool;

    /// Gives back the references that the object held. Dropping one without the token would ask the thread for it first.
    fn release(self, py: Python<'_>);
}

/// Where the value of an object begins: behind what every object has.
const HEAD: usize = size_of::<ffi::PyObject>();

/// Makes objects of a class light, before there are any.
///
/// pyo3 makes one by way of `object.__new__`, on the lists of the garbage collector, and frees it under a guard against panics. That is for
/// classes that may be anything. What is known of these spares most of it: [`light`] and [`dealloc`] say what.
///
/// # Errors
/// SystemError: pyo3 lays objects out in another way than this knows.
pub(crate) fn lighten<T: Light>(py: Python<'_>) -> PyResult<()> {
    const { assert!(HEAD.is_multiple_of(align_of::<T>())) };
    let class = T::type_object_raw(py);
    let end = (HEAD + size_of::<T>()) as ffi::Py_ssize_t;
    // SAFETY: the class is alive, and it is this module's. When the module is made for the first time it has no objects, no subclasses that
    // have taken over what is changed here, and nobody else looks at it. Whoever makes it again finds it changed, and goes.
    unsafe {
        if (*class).tp_dealloc.is_some_and(|known| ptr::fn_addr_eq(known, dealloc::<T> as ffi::destructor)) {
            return Ok(());
        }
        // Between the head and the list of weak references, or the end, there is room for the value and nothing else.
        let after = match (*class).tp_weaklistoffset {
            0 => end,
            _ => end + size_of::<*mut ffi::PyObject>() as ffi::Py_ssize_t,
        };
        if (*class).tp_basicsize != after || ![0, end].contains(&(*class).tp_weaklistoffset) {
            return Err(PySystemError::new_err(format!("{} has another layout than was expected", T::NAME)));
        }
        (*class).tp_dealloc = Some(dealloc::<T>);
        if !T::IS_COLLECTED {
            #[cfg(not(Py_GIL_DISABLED))]
            {
                (*class).tp_flags &= !ffi::Py_TPFLAGS_HAVE_GC;
            }
            #[cfg(Py_GIL_DISABLED)]
            (*class).tp_flags.fetch_and(!ffi::Py_TPFLAGS_HAVE_GC, Ordering::Relaxed);
            (*class).tp_free = Some(ffi::PyObject_Free);
        }
        ffi::PyType_Modified(class);
    }
    Ok(())
}

/// A new object of a class that [`lighten`] has seen; its value is made where it stays.
///
/// The garbage collector does not know of it: what it holds must not lead back to it, until [`track`] is called.
#[inline]
pub(crate) fn light<T: Light>(py: Python<'_>, make: impl FnOnce() -> T) -> PyResult<Bound<'_, T>> {
    let class = T::type_object_raw(py);
    // SAFETY: the class is alive, and `lighten` has checked, when the module was made, that an object of it has room for the value behind
    // its head and no more than a list of weak references behind that, which is empty at first.
    unsafe {
        let object: *mut ffi::PyObject =
            if T::IS_COLLECTED { ffi::PyObject_GC_New(class) } else { ffi::PyObject_New(class) };
        if object.is_null() {
            return Err(PyErr::fetch(py));
        }
        let place = object.byte_add(HEAD).cast::<T>();
        place.write(make());
        if (*class).tp_weaklistoffset != 0 {
            place.add(1).cast::<*mut ffi::PyObject>().write(ptr::null_mut());
        }
        Ok(Bound::from_owned_ptr(py, object).cast_into_unchecked())
    }
}

/// Frees an object of a class that [`lighten`] has seen, or of a subclass, which has done its own part before.
unsafe extern "C" fn dealloc<T: Light>(object: *mut ffi::PyObject) {
    // SAFETY: Python calls this once, with the interpreter, for an object that nobody has any more. It was made by `light`, or by pyo3 with the
    // same layout, as `lighten` has checked, so that its value can be taken out, once. `tp_free` is the other half of both.
    unsafe {
        let py = Python::assume_attached();
        let class = ffi::Py_TYPE(object);
        if T::IS_COLLECTED {
            ffi::PyObject_GC_UnTrack(object.cast());
        }
        let place = object.byte_add(HEAD).cast::<T>();
        if (*class).tp_weaklistoffset != 0 && !place.add(1).cast::<*mut ffi::PyObject>().read().is_null() {
            ffi::PyObject_ClearWeakRefs(object);
        }
        place.read().release(py);
        if let Some(free) = (*class).tp_free {
            free(object.cast());
        }
        // Each object of a class that is not static holds a reference to it.
        ffi::Py_DECREF(class.cast());
    }
}

/// A class whose objects are asked for items very often. Mostly the answer is one that [`quick`](Self::quick) has; see [`ask_quickly`].
pub(crate) trait Items: PyClass {
    /// What mostly is the answer; where there is none `__getitem__` has it. It runs no code of Python.
    fn quick<'py>(this: &Bound<'py, Self>, item: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>>;

    /// `this[item]`, where there is no quick answer.
    fn item<'py>(this: &Bound<'py, Self>, item: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>>;
}

/// As [`Items`], for an iterator.
pub(crate) trait Steps: PyClass {
    /// What mostly is the answer; where there is none `__next__` has it. It runs no code of Python.
    fn quick<'py>(this: &Bound<'py, Self>) -> Option<PyResult<Option<Bound<'py, PyAny>>>>;

    /// `next(this)`, where there is no quick answer; none at the end.
    fn step<'py>(this: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyAny>>>;
}

/// Lets Python ask objects of these classes without pyo3's way in between: it counts how often the thread has come in, which costs
/// as much as what is quick. What is not quick is asked with the thread [attached](Python::attach), as pyo3 does it.
pub(crate) fn ask_quickly<I: Items, S: Steps>(py: Python<'_>) {
    let (items, steps) = (I::type_object_raw(py), S::type_object_raw(py));
    // SAFETY: the classes are alive, and this module's; when it is made for the first time, nobody else looks at them. Whoever makes it again finds
    // them changed, and goes. The table of a class that was made at run time is a part of it, and null is not written to.
    unsafe {
        if (*steps).tp_iternext.is_some_and(|known| ptr::fn_addr_eq(known, iternext::<S> as ffi::iternextfunc)) {
            return;
        }
        if let Some(mapping) = (*items).tp_as_mapping.as_mut() {
            mapping.mp_subscript = Some(subscript::<I>);
        }
        (*steps).tp_iternext = Some(iternext::<S>);
        ffi::PyType_Modified(items);
        ffi::PyType_Modified(steps);
    }
}

unsafe extern "C" fn subscript<T: Items>(object: *mut ffi::PyObject, item: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with the interpreter, for an object of the class or of a subclass, and both are alive for the call.
    unsafe {
        let py = Python::assume_attached();
        let this = Borrowed::from_ptr(py, object).cast_unchecked::<T>();
        match caught(|| T::quick(&this, &Borrowed::from_ptr(py, item))) {
            Ok(Some(answer)) => answer.into_ptr(),
            Ok(None) => Python::attach(|py| {
                let this = Borrowed::from_ptr(py, object).cast_unchecked::<T>();
                let item = caught(|| T::item(&this, &Borrowed::from_ptr(py, item)));
                given(py, item.flatten().map(Some))
            }),
            Err(panic) => given(py, Err(panic)),
        }
    }
}

unsafe extern "C" fn iternext<T: Steps>(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: as for `subscript`.
    unsafe {
        let py = Python::assume_attached();
        match caught(|| T::quick(&Borrowed::from_ptr(py, object).cast_unchecked::<T>())) {
            Ok(Some(answer)) => given(py, answer),
            Ok(None) => Python::attach(|py| {
                let this = Borrowed::from_ptr(py, object).cast_unchecked::<T>();
                given(py, caught(|| T::step(&this)).flatten())
            }),
            Err(panic) => given(py, Err(panic)),
        }
    }
}

/// An answer as C takes it: null is the end, or comes with an exception.
#[inline]
fn given(py: Python<'_>, answer: PyResult<Option<Bound<'_, PyAny>>>) -> *mut ffi::PyObject {
    match answer {
        Ok(object) => object.map_or(ptr::null_mut(), Bound::into_ptr),
        Err(error) => {
            error.restore(py);
            ptr::null_mut()
        }
    }
}

/// Takes a tuple, whose values must not lead back to it, from the lists of the garbage collector, which would walk over it again and again.
fn untrack(tuple: &Bound<'_, PyTuple>) {
    // SAFETY: the pointer is that of a living tuple, and every tuple has the collector's header. What is untracked can at worst leak;
    // untracking twice, as the object's end does, is allowed.
    unsafe { ffi::PyObject_GC_UnTrack(tuple.as_ptr().cast()) };
}

/// Puts an object back on these lists.
///
/// Two threads must not do so at the same time.
pub(crate) fn track(object: &Bound<'_, PyAny>) {
    // SAFETY: the pointer is that of a living object of a class that is collected, so it has the collector's header; tracking what is tracked
    // would be an error, so it is asked first.
    unsafe {
        if ffi::PyObject_GC_IsTracked(object.as_ptr()) == 0 {
            ffi::PyObject_GC_Track(object.as_ptr().cast());
        }
    }
}

/// What `object.__setattr__` does (without a value `object.__delattr__`): CPython refuses these for classes with a way of their own.
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
        Cell::Text(text) => string(py, text.as_bytes())?.into_any(),
        Cell::Bytes(bytes) => PyBytes::new(py, bytes).into_any(),
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
                string(py, &bytes[offsets[row] as usize..offsets[row + 1] as usize])?.into_any()
            }
            Values::Binary { offsets, bytes } => {
                PyBytes::new(py, &bytes[offsets[row] as usize..offsets[row + 1] as usize]).into_any()
            }
            Values::TextView(views) => string(py, views.bytes(row))?.into_any(),
            Values::Int64(values) => values[row].into_pyobject(py)?.into_any(),
            Values::Float64(values) => PyFloat::new(py, values[row]).into_any(),
            Values::Timestamp(values) => self.timestamp(values[row])?,
            Values::Date(values) => cell(py, ColumnType::Date, Cell::Date(values[row]))?,
            Values::Time(values) => cell(py, ColumnType::Time, Cell::Time(values[row]))?,
            _ => return Err(PyValueError::new_err("a column of a type that is not known here")),
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

/// What makes an object when it is its turn.
struct Later<F>(F);

impl<'py, F: FnOnce() -> PyResult<Bound<'py, PyAny>>> IntoPyObject<'py> for Later<F> {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    #[inline]
    fn into_pyobject(self, _py: Python<'py>) -> PyResult<Self::Output> {
        self.0()
    }
}

/// A list with an object for each of `rows`.
fn list_of<'py>(
    py: Python<'py>,
    rows: Range<usize>,
    object: impl FnMut(usize) -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyList>> {
    // One at a time, as the list takes them, without a vector in between.
    let object = &RefCell::new(object);
    PyList::new(py, rows.map(|row| Later(move || (object.borrow_mut())(row))))
}

/// A tuple with an object for each of `items`.
pub(crate) fn tuple_of<'py, T>(
    py: Python<'py>,
    items: impl ExactSizeIterator<Item = T>,
    object: impl FnMut(T) -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyTuple>> {
    let object = &RefCell::new(object);
    PyTuple::new(py, items.map(|item| Later(move || (object.borrow_mut())(item))))
}

/// The values of `rows`, as a list.
pub(crate) fn list<'py>(
    py: Python<'py>,
    mut maker: Maker<'_, 'py>,
    rows: Range<usize>,
) -> PyResult<Bound<'py, PyList>> {
    list_of(py, rows, |row| maker.make(row))
}

/// `rows`, as a list of tuples.
pub(crate) fn tuples<'py>(
    py: Python<'py>,
    mut makers: Vec<Maker<'_, 'py>>,
    rows: Range<usize>,
) -> PyResult<Bound<'py, PyList>> {
    list_of(py, rows, |row| {
        let values = makers.iter_mut().map(|maker| Later(|| maker.make(row)));
        let tuple = PyTuple::new(py, values)?;
        // Its values are text, numbers, dates and None: the collector would take it out too, when it sees it.
        untrack(&tuple);
        Ok(tuple.into_any())
    })
}

/// `rows`, as a list of dicts.
pub(crate) fn dicts<'py>(
    py: Python<'py>,
    names: Vec<Bound<'py, PyString>>,
    mut makers: Vec<Maker<'_, 'py>>,
    rows: Range<usize>,
) -> PyResult<Bound<'py, PyList>> {
    // A copy has room for all of them, and their names.
    let empty = PyDict::new(py);
    for name in &names {
        empty.set_item(name, py.None())?;
    }
    list_of(py, rows, |row| {
        let dict = empty.copy()?;
        for (name, maker) in names.iter().zip(&mut makers) {
            dict.set_item(name, maker.make(row)?)?;
        }
        Ok(dict.into_any())
    })
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
