//! Moves of cursors, on every instruction set, against [`reference`].

use super::guard::Guarded;
use super::harness::{Random, cases};
use super::on_each_isa;
use crate::{Case, Class, Cursors, Kernels, Literal, Span, Take};

on_each_isa!(
    a_move_ends_where_the_reference_ends,
    fields_of_every_length_are_taken,
    a_literal_is_found_however_far_it_is_from_record_to_record,
    a_cursor_that_has_failed_stays_where_it_is,
    no_load_leaves_the_block_even_at_its_end,
);

/// Reference implementation of a move: what it takes, and where the literal after that ends. `None` if it cannot be made.
///
/// It shares no code with the kernels. It tries every end, and asks of the text up to there whether it has the form that [`Take`]
/// describes.
fn reference(record: &[u8], from: usize, take: Take, literal: Option<&Wanted>) -> Option<(usize, usize)> {
    if from >= record.len() {
        return None;
    }
    let stands_at = |at: usize| literal.is_none_or(|literal| literal.is(record.get(at..at + literal.text.len())));
    let length = literal.map_or(0, |literal| literal.text.len());
    let longest =
        |has_form: &dyn Fn(&[u8]) -> bool| (from..=record.len()).rev().find(|&to| has_form(&record[from..to]));
    let to = match take {
        Take::Nothing => from,
        Take::Run(class) => longest(&|text| !text.is_empty() && text.iter().all(|&byte| class.contains(byte)))?,
        Take::Integer => {
            let to = longest(&|text| (0..=2).any(|signs| digits_after(text, signs).is_some_and(|digits| digits > 0)))?;
            let is_zero =
                (0..=2).any(|signs| digits_after(&record[from..to], signs) == Some(1)) && record[to - 1] == b'0';
            if is_zero && record.get(to).is_some_and(|byte| b"boxBOX".contains(byte)) {
                return None;
            }
            to
        }
        Take::Decimal => longest(&|text| {
            let point = text.iter().position(|&byte| byte == b'.');
            point.is_some_and(|point| {
                let (whole, fraction) = (&text[..point], &text[point + 1..]);
                (0..=1).any(|signs| digits_after(whole, signs).is_some())
                    && digits_after(fraction, 0).is_some_and(|digits| digits > 0)
            })
        })?,
        Take::Until(least) => {
            literal?;
            (from + least..=record.len()).find(|&to| stands_at(to))?
        }
        Take::Rest(least) => record.len().checked_sub(length).filter(|&to| to >= from + least.max(1))?,
    };
    let next = to + length;
    (stands_at(to) && next <= record.len() && next > from).then_some((to, next))
}

/// How many digits follow so many of the signs `-+ `, if nothing else does.
fn digits_after(text: &[u8], signs: usize) -> Option<usize> {
    let (front, digits) = text.split_at_checked(signs)?;
    let is_number = front.iter().all(|byte| b"-+ ".contains(byte)) && digits.iter().all(u8::is_ascii_digit);
    is_number.then_some(digits.len())
}

/// A literal as it was written.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    text: &'static str,
    case: Case,
}

impl Wanted {
    /// Whether it is this text.
    fn is(&self, text: Option<&[u8]>) -> bool {
        text.is_some_and(|text| match self.case {
            Case::Exact => text == self.text.as_bytes(),
            Case::IgnoreAscii => text.eq_ignore_ascii_case(self.text.as_bytes()),
        })
    }

    fn literal(&self) -> Literal {
        Literal::new(self.text.as_bytes(), self.case).unwrap()
    }
}

const CLASSES: [Class; 4] = [Class::DIGITS, Class::LETTERS, Class::WORD, Class::SPACE];

fn any_take(random: &mut Random) -> Take {
    match random.below(7) {
        0 => Take::Nothing,
        1 => Take::Integer,
        2 => Take::Decimal,
        3 => Take::Until(random.below(3)),
        4 => Take::Run(*random.one_of(&CLASSES)),
        5 => Take::Rest(random.below(3)),
        _ => Take::Run(random.one_of(&CLASSES).inverted()),
    }
}

fn any_literal(random: &mut Random) -> Option<Wanted> {
    let case = *random.one_of(&[Case::Exact, Case::IgnoreAscii]);
    let text = *random.one_of(&[
        "",
        ",",
        " ",
        "x",
        "0",
        ".",
        ": ",
        "\" \"",
        "a1,",
        "] [ab",
        "12345678",
        "x-12345678",
        ", a long one",
    ]);
    (!text.is_empty()).then_some(Wanted { text, case })
}

/// Pieces that the moves take, or nearly.
const PIECES: [&str; 25] = [
    "1",
    "-12",
    "+ 3",
    "0x",
    "0",
    "1.5",
    "-.25",
    ".",
    "12345678901234567890",
    "a",
    "A1",
    "zz_9",
    " ",
    "\t",
    ",",
    ": ",
    "\" \"",
    "] [AB",
    "x-12345678",
    ", A LONG one",
    "0000000000000000000000000000000000000000000000000000000000000000000000000000.5",
    "\x1f",
    "é",
    "→x",
    "\u{10ffff}1",
];

/// Records with `gap` between them, and what a move from somewhere inside of each does: `None` if it fails.
struct Records {
    block: Vec<u8>,
    at: Vec<u32>,
    end: Vec<u32>,
}

fn records(random: &mut Random, count: usize) -> Records {
    let (mut block, mut at, mut end) = (Vec::new(), Vec::new(), Vec::new());
    let gap = *random.one_of(&["", "\n", "\r\n", "\u{ff}"]);
    for _ in 0..count {
        let start = block.len();
        for _ in 0..random.below(7) {
            block.extend_from_slice(random.one_of(&PIECES).as_bytes());
        }
        at.push((start + random.below((block.len() - start).min(3) + 1)) as u32);
        // One in eight has failed before.
        end.push(if random.below(8) == 0 { 0 } else { block.len() as u32 });
        block.extend_from_slice(gap.as_bytes());
    }
    Records { block, at, end }
}

/// Makes the move with the kernel, and compares it with the reference.
fn check(kernels: &Kernels, block: &[u8], at: &[u32], end: &[u32], take: Take, wanted: Option<&Wanted>) {
    let literal = wanted.map(Wanted::literal);
    let (mut now, mut ends, mut taken) = (at.to_vec(), end.to_vec(), vec![Span::default(); at.len()]);
    let cursors = Cursors { at: &mut now, end: &mut ends, taken: &mut taken };
    let failed = kernels.walk(block, take, literal.as_ref(), cursors);
    let mut expected_failures = 0;
    for row in 0..at.len() {
        let (from, last) = (at[row] as usize, end[row] as usize);
        let context = || format!("{take:?} {wanted:?} from {from} to {last} of {:?}", String::from_utf8_lossy(block));
        match reference(&block[..last], from, take, wanted) {
            Some((to, next)) => {
                assert_eq!((now[row] as usize, ends[row] as usize), (next, last), "{}", context());
                assert_eq!(taken[row], Span::new(from as u32, to as u32), "{}", context());
            }
            None => {
                assert_eq!((now[row] as usize, ends[row]), (from, 0), "{}", context());
                expected_failures += usize::from(last != 0);
            }
        }
    }
    assert_eq!(failed, expected_failures, "{take:?} {wanted:?}");
}

fn a_move_ends_where_the_reference_ends(kernels: &Kernels) {
    let mut random = Random(11);
    for _ in 0..cases(40_000) {
        let count = 1 + random.below(40);
        let Records { block, at, end } = records(&mut random, count);
        let (take, literal) = (any_take(&mut random), any_literal(&mut random));
        check(kernels, &block, &at, &end, take, literal.as_ref());
    }
}

fn fields_of_every_length_are_taken(kernels: &Kernels) {
    let comma = Literal::new(b",", Case::Exact);
    for length in 0..200 {
        for (member, take) in [
            (b'7', Take::Integer),
            (b'a', Take::Run(Class::LETTERS)),
            (b'7', Take::Run(Class::DIGITS)),
            (b'-', Take::Run(Class::WORD.inverted())),
            (b'-', Take::Until(1)),
        ] {
            let mut block = vec![b';'; 64];
            block.extend(std::iter::repeat_n(member, length));
            block.extend_from_slice(b",;");
            let end = block.len() as u32 - 1;
            block.extend_from_slice(&[b'7'; 300]);
            let (mut at, mut ends, mut taken) = ([64], [end], [Span::default()]);
            let cursors = Cursors { at: &mut at, end: &mut ends, taken: &mut taken };
            // "-" and "," are no word characters.
            let literal = comma.as_ref().filter(|_| take != Take::Run(Class::WORD.inverted()));
            let failed = kernels.walk(&block, take, literal, cursors);
            let to = if literal.is_some() { end - 1 } else { end };
            if length == 0 && literal.is_some() {
                assert_eq!((failed, at, ends), (1, [64], [0]), "{take:?}");
            } else {
                assert_eq!((failed, at, taken), (0, [end], [Span::new(64, to)]), "{take:?} {length}");
            }
        }
        for places in 1..80 {
            let number = format!("-{}.{},", "1".repeat(length), "2".repeat(places));
            let block = format!("{number}{}", "3".repeat(200));
            let (mut at, mut ends, mut taken) = ([0], [number.len() as u32], [Span::default()]);
            let cursors = Cursors { at: &mut at, end: &mut ends, taken: &mut taken };
            assert_eq!(kernels.walk(block.as_bytes(), Take::Decimal, comma.as_ref(), cursors), 0);
            assert_eq!(taken, [Span::new(0, number.len() as u32 - 1)]);
        }
    }
}

/// Many records, in each of which the literal is somewhere else, or nearly stands somewhere, or does not stand at all.
fn a_literal_is_found_however_far_it_is_from_record_to_record(kernels: &Kernels) {
    let mut random = Random(13);
    for _ in 0..cases(2_000) {
        let text = *random.one_of(&["]", ",", "\" \"", ", ", "] \"", "a1,", " - - [", "a long literal, "]);
        let wanted = Wanted { text, case: *random.one_of(&[Case::Exact, Case::IgnoreAscii]) };
        let farthest = *random.one_of(&[8, 40, 100, 400]);
        let (mut block, mut at, mut end) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..40 + random.below(60) {
            at.push(block.len() as u32);
            block.extend(std::iter::repeat_n(b'-', random.below(farthest)));
            // Its last byte alone, and its first ones.
            block.extend_from_slice(&text.as_bytes()[random.below(text.len())..]);
            block.extend(std::iter::repeat_n(b'+', random.below(farthest)));
            block.extend_from_slice(&text.as_bytes()[..random.below(text.len())]);
            if random.below(20) > 0 {
                block.extend_from_slice(text.as_bytes());
            }
            end.push(if random.below(20) == 0 { 0 } else { block.len() as u32 });
            block.extend_from_slice(b"--\n");
        }
        check(kernels, &block, &at, &end, Take::Until(random.below(3)), Some(&wanted));
    }
}

fn a_cursor_that_has_failed_stays_where_it_is(kernels: &Kernels) {
    let block = "1,2,".repeat(100);
    let comma = Literal::new(b",", Case::Exact);
    for at in 0..block.len() as u32 {
        let (mut now, mut end, mut taken) = ([at], [0], [Span::default()]);
        for take in [
            Take::Nothing,
            Take::Integer,
            Take::Decimal,
            Take::Until(0),
            Take::Rest(0),
            Take::Run(Class::SPACE.inverted()),
        ] {
            for literal in [comma.as_ref(), None] {
                let cursors = Cursors { at: &mut now, end: &mut end, taken: &mut taken };
                assert_eq!(kernels.walk(block.as_bytes(), take, literal, cursors), 0);
                assert_eq!((now, end), ([at], [0]), "{take:?}");
            }
        }
    }
}

fn no_load_leaves_the_block_even_at_its_end(kernels: &Kernels) {
    let mut memory = Guarded::new(8192);
    let mut random = Random(12);
    for round in 0..cases(20_000) {
        let count = 1 + random.below(9);
        let Records { block, at, end } = records(&mut random, count);
        let (take, literal) = (any_take(&mut random), any_literal(&mut random));
        let block = memory.hold(&block[..block.len().min(8192)], round % 2 == 0);
        if end.iter().all(|&end| end as usize <= block.len()) {
            check(kernels, block, &at, &end, take, literal.as_ref());
        }
    }
}
