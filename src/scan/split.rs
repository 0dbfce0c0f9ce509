//! A block's records: where each begins and ends, and what kernels find out about them before any is matched.

use parsimd_simd::{LineCount, Literal, Span};

use super::evidence::Evidence;
use crate::{
    engine::program::Program,
    input::{Holes, nuls},
    plan::Plan,
};

/// A record of a block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record {
    /// Where it begins in its block, in bytes.
    pub(crate) start: u32,
    /// Where it ends.
    pub(crate) end: u32,
    /// Its number in the block, from 0.
    pub(crate) number: u64,
}

impl Record {
    pub(crate) fn text(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.start as usize..self.end as usize]
    }
}

/// How the records of a block are told apart.
#[derive(Debug, Clone, Copy)]
pub(super) enum Split<'b> {
    /// By newlines; a `\r` before one is no part of its record.
    Lines,
    /// By where each record ends, and the next begins. `nulls` are the numbers, in order, of those that are no text at all, which have no bytes.
    At { ends: &'b [u32], nulls: &'b [usize] },
}

impl Split<'_> {
    /// Whether a record is no text at all: it does not match, and is no failure either.
    pub(super) fn is_null(self, record: Record) -> bool {
        matches!(self, Split::At { nulls, .. } if nulls.binary_search(&(record.number as usize)).is_ok())
    }

    pub(super) fn has_nulls(self) -> bool {
        matches!(self, Split::At { nulls, .. } if !nulls.is_empty())
    }

    /// The records of a block that has their `ends`. The last may end with the block. The holes before lines are no part of them, and are added to
    /// `holes`, with their places in the block.
    pub(super) fn records(self, bytes: &[u8], ends: &[u32], holes: &mut Holes) -> impl Iterator<Item = Record> {
        let is_lines = matches!(self, Split::Lines);
        let mut next = 0;
        (0..).zip(ends).map(move |(number, &end)| {
            let mut start = next;
            next = end + u32::from(is_lines);
            if !is_lines {
                return Record { start, end, number };
            }
            if bytes.get(start as usize) == Some(&0) {
                start = after_hole(bytes, start, holes);
            }
            Record { start, end: without_return(bytes, start, end), number }
        })
    }
}

/// The first byte from `start` on that is not NUL.
#[cold]
fn after_hole(bytes: &[u8], start: u32, holes: &mut Holes) -> u32 {
    let hole = nuls(&bytes[start as usize..]);
    let end = start + hole as u32;
    holes.add(hole as u64, end.into());
    end
}

/// The end of a line that has a newline at `end`, or ends with the block there, without the `\r` that may stand before the newline.
fn without_return(bytes: &[u8], start: u32, end: u32) -> u32 {
    let has_return = end > start && bytes[end as usize - 1] == b'\r' && (end as usize) < bytes.len();
    end - u32::from(has_return)
}

/// What kernels find in a block before its records are matched. The buffers are reused from block to block, and so is what was learned
/// about the literal anchor: that changes the time, and never the rows.
#[derive(Debug)]
pub(super) struct Prescan {
    /// The ends of the records.
    pub(super) ends: Vec<u32>,
    /// How many newlines the block has, where lines are its records.
    pub(super) newlines: u64,
    /// The places of the literal anchor.
    pub(super) literals: Vec<u32>,
    /// The lines around those places, where only these are looked for.
    lines: Vec<Span>,
    /// The places of the characters of the program's quit set.
    pub(super) quits: Vec<u32>,
    /// False once a block has shown that most records have the literal: the search does not pay then.
    literal_pays: bool,
    /// False once a block has shown that most lines have what a row of the filter needs.
    evidence_pays: bool,
    /// True once a block has shown that fewer than half of the records have the literal: the others need not be told apart then.
    literal_is_rare: bool,
}

/// What is known of a block after its prescan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prescanned {
    pub(super) is_ascii: bool,
    /// Whether each of its records is UTF-8.
    pub(super) is_utf8: bool,
    /// Whether it was searched for the literal.
    pub(super) has_literals: bool,
}

/// The lines of a block that have the literal.
pub(super) struct Candidates {
    /// How many lines the block has.
    pub(super) all: u64,
    pub(super) is_ascii: bool,
}

impl Prescan {
    pub(super) fn new() -> Prescan {
        Prescan {
            ends: Vec::new(),
            newlines: 0,
            literals: Vec::new(),
            lines: Vec::new(),
            quits: Vec::new(),
            literal_pays: true,
            evidence_pays: true,
            literal_is_rare: false,
        }
    }

    /// Finds the ends of the records and, for the program, the characters that make it quit, and its literal where that search pays.
    pub(super) fn run(&mut self, plan: &Plan, bytes: &[u8], split: Split<'_>, program: Option<&Program>) -> Prescanned {
        let kernels = plan.kernels();
        self.ends.clear();
        self.literals.clear();
        let is_ascii = match split {
            Split::At { ends, .. } => {
                self.ends.extend_from_slice(ends);
                bytes.is_ascii()
            }
            Split::Lines => {
                let is_ascii = kernels.newlines(bytes, &mut self.ends);
                self.newlines = self.ends.len() as u64;
                if !bytes.ends_with(b"\n") {
                    self.ends.push(bytes.len() as u32);
                }
                is_ascii
            }
        };
        let is_utf8 = self.find_quits(plan, bytes, is_ascii, program);
        // Records that have no newline between them may have a character in common.
        let cuts = |&end: &u32| bytes.get(end as usize).is_some_and(|byte| byte & 0xc0 == 0x80);
        let is_utf8 = is_utf8 && (is_ascii || !matches!(split, Split::At { ends, .. } if ends.iter().any(cuts)));
        let literal = program.and_then(|_| plan.block_prefilter()).filter(|_| self.literal_pays);
        if let Some(literal) = literal {
            kernels.anchor(bytes, literal, &mut self.literals);
            self.weigh(self.ends.len());
        }
        Prescanned { is_ascii, is_utf8, has_literals: literal.is_some() }
    }

    /// Whether only the lines with the literal need be found, as far as earlier blocks tell.
    pub(super) fn may_skip_lines(&self) -> bool {
        self.literal_is_rare
    }

    /// Finds the lines that have the literal, and no others. `None` if the others have to be looked at too, or the block has something
    /// that the program must not be given.
    pub(super) fn find_candidates(
        &mut self,
        plan: &Plan,
        bytes: &[u8],
        program: &Program,
        literal: &Literal,
    ) -> Option<Candidates> {
        self.literals.clear();
        let lines = plan.kernels().anchor_and_newlines(bytes, literal, &mut self.literals);
        let candidates = self.lines_around(plan, bytes, program, lines)?;
        self.weigh(candidates.all as usize);
        Some(candidates)
    }

    /// The same of the lines that have the evidence. `None` also once it was of no use.
    pub(super) fn find_evidence(
        &mut self,
        plan: &Plan,
        bytes: &[u8],
        program: &Program,
        evidence: &Evidence,
    ) -> Option<Candidates> {
        if !self.evidence_pays {
            return None;
        }
        self.literals.clear();
        let lines = evidence.find(plan.kernels(), bytes, &mut self.literals);
        let candidates = self.lines_around(plan, bytes, program, lines)?;
        // As for the literal.
        self.evidence_pays = self.lines.len() < candidates.all as usize / 4 * 3 + 4;
        Some(candidates)
    }

    /// The lines around the places that were found in a block with these lines.
    fn lines_around(&mut self, plan: &Plan, bytes: &[u8], program: &Program, lines: LineCount) -> Option<Candidates> {
        let LineCount { newlines, is_ascii, has_nul } = lines;
        self.newlines = newlines as u64;
        // There may be holes, which are counted.
        if has_nul || !self.find_quits(plan, bytes, is_ascii, Some(program)) || !self.quits.is_empty() {
            return None;
        }
        self.lines.clear();
        plan.kernels().lines_around(bytes, &self.literals, &mut self.lines);
        let all = newlines + usize::from(!bytes.ends_with(b"\n"));
        Some(Candidates { all: all as u64, is_ascii })
    }

    /// The lines that were found last. They have no numbers: nothing will be said about them.
    pub(super) fn candidates(&self, bytes: &[u8]) -> impl Iterator<Item = Record> {
        self.lines.iter().map(|line| {
            let end = without_return(bytes, line.start, line.end);
            Record { start: line.start, end, number: 0 }
        })
    }

    /// Finds the characters that make the program quit, and says whether it may be given the rest: all is UTF-8.
    fn find_quits(&mut self, plan: &Plan, bytes: &[u8], is_ascii: bool, program: Option<&Program>) -> bool {
        self.quits.clear();
        match program {
            Some(program) if !is_ascii => {
                plan.quit_set(program).find(plan.kernels(), bytes, &mut self.quits);
                plan.kernels().is_utf8(bytes)
            }
            _ => is_ascii,
        }
    }

    /// Learns how many of the records of a block have the literal.
    fn weigh(&mut self, records: usize) {
        // The search costs about a quarter of what it saves.
        self.literal_pays = self.literals.len() < records / 4 * 3;
        self.literal_is_rare = self.literals.len() < records / 2;
    }
}

/// Whether one of `places`, which are in order, is before `end`; drops it, and all others before it.
pub(super) fn pass(places: &mut &[u32], end: u32) -> bool {
    let before = places.len();
    while let [place, rest @ ..] = places
        && *place < end
    {
        *places = rest;
    }
    places.len() < before
}
