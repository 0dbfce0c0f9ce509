//! Pipes, terminals and devices: files that may have nothing to read yet.
//!
//! They are opened so that neither opening nor reading waits, and are asked whether there is something to read. A pipe by name (a FIFO) that
//! nobody has opened for writing yet is one that has nothing yet.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read},
    os::unix::fs::{FileTypeExt, OpenOptionsExt},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::OFlags,
};

use super::stream::{Stream, is_signal};

/// How long one that cannot be asked is left alone.
const NAP: Duration = Duration::from_millis(1);

/// Whether a FIFO tells a writer that has gone from one that has not come yet. Elsewhere it reads as empty before its first writer comes.
const TELLS_WRITERS: bool = cfg!(any(target_os = "linux", target_os = "android"));

/// Opens a file without waiting for whoever is to write to it.
pub(super) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(OFlags::NONBLOCK.bits() as i32).open(path)
}

pub(super) struct Pipe {
    file: File,
    /// It may be that no writer has come yet.
    awaits_writer: bool,
}

impl Pipe {
    /// A file that was [opened](open) so.
    pub(super) fn new(file: File) -> io::Result<Pipe> {
        let awaits_writer = !TELLS_WRITERS && file.metadata()?.file_type().is_fifo();
        Ok(Pipe { file, awaits_writer })
    }

    /// Waits until something can be read, or the end has come, and says whether to read: reading a FIFO that has no writer yet would say that it has
    /// ended.
    fn wait(&self, end: Instant) -> io::Result<bool> {
        let left = end.saturating_duration_since(Instant::now());
        let timeout = Timespec::try_from(left).ok();
        let mut asked = [PollFd::new(&self.file, PollFlags::IN)];
        match poll(&mut asked, timeout.as_ref()) {
            // Some systems cannot ask a terminal.
            Ok(_) if asked[0].revents().contains(PollFlags::NVAL) => {
                thread::sleep(NAP.min(left));
                Ok(true)
            }
            Ok(ready) => Ok(ready > 0),
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

impl Stream for Pipe {
    fn read(&mut self, buffer: &mut [u8], end: Instant) -> io::Result<usize> {
        loop {
            if self.wait(end)? {
                match self.file.read(buffer) {
                    Ok(0) if self.awaits_writer => thread::sleep(NAP),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock || is_signal(&error) => {}
                    read => {
                        self.awaits_writer &= read.is_err();
                        return read;
                    }
                }
            }
            if Instant::now() >= end {
                return Err(io::ErrorKind::WouldBlock.into());
            }
        }
    }
}
