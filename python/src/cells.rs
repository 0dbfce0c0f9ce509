//! Cells: what can change in an object of a frozen class.
//!
//! | item | what |
//! |---|---|
//! | [`ObjectCell`] | a Python object, or none; it can be replaced |
//! | [`OnceBox`] | a value in a box, or none; it is set once |
//! | [`ZeroOption`] | an `Option` whose `None` is all-zero memory |
//! | [`Zeroable`] | types of which all-zero memory is a value that holds nothing |
//!
//! Reading a cell takes no lock. Python reads a result far more often than anything changes in it, and every thread that reads has the GIL.
//!
//! # Objects that are not complete
//! Python can see an object before pyo3 has written its value. pyo3 makes an object by `object.__new__`. CPython 3.11 and 3.12 make the object's
//! `__dict__` there, when the garbage collector knows the object already. This allocation can start a collection, which visits the
//! object. It can also fail, and then the object is freed. Both find memory that is all zero. So each field of a class whose objects can have a
//! `__dict__`, if only in a subclass, is [`Zeroable`]; [`assert_zeroable`] holds a class to it. An object without a `__dict__` has nothing made
//! in between.

#![allow(unsafe_code, reason = "pointers to objects that are read without a lock")]

use std::{
    marker::PhantomData,
    mem::ManuallyDrop,
    ptr,
    sync::atomic::{AtomicPtr, AtomicUsize, Ordering},
};

use pyo3::{ffi, prelude::*};

use crate::trashcan::{Release, drop_bounded};

/// A type of which all-zero memory is a value that holds nothing.
///
/// # Safety
/// Zero must be a value of each field, and dropping it must do nothing.
pub(crate) unsafe trait Zeroable {}

// SAFETY: zero is a number.
unsafe impl Zeroable for AtomicUsize {}
// SAFETY: a null pointer, which is no object.
unsafe impl Zeroable for ObjectCell {}
// SAFETY: a null pointer, which is no value.
unsafe impl<T: Release> Zeroable for OnceBox<T> {}
// SAFETY: zero is the number of the variant without a value, as its representation says.
unsafe impl<T> Zeroable for ZeroOption<T> {}
// SAFETY: each of them is.
unsafe impl<T: Zeroable, const N: usize> Zeroable for [T; N] {}
// SAFETY: both are.
unsafe impl<A: Zeroable, B: Zeroable> Zeroable for (A, B) {}
// SAFETY: each of them is.
unsafe impl<A: Zeroable, B: Zeroable, C: Zeroable> Zeroable for (A, B, C) {}

/// Takes all fields of a class that Python may see before it is complete: the class compiles only as long as each is [`Zeroable`].
///
/// ```ignore
/// const _: fn(Class) = |Class { a, b }| assert_zeroable((a, b));
/// ```
pub(crate) fn assert_zeroable(fields: impl Zeroable) {
    drop(fields);
}

/// As [`Option`], but `None` is all-zero memory, which Rust does not promise of `Option`.
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

/// A Python object, or none. Reading needs no lock: a thread that reads has the GIL, and keeps it until it has a reference of its own.
#[derive(Debug)]
pub(crate) struct ObjectCell(AtomicPtr<ffi::PyObject>);

impl ObjectCell {
    pub(crate) const fn empty() -> ObjectCell {
        ObjectCell(AtomicPtr::new(ptr::null_mut()))
    }

    #[inline]
    pub(crate) fn get<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        // SAFETY: null, or an object to which the cell holds a reference. Nobody takes that away before there is another: this thread has the GIL.
        unsafe { Bound::from_borrowed_ptr_or_opt(py, self.0.load(Ordering::Acquire)) }
    }

    /// Sets the object unless there is one, and gives the one that the cell holds from now on.
    #[inline]
    pub(crate) fn get_or_set<'py>(&self, object: Bound<'py, PyAny>) -> Bound<'py, PyAny> {
        if let Some(held) = self.get(object.py()) {
            return held;
        }
        self.replace(object.py(), Some(object.clone()));
        object
    }

    /// Sets another object, or none. The former object is dropped at the end, which may run any code.
    pub(crate) fn replace<'py>(&self, py: Python<'py>, object: Option<Bound<'py, PyAny>>) {
        let object = object.map_or(ptr::null_mut(), Bound::into_ptr);
        // SAFETY: null, or an object to which the cell held a reference, which is taken over here, once.
        drop(unsafe { Bound::from_owned_ptr_or_opt(py, self.0.swap(object, Ordering::AcqRel)) });
    }

    /// Shows the object to the garbage collector.
    pub(crate) fn visit(&self, visit: &pyo3::PyVisit<'_>) -> Result<(), pyo3::PyTraverseError> {
        let object = self.0.load(Ordering::Acquire);
        if object.is_null() {
            return Ok(());
        }
        // SAFETY: an object to which the cell holds a reference. It is looked at for the length of the call, during which nothing runs but the
        // collector, with the interpreter. The reference stays the cell's, as it is not dropped here.
        let object = unsafe { ManuallyDrop::new(Bound::from_owned_ptr(Python::assume_attached(), object).unbind()) };
        visit.call(&*object)
    }
}

impl Drop for ObjectCell {
    #[inline]
    fn drop(&mut self) {
        let object = *self.0.get_mut();
        if !object.is_null() {
            // SAFETY: an object to which the cell holds a reference, which is given back here, once. Whoever drops an object of Python has the GIL.
            unsafe { ffi::Py_DECREF(object) };
        }
    }
}

/// A value in a box, or none; it is set once. The box is complete before the cell points to it, so nobody sees a part of the value.
pub(crate) struct OnceBox<T: Release>(AtomicPtr<T>, PhantomData<T>);

impl<T: Release + Send + Sync> OnceBox<T> {
    pub(crate) const fn empty() -> OnceBox<T> {
        OnceBox(AtomicPtr::new(ptr::null_mut()), PhantomData)
    }

    pub(crate) fn new(value: T) -> OnceBox<T> {
        OnceBox(AtomicPtr::new(Box::into_raw(Box::new(value))), PhantomData)
    }

    #[inline]
    pub(crate) fn get(&self) -> Option<&T> {
        // SAFETY: null, or a value in a box that is this cell's until it is dropped.
        unsafe { self.0.load(Ordering::Acquire).as_ref() }
    }

    pub(crate) fn get_or_init(&self, make: impl FnOnce() -> T) -> &T {
        if let Some(value) = self.get() {
            return value;
        }
        let made = Box::into_raw(Box::new(make()));
        match self.0.compare_exchange(ptr::null_mut(), made, Ordering::AcqRel, Ordering::Acquire) {
            // SAFETY: the box was just put here, and is this cell's until it is dropped.
            Ok(_) => unsafe { &*made },
            // SAFETY: another thread was faster, so the new box is nobody's; what stands here is as in `get`.
            Err(there) => unsafe {
                drop(Box::from_raw(made));
                &*there
            },
        }
    }
}

impl<T: Release> Drop for OnceBox<T> {
    #[inline]
    fn drop(&mut self) {
        let value = *self.0.get_mut();
        if !value.is_null() {
            // SAFETY: the box is this cell's, and nobody can ask for it any more. Whoever drops an object of Python has the interpreter.
            unsafe { drop_bounded(Python::assume_attached(), Box::from_raw(value)) };
        }
    }
}
