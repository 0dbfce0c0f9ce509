//! Where the bytes come from: memory, a reader, a file (plain or compressed), cut into blocks of whole records.
//!
//! | file | what |
//! |---|---|
//! | [`block`] | whole records, and the memory in which they lie |
//! | [`cut`] | where blocks are cut |
//! | [`source`] | blocks, cut out of memory or of a stream |
//! | [`stream`] | bytes that come in their own time |
//! | [`sniff`] | how a stream is compressed, by its first bytes |
//! | [`lead`] | marks of the encoding before a text, and holes before a record |
//! | [`utf16`] | UTF-16, read as UTF-8 |
//! | [`unpack`] | compressed streams, and what is left of them where they are damaged |
//! | [`codec`] | the compressions: what they begin with, what may follow, and how they are unpacked |
//! | [`pipe`] | files that may have nothing to read yet |
//! | [`mmap`] | files that are mapped into memory |

mod block;
mod codec;
mod cut;
mod lead;
mod mmap;
#[cfg(unix)]
mod pipe;
mod sniff;
mod source;
mod stream;
mod unpack;
mod utf16;

use std::{
    collections::VecDeque,
    fmt,
    fs::{self, File},
    io::{self, Read},
    mem,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use block::Memory;
pub(crate) use block::{Block, Fault, Holder};
use bytes::Bytes;
pub(crate) use cut::{Cut, Heads};
use lead::Lead;
pub(crate) use lead::{Holes, nuls};
use sniff::Sniffed;
pub(crate) use source::Next;
use source::{Pace, Source, StreamBlocks};
use stream::{Plain, Stream, is_passing};

use crate::error::{Error, Result};

/// The bytes that a scan reads, from one source or from several, one after the other.
///
/// Of each source a byte order mark at its beginning is skipped; one of UTF-16 says that the source is UTF-16, which is read as UTF-8. NUL bytes before
/// a line are skipped too. [`Stats::notes`](crate::Stats::notes) tells of NUL bytes and of UTF-16, when the source has ended.
///
/// ```
/// let mut scan = parsimd::Pattern::new("{n:d}")?.scan(b"\xef\xbb\xbf1\n\0\0\x002\n");
/// assert_eq!(scan.read_all()?.len(), 2);
/// assert_eq!(scan.stats().notes, ["<bytes>: skipped 3 NUL bytes before byte 8"]);
/// # Ok::<(), parsimd::Error>(())
/// ```
///
/// ```
/// let mut scan = parsimd::Pattern::new("{n:d}")?.scan_input(parsimd::Input::bytes(b"1\n2\n"), Default::default());
/// assert_eq!(scan.read_all()?.len(), 2);
/// # Ok::<(), parsimd::Error>(())
/// ```
pub struct Input<'a> {
    source: Source<'a>,
    /// What to call the source in an error.
    name: Arc<str>,
    /// Where the next block begins in the source, in bytes after decompression.
    offset: u64,
    /// What is to be read when this source ends.
    waiting: VecDeque<Waiting<'a>>,
    /// What was passed before the next block of the source.
    lead: Lead,
    /// The end of the source was told.
    has_ended: bool,
    asides: Vec<Aside>,
    /// The source is a file that was opened by its path.
    is_file: bool,
    /// Whether a file that cannot be read ends the input, or is told of and passed over.
    skips_broken: bool,
}

/// What is to be known of an input beside its blocks.
#[derive(Debug)]
pub(crate) enum Aside {
    /// So many bytes of a source belong to no block; these holes are among them.
    Passed(u64, Holes),
    /// The source of this name has ended, with what it has to tell.
    Ended(Arc<str>, Vec<String>),
    /// A file cannot be read, and what comes after it is. Its end was told before, if it was opened at all.
    Broken { error: Error, was_open: bool },
}

/// A source whose turn has not come.
enum Waiting<'a> {
    Path(PathBuf),
    Source(Source<'a>, Arc<str>, bool),
}

impl fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("name", &self.name).field("waiting", &self.waiting.len()).finish_non_exhaustive()
    }
}

impl<'a> Input<'a> {
    /// Bytes in memory, which are not copied to be scanned, unless they are UTF-16. They are only lent: text that is to be had as
    /// [views](crate::Strings::View) is copied out of them, a block at a time.
    pub fn bytes(data: impl AsRef<[u8]> + Send + Sync + 'a) -> Input<'a> {
        Input::new(Source::Memory { data: Memory::Lent(Arc::new(data)), used: 0 }, "<bytes>")
    }

    /// Bytes in memory that batches may keep: those with [views](crate::Strings::View) of text share it, and it lives as long as one of them.
    ///
    /// A `Vec<u8>`, a `String` and static text are taken as they are; for memory of another owner there is [`Bytes::from_owner`].
    ///
    /// ```
    /// let input = parsimd::Input::shared(vec![b'1', b'\n']);
    /// assert_eq!(parsimd::Pattern::new("{n:d}")?.scan_input(input, Default::default()).read_all()?.len(), 1);
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    pub fn shared(data: impl Into<Bytes>) -> Input<'a> {
        Input::new(Source::Memory { data: Memory::Shared(data.into()), used: 0 }, "<bytes>")
    }

    /// Anything that can be read; `name` is what errors call it. It is not decompressed; see [`decompressed`](Self::decompressed).
    ///
    /// An error ends the scan, after the rows of all records that were whole before it. Two errors do not: a reader that gives
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) has nothing yet, and is asked again; and [`Interrupted`](io::ErrorKind::Interrupted) with an error inside
    /// is told at once, and the next call goes on where this one was.
    pub fn reader(reader: impl Read + Send + 'a, name: &str) -> Input<'a> {
        Input::new(Source::stream(Box::new(Plain(reader)), Pace::Full), name)
    }

    fn new(source: Source<'a>, name: &str) -> Input<'a> {
        let (lead, waiting, asides) = (Lead::default(), VecDeque::new(), Vec::new());
        let (has_ended, is_file, skips_broken) = (false, false, false);
        Input { source, name: name.into(), offset: 0, waiting, lead, has_ended, asides, is_file, skips_broken }
    }

    /// The same input, unpacked if its first bytes say that it is gzip, zstd, xz, bzip2 or lz4. Only a [`reader`](Self::reader) has to be asked for this: a file is unpacked
    /// anyway, and what is in memory never is.
    ///
    /// ```
    /// use parsimd::{Input, Pattern};
    ///
    /// let packed: &[u8] = &[31, 139, 8, 0, 0, 0, 0, 0, 0, 255, 51, 228, 2, 0, 83, 252, 81, 103, 2, 0, 0, 0];
    /// let input = Input::reader(packed, "packed").decompressed();
    /// assert_eq!(Pattern::new("{n:d}")?.scan_input(input, Default::default()).read_all()?.len(), 1);
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    pub fn decompressed(mut self) -> Input<'a> {
        if let Source::Stream(reading) = &mut self.source {
            let stream = mem::replace(&mut reading.stream, Box::new(Plain(io::empty())));
            reading.stream = Box::new(Sniffed::new(stream));
        }
        self
    }

    /// The same input, for a [`reader`](Self::reader) that may wait long for what it reads, as one of a pipe: where it gives less than it was
    /// asked for, the whole records that are there are scanned at once, and do not wait until there are enough for a block.
    pub fn live(mut self) -> Input<'a> {
        if let Source::Stream(StreamBlocks { pace, .. }) = &mut self.source {
            *pace = Pace::Short;
        }
        self
    }

    /// This input, and then another.
    ///
    /// ```
    /// let input = parsimd::Input::bytes(b"1\n2").then(parsimd::Input::reader(&b"3\n"[..], "more"));
    /// let mut scan = parsimd::Pattern::new("{n:d}")?.scan_input(input, Default::default());
    /// assert_eq!(scan.read_all()?.len(), 3);
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    pub fn then(mut self, next: Input<'a>) -> Input<'a> {
        self.waiting.push_back(Waiting::Source(next.source, next.name, next.is_file));
        self.waiting.extend(next.waiting);
        self
    }

    /// A file, plain or compressed with gzip, zstd, xz, bzip2 or lz4; its first bytes say which, whatever it is called.
    ///
    /// A pipe, a terminal or a device is read as its data comes: [`Scan::next_soon`](crate::Scan::next_soon) does not wait for it. A pipe by name
    /// that nobody has opened for writing yet has no data yet.
    ///
    /// # Errors
    /// [`Error::is_io`]: it cannot be opened, is a directory or a zip archive, or is compressed in a way that this build does not read. Of what is no plain file the last is
    /// found out when it is scanned.
    pub fn open(path: impl AsRef<Path>) -> Result<Input<'a>> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let (file, is_plain) = open_file(path).map_err(|error| Error::io(name.clone(), error))?;
        Input::of_file(file, is_plain, name)
    }

    /// A file from where it stands, with what errors call it.
    fn of_file(file: File, is_plain: bool, name: String) -> Result<Input<'a>> {
        let fail = |error| Error::io(name.clone(), error);
        let source = if is_plain {
            let mut stream = Sniffed::new(Box::new(Plain(file)));
            stream.find_out(Instant::now()).map_err(fail)?;
            Source::stream(Box::new(stream), Pace::Full)
        } else {
            Source::stream(Box::new(Sniffed::new(slow(file).map_err(fail)?)), Pace::Timed)
        };
        Ok(Input { is_file: true, ..Input::new(source, &name) })
    }

    /// Files, one after the other. The last line of a file and the first of the next are two records, newline or not. The
    /// first file is opened now, the others when their turn comes; compressed files are opened and read ahead by a scan of several threads.
    ///
    /// A scan passes over a file that cannot be opened or read, unless it has [`OnError::Raise`](crate::OnError::Raise) or there is no other file that can
    /// be read; [`Stats::source_errors`](crate::Stats::source_errors) has the errors.
    ///
    /// # Errors
    /// As [`open`](Self::open), for a file that is the only one.
    pub fn files(paths: impl IntoIterator<Item = PathBuf>) -> Result<Input<'a>> {
        let mut waiting: VecDeque<_> = paths.into_iter().collect();
        let input = match (waiting.pop_front(), waiting.is_empty()) {
            (None, _) => Input::bytes(b""),
            (Some(only), true) => Input::open(only)?,
            (Some(first), false) => Input::open(&first).unwrap_or_else(|_| {
                // What is wrong with it is told when it is its turn.
                waiting.push_front(first);
                Input::nothing()
            }),
        };
        Ok(Input { waiting: waiting.into_iter().map(Waiting::Path).collect(), ..input })
    }

    /// An input that has ended, and of which nothing is told.
    fn nothing() -> Input<'a> {
        Input { has_ended: true, ..Input::bytes(b"") }
    }

    /// Passes over files that cannot be read.
    pub(crate) fn skip_broken(&mut self) {
        self.skips_broken = true;
    }

    /// Reads the next block into `holder`: whole records of about `size` bytes, ending in a newline unless its source ended. There is none
    /// yet if it cannot be had by `end`; but something is read in each call, if there is something.
    ///
    /// # Errors
    /// [`Error::is_io`] from a source, after all that was read before it.
    pub(crate) fn next_block(&mut self, cut: Cut<'_>, end: Instant, holder: &mut Holder<'a>) -> Result<Next> {
        loop {
            match self.source.read(cut, end, &mut self.lead, holder) {
                Ok(Next::End) => self.end_source(),
                Ok(Next::Later) => return Ok(Next::Later),
                Ok(Next::Block) => {
                    self.pass_lead();
                    (holder.offset, holder.source) = (self.offset, Arc::clone(&self.name));
                    self.offset += holder.extent;
                    return Ok(Next::Block);
                }
                Err(error) if is_passing(&error) => return Err(Error::io(&*self.name, error)),
                Err(error) => {
                    self.end_source();
                    self.source = Input::nothing().source;
                    self.tell_broken(Error::io(&*self.name, error), self.is_file, true)?;
                }
            }
            (self.source, self.name, self.is_file) = match self.waiting.pop_front() {
                None => return Ok(Next::End),
                Some(Waiting::Source(source, name, is_file)) => (source, name, is_file),
                Some(Waiting::Path(path)) => match Input::open(path) {
                    Ok(next) => (next.source, next.name, true),
                    Err(error) => {
                        self.tell_broken(error, true, false)?;
                        continue;
                    }
                },
            };
            (self.offset, self.lead, self.has_ended) = (0, Lead::default(), false);
        }
    }

    /// Whether the source is a compressed file, of which it takes long to read a block.
    pub(crate) fn is_packed(&self) -> bool {
        matches!(&self.source, Source::Stream(reading) if reading.pace == Pace::Full && reading.stream.is_packed())
    }

    /// The source that is read now, as an input of its own; this one goes on with the next. `None` if there is no file after it.
    pub(crate) fn split_current(&mut self) -> Option<Input<'a>> {
        matches!(self.waiting.front(), Some(Waiting::Path(_))).then(|| {
            let (waiting, skips_broken) = (mem::take(&mut self.waiting), self.skips_broken);
            mem::replace(self, Input { waiting, skips_broken, ..Input::nothing() })
        })
    }

    /// The next source, as an input of its own, if it is a compressed file or cannot be opened; this one goes on with those after it.
    pub(crate) fn split_next(&mut self) -> Option<Input<'a>> {
        let path = match self.waiting.pop_front()? {
            Waiting::Path(path) if !fs::metadata(&path).is_ok_and(|found| !found.is_file()) => path,
            other => {
                self.waiting.push_front(other);
                return None;
            }
        };
        let skips_broken = self.skips_broken;
        match Input::open(&path) {
            Ok(next) if !next.is_packed() => {
                self.waiting.push_front(Waiting::Source(next.source, next.name, true));
                None
            }
            Ok(next) => Some(Input { skips_broken, ..next }),
            // What is wrong with it is told when it is read.
            Err(_) => Some(Input { skips_broken, waiting: [Waiting::Path(path)].into(), ..Input::nothing() }),
        }
    }

    /// Tells that a source cannot be read, or gives the error if that ends the input.
    fn tell_broken(&mut self, error: Error, is_file: bool, was_open: bool) -> Result<()> {
        if !(self.skips_broken && is_file) {
            return Err(error);
        }
        self.asides.push(Aside::Broken { error, was_open });
        Ok(())
    }

    /// Counts what was passed before the block that was read, or before the end.
    fn pass_lead(&mut self) {
        let (bytes, holes) = self.lead.take(self.offset);
        if bytes > 0 {
            self.offset += bytes;
            self.asides.push(Aside::Passed(bytes, holes));
        }
    }

    /// Tells what there is to be told of the source, once.
    fn end_source(&mut self) {
        if mem::replace(&mut self.has_ended, true) {
            return;
        }
        self.pass_lead();
        let notes = match &mut self.source {
            Source::Stream(reading) => reading.stream.notes(),
            Source::Memory { .. } => Vec::new(),
        };
        self.asides.push(Aside::Ended(Arc::clone(&self.name), notes));
    }

    /// What was found since this was asked, before the block that was read last.
    pub(crate) fn take_asides(&mut self) -> Vec<Aside> {
        mem::take(&mut self.asides)
    }
}

/// Opens a file without waiting, and says whether it is a plain one.
fn open_file(path: &Path) -> io::Result<(File, bool)> {
    let found = fs::metadata(path)?;
    if found.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "Is a directory: name the files in it"));
    }
    #[cfg(unix)]
    let file = if found.is_file() { File::open(path)? } else { pipe::open(path)? };
    #[cfg(not(unix))]
    let file = File::open(path)?;
    let is_plain = file.metadata()?.is_file();
    Ok((file, is_plain))
}

/// A file that may have nothing to read yet.
#[cfg(unix)]
fn slow(file: File) -> io::Result<Box<dyn Stream>> {
    Ok(Box::new(pipe::Pipe::new(file)?))
}

#[cfg(not(unix))]
fn slow(file: File) -> io::Result<Box<dyn Stream>> {
    Ok(Box::new(Plain(file)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUT: Cut<'_> = Cut { size: 0, longest: 1 << 20, stops: false, heads: None };

    fn blocks(mut input: Input<'_>, size: usize) -> Vec<Vec<u8>> {
        let mut holder = Holder::new();
        let mut next = || loop {
            match input.next_block(Cut { size, ..CUT }, Instant::now(), &mut holder) {
                Ok(Next::Block) => return Some(holder.block().bytes.to_vec()),
                Ok(Next::Later) => {}
                Ok(Next::End) => return None,
                Err(error) => panic!("{error}"),
            }
        };
        std::iter::from_fn(&mut next).collect()
    }

    /// Gives one byte at a time.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let some = self.0.len().min(1);
            self.0.read(&mut buffer[..some])
        }
    }

    #[test]
    fn blocks_are_whole_records_whatever_the_input_and_the_size() {
        for text in [&b""[..], b"\n", b"a", b"a\n", b"a\n\nbc\nlonger than a block\nd", b"a\nb\n"] {
            for size in [1, 2, 3, 5, 1000] {
                for input in [
                    Input::bytes(text),
                    Input::shared(text),
                    Input::reader(text, "r"),
                    Input::reader(Drip(text), "drip"),
                ] {
                    let blocks = blocks(input, size);
                    assert_eq!(blocks.concat(), text);
                    let (last, others) =
                        blocks.split_last().map_or((&[][..], &[][..]), |(last, others)| (&last[..], others));
                    assert!(others.iter().all(|block| block.ends_with(b"\n")), "{size} {blocks:?}");
                    assert!(text.is_empty() || !last.is_empty());
                }
            }
        }
    }
}
