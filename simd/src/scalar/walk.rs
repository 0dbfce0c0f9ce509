//! Moves of cursors, a byte at a time.

use crate::literal::Literal;
use crate::walk::{Class, Cursors, Take};
use crate::window::Word;

/// Twin of `Kernels::walk`: the algorithm of the others, with words for registers. What is plain about it are the moves below,
/// which all of them use where a record is too near to the end of its block, and which they are tested against.
pub(crate) fn walk(block: &[u8], take: Take, literal: Option<&Literal>, cursors: Cursors<'_>) -> usize {
    crate::generic::walk::walk_in::<Word>((), block, take, literal, cursors)
}

/// Where a move from `from` ends: what it took, and the literal behind that; `None` if it cannot be made.
///
/// It may end behind the end of its record: whoever asks looks.
pub(crate) fn step(
    block: &[u8],
    take: Take,
    literal: Option<&Literal>,
    from: usize,
    end: usize,
) -> Option<(usize, usize)> {
    let record = block.get(..end)?;
    let taken = match take {
        Take::Nothing => from,
        Take::Run(class) => from + positive(run(record, class, from))?,
        Take::Integer => integer(record, from)?,
        Take::Decimal => decimal(record, from)?,
        Take::Until(least) => {
            let literal = literal?;
            (from + least..end).find(|&at| literal.stands_at(record, at))?
        }
        Take::Rest(least) => {
            let taken = end.checked_sub(literal.map_or(0, Literal::len))?;
            Some(taken).filter(|taken| from + least.max(1) <= *taken)?
        }
    };
    match literal {
        None => Some((taken, taken)),
        Some(literal) => literal.stands_at(record, taken).then(|| (taken, taken + literal.len())),
    }
}

fn positive(length: usize) -> Option<usize> {
    Some(length).filter(|&length| length > 0)
}

/// How many bytes of `class` stand at `from`.
fn run(record: &[u8], class: Class, from: usize) -> usize {
    record.get(from..).unwrap_or_default().iter().take_while(|&&byte| class.contains(byte)).count()
}

/// How many bytes of a sign stand at `from`, `most` or less.
fn signs(record: &[u8], from: usize, most: usize) -> usize {
    let rest = record.get(from..).unwrap_or_default();
    rest.iter().take(most).take_while(|&&byte| is_sign(byte)).count()
}

const SIGNS: u64 = 1 << b'-' | 1 << b'+' | 1 << b' ';
const DIGITS: u64 = 0x3ff << b'0';

/// Whether it may stand in front of a number. Without a branch: in some columns every other number has a sign.
#[inline(always)]
pub(crate) fn is_sign(byte: u8) -> bool {
    (SIGNS >> (byte & 63) & u64::from(byte < 64)) == 1
}

/// Whether it is a digit or may stand in front of one, as [`is_sign`].
#[inline(always)]
pub(crate) fn begins_number(byte: u8) -> bool {
    ((SIGNS | DIGITS) >> (byte & 63) & u64::from(byte < 64)) == 1
}

/// Whether `byte` makes a prefix for a base of a zero in front of it.
#[inline(always)]
pub(crate) fn is_base(byte: u8) -> bool {
    matches!(byte | 0x20, b'b' | b'o' | b'x')
}

fn integer(record: &[u8], from: usize) -> Option<usize> {
    let first = from + signs(record, from, 2);
    let length = positive(run(record, Class::DIGITS, first))?;
    let has_prefix = length == 1 && record[first] == b'0' && record.get(first + 1).is_some_and(|&byte| is_base(byte));
    (!has_prefix).then_some(first + length)
}

fn decimal(record: &[u8], from: usize) -> Option<usize> {
    let first = from + signs(record, from, 1);
    let point = first + run(record, Class::DIGITS, first);
    if record.get(point) != Some(&b'.') {
        return None;
    }
    Some(point + 1 + positive(run(record, Class::DIGITS, point + 1))?)
}
