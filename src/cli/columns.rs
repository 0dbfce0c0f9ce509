//! The columns that there are: fields of the patterns, and where a record came from.

use std::sync::Arc;

use super::{filter::Columns, patterns::Patterns, stop::Stop};
use crate::{
    batch::{ColumnType, Schema},
    input::Input,
    scan::{Origin, ScanOptions},
};

/// The columns that can be asked for.
#[derive(Debug, Clone)]
pub(super) struct Available {
    patterns: Patterns,
    /// All of them, with their types as the scan gives them.
    schema: Arc<Schema>,
    /// Those at the end that are no fields.
    origins: Vec<Origin>,
}

impl Available {
    /// # Errors
    /// The options are wrong for these patterns, or their columns make no table.
    pub(super) fn of(patterns: &Patterns, options: &ScanOptions) -> Result<Available, Stop> {
        let mut options = options.clone();
        options.columns = patterns.one().map(|pattern| (0..pattern.fields().len()).collect());
        patterns.check(&options)?;
        let schema = |options| Arc::clone(patterns.scan(Input::bytes(b""), options).schema());
        let fields = schema(options.clone());
        // A field hides the column of its name.
        let is_free = |origin: &Origin| fields.position(origin.name()).is_none();
        options.include = [Origin::File, Origin::Line, Origin::Offset].into_iter().filter(is_free).collect();
        let origins = options.include.clone();
        Ok(Available { patterns: patterns.clone(), schema: schema(options), origins })
    }

    /// Those of one pattern.
    #[cfg(any(test, fuzzing))]
    pub(super) fn new(pattern: &crate::api::Pattern, options: &ScanOptions) -> Available {
        Available::of(&Patterns::One(pattern.clone()), options).unwrap_or_else(|stop| panic!("{stop}"))
    }

    fn origin(&self, name: &str) -> Option<Origin> {
        self.origins.iter().copied().find(|origin| origin.name() == name)
    }

    /// # Errors
    /// A field has the name of a column of where records come from.
    pub(super) fn includes(&self, name: &str) -> Result<(), Stop> {
        let hidden =
            || Stop::new(format!("--include {name}: the pattern has a field of this name: give it another one"));
        self.origin(name).map(drop).ok_or_else(hidden)
    }

    /// Sets the columns of the scan to these. Their order is that of the fields first, then of the origins. Of several patterns the fields are chosen by [`Patterns::choose`].
    ///
    /// # Errors
    /// One of them is not there.
    pub(super) fn choose(&self, names: &[String], options: &mut ScanOptions) -> Result<(), Stop> {
        let (mut fields, mut included) = (Vec::new(), Vec::new());
        for name in names {
            self.column_type(name).ok_or_else(|| self.unknown(name))?;
            match (self.origin(name), self.patterns.one().and_then(|pattern| pattern.field_number(name))) {
                (Some(origin), _) if !included.contains(&origin) => included.push(origin),
                (None, Some(field)) if !fields.contains(&field) => fields.push(field),
                _ => {}
            }
        }
        (options.columns, options.include) = (self.patterns.one().map(|_| fields), included);
        Ok(())
    }

    /// The names of the columns that are shown if nobody says which.
    pub(super) fn by_default(&self) -> Vec<String> {
        let fields = self.schema.columns().take(self.schema.len() - self.origins.len());
        match &self.patterns {
            Patterns::One(pattern) => pattern.schema().columns().map(|(name, _)| name.to_owned()).collect(),
            Patterns::Many(..) => fields.map(|(name, _)| name.to_owned()).collect(),
        }
    }

    /// The first column of time stamps, of each pattern that has one; with the name of the pattern, where there are several.
    pub(super) fn times(&self) -> Vec<(Option<String>, String)> {
        let is_time = |(_, kind): &(&str, ColumnType)| matches!(kind, ColumnType::Timestamp { .. });
        match &self.patterns {
            Patterns::One(_) => {
                self.schema.columns().find(is_time).map(|(name, _)| (None, name.to_owned())).into_iter().collect()
            }
            Patterns::Many(set, _) => set
                .patterns()
                .filter_map(|(name, pattern)| {
                    let (column, _) = pattern.schema().columns().find(is_time)?;
                    Some((Some(name.to_owned()), column.to_owned()))
                })
                .collect(),
        }
    }

    pub(super) fn unknown(&self, name: &str) -> Stop {
        Stop::new(format!("no column is called {name:?}: {}", self.hint(name)))
    }
}

impl Columns for Available {
    fn column_type(&self, name: &str) -> Option<ColumnType> {
        self.schema.columns().find(|(column, _)| *column == name).map(|(_, kind)| kind)
    }

    fn names(&self) -> Vec<String> {
        self.by_default()
    }
}
