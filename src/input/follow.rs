//! Files that are followed: read to their end, and on as they grow, as by `tail -F`.
//!
//! | what becomes of the file | what is read |
//! |---|---|
//! | it is renamed, and another is made in its place | the rest of it, also what is written to it until the other has something in it; then the other, from its start |
//! | it shrinks, or is written anew | the same file, from its start |
//! | it is removed | the rest of it, and the next file of that name when there is one |
//! | it is not there yet | nothing until it is |
//!
//! A file that takes the place of another is a new source of the same name: its lines and bytes are counted from its start. Several files are read in turns,
//! and keep their own counts.
//!
//! # Limits
//! A file that comes and goes between two looks, some milliseconds apart while the scan is asked, is not seen.

use std::{
    fs::{self, File, Metadata},
    io, mem,
    path::{self, Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use super::{
    block::Holder,
    cut::Cut,
    opened::{Aside, Opened},
    plain::{PlainFile, is_changed},
    sniff::{Guess, compression},
    source::{Next, Pace, Source},
    stream::Stream,
    watch::Watch,
};
use crate::error::{Error, Result};

/// Files that are followed. They have no end.
pub(super) struct Follow<'a> {
    files: Vec<Followed<'a>>,
    /// Whose turn it is, and of which file it was told that it is.
    turn: usize,
    told: usize,
    watch: Watch,
}

impl<'a> Follow<'a> {
    /// # Errors
    /// A file that is there, and cannot be opened or is no plain one.
    pub(super) fn new(paths: impl IntoIterator<Item = PathBuf>) -> Result<Follow<'a>> {
        let mut watch = Watch::new();
        let files: Result<Vec<_>> = paths.into_iter().map(|path| Followed::new(path, &mut watch)).collect();
        Ok(Follow { files: files?, turn: 0, told: 0, watch })
    }

    /// Whether there are no files at all.
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Reads the next block of any of the files, in turns; [`Next::Later`] if there is none by `end`.
    ///
    /// # Errors
    /// From a file.
    pub(super) fn next_block(
        &mut self,
        cut: Cut<'_>,
        end: Instant,
        holder: &mut Holder<'a>,
        asides: &mut Vec<Aside>,
    ) -> Result<Next> {
        loop {
            for _ in 0..self.files.len() {
                let (number, before) = (self.turn, asides.len());
                self.turn = (number + 1) % self.files.len();
                let file = &mut self.files[number];
                let next = file.next_block(cut, end, holder, asides, &mut self.watch);
                let is_nothing = matches!(next, Ok(Next::Later));
                if number != self.told && (!is_nothing || asides.len() > before) {
                    asides.insert(before, Aside::Turn(number));
                    self.told = number;
                }
                if !is_nothing {
                    return next.map_err(|error| Error::io(&*self.files[number].name, error));
                }
            }
            if Instant::now() >= end {
                return Ok(Next::Later);
            }
            self.watch.wait(end);
        }
    }
}

struct Followed<'a> {
    /// As it was given, for errors; and from the root on, since the folder of the process may change.
    name: String,
    path: PathBuf,
    /// The file that was at the path when it was opened last.
    opened: Option<Opened<'a>>,
    next: Successor,
    /// Why it could not be opened the last time.
    missed: Option<String>,
}

impl<'a> Followed<'a> {
    fn new(path: PathBuf, watch: &mut Watch) -> Result<Followed<'a>> {
        let name = path.display().to_string();
        let fail = |error| Error::io(name.clone(), error);
        let path = path::absolute(&path).map_err(fail)?;
        let mut file = Followed { name: name.clone(), path, opened: None, next: Successor::default(), missed: None };
        match file.open(watch) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(fail(error)),
            _ => Ok(file),
        }
    }

    fn open(&mut self, watch: &mut Watch) -> io::Result<()> {
        let tail = Tail::open(&self.path, &self.next)?;
        watch.add(&self.path);
        self.opened = Some(Opened::new(Source::stream(Box::new(tail), Pace::Timed), &self.name));
        self.missed = None;
        Ok(())
    }

    fn next_block(
        &mut self,
        cut: Cut<'_>,
        end: Instant,
        holder: &mut Holder<'a>,
        asides: &mut Vec<Aside>,
        watch: &mut Watch,
    ) -> io::Result<Next> {
        loop {
            if self.opened.is_none()
                && let Err(error) = self.open(watch)
            {
                self.tell_missed(&error, asides);
            }
            let Some(opened) = &mut self.opened else { return Ok(Next::Later) };
            match opened.next_block(cut, end, holder, asides) {
                Ok(Next::End) => {}
                Err(error) if is_changed(&error) => {
                    asides.push(Aside::Note(format!("{}: {error}, and is read from its start", self.name)));
                }
                next => return next,
            }
            self.opened = None;
        }
    }

    /// Tells once why there is nothing to read.
    fn tell_missed(&mut self, error: &io::Error, asides: &mut Vec<Aside>) {
        let why = match error.kind() {
            io::ErrorKind::NotFound => "there is no such file".to_owned(),
            _ => error.to_string(),
        };
        if self.missed.as_ref() != Some(&why) {
            asides.push(Aside::Note(format!("{}: {why}; it is waited for", self.name)));
            self.missed = Some(why);
        }
    }
}

/// The file that has taken the place of one that is still read. It is held open from when it is seen, so that nothing in it is lost if it is renamed
/// itself before its turn.
#[derive(Clone, Default)]
struct Successor(Arc<Mutex<Option<File>>>);

impl Successor {
    fn with<T>(&self, act: impl FnOnce(&mut Option<File>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The file that was at a path when it was opened, and grows.
struct Tail {
    path: PathBuf,
    file: PlainFile,
    next: Successor,
    /// Another file has taken its place, and has something in it.
    is_replaced: bool,
}

impl Tail {
    fn open(path: &Path, next: &Successor) -> io::Result<Tail> {
        let file = match next.with(mem::take) {
            Some(file) => file,
            None => open_plain(path)?,
        };
        Ok(Tail { path: path.to_owned(), file: PlainFile::log(file), next: next.clone(), is_replaced: false })
    }

    /// Whether another file has come to the path, and has something in it. Until it has, whoever writes may not have heard yet that the file was renamed.
    fn is_replaced(&self) -> io::Result<bool> {
        let own = identity(&self.file.file().metadata()?);
        let there = fs::metadata(&self.path).ok().filter(|there| there.is_file() && identity(there) != own);
        self.next.with(|next| {
            if next.is_none() {
                let Some(there) = &there else { return Ok(false) };
                match open_plain(&self.path) {
                    // It was renamed back meanwhile.
                    Ok(file) if identity(&file.metadata()?) == own => return Ok(false),
                    Ok(file) => *next = Some(file),
                    // What is wrong is told when it is opened by its path.
                    Err(_) => return Ok(there.len() > 0),
                }
            }
            let Some(found) = next.as_ref().map(File::metadata).transpose()? else { return Ok(false) };
            // What was made after it says that it is written to no more.
            Ok(found.len() > 0 || there.is_some_and(|there| identity(&there) != identity(&found)))
        })
    }
}

/// A file that can be followed.
fn open_plain(path: &Path) -> io::Result<File> {
    // A pipe is not opened: that could wait for its writer.
    if fs::metadata(path)?.is_file() {
        return File::open(path);
    }
    let message = "is no plain file and cannot be followed; a pipe is read as it comes, without that";
    Err(io::Error::new(io::ErrorKind::Unsupported, message))
}

impl Stream for Tail {
    /// As there is nothing to wait for but a change of the file, this does not wait.
    fn read(&mut self, buffer: &mut [u8], _: Instant) -> io::Result<usize> {
        loop {
            let is_start = self.file.place() == 0;
            match self.file.read_on(buffer)? {
                0 if self.is_replaced => return Ok(0),
                0 if self.is_replaced()? => self.is_replaced = true,
                0 => return Err(io::ErrorKind::WouldBlock.into()),
                read if is_start && matches!(compression(&buffer[..read]), Guess::Is(_)) => {
                    let message = "is compressed, and cannot be followed; without that it is read";
                    return Err(io::Error::new(io::ErrorKind::Unsupported, message));
                }
                read => return Ok(read),
            }
        }
    }
}

/// What tells a file from another at the same time.
#[cfg(unix)]
fn identity(file: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (file.dev(), file.ino())
}

/// Elsewhere, the time at which it was made.
#[cfg(not(unix))]
fn identity(file: &Metadata) -> Option<std::time::SystemTime> {
    file.created().ok()
}
