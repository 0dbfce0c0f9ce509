//! What of a condition the scan decides by itself, before it reads the other columns of a row.

use super::{Condition, Test};
use crate::{api::Pattern, batch::ColumnType, scan::Predicate};

/// The predicates for the scan, and what is left to be asked of its rows.
///
/// The parts of an `and` are split; a part is pushed down if it compares a field of integers or times with bounds, or a text for equality.
pub(in crate::cli) fn split(condition: Condition, pattern: &Pattern) -> (Vec<(usize, Predicate)>, Option<Condition>) {
    let parts = match condition {
        Condition::And(parts) => parts,
        one => vec![one],
    };
    let (mut pushed, mut left) = (Vec::new(), Vec::new());
    for part in parts {
        match predicate(&part, pattern) {
            Some(predicate) => pushed.push(predicate),
            None => left.push(part),
        }
    }
    let left = if left.len() > 1 { Some(Condition::And(left)) } else { left.pop() };
    (pushed, left)
}

fn predicate(condition: &Condition, pattern: &Pattern) -> Option<(usize, Predicate)> {
    let Condition::Test(name, test) = condition else { return None };
    let number = pattern.field_number(name)?;
    let kind = ColumnType::of(pattern.fields().get(number)?.kind());
    match (test, kind) {
        (Test::Between(least, most), ColumnType::Int64 | ColumnType::Timestamp { .. }) => {
            Some((number, Predicate::Between(*least, *most)))
        }
        (Test::Text(super::Comparison::Equal, text), ColumnType::Text) => Some((number, Predicate::Text(text.clone()))),
        _ => None,
    }
}
