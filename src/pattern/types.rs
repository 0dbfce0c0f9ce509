//! What each type code matches, how many capture groups that has inside, and what its value is.
//!
//! The expressions are those of `parse`, to the character: they are part of what clients see. Where `parse` reads less than the type is for, they take that
//! more and nothing else: a comma before a fraction, what `strptime` reads by a code, and groups of digits in floats. [`TYPES`] holds those that do not
//! depend on the rest of the spec; [`expression`](super::expression) adds the ones that do. Those that `parse` does not know
//! are in [`beyond`].

use super::beyond;

/// The months; three letters are enough for one.
pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The days of a week; three letters are enough for one.
pub(crate) const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Which of `names`, or of their first three letters when `short`, `text` begins with, and how long that is. No name begins another one.
#[inline]
pub(crate) fn name_at(names: &[&str], text: &[u8], short: bool, ignore_case: bool) -> Option<(usize, usize)> {
    // Three letters in small ones: nothing else becomes a letter by this bit.
    let key = |text: &[u8; 3]| u32::from_le_bytes([text[0], text[1], text[2], 0]) | 0x20_20_20;
    let begin = key(text.first_chunk()?);
    let at = names.iter().position(|name| name.as_bytes().first_chunk().is_some_and(|name| key(name) == begin))?;
    let length = if short { 3 } else { names[at].len() };
    let (text, name) = (text.get(..length)?, &names[at].as_bytes()[..length]);
    let is_same = if ignore_case { length == 3 || text.eq_ignore_ascii_case(name) } else { text == name };
    is_same.then_some((at, length))
}

/// A type of the caller's own: a regular expression for what it matches. Its value is the text, or what its
/// [`Converter`](crate::Converter) makes of it.
///
/// The expression is in the syntax of Python's `re`. Of that, lookaround runs without the promise of linear time, and what
/// neither `regex` nor `fancy-regex` knows is an error of [`Pattern`](crate::Pattern) construction with
/// [`is_regex`](crate::Error::is_regex).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomType {
    /// What the type matches; `.+?`, as a field without a type, when there is none.
    pub pattern: Option<String>,
    /// How many capture groups the pattern says it has. Only the numbering of positional fields depends on it.
    pub group_count: usize,
}

/// What the text of a field is converted to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ValueKind {
    /// The text itself: `{}`, `l w W D s S`.
    Text,
    /// An integer: `d` with its base read from a prefix, `n b o x X` with a base of their own.
    Integer {
        /// The base; `None` when a prefix (`0x`, `0o`, `0b`) decides.
        base: Option<u32>,
    },
    /// A floating-point number: `f e E g G`.
    Float,
    /// A percentage, divided by 100: `%`.
    Percent,
    /// An exact decimal number: `F`. In columns its text.
    Decimal,
    /// A float, a percentage or a decimal number whose digits may be in groups of three, with the character between them: `{:,.2f}`.
    Grouped(Box<ValueKind>, char),
    /// A date and time, or a time of day, in one of the fixed layouts: `ti te ta tg th tc ts tt`.
    Time(DatetimeLayout),
    /// A date, a time of day, or both, described by strptime codes.
    Strptime(String),
    /// A type of the caller's own, by name; its value is the text.
    Custom(String),
    /// A type of the caller's own whose values a [`Converter`](crate::Converter) makes.
    Converted {
        /// The name of the type.
        name: String,
        /// The kind that has the same values.
        to: Box<ValueKind>,
    },
    /// Unix time, in a unit that the number of digits says: `tu`.
    UnixTime,
    /// A duration: `dur`.
    Duration,
    /// A number of bytes, with a unit: `size`. Its value is an integer.
    Size,
    /// An IPv4 or IPv6 address: `ip`. In columns its text.
    Address,
    /// `true`, `yes`, `on`, `1` and their opposites: `bool`.
    Boolean,
    /// A text that may stand in quotes, with escapes: `q`. Its value is the text without them.
    Quoted,
}

/// The layouts of dates and times that have a type code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DatetimeLayout {
    /// `ti`: ISO 8601, `2011-02-03T10:21:36.123+0100`; time, fraction and offset are optional.
    Iso8601,
    /// `te`: RFC 2822, `Mon, 20 Jan 1972 10:21:36 +1000`.
    Rfc2822,
    /// `tg`: day first, `20/1/1972 10:21:36 AM +1000`.
    DayFirst,
    /// `ta`: month first, `1/20/1972 10:21:36 PM +10:30`.
    MonthFirst,
    /// `th`: HTTP logs, `21/Nov/2011:00:07:11 +0000`.
    Http,
    /// `tc`: C's `ctime`, `Sun Sep 16 01:03:52 1973`.
    Ctime,
    /// `ts`: syslog, `Nov  9 03:37:44`, in the current year.
    Syslog,
    /// `tt`: a time of day, `10:21:36 PM -5:30`. It also matches nothing at all: midnight.
    TimeOfDay,
    /// `t`: whichever of the usual layouts the text has.
    Any,
}

/// A type whose expression does not depend on the rest of the spec.
#[derive(Debug)]
pub(crate) struct TypeRow {
    pub(crate) code: &'static str,
    pub(crate) regex: &'static str,
    /// How many capture groups the expression has.
    pub(crate) groups: usize,
    pub(crate) kind: ValueKind,
}

const fn row(code: &'static str, groups: usize, kind: ValueKind, regex: &'static str) -> TypeRow {
    TypeRow { code, regex, groups, kind }
}

macro_rules! time {
    () => {
        // The marks that a fraction begins with are those of [`fraction_marks`].
        r"(\d{1,2}:\d{1,2}(:\d{1,2}([.,]\d+)?)?)"
    };
}
macro_rules! am {
    () => {
        r"(\s+[AP]M)"
    };
}
macro_rules! zone {
    () => {
        r"(\s+[-+]\d\d?:?\d\d)"
    };
}
macro_rules! day {
    () => {
        "(Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
    };
}
macro_rules! month {
    () => {
        "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    };
}
macro_rules! any_month { () => {
    "(Jan|January|Feb|February|Mar|March|Apr|April|May|Jun|June|Jul|July|Aug|August|Sep|September|Oct|October|Nov|November|Dec|December)"
}; }

const HEX: ValueKind = ValueKind::Integer { base: Some(16) };
const GENERAL: &str = r"\d+(\.\d+)?([eE][-+]?\d+)?|nan|NAN|[-+]?inf|[-+]?INF";
const SCIENTIFIC: &str = r"\d*\.\d+[eE][-+]?\d+|nan|NAN|[-+]?inf|[-+]?INF";
pub(super) const FIXED: &str = r"(?:\d*\.\d+|nan|NAN|inf|INF)";
pub(super) const FIXED_WHOLE: &str = r"(?:\d+|nan|NAN|inf|INF)";

/// The types of the language, but for `d` and the absence of a type.
pub(crate) static TYPES: &[TypeRow] = &[
    row("n", 1, ValueKind::Integer { base: Some(10) }, r"\d{1,3}([,.]\d{3})*"),
    row("b", 1, ValueKind::Integer { base: Some(2) }, "(0[bB])?[01]+"),
    row("o", 1, ValueKind::Integer { base: Some(8) }, "(0[oO])?[0-7]+"),
    row("x", 1, HEX, "(0[xX])?[0-9a-fA-F]+"),
    row("X", 1, HEX, "(0[xX])?[0-9a-fA-F]+"),
    row("%", 1, ValueKind::Percent, r"\d+(\.\d+)?%"),
    row("f", 0, ValueKind::Float, FIXED),
    row("F", 0, ValueKind::Decimal, FIXED),
    row("e", 0, ValueKind::Float, SCIENTIFIC),
    row("E", 0, ValueKind::Float, SCIENTIFIC),
    row("g", 2, ValueKind::Float, GENERAL),
    row("G", 2, ValueKind::Float, GENERAL),
    row("l", 0, ValueKind::Text, "[A-Za-z]+"),
    row("w", 0, ValueKind::Text, r"\w+"),
    row("W", 0, ValueKind::Text, r"\W+"),
    row("s", 0, ValueKind::Text, r"\s+"),
    row("S", 0, ValueKind::Text, r"\S+"),
    row("D", 0, ValueKind::Text, r"\D+"),
    row(
        "ti",
        7,
        ValueKind::Time(DatetimeLayout::Iso8601),
        concat!(r"(\d{4}-\d\d-\d\d)((\s+|T)", time!(), r")?(Z|\s*[-+]\d\d:?\d\d)?"),
    ),
    row(
        "tg",
        9,
        ValueKind::Time(DatetimeLayout::DayFirst),
        concat!(r"(\d{1,2}[-/](\d{1,2}|", any_month!(), r")[-/]\d{4})(\s+", time!(), ")?", am!(), "?", zone!(), "?"),
    ),
    row(
        "ta",
        9,
        ValueKind::Time(DatetimeLayout::MonthFirst),
        concat!(r"((\d{1,2}|", any_month!(), r")[-/]\d{1,2}[-/]\d{4})(\s+", time!(), ")?", am!(), "?", zone!(), "?"),
    ),
    row(
        "te",
        8,
        ValueKind::Time(DatetimeLayout::Rfc2822),
        concat!("(", day!(), r",\s+)?(\d{1,2}\s+", month!(), r"\s+\d{4})\s+", time!(), zone!()),
    ),
    row(
        "th",
        6,
        ValueKind::Time(DatetimeLayout::Http),
        concat!(r"(\d{1,2}[-/]", month!(), r"[-/]\d{4}):", time!(), zone!()),
    ),
    row(
        "tc",
        8,
        ValueKind::Time(DatetimeLayout::Ctime),
        concat!("(", day!(), r")\s+", month!(), r"\s+(\d{1,2})\s+", time!(), r"\s+(\d{4})"),
    ),
    row(
        "ts",
        5,
        ValueKind::Time(DatetimeLayout::Syslog),
        concat!(month!(), r"(\s+)(\d+)(\s+)(\d{1,2}:\d{1,2}:\d{1,2}(?:[.,]\d+)?)?"),
    ),
    row("tt", 5, ValueKind::Time(DatetimeLayout::TimeOfDay), concat!(time!(), "?", am!(), "?", zone!(), "?")),
    row("t", 0, ValueKind::Time(DatetimeLayout::Any), beyond::STAMP),
    row("tu", 0, ValueKind::UnixTime, beyond::UNIX_TIME),
    row("dur", 0, ValueKind::Duration, beyond::DURATION),
    row("size", 0, ValueKind::Size, beyond::SIZE),
    row("ip", 0, ValueKind::Address, beyond::ADDRESS),
    row("bool", 0, ValueKind::Boolean, beyond::BOOLEAN),
    row("q", 0, ValueKind::Quoted, beyond::QUOTED),
    row("*", 0, ValueKind::Text, ".+"),
];

/// What each strptime code matches: what it does in `parse`, and what else `strptime` reads by it.
pub(crate) static STRPTIME: &[(&str, &str)] = &[
    ("%a", "(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat)"),
    ("%A", "(?:Sunday|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday)"),
    ("%w", "[0-6]"),
    ("%d", "(?:[0-9]{1,2}| [1-9])"),
    ("%b", "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"),
    ("%B", "(?:January|February|March|April|May|June|July|August|September|October|November|December)"),
    ("%m", "[0-9]{1,2}"),
    ("%y", "[0-9]{2}"),
    ("%Y", "[0-9]{4}"),
    ("%H", "[0-9]{1,2}"),
    ("%I", "[0-9]{1,2}"),
    ("%p", "(?:AM|PM)"),
    ("%M", "[0-9]{1,2}"),
    ("%S", "[0-9]{1,2}"),
    ("%f", "[0-9]{1,9}"),
    ("%z", "(?:[+|-][0-9]{2}(?::?[0-9]{2})?(?::?[0-9]{2})?|(?-i:Z))"),
    ("%j", "[0-9]{1,3}"),
    ("%U", "[0-9]{1,2}"),
    ("%W", "[0-9]{1,2}"),
];

/// What `%f` matches next to another number: see [`fraction_digits`].
pub(super) const SHORT_FRACTION: &str = "[0-9]{1,6}";

/// Whether the codes of a strptime format speak of a date, and of a time of day.
pub(crate) fn has_date_and_time(format: &str) -> (bool, bool) {
    let has = |wanted: &str| strptime_letters(format).any(|code| wanted.as_bytes().contains(&code));
    (has("aAwdbBmyYjUW"), has("HIpMSfz"))
}

/// The letters of the codes in a strptime format.
pub(crate) fn strptime_letters(format: &str) -> impl Iterator<Item = u8> + Clone {
    format.as_bytes().windows(2).filter(|pair| pair[0] == b'%' && pair[1].is_ascii_alphabetic()).map(|pair| pair[1])
}

/// What begins with `%` in a strptime format and is no code of the language: it stands for itself, and `strptime` refuses it or reads it as
/// something else.
pub(crate) fn unknown_codes(format: &str) -> Vec<&str> {
    let mut unknown = Vec::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        rest = &rest[at..];
        let length = rest.chars().take(2).map(char::len_utf8).sum();
        let code = &rest[..length];
        if !STRPTIME.iter().any(|(known, _)| *known == code) && !unknown.contains(&code) {
            unknown.push(code);
        }
        rest = &rest[length..];
    }
    unknown
}

/// Whether nothing in a strptime format has a meaning in a regular expression, but for dots. `strptime` knows no other meaning than the
/// character itself, so it never reads what any other format matches.
pub(crate) fn is_plain_layout(format: &str) -> bool {
    !format.contains(['\\', '^', '$', '*', '+', '?', '{', '}', '[', ']', '(', ')', '|'])
}

/// How many digits `%f` may have in a format: nine, of which the first six count. Next to another number it is six, as for `strptime`, since
/// no one can tell whose the others are.
pub(crate) fn fraction_digits(format: &str) -> usize {
    let Some((before, after)) = format.split_once("%f") else { return 6 };
    let ends_in_digit = before.ends_with(|c: char| c.is_ascii_digit())
        || strptime_code_at(before, before.len().wrapping_sub(2)).is_some_and(|code| b"wdmyYHIMSjUWz".contains(&code));
    let begins_with_digit = after.starts_with(|c: char| c.is_ascii_digit())
        || strptime_code_at(after, 0).is_some_and(|code| b"wdmyYHIMSjUW".contains(&code));
    if is_plain_layout(format) && !ends_in_digit && !begins_with_digit { 9 } else { 6 }
}

fn strptime_code_at(format: &str, at: usize) -> Option<u8> {
    match format.as_bytes().get(at..)? {
        [b'%', code, ..] => Some(*code),
        _ => None,
    }
}

/// What a fraction may begin with in a layout, when `following` comes after the field in its format. Where that goes on with the mark itself, the
/// mark is the format's own, as in `{t:ti},{ms:d}`, and the layout takes what it takes in `parse`: a point, and in `ts` no fraction.
pub(crate) fn fraction_marks(layout: DatetimeLayout, following: &str) -> &'static [u8] {
    let mut next = following;
    while let Some(rest) = next.strip_prefix("{:[}").or_else(|| next.strip_prefix("{:]}")) {
        next = rest;
    }
    match next.bytes().next() {
        _ if layout == DatetimeLayout::Any => b".,",
        Some(b'.' | b',') if layout == DatetimeLayout::Syslog => b"",
        Some(b',') => b".",
        _ => b".,",
    }
}

pub(super) fn find(code: &str) -> Option<&'static TypeRow> {
    TYPES.iter().find(|row| row.code == code)
}

fn has_strptime(kind: &str) -> bool {
    STRPTIME.iter().any(|(code, _)| kind.contains(code))
}

/// Whether this is the code of a type.
pub(super) fn is_code(kind: &str) -> bool {
    kind == "d" || find(kind).is_some()
}

/// Whether this is a type of the language: a code, or a text with a strptime code in it.
pub(super) fn is_known(kind: &str) -> bool {
    is_code(kind) || has_strptime(kind)
}

/// The strptime codes, for an error message.
pub(super) fn strptime_codes() -> String {
    STRPTIME.iter().map(|(code, _)| *code).collect::<Vec<_>>().join(" ")
}

/// The type codes, for an error message.
pub(super) fn names() -> String {
    std::iter::once("d").chain(TYPES.iter().map(|row| row.code)).collect::<Vec<_>>().join(" ")
}
