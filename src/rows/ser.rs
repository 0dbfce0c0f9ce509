//! Rows as maps, by serde.

use serde_core::{Serialize, Serializer, ser::SerializeMap};

use super::{Row, get, text::Shown};
use crate::batch::Cell;

impl Serialize for Row<'_> {
    /// A map of the names of the columns to their cells.
    ///
    /// ```
    /// let batch = parsimd::Pattern::new("{at:th} {ms:d}")?.scan(b"17/May/2015:12:05:03 +0200 12\n").read_all()?;
    /// assert_eq!(serde_json::to_string(&batch.row(0))?, r#"{"at":"2015-05-17T10:05:03Z","ms":12}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.batch.columns().len()))?;
        for at in 0..self.batch.columns().len() {
            map.serialize_entry(self.name(at), &self.shown(at))?;
        }
        map.end()
    }
}

impl Serialize for Shown<'_> {
    /// Times as text, durations as seconds, bytes as text where they are UTF-8.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.cell {
            Cell::Null => serializer.serialize_none(),
            Cell::Text(text) => serializer.serialize_str(text),
            Cell::Bytes(bytes) => match get::text(self.cell) {
                Some(text) => serializer.serialize_str(text),
                None => serializer.serialize_bytes(bytes),
            },
            Cell::Int64(value) => serializer.serialize_i64(value),
            Cell::Float64(value) => serializer.serialize_f64(value),
            Cell::Bool(value) => serializer.serialize_bool(value),
            Cell::Timestamp(_) | Cell::Date(_) | Cell::Time(_) => serializer.collect_str(self),
            Cell::Duration(nanos) => serializer.serialize_f64(nanos as f64 / 1e9),
            Cell::Map(pairs) => serializer.collect_map(pairs.iter()),
        }
    }
}
