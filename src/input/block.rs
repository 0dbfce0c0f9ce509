//! Whole records, and the memory in which they lie.

use std::{fmt, ops::Range, sync::Arc};

use bytes::Bytes;

/// Why the record of a block is not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is too long. What the block has is its beginning.
    TooLong,
    /// The source broke off inside it.
    BrokenOff,
}

/// Where blocks lie.
#[derive(Clone)]
pub(super) enum Memory<'a> {
    /// Memory of the caller's, which lives as long as the scan and maybe no longer.
    Lent(Arc<dyn AsRef<[u8]> + Send + Sync + 'a>),
    /// Memory that lives as long as anybody has it.
    Shared(Bytes),
}

impl Memory<'_> {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Memory::Lent(lent) => (**lent).as_ref(),
            Memory::Shared(bytes) => bytes,
        }
    }
}

/// Whole records, and where they are from.
#[derive(Debug)]
pub(crate) struct Block<'b> {
    pub(crate) bytes: &'b [u8],
    /// The memory in which the bytes lie, if it can be shared.
    pub(crate) memory: Option<&'b Bytes>,
    /// Where the block begins in its source, in bytes.
    pub(crate) offset: u64,
    /// How many bytes of its source it stands for: more than it has, where the record is too long.
    pub(crate) extent: u64,
    /// The name of its source.
    pub(crate) source: &'b Arc<str>,
    /// Why its record, which is the only one then, is not whole.
    pub(crate) fault: Option<Fault>,
    /// How many newlines it stands for that it does not have.
    pub(crate) unseen_lines: u64,
}

impl Block<'_> {
    /// The bytes, to be kept: they are copied if their memory cannot be shared.
    pub(crate) fn share(&self) -> Bytes {
        match self.memory {
            Some(memory) => memory.slice_ref(self.bytes),
            None => Bytes::copy_from_slice(self.bytes),
        }
    }
}

/// Holds one block after the other for a thread that scans them. What is in memory is not copied; for the rest there is a buffer, which is
/// used again unless somebody shares it.
pub(crate) struct Holder<'a> {
    pub(super) memory: Memory<'a>,
    /// Where the block is in the memory.
    pub(super) place: Range<usize>,
    pub(super) offset: u64,
    pub(super) extent: u64,
    pub(super) source: Arc<str>,
    pub(super) fault: Option<Fault>,
    pub(super) unseen_lines: u64,
}

impl<'a> Holder<'a> {
    pub(crate) fn new() -> Holder<'a> {
        Holder {
            memory: Memory::Shared(Bytes::new()),
            place: 0..0,
            offset: 0,
            extent: 0,
            source: "".into(),
            fault: None,
            unseen_lines: 0,
        }
    }

    /// The block that was read last.
    pub(crate) fn block(&self) -> Block<'_> {
        let memory = match &self.memory {
            Memory::Lent(_) => None,
            Memory::Shared(bytes) => Some(bytes),
        };
        let bytes = &self.memory.bytes()[self.place.clone()];
        let Holder { offset, extent, fault, unseen_lines, .. } = *self;
        Block { bytes, memory, offset, extent, source: &self.source, fault, unseen_lines }
    }
}

impl fmt::Debug for Holder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Holder").field("source", &self.source).field("offset", &self.offset).finish_non_exhaustive()
    }
}
