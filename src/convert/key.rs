//! The column of a key of `kv(…)`: values that may stand in quotes, and may not be what the type of the key says.

use parsimd_simd::{Kernels, Span};

use super::{
    clock::Clock,
    column::{ConversionError, Converted, Texts, Unquoted, column, unquote},
    field,
};
use crate::{
    batch::Strings,
    pattern::{Field, ValueKind},
};

/// The values of a key, a row each: where they stand in their block, quotes and all. A row without the key has no span in the block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyTexts<'a> {
    pub(crate) block: &'a [u8],
    pub(crate) spans: &'a [Span],
}

/// Converts the values of the key `field`. `check` says whether the type of the key takes a text and, if not, why.
pub(crate) fn key_column(
    kernels: &Kernels,
    field: &Field,
    KeyTexts { block, spans }: KeyTexts<'_>,
    check: impl Fn(&[u8]) -> Result<(), String>,
    strings: Strings,
    clock: &Clock,
) -> Converted {
    let Unquoted { own, mut spans } = unquote(block, spans, *field.kind() == ValueKind::Boolean);
    let block = own.as_deref().unwrap_or(block);
    let (mut missing, mut errors) = (Vec::new(), Vec::new());
    for (row, span) in spans.iter_mut().enumerate() {
        match span.of(block) {
            Some(text) if !field.is_null(text) => {
                if field::is_usual(field.kind(), text) {
                    continue;
                }
                match check(text) {
                    Ok(()) => continue,
                    Err(reason) => errors.push(ConversionError { row, reason }),
                }
            }
            _ => {}
        }
        missing.push(row);
        *span = Span::default();
    }
    // Their quotes and escapes are gone.
    let kind = if *field.kind() == ValueKind::Quoted { &ValueKind::Text } else { field.kind() };
    let texts = Texts { block, is_own: own.is_some(), spans: &spans, missing: &missing };
    let mut converted = column(kernels, kind, texts, strings, clock);
    converted.errors.extend(errors);
    converted.errors.sort_by_key(|error| error.row);
    converted
}
