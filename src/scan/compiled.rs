//! A format with all that was decided about it: what every scan and every match of a pattern shares.

use std::sync::Arc;

use crate::{
    batch::Schema,
    convert::{self, Value},
    error::Result,
    pattern::{Field, Format},
    plan::Plan,
};

/// A format, planned.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) format: Format,
    pub(crate) plan: Plan,
    /// Of the columns of all fields.
    pub(crate) schema: Arc<Schema>,
}

impl Compiled {
    pub(crate) fn fields(&self) -> &[Field] {
        &self.format.fields
    }

    /// The value of field `index` when its text is `text`; `None` past the last field.
    pub(crate) fn value<'t>(&self, index: usize, text: &'t str, year: i32) -> Result<Option<Value<'t>>> {
        let value = |field: &Field| match field.is_null(text.as_bytes()) {
            true => Ok(Value::Null),
            false => convert::value(field.kind(), text, year),
        };
        self.fields().get(index).map(value).transpose()
    }
}
