//! [`Tail`]: appending to a byte vector by whole arrays, of which a part is kept.

#![allow(unsafe_code, reason = "the length of a vector whose bytes were written past its end")]

use crate::column::Span;

/// Reserves memory in `bytes` for the texts of `spans`, and for 64 bytes more, since a whole array may be written where the last text goes.
/// Returns the length of all texts. Panics if the vector would become longer than `i32::MAX`.
#[inline(always)]
pub(crate) fn reserve(spans: &[Span], bytes: &mut Vec<u8>) -> usize {
    let length: u64 = spans.iter().map(|span| u64::from(span.end.saturating_sub(span.start))).sum();
    assert!(bytes.len() as u64 + length <= i32::MAX as u64, "a column of more than {} bytes", i32::MAX);
    bytes.reserve(length as usize + 64);
    length as usize
}

/// A byte vector that grows by whole arrays, of which a part is kept.
///
/// Its length is kept here and not in the vector: there it would be stored and loaded for each array, which would then wait for the one
/// before.
pub(crate) struct Tail {
    bytes: Vec<u8>,
    /// The length: so many bytes of the memory have been written, all from its beginning.
    len: usize,
}

impl Tail {
    pub(crate) fn new(bytes: Vec<u8>) -> Tail {
        Tail { len: bytes.len(), bytes }
    }

    /// The bytes.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        // SAFETY: `len` is the vector's own length and what `push` and `push_slice` have added to it, which is no more than they have
        // written after it, where they check that there is room.
        unsafe { self.bytes.set_len(self.len) };
        self.bytes
    }

    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Writes `array`, and keeps its first `count` bytes. Panics if they are more than it has, or if there is no room for all of it.
    #[inline(always)]
    pub(crate) fn push<const N: usize>(&mut self, array: &[u8; N], count: usize) {
        assert!(count <= N && self.bytes.capacity() - self.len >= N);
        // SAFETY: there is memory for `N` bytes after the first `len`: the check above.
        unsafe { self.bytes.as_mut_ptr().add(self.len).cast::<[u8; N]>().write(*array) };
        self.len += count;
    }

    /// Writes a slice, and keeps all of it. Panics if there is no room for it.
    pub(crate) fn push_slice(&mut self, slice: &[u8]) {
        assert!(self.bytes.capacity() - self.len >= slice.len());
        // SAFETY: there is room for the slice after the first `len` bytes: the check above. The two do not overlap, because
        // the vector's memory is borrowed mutably and the slice is borrowed too.
        unsafe { self.bytes.as_mut_ptr().add(self.len).copy_from_nonoverlapping(slice.as_ptr(), slice.len()) };
        self.len += slice.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kept_part_of_each_array_is_appended() {
        let mut bytes = Vec::with_capacity(64);
        bytes.extend_from_slice(b"ab");
        let mut tail = Tail::new(bytes);
        tail.push(b"cdef", 2);
        tail.push(b"efgh", 0);
        tail.push_slice(b"e");
        assert_eq!(tail.len(), 5);
        assert_eq!(tail.finish(), b"abcde");
    }

    #[test]
    #[should_panic(expected = "capacity")]
    fn an_array_needs_memory_for_all_of_it_although_little_is_kept() {
        let mut bytes = Vec::new();
        bytes.reserve_exact(3);
        Tail::new(bytes).push(b"abcd", 1);
    }
}
