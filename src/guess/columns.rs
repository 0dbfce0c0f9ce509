//! Texts that stand at the same place of their lines, as elements of a pattern.

use std::collections::BTreeSet;

use super::{
    elements::{Element, Field, Padding},
    types::{Type, Types, Value},
};

/// Into how many parts a word is cut at most.
const PARTS: usize = 8;
/// What parts of a word stand between.
const SEPARATORS: &[u8] = b":#@=/*$+";

/// Each text once, in order.
pub(super) fn distinct<'t>(texts: &[&'t str]) -> Vec<&'t str> {
    texts.iter().copied().collect::<BTreeSet<_>>().into_iter().collect()
}

/// A field of texts that may be null, with blanks around them.
pub(super) fn field(types: &Types, texts: &[&str], untyped: Value) -> Field {
    let mut texts = distinct(texts);
    let is_padded = |is: fn(&str) -> bool| texts.iter().any(|text| is(text) && !text.trim().is_empty());
    let padding = match (is_padded(|text| text.starts_with(' ')), is_padded(|text| text.ends_with(' '))) {
        (true, _) => Padding::Before,
        (false, true) => Padding::After,
        (false, false) => Padding::No,
    };
    if padding != Padding::No {
        texts = distinct(&texts.iter().map(|text| text.trim_matches(' ')).collect::<Vec<_>>());
    }
    let mut nulls = Vec::new();
    for null in ["-", ""] {
        if texts.contains(&null) {
            texts.retain(|text| *text != null);
            nulls.push(null);
        }
    }
    // Codes of strptime have no null texts, and no padding.
    let is_bare = nulls.is_empty() && padding == Padding::No;
    let kind = types.of(&texts).filter(|kind| is_bare || !kind.spec.contains('%') || kind.spec == "%");
    let is_word = untyped == Value::Word && nulls.is_empty() && padding == Padding::No;
    let kind = kind.unwrap_or_else(|| Type::new(untyped, if is_word { "S" } else { "" }));
    let mut field = Field::new(kind, nulls, &texts);
    field.padding = padding;
    field
}

/// A column of words, cut at the separators that all of them have, if that makes values of parts of them.
pub(super) fn parts(types: &Types, texts: &[&str]) -> Option<Vec<Element>> {
    let is_separator = |byte: &u8| SEPARATORS.contains(byte);
    let separators = |text: &str| text.bytes().filter(|byte| is_separator(byte)).collect::<Vec<_>>();
    let wanted = separators(texts.first()?);
    if wanted.is_empty() || wanted.len() > PARTS || texts.iter().any(|text| separators(text) != wanted) {
        return None;
    }
    let cut: Vec<Vec<&str>> =
        texts.iter().map(|text| text.split(|c: char| c.is_ascii() && is_separator(&(c as u8))).collect()).collect();
    let (mut elements, mut typed, mut free) = (Vec::new(), 0, 0);
    for at in 0..=wanted.len() {
        let column: Vec<&str> = cut.iter().map(|parts| parts[at]).collect();
        let part = distinct(&column);
        let is_key = wanted.get(at) == Some(&b'=');
        match part[..] {
            [""] => {}
            [text] if is_key || types.of(&part).is_none() => elements.push(Element::Literal(text.to_owned())),
            _ => {
                let mut field = field(types, &column, Value::Text);
                let before = at.checked_sub(1).filter(|&before| wanted[before] == b'=');
                field.label = before.map(|before| cut[0][before].to_owned());
                let counted = if field.is_typed() || field.label.is_some() { &mut typed } else { &mut free };
                *counted += 1;
                elements.push(Element::Field(field));
            }
        }
        elements.extend(wanted.get(at).map(|&separator| Element::Literal((separator as char).to_string())));
    }
    (typed > 0 && free <= 2).then_some(elements)
}

/// A text in quotes, which stand around each of the texts.
pub(super) fn quoted(types: &Types, texts: &[&str]) -> Vec<Element> {
    let inside: Vec<&str> = texts.iter().map(|text| &text[1..text.len() - 1]).collect();
    if inside.iter().any(|text| text.contains('\\')) {
        return vec![Element::Field(Field::new(Type::new(Value::Text, "q"), Vec::new(), &distinct(&inside)))];
    }
    let quote = || Element::Literal("\"".to_owned());
    vec![quote(), Element::Field(field(types, &inside, Value::Text)), quote()]
}
