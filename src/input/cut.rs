//! Where blocks are cut: after a newline, and where records may have several lines, before a line that begins one.
//!
//! A line *begins* a record if [`Heads`] says so. It *splits* records if it begins one, or if there is a hole before it: what comes after a hole, up to
//! the next line that begins a record, belongs to none, as do lines before the first. So a block begins with a record, or its first lines belong to none;
//! which of the two, its first line tells, and nothing need be known of the blocks before it.

use std::fmt;

use crate::limits;

/// Says which lines begin a record.
pub(crate) trait Heads: fmt::Debug + Sync {
    /// Whether a line does, given without its newline, without a `\r` before that, and without a hole before it. A line that is too long for a record does.
    fn begins(&self, line: &[u8]) -> bool;
}

/// How blocks are cut.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut<'h> {
    /// About how many bytes make a block.
    pub(crate) size: usize,
    /// How many bytes a record may have, without its newline.
    pub(crate) longest: usize,
    /// Whether a record that is too long is told at once, and what comes after it is of no use. Else it is read to its end first.
    pub(crate) stops: bool,
    /// Which lines begin a record; `None` if each does.
    pub(crate) heads: Option<&'h dyn Heads>,
}

/// A part of a record that is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Passed {
    pub(super) bytes: usize,
    /// Whether the record ends there.
    pub(super) is_end: bool,
}

impl Cut<'_> {
    /// A record with so many bytes is too long, even if the last of them is a `\r` before its newline. Its excerpt is among them.
    pub(crate) fn too_many(self) -> usize {
        self.longest.max(limits::EXCERPT_BYTES) + 2
    }

    /// How many bytes must be read to know whether a record is too long: the line after it may have to be known.
    pub(super) fn most_held(self) -> usize {
        if self.heads.is_some() { 2 * self.too_many() } else { self.too_many() }
    }

    /// Where the last records in `bytes` end that are whole, whatever comes after; `None` if there are none. Then no more is to be looked for in the first
    /// `searched` bytes.
    pub(super) fn last_end(self, bytes: &[u8], searched: &mut usize) -> Option<usize> {
        let newline = memchr::memrchr(b'\n', &bytes[*searched..]).map(|at| *searched + at);
        let Some(heads) = self.heads else {
            *searched = if newline.is_none() { bytes.len() } else { *searched };
            return newline.map(|newline| newline + 1);
        };
        let rest = newline.map_or(*searched, |newline| newline + 1);
        if rest > 0 && self.splits_unfinished(&bytes[rest..]) {
            return Some(rest);
        }
        let mut end = rest;
        while end > *searched {
            let start = memchr::memrchr(b'\n', &bytes[..end - 1]).map_or(0, |newline| newline + 1);
            let line = without_return(&bytes[start..end - 1]);
            if start == 0 {
                // Lines that belong to no record are each whole.
                if !heads.begins(line) {
                    return Some(rest);
                }
            } else if splits(heads, line) {
                return Some(start);
            }
            end = start;
        }
        *searched = rest;
        None
    }

    /// Where a record ends that has byte `from` or the one before it, if it ends before a byte of `bytes`, or at a newline.
    pub(super) fn next_end(self, bytes: &[u8], from: usize) -> Option<usize> {
        let Some(heads) = self.heads else {
            return memchr::memchr(b'\n', &bytes[from..]).map(|newline| from + newline + 1);
        };
        let mut start = memchr::memrchr(b'\n', &bytes[..from]).map_or(0, |newline| newline + 1);
        if start == 0 {
            let newline = memchr::memchr(b'\n', bytes)?;
            start = newline + 1;
            if !heads.begins(without_return(&bytes[..newline])) {
                return Some(start);
            }
        }
        let Passed { bytes: more, is_end } = self.pass_lines(heads, &bytes[start..], true);
        is_end.then_some(start + more)
    }

    /// How many bytes that come after a line of a record belong to it, as far as is known; `is_all` if no more come.
    pub(super) fn pass(self, bytes: &[u8], is_all: bool) -> Passed {
        match self.heads {
            Some(heads) => self.pass_lines(heads, bytes, is_all),
            None => Passed { bytes: 0, is_end: true },
        }
    }

    /// How much of a line must be known to say whether it [splits](Self::splits_at) records.
    pub(super) fn most_told(self) -> usize {
        if self.heads.is_some() { self.longest + 2 } else { 1 }
    }

    /// Whether a line of which so much is known splits records: all of it with its newline, or as much as [must be known](Self::most_told).
    pub(super) fn splits_at(self, line: &[u8]) -> bool {
        let Some(heads) = self.heads else { return true };
        splits(heads, line.strip_suffix(b"\n").map_or(line, without_return))
    }

    fn pass_lines(self, heads: &dyn Heads, bytes: &[u8], is_all: bool) -> Passed {
        let mut start = 0;
        while start < bytes.len() {
            let line = &bytes[start..];
            let newline = memchr::memchr(b'\n', line);
            let is_end = match newline {
                Some(newline) => splits(heads, without_return(&line[..newline])),
                None if is_all => splits(heads, line),
                None => self.splits_unfinished(line),
            };
            match newline {
                _ if is_end => return Passed { bytes: start, is_end },
                Some(newline) => start += newline + 1,
                None if is_all => start = bytes.len(),
                None => break,
            }
        }
        Passed { bytes: start, is_end: false }
    }

    /// Whether a line splits records whose end was not read, as far as is known.
    fn splits_unfinished(self, line: &[u8]) -> bool {
        line.first() == Some(&0) || line.len() >= self.longest + 2
    }
}

fn splits(heads: &dyn Heads, line: &[u8]) -> bool {
    line.first() == Some(&0) || heads.begins(line)
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}
