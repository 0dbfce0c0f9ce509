//! Bytes on their way to the end of a vector.

#![allow(unsafe_code, reason = "the length of a vector whose bytes were written behind it")]

use crate::column::Span;

/// Makes room behind `bytes` for the texts of `spans`, and for 64 bytes more, since a whole array may be written at the place of the last
/// text. Gives the length of all texts. Panics if the vector would become longer than `i32::MAX`.
#[inline(always)]
pub(crate) fn make_room(spans: &[Span], bytes: &mut Vec<u8>) -> usize {
    let length: u64 = spans.iter().map(|span| u64::from(span.end.saturating_sub(span.start))).sum();
    assert!(bytes.len() as u64 + length <= i32::MAX as u64, "a column of more than {} bytes", i32::MAX);
    bytes.reserve(length as usize + 64);
    length as usize
}

/// A vector that grows by whole arrays, of which a part is kept.
///
/// How long it is stays in a register, so that one array does not wait for the one before.
pub(crate) struct Tail {
    bytes: Vec<u8>,
    /// Its length: so many bytes of its memory have been written, all from the beginning on.
    len: usize,
}

impl Tail {
    pub(crate) fn new(bytes: Vec<u8>) -> Tail {
        Tail { len: bytes.len(), bytes }
    }

    /// The bytes.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        // SAFETY: `len` is the vector's own length and what `push` and `push_slice` have added to it, which is no more than they have
        // written behind it, where they check that there is room.
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
        // SAFETY: there is room for `N` bytes behind the first `len`: the check above.
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
    fn what_is_kept_of_each_array_stands_behind_what_was_there() {
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
    fn an_array_must_have_room_although_little_of_it_is_kept() {
        let mut bytes = Vec::new();
        bytes.reserve_exact(3);
        Tail::new(bytes).push(b"abcd", 1);
    }
}
