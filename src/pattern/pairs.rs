//! A text of pairs, `key=value key2="quoted value" flag`, cut into them: what the expression of `kv` matches.
//!
//! A key is at least one character, and goes on to the first `=` after that or to a blank. A value that begins with a quote ends with it, and a blank or the end
//! must follow; any other value ends before a blank. So there is one way to cut a text. Blanks are those of ASCII.

use std::collections::HashSet;

/// A pair, as places in its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    start: usize,
    key_end: usize,
    value_start: usize,
    end: usize,
}

impl Pair {
    pub(crate) fn key<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        &text[self.start..self.key_end]
    }

    /// Where its value stands, quotes and all. That of a key without `=` is empty, and stands where the key ends.
    pub(crate) fn value(&self) -> (usize, usize) {
        (self.value_start, self.end)
    }
}

/// Whether the empty value at `at` is that of a key without `=`.
pub(crate) fn is_flag(text: &[u8], at: usize) -> bool {
    at.checked_sub(1).and_then(|before| text.get(before)).is_some_and(|&byte| byte != b'=')
}

/// The pairs of a text, in order. They end before what is no pair.
#[derive(Debug, Clone)]
pub(crate) struct Pairs<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'t> Pairs<'t> {
    pub(crate) fn new(text: &'t [u8]) -> Pairs<'t> {
        Pairs { text, at: skip_blanks(text, 0) }
    }

    /// Whether pairs are all that the text has, and that is one or more.
    pub(crate) fn fill(text: &[u8]) -> bool {
        let mut pairs = Pairs::new(text);
        let has_one = pairs.next().is_some();
        pairs.by_ref().for_each(drop);
        has_one && pairs.at == text.len()
    }

    /// The pairs, of those with the same key the first.
    pub(crate) fn distinct(self) -> impl Iterator<Item = Pair> {
        // Most texts have few pairs, which are compared with each other.
        let (mut few, mut count, mut many) = ([&[][..]; 16], 0, HashSet::new());
        let text = self.text;
        self.filter(move |pair| {
            let key = pair.key(text);
            if few[..count].contains(&key) {
                return false;
            }
            if count == few.len() {
                return many.insert(key);
            }
            few[count] = key;
            count += 1;
            true
        })
    }
}

impl Iterator for Pairs<'_> {
    type Item = Pair;

    #[inline]
    fn next(&mut self) -> Option<Pair> {
        let pair = read(self.text, self.at)?;
        self.at = skip_blanks(self.text, pair.end);
        Some(pair)
    }
}

/// The pair at `at`.
#[inline]
fn read(text: &[u8], start: usize) -> Option<Pair> {
    let rest = text.get(start + 1..)?;
    let key_end = start + 1 + rest.iter().position(|&byte| byte == b'=' || is_blank(byte)).unwrap_or(rest.len());
    if text.get(key_end) != Some(&b'=') {
        return Some(Pair { start, key_end, value_start: key_end, end: key_end });
    }
    let value_start = key_end + 1;
    let end = match text.get(value_start) {
        Some(&quote @ (b'"' | b'\'' | b'`')) => {
            quoted_end(text, value_start + 1, quote).filter(|&end| text.get(end).is_none_or(|&byte| is_blank(byte)))?
        }
        _ => {
            let rest = &text[value_start..];
            value_start + rest.iter().position(|&byte| is_blank(byte)).unwrap_or(rest.len())
        }
    };
    Some(Pair { start, key_end, value_start, end })
}

/// Where the text in quotes ends whose first byte after the quote is at `at`, with its other quote.
fn quoted_end(text: &[u8], mut at: usize, quote: u8) -> Option<usize> {
    loop {
        at += memchr::memchr2(quote, b'\\', text.get(at..)?)?;
        if text[at] == quote {
            return Some(at + 1);
        }
        at += 2;
    }
}

fn skip_blanks(text: &[u8], at: usize) -> usize {
    at + text[at..].iter().take_while(|&&byte| is_blank(byte)).count()
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(&str, &str)> {
        let text_of = |pair: Pair| {
            let key = std::str::from_utf8(pair.key(text.as_bytes())).unwrap_or_default();
            (key, &text[pair.value().0..pair.value().1])
        };
        Pairs::new(text.as_bytes()).map(text_of).collect()
    }

    #[test]
    fn a_text_is_cut_in_one_way() {
        for (text, wanted) in [
            ("a=1 b=2", &[("a", "1"), ("b", "2")][..]),
            ("  a=1 \t b  ", &[("a", "1"), ("b", "")]),
            (
                r#"a="x y" b='p "q"' c=`r s` d="""#,
                &[("a", "\"x y\""), ("b", "'p \"q\"'"), ("c", "`r s`"), ("d", "\"\"")],
            ),
            (r#"a="\"x\\" b=\"c"#, &[("a", r#""\"x\\""#), ("b", r#"\"c"#)]),
            ("a=b=c ==d = a= é=ü", &[("a", "b=c"), ("=", "d"), ("=", ""), ("a", ""), ("é", "ü")]),
            ("a=x\"y z\" \"b c\"", &[("a", "x\"y"), ("z\"", ""), ("\"b", ""), ("c\"", "")]),
            ("a=1\u{a0}b=2", &[("a", "1\u{a0}b=2")]),
        ] {
            assert_eq!(pairs(text), wanted, "{text}");
            assert!(Pairs::fill(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn quotes_that_do_not_end_at_a_blank_are_no_pair() {
        for text in ["a=\"b", "a=1 b='c d", "a=\"b\"c", "a=\"b\",c=\"d\"", "a=\"b\\\"", "", "  "] {
            assert!(!Pairs::fill(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn of_two_pairs_with_one_key_the_first_counts() {
        let text = (0..100).map(|n| format!("k{}={n} ", n % 40)).collect::<String>();
        let first: Vec<_> = Pairs::new(text.as_bytes()).distinct().map(|pair| pair.value()).collect();
        let wanted: Vec<_> = Pairs::new(text.as_bytes()).take(40).map(|pair| pair.value()).collect();
        assert_eq!(first, wanted);
    }
}
