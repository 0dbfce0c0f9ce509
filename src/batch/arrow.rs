//! Columns as Arrow arrays, over the same memory. With the feature `arrow`.
//!
//! A column's buffers already are Arrow's, so an array is a second owner of them: it stays valid when the batch, the scan and the
//! input are gone. Making one copies nothing, but of booleans. Arrow's constructors check that texts are UTF-8, which takes a sixth of what a scan takes, and that views
//! are of places in their buffers, which takes longer than the scan. A column was made so that both hold, so arrays of text are made without: see
//! [`texts`] and [`views`]. A build with debug assertions checks all the same.
//!
//! | column | array |
//! |---|---|
//! | text | `Utf8`; `Utf8View` with [`Strings::View`](crate::Strings::View); `Binary` with [`Strings::Binary`](crate::Strings::Binary) |
//! | integers, floats | `Int64`, `Float64` |
//! | dates and times | `Timestamp(µs)`, of `UTC` where the type says so; `Date32`; `Time64(µs)`; `Duration(ns)` |
//! | booleans | `Boolean`, which has a bit for each: the one array that is a copy |

#![allow(unsafe_code, reason = "arrays of texts whose checks have been made")]

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, DurationNanosecondArray, Float64Array, Int64Array, RecordBatch,
    RecordBatchOptions, StringArray, StringViewArray, Time64MicrosecondArray, TimestampMicrosecondArray,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer, ToByteSlice};
use arrow_schema::{ArrowError, DataType, Field, TimeUnit};

use super::{Batch, Column, ColumnType, Schema, Values};

impl ColumnType {
    /// The type of the array.
    pub fn to_arrow(self) -> DataType {
        match self {
            ColumnType::Text => DataType::Utf8,
            ColumnType::TextView => DataType::Utf8View,
            ColumnType::Binary => DataType::Binary,
            ColumnType::Int64 => DataType::Int64,
            ColumnType::Float64 => DataType::Float64,
            ColumnType::Timestamp { utc } => DataType::Timestamp(TimeUnit::Microsecond, utc.then(|| "UTC".into())),
            ColumnType::Date => DataType::Date32,
            ColumnType::Time => DataType::Time64(TimeUnit::Microsecond),
            ColumnType::Duration => DataType::Duration(TimeUnit::Nanosecond),
            ColumnType::Bool => DataType::Boolean,
        }
    }
}

impl Schema {
    /// The schema of the record batches. Every field may be null.
    pub fn to_arrow(&self) -> arrow_schema::Schema {
        let fields = self.columns().map(|(name, kind)| Field::new(name, kind.to_arrow(), true));
        arrow_schema::Schema::new(fields.collect::<Vec<_>>())
    }
}

impl Batch {
    /// The batch as an Arrow record batch, which shares its memory.
    ///
    /// ```
    /// let batch = parsimd::Pattern::new("{level:w} {ms:d}")?.scan(b"info 12\nwarn 340\n").read_all()?;
    /// let records = batch.to_arrow()?;
    /// assert_eq!((records.num_rows(), records.schema().field(1).name().as_str()), (2, "ms"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Column::to_arrow`].
    pub fn to_arrow(&self) -> Result<RecordBatch, ArrowError> {
        let columns = self.columns.iter().map(Column::to_arrow).collect::<Result<_, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        RecordBatch::try_new_with_options(Arc::new(self.schema.to_arrow()), columns, &options)
    }
}

impl Column {
    /// The column as an Arrow array, which shares its memory.
    ///
    /// # Errors
    /// Those of Arrow's constructors, which find nothing wrong with what a scan has made.
    pub fn to_arrow(self: &Arc<Self>) -> Result<ArrayRef, ArrowError> {
        let nulls = self.validity().map(|_| {
            let bits = lend(self, |column| column.validity().map_or(&[], |validity| validity.bits()));
            NullBuffer::new(BooleanBuffer::new(bits, 0, self.len()))
        });
        macro_rules! numbers {
            ($array:ident, $values:ident) => {
                $array::try_new(
                    ScalarBuffer::from(lend(self, |column| match column.values() {
                        Values::$values(values) => values.to_byte_slice(),
                        _ => &[],
                    })),
                    nulls,
                )
            };
        }
        Ok(match self.values() {
            values @ (Values::Text { .. } | Values::Binary { .. }) => {
                let offsets = lend(self, |column| match column.values() {
                    Values::Text { offsets, .. } | Values::Binary { offsets, .. } => offsets.to_byte_slice(),
                    _ => &[],
                });
                let bytes = lend(self, |column| match column.values() {
                    Values::Text { bytes, .. } | Values::Binary { bytes, .. } => bytes,
                    _ => &[],
                });
                let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
                match values {
                    Values::Text { .. } => Arc::new(texts(offsets, bytes, nulls)),
                    _ => Arc::new(BinaryArray::try_new(offsets, bytes, nulls)?),
                }
            }
            Values::TextView(column) => {
                let lent = lend(self, |column| match column.values() {
                    Values::TextView(column) => column.views().to_byte_slice(),
                    _ => &[],
                });
                let buffers: Vec<Buffer> = column.buffers().iter().cloned().map(Buffer::from).collect();
                Arc::new(views(ScalarBuffer::from(lent), buffers.into(), nulls))
            }
            Values::Int64(_) => Arc::new(numbers!(Int64Array, Int64)?),
            Values::Float64(_) => Arc::new(numbers!(Float64Array, Float64)?),
            Values::Date(_) => Arc::new(numbers!(Date32Array, Date)?),
            Values::Time(_) => Arc::new(numbers!(Time64MicrosecondArray, Time)?),
            Values::Duration(_) => Arc::new(numbers!(DurationNanosecondArray, Duration)?),
            Values::Bool(values) => Arc::new(BooleanArray::new(BooleanBuffer::from(&values[..]), nulls)),
            Values::Timestamp(_) => {
                Arc::new(numbers!(TimestampMicrosecondArray, Timestamp)?.with_data_type(self.column_type().to_arrow()))
            }
        })
    }
}

/// The array of a column of [`Values::Text`].
fn texts(offsets: OffsetBuffer<i32>, bytes: Buffer, nulls: Option<NullBuffer>) -> StringArray {
    debug_assert!(StringArray::try_new(offsets.clone(), bytes.clone(), nulls.clone()).is_ok());
    // SAFETY: the column has what the kernel `texts` has written, or rows of that copied or joined: the bytes of one span of a block after
    // those of the other, and an offset after each. So the offsets ascend, which `OffsetBuffer::new` has compared, and the last is the
    // length of the bytes. Each text is UTF-8, since a record that is not is a failure, and so is one in which a span cuts a
    // character (`scan/matching.rs`); so are texts side by side, and an offset is where one ends. There is a null or not for each row: both
    // come from one column, which does not change.
    unsafe { StringArray::new_unchecked(offsets, bytes, nulls) }
}

/// The array of a column of [`Values::TextView`].
fn views(views: ScalarBuffer<u128>, buffers: Arc<[Buffer]>, nulls: Option<NullBuffer>) -> StringViewArray {
    debug_assert!(StringViewArray::try_new(views.clone(), Arc::clone(&buffers), nulls.clone()).is_ok());
    // SAFETY: the views are of places in the buffers, which `TextViews` makes of spans of a block that it has compared with
    // its end, with the prefixes read there; texts are UTF-8, since a record that is not is a failure, and so is one in which a span
    // cuts a character. Neither views nor buffers change. There is a null or not for each row: both come from one column.
    unsafe { StringViewArray::new_unchecked(views, buffers, nulls) }
}

/// Memory of a column, as a buffer that keeps the column alive.
fn lend(column: &Arc<Column>, part: fn(&Column) -> &[u8]) -> Buffer {
    struct Part(Arc<Column>, fn(&Column) -> &[u8]);

    impl AsRef<[u8]> for Part {
        fn as_ref(&self) -> &[u8] {
            self.1(&self.0)
        }
    }

    Buffer::from(bytes::Bytes::from_owner(Part(Arc::clone(column), part)))
}

#[cfg(test)]
mod tests {
    use arrow_array::{Array, cast::AsArray, types::Int64Type};

    use super::*;
    use crate::{OnError, Pattern, ScanOptions, Strings};

    fn scanned(format: &str, text: &str, on_error: OnError) -> Batch {
        scanned_as(Strings::Utf8, format, text, on_error)
    }

    fn scanned_as(strings: Strings, format: &str, text: &str, on_error: OnError) -> Batch {
        let options = ScanOptions { on_error, strings, year: crate::Year::Of(2020), ..ScanOptions::default() };
        let input = crate::Input::bytes(text.as_bytes());
        Pattern::new(format).unwrap().scan_input(input, options).read_all().unwrap()
    }

    #[test]
    fn arrays_are_the_memory_of_the_columns_and_outlive_the_batch() {
        let batch = scanned("{n:d} {word:w}", "1 one\n2 two\n", OnError::Skip);
        let Values::Int64(numbers) = batch.columns()[0].values() else { panic!("integers") };
        let Values::Text { bytes, .. } = batch.columns()[1].values() else { panic!("text") };
        let (numbers, bytes) = (numbers.as_ptr(), bytes.as_ptr());
        let records = batch.to_arrow().unwrap();
        drop(batch);
        let array = records.column(0).as_primitive::<Int64Type>();
        assert_eq!((array.values().as_ptr(), array.values().as_ref()), (numbers, &[1, 2][..]));
        let words = records.column(1).as_string::<i32>();
        assert_eq!((words.values().as_ptr(), words.value(1)), (bytes, "two"));
    }

    #[test]
    fn every_type_has_its_array_also_empty_and_all_null() {
        let format = "{a}|{b:d}|{c:g}|{d:th}|{e:ti}|{f:%d/%m/%Y}|{g:tt}|{h:F}|{i:dur}|{j:bool}|{k:size}|{l:q}|{m:tu}";
        let line =
            "é|7|1.5|01/Jan/1970:00:00:01 +0000|1970-01-01T00:00:02|02/01/1970|00:00:03|0.5|1.5s|yes|1K|\"a\"|7\n";
        for (text, rows, nulls) in [(line.repeat(3), 3, 0), (String::new(), 0, 0), ("no\n".repeat(9), 9, 9)] {
            let records = scanned(format, &text, OnError::Null).to_arrow().unwrap();
            let types = records.columns().iter().map(|column| column.data_type().to_string());
            let wanted = "Utf8 Int64 Float64 Timestamp(µs,\"UTC\") Timestamp(µs) Date32 Time64(µs) Utf8 Duration(ns) Boolean Int64 Utf8 Timestamp(µs,\"UTC\")";
            assert_eq!(types.map(|kind| kind.replace(", ", ",")).collect::<Vec<_>>().join(" "), wanted);
            assert_eq!(records.num_rows(), rows);
            assert!(records.columns().iter().all(|column| (column.len(), column.null_count()) == (rows, nulls)));
        }
    }

    #[test]
    fn views_are_string_views_over_the_same_memory() {
        let text = bytes::Bytes::from("längst mehr als zwölf|kurz\nno\n".repeat(20));
        let options = ScanOptions { on_error: OnError::Null, strings: Strings::View, ..ScanOptions::default() };
        let mut scan = Pattern::new("{a}|{b}").unwrap().scan_input(crate::Input::shared(text.clone()), options);
        let batch = scan.read_all().unwrap();
        drop(scan);
        let Values::TextView(views) = batch.columns()[0].values() else { panic!("views") };
        let places = (views.views().as_ptr(), text.as_ptr());
        let records = batch.to_arrow().unwrap();
        drop(batch);
        let [long, short] = [0, 1].map(|column| records.column(column).as_string_view());
        assert_eq!((long.views().as_ptr(), long.data_buffers()[0].as_ptr()), places);
        assert!(short.data_buffers().is_empty());
        let pairs: Vec<_> = long.iter().zip(short.iter()).collect();
        assert_eq!(pairs, [(Some("längst mehr als zwölf"), Some("kurz")), (None, None)].repeat(20));
    }

    #[test]
    fn no_rows_and_nulls_alone_are_string_views_too() {
        for (text, rows) in [("", 0), ("no\nno\n", 2)] {
            let records = scanned_as(Strings::View, "{a}|{b:F}", text, OnError::Null).to_arrow().unwrap();
            assert!(records.columns().iter().all(|column| *column.data_type() == DataType::Utf8View));
            assert!(records.columns().iter().all(|column| (column.len(), column.null_count()) == (rows, rows)));
        }
    }

    #[test]
    fn bytes_are_binary_over_the_same_memory() {
        let options = ScanOptions { on_error: OnError::Null, strings: Strings::Binary, ..ScanOptions::default() };
        let input = crate::Input::bytes(b"\xff 1.5\nno\n\xc3\xa9 2.5\n");
        let batch = Pattern::new("{a} {d:F}").unwrap().scan_input(input, options).read_all().unwrap();
        let Values::Binary { bytes, .. } = batch.columns()[0].values() else { panic!("bytes") };
        let place = bytes.as_ptr();
        let records = batch.to_arrow().unwrap();
        drop(batch);
        let [text, decimals] = [0, 1].map(|column| records.column(column).as_binary::<i32>());
        assert_eq!(text.values().as_ptr(), place);
        let pairs: Vec<_> = text.iter().zip(decimals.iter()).collect();
        assert_eq!(
            pairs,
            [(Some(&b"\xff"[..]), Some(&b"1.5"[..])), (None, None), (Some("é".as_bytes()), Some(b"2.5"))]
        );
    }

    #[test]
    fn a_batch_without_columns_keeps_its_number_of_rows() {
        let records = scanned("x", "x\ny\nx\n", OnError::Skip).to_arrow().unwrap();
        assert_eq!((records.num_columns(), records.num_rows()), (0, 2));
    }
}
