//! Candidates: the ready patterns and those written from the lines, each judged by a scan of the sample, the best first.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    align::{Row, Tools, align},
    answer::{Guess, GuessedPattern},
    elements::{Element, Field},
    judge::Judge,
    kinds, names,
    rank::{Rank, Tier, is_plausible},
    sample::Sample,
    table,
    texts::Texts,
    times::Times,
    types::{Type, Types, Value},
};
use crate::{
    api::Pattern,
    error::Result,
    formats::{READY, Ready},
    limits,
};

/// How many kinds of lines a single pattern is written for.
const WRITTEN: usize = 3;
/// How many lines a written pattern may leave out, in thousandths.
const LEFT_OUT: [usize; 2] = [5, 50];

/// A pattern, and what it reads.
#[derive(Debug)]
pub(super) struct Candidate {
    pattern: Pattern,
    ready: Option<&'static Ready>,
    multiline: bool,
    notes: Vec<String>,
    judge: Judge,
    rank: Rank,
}

impl Candidate {
    /// Whether a set may be the better guess.
    pub(super) fn is_poor(&self, sample: &Sample) -> bool {
        self.rank.tier != Tier::Typed || 100 * self.judge.matched < 99 * sample.len() as u64
    }

    pub(super) fn guess(self, sample: &Sample) -> Result<Guess> {
        let lacks_year = self.judge.lacks_year(sample, &self.pattern, self.multiline)?;
        let (multiline, matched, notes) = (self.multiline, self.judge.matched, self.notes.clone());
        let patterns = vec![self.named("pattern")];
        Ok(Guess { patterns, multiline, lacks_year, lines: sample.len() as u64, matched, notes })
    }

    fn named(self, name: &str) -> GuessedPattern {
        GuessedPattern {
            name: self.ready.map_or(name, |ready| ready.name).to_owned(),
            ready: self.ready,
            pattern: self.pattern.format().to_owned(),
            matched: self.judge.matched,
            rows: self.judge.first_rows(),
        }
    }
}

/// What writes and judges.
pub(super) struct Proposer {
    ready: Vec<(&'static Ready, Texts)>,
    /// Those of the ready patterns that were needed, by name.
    compiled: RefCell<BTreeMap<&'static str, Pattern>>,
    tools: Tools,
}

/// A pattern that was written, and what is to be known of it.
type Written = (String, Vec<String>);

impl Proposer {
    pub(super) fn new() -> Result<Proposer> {
        let ready = READY.iter().map(|ready| Ok((ready, Texts::new(ready.pattern)?))).collect::<Result<_>>()?;
        let tools = Tools { types: Types::default(), times: Times::new()? };
        Ok(Proposer { ready, compiled: RefCell::default(), tools })
    }

    /// A ready pattern, which is compiled once.
    fn pattern(&self, ready: &'static Ready) -> Result<Pattern> {
        let mut compiled = self.compiled.borrow_mut();
        if let Some(pattern) = compiled.get(ready.name) {
            return Ok(pattern.clone());
        }
        let pattern = Pattern::new(ready.pattern)?;
        compiled.insert(ready.name, pattern.clone());
        Ok(pattern)
    }

    /// The candidates for a single pattern, the best first.
    pub(super) fn propose(&self, sample: &Sample) -> Result<Vec<Candidate>> {
        let mut candidates = self.lines(sample)?;
        let mut records = Vec::new();
        for one in
            candidates.iter().filter(|one| one.rank.tier != Tier::Message && one.judge.matched < sample.len() as u64)
        {
            if !kinds::are_continued(sample, &one.judge.is_read) {
                continue;
            }
            match Judge::new(sample, &one.pattern, true) {
                // Such a pattern cannot tell where a record begins.
                Err(error) if error.is_options() => {}
                judge => {
                    let judge = judge?;
                    if judge.matched > one.judge.matched {
                        records.push(candidate(sample, one.pattern.clone(), one.ready, true, one.notes.clone(), judge));
                    }
                }
            }
        }
        let is_better = |one: &Candidate| records.iter().any(|record| record.pattern.format() == one.pattern.format());
        candidates.retain(|one| !is_better(one));
        candidates.append(&mut records);
        candidates.retain(|one| one.rank.tier < Tier::None);
        candidates.sort_by(|a, b| a.rank.cmp(&b.rank));
        Ok(candidates)
    }

    /// The candidates whose records are lines.
    fn lines(&self, sample: &Sample) -> Result<Vec<Candidate>> {
        let mut candidates = Vec::new();
        for (ready, texts) in &self.ready {
            // What reads no line is no guess.
            if !sample.lines().any(|line| texts.are_in(line)) {
                continue;
            }
            let pattern = self.pattern(ready)?;
            let judge = Judge::new(sample, &pattern, false)?;
            if is_plausible(&judge) {
                candidates.push(candidate(sample, pattern, Some(ready), false, Vec::new(), judge));
            }
        }
        let mut seen: BTreeSet<String> = READY.iter().map(|ready| ready.pattern.to_owned()).collect();
        for (text, notes) in self.written(sample) {
            if !seen.insert(text.clone()) {
                continue;
            }
            // What is written is a pattern, unless two names of the lines' own cannot be told apart.
            let Ok(pattern) = Pattern::new(&text) else { continue };
            let judge = Judge::new(sample, &pattern, false)?;
            // Of two that read the same lines the first says it shorter.
            let is_longer = |last: &Candidate| text == last.pattern.format().replace("{message}", "{message:|}");
            let is_new = candidates.last().is_none_or(|last| !is_longer(last) || last.judge.matched < judge.matched);
            if is_new && is_plausible(&judge) {
                candidates.push(candidate(sample, pattern, None, false, notes, judge));
            }
        }
        candidates.sort_by(|a, b| a.rank.cmp(&b.rank));
        Ok(candidates)
    }

    /// Patterns for all lines, for those of the most frequent kinds, and for a table; at last the one that reads anything.
    fn written(&self, sample: &Sample) -> Vec<Written> {
        let lines: Vec<&str> =
            (0..sample.len()).filter_map(|at| sample.line(at)).filter(|line| !line.trim().is_empty()).collect();
        let rows: Vec<Row<'_>> = lines.iter().map(|line| Row::new(line, &self.tools)).collect();
        let mut written = Vec::new();
        let all: Vec<usize> = (0..rows.len()).collect();
        let kinds = kinds::kinds(&rows);
        for kind in std::iter::once(&all).chain(kinds.iter().take(WRITTEN)) {
            for thousandths in LEFT_OUT {
                let rows: Vec<Row<'_>> = kind.iter().map(|&at| rows[at].clone()).collect();
                let most_left_out = rows.len() * thousandths / 1000;
                let found = align(rows, most_left_out, &self.tools);
                let notes = notes_of(&found.elements);
                if found.elements.is_empty() {
                    continue;
                }
                if found.is_whole {
                    written.push((names::write(&found.elements, None), notes));
                } else {
                    written.push((names::write(&found.elements, Some("")), notes.clone()));
                    written.push((names::write(&found.elements, Some(":|")), notes));
                }
            }
        }
        if let Some(table) = table::find(&lines, &self.tools.types) {
            let notes = table.notes.into_iter().chain(notes_of(&table.elements)).collect();
            written.push((names::write(&table.elements, (!table.is_whole).then_some("")), notes));
        }
        let nothing = "nothing was found in these lines that all of them have: each is one text".to_owned();
        written.push((names::write(&[], Some("")), vec![nothing]));
        written
    }

    /// Patterns that together read what no single one does, if there are such.
    pub(super) fn set(&self, sample: &Sample, singles: &[Candidate]) -> Result<Option<Guess>> {
        let mut left: Vec<usize> = (0..sample.len()).collect();
        let (mut patterns, mut matched, mut notes, mut lacks_year) = (Vec::new(), 0, BTreeSet::new(), false);
        while patterns.len() < limits::GUESS_KINDS && !left.is_empty() {
            let rest = sample.select(left.iter().copied());
            let least = (sample.len() as u64 / 100).max(2);
            let is_kind =
                |one: &Candidate| matches!(one.rank.tier, Tier::Typed | Tier::Few) && one.judge.matched >= least;
            let Some(kind) = self.lines(&rest)?.into_iter().find(is_kind) else { break };
            lacks_year |= kind.judge.lacks_year(&rest, &kind.pattern, false)?;
            matched += kind.judge.matched;
            let taken = Judge::taken(&rest, &kind.pattern)?;
            left = left.iter().zip(taken).filter(|(_, is_taken)| !*is_taken).map(|(&at, _)| at).collect();
            notes.extend(kind.notes.iter().cloned());
            let kind = kind.named(&format!("kind{}", patterns.len() + 1));
            patterns.push(kind);
        }
        let single = singles.iter().filter(|one| one.rank.tier == Tier::Typed).map(|one| one.judge.matched).max();
        let is_whole = 100 * matched >= 99 * sample.len() as u64;
        let is_better = single.is_none_or(|single| 20 * matched >= 20 * single + sample.len() as u64);
        if patterns.len() < 2 || single.is_some_and(|single| single >= matched) || !(is_whole || is_better) {
            return Ok(None);
        }
        let notes = notes.into_iter().collect();
        Ok(Some(Guess { patterns, multiline: false, lacks_year, lines: sample.len() as u64, matched, notes }))
    }
}

fn candidate(
    sample: &Sample,
    pattern: Pattern,
    ready: Option<&'static Ready>,
    multiline: bool,
    notes: Vec<String>,
    judge: Judge,
) -> Candidate {
    let rank = Rank::new(pattern.format(), &judge, sample.len(), ready.is_some());
    Candidate { pattern, ready, multiline, notes, judge, rank }
}

/// What is to be known of the fields.
fn notes_of(elements: &[Element]) -> Vec<String> {
    let mut notes = Vec::new();
    for element in elements {
        if let Element::Field(Field {
            kind: Type { value: Value::Time | Value::Date, spec, other: Some(other), .. },
            ..
        }) = element
        {
            notes.push(format!("no day tells whether times are {spec:?} or {other:?}; the first is taken"));
        }
        if let Element::Optional(inside) = element {
            notes.append(&mut notes_of(inside));
        }
    }
    notes
}
