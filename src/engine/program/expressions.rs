//! Generated expressions of types of the caller's own, each with texts that it matches or nearly does.

use super::tests::Random;
use crate::pattern::CustomType;

/// A class, and some of its characters.
const CLASSES: &[(&str, &str)] = &[
    (r"\d", "0159٣"),
    ("[A-Z]", "ABXaſK\u{212a}"),
    (r"\w", "ab1_é"),
    (r"\S", "a:]\"é-"),
    (r"\s", " \t\n\u{a0}"),
    (".", "a:é\n\" "),
    (r#"[^"\\]"#, "a :é]"),
    ("[^ ]", "a1:\né→"),
    ("[a-f0-9]", "af09"),
    (r"\W", " -:→\""),
    (r"\D", "a: é"),
    ("[ab]", "ab"),
    ("[éж]", "éжÉ"),
    (r"[\w.:-]", "ab1.:-é"),
    ("[^:]", "a \"-\n"),
    ("[k-s]", "ksſ\u{212a}"),
];

const CHARACTERS: &str = "aabx1k.:-\" \\|sé→";

/// Expressions as they are written by hand, and texts.
const WRITTEN: &[(&str, &[&str])] = &[
    (r"\d+\.\d+\.\d+\.\d+", &["1.2.3.4", "127.0.0.1", "1.2.3", "1.2.3.4.5", "1.2.٣.4"]),
    ("[A-Z]+", &["ABC", "a", "Xſ"]),
    (r"\d+|-", &["1", "200", "-", "", "1-"]),
    (r#"(?:[^"\\]|\\.)*"#, &["", "a b", r#"a \" b"#, r"\\", r#"a"b"#, "\\é"]),
    ("INFO|WARN|ERROR", &["INFO", "warn", "ERROR", "INF", "INFOX"]),
    ("a|ab", &["a", "ab", "aab"]),
    ("ab|a|abx1", &["a", "ab", "abx1"]),
    ("a*?", &["", "a", "aa"]),
    ("(x*)", &["", "x", "xx"]),
    (r"\d{2,4}?", &["1", "12", "1234", "12345"]),
    (r"[\w.]+(?::\d+)?", &["a.b", "a.b:80", "é.b:", ":80"]),
    (r"-?\d+(\.\d*)?", &["1", "-1.", "1.25", "."]),
    (".+?", &["a", "a b", "é"]),
    (".*", &["", "a b", "é\n"]),
    (".*?", &["", "a b", "é"]),
    (r"\d+", &["1", "12", "125"]),
    (r"[\w:]+", &["a", "a:b", ":é"]),
    ("k|s|is", &["k", "K", "s", "is", "\u{212a}"]),
    ("é+", &["é", "ÉÉ"]),
];

/// An expression.
enum Expression {
    Class(usize),
    Character(char),
    Sequence(Vec<Expression>),
    Choice(Vec<Expression>),
    Repeat { of: Box<Expression>, min: usize, max: Option<usize>, is_lazy: bool },
}

impl Expression {
    fn new(random: &mut Random, depth: usize) -> Expression {
        let some = |random: &mut Random| {
            (0..1 + random.below(3)).map(|_| Expression::new(random, depth.saturating_sub(1))).collect()
        };
        match random.below(if depth == 0 { 4 } else { 9 }) {
            0 | 1 => Expression::Class(random.below(CLASSES.len())),
            2 | 3 => {
                Expression::Character(CHARACTERS.chars().nth(random.below(CHARACTERS.chars().count())).unwrap_or('a'))
            }
            4 | 5 => Expression::Sequence(some(random)),
            6 => Expression::Choice(some(random)),
            _ => {
                let (min, max) = [(0, None), (1, None), (1, None), (0, Some(1)), (2, Some(2)), (1, Some(3)), (2, None)]
                    [random.below(7)];
                let of = Box::new(Expression::new(random, depth - 1));
                Expression::Repeat { of, min, max, is_lazy: random.below(4) == 0 }
            }
        }
    }

    /// In the syntax of Python's `re`.
    fn write(&self, out: &mut String) {
        match self {
            Expression::Class(number) => out.push_str(CLASSES[*number].0),
            Expression::Character(c) => {
                if r".\|".contains(*c) {
                    out.push('\\');
                }
                out.push(*c);
            }
            Expression::Sequence(parts) => parts.iter().for_each(|part| part.write(out)),
            Expression::Choice(parts) => {
                out.push_str("(?:");
                for (number, part) in parts.iter().enumerate() {
                    out.push_str(if number > 0 { "|" } else { "" });
                    part.write(out);
                }
                out.push(')');
            }
            Expression::Repeat { of, min, max, is_lazy } => {
                out.push_str("(?:");
                of.write(out);
                out.push(')');
                out.push_str(&match (min, max) {
                    (0, None) => "*".to_owned(),
                    (1, None) => "+".to_owned(),
                    (0, Some(1)) => "?".to_owned(),
                    (min, max) => format!("{{{min},{}}}", max.map_or(String::new(), |max| max.to_string())),
                });
                out.push_str(if *is_lazy { "?" } else { "" });
            }
        }
    }

    /// Writes a text that it matches.
    fn text(&self, random: &mut Random, out: &mut String) {
        match self {
            Expression::Class(number) => {
                let members = CLASSES[*number].1;
                out.extend(members.chars().nth(random.below(members.chars().count())));
            }
            Expression::Character(c) => out.push(*c),
            Expression::Sequence(parts) => parts.iter().for_each(|part| part.text(random, out)),
            Expression::Choice(parts) => parts[random.below(parts.len())].text(random, out),
            Expression::Repeat { of, min, max, .. } => {
                let more = random.below(max.map_or(3, |max| max - min) + 1);
                (0..min + more).for_each(|_| of.text(random, out));
            }
        }
    }
}

/// A type of the caller's own, and texts.
pub(super) struct OwnType {
    pub(super) own: CustomType,
    pub(super) texts: Vec<String>,
}

impl OwnType {
    pub(super) fn new(random: &mut Random) -> OwnType {
        if random.below(3) == 0 {
            let (pattern, texts) = WRITTEN[random.below(WRITTEN.len())];
            let texts = texts.iter().map(|text| (*text).to_owned()).collect();
            return OwnType { own: CustomType { pattern: Some(pattern.to_owned()), group_count: 0 }, texts };
        }
        if random.below(20) == 0 {
            let texts = ["a", "a b", "-", "é"].map(str::to_owned).to_vec();
            return OwnType { own: CustomType { pattern: None, group_count: 0 }, texts };
        }
        let expression = Expression::new(random, 3);
        let mut pattern = String::new();
        expression.write(&mut pattern);
        let text = |_| {
            let mut text = String::new();
            expression.text(random, &mut text);
            text
        };
        let texts = (0..6).map(text).collect();
        OwnType { own: CustomType { pattern: Some(pattern), group_count: 0 }, texts }
    }
}
