//! Programs, walks and single calls beside the regex.

use std::{collections::BTreeMap, ops::Range};

use crate::{
    Anchored, CustomType, Match, Pattern, Result,
    engine::{
        captures::range,
        program::agreement::{Counts, agree, compile_with, walks_agree},
    },
};

/// The program of a format, where it has one, says of each record what the regex says, or is undecided; alone, and in a walk over all of them on every
/// instruction set. `custom` is the expression of the type `P`.
pub fn program_and_regex(format: &str, case_sensitive: bool, custom: &str, records: &[&str]) {
    let custom = BTreeMap::from([("P".to_owned(), of_expression(custom))]);
    let Some(compiled) = compile_with(format, case_sensitive, custom) else { return };
    let mut counts = Counts::default();
    let (program, fields) = (&compiled.program, compiled.fields);
    let ways = if program.can_search() { &[Anchored::Yes, Anchored::No][..] } else { &[Anchored::Yes] };
    let texts: Vec<String> =
        records.iter().filter(|text| !compiled.has_quit(text)).map(|&text| text.to_owned()).collect();
    for &anchored in ways {
        texts.iter().for_each(|text| agree(&compiled, text, anchored, &mut counts));
        for after in ["\n", ""] {
            walks_agree(program, fields, &texts, anchored, after);
        }
    }
}

/// `parse`, `search` and `find_iter` give the matches of the regex alone, span by span.
pub fn single_and_regex(format: &str, case_sensitive: bool, custom: &str, text: &str) {
    let builder = Pattern::builder(format).case_sensitive(case_sensitive).custom_type("P", of_expression(custom));
    let Ok(pattern) = builder.build() else { return };
    // The regex has no groups for keys.
    if pattern.fields().len() != pattern.plan().fields() {
        return;
    }
    // Where it backtracks too much, both say so, but need not both come to the limit.
    let Ok(whole) = by_regex(&pattern, text, 0, Anchored::Yes) else { return };
    let Ok(parsed) = pattern.parse(text) else { return };
    assert_eq!(spans(parsed), whole, "parse, {format:?} on {text:?}");
    let Ok(first) = by_regex(&pattern, text, 0, Anchored::No) else { return };
    let Ok(found) = pattern.search(text) else { return };
    assert_eq!(spans(found), first, "search, {format:?} on {text:?}");
    let Ok(wanted) = all_by_regex(&pattern, text) else { return };
    let Ok(all) = pattern.find_iter(text).collect::<Result<Vec<_>>>() else { return };
    let all: Vec<_> = all.into_iter().filter_map(|found| spans(Some(found))).collect();
    assert_eq!(all, wanted, "find_iter, {format:?} on {text:?}");
}

fn of_expression(expression: &str) -> CustomType {
    CustomType { pattern: Some(expression.to_owned()), group_count: 0 }
}

/// The whole match, and the span of each field.
type Spans = Vec<Option<Range<usize>>>;

fn spans(found: Option<Match<'_>>) -> Option<Spans> {
    let found = found?;
    let fields = (0..found.fields().len()).map(|field| found.span(field));
    Some(std::iter::once(Some(found.range())).chain(fields).collect())
}

fn by_regex(pattern: &Pattern, text: &str, start: usize, anchored: Anchored) -> Result<Option<Spans>> {
    let regex = pattern.plan().regex().unwrap_or_else(|| panic!("{pattern:?} has a regex"));
    let found = regex.find(text.as_bytes(), text.is_ascii(), start, anchored)?;
    Ok(found.map(|spans| spans.into_iter().map(range).collect()))
}

fn all_by_regex(pattern: &Pattern, text: &str) -> Result<Vec<Spans>> {
    let (mut all, mut at) = (Vec::new(), 0);
    while at <= text.len() {
        let Some(found) = by_regex(pattern, text, at, Anchored::No)? else { break };
        let Range { start, end } = found[0].clone().unwrap_or_default();
        let step = if start == end { text[end..].chars().next().map_or(1, char::len_utf8) } else { 0 };
        at = end + step;
        all.push(found);
    }
    Ok(all)
}
