//! The files that are read, and how far.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::{error::Result, input::Input};

/// What standard input is called in messages.
pub(super) const STDIN: &str = "<stdin>";

/// Whether a path stands for standard input.
pub(super) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// How many bytes were read of all files, as they lie on the disk.
#[derive(Debug, Clone, Default)]
pub(super) struct Meter(Arc<AtomicU64>);

impl Meter {
    pub(super) fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A reader that counts.
struct Metered<R>(R, Meter);

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(buffer)?;
        self.1.0.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Opens a file, or standard input.
///
/// Files are read and not mapped: a log that is cut short while it is mapped would end the process.
pub(super) fn open(path: &Path, meter: &Meter, already_read: Vec<u8>) -> Result<Input<'static>> {
    if is_stdin(path) {
        let stdin = Metered(io::Cursor::new(already_read).chain(io::stdin()), meter.clone());
        return Ok(Input::reader(stdin, STDIN).decompressed().live());
    }
    let is_plain = fs::metadata(path).is_ok_and(|found| found.is_file());
    match if is_plain { File::open(path) } else { Err(io::ErrorKind::Unsupported.into()) } {
        Ok(file) => {
            let name = path.display().to_string();
            Ok(Input::reader(Metered(file, meter.clone()), &name).decompressed())
        }
        // A pipe, or what cannot be opened, which the input has the words for.
        Err(_) => Input::open(path),
    }
}

/// How many bytes the files have together; `None` if one of them does not say.
pub(super) fn total(paths: &[PathBuf]) -> Option<u64> {
    let length = |path: &PathBuf| match fs::metadata(path) {
        Ok(found) if found.is_file() && !is_stdin(path) => Some(found.len()),
        _ => None,
    };
    paths.iter().map(length).sum()
}

/// How many bytes of standard input are read for a guess.
const BEGIN: usize = 1 << 16;

/// The beginning of standard input, for whoever guesses: what comes at once.
pub(super) fn stdin_begin() -> io::Result<Vec<u8>> {
    let mut begin = vec![0; BEGIN];
    let mut used = 0;
    while used < BEGIN {
        let read = io::stdin().read(&mut begin[used..])?;
        used += read;
        // A pipe that is written to slowly has given its first lines.
        if read == 0 || begin[..used].contains(&b'\n') && read < 4096 {
            break;
        }
    }
    begin.truncate(used);
    Ok(begin)
}
