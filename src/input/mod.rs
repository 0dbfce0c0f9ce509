//! Where the bytes come from: memory, a reader, a file (plain or compressed), cut into blocks of whole records.
//!
//! | file | what |
//! |---|---|
//! | [`block`] | whole records, and the memory in which they lie |
//! | [`cut`] | where blocks are cut |
//! | [`source`] | blocks, cut out of memory or of a stream |
//! | [`opened`] | a source that is read, with where it stands |
//! | [`follow`] | files that are read on as they grow |
//! | [`watch`] | being woken when they do |
//! | [`stream`] | bytes that come in their own time |
//! | [`sniff`] | how a stream is compressed, by its first bytes |
//! | [`lead`] | marks of the encoding before a text, and holes before a record |
//! | [`utf16`] | UTF-16, read as UTF-8 |
//! | [`unpack`] | compressed streams, and what is left of them where they are damaged |
//! | [`codec`] | the compressions: what they begin with, what may follow, and how they are unpacked |
//! | [`part`] | the records that begin in a range of a file's bytes |
//! | [`paths`] | files by a pattern of their names |
//! | [`plain`] | plain files, which others may cut short meanwhile |
//! | `object` | objects of a store, fetched range after range |
//! | [`pipe`] | files that may have nothing to read yet |
//! | [`mmap`] | files that are mapped into memory |

mod block;
mod codec;
mod cut;
mod follow;
mod lead;
mod mmap;
#[cfg(feature = "object_store")]
mod object;
mod opened;
mod part;
mod paths;
#[cfg(unix)]
mod pipe;
mod plain;
mod sniff;
mod source;
mod stream;
mod unpack;
mod utf16;
mod watch;

use std::{
    collections::VecDeque,
    fmt,
    fs::{self, File},
    io::{self, Read},
    mem,
    ops::Range,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicU64},
    time::Instant,
};

use block::Memory;
pub(crate) use block::{Block, Fault, Holder};
use bytes::Bytes;
pub(crate) use cut::{Cut, Heads};
use follow::Follow;
pub(crate) use lead::{Holes, nuls};
pub(crate) use opened::Aside;
use opened::Opened;
use part::Part;
pub(crate) use paths::{named, total_bytes};
use plain::PlainFile;
use sniff::Sniffed;
#[cfg(feature = "cli")]
pub(crate) use sniff::is_packed;
pub(crate) use source::Next;
use source::{Pace, Source, StreamBlocks};
use stream::{Counted, Plain, Stream, is_passing};

use crate::error::{Error, Result};

/// What standard input is called in messages.
pub(crate) const STDIN: &str = "<stdin>";

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
#[must_use]
pub struct Input<'a> {
    current: Opened<'a>,
    /// What is read instead, once it is the turn of files that are followed.
    follow: Option<Follow<'a>>,
    /// What is to be read when this source ends.
    waiting: VecDeque<Waiting<'a>>,
    asides: Vec<Aside>,
    /// Whether a file that cannot be read ends the input, or is told of and passed over.
    skips_broken: bool,
    /// Where the bytes of files are counted that are opened when their turn comes.
    counter: Option<Counter>,
}

/// How many bytes were read of files, as they lie on the disk.
pub(crate) type Counter = Arc<AtomicU64>;

/// A source whose turn has not come.
enum Waiting<'a> {
    Path(PathBuf),
    Source(Opened<'a>),
    /// Several, each of which is made when its turn comes. They borrow nothing: a lifetime in the item would keep an input from being used for a shorter one.
    #[cfg_attr(not(feature = "object_store"), expect(dead_code, reason = "objects are"))]
    InTurn(Box<dyn Iterator<Item = Opened<'static>> + Send>),
    Follow(Follow<'a>),
}

impl fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input")
            .field("name", &self.current.name)
            .field("waiting", &self.waiting.len())
            .finish_non_exhaustive()
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
        Input::of(Opened::new(source, name))
    }

    fn of(current: Opened<'a>) -> Input<'a> {
        Input {
            current,
            follow: None,
            waiting: VecDeque::new(),
            asides: Vec::new(),
            skips_broken: false,
            counter: None,
        }
    }

    /// The same input, unpacked if its first bytes say that it is gzip, zstd, xz, bzip2 or lz4. Only a [`reader`](Self::reader) has to be asked for this: a file is unpacked
    /// anyway, and what is in memory never is. Of several inputs, one after [`then`](Self::then) the other, it is the first.
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
        if let Source::Stream(reading) = &mut self.current.source {
            let stream = mem::replace(&mut reading.stream, Box::new(Plain(io::empty())));
            reading.stream = Box::new(Sniffed::new(stream));
        }
        self
    }

    /// The same input, for a [`reader`](Self::reader) that may wait long for what it reads, as one of a pipe: where it gives less than it was
    /// asked for, the whole records that are there are scanned at once, and do not wait until there are enough for a block. Of several inputs, one after
    /// [`then`](Self::then) the other, it is the first.
    pub fn live(mut self) -> Input<'a> {
        if let Source::Stream(StreamBlocks { pace, .. }) = &mut self.current.source {
            *pace = Pace::Short;
        }
        self
    }

    /// The same input, of whose first source the beginning is text, also where it looks like a mark of the encoding.
    pub(crate) fn unmarked(mut self) -> Input<'a> {
        self.current.begin_unmarked();
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
        self.waiting.push_back(Waiting::Source(next.current));
        self.waiting.extend(next.follow.map(Waiting::Follow));
        self.waiting.extend(next.waiting);
        self.counter = self.counter.or(next.counter);
        self
    }

    /// A file, plain or compressed with gzip, zstd, xz, bzip2 or lz4; its first bytes say which, whatever it is called.
    ///
    /// A pipe, a terminal or a device is read as its data comes: [`Scan::next_soon`](crate::Scan::next_soon) does not wait for it. A pipe by name
    /// that nobody has opened for writing yet has no data yet.
    ///
    /// # Errors
    /// [`Error::is_io`]: it cannot be opened, is a directory or an archive of zip or tar, or is compressed in a way that this build does not read. Of what is no plain file the last is
    /// found out when it is scanned.
    pub fn open(path: impl AsRef<Path>) -> Result<Input<'a>> {
        Input::open_counted(path.as_ref(), None)
    }

    /// As [`open`](Self::open), and adds the bytes that are read of the file, as they lie on the disk, to a counter.
    pub(crate) fn open_counted(path: &Path, counter: Option<Counter>) -> Result<Input<'a>> {
        let name = path.display().to_string();
        let opened = open_file(path).and_then(|(file, is_plain)| Input::of_file(file, is_plain, &name, counter));
        opened.map_err(|error| Error::io(name, error))
    }

    /// A file that was just opened, with what errors call it.
    fn of_file(file: File, is_plain: bool, name: &str, counter: Option<Counter>) -> io::Result<Input<'a>> {
        let stream: Box<dyn Stream> = if is_plain { Box::new(PlainFile::new(file)?) } else { slow(file)? };
        let mut stream = match counter {
            Some(counter) => Sniffed::new(Box::new(Counted { stream, counter })),
            None => Sniffed::new(stream),
        };
        let pace = if is_plain { Pace::Full } else { Pace::Timed };
        if is_plain {
            stream.find_out(Instant::now())?;
        }
        let mut opened = Opened::new(Source::stream(Box::new(stream), pace), name);
        opened.is_file = true;
        Ok(Input::of(opened))
    }

    /// The records of a plain file that begin in a range of its bytes, for whoever shares a file out among several readers.
    ///
    /// Ranges that follow each other give each record once, wherever they are cut; the first begins at byte 0, and the last may end after the file. A record is a line, or as a scan
    /// has them with [`multiline`](crate::ScanOptions::multiline). Places in bytes are those in the file, and lines are counted from the first of the part.
    ///
    /// A file that is compressed, or UTF-16, cannot be cut: all of it belongs to the range that has byte 0.
    ///
    /// ```
    /// let path = std::env::temp_dir().join(format!("parsimd-part-{}.log", std::process::id()));
    /// std::fs::write(&path, "1\n22\n333\n")?;
    /// let read = |range| -> parsimd::Result<usize> {
    ///     let input = parsimd::Input::part(&path, range)?;
    ///     Ok(parsimd::Pattern::new("{n:d}")?.scan_input(input, Default::default()).read_all()?.len())
    /// };
    /// // `22` begins at byte 2, and `333` at byte 5.
    /// assert_eq!((read(0..3)?, read(3..9)?, read(3..5)?), (2, 1, 0));
    /// assert!(parsimd::Input::part("none", 0..3).is_err());
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`open`](Self::open); and what is no plain file, as a pipe, has no parts.
    pub fn part(path: impl AsRef<Path>, range: Range<u64>) -> Result<Input<'a>> {
        let name = path.as_ref().display().to_string();
        let opened = open_file(path.as_ref()).and_then(|(file, is_plain)| Input::of_part(file, is_plain, &name, range));
        opened.map_err(|error| Error::io(name, error))
    }

    fn of_part(mut file: File, is_plain: bool, name: &str, range: Range<u64>) -> io::Result<Input<'a>> {
        if !is_plain {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "is no plain file, and only such a file has parts"));
        }
        let is_cut = part::can_be_cut(&mut file)?;
        if !is_cut && range.start == 0 && range.end > 0 {
            return Input::of_file(file, is_plain, name, None);
        }
        let mut opened = Opened::new(Opened::nothing().source, name);
        opened.is_file = true;
        opened.part = is_cut.then(|| Part::new(file, range));
        Ok(Input::of(opened))
    }

    /// A plain file that is read to its end, and on as it grows, as by `tail -F`: a scan of it has no end, but for a [limit](crate::ScanOptions::limit).
    ///
    /// * A record is given as soon as its newline is there. One without waits for it.
    /// * Where the file is renamed and another is made in its place, the first is read to its end, also what is written to it until the other has something in it;
    ///   then the other from its start. A last record without a newline is one, then.
    /// * If it shrinks, or is written anew, it is read from its start, and [`Stats::notes`](crate::Stats::notes) says so. A record of which only
    ///   a part was read is a failure, then.
    /// * While there is no file it is waited for, and `notes` says so.
    ///
    /// Each time, lines and bytes are counted from the start of the file.
    ///
    /// The system wakes the scan, with the feature `notify`; else, and where a file system tells nothing, it looks some 50 times a second. [`Scan::next_soon`](crate::Scan::next_soon)
    /// does not wait for rows. A record of [several lines](crate::ScanOptions::multiline) is whole when the next one begins.
    ///
    /// ```
    /// let path = std::env::temp_dir().join(format!("parsimd-follow-{}.log", std::process::id()));
    /// std::fs::write(&path, "1\n2\n")?;
    /// let input = parsimd::Input::follow(&path)?;
    /// let mut scan = parsimd::Pattern::new("{n:d}")?.scan_input(input, Default::default());
    /// assert_eq!(scan.next().transpose()?.map(|batch| batch.len()), Some(2));
    /// assert!(scan.next_soon().transpose()?.is_some_and(|batch| batch.is_empty()));
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::is_io`]: there is something at the path that cannot be opened or is no plain file. That a file is compressed is found out when it is scanned.
    pub fn follow(path: impl AsRef<Path>) -> Result<Input<'a>> {
        Input::follow_files([path.as_ref().to_owned()])
    }

    /// Several files, each as by [`follow`](Self::follow). They are read in turns: the rows of each are in the order of its lines, and between files the
    /// order may be another each time. Without any the input is empty.
    ///
    /// # Errors
    /// As [`follow`](Self::follow), of any of the files.
    pub fn follow_files(paths: impl IntoIterator<Item = PathBuf>) -> Result<Input<'a>> {
        let mut input = Input::nothing();
        input.follow = Some(Follow::new(paths)?).filter(|follow| !follow.is_empty());
        Ok(input)
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
        Input::files_counted(paths, None)
    }

    /// As [`files`](Self::files), and adds the bytes that are read of them, as they lie on the disk, to a counter.
    pub(crate) fn files_counted(
        paths: impl IntoIterator<Item = PathBuf>,
        counter: Option<Counter>,
    ) -> Result<Input<'a>> {
        let mut waiting: VecDeque<_> = paths.into_iter().collect();
        let input = match (waiting.pop_front(), waiting.is_empty()) {
            (None, _) => Input::bytes(b""),
            (Some(only), true) => Input::open_counted(&only, counter.clone())?,
            (Some(first), false) => Input::open_counted(&first, counter.clone()).unwrap_or_else(|_| {
                // What is wrong with it is told when it is its turn.
                waiting.push_front(first);
                Input::nothing()
            }),
        };
        Ok(Input { waiting: waiting.into_iter().map(Waiting::Path).collect(), counter, ..input })
    }

    /// As [`files_counted`](Self::files_counted), but the first file too is opened when its turn comes, and what is wrong with it told then.
    #[cfg(feature = "cli")]
    pub(crate) fn files_in_turn(paths: impl IntoIterator<Item = PathBuf>, counter: &Counter) -> Input<'a> {
        let waiting = paths.into_iter().map(Waiting::Path).collect();
        Input { waiting, counter: Some(Arc::clone(counter)), ..Input::nothing() }
    }

    /// Sources, each of which is made when its turn comes.
    #[cfg(feature = "object_store")]
    fn in_turn(sources: impl Iterator<Item = Opened<'static>> + Send + 'static) -> Input<'a> {
        Input { waiting: [Waiting::InTurn(Box::new(sources))].into(), ..Input::nothing() }
    }

    /// The [files](Self::files) that a pattern of names matches, sorted by their paths. `*` and `?` stand for any characters but `/`, `**` for folders, `[ab]`
    /// and `[!ab]` for one character, `{a,b}` for one of several texts. Folders are left out, and so are files whose names begin with a dot, unless the
    /// pattern has one there. A file that has the pattern itself as its name is that file.
    ///
    /// ```
    /// let folder = std::env::temp_dir().join("parsimd-glob");
    /// std::fs::create_dir_all(&folder)?;
    /// std::fs::write(folder.join("a.log"), "1\n")?;
    /// std::fs::write(folder.join("b.log"), "2\n")?;
    /// let input = parsimd::Input::glob(&format!("{}/*.log", folder.display()))?;
    /// assert_eq!(parsimd::Pattern::new("{n:d}")?.scan_input(input, Default::default()).read_all()?.len(), 2);
    /// assert!(parsimd::Input::glob("none/*.gz").is_err());
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::is_io`]: no file matches, or the pattern is wrong. As [`files`](Self::files).
    pub fn glob(pattern: &str) -> Result<Input<'a>> {
        Input::files(named(pattern)?)
    }

    /// Standard input, unpacked if it is compressed. Its lines are scanned as they come.
    ///
    /// ```no_run
    /// let mut scan = parsimd::Pattern::new("{n:d}")?.scan_input(parsimd::Input::stdin(), Default::default());
    /// println!("{} numbers", scan.read_all()?.len());
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    pub fn stdin() -> Input<'a> {
        Input::reader(io::stdin(), STDIN).decompressed().live()
    }

    /// An input that has ended, and of which nothing is told.
    fn nothing() -> Input<'a> {
        Input::of(Opened::nothing())
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
            if let Some(follow) = &mut self.follow {
                return follow.next_block(cut, end, holder, &mut self.asides);
            }
            match self.current.next_block(cut, end, holder, &mut self.asides) {
                Ok(Next::End) => {}
                Ok(next) => return Ok(next),
                Err(error) if is_passing(&error) => return Err(Error::io(&*self.current.name, error)),
                Err(error) => {
                    // Whoever reads in the wrong place can read no other source either.
                    let is_file = self.current.is_file && error.kind() != io::ErrorKind::Deadlock;
                    self.tell_broken(Error::io(&*self.current.name, error), is_file, true)?;
                }
            }
            match self.waiting.pop_front() {
                None => return Ok(Next::End),
                Some(Waiting::Source(next)) => self.current = next,
                Some(Waiting::InTurn(mut sources)) => {
                    if let Some(next) = sources.next() {
                        self.current = next;
                        self.waiting.push_front(Waiting::InTurn(sources));
                    }
                }
                Some(Waiting::Follow(follow)) => self.follow = Some(follow),
                Some(Waiting::Path(path)) => match Input::open_counted(&path, self.counter.clone()) {
                    Ok(next) => self.current = next.current,
                    Err(error) => self.tell_broken(error, true, false)?,
                },
            }
        }
    }

    /// Whether the source is a compressed file, of which it takes long to read a block.
    pub(crate) fn is_packed(&self) -> bool {
        matches!(&self.current.source, Source::Stream(reading) if matches!(reading.pace, Pace::Full | Pace::Whole) && reading.stream.is_packed())
    }

    /// The source that is read now, as an input of its own; this one goes on with the next. `None` if there is no file or object after it.
    pub(crate) fn split_current(&mut self) -> Option<Input<'a>> {
        matches!(self.waiting.front(), Some(Waiting::Path(_) | Waiting::InTurn(_))).then(|| {
            let rest = Input {
                waiting: mem::take(&mut self.waiting),
                skips_broken: self.skips_broken,
                counter: self.counter.clone(),
                ..Input::nothing()
            };
            mem::replace(self, rest)
        })
    }

    /// The next source, as an input of its own, if it is a compressed file, cannot be opened or is an object; this one goes on with those after it. What an object is
    /// like is found out by whoever reads it, since that takes time.
    pub(crate) fn split_next(&mut self) -> Option<Input<'a>> {
        if let Some(Waiting::InTurn(sources)) = self.waiting.front_mut() {
            let skips_broken = self.skips_broken;
            return sources.next().map(|next| Input { skips_broken, ..Input::of(next) });
        }
        let path = match self.waiting.pop_front()? {
            Waiting::Path(path) if !fs::metadata(&path).is_ok_and(|found| !found.is_file()) => path,
            other => {
                self.waiting.push_front(other);
                return None;
            }
        };
        let skips_broken = self.skips_broken;
        match Input::open_counted(&path, self.counter.clone()) {
            Ok(next) if !next.is_packed() => {
                self.waiting.push_front(Waiting::Source(next.current));
                None
            }
            Ok(next) => Some(Input { skips_broken, ..next }),
            // What is wrong with it is told when it is read.
            Err(_) => {
                let (waiting, counter) = ([Waiting::Path(path)].into(), self.counter.clone());
                Some(Input { skips_broken, waiting, counter, ..Input::nothing() })
            }
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

    /// What was found since this was asked, before the block that was read last.
    pub(crate) fn take_asides(&mut self) -> Vec<Aside> {
        mem::take(&mut self.asides)
    }
}

/// Opens a file without waiting, and says whether it is a plain one.
fn open_file(path: &Path) -> io::Result<(File, bool)> {
    let found = fs::metadata(path)?;
    if found.is_dir() {
        // One that cannot be read has an error of its own.
        fs::read_dir(path)?;
        let message = format!("Is a directory: name the files in it, as by '{}'", path.join("*").display());
        return Err(io::Error::new(io::ErrorKind::IsADirectory, message));
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
