//! CSV and TSV: a line of names, then the rows. Values with a delimiter, a quote or a newline are quoted, as RFC 4180 has it.

use std::io::Write;

use super::{
    ndjson,
    text::{self, Dates},
    writer::Output,
};
use crate::{
    batch::{Batch, Cell, ColumnType, Schema},
    cli::stop::Stop,
};

/// Writes values with a delimiter between. A null is empty, as is an empty text; a map is a JSON object.
pub(super) struct Delimited<W: Write> {
    out: csv::Writer<W>,
    dates: Dates,
    buffer: Vec<u8>,
}

impl<W: Write> Delimited<W> {
    pub(super) fn new(out: W, delimiter: u8, schema: &Schema) -> Result<Delimited<W>, Stop> {
        let mut out = csv::WriterBuilder::new().delimiter(delimiter).from_writer(out);
        if !schema.is_empty() {
            out.write_record(schema.columns().map(|(name, _)| name)).map_err(stop)?;
        }
        Ok(Delimited { out, dates: Dates::default(), buffer: Vec::new() })
    }
}

impl<W: Write> Output for Delimited<W> {
    fn write(&mut self, batch: &Batch) -> Result<(), Stop> {
        for row in 0..batch.len() {
            for column in batch.columns() {
                let cell = column.get(row);
                let field = match cell {
                    Cell::Text(text) => text.as_bytes(),
                    Cell::Bytes(bytes) => bytes,
                    _ => {
                        self.buffer.clear();
                        write_value(&mut self.buffer, &mut self.dates, cell, column.column_type());
                        &self.buffer
                    }
                };
                self.out.write_field(field).map_err(stop)?;
            }
            if !batch.columns().is_empty() {
                self.out.write_record(None::<&[u8]>).map_err(stop)?;
            }
        }
        Ok(self.out.flush()?)
    }

    fn finish(&mut self) -> Result<(), Stop> {
        Ok(self.out.flush()?)
    }
}

/// The text of a value that is no text.
fn write_value(out: &mut Vec<u8>, dates: &mut Dates, cell: Cell<'_>, kind: ColumnType) {
    match cell {
        Cell::Null => {}
        Cell::Float64(value) if !value.is_finite() => text::push(out, format_args!("{value}")),
        Cell::Timestamp(value) => {
            dates.timestamp(out, value, kind == ColumnType::Timestamp { utc: true }, b'T');
        }
        Cell::Date(value) => dates.date(out, value.into()),
        Cell::Time(value) => text::time_of_day(out, value),
        _ => ndjson::write_cell(out, dates, cell, kind),
    }
}

fn stop(error: csv::Error) -> Stop {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error.into(),
        other => Stop::new(format!("{other:?}")),
    }
}
