//! Plain files, which others may cut short or write anew while they are read.
//!
//! A log that is rotated by copying and truncating it is one: what is read next has nothing to do with what was read before, and a line that was read in part has
//! no end. So the last bytes that were read are read again with the next ones, and compared. Where they are not as they were, reading fails, and the line that
//! was read in part is one that the source broke off in: half a line of the one and half of the other would be a wrong row.
//!
//! # Limits
//! A file that is written anew with the same bytes in that place is not told from one that was left alone.

use std::{
    fmt,
    fs::File,
    io::{self, IoSliceMut, Read, Seek, SeekFrom},
    time::Instant,
};

use super::stream::{Stream, is_signal};

/// How many bytes are read again: more than the numbers and times of two lines have in common.
const AGAIN: usize = 64;

pub(super) struct PlainFile {
    file: File,
    /// How many bytes were read.
    read: u64,
    /// The last of them.
    last: Vec<u8>,
    /// Whether the bytes have a place, in which they stay unless somebody changes them.
    has_places: bool,
}

/// Why a file cannot be read any further: it is not the one any more that was read so far.
#[derive(Debug)]
struct Changed {
    read: u64,
    length: u64,
}

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Changed { read, length } = self;
        match length < read {
            true => write!(f, "shrank to {length} bytes after {read} bytes of it were read"),
            false => write!(f, "was written anew after {read} bytes of it were read"),
        }
    }
}

impl std::error::Error for Changed {}

/// Whether a [`PlainFile`] was cut short or written anew.
pub(super) fn is_changed(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Changed>())
}

impl PlainFile {
    /// A file that was just opened. What the system makes up when it is read, as below `/proc`, has no length, and may be another each time.
    pub(super) fn new(file: File) -> io::Result<PlainFile> {
        let has_places = file.metadata()?.len() > 0;
        Ok(PlainFile { has_places, ..PlainFile::log(file) })
    }

    /// A log that was just opened, and may be empty yet.
    pub(super) fn log(file: File) -> PlainFile {
        PlainFile { file, read: 0, last: Vec::new(), has_places: true }
    }

    /// A log that is read from this byte on.
    pub(super) fn from(mut file: File, place: u64) -> io::Result<PlainFile> {
        file.seek(SeekFrom::Start(place))?;
        Ok(PlainFile { read: place, ..PlainFile::log(file) })
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// How many bytes were read.
    pub(super) fn place(&self) -> u64 {
        self.read
    }

    /// Reads as [`Read::read`] does. It does not wait, so it needs no end.
    ///
    /// # Errors
    /// One that is [changed](is_changed): the file does not have any more what was read of it.
    pub(super) fn read_on(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.read_checked(buffer) {
                Err(error) if is_signal(&error) => {}
                read => return read,
            }
        }
    }

    /// The error of a file that is not any more what it was.
    pub(super) fn changed(&self) -> io::Result<io::Error> {
        Ok(io::Error::other(Changed { read: self.read, length: self.file.metadata()?.len() }))
    }

    fn read_checked(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let known = self.last.len();
        let mut read = 0;
        if known > 0 {
            let mut again = [0; AGAIN];
            self.file.seek(SeekFrom::Start(self.read - known as u64))?;
            let pieces = &mut [IoSliceMut::new(&mut again[..known]), IoSliceMut::new(buffer)];
            let both = self.file.read_vectored(pieces)?;
            if again[..both.min(known)] != self.last[..both.min(known)] || both < known {
                return Err(self.changed()?);
            }
            read = both - known;
        }
        // Elsewhere the system reads into one buffer only.
        if known == 0 || read == 0 && !cfg!(unix) {
            read = self.file.read(buffer)?;
        }
        self.read += read as u64;
        if self.has_places {
            let new = &buffer[read.saturating_sub(AGAIN)..read];
            self.last.drain(..(self.last.len() + new.len()).saturating_sub(AGAIN));
            self.last.extend_from_slice(new);
        }
        Ok(read)
    }
}

impl Stream for PlainFile {
    fn read(&mut self, buffer: &mut [u8], _: Instant) -> io::Result<usize> {
        self.read_on(buffer)
    }
}
