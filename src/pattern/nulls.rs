//! Null texts: the texts after `|` in `{size:d|-}`, which stand for *no value*.
//!
//! A log writes `-` where it has no number. The field is a type or one of these texts; a value is null when the whole text of its field equals one
//! of them, under the pattern's rule of case. The expression of the field is `TYPE|\-`; a field without a type has the texts first, since `.+?`
//! would take them.

/// The null texts of a field, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NullTexts {
    texts: Vec<String>,
    ignore_case: bool,
    /// Bit *n* is set where a text may be null that has *n* bytes; the last bit stands for all longer ones.
    lengths: u64,
}

impl NullTexts {
    /// The texts of `rest`, which follows the first `|` of a spec.
    pub(super) fn new(rest: &str, case_sensitive: bool) -> NullTexts {
        let texts: Vec<String> = rest.split('|').map(str::to_owned).collect();
        let ignore_case = !case_sensitive;
        // A letter and its other case may differ in length outside of ASCII.
        let any = ignore_case && !rest.is_ascii();
        let sizes = texts.iter().flat_map(|text| text.len()..=if ignore_case { longest(text) } else { text.len() });
        let lengths = sizes.fold(0, |lengths, size| lengths | 1 << size.min(63));
        NullTexts { texts, ignore_case, lengths: if any { u64::MAX } else { lengths } }
    }

    /// The texts, as the format has them.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// Whether this is the text of a field that has no value.
    #[inline]
    pub fn has(&self, text: &[u8]) -> bool {
        self.lengths >> text.len().min(63) & 1 == 1 && self.compare(text)
    }

    fn compare(&self, text: &[u8]) -> bool {
        let equal = |null: &String| match self.ignore_case {
            false => null.as_bytes() == text,
            true if null.is_ascii() && text.is_ascii() => null.as_bytes().eq_ignore_ascii_case(text),
            true => std::str::from_utf8(text).is_ok_and(|text| null.chars().map(fold).eq(text.chars().map(fold))),
        };
        self.texts.iter().any(equal)
    }

    /// The expression of a field whose type has the expression `inner`. One that is any text would take the null texts, so they come first.
    pub(super) fn with(&self, inner: &str, is_any_text: bool) -> String {
        let nulls = self.texts.iter().map(|text| escape(text)).collect::<Vec<_>>().join("|");
        if is_any_text { format!("{nulls}|{inner}") } else { format!("{inner}|{nulls}") }
    }
}

/// The most bytes of a text that equals this one of ASCII where case is ignored: `K` has three for a `k`; `ſ`, `ı` and `İ` have two.
fn longest(text: &str) -> usize {
    text.len() + 2 * text.matches(['k', 'K']).count() + text.matches(['s', 'S', 'i', 'I']).count()
}

/// The expression of a text, with the escapes of Python's `re.escape`.
fn escape(text: &str) -> String {
    let mut expression = String::new();
    for c in text.chars() {
        if "()[]{}?*+-|^$\\.&~# \t\n\r\x0b\x0c".contains(c) {
            expression.push('\\');
        }
        expression.push(c);
    }
    expression
}

/// The letter that stands for all cases of a letter, as a regex that ignores case has them.
fn fold(c: char) -> char {
    fn only(mut cases: impl Iterator<Item = char>) -> Option<char> {
        cases.next().filter(|_| cases.next().is_none())
    }
    if matches!(c, 'İ' | 'ı') {
        return 'i';
    }
    let upper = only(c.to_uppercase()).unwrap_or(c);
    only(upper.to_lowercase()).unwrap_or(upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_null_under_the_rule_of_case() {
        let exact = NullTexts::new("-|None|", true);
        assert!(exact.has(b"-") && exact.has(b"None") && exact.has(b""));
        assert!(!exact.has(b"none") && !exact.has(b"--") && !exact.has(b"|"));
        let folded = NullTexts::new("None|kein|é", false);
        for text in ["none", "NONE", "KEIN", "\u{212a}EIN", "kE\u{131}n", "KE\u{130}N", "É", "é"] {
            assert!(folded.has(text.as_bytes()), "{text}");
        }
        // These are longer than the texts, which are all ASCII.
        for (text, other) in [("kein", "\u{212a}e\u{131}n"), ("missing", "m\u{130}\u{17f}\u{17f}ing"), ("s", "\u{17f}")]
        {
            assert!(NullTexts::new(text, false).has(other.as_bytes()), "{other}");
            assert!(!NullTexts::new(text, true).has(other.as_bytes()), "{other}");
        }
        assert!(!folded.has(b"") && !folded.has("kein ".as_bytes()) && !folded.has(b"\xc3"));
    }

    #[test]
    fn a_long_text_is_compared_whole() {
        let long = "x".repeat(100);
        let nulls = NullTexts::new(&long, true);
        assert!(nulls.has(long.as_bytes()) && !nulls.has("x".repeat(99).as_bytes()));
    }
}
