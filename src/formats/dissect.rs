//! Dissect patterns, of Logstash, Elasticsearch and Beats.

use std::ops::Range;

use super::writer::Writer;
use crate::error::Result;

/// The pattern of a dissect pattern: `%{ip} [%{time}] "%{request}" %{status|integer}`.
///
/// A key is a text, and null where it is empty. `%{}` and `%{?key}` are fields without a name. `%{key->}` takes padding after it. The conversions of Beats (`|integer`, `|long`, `|float`, `|double`,
/// `|boolean`, `|ip`) are types.
///
/// # Errors
/// [`Error::is_syntax`](crate::Error::is_syntax): nothing is a field; keys that are appended to others (`%{+key}`), names that the text gives (`%{*key}`, `%{&key}`), padding that is more than one character or one of `{}|<>^=`, two keys with nothing
/// between them, or a key without its `}`.
pub fn dissect(pattern: &str) -> Result<String> {
    let mut writer = Writer::new(pattern);
    let mut at = 0;
    while let Some(found) = pattern[at..].find("%{") {
        writer.text(&pattern[at..at + found]);
        let begin = at + found;
        let Some(length) = pattern[begin..].find('}') else {
            return Err(writer.error(begin..pattern.len(), "a key without its end", "}"));
        };
        at = begin + length + 1;
        key(&mut writer, pattern, begin..at)?;
    }
    writer.text(&pattern[at..]);
    writer.finish("%{key}")
}

/// Writes the key that stands at `span`.
fn key(writer: &mut Writer<'_>, pattern: &str, span: Range<usize>) -> Result<()> {
    let inner = &pattern[span.start + 2..span.end - 1];
    let (inner, padding) = match inner.strip_suffix("->") {
        Some(inner) => (inner, fill(writer, pattern, span.clone())?),
        None => (inner, String::new()),
    };
    let (name, conversion) = inner.split_once('|').unwrap_or((inner, ""));
    let name = match name.chars().next() {
        Some('+' | '*' | '&') => {
            return Err(writer.error(span, "a key that depends on another", "%{key}, a field of its own"));
        }
        Some('?') => "",
        _ => name,
    };
    if !is_name(name) {
        return Err(writer.error(
            span,
            "no name that a field can have",
            "letters, digits and _, beginning with a letter",
        ));
    }
    let kind = match conversion {
        "" => "|",
        "integer" | "long" => "d|",
        "float" | "double" => "g|",
        "boolean" => "bool|",
        "ip" => "ip|",
        _ => {
            return Err(writer.error(
                span,
                "a conversion that is not known",
                "integer, long, float, double, boolean or ip",
            ));
        }
    };
    // Of an empty name the spec must not be taken for a fill and an alignment.
    let kind = if padding.is_empty() { kind } else { kind.trim_end_matches('|') };
    writer.field(name, &format!("{padding}{kind}"), span)
}

/// The fill and the alignment that take the text after the key at `span`, as often as it stands there.
fn fill(writer: &Writer<'_>, pattern: &str, span: Range<usize>) -> Result<String> {
    let delimiter = pattern[span.end..].split("%{").next().unwrap_or_default();
    let mut chars = delimiter.chars();
    match (chars.next(), chars.next()) {
        (None, _) => Ok("<".to_owned()),
        // What aligns is no fill.
        (Some(fill), None) if !"{}|<>^=".contains(fill) => Ok(format!("{fill}<")),
        _ => Err(writer.error(
            span,
            "padding that a pattern cannot say",
            "one character after a key with ->, and none of {}|<>^=",
        )),
    }
}

/// Whether a pattern reads `name` as the name of a field: a word, and then `.word` or `[text]`, any number of times.
pub(super) fn is_name(name: &str) -> bool {
    let word =
        |text: &str| text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-')).unwrap_or(text.len());
    if !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return false;
    }
    let mut rest = &name[word(name)..];
    while !rest.is_empty() {
        let part = match (rest.strip_prefix('.'), rest.strip_prefix('[')) {
            (Some(after), _) => Some(word(after)).filter(|&length| length > 0).map(|length| 1 + length),
            (_, Some(after)) => Some(word(after))
                .filter(|&length| length > 0 && after[length..].starts_with(']'))
                .map(|length| 2 + length),
            _ => None,
        };
        let Some(length) = part else { return false };
        rest = &rest[length..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_fields() {
        assert_eq!(
            dissect(r#"%{ip} [%{time}] "%{?request}" %{status|integer} %{}"#).unwrap(),
            r#"{ip:|} [{time:|}] "{:|}" {status:d|} {:|}"#
        );
        assert_eq!(dissect("%{level->} %{msg} 100%").unwrap(), "{level: <} {msg:|} 100%");
        assert_eq!(dissect("{%{a}}").unwrap(), "{{{a:|}}}");
    }

    #[test]
    fn what_no_pattern_can_say_is_an_error_that_points_at_it() {
        for (pattern, span) in [
            ("%{a} %{+a}", 5..10),
            ("%{a}%{b}", 0..8),
            ("x %{a", 2..5),
            ("%{a|date}", 0..9),
            ("%{&a}", 0..5),
            ("%{a->}, %{b}", 0..6),
            ("%{a->}=%{b}", 0..6),
            ("%{a[b}", 0..6),
            ("%{a]}", 0..5),
            ("%{a.}", 0..5),
            ("%{a[]}", 0..6),
        ] {
            assert_eq!(dissect(pattern).unwrap_err().span(), Some(span), "{pattern}");
        }
    }
}
