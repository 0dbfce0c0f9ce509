//! `--since` and `--until`: rows from a time on, and before one.
//!
//! A time is one that `--where` reads, or is counted from now: how long ago, today, yesterday, or a clock of today. Where the clock of a column is not known, now is no
//! time of it, and that is an error.

use super::{
    args::Args,
    columns::Available,
    filter::{self, Clock, Columns, Comparison, Condition, Moment, Test},
    stop::Stop,
};
use crate::{
    batch::ColumnType,
    convert::{DAY, Date, now},
    set::PATTERN,
};

/// What of the first column of times of each pattern is asked.
///
/// # Errors
/// There is no such column, or a text is no time.
pub(super) fn conditions(args: &Args, available: &Available, clock: &Clock) -> Result<Vec<Condition>, Stop> {
    if args.since.is_none() && args.until.is_none() {
        return Ok(Vec::new());
    }
    let times = available.times();
    let Some((_, first)) = times.first() else {
        return Err(Stop::new("--since and --until need a column of time stamps, and there is none"));
    };
    if times.iter().all(|(_, column)| column == first) {
        return of_column(args, first, available, clock);
    }
    let of_pattern = |(pattern, column): &(Option<String>, String)| {
        let is_of =
            pattern.clone().map(|name| Condition::Test(PATTERN.to_owned(), Test::Text(Comparison::Equal, name)));
        let parts = is_of.into_iter().chain(of_column(args, column, available, clock)?);
        Ok(Condition::And(parts.collect()))
    };
    Ok(vec![Condition::Or(times.iter().map(of_pattern).collect::<Result<_, Stop>>()?)])
}

/// The same of one column.
fn of_column(args: &Args, column: &str, available: &Available, clock: &Clock) -> Result<Vec<Condition>, Stop> {
    let instant = |option, text| instant(option, text, clock, (column, available.column_type(column)));
    let mut parts = Vec::new();
    let mut add = |least, most| parts.push(Condition::Test(column.to_owned(), Test::Between(least, most)));
    if let Some(text) = &args.since {
        add(instant("--since", text)?, i64::MAX);
    }
    if let Some(text) = &args.until {
        add(i64::MIN, instant("--until", text)?.saturating_sub(1));
    }
    Ok(parts)
}

/// A time that an option says, for a column.
fn instant(option: &str, text: &str, clock: &Clock, (column, kind): (&str, Option<ColumnType>)) -> Result<i64, Stop> {
    if let Some(instant) = counted_from(now(), text, clock) {
        if kind != Some(ColumnType::Timestamp { utc: true }) {
            return Err(Stop::new(format!(
                "{option} {text}: when that is depends on the offset of now, and times in {column:?} may have none: say with --tz which clock those \
                 hang on, as in --tz UTC or --tz Europe/Berlin; those with an offset keep it"
            )));
        }
        return Ok(instant);
    }
    let moment = Moment::timestamp(text, clock);
    moment.map(|moment| moment.first).ok_or_else(|| {
        Stop::new(format!(
            "{option} {text}: expected a time, as in 2024-05-17, 2024-05-17T13 or '2024-05-17 10:05', one of today, as in 11:00, today or yesterday, or how long ago, \
             as in 2h"
        ))
    })
}

/// A time that is counted from `now`; all are in microseconds of UTC.
fn counted_from(now: i64, text: &str, clock: &Clock) -> Option<i64> {
    let today = clock.tz.as_ref().map_or(now, |zone| zone.wall(now)).div_euclid(DAY);
    let at = |day: i64, time: &str| {
        let Date { year, month, day } = Date::from_days(day)?;
        Some(Moment::timestamp(&format!("{year:04}-{month:02}-{day:02}{time}"), clock)?.first)
    };
    match text.to_ascii_lowercase().as_str() {
        "today" => at(today, ""),
        "yesterday" => at(today - 1, ""),
        time if is_clock(time) => at(today, &format!(" {time}")),
        // Minutes and seconds of a clock are a duration too, and nobody means it.
        ago => {
            let ago = ago.trim_start_matches('-').trim_end_matches(" ago");
            Some(now.saturating_sub(filter::duration(ago, clock)? / 1000))
        }
    }
}

/// Whether a text is `11:00` or `11:00:30`, with or without a fraction.
fn is_clock(text: &str) -> bool {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = clock.split(':').collect();
    matches!(parts.len(), 2 | 3) && parts.iter().all(|part| is_number(part) && part.len() <= 2) && is_number(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::{TimeZone, Year};

    #[test]
    fn a_time_is_counted_from_now_on_the_clock_of_the_zone() {
        // 2026-11-28 23:30 UTC, which is the 29th in Berlin.
        let now = 1_795_908_600_000_000;
        let shown = |text: &str, zone: Option<&str>| {
            let tz = zone.map(|zone| TimeZone::new(zone).unwrap());
            let found = counted_from(now, text, &Clock { tz, year: Year::Recent })?;
            Some(crate::batch::Cell::Timestamp(found).to_string())
        };
        for (text, utc, berlin) in [
            ("today", "2026-11-28T00:00:00", "2026-11-28T23:00:00"),
            ("Yesterday", "2026-11-27T00:00:00", "2026-11-27T23:00:00"),
            ("11:00", "2026-11-28T11:00:00", "2026-11-29T10:00:00"),
            ("11:00:30.5", "2026-11-28T11:00:30.500", "2026-11-29T10:00:30.500"),
            ("2h", "2026-11-28T21:30:00", "2026-11-28T21:30:00"),
            ("30 min ago", "2026-11-28T23:00:00", "2026-11-28T23:00:00"),
        ] {
            assert_eq!(shown(text, None).as_deref(), Some(utc), "{text}");
            assert_eq!(shown(text, Some("UTC")).as_deref(), Some(utc), "{text}");
            assert_eq!(shown(text, Some("Europe/Berlin")).as_deref(), Some(berlin), "{text}");
        }
        for text in ["2024-05-17", "2024-05-17T13", "25:00", "tomorrow", "11:", "1:2:3:4"] {
            assert_eq!(shown(text, None), None, "{text}");
        }
    }
}
