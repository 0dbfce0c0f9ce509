//! Dates and times described by strptime codes, as Python's `datetime.strptime` reads them in the C locale, and fractions of more than six digits
//! beside that, which it refuses: those after the sixth are cut.
//!
//! A code reads the longest text that it can, and gives some back when the rest does not fit then. White space in the format matches any
//! run of white space; letters match in any case.

use super::{
    calendar::{Date, DateTime, Time},
    normalise::is_space,
    time::micros,
    value::Value,
};
use crate::pattern::{DAYS, MONTHS, fraction_digits, has_date_and_time, name_at, strptime_letters};

#[derive(Debug, Clone, Copy)]
enum Hour {
    OfDay(i64),
    OfHalf(i64),
}

#[derive(Debug, Clone, Copy, Default)]
struct Parts {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    /// Monday is 0.
    weekday: Option<i64>,
    /// The number of the week, and whether weeks begin on Monday.
    week: Option<(i64, bool)>,
    /// The hour of the day, or of the half; the code that stands last counts.
    hour: Option<Hour>,
    afternoon: Option<bool>,
    minute: i64,
    second: i64,
    microsecond: u32,
    /// How many digits a fraction may have.
    fraction_digits: usize,
    offset: Option<i32>,
    /// True for an offset that has the shape of one but is none: a day or more, or a colon in one place only.
    is_wrong_offset: bool,
}

pub(super) fn read(format: &str, text: &str, year: i32) -> Result<Value<'static>, &'static str> {
    // Python refuses such a format with every text.
    let mut seen = 0_u128;
    let mut stands_twice = |code: u8| {
        let bit = 1_u128 << code;
        let twice = seen & bit != 0;
        seen |= bit;
        twice
    };
    if strptime_letters(format).any(&mut stands_twice) {
        return Err("a code stands twice in its strptime format");
    }
    let parts = Parts { fraction_digits: fraction_digits(format), ..Parts::default() };
    let parts = parse(format, text, parts).ok_or("does not match its strptime format")?;
    value(&parts, has_date_and_time(format), year)
}

fn value(parts: &Parts, has: (bool, bool), year: i32) -> Result<Value<'static>, &'static str> {
    let time = time(parts)?;
    Ok(match has {
        (true, true) => Value::DateTime(DateTime { date: date(parts, year)?, time }),
        (true, false) => Value::Date(date(parts, year)?),
        (false, _) => Value::Time(time),
    })
}

/// A strptime format that is read once for a whole column.
///
/// [`read`] tries the longest text for each code first. So where every code can have its longest, and all of the text is taken then, that is
/// what it reads. Everything else is left to it.
#[derive(Debug)]
pub(super) struct StrptimeLayout {
    parts: Vec<Part>,
    has: (bool, bool),
    year: i32,
}

#[derive(Debug, Clone, Copy)]
enum Part {
    /// The letter of a code, and from how many to how many digits it has.
    Number(u8, usize, usize),
    /// `%d`: as a number, or a blank and a digit.
    DayOfMonth,
    /// `%f`: up to how many digits it has.
    Fraction(usize),
    /// The names of months, if they are short.
    Month(bool),
    /// The names of the days of the week, if they are short.
    Day(bool),
    /// `%p`
    Half,
    /// `%z`
    Offset,
    Byte(u8),
}

impl StrptimeLayout {
    /// `None` for a format with anything else in it.
    pub(super) fn new(format: &str, year: i32) -> Option<StrptimeLayout> {
        let mut parts = Vec::new();
        let mut seen: Vec<u8> = Vec::new();
        let mut bytes = format.bytes().peekable();
        while let Some(byte) = bytes.next() {
            parts.push(match byte {
                b'%' => {
                    let code = bytes.next()?;
                    // A code that stands twice is refused, with every text.
                    if seen.contains(&code) {
                        return None;
                    }
                    seen.push(code);
                    match code {
                        b'Y' => Part::Number(code, 4, 4),
                        b'y' => Part::Number(code, 2, 2),
                        b'd' => Part::DayOfMonth,
                        b'm' | b'H' | b'I' | b'M' | b'S' | b'U' | b'W' => Part::Number(code, 1, 2),
                        b'j' => Part::Number(code, 1, 3),
                        b'w' => Part::Number(code, 1, 1),
                        b'f' => Part::Fraction(fraction_digits(format)),
                        b'b' | b'B' => Part::Month(code == b'b'),
                        b'a' | b'A' => Part::Day(code == b'a'),
                        b'p' => Part::Half,
                        b'z' => Part::Offset,
                        _ => return None,
                    }
                }
                // White space stands for any run of it, and here for a single blank.
                b' ' if bytes.peek() != Some(&b' ') => Part::Byte(byte),
                byte if byte.is_ascii_graphic() => Part::Byte(byte),
                _ => return None,
            });
        }
        Some(StrptimeLayout { parts, has: has_date_and_time(format), year })
    }

    /// The value of `text`; `None` where [`read`] must say.
    pub(super) fn read(&self, text: &[u8]) -> Option<Value<'static>> {
        let mut found = Parts::default();
        let mut at = 0;
        for part in &self.parts {
            let rest = text.get(at..)?;
            at += match *part {
                Part::Byte(byte) if rest.first()?.eq_ignore_ascii_case(&byte) => 1,
                Part::Byte(_) => return None,
                Part::DayOfMonth => {
                    let (day, length) = match rest {
                        [b' ', digit @ b'1'..=b'9', ..] => (i64::from(digit - b'0'), 2),
                        _ => number(rest, 2)?,
                    };
                    found.day = Some(day).filter(|day| (1..=31).contains(day));
                    found.day?;
                    length
                }
                Part::Fraction(most) => {
                    let (_, length) = number(rest, most)?;
                    found.microsecond = micros(std::str::from_utf8(&rest[..length]).ok()?);
                    length
                }
                Part::Month(short) => {
                    let (month, length) = name_at(&MONTHS, rest, short, true)?;
                    found.month = Some(month as i64 + 1);
                    length
                }
                Part::Day(short) => {
                    let (day, length) = name_at(&DAYS, rest, short, true)?;
                    found.weekday = Some(day as i64);
                    length
                }
                Part::Half => {
                    let half = rest.get(..2)?;
                    let afternoon = half.eq_ignore_ascii_case(b"PM");
                    if !afternoon && !half.eq_ignore_ascii_case(b"AM") {
                        return None;
                    }
                    found.afternoon = Some(afternoon);
                    2
                }
                Part::Offset => {
                    let utc = (rest.first() == Some(&b'Z')).then_some((0, 1));
                    let (offset, length) = utc.or_else(|| offset(rest))?;
                    found.offset = Some(offset);
                    length
                }
                Part::Number(code, least, most) => {
                    let (number, length) = number(rest, most)?;
                    let within = |range: std::ops::RangeInclusive<i64>| range.contains(&number).then_some(number);
                    match code {
                        _ if length < least => return None,
                        b'Y' => found.year = Some(number),
                        b'y' => found.year = Some(if number < 69 { 2000 + number } else { 1900 + number }),
                        b'm' => found.month = Some(within(1..=12)?),
                        b'H' => found.hour = Some(Hour::OfDay(within(0..=23)?)),
                        b'I' => found.hour = Some(Hour::OfHalf(within(1..=12)?)),
                        b'j' => found.day_of_year = Some(within(1..=366)?),
                        b'w' => found.weekday = Some((within(0..=6)? + 6) % 7),
                        b'U' | b'W' => found.week = Some((within(0..=53)?, code == b'W')),
                        b'M' => found.minute = within(0..=59)?,
                        _ => found.second = within(0..=59)?,
                    }
                    length
                }
            };
        }
        if at < text.len() {
            return None;
        }
        value(&found, self.has, self.year).ok()
    }
}

/// The number that the digits at the beginning of `text` are, of which it takes at most `most`, and how many there are.
fn number(text: &[u8], most: usize) -> Option<(i64, usize)> {
    let mut number = 0;
    let mut length = 0;
    while let Some(byte) = text.get(length).filter(|byte| length < most && byte.is_ascii_digit()) {
        number = number * 10 + i64::from(byte - b'0');
        length += 1;
    }
    (length > 0).then_some((number, length))
}

/// The offset that `text` begins with, in seconds, and its length: `+HHMM` or `+HH:MM`, with nothing after it that may be its seconds.
pub(super) fn offset(text: &[u8]) -> Option<(i32, usize)> {
    let sign = match text.first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, hour_digits) = number(&text[1..], 2)?;
    let colon = usize::from(text.get(3) == Some(&b':'));
    let (minutes, minute_digits) = number(text.get(3 + colon..)?, 2)?;
    let length = 5 + colon;
    let ends = !text.get(length).is_some_and(|byte| byte.is_ascii_digit() || *byte == b':');
    let is_offset = hour_digits == 2 && minute_digits == 2 && hours < 24 && minutes < 60 && ends;
    is_offset.then_some((sign * (hours as i32 * 60 + minutes as i32) * 60, length))
}

fn parse(format: &str, text: &str, parts: Parts) -> Option<Parts> {
    let mut chars = format.chars();
    let Some(c) = chars.next() else { return text.is_empty().then_some(parts) };
    if is_space(c) {
        let rest = text.trim_start_matches(is_space);
        return (rest.len() < text.len()).then(|| parse(format.trim_start_matches(is_space), rest, parts)).flatten();
    }
    if c != '%' {
        let rest = text.strip_prefix(|d: char| d == c || d.eq_ignore_ascii_case(&c))?;
        return parse(chars.as_str(), rest, parts);
    }
    let code = chars.next()?;
    let format = chars.as_str();
    let names = |names: &[&str], short: bool| {
        let length = |name: &&str| if short { 3 } else { name.len() };
        let found = names
            .iter()
            .position(|name| text.get(..length(name)).is_some_and(|t| t.eq_ignore_ascii_case(&name[..length(name)])))?;
        Some((found as i64, &text[length(&names[found])..]))
    };
    // Tries the longest run of digits first, within the code's range.
    let number = |least: usize, most: usize, low: i64, high: i64, set: &dyn Fn(&mut Parts, i64)| {
        let digits = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
        (least..=digits).rev().find_map(|length| {
            let value = text[..length].parse().ok().filter(|value| (low..=high).contains(value))?;
            let mut parts = parts;
            set(&mut parts, value);
            parse(format, &text[length..], parts)
        })
    };
    let with = |rest: &str, set: &dyn Fn(&mut Parts)| {
        let mut parts = parts;
        set(&mut parts);
        parse(format, rest, parts)
    };
    match code {
        '%' => parse(format, text.strip_prefix('%')?, parts),
        'a' | 'A' => names(&DAYS, code == 'a').and_then(|(day, rest)| with(rest, &|parts| parts.weekday = Some(day))),
        'b' | 'B' => {
            names(&MONTHS, code == 'b').and_then(|(month, rest)| with(rest, &|parts| parts.month = Some(month + 1)))
        }
        'w' => number(1, 1, 0, 6, &|parts, day| parts.weekday = Some((day + 6) % 7)),
        'd' => {
            let padded = || {
                let rest = text.strip_prefix(' ')?;
                let day = i64::from(rest.bytes().next().filter(|digit| (b'1'..=b'9').contains(digit))? - b'0');
                with(&rest[1..], &|parts| parts.day = Some(day))
            };
            number(1, 2, 1, 31, &|parts, day| parts.day = Some(day)).or_else(padded)
        }
        'm' => number(1, 2, 1, 12, &|parts, month| parts.month = Some(month)),
        'y' => number(2, 2, 0, 99, &|parts, year| parts.year = Some(if year < 69 { 2000 + year } else { 1900 + year })),
        'Y' => number(4, 4, 0, 9999, &|parts, year| parts.year = Some(year)),
        'H' => number(1, 2, 0, 23, &|parts, hour| parts.hour = Some(Hour::OfDay(hour))),
        'I' => number(1, 2, 1, 12, &|parts, hour| parts.hour = Some(Hour::OfHalf(hour))),
        'M' => number(1, 2, 0, 59, &|parts, minute| parts.minute = minute),
        'S' => number(1, 2, 0, 61, &|parts, second| parts.second = second),
        'j' => number(1, 3, 1, 366, &|parts, day| parts.day_of_year = Some(day)),
        'U' => number(1, 2, 0, 53, &|parts, week| parts.week = Some((week, false))),
        'W' => number(1, 2, 0, 53, &|parts, week| parts.week = Some((week, true))),
        'f' => {
            let digits = text.bytes().take(parts.fraction_digits).take_while(u8::is_ascii_digit).count();
            (1..=digits)
                .rev()
                .find_map(|length| with(&text[length..], &|parts| parts.microsecond = micros(&text[..length])))
        }
        'p' => {
            let half = text.get(..2)?;
            let afternoon = half.eq_ignore_ascii_case("pm");
            (afternoon || half.eq_ignore_ascii_case("am"))
                .then(|| with(&text[2..], &|parts| parts.afternoon = Some(afternoon)))
                .flatten()
        }
        'z' => offsets(text).into_iter().flatten().find_map(|(offset, rest)| {
            with(rest, &|parts| {
                parts.offset = offset;
                parts.is_wrong_offset = offset.is_none();
            })
        }),
        _ => None,
    }
}

/// An offset in seconds (`None` when it is none, for all its shape), and the text after it.
type Offset<'t> = (Option<i32>, &'t str);

/// `Z`, `+HHMM`, `+HH:MM`, `+HHMMSS` or `+HH:MM:SS`: the longest reading first.
fn offsets(text: &str) -> [Option<Offset<'_>>; 2] {
    if let Some(rest) = text.strip_prefix('Z') {
        return [Some((Some(0), rest)), None];
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let two =
        |text: &str| text.get(..2).filter(|two| two.bytes().all(|byte| byte.is_ascii_digit()))?.parse::<i32>().ok();
    let sixty = |text: &str| two(text).filter(|&two| two < 60);
    let short = || {
        let rest = text.strip_prefix(['+', '-'])?;
        let (hours, rest) = (two(rest)?, &rest[2..]);
        let has_colon = rest.starts_with(':');
        let rest = rest.strip_prefix(':').unwrap_or(rest);
        Some(((hours * 60 + sixty(rest)?) * 60, has_colon, &rest[2..]))
    };
    let Some((seconds, has_colon, rest)) = short() else { return [None, None] };
    let within_a_day = |seconds: i32| Some(sign * seconds).filter(|_| seconds < 86_400);
    let more = rest.strip_prefix(':').unwrap_or(rest);
    let long = sixty(more).map(|last| {
        let agrees = has_colon == rest.starts_with(':');
        (within_a_day(seconds + last).filter(|_| agrees), &more[2..])
    });
    let short = (within_a_day(seconds), rest);
    if long.is_some() { [long, Some(short)] } else { [Some(short), None] }
}

fn date(parts: &Parts, current_year: i32) -> Result<Date, &'static str> {
    const NO_DAY: &str = "this day is not in the calendar";
    let year = i32::try_from(parts.year.unwrap_or(current_year.into())).map_err(|_| NO_DAY)?;
    let first = Date::new(year, 1, 1).ok_or(NO_DAY)?;
    let mut day_of_year = parts.day_of_year;
    if let (None, Some((week, monday)), Some(weekday)) = (day_of_year, parts.week, parts.weekday) {
        // 1970-01-01 was a Thursday.
        let shift = i64::from(!monday);
        let first_weekday = (i64::from(first.days()) + 3 + shift).rem_euclid(7);
        let week_zero = (7 - first_weekday) % 7;
        let weekday = (weekday + shift) % 7;
        day_of_year =
            Some(if week == 0 { 1 + weekday - first_weekday } else { 1 + week_zero + 7 * (week - 1) + weekday });
    }
    match day_of_year {
        Some(day) => Date::from_days(i64::from(first.days()) + day - 1).ok_or(NO_DAY),
        None => {
            let (month, day) = (parts.month.unwrap_or(1), parts.day.unwrap_or(1));
            u8::try_from(month)
                .ok()
                .zip(u8::try_from(day).ok())
                .and_then(|(month, day)| Date::new(year, month, day))
                .ok_or(NO_DAY)
        }
    }
}

fn time(parts: &Parts) -> Result<Time, &'static str> {
    let hour = match parts.hour {
        Some(Hour::OfDay(hour)) => hour,
        Some(Hour::OfHalf(hour)) => hour % 12 + if parts.afternoon == Some(true) { 12 } else { 0 },
        None => 0,
    };
    if parts.is_wrong_offset {
        return Err("not an offset from UTC");
    }
    if parts.second >= 60 {
        return Err("second must be in 0..59");
    }
    Ok(Time {
        hour: hour as u8,
        minute: parts.minute as u8,
        second: parts.second as u8,
        microsecond: parts.microsecond,
        offset: parts.offset,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::share_of;

    // Each expected value is what CPython's `datetime.strptime` gives.
    #[test]
    fn codes_are_read_as_python_reads_them() {
        let date = |year, month, day| Value::Date(Date { year, month, day });
        for (format, text, expected) in [
            ("%Y-%m-%d", "2011-02-03", date(2011, 2, 3)),
            ("%d%m%Y", "3112011", date(2011, 1, 31)),
            ("%b %d %Y", "Apr  2 2020", date(2020, 4, 2)),
            ("%b %d %Y", "Apr \t 2  2020", date(2020, 4, 2)),
            ("%d/%m/%Y", " 2/04/2020", date(2020, 4, 2)),
            ("%d %B %y", "1 march 70", date(1970, 3, 1)),
            ("%Y/%j", "2024/366", date(2024, 12, 31)),
            ("%m-%d", "02-29", date(2024, 2, 29)),
            ("%Y %U %w", "2024 10 0", date(2024, 3, 10)),
            ("%Y %W %a", "2024 10 Sun", date(2024, 3, 10)),
            ("%Y %U %a", "2024 00 Mon", date(2024, 1, 1)),
        ] {
            assert_eq!(read(format, text, 2024), Ok(expected), "{format} {text}");
        }
        let time =
            |hour, minute, second, microsecond, offset| Value::Time(Time { hour, minute, second, microsecond, offset });
        for (format, text, expected) in [
            ("%H:%M:%S.%f", "23:59:58.5", time(23, 59, 58, 500_000, None)),
            ("%H:%M:%S", "7:9:23", time(7, 9, 23, 0, None)),
            ("%S.%f", "1.123456", time(0, 0, 1, 123_456, None)),
            ("%f%S", "12345607", time(0, 0, 7, 123_456, None)),
            ("%H%z", "10Z", time(10, 0, 0, 0, Some(0))),
            ("%I %p", "12 am", time(0, 0, 0, 0, None)),
            ("%I %p", "1 PM", time(13, 0, 0, 0, None)),
            ("%H%z", "10+0130", time(10, 0, 0, 0, Some(5400))),
            ("%H%z", "10-01:30:15", time(10, 0, 0, 0, Some(-5415))),
            ("%H %I", "23 01", time(1, 0, 0, 0, None)),
            ("%H:%M%z:%S", "01:02+01:00:03", time(1, 2, 3, 0, Some(3600))),
        ] {
            assert_eq!(read(format, text, 2024), Ok(expected), "{format} {text}");
        }
    }

    #[test]
    fn a_fraction_is_cut_after_six_digits_where_it_is_clear_whose_they_are() {
        let time =
            |second, microsecond| Ok(Value::Time(Time { hour: 0, minute: 0, second, microsecond, offset: None }));
        for (format, text, expected) in [
            ("%S.%f", "01.123456789", time(1, 123_456)),
            ("%f", "999999999", time(0, 999_999)),
            ("%S,%f", "01,1234567", time(1, 123_456)),
        ] {
            assert_eq!(read(format, text, 2024), expected, "{format} {text}");
        }
        for (format, text) in
            [("%S.%f", "01.1234567890"), ("%S%f", "01123456789"), ("%f%S", "12345678901"), ("%f0", "1234567890")]
        {
            assert!(read(format, text, 2024).is_err(), "{format} {text}");
        }
    }

    #[test]
    fn a_layout_reads_what_the_format_reads_or_leaves_it() {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut below = |bound: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % bound
        };
        let formats = [
            "%Y-%m-%d %H:%M:%S.%f",
            "%y%m%d",
            "%H:%M",
            "%d/%m/%Y",
            "%f%S",
            "%Y%m%d%H%M%S",
            "%m-%d",
            " %H ",
            "%y %Y",
            "%H %H",
            "%S.%f",
            "%d/%b/%Y:%H:%M:%S %z",
            "%A, %d %B %Y at %I:%M %p",
            "%a%d%b%y",
            "%H%I%p",
            "%Y/%j",
            "%Y-W%W-%w",
            "%Y %U %a",
            "%Y%m%dT%H%M%S%z",
            "%z%S",
            "%z:%M",
            "%z/%M",
            "%b %d %H:%M",
            "%d%m",
            "%S,%f",
        ];
        let mut known = vec![0; formats.len()];
        for _ in 0..share_of(400_000) {
            let which = below(formats.len());
            let format = formats[which];
            // The format with numbers and names in it, of about the right length, and now and then something else.
            let mut text = String::new();
            let mut chars = format.chars();
            while let Some(c) = chars.next() {
                let bound = if below(3) == 0 { 100 } else { 25 };
                match (c, below(40)) {
                    (_, 0) => text.push(['x', ' ', '-', '7', 'é', '٣'][below(6)]),
                    ('%', _) => match chars.next() {
                        Some('Y') => text.push_str(&format!("{:04}", below(10_000))),
                        Some('f') => text.push_str(&"1234567890"[..below(11)]),
                        Some('d') if below(8) == 0 => text.push_str(&format!("{:2}", below(12))),
                        Some('b') => text.push_str(["Jan", "may", "JUN", "March", "Sex"][below(5)]),
                        Some('B') => text.push_str(["January", "may", "JUNE", "Mar", "Sex"][below(5)]),
                        Some('a') => text.push_str(["Mon", "sat", "Sunday", "Mod"][below(4)]),
                        Some('A') => text.push_str(["Monday", "saturday", "Sun"][below(3)]),
                        Some('p') => text.push_str(["AM", "pm", "Pm", "XM"][below(4)]),
                        Some('z') => text.push_str(
                            ["+0000", "-01:30", "+2400", "+1160", "+01:30:15", "+013015", "+01:3015", "+01", "Z", "z"]
                                [below(10)],
                        ),
                        Some('j') => text.push_str(&below(400).to_string()),
                        Some('w') => text.push_str(&below(8).to_string()),
                        Some(_) if below(4) == 0 => text.push_str(&below(10).to_string()),
                        _ => text.push_str(&format!("{:02}", below(bound))),
                    },
                    (c, _) => text.push(c),
                }
            }
            let Some(layout) = StrptimeLayout::new(format, 2023) else { continue };
            if let Some(value) = layout.read(text.as_bytes()) {
                assert_eq!(read(format, &text, 2023), Ok(value), "{format} {text}");
                known[which] += 1;
            }
        }
        // It means something only if it knows many texts of every format, but of that in which a code stands twice.
        for (format, known) in formats.iter().zip(known) {
            assert!((known > share_of(100)) != (*format == "%H %H"), "{format}: {known}");
        }
    }

    #[test]
    fn what_python_refuses_is_refused() {
        for (format, text) in [
            ("%Y-%m-%d", "2011-02-29"),
            ("%H", "24"),
            ("%d.%m", "1x2"),
            ("%Y", "20111"),
            ("%S", "60"),
            ("%H%z", "10+99"),
        ] {
            assert!(read(format, text, 2023).is_err(), "{format} {text}");
        }
    }
}
