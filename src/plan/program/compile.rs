//! Format → [`Program`], where it has one.
//!
//! Whether a part has one way to match is a question of sets of bytes: what it could have taken more of, and what the next part may begin with.
//! The two must not meet.

use parsimd_simd::{Case, Class, Literal};

use super::{
    Lazy, Op, Program,
    moments::{Codes, Moment},
    steps::{Bytes, Number, Step},
};
use crate::{
    pattern::{Align, Field, Format, Piece, TimeLayout, ValueKind},
    plan::foreign,
};

/// How many bytes of a run the literal behind it may begin with.
const MOST_GIVEN_BACK: usize = 8;

impl Program {
    /// The program of a format.
    ///
    /// # Errors
    /// Why it has none, for a person to read.
    pub(crate) fn new(format: &Format) -> Result<Program, String> {
        let mut chain = Chain::default();
        for piece in merged(&format.pieces) {
            match &piece {
                Piece::Raw => return Err("a lone brace may be a quantifier".to_owned()),
                Piece::Literal(text) if !format.case_sensitive && foreign::has_cases(text) => {
                    return Err(format!("the literal {text:?} has letters whose cases are not ASCII"));
                }
                Piece::Literal(text) => chain.push_literal(text, case(format.case_sensitive)),
                Piece::Repeat(field) => chain.push(Step::Repeat { field: *field, ignore_case: !format.case_sensitive }),
                Piece::Field(number) => {
                    let field = &format.fields[*number];
                    let (before, after) = padding(field)?;
                    before.into_iter().for_each(|byte| chain.push_fill(byte));
                    match step(*number, field, !format.case_sensitive)? {
                        Part::Step(step) => chain.push(step),
                        Part::Lazy(lazy) => chain.push_lazy(lazy),
                    }
                    after.into_iter().for_each(|byte| chain.push_fill(byte));
                }
            }
        }
        let (mut segments, lazy) = chain.with_columns();
        let last = segments.len() - 1;
        for (number, segment) in segments.iter_mut().enumerate() {
            check(segment, number > 0, number < last)?;
        }
        if segments[1..last.max(1)].iter().any(|segment| segment.steps.is_empty()) {
            return Err("two fields of any text stand side by side".to_owned());
        }
        let head = &segments[0];
        let can_search = if head.steps.is_empty() {
            !lazy.is_empty()
        } else {
            head.is_searchable() || head.begins_with_runs() && !format.has_repeats
        };
        let mut ops = Vec::new();
        let mut fields = lazy.into_iter();
        for (number, segment) in segments.into_iter().enumerate() {
            let field = if number > 0 { fields.next() } else { None };
            segment.put(field, number == last, can_search, &mut ops);
        }
        let has_repeats = format.has_repeats;
        Ok(Program { ops, has_repeats, can_search, anchor: anchor(format) })
    }
}

/// What a field becomes.
enum Part {
    Step(Step),
    Lazy(Lazy),
}

/// The parts of a format, in order: segments, with a lazy field between each and the next.
#[derive(Debug)]
struct Chain {
    segments: Vec<Segment>,
    lazy: Vec<Lazy>,
}

impl Default for Chain {
    fn default() -> Self {
        Chain { segments: vec![Segment::default()], lazy: Vec::new() }
    }
}

impl Chain {
    /// The parts of the last segment.
    fn steps(&mut self) -> &mut Vec<Step> {
        let last = self.segments.len() - 1;
        &mut self.segments[last].steps
    }

    fn push(&mut self, step: Step) {
        self.steps().push(step);
    }

    fn push_lazy(&mut self, lazy: Lazy) {
        self.lazy.push(lazy);
        self.segments.push(Segment::default());
    }

    /// Padding side by side is one.
    fn push_fill(&mut self, byte: u8) {
        if !matches!(self.steps().last(), Some(Step::Fill { byte: last, .. }) if *last == byte) {
            self.push(Step::Fill { byte, is_soft: false });
        }
    }

    /// What of a literal is the padding in front of it, goes in front of the padding: `" *"` and `" "` match what `" "` and `" *"` do.
    fn push_literal(&mut self, text: &str, case: Case) {
        let mut rest = text.as_bytes();
        if let Some(&Step::Fill { byte, .. }) = self.steps().last() {
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
    fn with_columns(self) -> (Vec<Segment>, Vec<Lazy>) {
        let mut segments: Vec<Segment> = Vec::new();
        let mut kept = Vec::new();
        let count = self.lazy.len();
        for (number, segment) in self.segments.into_iter().enumerate() {
            let Some(lazy) = number.checked_sub(1).map(|before| self.lazy[before]) else {
                segments.push(segment);
                continue;
            };
            let is_exact = lazy.most == Some(lazy.least);
            let has_end = segment.is_searchable() || number == count && segment.steps.is_empty();
            match segments.last_mut() {
                Some(last) if is_exact || lazy.least > 1 && !has_end => {
                    last.steps.push(Step::Column { field: lazy.field, width: lazy.least, is_exact });
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

/// The longest width that is taken for one.
const MOST_WIDTH: usize = 1000;

/// The number that a width or a precision is; `None` where there is none.
fn width(text: &str) -> Result<Option<usize>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse() {
        Ok(width @ 1..=MOST_WIDTH) => Ok(Some(width)),
        _ => Err(format!("a width of {text} is none from 1 to {MOST_WIDTH}")),
    }
}

/// The padding in front of a field and behind it.
fn padding(field: &Field) -> Result<(Option<u8>, Option<u8>), String> {
    let Some(spec) = &field.spec else { return Ok((None, None)) };
    let align = spec.align.or((!spec.width.is_empty()).then_some(Align::Right));
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

/// The longest literal: it is the likeliest to be rare.
fn anchor(format: &Format) -> Option<Literal> {
    let literals = merged(&format.pieces).into_iter().filter_map(|piece| match piece {
        Piece::Literal(text) => Some(text),
        _ => None,
    });
    let longest = literals.rev().max_by_key(String::len).filter(|text| text.len() >= 4)?;
    Literal::new(longest.as_bytes(), case(format.case_sensitive))
}

/// The part for a field.
fn step(number: usize, field: &Field, ignore_case: bool) -> Result<Part, String> {
    let refuse = |why: &str| Err(format!("the field {:?} {why}", field.column_name()));
    let (least, most, group) = match &field.spec {
        Some(spec) => (width(&spec.width), spec.precision.as_str(), spec.grouping),
        None => (Ok(None), "", None),
    };
    let code = field.spec.as_ref().map_or("", |spec| spec.kind.as_str());
    let run = |class| Step::Run { field: number, class, back: 0 };
    let numeric = |kind| Step::Number { field: number, number: kind };
    let moment = |moment| Step::Moment { field: number, moment, ignore_case, is_soft: false };
    Ok(Part::Step(match field.kind() {
        ValueKind::Custom(_) => return refuse("has a type of its own"),
        ValueKind::Text => match code {
            "" => {
                let (least, most) = (least?.unwrap_or(1), width(most)?);
                return match most {
                    Some(most) if most < least => refuse("has a width that is more than its precision"),
                    most => Ok(Part::Lazy(Lazy { field: number, least, most })),
                };
            }
            "l" => run(Class::LETTERS),
            "w" => run(Class::WORD),
            "W" => run(Class::WORD.inverted()),
            "s" => run(Class::SPACE),
            "S" => run(Class::SPACE.inverted()),
            "D" => run(Class::DIGITS.inverted()),
            _ => return refuse("is of a type without a rule"),
        },
        ValueKind::Integer { base: None } => match (least?, group) {
            (None, None) => numeric(Number::Integer),
            (most, group) => {
                Step::Digits { field: number, most, group: group.map(|group| group as u8), is_soft: false }
            }
        },
        ValueKind::Integer { base: Some(10) } => numeric(Number::Grouped),
        ValueKind::Integer { .. } => numeric(Number::Based(code.as_bytes()[0].to_ascii_lowercase())),
        ValueKind::Percent => numeric(Number::Percent),
        ValueKind::Decimal | ValueKind::Float if matches!(code, "f" | "F") && most == "0" => {
            return refuse("has a precision of 0, with which it is another type");
        }
        ValueKind::Decimal => numeric(Number::Fixed),
        ValueKind::Float => numeric(match code {
            "f" => Number::Fixed,
            "e" | "E" => Number::Scientific,
            _ => Number::General,
        }),
        ValueKind::Time(layout) => moment(match layout {
            TimeLayout::Http => Moment::Http,
            TimeLayout::Iso8601 => Moment::Iso,
            TimeLayout::Syslog => Moment::Syslog,
            TimeLayout::Ctime => Moment::Ctime,
            TimeLayout::Rfc2822 => Moment::Mail,
            TimeLayout::DayFirst => Moment::DayFirst,
            TimeLayout::MonthFirst => Moment::MonthFirst,
            TimeLayout::TimeOfDay => Moment::TimeOfDay,
        }),
        ValueKind::Strptime(format) => match Codes::new(format) {
            Some(codes) => moment(Moment::Codes(codes)),
            None => return refuse("has more than strptime codes and plain text between them"),
        },
    }))
}

/// Whether `byte` stands for the one at `offset` of a literal.
fn stands_for(literal: &Literal, offset: usize, byte: u8) -> bool {
    let (fold, wanted) = literal.wanted(offset);
    byte | fold == wanted
}

impl Step {
    /// What it may begin with.
    fn first(&self) -> Bytes {
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
            Step::Moment { moment, .. } => moment.first(),
            Step::Fill { byte, .. } => {
                let fill = *byte;
                Bytes::new(move |byte| byte == fill)
            }
            // The text of another field, or any.
            Step::Repeat { .. } | Step::Column { .. } => Bytes::new(|_| true),
        }
    }

    /// What it could have taken more of.
    fn more(&self) -> Bytes {
        match self {
            // A column that may be longer is soft, whatever follows.
            Step::Literal(_) | Step::Repeat { .. } | Step::Column { .. } => Bytes::new(|_| false),
            // Some words have letters that are not ASCII.
            Step::Run { class, .. } => {
                Bytes::new(|byte| class.contains(byte) || *class == Class::WORD && !byte.is_ascii())
            }
            Step::Fill { .. } => self.first(),
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
                    // The letter of the prefix too: `0x` may be the digit 0 with a literal behind it.
                    Number::Based(letter) => byte.is_ascii_hexdigit() || byte | 0x20 == letter,
                })
            }
            Step::Moment { moment, .. } => moment.more(),
        }
    }

    /// The bytes that a look at it may run over.
    fn covers(&self) -> Bytes {
        match self {
            Step::Literal(_) | Step::Repeat { .. } | Step::Column { .. } => Bytes::new(|_| false),
            Step::Run { .. } | Step::Fill { .. } | Step::Digits { .. } => self.more(),
            Step::Number { number: Number::Based(_), .. } => Bytes::new(|byte| byte.is_ascii_hexdigit()),
            // The exponent has its letter, and a point or comma stands among the digits.
            Step::Number { number: Number::Integer, .. } => Bytes::new(|byte| byte.is_ascii_digit()),
            Step::Number { .. } => Bytes::new(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',')),
            Step::Moment { moment, .. } => moment.covers(),
        }
    }
}

/// A chain of parts with one way to match.
#[derive(Debug, Default)]
struct Segment {
    steps: Vec<Step>,
    /// True when its last part has a lazy field right behind it, and might have taken less.
    is_soft: bool,
}

impl Segment {
    /// The literal that it begins with, which is what a search looks for.
    fn opening(&self) -> Option<&Literal> {
        match self.steps.first() {
            Some(Step::Literal(literal)) => Some(literal),
            _ => None,
        }
    }

    /// Writes the operations of the segment, behind those of the lazy field `lazy`.
    fn put(self, lazy: Option<Lazy>, is_last: bool, can_search: bool, ops: &mut Vec<Op>) {
        // An earlier lazy field might have to take more than it must.
        if lazy.is_some_and(|lazy| lazy.most.is_some()) {
            ops.push(Op::Soft { lasting: true });
        }
        let is_single = self.steps.len() == 1;
        let mut steps = self.steps.into_iter();
        match (lazy, steps.next()) {
            (Some(lazy), None) => ops.push(Op::Rest { lazy }),
            (Some(lazy), Some(Step::Literal(literal))) if is_single && is_last => ops.push(Op::End { lazy, literal }),
            (Some(lazy), Some(Step::Literal(literal))) => ops.push(Op::Seek { lazy, literal }),
            (None, Some(Step::Literal(literal))) if can_search => ops.push(Op::Begin(literal)),
            (None, Some(step)) if can_search => {
                // Some words begin with letters that are not ASCII.
                let first = step.first();
                ops.push(Op::First { first: Bytes::new(|byte| first.has(byte) || !byte.is_ascii()), step })
            }
            (_, first) => steps = first.into_iter().chain(steps).collect::<Vec<_>>().into_iter(),
        }
        let mut steps = steps.peekable();
        while let Some(step) = steps.next() {
            let is_soft = step.is_soft();
            // A literal right behind a part is looked at with it.
            match steps
                .next_if(|next| matches!(next, Step::Literal(_)) && !is_soft && !matches!(step, Step::Literal(_)))
            {
                Some(Step::Literal(literal)) => ops.push(Op::Until(step, literal)),
                _ => ops.push(Op::Part(step)),
            }
            if is_soft {
                ops.push(Op::Soft { lasting: false });
            }
        }
        if self.is_soft {
            ops.push(Op::Soft { lasting: true });
        }
    }

    /// True when looking for the segment takes linear time, since it begins with a class or number that a search need try only once a run.
    ///
    /// The other parts must not look at runs of other bytes. Of numbers only those will do that fail at once, or take all digits.
    fn begins_with_runs(&self) -> bool {
        let Some((first, others)) = self.steps.split_first() else { return false };
        let is_run =
            matches!(first, Step::Run { .. } | Step::Number { number: Number::Integer | Number::Based(_), .. });
        is_run && others.iter().all(|step| step.covers().is_within(&first.covers()))
    }

    /// True when looking for the segment takes linear time: its opening cannot stand inside of what its parts have looked at.
    fn is_searchable(&self) -> bool {
        let Some(opening) = self.opening() else { return false };
        let has_outside = |covered: &Bytes| {
            (0..opening.len())
                .any(|offset| !(0..=255).any(|byte| covered.has(byte) && stands_for(opening, offset, byte)))
        };
        self.steps.iter().all(|step| has_outside(&step.covers()))
    }
}

/// How many of the bytes that a run of `class` could take, `literal` begins with, where the byte behind them ends any such run: then the
/// literal stands at one place only, so many bytes in front of the end of the run.
fn given_back(class: Class, literal: &Literal) -> Option<usize> {
    let taken = Bytes::new(|byte| class.contains(byte));
    let stands = |offset| Bytes::new(move |byte| stands_for(literal, offset, byte));
    // A run that is not long enough is looked at from each of its bytes: so there must be few.
    let count = (0..literal.len().min(MOST_GIVEN_BACK + 1)).find(|&offset| !stands(offset).meets(&taken))?;
    let behind: Vec<u8> = (count..literal.len()).map(|offset| literal.wanted(offset).1).collect();
    if class == Class::WORD && foreign::char_at(&behind, 0).is_some_and(foreign::is_word) {
        return None;
    }
    (0..count).all(|offset| stands(offset).is_within(&taken)).then_some(count)
}

/// Checks that each part has one way to match. `after_lazy`: the segment is searched for. `before_lazy`: any text follows.
fn check(segment: &mut Segment, after_lazy: bool, before_lazy: bool) -> Result<(), String> {
    for at in 0..segment.steps.len() {
        let back = match &segment.steps[at..] {
            [Step::Run { class, .. }, Step::Literal(literal), ..] => given_back(*class, literal),
            _ => None,
        };
        let more = segment.steps[at].more();
        // Padding may be empty: what follows it may begin there too.
        let behind = &segment.steps[at + 1..];
        let paddings = behind.iter().take_while(|step| matches!(step, Step::Fill { .. })).count();
        let meets = match &segment.steps[at..] {
            [Step::Run { .. }, Step::Literal(_), ..] => back.is_none(),
            _ => behind.iter().take(paddings + 1).any(|next| more.meets(&next.first())),
        };
        let is_number = matches!(behind.first(), Some(Step::Number { .. } | Step::Digits { .. }));
        match (&mut segment.steps[at], back) {
            // A date may have taken too much: what follows tells, and the regular expression mends it.
            (Step::Moment { is_soft, moment, .. }, _) => *is_soft = meets || moment.is_loose(),
            (Step::Digits { is_soft, .. }, _) => *is_soft = meets,
            (Step::Fill { byte, is_soft }, _) => *is_soft = meets && !(*byte == b' ' && is_number),
            (Step::Run { back, .. }, Some(count)) => *back = count,
            _ if meets => return Err("a part could have taken some of the next".to_owned()),
            _ => {}
        }
    }
    let ends_in_literal =
        segment.steps.last().is_none_or(|step| matches!(step, Step::Literal(_) | Step::Repeat { .. }));
    segment.is_soft = before_lazy && !ends_in_literal;
    let is_empty = segment.steps.is_empty();
    if after_lazy && !is_empty && !segment.is_searchable() {
        return Err("behind a field of any text there must be a literal that tells where it ends".to_owned());
    }
    Ok(())
}
