//! A JSON object a line, written straight from the columns.

use std::io::Write;

use super::{
    text::{self, Dates},
    writer::Output,
};
use crate::{
    batch::{Batch, Cell, ColumnType},
    cli::stop::Stop,
};

/// Writes NDJSON. What JSON has no number for, NaN and the infinities, is `null`.
pub(super) struct Ndjson<W> {
    out: W,
    dates: Dates,
    buffer: Vec<u8>,
}

impl<W> Ndjson<W> {
    pub(super) fn new(out: W) -> Ndjson<W> {
        Ndjson { out, dates: Dates::default(), buffer: Vec::new() }
    }
}

impl<W: Write> Output for Ndjson<W> {
    fn write(&mut self, batch: &Batch) -> Result<(), Stop> {
        let keys: Vec<Vec<u8>> = batch.schema().columns().enumerate().map(|(at, (name, _))| key(at, name)).collect();
        let out = &mut self.buffer;
        out.clear();
        for row in 0..batch.len() {
            for (key, column) in keys.iter().zip(batch.columns()) {
                out.extend_from_slice(key);
                write_cell(out, &mut self.dates, column.get(row), column.column_type());
            }
            out.extend_from_slice(if keys.is_empty() { b"{}\n" } else { b"}\n" });
        }
        self.out.write_all(out)?;
        self.out.flush()?;
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Stop> {
        Ok(self.out.flush()?)
    }
}

/// What stands before the value of a column.
fn key(at: usize, name: &str) -> Vec<u8> {
    let mut key = vec![if at == 0 { b'{' } else { b',' }];
    write_text(&mut key, name);
    key.push(b':');
    key
}

pub(super) fn write_cell(out: &mut Vec<u8>, dates: &mut Dates, cell: Cell<'_>, kind: ColumnType) {
    match cell {
        Cell::Null => out.extend_from_slice(b"null"),
        Cell::Text(value) => write_text(out, value),
        Cell::Bytes(value) => write_text(out, &String::from_utf8_lossy(value)),
        Cell::Int64(value) => drop(serde_json::to_writer(out, &value)),
        Cell::Float64(value) => drop(serde_json::to_writer(out, &value)),
        Cell::Bool(value) => drop(serde_json::to_writer(out, &value)),
        Cell::Duration(value) => text::seconds(out, value),
        Cell::Timestamp(value) => {
            let utc = kind == ColumnType::Timestamp { utc: true };
            in_quotes(out, |out| dates.timestamp(out, value, utc, b'T'));
        }
        Cell::Date(value) => in_quotes(out, |out| dates.date(out, value.into())),
        Cell::Time(value) => in_quotes(out, |out| text::time_of_day(out, value)),
        Cell::Map(pairs) => {
            out.push(b'{');
            for (at, (key, value)) in pairs.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_text(out, key);
                out.push(b':');
                write_text(out, value);
            }
            out.push(b'}');
        }
    }
}

fn write_text(out: &mut Vec<u8>, value: &str) {
    // Memory takes all that is written to it.
    let _ = serde_json::to_writer(out, value);
}

fn in_quotes(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    write(out);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_slice, to_value};

    use super::*;
    use crate::Pattern;

    /// Numbers of JSON are the same if their floats are.
    fn same(a: &Value, b: &Value) -> bool {
        match (a, b) {
            (Value::Object(a), Value::Object(b)) => {
                a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
            }
            _ => a == b || a.is_number() && a.as_f64() == b.as_f64(),
        }
    }

    #[test]
    fn a_line_is_what_a_row_is_by_serde() {
        let format =
            "{word}|{n:d|-}|{x:g}|{at:th}|{local:ti}|{day:%d/%m/%Y}|{clock:tt}|{took:dur}|{ok:bool}|{pairs:kv}";
        let log = "a\"b|-|-0.5|17/May/2015:12:05:03 +0200|2015-05-17 10:05:03.5|31/12/1969|10:05:03|12.5ms|yes|a=1 b=\"2 3\"\n\
                Ω|7|1e300|01/Jan/2001:00:00:00 +0000|0001-01-01 00:00:00.000001|01/01/2000|00:00:00.25|-1h|no|k=\n\
                z|9223372036854775807|nan|01/Jan/2001:00:00:00 +0000|9999-12-31 23:59:59|01/01/2000|23:59:59|1ns|no|a=b\n";
        let batch = Pattern::new(format).unwrap().scan(log.as_bytes()).read_all().unwrap();
        let mut out = Vec::new();
        Ndjson::new(&mut out).write(&batch).unwrap_or_else(|_| panic!("memory takes all"));
        let lines: Vec<&[u8]> = out.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).collect();
        assert_eq!((lines.len(), batch.len()), (3, 3));
        for (line, row) in lines.iter().zip(batch.rows()) {
            let (line, row): (Value, Value) = (from_slice(line).unwrap(), to_value(row).unwrap());
            assert!(same(&line, &row), "{line} {row}");
        }
    }
}
