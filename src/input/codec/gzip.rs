//! gzip. Frames, checksums and lengths are those of RFC 1952; the decompressor checks them.

use flate2::{Decompress, DecompressError, FlushDecompress, Status};

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
        status.map(|status| status == Status::StreamEnd).map_err(|error| what_is_wrong(&error))
    }
}

/// What is wrong with the data, in words that do not depend on how much room a call had: where a buffer ends just before damage, the call after it finds
/// the decompressor in a bad state, and no longer knows why.
fn what_is_wrong(error: &DecompressError) -> String {
    let is_of_frame = |message: &&str| ["incorrect", "unknown", "header"].iter().any(|word| message.starts_with(word));
    error.message().filter(is_of_frame).unwrap_or("its deflate data is not valid").to_owned()
}
