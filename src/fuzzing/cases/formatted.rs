//! Formats with records of them.

use std::ops::RangeInclusive;

use super::{super::pieces, Bytes};

/// A format, and what its records are made of.
pub(super) struct Formatted {
    /// The text of the format.
    pub(super) format: String,
    /// The expression of the type `P` in it.
    pub(super) custom: String,
    pieces: Vec<Piece>,
}

enum Piece {
    /// One of these texts, or nearly.
    OneOf(Vec<String>),
    /// An optional part, with its pieces.
    Part(Vec<Piece>),
}

impl Formatted {
    /// The format that these bytes stand for.
    pub(super) fn read(bytes: &mut Bytes<'_>) -> Self {
        let (custom, mut format, mut pieces) = (custom(bytes), String::new(), Vec::new());
        for _ in 0..bytes.int(1..=6) {
            push_piece(bytes, &mut format, &mut pieces, 0);
        }
        Formatted { format, custom, pieces }
    }

    /// A record that the format matches, or nearly does.
    pub(super) fn record(&self, bytes: &mut Bytes<'_>) -> String {
        let mut text = String::new();
        push_text(bytes, &self.pieces, &mut text);
        if bytes.ratio(1, 8) {
            text.make_ascii_uppercase();
        }
        text
    }
}

/// An expression of a type of the caller's own.
fn custom(bytes: &mut Bytes<'_>) -> String {
    const PARTS: &[&str] = &[
        r"\d",
        "[A-Z]",
        r"\w",
        r"\S",
        ".",
        "[^ ]",
        "[a-f0-9]",
        "a",
        "ab",
        "-",
        "é",
        "+",
        "*",
        "?",
        "+?",
        "{2,4}",
        "|",
        "(?:",
        ")",
        "[^:]",
        r"\.",
        "x1",
        r"\d+|-",
        "INFO|WARN",
    ];
    (0..bytes.int(1..=6)).map(|_| bytes.one_of(PARTS)).collect()
}

/// A short text of any characters, few of which are braces.
fn any_text(bytes: &mut Bytes<'_>) -> String {
    let character = |bytes: &mut Bytes<'_>| match bytes.ratio(7, 8) {
        true => ascii(bytes, b' '..=b'~'),
        false => bytes.character(),
    };
    (0..bytes.int(0..=8)).map(|_| character(bytes)).collect()
}

fn ascii(bytes: &mut Bytes<'_>, range: RangeInclusive<u8>) -> char {
    char::from(bytes.int(i64::from(*range.start())..=i64::from(*range.end())) as u8)
}

fn push_piece(bytes: &mut Bytes<'_>, format: &mut String, pieces: &mut Vec<Piece>, depth: usize) {
    match bytes.int(0..=9) {
        0..=3 => {
            let literal = if bytes.ratio(1, 4) { any_text(bytes) } else { bytes.one_of(pieces::literals()).to_owned() };
            format.push_str(&literal.replace('{', "{{").replace('}', "}}"));
            pieces.push(Piece::OneOf(vec![literal]));
        }
        4 if depth < 2 => {
            let mut inner = Vec::new();
            format.push_str("{:[}");
            for _ in 0..bytes.int(1..=3) {
                push_piece(bytes, format, &mut inner, depth + 1);
            }
            format.push_str("{:]}");
            pieces.push(Piece::Part(inner));
        }
        5 => {
            format.push_str(bytes.one_of(&["{:P}", "{p:P}", "{:P|-}", "{:<4P}"]));
            let texts = ["1", "12", "a", "ab", "ABC", "-", "x1", "é", "INFO", "", "a.b", "127.0.0.1"];
            pieces.push(Piece::OneOf(texts.map(str::to_owned).to_vec()));
        }
        _ => {
            let (code, texts) = bytes.one_of(pieces::types());
            let name = bytes.one_of(&["", "a", "b", "c", "r"]);
            // A name that stands twice is a field that is the same text again; so it is rare.
            let number = if name == "r" { String::new() } else { pieces.len().to_string() };
            match (name, code) {
                ("", "") => format.push_str("{}"),
                ("", code) => format.push_str(&format!("{{:{code}}}")),
                (name, "") => format.push_str(&format!("{{{name}{depth}{number}}}")),
                (name, code) => format.push_str(&format!("{{{name}{depth}{number}:{code}}}")),
            }
            pieces.push(Piece::OneOf(texts.iter().map(|&text| text.to_owned()).collect()));
        }
    }
}

fn push_text(bytes: &mut Bytes<'_>, pieces: &[Piece], text: &mut String) {
    for piece in pieces {
        if bytes.ratio(1, 10) {
            text.push_str(bytes.one_of(pieces::noise()));
        }
        match piece {
            Piece::OneOf(_) if bytes.ratio(1, 16) => text.push_str(&any_text(bytes)),
            Piece::OneOf(texts) => text.push_str(&texts[bytes.size(0..=texts.len() - 1)]),
            Piece::Part(_) if bytes.ratio(1, 3) => {}
            Piece::Part(inner) => push_text(bytes, inner, text),
        }
        if bytes.ratio(1, 16) {
            text.push_str(bytes.one_of(pieces::others()));
        }
    }
}

/// A text for a field of this type code: one of `samples`, changed in a few places or not, or any.
pub(super) fn field_text(bytes: &mut Bytes<'_>, samples: &[&str]) -> String {
    let mut text = bytes.one_of(samples).to_owned();
    for _ in 0..bytes.int(0..=3) {
        let places: Vec<usize> = (0..=text.len()).filter(|&at| text.is_char_boundary(at)).collect();
        let at = bytes.one_of(&places);
        let end = if bytes.ratio(1, 2) { at } else { *places.iter().find(|&&place| place > at).unwrap_or(&at) };
        let with = match bytes.int(0..=3) {
            0 => String::new(),
            1 => ascii(bytes, b'0'..=b'9').to_string(),
            2 => any_text(bytes),
            _ => bytes.one_of(samples).to_owned(),
        };
        text.replace_range(at..end, &with);
    }
    text
}
