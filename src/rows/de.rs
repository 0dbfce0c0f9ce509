//! Rows as the caller's own types, by serde: [`Row::deserialize`].
//!
//! A row is a map of names to cells, or a sequence of cells; a row of one column can be its cell too. What is asked for decides what a cell gives, as
//! [`Row::deserialize`] lists it. Where serde does not say what it wants, as for an untagged enum, a cell gives what it is written as in JSON.

use std::{fmt, ops::Range};

use serde_core::{
    Deserialize, Deserializer,
    de::{
        self, DeserializeSeed, Error as _, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor,
        value::{BorrowedStrDeserializer, MapDeserializer, SeqDeserializer, StrDeserializer},
    },
    forward_to_deserialize_any,
};

use super::{Row, Rows, get, text::Shown, wrong};
use crate::{
    batch::Cell,
    error::{Error, Result},
};

impl<'b> Row<'b> {
    /// The row as a struct, whose fields are columns by name; as a tuple, of all columns in their order; or as a map. A row of one column can be its
    /// value alone. Columns that a struct does not have are left out.
    ///
    /// | cell | asked for as |
    /// |---|---|
    /// | integer | any integer that holds it; `f64`, if it holds it exactly |
    /// | float | `f64`, `f32` |
    /// | text | `&str`, `String`, bytes; an enum, by the name of a variant; any type that is read from a text, as `IpAddr` |
    /// | boolean | `bool` |
    /// | timestamp | text, as `2015-05-17T10:05:03Z`, without `Z` where it has no offset: so the types of jiff and chrono read it; integer, microseconds since 1970; [`SystemTime`](std::time::SystemTime), from 1970 on |
    /// | date | text, as `2015-05-17`; integer, days since 1970 |
    /// | time of day | text, as `10:05:03.500`; integer, microseconds since midnight |
    /// | duration | integer, nanoseconds; `f64`, seconds; [`Duration`](std::time::Duration); text, seconds |
    /// | map | a map or a struct, of texts |
    /// | null | `Option`, `()` |
    ///
    /// Text is borrowed from the batch where the type borrows:
    ///
    /// ```
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// struct Line<'b> {
    ///     ip: &'b str,
    ///     status: u16,
    ///     size: Option<u64>,
    /// }
    ///
    /// let pattern = parsimd::Pattern::new("{ip} {} {status:d} {size:d|-}")?;
    /// let batch = pattern.scan(b"10.0.0.1 /a 200 512\n10.0.0.2 /b 304 -\n").read_all()?;
    /// let line: Line<'_> = batch.row(1).deserialize()?;
    /// assert_eq!((line.ip, line.status, line.size), ("10.0.0.2", 304, None));
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::is_value`](crate::Error::is_value): a cell is no value of the type, with the row, the column, what was wanted and what was found.
    /// [`Error::is_column`](crate::Error::is_column): a field has no column, unless its type is an `Option`: serde gives that `None` then, in each row.
    ///
    /// ```
    /// # use serde::Deserialize;
    /// #[derive(Deserialize, Debug)]
    /// struct Line { status: u8 }
    ///
    /// let batch = parsimd::Pattern::new("{status:d}")?.scan(b"404\n").read_all()?;
    /// let error = batch.row(0).deserialize::<Line>().unwrap_err();
    /// assert_eq!(error.to_string(), r#"row 0, column "status": wanted u8, found 404"#);
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    pub fn deserialize<T: Deserialize<'b>>(&self) -> Result<T> {
        self.deserialize_as(self.row as u64)
    }

    /// The same, where errors call the row by another number.
    pub(super) fn deserialize_as<T: Deserialize<'b>>(&self, number: u64) -> Result<T> {
        T::deserialize(OfRow(*self)).map_err(|wrong| wrong.of(self, number))
    }
}

impl<'b> Rows<'b> {
    /// The rows, each as by [`Row::deserialize`].
    ///
    /// ```
    /// let batch = parsimd::Pattern::new("{level:w} {ms:d}")?.scan(b"info 12\nwarn 340\n").read_all()?;
    /// let lines: Vec<(&str, i64)> = batch.rows().deserialize().collect::<Result<_, _>>()?;
    /// assert_eq!(lines, [("info", 12), ("warn", 340)]);
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    pub fn deserialize<T: Deserialize<'b>>(self) -> impl ExactSizeIterator<Item = Result<T>> {
        self.map(|row| row.deserialize())
    }
}

/// The fields of the two structs of the standard library in which a cell has its place.
const DURATION: &[&str] = &["secs", "nanos"];
const SYSTEM_TIME: &[&str] = &["secs_since_epoch", "nanos_since_epoch"];

/// Why a row is no value of a type.
#[derive(Debug)]
struct Wrong {
    /// In which column.
    column: Option<usize>,
    what: What,
}

#[derive(Debug)]
enum What {
    /// Something was wanted, and this was found, as serde says it.
    Wanted(String, String),
    /// There is no such field.
    Missing(&'static str),
    /// What a type says by itself.
    Because(String),
}

impl Wrong {
    fn new(what: What) -> Wrong {
        Wrong { column: None, what }
    }

    fn in_column(self, at: usize) -> Wrong {
        Wrong { column: Some(at), ..self }
    }

    fn of(self, row: &Row<'_>, number: u64) -> Error {
        let Some(at) = self.column else {
            return match self.what {
                What::Missing(name) => row.no_column(&name),
                What::Wanted(wanted, found) => Error::cell(number, None, format!("wanted {wanted}, found {found}")),
                What::Because(reason) => Error::cell(number, None, reason),
            };
        };
        let found = row.shown(at);
        let reason = match self.what {
            What::Wanted(wanted, _) => wrong::reason(&wanted, found),
            What::Missing(name) => format!("it has no {name:?}, found {}", wrong::excerpt(found)),
            What::Because(reason) => format!("{reason}, found {}", wrong::excerpt(found)),
        };
        Error::cell(number, Some(row.name(at)), reason)
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Wanted(wanted, found) => write!(f, "wanted {wanted}, found {found}"),
            What::Missing(name) => write!(f, "there is no {name:?}"),
            What::Because(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for Wrong {}

impl de::Error for Wrong {
    fn custom<T: fmt::Display>(reason: T) -> Wrong {
        Wrong::new(What::Because(reason.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, wanted: &dyn Expected) -> Wrong {
        Wrong::new(What::Wanted(wanted.to_string(), found.to_string()))
    }

    fn invalid_value(found: Unexpected<'_>, wanted: &dyn Expected) -> Wrong {
        Wrong::invalid_type(found, wanted)
    }

    fn unknown_variant(found: &str, wanted: &'static [&'static str]) -> Wrong {
        Wrong::new(What::Wanted(format!("one of {}", wanted.join(", ")), format!("{found:?}")))
    }

    fn missing_field(name: &'static str) -> Wrong {
        Wrong::new(What::Missing(name))
    }
}

/// Reads a row.
#[derive(Clone, Copy)]
struct OfRow<'b>(Row<'b>);

impl<'b> OfRow<'b> {
    fn columns(self) -> usize {
        self.0.batch.columns().len()
    }

    fn cells(self) -> Cells<'b> {
        Cells { row: self.0, columns: 0..self.columns() }
    }

    /// A sequence of exactly so many cells.
    fn tuple<V: Visitor<'b>>(self, len: usize, visitor: V) -> Result<V::Value, Wrong> {
        let columns = self.columns();
        if columns != len {
            let found = format!("a row of {columns}");
            return Err(Wrong::new(What::Wanted(format!("{len} columns"), found)));
        }
        visitor.visit_seq(self.cells())
    }
}

/// What a row of one column gives as its cell.
macro_rules! by_its_cell {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, Wrong> {
            match self.columns() {
                1 => OfCell(self.0.shown(0)).$method($($argument,)* visitor).map_err(|wrong| wrong.in_column(0)),
                _ => Err(Wrong::invalid_type(Unexpected::Other("a row of several columns, or of none"), &visitor)),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for OfRow<'de> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_map(self.cells())
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_seq(self.cells())
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Wrong> {
        self.tuple(len, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        self.tuple(len, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let is_null = self.columns() == 1 && self.0.cell(0) == Cell::Null;
        if is_null { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        if self.columns() == 1 && [DURATION, SYSTEM_TIME].contains(&fields) {
            let cell = OfCell(self.0.shown(0));
            return cell.deserialize_struct(name, fields, visitor).map_err(|wrong| wrong.in_column(0));
        }
        visitor.visit_map(self.cells())
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_unit()
    }

    by_its_cell! {
        deserialize_bool() deserialize_char() deserialize_str() deserialize_string() deserialize_bytes() deserialize_byte_buf()
        deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_i128()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128()
        deserialize_f32() deserialize_f64() deserialize_unit() deserialize_identifier()
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
    }

    forward_to_deserialize_any! { map unit_struct }
}

/// The cells of a row, one after the other.
struct Cells<'b> {
    row: Row<'b>,
    columns: Range<usize>,
}

impl<'b> SeqAccess<'b> for Cells<'b> {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'b>>(&mut self, seed: T) -> Result<Option<T::Value>, Wrong> {
        let Some(at) = self.columns.next() else { return Ok(None) };
        seed.deserialize(OfCell(self.row.shown(at))).map(Some).map_err(|wrong| wrong.in_column(at))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.columns.len())
    }
}

impl<'b> MapAccess<'b> for Cells<'b> {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'b>>(&mut self, seed: K) -> Result<Option<K::Value>, Wrong> {
        if self.columns.is_empty() {
            return Ok(None);
        }
        seed.deserialize(BorrowedStrDeserializer::new(self.row.name(self.columns.start))).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'b>>(&mut self, seed: T) -> Result<T::Value, Wrong> {
        let value = self.next_element_seed(seed)?;
        value.ok_or_else(|| Wrong::custom("a value was asked for before its key"))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.columns.len())
    }
}

/// Reads a cell.
#[derive(Clone, Copy)]
struct OfCell<'b>(Shown<'b>);

impl<'b> OfCell<'b> {
    fn of_text(text: &'b str) -> OfCell<'b> {
        OfCell(Shown { cell: Cell::Text(text), is_utc: false })
    }

    fn integer<V: Visitor<'b>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match get::integer(self.0.cell) {
            Some(value) => visitor.visit_i64(value),
            None => self.deserialize_any(visitor),
        }
    }

    fn float<V: Visitor<'b>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match (get::float(self.0.cell), self.0.cell) {
            (Some(value), _) => visitor.visit_f64(value),
            (None, Cell::Int64(value)) => Err(Wrong::invalid_value(Unexpected::Signed(value), &visitor)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn text<V: Visitor<'b>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0.cell {
            Cell::Duration(_) => visitor.visit_string(self.0.to_string()),
            _ => self.deserialize_any(visitor),
        }
    }

    fn bytes<V: Visitor<'b>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0.cell {
            Cell::Text(text) => visitor.visit_borrowed_bytes(text.as_bytes()),
            Cell::Bytes(bytes) => visitor.visit_borrowed_bytes(bytes),
            _ => self.deserialize_any(visitor),
        }
    }
}

/// Methods that do what another does.
macro_rules! as_by {
    ($by:ident: $($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            self.$by(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for OfCell<'de> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0.cell {
            Cell::Null => visitor.visit_unit(),
            Cell::Text(text) => visitor.visit_borrowed_str(text),
            Cell::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => visitor.visit_borrowed_str(text),
                Err(_) => visitor.visit_borrowed_bytes(bytes),
            },
            Cell::Int64(value) => visitor.visit_i64(value),
            Cell::Float64(value) => visitor.visit_f64(value),
            Cell::Bool(value) => visitor.visit_bool(value),
            Cell::Timestamp(_) | Cell::Date(_) | Cell::Time(_) => visitor.visit_string(self.0.to_string()),
            Cell::Duration(_) => self.float(visitor),
            Cell::Map(pairs) => {
                let pairs = pairs.iter().map(|(key, value)| (OfCell::of_text(key), OfCell::of_text(value)));
                visitor.visit_map(MapDeserializer::new(pairs))
            }
        }
    }

    as_by! { integer: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128 }
    as_by! { integer: deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 }
    as_by! { float: deserialize_f32 deserialize_f64 }
    as_by! { text: deserialize_char deserialize_str deserialize_string deserialize_identifier }
    as_by! { bytes: deserialize_bytes deserialize_byte_buf }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        if self.0.cell == Cell::Null { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    /// A struct is a map, or one of the two of the standard library in which a cell has its place.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let (value, second) = match (self.0.cell, fields) {
            (Cell::Duration(nanos), DURATION) => (nanos, 1_000_000_000),
            (Cell::Timestamp(micros), SYSTEM_TIME) => (micros, 1_000_000),
            _ => return self.deserialize_any(visitor),
        };
        let Ok(value) = u64::try_from(value) else {
            return Err(Wrong::invalid_value(Unexpected::Signed(value), &"a value of zero or more"));
        };
        visitor.visit_seq(SeqDeserializer::new([value / second, value % second * (1_000_000_000 / second)].into_iter()))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        match get::text(self.0.cell) {
            Some(text) => visitor.visit_enum(StrDeserializer::new(text)),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { bool unit unit_struct seq tuple tuple_struct map }
}

impl<'b> IntoDeserializer<'b, Wrong> for OfCell<'b> {
    type Deserializer = OfCell<'b>;

    fn into_deserializer(self) -> OfCell<'b> {
        self
    }
}
