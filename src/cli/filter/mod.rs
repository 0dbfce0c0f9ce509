//! `--where`: which rows are shown.
//!
//! A condition is read once, against the types of the columns, and then asked of each batch, a column at a time. `docs/guide/command.md` has
//! the grammar.
//!
//! | file | what |
//! |---|---|
//! | [`parser`] | text → [`Condition`] |
//! | [`literal`] | the values that it compares with |
//! | [`eval`] | the rows for which it holds |
//! | [`pushdown`] | what of it the scan can decide before it reads the other columns |
//!
//! Every condition is true or false of a row, never unknown: a null is equal to no value, and neither less nor greater.

mod eval;
mod literal;
mod parser;
mod pushdown;
#[cfg(any(test, fuzzing))]
pub(super) mod reference;

use std::collections::BTreeSet;

pub(super) use literal::{Clock, Moment, duration};
pub(super) use parser::{parse, type_name};
pub(super) use pushdown::split;
use regex::Regex;

use super::near::hint;
use crate::batch::ColumnType;

/// The columns that a condition can name.
pub(super) trait Columns {
    /// The type of a column.
    fn column_type(&self, name: &str) -> Option<ColumnType>;

    /// The names of all, for messages.
    fn names(&self) -> Vec<String>;

    /// What to do about a name that none of them has.
    fn hint(&self, name: &str) -> String {
        hint(name, self.names().iter().map(String::as_str))
    }
}

/// What is asked of a row.
#[derive(Debug, Clone)]
pub(super) enum Condition {
    /// All of these.
    And(Vec<Condition>),
    /// Any of these.
    Or(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// This, of a column.
    Test(String, Test),
    /// Two columns of one type, beside each other.
    Compare(String, Comparison, String),
}

/// What is asked of a value. Each is false of a null but `IsNull`.
#[derive(Debug, Clone)]
pub(super) enum Test {
    /// There is no value.
    IsNull,
    /// An integer, a time, a date or a duration in these bounds, both of which are in.
    Between(i64, i64),
    /// A float.
    Float(Comparison, f64),
    /// A text, by its bytes.
    Text(Comparison, String),
    /// A text in which the expression is found.
    Matches(Regex),
    /// A boolean.
    Bool(bool),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// Whether it holds between two values that are so ordered; `None` for a NaN.
    fn holds(self, order: Option<std::cmp::Ordering>) -> bool {
        order.is_some_and(|order| match self {
            Comparison::Equal => order.is_eq(),
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
        })
    }

    /// The same, with the sides exchanged.
    fn turned(self) -> Comparison {
        match self {
            Comparison::Equal => Comparison::Equal,
            Comparison::Less => Comparison::Greater,
            Comparison::LessOrEqual => Comparison::GreaterOrEqual,
            Comparison::Greater => Comparison::Less,
            Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        }
    }
}

impl Condition {
    /// Adds the columns that it asks.
    pub(super) fn columns(&self, found: &mut BTreeSet<String>) {
        match self {
            Condition::And(parts) | Condition::Or(parts) => parts.iter().for_each(|part| part.columns(found)),
            Condition::Not(inner) => inner.columns(found),
            Condition::Test(column, _) => found.extend([column.clone()]),
            Condition::Compare(left, _, right) => found.extend([left.clone(), right.clone()]),
        }
    }
}
