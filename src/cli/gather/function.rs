//! The functions of `--agg`, and what each keeps of the rows of a group.

use super::{
    distinct::Distinct,
    quantiles::{Part, Quantiles},
    value::{Kept, Number, Sum},
};
use crate::{
    batch::{Cell, ColumnType},
    cli::{
        filter::{Columns, type_name},
        lexer::{Kind, Token, error_at, tokens},
        near::near,
        stop::Stop,
    },
};

const NAMES: &str =
    "expected count, count(…), distinct(…), sum(…), mean(…), min(…), max(…), median(…), or a percentile as in p95(…)";

/// A function of the rows of a group.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Function {
    /// As it is written, which is the name of its column.
    pub(in crate::cli) name: String,
    /// The column that it is of; `None` for `count`.
    pub(in crate::cli) column: Option<String>,
    kind: FunctionKind,
    /// Of the column that it is of.
    of: ColumnType,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum FunctionKind {
    Count,
    Distinct,
    Sum,
    Mean,
    Min,
    Max,
    Quantile(Part),
}

impl Function {
    /// `count`.
    pub(in crate::cli) fn count() -> Function {
        Function { name: "count".to_owned(), column: None, kind: FunctionKind::Count, of: ColumnType::Int64 }
    }

    /// The type of its column.
    pub(super) fn column_type(&self) -> ColumnType {
        match self.kind {
            FunctionKind::Count | FunctionKind::Distinct => ColumnType::Int64,
            FunctionKind::Sum | FunctionKind::Min | FunctionKind::Max => self.of,
            // A quantile is a value of the column, or an estimate of one; a mean need not be one.
            FunctionKind::Quantile(_) => self.of,
            FunctionKind::Mean => match self.of {
                ColumnType::Duration => ColumnType::Duration,
                _ => ColumnType::Float64,
            },
        }
    }

    /// What it keeps, of no rows.
    pub(super) fn state(&self) -> State {
        match self.kind {
            FunctionKind::Count => State::Count(0),
            FunctionKind::Distinct => State::Distinct(Distinct::new()),
            FunctionKind::Sum | FunctionKind::Mean => State::Sum(Sum::default(), 0),
            FunctionKind::Min | FunctionKind::Max => State::Extreme(None),
            FunctionKind::Quantile(_) => State::Quantiles(Quantiles::new()),
        }
    }

    /// Takes the value of a row; says by how many bytes the state has grown.
    pub(super) fn add(&self, state: &mut State, cell: Cell<'_>, buffer: &mut Vec<u8>) -> usize {
        if cell == Cell::Null && self.column.is_some() {
            return 0;
        }
        match state {
            State::Count(count) => *count += 1,
            State::Distinct(distinct) => return distinct.add(cell, buffer),
            State::Sum(sum, count) => {
                *count += 1;
                Number::of(cell).into_iter().for_each(|number| sum.add(number));
            }
            State::Extreme(kept) => {
                let wanted =
                    if self.kind == FunctionKind::Min { std::cmp::Ordering::Less } else { std::cmp::Ordering::Greater };
                let value = Kept::of(cell);
                // A NaN is no least and no greatest value, unless there is no other.
                let is_nan = |kept: &Kept| matches!(kept, Kept::Float(value) if value.is_nan());
                let replaces = match (&value, &*kept) {
                    (Some(_), None) => true,
                    (Some(new), Some(old)) if is_nan(new) || is_nan(old) => is_nan(old) && !is_nan(new),
                    (Some(new), Some(old)) => new.order(old) == wanted,
                    (None, _) => false,
                };
                if replaces {
                    *kept = value;
                }
            }
            State::Quantiles(quantiles) => return Number::of(cell).map_or(0, |value| quantiles.add(value)),
        }
        0
    }

    /// Its value.
    ///
    /// # Errors
    /// A sum past 64 bits.
    pub(super) fn value(&self, state: &State) -> Result<Option<Kept>, Stop> {
        Ok(match state {
            State::Count(count) => Some(Kept::Int(*count as i64)),
            State::Distinct(distinct) => Some(Kept::Int(distinct.count() as i64)),
            State::Sum(_, 0) => None,
            State::Sum(sum, count) if self.kind == FunctionKind::Mean => Some(sum.mean(*count, self.of)),
            State::Sum(Sum { float, .. }, _) if self.of == ColumnType::Float64 => Some(Kept::Float(*float)),
            State::Sum(Sum { whole, .. }, _) => {
                let passed = |_| Stop::new(format!("{} passes 64 bits: it is {whole}", self.name));
                Some(Kept::Int(i64::try_from(*whole).map_err(passed)?))
            }
            State::Extreme(kept) => kept.clone(),
            State::Quantiles(quantiles) => match self.kind {
                FunctionKind::Quantile(part) => quantiles.at(part).map(|number| number.kept(self.of)),
                _ => None,
            },
        })
    }
}

/// What a function keeps of the rows of a group.
#[derive(Debug)]
pub(super) enum State {
    Count(u64),
    Distinct(Distinct),
    /// Of so many numbers.
    Sum(Sum, u64),
    Extreme(Option<Kept>),
    Quantiles(Quantiles),
}

impl State {
    /// Whether it knows the value exactly, or an estimate.
    pub(super) fn is_exact(&self) -> bool {
        match self {
            State::Distinct(distinct) => distinct.is_exact(),
            State::Quantiles(quantiles) => quantiles.is_exact(),
            State::Count(_) | State::Sum(..) | State::Extreme(_) => true,
        }
    }
}

/// Reads `count, mean(took), p95(took)`.
///
/// # Errors
/// With the place that is wrong.
pub(in crate::cli) fn functions(text: &str, columns: &dyn Columns) -> Result<Vec<Function>, Stop> {
    let tokens = tokens(text)?;
    let mut at = 0;
    let mut next = || {
        at += 1;
        tokens.get(at - 1).or(tokens.last()).cloned().unwrap_or(Token { kind: Kind::End, span: 0..0 })
    };
    let mut found: Vec<Function> = Vec::new();
    loop {
        let word = next();
        let kind = match &word.kind {
            Kind::Name(name) => function_kind(name),
            _ => None,
        };
        let Some(kind) = kind else {
            return Err(error_at(text, word.span.clone(), "not a function", &expected(&text[word.span])));
        };
        let name = &text[word.span.clone()];
        let mut after = next();
        let mut function = Function { kind, name: name.to_lowercase(), ..Function::count() };
        if after.kind == Kind::Sign("(") {
            let argument = next();
            if kind != FunctionKind::Count || argument.kind != Kind::Sign("*") {
                let (column, of) = column_of(text, &function, argument, columns)?;
                function =
                    Function { name: format!("{}({column})", function.name), column: Some(column), of, ..function };
            } else {
                function.name.push_str("(*)");
            }
            let close = next();
            if close.kind != Kind::Sign(")") {
                return Err(error_at(text, close.span, "a parenthesis that is not closed", "expected )"));
            }
            after = next();
        } else if kind != FunctionKind::Count {
            return Err(error_at(text, word.span, "of which column?", &format!("expected {name}(column)")));
        }
        if found.iter().all(|other| other.name != function.name) {
            found.push(function);
        }
        match after.kind {
            Kind::Sign(",") => {}
            Kind::End => return Ok(found),
            _ => return Err(error_at(text, after.span, "not what follows a function", "expected , and another one")),
        }
    }
}

/// The column in the parentheses of a function, and its type.
fn column_of(
    text: &str,
    function: &Function,
    argument: Token,
    columns: &dyn Columns,
) -> Result<(String, ColumnType), Stop> {
    let (Kind::Name(column) | Kind::Column(column) | Kind::Text(column) | Kind::Value(column)) = argument.kind else {
        return Err(error_at(text, argument.span, "no column", "expected the name of a column"));
    };
    let Some(of) = columns.column_type(&column) else {
        let message = format!("no column is called {column}");
        return Err(error_at(text, argument.span, &message, &columns.hint(&column)));
    };
    if !takes(function.kind, of) {
        let of_what = match function.kind {
            FunctionKind::Min | FunctionKind::Max => "what has an order, and pairs have none",
            _ => "numbers and durations",
        };
        let message = format!("{} is of {of_what}: {column} is {}", function.name, type_name(of));
        return Err(error_at(text, argument.span, &message, "expected another column"));
    }
    Ok((column, of))
}

/// What to write instead of a word that is no function.
fn expected(word: &str) -> String {
    let names = ["count", "distinct", "sum", "mean", "min", "max", "median"];
    near(word, names).first().map_or_else(|| NAMES.to_owned(), |name| format!("did you mean {name}?"))
}

fn function_kind(name: &str) -> Option<FunctionKind> {
    Some(match name.to_lowercase().as_str() {
        "count" => FunctionKind::Count,
        "distinct" => FunctionKind::Distinct,
        "sum" => FunctionKind::Sum,
        "mean" | "avg" => FunctionKind::Mean,
        "min" => FunctionKind::Min,
        "max" => FunctionKind::Max,
        "median" => FunctionKind::Quantile(Part::MEDIAN),
        percentile => FunctionKind::Quantile(Part::percent(percentile.strip_prefix('p')?)?),
    })
}

/// Whether a function is of such a column.
fn takes(kind: FunctionKind, of: ColumnType) -> bool {
    match kind {
        FunctionKind::Count | FunctionKind::Distinct => true,
        FunctionKind::Min | FunctionKind::Max => of != ColumnType::Map,
        FunctionKind::Sum | FunctionKind::Mean | FunctionKind::Quantile(_) => {
            matches!(of, ColumnType::Int64 | ColumnType::Float64 | ColumnType::Duration)
        }
    }
}
