//! Blocks of whole records, cut out of memory or of a stream.
//!
//! A block ends in a newline unless its source ends there. Two kinds of records are not whole, and come as a block of their own that says
//! so: one that is too long, of which only the beginning is kept, and one that the source broke off in.
//!
//! A block begins with the text of a record: a [mark or a hole](super::lead) before it is passed. So a hole, which may be much larger than a block, is never
//! held, and no part of the length of its record.

use std::{
    io::{self, Read},
    mem,
    ops::Range,
    time::Instant,
};

use bytes::Bytes;
use encoding_rs::Encoding;

use super::{
    block::{Fault, Holder, Memory},
    cut::{Cut, Passed},
    lead::{Beginning, Lead, MARK_16, without_last_hole},
    sniff::Begun,
    stream::{Plain, Stream, is_passing},
    utf16::Utf16,
};
use crate::limits;

/// What came of reading a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// A block.
    Block,
    /// There is none yet.
    Later,
    /// The source has ended.
    End,
}

pub(super) enum Source<'a> {
    /// Memory, and how much of it was given out.
    Memory {
        data: Memory<'a>,
        used: usize,
    },
    Stream(StreamBlocks<'a>),
}

/// When whole records are given that do not fill a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// When the source has ended.
    Whole,
    /// When the source has ended, or says that it has nothing yet.
    Full,
    /// When the time is over, too.
    Timed,
    /// When a read gave less than it was asked for, too: the next may wait, and nobody knows how long.
    Short,
}

/// A stream, and what was read of it but not given out.
pub(super) struct StreamBlocks<'a> {
    pub(super) stream: Box<dyn Stream + 'a>,
    pub(super) pace: Pace,
    rest: Vec<u8>,
    /// How much of the rest is known to hold no newline.
    searched: usize,
    /// The record that is being skipped, since it is too long.
    skipped: Option<Skipped>,
    state: State,
}

enum State {
    Open,
    Ended,
    /// What broke it; `None` when that was told.
    Failed(Option<io::Error>),
}

/// A record that is too long, as far as it was read.
struct Skipped {
    excerpt: Vec<u8>,
    length: u64,
    /// How many newlines it has after the excerpt.
    unseen_lines: u64,
    /// Its last line was not read to its end.
    is_in_line: bool,
}

impl Skipped {
    /// Takes in the next bytes of the record, which `read` begins with.
    fn advance(&mut self, read: &mut Vec<u8>, bytes: usize) {
        self.length += bytes as u64;
        self.unseen_lines += newlines(&read[..bytes]);
        read.drain(..bytes);
    }
}

/// How many newlines there are.
fn newlines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

impl<'a> Source<'a> {
    pub(super) fn stream(stream: Box<dyn Stream + 'a>, pace: Pace) -> Source<'a> {
        let (rest, searched, skipped) = (Vec::new(), 0, None);
        Source::Stream(StreamBlocks { stream, pace, rest, searched, skipped, state: State::Open })
    }

    /// Reads the next block into `holder`, and counts in `lead` what was passed before it. There is none yet if it is not complete by `end`.
    ///
    /// # Errors
    /// What broke a stream, once all that was read before is given out; and one that [passes](is_passing), after which the call can be made again.
    pub(super) fn read(
        &mut self,
        cut: Cut<'_>,
        end: Instant,
        lead: &mut Lead,
        holder: &mut Holder<'a>,
    ) -> io::Result<Next> {
        if let Source::Memory { data, used } = self {
            match lead.pass(&data.bytes()[*used..]) {
                Beginning::After(passed) => *used += passed,
                Beginning::MayBeMark => {}
                Beginning::Utf16(encoding) => {
                    let units = Plain(Unread { data: data.clone(), used: *used + MARK_16 });
                    *self = Source::stream(Box::new(Utf16::new(units, encoding)), Pace::Full);
                }
            }
        }
        match self {
            Source::Memory { data, used } => {
                let rest = &data.bytes()[*used..];
                let (size, many) = (cut.size, cut.too_many());
                let found = match cut.last_end(&rest[..size.min(rest.len())], &mut 0) {
                    _ if rest.len() <= size => Ok(without_last_hole(rest)),
                    Some(end) => Ok(end),
                    None => match cut.next_end(rest, size) {
                        Some(end) if end <= many => Ok(end),
                        None if rest.len() < many => Ok(without_last_hole(rest)),
                        end => Err(end.unwrap_or(rest.len())),
                    },
                };
                let (length, extent, fault) = match found {
                    Ok(length) => (length, length, None),
                    Err(extent) => (limits::EXCERPT_BYTES, extent, Some(Fault::TooLong)),
                };
                holder.unseen_lines = newlines(&rest[length..extent]);
                let place = *used..*used + length;
                holder.hold(data.clone(), place, extent as u64, fault);
                *used += extent;
                Ok(if extent == 0 { Next::End } else { Next::Block })
            }
            Source::Stream(reading) => reading.read(cut, end, lead, holder),
        }
    }
}

/// Memory from some place on, as a reader.
struct Unread<'a> {
    data: Memory<'a>,
    used: usize,
}

impl Read for Unread<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = (&self.data.bytes()[self.used..]).read(buffer)?;
        self.used += read;
        Ok(read)
    }
}

impl<'a> StreamBlocks<'a> {
    fn read(&mut self, cut: Cut<'_>, end: Instant, lead: &mut Lead, holder: &mut Holder<'a>) -> io::Result<Next> {
        if self.skipped.is_some() {
            return self.skip(cut, end, holder);
        }
        let size = cut.size;
        let mut filled = self.rest.len();
        let mut buffer = if filled < size { holder.take_buffer(size) } else { mem::take(&mut self.rest) };
        buffer[..self.rest.len()].copy_from_slice(&self.rest);
        self.rest.clear();
        // How much of the buffer is known to hold no newline.
        let mut searched = mem::take(&mut self.searched);
        let (mut is_due, mut is_late, mut passing) = (false, false, None);
        // Whether the text of the first record has begun.
        let mut has_text = false;
        let (length, fault) = loop {
            if !has_text {
                match lead.pass(&buffer[..filled]) {
                    Beginning::After(0) => has_text = filled > 0,
                    Beginning::After(passed) => {
                        buffer.copy_within(passed..filled, 0);
                        (filled, searched) = (filled - passed, 0);
                        has_text = filled > 0;
                    }
                    Beginning::MayBeMark => {}
                    Beginning::Utf16(encoding) => {
                        self.read_as(encoding, buffer[MARK_16..filled].to_vec());
                        (filled, searched) = (0, 0);
                    }
                }
            }
            let (has_failed, has_ended) = (matches!(self.state, State::Failed(_)), self.has_ended());
            // Where records have several lines it takes longer to find out.
            let is_asked = cut.heads.is_none() || is_due || has_failed || filled >= size.min(cut.too_many());
            let found = if is_asked { cut.last_end(&buffer[..filled], &mut searched) } else { None };
            match found {
                Some(end) if (filled >= size || is_due) && !has_ended || has_failed => break (end, None),
                _ if has_ended => {
                    let fault = (has_failed && found.is_none()).then_some(Fault::BrokenOff);
                    break (without_last_hole(&buffer[..filled]), fault);
                }
                _ => {}
            }
            // So much belongs to one record: if no line was found to end, all.
            let one = if searched == 0 { filled } else { searched };
            if is_asked && found.is_none() && one >= cut.too_many() {
                let excerpt = buffer[..limits::EXCERPT_BYTES].to_vec();
                let unseen_lines = newlines(&buffer[excerpt.len()..one]);
                self.skipped =
                    Some(Skipped { excerpt, length: one as u64, unseen_lines, is_in_line: buffer[one - 1] != b'\n' });
                self.rest.extend_from_slice(&buffer[one..filled]);
                drop(buffer);
                return self.skip(cut, end, holder);
            }
            if is_late {
                self.searched = searched;
                self.keep(buffer, filled, size, holder);
                return passing.map_or(Ok(Next::Later), Err);
            }
            let room = if filled < size { size } else { (filled * 2).min(cut.most_held().max(size)) };
            buffer.resize(buffer.len().max(room), 0);
            match self.stream.read(&mut buffer[filled..room], end) {
                Ok(0) => self.state = State::Ended,
                Ok(read) => {
                    filled += read;
                    is_late = Instant::now() >= end;
                    is_due = match self.pace {
                        Pace::Full | Pace::Whole => false,
                        Pace::Timed => is_late,
                        Pace::Short => filled < room,
                    };
                }
                Err(error) if is_passing(&error) => {
                    is_late = true;
                    let is_early = error.kind() == io::ErrorKind::WouldBlock;
                    is_due = is_early && self.pace != Pace::Whole;
                    passing = Some(error).filter(|_| !is_early);
                }
                Err(error) => self.state = State::Failed(Some(error)),
            }
        };
        self.rest.extend_from_slice(&buffer[length..filled]);
        holder.hold(Memory::Shared(Bytes::from(buffer)), 0..length, length as u64, fault);
        holder.unseen_lines = 0;
        match &mut self.state {
            _ if length > 0 => Ok(Next::Block),
            State::Failed(error) => error.take().map_or(Ok(Next::End), Err),
            State::Open | State::Ended => Ok(Next::End),
        }
    }

    /// Reads the stream, of which `beginning` was read after its mark, as text in this encoding.
    fn read_as(&mut self, encoding: &'static Encoding, beginning: Vec<u8>) {
        let stream = mem::replace(&mut self.stream, Box::new(Plain(io::empty())));
        self.stream = Box::new(Utf16::new(Begun::new(beginning, stream), encoding));
    }

    fn has_ended(&self) -> bool {
        !matches!(self.state, State::Open)
    }

    /// Keeps what was read for the next call: a large buffer as it is, since copying it each time would take longer than reading.
    fn keep(&mut self, mut buffer: Vec<u8>, filled: usize, size: usize, holder: &mut Holder<'a>) {
        if filled < size {
            self.rest.extend_from_slice(&buffer[..filled]);
            holder.hold(Memory::Shared(Bytes::from(buffer)), 0..0, 0, None);
        } else {
            buffer.truncate(filled);
            self.rest = buffer;
        }
    }

    /// Reads on to the end of a record that is too long, without keeping it. What was read and is not known to belong to it is in `rest`.
    fn skip(&mut self, cut: Cut<'_>, end: Instant, holder: &mut Holder<'a>) -> io::Result<Next> {
        let Some(mut skipped) = self.skipped.take() else { return Ok(Next::Later) };
        let mut buffer = holder.take_buffer(cut.size.max(super::stream::CHUNK));
        let mut is_late = false;
        loop {
            if skipped.is_in_line {
                let newline = memchr::memchr(b'\n', &self.rest);
                skipped.is_in_line = newline.is_none();
                let bytes = newline.map_or(self.rest.len(), |newline| newline + 1);
                skipped.advance(&mut self.rest, bytes);
            }
            if !skipped.is_in_line {
                let Passed { bytes, is_end } = cut.pass(&self.rest, self.has_ended());
                skipped.advance(&mut self.rest, bytes);
                if is_end {
                    break;
                }
            }
            if cut.stops || self.has_ended() {
                break;
            }
            let read = if is_late { Err(io::ErrorKind::WouldBlock.into()) } else { self.stream.read(&mut buffer, end) };
            match read {
                Ok(0) => self.state = State::Ended,
                Ok(read) => {
                    self.rest.extend_from_slice(&buffer[..read]);
                    is_late = Instant::now() >= end;
                }
                Err(error) if is_passing(&error) => {
                    self.skipped = Some(skipped);
                    holder.hold(Memory::Shared(Bytes::from(buffer)), 0..0, 0, None);
                    let is_interrupted = error.kind() == io::ErrorKind::Interrupted;
                    return if is_interrupted { Err(error) } else { Ok(Next::Later) };
                }
                Err(error) => self.state = State::Failed(Some(error)),
            }
        }
        let Skipped { excerpt, length, unseen_lines, .. } = skipped;
        let place = 0..excerpt.len();
        holder.hold(Memory::Shared(Bytes::from(excerpt)), place, length, Some(Fault::TooLong));
        holder.unseen_lines = unseen_lines;
        Ok(Next::Block)
    }
}

impl<'a> Holder<'a> {
    fn hold(&mut self, memory: Memory<'a>, place: Range<usize>, extent: u64, fault: Option<Fault>) {
        (self.memory, self.place, self.extent, self.fault) = (memory, place, extent, fault);
    }

    /// A buffer to read into, of `size` bytes or more: that of the last block, if nobody else has it.
    fn take_buffer(&mut self, size: usize) -> Vec<u8> {
        self.place = 0..0;
        let mut buffer = match mem::replace(&mut self.memory, Memory::Shared(Bytes::new())) {
            Memory::Shared(bytes) => bytes.try_into_mut().map_or_else(|_| vec![0; size], Vec::from),
            Memory::Lent(_) => vec![0; size],
        };
        buffer.resize(buffer.len().max(size), 0);
        buffer
    }
}
