//! Compressed streams, member after member, so that nothing that was unpacked before the damage is lost.

use std::{io, time::Instant};

use super::{
    codec::{After, Codec, Decoder, Done},
    stream::{CHUNK, Stream},
};

/// A stream that is compressed.
pub(super) struct Unpack<S> {
    codec: Codec,
    stream: S,
    /// What was read of it, of which `used` bytes are done with.
    packed: Vec<u8>,
    used: usize,
    /// Where `packed` begins in the stream.
    offset: u64,
    /// How many bytes were unpacked.
    unpacked: u64,
    /// The end of the stream was read.
    at_end: bool,
    member: Member,
    /// What broke, to be told when all that came before it was.
    failed: Option<io::Error>,
    note: Option<String>,
}

enum Member {
    Inside(Box<dyn Decoder>),
    /// A member has ended, and so many bytes of padding came after it.
    After(u64),
    /// There are no more.
    None,
}

impl<S: Stream> Unpack<S> {
    /// A stream that begins with a member.
    ///
    /// # Errors
    /// From [`Codec::decoder`].
    pub(super) fn new(codec: Codec, stream: S) -> io::Result<Unpack<S>> {
        let (member, packed) = (Member::Inside(codec.decoder()?), Vec::new());
        let (used, offset, unpacked) = (0, 0, 0);
        Ok(Unpack { codec, stream, packed, used, offset, unpacked, at_end: false, member, failed: None, note: None })
    }

    /// Reads until there are `count` packed bytes that were not used, or the stream has ended.
    fn fill(&mut self, count: usize, end: Instant) -> io::Result<()> {
        while self.packed.len() - self.used < count && !self.at_end {
            self.packed.drain(..self.used);
            self.offset += self.used as u64;
            self.used = 0;
            let known = self.packed.len();
            self.packed.resize((known + CHUNK / 2).max(CHUNK), 0);
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
        let (name, place, unpacked) = (self.codec.name(), self.place(), self.unpacked);
        io::Error::new(
            kind,
            format!("damaged {name} data at compressed byte {place}, after {unpacked} unpacked bytes: {what}"),
        )
    }

    /// Finds out what comes after a member and so much padding.
    fn look_on(&mut self, padding: u64, end: Instant) -> io::Result<()> {
        self.fill(self.codec.looks_at(), end)?;
        self.member = match self.codec.after(&self.packed[self.used..], padding) {
            After::Member => Member::Inside(self.codec.decoder()?),
            After::End => Member::None,
            After::Padding(bytes) => {
                self.used += bytes;
                Member::After(padding + bytes as u64)
            }
            After::Ignored => {
                let (name, place) = (self.codec.name(), self.place());
                self.note = Some(format!("ignored what follows the {name} data, from compressed byte {place} on"));
                Member::None
            }
            After::Wrong(what) => {
                self.member = Member::None;
                return Err(self.damage(io::ErrorKind::InvalidData, what));
            }
        };
        Ok(())
    }

    /// What came of a step: an error, or that more is to be done.
    fn step(&mut self, buffer: &mut [u8], end: Instant) -> io::Result<(usize, Option<io::Error>)> {
        let Member::Inside(decoder) = &mut self.member else { return Ok((0, None)) };
        let packed = &self.packed[self.used..];
        let (known, mut done) = (packed.len(), Done::default());
        let result = decoder.step(packed, buffer, &mut done);
        let wants = decoder.wants();
        self.used += done.taken;
        self.unpacked += done.unpacked as u64;
        let failed = match result {
            Ok(true) => {
                self.member = Member::After(0);
                None
            }
            Ok(false) if done != Done::default() => None,
            Ok(false) if known >= wants => Some(self.damage(io::ErrorKind::InvalidData, "the decompressor is stuck")),
            Ok(false) => {
                self.fill(wants, end)?;
                (self.packed.len() - self.used < wants)
                    .then(|| self.damage(io::ErrorKind::UnexpectedEof, "it ends in the middle"))
            }
            Err(what) => Some(self.damage(io::ErrorKind::InvalidData, &what)),
        };
        Ok((done.unpacked, failed))
    }
}

impl<S: Stream> Stream for Unpack<S> {
    fn read(&mut self, buffer: &mut [u8], end: Instant) -> io::Result<usize> {
        if let Some(error) = self.failed.take() {
            self.member = Member::None;
            return Err(error);
        }
        loop {
            match self.member {
                Member::None => return Ok(0),
                Member::After(padding) => {
                    self.look_on(padding, end)?;
                    continue;
                }
                Member::Inside(_) => {}
            }
            match self.step(buffer, end)? {
                (0, None) => {}
                (0, Some(error)) => {
                    self.member = Member::None;
                    return Err(error);
                }
                // The bytes that came with the error are good.
                (unpacked, failed) => {
                    self.failed = failed;
                    return Ok(unpacked);
                }
            }
        }
    }

    fn is_packed(&self) -> bool {
        true
    }

    fn notes(&mut self) -> Vec<String> {
        self.note.take().into_iter().collect()
    }
}
