//! Format → [`Program`], or why there is none.
//!
//! Here is the rule that decides program or regex. A format has a program if each boundary between two steps has one place, or an ambiguity that
//! can be lived with. Three sets of bytes tell ([`Step::first_set`] and its sisters):
//!
//! * the *FIRST set* of a step: what it may begin with;
//! * its *can-extend set*: what it could have taken more of. A boundary is ambiguous where this meets the FIRST set of the next step;
//! * its *scanned set*: what a look at it may run over. The literal of a search must have a byte that is outside of it, for linear time.

use parsimd_simd::{Case, Class, Literal};

use super::{
    automaton::{Automaton, End},
    bytes::Bytes,
    datetime::{Codes, Datetime, Style},
    explain::quote,
    openings::Openings,
    ops::{LazyField, Op, Program},
    shortcut::Shortcut,
    steps::{Nullable, Number, Part, Step},
};
use crate::{
    engine::unicode,
    limits::PROGRAM_WIDTH,
    pattern::{Align, DatetimeLayout, Field, Format, NullTexts, Piece, ValueKind, fraction_marks},
};

/// How many bytes of a class the literal after it may begin with.
const MAX_GIVEN_BACK: usize = 8;

impl Program {
    /// The program of a format.
    ///
    /// # Errors
    /// Why it has none, for a person to read.
    pub(crate) fn new(format: &Format) -> Result<Program, String> {
        let mut chain = Chain::default();
        let pieces = merged(&format.pieces);
        for (at, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Raw => return Err("a lone brace may be a quantifier".to_owned()),
                Piece::PartBegin => chain.begin_part(),
                Piece::PartEnd => chain.end_part()?,
                Piece::Literal(text) if !format.case_sensitive && unicode::has_cases(text) => {
                    return Err(format!("the literal {text:?} has letters whose cases are not ASCII"));
                }
                Piece::Literal(text) => chain.push_literal(text, case(format.case_sensitive)),
                Piece::Repeat(field) => chain.push(Step::Repeat { field: *field, ignore_case: !format.case_sensitive }),
                Piece::Field(number) => {
                    let field = &format.fields[*number];
                    let (before, after) = padding(field)?;
                    if *field.kind() == ValueKind::Pairs && (after.is_some() || at + 1 < pieces.len()) {
                        return Err(format!(
                            "the field {:?} has pairs, and something comes after it",
                            field.column_name()
                        ));
                    }
                    before.into_iter().for_each(|byte| chain.push_padding(byte));
                    match part(*number, format)? {
                        FieldPart::Step(step) => chain.push(nullable(step, field, format.case_sensitive)?),
                        FieldPart::Lazy(lazy) if field.is_optional => chain.push(lazy_step(lazy, field)?),
                        FieldPart::Lazy(lazy) => chain.push_lazy(nullable_lazy(lazy, field)?),
                    }
                    after.into_iter().for_each(|byte| chain.push_padding(byte));
                }
            }
        }
        let (mut segments, lazy) = chain.with_columns();
        let last = segments.len() - 1;
        for (number, segment) in segments.iter_mut().enumerate() {
            let after = number.checked_sub(1).map(|before| lazy[before]);
            resolve_boundaries(segment, after, number < last, format)?;
        }
        if segments[1..last.max(1)].iter().any(Segment::may_be_empty) {
            return Err("two fields of any text stand side by side".to_owned());
        }
        for (lazy, next) in lazy.iter().zip(&segments[1..]) {
            check_nulls(&format.fields[lazy.field], next)?;
        }
        let ends_in_nulls = segments[last].may_be_empty()
            && lazy.last().is_some_and(|lazy| format.fields[lazy.field].nulls().is_some());
        let head = &segments[0];
        let can_search = if head.steps.is_empty() {
            !lazy.is_empty()
        } else {
            head.opening().is_some() && head.is_searchable() && head.is_linear()
                || head.begins_with_runs() && !format.has_repeats
        };
        // A search ends a last field of any text after one character, unless a null text stands there.
        let can_search = can_search && !ends_in_nulls && segments[last].ends_as_search_does();
        let is_linear = segments[1..].iter().all(|segment| segment.steps.is_empty() || segment.is_linear());
        let ends_in_text = lazy.last().filter(|last| segments[segments.len() - 1].steps.is_empty() && last.is_open());
        let stays_in_line = segments.iter().all(|segment| stays_in_line(&segment.steps));
        let open_field = ends_in_text.map(|lazy| lazy.field).filter(|_| stays_in_line);
        let mut ops = Vec::new();
        let mut fields = lazy.into_iter();
        for (number, segment) in segments.into_iter().enumerate() {
            let field = if number > 0 { fields.next() } else { None };
            segment.put(field, number == last, can_search, case(format.case_sensitive), &mut ops);
        }
        Ok(Program { ops, has_repeats: format.has_repeats, can_search, is_linear, open_field })
    }
}

/// What a field becomes.
enum FieldPart {
    Step(Step),
    Lazy(LazyField),
}

/// A format in order: segments, with a lazy field between each and the next.
#[derive(Debug)]
struct Chain {
    segments: Vec<Segment>,
    lazy: Vec<LazyField>,
    /// The steps of the optional parts that have not ended.
    parts: Vec<Vec<Step>>,
}

impl Default for Chain {
    fn default() -> Self {
        Chain { segments: vec![Segment::default()], lazy: Vec::new(), parts: Vec::new() }
    }
}

impl Chain {
    /// The steps of the last part that has not ended, or of the last segment.
    fn steps(&mut self) -> &mut Vec<Step> {
        let last = self.segments.len() - 1;
        self.parts.last_mut().unwrap_or(&mut self.segments[last].steps)
    }

    fn begin_part(&mut self) {
        self.parts.push(Vec::new());
    }

    /// What the last part has become is a step.
    fn end_part(&mut self) -> Result<(), String> {
        let steps = self.parts.pop().unwrap_or_default();
        if steps.iter().all(Step::may_be_empty) {
            return Err("an optional part may be empty where it is present".to_owned());
        }
        let (first, last) = (steps.iter().find_map(first_field), steps.iter().rev().find_map(last_field));
        let fields = first.zip(last).map_or(0..0, |(first, last)| first..last + 1);
        let after = &steps[usize::from(matches!(steps.first(), Some(Step::Literal(_))))..];
        // Where all of the others may be missing, anything may follow; some words begin with letters that are not ASCII.
        let is_open = after.iter().all(Step::may_be_empty);
        let first = first_of(after);
        let first = Bytes::new(|byte| is_open || first.has(byte) || !byte.is_ascii());
        self.push(Step::Optional(Box::new(Part { steps, instead: None, fields, is_ambiguous: false, first })));
        Ok(())
    }

    fn push(&mut self, step: Step) {
        self.steps().push(step);
    }

    fn push_lazy(&mut self, lazy: LazyField) {
        self.lazy.push(lazy);
        self.segments.push(Segment::default());
    }

    /// Padding side by side is one.
    fn push_padding(&mut self, byte: u8) {
        if !matches!(self.steps().last(), Some(Step::Padding { byte: last, .. }) if *last == byte) {
            self.push(Step::Padding { byte, is_ambiguous: false });
        }
    }

    /// What of a literal is the padding before it, goes before the padding: `" *"` and `" "` match what `" "` and `" *"` do.
    fn push_literal(&mut self, text: &str, case: Case) {
        let mut rest = text.as_bytes();
        if let Some(&Step::Padding { byte, .. }) = self.steps().last() {
            let count = rest.iter().take_while(|&&next| next == byte).count();
            if let Some(same) = Literal::new(&rest[..count], case) {
                let at = self.steps().len() - 1;
                self.steps().insert(at, Step::Literal(same));
                rest = &rest[count..];
            }
        }
        if let Some(literal) = Literal::new(rest, case) {
            self.push(Step::Literal(literal));
        }
    }

    /// The segments and the lazy fields, but for those with a width whose end no literal tells: they become columns.
    fn with_columns(self) -> (Vec<Segment>, Vec<LazyField>) {
        let mut segments: Vec<Segment> = Vec::new();
        let mut kept = Vec::new();
        let count = self.lazy.len();
        for (number, segment) in self.segments.into_iter().enumerate() {
            let Some(lazy) = number.checked_sub(1).map(|before| self.lazy[before]) else {
                segments.push(segment);
                continue;
            };
            let is_exact = lazy.max == Some(lazy.min);
            let has_end = segment.is_searchable() || number == count && segment.may_be_empty();
            match segments.last_mut() {
                Some(last) if is_exact || lazy.min > 1 && !has_end => {
                    last.steps.push(Step::Column { field: lazy.field, width: lazy.min, is_exact });
                    last.steps.extend(segment.steps);
                }
                _ => {
                    kept.push(lazy);
                    segments.push(segment);
                }
            }
        }
        (segments, kept)
    }
}

/// A width or a precision; `None` where the field has none.
fn width(text: &str) -> Result<Option<usize>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse() {
        Ok(width @ 1..=PROGRAM_WIDTH) => Ok(Some(width)),
        _ => Err(format!("width {text} out of range 1–{PROGRAM_WIDTH}")),
    }
}

/// The padding before a field and after it.
fn padding(field: &Field) -> Result<(Option<u8>, Option<u8>), String> {
    let Some(spec) = &field.spec else { return Ok((None, None)) };
    let align = spec.alignment();
    let refuse = |why: &str| Err(format!("the field {:?} {why}", field.column_name()));
    let fill = match spec.fill.unwrap_or(' ') {
        // The expression has it as it is.
        '|' if align.is_some() => return refuse("is padded with |, which is not escaped"),
        // Where case is ignored, a letter is two.
        fill if !fill.is_ascii() || fill.is_ascii_alphabetic() => {
            return refuse("is padded with another character than a sign or a digit");
        }
        fill => fill as u8,
    };
    Ok(match align {
        None => (None, None),
        Some(Align::Left) => (None, Some(fill)),
        Some(Align::Right) => (Some(fill), None),
        Some(Align::Center) => (Some(fill), Some(fill)),
        Some(Align::Numeric) => return refuse("has padding between its sign and its digits"),
    })
}

/// Literals side by side become one.
fn merged(pieces: &[Piece]) -> Vec<Piece> {
    let mut merged: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match (merged.last_mut(), piece) {
            (Some(Piece::Literal(text)), Piece::Literal(more)) => text.push_str(more),
            _ => merged.push(piece.clone()),
        }
    }
    merged
}

fn case(case_sensitive: bool) -> Case {
    if case_sensitive { Case::Exact } else { Case::IgnoreAscii }
}

/// The step or lazy field for a field.
fn part(number: usize, format: &Format) -> Result<FieldPart, String> {
    let (field, ignore_case) = (&format.fields[number], !format.case_sensitive);
    let refuse = |why: &str| Err(format!("the field {:?} {why}", field.column_name()));
    let (min, max, group) = match &field.spec {
        Some(spec) => (width(&spec.width), spec.precision.as_str(), spec.grouping),
        None => (Ok(None), "", None),
    };
    let code = field.spec.as_ref().map_or("", |spec| spec.kind.as_str());
    let run = |class| Step::Run { field: number, class, back: 0 };
    let numeric = |kind| Step::Number { field: number, number: kind };
    let datetime = |datetime, marks| {
        let style = Style { ignore_case, marks };
        Step::Datetime { field: number, datetime, style, is_ambiguous: false }
    };
    Ok(FieldPart::Step(match field.kind() {
        ValueKind::Custom(_)
        | ValueKind::Converted { .. }
        | ValueKind::UnixTime
        | ValueKind::Duration
        | ValueKind::Size
        | ValueKind::Address
        | ValueKind::Boolean
        | ValueKind::Quoted => return own(number, field, ignore_case),
        ValueKind::Pairs if field.nulls().is_some() => return refuse("has null texts beside its pairs"),
        ValueKind::Pairs => Step::Pairs { field: number },
        ValueKind::Text => match code {
            "" => {
                let (min, max) = (min?.unwrap_or(1), width(max)?);
                return match max {
                    Some(max) if max < min => refuse("has a width that is more than its precision"),
                    max => Ok(FieldPart::Lazy(LazyField { field: number, min, max })),
                };
            }
            "l" => run(Class::LETTERS),
            "w" => run(Class::WORD),
            "W" => run(Class::WORD.inverted()),
            "s" => run(Class::SPACE),
            "S" => run(Class::SPACE.inverted()),
            "D" => run(Class::DIGITS.inverted()),
            _ => return own(number, field, ignore_case),
        },
        ValueKind::Integer { base: None } => match (min?, group) {
            (None, None) => numeric(Number::Integer),
            (max, group) => {
                Step::Digits { field: number, max, group: group.map(|group| group as u8), is_ambiguous: false }
            }
        },
        ValueKind::Integer { base: Some(10) } => numeric(Number::Grouped),
        ValueKind::Integer { .. } => numeric(Number::Based(code.as_bytes()[0].to_ascii_lowercase())),
        ValueKind::Grouped(..) => return refuse("is a float whose digits may be in groups"),
        ValueKind::Percent => numeric(Number::Percent),
        ValueKind::Decimal | ValueKind::Float if matches!(code, "f" | "F") && max == "0" => {
            return refuse("has a precision of 0, with which it is another type");
        }
        ValueKind::Decimal => numeric(Number::Fixed),
        ValueKind::Float => numeric(match code {
            "f" => Number::Fixed,
            "e" | "E" => Number::Scientific,
            _ => Number::General,
        }),
        ValueKind::Time(layout) => {
            let marks = fraction_marks(*layout, &format.text[field.span.end..]);
            let layout = match layout {
                DatetimeLayout::Http => Datetime::Http,
                DatetimeLayout::Iso8601 => Datetime::Iso,
                DatetimeLayout::Syslog => Datetime::Syslog,
                DatetimeLayout::Ctime => Datetime::Ctime,
                DatetimeLayout::Rfc2822 => Datetime::Mail,
                DatetimeLayout::DayFirst => Datetime::DayFirst,
                DatetimeLayout::MonthFirst => Datetime::MonthFirst,
                DatetimeLayout::TimeOfDay => Datetime::TimeOfDay,
                DatetimeLayout::Any => return own(number, field, ignore_case),
            };
            datetime(layout, marks)
        }
        ValueKind::Strptime(format) => match Codes::new(format) {
            Some(codes) => datetime(Datetime::Codes(codes), b""),
            None => return refuse("has more than strptime codes and plain text between them"),
        },
    }))
}

/// The step or lazy field for a field of a type that is an expression: one of the caller's own, or one that `parse` does not have.
fn own(number: usize, field: &Field, ignore_case: bool) -> Result<FieldPart, String> {
    let name = field.column_name();
    match (field.expression.as_str(), field.nulls()) {
        (".+?", nulls) if field.is_any_text || nulls.is_none() => {
            return Ok(FieldPart::Lazy(LazyField { field: number, min: 1, max: None }));
        }
        (_, Some(_)) if field.is_any_text => {
            return Err(format!("the field {name:?} has null texts, and a sign before any text"));
        }
        _ => {}
    }
    let shortcut = match field.kind() {
        ValueKind::Time(DatetimeLayout::Any) => Some(Shortcut::Stamp),
        ValueKind::UnixTime => Some(Shortcut::UnixTime),
        ValueKind::Quoted => Some(Shortcut::Quoted),
        _ if field.expression == ".+" => Some(Shortcut::AnyText),
        _ => None,
    };
    let automaton = Automaton::new(&field.expression, ignore_case, shortcut)
        .map_err(|why| format!("the field {name:?} has a type whose expression {why}"))?;
    Ok(FieldPart::Step(Step::Automaton { field: number, automaton: Box::new(automaton), end: End::Longest }))
}

/// The step of a field, with its null texts; one that may have several ends, also without.
fn nullable(step: Step, field: &Field, case_sensitive: bool) -> Result<Step, String> {
    let nulls = field.nulls().map_or(&[][..], NullTexts::texts);
    if nulls.is_empty() && !matches!(step, Step::Automaton { .. }) {
        return Ok(step);
    }
    if !case_sensitive && nulls.iter().any(|text| unicode::has_cases(text)) {
        return Err(format!(
            "the field {:?} has null texts with letters whose cases are not ASCII",
            field.column_name()
        ));
    }
    let literal = |text: &String| Literal::new(text.as_bytes(), case(case_sensitive));
    Ok(Step::Nullable(Box::new(Nullable { step, nulls: nulls.iter().map(literal).collect(), after: None })))
}

/// A field of any text in an optional part.
fn lazy_step(LazyField { field: number, min, max }: LazyField, field: &Field) -> Result<Step, String> {
    if (min, max) != (1, None) || field.nulls().is_some() {
        return Err(format!("the field {:?} of an optional part has null texts or a width", field.column_name()));
    }
    Ok(Step::Lazy { field: number, until: None })
}

/// A field of any text, with its null texts: the empty one makes it a field that may be empty. The others are text anyway: see [`check_nulls`].
fn nullable_lazy(lazy: LazyField, field: &Field) -> Result<LazyField, String> {
    let Some(nulls) = field.nulls() else { return Ok(lazy) };
    if lazy.min != 1 || lazy.max.is_some() {
        return Err(format!("the field {:?} has null texts and a width", field.column_name()));
    }
    Ok(LazyField { min: usize::from(!nulls.texts().iter().any(String::is_empty)), ..lazy })
}

/// Checks that a field of any text ends where it would without its null texts, which the regex prefers: that after each of them the literal of the
/// next segment stands there first.
fn check_nulls(field: &Field, next: &Segment) -> Result<(), String> {
    let Some(nulls) = field.nulls() else { return Ok(()) };
    let openings = next.openings();
    let min = usize::from(!nulls.texts().iter().any(String::is_empty));
    // What stands after the null text, and what might stand there before.
    let pairs = openings.iter().flat_map(|after| openings.iter().map(move |opening| (after, opening)));
    for (after, opening) in pairs {
        let wanted: Vec<u8> = (0..after.len()).map(|offset| after.wanted(offset).1).collect();
        for null in nulls.texts() {
            let text = [null.as_bytes(), &wanted].concat();
            if (min..null.len()).any(|at| opening.stands_at(&text, at)) {
                let name = field.column_name();
                return Err(format!(
                    "the null text {null:?} of the field {name:?} has in it what comes after the field"
                ));
            }
        }
    }
    Ok(())
}

/// Whether `byte` stands for the one at `offset` of a literal.
fn stands_for(literal: &Literal, offset: usize, byte: u8) -> bool {
    let (fold, wanted) = literal.wanted(offset);
    byte | fold == wanted
}

impl Step {
    /// Its FIRST set: the bytes that it may begin with.
    fn first_set(&self) -> Bytes {
        match self {
            Step::Literal(literal) => Bytes::new(|byte| stands_for(literal, 0, byte)),
            Step::Run { class, .. } => Bytes::new(|byte| class.contains(byte)),
            Step::Number { number, .. } => {
                let number = *number;
                Bytes::new(move |byte| match byte {
                    b'0'..=b'9' | b'-' | b'+' | b' ' => true,
                    b'.' | b'n' | b'N' | b'i' | b'I' => {
                        matches!(number, Number::Fixed | Number::Scientific | Number::General)
                    }
                    byte => number == Number::Based(b'x') && byte.is_ascii_hexdigit(),
                })
            }
            Step::Digits { group, .. } => {
                let group = *group;
                Bytes::new(move |byte| byte.is_ascii_digit() || b"-+ ".contains(&byte) || Some(byte) == group)
            }
            Step::Datetime { datetime, .. } => datetime.first_set(),
            Step::Automaton { automaton, .. } => automaton.first_set(),
            Step::Padding { byte, .. } => {
                let fill = *byte;
                Bytes::new(move |byte| byte == fill)
            }
            // The text of another field, or any.
            Step::Repeat { .. } | Step::Column { .. } | Step::Pairs { .. } | Step::Lazy { .. } => Bytes::new(|_| true),
            Step::Nullable(nullable) => {
                let typed = nullable.step.first_set();
                let begins = |null: &Literal, byte| stands_for(null, 0, byte);
                Bytes::new(|byte| typed.has(byte) || nullable.nulls.iter().flatten().any(|null| begins(null, byte)))
            }
            Step::Optional(part) => first_of(&part.steps),
        }
    }

    /// The bytes that its text may have, if that is known; else all.
    fn alphabet(&self) -> Bytes {
        match self {
            Step::Literal(literal) => literal_bytes(literal),
            Step::Run { .. } | Step::Padding { .. } => self.can_extend(),
            Step::Number { number: Number::Integer, .. } | Step::Digits { .. } => self.first_set(),
            Step::Number { number: Number::Fixed, .. } => {
                Bytes::new(|byte| byte.is_ascii_digit() || b"-+ .".contains(&byte))
            }
            Step::Nullable(nullable) => {
                let nulls = nullable.nulls.iter().flatten().map(literal_bytes);
                nulls.fold(nullable.step.alphabet(), |all, null| all.union(&null))
            }
            Step::Automaton { automaton, .. } => automaton.scanned(),
            Step::Optional(part) => alphabet_of(&part.steps),
            Step::Number { .. }
            | Step::Datetime { .. }
            | Step::Column { .. }
            | Step::Pairs { .. }
            | Step::Lazy { .. }
            | Step::Repeat { .. } => Bytes::new(|_| true),
        }
    }

    /// Its can-extend set: the bytes that it could have taken more of.
    fn can_extend(&self) -> Bytes {
        match self {
            // The end of a column that may be longer is ambiguous, whatever follows.
            Step::Literal(_) | Step::Repeat { .. } | Step::Column { .. } | Step::Lazy { .. } => Bytes::new(|_| false),
            Step::Pairs { .. } => Bytes::new(|_| true),
            // Some words have letters that are not ASCII.
            Step::Run { class, .. } => {
                Bytes::new(|byte| class.contains(byte) || *class == Class::WORD && !byte.is_ascii())
            }
            Step::Padding { .. } => self.first_set(),
            Step::Digits { group, .. } => {
                let group = *group;
                Bytes::new(move |byte| byte.is_ascii_digit() || Some(byte) == group)
            }
            Step::Number { number, .. } => {
                let number = *number;
                Bytes::new(move |byte| match number {
                    Number::Percent => false,
                    Number::Integer | Number::Fixed | Number::Scientific => byte.is_ascii_digit(),
                    Number::Grouped => byte.is_ascii_digit() || matches!(byte, b',' | b'.'),
                    Number::General => byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E'),
                    // The letter of the prefix too: `0x` may be the digit 0 with a literal after it.
                    Number::Based(letter) => byte.is_ascii_hexdigit() || byte | 0x20 == letter,
                })
            }
            Step::Datetime { datetime, style, .. } => datetime.can_extend(style.marks),
            Step::Automaton { automaton, .. } => automaton.can_extend(),
            Step::Nullable(nullable) => nullable.step.can_extend(),
            // The boundaries after its own steps are looked at.
            Step::Optional(_) => Bytes::new(|_| false),
        }
    }

    /// Its scanned set: the bytes that a look at it may run over.
    fn scanned(&self) -> Bytes {
        match self {
            // A mismatch after a lazy field is undecided, and nothing is looked at again.
            Step::Literal(_) | Step::Repeat { .. } | Step::Column { .. } | Step::Lazy { .. } => Bytes::new(|_| false),
            Step::Run { .. } | Step::Padding { .. } | Step::Digits { .. } | Step::Pairs { .. } => self.can_extend(),
            Step::Number { number: Number::Based(_), .. } => Bytes::new(|byte| byte.is_ascii_hexdigit()),
            // The exponent has its letter, and a point or comma stands among the digits.
            Step::Number { number: Number::Integer, .. } => Bytes::new(|byte| byte.is_ascii_digit()),
            Step::Number { .. } => Bytes::new(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',')),
            Step::Datetime { datetime, .. } => datetime.scanned(),
            Step::Automaton { automaton, .. } => automaton.scanned(),
            Step::Nullable(nullable) => nullable.step.scanned(),
            Step::Optional(part) => {
                part.steps.iter().fold(Bytes::new(|_| false), |all, step| all.union(&step.scanned()))
            }
        }
    }
}

/// The bytes that a literal has, in any case that it ignores.
fn literal_bytes(literal: &Literal) -> Bytes {
    Bytes::new(|byte| (0..literal.len()).any(|offset| stands_for(literal, offset, byte)))
}

/// The bytes that the texts of `steps` may have.
fn alphabet_of(steps: &[Step]) -> Bytes {
    steps.iter().fold(Bytes::new(|_| false), |all, step| all.union(&step.alphabet()))
}

/// The bytes that `steps` may begin with, but for what may follow them.
fn first_of(steps: &[Step]) -> Bytes {
    let empty = steps.iter().take_while(|step| step.may_be_empty()).count();
    steps.iter().take(empty + 1).fold(Bytes::new(|_| false), |all, step| all.union(&step.first_set()))
}

/// The first field of a step, or of the steps in it.
fn first_field(step: &Step) -> Option<usize> {
    match step {
        Step::Optional(part) => part.fields.clone().next(),
        step => step.field(),
    }
}

/// The last one.
fn last_field(step: &Step) -> Option<usize> {
    match step {
        Step::Optional(part) => part.fields.clone().next_back(),
        step => step.field(),
    }
}

/// Steps that follow each other, each with one way to match.
#[derive(Debug, Default)]
struct Segment {
    steps: Vec<Step>,
    /// Whether a lazy field follows its last step, which might have taken less.
    is_ambiguous: bool,
}

impl Segment {
    /// The literal that it begins with, which is what a search looks for.
    fn opening(&self) -> Option<&Literal> {
        match self.steps.first() {
            Some(Step::Literal(literal)) => Some(literal),
            _ => None,
        }
    }

    /// Whether it may be empty: each of its steps is an optional part.
    fn may_be_empty(&self) -> bool {
        self.steps.iter().all(|step| matches!(step, Step::Optional(_)))
    }

    /// The literals that it may begin with; none if it may begin with anything else.
    fn openings(&self) -> Vec<&Literal> {
        let parts = self.steps.iter().take_while(|step| matches!(step, Step::Optional(_))).count();
        let literals = self.steps.iter().take(parts + 1).map(|step| match step {
            Step::Literal(literal) => Some(literal),
            Step::Optional(part) => match part.steps.first() {
                Some(Step::Literal(literal)) => Some(literal),
                _ => None,
            },
            _ => None,
        });
        literals.collect::<Option<_>>().unwrap_or_default()
    }

    /// The same as a search, where it begins with an optional part.
    fn openings_of_parts(&self) -> Option<Openings> {
        matches!(self.steps.first(), Some(Step::Optional(_)))
            .then(|| Openings::new(&self.openings(), self.may_be_empty()))?
    }

    /// Appends the operations of the segment, which follows the lazy field `lazy`.
    fn put(self, lazy: Option<LazyField>, is_last: bool, can_search: bool, case: Case, ops: &mut Vec<Op>) {
        // An earlier lazy field might have to take more than it must.
        if lazy.is_some_and(|lazy| lazy.max.is_some()) {
            ops.push(Op::Ambiguous { in_segment: false });
        }
        let is_single = self.steps.len() == 1;
        let openings = self.openings_of_parts();
        let mut steps = self.steps.into_iter();
        match (lazy, steps.next()) {
            (Some(lazy), None) => ops.push(Op::Rest { lazy }),
            (Some(lazy), Some(first @ Step::Optional(_))) => {
                ops.extend(openings.map(|openings| Op::SeekAny { lazy, openings: Box::new(openings) }));
                steps = std::iter::once(first).chain(steps).collect::<Vec<_>>().into_iter();
            }
            (Some(lazy), Some(Step::Literal(literal))) if is_single && is_last => ops.push(Op::End { lazy, literal }),
            (Some(lazy), Some(Step::Literal(literal))) => ops.push(Op::Seek { lazy, literal }),
            (None, Some(Step::Literal(literal))) if can_search => ops.push(Op::Begin(literal)),
            (None, Some(step)) if can_search => {
                // Some words begin with letters that are not ASCII.
                let first = step.first_set();
                ops.push(Op::First { first: Bytes::new(|byte| first.has(byte) || !byte.is_ascii()), step })
            }
            (_, first) => steps = first.into_iter().chain(steps).collect::<Vec<_>>().into_iter(),
        }
        let mut steps = steps.peekable();
        while let Some(step) = steps.next() {
            let is_ambiguous = step.is_ambiguous();
            // A literal after a step is looked at with it.
            let then = |steps: &mut std::iter::Peekable<std::vec::IntoIter<Step>>| match steps
                .next_if(|next| matches!(next, Step::Literal(_)) && !is_ambiguous)
            {
                Some(Step::Literal(literal)) => Some(literal),
                _ => None,
            };
            if let Step::Optional(mut part) = step {
                if let Some(Step::Literal(literal)) = steps.next_if(|next| matches!(next, Step::Literal(_))) {
                    part.end_with(literal, case);
                }
                ops.push(Op::Optional(part));
                if is_ambiguous {
                    ops.push(Op::Ambiguous { in_segment: true });
                }
                continue;
            }
            if let Step::Nullable(nullable) = step {
                let then = then(&mut steps);
                ops.push(Op::Nullable { nullable, then });
                if is_ambiguous {
                    ops.push(Op::Ambiguous { in_segment: true });
                }
                continue;
            }
            match steps
                .next_if(|next| matches!(next, Step::Literal(_)) && !is_ambiguous && !matches!(step, Step::Literal(_)))
            {
                Some(Step::Literal(literal)) => ops.push(Op::StepThen(step, literal)),
                _ => ops.push(Op::Step(step)),
            }
            if is_ambiguous {
                ops.push(Op::Ambiguous { in_segment: true });
            }
        }
        if self.is_ambiguous {
            ops.push(Op::Ambiguous { in_segment: false });
        }
    }

    /// True when looking for the segment takes linear time, since it begins with a class or number that a search need try only once a run.
    ///
    /// The other steps must not scan other bytes. Of numbers only those will do that fail at once, or take all digits.
    fn begins_with_runs(&self) -> bool {
        let Some((first, others)) = self.steps.split_first() else { return false };
        let is_run =
            matches!(first, Step::Run { .. } | Step::Number { number: Number::Integer | Number::Based(_), .. });
        is_run && others.iter().all(|step| step.scanned().is_within(&first.scanned()))
    }

    /// Whether a search ends the segment where a match of the whole text would, if it is the last one: a step that may end it takes what the regex
    /// tries first.
    fn ends_as_search_does(&self) -> bool {
        let lasts = self.steps.iter().rev();
        let count = lasts.clone().take_while(|step| step.may_be_empty()).count();
        let mut is_greedy = true;
        lasts.take(count + 1).for_each(|step| {
            leaves(std::slice::from_ref(step), &mut |step| {
                if let Step::Automaton { automaton, .. } = step.typed() {
                    is_greedy &= automaton.is_greedy();
                }
            });
        });
        is_greedy
    }

    /// True when looking for the segment takes linear time: its opening cannot stand inside of what its steps have scanned. Automata may run over
    /// anything: for them there is [`is_linear`](Self::is_linear).
    fn is_searchable(&self) -> bool {
        self.opens_outside(|step| !matches!(step.typed(), Step::Automaton { .. }))
    }

    /// Whether the same is true of its automata. Else a search gives up after a few places.
    fn is_linear(&self) -> bool {
        self.opens_outside(|step| matches!(step.typed(), Step::Automaton { .. }))
    }

    /// Whether there is an opening, and none can stand inside of what some of the steps have scanned, those of parts among them.
    fn opens_outside(&self, is_meant: impl Fn(&Step) -> bool) -> bool {
        let openings = self.openings();
        let begins_with_part = matches!(self.steps.first(), Some(Step::Optional(_)));
        if openings.is_empty() || begins_with_part && self.openings_of_parts().is_none() {
            return false;
        }
        let has_outside = |scanned: &Bytes, opening: &Literal| {
            (0..opening.len())
                .any(|offset| !(0..=255).any(|byte| scanned.has(byte) && stands_for(opening, offset, byte)))
        };
        let mut meant = Vec::new();
        leaves(&self.steps, &mut |step| meant.extend(is_meant(step).then(|| step.scanned())));
        openings.iter().all(|opening| meant.iter().all(|scanned| has_outside(scanned, opening)))
    }
}

/// How many of the bytes that a run of `class` could take, `literal` begins with, where the byte after them ends any such run: then the
/// literal stands at one place only, so many bytes before the end of the run.
fn given_back(class: Class, literal: &Literal) -> Option<usize> {
    let taken = Bytes::new(|byte| class.contains(byte));
    let stands = |offset| Bytes::new(move |byte| stands_for(literal, offset, byte));
    // A run that is not long enough is looked at from each of its bytes: so there must be few.
    let count = (0..literal.len().min(MAX_GIVEN_BACK + 1)).find(|&offset| !stands(offset).meets(&taken))?;
    let after: Vec<u8> = (count..literal.len()).map(|offset| literal.wanted(offset).1).collect();
    if class == Class::WORD && unicode::char_at(&after, 0).is_some_and(unicode::is_word) {
        return None;
    }
    (0..count).all(|offset| stands(offset).is_within(&taken)).then_some(count)
}

/// Finds out where each step ends: at one place, or ambiguously. `after` is the lazy field before the segment, if there is one; `before_lazy` says
/// that one follows.
///
/// # Errors
/// An ambiguous boundary that cannot be lived with, with the names of both fields.
fn resolve_boundaries(
    segment: &mut Segment,
    after: Option<LazyField>,
    before_lazy: bool,
    format: &Format,
) -> Result<(), String> {
    resolve_steps(&mut segment.steps, &[], before_lazy, format)?;
    let last = segment.steps.iter().rev().find(|step| !matches!(step, Step::Optional(_)));
    let ends_in_literal = last.is_none_or(|step| matches!(step, Step::Literal(_) | Step::Repeat { .. }));
    segment.is_ambiguous = before_lazy && !ends_in_literal;
    match after {
        Some(lazy) if !segment.steps.is_empty() && !segment.is_searchable() => Err(format!(
            "the field {:?} has no literal after it that tells where it ends",
            format.fields[lazy.field].column_name()
        )),
        _ => Ok(()),
    }
}

/// The same for the steps of a segment or of a part of it, and `after`, which follows them there.
fn resolve_steps(steps: &mut [Step], after: &[Step], before_lazy: bool, format: &Format) -> Result<(), String> {
    for at in 0..steps.len() {
        let following: Vec<Step> = steps[at + 1..].iter().chain(after).cloned().collect();
        if let Step::Optional(part) = &mut steps[at] {
            resolve_steps(&mut part.steps, &following, before_lazy, format)?;
            let may_end = before_lazy && following.iter().all(Step::may_be_empty);
            let has_choices = part.steps.iter().any(|step| step.is_ambiguous() || step.has_choices());
            part.is_ambiguous = may_end || has_choices || alphabet_of(&part.steps).meets(&first_of(&following));
            continue;
        }
        if let Step::Automaton { automaton, .. } = steps[at].typed() {
            let end = end_of(automaton, &following, before_lazy);
            let after = if end == End::Before { after_literal(&following) } else { None };
            steps[at].set_end(end, after);
            continue;
        }
        let back = match (steps[at].typed(), following.first()) {
            (Step::Run { class, .. }, Some(Step::Literal(literal))) => given_back(*class, literal),
            _ => None,
        };
        let can_extend = steps[at].can_extend();
        // What follows a step that may be empty may begin there too.
        let empty = following.iter().take_while(|step| step.may_be_empty()).count();
        let meets = match (steps[at].typed(), following.first()) {
            (Step::Run { .. }, Some(Step::Literal(_))) => back.is_none().then_some(0),
            _ => following.iter().take(empty + 1).position(|next| can_extend.meets(&next.first_set())),
        };
        let is_number = matches!(following.first(), Some(Step::Number { .. } | Step::Digits { .. }));
        match (steps[at].typed_mut(), back, meets) {
            (Step::Lazy { until, field }, ..) => match following.first() {
                Some(Step::Literal(literal)) => *until = Some(literal.clone()),
                _ => {
                    let name = format.fields[*field].column_name();
                    return Err(format!(
                        "the field {name:?} of an optional part has no literal after it that tells where it ends"
                    ));
                }
            },
            // It may have taken too much: what follows tells, and the regex decides.
            (Step::Datetime { is_ambiguous, datetime, .. }, ..) => {
                *is_ambiguous = meets.is_some() || datetime.is_loose()
            }
            (Step::Digits { is_ambiguous, .. }, ..) => *is_ambiguous = meets.is_some(),
            (Step::Padding { byte, is_ambiguous }, ..) => {
                *is_ambiguous = meets.is_some() && !(*byte == b' ' && is_number);
            }
            (Step::Run { back, .. }, Some(count), _) => *back = count,
            (_, _, Some(next)) => {
                let (step, next) = (&steps[at], &following[next]);
                return Err(format!(
                    "the boundary after {} is ambiguous, since it could take what {} begins with",
                    describe(step, format),
                    describe(next, format)
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Where a field with an automaton ends, before these steps and, where that is so, a lazy field.
fn end_of(automaton: &Automaton, following: &[Step], before_lazy: bool) -> End {
    let can_extend = automaton.can_extend();
    let meets = |next: &Step| {
        let first = next.first_set();
        // Some words begin with letters that are not ASCII.
        let is_word = matches!(next.typed(), Step::Run { class, .. } if *class == Class::WORD);
        can_extend.meets(&Bytes::new(|byte| first.has(byte) || is_word && !byte.is_ascii()))
    };
    if let Some(next @ Step::Literal(_)) = following.first() {
        return if meets(next) { End::Before } else { End::Longest };
    }
    let empty = following.iter().take_while(|step| step.may_be_empty()).count();
    let may_end = before_lazy && empty == following.len();
    if may_end || following.iter().take(empty + 1).any(meets) { End::First } else { End::Longest }
}

/// What may begin after the literal that follows a field, where that cannot be everything or the end.
fn after_literal(following: &[Step]) -> Option<Bytes> {
    let next = following.get(1).filter(|next| !next.may_be_empty())?;
    let first = next.first_set();
    // Some words begin with letters that are not ASCII.
    (0..=255).any(|byte| !first.has(byte)).then(|| Bytes::new(|byte| first.has(byte) || !byte.is_ascii()))
}

/// Whether no step looks past a newline: none takes one, and none is a search or a comparison with another text.
fn stays_in_line(steps: &[Step]) -> bool {
    let has_newline = |literal: &Literal| (0..literal.len()).any(|offset| stands_for(literal, offset, b'\n'));
    let mut stays = true;
    leaves(steps, &mut |step| {
        stays &= match step {
            Step::Literal(literal) => !has_newline(literal),
            Step::Lazy { .. } | Step::Repeat { .. } | Step::Pairs { .. } => false,
            Step::Nullable(nullable) => !step.scanned().has(b'\n') && !nullable.nulls.iter().flatten().any(has_newline),
            step => !step.scanned().has(b'\n'),
        };
    });
    stays
}

/// Gives the steps to `seen`, and those of parts in their place.
fn leaves(steps: &[Step], seen: &mut impl FnMut(&Step)) {
    for step in steps {
        match step {
            Step::Optional(part) => leaves(&part.steps, seen),
            step => seen(step),
        }
    }
}

/// A step as the format has it.
fn describe(step: &Step, format: &Format) -> String {
    match (step, step.field()) {
        (_, Some(field)) => format!("the field {:?}", format.fields[field].column_name()),
        (Step::Literal(literal), None) => format!("the literal {}", quote(literal)),
        (Step::Optional(part), None) => match part.steps.first() {
            Some(first) => format!("the optional part that begins with {}", describe(first, format)),
            None => "an optional part".to_owned(),
        },
        (_, None) => "padding".to_owned(),
    }
}
