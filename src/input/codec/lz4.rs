//! lz4: frames of the LZ4 Frame Format 1.6.4, with blocks that are read one at a time.

use std::hash::Hasher;

use lz4_flex::block::decompress_into_with_dict;
use twox_hash::XxHash32;

use super::decoder::{Decoder, Done};

/// How far a block may refer to those before it.
const WINDOW: usize = 1 << 16;

const MAGIC: usize = 4;

pub(super) struct Lz4 {
    state: State,
    frame: Frame,
    /// What was unpacked, of which `given` bytes were given; what was given and may be referred to is still there.
    text: Vec<u8>,
    given: usize,
    hash: XxHash32,
    /// How many bytes were unpacked.
    length: u64,
    wants: usize,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Header,
    /// So many bytes of a frame that holds something else.
    Skipped(usize),
    Block,
    Checksum,
}

/// What the header of a frame says.
#[derive(Debug, Clone, Copy, Default)]
struct Frame {
    are_blocks_independent: bool,
    have_blocks_checksums: bool,
    has_checksum: bool,
    length: Option<u64>,
    /// How many bytes a block may have.
    block_bytes: usize,
}

impl Lz4 {
    pub(super) fn new() -> Lz4 {
        let (frame, text, hash) = (Frame::default(), Vec::new(), XxHash32::with_seed(0));
        Lz4 { state: State::Header, frame, text, given: 0, hash, length: 0, wants: MAGIC }
    }

    /// Reads the next part of the frame, and says how many bytes it has, or why there is none; `Ok(0)` if not all of it is there.
    fn part(&mut self, packed: &[u8]) -> Result<usize, String> {
        match self.state {
            State::Header => self.header(packed),
            State::Skipped(left) => {
                self.state = State::Skipped(left - left.min(packed.len()));
                Ok(left.min(packed.len()))
            }
            State::Block => self.block(packed),
            State::Checksum => Ok(0),
        }
    }

    fn header(&mut self, packed: &[u8]) -> Result<usize, String> {
        let Some(magic) = self.word(packed, 0) else { return Ok(0) };
        if magic & 0xffff_fff0 == 0x184d_2a50 {
            let Some(length) = self.word(packed, MAGIC) else { return Ok(0) };
            self.state = State::Skipped(length as usize);
            return Ok(MAGIC + 4);
        }
        let Some(start) = self.bytes(packed, MAGIC + 2) else { return Ok(0) };
        let (flags, sizes) = (start[MAGIC], start[MAGIC + 1]);
        let has = |bit: u8| flags & (1 << bit) != 0;
        let (has_length, has_dictionary) = (has(3), has(0));
        let end = MAGIC + 2 + 8 * usize::from(has_length) + 4 * usize::from(has_dictionary);
        let Some(header) = self.bytes(packed, end + 1) else { return Ok(0) };
        if (XxHash32::oneshot(0, &header[MAGIC..end]) >> 8) as u8 != header[end] {
            return Err("the checksum of a header is wrong".to_owned());
        }
        if flags >> 6 != 1 || has(1) || sizes & 0x8f != 0 || sizes >> 4 < 4 {
            return Err("a header is of no version that is known".to_owned());
        }
        if has_dictionary {
            return Err("it needs a dictionary".to_owned());
        }
        let length = has_length
            .then(|| header[MAGIC + 2..end].iter().rev().fold(0, |length, &byte| length << 8 | u64::from(byte)));
        self.frame = Frame {
            are_blocks_independent: has(5),
            have_blocks_checksums: has(4),
            has_checksum: has(2),
            length,
            block_bytes: 1 << (8 + 2 * (sizes >> 4)),
        };
        self.state = State::Block;
        Ok(end + 1)
    }

    fn block(&mut self, packed: &[u8]) -> Result<usize, String> {
        let Some(word) = self.word(packed, 0) else { return Ok(0) };
        if word == 0 {
            self.state = State::Checksum;
            return Ok(4);
        }
        let (is_plain, length) = (word >> 31 == 1, (word & 0x7fff_ffff) as usize);
        if length > self.frame.block_bytes {
            return Err("a block is larger than the header allows".to_owned());
        }
        let end = 4 + length;
        let all = end + 4 * usize::from(self.frame.have_blocks_checksums);
        let Some(bytes) = self.bytes(packed, all) else { return Ok(0) };
        let block = &bytes[4..end];
        if self.frame.have_blocks_checksums && self.word(packed, end) != Some(XxHash32::oneshot(0, block)) {
            return Err("the checksum of a block is wrong".to_owned());
        }
        let kept = if self.frame.are_blocks_independent { 0 } else { WINDOW };
        self.text.drain(..self.text.len().saturating_sub(kept));
        let start = self.text.len();
        let unpacked = if is_plain {
            self.text.extend_from_slice(block);
            length
        } else {
            self.text.resize(start + self.frame.block_bytes, 0);
            let (before, text) = self.text.split_at_mut(start);
            let unpacked = decompress_into_with_dict(block, text, before);
            self.text.truncate(start + *unpacked.as_ref().unwrap_or(&0));
            // Nothing of a block that is wrong is given.
            self.given = start;
            unpacked.map_err(|error| error.to_string())?
        };
        self.given = start;
        if self.frame.has_checksum {
            self.hash.write(&self.text[start..]);
        }
        self.length += unpacked as u64;
        Ok(all)
    }

    /// What stands at the end of a frame: how many bytes it has. `None` if not all of it is there.
    fn end(&mut self, packed: &[u8]) -> Result<Option<usize>, String> {
        if self.frame.length.is_some_and(|length| length != self.length) {
            return Err("its length is not what its header says".to_owned());
        }
        if !self.frame.has_checksum {
            return Ok(Some(0));
        }
        match self.word(packed, 0) {
            None => Ok(None),
            Some(word) if word == self.hash.finish_32() => Ok(Some(4)),
            Some(_) => Err("its checksum is wrong".to_owned()),
        }
    }

    /// The first bytes of what is packed, if so many are there.
    fn bytes<'p>(&mut self, packed: &'p [u8], count: usize) -> Option<&'p [u8]> {
        self.wants = count;
        packed.get(..count)
    }

    fn word(&mut self, packed: &[u8], at: usize) -> Option<u32> {
        let word = self.bytes(packed, at + 4)?.last_chunk()?;
        Some(u32::from_le_bytes(*word))
    }
}

impl Decoder for Lz4 {
    fn step(&mut self, packed: &[u8], buffer: &mut [u8], done: &mut Done) -> Result<bool, String> {
        loop {
            let ahead = &self.text[self.given..];
            if !ahead.is_empty() {
                done.unpacked = ahead.len().min(buffer.len());
                buffer[..done.unpacked].copy_from_slice(&ahead[..done.unpacked]);
                self.given += done.unpacked;
                return Ok(false);
            }
            let packed = &packed[done.taken..];
            match self.state {
                State::Skipped(0) => return Ok(true),
                State::Skipped(_) => self.wants = 1,
                State::Checksum => {
                    let end = self.end(packed)?;
                    done.taken += end.unwrap_or(0);
                    return Ok(end.is_some());
                }
                State::Header | State::Block => {}
            }
            let taken = self.part(packed)?;
            done.taken += taken;
            if taken == 0 {
                return Ok(false);
            }
        }
    }

    fn wants(&self) -> usize {
        self.wants
    }
}
