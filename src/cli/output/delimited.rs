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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pattern;

    #[test]
    fn a_field_is_what_display_writes_of_its_cell() {
        let format =
            "{word}|{n:d|-}|{x:g}|{at:th}|{local:ti}|{day:%d/%m/%Y}|{clock:tt}|{took:dur}|{ok:bool}|{pairs:kv}";
        let log = "a\"b|-|-0.5|17/May/2015:12:05:03 +0200|2015-05-17 10:05:03.5|31/12/1969|10:05:03|12.5ms|yes|a=1 b=\"2 3\"\n\
                Ω|7|1e300|01/Jan/2001:00:00:00 +0000|0001-01-01 00:00:00.000001|01/01/2000|00:00:00.25|-1h|no|k=\n\
                z|9223372036854775807|nan|01/Jan/2001:00:00:00 +0000|9999-12-31 23:59:59|01/01/2000|23:59:59|1ns|no|a=b\n";
        let batch = Pattern::new(format).unwrap().scan(log.as_bytes()).read_all().unwrap();
        assert_eq!(batch.len(), 3);
        let (mut out, mut dates) = (Vec::new(), Dates::default());
        for row in 0..batch.len() {
            for column in batch.columns().iter().filter(|column| !column.column_type().is_text()) {
                out.clear();
                write_value(&mut out, &mut dates, column.get(row), column.column_type());
                assert_eq!(column.show(row).to_string().as_bytes(), out);
            }
        }
    }
}
