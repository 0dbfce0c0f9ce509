//! One move of one cursor, a byte at a time: for records too near to the end of their block for a load, on every instruction set.

use crate::literal::Literal;
use crate::walk::{Class, Take};

/// One move from `from` in a record that ends at `end`: where the field ends, and where the literal after it does. `None` if there is no
/// such field.
///
/// The answer may lie after `end`, or be `from` itself. The caller must check both.
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

/// How many bytes of `class` there are at `from`.
fn run(record: &[u8], class: Class, from: usize) -> usize {
    record.get(from..).unwrap_or_default().iter().take_while(|&&byte| class.contains(byte)).count()
}

/// How many signs there are at `from`, `most` at most.
fn signs(record: &[u8], from: usize, most: usize) -> usize {
    let rest = record.get(from..).unwrap_or_default();
    rest.iter().take(most).take_while(|&&byte| is_sign(byte)).count()
}

const SIGNS: u64 = 1 << b'-' | 1 << b'+' | 1 << b' ';
const DIGITS: u64 = 0x3ff << b'0';

/// Whether it may be before the digits of a number. There is no branch, which could not be predicted where every other number has a sign.
#[inline(always)]
pub(crate) fn is_sign(byte: u8) -> bool {
    (SIGNS >> (byte & 63) & u64::from(byte < 64)) == 1
}

/// Whether it is a digit or a sign, likewise.
#[inline(always)]
pub(crate) fn begins_number(byte: u8) -> bool {
    ((SIGNS | DIGITS) >> (byte & 63) & u64::from(byte < 64)) == 1
}

/// Whether `byte` after a zero makes a base prefix, as in `0x`.
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
