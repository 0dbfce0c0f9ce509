//! Arrays of other libraries, taken out of their capsules without a copy.

use arrow_array::{
    Array, ArrayRef, BinaryArray, GenericBinaryArray, LargeBinaryArray, OffsetSizeTrait,
    cast::AsArray,
    ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi},
    ffi_stream::{ArrayStreamReader, FFI_ArrowArrayStream},
    make_array,
    types::UInt64Type,
};
use arrow_schema::{DataType, Field};
use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    prelude::*,
    types::{PyCapsule, PyCapsuleMethods},
};

use super::capsule::{ARRAY, Requested, SCHEMA, STREAM, to_python};
use crate::{
    capi,
    make::{self, name},
};

/// The arrays of an object with `__arrow_c_stream__`.
fn stream(object: &Bound<'_, PyAny>) -> PyResult<ArrayStreamReader> {
    let capsule = capi::call_method(object, name!(object.py(), "__arrow_c_stream__"), &[])?;
    let stream = capsule.cast::<PyCapsule>()?.pointer_checked(Some(STREAM))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: the capsule has the name that the protocol gives to a pointer to a stream, which `pointer_checked` has compared, and
    // lives to the end of this function. The stream is moved out of it, as the protocol wants it.
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(stream.as_ptr()) };
    ArrayStreamReader::try_new(stream).map_err(to_python)
}

/// The numbers in the arrays of an object with `__arrow_c_stream__`.
pub(crate) fn row_numbers(object: &Bound<'_, PyAny>) -> PyResult<Vec<u64>> {
    let mut numbers = Vec::new();
    for array in stream(object)? {
        let array = array.map_err(to_python)?;
        let Some(array) = array.as_primitive_opt::<UInt64Type>().filter(|array| array.null_count() == 0) else {
            return Err(make::error::<PyTypeError>(format!(
                "uint64 without nulls is needed, not {}",
                array.data_type()
            )));
        };
        numbers.extend_from_slice(array.values());
    }
    Ok(numbers)
}

/// An array of another library.
pub(crate) struct ImportedArray(ArrayRef);

impl ImportedArray {
    /// Takes the arrays of an object with `__arrow_c_array__`, which is one, or with `__arrow_c_stream__`.
    pub(crate) fn take_all(object: &Bound<'_, PyAny>) -> PyResult<Vec<ImportedArray>> {
        if object.hasattr(name!(object.py(), "__arrow_c_array__"))? {
            return Ok(vec![ImportedArray::take(object)?]);
        }
        stream(object)?.map(|array| array.map(ImportedArray).map_err(to_python)).collect()
    }

    /// Takes the array of an object with `__arrow_c_array__`.
    fn take(object: &Bound<'_, PyAny>) -> PyResult<ImportedArray> {
        let capsules = capi::call_method(object, name!(object.py(), "__arrow_c_array__"), &[])?;
        let (schema, array): (Bound<'_, PyCapsule>, Bound<'_, PyCapsule>) = capsules.extract()?;
        let schema = schema.pointer_checked(Some(SCHEMA))?.cast::<FFI_ArrowSchema>();
        let array = array.pointer_checked(Some(ARRAY))?.cast::<FFI_ArrowArray>();
        // SAFETY: the capsules have the names that the protocol gives to pointers to these, which `pointer_checked` has compared, and
        // live to the end of this function.
        if unsafe { schema.as_ref().release().is_none() || array.as_ref().is_released() } {
            return Err(make::error::<PyValueError>(
                "the array was taken before by another, and is released: __arrow_c_array__ must give new capsules at each call",
            ));
        }
        // SAFETY: as above. Neither is released, so what they point to is there. The array is moved out of its capsule, as the protocol wants it; that it is
        // what its schema says is the producer's promise.
        let data = unsafe { from_ffi(FFI_ArrowArray::from_raw(array.as_ptr()), schema.as_ref()) };
        Ok(ImportedArray(make_array(data.map_err(to_python)?)))
    }

    /// How many values it has.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Scans its texts, each as one record. Strings are not trusted to be UTF-8.
    pub(crate) fn scan(
        &self,
        pattern: &parsimd::Pattern,
        options: parsimd::ScanOptions,
    ) -> PyResult<parsimd::Result<parsimd::Texts>> {
        let array = self.0.as_ref();
        match array.data_type() {
            DataType::Utf8 => scan_column(&BinaryArray::from(array.as_string::<i32>().clone()), pattern, options),
            DataType::LargeUtf8 => {
                scan_column(&LargeBinaryArray::from(array.as_string::<i64>().clone()), pattern, options)
            }
            DataType::Binary => scan_column(array.as_binary::<i32>(), pattern, options),
            DataType::LargeBinary => scan_column(array.as_binary::<i64>(), pattern, options),
            DataType::Utf8View => Ok(pattern.scan_texts(&array.as_string_view().clone().to_binary_view(), options)),
            DataType::BinaryView => Ok(pattern.scan_texts(array.as_binary_view(), options)),
            DataType::Null => Ok(pattern.scan_texts((0..array.len()).map(|_| None), options)),
            other => Err(make::error::<PyTypeError>(format!("an array of strings or bytes is needed, not of {other}"))),
        }
    }
}

/// Scans the texts of an array where they lie.
fn scan_column<O: OffsetSizeTrait + Into<i64>>(
    array: &GenericBinaryArray<O>,
    pattern: &parsimd::Pattern,
    options: parsimd::ScanOptions,
) -> PyResult<parsimd::Result<parsimd::Texts>> {
    let nulls: Vec<usize> = array.nulls().map_or(Vec::new(), |nulls| (!nulls.inner()).set_indices().collect());
    let column = parsimd::TextColumn::new(array.value_data(), array.value_offsets(), &nulls)
        .ok_or_else(|| make::error::<PyValueError>("the offsets of the array are not those of texts in its memory"))?;
    Ok(pattern.scan_column(column, options))
}

/// The schema that a consumer asks for, if it asks for one.
pub(super) fn requested_field(requested: Requested<'_, '_>) -> PyResult<Option<Field>> {
    let Some(object) = requested.filter(|object| !object.is_none()) else { return Ok(None) };
    let capsule = object.cast::<PyCapsule>().map_err(|_| {
        make::error::<PyTypeError>("requested_schema must be a capsule, as __arrow_c_schema__() gives it, or None")
    })?;
    let pointer = capsule.pointer_checked(Some(SCHEMA))?.cast::<FFI_ArrowSchema>();
    // SAFETY: the capsule has the name that the protocol gives to a pointer to an ArrowSchema, which `pointer_checked` has
    // compared; `object` keeps it alive while it is read.
    let schema = unsafe { pointer.as_ref() };
    if schema.release().is_none() {
        return Err(make::error::<PyValueError>("the requested schema was released"));
    }
    Field::try_from(schema).map(Some).map_err(to_python)
}
