//! bzip2.

use bzip2::{Decompress, Status};

use super::decoder::{Decoder, Done};

pub(super) struct Bzip2(Decompress);

impl Bzip2 {
    pub(super) fn new() -> Bzip2 {
        Bzip2(Decompress::new(false))
    }
}

impl Decoder for Bzip2 {
    fn step(&mut self, packed: &[u8], buffer: &mut [u8], done: &mut Done) -> Result<bool, String> {
        let before = (self.0.total_in(), self.0.total_out());
        let status = self.0.decompress(packed, buffer);
        done.taken = (self.0.total_in() - before.0) as usize;
        done.unpacked = (self.0.total_out() - before.1) as usize;
        status.map(|status| status == Status::StreamEnd).map_err(|error| error.to_string())
    }
}
