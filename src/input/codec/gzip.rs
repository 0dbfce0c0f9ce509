//! gzip. Frames, checksums and lengths are those of RFC 1952; the decompressor checks them.

use flate2::{Decompress, FlushDecompress, Status};

use super::decoder::{Decoder, Done};

/// The logarithm of the largest window that gzip has.
const WINDOW_BITS: u8 = 15;

pub(super) struct Gzip(Decompress);

impl Gzip {
    pub(super) fn new() -> Gzip {
        Gzip(Decompress::new_gzip(WINDOW_BITS))
    }
}

impl Decoder for Gzip {
    fn step(&mut self, packed: &[u8], buffer: &mut [u8], done: &mut Done) -> Result<bool, String> {
        let before = (self.0.total_in(), self.0.total_out());
        // Also without input: there may be more to come of what was read.
        let status = self.0.decompress(packed, buffer, FlushDecompress::None);
        done.taken = (self.0.total_in() - before.0) as usize;
        done.unpacked = (self.0.total_out() - before.1) as usize;
        status.map(|status| status == Status::StreamEnd).map_err(|error| error.to_string())
    }
}
