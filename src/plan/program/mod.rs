//! Programs: patterns that need no regular expression.
//!
//! Most patterns are literals with fields between them. Such a pattern is a chain of *segments* with a *lazy* field (`{}`, which is
//! `.+?`) between each and the next:
//!
//! ```text
//!   {ip} - - [{ts:th}] "{req}" {status:d} {bytes:d} "{ref}" "{ua}"
//!   lazy └─────┬──────┘ lazy └──────────┬──────────┘ lazy └┬┘ lazy │
//!            segment                 segment            segment  segment
//! ```
//!
//! A segment is a run of literals, greedy classes (`w`, `d`, …) and fixed layouts in which each part has **one way to match** from a
//! given place, and an end that never moves back when the place moves on. Then matching needs no going back:
//!
//! * A lazy field takes the text up to the earliest place, at least one character on, where the next segment matches. Were there a match with
//!   the segment at a later place, there would be one with it at the earliest too: it ends no later, and the lazy field behind it
//!   can take what lies between. And the regular expression prefers the earliest, since its field is lazy. So the earliest need never be undone.
//! * Where the pattern must end with the text, the last segment is the exception: no lazy field follows that could take the rest. The earliest
//!   place *from which it reaches the end* is taken.
//!
//! A part has one way to match when what follows it cannot begin with a character that it could have taken itself: the digits of `d` in front
//! of a blank, but not in front of a `7`. Where the literal behind a class begins with bytes of that class and then has one that ends any run
//! of it, as in `{:S}: `, the literal has one place too: the run is taken but for these bytes. The compiler checks that, with the sets of
//! bytes in [`compile`]. A part with a lazy field right behind it has more than one way, but prefers the longest, and so does the program: a match is the match, but a failure is not certain.
//!
//! Widths and padding keep to that:
//!
//! * A lazy field of at least so many characters is a lazy field: behind the earliest place it may still take what lies between.
//! * One of at most so many may not, so a failure behind an earlier lazy field is not certain any more.
//! * One that no literal ends is tried with its least width, which the regular expression prefers; if anything fails behind it, that is not certain.
//! * Padding is taken as far as it goes. It has one way to match unless what follows may begin with it. In front of a number, which may
//!   begin with a blank itself, it still has: what is a number behind fewer blanks is one behind all of them. Padding in front of a literal that
//!   begins with its byte changes places with these bytes, which matches the same texts.
//! * A number with a width takes as many digits as it may. Where what follows may begin with a digit, a failure is not certain.
//!
//! An answer that is not certain is [`Outcome::Undecided`], and the regular expression is asked.
//!
//! A program looks at bytes. In text that is UTF-8 a literal can only stand where a character begins, and a lazy field may take any
//! characters, so most that are not ASCII are as good as any other byte to it. Those that are not are [`Foreign`](super::foreign::Foreign),
//! and the regular expression is asked about a record that has one. To a field with a width all are.
//!
//! Time is linear: the literal that a segment begins with has a byte that none of the segment's classes has, so it cannot stand inside of what
//! a class has looked at, and no text is looked at more often than the segment has parts. Where a pattern begins with a class or a number, a
//! search tries each run of it once, and the other classes of the segment have no bytes that it has not: their runs are parts of such runs.

mod compile;
mod explain;
mod moments;
mod steps;
mod table;
#[cfg(test)]
pub(crate) mod tests;
mod walk;

use std::ops::Range;

use parsimd_simd::Literal;

pub(crate) use explain::quote;
pub(crate) use steps::Reading;
use steps::{Bytes, Step, StepOutcome, find, stands};
pub(crate) use table::{Row, Table};
pub(crate) use walk::{Stop, Walk};

/// What a program does, one after the other. A segment begins with `Begin`, `Seek` or `End`, and goes on with parts.
#[derive(Debug)]
enum Op {
    /// The literal that the pattern begins with: a search looks for it.
    Begin(Literal),
    /// The part that the pattern begins with, where that is a class or number: a search tries it wherever one of the bytes `first` stands.
    First { step: Step, first: Bytes },
    /// A lazy field, up to the earliest place of a literal.
    Seek { lazy: Lazy, literal: Literal },
    /// A lazy field in front of the literal that the pattern ends with.
    End { lazy: Lazy, literal: Literal },
    /// A lazy field that the pattern ends with.
    Rest { lazy: Lazy },
    /// A part of a segment.
    Part(Step),
    /// A part, and the literal that tells where it ends.
    Until(Step, Literal),
    /// Something before this might have taken less. If that is `lasting` it is no matter in this segment.
    Soft { lasting: bool },
}

/// A lazy field, and how many bytes it may have: characters, since one with a width is given ASCII only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lazy {
    field: usize,
    least: usize,
    most: Option<usize>,
}

impl Lazy {
    /// Whether it may be the text from `start` to `end`.
    #[inline(always)]
    fn may_be(self, start: usize, end: usize) -> bool {
        start + self.least <= end && self.most.is_none_or(|most| end - start <= most)
    }

    /// Where it ends if it begins at `at` and takes no more than it must; past the text where that has too little.
    fn least_end(self, text: &[u8], at: usize) -> usize {
        if self.least == 1 && at < text.len() { next(text, at) } else { at + self.least }
    }

    /// What it does with characters that are not ASCII.
    fn reading(self) -> Reading {
        if self.least == 1 && self.most.is_none() { Reading::Exact } else { Reading::Unknown }
    }
}

/// What a program says of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It matches, and the spans are written.
    Match,
    /// It does not match.
    NoMatch,
    /// Ask the regular expression.
    Undecided,
}

/// As [`Outcome`], with the place. Each has one number, so that an answer is given back in registers: the next search waits for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It matches here, and the spans are written.
    Match(Place),
    NoMatch,
    /// Ask the regular expression; the text was looked at up to here, about.
    Undecided(usize),
}

/// Where a match begins and ends, as one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place(u64);

impl Place {
    /// Places in a text are 32 bits wide.
    fn new(begin: usize, end: usize) -> Place {
        Place((begin as u64) << 32 | end as u64)
    }

    pub(crate) fn range(self) -> Range<usize> {
        (self.0 >> 32) as usize..self.0 as u32 as usize
    }
}

impl Answer {
    fn outcome(&self) -> Outcome {
        match self {
            Answer::Match(_) => Outcome::Match,
            Answer::NoMatch => Outcome::NoMatch,
            Answer::Undecided(_) => Outcome::Undecided,
        }
    }
}

/// Where the character behind the one at `at` begins.
fn next(text: &[u8], at: usize) -> usize {
    (at + 1..text.len()).find(|&at| text[at] & 0xc0 != 0x80).unwrap_or(text.len())
}

/// A pattern that needs no regular expression. See the module.
#[derive(Debug)]
pub(crate) struct Program {
    ops: Vec<Op>,
    /// Names that stand twice. With one, a failure is never certain: the first might have taken more.
    has_repeats: bool,
    /// Whether the program begins with a literal or a part that may be searched for, or with a lazy field.
    can_search: bool,
    /// The literal to search a block by, when there is one that every match has.
    anchor: Option<Literal>,
}

/// Where a search stands that may have to go on.
#[derive(Clone, Copy)]
struct Search {
    /// Its operation.
    op: usize,
    /// Where its field begins.
    field_start: usize,
    /// Where its literal was found, or behind which byte it goes on.
    found: usize,
}

/// How far a text was matched.
#[derive(Clone, Copy)]
struct State {
    /// The next operation.
    pc: usize,
    /// Where the match begins: at the literal that the pattern begins with, or where the search does.
    begin: usize,
    /// Where the operation begins.
    at: usize,
    /// The last search.
    search: Option<Search>,
    /// True once something might have taken less than it did: from then on a failure is not certain.
    is_soft: bool,
    /// True while what follows is what might need that.
    is_soft_here: bool,
}

impl Op {
    /// Its lazy field, if it has one.
    #[inline(always)]
    fn lazy(&self) -> Option<Lazy> {
        match self {
            Op::Seek { lazy, .. } | Op::End { lazy, .. } | Op::Rest { lazy } => Some(*lazy),
            _ => None,
        }
    }
}

impl Program {
    /// The literal that a block may be searched by: every match has it.
    pub(crate) fn anchor(&self) -> Option<&Literal> {
        self.anchor.as_ref()
    }

    /// Whether the program also finds the first match in a text, as a search does: it must know where to begin.
    pub(crate) fn can_search(&self) -> bool {
        self.can_search
    }

    /// What it does with characters that are not ASCII where field `number` is.
    pub(super) fn reading(&self, number: usize) -> Reading {
        let readings = self.ops.iter().filter_map(|op| match op {
            Op::Part(step) | Op::Until(step, _) | Op::First { step, .. } => Some((step.field()?, step.reading())),
            Op::Seek { lazy, .. } | Op::End { lazy, .. } | Op::Rest { lazy } => Some((lazy.field, lazy.reading())),
            Op::Begin(_) | Op::Soft { .. } => None,
        });
        readings
            .filter(|(field, _)| *field == number)
            .map(|(_, reading)| reading)
            .next_back()
            .unwrap_or(Reading::Unknown)
    }

    /// Matches the record that begins at `start` of `text` and ends with it: the whole of it, or its first match. Writes
    /// the span of each field in `text`. The record must be UTF-8 and have no [`Foreign`](super::foreign::Foreign) characters.
    ///
    /// After anything but [`Outcome::Match`] the spans are of no meaning.
    pub(crate) fn run(&self, text: &[u8], start: usize, full: bool, row: &mut Row<'_>) -> Outcome {
        self.find(text, start, full, row).outcome()
    }

    /// As [`run`](Self::run), and says where the match is.
    pub(crate) fn find(&self, text: &[u8], start: usize, full: bool, row: &mut Row<'_>) -> Answer {
        self.go_on(text, start, None, full, row)
    }

    /// Where each text begins.
    #[inline(always)]
    fn state(&self, start: usize) -> State {
        State { pc: 0, begin: start, at: start, search: None, is_soft: self.has_repeats, is_soft_here: false }
    }

    /// As [`find`](Self::find), or from where it has `stopped`: only then there is a state that must be read from memory.
    fn go_on(&self, text: &[u8], start: usize, stopped: Option<&State>, full: bool, row: &mut Row<'_>) -> Answer {
        // A literal was looked for up to the end of the text.
        let fail = |is_soft: bool| if is_soft { Answer::Undecided(text.len()) } else { Answer::NoMatch };
        let State { mut pc, mut begin, mut at, mut search, mut is_soft, mut is_soft_here } =
            stopped.copied().unwrap_or_else(|| self.state(start));
        loop {
            let Some(op) = self.ops.get(pc) else {
                if !full || at == text.len() {
                    return Answer::Match(Place::new(begin, at));
                }
                if is_soft_here {
                    return Answer::Undecided(at);
                }
                // The last segment must reach the end: a later place for it may.
                match self.again(&mut search, &mut begin, text, row) {
                    Some((next, end)) => (pc, at) = (next, end),
                    None => return fail(is_soft),
                }
                continue;
            };
            let step = match op {
                Op::Part(step) => step.run(text, at, row),
                Op::Until(step, literal) => match step.run(text, at, row) {
                    StepOutcome::At(end) => stands(literal, text, end),
                    other => other,
                },
                Op::Begin(literal) if full => stands(literal, text, at),
                Op::First { step, .. } if full => step.run(text, at, row),
                Op::First { step, first } => match step.find(first, text, at, row) {
                    Some((found, StepOutcome::At(end))) => {
                        // From inside of a run it would go on from the same end, but for a base prefix that the last digit may begin.
                        search = Some(Search { op: pc, field_start: found, found: found.max(end.saturating_sub(2)) });
                        is_soft_here = false;
                        begin = found;
                        StepOutcome::At(end)
                    }
                    Some((found, _)) => return Answer::Undecided(found),
                    None => return fail(is_soft),
                },
                Op::Begin(literal) | Op::Seek { literal, .. } => {
                    let lazy = op.lazy();
                    let from = at + lazy.map_or(0, |lazy| lazy.least);
                    match find(literal, text, from).filter(|&found| lazy.is_none_or(|lazy| lazy.may_be(at, found))) {
                        Some(found) => {
                            search = Some(Search { op: pc, field_start: at, found });
                            is_soft_here = false;
                            match op {
                                Op::Seek { lazy, .. } => row.set(lazy.field, at, found),
                                _ => begin = found,
                            }
                            StepOutcome::At(found + literal.len())
                        }
                        // Earlier places of the segment before would not help: this one would have to be found even later.
                        None => return fail(is_soft),
                    }
                }
                Op::End { lazy, literal } if full => {
                    // A literal that must end the text stands at one place only.
                    match text
                        .len()
                        .checked_sub(literal.len())
                        .filter(|&found| lazy.may_be(at, found) && literal.stands_at(text, found))
                    {
                        Some(found) => {
                            row.set(lazy.field, at, found);
                            StepOutcome::At(text.len())
                        }
                        None => return fail(is_soft),
                    }
                }
                Op::End { lazy, literal } => {
                    match find(literal, text, at + lazy.least).filter(|&found| lazy.may_be(at, found)) {
                        Some(found) => {
                            row.set(lazy.field, at, found);
                            StepOutcome::At(found + literal.len())
                        }
                        None => return fail(is_soft),
                    }
                }
                Op::Rest { lazy } => {
                    let end = if full { text.len() } else { lazy.least_end(text, at) };
                    if end > text.len() || !lazy.may_be(at, end) {
                        return fail(is_soft);
                    }
                    row.set(lazy.field, at, end);
                    StepOutcome::At(end)
                }
                Op::Soft { lasting } => {
                    is_soft = true;
                    is_soft_here |= !lasting;
                    StepOutcome::At(at)
                }
            };
            match step {
                StepOutcome::At(end) => {
                    at = end;
                    pc += 1;
                }
                StepOutcome::Undecided => return Answer::Undecided(at),
                StepOutcome::No if is_soft_here => return Answer::Undecided(at),
                StepOutcome::No => match self.again(&mut search, &mut begin, text, row) {
                    Some((next, end)) => (pc, at) = (next, end),
                    None => return fail(is_soft),
                },
            }
        }
    }

    /// Takes up the last search behind the place where it found its literal: where to go on, and from which byte.
    #[cold]
    fn again(
        &self,
        search: &mut Option<Search>,
        begin: &mut usize,
        text: &[u8],
        row: &mut Row<'_>,
    ) -> Option<(usize, usize)> {
        let Search { op, field_start, found } = (*search)?;
        if matches!(self.ops[op], Op::First { .. }) {
            return Some((op, found + 1));
        }
        let (Op::Begin(literal) | Op::Seek { literal, .. }) = &self.ops[op] else { return None };
        let found = find(literal, text, found + 1)?;
        // A later place is no better where this one is too far.
        let found = self.ops[op].lazy().is_none_or(|lazy| lazy.may_be(field_start, found)).then_some(found)?;
        *search = Some(Search { op, field_start, found });
        match &self.ops[op] {
            Op::Seek { lazy, .. } => row.set(lazy.field, field_start, found),
            _ => *begin = found,
        }
        Some((op + 1, found + literal.len()))
    }
}
