//! Compressions: what their data begins with, what may follow it, and how it is unpacked.
//!
//! Each has data in *members* (members of gzip, frames of zstd and lz4, streams of xz and bzip2), one after the other. What comes after a member is taken
//! as the tool of the compression takes it, called with `-d`.

#[cfg(feature = "bzip2")]
mod bzip2;
mod decoder;
#[cfg(feature = "gzip")]
mod gzip;
#[cfg(feature = "lz4")]
mod lz4;
#[cfg(feature = "xz")]
mod xz;
#[cfg(feature = "zstd")]
mod zstd;

use std::io;

pub(super) use decoder::{Decoder, Done};

/// A compression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Codec {
    Gzip,
    Zstd,
    Xz,
    Bzip2,
    Lz4,
}

/// What comes after a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    Member,
    /// So many bytes of padding.
    Padding(usize),
    End,
    /// What the tool of the compression passes over, with a warning.
    Ignored,
    /// What the tool takes as an error.
    Wrong(&'static str),
}

impl Codec {
    pub(super) fn name(self) -> &'static str {
        match self {
            Codec::Gzip => "gzip",
            Codec::Zstd => "zstd",
            Codec::Xz => "xz",
            Codec::Bzip2 => "bzip2",
            Codec::Lz4 => "lz4",
        }
    }

    /// The decoder of a member.
    ///
    /// # Errors
    /// `Unsupported` where this build does not have it; `OutOfMemory`.
    pub(super) fn decoder(self) -> io::Result<Box<dyn Decoder>> {
        match self {
            #[cfg(feature = "gzip")]
            Codec::Gzip => Ok(Box::new(gzip::Gzip::new())),
            #[cfg(feature = "zstd")]
            Codec::Zstd => Ok(Box::new(zstd::Zstd::new()?)),
            #[cfg(feature = "xz")]
            Codec::Xz => Ok(Box::new(xz::Xz::new()?)),
            #[cfg(feature = "bzip2")]
            Codec::Bzip2 => Ok(Box::new(bzip2::Bzip2::new())),
            #[cfg(feature = "lz4")]
            Codec::Lz4 => Ok(Box::new(lz4::Lz4::new())),
            #[allow(unreachable_patterns, reason = "with all features there is no other")]
            _ => {
                let name = self.name();
                let message = format!(
                    "compressed with {name}, which this build of parsimd does not read: build it with the feature {name}, or decompress it into a pipe"
                );
                Err(io::Error::new(io::ErrorKind::Unsupported, message))
            }
        }
    }

    /// How many bytes [`after`](Self::after) must be given, if there are so many.
    pub(super) fn looks_at(self) -> usize {
        match self {
            Codec::Gzip => 2,
            Codec::Xz => 6,
            Codec::Zstd | Codec::Bzip2 | Codec::Lz4 => 4,
        }
    }

    /// What comes after a member that is followed by `padding` bytes of padding and then by `rest`.
    pub(super) fn after(self, rest: &[u8], padding: u64) -> After {
        let zeros = || rest.iter().take_while(|&&byte| byte == 0).count();
        match (self, rest) {
            (Codec::Xz, _) if rest.first() != Some(&0) && !padding.is_multiple_of(4) => {
                After::Wrong("it is padded by a number of bytes that is no multiple of four")
            }
            (_, []) => After::End,
            (Codec::Gzip | Codec::Xz, [0, ..]) => After::Padding(zeros()),
            (Codec::Gzip, [0x1f, 0x8b, ..]) => After::Member,
            (Codec::Gzip, _) => After::Ignored,
            (Codec::Bzip2, [b'B', b'Z', b'h', b'1'..=b'9', ..]) => After::Member,
            (Codec::Xz, _) if begins(rest, &[0xfd, b'7', b'z', b'X', b'Z', 0]) => After::Member,
            (Codec::Zstd, _) if begins(rest, &[0x28, 0xb5, 0x2f, 0xfd]) => After::Member,
            (Codec::Lz4, _) if begins(rest, &[0x04, 0x22, 0x4d, 0x18]) => After::Member,
            // A frame that holds something else, which is passed over.
            (Codec::Zstd | Codec::Lz4, [0x50..=0x5f, rest @ ..]) if begins(rest, &[0x2a, 0x4d, 0x18]) => After::Member,
            (Codec::Bzip2, _) if rest.len() < 4 && begins(rest, b"BZh") => After::Member,
            (Codec::Bzip2, _) => After::Ignored,
            (Codec::Zstd | Codec::Xz | Codec::Lz4, _) => After::Wrong("other bytes follow it"),
        }
    }
}

/// Whether bytes begin as a header does, or are its beginning alone: then it is damaged, and not something else.
fn begins(bytes: &[u8], header: &[u8]) -> bool {
    let known = bytes.len().min(header.len());
    bytes[..known] == header[..known]
}
