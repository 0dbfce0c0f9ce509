//! Pairs of a key and a value: `kv`. Values lose their quotes and escapes as those of `q` do.

use std::borrow::Cow;

use super::quoted;
use crate::pattern::Pairs;

/// The pairs of a text, of those with the same key the first.
pub(super) fn read(text: &str) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    // Places are before or after bytes of ASCII, or at an end.
    let key = |key| std::str::from_utf8(key).unwrap_or_default();
    Pairs::new(text.as_bytes()).distinct().map(move |pair| {
        let (start, end) = pair.value();
        (key(pair.key(text.as_bytes())), quoted::read(&text[start..end]))
    })
}
