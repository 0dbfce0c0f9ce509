//! The steps that are dates and times.
//!
//! Each layout is recognised in the way of writing that logs use: `21/Nov/2011:00:07:11 +0000` and not every text that its expression matches. Anything
//! else is undecided. What a step finds is what the regex would find first.
//!
//! A step looks at a bounded number of bytes, but for the white space and the fraction of [`Datetime::Iso`].

use parsimd_simd::swar;

use super::{
    answer::StepOutcome::{self, At, No, Undecided},
    bytes::{Bytes, digits, is_space},
};
use crate::pattern::{DAYS, MONTHS, fraction_digits, name_at};

/// A datetime layout, in the way of writing that a log has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Datetime {
    /// `21/Nov/2011:00:07:11 +0000`
    Http,
    /// `2011-02-03`, then maybe `T` or a space and `10:21:36`, maybe a fraction, maybe an offset.
    Iso,
    /// `Nov  9 03:37:44`, maybe a fraction.
    Syslog,
    /// `Sun Sep 16 01:03:52 1973`
    Ctime,
    /// `Mon, 20 Jan 1972 10:21:36 +1000`
    Mail,
    /// `20/1/1972`, then maybe a time, `AM` or `PM`, an offset.
    DayFirst,
    /// `1/20/1972`, then the same.
    MonthFirst,
    /// `10:21:36 PM +1000`, all of which is optional.
    TimeOfDay,
    /// strptime codes, and what stands between them.
    Codes(Codes),
}

/// The names of months or days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Names {
    names: &'static [&'static str],
    /// True for their first three letters.
    are_short: bool,
}

const SHORT_MONTHS: Names = Names { names: &MONTHS, are_short: true };
const SHORT_DAYS: Names = Names { names: &DAYS, are_short: true };

impl Names {
    /// How long the name at `at` is.
    #[inline]
    fn length(self, text: &[u8], at: usize, ignore_case: bool) -> Option<usize> {
        name_at(self.names, text.get(at..)?, self.are_short, ignore_case).map(|(_, length)| length)
    }
}

/// How a datetime may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) ignore_case: bool,
    /// What a fraction may begin with.
    pub(super) marks: &'static [u8],
}

/// True when `text` has the shape of `shape`, in which `0` is a digit, `a` a letter, and any other byte, which must be ASCII, itself.
#[inline]
fn has_shape(text: &[u8], at: usize, shape: &[u8]) -> bool {
    let fits = |(&byte, &wanted): (&u8, &u8)| match wanted {
        b'0' => byte.is_ascii_digit(),
        b'a' => byte.is_ascii_alphabetic(),
        wanted => byte == wanted,
    };
    text.get(at..at + shape.len()).is_some_and(|text| text.iter().zip(shape).all(fits))
}

/// A shape of 8 to 32 bytes, which is looked at in words of eight.
struct Shape<const N: usize> {
    words: [ShapeOfWord; 4],
}

/// Of each byte of a word: what is or-ed to it, what brings the highest bit from the first byte that fits on, and what brings it after the
/// last. Sums stay inside of their bytes, since the highest bit is left out.
#[derive(Clone, Copy)]
struct ShapeOfWord {
    at: usize,
    or: u64,
    from: u64,
    after: u64,
}

impl<const N: usize> Shape<N> {
    const fn new(shape: &[u8; N]) -> Shape<N> {
        assert!(8 <= N && N <= 32);
        let mut words = [ShapeOfWord { at: 0, or: 0, from: 0, after: 0 }; 4];
        let mut number = 0;
        while 8 * number < N {
            let word = &mut words[number];
            // The last word has bytes of the one before.
            word.at = if 8 * number + 8 <= N { 8 * number } else { N - 8 };
            let mut byte = 8;
            while byte > 0 {
                byte -= 1;
                let (or, first, last) = match shape[word.at + byte] {
                    b'0' => (0, b'0', b'9'),
                    b'a' => (0x20, b'a', b'z'),
                    byte => (0, byte, byte),
                };
                word.or = word.or << 8 | or;
                word.from = word.from << 8 | (0x80 - first as u64);
                word.after = word.after << 8 | (0x7f - last as u64);
            }
            number += 1;
        }
        Shape { words }
    }

    /// As [`has_shape`].
    #[inline(always)]
    fn stands_at(&self, text: &[u8], at: usize) -> bool {
        let Some(text) = text.get(at..at + N) else { return false };
        let fits = self.words[..N.div_ceil(8)].iter().fold(swar::HIGH, |fits, word| {
            let bytes = text[word.at..].first_chunk().map_or(0, swar::load);
            let ascii = (bytes | word.or) & !swar::HIGH;
            fits & (ascii + word.from) & !(ascii + word.after) & !bytes
        });
        fits == swar::HIGH
    }
}

/// How many of the `max` bytes at `at` are digits, up to the first that is none.
#[inline(always)]
fn few_digits(text: &[u8], at: usize, max: usize) -> usize {
    text.get(at..).map_or(0, |rest| rest.iter().take(max).take_while(|byte| byte.is_ascii_digit()).count())
}

impl Datetime {
    pub(super) fn run(&self, text: &[u8], at: usize, style: Style) -> StepOutcome {
        let ignore_case = style.ignore_case;
        let is_month = |at| SHORT_MONTHS.length(text, at, ignore_case).is_some();
        match self {
            Datetime::Http | Datetime::Iso if !text.get(at).is_some_and(u8::is_ascii_digit) => No,
            Datetime::Http => {
                const EAST: Shape<26> = Shape::new(b"00/aaa/0000:00:00:00 +0000");
                const WEST: Shape<26> = Shape::new(b"00/aaa/0000:00:00:00 -0000");
                let is_shape = EAST.stands_at(text, at) || WEST.stands_at(text, at);
                if is_shape && is_month(at + 3) { At(at + 26) } else { Undecided }
            }
            Datetime::Iso if const { Shape::new(b"0000-00-00") }.stands_at(text, at) => iso(text, at + 10, style),
            Datetime::Iso => Undecided,
            Datetime::Syslog if !is_month(at) => No,
            Datetime::Syslog => {
                const PADDED: Shape<15> = Shape::new(b"aaa  0 00:00:00");
                const FULL: Shape<15> = Shape::new(b"aaa 00 00:00:00");
                if PADDED.stands_at(text, at) || FULL.stands_at(text, at) {
                    fraction(text, at + 15, style.marks).map_or_else(|other| other, At)
                } else {
                    Undecided
                }
            }
            Datetime::Ctime if SHORT_DAYS.length(text, at, ignore_case).is_none() => No,
            Datetime::Ctime => {
                const PADDED: Shape<24> = Shape::new(b"aaa aaa  0 00:00:00 0000");
                const FULL: Shape<24> = Shape::new(b"aaa aaa 00 00:00:00 0000");
                let is_shape = PADDED.stands_at(text, at) || FULL.stands_at(text, at);
                if is_shape && is_month(at + 4) { At(at + 24) } else { Undecided }
            }
            Datetime::Mail => mail(text, at, style).map_or_else(|other| other, At),
            Datetime::DayFirst => date(text, at, [DatePart::Day, DatePart::Month], ignore_case)
                .and_then(|end| tail(text, end, Tail::BehindDate, style))
                .map_or_else(|other| other, At),
            Datetime::MonthFirst => date(text, at, [DatePart::Month, DatePart::Day], ignore_case)
                .and_then(|end| tail(text, end, Tail::BehindDate, style))
                .map_or_else(|other| other, At),
            Datetime::TimeOfDay => tail(text, at, Tail::Alone, style).map_or_else(|other| other, At),
            Datetime::Codes(codes) => codes.run(text, at, ignore_case),
        }
    }

    /// What it may begin with. What may be empty may begin with anything.
    pub(super) fn first_set(&self) -> Bytes {
        match self {
            Datetime::TimeOfDay => Bytes::new(|_| true),
            Datetime::Codes(codes) => codes.codes[0].first_set(),
            _ => Bytes::new(|byte| byte.is_ascii_alphanumeric()),
        }
    }

    /// What it could have taken more of.
    pub(super) fn can_extend(&self, marks: &[u8]) -> Bytes {
        match self {
            Datetime::Codes(codes) => {
                codes.codes.last().map_or_else(|| Bytes::new(|_| false), |code| code.can_extend())
            }
            // Its last part is a year, with four digits.
            Datetime::Ctime => Bytes::new(|_| false),
            // A number may have one digit less.
            Datetime::Http | Datetime::Mail => Bytes::new(|byte| byte.is_ascii_digit()),
            // The fraction or the whole time may be missing.
            Datetime::Syslog => Bytes::new(|byte| byte.is_ascii_digit() || marks.contains(&byte)),
            Datetime::DayFirst | Datetime::MonthFirst | Datetime::TimeOfDay => {
                Bytes::new(|byte| byte.is_ascii_digit() || is_space(byte) || byte == b':' || marks.contains(&byte))
            }
            Datetime::Iso => Bytes::new(|byte| {
                byte.is_ascii_digit() || is_space(byte) || b"TtZz+-:".contains(&byte) || marks.contains(&byte)
            }),
        }
    }

    /// The bytes that a look at it may run over.
    pub(super) fn scanned(&self) -> Bytes {
        match self {
            Datetime::Iso => Bytes::new(|byte| byte.is_ascii_digit() || is_space(byte)),
            _ => Bytes::new(|_| false),
        }
    }

    /// True when it may have more than one way to match inside: then what follows tells, and the regex decides.
    pub(super) fn is_loose(&self) -> bool {
        matches!(self, Datetime::Codes(Codes { is_exact: false, .. }))
    }

    /// What it looks like, in words.
    pub(super) fn describe(&self) -> &'static str {
        match self {
            Datetime::Http => "a date as 21/Nov/2011:00:07:11 +0000",
            Datetime::Iso => "a date as 2011-02-03, maybe with 10:21:36, a fraction and an offset",
            Datetime::Syslog => "a date as Nov  9 03:37:44, maybe with a fraction",
            Datetime::Ctime => "a date as Sun Sep 16 01:03:52 1973",
            Datetime::Mail => "a date as Mon, 20 Jan 1972 10:21:36 +1000, the day of the week or not",
            Datetime::DayFirst => "a date as 20/1/1972, maybe with 10:21:36, AM or PM and an offset",
            Datetime::MonthFirst => "a date as 1/20/1972, maybe with 10:21:36, AM or PM and an offset",
            Datetime::TimeOfDay => "a time as 10:21:36, maybe with AM or PM and an offset, or nothing",
            Datetime::Codes(_) => "the text of its strptime codes, each number with as many digits as it may have",
        }
    }

    /// What is left to the regex, if there is anything.
    pub(super) fn undecided(&self) -> Option<&'static str> {
        match self {
            Datetime::Http | Datetime::Iso | Datetime::Syslog | Datetime::Ctime => Some("any other way of writing"),
            Datetime::Mail | Datetime::DayFirst | Datetime::MonthFirst | Datetime::TimeOfDay => {
                Some("more than 12 blanks, or digits of a fraction, in a row")
            }
            Datetime::Codes(codes) if !codes.is_exact => Some("numbers with fewer digits than they may have"),
            Datetime::Codes(codes) if codes.codes.contains(&Code::Any) => {
                Some("another character in the place of a dot, or more than 12 blanks in a row")
            }
            Datetime::Codes(codes) if codes.codes.contains(&Code::Blank) => Some("more than 12 blanks in a row"),
            Datetime::Codes(codes) if codes.codes.contains(&Code::Offset) => Some("an offset with the sign |"),
            Datetime::Codes(_) => None,
        }
    }
}

/// What stands after the date of `ti`, all of which is optional; it takes what it can.
fn iso(text: &[u8], at: usize, style: Style) -> StepOutcome {
    let Style { ignore_case, marks } = style;
    let mut end = at;
    let separator = text.get(at).is_some_and(|&byte| is_space(byte) || byte == b'T' || byte == b't' && ignore_case);
    if separator && text.get(at + 1).is_some_and(|&byte| is_space(byte) || byte.is_ascii_digit()) {
        if !const { Shape::new(b"00:00:00") }.stands_at(text, at + 1) {
            return Undecided;
        }
        end = at + 9;
        let fraction = if mark(text, end, marks).is_ok() { digits(text, end + 1) } else { 0 };
        end += if fraction > 0 { 1 + fraction } else { 0 };
    }
    let blank = text.get(end..).map_or(0, |rest| rest.iter().take_while(|&&byte| is_space(byte)).count());
    match text.get(end + blank) {
        Some(b'Z') if blank == 0 => At(end + 1),
        Some(b'z') if blank == 0 && ignore_case => At(end + 1),
        Some(b'+' | b'-') => {
            let from = end + blank + 1;
            if has_shape(text, from, b"0000") {
                At(from + 4)
            } else if has_shape(text, from, b"00:00") {
                At(from + 5)
            } else {
                At(end)
            }
        }
        _ => At(end),
    }
}

/// Where a part of a datetime ends, or why it does not.
type Ends = Result<usize, StepOutcome>;

/// How much white space, and how many digits of a fraction, are looked at.
const LONGEST_RUN: usize = 12;

/// White space, of which there must be some at `at`; what follows is none.
#[inline]
fn blank(text: &[u8], at: usize) -> Ends {
    let rest = text.get(at..).unwrap_or_default();
    match rest.iter().take(LONGEST_RUN + 1).take_while(|&&byte| is_space(byte)).count() {
        0 => Err(No),
        length if length > LONGEST_RUN => Err(Undecided),
        length => Ok(at + length),
    }
}

/// One or two digits, where what follows is no digit.
#[inline]
fn one_or_two(text: &[u8], at: usize) -> Ends {
    match few_digits(text, at, 2) {
        0 => Err(No),
        length => Ok(at + length),
    }
}

#[inline]
fn byte(text: &[u8], at: usize, wanted: &[u8]) -> Ends {
    if text.get(at).is_some_and(|byte| wanted.contains(byte)) { Ok(at + 1) } else { Err(No) }
}

/// A mark of a fraction.
#[inline]
fn mark(text: &[u8], at: usize, marks: &[u8]) -> Ends {
    match text.get(at) {
        // What most layouts have after the seconds is none, and quickly told.
        Some(next @ (b'.' | b',')) if marks.contains(next) => Ok(at + 1),
        _ => Err(No),
    }
}

/// Where a fraction ends that may stand at `at`. A shorter one ends before a digit or one of `marks`.
#[inline]
fn fraction(text: &[u8], at: usize, marks: &[u8]) -> Ends {
    let Ok(digits) = mark(text, at, marks) else { return Ok(at) };
    match few_digits(text, digits, LONGEST_RUN + 1) {
        0 => Ok(at),
        length if length > LONGEST_RUN => Err(Undecided),
        length => Ok(digits + length),
    }
}

/// `H:M`, `H:M:S` or `H:M:S.fraction`: what it can take. A shorter one ends before a digit, `:` or one of `marks`.
fn time(text: &[u8], at: usize, marks: &[u8]) -> Ends {
    let end = byte(text, one_or_two(text, at)?, b":")?;
    let end = one_or_two(text, end)?;
    let Ok(second) = byte(text, end, b":").and_then(|at| one_or_two(text, at)) else { return Ok(end) };
    fraction(text, second, marks)
}

/// An offset: `+HHMM`, `+HMM`, `+HH:MM` or `+H:MM`. With four digits there is a shorter one, before the last of them.
fn offset(text: &[u8], at: usize) -> Ends {
    let begin = byte(text, at, b"+-")?;
    match few_digits(text, begin, 4) {
        length @ (3 | 4) => Ok(begin + length),
        length @ (1 | 2) if text.get(begin + length) == Some(&b':') && few_digits(text, begin + length + 1, 2) == 2 => {
            Ok(begin + length + 3)
        }
        _ => Err(No),
    }
}

/// `te`: each part is followed by white space or by a byte that it cannot have, so there is one way.
fn mail(text: &[u8], at: usize, style: Style) -> Ends {
    let Style { ignore_case, marks } = style;
    let day = match SHORT_DAYS.length(text, at, ignore_case) {
        Some(length) => blank(text, byte(text, at + length, b",")?)?,
        None => at,
    };
    let month = blank(text, one_or_two(text, day)?)?;
    let month_end = month + SHORT_MONTHS.length(text, month, ignore_case).ok_or(No)?;
    let year = blank(text, month_end)?;
    let year_end = if few_digits(text, year, 4) == 4 { year + 4 } else { return Err(No) };
    let end = time(text, blank(text, year_end)?, marks)?;
    offset(text, blank(text, end)?)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DatePart {
    Day,
    Month,
}

/// The date of `tg` and `ta`: two parts with `-` or `/` after them, and four digits. There is one way, since no part may have `-` or `/`.
fn date(text: &[u8], mut at: usize, parts: [DatePart; 2], ignore_case: bool) -> Ends {
    for part in parts {
        let end = match part {
            DatePart::Month if text.get(at).is_some_and(u8::is_ascii_alphabetic) => {
                let long = Names { names: &MONTHS, are_short: false }.length(text, at, ignore_case);
                at + long.or_else(|| SHORT_MONTHS.length(text, at, ignore_case)).ok_or(No)?
            }
            _ => one_or_two(text, at)?,
        };
        at = byte(text, end, b"-/")?;
    }
    if few_digits(text, at, 4) == 4 { Ok(at + 4) } else { Err(No) }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tail {
    /// White space stands before the time.
    BehindDate,
    Alone,
}

/// A time, `AM` or `PM`, and an offset, each with white space before it, and each optional: what it can take.
///
/// The first byte after the white space says which of the three may stand there, and none can take what another one gives back. So whatever
/// takes less ends earlier, before white space, a digit, `:` or a mark of a fraction.
fn tail(text: &[u8], mut at: usize, tail: Tail, style: Style) -> Ends {
    let Style { ignore_case, marks } = style;
    // Where the next part may begin; `None` where nothing more can stand.
    let next = |at: usize| match blank(text, at) {
        Ok(next) => Ok(Some(next)),
        Err(No) => Ok(None),
        Err(other) => Err(other),
    };
    let begin = if tail == Tail::Alone { Some(at) } else { next(at)? };
    if let Some(begin) = begin {
        match time(text, begin, marks) {
            Ok(end) => at = end,
            Err(No) => {}
            Err(other) => return Err(other),
        }
    }
    let half = next(at)?.filter(|&begin| has_half(text, begin, ignore_case));
    at = half.map_or(at, |begin| begin + 2);
    let end = next(at)?.and_then(|begin| offset(text, begin).ok());
    Ok(end.unwrap_or(at))
}

/// True when `AM` or `PM` stands at `at`.
#[inline]
fn has_half(text: &[u8], at: usize, ignore_case: bool) -> bool {
    text.get(at..at + 2).is_some_and(|half| match half {
        b"AM" | b"PM" => true,
        half => ignore_case && (half.eq_ignore_ascii_case(b"AM") || half.eq_ignore_ascii_case(b"PM")),
    })
}

/// A strptime format: its codes, and what stands between them.
///
/// Each code takes what it can, as in the expression, so what is found is what the expression finds first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Codes {
    codes: Vec<Code>,
    /// True when there is one way only: no code can take what the next one begins with. Then a failure is certain.
    is_exact: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Code {
    /// So many digits, from the min to the max.
    Digits(usize, usize),
    /// `%d`: one digit or two, or a blank and a digit.
    Day,
    /// `%w`: one of the digits 0 to 6.
    Weekday,
    Name(Names),
    /// `%p`
    Half,
    /// `%z`: a sign, then two to six digits, in pairs that may have a colon between them; or `Z`.
    Offset,
    /// White space, as much as there is.
    Blank,
    /// A byte that stands for itself.
    Byte(u8),
    /// A dot, which is any character for the expression. Here it is itself, or undecided.
    Any,
}

impl Codes {
    /// `None` for a format in which something else stands: `%` without a code, digits, and what has a meaning in a regex.
    pub(super) fn new(format: &str) -> Option<Codes> {
        // The expression has a sign before this one.
        if format == "%f" {
            return None;
        }
        let mut codes = Vec::new();
        let mut bytes = format.bytes();
        while let Some(byte) = bytes.next() {
            codes.push(match byte {
                b'%' => match bytes.next()? {
                    b'Y' => Code::Digits(4, 4),
                    b'y' => Code::Digits(2, 2),
                    b'd' => Code::Day,
                    b'm' | b'H' | b'I' | b'M' | b'S' | b'U' | b'W' => Code::Digits(1, 2),
                    b'j' => Code::Digits(1, 3),
                    b'f' => Code::Digits(1, fraction_digits(format)),
                    b'w' => Code::Weekday,
                    b'a' => Code::Name(SHORT_DAYS),
                    b'A' => Code::Name(Names { are_short: false, ..SHORT_DAYS }),
                    b'b' => Code::Name(SHORT_MONTHS),
                    b'B' => Code::Name(Names { are_short: false, ..SHORT_MONTHS }),
                    b'p' => Code::Half,
                    b'z' => Code::Offset,
                    _ => return None,
                },
                b'.' => Code::Any,
                b' ' if codes.last() == Some(&Code::Blank) => continue,
                b' ' => Code::Blank,
                b'\\' | b'^' | b'$' | b'*' | b'+' | b'?' | b'{' | b'}' | b'[' | b']' | b'(' | b')' | b'|' => {
                    return None;
                }
                byte if byte.is_ascii_punctuation() || byte.is_ascii_alphabetic() => Code::Byte(byte),
                _ => return None,
            });
        }
        if codes.is_empty() {
            return None;
        }
        let is_sure = |at: usize| match codes[at..] {
            // Where white space leaves the day its blank, the day has one digit, and ends where it may end anyway.
            [Code::Blank, Code::Day, ..] => true,
            // Where a number leaves a digit to the dot, what follows must begin with the dot that stands there.
            [Code::Digits(1, 2) | Code::Day, Code::Any, next, ..] => !next.first_set().has(b'.'),
            [code, next, ..] => !code.can_extend().meets(&next.first_set()),
            _ => true,
        };
        let is_exact = (0..codes.len()).all(is_sure);
        Some(Codes { codes, is_exact })
    }

    fn run(&self, text: &[u8], at: usize, ignore_case: bool) -> StepOutcome {
        let mut end = at;
        for (number, code) in self.codes.iter().enumerate() {
            match code.run(text, end, ignore_case) {
                At(next) => end = next,
                // Nothing stands before the first that could have taken less.
                No if self.is_exact || number == 0 => return No,
                _ => return Undecided,
            }
        }
        At(end)
    }
}

impl Code {
    #[inline(always)]
    fn run(self, text: &[u8], at: usize, ignore_case: bool) -> StepOutcome {
        let taken = |length: Option<usize>| length.map_or(No, |length| At(at + length));
        match self {
            Code::Digits(min, max) => taken(Some(few_digits(text, at, max)).filter(|&length| length >= min)),
            Code::Day => match text.get(at..) {
                Some([b' ', b'1'..=b'9', ..]) => At(at + 2),
                _ => taken(Some(few_digits(text, at, 2)).filter(|&length| length > 0)),
            },
            Code::Blank => blank(text, at).map_or_else(|other| other, At),
            Code::Weekday => taken(matches!(text.get(at), Some(b'0'..=b'6')).then_some(1)),
            Code::Name(names) => taken(names.length(text, at, ignore_case)),
            Code::Half => taken(has_half(text, at, ignore_case).then_some(2)),
            Code::Offset => match text.get(at) {
                Some(b'+' | b'-') if few_digits(text, at + 1, 2) == 2 => {
                    let more = |end: usize| {
                        let begin = end + usize::from(text.get(end) == Some(&b':'));
                        if few_digits(text, begin, 2) == 2 { begin + 2 } else { end }
                    };
                    let hours = at + 3;
                    let minutes = more(hours);
                    At(if minutes > hours { more(minutes) } else { hours })
                }
                Some(b'Z') => At(at + 1),
                // The expression takes it for a sign.
                Some(b'|') => Undecided,
                _ => No,
            },
            Code::Byte(wanted) => {
                let is_wanted = |&byte: &u8| byte == wanted || ignore_case && byte.eq_ignore_ascii_case(&wanted);
                taken(text.get(at).is_some_and(is_wanted).then_some(1))
            }
            Code::Any if text.get(at) == Some(&b'.') => At(at + 1),
            Code::Any => Undecided,
        }
    }

    /// What it may begin with.
    fn first_set(self) -> Bytes {
        match self {
            Code::Digits(..) | Code::Weekday => Bytes::new(|byte| byte.is_ascii_digit()),
            Code::Day => Bytes::new(|byte| byte.is_ascii_digit() || byte == b' '),
            Code::Blank => Bytes::new(is_space),
            Code::Name(_) | Code::Half => Bytes::new(|byte| byte.is_ascii_alphabetic()),
            Code::Offset => Bytes::new(|byte| b"+-|Z".contains(&byte)),
            Code::Byte(wanted) => Bytes::new(move |byte| byte.eq_ignore_ascii_case(&wanted)),
            Code::Any => Bytes::new(|_| true),
        }
    }

    /// What it could have taken more of.
    fn can_extend(self) -> Bytes {
        match self {
            Code::Digits(min, max) if min < max => Bytes::new(|byte| byte.is_ascii_digit()),
            Code::Day => Bytes::new(|byte| byte.is_ascii_digit()),
            Code::Blank => Bytes::new(is_space),
            Code::Offset => Bytes::new(|byte| byte.is_ascii_digit() || byte == b':'),
            _ => Bytes::new(|_| false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts that nearly have the shape: each byte of each place changed to any other.
    fn check<const N: usize>(shape: &[u8; N], example: &[u8; N]) {
        let by_words = Shape::new(shape);
        for place in 0..N {
            for byte in 0..=255 {
                let mut text = *b"12345678901234567890123456789012345678901234567890";
                text[5..][..N].copy_from_slice(example);
                text[5 + place] = byte;
                let expected = has_shape(&text, 5, shape);
                assert_eq!(by_words.stands_at(&text, 5), expected, "{:?}", String::from_utf8_lossy(&text));
                assert!(expected || text[5..][..N] != *example);
            }
        }
        assert!(by_words.stands_at(example, 0) && !by_words.stands_at(&example[1..], 0) && !by_words.stands_at(b"", 1));
    }

    #[test]
    fn a_shape_is_the_same_word_by_word_and_byte_by_byte() {
        check(b"00:00:00", b"09:59:00");
        check(b"0000-00-00", b"2011-02-03");
        check(b"aaa  0 00:00:00", b"Nov  9 03:37:44");
        check(b"aaa aaa 00 00:00:00 0000", b"Sun Sep 16 01:03:52 1973");
        check(b"00/aaa/0000:00:00:00 +0000", b"21/Nov/2011:00:07:11 +0000");
        check(b"a{aZ0x00a{aZ0x00a{aZ0x00a{aZ0x00", b"q{qZ5x00a{zZ9x09A{AZ0x00a{aZ0x00");
    }
}
