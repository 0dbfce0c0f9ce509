//! Conditions of `--where`, as any text, and as words of the grammar; beside the reference implementation.

use std::sync::OnceLock;

use super::{super::Conditions, Bytes, Case};

/// A condition, or what is none.
pub struct AnyCondition(String);

/// The log that conditions are asked of.
static LOG: OnceLock<Conditions> = OnceLock::new();

const WORDS: &[&str] = &[
    "n",
    "m",
    "x",
    "word",
    "at",
    "day",
    "clock",
    "took",
    "ok",
    "file",
    "line",
    "offset",
    "`n`",
    "=",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "~",
    "!~",
    "in",
    "not",
    "and",
    "or",
    "(",
    ")",
    ",",
    "null",
    "true",
    "false",
    "5",
    "-7",
    "2.5",
    "1KiB",
    "9e30",
    "'login'",
    "\"log\"",
    "'^lo'",
    "1s",
    "1500ms",
    "2024-05-17",
    "2024-05-17T10:01",
    "'2024-05-17 10:01'",
    "12:30",
    "AND",
    "(n = 3)",
    "not ok",
    "n < m",
];

impl Case for AnyCondition {
    fn read(bytes: &mut Bytes<'_>) -> Self {
        if bytes.ratio(1, 4) {
            return AnyCondition(bytes.text().to_owned());
        }
        let mut text = String::new();
        for _ in 0..bytes.int(1..=16) {
            match bytes.ratio(1, 16) {
                true => text.push(bytes.character()),
                false => text.push_str(bytes.one_of(WORDS)),
            }
            text.push_str(if bytes.ratio(7, 8) { " " } else { "" });
        }
        AnyCondition(text)
    }

    fn check(&self) {
        LOG.get_or_init(Conditions::new).agree(&self.0);
    }

    fn calls(&self) -> Vec<String> {
        vec![format!("super::Conditions::new().agree({:?})", self.0)]
    }
}
