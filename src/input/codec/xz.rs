//! xz, the format of .xz files 1.2.1. The decoder checks what the file has a checksum for.

use std::io;

use liblzma::stream::{Action, Status, Stream};

use super::decoder::{Decoder, Done};
use crate::limits;

pub(super) struct Xz(Stream);

impl Xz {
    /// # Errors
    /// `OutOfMemory`.
    pub(super) fn new() -> io::Result<Xz> {
        Ok(Xz(Stream::new_stream_decoder(limits::XZ_MEMORY, 0)?))
    }
}

impl Decoder for Xz {
    fn step(&mut self, packed: &[u8], buffer: &mut [u8], done: &mut Done) -> Result<bool, String> {
        let before = (self.0.total_in(), self.0.total_out());
        let status = self.0.process(packed, buffer, Action::Run);
        done.taken = (self.0.total_in() - before.0) as usize;
        done.unpacked = (self.0.total_out() - before.1) as usize;
        status.map(|status| status == Status::StreamEnd).map_err(|error| error.to_string())
    }
}
