//! The expression of a format, from the syntax of Python's `re` to that of the crate `regex`, with the same meaning.
//!
//! A format is compiled to Python's syntax, since that is what clients read and what custom types are written in. [`translate`] rewrites the
//! subset that means the same in both; whatever is outside of it is [`Unsupported`], never a guess. Three things make this more than a copy:
//!
//! * **Classes.** Python's `\w` is letters, numbers and `_`, without the marks that Unicode's own definition adds. Its `\s` has
//!   U+001C to U+001F. Where case is ignored, `i ı I İ` are one letter. So there is one translation for ASCII text, with small classes and a
//!   quick search, and one for all of Unicode: see [`Target`].
//! * **Groups.** Only the groups of the fields capture, in order, so that field `n` is group `n + 1`. Groups inside of them
//!   do not, which also lets the quicker engines of `regex` run.
//! * **Braces.** Python takes a brace that is no quantifier for itself.

use std::fmt::Write;

use crate::pattern::{Field, Format, Group};

/// Why an expression is not in the common subset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unsupported {
    /// Where in the expression, in bytes.
    pub(crate) at: usize,
    pub(crate) what: &'static str,
    /// Lookaround and backreferences: a backtracking engine can do it.
    pub(crate) needs_backtracking: bool,
}

/// Which text, and which engine, a translation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// ASCII text, as bytes. It also matches bytes that are not UTF-8: each is a character, and one that is not ASCII is only in inverted classes.
    Ascii,
    /// As `Ascii`, but a repeated name is any text: an expression that matches in more places, and needs no backtracking. A literal that it must have,
    /// the expression must have too.
    AsciiWider,
    /// Any text that is UTF-8.
    Unicode,
    /// Any text that is UTF-8, with lookaround and backreferences, for `fancy-regex`.
    Backtracking,
}

impl Target {
    fn is_ascii(self) -> bool {
        matches!(self, Target::Ascii | Target::AsciiWider)
    }
}

/// Python's `\w`.
pub(super) const WORD: &str = r"[\p{L}\p{N}_]";

/// Rewrites the expression of `format`; the result has one capture group per field.
pub(crate) fn translate(format: &Format, target: Target) -> Result<String, Unsupported> {
    rewrite(&format.expression, &format.fields, !format.case_sensitive, target)
}

/// Rewrites an expression that stands alone, as that of one field; the result has no capture groups.
pub(super) fn translate_alone(expression: &str, ignore_case: bool, target: Target) -> Result<String, Unsupported> {
    rewrite(expression, &[], ignore_case, target)
}

fn rewrite(source: &str, fields: &[Field], ignore_case: bool, target: Target) -> Result<String, Unsupported> {
    let mut translator = Translator {
        source,
        at: 0,
        out: String::with_capacity(source.len() + 32),
        target,
        ignore_case,
        fields,
        last: Last::Nothing,
        depth: 0,
        captures: 0,
        names: Vec::new(),
    };
    translator.run()?;
    Ok(translator.out)
}

/// What stands before the current place: it decides whether a quantifier may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    Nothing,
    Atom,
    Quantifier,
}

struct Translator<'a> {
    source: &'a str,
    at: usize,
    out: String,
    target: Target,
    ignore_case: bool,
    fields: &'a [Field],
    last: Last,
    depth: usize,
    /// How many groups of fields were opened.
    captures: usize,
    names: Vec<&'a str>,
}

impl<'a> Translator<'a> {
    fn run(&mut self) -> Result<(), Unsupported> {
        while let Some(c) = self.next() {
            match c {
                '\\' => self.escape()?,
                '.' => self.atom("."),
                '^' => self.assertion(r"\A"),
                '$' if self.target == Target::Backtracking => self.assertion(r"(?=\n?\z)"),
                '$' => return self.unsupported("$ also matches before a final newline", true),
                '[' => self.class()?,
                '(' => self.open()?,
                ')' if self.depth == 0 => return self.unsupported("unbalanced parenthesis", false),
                ')' => {
                    self.depth -= 1;
                    self.atom(")");
                }
                '|' => self.assertion("|"),
                '*' | '+' | '?' => self.quantifier(c.encode_utf8(&mut [0; 4]))?,
                '{' => match self.braces() {
                    Some((_, text)) if text.is_empty() => {
                        return self.unsupported("a quantifier from more to less", false);
                    }
                    Some((length, text)) => {
                        self.at += length;
                        self.quantifier(&text)?;
                    }
                    None => self.literal('{')?,
                },
                c => self.literal(c)?,
            }
        }
        if self.depth > 0 {
            return self.unsupported("missing )", false);
        }
        // A custom pattern that breaks out of its group can swallow the group of another field.
        if self.captures != self.fields.len() {
            return self.unsupported("a custom pattern that takes in the group of another field", false);
        }
        Ok(())
    }

    fn next(&mut self) -> Option<char> {
        let c = self.source[self.at..].chars().next()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.source[self.at..].starts_with(text);
        self.at += if found { text.len() } else { 0 };
        found
    }

    fn unsupported<T>(&self, what: &'static str, needs_backtracking: bool) -> Result<T, Unsupported> {
        Err(Unsupported { at: self.at.saturating_sub(1), what, needs_backtracking })
    }

    fn atom(&mut self, text: &str) {
        self.out.push_str(text);
        self.last = Last::Atom;
    }

    /// Something that no quantifier may follow.
    fn assertion(&mut self, text: &str) {
        self.out.push_str(text);
        self.last = Last::Nothing;
    }

    fn literal(&mut self, c: char) -> Result<(), Unsupported> {
        if self.target.is_ascii() && self.ignore_case && "ſ\u{212A}ıİ".contains(c) {
            return self.unsupported("a letter that is a case of an ASCII letter, and is not ASCII", false);
        }
        let mut text = String::new();
        if !self.target.is_ascii() && self.ignore_case && "iIıİ".contains(c) {
            text.push_str("[iIıİ]");
        } else {
            text.push_str(&regex_syntax::escape(c.encode_utf8(&mut [0; 4])));
        }
        self.atom(&text);
        Ok(())
    }

    fn quantifier(&mut self, text: &str) -> Result<(), Unsupported> {
        match self.last {
            Last::Nothing => return self.unsupported("nothing to repeat", false),
            Last::Quantifier => return self.unsupported("multiple repeat", false),
            Last::Atom => {}
        }
        self.out.push_str(text);
        if self.take("?") {
            self.out.push('?');
        } else if self.take("+") {
            return self.unsupported("a possessive quantifier", false);
        }
        self.last = Last::Quantifier;
        Ok(())
    }

    /// The quantifier whose opening brace was just read: its length without that brace, and its text for `regex`, which is empty
    /// when it goes from more to less. `None` when the brace stands for itself.
    fn braces(&self) -> Option<(usize, String)> {
        let (inside, _) = self.source[self.at..].split_once('}')?;
        if inside.is_empty() || !inside.bytes().all(|b| b.is_ascii_digit() || b == b',') {
            return None;
        }
        let (least, most) = inside.split_once(',').unwrap_or((inside, inside));
        if most.contains(',') {
            return None;
        }
        let number = |text: &str| text.parse::<u32>().unwrap_or(u32::MAX);
        let text = if !most.is_empty() && !least.is_empty() && number(least) > number(most) {
            String::new()
        } else if inside.contains(',') {
            format!("{{{},{most}}}", if least.is_empty() { "0" } else { least })
        } else {
            format!("{{{least}}}")
        };
        Some((inside.len() + 1, text))
    }

    fn escape(&mut self) -> Result<(), Unsupported> {
        let Some(c) = self.next() else { return self.unsupported("a lone backslash", false) };
        match c {
            'd' | 'D' | 'w' | 'W' | 's' | 'S' => {
                let class = self.category(c);
                // A category looks at the character as it is, also where case is ignored.
                if self.ignore_case && !self.target.is_ascii() {
                    self.atom(&format!("(?-i:{class})"));
                } else {
                    self.atom(class);
                }
            }
            'A' => self.assertion(r"\A"),
            'Z' => self.assertion(r"\z"),
            'b' | 'B' if self.target.is_ascii() => self.assertion(if c == 'b' { r"\b" } else { r"\B" }),
            'b' | 'B' => return self.unsupported("a word boundary in text that is not ASCII", false),
            c => {
                let c = self.escaped_char(c)?;
                self.literal(c)?;
            }
        }
        Ok(())
    }

    fn category(&self, c: char) -> &'static str {
        match (self.target.is_ascii(), c) {
            (true, 'd') => "[0-9]",
            (true, 'D') => "[^0-9]",
            (true, 'w') => "[0-9A-Za-z_]",
            (true, 'W') => "[^0-9A-Za-z_]",
            (true, 's') => r"[\t-\r\x1c-\x20]",
            (true, _) => r"[^\t-\r\x1c-\x20]",
            (_, 'd') => r"\p{Nd}",
            (_, 'D') => r"\P{Nd}",
            (_, 'w') => WORD,
            (_, 'W') => r"[^\p{L}\p{N}_]",
            (_, 's') => r"[\s\x1c-\x1f]",
            (_, _) => r"[^\s\x1c-\x1f]",
        }
    }

    /// The character that an escape stands for, once the letter after the backslash was read.
    fn escaped_char(&mut self, c: char) -> Result<char, Unsupported> {
        let digits = match c {
            'a' => return Ok('\x07'),
            'f' => return Ok('\x0c'),
            'n' => return Ok('\n'),
            'r' => return Ok('\r'),
            't' => return Ok('\t'),
            'v' => return Ok('\x0b'),
            'x' => 2,
            'u' => 4,
            'U' => 8,
            '0'..='9' => return self.unsupported("a numbered backreference or an octal escape", false),
            'N' => return self.unsupported("a named character", false),
            c if c.is_ascii_alphabetic() => return self.unsupported("a bad escape", false),
            c => return Ok(c),
        };
        let hex = self.source.get(self.at..self.at + digits).filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
        let c = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
        self.at += digits;
        c.map_or_else(|| self.unsupported("an incomplete escape", false), Ok)
    }

    /// One member of a class: a category, or a character.
    fn class_member(&mut self) -> Result<Result<char, &'static str>, Unsupported> {
        match self.next() {
            None => self.unsupported("an unterminated character set", false),
            Some('\\') => match self.next() {
                None => self.unsupported("a lone backslash", false),
                Some(c @ ('d' | 'D' | 'w' | 'W' | 's' | 'S')) => Ok(Err(self.category(c))),
                Some('b') => Ok(Ok('\x08')),
                Some(c) => self.escaped_char(c).map(Ok),
            },
            Some(c) => Ok(Ok(c)),
        }
    }

    fn class(&mut self) -> Result<(), Unsupported> {
        let mut class = String::from("[");
        if self.take("^") {
            class.push('^');
        }
        let mut has_i = false;
        let mut first = true;
        loop {
            if !first && self.take("]") {
                break;
            }
            first = false;
            let from = match self.class_member()? {
                Ok(from) => from,
                Err(category) => {
                    if self.source[self.at..].starts_with('-') && !self.source[self.at..].starts_with("-]") {
                        return self.unsupported("a range from a category", false);
                    }
                    class.push_str(category);
                    continue;
                }
            };
            let mut to = from;
            if self.source[self.at..].starts_with('-') && !self.source[self.at..].starts_with("-]") {
                self.at += 1;
                to = match self.class_member()? {
                    Ok(to) if to >= from => to,
                    _ => return self.unsupported("a bad character range", false),
                };
            }
            if self.target.is_ascii() && !to.is_ascii() {
                return self.unsupported("a class with characters that are not ASCII", false);
            }
            has_i |= "iIıİ".chars().any(|i| (from..=to).contains(&i));
            push_class_char(&mut class, from);
            if to != from {
                class.push('-');
                push_class_char(&mut class, to);
            }
        }
        if has_i && self.ignore_case && !self.target.is_ascii() {
            class.push_str("iIıİ");
        }
        class.push(']');
        self.atom(&class);
        Ok(())
    }

    fn open(&mut self) -> Result<(), Unsupported> {
        let open = self.at - 1;
        let is_field = self.fields.iter().any(|field| field.open == open);
        let text = if self.take("?P<") {
            let source: &'a str = self.source;
            let Some((name, _)) = source[self.at..].split_once('>') else {
                return self.unsupported("a group name without an end", false);
            };
            let starts = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
            if !starts || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
                return self.unsupported("a group name that is no identifier", false);
            }
            if self.names.contains(&name) {
                return self.unsupported("a group name that is used twice", false);
            }
            self.names.push(name);
            self.at += name.len() + 1;
            if is_field { "(" } else { "(?:" }
        } else if self.take("?P=") {
            return self.backreference();
        } else if self.take("?:") {
            "(?:"
        } else if self.take("?#") {
            let Some((comment, _)) = self.source[self.at..].split_once(')') else {
                return self.unsupported("a comment without an end", false);
            };
            self.at += comment.len() + 1;
            return Ok(());
        } else if self.take("?-i:Z)") {
            // The zone of `%z`, in its own case.
            self.atom("(?-i:Z)");
            return Ok(());
        } else if let Some(look) =
            ["?=", "?!", "?<=", "?<!"].into_iter().find(|look| self.source[self.at..].starts_with(look))
        {
            if self.target != Target::Backtracking {
                return self.unsupported("lookaround", true);
            }
            self.at += look.len();
            self.out.push('(');
            look
        } else if self.source[self.at..].starts_with('?') {
            return self.unsupported("an extension of groups", false);
        } else if is_field {
            "("
        } else {
            "(?:"
        };
        self.depth += 1;
        self.captures += usize::from(is_field && text == "(");
        self.assertion(text);
        Ok(())
    }

    fn backreference(&mut self) -> Result<(), Unsupported> {
        if !matches!(self.target, Target::Backtracking | Target::AsciiWider) {
            return self.unsupported("a repeated name", true);
        }
        let rest = &self.source[self.at..];
        let name = rest.split_once(')').map_or("", |(name, _)| name);
        let field = self.fields.iter().position(|field| matches!(&field.group, Group::Named(group) if group == name));
        let Some(field) = field else { return self.unsupported("a reference to an unknown group", false) };
        self.at += name.len() + 1;
        if self.target == Target::AsciiWider {
            self.atom("(?:.*)");
        } else {
            self.atom(&format!("(?:\\{})", field + 1));
        }
        Ok(())
    }
}

fn push_class_char(class: &mut String, c: char) {
    if c.is_ascii_alphanumeric() {
        class.push(c);
    } else {
        // Writing to a String cannot fail.
        let _ = write!(class, "\\x{{{:X}}}", u32::from(c));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::{CustomType, FormatOptions};

    fn custom(pattern: &str, target: Target) -> Result<String, Unsupported> {
        let own = CustomType { pattern: Some(pattern.to_owned()), group_count: 0 };
        let options = FormatOptions { custom: [("T".to_owned(), own)].into(), case_sensitive: false };
        let format = Format::new("{:T}", &options).unwrap_or_else(|e| panic!("{e}"));
        translate(&format, target)
    }

    #[test]
    fn groups_inside_a_field_do_not_capture() {
        assert_eq!(custom(r"(a|(?P<n>b))+", Target::Ascii).as_deref(), Ok("((?:a|(?:b))+)"));
    }

    #[test]
    fn a_brace_that_is_no_quantifier_stands_for_itself() {
        assert_eq!(custom("a{b}{,}", Target::Ascii).as_deref(), Ok(r"(a\{b\}{0,})"));
        assert_eq!(custom("a{2,}b{,3}{", Target::Ascii).as_deref(), Ok(r"(a{2,}b{0,3}\{)"));
    }

    #[test]
    fn what_the_engines_read_differently_is_unsupported() {
        for pattern in [
            "a**",
            "*a",
            "a++",
            "a{3,2}",
            r"\1",
            r"(?i)a",
            "(?>a)",
            "a$",
            r"\q",
            "[z-a]",
            "(a",
            "a)",
            r"[\w-z]",
            "(?(1)a|b)",
        ] {
            assert!(custom(pattern, Target::Ascii).is_err(), "{pattern}");
        }
    }

    #[test]
    fn python_has_four_letters_i_that_are_one_when_case_is_ignored() {
        assert_eq!(custom("[a-z]i", Target::Unicode).as_deref(), Ok("([a-ziIıİ][iIıİ])"));
        assert_eq!(custom("[a-z]i", Target::Ascii).as_deref(), Ok("([a-z]i)"));
    }

    #[test]
    fn a_character_that_is_a_case_of_an_ascii_one_has_no_translation_for_ascii() {
        for pattern in [r"[aé]", "[^é]", r"[\x00-\xff]", "ſ", r"\u017f", "\u{212A}", "aİ"] {
            let unsupported = custom(pattern, Target::Ascii).map_err(|unsupported| unsupported.needs_backtracking);
            assert_eq!(unsupported, Err(false), "{pattern}");
            assert!(custom(pattern, Target::Unicode).is_ok(), "{pattern}");
        }
        assert_eq!(custom("aé+", Target::Ascii).as_deref(), Ok("(aé+)"));
    }

    #[test]
    fn lookaround_is_for_the_backtracking_engine() {
        let unsupported = custom("a(?=b)", Target::Ascii).map_err(|unsupported| unsupported.needs_backtracking);
        assert_eq!(unsupported, Err(true));
        assert_eq!(custom("a(?=b)", Target::Backtracking).as_deref(), Ok("(a(?=b))"));
    }
}
