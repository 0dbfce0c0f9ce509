//! The same bytes, as inputs of every kind.

use std::{
    io::{self, Cursor, Read},
    path::PathBuf,
};

use parsimd::Input;

use super::reference::Record;
use crate::{
    common::{Folder, Random, Steps, gzip, map, open},
    compressed::CODECS,
};

/// How a log is cut into sources: where each begins in the log, how many lines come before it, and what it is called.
#[derive(Debug, Clone)]
pub(super) struct Pieces(Vec<(usize, usize, String)>);

impl Pieces {
    pub(super) fn whole(name: &str) -> Pieces {
        Pieces(vec![(0, 0, name.to_owned())])
    }

    pub(super) fn is_whole(&self) -> bool {
        self.0.len() == 1
    }

    /// The name of the first.
    pub(super) fn name(&self) -> &str {
        &self.0[0].2
    }

    /// The name of the source that a record is in, and its line and place there.
    pub(super) fn place(&self, record: &Record) -> (&str, usize, usize) {
        let last = self.0.iter().rfind(|(start, ..)| *start <= record.line_start);
        let (start, lines, name) = last.unwrap_or(&self.0[0]);
        (name, record.line - lines, record.text.start - start)
    }
}

/// A way to read the log.
pub(super) struct Source<'l> {
    pub(super) what: String,
    pub(super) pieces: Pieces,
    open: Box<dyn Fn() -> Input<'l> + 'l>,
}

impl<'l> Source<'l> {
    pub(super) fn open(&self) -> Input<'l> {
        (self.open)()
    }
}

/// All ways to read one log.
pub(super) struct Sources<'l> {
    pub(super) all: Vec<Source<'l>>,
}

impl<'l> Sources<'l> {
    pub(super) fn new(folder: &Folder, log: &'l [u8], records: &[Record], random: &mut Random) -> Sources<'l> {
        let mut sources = Sources { all: Vec::new() };
        sources.add_memory_and_readers(log, random);
        sources.add_files(folder, log, records, random);
        sources.add_compressed(folder, log, random);
        sources
    }

    fn add(&mut self, what: impl Into<String>, pieces: Pieces, open: impl Fn() -> Input<'l> + 'l) {
        self.all.push(Source { what: what.into(), pieces, open: Box::new(open) });
    }

    fn add_memory_and_readers(&mut self, log: &'l [u8], random: &mut Random) {
        self.add("memory", Pieces::whole("<bytes>"), move || Input::bytes(log));
        self.add("shared memory", Pieces::whole("<bytes>"), move || Input::shared(log.to_vec()));
        for step in [1, 3 + random.below(60), 997] {
            let reader = move || Input::reader(Steps(log, step), "reader");
            self.add(format!("a reader, {step} bytes at a time"), Pieces::whole("reader"), reader);
            let live = move || Input::reader(Steps(log, step), "reader").live();
            self.add(format!("a live reader, {step} bytes at a time"), Pieces::whole("reader"), live);
        }
        #[cfg(unix)]
        self.add("a pipe", Pieces::whole("pipe"), move || Input::reader(pipe(log.to_vec()), "pipe").live());
    }

    fn add_files(&mut self, folder: &Folder, log: &'l [u8], records: &[Record], random: &mut Random) {
        let path = folder.write("whole.log", log);
        let name = path.display().to_string();
        let read = path.clone();
        self.add("a file", Pieces::whole(&name), move || open(&read));
        self.add("a file in memory", Pieces::whole(&name), move || map(&path));
        let (paths, pieces) = cut(folder, log, records, random);
        let files = paths.clone();
        self.add("several files", pieces.clone(), move || {
            Input::files(files.clone()).unwrap_or_else(|error| panic!("{error}"))
        });
        let glob = folder.at("piece-*.log").display().to_string();
        self.add("a pattern of names", pieces.clone(), move || {
            Input::glob(&glob).unwrap_or_else(|error| panic!("{error}"))
        });
        self.add("one input and then others", pieces, move || {
            let inputs = paths.iter().map(|path| open(path));
            inputs.reduce(Input::then).unwrap_or_else(|| Input::bytes(log))
        });
    }

    fn add_compressed(&mut self, folder: &Folder, log: &'l [u8], random: &mut Random) {
        for codec in &CODECS {
            let half = random.below(log.len() + 1);
            let members = [(codec.pack)(&log[..half]), (codec.pack)(b""), (codec.pack)(&log[half..])].concat();
            let path = folder.write(&format!("packed.{}", codec.name), &members);
            let name = path.display().to_string();
            self.add(format!("a file of {}", codec.name), Pieces::whole(&name), move || open(&path));
            let step = 1 + random.below(50);
            let reader = move || Input::reader(Packed(Cursor::new(members.clone()), step), "packed").decompressed();
            self.add(format!("a reader of {}", codec.name), Pieces::whole("packed"), reader);
        }
        let one = gzip(log);
        let path = folder.write("one.gz", &one);
        let name = path.display().to_string();
        self.add("one member of gzip", Pieces::whole(&name), move || open(&path));
    }
}

/// As [`Steps`], of bytes of its own.
struct Packed(Cursor<Vec<u8>>, usize);

impl Read for Packed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(self.1);
        self.0.read(&mut buffer[..length])
    }
}

/// The log as files that are cut before some of its records.
fn cut(folder: &Folder, log: &[u8], records: &[Record], random: &mut Random) -> (Vec<PathBuf>, Pieces) {
    for old in 0..4 {
        let _ = std::fs::remove_file(folder.at(&format!("piece-{old}.log")));
    }
    let mut starts = vec![(0, 0)];
    let inner = records.iter().skip(1).filter(|_| random.below(records.len()) < 3).take(3);
    starts.extend(inner.map(|record| (record.line_start, record.line - 1)));
    let ends = starts.iter().skip(1).map(|(start, _)| *start).chain([log.len()]);
    let mut paths = Vec::new();
    for (number, (&(start, _), end)) in starts.iter().zip(ends).enumerate() {
        paths.push(folder.write(&format!("piece-{number}.log"), &log[start..end]));
    }
    let names = paths.iter().map(|path| path.display().to_string());
    let pieces = starts.iter().zip(names).map(|(&(start, lines), name)| (start, lines, name)).collect();
    (paths, Pieces(pieces))
}

/// What is written to a pipe meanwhile, in pieces.
#[cfg(unix)]
fn pipe(log: Vec<u8>) -> impl Read + Send {
    let (reader, mut writer) = io::pipe().unwrap_or_else(|error| panic!("{error}"));
    std::thread::spawn(move || {
        for piece in log.chunks(777) {
            // A reader that has gone is no matter of the writer.
            if io::Write::write_all(&mut writer, piece).is_err() {
                return;
            }
        }
    });
    reader
}
