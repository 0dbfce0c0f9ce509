//! Dates and times of the Gregorian calendar, and where a column has them.

/// A day, in microseconds.
pub(crate) const DAY: i64 = 86_400_000_000;

/// The years 1 to 9999, in microseconds since 1970: what a column of timestamps may hold, since Python's `datetime` holds no more.
pub(super) const TIMESTAMPS: std::ops::Range<i64> = -719_162 * DAY..2_932_897 * DAY;

/// A day of the Gregorian calendar, in the years 1 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date {
    /// 1 to 9999.
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Time {
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// 0 to 999,999.
    pub microsecond: u32,
    /// How far east of UTC the time is, in seconds; `None` where the text does not say.
    pub offset: Option<i32>,
}

/// A date with a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DateTime {
    /// The day.
    pub date: Date,
    /// The time of that day, with the offset that holds for both.
    pub time: Time,
}

impl Date {
    /// `None` for a day that does not exist.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Date> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            2 => 28 + u8::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        ((1..=9999).contains(&year) && (1..=days).contains(&day)).then_some(Date { year, month, day })
    }

    /// Days since 1970-01-01, by the civil-calendar arithmetic of Howard Hinnant's `days_from_civil`; of a year
    /// that is not from 1 to 9999, the last day or the first that an `i32` can say, if it cannot say that one.
    pub fn days(self) -> i32 {
        let year = self.year.saturating_sub(i32::from(self.month <= 2));
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month = (i32::from(self.month) + 9) % 12;
        let day_of_year = (153 * month + 2) / 5 + i32::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let days = i64::from(era) * 146_097 + i64::from(day_of_era - 719_468);
        days.clamp(i32::MIN.into(), i32::MAX.into()) as i32
    }

    /// The day that is `days` after 1970-01-01; `None` outside of the years 1 to 9999.
    pub fn from_days(days: i64) -> Option<Date> {
        let begins = |year: i32, month: u8| Date::new(year, month, 1).filter(|first| i64::from(first.days()) <= days);
        // 400 years have 146,097 days: never more than one year off.
        let guess = i32::try_from(1970 + days.checked_mul(400)?.div_euclid(146_097)).ok()?;
        let year = (guess - 1..=guess + 1).rev().find(|&year| begins(year, 1).is_some())?;
        let first = (1..=12).rev().find_map(|month| begins(year, month))?;
        Date::new(year, first.month, u8::try_from(days - i64::from(first.days()) + 1).ok()?)
    }
}

/// Microseconds since 1970, by the system's clock.
pub(crate) fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(0)
}

/// The year of a moment in microseconds since 1970, or of the nearest that there is.
pub(super) fn year_of(micros: i64) -> i32 {
    let micros = micros.clamp(TIMESTAMPS.start, TIMESTAMPS.end - 1);
    Date::from_days(micros.div_euclid(DAY)).map_or(1970, |day| day.year)
}

/// The year, in UTC.
pub(crate) fn current_year() -> i32 {
    year_of(now())
}

impl Time {
    /// Midnight, without an offset.
    pub const MIDNIGHT: Time = Time { hour: 0, minute: 0, second: 0, microsecond: 0, offset: None };

    /// The time, if there is such one.
    pub(super) fn check(self) -> Result<Time, &'static str> {
        match self {
            Time { hour: 24.., .. } => Err("hour must be in 0..23"),
            Time { minute: 60.., .. } => Err("minute must be in 0..59"),
            Time { second: 60.., .. } => Err("second must be in 0..59"),
            _ => Ok(self),
        }
    }

    /// Microseconds since midnight, as written.
    fn micros(self) -> i64 {
        let seconds = (i64::from(self.hour) * 60 + i64::from(self.minute)) * 60 + i64::from(self.second);
        seconds * 1_000_000 + i64::from(self.microsecond)
    }

    fn offset_micros(self) -> i64 {
        i64::from(self.offset.unwrap_or(0)) * 1_000_000
    }

    /// Microseconds since midnight of UTC; of local time, where there is no offset.
    pub fn utc_micros(self) -> i64 {
        (self.micros() - self.offset_micros()).rem_euclid(DAY)
    }

    /// What a column holds for it: [`utc_micros`](Self::utc_micros). `parse` reads any offset of two digits, but only Python's
    /// `tzinfo` for less than a day can be asked for it: a time further away has no UTC.
    pub(super) fn in_column(self) -> Result<i64, &'static str> {
        if self.offset_micros().abs() >= DAY {
            return Err("the offset from UTC must be less than 24 hours");
        }
        Ok(self.utc_micros())
    }
}

impl DateTime {
    /// Microseconds since 1970-01-01T00:00:00 of UTC; of local time, where there is no offset.
    pub fn timestamp_micros(self) -> i64 {
        i64::from(self.date.days()).saturating_mul(DAY).saturating_add(self.time.micros() - self.time.offset_micros())
    }

    /// What a column holds for it: [`timestamp_micros`](Self::timestamp_micros), if that is one of [`TIMESTAMPS`]. Local time goes by `utc` first.
    pub(super) fn in_column(self, utc: impl FnOnce(i64) -> i64) -> Result<i64, &'static str> {
        self.time.in_column()?;
        let micros = self.timestamp_micros();
        let micros = if self.time.offset.is_none() { utc(micros) } else { micros };
        TIMESTAMPS.contains(&micros).then_some(micros).ok_or("in UTC it is outside of the years 1 to 9999")
    }
}
