//! The list of keys in `kv(level,took:dur,status:d|-)`, as text: names, each with the spec of its values.

use std::ops::Range;

use super::types;

/// Whether a type is `kv` with a list of keys. One with a strptime code in it is a layout of `parse`.
pub(super) fn is_list(kind: &str) -> bool {
    kind.starts_with("kv(") && kind.ends_with(')') && !types::has_strptime(kind)
}

/// A key in a list, as places in the format.
#[derive(Debug)]
pub(super) struct KeyText {
    pub(super) name: Range<usize>,
    /// What stands after its colon; empty where there is none.
    pub(super) spec: Range<usize>,
}

/// The keys of the list that stands at `span` of `format`, in order.
pub(super) fn split(format: &str, span: Range<usize>) -> impl Iterator<Item = KeyText> {
    let (start, end) = (span.start + "kv(".len(), span.end - 1);
    let mut at = start;
    format[start..end].split(',').map(move |key| {
        let name_end = at + key.find(':').unwrap_or(key.len());
        let end = at + key.len();
        let text = KeyText { name: at..name_end, spec: end.min(name_end + 1)..end };
        at = end + 1;
        text
    })
}

/// Whether a key may have this name: `kv` must be able to read it, and a list to hold it.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || "=|,:()[]\"'`".contains(c))
}
