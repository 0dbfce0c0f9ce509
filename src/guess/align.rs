//! Lines of one kind → the elements of their pattern.
//!
//! The lines are walked side by side, atom by atom. Where all but a few have the same kind of atom, that is an element; lines that differ are left out as
//! long as there are few of them. The walk ends where the lines go on in different ways: what follows is the message. Since messages often begin with the
//! same number of words, what was found is cut back to the last *anchor*: a field with a type, a group, a quoted text or a mark. So the lines are
//! partitioned by position, as IPLoM does it (Makanju et al., *Clustering Event Logs Using Iterative Partitioning*, KDD 2009), but once, and not by
//! each word.

use std::{collections::BTreeMap, ops::Range};

use super::{
    atoms::{Atom, Kind, atoms},
    columns,
    elements::{Element, Field, Padding, has_types},
    pairs,
    times::Times,
    types::{Type, Types, Value},
};
use crate::limits;

/// With fewer different lines than these, a row of words is a message and no template.
const FEW: usize = 8;

/// What all alignments of a guess use.
#[derive(Debug)]
pub(super) struct Tools {
    pub(super) types: Types,
    pub(super) times: Times,
}

/// A line that is walked.
#[derive(Debug, Clone)]
pub(super) struct Row<'l> {
    pub(super) line: &'l str,
    pub(super) atoms: Vec<Atom>,
    at: usize,
}

impl<'l> Row<'l> {
    pub(super) fn new(line: &'l str, tools: &Tools) -> Row<'l> {
        Row { line, atoms: atoms(line, &tools.times), at: 0 }
    }

    fn kind(&self, ahead: usize) -> Kind {
        self.atoms.get(self.at + ahead).map_or(Kind::End, |atom| atom.kind)
    }

    fn text(&self, ahead: usize) -> &'l str {
        self.atoms.get(self.at + ahead).map_or("", |atom: &Atom| &self.line[Range::clone(&atom.span)])
    }

    /// What stands at the walk and after it.
    fn rest(&self) -> &'l str {
        self.atoms.get(self.at).map_or("", |atom| &self.line[atom.span.start..])
    }
}

/// What a step of the walk is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Weight {
    Blank,
    /// A word, which all lines have the same if it is given.
    Word(Option<String>),
    Anchor,
}

#[derive(Debug)]
struct Step {
    elements: Vec<Element>,
    weight: Weight,
}

/// The elements of a pattern, and whether they reach to the end of the lines. If not, the message follows.
#[derive(Debug)]
pub(super) struct Alignment {
    pub(super) elements: Vec<Element>,
    pub(super) is_whole: bool,
}

/// Aligns lines, of which so many may be left out.
pub(super) fn align(rows: Vec<Row<'_>>, most_left_out: usize, tools: &Tools) -> Alignment {
    let different = columns::distinct(&rows.iter().map(|row| row.line).collect::<Vec<_>>()).len();
    let mut walk = Walk { rows, left: most_left_out, tools, steps: Vec::new(), is_inside: false };
    let is_whole = walk.run();
    settle(walk.steps, is_whole, different < FEW)
}

struct Walk<'w, 'l> {
    rows: Vec<Row<'l>>,
    /// How many lines may still be left out.
    left: usize,
    tools: &'w Tools,
    steps: Vec<Step>,
    /// Whether the lines are what stands in brackets.
    is_inside: bool,
}

impl<'l> Walk<'_, 'l> {
    /// Walks until the lines end, or differ. Whether they ended.
    fn run(&mut self) -> bool {
        while fields(&self.steps) <= limits::GUESS_FIELDS {
            if let Some(field) = self.pairs() {
                self.push(vec![Element::Field(field)], Weight::Anchor);
                return true;
            }
            let Some(kind) = self.agreed() else {
                if self.optional() {
                    continue;
                }
                return false;
            };
            match kind {
                Kind::End => return true,
                Kind::Blank(byte) => self.blank(byte),
                kind => {
                    let texts: Vec<&str> = self.rows.iter().map(|row| row.text(0)).collect();
                    self.advance(1);
                    let (elements, weight) = self.element(kind, &texts);
                    self.push(elements, weight);
                }
            }
        }
        false
    }

    fn push(&mut self, elements: Vec<Element>, weight: Weight) {
        self.steps.push(Step { elements, weight });
    }

    fn advance(&mut self, atoms: usize) {
        self.rows.iter_mut().for_each(|row| row.at += atoms);
    }

    /// The kinds of the next atoms, and how many lines have them, most first.
    fn kinds(&self) -> Vec<(Kind, usize)> {
        let mut counts = BTreeMap::new();
        self.rows.iter().for_each(|row| *counts.entry(row.kind(0)).or_insert(0) += 1);
        let mut counts: Vec<(Kind, usize)> = counts.into_iter().collect();
        counts.sort_by_key(|(kind, count)| (usize::MAX - count, *kind));
        counts
    }

    /// The kind of the next atom, after lines with another were left out, if they may be.
    fn agreed(&mut self) -> Option<Kind> {
        let (kind, count) = *self.kinds().first()?;
        let others = self.rows.len() - count;
        if others > self.left {
            return None;
        }
        self.left -= others;
        self.rows.retain(|row| row.kind(0) == kind);
        Some(kind)
    }

    /// The rest of the lines as pairs, if they are pairs.
    fn pairs(&self) -> Option<Field> {
        let may_be = !self.is_inside
            && self.rows.iter().all(|row| matches!(row.kind(0), Kind::Word) && row.text(0).contains('='));
        let rests = || self.rows.iter().map(Row::rest).collect::<Vec<_>>();
        if may_be { pairs::field(&rests(), &self.tools.types) } else { None }
    }

    /// A group that some lines have and others have not, with a blank on one side of it or without.
    fn optional(&mut self) -> bool {
        let kinds = self.kinds();
        let [(a, _), (b, _), ..] = kinds[..] else { return false };
        [(a, b), (b, a)].into_iter().any(|(with, without)| self.optional_of(with, without))
    }

    fn optional_of(&mut self, with: Kind, without: Kind) -> bool {
        // Where the group stands among the atoms of the part, and how many those are.
        let after = |row: &Row<'_>| match (with, row.kind(1), row.kind(2)) {
            (Kind::Group(_), next, _) if next == without => Some((0, 1)),
            (Kind::Group(_), Kind::Blank(b' '), next) if next == without => Some((0, 2)),
            (Kind::Blank(b' '), Kind::Group(_), next) if next == without => Some((1, 2)),
            _ => None,
        };
        let Some(first) = self.rows.iter().find(|row| row.kind(0) == with) else { return false };
        let Some((at, count)) = after(first) else { return false };
        let fits = |row: &Row<'_>| match row.kind(0) {
            kind if kind == with => after(row) == Some((at, count)),
            kind => kind == without,
        };
        let unfit = self.rows.iter().filter(|row| !fits(row)).count();
        let present: Vec<&str> =
            self.rows.iter().filter(|row| row.kind(0) == with && fits(row)).map(|row| row.text(at)).collect();
        if unfit > self.left || 50 * present.len() < self.rows.len() {
            return false;
        }
        let bracket = match first.kind(at) {
            Kind::Group(bracket) => bracket,
            _ => return false,
        };
        let mut part = self.group(bracket, &present);
        let blank = Element::Literal(" ".to_owned());
        match (at, count) {
            (1, _) => part.insert(0, blank),
            (_, 2) => part.push(blank),
            _ => {}
        }
        self.left -= unfit;
        self.rows.retain(fits);
        self.rows.iter_mut().filter(|row| row.kind(0) == with).for_each(|row| row.at += count);
        self.push(vec![Element::Optional(part)], Weight::Anchor);
        true
    }

    /// Blanks: one, or as many as pad a word on one side.
    fn blank(&mut self, byte: u8) {
        let lengths: Vec<usize> = self.rows.iter().map(|row| row.text(0).len()).collect();
        let before = self.steps.last().and_then(|step| match &step.elements[..] {
            [Element::Field(field)] => Some(field.kind.value),
            _ => None,
        });
        self.advance(1);
        let is_one = lengths.iter().all(|&length| length == 1);
        let blank = (byte as char).to_string();
        if byte == b'\t' {
            let tabs = if is_one { Element::Literal(blank) } else { Element::Blanks };
            self.push(vec![tabs], Weight::Anchor);
        } else if is_one {
            self.push(vec![Element::Literal(blank)], Weight::Blank);
        } else if let Some(field) = before.filter(|value| !value.is_time()).and_then(|_| self.last_field()) {
            field.padding = Padding::After;
            if field.kind.spec == "S" {
                field.kind.spec.clear();
            }
            self.steps.last_mut().into_iter().for_each(|step| step.weight = Weight::Anchor);
            self.push(vec![Element::Literal(blank)], Weight::Blank);
        } else {
            self.push(vec![Element::Blanks], Weight::Blank);
        }
    }

    fn last_field(&mut self) -> Option<&mut Field> {
        match &mut self.steps.last_mut()?.elements[..] {
            [Element::Field(field)] => Some(field),
            _ => None,
        }
    }

    fn element(&self, kind: Kind, texts: &[&str]) -> (Vec<Element>, Weight) {
        let types = &self.tools.types;
        match kind {
            Kind::Time => {
                let kind = types.of_times(&columns::distinct(texts)).unwrap_or_else(|| Type::new(Value::Text, ""));
                (vec![Element::Field(Field::new(kind, Vec::new(), &columns::distinct(texts)))], Weight::Anchor)
            }
            Kind::Quoted => (columns::quoted(types, texts), Weight::Anchor),
            Kind::Group(bracket) => (self.group(bracket, texts), Weight::Anchor),
            Kind::Mark(mark) => (vec![Element::Literal((mark as char).to_string())], Weight::Anchor),
            Kind::Word | Kind::Blank(_) | Kind::End => self.word(texts),
        }
    }

    fn word(&self, texts: &[&str]) -> (Vec<Element>, Weight) {
        let different = columns::distinct(texts);
        let first = self.steps.is_empty();
        let is_sign = |text: &str| !text.chars().any(char::is_alphanumeric);
        match different[..] {
            [text] if is_sign(text) && !(text == "-" && first && !self.is_inside) => {
                return (vec![Element::Literal(text.to_owned())], Weight::Anchor);
            }
            _ => {}
        }
        let field = columns::field(&self.tools.types, texts, Value::Word);
        if field.is_typed() {
            return (vec![Element::Field(field)], Weight::Anchor);
        }
        if let Some(parts) = columns::parts(&self.tools.types, &different) {
            return (parts, Weight::Anchor);
        }
        let constant =
            if let ([text], true) = (&different[..], field.nulls.is_empty()) { Some((*text).to_owned()) } else { None };
        (vec![Element::Field(field)], Weight::Word(constant))
    }

    /// Groups of brackets, each with what is in it.
    fn group(&self, bracket: u8, texts: &[&str]) -> Vec<Element> {
        let inside: Vec<&str> = texts.iter().map(|text| &text[1..text.len() - 1]).collect();
        let closing = match bracket {
            b'(' => b')',
            opening => opening + 2,
        };
        let mut elements = vec![Element::Literal((bracket as char).to_string())];
        elements.extend(self.inside(&inside));
        elements.push(Element::Literal((closing as char).to_string()));
        elements
    }

    fn inside(&self, texts: &[&str]) -> Vec<Element> {
        let types = &self.tools.types;
        if texts.iter().all(|text| text.is_empty()) {
            return Vec::new();
        }
        let field = columns::field(types, texts, Value::Text);
        if field.is_typed() || self.is_inside {
            return vec![Element::Field(field)];
        }
        let rows = texts.iter().map(|text| Row::new(text, self.tools)).collect();
        let mut walk = Walk { rows, left: 0, tools: self.tools, steps: Vec::new(), is_inside: true };
        if walk.run() {
            let found = settle(walk.steps, true, false).elements;
            if has_types(&found) && !columns::distinct(texts).is_empty() {
                return found;
            }
        }
        vec![Element::Field(field)]
    }
}

/// Cuts steps back to the last anchor if the lines go on in different ways, and decides what words are that all lines have.
fn settle(mut steps: Vec<Step>, mut is_whole: bool, is_few: bool) -> Alignment {
    if is_few && let Some(cut) = message_begin(&steps, is_whole) {
        steps.truncate(cut);
        is_whole = false;
    }
    if !is_whole || fields(&steps) > limits::GUESS_FIELDS {
        is_whole = false;
        // The message is a field, too.
        while fields(&steps) >= limits::GUESS_FIELDS {
            steps.pop();
        }
        let end = steps.iter().rposition(|step| step.weight == Weight::Anchor).map_or(0, |last| last + 1);
        let blank = steps.get(end).is_some_and(|step| step.weight == Weight::Blank);
        steps.truncate(end + usize::from(blank));
    }
    let mut elements = Vec::new();
    for at in 0..steps.len() {
        let is_label = is_whole && !is_few || is_label(&steps[at..]);
        match &steps[at] {
            Step { weight: Weight::Word(Some(text)), .. } if is_label => elements.push(Element::Literal(text.clone())),
            step => elements.extend(step.elements.iter().cloned()),
        }
    }
    Alignment { elements, is_whole }
}

/// How many fields there are at most: a word may become a literal.
fn fields(steps: &[Step]) -> usize {
    steps.iter().flat_map(|step| &step.elements).filter(|element| matches!(element, Element::Field(_))).count()
}

/// Whether a word says what the number is that comes next.
fn is_label(steps: &[Step]) -> bool {
    let [Step { weight: Weight::Word(Some(word)), .. }, Step { weight: Weight::Blank, .. }, next, ..] = steps else {
        return false;
    };
    let is_value = matches!(&next.elements[..], [Element::Field(field)] if field.is_typed() && field.kind.value != Value::Level && !field.kind.value.is_time());
    is_value && word.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Where a row of words begins that is rather a message: three of them, or two at the end.
fn message_begin(steps: &[Step], is_whole: bool) -> Option<usize> {
    let (mut begin, mut words) = (0, 0);
    for (at, step) in steps.iter().enumerate() {
        match step.weight {
            Weight::Word(_) => {
                begin = if words == 0 { at } else { begin };
                words += 1;
                if words == 3 {
                    return Some(begin);
                }
            }
            Weight::Blank => {}
            Weight::Anchor => words = 0,
        }
    }
    (is_whole && words >= 1 && begin > 0).then_some(begin)
}
