//! [`Patterns`]: one pattern or several. Either gives rows of one schema, so that nothing after them asks which.

use super::filter::{self, Condition};
use crate::{
    api::Pattern,
    error::Result,
    input::Input,
    scan::{Scan, ScanOptions},
    set::{Chosen, PatternSet},
};

/// What reads the records.
#[derive(Debug, Clone)]
pub(super) enum Patterns {
    One(Pattern),
    /// A record goes to the first that matches it. The rows are one table, with the column `pattern`, and with what is chosen of each pattern.
    Many(PatternSet, Vec<Chosen>),
}

impl Patterns {
    /// # Errors
    /// None of one pattern. Several must have different names.
    pub(super) fn new(mut named: Vec<(String, Pattern)>) -> Result<Patterns> {
        match named.pop() {
            Some((_, only)) if named.is_empty() => Ok(Patterns::One(only)),
            last => Ok(Patterns::Many(PatternSet::of(named.into_iter().chain(last))?, Vec::new())),
        }
    }

    /// The pattern, if it is one alone.
    pub(super) fn one(&self) -> Option<&Pattern> {
        match self {
            Patterns::One(pattern) => Some(pattern),
            Patterns::Many(..) => None,
        }
    }

    /// Has several patterns read only these columns, and only the rows for which a condition may hold. Of one pattern the options of the scan say so.
    pub(super) fn choose(&mut self, names: &[String], condition: Option<&Condition>) {
        let Patterns::Many(set, chosen) = self else { return };
        let of = |(_, pattern): (&str, &Pattern)| {
            // A field without a name is no column of a pattern that has names, though it can be asked for by its number.
            let own = pattern.schema().columns().filter(|(column, _)| names.iter().any(|name| name == column));
            let columns = own.filter_map(|(name, _)| pattern.field_number(name)).collect();
            let filter = condition.map_or(Vec::new(), |condition| filter::split(condition.clone(), pattern).0);
            Chosen { columns: Some(columns), filter }
        };
        *chosen = set.patterns().map(of).collect();
    }

    pub(super) fn scan<'a>(&self, input: Input<'a>, options: ScanOptions) -> Scan<'a> {
        match self {
            Patterns::One(pattern) => pattern.scan_input(input, options),
            Patterns::Many(set, chosen) => set.scan_chosen(input, options, chosen),
        }
    }

    /// Checks options, as the first call of a scan does.
    ///
    /// # Errors
    /// As that call.
    pub(super) fn check(&self, options: &ScanOptions) -> Result<()> {
        match self {
            Patterns::One(pattern) => pattern.check(options),
            Patterns::Many(set, _) => set.check_table(options),
        }
    }

    /// How records are matched, for a person.
    pub(super) fn explain(&self) -> String {
        match self {
            Patterns::One(pattern) => pattern.plan().explain(),
            Patterns::Many(set, _) => set.explain(),
        }
    }
}
