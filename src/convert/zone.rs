//! [`TimeZone`]: where a wall clock hangs; and [`WallClock`], which says what UTC is when that clock shows a time.
//!
//! The rules of a zone come from the tz database, read by the crate `jiff`. Asking it for each value of a column would take longer than reading
//! the value. But between two changes of a clock its offset from UTC is one number, and a log is in one such interval nearly always. So
//! [`WallClock`] remembers the interval of the last value, as the clock shows it, and asks only outside of it.

use std::fmt;

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{self, AmbiguousOffset, Offset},
};

use super::{
    calendar::{DAY, Date},
    strptime,
};
use crate::{
    error::{Error, Result},
    pattern::is_near,
};

const SECOND: i64 = 1_000_000;

/// A time zone: what a clock on the wall shows somewhere, in terms of UTC.
///
/// A clock that is put back shows an hour twice: such a time is taken for the earlier of both. One that is put forward leaves an hour
/// out: a time in it is read by the offset that was in force before, so `02:30` of a night without it is `03:30`. RFC 5545 reads both so.
///
/// ```
/// use parsimd::{Cell, ColumnType, Input, Pattern, ScanOptions, TimeZone};
///
/// let options = ScanOptions::new().tz(TimeZone::new("Europe/Berlin")?);
/// let batch = Pattern::new("{at:ti}")?.scan_input(Input::bytes(b"2024-07-01 12:00:00"), options).read_all()?;
/// assert_eq!(batch.columns()[0].column_type(), ColumnType::Timestamp { utc: true });
/// assert_eq!(batch.columns()[0].get(0), Cell::Timestamp(1_719_828_000_000_000)); // 10:00 UTC
///
/// let error = TimeZone::new("Europe/Berlim").unwrap_err();
/// assert_eq!(error.to_string(), r#"unknown time zone "Europe/Berlim": did you mean "Europe/Berlin"?"#);
/// # Ok::<(), parsimd::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct TimeZone {
    name: String,
    rules: tz::TimeZone,
}

impl TimeZone {
    /// The zone that `text` names: `UTC`; an offset of less than a day, as `+02:00` or `-0530`; or a name of the tz database, as
    /// `Europe/Berlin`. Upper and lower case are the same.
    ///
    /// The database is that of the system, from the folder in the environment's `TZDIR` or where systems have it; where there is none, that which was built in.
    ///
    /// # Errors
    /// [`Error::is_time_zone`]: there is no such zone. The message says which was probably meant.
    pub fn new(text: &str) -> Result<TimeZone> {
        if text.eq_ignore_ascii_case("UTC") {
            return Ok(TimeZone { name: "UTC".to_owned(), rules: tz::TimeZone::UTC });
        }
        if text.starts_with(['+', '-']) {
            let whole = strptime::offset(text.as_bytes()).filter(|&(_, length)| length == text.len());
            let offset = whole.and_then(|(seconds, _)| Offset::from_seconds(seconds).ok());
            return match offset {
                Some(offset) => Ok(TimeZone { name: text.to_owned(), rules: tz::TimeZone::fixed(offset) }),
                None => Err(unknown(text, "write an offset as in \"+02:00\", of less than 24 hours")),
            };
        }
        match tz::TimeZone::get(text) {
            Ok(rules) if !rules.is_unknown() => {
                Ok(TimeZone { name: rules.iana_name().unwrap_or(text).to_owned(), rules })
            }
            _ => Err(match suggestion(text) {
                Some(name) => unknown(text, &format!("did you mean {name:?}?")),
                None => unknown(
                    text,
                    "write a name of the tz database, as in \"Europe/Berlin\", an offset, as in \"+02:00\", or \"UTC\"",
                ),
            }),
        }
    }

    /// Its name: as the tz database has it, or an offset as it was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When the day begins that comes after a moment; both in microseconds since 1970. A day may have 23 hours, or 25.
    #[cfg(feature = "cli")]
    pub(crate) fn next_day(&self, utc: i64) -> i64 {
        let midnight = (self.wall(utc).div_euclid(DAY) + 1) * DAY;
        WallClock::new(self).utc(midnight)
    }

    /// What the clock shows at a moment; both in microseconds since 1970.
    pub(crate) fn wall(&self, utc: i64) -> i64 {
        utc + seconds(self.rules.to_offset(timestamp(utc))) * SECOND
    }

    /// The offsets, in seconds, before and after the change of the clock that leaves out or repeats what it shows; the same where it does neither.
    fn offsets(&self, wall: i64) -> (i64, i64) {
        let (days, rest) = (wall.div_euclid(DAY), wall.rem_euclid(DAY));
        let (second, micros) = (rest / SECOND, rest % SECOND);
        let Date { year, month, day } = Date::from_days(days).unwrap_or(Date { year: 1970, month: 1, day: 1 });
        // Each fits: a year has four digits, and the others are those of a day.
        let civil = DateTime::new(
            year as i16,
            month as i8,
            day as i8,
            (second / 3600) as i8,
            (second / 60 % 60) as i8,
            (second % 60) as i8,
            micros as i32 * 1000,
        );
        match self.rules.to_ambiguous_timestamp(civil.unwrap_or_default()).offset() {
            AmbiguousOffset::Unambiguous { offset } => (seconds(offset), seconds(offset)),
            AmbiguousOffset::Gap { before, after } | AmbiguousOffset::Fold { before, after } => {
                (seconds(before), seconds(after))
            }
        }
    }

    /// From where to where a clock shows times that are read by the offset that is in force at the moment `utc`, if that is `offset`.
    fn interval(&self, utc: i64, offset: i64) -> Option<(i64, i64)> {
        let at = timestamp(utc);
        if seconds(self.rules.to_offset(at)) != offset {
            return None;
        }
        let nano = jiff::SignedDuration::from_nanos(1);
        // A time that is shown twice, or left out, is read by the offset before the change: so an interval begins after both.
        let change = |at: Timestamp, before: i64, after: i64| at.as_microsecond() + before.max(after) * SECOND;
        let last = self.rules.preceding(at.checked_add(nano).unwrap_or(at)).next();
        let from = last.and_then(|last| {
            let before = last.timestamp().checked_sub(nano).ok()?;
            Some(change(last.timestamp(), seconds(self.rules.to_offset(before)), offset))
        });
        let next = self.rules.following(at).next();
        let until = next.map(|next| change(next.timestamp(), offset, seconds(next.offset())));
        Some((from.unwrap_or(i64::MIN), until.unwrap_or(i64::MAX)))
    }
}

impl fmt::Debug for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TimeZone").field(&self.name).finish()
    }
}

fn unknown(text: &str, advice: &str) -> Error {
    Error::time_zone(format!("unknown time zone {text:?}: {advice}"))
}

/// The name that was probably meant: one with a slip in it, or its last part alone.
fn suggestion(text: &str) -> Option<String> {
    let names: Vec<String> = tz::db().available().map(|name| name.to_string()).collect();
    let is_last = |name: &&String| name.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case(text));
    names.iter().find(|name| is_near(text, name)).or_else(|| names.iter().find(is_last)).cloned()
}

fn seconds(offset: Offset) -> i64 {
    offset.seconds().into()
}

/// The moment, or the nearest that `jiff` has: the first and the last days of its years are too near the end for some offsets.
fn timestamp(micros: i64) -> Timestamp {
    let (least, most) = (Timestamp::MIN.as_microsecond(), Timestamp::MAX.as_microsecond());
    Timestamp::from_microsecond(micros.clamp(least, most)).unwrap_or_default()
}

/// A clock on a wall in some zone, that is asked for one time after the other.
#[derive(Debug)]
pub(super) struct WallClock<'z> {
    zone: &'z TimeZone,
    /// Times from the first up to the second have this offset, in microseconds.
    from: i64,
    until: i64,
    offset: i64,
}

impl<'z> WallClock<'z> {
    pub(super) fn new(zone: &'z TimeZone) -> WallClock<'z> {
        WallClock { zone, from: 0, until: 0, offset: 0 }
    }

    /// UTC when the clock shows `wall`; both in microseconds since 1970, in the years 1 to 9999.
    #[inline]
    pub(super) fn utc(&mut self, wall: i64) -> i64 {
        if !(self.from..self.until).contains(&wall) {
            self.move_to(wall);
        }
        wall - self.offset
    }

    #[cold]
    fn move_to(&mut self, wall: i64) {
        let (before, after) = self.zone.offsets(wall);
        self.offset = before * SECOND;
        // By the greater offset it is before the change, whichever way the clock is put.
        let interval = self.zone.interval(wall - before.max(after) * SECOND, before);
        (self.from, self.until) = interval.unwrap_or((0, 0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{convert::calendar::TIMESTAMPS, lanes::share_of};

    /// The reference implementation: `jiff`, asked for this one value.
    fn reference(zone: &TimeZone, wall: i64) -> Option<i64> {
        let civil = tz::TimeZone::UTC.to_datetime(Timestamp::from_microsecond(wall).ok()?);
        Some(zone.rules.to_ambiguous_timestamp(civil).compatible().ok()?.as_microsecond())
    }

    #[test]
    fn a_wall_clock_says_what_jiff_says_of_each_value() {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut below = |bound: i64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 16) % bound as u64) as i64
        };
        let names: Vec<String> = tz::db().available().map(|name| name.to_string()).collect();
        assert!(names.len() > 300, "there is a tz database");
        let mut compared = 0_u64;
        for name in names.iter().map(String::as_str).chain(["UTC", "+02:00", "-23:59"]) {
            let Ok(zone) = TimeZone::new(name) else { continue };
            let changes = zone.rules.following(Timestamp::MIN).map(|change| change.timestamp().as_microsecond());
            let changes: Vec<i64> = changes.take_while(|&at| at < 2_300_000_000 * SECOND).collect();
            let mut clock = WallClock::new(&zone);
            for _ in 0..share_of(1000) {
                // Near a change, at its very second, or anywhere.
                let wall = match (below(4), changes.is_empty()) {
                    (0, _) | (_, true) => TIMESTAMPS.start + below(TIMESTAMPS.end - TIMESTAMPS.start),
                    (kind, _) => {
                        let change = changes[below(changes.len() as i64) as usize];
                        let around = below(6 * 3600) - 3 * 3600;
                        match kind {
                            1 => change + around * SECOND,
                            2 => zone.wall(change) + (around / 1800) * 1800 * SECOND - below(2),
                            _ => zone.wall(change - 1) + 1 + below(3) - 1,
                        }
                    }
                };
                // It asks for some of the same interval, as a log does.
                for wall in [wall, wall + below(7200) * SECOND, wall - below(86_400 * 30) * SECOND] {
                    if !TIMESTAMPS.contains(&wall) {
                        continue;
                    }
                    if let Some(expected) = reference(&zone, wall) {
                        assert_eq!(clock.utc(wall), expected, "{name} {wall}");
                        compared += 1;
                    }
                }
            }
        }
        assert!(compared > share_of(1_000_000) as u64);
    }

    #[test]
    fn an_hour_that_comes_twice_is_the_earlier_one_and_one_that_is_left_out_is_read_as_before() {
        let zone = TimeZone::new("Europe/Berlin").unwrap();
        let wall = |day: Date, minutes: i64| i64::from(day.days()) * DAY + minutes * 60 * SECOND;
        let (march, october) = (Date { year: 2024, month: 3, day: 31 }, Date { year: 2024, month: 10, day: 27 });
        // Minutes that the clock shows, and minutes of UTC.
        for (day, shown, utc) in [
            (march, 119, 59),
            (march, 120, 60),
            (march, 150, 90),
            (march, 179, 119),
            (march, 180, 60),
            (october, 119, -1),
            (october, 120, 0),
            (october, 179, 59),
            (october, 180, 120),
        ] {
            assert_eq!(WallClock::new(&zone).utc(wall(day, shown)), wall(day, utc), "{day:?} {shown}");
        }
    }

    #[test]
    fn the_first_and_last_days_are_in_every_zone() {
        for name in ["UTC", "+23:59", "-23:59", "Asia/Tokyo", "America/New_York"] {
            let zone = TimeZone::new(name).unwrap();
            for wall in [TIMESTAMPS.start, TIMESTAMPS.end - 1] {
                let mut clock = WallClock::new(&zone);
                assert_eq!(zone.wall(clock.utc(wall)), wall, "{name}");
            }
        }
    }

    #[test]
    fn a_zone_is_utc_an_offset_or_a_name() {
        for (text, name) in
            [("utc", "UTC"), ("europe/BERLIN", "Europe/Berlin"), ("+02:00", "+02:00"), ("-0530", "-0530")]
        {
            assert_eq!(TimeZone::new(text).unwrap().name(), name);
        }
        assert_eq!(TimeZone::new("-0530").unwrap().wall(0), -(5 * 3600 + 1800) * SECOND);
    }

    #[test]
    fn a_text_that_is_no_zone_is_answered_with_what_to_write() {
        for (text, advice) in [
            ("Europe/Berlim", "did you mean \"Europe/Berlin\"?"),
            ("tokyo", "did you mean \"Asia/Tokyo\"?"),
            ("+2", "write an offset as in \"+02:00\""),
            ("+24:00", "write an offset as in \"+02:00\""),
            ("Atlantis", "write a name of the tz database"),
            ("", "write a name of the tz database"),
            ("Etc/Unknown", "write a name of the tz database"),
        ] {
            let error = TimeZone::new(text).unwrap_err();
            assert!(error.is_time_zone());
            assert!(error.to_string().starts_with(&format!("unknown time zone {text:?}: {advice}")), "{error}");
        }
    }
}
