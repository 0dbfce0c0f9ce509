//! Dates and times in the fixed layouts: `ti te tg ta th tc ts tt`.
//!
//! The expression of the type has already fixed the shape; this reads the parts in order and checks the calendar. Month names
//! are read in any case.

use super::{
    calendar::{Date, DateTime, Time},
    normalise::is_space,
    value::Value,
};
use crate::pattern::{DatetimeLayout, MONTHS, name_at};

/// Reads `text`, which the expression of `layout` matches, but for the calendar.
pub(super) fn read(layout: DatetimeLayout, text: &str, year: i32) -> Result<Value<'static>, &'static str> {
    let mut reader = Reader { rest: text };
    let date = match layout {
        DatetimeLayout::Iso8601 => {
            let date = reader.date([DatePart::Year, DatePart::Month, DatePart::Day])?;
            reader.rest = reader.rest.trim_start_matches(['T', 't']);
            Some(date)
        }
        DatetimeLayout::DayFirst | DatetimeLayout::Http => {
            Some(reader.date([DatePart::Day, DatePart::Month, DatePart::Year])?)
        }
        DatetimeLayout::MonthFirst => Some(reader.date([DatePart::Month, DatePart::Day, DatePart::Year])?),
        DatetimeLayout::Rfc2822 => {
            if reader.rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
                reader.word();
                reader.rest = reader.rest.trim_start_matches(',');
            }
            reader.space();
            Some(reader.date([DatePart::Day, DatePart::Month, DatePart::Year])?)
        }
        DatetimeLayout::Ctime => {
            reader.word();
            reader.space();
            let month = month(reader.word())?;
            reader.space();
            let day = reader.number()?;
            reader.space();
            let time = reader.time()?;
            reader.space();
            return date_time(reader.number()?, month, day, time);
        }
        DatetimeLayout::Syslog => {
            let month = month(reader.word())?;
            reader.space();
            let day = reader.number()?;
            reader.space();
            return date_time(year.into(), month, day, reader.time()?);
        }
        DatetimeLayout::TimeOfDay => None,
        DatetimeLayout::Any => return Err("read by `stamp`"),
    };
    reader.rest = reader.rest.trim_start_matches(':');
    reader.space();
    let mut time = reader.time()?;
    reader.space();
    if reader.rest.starts_with(['A', 'a', 'P', 'p']) {
        let afternoon = reader.word().starts_with(['P', 'p']);
        if !afternoon && time.hour == 12 {
            time.hour = 0;
        } else if afternoon && time.hour != 12 {
            time.hour += 12;
        }
    }
    reader.space();
    time.offset = reader.offset()?;
    match date {
        Some((year, month, day)) => date_time(year, month, day, time),
        None => Ok(Value::Time(time.check()?)),
    }
}

fn date_time(year: i64, month: i64, day: i64, time: Time) -> Result<Value<'static>, &'static str> {
    let date = i32::try_from(year).ok().zip(u8::try_from(month).ok()).zip(u8::try_from(day).ok());
    let date =
        date.and_then(|((year, month), day)| Date::new(year, month, day)).ok_or("this day is not in the calendar")?;
    Ok(Value::DateTime(DateTime { date, time: time.check()? }))
}

/// The number of a month by its English name, full or short, in any case.
pub(super) fn month(name: &str) -> Result<i64, &'static str> {
    let found = name_at(&MONTHS, name.as_bytes(), name.len() == 3, true).filter(|&(_, length)| length == name.len());
    found.map(|(at, _)| at as i64 + 1).ok_or("no such month")
}

enum DatePart {
    Year,
    Month,
    Day,
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// What `keep` keeps, which is ASCII: text that is not was [normalised](super::normalise).
    #[inline]
    fn take(&mut self, keep: impl Fn(u8) -> bool) -> &'a str {
        let end = self.rest.bytes().position(|byte| !(byte.is_ascii() && keep(byte))).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn space(&mut self) {
        self.take(|byte| is_space(byte.into()));
    }

    fn word(&mut self) -> &'a str {
        self.take(|byte| byte.is_ascii_alphabetic())
    }

    fn digits(&mut self) -> &'a str {
        self.take(|byte| byte.is_ascii_digit())
    }

    fn number(&mut self) -> Result<i64, &'static str> {
        self.digits().parse().map_err(|_| "a number that is too large")
    }

    /// Three parts with one character between each and the next. `parse` refuses two.
    fn date(&mut self, order: [DatePart; 3]) -> Result<(i64, i64, i64), &'static str> {
        let (mut year, mut month_, mut day) = (0, 0, 0);
        for (at, part) in order.into_iter().enumerate() {
            if at > 0 {
                let mut chars = self.rest.chars();
                chars.next();
                self.rest = chars.as_str();
                if self.rest.starts_with(is_space) {
                    return Err("more than one space in a date");
                }
            }
            match part {
                DatePart::Year => year = self.number()?,
                DatePart::Day => day = self.number()?,
                DatePart::Month if self.rest.starts_with(|c: char| c.is_ascii_digit()) => month_ = self.number()?,
                DatePart::Month => month_ = month(self.word())?,
            }
        }
        Ok((year, month_, day))
    }

    /// `H:M`, `H:M:S` or `H:M:S.fraction`, or nothing: midnight. A comma is as good as the point. A fraction is cut after six digits.
    fn time(&mut self) -> Result<Time, &'static str> {
        let mut time = Time::MIDNIGHT;
        if !self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            return Ok(time);
        }
        let two = |reader: &mut Self| u8::try_from(reader.number()?).map_err(|_| "a number that is too large");
        time.hour = two(self)?;
        self.rest = self.rest.strip_prefix(':').unwrap_or(self.rest);
        time.minute = two(self)?;
        if let Some(rest) = self.rest.strip_prefix(':') {
            self.rest = rest;
            time.second = two(self)?;
            if let Some(rest) = self.rest.strip_prefix(['.', ',']) {
                self.rest = rest;
                time.microsecond = micros(self.digits());
            }
        }
        Ok(time)
    }

    /// `Z`, `+H:MM`, `+HH:MM`, `+HMM` or `+HHMM`, or nothing.
    fn offset(&mut self) -> Result<Option<i32>, &'static str> {
        let sign = match self.rest.as_bytes() {
            [] => return Ok(None),
            [b'Z' | b'z', ..] => return Ok(Some(0)),
            [b'-', ..] => -1,
            _ => 1,
        };
        let digits = || self.rest.bytes().filter(u8::is_ascii_digit).map(|digit| i32::from(digit - b'0'));
        let (hours, minutes) = match digits().count() {
            3 | 4 => {
                digits().fold((0, 0), |(hours, minutes), digit| (hours * 10 + minutes / 10, minutes % 10 * 10 + digit))
            }
            _ => return Err("not an offset from UTC"),
        };
        if minutes >= 60 {
            return Err("timezone minute must be in 0..59");
        }
        Ok(Some(sign * (hours * 60 + minutes) * 60))
    }
}

/// The first six digits of a fraction, as microseconds.
pub(super) fn micros(digits: &str) -> u32 {
    digits.bytes().chain(std::iter::repeat(b'0')).take(6).fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(
        (year, month, day): (i32, u8, u8),
        (hour, minute, second): (u8, u8, u8),
        microsecond: u32,
        offset: Option<i32>,
    ) -> Value<'static> {
        let time = Time { hour, minute, second, microsecond, offset };
        Value::DateTime(DateTime { date: Date { year, month, day }, time })
    }

    #[test]
    fn each_layout_is_read() {
        use DatetimeLayout::*;
        for (layout, text, expected) in [
            (Iso8601, "2011-02-03", at((2011, 2, 3), (0, 0, 0), 0, None)),
            (Iso8601, "2011-02-03T10:21:36.1239999Z", at((2011, 2, 3), (10, 21, 36), 123_999, Some(0))),
            (Iso8601, "2003-09-25 10:49:41,502", at((2003, 9, 25), (10, 49, 41), 502_000, None)),
            (Iso8601, "2011-02-03  10:21 +0130", at((2011, 2, 3), (10, 21, 0), 0, Some(5400))),
            (Rfc2822, "Mon, 20 Jan 1972 10:21:36 +1000", at((1972, 1, 20), (10, 21, 36), 0, Some(36_000))),
            (Rfc2822, "20 Jan 1972 10:21:36 -1:30", at((1972, 1, 20), (10, 21, 36), 0, Some(-5400))),
            (DayFirst, "20/January/1972 10:21:36 PM +10:30", at((1972, 1, 20), (22, 21, 36), 0, Some(37_800))),
            (DayFirst, "20-1-1972", at((1972, 1, 20), (0, 0, 0), 0, None)),
            (MonthFirst, "11/15/2011 12:15 AM", at((2011, 11, 15), (0, 15, 0), 0, None)),
            (Http, "21/nov/2011:00:07:11 +0000", at((2011, 11, 21), (0, 7, 11), 0, Some(0))),
            (Http, "21/Nov/2011:00:07:11,25 +0000", at((2011, 11, 21), (0, 7, 11), 250_000, Some(0))),
            (Ctime, "Sun Sep 16 01:03:52,5 1973", at((1973, 9, 16), (1, 3, 52), 500_000, None)),
            (Syslog, "Nov  9 03:37:44.123456789", at((2024, 11, 9), (3, 37, 44), 123_456, None)),
            (Syslog, "Nov  9 03:37:44,5", at((2024, 11, 9), (3, 37, 44), 500_000, None)),
            (Ctime, "Sun Sep  6 01:03:52 1973", at((1973, 9, 6), (1, 3, 52), 0, None)),
            (Syslog, "Nov  9 03:37:44", at((2024, 11, 9), (3, 37, 44), 0, None)),
            (Syslog, "Feb 29 ", at((2024, 2, 29), (0, 0, 0), 0, None)),
        ] {
            assert_eq!(read(layout, text, 2024), Ok(expected), "{text}");
        }
        let evening = Time { hour: 22, minute: 21, second: 36, microsecond: 0, offset: Some(-19_800) };
        assert_eq!(read(TimeOfDay, "10:21:36 PM -530", 2024), Ok(Value::Time(evening)));
        assert_eq!(read(TimeOfDay, "", 2024), Ok(Value::Time(Time::MIDNIGHT)));
    }

    #[test]
    fn what_is_not_in_the_calendar_or_on_the_clock_is_refused() {
        use DatetimeLayout::*;
        for (layout, text) in [
            (Iso8601, "2011-02-29"),
            (Iso8601, "2011-13-01"),
            (Iso8601, "0000-01-01"),
            (Iso8601, "2011-02-03 24:00"),
            (Iso8601, "2011-02-03 10:60"),
            (Iso8601, "2011-02-03 10:00+0160"),
            (DayFirst, "1/1/2011 13:00 PM"),
            (Rfc2822, "20  Jan 1972 10:21:36 +1000"),
            (Syslog, "Feb 29 "),
            (Syslog, "Feb 99999999999999999999 "),
        ] {
            assert!(read(layout, text, 2023).is_err(), "{text}");
        }
    }

    #[test]
    fn days_are_counted_from_1970() {
        for (year, month, day, expected) in
            [(1970, 1, 1, 0), (1969, 12, 31, -1), (2000, 3, 1, 11_017), (1, 1, 1, -719_162), (9999, 12, 31, 2_932_896)]
        {
            assert_eq!(Date::new(year, month, day).map(Date::days), Some(expected));
        }
    }

    #[test]
    fn every_day_of_ten_thousand_years_counts_one_more() {
        let mut last = Date { year: 1, month: 1, day: 1 };
        for days in i64::from(last.days()) + 1..=2_932_896 {
            let date = Date::from_days(days).unwrap_or_else(|| panic!("{days}"));
            assert!(date > last && i64::from(date.days()) == days, "{date:?}");
            last = date;
        }
        assert_eq!(last, Date { year: 9999, month: 12, day: 31 });
    }
}
