//! The text of `--where` → [`Condition`], by recursive descent.
//!
//! ```text
//! condition  = all { "or" all }
//! all        = one { "and" one }
//! one        = "not" one | "(" condition ")" | column | comparison
//! comparison = operand sign operand | column [ "not" ] "in" "(" value { "," value } ")" | column ("~" | "!~") text
//! ```

use std::{net::IpAddr, ops::Range};

use regex::Regex;

use super::{
    Clock, Columns, Comparison, Condition, Test,
    literal::{float, integers},
};
use crate::{
    batch::ColumnType,
    cli::{
        lexer::{Kind, Token, error_at, tokens},
        stop::Stop,
    },
    limits::FILTER_DEPTH,
};

/// Reads a condition on these columns.
///
/// # Errors
/// With the place that is wrong.
pub(in crate::cli) fn parse(text: &str, columns: &dyn Columns, clock: &Clock) -> Result<Condition, Stop> {
    let mut parser = Parser { text, tokens: tokens(text)?, at: 0, depth: 0, columns, clock };
    let condition = parser.any()?;
    match parser.next() {
        Token { kind: Kind::End, .. } => Ok(condition),
        token => Err(parser.error(token.span, "the condition has ended here", "expected and, or, or nothing more")),
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    columns: &'a dyn Columns,
    clock: &'a Clock,
}

/// One side of a comparison.
enum Operand {
    Column(String, ColumnType),
    Value { text: String, quoted: bool },
    Bool(bool),
    Null,
}

impl Parser<'_> {
    fn peek(&self) -> &Kind {
        self.tokens.get(self.at).map_or(&Kind::End, |token| &token.kind)
    }

    fn next(&mut self) -> Token {
        let end = Token { kind: Kind::End, span: self.text.len()..self.text.len() };
        let token = self.tokens.get(self.at).cloned().unwrap_or(end);
        self.at += 1;
        token
    }

    /// Goes past a word of the grammar, if it is next.
    fn passes(&mut self, word: &str) -> bool {
        let is_next = match self.peek() {
            Kind::Name(name) => name.eq_ignore_ascii_case(word),
            Kind::Sign(sign) => *sign == word,
            _ => false,
        };
        self.at += usize::from(is_next);
        is_next
    }

    fn error(&self, span: Range<usize>, message: &str, expected: &str) -> Stop {
        error_at(self.text, span, message, expected)
    }

    fn any(&mut self) -> Result<Condition, Stop> {
        let mut parts = vec![self.all()?];
        while self.passes("or") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::Or(parts) })
    }

    fn all(&mut self) -> Result<Condition, Stop> {
        let mut parts = vec![self.one()?];
        while self.passes("and") {
            parts.push(self.one()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::And(parts) })
    }

    fn one(&mut self) -> Result<Condition, Stop> {
        let is_not = self.passes("not");
        if !is_not && !self.passes("(") {
            return self.comparison();
        }
        let span = self.tokens[self.at - 1].span.clone();
        self.depth += 1;
        if self.depth > FILTER_DEPTH {
            return Err(self.error(span, "too deep", &format!("expected at most {FILTER_DEPTH} within each other")));
        }
        let condition = if is_not { not(self.one()?) } else { self.any()? };
        self.depth -= 1;
        if !is_not && !self.passes(")") {
            let here = self.next().span;
            return Err(self.error(here, "a parenthesis that is not closed", "expected )"));
        }
        Ok(condition)
    }

    fn comparison(&mut self) -> Result<Condition, Stop> {
        let (left, left_span) = self.operand()?;
        if let Operand::Column(name, kind) = &left {
            let is_not = self.passes("not");
            if self.passes("in") {
                let condition = self.list(name, *kind)?;
                return Ok(if is_not { not(condition) } else { condition });
            }
            if is_not {
                let here = self.next().span;
                return Err(self.error(here, "not what follows a column", "expected in"));
            }
        }
        let sign = self.next();
        let (comparison, is_not) = match sign.kind {
            Kind::Sign("=") => (Comparison::Equal, false),
            Kind::Sign("!=") => (Comparison::Equal, true),
            Kind::Sign("<") => (Comparison::Less, false),
            Kind::Sign("<=") => (Comparison::LessOrEqual, false),
            Kind::Sign(">") => (Comparison::Greater, false),
            Kind::Sign(">=") => (Comparison::GreaterOrEqual, false),
            Kind::Sign("~") => return self.regex(left, left_span),
            Kind::Sign("!~") => return self.regex(left, left_span).map(not),
            _ => {
                self.at -= 1;
                return match left {
                    Operand::Column(name, ColumnType::Bool) => Ok(Condition::Test(name, Test::Bool(true))),
                    Operand::Bool(_) | Operand::Null | Operand::Value { .. } | Operand::Column(..) => {
                        Err(self.error(sign.span, "a comparison is missing", "expected = != < <= > >= ~ !~ or in"))
                    }
                };
            }
        };
        let (right, right_span) = self.operand()?;
        let both = left_span.start..right_span.end;
        let condition = match (left, right) {
            (Operand::Column(left, a), Operand::Column(right, b)) => {
                if a != b || a == ColumnType::Map {
                    let message = format!("{left} is {}, and {right} is {}", type_name(a), type_name(b));
                    return Err(self.error(both, &message, "expected two columns of one type"));
                }
                Condition::Compare(left, comparison, right)
            }
            (Operand::Column(name, kind), value) => self.test(name, kind, comparison, (value, right_span))?,
            (value, Operand::Column(name, kind)) => self.test(name, kind, comparison.turned(), (value, left_span))?,
            _ => return Err(self.error(both, "two values, and no column", "expected a column on one side")),
        };
        Ok(if is_not { not(condition) } else { condition })
    }

    fn operand(&mut self) -> Result<(Operand, Range<usize>), Stop> {
        let Token { kind, span } = self.next();
        let operand = match kind {
            Kind::Text(text) => Operand::Value { text, quoted: true },
            Kind::Value(text) => Operand::Value { text, quoted: false },
            Kind::Column(name) => self.column(name, &span)?,
            Kind::Name(name) => match name.to_ascii_lowercase().as_str() {
                _ if self.columns.column_type(&name).is_some() => self.column(name, &span)?,
                "null" => Operand::Null,
                "true" => Operand::Bool(true),
                "false" => Operand::Bool(false),
                _ => self.column(name, &span)?,
            },
            Kind::Sign(_) | Kind::End => {
                return Err(self.error(span, "something is missing here", "expected a column or a value"));
            }
        };
        Ok((operand, span))
    }

    fn column(&self, name: String, span: &Range<usize>) -> Result<Operand, Stop> {
        match self.columns.column_type(&name) {
            Some(kind) => Ok(Operand::Column(name, kind)),
            None => {
                let expected = format!("{}; or write a text in quotes, as in \"{name}\"", self.columns.hint(&name));
                Err(self.error(span.clone(), &format!("no column is called {name}"), &expected))
            }
        }
    }

    fn list(&mut self, name: &str, kind: ColumnType) -> Result<Condition, Stop> {
        if !self.passes("(") {
            let here = self.next().span;
            return Err(self.error(here, "a list is missing", "expected ( and values with commas between"));
        }
        let mut parts = Vec::new();
        loop {
            let value = self.operand()?;
            parts.push(self.test(name.to_owned(), kind, Comparison::Equal, value)?);
            if self.passes(")") {
                return Ok(Condition::Or(parts));
            }
            if !self.passes(",") {
                let here = self.next().span;
                return Err(self.error(here, "a list that is not closed", "expected , or )"));
            }
        }
    }

    fn regex(&mut self, left: Operand, left_span: Range<usize>) -> Result<Condition, Stop> {
        let Operand::Column(name, kind) = left else {
            return Err(self.error(left_span, "not a column", "expected a column of text before ~"));
        };
        if !kind.is_text() {
            let message = format!("{name} is {}", type_name(kind));
            return Err(self.error(left_span, &message, "expected a column of text before ~"));
        }
        let Token { kind: Kind::Text(text), span } = self.next() else {
            let span = self.tokens.get(self.at - 1).map_or(0..0, |token| token.span.clone());
            return Err(self.error(span, "no regular expression", "expected one in quotes"));
        };
        match Regex::new(&text) {
            Ok(regex) => Ok(Condition::Test(name, Test::Matches(regex))),
            Err(error) => {
                let reason = error.to_string();
                let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                Err(self.error(span, "not a regular expression", &reason))
            }
        }
    }

    /// A column beside a value.
    fn test(
        &self,
        name: String,
        kind: ColumnType,
        comparison: Comparison,
        (value, span): (Operand, Range<usize>),
    ) -> Result<Condition, Stop> {
        let test = match (&value, kind) {
            (Operand::Null, _) if comparison == Comparison::Equal => Some(Test::IsNull),
            (Operand::Bool(value), ColumnType::Bool) if comparison == Comparison::Equal => Some(Test::Bool(*value)),
            (Operand::Value { text, quoted }, ColumnType::Text | ColumnType::TextView | ColumnType::Binary) => {
                if !quoted && comparison != Comparison::Equal {
                    let message = format!("{name} is text, which is compared letter by letter");
                    let expected = format!(
                        "expected a text in quotes, as in \"{text}\"; or give the field the type of its values, as in {{{name}:d}}"
                    );
                    return Err(self.error(span, &message, &expected));
                }
                if !quoted && is_network(text) {
                    let message = format!("{name} is text, and this is a network");
                    return Err(self.error(
                        span,
                        &message,
                        "expected an address, or ~ and what those of the network begin with",
                    ));
                }
                Some(Test::Text(comparison, text.clone()))
            }
            (Operand::Value { text, quoted }, ColumnType::Float64) if !quoted => {
                float(text, self.clock).map(|value| Test::Float(comparison, value))
            }
            (Operand::Value { text, quoted }, ColumnType::Int64 | ColumnType::Duration) if !quoted => {
                integers(kind, text, self.clock).map(|range| between(comparison, range))
            }
            (Operand::Value { text, .. }, ColumnType::Timestamp { .. } | ColumnType::Time | ColumnType::Date) => {
                integers(kind, text, self.clock).map(|range| between(comparison, range))
            }
            _ => None,
        };
        test.map(|test| Condition::Test(name.clone(), test)).ok_or_else(|| {
            let message = format!("{name} is {}, and this is not", type_name(kind));
            self.error(span, &message, &format!("expected {}", expected(kind, comparison)))
        })
    }
}

/// Whether a text is the prefix of addresses, with its length: `10.0.0.0/24`.
fn is_network(text: &str) -> bool {
    let parts = text.split_once('/');
    parts.is_some_and(|(address, length)| address.parse::<IpAddr>().is_ok() && length.parse::<u8>().is_ok())
}

/// The bounds for a comparison with what stands for the values from `first` to `last`.
fn between(comparison: Comparison, (first, last): (i128, i128)) -> Test {
    let (least, most) = match comparison {
        Comparison::Equal => (first, last),
        Comparison::Less => (i128::MIN, first - 1),
        Comparison::LessOrEqual => (i128::MIN, last),
        Comparison::Greater => (last + 1, i128::MAX),
        Comparison::GreaterOrEqual => (first, i128::MAX),
    };
    let (lowest, highest) = (i128::from(i64::MIN), i128::from(i64::MAX));
    if least > highest || most < lowest {
        // Bounds that are crossed hold no value.
        return Test::Between(1, 0);
    }
    Test::Between(least.clamp(lowest, highest) as i64, most.clamp(lowest, highest) as i64)
}

fn not(condition: Condition) -> Condition {
    match condition {
        Condition::Not(inner) => *inner,
        other => Condition::Not(Box::new(other)),
    }
}

/// What a column holds, in words.
pub(in crate::cli) fn type_name(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Text | ColumnType::TextView | ColumnType::Binary => "text",
        ColumnType::Int64 => "an integer",
        ColumnType::Float64 => "a number",
        ColumnType::Timestamp { .. } => "a time stamp",
        ColumnType::Date => "a date",
        ColumnType::Time => "a time of day",
        ColumnType::Duration => "a duration",
        ColumnType::Bool => "true or false",
        ColumnType::Map => "pairs",
    }
}

fn expected(kind: ColumnType, comparison: Comparison) -> &'static str {
    match kind {
        ColumnType::Text | ColumnType::TextView | ColumnType::Binary => "a text in quotes, or = null",
        ColumnType::Int64 => "a number as in 500, or a size as in 10KiB",
        ColumnType::Float64 => "a number as in 1.5",
        ColumnType::Timestamp { .. } => "a time as in 2024-05-17, 2024-05-17T10:05 or \"2024-05-17 10:05:03\"",
        ColumnType::Date => "a date as in 2024-05-17",
        ColumnType::Time => "a time of day as in 10:05 or 10:05:03",
        ColumnType::Duration => "a duration as in 250ms, 1.5s or 1h30m",
        ColumnType::Bool if comparison == Comparison::Equal => "true or false",
        ColumnType::Bool => "= or !=, and true or false",
        ColumnType::Map => "= null or != null",
    }
}
