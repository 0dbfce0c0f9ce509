//! Values read where they stand, before their line is matched: whether what begins there may be a field that satisfies a predicate.
//!
//! Only usual spellings are read, and only they rule a place out. What the type of the field could have in another spelling may satisfy every predicate: an
//! integer with a sign, a prefix of another base or more digits than fit; a date with digits that are not ASCII.

use parsimd_simd::swar;

use super::options::Predicate;
use crate::{
    convert::{DAY, Date},
    engine::prefilter::Around,
    pattern::{DatetimeLayout, Field, MONTHS, ValueKind, name_at},
};

/// A field that satisfies a predicate, as far as that can be seen in place.
#[derive(Debug)]
pub(super) enum InPlace {
    /// `d`, in these bounds, both of which are in.
    Integer { ranges: Vec<(i64, i64)>, end: End },
    /// `ti`, on one of these days since 1970, by its own clock.
    IsoDay(Vec<(i64, i64)>),
    /// `th`.
    HttpDay(Vec<(i64, i64)>),
}

/// What ends an integer: a byte that can be no part of one, or the end of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Byte(u8),
    Line,
}

/// What an integer may have before its digits: a sign, or a space in its place.
const SIGNS: [u8; 3] = *b"+- ";

/// How many days a clock is off at most from UTC, or from that of a time zone with the longest offset.
const CLOCKS: i64 = 2;

impl InPlace {
    /// Of a field that is integers of type `d`, or times in a layout that begins with the day. With `fills_line` a match must fill its line.
    pub(super) fn new(field: &Field, predicate: &Predicate, around: &Around, fills_line: bool) -> Option<InPlace> {
        if !field.has_plain_type() {
            return None;
        }
        let ranges = ranges(predicate)?;
        let day = |micros: i64| micros.div_euclid(DAY);
        let days = || ranges.iter().map(|&(low, high)| (day(low) - CLOCKS, day(high) + CLOCKS)).collect();
        match field.kind() {
            ValueKind::Integer { base: None } => Some(InPlace::Integer { end: End::new(around, fills_line)?, ranges }),
            ValueKind::Time(DatetimeLayout::Iso8601) => Some(InPlace::IsoDay(days())),
            ValueKind::Time(DatetimeLayout::Http) => Some(InPlace::HttpDay(days())),
            _ => None,
        }
    }

    /// Whether the field may begin with `byte`. What is ASCII throughout and may stand begins with such a byte.
    pub(super) fn may_begin(&self, byte: u8) -> bool {
        match self {
            InPlace::Integer { .. } => byte.is_ascii_digit() || SIGNS.contains(&byte),
            InPlace::IsoDay(_) | InPlace::HttpDay(_) => byte.is_ascii_digit() || !byte.is_ascii(),
        }
    }

    /// Whether the field may begin `text`, and satisfy the predicate.
    #[inline]
    pub(super) fn may_stand(&self, text: &[u8]) -> bool {
        match self {
            InPlace::Integer { ranges, end } => may_be_integer(text, ranges, *end),
            InPlace::IsoDay(days) => may_be_day(text, days, iso_day),
            InPlace::HttpDay(days) => may_be_day(text, days, http_day),
        }
    }
}

impl End {
    fn new(around: &Around, fills_line: bool) -> Option<End> {
        match around.after.first() {
            Some(&byte) if byte.is_ascii() && !byte.is_ascii_alphanumeric() => Some(End::Byte(byte)),
            None if around.is_last && fills_line => Some(End::Line),
            _ => None,
        }
    }
}

/// The bounds that a predicate sets.
fn ranges(predicate: &Predicate) -> Option<Vec<(i64, i64)>> {
    match predicate {
        Predicate::Between(low, high) => Some(vec![(*low, *high)]),
        Predicate::AnyOf(parts) => {
            let all = parts.iter().map(ranges).collect::<Option<Vec<_>>>()?;
            Some(all.concat())
        }
        _ => None,
    }
}

fn is_in(ranges: &[(i64, i64)], value: i64) -> bool {
    ranges.iter().any(|(low, high)| (*low..=*high).contains(&value))
}

#[inline]
fn may_be_integer(text: &[u8], ranges: &[(i64, i64)], end: End) -> bool {
    let (value, digits) = match text.first_chunk() {
        // Mostly the digits are few, and a branch for each would be foreseen by no CPU.
        Some(word) => match leading_digits(swar::load(word)) {
            (_, 8) => plain_digits(text),
            few => few,
        },
        None => plain_digits(text),
    };
    let next = text.get(digits).copied();
    if digits == 0 {
        return next.is_some_and(|next| SIGNS.contains(&next));
    }
    let has_ended = match end {
        End::Byte(end) => next == Some(end),
        End::Line => matches!(next, None | Some(b'\n')),
    };
    // Else there are more digits, or a prefix of another base.
    !has_ended || is_in(ranges, value)
}

/// The number that the first digits of eight bytes are, and how many they are.
///
/// Neighbours are joined to pairs, pairs to fours and fours to eight (the way of Daniel Lemire, "Quickly parsing eight digits", 2018).
#[inline]
fn leading_digits(word: u64) -> (i64, usize) {
    let digits = word ^ swar::splat(b'0');
    let count = swar::first(swar::above_nine(digits));
    if count == 0 {
        return (0, 0);
    }
    // The digits become the last ones of the word, with zeros before them.
    let digits = digits << (8 * (8 - count));
    let pairs = (digits * 10 + (digits >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    let value = (fours * 10_000 + (fours >> 32)) & 0xffff_ffff;
    (value as i64, count)
}

/// The number that the first digits of a text are, as many as always fit, and how many they are.
fn plain_digits(text: &[u8]) -> (i64, usize) {
    const DIGITS: usize = 18;
    let digits = text.iter().take(DIGITS).map(|byte| byte.wrapping_sub(b'0')).take_while(|&digit| digit <= 9);
    digits.fold((0, 0), |(value, count), digit| (value * 10 + i64::from(digit), count + 1))
}

/// Whether `text` may begin with one of `days`, which `read` reads where all is ASCII.
fn may_be_day(text: &[u8], days: &[(i64, i64)], read: fn(&[u8]) -> Option<i64>) -> bool {
    /// The longest day has as many.
    const BYTES: usize = 11;
    match read(text) {
        Some(day) => is_in(days, day),
        // `\d` has digits of other scripts too. ASCII that is not read is no day.
        None => !text[..text.len().min(BYTES)].is_ascii(),
    }
}

/// `2024-05-17`
fn iso_day(text: &[u8]) -> Option<i64> {
    let &[a, b, c, d, b'-', e, f, b'-', g, h] = text.first_chunk()? else { return None };
    day(number(&[a, b, c, d])?, number(&[e, f])?, number(&[g, h])?)
}

/// `17/May/2024`
fn http_day(text: &[u8]) -> Option<i64> {
    let length = if text.get(1)?.is_ascii_digit() { 2 } else { 1 };
    let (date, rest) = text.split_at_checked(length)?;
    let (month, _) = name_at(&MONTHS, rest.get(1..)?, true, true)?;
    let year = rest.get(5..9)?;
    day(number(year)?, month as i32 + 1, number(date)?)
}

fn number(digits: &[u8]) -> Option<i32> {
    let digit = |number, byte: &u8| byte.is_ascii_digit().then(|| number * 10 + i32::from(byte - b'0'));
    digits.iter().try_fold(0, digit)
}

fn day(year: i32, month: i32, day: i32) -> Option<i64> {
    let date = Date::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)?;
    Some(date.days().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integer_is_ruled_out_only_by_plain_digits_of_another_value() {
        let may = |text: &str, end| may_be_integer(text.as_bytes(), &[(404, 404), (500, 599)], end);
        for text in
            ["404 ", "0404 ", "599 ", "+1 ", "-", " 5", "0x1 ", "4040", "404", "1\u{e9}", "1000000000000000000 "]
        {
            assert!(may(text, End::Byte(b' ')), "{text}");
        }
        for text in ["403 ", "4040 ", "0 ", "600 ", "x404 ", "\"404 ", "999999999999999999 ", ""] {
            assert!(!may(text, End::Byte(b' ')), "{text}");
        }
        assert!(may("404", End::Line) && may("404\n", End::Line) && may("4 ", End::Line) && may("4\r\n", End::Line));
        assert!(!may("403", End::Line) && !may("403\n", End::Line));
    }

    #[test]
    fn the_first_digits_of_a_word_are_those_of_the_text() {
        for text in [
            "0",
            "7",
            "42",
            "404",
            "0404",
            "9999999",
            "12345678",
            "99999999",
            "00000000",
            "",
            "/1",
            ":1",
            "4 04",
            "40\u{e9}0",
        ] {
            for rest in ["        ", "xxxxxxxx", "\0\0\0\0\0\0\0\0", "\u{ff}\u{ff}\u{ff}\u{ff}", "::::////"] {
                let text = [text, rest].concat();
                let word = swar::load(text.as_bytes().first_chunk().expect("eight bytes"));
                assert_eq!(leading_digits(word), plain_digits(&text.as_bytes()[..8]), "{text}");
            }
        }
    }

    #[test]
    fn what_may_stand_and_is_ascii_begins_with_what_may_begin() {
        let (integer, iso) = (vec![(404, 404)], vec![(19_860, 19_860)]);
        let all = [
            InPlace::Integer { ranges: integer, end: End::Byte(b' ') },
            InPlace::IsoDay(iso.clone()),
            InPlace::HttpDay(iso),
        ];
        for place in all {
            for first in 0..=255 {
                for rest in ["", "404 ", "04 ", " ", "024-05-17", "7/May/2024", "8/May/2024"] {
                    let text = [&[first], rest.as_bytes()].concat();
                    assert!(place.may_begin(first) || !place.may_stand(&text), "{place:?} {text:?}");
                }
            }
        }
    }

    #[test]
    fn a_day_is_ruled_out_by_another_day_and_by_what_is_none() {
        let days = [(19_860, 19_860)];
        for (text, iso, http) in [
            ("2024-05-17", true, false),
            ("2024-05-17T10:00:00", true, false),
            ("2024-05-18", false, false),
            ("2024-02-30", false, false),
            ("\u{662}024-05-18", true, true),
            ("17/May/2024:10:05:03 +0000", false, true),
            ("17-mAY-2024:", false, true),
            ("7/May/2024:", false, false),
            ("18/May/2024:", false, false),
            ("017/May/2024:", false, false),
            ("17/Mai/2024:", false, false),
            ("-", false, false),
            ("", false, false),
        ] {
            assert_eq!(may_be_day(text.as_bytes(), &days, iso_day), iso, "{text}");
            assert_eq!(may_be_day(text.as_bytes(), &days, http_day), http, "{text}");
        }
    }
}
