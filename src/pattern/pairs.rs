//! A text of pairs, `key=value key2="quoted value" flag`, cut into them: what the expression of `kv` matches.
//!
//! A key is at least one character, and goes on to the first `=` after that or to a blank. A value that begins with a quote ends with it, and a blank or the end
//! must follow; any other value ends before a blank. So there is one way to cut a text. Blanks are those of ASCII.

use std::collections::HashSet;

use super::beyond::in_quotes;

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

/// Whether a text is pairs and blanks, at least one pair. Only a quote where a value begins can keep it from that.
pub(crate) fn is_pairs(text: &[u8]) -> bool {
    let mut from = 0;
    while let Some(found) = memchr::memchr3(b'"', b'\'', b'`', &text[from..]) {
        let at = from + found;
        from = if begins_value(&text[..at]) {
            let Some(end) = quoted_value(text, at) else { return false };
            end
        } else {
            at + 1
        };
    }
    !text.iter().all(|&byte| is_blank(byte))
}

/// Whether a value begins at the end of `before`.
fn begins_value(before: &[u8]) -> bool {
    let Some((b'=', before)) = before.split_last() else { return false };
    match before.iter().rposition(|&byte| byte == b'=' || is_blank(byte)) {
        None => !before.is_empty(),
        // Another `=` has ended the key, unless it is its first character.
        Some(at) if before[at] == b'=' => at == 0 || is_blank(before[at - 1]),
        Some(blank) => blank + 1 < before.len(),
    }
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
    let key_end = start + 1 + run(text.get(start + 1..)?, BLANK | EQUALS);
    if text.get(key_end) != Some(&b'=') {
        return Some(Pair { start, key_end, value_start: key_end, end: key_end });
    }
    let value_start = key_end + 1;
    let end = match text.get(value_start) {
        Some(b'"' | b'\'' | b'`') => quoted_value(text, value_start)?,
        _ => value_start + run(&text[value_start..], BLANK),
    };
    Some(Pair { start, key_end, value_start, end })
}

/// Where the value in quotes at `at` ends, if a pair may end there.
#[inline]
fn quoted_value(text: &[u8], at: usize) -> Option<usize> {
    in_quotes(text, at).map(|found| found.end).filter(|&end| is_end(text, end))
}

/// Whether a pair may end at `at`.
fn is_end(text: &[u8], at: usize) -> bool {
    text.get(at).is_none_or(|&byte| is_blank(byte))
}

fn skip_blanks(text: &[u8], at: usize) -> usize {
    at + text[at..].iter().take_while(|&&byte| is_blank(byte)).count()
}

fn is_blank(byte: u8) -> bool {
    KINDS[byte as usize] == BLANK
}

const BLANK: u8 = 1;
const EQUALS: u8 = 2;

/// What ends a key or a value, by byte.
const KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut blank = b'\t';
    while blank <= b'\r' {
        kinds[blank as usize] = BLANK;
        blank += 1;
    }
    kinds[b' ' as usize] = BLANK;
    kinds[b'=' as usize] = EQUALS;
    kinds
};

/// How many bytes there are before the first of one of these kinds.
#[inline(always)]
fn run(text: &[u8], kinds: u8) -> usize {
    text.iter().position(|&byte| KINDS[byte as usize] & kinds != 0).unwrap_or(text.len())
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
            assert!(is_pairs(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn quotes_that_do_not_end_at_a_blank_are_no_pair() {
        for text in ["a=\"b", "a=1 b='c d", "a=\"b\"c", "a=\"b\",c=\"d\"", "a=\"b\\\"", "", "  "] {
            assert!(!is_pairs(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_text_is_pairs_if_they_are_all_that_it_has() {
        let mut pieces = [0; 7];
        let bytes = b"a=\" \\'";
        for number in 0..bytes.len().pow(7) {
            for (at, piece) in pieces.iter_mut().enumerate() {
                *piece = bytes[number / bytes.len().pow(at as u32) % bytes.len()];
            }
            let mut pairs = Pairs::new(&pieces);
            let count = pairs.by_ref().count();
            assert_eq!(
                is_pairs(&pieces),
                count > 0 && pairs.at == pieces.len(),
                "{:?}",
                pieces.escape_ascii().to_string()
            );
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
