//! The columns that there are: fields of the pattern, and where a record came from.

use super::{filter::Columns, stop::Stop};
use crate::{
    api::Pattern,
    batch::ColumnType,
    pattern::Field,
    scan::{Origin, ScanOptions},
};

/// The columns that can be asked for.
#[derive(Debug, Clone)]
pub(super) struct Available {
    pattern: Pattern,
    /// Whether time stamps are converted to UTC.
    in_utc: bool,
}

impl Available {
    pub(super) fn new(pattern: &Pattern, options: &ScanOptions) -> Available {
        Available { pattern: pattern.clone(), in_utc: options.tz.is_some() }
    }

    /// The number of the field whose column has this name.
    fn field(&self, name: &str) -> Option<usize> {
        self.pattern.field_number(name)
    }

    fn origin(name: &str) -> Option<Origin> {
        [Origin::File, Origin::Line, Origin::Offset].into_iter().find(|origin| origin.name() == name)
    }

    /// Sets the columns of the scan to these; their order is that of the fields first, then of the origins.
    ///
    /// # Errors
    /// One of them is not there.
    pub(super) fn choose(&self, names: &[String], options: &mut ScanOptions) -> Result<(), Stop> {
        let (mut fields, mut included) = (Vec::new(), Vec::new());
        for name in names {
            match (self.field(name), Available::origin(name)) {
                (Some(field), _) if !fields.contains(&field) => fields.push(field),
                (None, Some(origin)) if !included.contains(&origin) => included.push(origin),
                (Some(_), _) | (None, Some(_)) => {}
                (None, None) => return Err(self.unknown(name)),
            }
        }
        (options.columns, options.include) = (Some(fields), included);
        Ok(())
    }

    /// The names of the columns that are shown if nobody says which.
    pub(super) fn by_default(&self) -> Vec<String> {
        self.pattern.schema().columns().map(|(name, _)| name.to_owned()).collect()
    }

    /// The first column of time stamps.
    pub(super) fn time(&self) -> Option<String> {
        let mut fields = self.pattern.fields().iter();
        let is_time = |field: &&Field| matches!(ColumnType::of(field.kind()), ColumnType::Timestamp { .. });
        fields.find(is_time).map(|field| field.column_name().to_owned())
    }

    pub(super) fn unknown(&self, name: &str) -> Stop {
        Stop::new(format!("no column is called {name:?}: there are {}", self.names().join(", ")))
    }
}

impl Columns for Available {
    fn column_type(&self, name: &str) -> Option<ColumnType> {
        match (self.field(name), Available::origin(name)) {
            (Some(field), _) => {
                let kind = ColumnType::of(self.pattern.fields().get(field)?.kind());
                Some(if self.in_utc { kind.in_utc() } else { kind })
            }
            (None, Some(Origin::File)) => Some(ColumnType::Text),
            (None, Some(_)) => Some(ColumnType::Int64),
            (None, None) => None,
        }
    }

    fn names(&self) -> Vec<String> {
        self.by_default()
    }
}
