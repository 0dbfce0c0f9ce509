//! [`FromCell`]: one cell, as a type of Rust.

use std::time::{Duration, SystemTime};

use crate::{
    batch::{Cell, Entries},
    convert::Date,
};

/// A type that a cell can be read as, by [`Row::get`](super::Row::get).
///
/// | type | cells |
/// |---|---|
/// | `i8` to `i64`, `u8` to `u64`, `isize`, `usize` | integers that it holds; of a timestamp microseconds since 1970, of a date days since 1970, of a time of day microseconds since midnight, of a duration nanoseconds |
/// | `f64` | floats; integers that it holds exactly; of a duration seconds |
/// | `bool` | booleans |
/// | `&str`, `String` | text; bytes that are UTF-8 |
/// | `&[u8]` | text, bytes |
/// | [`Date`] | dates |
/// | [`SystemTime`] | timestamps; one without an offset is taken to be UTC, unless the scan has a [`tz`](crate::ScanOptions::tz) |
/// | [`Duration`] | durations of zero or more |
/// | [`Entries`] | maps |
/// | [`Cell`] | all |
/// | `Option<T>` | what `T` takes, and null |
///
/// Another type can have it too:
///
/// ```
/// use parsimd::{Cell, FromCell};
///
/// #[derive(Debug, PartialEq)]
/// enum Level { Info, Warn }
///
/// impl FromCell<'_> for Level {
///     const WANTED: &'static str = "a level";
///
///     fn from_cell(cell: Cell<'_>) -> Option<Level> {
///         match cell {
///             Cell::Text("info") => Some(Level::Info),
///             Cell::Text("warn") => Some(Level::Warn),
///             _ => None,
///         }
///     }
/// }
///
/// let batch = parsimd::Pattern::new("{level:w} {}")?.scan(b"warn hot\nhm what\n").read_all()?;
/// assert_eq!(batch.row(0).get::<Level>("level")?, Level::Warn);
/// let error = batch.row(1).get::<Level>("level").unwrap_err();
/// assert_eq!(error.to_string(), r#"row 1, column "level": wanted a level, found "hm""#);
/// # Ok::<(), parsimd::Error>(())
/// ```
pub trait FromCell<'b>: Sized {
    /// What errors call it.
    const WANTED: &'static str;

    /// The cell as this type; `None` if it is no value of it.
    fn from_cell(cell: Cell<'b>) -> Option<Self>;
}

/// The integer that a column holds for a value.
pub(super) fn integer(cell: Cell<'_>) -> Option<i64> {
    match cell {
        Cell::Int64(value) | Cell::Timestamp(value) | Cell::Time(value) | Cell::Duration(value) => Some(value),
        Cell::Date(days) => Some(days.into()),
        _ => None,
    }
}

/// The float that a value is, exactly; seconds of a duration.
pub(super) fn float(cell: Cell<'_>) -> Option<f64> {
    match cell {
        Cell::Float64(value) => Some(value),
        // What has more bits may be one that it has, but most are not.
        Cell::Int64(value) => (value.unsigned_abs() <= 1 << f64::MANTISSA_DIGITS).then_some(value as f64),
        Cell::Duration(nanos) => Some(nanos as f64 / 1e9),
        _ => None,
    }
}

/// The text of a cell that has one.
pub(super) fn text(cell: Cell<'_>) -> Option<&str> {
    match cell {
        Cell::Text(text) => Some(text),
        Cell::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

macro_rules! integers {
    ($($type:ident)*) => {$(
        impl FromCell<'_> for $type {
            const WANTED: &'static str = stringify!($type);

            fn from_cell(cell: Cell<'_>) -> Option<$type> {
                integer(cell)?.try_into().ok()
            }
        }
    )*};
}

integers!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

impl FromCell<'_> for f64 {
    const WANTED: &'static str = "f64";

    fn from_cell(cell: Cell<'_>) -> Option<f64> {
        float(cell)
    }
}

impl FromCell<'_> for bool {
    const WANTED: &'static str = "bool";

    fn from_cell(cell: Cell<'_>) -> Option<bool> {
        if let Cell::Bool(is_true) = cell { Some(is_true) } else { None }
    }
}

impl<'b> FromCell<'b> for &'b str {
    const WANTED: &'static str = "text";

    fn from_cell(cell: Cell<'b>) -> Option<&'b str> {
        text(cell)
    }
}

impl FromCell<'_> for String {
    const WANTED: &'static str = "text";

    fn from_cell(cell: Cell<'_>) -> Option<String> {
        text(cell).map(str::to_owned)
    }
}

impl<'b> FromCell<'b> for &'b [u8] {
    const WANTED: &'static str = "bytes";

    fn from_cell(cell: Cell<'b>) -> Option<&'b [u8]> {
        match cell {
            Cell::Text(text) => Some(text.as_bytes()),
            Cell::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

impl FromCell<'_> for Date {
    const WANTED: &'static str = "a date";

    fn from_cell(cell: Cell<'_>) -> Option<Date> {
        if let Cell::Date(days) = cell { Date::from_days(days.into()) } else { None }
    }
}

impl FromCell<'_> for SystemTime {
    const WANTED: &'static str = "a timestamp";

    fn from_cell(cell: Cell<'_>) -> Option<SystemTime> {
        let Cell::Timestamp(micros) = cell else { return None };
        let distance = Duration::from_micros(micros.unsigned_abs());
        let is_before = micros < 0;
        if is_before {
            SystemTime::UNIX_EPOCH.checked_sub(distance)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(distance)
        }
    }
}

impl FromCell<'_> for Duration {
    const WANTED: &'static str = "a duration of zero or more";

    fn from_cell(cell: Cell<'_>) -> Option<Duration> {
        if let Cell::Duration(nanos) = cell { nanos.try_into().ok().map(Duration::from_nanos) } else { None }
    }
}

impl<'b> FromCell<'b> for Entries<'b> {
    const WANTED: &'static str = "a map";

    fn from_cell(cell: Cell<'b>) -> Option<Entries<'b>> {
        if let Cell::Map(entries) = cell { Some(entries) } else { None }
    }
}

impl<'b> FromCell<'b> for Cell<'b> {
    const WANTED: &'static str = "a cell";

    fn from_cell(cell: Cell<'b>) -> Option<Cell<'b>> {
        Some(cell)
    }
}

impl<'b, T: FromCell<'b>> FromCell<'b> for Option<T> {
    const WANTED: &'static str = T::WANTED;

    fn from_cell(cell: Cell<'b>) -> Option<Option<T>> {
        if cell == Cell::Null { Some(None) } else { T::from_cell(cell).map(Some) }
    }
}
