//! [`Clock`]: what a time means in a scan, where its text does not say all of it. It may have no offset, and no year.
//!
//! Both are decided once, when the scan begins: so the same bytes give the same values in each of its blocks.

use super::{
    calendar::{DAY, Date, DateTime, now, year_of},
    field::value,
    normalise::normalise,
    stamp,
    value::Value,
    zone::{TimeZone, WallClock},
};
use crate::pattern::{DatetimeLayout, ValueKind, has_date_and_time, strptime_letters};

/// The year of times that are written without one, as syslog's are: see [`ScanOptions::year`](crate::ScanOptions::year).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Year {
    /// The current year, in UTC.
    #[default]
    Current,
    /// For each time, the newest year in which its day exists and that does not put it more than 24 hours into the future. The future begins when the scan does,
    /// by the clock of [`ScanOptions::tz`](crate::ScanOptions::tz), or of UTC. So in January a time of December is one of the year before.
    Recent,
    /// This year, from 1 to 9999. In any other no day exists.
    Of(i32),
}

/// How many years back one is found that has each day: between 1896 and 1904 there is no 29th of February.
const YEARS_BACK: i32 = 9;

/// What times without a year and without an offset mean in one scan.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    zone: Option<TimeZone>,
    years: Years,
}

#[derive(Debug, Clone, Copy)]
enum Years {
    Of(i32),
    /// The newest that does not put a time past these: `wall` is for one without an offset.
    Recent {
        wall: i64,
        utc: i64,
    },
}

impl Clock {
    /// `begin` is when the scan begins, in microseconds since 1970; `None` is now.
    pub(crate) fn new(year: Year, zone: Option<TimeZone>, begin: Option<i64>) -> Clock {
        let begin = || begin.unwrap_or_else(now);
        let years = match year {
            Year::Of(year) => Years::Of(year),
            Year::Current => Years::Of(year_of(begin())),
            Year::Recent => {
                let utc = begin();
                let wall = zone.as_ref().map_or(utc, |zone| zone.wall(utc));
                Years::Recent { wall: wall.saturating_add(DAY), utc: utc.saturating_add(DAY) }
            }
        };
        Clock { zone, years }
    }

    /// The zone of times without an offset.
    pub(super) fn zone(&self) -> Option<&TimeZone> {
        self.zone.as_ref()
    }

    /// The years that a time without one may be of, the best first.
    fn candidates(&self) -> impl Iterator<Item = i32> {
        let (newest, count) = match self.years {
            Years::Of(year) => (year, 0),
            // A time with an offset may be a day further by the clock that it was read from.
            Years::Recent { wall, .. } => (year_of(wall.saturating_add(DAY)), YEARS_BACK),
        };
        (newest.saturating_sub(count)..=newest).rev()
    }

    /// The years in which nearly all values of a kind are that are written without one; any year for a kind that has its own.
    pub(super) fn usual_years(&self, kind: &ValueKind) -> impl Iterator<Item = i32> {
        self.candidates().take(if takes_year(kind) { 2 } else { 1 })
    }

    /// Whether a value of a kind, in one of these years, is not too far in the future. Its own year is always right.
    pub(super) fn accepts(&self, kind: &ValueKind, value: &Value<'_>) -> bool {
        !takes_year(kind) || self.is_past(value)
    }

    fn is_past(&self, value: &Value<'_>) -> bool {
        let Years::Recent { wall, utc } = self.years else { return true };
        match value {
            Value::DateTime(at) => at.timestamp_micros() <= if at.time.offset.is_some() { utc } else { wall },
            Value::Date(day) => i64::from(day.days()) * DAY <= wall,
            _ => true,
        }
    }

    /// The value of a field's text, or why it has none.
    pub(super) fn value<'t>(&self, kind: &ValueKind, text: &'t str) -> Result<Value<'t>, String> {
        let takes_year = match kind {
            ValueKind::Time(DatetimeLayout::Any) => stamp::lacks_year(normalise(text).as_bytes()),
            kind => takes_year(kind),
        };
        let mut wrong = None;
        for year in self.candidates() {
            match value(kind, text, year) {
                Ok(found) if !takes_year || self.is_past(&found) => return Ok(found),
                Ok(_) => {}
                Err(error) if !takes_year => return Err(error.to_string()),
                Err(error) => wrong = wrong.or(Some((error, year))),
            }
        }
        Err(match (wrong, self.years) {
            (None, _) => "no year puts it into the past".to_owned(),
            // 2000 has each day.
            (Some((_, year)), Years::Of(_)) if value(kind, text, 2000).is_ok() => {
                format!(
                    "{text:?}: this day is not in the calendar of {year}, the year that was taken; year= takes another"
                )
            }
            (Some((error, _)), _) => error.to_string(),
        })
    }

    /// For the kernel of syslog's times: the year to read all of them in, and what moves those that it puts too far into the future.
    pub(super) fn base_year(&self) -> (i32, Option<YearBack>) {
        match self.years {
            Years::Of(year) => (year, None),
            Years::Recent { wall, .. } => {
                let year = year_of(wall);
                (year, Some(YearBack::new(year, wall)))
            }
        }
    }
}

/// Whether values of this kind are written without the year that they have.
fn takes_year(kind: &ValueKind) -> bool {
    match kind {
        ValueKind::Time(layout) => *layout == DatetimeLayout::Syslog,
        ValueKind::Strptime(format) => {
            has_date_and_time(format).0 && !strptime_letters(format).any(|code| matches!(code, b'Y' | b'y'))
        }
        _ => false,
    }
}

/// Moves times of one year that are later than `latest` into the year before.
#[derive(Debug, Clone, Copy)]
pub(super) struct YearBack {
    latest: i64,
    /// The 29th of February, if there is one, up to the 1st of March.
    leap_day: i64,
    march: i64,
    /// How long a year is to a day before the 1st of March, and to one after.
    early: i64,
    late: i64,
}

impl YearBack {
    fn new(year: i32, latest: i64) -> YearBack {
        let begins = |year: i32, month: u8| Date::new(year, month, 1).map_or(0, |day| i64::from(day.days()) * DAY);
        let march = begins(year, 3);
        YearBack {
            latest,
            leap_day: if Date::new(year, 2, 29).is_some() { march - DAY } else { march },
            march,
            early: begins(year, 1) - begins(year - 1, 1),
            late: march - begins(year - 1, 3),
        }
    }

    /// The time, in the year before if it must be; `None` for a day that is not in that.
    #[inline]
    pub(super) fn apply(self, micros: i64) -> Option<i64> {
        match micros {
            _ if micros <= self.latest => Some(micros),
            _ if micros >= self.march => Some(micros - self.late),
            _ if micros < self.leap_day => Some(micros - self.early),
            _ => None,
        }
    }
}

/// Which kinds of times a column has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct OffsetsSeen {
    pub(crate) with: bool,
    pub(crate) without: bool,
}

impl OffsetsSeen {
    /// What this or the other has.
    pub(crate) fn or(self, other: OffsetsSeen) -> OffsetsSeen {
        OffsetsSeen { with: self.with || other.with, without: self.without || other.without }
    }

    pub(crate) fn has_both(self) -> bool {
        self.with && self.without
    }
}

/// The timestamps of one column, one after the other.
#[derive(Debug)]
pub(super) struct Timestamps<'c> {
    wall: Option<WallClock<'c>>,
    pub(super) seen: OffsetsSeen,
}

impl<'c> Timestamps<'c> {
    pub(super) fn new(clock: &'c Clock) -> Timestamps<'c> {
        Timestamps { wall: clock.zone().map(WallClock::new), seen: OffsetsSeen::default() }
    }

    /// Whether times without an offset are to be converted.
    pub(super) fn has_zone(&self) -> bool {
        self.wall.is_some()
    }

    /// What a column holds for a time without an offset.
    #[inline]
    pub(super) fn utc(&mut self, wall: i64) -> i64 {
        match &mut self.wall {
            Some(clock) => clock.utc(wall),
            None => wall,
        }
    }

    /// What a column holds for a value, or why it can hold none.
    pub(super) fn put(&mut self, value: DateTime) -> Result<i64, &'static str> {
        let micros = value.in_column(|wall| self.utc(wall))?;
        let has_offset = value.time.offset.is_some();
        self.seen = self.seen.or(OffsetsSeen { with: has_offset, without: !has_offset });
        Ok(micros)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::Time;

    fn micros(year: i32, month: u8, day: u8, hour: u8) -> i64 {
        let date = Date::new(year, month, day).unwrap();
        DateTime { date, time: Time { hour, ..Time::MIDNIGHT } }.timestamp_micros()
    }

    #[test]
    fn the_newest_year_does_not_put_a_time_more_than_a_day_into_the_future() {
        let syslog = ValueKind::Time(DatetimeLayout::Syslog);
        for (begin, text, expected) in [
            (micros(2025, 1, 3, 12), "Dec 31 23:59:59", 2024),
            (micros(2025, 1, 3, 12), "Jan  4 12:00:00", 2025),
            (micros(2025, 1, 3, 12), "Jan  4 12:00:01", 2024),
            (micros(2024, 12, 31, 12), "Jan  1 12:00:00", 2025),
            (micros(2024, 12, 31, 12), "Jan  1 12:00:01", 2024),
            (micros(2025, 6, 1, 0), "Feb 29 00:00:00", 2024),
            (micros(2024, 2, 1, 0), "Feb 29 00:00:00", 2020),
            (micros(2024, 2, 28, 0), "Feb 29 00:00:00", 2024),
            (micros(1903, 6, 1, 0), "Feb 29 00:00:00", 1896),
        ] {
            let clock = Clock::new(Year::Recent, None, Some(begin));
            let Ok(Value::DateTime(found)) = clock.value(&syslog, text) else { panic!("{text}") };
            assert_eq!(found.date.year, expected, "{begin} {text}");
        }
    }

    #[test]
    fn a_year_back_is_what_the_years_one_by_one_are() {
        let syslog = ValueKind::Time(DatetimeLayout::Syslog);
        for begin in (0..1500).map(|day| micros(2023, 1, 1, 13) + day * DAY) {
            let clock = Clock::new(Year::Recent, None, Some(begin));
            let (year, back) = clock.base_year();
            let days = Date::new(year + 1, 1, 1).unwrap().days() - Date::new(year, 1, 1).unwrap().days();
            for day in (0..days).step_by(if begin % 7 == 0 { 1 } else { 13 }).chain([57, 58, 59, 60]) {
                let date = Date::from_days(i64::from(Date::new(year, 1, 1).unwrap().days() + day)).unwrap();
                for hour in [0, 13, 14] {
                    let found = back.unwrap().apply(micros(year, date.month, date.day, hour));
                    let name = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
                    let text = format!("{} {} {hour}:00:00", name[usize::from(date.month) - 1], date.day);
                    let Ok(Value::DateTime(value)) = clock.value(&syslog, &text) else { panic!("{text}") };
                    match found {
                        Some(found) => assert_eq!(found, value.timestamp_micros(), "{begin} {text}"),
                        None => assert_eq!((date.month, date.day), (2, 29)),
                    }
                }
            }
        }
    }
}
