//! Why a cell is no value of the type that was asked for: what was wanted, and what was found.

use super::text::Shown;
use crate::{batch::Cell, limits};

/// `wanted u16, found 70000`.
pub(super) fn reason(wanted: &str, found: Shown<'_>) -> String {
    let hint = if found.cell == Cell::Null { ", which an Option takes" } else { "" };
    format!("wanted {wanted}, found {}{hint}", excerpt(found))
}

/// A cell as errors show it: text in quotes, and the beginning of what is long.
pub(super) fn excerpt(found: Shown<'_>) -> String {
    let cut = |text: &str| text.char_indices().nth(limits::EXCERPT_BYTES).map(|(end, _)| text[..end].to_owned() + "…");
    let cut = |text: &str| cut(text).unwrap_or_else(|| text.to_owned());
    match found.cell {
        Cell::Null => "null".to_owned(),
        Cell::Text(text) => format!("{:?}", cut(text)),
        Cell::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => format!("{:?}", cut(text)),
            Err(_) => format!("bytes that are not UTF-8, {:?}", cut(&String::from_utf8_lossy(bytes))),
        },
        _ => cut(&found.to_string()),
    }
}
