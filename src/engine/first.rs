//! The FIRST set of an expression: the bytes that a match can begin with.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Bytes, as a table.
pub(crate) type ByteSet = [bool; 256];

/// The bytes that a match of an expression in the syntax of `regex` can begin with, in ASCII; all others are taken to be among them. So are all where
/// the match can be empty.
pub(super) fn first_bytes(hir: &Hir) -> ByteSet {
    let mut set = [false; 256];
    set[0x80..].fill(true);
    if add(hir, &mut set) {
        set.fill(true);
    }
    set
}

/// Adds those of a part, and says whether it can be empty.
fn add(hir: &Hir, set: &mut ByteSet) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => match literal.0.first() {
            Some(&first) => {
                set[usize::from(first)] = true;
                false
            }
            None => true,
        },
        HirKind::Class(Class::Unicode(class)) => {
            let ascii = class.iter().filter(|range| range.start().is_ascii());
            ascii.for_each(|range| set[range.start() as usize..=(range.end() as usize).min(0x7f)].fill(true));
            false
        }
        HirKind::Class(Class::Bytes(class)) => {
            class.iter().for_each(|range| set[range.start().into()..=range.end().into()].fill(true));
            false
        }
        HirKind::Repetition(repetition) => add(&repetition.sub, set) || repetition.min == 0,
        HirKind::Capture(capture) => add(&capture.sub, set),
        HirKind::Concat(parts) => parts.iter().all(|part| add(part, set)),
        // Each part is looked at.
        HirKind::Alternation(parts) => parts.iter().filter(|part| add(part, set)).count() > 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_that_a_match_begins_with_is_among_them() {
        for (expression, expected) in [
            (r"(?:a|[x-z]+)b", "axyz"),
            (r"q?\A(?:r{0,2}|s)t", "qrst"),
            (r"(k*)(l)?", ""),
            (r"[^\x21-\x7f]", "\t "),
            (r"(?i)é|m", "Mm"),
        ] {
            let hir = regex_syntax::parse(expression).unwrap_or_else(|error| panic!("{error}"));
            let set = first_bytes(&hir);
            let regex = regex::Regex::new(&format!(r"\A(?:{expression})")).unwrap_or_else(|error| panic!("{error}"));
            for byte in (0u8..0x80).map(char::from) {
                // One of these goes on after any beginning.
                let begins = ["", "b", "t", "rt"].iter().any(|rest| regex.is_match(&format!("{byte}{rest}")));
                assert!(set[byte as usize] || !begins, "{expression} {byte:?}");
                if !expected.is_empty() && "\t abklmqrstxyzM".contains(byte) {
                    assert_eq!(set[byte as usize], expected.contains(byte), "{expression} {byte:?}");
                }
            }
        }
    }
}
