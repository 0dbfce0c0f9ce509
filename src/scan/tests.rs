//! Single texts against the regex alone, on generated patterns and texts; and how much is looked at.

use std::ops::Range;

use serde::Deserialize;

use crate::{
    Anchored, CustomType, FindIter, Match, Pattern, Result,
    engine::{
        captures::range,
        program::{
            pieces::{NOISE, TYPES, Type},
            tests::{Random, format, text},
        },
        work,
    },
    extension::{self, ABSENT, Span},
    lanes::share_of,
};

/// What has no program, and goes to the regex.
const MORE_TYPES: &[Type] = &[
    (">6", &["   abc", "abcdef"]),
    (".2", &["a", "ab", "abc"]),
    ("T", &["aab", "b", "abz", "\n"]),
    ("K", &["k", "KISS", "\u{212a}s"]),
];

fn pattern(format: &str, case_sensitive: bool) -> Option<Pattern> {
    let custom = |pattern: &str| CustomType { pattern: Some(pattern.to_owned()), group_count: 0 };
    Pattern::builder(format)
        .case_sensitive(case_sensitive)
        .custom_type("T", custom("a.*z|a*b|\n"))
        .custom_type("K", custom("[ks]+|kiss"))
        .build()
        .ok()
}

/// The whole match, and the span of each field.
type Spans = Vec<Option<Range<usize>>>;

fn spans(found: Result<Option<Match<'_>>>) -> Option<Spans> {
    let found = found.unwrap_or_else(|error| panic!("{error}"))?;
    let fields = (0..found.fields().len()).map(|field| found.span(field));
    Some(std::iter::once(Some(found.range())).chain(fields).collect())
}

/// The same as plain numbers, of ASCII text.
fn plain_spans(pattern: &Pattern, text: &str, start: usize, anchored: Anchored) -> Option<Spans> {
    let mut spans = vec![ABSENT; pattern.fields().len() + 1];
    let found = extension::spans(pattern, text, start, anchored, &mut 0, &mut spans);
    let is_found = found.unwrap_or_else(|error| panic!("{error}"));
    is_found.then(|| spans.into_iter().map(range).collect())
}

/// The same by the regex alone, from the whole text.
fn by_regex(pattern: &Pattern, text: &str, start: usize, anchored: Anchored) -> Option<Spans> {
    let regex = pattern.plan().regex().unwrap_or_else(|| panic!("{pattern:?} has a regex"));
    let found = regex.find(text.as_bytes(), text.is_ascii(), start, anchored);
    Some(found.unwrap_or_else(|error| panic!("{error}"))?.into_iter().map(range).collect())
}

/// Those of each match, one step of at most `count` after the other.
fn each_in_steps(pattern: &Pattern, text: &str, count: usize) -> Vec<Spans> {
    let (row, mut at, mut all) = (pattern.fields().len() + 1, 0, Vec::new());
    loop {
        let (mut spans, mut asked) = (Vec::new(), 0);
        let found = extension::spans_of_each(pattern, text, at, count, &mut spans, |spans| {
            assert_eq!(spans.len(), row);
            asked += 1;
            true
        });
        let may_go_on = found.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((spans.len(), spans.len() == count * row), (asked * row, may_go_on));
        let plain = |spans: &[Span]| spans.iter().copied().map(range).collect();
        all.extend(spans.chunks(row).map(plain));
        if !may_go_on {
            return all;
        }
        at = spans[spans.len() - row].end as usize;
    }
}

fn all_by_regex(pattern: &Pattern, text: &str) -> Vec<Spans> {
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(found) = (at <= text.len()).then(|| by_regex(pattern, text, at, Anchored::No)).flatten() {
        let Range { start, end } = found[0].clone().unwrap_or_default();
        let step = if start == end { text[end..].chars().next().map_or(1, char::len_utf8) } else { 0 };
        at = end + step;
        all.push(found);
    }
    all
}

#[test]
fn whole_text_is_matched_as_by_the_regex_alone() {
    let types: Vec<Type> = TYPES.iter().chain(MORE_TYPES).copied().collect();
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    let (mut matches, mut failures) = (0, 0);
    let mut formats = 0;
    while formats < share_of(1000) {
        let (format, parts) = format(&mut random, &types);
        let Some(pattern) = pattern(&format, random.below(3) == 0) else { continue };
        formats += 1;
        for _ in 0..20 {
            let one = text(&mut random, &parts);
            let mut many = String::new();
            for _ in 0..random.below(4) {
                // Now and then text that is long, and text that is not ASCII.
                many.push_str(&random.one_of(NOISE).repeat(1 + 300 * random.below(2) * random.below(2)));
                many.push_str(if random.below(6) == 0 {
                    random.one_of(&["ſ", "K", "ıİ", "é→", "٣"])
                } else {
                    ""
                });
                many.push_str(&text(&mut random, &parts));
            }
            for text in [&one, &many] {
                let context = || format!("{format:?} on {text:?}");
                let whole = by_regex(&pattern, text, 0, Anchored::Yes);
                assert_eq!(spans(pattern.parse(text)), whole, "parse, {}", context());
                let most = random.below(text.len() + 1);
                let start = (0..=most).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
                let first = by_regex(&pattern, text, start, Anchored::No);
                assert_eq!(spans(pattern.search_at(text, start)), first, "search from {start}, {}", context());
                if text.is_ascii() {
                    for (start, anchored, wanted) in [(0, Anchored::Yes, &whole), (start, Anchored::No, &first)] {
                        let plain = plain_spans(&pattern, text, start, anchored);
                        assert_eq!(plain.as_ref(), wanted.as_ref(), "spans from {start}, {}", context());
                    }
                }
                let all: Vec<_> = pattern.find_iter(text).filter_map(|found| spans(found.map(Some))).collect();
                assert_eq!(all, all_by_regex(&pattern, text), "find_iter, {}", context());
                if text.is_ascii() && !pattern.plan().matches_empty() {
                    let count = 1 + random.below(5);
                    assert_eq!(each_in_steps(&pattern, text, count), all, "{count} at a time, {}", context());
                }
                matches += all.len() + usize::from(whole.is_some());
                failures += usize::from(first.is_none());
            }
        }
    }
    assert!(matches > share_of(20_000) && failures > share_of(5_000), "matches: {matches}, failures: {failures}");
}

#[test]
fn more_fields_than_are_held_inline_are_found_too() {
    for count in [15, 16, 17, 40] {
        let pattern = pattern(&vec!["{:d}"; count].join(","), false).unwrap_or_else(|| panic!("{count}"));
        let text = vec!["17"; count].join(",");
        let expected: Vec<_> =
            std::iter::once(Some(0..text.len())).chain((0..count).map(|at| Some(3 * at..3 * at + 2))).collect();
        assert_eq!(spans(pattern.parse(&text)), Some(expected));
        assert_eq!(pattern.parse(&text).ok().flatten().and_then(|found| found.span(count)), None);
    }
}

#[derive(Deserialize)]
struct Families {
    case: Vec<Family>,
}

/// See `tests/cases/linear.toml`.
#[derive(Deserialize)]
struct Family {
    format: String,
    text: Vec<(String, f64)>,
}

impl Family {
    fn text(&self, length: usize) -> String {
        let parts = self.text.iter();
        parts.map(|(part, share)| part.repeat(((length as f64 * share) as usize / part.len()).max(1))).collect()
    }
}

#[test]
fn twice_the_text_is_looked_at_no_more_than_twice_as_often() {
    type Call = fn(&Pattern, &str) -> usize;
    let calls: [(&str, Call); 3] = [
        ("parse", |pattern, text| usize::from(pattern.parse(text).is_ok_and(|found| found.is_some()))),
        ("search", |pattern, text| usize::from(pattern.search(text).is_ok_and(|found| found.is_some()))),
        ("find_iter", |pattern, text| FindIter::count(pattern.find_iter(text))),
    ];
    let families: Families =
        toml::from_str(include_str!("../../tests/cases/linear.toml")).unwrap_or_else(|e| panic!("{e}"));
    assert!(families.case.len() > 20);
    for family in &families.case {
        let format = &family.format;
        let pattern = pattern(format, false).unwrap_or_else(|| panic!("{format}"));
        for (name, call) in calls {
            let bytes = |length: usize| {
                let text = family.text(length);
                work::take();
                call(&pattern, &text);
                work::take()
            };
            let (once, twice) = (bytes(20_000), bytes(40_000));
            assert!(once < 20 * 20_000, "{name} of {format:?} looks at {once} bytes of 20,000");
            assert!(twice < 2 * once + once / 10 + 1000, "{name} of {format:?}: {once} bytes, then {twice}");
        }
    }
}

#[test]
fn what_a_program_does_not_know_it_is_not_asked_again() {
    // The first x has no match, and the program only knows that there may be one further on.
    let pattern = pattern("x{r}y{r}z", false).unwrap_or_else(|| panic!("a good format"));
    let bytes = |count: usize| {
        let text = "xq xbybz ".repeat(count);
        work::take();
        assert_eq!(pattern.find_iter(&text).count(), count);
        work::take()
    };
    let (once, twice) = (bytes(100), bytes(200));
    assert!(twice < 2 * once + once / 10, "{once} bytes, then {twice}");
}

#[test]
fn a_long_text_is_not_compared_with_its_repetition_at_every_place() {
    let pattern = pattern("{a}x{a}", false).unwrap_or_else(|| panic!("a good format"));
    let bytes = |length: usize| {
        work::take();
        assert!(pattern.parse(&("x".repeat(length) + "y")).is_ok_and(|found| found.is_none()));
        work::take()
    };
    let (once, twice) = (bytes(1000), bytes(2000));
    assert!(twice < 2 * once, "{once} bytes, then {twice}");
}
