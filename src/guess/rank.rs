//! Which of two guesses is the better one.

use std::cmp::Reverse;

use super::{
    judge::Judge,
    types::is_level,
};
use crate::batch::{Cell, Column, ColumnType, Values};

/// What guesses are sorted by: the least is the best.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    pub(super) tier: Tier,
    /// The share of the lines, in hundredths, of which the last two are one.
    share: Reverse<u64>,
    says: Reverse<u64>,
    matched: Reverse<u64>,
    length: usize,
    pattern: String,
}

/// What comes before the share, which any text has if nothing is asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tier {
    /// It has types, and reads half of the lines.
    Typed,
    /// It has nothing but texts.
    Texts,
    /// It has types, and reads fewer lines.
    Few,
    /// Each line is one text.
    Message,
}

impl Rank {
    pub(super) fn new(pattern: &str, judge: &Judge, lines: usize, is_ready: bool) -> Rank {
        let tier = match judge.columns().any(|(name, column)| is_typed(name, column)) {
            true if 2 * judge.matched >= lines as u64 => Tier::Typed,
            true => Tier::Few,
            false if pattern.starts_with("{message") => Tier::Message,
            false => Tier::Texts,
        };
        Rank {
            tier,
            share: Reverse((100 * judge.matched / lines.max(1) as u64).min(99)),
            says: Reverse(says(judge) + if is_ready { READY } else { 0 }),
            matched: Reverse(judge.matched),
            length: pattern.chars().count(),
            pattern: pattern.to_owned(),
        }
    }
}

/// What a column is worth whose rows have each a value.
const FULL: u64 = 1000;
/// What a ready pattern is worth more: its columns have names that people know.
const READY: u64 = 4 * FULL;

/// How much the columns say.
fn says(judge: &Judge) -> u64 {
    let rows = judge.records().max(1) as u64;
    let worth = |(name, column): (&str, &Column)| {
        let nulls = column.validity().map_or(0, |validity| validity.nulls() as u64);
        let worth = match column.column_type() {
            ColumnType::Timestamp { .. } if name == "time" => 8,
            ColumnType::Text if name == "message" => 1,
            ColumnType::Text if name.starts_with("field") => 2,
            ColumnType::Text | ColumnType::Map => 3,
            _ => 4,
        };
        worth * FULL * (rows - nulls.min(rows)) / rows
    };
    judge.columns().map(worth).sum()
}

fn is_typed(name: &str, column: &Column) -> bool {
    let has_values = column.validity().is_none_or(|validity| validity.nulls() < column.len());
    has_values && (!column.column_type().is_text() || name == "level" || name == "ip")
}

/// Whether the values are what the names of the columns say: levels, and pairs.
pub(super) fn is_plausible(judge: &Judge) -> bool {
    judge.columns().all(|(name, column)| match column.values() {
        Values::Text { .. } if name == "level" => {
            let is_one = |row: &usize| match column.get(*row) {
                Cell::Text(text) => is_level(text.trim()) || matches!(text, "I" | "W" | "E" | "F" | "D" | "V"),
                _ => true,
            };
            20 * (0..column.len()).filter(is_one).count() >= 19 * column.len()
        }
        Values::Map(_) => {
            let has_pairs = |row: &usize| match column.get(*row) {
                Cell::Map(pairs) => pairs.len() > 1 && pairs.iter().all(|(_, value)| !value.is_empty()),
                _ => true,
            };
            2 * (0..column.len()).filter(has_pairs).count() >= column.len()
        }
        _ => true,
    })
}
