//! Which lines of a block may match which patterns: the literal anchors of all patterns, looked for at once.
//!
//! A line without the literal anchor of a pattern does not match it, so most patterns need not be asked about most lines. As many searches as there are
//! patterns would read the block as often. One search for all literals reads it once: by Teddy, which looks at vectors of bytes, where the CPU has it and
//! the literals are few enough, else by an automaton, which takes a step a byte. Both are of `aho-corasick`.
//!
//! **There are no false negatives.** Teddy gives the longest literal at a place, and the search goes on at the next byte; a literal in the middle or at the
//! beginning of another is told with it. Where a pattern ignores case, all literals are compared in lower case: that may find more, and never less.
//!
//! The search depends on the CPU by itself, and not on `PARSIMD_ISA`: it changes how long a scan takes, and never what it gives.

use aho_corasick::{AhoCorasick, MatchKind, Span, packed};
use parsimd_simd::Literal;

/// The literals of several patterns, prepared to be searched for.
#[derive(Debug)]
pub(super) struct Anchors {
    search: Search,
    /// For each literal, the patterns that it or a literal in it is an anchor of.
    patterns: Vec<Vec<usize>>,
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

/// The lines that may match each pattern. The buffers are reused from block to block.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    /// For each pattern, the numbers of the lines that have its literal, in order.
    lines: Vec<Vec<u32>>,
    /// The block in lower case.
    folded: Vec<u8>,
}

impl Anchors {
    /// Of patterns with these literals, in order.
    pub(super) fn new<'l>(literals: impl Iterator<Item = Option<&'l Literal>>) -> Anchors {
        let literals: Vec<Option<&Literal>> = literals.collect();
        let ignores = |literal: &&Literal| (0..literal.len()).any(|at| literal.wanted(at).0 != 0);
        let ignores_case = literals.iter().flatten().any(ignores);
        let text = |literal: &Literal| {
            let byte = |at| literal.wanted(at).1;
            (0..literal.len())
                .map(byte)
                .map(|byte| if ignores_case { byte.to_ascii_lowercase() } else { byte })
                .collect()
        };
        let texts: Vec<Option<Vec<u8>>> = literals.iter().map(|literal| literal.map(text)).collect();
        let mut different: Vec<&[u8]> = texts.iter().flatten().map(Vec::as_slice).collect();
        different.sort_unstable();
        different.dedup();
        let within = |found: &[u8]| {
            let has =
                |text: &Option<Vec<u8>>| text.as_ref().is_some_and(|text| memchr::memmem::find(found, text).is_some());
            (0..texts.len()).filter(|&pattern| has(&texts[pattern])).collect()
        };
        Anchors {
            search: Search::new(&different),
            patterns: different.iter().map(|literal| within(literal)).collect(),
            has_literal: texts.iter().map(Option::is_some).collect(),
            ignores_case,
        }
    }

    /// How the search is made, for a person to read.
    pub(super) fn describe(&self) -> &'static str {
        match self.search {
            Search::Nothing => "not made, since no pattern has one",
            Search::Packed(_) => "Teddy, a vector of bytes at a time",
            Search::Automaton(_) => "an automaton, a byte at a time",
        }
    }

    /// The patterns that have a literal, and those that have none.
    pub(super) fn has_literal(&self) -> &[bool] {
        &self.has_literal
    }

    /// Finds the lines of a block, whose `ends` are given, that have literals.
    pub(super) fn find(&self, block: &[u8], ends: &[u32], candidates: &mut Candidates) {
        let Candidates { lines, folded } = candidates;
        lines.resize_with(self.has_literal.len(), Vec::new);
        lines.iter_mut().for_each(Vec::clear);
        let text = if self.ignores_case {
            folded.clear();
            folded.extend_from_slice(block);
            folded.make_ascii_lowercase();
            &folded[..]
        } else {
            block
        };
        let mut line = 0;
        let mut note = |literal: usize, at: usize| {
            while ends.get(line).is_some_and(|&end| (end as usize) < at) {
                line += 1;
            }
            for &pattern in &self.patterns[literal] {
                if lines[pattern].last() != Some(&(line as u32)) {
                    lines[pattern].push(line as u32);
                }
            }
        };
        match &self.search {
            Search::Nothing => {}
            Search::Packed(searcher) => {
                let mut from = 0;
                while let Some(found) = searcher.find_in(text, Span::from(from..text.len())) {
                    note(found.pattern().as_usize(), found.start());
                    from = found.start() + 1;
                }
            }
            // Matches come in the order of their ends, and those of one line before those of the next.
            Search::Automaton(automaton) => automaton
                .find_overlapping_iter(text)
                .for_each(|found| note(found.pattern().as_usize(), found.end() - 1)),
        }
    }
}

impl Search {
    fn new(literals: &[&[u8]]) -> Search {
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
    use parsimd_simd::Case;

    use super::*;

    /// For each literal, the lines that are found to have it.
    fn found(literals: &[&str], case: Case, text: &str, search: Option<Search>) -> Vec<Vec<u32>> {
        let literals: Vec<_> = literals.iter().map(|text| Literal::new(text.as_bytes(), case)).collect();
        let mut anchors = Anchors::new(literals.iter().map(Option::as_ref));
        anchors.search = search.unwrap_or(anchors.search);
        let ends: Vec<u32> = text.match_indices('\n').map(|(at, _)| at as u32).collect();
        let mut candidates = Candidates::default();
        anchors.find(text.as_bytes(), &ends, &mut candidates);
        (0..literals.len()).map(|pattern| candidates.of(&anchors, pattern).unwrap_or_default().to_vec()).collect()
    }

    #[test]
    fn literals_in_literals_are_found_with_them_whichever_search_is_made() {
        let literals = ["user", "r from", "user from", "from", "user", "sers"];
        let text = "a user\nuser from\n\nthe users from\nFROM\nuser from user from\n";
        let wanted: Vec<Vec<u32>> = literals
            .iter()
            .map(|literal| (0..).zip(text.lines()).filter(|(_, line)| line.contains(literal)).map(|(n, _)| n).collect())
            .collect();
        let mut sorted = literals;
        sorted.sort_unstable();
        let different: Vec<&str> = sorted[..4].iter().chain(&sorted[5..]).copied().collect();
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&different).unwrap();
        assert_eq!(found(&literals, Case::Exact, text, None), wanted);
        assert_eq!(found(&literals, Case::Exact, text, Some(Search::Automaton(automaton))), wanted);
        assert_eq!(found(&["from"], Case::IgnoreAscii, text, None), [[1, 3, 4, 5]]);
    }
}
