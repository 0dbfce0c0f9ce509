//! One text that all literal anchors have in common, as patterns of one log mostly have: `]: ` after the name of a program, say.
//!
//! The kernel `anchor` finds its places, at 64 bytes a step. At each of them a few literals are compared, from their ends on.
//! That is a fraction of what a search for all literals costs: there are few such places in a line, and the search need not begin anew at each of them.
//!
//! It does not pay where the common text stands in a line many times. Who searches blocks notes that and stops.

use std::cmp::Reverse;

use parsimd_simd::{Case, Kernels, Literal};

use crate::engine::prefilter::MIN_LITERAL_OF_BLOCK;

/// A common text is searched for up to so many bytes: a longer one has no fewer places.
const LONGEST: usize = 8;
/// And from so many on.
const SHORTEST: usize = 2;

/// The common text, and the patterns by what stands after it.
#[derive(Debug)]
pub(super) struct Common {
    text: Literal,
    /// By the byte after the common text, in lower case: the literals that may stand there.
    beside: Box<[Vec<Beside>; 256]>,
}

/// A literal beside the common text.
#[derive(Debug, Clone)]
struct Beside {
    literal: Literal,
    /// How many bytes of it are before the common text.
    before: usize,
    /// It in words, the last one first: literals whose beginnings are alike mostly end in different ways.
    words: Vec<Word>,
    /// The number of the pattern that has it.
    pattern: usize,
}

/// Eight bytes of a literal, or as many as it has.
#[derive(Debug, Clone, Copy)]
struct Word {
    offset: usize,
    /// What to or to the text, and what it must then be.
    fold: u64,
    wanted: u64,
}

impl Common {
    /// Of patterns that have these literals each, by their numbers; `None` if there is no text that each of them has in one of its literals.
    pub(super) fn new(patterns: &[(usize, &[Literal])]) -> Option<Common> {
        let texts: Vec<Vec<Vec<u8>>> =
            patterns.iter().map(|(_, literals)| literals.iter().map(lower).collect()).collect();
        let text = common(&texts)?;
        let mut beside: Box<[Vec<Beside>; 256]> = Box::new(std::array::from_fn(|_| Vec::new()));
        for (&(pattern, literals), texts) in patterns.iter().zip(&texts) {
            let (number, before) = telling(texts, text)?;
            let one = Beside::new(&literals[number], before, pattern);
            match texts[number].get(before + text.len()) {
                Some(&next) => beside[usize::from(next)].push(one),
                None => beside.iter_mut().for_each(|beside| beside.push(one.clone())),
            }
        }
        Some(Common { text: Literal::new(text, Case::IgnoreAscii)?, beside })
    }

    /// The common text, in lower case.
    pub(super) fn text(&self) -> Vec<u8> {
        lower(&self.text)
    }

    /// Finds the places of the common text.
    pub(super) fn find(&self, kernels: &Kernels, block: &[u8], places: &mut Vec<u32>) {
        places.clear();
        kernels.anchor(block, &self.text, places);
    }

    /// Calls `note` with each pattern of which the literal stands in the block where the common text has this place.
    #[inline]
    pub(super) fn patterns_at(&self, block: &[u8], place: usize, mut note: impl FnMut(usize)) {
        let next = block.get(place + self.text.len()).map_or(0, u8::to_ascii_lowercase);
        for one in &self.beside[usize::from(next)] {
            if place.checked_sub(one.before).is_some_and(|start| one.stands_at(block, start)) {
                note(one.pattern);
            }
        }
    }
}

impl Beside {
    fn new(literal: &Literal, before: usize, pattern: usize) -> Beside {
        let ends = (1..=literal.len()).rev().step_by(8);
        let words = ends.map(|end| Word::new(literal, end.saturating_sub(8))).collect();
        Beside { literal: literal.clone(), before, words, pattern }
    }

    /// Whether the literal begins at `start` in the block.
    #[inline]
    fn stands_at(&self, block: &[u8], start: usize) -> bool {
        self.words.iter().all(|word| match block.get(start + word.offset..).and_then(<[u8]>::first_chunk) {
            Some(bytes) => u64::from_le_bytes(*bytes) | word.fold == word.wanted,
            None => self.literal.stands_at(block, start),
        })
    }
}

impl Word {
    fn new(literal: &Literal, offset: usize) -> Word {
        // What is after the literal may be anything.
        let (mut fold, mut wanted) = ([0xff; 8], [0xff; 8]);
        for (at, (fold, wanted)) in (offset..literal.len()).zip(fold.iter_mut().zip(&mut wanted)) {
            (*fold, *wanted) = literal.wanted(at);
        }
        let [fold, wanted] = [fold, wanted].map(u64::from_le_bytes);
        Word { offset, fold, wanted }
    }
}

/// The bytes of a literal, in lower case.
pub(super) fn lower(literal: &Literal) -> Vec<u8> {
    (0..literal.len()).map(|at| literal.wanted(at).1.to_ascii_lowercase()).collect()
}

/// The longest of a pattern's literals that has the common text, which tells most, and where it has it; no literal that is too short to tell anything.
fn telling(texts: &[Vec<u8>], common: &[u8]) -> Option<(usize, usize)> {
    let places = texts.iter().enumerate().filter(|(_, text)| text.len() >= MIN_LITERAL_OF_BLOCK);
    let places = places.filter_map(|(number, text)| Some((number, memchr::memmem::find(text, common)?)));
    places.max_by_key(|&(number, _)| texts[number].len())
}

/// The text that each of the patterns, whose literals are `texts`, has in one of them, and beside which they tell patterns apart best. Of several that do so
/// the longest, and of those the one with most marks, which are rarer than letters.
fn common(texts: &[Vec<Vec<u8>>]) -> Option<&[u8]> {
    let fewest = texts.iter().min_by_key(|texts| texts.iter().map(Vec::len).sum::<usize>())?;
    let mut windows: Vec<&[u8]> =
        (SHORTEST..=LONGEST).flat_map(|length| fewest.iter().flat_map(move |text| text.windows(length))).collect();
    windows.sort_unstable();
    windows.dedup();
    let rank = |text: &[u8]| {
        let literal = |texts: &'_ Vec<Vec<u8>>| telling(texts, text).map(|(number, _)| texts[number].clone());
        let literals: Vec<Vec<u8>> = texts.iter().map(literal).collect::<Option<_>>()?;
        // How often a line of one pattern has the literal of another, which is asked about it in vain.
        let within =
            |inner: &&Vec<u8>| literals.iter().filter(|outer| memchr::memmem::find(outer, inner).is_some()).count();
        let in_vain: usize = literals.iter().map(|inner| within(&inner)).sum();
        let marks = text.iter().filter(|byte| byte.is_ascii_punctuation()).count();
        Some((Reverse(in_vain), text.len(), marks))
    };
    let ranked = windows.into_iter().filter_map(|text| Some((rank(text)?, text)));
    ranked.max_by_key(|&(rank, _)| rank).map(|(_, text)| text)
}

#[cfg(test)]
mod tests {
    use parsimd_simd::{Isa, kernels};

    use super::*;

    fn literals(texts: &[&str], case: Case) -> Vec<Literal> {
        texts.iter().filter_map(|text| Literal::new(text.as_bytes(), case)).collect()
    }

    fn common_of(patterns: &[&[&str]], case: Case) -> Option<Common> {
        let literals: Vec<Vec<Literal>> = patterns.iter().map(|texts| literals(texts, case)).collect();
        Common::new(&literals.iter().map(Vec::as_slice).enumerate().collect::<Vec<_>>())
    }

    #[test]
    fn the_common_text_is_the_one_beside_which_patterns_differ_and_then_the_longest() {
        let text = |patterns: &[&[&str]]| common_of(patterns, Case::Exact).map(|common| common.text());
        assert_eq!(text(&[&["]: Failed for "], &["]: failed"], &["x]: f"]]), Some(b"]: f".to_vec()));
        assert_eq!(text(&[&["ab: cd"], &["cd ab; : "]]), Some(b": ".to_vec()));
        assert_eq!(text(&[&["abxx"], &["yyba"]]), None);
        assert_eq!(text(&[&["rare words", ": "], &["a: word"]]), Some(b" word".to_vec()));
        assert_eq!(text(&[&["rare", ": "], &["a: b"]]), None);
        assert_eq!(text(&[&["0123456789"], &["x0123456789"]]).map(|text| text.len()), Some(LONGEST));
        assert_eq!(text(&[&["]: PAM ", " more failures"], &[" sshd[", "]: more"]]), Some(b" more".to_vec()));
        // The head of all patterns tells none of them from another.
        assert_eq!(text(&[&[" sshd[", "]: ab"], &[" sshd[", "]: cd"]]), Some(b"]: ".to_vec()));
    }

    #[test]
    fn patterns_are_found_where_their_literals_stand_and_nowhere_else() {
        let texts = [
            "]: a",
            "x]: ab",
            "]: abcdefghij]: a",
            "k ]: abcdefgh--",
            ": ]: ",
            "]: abcdefghijk",
            "]: abcdefgh--k",
            "]: ]: ",
        ];
        let block = "]: a x]: ab X]: AB]: ]: x]: abcdefghijk ]: abcdefgh--k\n]: abcdefghij]: ";
        let patterns: Vec<&[&str]> = texts.iter().map(std::slice::from_ref).collect();
        for case in [Case::Exact, Case::IgnoreAscii] {
            let common = common_of(&patterns, case).expect("a bracket");
            let folded = if case == Case::Exact { block.to_owned() } else { block.to_ascii_lowercase() };
            let mut expected: Vec<(usize, usize)> = Vec::new();
            for (number, text) in texts.iter().enumerate() {
                let starts = (0..block.len()).filter(|&at| folded[at..].starts_with(text));
                expected.extend(starts.map(|at| (at + text.find("]: ").expect("as above"), number)));
            }
            expected.sort_unstable();
            for isa in Isa::available() {
                let (mut places, mut found) = (Vec::new(), Vec::new());
                common.find(kernels(isa).expect("available"), block.as_bytes(), &mut places);
                for place in places {
                    let place = place as usize;
                    common.patterns_at(block.as_bytes(), place, |pattern| found.push((place, pattern)));
                }
                found.sort_unstable();
                assert_eq!(found, expected, "{case:?} on {isa:?}");
            }
        }
    }
}
