//! What may stand before the text of a source, and before that of a record: a mark of the encoding, and holes.
//!
//! A *mark* is the byte order mark U+FEFF as the first character of a source. It says how the text is encoded, and is no part of the first
//! record. Anywhere else it is text.
//!
//! A *hole* is a run of NUL bytes before a record. A log has one where it was rotated by copying and truncating it while its writer
//! went on from its old place. It is no part of the record, so it does not count for its length, and may be of any size.
//!
//! Blocks begin with the text of a record: what stands before it is passed here. Holes before the other records of a block are found where
//! its records are told apart, which looks at their first bytes anyway; both are counted as [`Holes`].

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// The byte order mark in UTF-8, and in both kinds of UTF-16.
const MARKS: [(&[u8], Option<&Encoding>); 3] =
    [(&[0xef, 0xbb, 0xbf], None), (&[0xff, 0xfe], Some(UTF_16LE)), (&[0xfe, 0xff], Some(UTF_16BE))];

/// How many bytes a mark has in UTF-16.
pub(super) const MARK_16: usize = 2;

/// What was passed before the next record, which has no block yet.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lead {
    /// What the source begins with is known.
    pub(super) is_known: bool,
    /// How many bytes the mark has.
    mark: u64,
    /// How many bytes the hole has.
    hole: u64,
}

/// What a record begins with.
#[derive(Debug)]
pub(super) enum Beginning {
    /// So many bytes that are to be passed; after them there is text, or what was read ends.
    After(usize),
    /// The source is in this encoding.
    Utf16(&'static Encoding),
    /// The bytes are too few to tell.
    MayBeMark,
}

impl Lead {
    /// Looks at the beginning of a record, as far as it was read, and counts what is to be passed.
    pub(super) fn pass(&mut self, bytes: &[u8]) -> Beginning {
        let mut passed = 0;
        if !self.is_known {
            match MARKS.iter().find(|(mark, _)| bytes.starts_with(mark)) {
                Some((_, Some(encoding))) => {
                    self.is_known = true;
                    return Beginning::Utf16(encoding);
                }
                Some((mark, None)) => passed = mark.len(),
                None if MARKS.iter().any(|(mark, _)| mark.starts_with(bytes)) => return Beginning::MayBeMark,
                None => {}
            }
            self.is_known = true;
            self.mark = passed as u64;
        }
        let hole = nuls(&bytes[passed..]);
        self.hole += hole as u64;
        Beginning::After(passed + hole)
    }

    /// How many bytes were passed since this was asked, and the hole among them; the next byte is at `offset` plus that many.
    pub(super) fn take(&mut self, offset: u64) -> (u64, Holes) {
        let passed = std::mem::take(&mut self.mark) + self.hole;
        let mut holes = Holes::default();
        holes.add(std::mem::take(&mut self.hole), offset + passed);
        (passed, holes)
    }
}

/// The holes of a source, or of a part of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Holes {
    count: u64,
    /// How many bytes they have together.
    bytes: u64,
    /// Where the first ends in the source.
    end: u64,
}

impl Holes {
    /// Adds a hole of so many bytes, if it has any; it ends at `end` in its source.
    pub(crate) fn add(&mut self, bytes: u64, end: u64) {
        if bytes > 0 {
            self.append(Holes { count: 1, bytes, end });
        }
    }

    /// The same, of a part that begins at `offset` in its source.
    pub(crate) fn at(self, offset: u64) -> Holes {
        Holes { end: self.end + offset, ..self }
    }

    /// Adds the holes of what comes after this.
    pub(crate) fn append(&mut self, later: Holes) {
        if self.count == 0 {
            self.end = later.end;
        }
        self.count += later.count;
        self.bytes += later.bytes;
    }

    /// What is to be told of them, if there are any.
    pub(crate) fn note(self) -> Option<String> {
        let Holes { count, bytes, end } = self;
        match count {
            0 => None,
            1 if bytes == 1 => Some(format!("skipped 1 NUL byte before byte {end}")),
            1 => Some(format!("skipped {bytes} NUL bytes before byte {end}")),
            _ => Some(format!("skipped {bytes} NUL bytes in {count} places, the first before byte {end}")),
        }
    }
}

/// How many NUL bytes there are at the beginning.
pub(crate) fn nuls(bytes: &[u8]) -> usize {
    const STEP: usize = 64;
    let steps = bytes.as_chunks::<STEP>().0.iter().take_while(|chunk| **chunk == [0; STEP]).count();
    let rest = &bytes[steps * STEP..];
    steps * STEP + rest.iter().position(|&byte| byte != 0).unwrap_or(rest.len())
}

/// How many of the bytes that end a source are records: after its last newline there is none if only NULs follow.
pub(super) fn without_last_hole(bytes: &[u8]) -> usize {
    if bytes.last() != Some(&0) {
        return bytes.len();
    }
    let line = memchr::memrchr(b'\n', bytes).map_or(0, |newline| newline + 1);
    if nuls(&bytes[line..]) == bytes.len() - line { line } else { bytes.len() }
}
