//! A program in words.

use parsimd_simd::{Class, Literal, Take};

use super::{
    automaton::End,
    ops::{LazyField, Op, Program},
    steps::{Nullable, Number, Part, Step},
};
use crate::engine::Anchored;

/// What an operation does, in words.
pub(crate) struct Line {
    /// What makes it in all records: the kernel and what it takes, or a loop.
    pub(crate) how: &'static str,
    pub(crate) is_kernel: bool,
    pub(crate) what: String,
}

/// A literal as it is looked for: in small letters where case is ignored.
pub(crate) fn quote(literal: &Literal) -> String {
    let bytes: Vec<u8> = (0..literal.len()).map(|offset| literal.wanted(offset).1).collect();
    format!("{:?}", String::from_utf8_lossy(&bytes))
}

impl Program {
    /// The operations, for records that must match as a whole, or have a match in them.
    pub(crate) fn lines(&self, anchored: Anchored, names: &[String]) -> Vec<Line> {
        let ops = self.ops.iter().filter(|op| !matches!(op, Op::Ambiguous { .. }));
        ops.map(|op| {
            let take = op.by_kernel(anchored).map(|(_, take, _)| take);
            let how = match take {
                Some(Take::Nothing) => "kernel walk, literal",
                Some(Take::Run(_)) => "kernel walk, run",
                Some(Take::Integer) => "kernel walk, integer",
                Some(Take::Decimal) => "kernel walk, decimal",
                Some(Take::Until(_)) => "kernel walk, search",
                Some(Take::Rest(_)) => "kernel walk, to the end",
                None if op.mostly_by_kernel(anchored).is_some() => "kernels walk, loop",
                None => "loop",
            };
            let is_kernel = take.is_some() || op.mostly_by_kernel(anchored).is_some();
            Line { how, is_kernel, what: op.describe(anchored, names) }
        })
        .collect()
    }

    /// What falls back to the regex, a reason each.
    pub(crate) fn undecided(&self, names: &[String]) -> Vec<String> {
        let mut reasons = Vec::new();
        let mut last = "padding";
        // Whether what is ambiguous is whether a part is there.
        let mut after_part = false;
        for op in &self.ops {
            last = op.lazy().map_or(last, |lazy| &names[lazy.field]);
            match op {
                Op::First { step, .. } | Op::Step(step) | Op::StepThen(step, _) => {
                    last = step.name(names).unwrap_or(last);
                    reasons.extend(step.undecided().map(|reason| format!("{last}: {reason}")));
                }
                Op::Nullable { nullable, .. } => {
                    last = nullable.step.name(names).unwrap_or(last);
                    reasons.extend(nullable.step.undecided().map(|reason| format!("{last}: {reason}")));
                    reasons.push(format!("{last}: any mismatch after it, where both a value and a null text stand"));
                }
                Op::Optional(part) => {
                    for step in &part.steps {
                        last = step.name(names).unwrap_or(last);
                        reasons.extend(step.undecided().map(|reason| format!("{last}: {reason}")));
                    }
                    if part.is_ambiguous {
                        let part = part.describe(names);
                        reasons.push(format!(
                            "any mismatch after the optional part {part}, which might have to be missing"
                        ));
                    }
                    after_part = true;
                }
                Op::Ambiguous { .. } if after_part => after_part = false,
                Op::Ambiguous { .. } => {
                    reasons.push(format!("{last}: any mismatch after it, since its end is ambiguous"))
                }
                _ => {}
            }
        }
        if self.has_repeats {
            reasons
                .push("every mismatch, since a name stands twice and its first field might have taken more".to_owned());
        }
        reasons
    }
}

impl Op {
    fn describe(&self, anchored: Anchored, names: &[String]) -> String {
        match self {
            Op::Begin(literal) if anchored.is_yes() => format!("begins with {}", quote(literal)),
            Op::Begin(literal) => format!("the first {}", quote(literal)),
            Op::First { step, .. } if anchored.is_yes() => step.describe(names),
            Op::First { step, .. } => format!("the first {}", step.describe(names)),
            Op::Seek { lazy, literal } => format!("{}, up to {}", lazy.describe(names), quote(literal)),
            Op::End { lazy, literal } if anchored.is_yes() => {
                format!("{}, up to {} at the end", lazy.describe(names), quote(literal))
            }
            Op::End { lazy, literal } => format!("{}, up to {}", lazy.describe(names), quote(literal)),
            Op::Rest { lazy: LazyField { field, min: 1, max: None } } if anchored.is_yes() => {
                format!("{}: the rest", names[*field])
            }
            Op::Rest { lazy } if anchored.is_yes() => format!("{}, to the end", lazy.describe(names)),
            Op::Rest { lazy: LazyField { field, min: 1, .. } } => format!("{}: one character", names[*field]),
            Op::Rest { lazy } => format!("{}: {} characters", names[lazy.field], lazy.min),
            Op::Step(step) => step.describe(names),
            Op::StepThen(step, literal) => format!("{}, then {}", step.describe(names), quote(literal)),
            Op::SeekAny { lazy, openings } => {
                let ends =
                    openings.literals().iter().map(quote).chain(openings.may_be_empty.then(|| "the end".to_owned()));
                format!("{}, up to {}", lazy.describe(names), ends.collect::<Vec<_>>().join(" or "))
            }
            Op::Optional(part) => part.describe(names),
            Op::Nullable { nullable, then: None } => nullable.describe(names),
            Op::Nullable { nullable, then: Some(literal) } => {
                format!("{}, then {}", nullable.describe(names), quote(literal))
            }
            Op::Ambiguous { .. } => String::new(),
        }
    }
}

impl LazyField {
    fn describe(self, names: &[String]) -> String {
        let name = &names[self.field];
        match (self.min, self.max) {
            (1, None) => format!("{name}: any text"),
            (min, None) => format!("{name}: any text of at min {min} characters"),
            (min, Some(max)) => format!("{name}: any text of {min} to {max} characters"),
        }
    }
}

impl Part {
    fn describe(&self, names: &[String]) -> String {
        let steps: Vec<String> = self.steps.iter().map(|step| step.describe(names)).collect();
        let instead = self.instead.as_ref().map_or_else(|| "nothing".to_owned(), quote);
        format!("({}) or {instead}", steps.join(", "))
    }
}

impl Nullable {
    fn describe(&self, names: &[String]) -> String {
        let quote = |null: &Option<Literal>| null.as_ref().map_or_else(|| "\"\"".to_owned(), quote);
        if self.nulls.is_empty() {
            return self.step.describe(names);
        }
        let nulls = self.nulls.iter().map(quote).collect::<Vec<_>>().join(" or ");
        format!("{}, or {nulls} for null", self.step.describe(names))
    }
}

impl Step {
    fn describe(&self, names: &[String]) -> String {
        match self {
            Step::Literal(literal) => quote(literal),
            Step::Run { field, class, back: 0 } => format!("{}: {}", names[*field], describe_class(*class)),
            Step::Run { field, class, back } => {
                format!("{}: {}, but for the last {back}", names[*field], describe_class(*class))
            }
            Step::Number { field, number } => format!("{}: {}", names[*field], number.describe()),
            Step::Digits { field, max, group, .. } => {
                let group = group.map_or(String::new(), |group| format!(" with {} among them", char::from(group)));
                let max = max.map_or(String::new(), |max| format!(" of at max {max} digits"));
                format!("{}: an integer{max}{group}", names[*field])
            }
            Step::Datetime { field, datetime, .. } => format!("{}: {}", names[*field], datetime.describe()),
            Step::Automaton { field, automaton, .. } => format!("{}: {}", names[*field], automaton.describe()),
            Step::Column { field, width, .. } => format!("{}: {width} characters", names[*field]),
            Step::Pairs { field } => format!("{}: pairs of keys and values, to the end", names[*field]),
            Step::Padding { byte, .. } => format!("any number of {:?}", char::from(*byte)),
            Step::Repeat { field, .. } => format!("the text of {} again", names[*field]),
            Step::Nullable(nullable) => nullable.describe(names),
            Step::Optional(part) => part.describe(names),
            Step::Lazy { field, .. } => format!("{}: any text", names[*field]),
        }
    }

    /// The name of its field, if it has one.
    fn name<'n>(&self, names: &'n [String]) -> Option<&'n str> {
        self.field().map(|field| names[field].as_str())
    }

    /// What is left to the regex, if there is anything.
    fn undecided(&self) -> Option<&'static str> {
        Some(match self {
            Step::Literal(_) | Step::Run { .. } | Step::Column { .. } | Step::Pairs { .. } | Step::Padding { .. } => {
                return None;
            }
            Step::Optional(part) => return part.steps.iter().find_map(Step::undecided),
            Step::Automaton { end: End::Before, .. } => "a text with several places where it could end",
            Step::Automaton { .. } => return None,
            Step::Digits { .. } | Step::Number { number: Number::Integer, .. } => "a prefix 0x, 0o or 0b",
            Step::Number { number: Number::Grouped | Number::Percent, .. } => return None,
            Step::Number { number: Number::Based(_), .. } => "a prefix with no digit after it",
            Step::Number { .. } => "nan and inf",
            Step::Datetime { datetime, .. } => return datetime.undecided(),
            Step::Lazy { .. } => "no literal after it in the rest of the record",
            Step::Repeat { .. } => "a repeat of more than 256 bytes",
            Step::Nullable(nullable) => return nullable.step.undecided(),
        })
    }
}

fn describe_class(class: Class) -> &'static str {
    let known = [
        (Class::LETTERS, "letters"),
        (Class::WORD, "word characters"),
        (Class::WORD.inverted(), "no word characters"),
        (Class::SPACE, "white space"),
        (Class::SPACE.inverted(), "no white space"),
        (Class::DIGITS.inverted(), "no digits"),
    ];
    known.iter().find(|(known, _)| *known == class).map_or("a class of characters", |(_, name)| name)
}

impl Number {
    fn describe(self) -> &'static str {
        match self {
            Number::Integer => "an integer",
            Number::Grouped => "an integer with , or . between its groups",
            Number::Based(b'b') => "a binary integer",
            Number::Based(b'o') => "an octal integer",
            Number::Based(_) => "a hexadecimal integer",
            Number::Fixed => "a number with a point",
            Number::Scientific => "a number with a point and an exponent",
            Number::General => "a number",
            Number::Percent => "a percentage",
        }
    }
}
