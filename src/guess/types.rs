//! The type of a column of texts: the first of the language's types that reads all of them.
//!
//! The types are asked themselves, by a scan of the texts; what is decided here is only in which order, and what else makes a type plausible.

use std::{cell::RefCell, collections::BTreeMap};

use super::layouts;
use crate::{api::Pattern, convert::Year, scan::ScanOptions};

/// What the values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    /// A date with a time of day.
    Time,
    /// A date alone.
    Date,
    /// A time of day alone.
    Clock,
    /// Unix time.
    Unix,
    /// How bad a message is.
    Level,
    Address,
    Integer,
    Float,
    Percent,
    Duration,
    Size,
    Boolean,
    /// Pairs of keys and values.
    Pairs,
    /// Text without blanks.
    Word,
    /// Any text.
    Text,
}

impl Value {
    /// Whether it is a date, or a time of any kind.
    pub(super) fn is_time(self) -> bool {
        matches!(self, Value::Time | Value::Date | Value::Clock | Value::Unix)
    }
}

/// A type, as a pattern has it.
#[derive(Debug, Clone)]
pub(super) struct Type {
    pub(super) value: Value,
    pub(super) spec: String,
    /// Another layout that reads the same texts, and means other days.
    pub(super) other: Option<String>,
}

impl Type {
    pub(super) fn new(value: Value, spec: impl Into<String>) -> Type {
        Type { value, spec: spec.into(), other: None }
    }
}

/// How bad a message is, in the words of programs that write logs.
const LEVELS: [&str; 26] = [
    "trace",
    "debug",
    "info",
    "notice",
    "warn",
    "warning",
    "error",
    "err",
    "crit",
    "critical",
    "alert",
    "emerg",
    "emergency",
    "fatal",
    "severe",
    "fine",
    "finer",
    "finest",
    "config",
    "log",
    "panic",
    "verbose",
    "information",
    "success",
    "failure",
    "statement",
];

/// Whether a text is a level.
pub(super) fn is_level(text: &str) -> bool {
    LEVELS.iter().any(|level| level.eq_ignore_ascii_case(text)) || numbered_level(text)
}

/// `DEBUG1` to `DEBUG5`, of PostgreSQL.
fn numbered_level(text: &str) -> bool {
    text.len() == 6
        && text.is_ascii()
        && text[..5].eq_ignore_ascii_case("debug")
        && matches!(text.as_bytes()[5], b'1'..=b'5')
}

/// The types that are asked, each compiled once.
#[derive(Debug, Default)]
pub(super) struct Types(RefCell<BTreeMap<String, Option<Pattern>>>);

impl Types {
    /// Whether a type reads all of the texts, with a value for each.
    pub(super) fn reads(&self, spec: &str, texts: &[&str]) -> bool {
        let mut compiled = self.0.borrow_mut();
        let pattern = compiled.entry(spec.to_owned()).or_insert_with(|| Pattern::new(&format!("{{x:{spec}}}")).ok());
        let Some(pattern) = pattern else { return false };
        // A leap year: each day is in it.
        let options = ScanOptions { year: Year::Of(2004), ..ScanOptions::default() };
        let reads = |texts: &[&str]| {
            let found = pattern.scan_texts(texts.iter().map(|text| Some(text.as_bytes())), options.clone());
            found.is_ok_and(|found| found.stats.matched == texts.len() as u64)
        };
        // Most types are no match for the first text already.
        !texts.is_empty() && reads(&texts[..1]) && reads(texts)
    }

    /// The type of texts that are times by their looks.
    pub(super) fn of_times(&self, texts: &[&str]) -> Option<Type> {
        if self.reads("t", texts) {
            return Some(Type::new(Value::Time, "t"));
        }
        let (spec, other) = layouts::read(texts, |spec| self.reads(spec, texts))?;
        let has = |codes: &[&str]| codes.iter().any(|code| spec.contains(code));
        let value = match (has(&["%d"]), has(&["%H", "%I"])) {
            (true, true) => Value::Time,
            (true, false) => Value::Date,
            (false, _) => Value::Clock,
        };
        Some(Type { value, spec, other })
    }

    /// The type of texts, none of them twice; `None` where they are any text.
    pub(super) fn of(&self, texts: &[&str]) -> Option<Type> {
        let is_each = |is: &dyn Fn(&str) -> bool| !texts.is_empty() && texts.iter().all(|text| is(text));
        if is_each(&is_level) {
            return Some(Type::new(Value::Level, "w"));
        }
        if is_each(&|text| text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")) {
            return Some(Type::new(Value::Boolean, "bool"));
        }
        if !is_each(&|text| text.bytes().any(|byte| byte.is_ascii_digit())) {
            return None;
        }
        if self.reads("d", texts) && !texts.iter().any(|text| is_padded(text)) {
            let is_unix = is_unix_time(texts) && self.reads("tu", texts);
            return Some(if is_unix { Type::new(Value::Unix, "tu") } else { Type::new(Value::Integer, "d") });
        }
        if is_unix_time(texts) && self.reads("tu", texts) {
            return Some(Type::new(Value::Unix, "tu"));
        }
        let others = [(Value::Address, "ip"), (Value::Percent, "%"), (Value::Duration, "dur"), (Value::Size, "size")];
        if self.reads("g", texts) && !texts.iter().any(|text| is_padded(text) || is_long_integer(text)) {
            return Some(Type::new(Value::Float, "g"));
        }
        let found = others.into_iter().find(|(_, spec)| self.reads(spec, texts));
        found
            .map(|(value, spec)| Type::new(value, spec))
            .map(|kind| {
                if kind.value == Value::Duration && is_each(&|text| text.ends_with('M')) {
                    // Minutes are written small, and megabytes large.
                    Type::new(Value::Size, "size")
                } else {
                    kind
                }
            })
            .filter(|kind| {
                kind.value != Value::Size || texts.iter().any(|text| !text.ends_with(|c: char| c.is_ascii_digit()))
            })
            .or_else(|| self.of_times(texts))
    }
}

/// Whether a number has zeros in front, which are lost where it is a number: it is rather a name.
fn is_padded(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']).as_bytes();
    matches!(digits, [b'0', b'0'..=b'9', ..])
}

/// Whether a number is an integer that 64 bits do not hold: a float would be another number, and so it is rather a name, too.
fn is_long_integer(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']);
    digits.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<i64>().is_err()
}

/// Whether numbers are plausible as Unix time: of one unit, from 2001 to 2100, and no more than ten years apart.
fn is_unix_time(texts: &[&str]) -> bool {
    let seconds = texts.iter().map(|text| {
        let whole = text.split('.').next().unwrap_or_default();
        let has_unit = matches!(whole.len(), 10 | 13 | 16 | 19) && whole.bytes().all(|byte| byte.is_ascii_digit());
        has_unit.then(|| whole[..10].parse::<u64>().ok().map(|seconds| (whole.len(), seconds))).flatten()
    });
    let Some(seconds) = seconds.collect::<Option<Vec<_>>>() else { return false };
    let (least, greatest) = (seconds.iter().min(), seconds.iter().max());
    let (Some(&(digits, first)), Some(&(most_digits, last))) = (least, greatest) else { return false };
    digits == most_digits && first >= 1_000_000_000 && last < 4_102_444_800 && last - first <= 10 * 366 * 86_400
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_has_the_type_that_reads_all_of_it_and_is_plausible() {
        let types = Types::default();
        for (texts, expected) in [
            (&["INFO", "warn"][..], "w"),
            (&["true", "False"], "bool"),
            (&["1", "-20"], "d"),
            (&["007", "12"], ""),
            (&["1.5", "2"], "g"),
            (&["9223372036854775807", "1.5"], "g"),
            (&["9223372036854775808", "9223372036854775809"], ""),
            (&["1.5", "-12345678901234567890"], ""),
            (&["04:57:12 PM", "12:00:00 AM"], "%I:%M:%S %p"),
            (&["2026-04-06 04:57:12 PM"], "%Y-%m-%d %I:%M:%S %p"),
            (&["17/06/09 20:10:58", "17/06/10 00:00:01"], "%y/%m/%d %H:%M:%S"),
            (&["31/12/25 11:01:14", "01/01/26 11:01:15"], "%d/%m/%y %H:%M:%S"),
            (&["12/31/25 11:01:14", "01/01/26 11:01:15"], "%m/%d/%y %H:%M:%S"),
            (&["10.0.0.1", "::1"], "ip"),
            (&["12%", "1.5%"], "%"),
            (&["5ms", "1.2s"], "dur"),
            (&["512", "10KiB"], "size"),
            (&["5 ms", "161 seconds"], "dur"),
            (&["3 M", "5M"], "size"),
            (&["3 m", "5m"], "dur"),
            (&["1427472655", "1427472656"], "tu"),
            (&["1427472655.25"], "tu"),
            (&["1427472655", "3427472655"], "d"),
            (&["2026-01-02"], "%Y-%m-%d"),
            (&["a", "1"], ""),
            (&[], ""),
        ] {
            assert_eq!(types.of(texts).map_or(String::new(), |kind| kind.spec), expected, "{texts:?}");
        }
    }
}
