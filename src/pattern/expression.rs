//! The spec of a field → its expression, to the character that of `parse`.

use std::collections::BTreeMap;

use super::{
    keys,
    spec::{Align, Spec},
    types::{CustomType, FIXED, FIXED_WHOLE, STRPTIME, ValueKind, find},
};

/// The expression inside the capture group, the capture groups in it as `parse` counts them, and the kind of the value.
pub(super) fn compile(spec: &Spec, custom: &BTreeMap<String, CustomType>) -> (String, usize, ValueKind) {
    let kind = spec.kind.as_str();
    let (mut regex, groups, value) = if let Some(own) = custom.get(kind).filter(|_| !kind.is_empty()) {
        (own.pattern.clone().unwrap_or_else(|| ".+?".to_owned()), own.group_count, ValueKind::Custom(kind.to_owned()))
    } else if kind.is_empty() {
        (text(spec), 0, ValueKind::Text)
    } else if kind == "d" {
        (integer(spec), 0, ValueKind::Integer { base: None })
    } else if let Some(row) = find(if keys::is_list(kind) { "kv" } else { kind }) {
        let whole =
            spec.precision == "0" && matches!(row.kind, ValueKind::Decimal | ValueKind::Float) && row.regex == FIXED;
        (if whole { FIXED_WHOLE } else { row.regex }.to_owned(), row.groups, row.kind.clone())
    } else {
        let regex = strptime(kind);
        let groups = count_groups(&regex);
        (regex, groups, ValueKind::Strptime(kind.to_owned()))
    };
    // Whether a sign may stand before the value is a question of substrings, in `parse`: `%f` and a type named `eg` have it.
    if !kind.is_empty() && "n%fFegdobxEGX".contains(kind) {
        if spec.align == Some(Align::Numeric) {
            regex.insert_str(0, &format!("{}*", spec.fill.unwrap_or('0')));
        }
        regex.insert_str(0, "[-+ ]?");
    }
    (regex, groups, value)
}

fn text(spec: &Spec) -> String {
    match (spec.width.as_str(), spec.precision.as_str()) {
        ("", "") => ".+?".to_owned(),
        ("", most) => format!(".{{1,{most}}}?"),
        (least, "") => format!(".{{{least},}}?"),
        (least, most) => format!(".{{{least},{most}}}?"),
    }
}

/// `d`: a width is a maximum, the grouping character may stand among the digits.
fn integer(spec: &Spec) -> String {
    let group = spec.grouping.map(String::from).unwrap_or_default();
    let width = match spec.width.trim_start_matches('0') {
        "" if spec.width.is_empty() => "+".to_owned(),
        "" => "{1,0}".to_owned(),
        width => format!("{{1,{width}}}"),
    };
    [("", "0-9"), ("0[xX]", "0-9a-fA-F"), ("0[bB]", "01"), ("0[oO]", "0-7")]
        .map(|(prefix, digits)| format!("[-+ ]?{prefix}[{digits}{group}]{width}"))
        .join("|")
}

/// Each strptime code replaced by what it matches; all other text stays, a regular expression in its own right.
fn strptime(kind: &str) -> String {
    let mut regex = String::new();
    let mut rest = kind;
    while let Some(c) = rest.chars().next() {
        let found = STRPTIME.iter().find(|(code, _)| rest.starts_with(code));
        let length = found.map_or(c.len_utf8(), |(code, _)| code.len());
        regex.push_str(found.map_or(&rest[..length], |(_, regex)| regex));
        rest = &rest[length..];
    }
    regex
}

/// The capture groups in a regular expression, as far as that can be told without compiling it.
pub(super) fn count_groups(regex: &str) -> usize {
    let bytes = regex.as_bytes();
    let (mut at, mut in_class, mut count) = (0, false, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'[' if !in_class => {
                in_class = true;
                // A bracket that comes first is a member of the class.
                at += usize::from(bytes.get(at + 1) == Some(&b'^'));
                at += usize::from(bytes.get(at + 1) == Some(&b']'));
            }
            b']' => in_class = false,
            b'(' if !in_class => {
                let rest = &regex[at + 1..];
                count += usize::from(!rest.starts_with('?') || rest.starts_with("?P<"));
            }
            _ => {}
        }
        at += 1;
    }
    count
}
