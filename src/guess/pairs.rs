//! Pairs of a key and a value to the end of the lines, as a field of the type `kv`.

use super::{
    columns::distinct,
    elements::Field,
    judge::OFFSET,
    types::{Type, Types, Value},
};

/// How many keys get columns of their own.
const KEYS: usize = 32;

/// The field, if all of the texts are pairs.
pub(super) fn field(texts: &[&str], types: &Types) -> Option<Field> {
    let pairs: Vec<Vec<(&str, &str)>> = texts.iter().map(|text| split(text)).collect::<Option<_>>()?;
    let count: usize = pairs.iter().map(Vec::len).sum();
    if count < 2 * texts.len() || !types.reads("kv", texts) {
        return None;
    }
    let mut keys: Vec<(&str, Vec<&str>)> = Vec::new();
    for (key, value) in pairs.iter().flatten() {
        match keys.iter().position(|(known, _)| known == key) {
            Some(at) => keys[at].1.push(value),
            None if keys.len() < 2 * KEYS => keys.push((key, vec![value])),
            None => {}
        }
    }
    // A key that few lines have is left to the map.
    let is_few = |values: &Vec<&str>| 20 * values.len() < texts.len();
    let is_name = |key: &str| {
        let is_plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        is_plain && key.starts_with(|c: char| c.is_ascii_alphabetic()) && key != OFFSET
    };
    keys.retain(|(key, values)| is_name(key) && !is_few(values));
    let is_twice = keys
        .iter()
        .enumerate()
        .any(|(at, (key, _))| keys[..at].iter().any(|(other, _)| other.eq_ignore_ascii_case(key)));
    let (mut field, spec) = (Field::new(Type::new(Value::Pairs, "kv"), Vec::new(), texts), "kv(");
    if keys.is_empty() || keys.len() > KEYS || is_twice {
        return Some(field);
    }
    field.keys = keys.iter().map(|(key, values)| ((*key).to_owned(), key_spec(values, types))).collect();
    let list: Vec<String> = field.keys.iter().map(|(key, spec)| format!("{key}{spec}")).collect();
    field.kind.spec = format!("{spec}{})", list.join(","));
    Some(field)
}

/// What stands after a key in the list.
fn key_spec(values: &[&str], types: &Types) -> String {
    let mut values = distinct(values);
    let has_null = values.contains(&"-");
    values.retain(|value| *value != "-" && !value.is_empty());
    let kind = types.of(&values).filter(|kind| !kind.spec.contains('%') && kind.value != Value::Level);
    let null = if has_null { "|-" } else { "" };
    kind.map_or_else(
        || if has_null { format!(":{null}") } else { String::new() },
        |kind| format!(":{}{null}", kind.spec),
    )
}

/// The keys and values of a text, without quotes; `None` if something in it is no pair.
fn split(text: &str) -> Option<Vec<(&str, &str)>> {
    let (mut pairs, mut rest) = (Vec::new(), text.trim());
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=')?;
        if key.is_empty() || key.contains([' ', '\t', '"', '[', '(']) {
            return None;
        }
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => {
                let end = closing(quoted)?;
                (&quoted[..end], &quoted[end + 1..])
            }
            None => after.split_at(after.find([' ', '\t']).unwrap_or(after.len())),
        };
        if !next.is_empty() && !next.starts_with([' ', '\t']) {
            return None;
        }
        pairs.push((key, value));
        rest = next.trim_start();
    }
    Some(pairs)
}

/// Where the quote stands that ends a text.
fn closing(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.bytes().position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    })
}
