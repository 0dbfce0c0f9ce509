//! Zstandard, RFC 8878. A frame whose window is larger than 128 MiB is refused, as `zstd -d` does it.

use std::io;

use zstd::stream::raw::{Decoder as Context, InBuffer, Operation, OutBuffer};

use super::decoder::{Decoder, Done};

/// What the header of the shortest frame has.
const HEADER: usize = 5;

pub(super) struct Zstd {
    context: Context<'static>,
    /// How many bytes end with the next block.
    next: usize,
    /// The last call had no room for more: some of the text may be left.
    is_full: bool,
}

impl Zstd {
    /// # Errors
    /// `OutOfMemory`.
    pub(super) fn new() -> io::Result<Zstd> {
        Ok(Zstd { context: Context::new()?, next: HEADER, is_full: false })
    }
}

impl Zstd {
    /// Makes one call, and says how many bytes it has unpacked.
    fn run(&mut self, packed: &[u8], buffer: &mut [u8], done: &mut Done) -> Result<usize, String> {
        let room = buffer.len();
        let (mut packed, mut unpacked) = (InBuffer::around(packed), OutBuffer::around(buffer));
        let result = self.context.run(&mut packed, &mut unpacked);
        *done = Done { taken: packed.pos(), unpacked: unpacked.pos() };
        self.is_full = done.unpacked == room;
        self.next = result.map_err(|error| error.to_string())?;
        Ok(done.unpacked)
    }
}

impl Decoder for Zstd {
    fn step(&mut self, packed: &[u8], buffer: &mut [u8], done: &mut Done) -> Result<bool, String> {
        // An error says nothing of what the same call has unpacked. So no call has more than one block, and none has a block and what was left before it.
        let is_done = self.is_full && (self.run(&[], buffer, done)? > 0 || self.next == 0);
        if !is_done {
            self.run(&packed[..packed.len().min(self.next.max(1))], buffer, done)?;
        }
        Ok(self.next == 0)
    }
}
