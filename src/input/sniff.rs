//! How a stream is compressed: its first bytes say so.

use std::{io, time::Instant};

use super::{
    codec::Codec,
    stream::{CHUNK, Plain, Stream, is_passing},
    unpack::Unpack,
};

/// A stream that shows by its first bytes how it is compressed.
pub(super) struct Sniffed<'a> {
    stream: Box<dyn Stream + 'a>,
    beginning: Vec<u8>,
    is_known: bool,
}

impl<'a> Sniffed<'a> {
    pub(super) fn new(stream: Box<dyn Stream + 'a>) -> Sniffed<'a> {
        Sniffed { stream, beginning: Vec::new(), is_known: false }
    }

    /// Reads as many bytes as are needed to know what the stream is.
    ///
    /// # Errors
    /// `WouldBlock` where they do not come before `end`; `Unsupported` for what is not read.
    pub(super) fn find_out(&mut self, end: Instant) -> io::Result<()> {
        let mut after = After::More;
        let kind = loop {
            let read = self.beginning.len();
            match compression(&self.beginning) {
                Guess::Is(kind) => break Some(kind),
                Guess::IsPlain => break None,
                Guess::MayBe if !matches!(after, After::More) => break None,
                Guess::MayBe => {}
            }
            self.beginning.resize(read + CHUNK, 0);
            let more = self.stream.read(&mut self.beginning[read..], end);
            self.beginning.truncate(read + *more.as_ref().unwrap_or(&0));
            match more {
                Ok(0) => after = After::End,
                Ok(_) => {}
                Err(error) if is_passing(&error) => return Err(error),
                Err(error) => after = After::Failed(error),
            }
        };
        let codec = match kind {
            Some(Kind::Packed(codec)) => Some(codec),
            Some(Kind::Zip) => return Err(archive("zip", "unzip -p")),
            Some(Kind::Tar) => return Err(archive("tar", "tar -xOf")),
            None => None,
        };
        self.is_known = true;
        let stream = std::mem::replace(&mut self.stream, Box::new(Plain(io::empty())));
        let stream = Begun { after, ..Begun::new(std::mem::take(&mut self.beginning), stream) };
        self.stream = match codec {
            Some(codec) => Box::new(Unpacked { stream: Unpack::new(codec, stream)?, beginning: Some(Vec::new()) }),
            None => Box::new(stream),
        };
        Ok(())
    }
}

impl Stream for Sniffed<'_> {
    fn read(&mut self, buffer: &mut [u8], end: Instant) -> io::Result<usize> {
        if !self.is_known {
            self.find_out(end)?;
        }
        self.stream.read(buffer, end)
    }

    fn is_packed(&self) -> bool {
        self.stream.is_packed()
    }

    fn notes(&mut self) -> Vec<String> {
        self.stream.notes()
    }
}

/// The error for files in a file.
fn archive(kind: &str, command: &str) -> io::Error {
    let message =
        format!("a {kind} archive, which is files in a file: unpack it first, or into a pipe, as by {command}");
    io::Error::new(io::ErrorKind::Unsupported, message)
}

/// What compressed data are, unless that is an archive of tar.
struct Unpacked<S> {
    stream: S,
    /// What has come out, until that tells.
    beginning: Option<Vec<u8>>,
}

impl<S: Stream> Stream for Unpacked<S> {
    fn read(&mut self, buffer: &mut [u8], end: Instant) -> io::Result<usize> {
        let read = self.stream.read(buffer, end)?;
        if let Some(beginning) = &mut self.beginning {
            beginning.extend_from_slice(&buffer[..read.min(TAR_MARK.end)]);
            match tar(beginning) {
                Guess::Is(_) => return Err(archive("tar", "tar -xOf")),
                Guess::MayBe if read > 0 => {}
                _ => self.beginning = None,
            }
        }
        Ok(read)
    }

    fn is_packed(&self) -> bool {
        self.stream.is_packed()
    }

    fn notes(&mut self) -> Vec<String> {
        self.stream.notes()
    }
}

/// A stream of which something was read already.
pub(super) struct Begun<S> {
    beginning: Vec<u8>,
    used: usize,
    /// What was found after that.
    after: After,
    stream: S,
}

impl<S> Begun<S> {
    pub(super) fn new(beginning: Vec<u8>, stream: S) -> Begun<S> {
        Begun { beginning, used: 0, after: After::More, stream }
    }
}

enum After {
    More,
    End,
    Failed(io::Error),
}

impl<S: Stream> Stream for Begun<S> {
    fn read(&mut self, buffer: &mut [u8], end: Instant) -> io::Result<usize> {
        let ahead = &self.beginning[self.used..];
        if !ahead.is_empty() {
            let length = ahead.len().min(buffer.len());
            buffer[..length].copy_from_slice(&ahead[..length]);
            self.used += length;
            if self.used == self.beginning.len() {
                (self.beginning, self.used) = (Vec::new(), 0);
            }
            return Ok(length);
        }
        match std::mem::replace(&mut self.after, After::End) {
            After::More => {
                self.after = After::More;
                self.stream.read(buffer, end)
            }
            After::End => Ok(0),
            After::Failed(error) => Err(error),
        }
    }

    fn notes(&mut self) -> Vec<String> {
        self.stream.notes()
    }
}

/// What a stream may be, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guess {
    Is(Kind),
    IsPlain,
    /// They are too few.
    MayBe,
}

/// What a stream is that is not plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Packed(Codec),
    Zip,
    Tar,
}

/// Stands for one of the digits 1 to 9 in a header; none has this byte itself.
const DIGIT: u8 = 0xff;

const BZIP2: Kind = Kind::Packed(Codec::Bzip2);

/// What compressed data begins with. All that a format always begins with is here, so that a text that happens to begin as a name does is text.
/// The others have control characters, or are no UTF-8.
///
/// From RFC 1952 (gzip), RFC 8878 (Zstandard, and its skippable frame as `pzstd` writes it), the .xz file format 1.2.1, the LZ4 Frame Format 1.6.4, the .ZIP
/// File Format Specification 6.3, and the bzip2 sources: there a header is followed by the mark of a block, or of the end where there is no block.
const HEADERS: [(Kind, &[u8]); 9] = [
    (Kind::Packed(Codec::Gzip), &[0x1f, 0x8b]),
    (Kind::Packed(Codec::Zstd), &[0x28, 0xb5, 0x2f, 0xfd]),
    (Kind::Packed(Codec::Zstd), &[0x50, 0x2a, 0x4d, 0x18]),
    (Kind::Packed(Codec::Xz), &[0xfd, b'7', b'z', b'X', b'Z', 0]),
    (Kind::Packed(Codec::Lz4), &[0x04, 0x22, 0x4d, 0x18]),
    (BZIP2, &[b'B', b'Z', b'h', DIGIT, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59]),
    (BZIP2, &[b'B', b'Z', b'h', DIGIT, 0x17, 0x72, 0x45, 0x38, 0x50, 0x90]),
    (Kind::Zip, &[b'P', b'K', 3, 4]),
    (Kind::Zip, &[b'P', b'K', 5, 6]),
];

/// How a stream is compressed that begins so.
pub(super) fn compression(beginning: &[u8]) -> Guess {
    let is = |(byte, wanted): (&u8, &u8)| byte == wanted || *wanted == DIGIT && (b'1'..=b'9').contains(byte);
    let mut guess = Guess::IsPlain;
    for (kind, header) in HEADERS {
        if beginning.iter().zip(header).all(is) {
            if beginning.len() >= header.len() {
                return Guess::Is(kind);
            }
            guess = Guess::MayBe;
        }
    }
    if guess == Guess::IsPlain { tar(beginning) } else { guess }
}

/// Where the header of an archive of tar says what it is (POSIX.1-2017, pax, "ustar Interchange Format"), and where the name of the first file ends.
const TAR_MARK: std::ops::Range<usize> = 257..262;
const TAR_NAME: usize = 100;

/// Whether what begins so is an archive of tar. Its first file has a name, and NULs after that, which no line of text has. Archives come by blocks of 512 bytes.
fn tar(beginning: &[u8]) -> Guess {
    let name = beginning.get(..TAR_NAME).unwrap_or_default();
    let end = name.iter().position(|&byte| byte == 0).unwrap_or(0);
    if end == 0 || name[end..].iter().any(|&byte| byte != 0) {
        return Guess::IsPlain;
    }
    match beginning.get(TAR_MARK) {
        None => Guess::MayBe,
        Some(b"ustar") => Guess::Is(Kind::Tar),
        Some(_) => Guess::IsPlain,
    }
}

/// Whether what begins so is compressed, in a way that is read.
#[cfg(feature = "cli")]
pub(crate) fn is_packed(beginning: &[u8]) -> bool {
    matches!(compression(beginning), Guess::Is(Kind::Packed(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compression_is_seen_by_a_whole_header_and_not_earlier() {
        for (kind, header) in HEADERS {
            let header: Vec<u8> = header.iter().map(|&byte| if byte == DIGIT { b'5' } else { byte }).collect();
            for length in 0..header.len() {
                assert_eq!(compression(&header[..length]), Guess::MayBe, "{kind:?} {length}");
                let mut other = header.clone();
                other[length] ^= 0x20;
                assert_eq!(compression(&other), Guess::IsPlain, "{kind:?} {length}");
            }
            assert_eq!(compression(&header), Guess::Is(kind));
            assert_eq!(compression(&[&header[..], b"and more"].concat()), Guess::Is(kind));
        }
    }

    #[test]
    fn an_archive_of_tar_is_seen_by_its_header_and_text_with_nuls_is_none() {
        let mut header = [&b"a.log"[..], &[0; 95], b"0000644\0", &[b'0'; 149], b"ustar\0"].concat();
        assert_eq!(compression(&header), Guess::Is(Kind::Tar));
        assert_eq!(compression(&header[..TAR_MARK.end - 1]), Guess::MayBe);
        header[50] = b'x';
        assert_eq!(compression(&header), Guess::IsPlain);
        for text in [&b"a\0b\n"[..], b"\0\0\0a\n", b"a.log 1\n"] {
            assert_eq!(compression(text), Guess::IsPlain, "{text:?}");
        }
    }

    #[test]
    fn no_text_without_control_characters_begins_as_compressed_data_but_for_the_whole_header_of_bzip2() {
        for (kind, header) in HEADERS.iter().filter(|(kind, _)| *kind != BZIP2) {
            let is_text = std::str::from_utf8(header).is_ok_and(|text| !text.chars().any(char::is_control));
            assert!(!is_text, "{kind:?}");
        }
        for text in ["BZh 5\n", "BZh\n", "BZh9\n", "BZh91AY&S\n", "B", "(\u{b5}/\n", ""] {
            assert_ne!(compression(&[text.as_bytes(), b"\n0123456789"].concat()), Guess::Is(BZIP2), "{text:?}");
        }
    }
}
