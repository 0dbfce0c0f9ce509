//! The Arrow PyCapsule protocol: `__arrow_c_schema__`, `__arrow_c_array__` and `__arrow_c_stream__`.
//!
//! Nothing is copied: a capsule is one more owner of the memory of a batch.
//!
//! `requested_schema` may ask for another layout of text columns, `string`, `large_string` or `string_view`: it is given, by a copy of the texts
//! if they are views and it is not. So it may for those of bytes: `binary`, `large_binary` or `binary_view`. Other types
//! stay as they are, which the protocol leaves to the producer. A schema of other fields is an error, as it says too.

#![allow(unsafe_code, reason = "the structs of Arrow's C interface")]

use std::{
    ffi::{CStr, c_char, c_int},
    mem::ManuallyDrop,
    ops::Range,
    ptr,
    sync::Arc,
};

use arrow_array::{
    Array, ArrayRef, BinaryArray, BinaryViewArray, GenericBinaryArray, LargeBinaryArray, LargeStringArray,
    OffsetSizeTrait, RecordBatch, RecordBatchIterator, RecordBatchReader, StringArray, StringViewArray, StructArray,
    cast::AsArray,
    ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi},
    ffi_stream::{ArrayStreamReader, FFI_ArrowArrayStream},
    make_array,
    types::UInt64Type,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema, SchemaRef};
use pyo3::{
    exceptions::{PyKeyboardInterrupt, PyMemoryError, PyOSError, PyTypeError, PyValueError},
    ffi,
    prelude::*,
    types::{PyCapsule, PyCapsuleMethods, PyTuple},
};

use crate::{
    make::{self, name},
    scan::Scan,
};

const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";
const STREAM: &CStr = c"arrow_array_stream";

/// A schema and an array: two capsules.
pub(crate) type Pair<'py> = Bound<'py, PyTuple>;

/// What a consumer asks for: a capsule with a schema, or None.
pub(crate) type Requested<'a, 'py> = Option<&'a Bound<'py, PyAny>>;

/// The schema of a batch, as a capsule.
pub(crate) fn schema<'py>(py: Python<'py>, schema: &parsimd::Schema) -> PyResult<Bound<'py, PyCapsule>> {
    schema_capsule(py, FFI_ArrowSchema::try_from(schema.to_arrow()))
}

/// These rows of a batch, as an array of structs.
pub(crate) fn array<'py>(
    py: Python<'py>,
    batch: &parsimd::Batch,
    rows: &Range<usize>,
    requested: Requested<'_, 'py>,
) -> PyResult<Pair<'py>> {
    let layout = Layout::of(batch.schema(), requested)?;
    let records = layout.apply(batch).map_err(to_python)?.slice(rows.start, rows.len());
    let array = StructArray::from(records);
    pair(py, FFI_ArrowSchema::try_from(array.data_type()), &array)
}

/// These rows of a batch, as a stream of one array of structs.
pub(crate) fn stream<'py>(
    py: Python<'py>,
    batch: &parsimd::Batch,
    rows: &Range<usize>,
    requested: Requested<'_, 'py>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let layout = Layout::of(batch.schema(), requested)?;
    let records = layout.apply(batch).map_err(to_python)?.slice(rows.start, rows.len());
    let reader = RecordBatchIterator::new([Ok(records)], layout.schema);
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), STREAM)
}

/// These batches, which have this schema, as a stream.
pub(crate) fn batches<'py>(
    py: Python<'py>,
    schema: &parsimd::Schema,
    batches: &[parsimd::Batch],
    requested: Requested<'_, 'py>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let layout = Layout::of(schema, requested)?;
    let records: Vec<_> = batches.iter().map(|batch| layout.apply(batch)).collect();
    let reader = RecordBatchIterator::new(records, layout.schema);
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), STREAM)
}

/// The schema of a column: a field with its name, as a capsule.
pub(crate) fn column_schema<'py>(
    py: Python<'py>,
    name: &str,
    column: &parsimd::Column,
) -> PyResult<Bound<'py, PyCapsule>> {
    schema_capsule(py, FFI_ArrowSchema::try_from(Field::new(name, column.column_type().to_arrow(), true)))
}

/// These rows of a column.
pub(crate) fn column<'py>(
    py: Python<'py>,
    name: &str,
    column: &Arc<parsimd::Column>,
    rows: &Range<usize>,
    requested: Requested<'_, 'py>,
) -> PyResult<Pair<'py>> {
    let (field, array) = column_array(name, column, rows, requested)?;
    pair(py, FFI_ArrowSchema::try_from(field), &array)
}

/// These rows of a column, as a stream of one array.
pub(crate) fn column_stream<'py>(
    py: Python<'py>,
    name: &str,
    column: &Arc<parsimd::Column>,
    rows: &Range<usize>,
    requested: Requested<'_, 'py>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let (field, array) = column_array(name, column, rows, requested)?;
    PyCapsule::new_with_value(py, One { field, array: Some(array) }.into_stream(), STREAM)
}

fn column_array(
    name: &str,
    column: &Arc<parsimd::Column>,
    rows: &Range<usize>,
    requested: Requested<'_, '_>,
) -> PyResult<(Field, ArrayRef)> {
    let mut kind = column.column_type().to_arrow();
    if let Some(asked) = requested_field(requested)? {
        kind = nearest(&kind, asked.data_type());
    }
    let array = text_as(column.to_arrow_by(text, views).map_err(to_python)?, &kind).map_err(to_python)?;
    Ok((Field::new(name, kind, true), array.slice(rows.start, rows.len())))
}

/// The batches of a scan, which are made when they are asked for.
pub(crate) fn scan<'py>(
    scan: &Bound<'py, Scan>,
    schema: &parsimd::Schema,
    requested: Requested<'_, 'py>,
) -> PyResult<Bound<'py, PyCapsule>> {
    scan.get().check_unread()?;
    let layout = Layout::of(schema, requested)?;
    let reader = Batches { scan: scan.clone().unbind(), layout, ended: false };
    PyCapsule::new_with_value(scan.py(), FFI_ArrowArrayStream::new(Box::new(reader)), STREAM)
}

fn pair<'py>(py: Python<'py>, schema: Result<FFI_ArrowSchema, ArrowError>, array: &dyn Array) -> PyResult<Pair<'py>> {
    let (schema, array) = (schema_capsule(py, schema)?, array_capsule(py, array)?);
    make::tuple(py, [Ok(schema.into_any()), Ok(array.into_any())])
}

fn schema_capsule(py: Python<'_>, schema: Result<FFI_ArrowSchema, ArrowError>) -> PyResult<Bound<'_, PyCapsule>> {
    PyCapsule::new_with_value(py, schema.map_err(to_python)?, SCHEMA)
}

fn array_capsule<'py>(py: Python<'py>, array: &dyn Array) -> PyResult<Bound<'py, PyCapsule>> {
    PyCapsule::new_with_value(py, FFI_ArrowArray::new(&array.to_data()), ARRAY)
}

fn to_python(error: ArrowError) -> PyErr {
    make::error::<PyValueError>(error.to_string())
}

/// The schema in which a batch is handed over.
struct Layout {
    schema: SchemaRef,
}

impl Layout {
    /// The own schema, with the text columns as requested.
    fn of(own: &parsimd::Schema, requested: Requested<'_, '_>) -> PyResult<Layout> {
        let own = own.to_arrow();
        let Some(asked) = requested_field(requested)? else { return Ok(Layout { schema: Arc::new(own) }) };
        let names = |fields: &Fields| fields.iter().map(|field| field.name().clone()).collect::<Vec<_>>();
        let fields = match asked.data_type() {
            DataType::Struct(fields) if names(fields) == names(&own.fields) => fields,
            other => {
                return Err(make::error::<PyValueError>(format!(
                    "the requested schema must be a struct of the fields {:?}, not {other}",
                    names(&own.fields)
                )));
            }
        };
        let field = |(own, asked): (&Arc<Field>, &Arc<Field>)| {
            own.as_ref().clone().with_data_type(nearest(own.data_type(), asked.data_type()))
        };
        let fields: Vec<Field> = own.fields.iter().zip(fields).map(field).collect();
        Ok(Layout { schema: Arc::new(Schema::new(fields)) })
    }

    fn apply(&self, batch: &parsimd::Batch) -> Result<RecordBatch, ArrowError> {
        let records = batch.to_arrow_by(text, views)?;
        if records.schema() == self.schema {
            return Ok(records);
        }
        let columns = records.columns().iter().zip(self.schema.fields());
        let columns = columns.map(|(column, field)| text_as(Arc::clone(column), field.data_type()));
        RecordBatch::try_new(Arc::clone(&self.schema), columns.collect::<Result<_, _>>()?)
    }
}

/// The type to be given where `asked` is asked for.
fn nearest(own: &DataType, asked: &DataType) -> DataType {
    match (own, asked) {
        (DataType::Utf8 | DataType::Utf8View, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View) => {
            asked.clone()
        }
        (DataType::Binary, DataType::Binary | DataType::LargeBinary | DataType::BinaryView) => asked.clone(),
        _ => own.clone(),
    }
}

/// An array of the texts of a column.
fn text(offsets: OffsetBuffer<i32>, bytes: Buffer, nulls: Option<NullBuffer>) -> Result<StringArray, ArrowError> {
    // SAFETY: `to_arrow_by` passes what the kernel `texts` has written, or rows of that copied or joined: the bytes of one span of a block after
    // those of the other, and an offset behind each. So the offsets ascend, which `OffsetBuffer::new` has compared, and the last is the
    // length of the bytes. Each text is UTF-8, since a record that is not is a failure, and so is one in which a span cuts a
    // character; so are texts side by side, and an offset is where one ends. There is a null or not for each row: both come from one
    // column, which does not change.
    Ok(unsafe { StringArray::new_unchecked(offsets, bytes, nulls) })
}

/// An array of the views of a column.
fn views(
    views: ScalarBuffer<u128>,
    buffers: Arc<[Buffer]>,
    nulls: Option<NullBuffer>,
) -> Result<StringViewArray, ArrowError> {
    // SAFETY: `to_arrow_by` passes views of places in the buffers, which `TextViews` makes of spans of a block that it has compared with
    // its end, with the prefixes read there; texts are UTF-8, since a record that is not is a failure, and so is one in which a span
    // cuts a character. Neither views nor buffers change. There is a null or not for each row: both come from one column.
    Ok(unsafe { StringViewArray::new_unchecked(views, buffers, nulls) })
}

/// A column of text or bytes in another layout, over the same bytes where it can be; another column as it is.
fn text_as(array: ArrayRef, kind: &DataType) -> Result<ArrayRef, ArrowError> {
    Ok(match (array.data_type(), kind) {
        (DataType::Utf8View, DataType::LargeUtf8) => {
            Arc::new(array.as_string_view().iter().collect::<LargeStringArray>())
        }
        (DataType::Utf8View, DataType::Utf8) => {
            let texts = array.as_string_view();
            let bytes: u64 = texts.lengths().map(u64::from).sum();
            if bytes > i32::MAX as u64 {
                return Err(ArrowError::InvalidArgumentError(format!(
                    "string has room for 2 GiB, not for {bytes} bytes: ask for large_string"
                )));
            }
            Arc::new(texts.iter().collect::<StringArray>())
        }
        (DataType::Utf8, DataType::Utf8View) => Arc::new(StringViewArray::from(array.as_string::<i32>())),
        (DataType::Utf8, DataType::LargeUtf8) => {
            let (offsets, bytes, nulls) = array.as_string::<i32>().clone().into_parts();
            // SAFETY: a valid array has these bytes, nulls and offsets; theirs is only another width.
            Arc::new(unsafe { LargeStringArray::new_unchecked(large(&offsets), bytes, nulls) })
        }
        (DataType::Binary, DataType::BinaryView) => Arc::new(BinaryViewArray::from(array.as_binary::<i32>())),
        (DataType::Binary, DataType::LargeBinary) => {
            let (offsets, bytes, nulls) = array.as_binary::<i32>().clone().into_parts();
            Arc::new(LargeBinaryArray::try_new(large(&offsets), bytes, nulls)?)
        }
        _ => array,
    })
}

/// The same offsets, for a large layout.
fn large(offsets: &OffsetBuffer<i32>) -> OffsetBuffer<i64> {
    OffsetBuffer::new(offsets.iter().map(|&offset| i64::from(offset)).collect())
}

/// What became of an array of texts, as an array of structs: null where a text did not match.
pub(crate) fn texts<'py>(
    py: Python<'py>,
    batch: &parsimd::Batch,
    matched: Option<&parsimd::Validity>,
    requested: Requested<'_, 'py>,
) -> PyResult<Pair<'py>> {
    let layout = Layout::of(batch.schema(), requested)?;
    let records = layout.apply(batch).map_err(to_python)?;
    let nulls = matched.map(|matched| {
        let bits = Buffer::from(matched.bits().to_vec());
        NullBuffer::new(BooleanBuffer::new(bits, 0, records.num_rows()))
    });
    let array = if records.num_columns() == 0 {
        StructArray::new_empty_fields(records.num_rows(), nulls)
    } else {
        StructArray::try_new(layout.schema.fields().clone(), records.columns().to_vec(), nulls).map_err(to_python)?
    };
    pair(py, FFI_ArrowSchema::try_from(array.data_type()), &array)
}

/// The numbers in the arrays of an object with `__arrow_c_stream__`.
pub(crate) fn row_numbers(object: &Bound<'_, PyAny>) -> PyResult<Vec<u64>> {
    let capsule = object.call_method0(name!(object.py(), "__arrow_c_stream__"))?;
    let stream = capsule.cast::<PyCapsule>()?.pointer_checked(Some(STREAM))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: the capsule has the name that the protocol gives to a pointer to a stream, which `pointer_checked` has compared, and
    // lives to the end of this function. The stream is moved out of it, as the protocol wants it.
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(stream.as_ptr()) };
    let mut numbers = Vec::new();
    for array in ArrayStreamReader::try_new(stream).map_err(to_python)? {
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

/// An array that Python code has passed.
pub(crate) struct Given(ArrayRef);

impl Given {
    /// Takes the array of an object with `__arrow_c_array__`.
    pub(crate) fn take(object: &Bound<'_, PyAny>) -> PyResult<Given> {
        let capsules = object.call_method0(name!(object.py(), "__arrow_c_array__"))?;
        let (schema, array): (Bound<'_, PyCapsule>, Bound<'_, PyCapsule>) = capsules.extract()?;
        let schema = schema.pointer_checked(Some(SCHEMA))?.cast::<FFI_ArrowSchema>();
        let array = array.pointer_checked(Some(ARRAY))?.cast::<FFI_ArrowArray>();
        // SAFETY: the capsules have the names that the protocol gives to pointers to these, which `pointer_checked` has compared, and
        // live to the end of this function. The array is moved out of its capsule, as the protocol wants it; that it is what its
        // schema says is the producer's promise.
        let data = unsafe { from_ffi(FFI_ArrowArray::from_raw(array.as_ptr()), schema.as_ref()) };
        Ok(Given(make_array(data.map_err(to_python)?)))
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

fn requested_field(requested: Requested<'_, '_>) -> PyResult<Option<Field>> {
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

/// The batches of a scan. Whoever asks for the next may hold the GIL or not; the scan runs without it.
struct Batches {
    scan: Py<Scan>,
    layout: Layout,
    ended: bool,
}

impl RecordBatchReader for Batches {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.layout.schema)
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let batch = attach(|py| self.scan.get().take_batch(py).map_err(|error| to_arrow(py, &error)));
        let batch = batch.unwrap_or_else(|| Err(ArrowError::ExternalError("the interpreter is shutting down".into())));
        let records = batch.and_then(|batch| batch.map(|batch| self.layout.apply(&batch)).transpose()).transpose();
        self.ended = !matches!(records, Some(Ok(_)));
        records
    }
}

/// A stream of one array, of any type: those that the crate makes are of structs.
struct One {
    field: Field,
    /// Until it is handed over.
    array: Option<ArrayRef>,
}

impl One {
    fn into_stream(self) -> FFI_ArrowArrayStream {
        let owned = Box::into_raw(Box::new(self)).cast();
        // SAFETY: the functions are those of the protocol, for a stream whose private data is a `One` in a box; `release` frees it once.
        unsafe {
            FFI_ArrowArrayStream::new_unchecked(
                Some(One::schema),
                Some(One::next),
                Some(One::last_error),
                Some(One::release),
                owned,
            )
        }
    }

    unsafe extern "C" fn schema(stream: *mut FFI_ArrowArrayStream, out: *mut FFI_ArrowSchema) -> c_int {
        // SAFETY: the consumer passes a stream that is not released, as `into_stream` made it, from one thread at a time.
        let one = unsafe { &*(*stream).private_data().cast::<One>() };
        let Ok(schema) = FFI_ArrowSchema::try_from(&one.field) else { return One::INVALID };
        // SAFETY: the consumer has room for a schema there, with nothing in it to be dropped.
        unsafe { out.write(schema) };
        0
    }

    unsafe extern "C" fn next(stream: *mut FFI_ArrowArrayStream, out: *mut FFI_ArrowArray) -> c_int {
        // SAFETY: as in `schema`; nobody else reads it meanwhile.
        let one = unsafe { &mut *(*stream).private_data().cast::<One>() };
        let array = one.array.take().map_or_else(FFI_ArrowArray::empty, |array| FFI_ArrowArray::new(&array.to_data()));
        // SAFETY: the consumer has room for an array there, with nothing in it to be dropped. An empty one is the end.
        unsafe { out.write(array) };
        0
    }

    unsafe extern "C" fn last_error(_stream: *mut FFI_ArrowArrayStream) -> *const c_char {
        ptr::null()
    }

    unsafe extern "C" fn release(stream: *mut FFI_ArrowArrayStream) {
        // SAFETY: as in `schema`; the box is that of `into_stream`, and the mark of a released stream keeps it from being freed twice.
        unsafe {
            drop(Box::from_raw((*stream).private_data().cast::<One>()));
            (*stream).set_release(None);
        }
    }

    /// EINVAL.
    const INVALID: c_int = 22;
}

/// Runs `work` with the GIL; `None` when the interpreter is shutting down.
fn attach<T>(work: impl FnOnce(Python<'_>) -> T) -> Option<T> {
    /// The GIL, as the interpreter counts it.
    struct Gil(ffi::PyGILState_STATE);

    impl Drop for Gil {
        fn drop(&mut self) {
            // SAFETY: the state is that of the call in `attach`, on this thread, given back once and in order.
            unsafe { ffi::PyGILState_Release(self.0) };
        }
    }

    // pyo3 counts on its own whether this thread has the GIL. Where the consumer was called from a Python function that a scan
    // has called, and has released the GIL, that count is wrong; the interpreter's is right.
    // SAFETY: both may be called from any thread, with the GIL or without.
    let _gil = unsafe {
        if ffi::Py_IsInitialized() == 0 {
            return None;
        }
        Gil(ffi::PyGILState_Ensure())
    };
    Python::try_attach(work)
}

/// Drops what belongs to Python, on whatever thread: where there is no interpreter any more, it is left.
pub(crate) fn release<T>(object: T) {
    let mut object = ManuallyDrop::new(object);
    // SAFETY: it is dropped here once, with the GIL, and never looked at again.
    attach(|_| unsafe { ManuallyDrop::drop(&mut object) });
}

/// The error of a stream for an exception, which can only be told in words.
fn to_arrow(py: Python<'_>, error: &PyErr) -> ArrowError {
    let words = error.to_string();
    if error.is_instance_of::<PyKeyboardInterrupt>(py) {
        // The interrupt is sent again, for the program to see when it is back from the consumer.
        // SAFETY: the call has no preconditions.
        unsafe { ffi::PyErr_SetInterrupt() };
    }
    if error.is_instance_of::<PyOSError>(py) {
        return ArrowError::IoError(words.clone(), std::io::Error::other(words));
    }
    if error.is_instance_of::<PyMemoryError>(py) {
        return ArrowError::MemoryError(words);
    }
    ArrowError::ExternalError(words.into())
}
