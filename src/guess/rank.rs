//! Which of two guesses is the better one.

use std::cmp::Reverse;

use super::{judge::Judge, types::is_level};
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
    /// It has nothing but texts, and reads half of the lines.
    Texts,
    /// It has types, and reads a tenth of the lines.
    Few,
    /// Each line is one text.
    Message,
    /// What is no guess.
    None,
}

impl Rank {
    pub(super) fn new(pattern: &str, judge: &Judge, lines: usize, is_ready: bool) -> Rank {
        let is_half = 2 * judge.matched >= lines as u64;
        let tier = match judge.columns().any(|(name, column)| is_typed(name, column)) {
            true if is_half => Tier::Typed,
            true if 10 * judge.matched >= lines as u64 => Tier::Few,
            false if pattern.starts_with("{message") => Tier::Message,
            false if is_half => Tier::Texts,
            _ => Tier::None,
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

/// Whether each row has a value, and the values are what the names of the columns say: levels, hosts and pairs.
pub(super) fn is_plausible(judge: &Judge) -> bool {
    let has_value = |row: usize| judge.columns().any(|(_, column)| column.get(row) != Cell::Null);
    let empty = (0..judge.records()).filter(|&row| !has_value(row)).count();
    100 * empty <= judge.records() && judge.columns().all(|(name, column)| match column.values() {
        Values::Text { .. } if name == "host" => {
            let is_none = |row: &usize| matches!(column.get(*row), Cell::Text(text) if is_level(text) || text.starts_with(['[', '-']));
            20 * (0..column.len()).filter(is_none).count() < column.len().max(1)
        }
        Values::Text { .. } if name == "level" => {
            let is_one = |row: &usize| match column.get(*row) {
                Cell::Text(text) => is_level(text.trim()) || matches!(text, "I" | "W" | "E" | "F" | "D" | "V"),
                _ => true,
            };
            20 * (0..column.len()).filter(is_one).count() >= 19 * column.len()
        }
        Values::Map(_) => {
            let has_pairs = |row: &usize| match column.get(*row) {
                Cell::Map(pairs) => {
                    pairs.len() > 1 && 2 * pairs.iter().filter(|(_, value)| !value.is_empty()).count() >= pairs.len()
                }
                _ => true,
            };
            20 * (0..column.len()).filter(has_pairs).count() >= 19 * column.len()
        }
        _ => true,
    })
}
