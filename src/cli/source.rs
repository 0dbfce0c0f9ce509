//! The files that are read, and how far.

use std::{
    io::{self, Read},
    mem,
    path::{Path, PathBuf},
    sync::atomic::Ordering,
};

use crate::{
    error::{Error, Result},
    input::{self, Counter, Input},
    limits,
};

pub(super) use crate::input::STDIN;

/// Whether a path stands for standard input.
pub(super) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Where an input lies, also standard input.
pub(super) fn name_of(input: &Path) -> &Path {
    if is_stdin(input) { Path::new("/dev/stdin") } else { input }
}

/// How many bytes were read of all files, as they lie on the disk.
#[derive(Debug, Clone, Default)]
pub(super) struct Meter(Counter);

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

/// All files as one input, which a scan reads one after the other, and compressed ones side by side; or as they grow. `already_read` is what of standard
/// input was read for a guess.
///
/// Files are read and not mapped: a log that is cut short while it is mapped would end the process.
///
/// # Errors
/// From files that are followed. What is wrong with others is told when they are read.
pub(super) fn input(
    files: &[PathBuf],
    follows: bool,
    meter: &Meter,
    mut already_read: Vec<u8>,
) -> Result<Input<'static>> {
    if follows {
        return Input::follow_files(files.to_vec());
    }
    let mut stdin = || {
        let begin = io::Cursor::new(mem::take(&mut already_read));
        Input::reader(Metered(begin.chain(io::stdin()), meter.clone()), STDIN).decompressed().live()
    };
    let runs = files.chunk_by(|one, next| is_stdin(one) == is_stdin(next));
    let inputs = runs.map(|run| match is_stdin(&run[0]) {
        true => stdin(),
        false => Input::files_in_turn(run.to_vec(), &meter.0),
    });
    Ok(inputs.reduce(Input::then).unwrap_or_else(|| Input::bytes(b"")))
}

/// Opens a file of which nobody counts what is read.
pub(super) fn open_file(path: &Path) -> Result<Input<'static>> {
    match path.to_str() {
        // A pattern of names that no file has.
        Some(names) => Input::glob(names),
        None => Input::open(path),
    }
}

/// The files that arguments name. A pattern of names that no file has stays as it is, and [`unmatched`] finds it.
pub(super) fn expanded(paths: &[PathBuf]) -> Vec<PathBuf> {
    let files = |path: &PathBuf| match path.to_str().map(input::named) {
        Some(Ok(files)) => files,
        _ => vec![path.clone()],
    };
    paths.iter().flat_map(files).collect()
}

/// Takes the patterns of names that no file has out of the files; and says what is wrong with each.
pub(super) fn unmatched(files: &mut Vec<PathBuf>) -> Vec<Error> {
    let mut wrong = Vec::new();
    files.retain(|path| match path.to_str().map(input::named) {
        Some(Err(error)) => {
            wrong.push(error);
            false
        }
        _ => true,
    });
    wrong
}

/// Whether there is no such file.
pub(super) fn is_missing(path: &Path) -> bool {
    !is_stdin(path) && std::fs::metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// How many bytes the files have together; `None` if one of them does not say.
pub(super) fn total(paths: &[PathBuf]) -> Option<u64> {
    if paths.iter().any(|path| is_stdin(path)) { None } else { input::total_bytes(paths) }
}

/// How many bytes of plain standard input are read for a guess, where they have a line.
const BEGIN: usize = 1 << 16;

/// Standard input, read ahead for a guess: as much as it takes, and nothing of it is lost.
///
/// Of plain text it is the whole lines that come at once, so that a pipe that is written to slowly is not waited for. What is compressed is read on as
/// far as the guess asks: where it breaks off it is damaged.
pub(super) struct StdinAhead {
    /// All that was read.
    pub(super) read: Vec<u8>,
    given: usize,
    is_packed: bool,
}

impl StdinAhead {
    pub(super) fn new() -> io::Result<StdinAhead> {
        let read = begin(&mut io::stdin())?;
        Ok(StdinAhead { is_packed: input::is_packed(&read), read, given: 0 })
    }
}

impl Read for StdinAhead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let whole_lines =
            self.read.iter().rposition(|&byte| byte == b'\n').map_or(self.read.len(), |newline| newline + 1);
        let end = if self.is_packed { self.read.len() } else { whole_lines };
        if self.given < end {
            let given = (&self.read[self.given..end]).read(buffer)?;
            self.given += given;
            return Ok(given);
        }
        if !self.is_packed {
            return Ok(0);
        }
        let more = io::stdin().read(buffer)?;
        self.read.extend_from_slice(&buffer[..more]);
        self.given = self.read.len();
        Ok(more)
    }
}

/// What comes at once, and one line at least that a guess can be made from, unless there are none in as much as a guess looks at.
fn begin(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut begin = Vec::new();
    let mut chunk = vec![0; BEGIN];
    // Where the line begins that has not ended yet.
    let (mut line, mut has_line) = (0, false);
    while begin.len() < limits::GUESS_BYTES {
        let known = begin.len();
        let read = input.read(&mut chunk)?;
        begin.extend_from_slice(&chunk[..read]);
        for newline in memchr::memchr_iter(b'\n', &chunk[..read]) {
            let text = &begin[line..known + newline];
            has_line |= text.len() <= limits::GUESS_LINE_BYTES && !text.trim_ascii().is_empty();
            line = known + newline + 1;
        }
        let is_enough = has_line || input::is_packed(&begin);
        // A pipe that is written to slowly has given its first lines.
        if read == 0 || is_enough && (read < 4096 || begin.len() >= BEGIN) {
            break;
        }
    }
    Ok(begin)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one piece after the other, and then complains: nothing may be read after what is enough.
    struct Pieces(Vec<Vec<u8>>);

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Err(io::ErrorKind::Other.into());
            }
            let mut piece = self.0.remove(0);
            let read = piece.len().min(buffer.len());
            buffer[..read].copy_from_slice(&piece[..read]);
            let rest = piece.split_off(read);
            if !rest.is_empty() {
                self.0.insert(0, rest);
            }
            Ok(read)
        }
    }

    #[test]
    fn standard_input_is_read_as_far_as_a_line_to_guess_from_and_no_further() {
        let long = [vec![b'x'; 70_000], b"\n".to_vec()].concat();
        for pieces in [
            vec![b"1 a\n2".to_vec()],
            vec![b"\n".to_vec(), b" \r\n".to_vec(), b"1 ".to_vec(), b"a\n".to_vec()],
            vec![long, b"1 a\n".to_vec()],
            vec![b"1 a".to_vec(), Vec::new()],
            vec![b"\n".to_vec(), Vec::new()],
            vec![vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]],
        ] {
            let all = pieces.concat();
            assert_eq!(begin(&mut Pieces(pieces.clone())).unwrap(), all, "{pieces:?}");
        }
        let blank = vec![b'\n'; 2 * limits::GUESS_BYTES];
        let read = begin(&mut blank.as_slice()).unwrap().len();
        assert!((limits::GUESS_BYTES..limits::GUESS_BYTES + BEGIN).contains(&read), "{read}");
    }
}
