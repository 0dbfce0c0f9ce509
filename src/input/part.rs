//! A part of a plain file: the records that begin in a range of its bytes.
//!
//! Whoever shares a file out among several readers cuts it anywhere, and each reader finds out by itself where its first record begins and its last one
//! ends. Both are the same question, "where does the first record begin from this byte on", so what one part leaves out, its neighbor has.
//!
//! # Limits
//! A range of which no byte begins a record is read to its end, to know that. A record that begins in a range is read to its end, wherever that is.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    ops::Range,
    time::Instant,
};

use super::{
    cut::Cut,
    lead::{Beginning, Lead},
    plain::PlainFile,
    sniff::{Guess, compression},
    stream::{CHUNK, Stream},
};

/// A part of a file that was opened, and not read yet.
pub(super) struct Part {
    file: File,
    range: Range<u64>,
}

impl Part {
    pub(super) fn new(file: File, range: Range<u64>) -> Part {
        Part { file, range }
    }

    /// Where its records lie in the file, and the bytes from there on.
    pub(super) fn find(self, cut: Cut<'_>) -> io::Result<(u64, PartFile)> {
        let Part { file, range } = self;
        let length = file.metadata()?.len();
        let until = range.end.min(length);
        let begin = first_record(&file, range.start..until, cut)?.unwrap_or(length);
        let end = if begin < length { first_record(&file, until..length, cut)?.unwrap_or(length) } else { length };
        Ok((begin, PartFile { file: PlainFile::from(file, begin)?, left: end - begin }))
    }
}

/// Whether records can be told from any byte of a file on: not if it is compressed, or UTF-16. Leaves the file at its beginning.
pub(super) fn can_be_cut(file: &mut File) -> io::Result<bool> {
    let mut beginning = Vec::new();
    file.by_ref().take(CHUNK as u64).read_to_end(&mut beginning)?;
    file.rewind()?;
    let is_utf16 = matches!(Lead::default().pass(&beginning), Beginning::Utf16(_));
    Ok(!is_utf16 && !matches!(compression(&beginning), Guess::Is(_)))
}

/// Where the first record begins in a range of the file.
fn first_record(file: &File, range: Range<u64>, cut: Cut<'_>) -> io::Result<Option<u64>> {
    let Range { start, end } = range;
    if start == 0 || start >= end {
        return Ok((start < end).then_some(start));
    }
    let mut reader = BufReader::with_capacity(CHUNK, file);
    // A line begins at the first byte if a newline is before it.
    let mut at = reader.seek(SeekFrom::Start(start - 1))?;
    at += reader.by_ref().take(end - at).skip_until(b'\n')? as u64;
    let mut line = Vec::new();
    while at < end {
        line.clear();
        reader.by_ref().take(cut.most_told() as u64).read_until(b'\n', &mut line)?;
        if cut.splits_at(&line) {
            return Ok(Some(at));
        }
        at += line.len() as u64;
        if !line.ends_with(b"\n") {
            at += reader.skip_until(b'\n')? as u64;
        }
    }
    Ok(None)
}

/// The bytes of a file from one place to another.
pub(super) struct PartFile {
    file: PlainFile,
    /// How many bytes are to be read yet.
    left: u64,
}

impl Stream for PartFile {
    fn read(&mut self, buffer: &mut [u8], _: Instant) -> io::Result<usize> {
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let read = self.file.read_on(&mut buffer[..most])?;
        if read == 0 && most > 0 {
            return Err(self.file.changed()?);
        }
        self.left -= read as u64;
        Ok(read)
    }
}
