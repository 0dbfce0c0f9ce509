//! Why records could not be read, in groups.
//!
//! A scan keeps the first records that could not be read, and explains them when it is asked: a reason costs several searches, and most scans are
//! never asked. Which records these are depends on the input alone, so the reasons are the same for each number of threads and size of blocks.
//!
//! # Limits
//! What does not match as a whole only has a place where the pattern stops. So a record is "does not match the pattern" and no more where the
//! pattern is to match anywhere in it, where it is not UTF-8, and where it is longer than [`limits::EXPLAINED_BYTES`].

use std::{cmp::Reverse, collections::HashMap, fmt, sync::Arc};

use super::unread::{Explains, Unmatched, Unread, Why};
use crate::{
    error::Result,
    failure::{Failure, FailureKind},
    limits,
};

/// A reason why records could not be read, and how many have it: see [`Scan::reasons`](crate::Scan::reasons).
///
/// Its `Display` is one line: `2,011 lines: expected " - - [" after {ip}, found " - bob ["`, with "about" before an estimate,
/// and "or more" after one of a single line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reason {
    /// How many records have it.
    pub count: u64,
    /// Whether the count is an estimate: not all records that could not be read were kept, and those that were stand for the others.
    pub is_estimate: bool,
    /// The first record that has it; its [`reason`](Failure::reason) says what the pattern expected, where that can be said. `None` for the rest, which
    /// have other reasons than those before.
    pub example: Option<Failure>,
    /// Where in that record the pattern expected something else, in bytes from its beginning; `None` unless that can be said.
    pub position: Option<usize>,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.lines())?;
        match &self.example {
            Some(example) => example.fmt(f),
            None => f.write_str("other reasons"),
        }
    }
}

impl Reason {
    /// How many lines have it: `about 2,011 lines`.
    pub(crate) fn lines(&self) -> String {
        match (self.count, self.is_estimate) {
            (1, false) => "1 line".to_owned(),
            // One was seen.
            (1, true) => "1 line or more".to_owned(),
            (count, false) => format!("{} lines", grouped(count)),
            (count, true) => format!("about {} lines", grouped(count)),
        }
    }
}

/// A number with a comma after every three digits.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What is told apart in records that do not match, beside the pattern and what it expected after which field.
#[derive(Debug, Clone, Copy)]
pub(super) enum By {
    /// The shape of what stood there.
    Found,
    /// Nothing.
    #[cfg(feature = "cli")]
    Expected,
}

/// Records that have one reason, with what stood where the pattern expected something else.
#[derive(Debug)]
#[cfg_attr(not(feature = "cli"), allow(dead_code))]
pub(crate) struct ReasonGroup {
    pub(crate) reason: Reason,
    /// What was expected, after which field, and by which of several patterns; `None` unless that can be said.
    pub(crate) expected: Option<String>,
    /// What stood there, nothing at the end, and in how many records: the most frequent first, and of two that are as frequent the earlier. Like the count of the
    /// reason these are estimates.
    pub(crate) found: Vec<(String, u64)>,
    /// Its first record, whole.
    pub(crate) example: Option<Unmatched>,
}

/// What records of one group have in common.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key {
    /// What was expected, and the shape of what was found.
    Mismatch(String, Option<String>),
    /// The kind, the field and the reason without what is of one record in it.
    Failure(FailureKind, Option<String>, String),
}

/// Records that were kept and have one reason.
#[derive(Debug)]
struct Group {
    /// The first.
    example: Failure,
    unmatched: Option<Unmatched>,
    position: Option<usize>,
    expected: Option<String>,
    /// How many have it.
    count: u64,
    /// What was found: in how many of them, and how many other texts were found before it.
    found: HashMap<String, (u64, usize)>,
}

impl Group {
    /// That of a record, without the record's count.
    fn new(unread: &Unread, task: &Arc<dyn Explains>, why: Option<&Why>) -> Group {
        let mut example = unread.failure().clone();
        if let Some(why) = why {
            example.reason = why.to_string();
        }
        Group {
            example,
            unmatched: unread.unmatched(task),
            position: why.map(|why| why.mismatch.offset),
            expected: why.map(Why::expected),
            count: 0,
            found: HashMap::new(),
        }
    }

    /// Counts a record, in which this was found.
    fn add(&mut self, found: Option<String>) {
        self.count += 1;
        if let Some(found) = found {
            let others = self.found.len();
            self.found.entry(found).or_insert((0, others)).0 += 1;
        }
    }

    /// As a reason that so many records have.
    fn counted(self, count: u64, is_estimate: bool) -> ReasonGroup {
        let mut found: Vec<_> = self.found.into_iter().collect();
        found.sort_by_key(|(_, (count, others))| (Reverse(*count), *others));
        let found = found.into_iter().map(|(text, (of, _))| (text, scaled(of, count, self.count))).collect();
        let reason = Reason { count, is_estimate, example: Some(self.example), position: self.position };
        ReasonGroup { reason, expected: self.expected, found, example: self.unmatched }
    }
}

/// A text in which each run of letters is one letter, and each run of digits one digit.
fn shape(text: &str) -> String {
    let mut shape = String::new();
    for c in text.chars() {
        let c = if c.is_alphabetic() {
            'a'
        } else if c.is_numeric() {
            '0'
        } else {
            c
        };
        if !(matches!(c, 'a' | '0') && shape.ends_with(c)) {
            shape.push(c);
        }
    }
    shape
}

/// A reason without what is of one record in it: the texts in quotes, and the words that have a digit.
fn without_values(reason: &str) -> String {
    let (mut kept, mut is_quoted, mut is_escaped) = (String::new(), false, false);
    for c in reason.chars() {
        let ends = c == '"' && !is_escaped;
        if !is_quoted || ends {
            kept.push(c);
        }
        is_quoted ^= ends;
        is_escaped = is_quoted && c == '\\' && !is_escaped;
    }
    let word = |word| if str::contains(word, char::is_numeric) { "0" } else { word };
    kept.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// The reasons of a scan that kept these records, of as many that do not match, and as many that failed.
///
/// # Errors
/// As [`Task::why`](super::task::Task::why).
pub(super) fn group(task: &Arc<dyn Explains>, unread: &[Unread], totals: [u64; 2], by: By) -> Result<Vec<ReasonGroup>> {
    let mut explainers = task.explainers();
    let (mut places, mut groups) = (HashMap::new(), Vec::<Group>::new());
    for one in unread {
        let why = one.why(&**task, &mut explainers)?;
        let at = *places.entry(key(one.failure(), why.as_ref(), by)).or_insert(groups.len());
        if at == groups.len() {
            groups.push(Group::new(one, task, why.as_ref()));
        }
        groups[at].add(why.map(|why| why.mismatch.found));
    }
    Ok(reasons(groups, totals))
}

fn key(failure: &Failure, why: Option<&Why>, by: By) -> Key {
    match (why, by) {
        (None, _) => Key::Failure(failure.kind, failure.field.clone(), without_values(&failure.reason)),
        (Some(why), By::Found) => Key::Mismatch(why.expected(), Some(shape(&why.mismatch.found))),
        #[cfg(feature = "cli")]
        (Some(why), By::Expected) => Key::Mismatch(why.expected(), None),
    }
}

/// The reasons for groups in the order of their first records.
fn reasons(groups: Vec<Group>, totals: [u64; 2]) -> Vec<ReasonGroup> {
    let class = |group: &Group| usize::from(group.example.kind != FailureKind::NoMatch);
    let mut kept = [0; 2];
    groups.iter().for_each(|group| kept[class(group)] += group.count);
    let mut seen = [0; 2];
    let mut all: Vec<ReasonGroup> = groups
        .into_iter()
        .map(|group| {
            let class = class(&group);
            let before = scaled(seen[class], totals[class], kept[class]);
            seen[class] += group.count;
            let count = scaled(seen[class], totals[class], kept[class]) - before;
            group.counted(count, kept[class] < totals[class])
        })
        .collect();
    all.sort_by_key(|group| Reverse(group.reason.count));
    let rest = all.split_off(all.len().min(limits::REASONS_GIVEN));
    // None of the records that were kept stands for these.
    let unknown: u64 = (0..2).filter(|&class| kept[class] == 0).map(|class| totals[class]).sum();
    let count = unknown + rest.iter().map(|group| group.reason.count).sum::<u64>();
    if count > 0 {
        let is_estimate = rest.iter().any(|group| group.reason.is_estimate);
        let reason = Reason { count, is_estimate, example: None, position: None };
        all.push(ReasonGroup { reason, expected: None, found: Vec::new(), example: None });
    }
    all
}

/// How many of `total` records `count` of the `kept` stand for. The sum of such differences is the total.
fn scaled(count: u64, total: u64, kept: u64) -> u64 {
    let scaled = u128::from(count) * u128::from(total) / u128::from(kept.max(1));
    // No more than the total.
    scaled as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_has_one_letter_for_letters_and_one_digit_for_digits() {
        assert_eq!(shape(" - bob ["), shape(" - alice ["));
        assert_eq!(shape("10.0.0.1"), shape("192.168.1.77"));
        assert_ne!(shape("-"), shape("x"));
        assert_ne!(shape("a1"), shape("1a"));
        assert_ne!(shape("--"), shape("-"));
        assert_eq!(shape("é9"), "a0");
    }

    #[test]
    fn what_is_quoted_in_a_reason_and_words_with_digits_are_no_part_of_it() {
        assert_eq!(without_values(r#""12x": no number"#), r#""": no number"#);
        assert_eq!(without_values(r#""a \" b\\": no, "c""#), r#""": no, """#);
        assert_eq!(without_values("ff9 does not fit in 64 bits"), without_values("123 does not fit in 64 bits"));
        assert_ne!(without_values("no day"), without_values("no month"));
    }

    #[test]
    fn a_number_has_a_comma_after_every_three_digits() {
        assert_eq!(
            [0, 12, 999, 1000, 2_011, 1_234_567].map(grouped),
            ["0", "12", "999", "1,000", "2,011", "1,234,567"]
        );
    }

    #[test]
    fn counts_of_a_sample_stand_for_all_and_none_is_lost() {
        let failure = |kind, record| Failure {
            source: String::new(),
            offset: 0,
            line: None,
            record,
            kind,
            field: None,
            reason: String::new(),
            text: String::new(),
        };
        let groups = |counts: &[u64]| -> Vec<Group> {
            let group = |(record, &count)| Group {
                example: failure(FailureKind::NoMatch, record),
                unmatched: None,
                position: None,
                expected: None,
                count,
                found: HashMap::new(),
            };
            (0..).zip(counts).map(group).collect()
        };
        let reasons = |groups, totals| -> Vec<Reason> {
            super::reasons(groups, totals).into_iter().map(|group| group.reason).collect()
        };
        let counts = |reasons: &[Reason]| reasons.iter().map(|reason| reason.count).collect::<Vec<_>>();
        assert_eq!(counts(&reasons(groups(&[1, 3, 1]), [5, 0])), [3, 1, 1]);
        let estimates = reasons(groups(&[1, 3, 3]), [10, 4]);
        assert_eq!(counts(&estimates).iter().sum::<u64>(), 14);
        assert!(estimates[..3].iter().all(|reason| reason.is_estimate && reason.example.is_some()));
        assert_eq!((estimates[3].count, estimates[3].is_estimate, &estimates[3].example), (4, false, &None));
        let many = reasons(groups(&[2; 50]), [100, 0]);
        assert_eq!((many.len(), many.last().map(|reason| reason.count)), (21, Some(60)));
    }
}
