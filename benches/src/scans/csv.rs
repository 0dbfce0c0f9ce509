//! `arrow-csv`, with the schema given beforehand.

use std::{io::Cursor, sync::Arc};

use arrow_array::{Array, RecordBatch, cast::AsArray, types};
use arrow_csv::ReaderBuilder;
use arrow_schema::{DataType, Field, Schema};

use super::Answer;
use crate::logs::Log;

/// The columns of `data`, which has no header.
pub(super) fn scan(log: &Log, data: &[u8]) -> Answer {
    let field = |(number, kind): (usize, char)| {
        let kind = match kind {
            'd' => DataType::Int64,
            'f' => DataType::Float64,
            _ => DataType::Utf8,
        };
        Field::new(number.to_string(), kind, false)
    };
    let schema = Schema::new(log.types.chars().enumerate().map(field).collect::<Vec<_>>());
    let reader = ReaderBuilder::new(Arc::new(schema)).with_batch_size(8192).build_buffered(Cursor::new(data));
    let mut answer = Answer::default();
    for batch in reader.unwrap_or_else(|error| panic!("{error}")) {
        let batch = batch.unwrap_or_else(|error| panic!("{error}"));
        answer.rows += batch.num_rows() as u64;
        answer.sum = answer.sum.wrapping_add(sum(&batch));
    }
    answer
}

fn sum(batch: &RecordBatch) -> u64 {
    let columns = batch.columns().iter().map(|column| match column.data_type() {
        DataType::Int64 => {
            let values = column.as_primitive::<types::Int64Type>().values();
            values.iter().fold(0, |sum: u64, value| sum.wrapping_add(value.cast_unsigned()))
        }
        DataType::Float64 => {
            let values = column.as_primitive::<types::Float64Type>().values();
            values.iter().fold(0, |sum: u64, value| sum.wrapping_add(value.to_bits()))
        }
        _ => column.as_string::<i32>().value_data().len() as u64,
    });
    columns.fold(0, u64::wrapping_add)
}
