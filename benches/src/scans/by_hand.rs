//! What somebody would write by hand with `memchr`: a search for each literal that ends a text, a loop for each number and word.
//!
//! It knows the case of the literals, takes the first place of each, and never goes back, which is right for these logs alone. Where a
//! literal is long it is searched in the whole text, and only its lines are looked at.

use memchr::memmem::Finder;

use super::{Answer, Columns};
use crate::logs::Log;

/// How long a literal must be to be searched in the whole text.
const SELECTIVE: usize = 12;

enum Part {
    Literal(&'static [u8]),
    Integer,
    Float,
    Word,
    /// Up to the first such literal, at least one byte on.
    UpTo(Box<Finder<'static>>),
    UpToByte(u8),
    Rest,
}

/// A scanner for one kind of log.
pub(super) struct Scanner {
    parts: Vec<Part>,
    anchor: Option<Finder<'static>>,
    whole_line: bool,
    types: &'static str,
}

impl Scanner {
    /// Takes the log's pattern apart.
    pub(super) fn new(log: &'static Log) -> Scanner {
        let (first, fields) = log.pattern.split_once('{').unwrap_or((log.pattern, ""));
        let fields = fields.split('{').filter_map(|field| field.split_once('}'));
        let mut parts = vec![Part::Literal(first.as_bytes())];
        let mut anchor = first;
        for (field, literal) in fields {
            // Where the pattern may stand anywhere, it is found by what it begins with.
            if log.whole_line && literal.len() > anchor.len() {
                anchor = literal;
            }
            parts.push(match (field.split_once(':').map(|(_, kind)| kind), literal.as_bytes()) {
                (Some("d"), _) => Part::Integer,
                (Some("f"), _) => Part::Float,
                (Some("w"), _) => Part::Word,
                (_, []) => Part::Rest,
                (_, [byte]) => Part::UpToByte(*byte),
                (_, bytes) => Part::UpTo(Box::new(Finder::new(bytes))),
            });
            parts.push(Part::Literal(literal.as_bytes()));
        }
        let anchor = (anchor.len() >= SELECTIVE).then(|| Finder::new(anchor.as_bytes()));
        Scanner { parts, anchor, whole_line: log.whole_line, types: log.types }
    }

    /// The values of each line that matches.
    pub(super) fn scan(&self, data: &[u8]) -> Answer {
        let mut columns = Columns::new(self.types);
        let mut spans = vec![(0, 0); self.types.len()];
        let Some(anchor) = &self.anchor else {
            let mut start = 0;
            for newline in memchr::memchr_iter(b'\n', data) {
                self.line(&data[start..newline], &mut spans, &mut columns);
                start = newline + 1;
            }
            return columns.finish();
        };
        let mut from = 0;
        while let Some(found) = anchor.find(&data[from..]) {
            let at = from + found;
            let newline = memchr::memchr(b'\n', &data[at..]).map_or(data.len(), |length| at + length);
            let start = if self.whole_line { memchr::memrchr(b'\n', &data[..at]).map_or(0, |at| at + 1) } else { at };
            let matched = self.line(&data[start..newline], &mut spans, &mut columns);
            from = if matched || self.whole_line { newline } else { at + 1 };
        }
        columns.finish()
    }

    fn line(&self, line: &[u8], spans: &mut [(usize, usize)], columns: &mut Columns) -> bool {
        let mut at = 0;
        let mut field = 0;
        let digits = |from: usize| line[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        for part in &self.parts {
            let rest = &line[at..];
            let length = match part {
                Part::Literal(literal) => {
                    if !rest.starts_with(literal) {
                        return false;
                    }
                    at += literal.len();
                    continue;
                }
                Part::Integer | Part::Float => {
                    let sign = usize::from(matches!(rest.first(), Some(b'-' | b'+')));
                    let whole = digits(at + sign);
                    if matches!(part, Part::Integer) {
                        if whole > 0 { sign + whole } else { 0 }
                    } else if rest.get(sign + whole) == Some(&b'.') {
                        let fraction = digits(at + sign + whole + 1);
                        if fraction > 0 { sign + whole + 1 + fraction } else { 0 }
                    } else {
                        0
                    }
                }
                Part::Word => rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count(),
                Part::UpToByte(byte) => {
                    rest.get(1..).and_then(|rest| memchr::memchr(*byte, rest)).map_or(0, |length| length + 1)
                }
                Part::UpTo(literal) => rest.get(1..).and_then(|rest| literal.find(rest)).map_or(0, |length| length + 1),
                Part::Rest => rest.len(),
            };
            if length == 0 {
                return false;
            }
            spans[field] = (at, at + length);
            field += 1;
            at += length;
        }
        if self.whole_line && at != line.len() {
            return false;
        }
        columns.push_row(|field| &line[spans[field].0..spans[field].1]);
        true
    }
}
