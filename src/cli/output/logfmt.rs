//! Logfmt: `key=value` pairs, which `{:kv}` reads back. A null has no pair.

use std::io::Write;

use super::{
    text::{self, Dates},
    writer::Output,
};
use crate::{
    batch::{Batch, Cell, Column, ColumnType},
    cli::stop::Stop,
};

pub(super) struct Logfmt<W> {
    out: W,
    dates: Dates,
    buffer: Vec<u8>,
    value: Vec<u8>,
}

impl<W> Logfmt<W> {
    pub(super) fn new(out: W) -> Logfmt<W> {
        Logfmt { out, dates: Dates::default(), buffer: Vec::new(), value: Vec::new() }
    }

    fn pair(&mut self, begin: usize, key: &str, cell: Cell<'_>, column: &Column) {
        let value = &mut self.value;
        value.clear();
        match cell {
            Cell::Null => return,
            Cell::Map(pairs) => {
                for (inner, value) in pairs.iter() {
                    self.pair(begin, &format!("{key}.{inner}"), Cell::Text(value), column);
                }
                return;
            }
            Cell::Text(text) => value.extend_from_slice(text.as_bytes()),
            Cell::Bytes(bytes) => value.extend_from_slice(String::from_utf8_lossy(bytes).as_bytes()),
            Cell::Int64(int) => text::push(value, format_args!("{int}")),
            Cell::Float64(float) => text::push(value, format_args!("{float}")),
            Cell::Bool(is_true) => text::push(value, format_args!("{is_true}")),
            Cell::Timestamp(micros) => {
                self.dates.timestamp(value, micros, column.column_type() == ColumnType::Timestamp { utc: true }, b'T');
            }
            Cell::Date(days) => self.dates.date(value, days.into()),
            Cell::Time(micros) => text::time_of_day(value, micros),
            Cell::Duration(nanos) => text::duration(value, nanos),
        }
        let out = &mut self.buffer;
        if out.len() > begin {
            out.push(b' ');
        }
        text::push(out, format_args!("{key}="));
        if is_plain(value) {
            out.extend_from_slice(value);
        } else {
            quote(out, value);
        }
    }
}

impl<W: Write> Output for Logfmt<W> {
    fn write(&mut self, batch: &Batch) -> Result<(), Stop> {
        self.buffer.clear();
        for row in 0..batch.len() {
            let begin = self.buffer.len();
            for ((name, _), column) in batch.schema().columns().zip(batch.columns()) {
                self.pair(begin, name, column.get(row), column);
            }
            self.buffer.push(b'\n');
        }
        self.out.write_all(&self.buffer)?;
        Ok(self.out.flush()?)
    }

    fn finish(&mut self) -> Result<(), Stop> {
        Ok(self.out.flush()?)
    }
}

/// Whether a value can stand without quotes.
fn is_plain(value: &[u8]) -> bool {
    let special = |&byte: &u8| byte <= b' ' || byte == 0x7f || matches!(byte, b'"' | b'\'' | b'`' | b'=' | b'\\');
    !value.is_empty() && !value.iter().any(special)
}

fn quote(out: &mut Vec<u8>, value: &[u8]) {
    out.push(b'"');
    for &byte in value {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}
