//! What a time means in a scan: the zone of times without an offset, and the year of those without one.

use parsimd::{
    Cell, ColumnType, Date, DateTime, Input, Isa, OnError, Predicate, ScanOptions, Stats, Time, TimeZone, Values, Year,
};

use crate::common::{Random, options, pattern, pattern_on, read, share};

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3600 * SECOND;
const DAY: i64 = 24 * HOUR;
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn micros(year: i32, month: u8, day: u8) -> i64 {
    let date = Date::new(year, month, day).expect("a day");
    DateTime { date, time: Time::MIDNIGHT }.timestamp_micros()
}

fn zone(name: &str) -> Option<TimeZone> {
    Some(TimeZone::new(name).unwrap_or_else(|error| panic!("{error}")))
}

/// The timestamps of the first column; a null is `None`.
fn timestamps(format: &str, text: &str, options: ScanOptions) -> (Vec<Option<i64>>, Stats) {
    let (batch, stats) = read(&pattern(format), Input::bytes(text), options);
    let cell = |row| match batch.columns()[0].get(row) {
        Cell::Timestamp(micros) => Some(micros),
        Cell::Date(days) => Some(i64::from(days) * DAY),
        _ => None,
    };
    ((0..batch.len()).map(cell).collect(), stats)
}

/// What a clock in Berlin shows as `wall`, in UTC: by the rule of the European Union, which holds since 1996.
fn berlin(wall: i64) -> i64 {
    let day = Date::from_days(wall.div_euclid(DAY)).expect("a day");
    let change = |month: u8| {
        let last = micros(day.year, month, 31);
        // 1970-01-04 was a Sunday. The clock changes at 01:00 UTC.
        last - (last.div_euclid(DAY) - 3).rem_euclid(7) * DAY + HOUR
    };
    // Summer time begins when the clock would show 02:00, and ends when it has shown 03:00.
    let is_summer = (change(3) + 2 * HOUR..change(10) + 2 * HOUR).contains(&wall);
    wall - if is_summer { 2 * HOUR } else { HOUR }
}

/// The ways in which a time without an offset is written that a column has.
fn written(wall: i64) -> [(&'static str, String); 6] {
    let Date { year, month, day } = Date::from_days(wall.div_euclid(DAY)).expect("a day");
    let seconds = wall.rem_euclid(DAY) / SECOND;
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    let name = MONTHS[usize::from(month) - 1];
    [
        ("{at:ti}", format!("{year:04}-{month:02}-{day:02} {clock}")),
        // No kernel reads one without zeros.
        ("{at:tg}", format!("{day}/{month}/{year:04} {clock}")),
        ("{at:tc}", format!("Mon {name} {day:2} {clock} {year:04}")),
        ("{at:ts}", format!("{name} {day:2} {clock}")),
        ("{at:%Y-%m-%d %H:%M:%S}", format!("{year:04}-{month:02}-{day:02} {clock}")),
        ("{at:%d %b %H:%M:%S}", format!("{day} {name} {clock}")),
    ]
}

#[test]
fn a_time_without_an_offset_is_what_the_clock_of_its_zone_shows() {
    let mut random = Random(5);
    for year in [1999, 2024, 2025] {
        // Mostly near the changes of the clock, in order as in a log, and some out of order.
        let mut walls: Vec<i64> = (0..600)
            .map(|_| match random.below(3) {
                0 => micros(year, 1, 1) + random.below(365 * 86_400) as i64 * SECOND,
                1 => micros(year, 3, 24) + random.below(16 * 86_400) as i64 * SECOND,
                _ => micros(year, 10, 24) + random.below(8 * 86_400) as i64 * SECOND,
            })
            .collect();
        walls[..500].sort_unstable();
        for (which, (format, _)) in written(walls[0]).iter().enumerate() {
            let text: String = walls.iter().map(|&wall| written(wall)[which].1.clone() + "\n").collect();
            for (name, utc) in [
                ("Europe/Berlin", berlin as fn(i64) -> i64),
                ("+05:30", |wall| wall - 5 * HOUR - HOUR / 2),
                ("utc", |wall| wall),
            ] {
                let expected: Vec<Option<i64>> = walls.iter().map(|&wall| Some(utc(wall))).collect();
                for (threads, block_bytes) in [(1, 1 << 20), (3, 100)] {
                    let mut options = options(threads, block_bytes);
                    (options.tz, options.year) = (zone(name), Year::Of(year));
                    let (found, stats) = timestamps(format, &text, options);
                    assert_eq!(found, expected, "{format} {name}");
                    assert_eq!((stats.failures, stats.notes.len()), (0, 0));
                }
            }
        }
    }
}

#[test]
fn every_instruction_set_and_texts_one_by_one_have_the_same_times() {
    let lines = "2024-03-31 02:30:00\nnothing\n2024-03-31T02:30:00+00:00\n2024-10-27 2:30\n2024-10-27 02:30:00\n2024-02-30 00:00:00";
    let (gap, twice) = (micros(2024, 3, 31) + HOUR + HOUR / 2, micros(2024, 10, 27) + HOUR / 2);
    let expected = vec![gap, 0, gap + HOUR, twice, twice, 0];
    for isa in Isa::available() {
        let pattern = pattern_on("{at:ti}", isa);
        let mut options = ScanOptions::default();
        (options.tz, options.on_error) = (zone("Europe/Berlin"), OnError::Null);
        let (batch, _) = read(&pattern, Input::bytes(lines), options.clone());
        assert_eq!(batch.columns()[0].values(), &Values::Timestamp(expected.clone()), "{isa}");
        assert_eq!(batch.columns()[0].validity().map(|valid| valid.nulls()), Some(2));
        let texts = pattern.scan_texts(lines.lines().map(|line| Some(line.as_bytes())), options).unwrap();
        assert_eq!(texts.to_batch().unwrap(), batch);
    }
}

#[test]
fn with_a_zone_every_column_of_timestamps_says_utc_and_nothing_else_changes() {
    let pattern = pattern("{a:ti}|{b:th}|{c:%H:%M}|{d:%Y-%m-%d}|{e:tt}|{f:d}");
    let line = "2024-07-01 12:00:00|01/Jul/2024:12:00:00 +0300|12:00|2024-07-01|12:00:00|5\n";
    let mut options = ScanOptions::default();
    let (plain, _) = read(&pattern, Input::bytes(line), options.clone());
    options.tz = zone("America/New_York");
    let mut scan = pattern.scan_input(Input::bytes(line), options);
    let types: Vec<ColumnType> = scan.schema().columns().map(|(_, kind)| kind).collect();
    assert_eq!(types[..2], [ColumnType::Timestamp { utc: true }; 2]);
    let batch = scan.read_all().unwrap();
    for (at, kind) in types.iter().enumerate() {
        assert_eq!(batch.columns()[at].column_type(), *kind);
        if at > 0 {
            assert_eq!(batch.columns()[at], plain.columns()[at]);
        }
    }
    assert_eq!(batch.columns()[0].get(0), Cell::Timestamp(micros(2024, 7, 1) + 16 * HOUR));
}

#[test]
fn a_time_that_utc_puts_outside_of_the_years_is_a_failure() {
    for (name, text) in [("+01:00", "0001-01-01 00:30:00"), ("-01:00", "9999-12-31 23:30:00")] {
        for format in ["{at:ti}", "{at:%Y-%m-%d %H:%M:%S}"] {
            let mut options = ScanOptions::default();
            options.tz = zone(name);
            let (found, stats) = timestamps(format, text, options);
            assert_eq!((found, stats.failures), (vec![], 1), "{format} {name}");
            assert_eq!(stats.first_failures[0].reason, "in UTC it is outside of the years 1 to 9999");
        }
    }
}

#[test]
fn a_filter_means_utc_with_a_zone() {
    let day = micros(2024, 10, 27);
    let text: String = (0..48).map(|half| written(day + half * HOUR / 2)[0].1.clone() + "\n").collect();
    for (low, high) in [(0, 1), (-2, 0), (3, 9), (20, 30)] {
        let within = day + low * HOUR..=day + high * HOUR;
        let mut options = ScanOptions::default();
        options.tz = zone("Europe/Berlin");
        options.filter = vec![(0, Predicate::Between(*within.start(), *within.end()))];
        let (found, _) = timestamps("{at:ti}", &text, options);
        let all = (0..48).map(|half| berlin(day + half * HOUR / 2));
        assert_eq!(found, all.filter(|at| within.contains(at)).map(Some).collect::<Vec<_>>());
        assert!(!found.is_empty());
    }
}

#[test]
fn a_column_with_both_kinds_of_times_is_noted_once() {
    let both = "2024-01-01 00:00:00 2024-01-01 00:00:00\n2024-01-01 00:00:00Z 2024-01-01 00:00:00\n".repeat(20);
    let note = "column \"b\": times with an offset are in UTC, and others as they are written; the option `tz` says in which zone those are";
    for (threads, block_bytes) in [(1, 1 << 20), (1, 30), (3, 30)] {
        let options = options(threads, block_bytes);
        let (_, stats) = read(&pattern("{b:ti} {c:ti}"), Input::bytes(&both), options.clone());
        assert_eq!(stats.notes, [note]);
        let texts = both.lines().map(|line| Some(line.as_bytes()));
        assert_eq!(pattern("{b:ti} {c:ti}").scan_texts(texts, options.clone()).unwrap().stats.notes, [note]);
        // Times that no kernel reads.
        let slow = both.replace("00:00:00", "0:0:0");
        assert_eq!(read(&pattern("{b:ti} {c:ti}"), Input::bytes(&slow), options.clone()).1.notes, [note]);

        let mut with_zone = options.clone();
        with_zone.tz = zone("UTC");
        let mut without = options.clone();
        without.columns = Some(vec![1]);
        for (options, text) in [
            (with_zone, both.as_str()),
            (without, &both),
            (options.clone(), "2024-01-01 00:00:00 2024-01-01 00:00:00\nnothing\n"),
            // A row that is left out has no kind.
            (options.clone(), "2024-01-01 00:00:00 2024-01-01 00:00:00\n2024-01-01 00:00:00Z 2024-02-30 00:00:00\n"),
        ] {
            let (_, stats) = read(&pattern("{b:ti} {c:ti}"), Input::bytes(text), options);
            assert!(stats.notes.is_empty(), "{:?}", stats.notes);
        }
    }
}

/// The newest year in which a day exists and that does not put it past `latest`, one year after the other.
fn newest(latest: i64, month: u8, day: u8, rest: i64) -> i64 {
    let years = (1..=9999).rev().filter_map(|year| Date::new(year, month, day));
    let at = years.map(|date| i64::from(date.days()) * DAY + rest).find(|&at| at <= latest);
    at.expect("there is such a year")
}

#[test]
fn a_recent_time_is_of_the_newest_year_that_does_not_put_it_more_than_a_day_ahead() {
    let mut random = Random(9);
    for begin in [
        micros(2024, 2, 28) + HOUR,
        micros(2024, 2, 29),
        micros(2024, 12, 31) + HOUR,
        micros(2025, 1, 1) + HOUR,
        micros(2025, 2, 28) + HOUR,
        micros(2025, 7, 1) + HOUR,
        micros(1901, 7, 1),
    ] {
        for name in [None, Some("+12:00"), Some("-11:00")] {
            let ahead = match name {
                Some("+12:00") => 12 * HOUR,
                Some(_) => -11 * HOUR,
                None => 0,
            };
            let latest = begin + ahead + DAY;
            // All days of a leap year, and what is near the limit.
            let mut walls: Vec<i64> = share((0..366).collect())
                .into_iter()
                .map(|day| micros(2000, 1, 1) + day * DAY + random.below(86_400) as i64 * SECOND)
                .collect();
            walls.extend((-3..=3).map(|second| latest + second * SECOND));
            for which in [3, 5] {
                let format = written(walls[0])[which].0;
                let text: String = walls.iter().map(|&wall| written(wall)[which].1.clone() + "\n").collect();
                let expected = walls.iter().map(|&wall| {
                    let Date { month, day, .. } = Date::from_days(wall.div_euclid(DAY)).unwrap();
                    Some(newest(latest, month, day, wall.rem_euclid(DAY)) - ahead)
                });
                let mut options = ScanOptions::default();
                (options.year, options.begin, options.tz) = (Year::Recent, Some(begin), name.and_then(zone));
                let (found, stats) = timestamps(format, &text, options);
                assert_eq!(found, expected.collect::<Vec<_>>(), "{format} {name:?} {begin}");
                assert_eq!(stats.failures, 0);
            }
        }
    }
}

#[test]
fn a_recent_year_is_for_dates_and_offsets_too_and_not_for_times_that_have_one() {
    let mut options = ScanOptions::default();
    (options.year, options.begin) = (Year::Recent, Some(micros(2025, 3, 1)));
    let (found, _) = timestamps("{:%m/%d}", "03/02\n03/03\n02/29\n", options.clone());
    assert_eq!(found, [micros(2025, 3, 2), micros(2024, 3, 3), micros(2024, 2, 29)].map(Some));
    let (found, _) = timestamps("{:%m/%d %H:%M %z}", "03/02 01:00 +0200\n03/02 01:00 -0200\n", options.clone());
    assert_eq!(found, [micros(2025, 3, 2) - HOUR, micros(2024, 3, 2) + 3 * HOUR].map(Some));
    for format in ["{:ti}", "{:%Y-%m-%d %H:%M:%S}"] {
        let (found, _) = timestamps(format, "2099-01-01 00:00:00\n", options.clone());
        assert_eq!(found, [Some(micros(2099, 1, 1))]);
    }
    let (found, stats) = timestamps("{:ts}", "Feb 30 00:00:00\n", options);
    assert_eq!(
        (found, stats.first_failures[0].reason.as_str()),
        (vec![], "\"Feb 30 00:00:00\": this day is not in the calendar")
    );
}

#[test]
fn a_day_that_its_year_does_not_have_is_told_with_the_year_and_the_option() {
    for (format, text) in [("{:ts}", "Feb 29 10:00:00"), ("{:%m-%d %H}", "02-29 10"), ("{:%m-%d}", "02-29")] {
        let mut options = ScanOptions::default();
        options.year = Year::Of(2023);
        let (_, stats) = timestamps(format, text, options.clone());
        let reason = "this day is not in the calendar of 2023, the year that was taken; year= takes another";
        assert_eq!(stats.first_failures[0].reason, format!("{text:?}: {reason}"));
        options.year = Year::Of(2024);
        assert_eq!(timestamps(format, text, options.clone()).1.matched, 1);
        (options.year, options.begin) = (Year::Current, Some(micros(2023, 12, 31) + 23 * HOUR));
        assert!(timestamps(format, text, options).1.first_failures[0].reason.contains("of 2023,"));
    }
}

#[test]
fn days_and_times_that_no_calendar_has_are_the_nearest_ends() {
    for days in [i64::MIN, i64::MAX, i64::MAX / 400, 2_932_897, -719_163] {
        assert_eq!(Date::from_days(days), None, "{days}");
    }
    assert_eq!(Date::from_days(2_932_896), Date::new(9999, 12, 31));
    assert_eq!(Date::from_days(-719_162), Date::new(1, 1, 1));
    for (year, days, micros) in [(i32::MAX, i32::MAX, i64::MAX), (i32::MIN, i32::MIN, i64::MIN)] {
        let date = Date { year, month: 1, day: 1 };
        assert_eq!((date.days(), DateTime { date, time: Time::MIDNIGHT }.timestamp_micros()), (days, micros));
    }
}
