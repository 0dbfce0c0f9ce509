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
    lead::{Beginning, Lead, MARK_16, without_last_hole},
    sniff::Begun,
    stream::{Plain, Stream, is_passing},
    utf16::Utf16,
};
use crate::limits;

/// How blocks are cut.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    /// About how many bytes make a block.
    pub(crate) size: usize,
    /// How many bytes a record may have, without its newline.
    pub(crate) longest: usize,
    /// Whether a record that is too long is told at once, and what comes after it is of no use. Else it is read to its end first.
    pub(crate) stops: bool,
}

impl Cut {
    /// A record with so many bytes is too long, even if the last of them is a `\r` before its newline. Its excerpt is among them.
    pub(crate) fn too_many(self) -> usize {
        self.longest.max(limits::EXCERPT_BYTES) + 2
    }
}

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
        cut: Cut,
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
                let size = cut.size;
                let many = cut.too_many();
                let found = match memchr::memrchr(b'\n', &rest[..size.min(rest.len())]) {
                    _ if rest.len() <= size => Ok(without_last_hole(rest)),
                    Some(newline) => Ok(newline + 1),
                    None => match memchr::memchr(b'\n', &rest[size..rest.len().min(many).max(size)]) {
                        Some(newline) => Ok(size + newline + 1),
                        None if rest.len() < many => Ok(rest.len()),
                        None => Err(memchr::memchr(b'\n', &rest[size..]).map(|newline| size + newline)),
                    },
                };
                let (length, extent, fault) = match found {
                    Ok(length) => (length, length, None),
                    Err(newline) => {
                        let extent = newline.map_or(rest.len(), |newline| newline + 1);
                        (limits::EXCERPT_BYTES, extent, Some(Fault::TooLong))
                    }
                };
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
    fn read(&mut self, cut: Cut, end: Instant, lead: &mut Lead, holder: &mut Holder<'a>) -> io::Result<Next> {
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
        let length = loop {
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
            let newline = memchr::memrchr(b'\n', &buffer[searched..filled]).map(|at| searched + at);
            match newline {
                Some(newline) if (filled >= size || is_due) && !self.has_ended() => break newline + 1,
                Some(newline) if matches!(self.state, State::Failed(_)) => break newline + 1,
                None => searched = filled,
                _ => {}
            }
            if self.has_ended() {
                break without_last_hole(&buffer[..filled]);
            }
            if searched >= cut.too_many() {
                let excerpt = buffer[..limits::EXCERPT_BYTES].to_vec();
                self.skipped = Some(Skipped { excerpt, length: filled as u64 });
                drop(buffer);
                return self.skip(cut, end, holder);
            }
            if is_late {
                self.searched = searched;
                self.keep(buffer, filled, size, holder);
                return passing.map_or(Ok(Next::Later), Err);
            }
            let room = if filled < size { size } else { (filled * 2).min(cut.too_many().max(size)) };
            buffer.resize(buffer.len().max(room), 0);
            match self.stream.read(&mut buffer[filled..room], end) {
                Ok(0) => self.state = State::Ended,
                Ok(read) => {
                    filled += read;
                    is_late = Instant::now() >= end;
                    is_due = match self.pace {
                        Pace::Full => false,
                        Pace::Timed => is_late,
                        Pace::Short => filled < room,
                    };
                }
                Err(error) if is_passing(&error) => {
                    is_late = true;
                    is_due = error.kind() == io::ErrorKind::WouldBlock;
                    passing = Some(error).filter(|_| !is_due);
                }
                Err(error) => self.state = State::Failed(Some(error)),
            }
        };
        let breaks_off =
            length == filled && matches!(self.state, State::Failed(_)) && !buffer[..filled].ends_with(b"\n");
        self.rest.extend_from_slice(&buffer[length..filled]);
        let fault = (breaks_off && length > 0).then_some(Fault::BrokenOff);
        holder.hold(Memory::Shared(Bytes::from(buffer)), 0..length, length as u64, fault);
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

    /// Reads on to the end of a record that is too long, without keeping it.
    fn skip(&mut self, cut: Cut, end: Instant, holder: &mut Holder<'a>) -> io::Result<Next> {
        let Some(mut skipped) = self.skipped.take() else { return Ok(Next::Later) };
        let mut buffer = holder.take_buffer(cut.size.max(super::stream::CHUNK));
        let mut is_late = false;
        let newline = loop {
            if cut.stops || self.has_ended() {
                break false;
            }
            let read = if is_late { Err(io::ErrorKind::WouldBlock.into()) } else { self.stream.read(&mut buffer, end) };
            match read {
                Ok(0) => self.state = State::Ended,
                Ok(read) => {
                    let newline = memchr::memchr(b'\n', &buffer[..read]);
                    let more = newline.unwrap_or(read);
                    skipped.length += more as u64;
                    if let Some(newline) = newline {
                        self.rest.extend_from_slice(&buffer[newline + 1..read]);
                        break true;
                    }
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
        };
        let Skipped { excerpt, length } = skipped;
        let place = 0..excerpt.len();
        holder.hold(Memory::Shared(Bytes::from(excerpt)), place, length + u64::from(newline), Some(Fault::TooLong));
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
