//! A line as atoms: times, words, blanks, quoted texts, bracketed groups and marks.
//!
//! Types are found before lines are compared, as LogMine does it (Hamooni et al., *LogMine: Fast Pattern Recognition for Log Analytics*, CIKM 2016): a time
//! is one atom, however many blanks it has. A group of brackets is one atom, too; what is in it is compared by itself.
//!
//! One pass over a line, after one that pairs its brackets. Of a long line only the beginning is looked at.

use std::ops::Range;

use super::{layouts, times::Times};

/// How many atoms of a line are told apart.
const MOST: usize = 256;

/// What an atom is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A time, with or without its date.
    Time,
    /// Characters without blanks.
    Word,
    /// Spaces, or tabs, as the byte says.
    Blank(u8),
    /// A text in double quotes.
    Quoted,
    /// From an opening bracket, this byte, to the closing one.
    Group(u8),
    /// This byte, which is punctuation.
    Mark(u8),
    /// The end of the line.
    End,
}

/// An atom, and where it stands in its line.
#[derive(Debug, Clone)]
pub(super) struct Atom {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
}

/// The atoms of a line, up to a number.
pub(super) fn atoms(line: &str, times: &Times) -> Vec<Atom> {
    let bytes = line.as_bytes();
    let closings = closings(bytes);
    let mut stamps = times.find(line).into_iter().peekable();
    let mut atoms: Vec<Atom> = Vec::new();
    let mut at = 0;
    while at < bytes.len() && atoms.len() < MOST {
        while stamps.next_if(|stamp| stamp.start < at).is_some() {}
        let is_begin = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        // A layout may go on where a time ends: with AM or PM.
        let stamp = stamps.next_if(|stamp| stamp.start == at).map(|stamp| stamp.end);
        let layout = Some(at).filter(|_| is_begin).and_then(|at| layouts::end(line, at));
        let (kind, end) = if let Some(end) = stamp.max(layout) {
            (Kind::Time, end)
        } else {
            atom(bytes, at, &closings, atoms.last())
        };
        atoms.push(Atom { kind, span: at..end });
        at = end;
    }
    atoms
}

/// The atom that begins at a byte, which is no time, and its end.
fn atom(bytes: &[u8], at: usize, closings: &[usize], before: Option<&Atom>) -> (Kind, usize) {
    let byte = bytes[at];
    let run = |is_in: &dyn Fn(u8) -> bool| bytes[at..].iter().take_while(|&&byte| is_in(byte)).count();
    match byte {
        b' ' | b'\t' => (Kind::Blank(byte), at + run(&|next| next == byte)),
        b'"' if closings[at] > at => (Kind::Quoted, closings[at]),
        b'[' if closings[at] > at => (Kind::Group(byte), closings[at]),
        // In or after a word it is a part of it, as in `f(x)`.
        b'(' if closings[at] > at
            && before.is_none_or(|before| matches!(before.kind, Kind::Blank(_) | Kind::Mark(_))) =>
        {
            (Kind::Group(byte), closings[at])
        }
        b'<' if closings[at] > at && bytes[at + 1].is_ascii_digit() && before.is_none() => {
            (Kind::Group(byte), closings[at])
        }
        b':' | b',' | b';' | b'|' | b'=' | b'{' => (Kind::Mark(byte), at + 1),
        _ => (Kind::Word, word_end(bytes, at, closings)),
    }
}

/// Where the word ends that begins at a byte: before a blank, before punctuation that comes before a blank, or before a quote or group.
fn word_end(bytes: &[u8], at: usize, closings: &[usize]) -> usize {
    let is_end = |at: usize| match bytes[at] {
        b' ' | b'\t' => true,
        b'[' => closings[at] > at,
        b'"' => closings[at] > at,
        b':' | b',' | b';' | b'|' => matches!(bytes.get(at + 1), None | Some(b' ' | b'\t' | b'[' | b'"')),
        _ => false,
    };
    (at + 1..bytes.len()).find(|&at| is_end(at)).unwrap_or(bytes.len())
}

/// For each byte that opens a group or a quoted text the place after the one that closes it; zero for all others.
fn closings(bytes: &[u8]) -> Vec<usize> {
    let mut closings = vec![0; bytes.len()];
    // Where each kind of bracket was opened and not closed yet.
    let mut open: [Vec<usize>; 3] = Default::default();
    let drop_after = |open: &mut [Vec<usize>; 3], place: usize| {
        open.iter_mut().for_each(|places| while places.pop_if(|last| *last > place).is_some() {});
    };
    let kind = |bracket| match bracket {
        b'[' | b']' => 0,
        b'(' | b')' => 1,
        _ => 2,
    };
    let mut quote = None;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote.is_some() => at += 1,
            b'"' => match quote.take() {
                Some(begin) => {
                    closings[begin] = at + 1;
                    drop_after(&mut open, begin);
                }
                None => quote = Some(at),
            },
            opening @ (b'[' | b'(' | b'<') => open[kind(opening)].push(at),
            closing @ (b']' | b')' | b'>') => {
                if let Some(place) = open[kind(closing)].pop() {
                    closings[place] = at + 1;
                    drop_after(&mut open, place);
                }
            }
            _ => {}
        }
        at += 1;
    }
    closings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str) -> Vec<&str> {
        let times = Times::new().unwrap_or_else(|error| panic!("{error}"));
        atoms(line, &times).into_iter().map(|atom| &line[atom.span]).collect()
    }

    #[test]
    fn a_line_is_cut_into_what_a_reader_sees() {
        for (line, expected) in [
            ("Jun 14 15:16:01 combo sshd(pam)[19]: x", "Jun 14 15:16:01| |combo| |sshd(pam)|[19]|:| |x"),
            ("[Q[a]/0:1:Q@3] - \"a b\" c", "[Q[a]/0:1:Q@3]| |-| |\"a b\"| |c"),
            ("081110 220637 32 INFO d.F: y", "081110 220637| |32| |INFO| |d.F|:| |y"),
            ("<34>1 a=\"x y\"", "<34>|1| |a=|\"x y\""),
            ("[a (b", "[a| |(b"),
            ("\"a\\\"b\" c\"d", "\"a\\\"b\"| |c\"d"),
        ] {
            assert_eq!(split(line).join("|"), expected, "{line}");
        }
    }
}
