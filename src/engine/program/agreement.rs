//! Whether a program says what the regex says: what generated tests and fuzzing ask of it.

use std::collections::BTreeMap;

use parsimd_simd::{Isa, Span, kernels};

use super::{Answer, Program, SpanTable, Stop, Walk, answer::Outcome};
use crate::{
    engine::{Anchored, RegexEngine, captures::ABSENT, quit::QuitSet},
    pattern::{CustomType, Format, FormatOptions},
};

/// A program, and what else it takes to know about a text.
pub(crate) struct Compiled {
    format: String,
    pub(crate) program: Program,
    regex: RegexEngine,
    quit_set: QuitSet,
    pub(crate) fields: usize,
}

impl Compiled {
    pub(crate) fn has_quit(&self, text: &str) -> bool {
        text.chars().any(|c| self.quit_set.has(c))
    }
}

/// Whether the program and the expression agree on one text; counts how often the program knew.
pub(crate) fn agree(compiled: &Compiled, text: &str, anchored: Anchored, counts: &mut Counts) {
    let Compiled { program, regex, fields, .. } = compiled;
    if compiled.has_quit(text) {
        counts.quit += 1;
        return;
    }
    let mut spans = vec![Span::default(); *fields];
    // A record that does not begin its block.
    let block = format!("] [\n:\" {text}");
    let start = block.len() - text.len();
    let outcome = run(program, block.as_bytes(), start, anchored, &mut spans);
    let found = match regex.find(text.as_bytes(), text.is_ascii(), 0, anchored) {
        Ok(found) => found,
        // It backtracks too much, for a repeated name.
        Err(error) if error.is_limit() => return,
        Err(error) => panic!("{error}"),
    };
    counts.known[usize::from(!text.is_ascii())][outcome as usize] += 1;
    match (outcome, found) {
        (Outcome::Undecided, _) | (Outcome::NoMatch, None) => {}
        (Outcome::Match, Some(found)) => {
            let in_block = |&span: &Span| match span {
                ABSENT => ABSENT,
                Span { start: first, end } => Span::new(start as u32 + first, start as u32 + end),
            };
            let found: Vec<_> = found[1..].iter().map(in_block).collect();
            assert_eq!(spans, found, "{} on {text:?}, anchored: {anchored:?}: {program:?}", compiled.format);
            if let Some(open) = program.open_field().filter(|_| anchored.is_yes()) {
                let further = format!("{text}{FURTHER}");
                let longer = match regex.find(further.as_bytes(), further.is_ascii(), 0, anchored) {
                    Err(error) if error.is_limit() => return,
                    longer => longer.unwrap_or_else(|error| panic!("{error}")).unwrap_or_default(),
                };
                let mut longer: Vec<_> = longer[1..].iter().map(in_block).collect();
                longer[open].end -= FURTHER.len() as u32;
                assert_eq!(spans, longer, "{} on {further:?}: {program:?}", compiled.format);
            }
        }
        (outcome, found) => {
            panic!("{outcome:?} but {found:?} on {text:?}, anchored: {anchored:?}: {}, {program:?}", compiled.format)
        }
    }
}

/// Lines that may belong to the record of a text above.
const FURTHER: &str = "\n 1] x1:\n-12 a b\n\": ks=";

/// How often a program said what, of texts that are ASCII and of others; and how often it was not asked.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) known: [[usize; 3]; 2],
    pub(crate) quit: usize,
}

pub(super) fn run(program: &Program, block: &[u8], start: usize, anchored: Anchored, spans: &mut [Span]) -> Outcome {
    let mut table = SpanTable::default();
    // The row is not the first of its block.
    table.reset(spans.len(), 3);
    let outcome = program.find(block, start, anchored, &mut table.row(1)).outcome();
    for (field, span) in spans.iter_mut().enumerate() {
        *span = table.column(field, 2)[1];
    }
    outcome
}

/// Where a match is.
fn span_of(answer: &Answer) -> Option<Span> {
    match answer {
        Answer::Match(whole) => Some(whole.span()),
        Answer::NoMatch | Answer::Undecided(_) => None,
    }
}

/// Whether a walk over many records at once, on every instruction set, says of each what a run over it says.
pub(crate) fn walks_agree(program: &Program, fields: usize, texts: &[String], anchored: Anchored, after: &str) {
    let mut block = String::new();
    let mut records = Vec::new();
    for text in texts {
        records.push((block.len() as u32, (block.len() + text.len()) as u32));
        block.push_str(text);
        // Records may stand side by side, with nothing between them.
        block.push_str(after);
    }
    let block = block.as_bytes();
    let mut expected = SpanTable::default();
    expected.reset(fields, texts.len());
    let answers: Vec<Answer> = (0..texts.len())
        .map(|row| {
            let (start, end) = records[row];
            program.find(&block[..end as usize], start as usize, anchored, &mut expected.row(row))
        })
        .collect();
    for isa in Isa::available() {
        let kernels = kernels(isa).unwrap_or_else(|error| panic!("{error}"));
        let (mut walk, mut table) = (Walk::default(), SpanTable::default());
        table.reset(fields, texts.len());
        records.iter().for_each(|&(start, end)| walk.push(start, end, Stop::NOWHERE));
        program.walk(kernels, block, block.is_ascii(), anchored, &mut walk, &mut table);
        for (row, &(start, end)) in records.iter().enumerate() {
            let wanted = span_of(&answers[row]);
            let (outcome, found) = match walk.stops().map_or(Stop::NOWHERE, |stops| stops[row]) {
                // A walk that has gone through keeps where its match ends alone.
                Stop::NOWHERE => (Outcome::Match, wanted.map(|span| Span { end: walk.match_end(row), ..span })),
                _ => {
                    let span = Span::new(start, end);
                    let answer = program.resume(block, row, span, anchored, &walk, &mut table.row(row));
                    (answer.outcome(), span_of(&answer))
                }
            };
            assert_eq!(
                (outcome, found),
                (answers[row].outcome(), wanted),
                "{isa}, {program:?} on {:?}, anchored: {anchored:?}",
                texts[row]
            );
            if outcome == Outcome::Match {
                for field in 0..fields {
                    let spans = [&table, &expected].map(|table| table.column(field, row + 1)[row]);
                    assert_eq!(spans[0], spans[1], "{isa}, {program:?} on {:?}, anchored: {anchored:?}", texts[row]);
                }
            }
        }
    }
}

/// The program of a format; `None` where it has none, or is none.
pub(crate) fn compile_with(
    format: &str,
    case_sensitive: bool,
    custom: BTreeMap<String, CustomType>,
) -> Option<Compiled> {
    let options = FormatOptions { case_sensitive, custom };
    let format = Format::new(format, &options).ok()?;
    let program = Program::new(&format).ok()?;
    let regex = RegexEngine::new(&format).ok()?;
    let quit_set = QuitSet::new(regex.unicode().as_ref(), &program);
    Some(Compiled { program, regex, quit_set, fields: format.fields.len(), format: format.text })
}
