//! A format with all that was decided about it: what every scan and every match of a pattern shares.

use std::sync::Arc;

use crate::{
    batch::{ColumnType, Schema},
    convert::{self, Converter, Value},
    error::Result,
    pattern::{Field, Format, FormatOptions},
    plan::Plan,
};

/// A format, planned.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) format: Format,
    pub(crate) plan: Plan,
    /// What makes the values of each field, where that is a function of the caller's own.
    pub(crate) converters: Vec<Option<Converter>>,
    /// Of the columns of all fields.
    pub(crate) schema: Arc<Schema>,
    /// What the format was read with, for its beginnings.
    pub(crate) options: FormatOptions,
}

impl Compiled {
    /// A format, with `plan` for it.
    pub(crate) fn new(
        format: Format,
        options: FormatOptions,
        plan: Plan,
        converters: Vec<Option<Converter>>,
    ) -> Compiled {
        let column = |field: &Field| (field.column_name(), ColumnType::of(field.kind()));
        let schema = Arc::new(Schema::new(format.fields.iter().map(column)));
        Compiled { format, plan, converters, schema, options }
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
}
