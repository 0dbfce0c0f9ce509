//! Files that lie in memory as the system has them, without a copy.

#![allow(unsafe_code, reason = "memory that the system shares with whoever writes to the file")]

use std::path::Path;

use bytes::Bytes;

use super::{
    Input, Source,
    block::Memory,
    sniff::{Guess, compression},
};
use crate::error::{Error, Result};

impl Input<'_> {
    /// As [`open`](Self::open), but a plain file is mapped into memory and not copied: a scan that does little with its bytes takes half of the
    /// time, and [views](crate::Strings::View) of text point into the file itself. What cannot be mapped is read, as a pipe, an empty file
    /// or a compressed one.
    ///
    /// # Safety
    /// Nobody may write to the file or cut it short as long as the input, or a batch with views of its text, is there. Bytes that change while they are
    /// looked at make behaviour undefined, and where a file was cut the system ends the process. So this is for files that are finished, and
    /// not for a log that is still written or may be truncated.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub unsafe fn map(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let fail = |error| Error::io(name.clone(), error);
        let (file, is_plain) = super::open_file(path).map_err(fail)?;
        // SAFETY: the caller sees to it that the file stays as it is, which is what is asked of ours.
        let map = if is_plain { unsafe { memmap2::Mmap::map(&file) }.ok() } else { None };
        let Some(map) = map.filter(|map| !map.is_empty() && compression(map) == Guess::IsPlain) else {
            // A pipe gives what it has to whoever opens it first, so nothing is opened twice.
            return Input::of_file(file, is_plain, name);
        };
        // It is only a hint.
        #[cfg(unix)]
        let _ = map.advise(memmap2::Advice::Sequential);
        Ok(Input::new(Source::Memory { data: Memory::Shared(Bytes::from_owner(map)), used: 0 }, &name))
    }
}
