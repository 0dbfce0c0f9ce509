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
}

impl Zstd {
    /// # Errors
    /// `OutOfMemory`.
    pub(super) fn new() -> io::Result<Zstd> {
        Ok(Zstd { context: Context::new()?, next: HEADER })
    }
}

impl Decoder for Zstd {
    fn step(&mut self, packed: &[u8], buffer: &mut [u8], done: &mut Done) -> Result<bool, String> {
        // An error says nothing of the blocks that the same call has unpacked. So no call has more than one.
        let mut packed = InBuffer::around(&packed[..packed.len().min(self.next.max(1))]);
        let mut unpacked = OutBuffer::around(buffer);
        let result = self.context.run(&mut packed, &mut unpacked);
        (done.taken, done.unpacked) = (packed.pos(), unpacked.pos());
        self.next = result.map_err(|error| error.to_string())?;
        Ok(self.next == 0)
    }
}
