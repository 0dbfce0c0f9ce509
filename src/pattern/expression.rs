//! The spec of a field → its expression: to the character that of `parse`, but where that reads less than the type is for.

use std::collections::BTreeMap;

use super::{
    spec::{Align, Spec},
    types::{
        CustomType, FIXED, FIXED_WHOLE, SHORT_FRACTION, STRPTIME, ValueKind, find, fraction_digits, fraction_marks,
        is_plain_layout,
    },
};

/// The expression inside the capture group, the capture groups in it as `parse` counts them, and the kind of the value. `following` is what comes after
/// the field in its format.
pub(super) fn compile(
    spec: &Spec,
    custom: &BTreeMap<String, CustomType>,
    following: &str,
) -> (String, usize, ValueKind) {
    let kind = spec.kind.as_str();
    let (mut regex, groups, value) = if let Some(own) = custom.get(kind).filter(|_| !kind.is_empty()) {
        (own.pattern.clone().unwrap_or_else(|| ".+?".to_owned()), own.group_count, ValueKind::Custom(kind.to_owned()))
    } else if kind.is_empty() {
        (text(spec), 0, ValueKind::Text)
    } else if kind == "d" {
        (integer(spec), 0, ValueKind::Integer { base: None })
    } else if let Some(row) = find(kind) {
        let whole =
            spec.precision == "0" && matches!(row.kind, ValueKind::Decimal | ValueKind::Float) && row.regex == FIXED;
        let regex = if whole { FIXED_WHOLE } else { row.regex };
        let (regex, value) = match (&row.kind, spec.grouping) {
            (ValueKind::Decimal | ValueKind::Float | ValueKind::Percent, Some(group)) => {
                (grouped(regex, group), ValueKind::Grouped(Box::new(row.kind.clone()), group))
            }
            (ValueKind::Time(layout), _) => (with_marks(regex, fraction_marks(*layout, following)), row.kind.clone()),
            _ => (regex.to_owned(), row.kind.clone()),
        };
        (regex, row.groups, value)
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

/// The expression of a float whose digits before the point may be in groups of three, as `format` writes them.
fn grouped(regex: &str, group: char) -> String {
    // The digits before the point come first.
    let digits = if regex.contains(r"\d*") { r"\d*" } else { r"\d+" };
    regex.replacen(digits, &format!(r"(?:\d{{1,3}}(?:{group}\d{{3}})+|{digits})"), 1)
}

/// The expression of a datetime layout whose fraction begins with one of `marks`; with none of them it has no fraction.
fn with_marks(regex: &str, marks: &[u8]) -> String {
    match marks {
        b".," => regex.to_owned(),
        b"." => regex.replace("[.,]", r"\."),
        _ => regex.replace(r"(?:[.,]\d+)?", ""),
    }
}

/// Each strptime code replaced by what it matches; all other text stays, a regular expression in its own right. Where it has no other sign of one than
/// a dot, white space stands for any run of it, as for `strptime`.
pub(super) fn strptime(kind: &str) -> String {
    let is_plain = is_plain_layout(kind);
    let mut regex = String::new();
    let mut rest = kind;
    while let Some(c) = rest.chars().next() {
        let after_space = rest.trim_start_matches(|c: char| c.is_whitespace() || ('\x1c'..='\x1f').contains(&c));
        let found = STRPTIME.iter().find(|(code, _)| rest.starts_with(code));
        let length = match found {
            Some((code, found)) => {
                regex.push_str(if *code == "%f" && fraction_digits(kind) == 6 { SHORT_FRACTION } else { found });
                code.len()
            }
            None if is_plain && after_space.len() < rest.len() => {
                regex.push_str(r"\s+");
                rest.len() - after_space.len()
            }
            None => {
                regex.push(c);
                c.len_utf8()
            }
        };
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
