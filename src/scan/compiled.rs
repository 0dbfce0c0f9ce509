//! A format with all that was decided about it: what every scan and every match of a pattern shares.

use std::sync::Arc;

use crate::{
    batch::{ColumnType, Schema, Strings},
    convert::{self, Converter, Value},
    error::Result,
    pattern::{Field, Format, FormatOptions},
    plan::Plan,
};

/// A format, planned.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) format: Format,
    /// What the format was read with.
    pub(super) options: FormatOptions,
    pub(crate) plan: Plan,
    /// What makes the values of each field, where that is a function of the caller's own.
    pub(crate) converters: Vec<Option<Converter>>,
    /// Of the columns of all fields.
    pub(super) all_columns: Schema,
    /// Of the columns that a scan gives where none are asked for.
    pub(crate) schema: Arc<Schema>,
}

impl Compiled {
    pub(crate) fn new(
        format: Format,
        options: FormatOptions,
        plan: Plan,
        converters: Vec<Option<Converter>>,
    ) -> Compiled {
        let column = |field: &Field| (field.column_name(), ColumnType::of(field.kind()));
        let all_columns = Schema::new(format.fields.iter().map(column));
        let schema = Arc::new(all_columns.select(&default_columns(&format.fields), Strings::default(), false));
        Compiled { format, options, plan, converters, all_columns, schema }
    }

    pub(crate) fn fields(&self) -> &[Field] {
        &self.format.fields
    }

    /// The caller's own function for field `index`, if it has one.
    pub(crate) fn converter(&self, index: usize) -> Option<&Converter> {
        self.converters.get(index)?.as_ref()
    }

    /// The value of field `index` when its text is `text`; `None` past the last field.
    pub(crate) fn value<'t>(&self, index: usize, text: &'t str, year: i32) -> Result<Option<Value<'t>>> {
        let value = |field: &Field| match self.converter(index) {
            _ if field.is_null(text.as_bytes()) => Ok(Value::Null),
            Some(converter) => converter.value(text),
            None => convert::value(field.kind(), text, year),
        };
        self.fields().get(index).map(value).transpose()
    }

    /// The fields that become columns where none are asked for.
    pub(super) fn default_columns(&self) -> Vec<usize> {
        default_columns(self.fields())
    }

    /// The number of the field whose column is called `column`.
    pub(crate) fn field_number(&self, column: &str) -> Option<usize> {
        self.all_columns.position(column)
    }
}

/// Those with a name; where none has one, all.
fn default_columns(fields: &[Field]) -> Vec<usize> {
    let has_names = fields.iter().any(|field| field.name().is_some());
    (0..fields.len()).filter(|&number| !has_names || fields[number].name().is_some()).collect()
}
