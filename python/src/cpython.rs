//! What only CPython's own functions can do: type slots of our own, and objects that are held without a lock.
//!
//! | item | what |
//! |---|---|
//! | [`Slot`] | an object that is held, or none |
//! | [`Late`] | a value that is made late, or never |
//! | [`Zeroed`], [`ZeroOption`] | types of which all-zero memory is a value |
//! | [`drop_bounded`] | chains of any length are dropped without a deep stack |
//! | [`replace_slots`], [`alloc`] | classes whose objects are many: `tp_alloc` and `tp_dealloc` |
//! | [`replace_subscript`], [`replace_iternext`] | what is asked very often: `mp_subscript` and `tp_iternext` |
//! | [`Gil`] | the GIL, as the interpreter counts it |
//!
//! # Objects that are not complete
//! pyo3 makes an object by `object.__new__`, and writes its value afterwards. CPython 3.11 makes the object's `__dict__` in between, when the
//! garbage collector knows of the object already: that can start a collection, which asks the object what it holds, and when the dict
//! cannot be made the object is freed. Both find memory that is all zero. So all fields of a class that can have a `__dict__`, be it in a
//! subclass, are [`Zeroed`]. A class without one has nothing made in between.

#![allow(unsafe_code, reason = "what only CPython's own functions can do")]

use std::{
    cell::{Cell, RefCell},
    marker::PhantomData,
    mem::ManuallyDrop,
    ptr,
    sync::atomic::{AtomicPtr, AtomicUsize, Ordering},
};

use parsimd::extension::Span;
use pyo3::{Borrowed, PyClass, exceptions::PySystemError, ffi, prelude::*, types::PyString};

use crate::{error::caught, make::error};

/// A type of which all-zero memory is a value, one that holds nothing.
///
/// # Safety
/// Zero must be a value of each field, and dropping it must do nothing.
pub(crate) unsafe trait Zeroed {}

// SAFETY: zero is a number.
unsafe impl Zeroed for AtomicUsize {}
// SAFETY: a null pointer, which is no object.
unsafe impl Zeroed for Slot {}
// SAFETY: a null pointer, which is no value.
unsafe impl<T: Release> Zeroed for Late<T> {}
// SAFETY: zero is the number of the variant without a value, as its representation says.
unsafe impl<T> Zeroed for ZeroOption<T> {}
// SAFETY: each of them is.
unsafe impl<T: Zeroed, const N: usize> Zeroed for [T; N] {}
// SAFETY: both are.
unsafe impl<A: Zeroed, B: Zeroed> Zeroed for (A, B) {}
// SAFETY: each of them is.
unsafe impl<A: Zeroed, B: Zeroed, C: Zeroed> Zeroed for (A, B, C) {}

/// Takes all fields of a class that Python may see before it is complete: the class compiles only as long as each may be zero.
///
/// ```ignore
/// const _: fn(Class) = |Class { a, b }| zeroed((a, b));
/// ```
pub(crate) fn zeroed(fields: impl Zeroed) {
    drop(fields);
}

/// As [`Option`], but nothing is zero for certain.
#[repr(u8)]
pub(crate) enum ZeroOption<T> {
    None = 0,
    Some(T) = 1,
}

impl<T> ZeroOption<T> {
    #[inline]
    pub(crate) fn as_ref(&self) -> Option<&T> {
        match self {
            ZeroOption::None => None,
            ZeroOption::Some(value) => Some(value),
        }
    }
}

/// A place for an object. Reading needs no lock: whoever does has the GIL, and leaves it only with a reference.
#[derive(Debug)]
pub(crate) struct Slot(AtomicPtr<ffi::PyObject>);

impl Slot {
    pub(crate) const fn empty() -> Slot {
        Slot(AtomicPtr::new(ptr::null_mut()))
    }

    #[inline]
    pub(crate) fn get<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        // SAFETY: null, or an object to which the slot holds a reference. Nobody takes that away before there is another: this thread has the GIL.
        unsafe { Bound::from_borrowed_ptr_or_opt(py, self.0.load(Ordering::Acquire)) }
    }

    /// Puts an object here unless there is one, and gives what is here from now on.
    pub(crate) fn keep<'py>(&self, object: Bound<'py, PyAny>) -> Bound<'py, PyAny> {
        if let Some(kept) = self.get(object.py()) {
            return kept;
        }
        self.replace(object.py(), Some(object.clone()));
        object
    }

    /// Puts another object here, or none. What was here is dropped at the end, which may run any code.
    pub(crate) fn replace<'py>(&self, py: Python<'py>, object: Option<Bound<'py, PyAny>>) {
        let object = object.map_or(ptr::null_mut(), Bound::into_ptr);
        // SAFETY: null, or an object to which the slot held a reference, which is taken over here, once.
        drop(unsafe { Bound::from_owned_ptr_or_opt(py, self.0.swap(object, Ordering::AcqRel)) });
    }

    /// What is here, for the garbage collector.
    pub(crate) fn visit(&self, visit: &pyo3::PyVisit<'_>) -> Result<(), pyo3::PyTraverseError> {
        let object = self.0.load(Ordering::Acquire);
        if object.is_null() {
            return Ok(());
        }
        // SAFETY: an object to which the slot holds a reference. It is looked at for the length of the call, during which nothing runs but the
        // collector, with the interpreter. The reference stays the slot's, as it is not dropped here.
        let object = unsafe { ManuallyDrop::new(Bound::from_owned_ptr(Python::assume_attached(), object).unbind()) };
        visit.call(&*object)
    }
}

impl Drop for Slot {
    #[inline]
    fn drop(&mut self) {
        let object = *self.0.get_mut();
        if !object.is_null() {
            // SAFETY: an object to which the slot holds a reference, which is given back here, once. Whoever drops an object of Python has the GIL.
            unsafe { ffi::Py_DECREF(object) };
        }
    }
}

/// A value that is put here once, or never. It has a box of its own, so that there is nothing to be seen before it is complete.
pub(crate) struct Late<T: Release>(AtomicPtr<T>, PhantomData<T>);

impl<T: Release + Send + Sync> Late<T> {
    pub(crate) const fn none() -> Late<T> {
        Late(AtomicPtr::new(ptr::null_mut()), PhantomData)
    }

    pub(crate) fn new(value: T) -> Late<T> {
        Late(AtomicPtr::new(Box::into_raw(Box::new(value))), PhantomData)
    }

    #[inline]
    pub(crate) fn get(&self) -> Option<&T> {
        // SAFETY: null, or a value in a box that is this place's until it is dropped.
        unsafe { self.0.load(Ordering::Acquire).as_ref() }
    }

    pub(crate) fn get_or_init(&self, make: impl FnOnce() -> T) -> &T {
        if let Some(value) = self.get() {
            return value;
        }
        let made = Box::into_raw(Box::new(make()));
        match self.0.compare_exchange(ptr::null_mut(), made, Ordering::AcqRel, Ordering::Acquire) {
            // SAFETY: the box was just put here, and is this place's until it is dropped.
            Ok(_) => unsafe { &*made },
            // SAFETY: another thread was faster, so the new box is nobody's; what stands here is as in `get`.
            Err(there) => unsafe {
                drop(Box::from_raw(made));
                &*there
            },
        }
    }
}

impl<T: Release> Drop for Late<T> {
    #[inline]
    fn drop(&mut self) {
        let value = *self.0.get_mut();
        if !value.is_null() {
            // SAFETY: the box is this place's, and nobody can ask for it any more. Whoever drops an object of Python has the interpreter.
            unsafe { drop_bounded(Python::assume_attached(), Box::from_raw(value)) };
        }
    }
}

/// What gives back references of Python when it is dropped.
pub(crate) trait Release: 'static {
    /// Drops it. To drop a reference without the token would ask the thread for it first.
    fn release(self: Box<Self>, py: Python<'_>);
}

/// So many values are dropped inside of each other.
const DEEPEST: usize = 64;

/// How far dropping has gone on this thread.
struct Drops {
    /// How many values are being dropped inside of each other.
    depth: Cell<usize>,
    /// Whether there are some in [`WAITING`].
    some_wait: Cell<bool>,
}

thread_local! {
    static DROPS: Drops = const { Drops { depth: Cell::new(0), some_wait: Cell::new(false) } };
    /// Values that wait until the stack is free again.
    static WAITING: RefCell<Vec<Box<dyn Release>>> = const { RefCell::new(Vec::new()) };
}

/// Drops a value which may be the only one to hold another, and so on: the chain may have any length, and the stack has not. What CPython
/// calls its trashcan, whose functions differ from version to version.
pub(crate) fn drop_bounded(py: Python<'_>, value: Box<impl Release>) {
    DROPS.with(|drops| {
        let depth = drops.depth.get();
        if depth == DEEPEST {
            let mut value: Option<Box<dyn Release>> = Some(value);
            // A thread that ends has no such list any more; then it is dropped here, at the end of the function.
            if WAITING.try_with(|waiting| waiting.borrow_mut().extend(value.take())).is_ok() {
                drops.some_wait.set(true);
            }
            return;
        }
        drops.depth.set(depth + 1);
        value.release(py);
        if depth == 0 && drops.some_wait.get() {
            // SAFETY: the thread has the interpreter, as the token says. References that the values drop themselves need it to know that.
            // While the interpreter shuts down, `attach` would refuse.
            unsafe {
                Python::attach_unchecked(|py| {
                    while let Some(value) = WAITING.try_with(|waiting| waiting.borrow_mut().pop()).ok().flatten() {
                        value.release(py);
                    }
                });
            }
            drops.some_wait.set(false);
        }
        drops.depth.set(depth);
    });
}

/// A class whose objects are many, so that Python makes and frees them in as few steps as its own: see [`replace_slots`].
pub(crate) trait Slots: PyClass {
    /// Whether an object can lead back to itself at some time, so that the garbage collector may have to [`track`] it.
    const IS_COLLECTED: bool;

    /// Gives back the references that the object held. Dropping one without the token would ask the thread for it first.
    fn release(self, py: Python<'_>);
}

/// Where the value of an object begins: after what every object has.
const HEAD: usize = size_of::<ffi::PyObject>();

/// Replaces `tp_dealloc` of a class, before there are objects of it, and lets [`alloc`] make them.
///
/// pyo3 makes one by way of `object.__new__`, on the lists of the garbage collector, and frees it under a guard against panics. That is for
/// classes that may be anything. What is known of these spares most of it.
///
/// # Errors
/// SystemError: pyo3 lays objects out in another way than this knows.
pub(crate) fn replace_slots<T: Slots>(py: Python<'_>) -> PyResult<()> {
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
            return Err(error::<PySystemError>(format!("{} has another layout than was expected", T::NAME)));
        }
        (*class).tp_dealloc = Some(dealloc::<T>);
        if !T::IS_COLLECTED {
            (*class).tp_flags &= !ffi::Py_TPFLAGS_HAVE_GC;
            (*class).tp_free = Some(ffi::PyObject_Free);
        }
        ffi::PyType_Modified(class);
    }
    Ok(())
}

/// A new object of a class that [`replace_slots`] has seen; its value is made where it stays.
///
/// The garbage collector does not know of it: what it holds must not lead back to it, until [`track`] is called.
#[inline]
pub(crate) fn alloc<T: Slots>(py: Python<'_>, make: impl FnOnce() -> T) -> PyResult<Bound<'_, T>> {
    let class = T::type_object_raw(py);
    // SAFETY: the class is alive, and `replace_slots` has checked, when the module was made, that an object of it has room for the value after
    // its head and no more than a list of weak references after that, which is empty at first.
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

/// Frees an object of a class that [`replace_slots`] has seen, or of a subclass, which has done its own part before.
unsafe extern "C" fn dealloc<T: Slots>(object: *mut ffi::PyObject) {
    // SAFETY: Python calls this once, with the interpreter, for an object that nobody has any more. It was made by `alloc`, or by pyo3 with the
    // same layout, as `replace_slots` has checked, so that its value can be taken out, once; one that pyo3 did not complete is all zero, which is a
    // value where that can happen, see `zeroed`. `tp_free` is the other half of both.
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

/// A class whose objects are asked for items very often. Mostly the answer is one that [`quick`](Self::quick) has.
pub(crate) trait Subscript: PyClass {
    /// What mostly is the answer; where there is none `__getitem__` has it. It runs no code of Python.
    fn quick<'py>(this: &Bound<'py, Self>, item: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>>;

    /// `this[item]`, where there is no quick answer.
    fn item<'py>(this: &Bound<'py, Self>, item: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>>;
}

/// As [`Subscript`], for an iterator.
pub(crate) trait IterNext: PyClass {
    /// What mostly is the answer; where there is none `__next__` has it. It runs no code of Python.
    fn quick<'py>(this: &Bound<'py, Self>) -> Option<PyResult<Option<Bound<'py, PyAny>>>>;

    /// `next(this)`, where there is no quick answer; none at the end.
    fn next<'py>(this: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyAny>>>;
}

/// Replaces `mp_subscript` of a class. pyo3 counts how often the thread has come in, which costs as much as a quick answer. What is not
/// quick is asked with the thread attached, as pyo3 does it, also while the interpreter shuts down, when [`Python::attach`] would refuse.
pub(crate) fn replace_subscript<T: Subscript>(py: Python<'_>) {
    let class = T::type_object_raw(py);
    // SAFETY: the class is alive, and this module's; when it is made for the first time, nobody else looks at it. The table of a class that was
    // made at run time is a part of it, and null is not written to.
    unsafe {
        if let Some(mapping) = (*class).tp_as_mapping.as_mut() {
            mapping.mp_subscript = Some(subscript::<T>);
        }
        ffi::PyType_Modified(class);
    }
}

/// Replaces `tp_iternext` of a class, as [`replace_subscript`].
pub(crate) fn replace_iternext<T: IterNext>(py: Python<'_>) {
    let class = T::type_object_raw(py);
    // SAFETY: as in `replace_subscript`.
    unsafe {
        (*class).tp_iternext = Some(iternext::<T>);
        ffi::PyType_Modified(class);
    }
}

unsafe extern "C" fn subscript<T: Subscript>(
    object: *mut ffi::PyObject,
    item: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with the interpreter, for an object of the class or of a subclass, and both are alive for the call.
    unsafe {
        let py = Python::assume_attached();
        let this = Borrowed::from_ptr(py, object).cast_unchecked::<T>();
        match caught(|| T::quick(&this, &Borrowed::from_ptr(py, item))) {
            Ok(Some(answer)) => answer.into_ptr(),
            Ok(None) => Python::attach_unchecked(|py| {
                let this = Borrowed::from_ptr(py, object).cast_unchecked::<T>();
                let item = caught(|| T::item(&this, &Borrowed::from_ptr(py, item)));
                given(py, item.flatten().map(Some))
            }),
            Err(panic) => given(py, Err(panic)),
        }
    }
}

unsafe extern "C" fn iternext<T: IterNext>(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: as for `subscript`.
    unsafe {
        let py = Python::assume_attached();
        match caught(|| T::quick(&Borrowed::from_ptr(py, object).cast_unchecked::<T>())) {
            Ok(Some(answer)) => given(py, answer),
            Ok(None) => Python::attach_unchecked(|py| {
                let this = Borrowed::from_ptr(py, object).cast_unchecked::<T>();
                given(py, caught(|| T::next(&this)).flatten())
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

/// Puts an object on the lists of the garbage collector, unless it is there.
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
    let value = value.map_or(ptr::null_mut(), Bound::as_ptr);
    // SAFETY: the object, the name, which is a string, and the value are alive for the call; null means deletion.
    match unsafe { ffi::PyObject_GenericSetAttr(object.as_ptr(), name.as_ptr(), value) } {
        0 => Ok(()),
        _ => Err(PyErr::fetch(object.py())),
    }
}

/// Whether the interpreter that runs is another than the first of the process.
pub(crate) fn is_subinterpreter(_py: Python<'_>) -> bool {
    // SAFETY: the thread is attached, as the token says, so an interpreter runs on it, which lives as long as this call.
    unsafe { ffi::PyInterpreterState_GetID(ffi::PyInterpreterState_Get()) != 0 }
}

/// Whether a string is ASCII, of which every character is a byte.
#[cfg(not(Py_3_14))]
pub(crate) fn is_ascii(string: &Bound<'_, PyString>) -> PyResult<bool> {
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
pub(crate) fn is_ascii(string: &Bound<'_, PyString>) -> PyResult<bool> {
    string.call_method0(crate::make::name!(string.py(), "isascii"))?.extract()
}

/// Characters `start` to `end` of a string.
#[inline]
pub(crate) fn part<'py>(string: &Bound<'py, PyString>, Span { start, end }: Span) -> PyResult<Bound<'py, PyString>> {
    // SAFETY: it is a string, as its type says; places past its end are cut to it.
    let part = unsafe { ffi::PyUnicode_Substring(string.as_ptr(), start as ffi::Py_ssize_t, end as ffi::Py_ssize_t) };
    // SAFETY: a new object, which is a string, or null with an exception.
    unsafe { Ok(Bound::from_owned_ptr_or_err(string.py(), part)?.cast_into_unchecked()) }
}

/// The GIL, as the interpreter counts it, until this is dropped.
pub(crate) struct Gil(ffi::PyGILState_STATE);

impl Gil {
    /// Waits for it, on any thread, which may have it already; `None` when the interpreter is shutting down.
    pub(crate) fn take() -> Option<Gil> {
        // SAFETY: both may be called from any thread, with the GIL or without.
        unsafe { (ffi::Py_IsInitialized() != 0).then(|| Gil(ffi::PyGILState_Ensure())) }
    }
}

impl Drop for Gil {
    fn drop(&mut self) {
        // SAFETY: the state is that of the call in `take`; it is given back once, on the same thread, as a raw number is not sent to another by
        // anybody here, and in order.
        unsafe { ffi::PyGILState_Release(self.0) };
    }
}

/// Sends the signal of Ctrl-C again.
pub(crate) fn interrupt_again(_py: Python<'_>) {
    // SAFETY: the call has no preconditions.
    unsafe { ffi::PyErr_SetInterrupt() };
}
