//! The expression of a field as an automaton: a step that takes any text of a regular language, by one load a byte.
//!
//! A type of the caller's own has an expression of its own. It is read as the regex reads it, for all of Unicode, and made into a deterministic
//! automaton over bytes: so a text is walked once, whatever alternatives and loops it has. `regex-automata` compiles the expression to states with
//! several ways to go on, and [`Table`] has a state for each set of these.
//!
//! # Where a field ends
//!
//! An automaton says of each prefix of a text whether the expression matches it. The field may end after each that it does: its *ends*. The regex
//! prefers one of them, and takes another where what follows does not match there. [`End`] has the three ways to know which:
//!
//! * *The longest.* What the automaton could have taken more of, its can-extend set, has no byte that what follows may begin with. After a shorter
//!   prefix stands a byte of this set, so nothing but the longest can be followed. At the end of a record that must match as a whole, too, only
//!   the longest end can be the record's.
//! * *One before a literal.* The end that the regex tries first is the one, where the literal stands there and what follows the literal can begin
//!   after it; else the only other end of which that is true. Where there are several others, the step is undecided. Where there are others beside the
//!   first, a mismatch is undecided from there on, as with [null texts](super::steps::Nullable).
//! * *The one that the regex tries first.* A match is right then, and a mismatch undecided. Mostly that is the longest too, and always where the
//!   expression is [greedy](Automaton::is_greedy); else there is a second table, from whose states all is left out that the regex tries after
//!   a match.
//!
//! # Limits
//!
//! An expression with an anchor, a word boundary, lookaround or a backreference has no automaton, and neither has a loop over something that may
//! be empty, since Python's `re` reads it in another way. Tables are at most [`MAX_ENTRIES`] large, and building one takes at most [`MAX_WORK`]
//! steps. Where Unicode takes more, the automaton is made for ASCII, and records that are not ASCII are left to the regex.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    ops::Range,
};

use parsimd_simd::swar;
use regex_automata::{
    nfa::thompson::{Compiler, Config, NFA, State, WhichCaptures},
    util::primitives::StateID,
};

use super::{answer::Choice, bytes::Bytes, shortcut::Shortcut};
use crate::engine::{
    regex::{has_empty_loop, parse},
    translate::{Target, translate_alone},
    work,
};

/// How many entries a table may have: a place in it has 16 bits.
const MAX_ENTRIES: usize = 1 << 16;
/// How many states an automaton may have.
const MAX_STATES: usize = 4096;
/// How much memory the states with several ways to go on may take, in bytes.
const MAX_NFA_BYTES: usize = 1 << 20;
/// How many of these states may be looked at while a table is built.
const MAX_WORK: usize = 1 << 21;
/// How many pairs of states may be looked at to find out whether an expression is greedy.
const MAX_PAIRS: usize = 1 << 16;
/// How many ASCII bytes may lead out of a state whose loop is gone through eight bytes at a time.
const MAX_EXITS: usize = 3;

/// How many records an automaton runs in at once.
pub(super) const LANES: usize = 4;

/// Where a field ends that an automaton takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// At the longest text that matches: what follows can begin after no other.
    Longest,
    /// Before the literal that follows.
    Before,
    /// Where the regex tries first. Another end may match where this one does not.
    First,
}

/// The expression of a field, ready to be run.
#[derive(Debug, Clone)]
pub(super) struct Automaton {
    /// It ends where the longest text does.
    longest: Table,
    /// It ends where the regex tries first, where that is not always the longest.
    first: Option<Table>,
    shortcut: Option<Shortcut>,
    /// Whether it has read all of Unicode, or ASCII only.
    is_unicode: bool,
}

impl Automaton {
    /// Compiles an expression in the syntax of Python's `re`.
    ///
    /// # Errors
    /// Why it has no automaton, for a person to read.
    pub(super) fn new(expression: &str, ignore_case: bool, shortcut: Option<Shortcut>) -> Result<Automaton, String> {
        let unicode = Automaton::for_target(expression, ignore_case, Target::Unicode);
        let found =
            unicode.or_else(|why| Automaton::for_target(expression, ignore_case, Target::Ascii).map_err(|_| why))?;
        Ok(Automaton { shortcut, ..found })
    }

    fn for_target(expression: &str, ignore_case: bool, target: Target) -> Result<Automaton, String> {
        let is_unicode = target == Target::Unicode;
        let translated = translate_alone(expression, ignore_case, target)
            .map_err(|why| format!("is left to the regex: {}", why.what))?;
        let hir = parse(&translated, is_unicode, ignore_case).map_err(|why| format!("cannot be read: {why}"))?;
        if !hir.properties().look_set().is_empty() {
            return Err("has an anchor or a word boundary".to_owned());
        }
        if has_empty_loop(&hir) {
            return Err("repeats something that can be empty".to_owned());
        }
        let config =
            Config::new().utf8(is_unicode).nfa_size_limit(Some(MAX_NFA_BYTES)).which_captures(WhichCaptures::None);
        let nfa = Compiler::new().configure(config).build_from_hir(&hir).map_err(|_| TOO_LARGE)?;
        let longest = Table::new(&nfa, false)?;
        let first = Table::new(&nfa, true)?;
        let is_greedy = longest.ends_as(&first);
        Ok(Automaton { longest, first: (!is_greedy).then_some(first), shortcut: None, is_unicode })
    }

    /// Whether the regex, of all texts that match, always tries the longest first.
    pub(super) fn is_greedy(&self) -> bool {
        self.first.is_none()
    }

    /// Whether the empty text matches.
    pub(super) fn may_be_empty(&self) -> bool {
        self.longest.accepts(self.longest.start)
    }

    /// The bytes that it may begin with.
    pub(super) fn first_set(&self) -> Bytes {
        Bytes::new(|byte| self.longest.next(self.longest.start, byte) != DEAD)
    }

    /// The bytes with which a text that matches may go on to a longer one.
    pub(super) fn can_extend(&self) -> Bytes {
        self.longest.bytes_after(|state| self.longest.accepts(state))
    }

    /// The bytes that it may run over.
    pub(super) fn scanned(&self) -> Bytes {
        self.longest.bytes_after(|_| true)
    }

    /// Whether it reads characters that are not ASCII as the regex does.
    pub(super) fn is_unicode(&self) -> bool {
        self.is_unicode
    }

    /// In words.
    pub(super) fn describe(&self) -> String {
        let text = if self.is_unicode { "" } else { ", for ASCII" };
        format!("an automaton of {} states{text}", self.longest.states().len())
    }

    /// Where the text ends that begins at byte `at` of `text`: the longest, or the one that the regex tries first.
    #[inline]
    pub(super) fn run(&self, text: &[u8], at: usize, how: End) -> Option<usize> {
        let quick = self.shortcut.and_then(|shortcut| shortcut.end(text, at));
        // Nothing is longer than the whole text.
        let is_it = |&end: &usize| how != End::Longest || self.is_greedy() || end == text.len();
        quick.filter(is_it).or_else(|| self.table(how).run(text, at))
    }

    /// The table that ends where the regex tries first, or the longest text does.
    fn table(&self, how: End) -> &Table {
        match (how, &self.first) {
            (End::First | End::Before, Some(first)) => first,
            _ => &self.longest,
        }
    }

    /// Whether it is as quick in several records at once as it can be: a shortcut or a skip is quicker.
    pub(super) fn has_lanes(&self, how: End) -> bool {
        self.shortcut.is_none() && self.table(how).skips.is_empty()
    }

    /// As [`run`](Self::run), in several records of `block` at once. A record whose end is 0 has none.
    #[inline]
    pub(super) fn run_lanes(
        &self,
        block: &[u8],
        at: [u32; LANES],
        end: [u32; LANES],
        how: End,
    ) -> [Option<usize>; LANES] {
        self.table(how).run_lanes(block, at, end)
    }

    /// Where any text may end, in the order in which the regex tries these ends; `None` where other texts do not match. What follows begins where a
    /// character does.
    pub(super) fn ends_of_any_text(
        &self,
        text: &[u8],
        at: usize,
        follows: impl Fn(usize) -> bool,
    ) -> Option<impl Iterator<Item = usize>> {
        let is_any = self.shortcut == Some(Shortcut::AnyText);
        work::count(if is_any { text.len() - at } else { 0 });
        is_any.then(|| (at + 1..=text.len()).rev().filter(move |&end| follows(end)))
    }

    /// Where it ends if what follows can begin at the end: `follows` says so.
    pub(super) fn choose(&self, text: &[u8], at: usize, how: End, follows: impl Fn(usize) -> bool) -> Choice {
        if let Some(mut ends) = self.ends_of_any_text(text, at, &follows) {
            return match (ends.next(), ends.next()) {
                (None, _) => Choice::No,
                (Some(end), None) => Choice::Only(end),
                (Some(end), Some(_)) => Choice::Preferred(end),
            };
        }
        let Some(first) = self.run(text, at, how) else { return Choice::No };
        if how != End::Before {
            return if follows(first) { Choice::Only(first) } else { Choice::No };
        }
        let mut others = self.longest.ends(text, at).filter(|&end| end != first && follows(end));
        match (follows(first), others.next()) {
            (true, None) => Choice::Only(first),
            (true, Some(_)) => Choice::Preferred(first),
            (false, None) => Choice::No,
            (false, Some(_)) if others.next().is_some() => Choice::Undecided,
            (false, Some(only)) => Choice::Only(only),
        }
    }
}

const TOO_LARGE: &str = "has an automaton that is too large";

/// The place of the state from which nothing matches.
const DEAD: u16 = 0;

/// A deterministic automaton over classes of bytes.
///
/// A state is known by the place of its row, in which the next state stands for each class. The states are in this order: the dead one; those that
/// do not accept; those that do; those of them that have a skip; those that have a skip and do not accept.
#[derive(Clone)]
struct Table {
    classes: Box<[u8; 256]>,
    next: Vec<u16>,
    /// The length of a row.
    stride: u16,
    start: u16,
    /// The states after which the text matches.
    accepting: Range<u16>,
    /// The first state that has a skip.
    skipping: u16,
    skips: Vec<Skip>,
}

/// The bytes of ASCII that lead out of a loop from a state to itself. The last one is repeated where there are fewer.
#[derive(Debug, Clone, Copy)]
struct Skip([u8; MAX_EXITS]);

impl Skip {
    /// Where the loop ends that has come to `at`: before one of the bytes, or one that is not ASCII.
    #[inline]
    fn run(self, text: &[u8], mut at: usize) -> usize {
        let Some(rest) = text.get(at..) else { return at };
        for word in rest.as_chunks::<8>().0 {
            let word = swar::load(word);
            let exits =
                self.0.iter().fold(word & swar::HIGH, |exits, &byte| exits | swar::equal(word, swar::splat(byte)));
            if exits != 0 {
                return at + swar::first(exits);
            }
            at += 8;
        }
        at + text[at..].iter().take_while(|byte| byte.is_ascii() && !self.0.contains(byte)).count()
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table({} states)", self.states().len())
    }
}

impl Table {
    /// The automaton of `nfa`; where it `is_first`, it ends where the regex tries first, and has no way to other ends.
    fn new(nfa: &NFA, is_first: bool) -> Result<Table, &'static str> {
        let draft = Draft::new(nfa, is_first)?;
        let live = draft.live();
        if !live[START] {
            return Err("matches no text");
        }
        let skips: Vec<Option<Skip>> = (0..draft.accepts.len()).map(|state| draft.skip(state)).collect();
        let group = |state: usize| match (draft.accepts[state], skips[state].is_some()) {
            _ if !live[state] => 0,
            (false, false) => 1,
            (true, false) => 2,
            (true, true) => 3,
            (false, true) => 4,
        };
        let mut order: Vec<usize> = (0..draft.accepts.len()).filter(|&state| live[state]).collect();
        order.sort_by_key(|&state| group(state));
        let stride = draft.stride;
        let mut places = vec![DEAD; draft.accepts.len()];
        // The draft has no more entries than fit.
        order.iter().enumerate().for_each(|(number, &state)| places[state] = ((number + 1) * stride) as u16);
        let mut next = vec![DEAD; stride];
        for &state in &order {
            next.extend(draft.row(state).iter().map(|&to| places[to]));
        }
        let begin = |wanted: usize| ((order.partition_point(|&state| group(state) < wanted) + 1) * stride) as u16;
        Ok(Table {
            classes: draft.classes,
            stride: stride as u16,
            start: places[START],
            accepting: begin(2)..begin(4),
            skipping: begin(3),
            skips: order.iter().filter_map(|&state| skips[state]).collect(),
            next,
        })
    }

    /// The states, but for the dead one.
    fn states(&self) -> impl ExactSizeIterator<Item = u16> + '_ {
        (1..self.next.len() / usize::from(self.stride)).map(|row| row as u16 * self.stride)
    }

    #[inline(always)]
    fn accepts(&self, state: u16) -> bool {
        self.accepting.contains(&state)
    }

    /// Where the loop of a state that has a skip ends.
    #[inline]
    fn skip(&self, state: u16, text: &[u8], at: usize) -> usize {
        self.skips[usize::from((state - self.skipping) / self.stride)].run(text, at)
    }

    #[inline(always)]
    fn next(&self, state: u16, byte: u8) -> u16 {
        self.next[usize::from(state) + usize::from(self.classes[usize::from(byte)])]
    }

    /// The bytes by which some of the states go on.
    fn bytes_after(&self, is_meant: impl Fn(u16) -> bool) -> Bytes {
        let meant: Vec<u16> = self.states().filter(|&state| is_meant(state)).collect();
        Bytes::new(|byte| meant.iter().any(|&state| self.next(state, byte) != DEAD))
    }

    /// The last end of a text that begins at `at`.
    #[inline]
    fn run(&self, text: &[u8], at: usize) -> Option<usize> {
        let (mut state, mut here) = (self.start, at);
        let mut end = self.accepts(state).then_some(at);
        loop {
            if state >= self.skipping {
                here = self.skip(state, text, here);
                if self.accepts(state) {
                    end = Some(here);
                }
            }
            let Some(&byte) = text.get(here) else { break };
            state = self.next(state, byte);
            if state == DEAD {
                break;
            }
            here += 1;
            if self.accepts(state) {
                end = Some(here);
            }
        }
        work::count(here + 1 - at);
        end
    }

    /// The last end of a text that begins at `at` and ends at `end`, in several lanes at once: while one waits for its next state, the others go on.
    fn run_lanes(&self, block: &[u8], at: [u32; LANES], end: [u32; LANES]) -> [Option<usize>; LANES] {
        let mut states = [self.start; LANES];
        let mut here = at;
        let is_first = self.accepts(self.start);
        let mut found = at.map(|at| if is_first { at } else { u32::MAX });
        let mut any = self.start;
        while any != DEAD {
            any = DEAD;
            for lane in 0..LANES {
                let is_inside = here[lane] < end[lane];
                let byte = block.get(here[lane] as usize).copied().unwrap_or_default();
                let next = self.next(states[lane], byte);
                // No branch: which lane ends first no CPU foresees.
                states[lane] = if is_inside { next } else { DEAD };
                here[lane] += u32::from(is_inside);
                found[lane] = if self.accepts(states[lane]) { here[lane] } else { found[lane] };
                any |= states[lane];
            }
        }
        work::count(LANES + here.iter().zip(at).map(|(here, at)| (here - at) as usize).sum::<usize>());
        std::array::from_fn(|lane| (end[lane] > 0 && found[lane] != u32::MAX).then_some(found[lane] as usize))
    }

    /// All ends of a text that begins at `at`, in order.
    fn ends<'t>(&'t self, text: &'t [u8], at: usize) -> impl Iterator<Item = usize> + 't {
        let step = |&(state, here): &(u16, usize)| {
            // There is no end in a loop that does not accept.
            let is_skipped = state >= self.skipping && !self.accepts(state);
            let from = if is_skipped { self.skip(state, text, here) } else { here };
            work::count(from + 1 - here);
            let next = self.next(state, *text.get(from)?);
            (next != DEAD).then_some((next, from + 1))
        };
        let states = std::iter::successors(Some((self.start, at)), step);
        states.filter(|&(state, _)| self.accepts(state)).map(|(_, here)| here)
    }

    /// Whether `first`, which is of the same expression, has an end wherever this one has. A text that is one of this one's is then one of
    /// its own too, and so is the last of them.
    fn ends_as(&self, first: &Table) -> bool {
        let mut seen = HashSet::from([(self.start, first.start)]);
        let mut open = vec![(self.start, first.start)];
        while let Some((mine, its)) = open.pop() {
            if self.accepts(mine) && !first.accepts(its) || seen.len() > MAX_PAIRS {
                return false;
            }
            for class in 0..usize::from(self.stride) {
                let pair = (self.next[usize::from(mine) + class], first.next[usize::from(its) + class]);
                if pair.0 != DEAD && seen.insert(pair) {
                    open.push(pair);
                }
            }
        }
        true
    }
}

/// The number of the state in which a draft begins.
const START: usize = 1;

/// A table as it is found, state after state. State 0 is the dead one.
struct Draft {
    classes: Box<[u8; 256]>,
    stride: usize,
    next: Vec<usize>,
    accepts: Vec<bool>,
}

impl Draft {
    fn new(nfa: &NFA, is_first: bool) -> Result<Draft, &'static str> {
        let mut classes = Box::new([0; 256]);
        (0..=255_u8).for_each(|byte| classes[usize::from(byte)] = nfa.byte_classes().get(byte));
        let stride = usize::from(classes[255]) + 1;
        let mut bytes = vec![0_u8; stride];
        (0..=255_u8).for_each(|byte| bytes[usize::from(classes[usize::from(byte)])] = byte);

        let mut closure = Closure { nfa, is_first, seen: vec![0; nfa.states().len()], round: 0, work: 0 };
        let mut sets = vec![Vec::new(), closure.of([nfa.start_anchored()].into_iter())];
        let mut known: HashMap<Vec<StateID>, usize> = sets.iter().cloned().zip(0..).collect();
        let mut next = Vec::new();
        let mut number = 0;
        while number < sets.len() {
            closure.work += sets[number].len() * stride;
            for &byte in &bytes {
                let set = closure.of(sets[number].iter().filter_map(|&id| by(nfa, id, byte)));
                let to = known.get(&set).copied().unwrap_or(sets.len());
                if to == sets.len() {
                    known.insert(set.clone(), to);
                    sets.push(set);
                }
                next.push(to);
            }
            number += 1;
            if sets.len() > MAX_STATES || sets.len() * stride >= MAX_ENTRIES || closure.work > MAX_WORK {
                return Err(TOO_LARGE);
            }
        }
        let has_match = |set: &Vec<StateID>| set.iter().any(|&id| matches!(nfa.state(id), State::Match { .. }));
        Ok(Draft { classes, stride, next, accepts: sets.iter().map(has_match).collect() })
    }

    fn row(&self, state: usize) -> &[usize] {
        &self.next[state * self.stride..][..self.stride]
    }

    /// The states from which one that accepts can be reached.
    fn live(&self) -> Vec<bool> {
        let mut before = vec![Vec::new(); self.accepts.len()];
        for state in 0..self.accepts.len() {
            self.row(state).iter().for_each(|&to| before[to].push(state));
        }
        let mut live = self.accepts.clone();
        let mut open: Vec<usize> = (0..live.len()).filter(|&state| live[state]).collect();
        while let Some(state) = open.pop() {
            for &from in &before[state] {
                if !live[from] {
                    live[from] = true;
                    open.push(from);
                }
            }
        }
        live
    }

    /// The skip of a state that nearly all of ASCII leads back to.
    fn skip(&self, state: usize) -> Option<Skip> {
        let goes_on = |byte: &u8| self.row(state)[usize::from(self.classes[usize::from(*byte)])] == state;
        let exits: Vec<u8> = (0..0x80_u8).filter(|byte| !goes_on(byte)).take(MAX_EXITS + 1).collect();
        // Bytes that are not ASCII lead out anyway.
        let last = exits.last().copied().unwrap_or(0x80);
        (exits.len() <= MAX_EXITS).then(|| Skip(std::array::from_fn(|at| exits.get(at).copied().unwrap_or(last))))
    }
}

/// Where the state `id` of `nfa` goes by `byte`.
fn by(nfa: &NFA, id: StateID, byte: u8) -> Option<StateID> {
    match nfa.state(id) {
        State::ByteRange { trans } => trans.matches_byte(byte).then_some(trans.next),
        State::Sparse(transitions) => transitions.matches_byte(byte),
        State::Dense(transitions) => transitions.matches_byte(byte),
        _ => None,
    }
}

/// What follows from states without a byte being read.
struct Closure<'n> {
    nfa: &'n NFA,
    /// Whether all is left out that comes after a match.
    is_first: bool,
    /// The last round in which a state was seen.
    seen: Vec<u32>,
    round: u32,
    work: usize,
}

impl Closure<'_> {
    /// The states that read a byte or match, reached from `from`: in the order in which the regex tries them, or in any that is always the same.
    fn of(&mut self, from: impl Iterator<Item = StateID>) -> Vec<StateID> {
        self.round += 1;
        let mut set = Vec::new();
        let mut open = Vec::new();
        'all: for id in from {
            open.push(id);
            while let Some(id) = open.pop() {
                self.work += 1;
                if std::mem::replace(&mut self.seen[id.as_usize()], self.round) == self.round {
                    continue;
                }
                match self.nfa.state(id) {
                    State::ByteRange { .. } | State::Sparse(_) | State::Dense(_) => set.push(id),
                    State::Union { alternates } => open.extend(alternates.iter().rev()),
                    State::BinaryUnion { alt1, alt2 } => open.extend([alt2, alt1]),
                    State::Capture { next, .. } => open.push(*next),
                    State::Match { .. } => {
                        set.push(id);
                        if self.is_first {
                            break 'all;
                        }
                    }
                    // There is no look in the expression.
                    State::Look { .. } | State::Fail => {}
                }
            }
        }
        if !self.is_first {
            set.sort_unstable();
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_without_an_automaton_says_why() {
        for (expression, why) in [
            ("^a", "has an anchor or a word boundary"),
            (r"a\Z", "has an anchor or a word boundary"),
            (r"a\b", "is left to the regex: a word boundary in text that is not ASCII"),
            ("a$", "is left to the regex: $ also matches before a final newline"),
            ("a(?=b)", "is left to the regex: lookaround"),
            ("(?:a*)*", "repeats something that can be empty"),
            (r"[^\s\S]", "matches no text"),
            // A state for each way to have read the last fifteen letters.
            ("[ab]*a[ab]{15}", "has an automaton that is too large"),
            ("[ab]{1,1000}{1,1000}", "is left to the regex: multiple repeat"),
            ("(?:[ab]{1,1000}){1,1000}", "has an automaton that is too large"),
        ] {
            assert_eq!(Automaton::new(expression, true, None).err().as_deref(), Some(why), "{expression}");
        }
    }

    #[test]
    fn where_unicode_takes_too_much_the_automaton_is_for_ascii() {
        let automaton = Automaton::new(r"\w{300}", true, None).unwrap_or_else(|why| panic!("{why}"));
        assert!(!automaton.is_unicode());
        assert_eq!(automaton.run(&[b'a'; 400], 50, End::Longest), Some(350));
    }

    #[test]
    fn it_is_greedy_if_the_regex_always_tries_the_longest_text_first() {
        for (expression, is_greedy) in [
            (r"\d+", true),
            ("a|ab", false),
            ("ab|a", true),
            ("a*?", false),
            ("INFO|WARN|ERROR", true),
            (r#""(?:[^"\\]|\\.)*"|\S+"#, false),
        ] {
            let automaton = Automaton::new(expression, true, None).unwrap_or_else(|why| panic!("{why}"));
            assert_eq!(automaton.is_greedy(), is_greedy, "{expression}");
        }
    }
}
