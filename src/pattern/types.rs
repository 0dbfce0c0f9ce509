//! What each type code matches, how many capture groups that has inside, and what its value is.
//!
//! The expressions are those of `parse`, to the character: they are part of what clients see. [`TYPES`] holds those that do not
//! depend on the rest of the spec; [`compile`] adds the ones that do.

use std::collections::BTreeMap;

use super::{Align, CustomType, Spec};

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
    /// A date and time, or a time of day, in one of the fixed layouts: `ti te ta tg th tc ts tt`.
    Time(DatetimeLayout),
    /// A date, a time of day, or both, described by strptime codes.
    Strptime(String),
    /// A type of the caller's own, by name; its value is the text.
    Custom(String),
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
        r"(\d{1,2}:\d{1,2}(:\d{1,2}(\.\d+)?)?)"
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
const FIXED: &str = r"(?:\d*\.\d+|nan|NAN|inf|INF)";
const FIXED_WHOLE: &str = r"(?:\d+|nan|NAN|inf|INF)";

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
        concat!(month!(), r"(\s+)(\d+)(\s+)(\d{1,2}:\d{1,2}:\d{1,2})?"),
    ),
    row("tt", 5, ValueKind::Time(DatetimeLayout::TimeOfDay), concat!(time!(), "?", am!(), "?", zone!(), "?")),
];

/// What each strptime code matches.
pub(crate) static STRPTIME: &[(&str, &str)] = &[
    ("%a", "(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat)"),
    ("%A", "(?:Sunday|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday)"),
    ("%w", "[0-6]"),
    ("%d", "[0-9]{1,2}"),
    ("%b", "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"),
    ("%B", "(?:January|February|March|April|May|June|July|August|September|October|November|December)"),
    ("%m", "[0-9]{1,2}"),
    ("%y", "[0-9]{2}"),
    ("%Y", "[0-9]{4}"),
    ("%H", "[0-9]{1,2}"),
    ("%I", "[0-9]{1,2}"),
    ("%p", "(?:AM|PM)"),
    ("%M", "[0-9]{2}"),
    ("%S", "[0-9]{2}"),
    ("%f", "[0-9]{1,6}"),
    ("%z", "[+|-][0-9]{2}(?::?[0-9]{2})?(?::?[0-9]{2})?"),
    ("%j", "[0-9]{1,3}"),
    ("%U", "[0-9]{1,2}"),
    ("%W", "[0-9]{1,2}"),
];

/// Whether the codes of a strptime format speak of a date, and of a time of day.
pub(crate) fn has_date_and_time(format: &str) -> (bool, bool) {
    let has = |wanted: &str| strptime_codes(format).any(|code| wanted.as_bytes().contains(&code));
    (has("aAwdbBmyYjUW"), has("HIpMSfz"))
}

/// The letters of the codes in a strptime format.
pub(crate) fn strptime_codes(format: &str) -> impl Iterator<Item = u8> + Clone {
    format.as_bytes().windows(2).filter(|pair| pair[0] == b'%' && pair[1].is_ascii_alphabetic()).map(|pair| pair[1])
}

fn find(code: &str) -> Option<&'static TypeRow> {
    TYPES.iter().find(|row| row.code == code)
}

fn has_strptime(kind: &str) -> bool {
    STRPTIME.iter().any(|(code, _)| kind.contains(code))
}

/// True for a type of the language.
pub(super) fn is_known(kind: &str) -> bool {
    kind == "d" || find(kind).is_some() || has_strptime(kind)
}

/// The type codes, for an error message.
pub(super) fn names() -> String {
    std::iter::once("d").chain(TYPES.iter().map(|row| row.code)).collect::<Vec<_>>().join(" ")
}

/// The expression inside the capture group, the capture groups in it as `parse` counts them, and the kind of the value.
pub(super) fn compile(spec: &Spec, custom: &BTreeMap<String, CustomType>) -> (String, usize, ValueKind) {
    let kind = spec.kind.as_str();
    let (mut regex, groups, value) = if let Some(own) = custom.get(kind).filter(|_| !kind.is_empty()) {
        (own.pattern.clone().unwrap_or_else(|| ".+?".to_owned()), own.group_count, ValueKind::Custom(kind.to_owned()))
    } else if kind.is_empty() {
        (text(spec), 0, ValueKind::Text)
    } else if kind == "d" {
        (integer(spec), 0, ValueKind::Integer { base: None })
    } else if let Some(row) = find(kind) {
        let whole =
            spec.precision == "0" && matches!(row.kind, ValueKind::Decimal | ValueKind::Float) && row.regex == FIXED;
        (if whole { FIXED_WHOLE } else { row.regex }.to_owned(), row.groups, row.kind.clone())
    } else {
        let regex = strptime(kind);
        let groups = count_groups(&regex);
        (regex, groups, ValueKind::Strptime(kind.to_owned()))
    };
    // Whether a sign may stand before the value is a question of substrings, in `parse`: `%f` and a type named `eg` have it.
    if !kind.is_empty() && "n%fFegdobxEGX".contains(kind) {
        if spec.align == Some(Align::Numeric) {
            regex.insert_str(0, &format!("{}*", spec.fill.unwrap_or('0')));
        }
        regex.insert_str(0, "[-+ ]?");
    }
    (regex, groups, value)
}

fn text(spec: &Spec) -> String {
    match (spec.width.as_str(), spec.precision.as_str()) {
        ("", "") => ".+?".to_owned(),
        ("", most) => format!(".{{1,{most}}}?"),
        (least, "") => format!(".{{{least},}}?"),
        (least, most) => format!(".{{{least},{most}}}?"),
    }
}

/// `d`: a width is a maximum, the grouping character may stand among the digits.
fn integer(spec: &Spec) -> String {
    let group = spec.grouping.map(String::from).unwrap_or_default();
    let width = match spec.width.trim_start_matches('0') {
        "" if spec.width.is_empty() => "+".to_owned(),
        "" => "{1,0}".to_owned(),
        width => format!("{{1,{width}}}"),
    };
    [("", "0-9"), ("0[xX]", "0-9a-fA-F"), ("0[bB]", "01"), ("0[oO]", "0-7")]
        .map(|(prefix, digits)| format!("[-+ ]?{prefix}[{digits}{group}]{width}"))
        .join("|")
}

/// Each strptime code replaced by what it matches; all other text stays, a regular expression in its own right.
fn strptime(kind: &str) -> String {
    let mut regex = String::new();
    let mut rest = kind;
    while let Some(c) = rest.chars().next() {
        let found = STRPTIME.iter().find(|(code, _)| rest.starts_with(code));
        let length = found.map_or(c.len_utf8(), |(code, _)| code.len());
        regex.push_str(found.map_or(&rest[..length], |(_, regex)| regex));
        rest = &rest[length..];
    }
    regex
}

/// The capture groups in a regular expression, as far as that can be told without compiling it.
pub(super) fn count_groups(regex: &str) -> usize {
    let bytes = regex.as_bytes();
    let (mut at, mut in_class, mut count) = (0, false, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'[' if !in_class => {
                in_class = true;
                // A bracket that comes first is a member of the class.
                at += usize::from(bytes.get(at + 1) == Some(&b'^'));
                at += usize::from(bytes.get(at + 1) == Some(&b']'));
            }
            b']' => in_class = false,
            b'(' if !in_class => {
                let rest = &regex[at + 1..];
                count += usize::from(!rest.starts_with('?') || rest.starts_with("?P<"));
            }
            _ => {}
        }
        at += 1;
    }
    count
}
