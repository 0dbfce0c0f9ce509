//! Bytes that come in their own time.

use std::{
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// How long a reader that has nothing yet is left alone.
const NAP: Duration = Duration::from_millis(1);

/// How much of a compressed stream is read at a time, and of a stream that may be one.
pub(super) const CHUNK: usize = 1 << 16;

/// What can be read in slices of time.
pub(super) trait Stream: Send {
    /// Reads as [`Read::read`] does. Where nothing comes before `end` it is the error [`io::ErrorKind::WouldBlock`], and nothing is lost. A stream
    /// that cannot tell whether there is something to read waits for it.
    fn read(&mut self, buffer: &mut [u8], end: Instant) -> io::Result<usize>;

    /// Whether it takes long to read, as it is unpacked.
    fn is_packed(&self) -> bool {
        false
    }

    /// What is to be told of the stream, once it has ended.
    fn notes(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// A reader of any kind. One that says that it has nothing yet, or was interrupted by a signal, is asked again.
pub(super) struct Plain<R>(pub(super) R);

impl<R: Read + Send> Stream for Plain<R> {
    fn read(&mut self, buffer: &mut [u8], end: Instant) -> io::Result<usize> {
        loop {
            match self.0.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && Instant::now() < end => thread::sleep(NAP),
                Err(error) if is_signal(&error) => {}
                read => return read,
            }
        }
    }
}

/// A stream whose bytes are counted as they are read, for whoever shows how far it is.
pub(super) struct Counted<S> {
    pub(super) stream: S,
    pub(super) counter: Arc<AtomicU64>,
}

impl<S: Stream> Stream for Counted<S> {
    fn read(&mut self, buffer: &mut [u8], end: Instant) -> io::Result<usize> {
        let read = self.stream.read(buffer, end)?;
        self.counter.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl Stream for Box<dyn Stream + '_> {
    fn read(&mut self, buffer: &mut [u8], end: Instant) -> io::Result<usize> {
        (**self).read(buffer, end)
    }

    fn is_packed(&self) -> bool {
        (**self).is_packed()
    }

    fn notes(&mut self) -> Vec<String> {
        (**self).notes()
    }
}

/// Whether the same call may be made again, and nothing is lost: the stream has nothing yet, or was interrupted by what its error holds.
pub(super) fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

/// Whether a signal came while the system was reading, which says nothing of what is read.
pub(super) fn is_signal(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Interrupted && error.get_ref().is_none()
}
