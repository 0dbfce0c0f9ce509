//! The text of cells: what `Display` writes, what the command writes, and what a program gets that asks for a time as text.
//!
//! A fraction of a second has three digits or six, or is not there.

use std::{
    fmt::{self, Write as _},
    io::Write as _,
};

use crate::{
    batch::{Cell, Column, ColumnType},
    convert::{DAY, Date},
};

/// Microseconds of a second.
const SECOND: i64 = 1_000_000;

impl Column {
    /// The value of row `row`, to be written: as [`Cell`] is, and with the `Z` of a timestamp in UTC, of which only the column knows.
    ///
    /// ```
    /// let batch = parsimd::Pattern::new("{at:th} {took:dur}")?.scan(b"17/May/2015:12:05:03 +0200 12.5ms\n").read_all()?;
    /// assert_eq!(batch.columns()[0].show(0).to_string(), "2015-05-17T10:05:03Z");
    /// assert_eq!(batch.columns()[1].show(0).to_string(), "0.0125");
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    ///
    /// # Panics
    /// Past the last row.
    pub fn show(&self, row: usize) -> Shown<'_> {
        Shown { cell: self.get(row), is_utc: self.column_type() == ColumnType::Timestamp { utc: true } }
    }
}

impl fmt::Display for Cell<'_> {
    /// As in the CSV that the command writes: nothing for null, text as it is, `2015-05-17T10:05:03.500` for a timestamp, `2015-05-17` for a date, `10:05:03`
    /// for a time of day, seconds for a duration, a JSON object for a map. In bytes that are not UTF-8 each fault is U+FFFD.
    ///
    /// Whether a timestamp is in UTC only its column knows: see [`Column::show`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Shown { cell: *self, is_utc: false }, f)
    }
}

/// A cell to be written: see [`Column::show`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shown<'b> {
    pub(super) cell: Cell<'b>,
    pub(super) is_utc: bool,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut out, mut dates) = (Vec::new(), Dates::default());
        match self.cell {
            Cell::Null => return f.pad(""),
            Cell::Text(text) => return f.pad(text),
            Cell::Bytes(bytes) => return f.pad(&String::from_utf8_lossy(bytes)),
            Cell::Int64(value) => return fmt::Display::fmt(&value, f),
            Cell::Bool(value) => return fmt::Display::fmt(&value, f),
            Cell::Float64(value) => return f.pad(&float(value)),
            Cell::Timestamp(value) => dates.timestamp(&mut out, value, self.is_utc, b'T'),
            Cell::Date(value) => dates.date(&mut out, value.into()),
            Cell::Time(value) => time_of_day(&mut out, value),
            Cell::Duration(value) => seconds(&mut out, value),
            Cell::Map(pairs) => {
                let mut text = String::from("{");
                for (at, (key, value)) in pairs.iter().enumerate() {
                    text.push_str(if at > 0 { "," } else { "" });
                    json(&mut text, key);
                    text.push(':');
                    json(&mut text, value);
                }
                return f.pad(&(text + "}"));
            }
        }
        f.pad(std::str::from_utf8(&out).unwrap_or_default())
    }
}

/// A float by its fewest digits that are no other float, with an exponent where it would be long, in the form of `serde_json`; and `NaN`, `inf`, `-inf`.
fn float(value: f64) -> String {
    match value.abs() {
        // `Debug` begins with exponents a digit earlier.
        1e-5..1e-4 => format!("{value}"),
        1e16..f64::INFINITY => format!("{value:?}").replace('e', "e+"),
        _ if value.is_finite() => format!("{value:?}"),
        _ => format!("{value}"),
    }
}

/// A text in the quotes of JSON.
fn json(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            // A `String` takes all that is written to it.
            '\0'..' ' => drop(write!(out, "\\u{:04x}", character as u32)),
            _ => out.push(character),
        }
    }
    out.push('"');
}

/// Writes dates. It keeps the last one, since the rows of a log are mostly of one day.
#[derive(Debug, Default)]
pub(crate) struct Dates {
    day: Option<i64>,
    text: Vec<u8>,
}

impl Dates {
    /// `2015-05-17`.
    pub(crate) fn date(&mut self, out: &mut Vec<u8>, days: i64) {
        if self.day != Some(days) {
            self.day = Some(days);
            self.text.clear();
            if let Some(Date { year, month, day }) = Date::from_days(days) {
                push(&mut self.text, format_args!("{year:04}-{month:02}-{day:02}"));
            }
        }
        out.extend_from_slice(&self.text);
    }

    /// `2015-05-17T10:05:03Z`, with `between` for the `T`.
    pub(crate) fn timestamp(&mut self, out: &mut Vec<u8>, micros: i64, utc: bool, between: u8) {
        self.date(out, micros.div_euclid(DAY));
        out.push(between);
        time_of_day(out, micros.rem_euclid(DAY));
        if utc {
            out.push(b'Z');
        }
    }
}

/// `10:05:03`, of microseconds since midnight.
pub(crate) fn time_of_day(out: &mut Vec<u8>, micros: i64) {
    let seconds = micros / SECOND;
    let [hour, minute, second] = [seconds / 3600, seconds / 60 % 60, seconds % 60];
    for (number, after) in [(hour, ":"), (minute, ":"), (second, "")] {
        out.extend_from_slice(&[b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]);
        out.extend_from_slice(after.as_bytes());
    }
    match micros % SECOND {
        0 => {}
        fraction if fraction % 1000 == 0 => push(out, format_args!(".{:03}", fraction / 1000)),
        fraction => push(out, format_args!(".{fraction:06}")),
    }
}

/// A duration in seconds, as a decimal number that is exact.
pub(crate) fn seconds(out: &mut Vec<u8>, nanos: i64) {
    let whole = nanos.unsigned_abs();
    let sign = if nanos < 0 { "-" } else { "" };
    push(out, format_args!("{sign}{}", decimal(whole, 1_000_000_000)));
}

/// `value / unit`, exactly; the unit is a power of ten.
pub(crate) fn decimal(value: u64, unit: u64) -> String {
    let digits = unit.ilog10() as usize;
    let (whole, fraction) = (value / unit, format!("{:0digits$}", value % unit));
    match fraction.trim_end_matches('0') {
        "" => whole.to_string(),
        fraction => format!("{whole}.{fraction}"),
    }
}

/// Appends text.
pub(crate) fn push(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Memory takes all that is written to it.
    let _ = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_iso_8601() {
        let show = |micros, is_utc| Shown { cell: Cell::Timestamp(micros), is_utc }.to_string();
        assert_eq!(show(0, true), "1970-01-01T00:00:00Z");
        assert_eq!(show(-1, false), "1969-12-31T23:59:59.999999");
        assert_eq!(show(1_431_857_103_500_000, true), "2015-05-17T10:05:03.500Z");
        assert_eq!(Cell::Timestamp(1_431_857_103_000_000).to_string(), "2015-05-17T10:05:03");
    }

    #[test]
    fn durations_are_exact_seconds() {
        for (nanos, wanted) in [
            (0, "0"),
            (1, "0.000000001"),
            (12_500_000, "0.0125"),
            (123_000_000_000, "123"),
            (-5_000_000, "-0.005"),
            (i64::MIN, "-9223372036.854775808"),
        ] {
            assert_eq!(Cell::Duration(nanos).to_string(), wanted);
        }
    }

    #[test]
    fn other_cells_are_written_as_their_type_has_it() {
        assert_eq!(Cell::Null.to_string(), "");
        assert_eq!(Cell::Text("a \"b\"").to_string(), "a \"b\"");
        assert_eq!(Cell::Bytes(b"a\xffb").to_string(), "a\u{fffd}b");
        assert_eq!(Cell::Date(-1).to_string(), "1969-12-31");
        assert_eq!(Cell::Time(36_303_000_500).to_string(), "10:05:03.000500");
        assert_eq!(format!("[{:>5}]", Cell::Int64(-12)), "[  -12]");
        assert_eq!(format!("[{:<5}]", Cell::Bool(true)), "[true ]");
        assert_eq!(format!("[{:>5}]", Cell::Text("ab")), "[   ab]");
    }

    #[cfg(feature = "cli")]
    #[test]
    fn floats_and_texts_are_those_of_serde_json() {
        let same = |value: f64| {
            let (ours, wanted) = (float(value), serde_json::to_string(&value).unwrap());
            // Two texts of as many digits may be as near.
            assert_eq!((ours.len(), ours.parse()), (wanted.len(), Ok(value)), "{ours} {wanted}");
        };
        let mut bits = 1_u64;
        for exponent in -330..308 {
            for digits in ["1", "1.5", "9.999999999999999", "2.2250738585072014", "5"] {
                same(format!("{digits}e{exponent}").parse().unwrap());
                bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                if f64::from_bits(bits).is_finite() {
                    same(-f64::from_bits(bits));
                }
            }
        }
        assert_eq!([f64::NAN, f64::INFINITY, -f64::INFINITY].map(float), ["NaN", "inf", "-inf"]);
        let all: String = ('\0'..'\u{300}').chain(['\u{2028}', '\u{fffd}', '😀']).collect();
        let mut written = String::new();
        json(&mut written, &all);
        assert_eq!(written, serde_json::to_string(&all).unwrap());
    }
}
