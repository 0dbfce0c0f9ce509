//! The steps of a segment: each has one way to match from a given place.

use std::ops::Range;

use parsimd_simd::{Case, Class, Literal, Take};

use super::{
    answer::{
        Choice,
        StepOutcome::{self, At, No, Undecided},
    },
    automaton::{Automaton, End},
    bytes::{Bytes, digits, find, stands},
    datetime::{Datetime, Style},
    spans::SpanRow,
};
use crate::{
    engine::{unicode, work},
    pattern::is_pairs,
};

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    /// `d`.
    Integer,
    /// `n`.
    Grouped,
    /// `b`, `o`, `x`: the letter of the prefix, in lower case.
    Based(u8),
    /// `f`, `F`.
    Fixed,
    /// `e`.
    Scientific,
    /// `g`.
    General,
    /// `%`.
    Percent,
}

/// What a step does with characters that are not ASCII, of which it looks at the bytes. It says which of them are in the
/// [quit set](crate::engine::quit) of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NonAscii {
    /// What the regex does, whatever the character: none is in the set.
    AsRegex,
    /// It takes none: all that a class of its expression has are in the set.
    None,
    /// The same, but any may stand where the expression has a dot.
    NoneButDots,
    /// It takes all: those that its class has not are in the set.
    All,
    /// All are in the set.
    Unknown,
}

/// How many bytes a repeated text may have to be compared here.
const LONGEST_REPEAT: usize = 256;

/// A step of a segment.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Literal(Literal),
    /// A class, one or more times, as often as it can, but for the last `back` bytes: the next literal begins with them.
    Run {
        field: usize,
        class: Class,
        back: usize,
    },
    Number {
        field: usize,
        number: Number,
    },
    /// `d` with a width, which is a maximum, or with a character that may stand among the digits.
    Digits {
        field: usize,
        max: Option<usize>,
        group: Option<u8>,
        is_ambiguous: bool,
    },
    Datetime {
        field: usize,
        datetime: Datetime,
        style: Style,
        is_ambiguous: bool,
    },
    /// Any text that an expression matches.
    Automaton {
        field: usize,
        automaton: Box<Automaton>,
        end: End,
    },
    /// A text of so many bytes, which are characters since all text is ASCII here. If it is not `is_exact` it may be longer.
    Column {
        field: usize,
        width: usize,
        is_exact: bool,
    },
    /// The padding of a field, which is not in its text: a byte, as often as it stands, or not at all.
    Padding {
        byte: u8,
        is_ambiguous: bool,
    },
    /// Pairs of keys and values, to the end of the text.
    Pairs {
        field: usize,
    },
    /// The text of a field that stood before, in any case or the same.
    Repeat {
        field: usize,
        ignore_case: bool,
    },
    /// A step of a type, or a text that stands for no value.
    Nullable(Box<Nullable>),
    /// Steps that may be missing as a whole.
    Optional(Box<Part>),
    /// In an optional part: any text, up to the first place of the next literal.
    Lazy {
        field: usize,
        until: Option<Literal>,
    },
}

/// A step of a type, and the texts that stand for no value; `None` is the empty one. The regex prefers them in this order.
///
/// A step that may itself end at [several places](End::Before) is one too, with or without such texts.
#[derive(Debug, Clone)]
pub(super) struct Nullable {
    pub(super) step: Step,
    pub(super) nulls: Vec<Option<Literal>>,
    /// The bytes that may stand after the literal that follows; `None` for any, or the end.
    pub(super) after: Option<Bytes>,
}

impl Nullable {
    /// As [`Step::non_ascii`]. A letter of a null text may have a case outside of ASCII, which the step of the type does not look for.
    pub(super) fn non_ascii(&self) -> NonAscii {
        let has_none = self.nulls.iter().flatten().all(has_no_other_cases);
        if has_none { self.step.non_ascii() } else { NonAscii::Unknown }
    }

    /// Matches at byte `at` of `text`, where what follows can begin at the end: `follows` says so.
    #[inline]
    pub(super) fn run(&self, text: &[u8], at: usize, row: &mut SpanRow<'_>, follows: impl Fn(usize) -> bool) -> Choice {
        let (typed, has_others) = match self.step.choose(text, at, row, &follows) {
            Choice::Only(end) => (Some(end), false),
            Choice::Preferred(end) => (Some(end), true),
            Choice::No => (None, false),
            Choice::Undecided => return Choice::Undecided,
        };
        let nulls = self.nulls.iter().filter_map(|null| match null {
            None => Some(at),
            Some(null) => null.stands_at(text, at).then(|| at + null.len()),
        });
        let mut ends = typed.into_iter().chain(nulls.filter(|&end| follows(end)));
        let Some(end) = ends.next() else { return Choice::No };
        if let Some(field) = self.step.field() {
            row.set(field, at, end);
        }
        if has_others || ends.any(|other| other != end) { Choice::Preferred(end) } else { Choice::Only(end) }
    }

    /// Where the text ends that the regex prefers, as [`run`](Self::run) says it, which also says whether there are others.
    #[inline]
    pub(super) fn preferred(
        &self,
        text: &[u8],
        at: usize,
        row: &mut SpanRow<'_>,
        follows: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        if let Some((field, automaton, _)) = self.automaton().filter(|_| self.nulls.is_empty())
            && let Some(mut ends) = automaton.ends_of_any_text(text, at, &follows)
        {
            return ends.next().inspect(|&end| row.set(field, at, end));
        }
        match self.run(text, at, row, follows) {
            Choice::Only(end) | Choice::Preferred(end) => Some(end),
            Choice::No | Choice::Undecided => None,
        }
    }

    /// The automaton of the type, where that is one, with its field and where it ends.
    pub(super) fn automaton(&self) -> Option<(usize, &Automaton, End)> {
        match &self.step {
            Step::Automaton { field, automaton, end } => Some((*field, automaton, *end)),
            _ => None,
        }
    }

    /// Whether what follows can begin at `end`: its literal, or the end of the text where it `is_last`.
    #[inline]
    pub(super) fn can_end(&self, then: Option<&Literal>, is_last: bool, text: &[u8], end: usize) -> bool {
        let Some(literal) = then else { return !is_last || end == text.len() };
        let may_follow = |after: &Bytes| text.get(end + literal.len()).is_some_and(|&byte| after.has(byte));
        literal.stands_at(text, end) && self.after.as_ref().is_none_or(may_follow)
    }
}

/// A part that may be missing as a whole.
///
/// The regex prefers it present. So a program tries the part first, and once, together with the literal after it:
///
/// * They do not match: the part is missing, and that is certain, since its steps have one way to match. The literal alone must stand there.
///   Unless a field of any text is in the part: it ends at the first place of its literal, and a mismatch from there on is undecided.
/// * They match: the part is present. That is undone only by the regex. Where none of the bytes that the part may have can begin what follows, it need
///   not be: what follows cannot begin inside of the part, so a match without it, here or at a later place, ends no earlier. Elsewhere the boundary
///   is ambiguous, and a mismatch after it means undecided.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// The steps of the part, of which at least one is not empty, and then the literal after it, if there is one.
    pub(super) steps: Vec<Step>,
    /// What stands in its place where it is missing: the literal after it.
    pub(super) instead: Option<Literal>,
    /// The fields in it, which have no span where it is missing.
    pub(super) fields: Range<usize>,
    /// Whether it might have to be missing where it is present, or to be another text.
    pub(super) is_ambiguous: bool,
    /// The bytes that may stand after its opening, or that it begins with if it has none.
    pub(super) first: Bytes,
}

impl Part {
    /// The literal that it begins with, if it does.
    #[inline(always)]
    pub(super) fn opening(&self) -> Option<&Literal> {
        match self.steps.first() {
            Some(Step::Literal(literal)) => Some(literal),
            _ => None,
        }
    }

    /// Whether the part may stand at byte `at` of the record that ends at `end` of `block`, by its first bytes. There is no branch on the answer.
    #[inline(always)]
    pub(super) fn may_begin(&self, block: &[u8], at: usize, end: usize) -> bool {
        let opening = self.opening();
        let goes_on = block.get(at + opening.map_or(0, Literal::len)).is_none_or(|&byte| self.first.has(byte));
        opening.is_none_or(|opening| opening.stands_before(block, at, end)) & goes_on
    }

    /// Matches the part at byte `at` of `text`, or what stands there instead.
    #[inline]
    pub(super) fn run(&self, text: &[u8], at: usize, row: &mut SpanRow<'_>) -> StepOutcome {
        match self.present(text, at, row) {
            No => {}
            outcome => return outcome,
        }
        self.fields.clone().for_each(|field| row.set_absent(field));
        self.instead.as_ref().map_or(At(at), |literal| stands(literal, text, at))
    }

    /// Matches the part at byte `at` of `text`.
    #[inline]
    fn present(&self, text: &[u8], mut at: usize, row: &mut SpanRow<'_>) -> StepOutcome {
        // Whether it might be another text up to here.
        let mut is_ambiguous = false;
        for (number, step) in self.steps.iter().enumerate() {
            let outcome = match step {
                Step::Nullable(nullable) => {
                    // Where the value may take less than it does, the literal does not tell it from a null text.
                    let literal = self.literal_after(number).filter(|_| !step.is_ambiguous());
                    match nullable.run(text, at, row, |end| nullable.can_end(literal, false, text, end)) {
                        Choice::Only(end) => At(end),
                        Choice::Preferred(end) => {
                            is_ambiguous = true;
                            At(end)
                        }
                        Choice::No => No,
                        Choice::Undecided => Undecided,
                    }
                }
                step => step.run(text, at, row),
            };
            match outcome {
                At(end) => at = end,
                No if !is_ambiguous => return No,
                No | Undecided => return Undecided,
            }
            is_ambiguous |= step.is_ambiguous();
        }
        At(at)
    }

    /// The literal after step `number` of the part, if one stands there.
    pub(super) fn literal_after(&self, number: usize) -> Option<&Literal> {
        match self.steps.get(number + 1) {
            Some(Step::Literal(literal)) => Some(literal),
            _ => None,
        }
    }

    /// Adds the literal after the part.
    pub(super) fn end_with(&mut self, literal: Literal, case: Case) {
        match self.steps.last_mut() {
            // One literal is looked at faster than two.
            Some(Step::Literal(last)) => *last = last.followed_by(&literal, case),
            _ => self.steps.push(Step::Literal(literal.clone())),
        }
        match &mut self.steps[..] {
            [.., Step::Lazy { until, .. }, Step::Literal(last)] => *until = Some(last.clone()),
            // What may stand after its literal stands in the literal now.
            [.., Step::Nullable(nullable), Step::Literal(_)] => nullable.after = None,
            _ => {}
        }
        self.instead = Some(literal);
    }
}

impl Step {
    /// Whether its end is ambiguous: it might have taken another text than it did, and what follows might need that.
    #[inline]
    pub(super) fn is_ambiguous(&self) -> bool {
        match self {
            Step::Datetime { is_ambiguous, .. }
            | Step::Digits { is_ambiguous, .. }
            | Step::Padding { is_ambiguous, .. } => *is_ambiguous,
            Step::Column { is_exact, .. } => !is_exact,
            Step::Automaton { end, .. } => *end == End::First,
            Step::Lazy { .. } => true,
            Step::Nullable(nullable) => nullable.step.is_ambiguous(),
            Step::Optional(part) => part.is_ambiguous,
            _ => false,
        }
    }

    /// Whether it may be one text or another before the same literal.
    pub(super) fn has_choices(&self) -> bool {
        match self {
            Step::Nullable(nullable) => {
                let ends = nullable.automaton().map(|(.., end)| end);
                !nullable.nulls.is_empty() || ends == Some(End::Before)
            }
            _ => false,
        }
    }

    /// Whether it may match the empty text.
    pub(super) fn may_be_empty(&self) -> bool {
        match self {
            Step::Padding { .. } | Step::Optional(_) => true,
            Step::Automaton { automaton, .. } => automaton.may_be_empty(),
            Step::Nullable(nullable) => nullable.nulls.iter().any(Option::is_none) || nullable.step.may_be_empty(),
            _ => false,
        }
    }

    /// The step itself, or that of the type where there are null texts.
    pub(super) fn typed(&self) -> &Step {
        match self {
            Step::Nullable(nullable) => &nullable.step,
            step => step,
        }
    }

    /// As [`typed`](Self::typed), to be changed.
    pub(super) fn typed_mut(&mut self) -> &mut Step {
        match self {
            Step::Nullable(nullable) => &mut nullable.step,
            step => step,
        }
    }

    /// Sets where an automaton ends, and what may stand after the literal that follows.
    pub(super) fn set_end(&mut self, found: End, after: Option<Bytes>) {
        if let Step::Automaton { end, .. } = self.typed_mut() {
            *end = found;
        }
        if let Step::Nullable(nullable) = self {
            nullable.after = after;
        }
    }

    /// The field, and what the kernel `walk` calls the step, where that makes it.
    pub(super) fn take(&self) -> Option<(usize, Take)> {
        match *self {
            Step::Run { field, class, back: 0 } => Some((field, Take::Run(class))),
            Step::Number { field, number: Number::Integer } => Some((field, Take::Integer)),
            Step::Number { field, number: Number::Fixed } => Some((field, Take::Decimal)),
            Step::Lazy { field, .. } => Some((field, Take::Until(1))),
            _ => None,
        }
    }

    /// Its field, if it has one.
    pub(super) fn field(&self) -> Option<usize> {
        match self {
            Step::Literal(_) | Step::Padding { .. } | Step::Optional(_) => None,
            Step::Nullable(nullable) => nullable.step.field(),
            Step::Run { field, .. }
            | Step::Digits { field, .. }
            | Step::Column { field, .. }
            | Step::Automaton { field, .. }
            | Step::Pairs { field }
            | Step::Number { field, .. }
            | Step::Datetime { field, .. }
            | Step::Lazy { field, .. }
            | Step::Repeat { field, .. } => Some(*field),
        }
    }

    /// What it does with characters that are not ASCII.
    pub(super) fn non_ascii(&self) -> NonAscii {
        match self {
            Step::Literal(_) | Step::Pairs { .. } | Step::Lazy { .. } => NonAscii::AsRegex,
            Step::Run { class, .. } if *class == Class::WORD => NonAscii::AsRegex,
            Step::Run { class, .. } if class.contains(0x80) => NonAscii::All,
            Step::Run { .. } | Step::Number { .. } | Step::Digits { .. } => NonAscii::None,
            // Where the expression has a dot, it takes the byte that is written there, or does not know.
            Step::Datetime { datetime: Datetime::Codes(_), .. } => NonAscii::NoneButDots,
            Step::Datetime { .. } => NonAscii::None,
            Step::Automaton { automaton, .. } if automaton.is_unicode() => NonAscii::AsRegex,
            Step::Nullable(nullable) => nullable.non_ascii(),
            _ => NonAscii::Unknown,
        }
    }

    /// The same for field `number`, if that is its field or one in it.
    pub(super) fn non_ascii_of(&self, number: usize) -> Option<NonAscii> {
        match self {
            Step::Optional(part) => part.steps.iter().rev().find_map(|step| step.non_ascii_of(number)),
            step => (step.field() == Some(number)).then(|| step.non_ascii()),
        }
    }

    /// The first place at byte `from` of `text` or later where it matches, or may; it begins with one of `first`.
    pub(super) fn find(
        &self,
        first: &Bytes,
        text: &[u8],
        from: usize,
        row: &mut SpanRow<'_>,
    ) -> Option<(usize, StepOutcome)> {
        let mut at = from;
        loop {
            let passed = text.get(at..)?.iter().position(|&byte| first.has(byte))?;
            work::count(passed + 1);
            at += passed;
            match self.run(text, at, row) {
                No => at += 1,
                outcome => return Some((at, outcome)),
            }
        }
    }

    /// Matches at byte `at` of `text`, where what follows can begin at the end: `follows` says so.
    #[inline]
    fn choose(&self, text: &[u8], at: usize, row: &mut SpanRow<'_>, follows: impl Fn(usize) -> bool) -> Choice {
        if let Step::Automaton { automaton, end, .. } = self {
            return automaton.choose(text, at, *end, follows);
        }
        match self.run(text, at, row) {
            At(end) if follows(end) => Choice::Only(end),
            At(_) | No => Choice::No,
            Undecided => Choice::Undecided,
        }
    }

    /// Matches at byte `at` of `text`.
    #[inline(always)]
    pub(super) fn run(&self, text: &[u8], at: usize, row: &mut SpanRow<'_>) -> StepOutcome {
        let (field, outcome) = match self {
            Step::Literal(literal) => return stands(literal, text, at),
            Step::Nullable(nullable) => {
                return match nullable.run(text, at, row, |_| true) {
                    Choice::Only(end) => At(end),
                    Choice::No => No,
                    Choice::Preferred(_) | Choice::Undecided => Undecided,
                };
            }
            Step::Optional(part) => return part.run(text, at, row),
            // Were the rest of the text looked at from each place of a search, that would not take linear time: so the regex decides.
            Step::Lazy { field, until } => {
                (field, until.as_ref().and_then(|until| find(until, text, at + 1)).map_or(Undecided, At))
            }
            Step::Run { field, class, back } => {
                let mut length = class.run(text, at);
                if class_goes_on(*class, text, at + length) {
                    length = word(text, at + length) - at;
                }
                work::count(length + 1);
                (field, if length > *back { At(at + length - back) } else { No })
            }
            Step::Number { field, number } => (field, number.run(text, at)),
            Step::Digits { field, max, group, .. } => (field, grouped(text, at, *max, *group)),
            Step::Datetime { field, datetime, style, .. } => (field, datetime.run(text, at, *style)),
            Step::Automaton { field, automaton, end } => (field, automaton.run(text, at, *end).map_or(No, At)),
            Step::Column { field, width, .. } => (field, if at + width > text.len() { No } else { At(at + width) }),
            Step::Pairs { field } => {
                let rest = text.get(at..).unwrap_or_default();
                work::count(rest.len());
                (field, if is_pairs(rest) { At(text.len()) } else { No })
            }
            Step::Padding { byte, .. } => {
                let length = text.get(at..).unwrap_or_default().iter().take_while(|next| *next == byte).count();
                work::count(length + 1);
                return At(at + length);
            }
            Step::Repeat { field, ignore_case } => {
                let span = row.get(*field);
                let first = &text[span.start as usize..span.end as usize];
                // Compared at each place where a search tries its luck, long texts would not take linear time.
                if first.len() > LONGEST_REPEAT {
                    return Undecided;
                }
                work::count(first.len());
                return match text.get(at..at + first.len()) {
                    Some(again) if again == first || *ignore_case && again.eq_ignore_ascii_case(first) => {
                        At(at + first.len())
                    }
                    _ => No,
                };
            }
        };
        if let At(end) = outcome {
            row.set(*field, at, end);
        }
        outcome
    }
}

/// Whether no letter of a literal whose case may be ignored has a case outside of ASCII: `k`, `s` and `i` have.
fn has_no_other_cases(literal: &Literal) -> bool {
    (0..literal.len()).map(|offset| literal.wanted(offset)).all(|(fold, byte)| fold == 0 || !b"ksi".contains(&byte))
}

/// Whether a run of `class` that has come to `at` may go on in characters that are not ASCII. Predicate words may: to other classes such
/// characters are in the [quit set](crate::engine::quit).
#[inline(always)]
fn class_goes_on(class: Class, text: &[u8], at: usize) -> bool {
    text.get(at).is_some_and(|byte| !byte.is_ascii()) && class == Class::WORD
}

/// The end of the word characters from `at` on, where one stands that is not ASCII.
#[cold]
fn word(text: &[u8], mut at: usize) -> usize {
    while let Some(c) = unicode::char_at(text, at).filter(|&c| unicode::is_word(c)) {
        at += c.len_utf8();
        at += Class::WORD.run(text, at);
    }
    at
}

#[inline(always)]
fn sign(text: &[u8], at: usize) -> usize {
    usize::from(matches!(text.get(at), Some(b'-' | b'+' | b' ')))
}

/// `d` with at max so many digits, or `group`, of which it takes what it can.
fn grouped(text: &[u8], at: usize, max: Option<usize>, group: Option<u8>) -> StepOutcome {
    let begin = at + sign(text, at);
    let begin = begin + sign(text, begin);
    let is_digit = |byte: &&u8| byte.is_ascii_digit() || Some(**byte) == group;
    let rest = text.get(begin..).unwrap_or_default();
    let length = rest.iter().take(max.unwrap_or(usize::MAX)).take_while(is_digit).count();
    work::count(length + 1);
    match rest.get(length) {
        // A base prefix, or a number that ends just here.
        Some(b'x' | b'X' | b'b' | b'B' | b'o' | b'O') if length == 1 && rest[0] == b'0' => Undecided,
        _ if length == 0 => No,
        _ => At(begin + length),
    }
}

/// `nan` and `inf` are rare in logs: the regex knows where they may stand.
#[inline]
fn word_number(text: &[u8], at: usize) -> StepOutcome {
    if matches!(text.get(at), Some(b'n' | b'N' | b'i' | b'I')) { Undecided } else { No }
}

impl Number {
    #[inline(always)]
    fn run(self, text: &[u8], at: usize) -> StepOutcome {
        match self {
            Number::Integer => {
                let begin = at + sign(text, at);
                let begin = begin + sign(text, begin);
                let end = begin + digits(text, begin);
                match text.get(end) {
                    // A base prefix, or a number that ends just here: the other branches of the type decide.
                    Some(b'x' | b'X' | b'b' | b'B' | b'o' | b'O') if end == begin + 1 && text[begin] == b'0' => {
                        Undecided
                    }
                    _ if end == begin => No,
                    _ => At(end),
                }
            }
            Number::Grouped => {
                let begin = at + sign(text, at);
                let mut end = begin + digits(text, begin).min(3);
                if end == begin {
                    return No;
                }
                while matches!(text.get(end), Some(b',' | b'.')) && digits(text, end + 1) >= 3 {
                    end += 4;
                }
                At(end)
            }
            Number::Based(letter) => {
                let base = match letter {
                    b'b' => 2,
                    b'o' => 8,
                    _ => 16,
                };
                let run = |at: usize| {
                    text.get(at..)
                        .map_or(0, |rest| rest.iter().take_while(|&&byte| char::from(byte).is_digit(base)).count())
                };
                let begin = at + sign(text, at);
                let has_prefix =
                    text.get(begin) == Some(&b'0') && text.get(begin + 1).is_some_and(|byte| byte | 0x20 == letter);
                match (has_prefix, run(begin + 2), run(begin)) {
                    // For `b` the prefix is read as one where digits follow, for `x` a lone `0x` is the digit 0.
                    (true, 0, _) => Undecided,
                    (true, length, _) => At(begin + 2 + length),
                    (false, _, 0) => No,
                    (false, _, length) => At(begin + length),
                }
            }
            Number::Fixed => {
                let begin = at + sign(text, at);
                let point = begin + digits(text, begin);
                let after = if text.get(point) == Some(&b'.') { digits(text, point + 1) } else { 0 };
                if after > 0 { At(point + 1 + after) } else { word_number(text, begin) }
            }
            Number::Percent => {
                let begin = at + sign(text, at);
                let whole = digits(text, begin);
                let point = begin + whole;
                let after = if text.get(point) == Some(&b'.') { digits(text, point + 1) } else { 0 };
                let end = if after > 0 { point + 1 + after } else { point };
                if whole > 0 && text.get(end) == Some(&b'%') { At(end + 1) } else { No }
            }
            Number::Scientific => {
                let begin = at + sign(text, at);
                let point = begin + digits(text, begin);
                let after = if text.get(point) == Some(&b'.') { digits(text, point + 1) } else { 0 };
                match if after > 0 { exponent(text, point + 1 + after) } else { None } {
                    Some(end) => At(end),
                    None => word_number(text, begin),
                }
            }
            Number::General => {
                let begin = at + sign(text, at);
                let whole = digits(text, begin);
                if whole == 0 {
                    return word_number(text, begin);
                }
                let point = begin + whole;
                let after = if text.get(point) == Some(&b'.') { digits(text, point + 1) } else { 0 };
                let end = if after > 0 { point + 1 + after } else { point };
                At(exponent(text, end).unwrap_or(end))
            }
        }
    }
}

/// The end of the exponent at `at`, if there is one.
fn exponent(text: &[u8], at: usize) -> Option<usize> {
    let begin = at + 1 + usize::from(matches!(text.get(at + 1), Some(b'-' | b'+')));
    let length = digits(text, begin);
    (matches!(text.get(at), Some(b'e' | b'E')) && length > 0).then_some(begin + length)
}
