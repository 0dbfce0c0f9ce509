//! Where the bytes come from: memory, a reader, a file (plain or gzip), cut into blocks of whole records.

use std::{
    fmt,
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

use crate::{
    error::{Error, Result},
    limits,
};

/// The bytes that a scan reads.
///
/// ```
/// let mut scan = parsimd::Pattern::new("{n:d}")?.scan_input(parsimd::Input::bytes(b"1\n2\n"), Default::default());
/// assert_eq!(scan.read_all()?.len(), 2);
/// # Ok::<(), parsimd::Error>(())
/// ```
pub struct Input<'a> {
    source: Source<'a>,
    /// What to call it in an error.
    name: String,
}

enum Source<'a> {
    Memory { data: Box<dyn AsRef<[u8]> + Send + 'a>, at: usize },
    Reader { reader: Box<dyn Read + Send + 'a>, buffer: Vec<u8>, filled: usize, used: usize, ended: bool },
}

impl fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<'a> Input<'a> {
    /// Bytes in memory, which are not copied.
    pub fn bytes(data: impl AsRef<[u8]> + Send + 'a) -> Input<'a> {
        Input { source: Source::Memory { data: Box::new(data), at: 0 }, name: "<bytes>".to_owned() }
    }

    /// Anything that can be read; `name` is what errors call it.
    pub fn reader(reader: impl Read + Send + 'a, name: impl Into<String>) -> Input<'a> {
        let source = Source::Reader { reader: Box::new(reader), buffer: Vec::new(), filled: 0, used: 0, ended: false };
        Input { source, name: name.into() }
    }

    /// A file; gzip is seen by its first bytes, whatever the file is called.
    ///
    /// # Errors
    /// [`Error::is_io`]: it cannot be opened, or is compressed in a way that is not read.
    pub fn open(path: impl AsRef<Path>) -> Result<Input<'static>> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let mut file =
            BufReader::with_capacity(1 << 16, File::open(path).map_err(|error| Error::io(name.clone(), error))?);
        let head = io::BufRead::fill_buf(&mut file).map_err(|error| Error::io(name.clone(), error))?;
        match head {
            [0x1f, 0x8b, ..] => Ok(Input::reader(flate2::bufread::MultiGzDecoder::new(file), name)),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => unsupported(name, "zstd"),
            [0xfd, b'7', b'z', b'X', b'Z', ..] => unsupported(name, "xz"),
            [b'B', b'Z', b'h', ..] => unsupported(name, "bzip2"),
            _ => Ok(Input::reader(file, name)),
        }
    }

    /// The next block: whole records of about `size` bytes, ending in a newline unless the input ended. `None` at the end.
    ///
    /// # Errors
    /// [`Error::is_io`] from the reader; [`Error::is_limit`] for a record past [`limits::RECORD_BYTES`].
    pub(crate) fn next_block(&mut self, size: usize) -> Result<Option<&[u8]>> {
        match &mut self.source {
            Source::Memory { data, at } => {
                let rest = &(**data).as_ref()[*at..];
                if rest.is_empty() {
                    return Ok(None);
                }
                let end = match memchr::memrchr(b'\n', &rest[..size.min(rest.len())]) {
                    _ if rest.len() <= size => rest.len(),
                    Some(newline) => newline + 1,
                    None => {
                        size + memchr::memchr(b'\n', &rest[size..]).map_or(rest.len() - size, |newline| newline + 1)
                    }
                };
                check_record(&self.name, end, size)?;
                *at += end;
                Ok(Some(&rest[..end]))
            }
            Source::Reader { reader, buffer, filled, used, ended } => {
                buffer.copy_within(*used..*filled, 0);
                *filled -= *used;
                *used = 0;
                // How much of the buffer is known to hold no newline.
                let mut searched = 0;
                loop {
                    if let Some(newline) = memchr::memrchr(b'\n', &buffer[searched..*filled]) {
                        if *filled >= size || *ended {
                            *used = searched + newline + 1;
                            break;
                        }
                    } else {
                        searched = *filled;
                    }
                    if *ended {
                        *used = *filled;
                        break;
                    }
                    check_record(&self.name, searched, size)?;
                    if *filled == buffer.len() {
                        buffer.resize((buffer.len() * 2).max(size), 0);
                    }
                    match reader.read(&mut buffer[*filled..]) {
                        Ok(0) => *ended = true,
                        Ok(read) => *filled += read,
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => return Err(Error::io(self.name.clone(), error)),
                    }
                }
                Ok(Some(&buffer[..*used]).filter(|block| !block.is_empty()))
            }
        }
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
        std::iter::from_fn(|| input.next_block(size).unwrap_or_else(|e| panic!("{e}")).map(<[u8]>::to_vec)).collect()
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
                for input in [Input::bytes(text), Input::reader(text, "r"), Input::reader(Drip(text), "drip")] {
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
