//! Where the bytes come from: memory, a reader, a file (plain or gzip), cut into blocks of whole records.

mod mmap;

use std::{
    collections::VecDeque,
    fmt,
    fs::File,
    io::{self, BufRead, BufReader, Read},
    mem,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;

use crate::{
    error::{Error, Result},
    limits,
};

/// The bytes that a scan reads, from one source or from several, one after the other.
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
    /// The files to be read when this source ends.
    waiting: VecDeque<PathBuf>,
}

enum Source<'a> {
    /// Memory, and how much of it was given out.
    Memory { data: Memory<'a>, used: usize },
    Reader {
        reader: Box<dyn Read + Send + 'a>,
        /// What was read behind the last block: the beginning of a record.
        rest: Vec<u8>,
        ended: bool,
    },
}

/// Where blocks lie.
#[derive(Clone)]
enum Memory<'a> {
    /// Memory of the caller's, which lives as long as the scan and maybe no longer.
    Lent(Arc<dyn AsRef<[u8]> + Send + Sync + 'a>),
    /// Memory that lives as long as anybody has it.
    Shared(Bytes),
}

impl Memory<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Memory::Lent(lent) => (**lent).as_ref(),
            Memory::Shared(bytes) => bytes,
        }
    }
}

/// Whole records, and where they are from.
#[derive(Debug)]
pub(crate) struct Block<'b> {
    pub(crate) bytes: &'b [u8],
    /// The memory in which the bytes lie, if it can be shared.
    pub(crate) memory: Option<&'b Bytes>,
    /// Where the block begins in its source, in bytes.
    pub(crate) offset: u64,
    /// The name of its source.
    pub(crate) source: &'b Arc<str>,
}

impl Block<'_> {
    /// The bytes, to be kept: they are copied if their memory cannot be shared.
    pub(crate) fn share(&self) -> Bytes {
        match self.memory {
            Some(memory) => memory.slice_ref(self.bytes),
            None => Bytes::copy_from_slice(self.bytes),
        }
    }
}

/// Holds one block after the other for a thread that scans them. What is in memory is not copied; for the rest there is a buffer, which is
/// used again unless somebody shares it.
pub(crate) struct Holder<'a> {
    memory: Memory<'a>,
    /// Where the block is in the memory.
    place: Range<usize>,
    offset: u64,
    source: Arc<str>,
}

impl<'a> Holder<'a> {
    pub(crate) fn new() -> Holder<'a> {
        Holder { memory: Memory::Shared(Bytes::new()), place: 0..0, offset: 0, source: "".into() }
    }

    /// The block that was read last.
    pub(crate) fn block(&self) -> Block<'_> {
        let memory = match &self.memory {
            Memory::Lent(_) => None,
            Memory::Shared(bytes) => Some(bytes),
        };
        let bytes = &self.memory.bytes()[self.place.clone()];
        Block { bytes, memory, offset: self.offset, source: &self.source }
    }

    /// A buffer to read into, of `size` bytes or more: that of the last block, if nobody else has it.
    fn take_buffer(&mut self, size: usize) -> Vec<u8> {
        self.place = 0..0;
        let mut buffer = match mem::replace(&mut self.memory, Memory::Shared(Bytes::new())) {
            Memory::Shared(bytes) => bytes.try_into_mut().map_or_else(|_| vec![0; size], Vec::from),
            Memory::Lent(_) => vec![0; size],
        };
        buffer.resize(buffer.len().max(size), 0);
        buffer
    }
}

impl fmt::Debug for Holder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Holder").field("source", &self.source).field("offset", &self.offset).finish_non_exhaustive()
    }
}

impl fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("name", &self.name).field("waiting", &self.waiting).finish_non_exhaustive()
    }
}

impl<'a> Input<'a> {
    /// Bytes in memory, which are not copied to be scanned. They are only lent: text that is to be had as [views](crate::Strings::View) is copied
    /// out of them, a block at a time.
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

    /// Anything that can be read; `name` is what errors call it.
    pub fn reader(reader: impl Read + Send + 'a, name: &str) -> Input<'a> {
        let reader = Box::new(reader);
        Input::new(Source::Reader { reader, rest: Vec::new(), ended: false }, name)
    }

    fn new(source: Source<'a>, name: &str) -> Input<'a> {
        Input { source, name: name.into(), offset: 0, waiting: VecDeque::new() }
    }

    /// A file; gzip is seen by its first bytes, whatever the file is called.
    ///
    /// # Errors
    /// [`Error::is_io`]: it cannot be opened, or is compressed in a way that is not read.
    pub fn open(path: impl AsRef<Path>) -> Result<Input<'a>> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let file = File::open(path).map_err(|error| Error::io(name.clone(), error))?;
        Input::of_file(file, name)
    }

    /// A file from where it stands, with what errors call it.
    fn of_file(file: File, name: String) -> Result<Input<'a>> {
        let mut file = BufReader::with_capacity(1 << 16, file);
        match compression(file.fill_buf().map_err(|error| Error::io(name.clone(), error))?) {
            None => Ok(Input::reader(file, &name)),
            Some("gzip") => Ok(Input::reader(flate2::bufread::MultiGzDecoder::new(file), &name)),
            Some(kind) => unsupported(name, kind),
        }
    }

    /// Files, one after the other. The last line of a file and the first of the next are two records, newline or not. The
    /// first file is opened now, the others when their turn comes.
    ///
    /// # Errors
    /// As [`open`](Self::open), for the first file.
    pub fn files(paths: impl IntoIterator<Item = PathBuf>) -> Result<Input<'a>> {
        let mut waiting: VecDeque<PathBuf> = paths.into_iter().collect();
        let first = waiting.pop_front().map(Input::open).transpose()?;
        let input = first.unwrap_or_else(|| Input::bytes(b""));
        Ok(Input { waiting, ..input })
    }

    /// Reads the next block into `holder`: whole records of about `size` bytes, ending in a newline unless its source ended. False at the end.
    ///
    /// # Errors
    /// [`Error::is_io`] from a source; [`Error::is_limit`] for a record past [`limits::RECORD_BYTES`].
    pub(crate) fn next_block(&mut self, size: usize, holder: &mut Holder<'a>) -> Result<bool> {
        self.source.read(size, &self.name, holder)?;
        while holder.place.is_empty() {
            let Some(path) = self.waiting.pop_front() else { return Ok(false) };
            let next = Input::open(path)?;
            (self.source, self.name, self.offset) = (next.source, next.name, 0);
            self.source.read(size, &self.name, holder)?;
        }
        (holder.offset, holder.source) = (self.offset, Arc::clone(&self.name));
        self.offset += holder.place.len() as u64;
        Ok(true)
    }
}

impl<'a> Source<'a> {
    /// Reads the next block of about `size` bytes; an empty one at the end.
    fn read(&mut self, size: usize, name: &str, holder: &mut Holder<'a>) -> Result<()> {
        match self {
            Source::Memory { data, used } => {
                let rest = &data.bytes()[*used..];
                let length = match memchr::memrchr(b'\n', &rest[..size.min(rest.len())]) {
                    _ if rest.len() <= size => rest.len(),
                    Some(newline) => newline + 1,
                    None => memchr::memchr(b'\n', &rest[size..]).map_or(rest.len(), |newline| size + newline + 1),
                };
                check_record(name, length, size)?;
                (holder.memory, holder.place) = (data.clone(), *used..*used + length);
                *used += length;
                Ok(())
            }
            Source::Reader { reader, rest, ended } => {
                let mut filled = rest.len();
                let mut buffer = holder.take_buffer(size.max(filled));
                buffer[..filled].copy_from_slice(rest);
                rest.clear();
                // How much of the buffer is known to hold no newline.
                let mut searched = filled;
                let end = loop {
                    let newline = memchr::memrchr(b'\n', &buffer[searched..filled]).map(|at| searched + at);
                    match newline {
                        Some(newline) if filled >= size && !*ended => break newline + 1,
                        None => searched = filled,
                        _ => {}
                    }
                    if *ended {
                        break filled;
                    }
                    check_record(name, searched, size)?;
                    let room = if filled < size { size } else { filled * 2 };
                    buffer.resize(buffer.len().max(room), 0);
                    match reader.read(&mut buffer[filled..room]) {
                        Ok(0) => *ended = true,
                        Ok(read) => filled += read,
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => return Err(Error::io(name, error)),
                    }
                };
                rest.extend_from_slice(&buffer[end..filled]);
                (holder.memory, holder.place) = (Memory::Shared(Bytes::from(buffer)), 0..end);
                Ok(())
            }
        }
    }
}

/// How a file is compressed that begins so.
fn compression(beginning: &[u8]) -> Option<&'static str> {
    match beginning {
        [0x1f, 0x8b, ..] => Some("gzip"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("zstd"),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => Some("xz"),
        [b'B', b'Z', b'h', ..] => Some("bzip2"),
        _ => None,
    }
}

fn unsupported<T>(name: String, kind: &str) -> Result<T> {
    let message = format!("compressed with {kind}, which is not read here: decompress it into a pipe, or use gzip");
    Err(Error::io(name, io::Error::new(io::ErrorKind::Unsupported, message)))
}

fn check_record(name: &str, record: usize, size: usize) -> Result<()> {
    if record > size.max(limits::RECORD_BYTES) {
        return Err(Error::limit(format!(
            "{name}: a record of more than {} bytes without a newline",
            limits::RECORD_BYTES
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(mut input: Input<'_>, size: usize) -> Vec<Vec<u8>> {
        let mut holder = Holder::new();
        let mut next = || {
            let is_there = input.next_block(size, &mut holder).unwrap_or_else(|e| panic!("{e}"));
            is_there.then(|| holder.block().bytes.to_vec())
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
