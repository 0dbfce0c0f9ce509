//! Batches, columns and scans as Arrow capsules. A capsule is one more owner of the memory of a batch: nothing is copied.
//!
//! `requested_schema` may ask for another layout of text columns: `string`, `large_string` or `string_view`; of columns of bytes: `binary`,
//! `large_binary` or `binary_view`. The consumer gets it, by a copy where views become another layout. Other types stay as they are, which the
//! protocol leaves to the producer. A schema of other fields is an error, as the protocol has it.

use std::{
    ffi::{c_char, c_int},
    mem,
    ops::Range,
    ptr,
    sync::Arc,
};

use arrow_array::{
    Array, ArrayRef, BinaryViewArray, LargeBinaryArray, LargeStringArray, RecordBatch, RecordBatchIterator,
    RecordBatchReader, StringArray, StringViewArray, StructArray,
    cast::AsArray,
    ffi::{FFI_ArrowArray, FFI_ArrowSchema},
    ffi_stream::FFI_ArrowArrayStream,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema, SchemaRef};
use pyo3::{
    exceptions::{PyMemoryError, PyOSError, PyValueError},
    prelude::*,
    types::PyCapsule,
};

use super::{
    capsule::{ARRAY, Pair, Requested, SCHEMA, STREAM, to_python},
    import::requested_field,
};
use crate::{
    error::{c_text, caught},
    gate, make,
};

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

/// These rows of batches, which have this schema and are counted from the first on, as a stream.
pub(crate) fn batches<'py>(
    py: Python<'py>,
    schema: &parsimd::Schema,
    batches: &[parsimd::Batch],
    rows: &Range<usize>,
    requested: Requested<'_, 'py>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let layout = Layout::of(schema, requested)?;
    let (mut records, mut first) = (Vec::new(), 0);
    for batch in batches {
        let start = rows.start.clamp(first, first + batch.len()) - first;
        let end = rows.end.clamp(first, first + batch.len()) - first;
        first += batch.len();
        // A batch without rows stays one.
        if start < end || batch.is_empty() || rows.is_empty() && records.is_empty() {
            records.push(layout.apply(batch).map(|records| records.slice(start, end - start)));
        }
    }
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
    let array = text_as(column.to_arrow().map_err(to_python)?, &kind).map_err(to_python)?;
    Ok((Field::new(name, kind, true), array.slice(rows.start, rows.len())))
}

/// Batches that `next` makes when they are asked for; it may be asked on any thread.
pub(crate) fn lazy<'py>(
    py: Python<'py>,
    schema: &parsimd::Schema,
    requested: Requested<'_, 'py>,
    next: impl FnMut(Python<'_>) -> PyResult<Option<parsimd::Batch>> + Send + 'static,
) -> PyResult<Bound<'py, PyCapsule>> {
    let layout = Layout::of(schema, requested)?;
    let reader = Batches { next: Box::new(next), layout, ended: false };
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), STREAM)
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
        let records = batch.to_arrow()?;
        if records.schema() == self.schema {
            return Ok(records);
        }
        let columns = records.columns().iter().zip(self.schema.fields());
        let columns = columns.map(|(column, field)| text_as(Arc::clone(column), field.data_type()));
        RecordBatch::try_new(Arc::clone(&self.schema), columns.collect::<Result<_, _>>()?)
    }
}

/// The type of the array where the consumer asks for `asked`.
fn nearest(own: &DataType, asked: &DataType) -> DataType {
    match (own, asked) {
        (DataType::Utf8 | DataType::Utf8View, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View) => {
            asked.clone()
        }
        (DataType::Binary, DataType::Binary | DataType::LargeBinary | DataType::BinaryView) => asked.clone(),
        _ => own.clone(),
    }
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

type NextBatch = dyn FnMut(Python<'_>) -> PyResult<Option<parsimd::Batch>> + Send;

/// Batches, one after the other. Whoever asks for the next may hold the GIL or not.
struct Batches {
    next: Box<NextBatch>,
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
        // C asks, so a panic would end the process.
        let batch = gate::attach(|py| caught(|| (self.next)(py)).flatten().map_err(|error| to_arrow(py, &error)));
        let batch = batch.unwrap_or_else(|| Err(shutting_down()));
        let apply = |batch| {
            let records = caught(|| self.layout.apply(&batch));
            records
                .unwrap_or_else(|panic| Err(gate::attach(move |py| to_arrow(py, &panic)).unwrap_or_else(shutting_down)))
        };
        let records = batch.and_then(|batch| batch.map(apply).transpose()).transpose();
        self.ended = !matches!(records, Some(Ok(_)));
        records.map(|records| records.map_err(as_c_text))
    }
}

impl Drop for Batches {
    /// The consumer may have let go of the GIL, and pyo3 may not know.
    fn drop(&mut self) {
        gate::release(mem::replace(&mut self.next, Box::new(|_| Ok(None))));
    }
}

fn shutting_down() -> ArrowError {
    ArrowError::ExternalError("the interpreter is shutting down".into())
}

/// An error whose text C can read: at another the stream would end the process.
fn as_c_text(error: ArrowError) -> ArrowError {
    let words = error.to_string();
    if !words.contains('\0') {
        return error;
    }
    ArrowError::ExternalError(c_text(&words).into())
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

/// The error of a stream for an exception, which can only be told in words.
fn to_arrow(py: Python<'_>, error: &PyErr) -> ArrowError {
    let words = error.to_string();
    if error.is_instance_of::<PyOSError>(py) {
        return ArrowError::IoError(words.clone(), std::io::Error::other(words));
    }
    if error.is_instance_of::<PyMemoryError>(py) {
        return ArrowError::MemoryError(words);
    }
    ArrowError::ExternalError(words.into())
}
