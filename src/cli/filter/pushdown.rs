//! What of a condition the scan decides by itself, before it reads the other columns of a row.

use super::{Comparison, Condition, Test};
use crate::{api::Pattern, batch::ColumnType, engine::prefilter::needed_literal, scan::Predicate};

/// The predicates for the scan, and what is left to be asked of its rows.
///
/// The parts of an `and` are split; a part is pushed down if it compares a field of integers or times with bounds, or a text for equality, or if it is an
/// `or` of such comparisons of one field. Of an expression the scan is told a literal that every text with a match has, and the expression is left.
pub(in crate::cli) fn split(condition: Condition, pattern: &Pattern) -> (Vec<(usize, Predicate)>, Option<Condition>) {
    let parts = match condition {
        Condition::And(parts) => parts,
        one => vec![one],
    };
    let (mut pushed, mut left) = (Vec::new(), Vec::new());
    for part in parts {
        match predicate(&part, pattern) {
            Some(Pushed { field, predicate, is_exact }) => {
                pushed.push((field, predicate));
                left.extend((!is_exact).then_some(part));
            }
            None => left.push(part),
        }
    }
    let left = if left.len() > 1 { Some(Condition::And(left)) } else { left.pop() };
    (joined(pushed), left)
}

/// One predicate for each field: bounds are joined, as the scan asks all of them anyway.
fn joined(predicates: Vec<(usize, Predicate)>) -> Vec<(usize, Predicate)> {
    let mut found: Vec<(usize, Predicate)> = Vec::new();
    for (field, predicate) in predicates {
        let other = found.iter_mut().find(|(other, _)| *other == field);
        match (other, &predicate) {
            (Some((_, Predicate::Between(least, most))), Predicate::Between(a, b)) => {
                (*least, *most) = ((*least).max(*a), (*most).min(*b));
            }
            _ => found.push((field, predicate)),
        }
    }
    found
}

/// A predicate that every row of a condition satisfies.
struct Pushed {
    field: usize,
    predicate: Predicate,
    /// Whether it is all of the condition.
    is_exact: bool,
}

fn predicate(condition: &Condition, pattern: &Pattern) -> Option<Pushed> {
    match condition {
        Condition::Test(name, test) => of_test(name, test, pattern),
        Condition::Or(parts) => {
            let parts = parts.iter().map(|part| predicate(part, pattern)).collect::<Option<Vec<_>>>()?;
            let field = parts.first()?.field;
            let is_exact = parts.iter().all(|part| part.is_exact);
            if parts.iter().any(|part| part.field != field) {
                return None;
            }
            let predicate = Predicate::AnyOf(parts.into_iter().map(|part| part.predicate).collect());
            Some(Pushed { field, predicate, is_exact })
        }
        _ => None,
    }
}

fn of_test(name: &str, test: &Test, pattern: &Pattern) -> Option<Pushed> {
    let field = pattern.field_number(name)?;
    let (predicate, is_exact) = match (test, ColumnType::of(pattern.fields().get(field)?.kind())) {
        (Test::Between(least, most), ColumnType::Int64 | ColumnType::Timestamp { .. }) => {
            (Predicate::Between(*least, *most), true)
        }
        (Test::Text(Comparison::Equal, text), ColumnType::Text) => (Predicate::Text(text.clone()), true),
        (Test::Matches(regex), ColumnType::Text) => (Predicate::Contains(needed_literal(regex.as_str())?), false),
        _ => return None,
    };
    Some(Pushed { field, predicate, is_exact })
}
