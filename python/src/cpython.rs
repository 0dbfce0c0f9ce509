//! Replaced type slots: how the objects that are many are made, freed and asked.
//!
//! A type slot is a function pointer in a class, which CPython calls for an operation on its objects. pyo3 fills the slots with functions that are
//! right for any class. For a few classes these functions were most of the cost of an object. There they are replaced by functions that
//! know the class.
//!
//! | slot | classes | what pyo3's function does beyond it |
//! |---|---|---|
//! | `tp_dealloc`, `tp_free` | `Result`, `Matches`, `Row` ([`Slots`]) | counts how often the thread has come in; guards against panics |
//! | none: [`alloc`] makes the object | the same | calls `object.__new__`; puts the object on the lists of the garbage collector, always |
//! | `mp_subscript` | `Result` ([`Subscript`]) | counts how often the thread has come in |
//! | `tp_iternext` | `ResultIterator` ([`IterNext`]) | the same |
//!
//! To Python the classes are the same, with one exception: `gc.is_tracked` is false of an object that can be in no cycle.
//!
//! # What is checked
//! [`alloc`] and [`dealloc`] write and read the value of an object without pyo3. So they must know where it lies. [`replace_slots`] checks it at the
//! import, of each class, before any object exists:
//!
//! * The class is made at run time, directly below `object`, has no `__dict__` and no items of variable size.
//! * `tp_basicsize` is the size of CPython's head, of the value, and of a pointer if the class has weak references. `tp_weaklistoffset` says that
//!   this pointer is last. So there is no room for anything of pyo3's, and exactly one place for the value.
//! * A class that is tracked later has the collector's header.
//! * A slot that is to be replaced has a function.
//!
//! The Rust compiler checks that the head keeps the value aligned. The functions for `mp_subscript` and `tp_iternext` reach the value
//! through pyo3, and need no layout.
//!
//! # A new pyo3, or a new CPython
//! Where a check fails, no slot of any class is replaced, and the import goes on: the classes are then pyo3's own, and all of them work, slower.
//! `_parsimd.PLAIN_CLASSES` has the reason, and is `None` where the slots are replaced. The tests run with plain classes too, and fail on a
//! promised Python where they are plain. `PARSIMD_PLAIN_CLASSES=1` asks for plain classes: it tells whether a fault is one of this file.
//! The first import of a process decides, since objects of the two kinds must not meet.
//!
//! A layout of the same sizes with another meaning would not be seen. The size leaves no place for one: pyo3 would have to keep a value that is
//! not the one that it was given.
//!
//! # What is lost without it
//! CPU time of plain classes by that of replaced slots, CPython 3.11 on x86-64; the median of seven pairs of runs in turn:
//!
//! | work | plain by replaced |
//! |---|---:|
//! | `parser.parse`, the result dropped unread | 1.15 |
//! | the same, two fields read by name | 1.12 |
//! | `findall`, ten matches, kept in a list | 1.22 |
//! | `findall`, 100,000 matches, each dropped | 1.08 |
//! | the same, all kept in a list, which the collector walks through | 1.41 |
//! | iterating over the rows of a batch | 2.10 |
//!
//! # Why not `#[pyclass(freelist = N)]`
//! A free list keeps the memory of freed objects for the next ones. Memory is not what costs: CPython's allocator is a free list itself. What costs is
//! `object.__new__`, the collector's lists and the count of entries, and pyo3 goes through these with a free list as without one. With
//! `freelist = 1024` on `Result` the work of the table took 0.98 to 1.05 times as long as with plain classes. Such a list also serves only
//! the class itself, not a subclass; and an object out of it is never tracked by the collector again, so one in a cycle would stay.

#![allow(unsafe_code, reason = "functions that CPython calls, and objects that are made without pyo3")]

use std::{
    ptr,
    sync::atomic::{AtomicBool, Ordering},
};

use pyo3::{Borrowed, PyClass, PyClassInitializer, ffi, prelude::*, sync::PyOnceLock};

use crate::error::caught;

/// A class whose objects are many: [`alloc`] makes them, and a function that knows the class frees them.
pub(crate) trait Slots: PyClass + Into<PyClassInitializer<Self>> {
    /// Whether an object can lead back to itself at some time, so that the garbage collector may have to [`track`] it.
    const IS_COLLECTED: bool;

    /// Gives back the references that the object held. The token spares each of them from asking whether the thread has the GIL.
    fn release(self, py: Python<'_>);
}

/// A class whose objects are asked for items very often.
pub(crate) trait Subscript: PyClass {
    /// The usual answer, which runs no code of Python; `None` where [`item`](Self::item) has it.
    fn quick<'py>(this: &Bound<'py, Self>, item: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>>;

    /// `this[item]`, where there is no quick answer.
    fn item<'py>(this: &Bound<'py, Self>, item: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>>;
}

/// A class of iterators that are asked very often.
pub(crate) trait IterNext: PyClass {
    /// The usual answer, which runs no code of Python; `None` where [`next`](Self::next) has it.
    fn quick<'py>(this: &Bound<'py, Self>) -> Option<PyResult<Option<Bound<'py, PyAny>>>>;

    /// `next(this)`, where there is no quick answer; none at the end.
    fn next<'py>(this: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyAny>>>;
}

/// What is replaced in one class.
pub(crate) struct Replacement {
    class: &'static str,
    check: fn(Python<'_>) -> Result<(), &'static str>,
    /// To be called when `check` has found nothing, and before there are objects of the class or subclasses of it.
    replace: unsafe fn(Python<'_>),
}

impl Replacement {
    /// How objects are made and freed.
    pub(crate) const fn objects<T: Slots>() -> Replacement {
        Replacement { class: T::NAME, check: check_layout::<T>, replace: replace_dealloc::<T> }
    }

    /// How objects are asked for items.
    pub(crate) const fn subscript<T: Subscript>() -> Replacement {
        Replacement { class: T::NAME, check: check_subscript::<T>, replace: replace_subscript::<T> }
    }

    /// How iterators are asked for what is next.
    pub(crate) const fn iternext<T: IterNext>() -> Replacement {
        Replacement { class: T::NAME, check: check_iternext::<T>, replace: replace_iternext::<T> }
    }
}

/// Whether the slots were replaced.
static REPLACED: AtomicBool = AtomicBool::new(false);

/// Replaces type slots in all of these classes, or in none. Gives the reason for none; `plain` is one.
///
/// The first call in a process decides, and later ones get its answer. It is to be made before there are objects of these classes.
pub(crate) fn replace_slots(py: Python<'_>, plain: Option<&str>, replacements: &[Replacement]) -> Option<&'static str> {
    static DECISION: PyOnceLock<Option<String>> = PyOnceLock::new();
    let decide = || {
        if let Some(reason) = plain {
            return Some(reason.to_owned());
        }
        for Replacement { class, check, .. } in replacements {
            if let Err(reason) = check(py) {
                return Some(format!("{class} {reason}"));
            }
        }
        for Replacement { replace, .. } in replacements {
            // SAFETY: the checks of all classes have found nothing. This runs once, when the module is made for the first time: there are no objects of its
            // classes, no subclasses that have taken over what is changed here, and nobody else looks at them.
            unsafe { replace(py) };
        }
        REPLACED.store(true, Ordering::Relaxed);
        None
    };
    DECISION.get_or_init(py, decide).as_deref()
}

/// Where the value of an object begins: after what every object has.
const HEAD: usize = size_of::<ffi::PyObject>();

/// Whether objects of the class have the layout that [`alloc`] and [`dealloc`] know.
fn check_layout<T: Slots>(py: Python<'_>) -> Result<(), &'static str> {
    const { assert!(HEAD.is_multiple_of(align_of::<T>())) };
    let end = (HEAD + size_of::<T>()) as ffi::Py_ssize_t;
    // SAFETY: the class is alive, and this module's; nobody changes it meanwhile.
    let class = unsafe { &*T::type_object_raw(py) };
    if !ptr::eq(class.tp_base, &raw const ffi::PyBaseObject_Type) || class.tp_flags & ffi::Py_TPFLAGS_HEAPTYPE == 0 {
        return Err("is not a class of its own below object");
    }
    if class.tp_dictoffset != 0 || class.tp_itemsize != 0 {
        return Err("has a __dict__, or items of variable size");
    }
    let size = match class.tp_weaklistoffset {
        0 => end,
        offset if offset == end => end + size_of::<*mut ffi::PyObject>() as ffi::Py_ssize_t,
        _ => return Err("has its list of weak references at another place than was expected"),
    };
    if class.tp_basicsize != size {
        return Err("has objects of another size than was expected");
    }
    if T::IS_COLLECTED && class.tp_flags & ffi::Py_TPFLAGS_HAVE_GC == 0 {
        return Err("is unknown to the garbage collector");
    }
    match class.tp_dealloc {
        Some(_) => Ok(()),
        None => Err("has no tp_dealloc"),
    }
}

/// Replaces `tp_dealloc`, and `tp_free` where the collector need not know of the objects.
///
/// # Safety
/// See [`Replacement::replace`].
unsafe fn replace_dealloc<T: Slots>(py: Python<'_>) {
    let class = T::type_object_raw(py);
    // SAFETY: the class is alive, and this module's; nobody else looks at it, as the caller promises.
    unsafe {
        (*class).tp_dealloc = Some(dealloc::<T>);
        if !T::IS_COLLECTED {
            (*class).tp_flags &= !ffi::Py_TPFLAGS_HAVE_GC;
            (*class).tp_free = Some(ffi::PyObject_Free);
        }
        ffi::PyType_Modified(class);
    }
}

/// A new object.
///
/// Where the slots are replaced the garbage collector does not know of it: what it holds must not lead back to it, until [`track`] is called.
#[inline(always)]
pub(crate) fn alloc<T: Slots>(py: Python<'_>, make: impl FnOnce() -> T) -> PyResult<Bound<'_, T>> {
    if !REPLACED.load(Ordering::Relaxed) {
        return plain(py, make);
    }
    let class = T::type_object_raw(py);
    // SAFETY: the class is alive, and `check_layout` has found, when the module was made, that an object of it has room for the value after
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

/// A new object, as pyo3 makes it. Not inlined, so that `make` has one caller that is.
#[cold]
#[inline(never)]
fn plain<T: Slots>(py: Python<'_>, make: impl FnOnce() -> T) -> PyResult<Bound<'_, T>> {
    Bound::new(py, make())
}

/// Frees an object of a class whose slots are replaced, or of a subclass, which has done its own part before.
unsafe extern "C" fn dealloc<T: Slots>(object: *mut ffi::PyObject) {
    // SAFETY: Python calls this once, with the interpreter, for an object that nobody has any more. It was made by `alloc`, or by pyo3 with the
    // same layout, as `check_layout` has found, so that its value can be taken out, once; one that pyo3 did not complete is all zero, which is a
    // value where that can happen, see `cells`. `tp_free` is the other half of both.
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

fn check_subscript<T: Subscript>(py: Python<'_>) -> Result<(), &'static str> {
    // SAFETY: the class is alive, and this module's; nobody changes it meanwhile. The table of a class that was made at run time is a part of it.
    let mapping = unsafe { (*T::type_object_raw(py)).tp_as_mapping.as_ref() };
    match mapping.and_then(|mapping| mapping.mp_subscript) {
        Some(_) => Ok(()),
        None => Err("has no mp_subscript"),
    }
}

/// Replaces `mp_subscript`. What is not quick is asked with the thread attached, as pyo3 does it, also while the interpreter shuts down, when
/// [`Python::attach`] would refuse.
///
/// # Safety
/// See [`Replacement::replace`].
unsafe fn replace_subscript<T: Subscript>(py: Python<'_>) {
    let class = T::type_object_raw(py);
    // SAFETY: the class is alive, and this module's; nobody else looks at it, as the caller promises, and the table is there, as the check found.
    unsafe {
        (*(*class).tp_as_mapping).mp_subscript = Some(subscript::<T>);
        ffi::PyType_Modified(class);
    }
}

fn check_iternext<T: IterNext>(py: Python<'_>) -> Result<(), &'static str> {
    // SAFETY: the class is alive, and this module's; nobody changes it meanwhile.
    match unsafe { (*T::type_object_raw(py)).tp_iternext } {
        Some(_) => Ok(()),
        None => Err("has no tp_iternext"),
    }
}

/// Replaces `tp_iternext`, as [`replace_subscript`].
///
/// # Safety
/// See [`Replacement::replace`].
unsafe fn replace_iternext<T: IterNext>(py: Python<'_>) {
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
                into_raw(py, item.flatten().map(Some))
            }),
            Err(panic) => into_raw(py, Err(panic)),
        }
    }
}

unsafe extern "C" fn iternext<T: IterNext>(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: as for `subscript`.
    unsafe {
        let py = Python::assume_attached();
        match caught(|| T::quick(&Borrowed::from_ptr(py, object).cast_unchecked::<T>())) {
            Ok(Some(answer)) => into_raw(py, answer),
            Ok(None) => Python::attach_unchecked(|py| {
                let this = Borrowed::from_ptr(py, object).cast_unchecked::<T>();
                into_raw(py, caught(|| T::next(&this)).flatten())
            }),
            Err(panic) => into_raw(py, Err(panic)),
        }
    }
}

/// An answer as C takes it: null is the end, or comes with an exception.
#[inline]
fn into_raw(py: Python<'_>, answer: PyResult<Option<Bound<'_, PyAny>>>) -> *mut ffi::PyObject {
    match answer {
        Ok(object) => object.map_or(ptr::null_mut(), Bound::into_ptr),
        Err(error) => {
            error.restore(py);
            ptr::null_mut()
        }
    }
}
