//! A pattern in parts, before its fields have names.

use super::types::{Type, Value};

/// On which side of a value blanks may stand that are no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Padding {
    No,
    Before,
    After,
}

/// A field without a name.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) kind: Type,
    /// Texts that mean that there is no value.
    pub(super) nulls: Vec<&'static str>,
    pub(super) padding: Padding,
    /// Some of its texts.
    pub(super) samples: Vec<String>,
    /// The name that the lines themselves give it.
    pub(super) label: Option<String>,
    /// The keys of pairs, each with its type.
    pub(super) keys: Vec<(String, String)>,
}

/// How many texts of a field are kept.
const SAMPLES: usize = 32;

impl Field {
    pub(super) fn new(kind: Type, nulls: Vec<&'static str>, texts: &[&str]) -> Field {
        let samples = texts.iter().take(SAMPLES).map(|text| (*text).to_owned()).collect();
        Field { kind, nulls, padding: Padding::No, samples, label: None, keys: Vec::new() }
    }

    /// Whether it is more than a piece of text.
    pub(super) fn is_typed(&self) -> bool {
        !matches!(self.kind.value, Value::Word | Value::Text)
    }

    /// What stands after the name in a pattern.
    pub(super) fn spec(&self) -> String {
        let align = match self.padding {
            Padding::No => "",
            Padding::Before => ">",
            Padding::After => "<",
        };
        let nulls: String = self.nulls.iter().map(|null| format!("|{null}")).collect();
        format!("{align}{}{nulls}", self.kind.spec)
    }
}

/// A part of a pattern.
#[derive(Debug, Clone)]
pub(super) enum Element {
    /// Text that stands for itself.
    Literal(String),
    Field(Field),
    /// What may be missing.
    Optional(Vec<Element>),
    /// Blanks of any number.
    Blanks,
}

/// Whether a field of the elements is more than a piece of text.
pub(super) fn has_types(elements: &[Element]) -> bool {
    elements.iter().any(|element| match element {
        Element::Field(field) => field.is_typed(),
        Element::Optional(inside) => has_types(inside),
        Element::Literal(_) | Element::Blanks => false,
    })
}
