//! Files that lie in memory as the system has them, without a copy.

#![allow(unsafe_code, reason = "memory that the system shares with whoever writes to the file")]

use std::{fs::File, io, path::Path};

use bytes::Bytes;

#[cfg(feature = "mmap")]
use super::sniff::{Guess, compression};
use super::{Input, Source, block::Memory};
use crate::error::{Error, Result};

impl Input<'_> {
    /// As [`open`](Self::open), but a plain file is mapped into memory and not copied: a scan that does little with its bytes takes half of the
    /// time, and [views](crate::Strings::View) of text point into the file itself. What cannot be mapped is read, as a pipe, an empty file
    /// or a compressed one.
    ///
    /// # Safety
    /// Nobody may write to the file or cut it short as long as the input is there, or a batch with views of its text, or what was made of one: its
    /// [buffers](crate::TextViews::buffers), an array of Arrow. Bytes that change while they are
    /// looked at make behaviour undefined, and where a file was cut the system ends the process. So this is for files that are finished, and
    /// not for a log that is still written or may be truncated.
    ///
    /// # Errors
    /// As [`open`](Self::open); without the feature `mmap`, always.
    pub unsafe fn map(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let fail = |error| Error::io(name.clone(), error);
        let (file, is_plain) = super::open_file(path).map_err(fail)?;
        // SAFETY: the caller sees to it that the file stays as it is, which is what is asked of ours.
        let data = if is_plain { unsafe { mapped(&file) }.map_err(fail)? } else { None };
        match data {
            Some(data) => Ok(Input::new(Source::Memory { data: Memory::Shared(data), used: 0 }, &name)),
            // A pipe gives what it has to whoever opens it first, so nothing is opened twice.
            None => Input::of_file(file, is_plain, &name, None).map_err(fail),
        }
    }
}

/// The bytes of a plain file; `None` if it cannot be mapped, is empty or compressed.
///
/// # Safety
/// As [`Input::map`].
#[cfg(feature = "mmap")]
unsafe fn mapped(file: &File) -> io::Result<Option<Bytes>> {
    // SAFETY: nobody writes to the file or cuts it short, as the caller has promised.
    let map = unsafe { memmap2::Mmap::map(file) }.ok();
    let map = map.filter(|map| !map.is_empty() && compression(map) == Guess::IsPlain);
    // It is only a hint.
    #[cfg(unix)]
    let _ = map.as_ref().map(|map| map.advise(memmap2::Advice::Sequential));
    Ok(map.map(Bytes::from_owner))
}

/// # Errors
/// `Unsupported`, always.
#[cfg(not(feature = "mmap"))]
unsafe fn mapped(_: &File) -> io::Result<Option<Bytes>> {
    let message = "this build of parsimd maps no files: build it with the feature mmap, or take `Input::open`";
    Err(io::Error::new(io::ErrorKind::Unsupported, message))
}
