//! gzip, member after member, so that nothing that was unpacked before the damage is lost.
//!
//! What comes after a member is taken as `gzip -d` takes it: another member, or zero bytes that pad it, which are nothing; anything else is
//! ignored, and noted. Frames, checksums and lengths are those of RFC 1952; the decompressor checks them.

use std::{io, time::Instant};

use flate2::{Decompress, FlushDecompress, Status};

use super::stream::{CHUNK, Stream};

/// The logarithm of the largest window that gzip has.
const WINDOW_BITS: u8 = 15;

/// What begins a member.
const MAGIC: [u8; 2] = [0x1f, 0x8b];

pub(super) struct Gzip<S> {
    stream: S,
    /// What was read of it, of which `used` bytes are done with.
    packed: Vec<u8>,
    used: usize,
    /// Where `packed` begins in the stream.
    offset: u64,
    /// The end of the stream was read.
    at_end: bool,
    member: Member,
    /// What broke, to be told when all that came before it was.
    failed: Option<io::Error>,
    note: Option<String>,
}

enum Member {
    Inside(Box<Decompress>),
    /// A member has ended.
    After,
    /// There are no more.
    None,
}

impl<S: Stream> Gzip<S> {
    pub(super) fn new(stream: S) -> Gzip<S> {
        Gzip {
            stream,
            packed: Vec::new(),
            used: 0,
            offset: 0,
            at_end: false,
            member: Member::Inside(begin()),
            failed: None,
            note: None,
        }
    }

    /// Reads until there are `count` packed bytes that were not used, or the stream has ended.
    fn fill(&mut self, count: usize, end: Instant) -> io::Result<()> {
        while self.packed.len() - self.used < count && !self.at_end {
            self.packed.drain(..self.used);
            self.offset += self.used as u64;
            self.used = 0;
            let known = self.packed.len();
            self.packed.resize(CHUNK, 0);
            let read = self.stream.read(&mut self.packed[known..], end);
            self.packed.truncate(known + *read.as_ref().unwrap_or(&0));
            self.at_end = read? == 0;
        }
        Ok(())
    }

    fn place(&self) -> u64 {
        self.offset + self.used as u64
    }

    fn damage(&self, kind: io::ErrorKind, what: &str) -> io::Error {
        io::Error::new(kind, format!("damaged gzip data at compressed byte {}: {what}", self.place()))
    }

    /// Finds out what comes after a member.
    fn look_on(&mut self, end: Instant) -> io::Result<()> {
        loop {
            self.fill(MAGIC.len(), end)?;
            let rest = &self.packed[self.used..];
            self.member = match rest.iter().position(|&byte| byte != 0) {
                None if rest.is_empty() => Member::None,
                None => {
                    self.used = self.packed.len();
                    continue;
                }
                Some(0) if rest.starts_with(&MAGIC) => Member::Inside(begin()),
                Some(0) => {
                    let place = self.place();
                    self.note = Some(format!("ignored what follows the gzip data, from compressed byte {place} on"));
                    Member::None
                }
                Some(padding) => {
                    self.used += padding;
                    continue;
                }
            };
            return Ok(());
        }
    }
}

fn begin() -> Box<Decompress> {
    Box::new(Decompress::new_gzip(WINDOW_BITS))
}

impl<S: Stream> Stream for Gzip<S> {
    fn read(&mut self, buffer: &mut [u8], end: Instant) -> io::Result<usize> {
        if let Some(error) = self.failed.take() {
            self.member = Member::None;
            return Err(error);
        }
        loop {
            let decompress = match &mut self.member {
                Member::None => return Ok(0),
                Member::After => {
                    self.look_on(end)?;
                    continue;
                }
                Member::Inside(decompress) => decompress,
            };
            let packed = &self.packed[self.used..];
            let before = (decompress.total_in(), decompress.total_out());
            // Also without input: there may be more to come of what was read.
            let status = decompress.decompress(packed, buffer, FlushDecompress::None);
            let taken = (decompress.total_in() - before.0) as usize;
            let unpacked = (decompress.total_out() - before.1) as usize;
            let has_more = taken < packed.len();
            self.used += taken;
            let failed = match status {
                Ok(Status::StreamEnd) => {
                    self.member = Member::After;
                    None
                }
                Ok(_) if unpacked > 0 || has_more && taken > 0 => None,
                Ok(_) if has_more => Some(self.damage(io::ErrorKind::InvalidData, "the decompressor is stuck")),
                Ok(_) => {
                    self.fill(1, end)?;
                    (self.used == self.packed.len())
                        .then(|| self.damage(io::ErrorKind::UnexpectedEof, "it ends in the middle"))
                }
                Err(error) => Some(self.damage(io::ErrorKind::InvalidData, &error.to_string())),
            };
            match failed {
                None if unpacked > 0 => return Ok(unpacked),
                None => {}
                // The bytes that came with the error are good.
                Some(error) if unpacked > 0 => {
                    self.failed = Some(error);
                    return Ok(unpacked);
                }
                Some(error) => {
                    self.member = Member::None;
                    return Err(error);
                }
            }
        }
    }

    fn notes(&mut self) -> Vec<String> {
        self.note.take().into_iter().collect()
    }
}
