//! Which lines of a block may match which patterns: the literal anchors of all patterns, looked for at once.
//!
//! A line without the literal anchor of a pattern does not match it, so most patterns need not be asked about most lines. As many searches as there are
//! patterns would read the block as often. One search for all literals reads it once: for what they have in common (see `common.rs`), where that is rare
//! enough; else by Teddy, which looks at vectors of bytes, where the CPU has it and the literals are few enough; else by an automaton, which takes a step a
//! byte. These two are of `aho-corasick`.
//!
//! **There are no false negatives.** Teddy gives the longest literal at a place, and the search goes on at the next byte; a literal in the middle or at the
//! beginning of another is told with it. Where a pattern ignores case, it compares all literals in lower case: that may find more, and never less.
//!
//! Which search is made depends on the CPU by itself and not on `PARSIMD_ISA`, and on the blocks before: it changes how long a scan takes, and never what it
//! gives.

use aho_corasick::{AhoCorasick, MatchKind, Span, packed};
use parsimd_simd::{Kernels, Literal};

use super::common::{Common, lower};
use crate::{api::Pattern, engine::Anchored};

/// In a line, the common text may have so many places for its search to pay.
const COMMON_PLACES: usize = 3;

/// The literals of several patterns, prepared to be searched for.
#[derive(Debug)]
pub(super) struct Anchors {
    common: Option<Common>,
    search: Search,
    /// For each literal, the patterns that have it.
    patterns: Vec<Vec<usize>>,
    /// For each literal, itself and those in it.
    within: Vec<Vec<usize>>,
    /// Whether each pattern has a literal.
    has_literal: Vec<bool>,
    ignores_case: bool,
}

#[derive(Debug)]
enum Search {
    /// There is nothing to look for.
    Nothing,
    Packed(packed::Searcher),
    Automaton(AhoCorasick),
}

/// The lines that may match each pattern. The buffers are reused from block to block, and so is what was learned about the common text.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    /// For each pattern, the numbers of the lines that have its literal, in order.
    lines: Vec<Vec<u32>>,
    /// The places of the common text.
    places: Vec<u32>,
    /// True once a block has shown that the common text is in too many places.
    common_is_frequent: bool,
    /// The block in lower case.
    folded: Vec<u8>,
}

/// The literals of a pattern: those that each line has which its program is given and matches, and each that is ASCII and matches.
#[derive(Debug, Clone, Copy)]
struct Literals<'p> {
    longest: &'p Literal,
    all: &'p [Literal],
}

impl Literals<'_> {
    fn of(pattern: &Pattern) -> Option<Literals<'_>> {
        let plan = pattern.plan();
        let longest = plan.program(Anchored::Yes).and_then(|_| plan.block_prefilter())?;
        Some(Literals { longest, all: plan.block_literals() })
    }
}

impl Anchors {
    /// Of patterns, in order.
    pub(super) fn new<'p>(patterns: impl Iterator<Item = &'p Pattern>) -> Anchors {
        Anchors::of(&patterns.map(Literals::of).collect::<Vec<_>>())
    }

    /// Of patterns with these literals, in order.
    fn of(patterns: &[Option<Literals<'_>>]) -> Anchors {
        let literals: Vec<Option<&Literal>> = patterns.iter().map(|own| own.map(|own| own.longest)).collect();
        let all = patterns.iter().enumerate().filter_map(|(number, own)| Some((number, own.as_ref()?.all)));
        let common = Common::new(&all.collect::<Vec<_>>());
        let mut different: Vec<&Literal> = Vec::new();
        for literal in literals.iter().flatten() {
            if !different.contains(literal) {
                different.push(literal);
            }
        }
        let ignores_case = different.iter().any(|literal| (0..literal.len()).any(|at| literal.wanted(at).0 != 0));
        let exact = |literal: &&Literal| (0..literal.len()).map(|at| literal.wanted(at).1).collect();
        let texts: Vec<Vec<u8>> = if ignores_case {
            different.iter().map(|literal| lower(literal)).collect()
        } else {
            different.iter().map(exact).collect()
        };
        let all = || 0..different.len();
        let with = |literal: &&Literal| (0..literals.len()).filter(|&of| literals[of] == Some(*literal)).collect();
        let is_within = |inner: &usize, outer: usize| memchr::memmem::find(&texts[outer], &texts[*inner]).is_some();
        Anchors {
            common,
            search: Search::new(&texts),
            patterns: different.iter().map(with).collect(),
            within: all().map(|outer| all().filter(|inner| is_within(inner, outer)).collect()).collect(),
            has_literal: literals.iter().map(Option::is_some).collect(),
            ignores_case,
        }
    }

    /// How the search is made, for a person to read.
    pub(super) fn describe(&self) -> String {
        let search = match self.search {
            Search::Nothing => "not made, since no pattern has one",
            Search::Packed(_) => "Teddy, a vector of bytes at a time",
            Search::Automaton(_) => "an automaton, a byte at a time",
        };
        match &self.common {
            None => search.to_owned(),
            Some(common) => format!(
                "{:?}, which all of them have, until a block has it {COMMON_PLACES} times in a line; then {search}",
                String::from_utf8_lossy(&common.text())
            ),
        }
    }

    /// The patterns that have a literal, and those that have none.
    pub(super) fn has_literal(&self) -> &[bool] {
        &self.has_literal
    }

    /// Finds the lines of a block, whose `ends` are given, that have literals.
    pub(super) fn find(&self, kernels: &Kernels, block: &[u8], ends: &[u32], candidates: &mut Candidates) {
        let Candidates { lines, places, common_is_frequent, folded } = candidates;
        lines.resize_with(self.has_literal.len(), Vec::new);
        lines.iter_mut().for_each(Vec::clear);
        let mut line = 0;
        let mut note = |pattern: usize, at: usize| {
            while ends.get(line).is_some_and(|&end| (end as usize) < at) {
                line += 1;
            }
            if lines[pattern].last() != Some(&(line as u32)) {
                lines[pattern].push(line as u32);
            }
        };
        if let Some(common) = self.common.as_ref().filter(|_| !*common_is_frequent) {
            common.find(kernels, block, places);
            for &place in &*places {
                common.patterns_at(block, place as usize, |pattern| note(pattern, place as usize));
            }
            *common_is_frequent = places.len() > COMMON_PLACES * ends.len();
            return;
        }
        let text = if self.ignores_case {
            folded.clear();
            folded.extend_from_slice(block);
            folded.make_ascii_lowercase();
            &folded[..]
        } else {
            block
        };
        match &self.search {
            Search::Nothing => {}
            Search::Packed(searcher) => {
                let mut from = 0;
                while let Some(found) = searcher.find_in(text, Span::from(from..text.len())) {
                    let within = &self.within[found.pattern().as_usize()];
                    let patterns = within.iter().flat_map(|&literal| &self.patterns[literal]);
                    patterns.for_each(|&pattern| note(pattern, found.start()));
                    from = found.start() + 1;
                }
            }
            // Matches come in the order of their ends, and those of one line before those of the next.
            Search::Automaton(automaton) => automaton.find_overlapping_iter(text).for_each(|found| {
                let patterns = &self.patterns[found.pattern().as_usize()];
                patterns.iter().for_each(|&pattern| note(pattern, found.end() - 1));
            }),
        }
    }
}

impl Search {
    fn new(literals: &[Vec<u8>]) -> Search {
        if literals.is_empty() {
            return Search::Nothing;
        }
        let mut packed = packed::Config::new().match_kind(packed::MatchKind::LeftmostLongest).builder();
        if let Some(searcher) = packed.extend(literals).build() {
            return Search::Packed(searcher);
        }
        match AhoCorasick::builder().match_kind(MatchKind::Standard).build(literals) {
            Ok(automaton) => Search::Automaton(automaton),
            Err(_) => Search::Nothing,
        }
    }
}

impl Candidates {
    /// The lines that may match a pattern, by number and in order; `None` is all lines.
    pub(super) fn of(&self, anchors: &Anchors, pattern: usize) -> Option<&[u32]> {
        let is_known = anchors.has_literal[pattern] && !matches!(anchors.search, Search::Nothing);
        is_known.then(|| &self.lines[pattern][..])
    }
}

#[cfg(test)]
mod tests {
    use parsimd_simd::{Case, Isa, kernels};

    use super::*;

    fn alone(literal: &Literal) -> Literals<'_> {
        Literals { longest: literal, all: std::slice::from_ref(literal) }
    }

    /// Each of the searches for these literals.
    fn searches(literals: &[&str], case: Case) -> Vec<Anchors> {
        let literals: Vec<_> = literals.iter().map(|text| Literal::new(text.as_bytes(), case)).collect();
        let own: Vec<_> = literals.iter().map(|literal| literal.as_ref().map(alone)).collect();
        let new = || Anchors::of(&own);
        let (mut packed, mut automaton) = (new(), new());
        (packed.common, automaton.common) = (None, None);
        let texts: Vec<Vec<u8>> = literals.iter().flatten().map(lower).collect();
        let mut different: Vec<&[u8]> = Vec::new();
        for text in &texts {
            if !different.contains(&&text[..]) {
                different.push(text);
            }
        }
        let mut builder = AhoCorasick::builder();
        builder.match_kind(MatchKind::Standard).ascii_case_insensitive(case == Case::IgnoreAscii);
        automaton.search = Search::Automaton(builder.build(&different).expect("few literals"));
        vec![new(), packed, automaton]
    }

    #[test]
    fn literals_in_literals_are_found_with_them_whichever_search_is_made() {
        let different = ["user", "r from", "user from", "from", "user", "sers"];
        let alike = ["]: user", "x]: user", "user]: ", "]: from", "]: user", "]: f"];
        assert!(searches(&alike, Case::Exact)[0].common.is_some());
        let text = "a user\nuser from\n\nthe users from\nFROM\nuser from user from\n]: userx]: user]: from\nx]: FROM\n]: user\n]:\n";
        for (literals, case) in
            [(different, Case::Exact), (alike, Case::Exact), (different, Case::IgnoreAscii), (alike, Case::IgnoreAscii)]
        {
            let folded = if case == Case::Exact { text.to_owned() } else { text.to_ascii_lowercase() };
            let with = |literal: &&str| {
                (0..).zip(folded.lines()).filter(|(_, line)| line.contains(literal)).map(|(number, _)| number).collect()
            };
            let wanted: Vec<Vec<u32>> = literals.iter().map(with).collect();
            let ends: Vec<u32> = text.match_indices('\n').map(|(at, _)| at as u32).collect();
            for (number, anchors) in searches(&literals, case).iter().enumerate() {
                for isa in Isa::available() {
                    let mut candidates = Candidates::default();
                    anchors.find(kernels(isa).expect("available"), text.as_bytes(), &ends, &mut candidates);
                    let found = |pattern| candidates.of(anchors, pattern).expect("a literal").to_vec();
                    let found: Vec<Vec<u32>> = (0..literals.len()).map(found).collect();
                    assert_eq!(found, wanted, "search {number} for {literals:?}, {case:?}, on {isa:?}");
                }
            }
        }
    }

    #[test]
    fn a_common_text_that_is_frequent_is_given_up_after_a_block_and_the_lines_stay_the_same() {
        let anchors = &searches(&["- failed", "- close"], Case::Exact)[0];
        let (text, ends) = ("x - - - - - - - -\n- closed -\n", [17, 28]);
        let mut candidates = Candidates::default();
        for _ in 0..2 {
            let kernels = kernels(Isa::best()).expect("available");
            anchors.find(kernels, text.as_bytes(), &ends, &mut candidates);
            assert_eq!((candidates.of(anchors, 0), candidates.of(anchors, 1)), (Some(&[][..]), Some(&[1][..])));
            assert!(candidates.common_is_frequent);
        }
    }
}
