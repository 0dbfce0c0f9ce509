//! A format with all that was decided about it: what every scan and every match of a pattern shares.

use std::{borrow::Cow, sync::Arc};

use crate::{
    batch::{ColumnType, Schema, Strings},
    convert::{self, Converter, Value},
    error::{Error, Result},
    pattern::{Field, Format, FormatOptions, ValueKind},
    plan::Plan,
};

/// A format, planned.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) format: Format,
    /// What the format was read with.
    pub(super) options: FormatOptions,
    pub(crate) plan: Plan,
    /// Those of the format, but for `kv(…)`, whose keys are in its place.
    fields: Vec<Field>,
    places: Vec<Place>,
    /// What makes the values of each capture group, where that is a function of the caller's own.
    converters: Vec<Option<Converter>>,
    /// Of the columns of all fields.
    pub(super) all_columns: Schema,
    /// Of the columns that a scan gives where none are asked for.
    pub(crate) schema: Arc<Schema>,
}

/// Where the text of a field comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// The number of its capture group, which is that of a field of the format.
    pub(crate) group: usize,
    /// Its number among the keys of that.
    pub(crate) key: Option<usize>,
    /// Its column among the spans of a block: those of the groups come first, then those of the keys.
    pub(super) slot: usize,
}

impl Compiled {
    /// `converters` has one for each field of the format.
    pub(crate) fn new(
        format: Format,
        options: FormatOptions,
        plan: Plan,
        converters: Vec<Option<Converter>>,
    ) -> Compiled {
        let (mut fields, mut places, mut slots) = (Vec::new(), Vec::new(), format.fields.len());
        for (group, field) in format.fields.iter().enumerate() {
            if field.keys.is_empty() {
                fields.push(field.clone());
                places.push(Place { group, key: None, slot: group });
            }
            for (number, key) in field.keys.iter().enumerate() {
                fields.push(key.field.clone());
                places.push(Place { group, key: Some(number), slot: slots });
                slots += 1;
            }
        }
        let column = |field: &Field| (field.column_name(), ColumnType::of(field.kind()));
        let all_columns = Schema::new(fields.iter().map(column));
        let schema = Arc::new(all_columns.select(&default_columns(&fields), Strings::default(), false));
        Compiled { format, options, plan, fields, places, converters, all_columns, schema }
    }

    pub(crate) fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Where each field comes from.
    pub(crate) fn places(&self) -> &[Place] {
        &self.places
    }

    /// How many columns of spans a block has.
    pub(super) fn slots(&self) -> usize {
        self.format.fields.len() + self.places.iter().filter(|place| place.key.is_some()).count()
    }

    /// The caller's own function for field `index`, if it has one.
    pub(crate) fn converter(&self, index: usize) -> Option<&Converter> {
        let place = self.places.get(index).filter(|place| place.key.is_none())?;
        self.converters.get(place.group)?.as_ref()
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

    /// The value of field `index`, which is a key of `kv(…)`, when `text` stands there, quotes and all.
    pub(super) fn key_value<'t>(&self, index: usize, text: &'t str, year: i32) -> Result<Value<'t>> {
        let (field, Place { group, key, .. }) = (&self.fields[index], self.places[index]);
        let unquoted = convert::unquote(text);
        if field.is_null(unquoted.as_bytes()) {
            return Ok(Value::Null);
        }
        if *field.kind() == ValueKind::Quoted {
            return convert::value(field.kind(), text, year);
        }
        let is_value = self.plan.check_key(group, key.unwrap_or_default(), unquoted.as_bytes());
        is_value.map_err(|reason| Error::value(text, reason))?;
        match unquoted {
            Cow::Borrowed(inside) => convert::value(field.kind(), inside, year),
            Cow::Owned(inside) => match convert::value(field.kind(), &inside, year)? {
                Value::Text(text) => Ok(Value::Unescaped(text.to_owned())),
                value => value.without_text().ok_or_else(|| Error::value(text, "has escapes")),
            },
        }
    }
}

/// Those with a name; where none has one, all.
fn default_columns(fields: &[Field]) -> Vec<usize> {
    let has_names = fields.iter().any(|field| field.name().is_some());
    (0..fields.len()).filter(|&number| !has_names || fields[number].name().is_some()).collect()
}
