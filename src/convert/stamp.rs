//! Time stamps in whichever layout they have (`t`), and Unix time (`tu`).
//!
//! The layouts tell themselves apart by what they begin with:
//!
//! | begins with | layout |
//! |---|---|
//! | four digits | `2024-05-17 10:05:03.123+02:00`, `2005-06-03-15.42.50.675872` |
//! | eight digits | `20171223-22:15:29:606`, `20171223T221529` |
//! | one or two digits, then `/` or `-` | `17/May/2015:10:05:03 +0000` |
//! | one or two digits, then a blank; or a day of the week, then a comma | `Mon, 20 Sep 1972 10:21:36 +1000` |
//! | a day of the week | `Fri Jul 23 00:28:19.615325 UTC 2021` |
//! | a month | `Nov  9 03:37:44.615` |
//!
//! A second of 60, which a clock shows when a leap second is put in, is the first of the next minute. What stands behind a second `:` is a number of
//! milliseconds, as programs write it that do not fill numbers up; behind a point or a comma it is a fraction, cut after six digits.

use super::{
    calendar::{DAY, Date, DateTime, Time},
    time::micros,
};
use crate::pattern::{DAYS, DatetimeLayout, MONTHS, name_at};

/// The layout with a kernel of its own that the text seems to have. What the kernel reads means the same as a `t`.
pub(super) fn usual_layout(text: &[u8]) -> Option<DatetimeLayout> {
    Some(match text {
        [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'-', ..] => DatetimeLayout::Iso8601,
        [b'0'..=b'9', b'0'..=b'9', b'/', ..] => DatetimeLayout::Http,
        _ if lacks_year(text) => DatetimeLayout::Syslog,
        [first, ..] if first.is_ascii_alphabetic() => DatetimeLayout::Ctime,
        _ => return None,
    })
}

/// Whether the text is a time stamp without a year: one that begins with a month.
pub(super) fn lacks_year(text: &[u8]) -> bool {
    name_at(&MONTHS, text, true, true).is_some()
}

/// Reads `text`, which the expression of `t` matches, but for the calendar. One without a year is in `year`.
pub(super) fn read(text: &str, year: i32) -> Result<DateTime, String> {
    let mut reader = Reader { rest: text.as_bytes() };
    let found = match reader.rest {
        [first, ..] if first.is_ascii_alphabetic() => reader.begins_with_name(year),
        rest => match rest.iter().take_while(|byte| byte.is_ascii_digit()).count() {
            8 => reader.compact(),
            4 => reader.year_first(),
            _ => reader.day_first(),
        },
    }?;
    if reader.rest.is_empty() { found.settle() } else { Err("not a time stamp".to_owned()) }
}

/// Reads Unix time: seconds, milliseconds, microseconds or nanoseconds, by the number of digits.
pub(super) fn unix(text: &str) -> Result<DateTime, &'static str> {
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    // What is less than a microsecond falls off. All digits of nanoseconds may be more than 64 bits hold.
    let whole = if whole.len() > 17 { &whole[..whole.len() - 3] } else { whole };
    let number: i64 = whole.parse().map_err(|_| "a number that is too large")?;
    let micros = unix_micros(number, whole.len()) + i64::from(micros(fraction));
    let date = Date::from_days(micros.div_euclid(DAY)).ok_or("outside of the years 1 to 9999")?;
    Ok(DateTime { date, time: clock(micros.rem_euclid(DAY), Some(0)) })
}

/// A number of so many digits, as microseconds.
#[inline]
pub(super) fn unix_micros(number: i64, digits: usize) -> i64 {
    match digits {
        ..=11 => number * 1_000_000,
        12..=14 => number * 1000,
        15..=17 => number,
        _ => number / 1000,
    }
}

/// The time of day, of microseconds since midnight.
fn clock(micros: i64, offset: Option<i32>) -> Time {
    let seconds = micros / 1_000_000;
    let part = |unit: i64, of: i64| (seconds / unit % of) as u8;
    Time {
        hour: part(3600, 24),
        minute: part(60, 60),
        second: part(1, 60),
        microsecond: (micros % 1_000_000) as u32,
        offset,
    }
}

/// The parts of a time stamp, as they are written.
struct Stamp {
    year: i32,
    month: u8,
    day: u8,
    time: Time,
}

impl Stamp {
    /// The time, if there is such one.
    fn settle(self) -> Result<DateTime, String> {
        let date = Date::new(self.year, self.month, self.day).ok_or("this day is not in the calendar")?;
        let is_leap = self.time.second == 60;
        let time = Time { second: if is_leap { 59 } else { self.time.second }, ..self.time }.check()?;
        let at = DateTime { date, time };
        if !is_leap {
            return Ok(at);
        }
        let micros = DateTime { time: Time { offset: None, ..time }, ..at }.timestamp_micros() + 1_000_000;
        let date = Date::from_days(micros.div_euclid(DAY)).ok_or("outside of the years 1 to 9999")?;
        Ok(DateTime { date, time: clock(micros.rem_euclid(DAY), time.offset) })
    }
}

type Parsed<T> = Result<T, String>;

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    /// Up to so many digits, which are no more than nine.
    fn digits(&mut self, most: usize) -> Parsed<u32> {
        let count = self.rest.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 {
            return Err("not a time stamp".to_owned());
        }
        let (digits, rest) = self.rest.split_at(count);
        self.rest = rest;
        Ok(digits.iter().fold(0, |number, digit| 10 * number + u32::from(digit - b'0')))
    }

    /// One or two digits, or a blank and a digit.
    fn two(&mut self) -> Parsed<u8> {
        self.skip(b" ");
        // It is less than 100.
        Ok(self.digits(2)? as u8)
    }

    /// One of these bytes, if it comes next.
    fn skip(&mut self, bytes: &[u8]) -> bool {
        let is_next = self.rest.first().is_some_and(|byte| bytes.contains(byte));
        self.rest = &self.rest[usize::from(is_next)..];
        is_next
    }

    fn month(&mut self) -> Parsed<u8> {
        let (at, length) = name_at(&MONTHS, self.rest, true, true).ok_or("no such month")?;
        self.rest = &self.rest[length..];
        Ok(at as u8 + 1)
    }

    fn weekday(&mut self) -> bool {
        let found = name_at(&DAYS, self.rest, true, true);
        self.rest = &self.rest[found.map_or(0, |(_, length)| length)..];
        found.is_some()
    }

    /// `10:05`, `10:05:03`, `10:05:03.123`, with another separator, or `100503` with none.
    fn clock(&mut self, separator: &[u8]) -> Parsed<Time> {
        let hour = self.two()?;
        self.skip(separator);
        let minute = self.two()?;
        let second = if separator.is_empty() || self.skip(separator) { self.two()? } else { 0 };
        Ok(Time { hour, minute, second, microsecond: self.fraction()?, offset: None })
    }

    /// What comes behind the seconds, in microseconds.
    fn fraction(&mut self) -> Parsed<u32> {
        if self.skip(b":") {
            return Ok(self.digits(3)? * 1000);
        }
        if !self.skip(b".,") {
            return Ok(0);
        }
        let count = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.rest.split_at(count);
        self.rest = rest;
        Ok(std::str::from_utf8(digits).map_or(0, micros))
    }

    /// `Z`, ` UTC`, ` GMT`, `+07`, `+0700`, ` +07:00`, or nothing.
    fn zone(&mut self) -> Parsed<Option<i32>> {
        self.skip(b" ");
        let negative = match self.rest {
            [] => return Ok(None),
            [b'-', ..] => true,
            [b'+', ..] => false,
            [b'A'..=b'Z' | b'a'..=b'z', ..] => {
                let count = self.rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
                let (name, rest) = self.rest.split_at(count);
                self.rest = rest;
                let is_utc = [&b"Z"[..], b"UTC", b"GMT"].iter().any(|utc| name.eq_ignore_ascii_case(utc));
                let name = String::from_utf8_lossy(name);
                return if is_utc {
                    Ok(Some(0))
                } else {
                    Err(format!("the time zone {name:?} is not known: UTC and GMT are, and offsets such as +0100"))
                };
            }
            // The year, in a layout that has it behind the zone.
            _ => return Ok(None),
        };
        self.skip(b"+-");
        let hours = self.two()?;
        self.skip(b":");
        let minutes = if self.rest.first().is_some_and(u8::is_ascii_digit) { self.two()? } else { 0 };
        if minutes >= 60 {
            return Err("timezone minute must be in 0..59".to_owned());
        }
        let seconds = (i32::from(hours) * 60 + i32::from(minutes)) * 60;
        Ok(Some(if negative { -seconds } else { seconds }))
    }

    fn year(&mut self) -> Parsed<i32> {
        self.skip(b" ");
        i32::try_from(self.digits(4)?).map_err(|_| "a number that is too large".to_owned())
    }

    /// `2024-05-17 10:05:03`, and on.
    fn year_first(&mut self) -> Parsed<Stamp> {
        let year = self.year()?;
        self.skip(b"-/.");
        let month = self.two()?;
        self.skip(b"-/.");
        let day = self.two()?;
        self.skip(b"Tt -");
        // 15.42.50 has no other point than these in its place, so no time of day is read in two ways.
        let is_dotted = matches!(self.rest, [b'0'..=b'9', b'0'..=b'9', b'.', ..]);
        let mut time = self.clock(if is_dotted { b"." } else { b":" })?;
        time.offset = self.zone()?;
        Ok(Stamp { year, month, day, time })
    }

    /// `20171223-22:15:29:606`, `20171223T221529`.
    fn compact(&mut self) -> Parsed<Stamp> {
        let (year, month, day) = (self.year()?, self.two()?, self.two()?);
        let mut time = if self.skip(b"Tt") {
            self.clock(b"")?
        } else {
            self.skip(b"-");
            self.clock(b":")?
        };
        time.offset = self.zone()?;
        Ok(Stamp { year, month, day, time })
    }

    /// `17/May/2015:10:05:03 +0000`, `20 Sep 1972 10:21:36 +1000`.
    fn day_first(&mut self) -> Parsed<Stamp> {
        let day = self.two()?;
        self.skip(b"-/ ");
        let month = self.month()?;
        self.skip(b"-/ ");
        let year = self.year()?;
        self.skip(b": ");
        let mut time = self.clock(b":")?;
        time.offset = self.zone()?;
        Ok(Stamp { year, month, day, time })
    }

    /// `Nov  9 03:37:44`, `Fri Jul 23 00:28:19 UTC 2021`, `Mon, 20 Sep 1972 10:21:36 +1000`.
    fn begins_with_name(&mut self, year: i32) -> Parsed<Stamp> {
        let has_weekday = self.weekday();
        if has_weekday && self.skip(b",") {
            self.skip(b" ");
            return self.day_first();
        }
        self.skip(b" ");
        let month = self.month()?;
        self.skip(b" ");
        let day = self.two()?;
        self.skip(b" ");
        let mut time = self.clock(b":")?;
        if !has_weekday {
            return Ok(Stamp { year, month, day, time });
        }
        time.offset = self.zone()?;
        Ok(Stamp { year: self.year()?, month, day, time })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As ISO text, with the offset where there is one.
    fn shown(text: &str) -> String {
        let at = read(text, 2024).unwrap_or_else(|error| panic!("{text}: {error}"));
        let Date { year, month, day } = at.date;
        let Time { hour, minute, second, microsecond, offset } = at.time;
        let offset = offset.map_or(String::new(), |seconds| format!(" {:+}", seconds / 60));
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{microsecond:06}{offset}")
    }

    #[test]
    fn each_layout_is_read() {
        for (text, wanted) in [
            ("2024-05-17 10:05:03.123456", "2024-05-17 10:05:03.123456"),
            ("2024-05-17T10:05", "2024-05-17 10:05:00.000000"),
            ("2024/05/17-10:05:03,5Z", "2024-05-17 10:05:03.500000 +0"),
            ("2024.5. 7 9:5:3 UTC", "2024-05-07 09:05:03.000000 +0"),
            ("2024-05-17T10:05:03+07", "2024-05-17 10:05:03.000000 +420"),
            ("2024-05-17T10:05:03.1234567 -0730", "2024-05-17 10:05:03.123456 -450"),
            ("2005-06-03-15.42.50.675872", "2005-06-03 15:42:50.675872"),
            ("2005-06-03-15.42.50", "2005-06-03 15:42:50.000000"),
            ("17/May/2015:10:05:03 +0000", "2015-05-17 10:05:03.000000 +0"),
            ("7-MAY-2015 10:05:03.25", "2015-05-07 10:05:03.250000"),
            ("20171223-22:15:29:606", "2017-12-23 22:15:29.606000"),
            ("20171223-22:15:29:6", "2017-12-23 22:15:29.006000"),
            ("20171223-2:5:9.6", "2017-12-23 02:05:09.600000"),
            ("20171223T221529", "2017-12-23 22:15:29.000000"),
            ("20171223t221529.5Z", "2017-12-23 22:15:29.500000 +0"),
            ("Nov  9 03:37:44", "2024-11-09 03:37:44.000000"),
            ("feb 29 23:59:60,1", "2024-03-01 00:00:00.100000"),
            ("Fri Jul 23 00:28:19.615325 2021", "2021-07-23 00:28:19.615325"),
            ("Fri Jul 23 00:28:19 GMT 2021", "2021-07-23 00:28:19.000000 +0"),
            ("Fri Jul 23 00:28:19 +02:00 2021", "2021-07-23 00:28:19.000000 +120"),
            ("Mon, 20 Sep 1972 10:21:36 +1000", "1972-09-20 10:21:36.000000 +600"),
            (" 2 Sep 1972 10:21", "1972-09-02 10:21:00.000000"),
            ("2016-12-31T23:59:60Z", "2017-01-01 00:00:00.000000 +0"),
        ] {
            assert_eq!(shown(text), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused_with_the_reason() {
        for (text, reason) in [
            ("2024-02-30 10:05", "this day is not in the calendar"),
            ("2024-05-17 24:05", "hour must be in 0..23"),
            ("2024-05-17 10:60", "minute must be in 0..59"),
            ("2024-05-17 10:05:61", "second must be in 0..59"),
            ("9999-12-31 23:59:60", "outside of the years 1 to 9999"),
            ("2024-05-17 10:05+07:60", "timezone minute must be in 0..59"),
            (
                "Fri Jul 23 00:28:19 PDT 2021",
                "the time zone \"PDT\" is not known: UTC and GMT are, and offsets such as +0100",
            ),
        ] {
            assert_eq!(read(text, 2024).unwrap_err(), reason, "{text}");
        }
    }

    #[test]
    fn the_number_of_digits_is_the_unit_of_unix_time() {
        for (text, micros) in [
            ("0", 0),
            ("1427472655", 1_427_472_655_000_000),
            ("1427472655.5", 1_427_472_655_500_000),
            ("99999999999", 99_999_999_999_000_000),
            ("142747265512", 142_747_265_512_000),
            ("1427472655123", 1_427_472_655_123_000),
            ("1427472655123456", 1_427_472_655_123_456),
            ("1427472655123456789", 1_427_472_655_123_456),
            ("142747265512345678", 142_747_265_512_345),
            ("9223372036854775808", 9_223_372_036_854_775),
            ("9999999999999999999", 9_999_999_999_999_999),
        ] {
            assert_eq!(unix(text).unwrap().timestamp_micros(), micros, "{text}");
        }
    }
}
