//! What unpacks a member.

/// Unpacks one member, as its bytes come.
pub(in crate::input) trait Decoder: Send {
    /// Unpacks some of `packed`, which goes on where the last call ended, into `buffer`, and says whether the member has ended. `done` is right with an error
    /// too: the bytes that it counts as unpacked are good.
    ///
    /// # Errors
    /// What is wrong with the data.
    fn step(&mut self, packed: &[u8], buffer: &mut [u8], done: &mut Done) -> Result<bool, String>;

    /// How many packed bytes it must be given if the last call did nothing.
    fn wants(&self) -> usize {
        1
    }
}

/// What a step of a decoder has done, in bytes.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(in crate::input) struct Done {
    pub(in crate::input) taken: usize,
    pub(in crate::input) unpacked: usize,
}
