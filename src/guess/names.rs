//! The names of fields, by what stands around them and what is in them; and the text of the pattern.

use std::collections::BTreeSet;

use super::{
    elements::{Element, Field},
    judge::OFFSET,
    types::Value,
};

/// Words before a value that do not say what it is.
const NO_LABELS: [&str; 16] =
    ["from", "to", "at", "in", "for", "by", "of", "on", "is", "was", "after", "took", "with", "and", "has", "via"];

/// Writes elements as a pattern; `message` is what stands at the end for the rest of each line.
pub(super) fn write(elements: &[Element], message: Option<&str>) -> String {
    let mut writer =
        Writer { pattern: String::new(), taken: BTreeSet::from([OFFSET.to_owned()]), fields: 0, before: Vec::new() };
    writer.take_keys(elements);
    writer.elements(elements, if message.is_some() { " " } else { "" });
    if let Some(spec) = message {
        let name = writer.free("message");
        writer.pattern.push_str(&format!("{{{name}{spec}}}"));
    }
    writer.pattern
}

/// The text of a literal in a pattern.
fn escaped(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

struct Writer {
    pattern: String,
    taken: BTreeSet<String>,
    fields: usize,
    /// The fields so far, each with its name and the literal text before it.
    before: Vec<(String, Field, String)>,
}

impl Writer {
    /// The names of keys are what they are: no other field can have them.
    fn take_keys(&mut self, elements: &[Element]) {
        for element in elements {
            if let Element::Field(field) = element {
                self.taken.extend(field.keys.iter().map(|(key, _)| key.clone()));
            }
        }
    }

    /// `end` is what comes after the last of them.
    fn elements(&mut self, elements: &[Element], end: &str) {
        let mut literal = String::new();
        for (at, element) in elements.iter().enumerate() {
            match element {
                Element::Literal(text) => {
                    literal.push_str(text);
                    self.pattern.push_str(&escaped(text));
                }
                Element::Blanks => {
                    literal.push(' ');
                    self.pattern.push_str("{:s}");
                }
                Element::Optional(inside) => {
                    self.pattern.push_str("{:[}");
                    self.elements(inside, "");
                    self.pattern.push_str("{:]}");
                }
                Element::Field(field) => {
                    let after = following(&elements[at + 1..], end);
                    let name = self.name(field, &literal, &elements[at + 1..], &after);
                    // Where a mark ends the word, that alone says where.
                    let is_ended = field.kind.spec == "S" && !after.is_empty() && !after.starts_with([' ', '\t']);
                    let spec = if is_ended { String::new() } else { field.spec() };
                    let colon = if spec.is_empty() { "" } else { ":" };
                    self.pattern.push_str(&format!("{{{name}{colon}{spec}}}"));
                    self.before.push((name, field.clone(), std::mem::take(&mut literal)));
                }
            }
        }
    }

    fn name(&mut self, field: &Field, before: &str, rest: &[Element], after: &str) -> String {
        self.fields += 1;
        if !field.keys.is_empty() {
            return String::new();
        }
        let label = field.label.clone().or_else(|| label(before, field)).map(|label| plain(&label));
        let name = label.filter(|label| label.len() > 1);
        let name = name.or_else(|| self.by_value(field, before, rest, after).map(str::to_owned));
        let name = name.unwrap_or_else(|| format!("field{}", self.fields));
        self.free(&name)
    }

    /// The name, with a number if another field has it.
    fn free(&mut self, name: &str) -> String {
        let numbered = (2..).map(|number| format!("{name}{number}"));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        let free = names.find(|name| !self.taken.contains(name)).unwrap_or_else(|| name.to_owned());
        self.taken.insert(free.clone());
        free
    }

    fn by_value(&self, field: &Field, before: &str, rest: &[Element], after: &str) -> Option<&'static str> {
        let last = self.before.last();
        let has = |value: Value| self.before.iter().any(|(_, field, _)| field.kind.value == value);
        let any = |parts: &[&str]| field.samples.iter().any(|text| parts.iter().any(|part| text.contains(part)));
        match field.kind.value {
            Value::Time | Value::Unix => Some("time"),
            Value::Date => Some("date"),
            Value::Clock => Some("time"),
            Value::Level => Some("level"),
            Value::Address => Some("ip"),
            Value::Percent => Some("percent"),
            Value::Duration => Some("duration"),
            Value::Size => Some("size"),
            Value::Pairs => Some("pairs"),
            Value::Boolean | Value::Float => None,
            Value::Integer
                if before.strip_suffix('[').is_some_and(|word| word.ends_with(|c: char| c.is_ascii_alphanumeric())) =>
            {
                Some("pid")
            }
            Value::Integer => {
                let (name, previous, _) = last?;
                match previous.kind.value {
                    Value::Address if before == ":" => Some("port"),
                    Value::Word | Value::Text if before.is_empty() || before == "[" && after.starts_with(']') => {
                        Some("pid")
                    }
                    Value::Word | Value::Text
                        if before == ":" && previous.samples.iter().all(|text| !text.contains(' ')) =>
                    {
                        Some("line")
                    }
                    Value::Text if name == "request" && before.starts_with('"') => Some("status"),
                    Value::Integer if name == "status" => Some("bytes"),
                    _ => None,
                }
            }
            Value::Word | Value::Text => {
                let in_quotes = before.ends_with('"');
                let methods = ["GET ", "POST ", "HEAD ", "PUT ", "DELETE ", "OPTIONS ", "PATCH "];
                if field.samples.iter().any(|text| methods.iter().any(|method| text.starts_with(method))) && in_quotes {
                    return Some("request");
                }
                if in_quotes && any(&["Mozilla/", "curl/", "Go-http-client"]) {
                    return Some("agent");
                }
                if in_quotes && any(&["http://", "https://"]) {
                    return Some("referer");
                }
                if begins_with_pid(rest) {
                    return Some("program");
                }
                let after_time = last.is_some_and(|(_, field, _)| field.kind.value == Value::Time) && before == " ";
                if after_time && field.kind.value == Value::Word && host_follows(rest) {
                    return Some("host");
                }
                if any(&[".py", ".rs", ".go", ".java", ".cpp", ".cc", ".js"]) && after.starts_with(':') {
                    return Some("file");
                }
                if before.ends_with('[') && any(&["main", "hread", "pool", "exec", "andler", "ocator"]) {
                    return Some("thread");
                }
                if has(Value::Level)
                    && !field.samples.is_empty()
                    && field.samples.iter().all(|text| !text.contains(' '))
                    && after.starts_with([':', ' ', ']'])
                {
                    return if any(&[".", "::"]) {
                        Some("logger")
                    } else if after.starts_with(':') {
                        Some("component")
                    } else {
                        None
                    };
                }
                None
            }
        }
    }
}

/// The literal text that comes next.
fn following(rest: &[Element], end: &str) -> String {
    if let [Element::Optional(inside), ..] = rest {
        return following(inside, end);
    }
    let literals: String = rest
        .iter()
        .map_while(|element| if let Element::Literal(text) = element { Some(&**text) } else { None })
        .collect();
    if literals.is_empty() && rest.is_empty() { end.to_owned() } else { literals }
}

/// Whether a number in brackets comes next, maybe.
fn begins_with_pid(rest: &[Element]) -> bool {
    match rest {
        [Element::Literal(text), Element::Field(field), ..] => text == "[" && field.kind.value == Value::Integer,
        [Element::Optional(inside), ..] => begins_with_pid(inside),
        _ => false,
    }
}

/// Whether a word and a number in brackets, or a colon, come next.
fn host_follows(rest: &[Element]) -> bool {
    match rest {
        [Element::Literal(blank), Element::Field(field), after @ ..] if blank == " " && !field.is_typed() => {
            begins_with_pid(after) || matches!(after, [Element::Literal(text), ..] if text == ":")
        }
        _ => false,
    }
}

/// The word before a value, if it says what that is: `port 22`, `pid=7`.
fn label(literal: &str, field: &Field) -> Option<String> {
    let is_named = field.is_typed() && field.kind.value != Value::Level && !field.kind.value.is_time();
    let text = literal.strip_suffix('=').or_else(|| literal.strip_suffix(' ').filter(|_| is_named))?;
    let word = text.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
    let before = &text[..text.len() - word.len()];
    let stands_alone = before.is_empty() || before.ends_with([' ', '[', '(', ':', ',']);
    let is_label = stands_alone && word.starts_with(|c: char| c.is_ascii_alphabetic()) && !NO_LABELS.contains(&word);
    is_label.then(|| word.to_owned())
}

/// A name that a field may have.
pub(super) fn plain(text: &str) -> String {
    let name: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    let name = name.trim_matches('_');
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name.to_owned() } else { String::new() }
}
