//! Maps of text to text: the column of `kv`, laid out as Arrow's `Map`.
//!
//! The keys of all rows lie one after the other, and so do their values; row *n* has those from `offsets[n]` to `offsets[n + 1]`. A row has no key twice.

use std::collections::TryReserveError;

/// Texts, one after the other: text *n* is `bytes[offsets[n]..offsets[n + 1]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PackedTexts {
    pub(crate) offsets: Vec<i32>,
    pub(crate) bytes: Vec<u8>,
}

impl PackedTexts {
    fn new() -> PackedTexts {
        PackedTexts { offsets: vec![0], bytes: Vec::new() }
    }

    fn push(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
        // A block, and what is joined of blocks, has less than 2 GiB.
        self.offsets.push(self.bytes.len() as i32);
    }

    fn get(&self, at: usize) -> &str {
        let text = &self.bytes[self.offsets[at] as usize..self.offsets[at + 1] as usize];
        std::str::from_utf8(text).unwrap_or_default()
    }

    fn append(&mut self, more: &PackedTexts) {
        let base = self.bytes.len() as i32;
        self.bytes.extend_from_slice(&more.bytes);
        self.offsets.extend(more.offsets[1..].iter().map(|offset| base + offset));
    }

    fn try_reserve(&mut self, texts: usize, bytes: usize) -> Result<(), TryReserveError> {
        self.offsets.try_reserve_exact(texts)?;
        self.bytes.try_reserve_exact(bytes)
    }
}

/// A column of maps of text to text, in the order in which the pairs were read.
///
/// ```
/// use parsimd::{Pattern, Values};
///
/// let batch = Pattern::new("{pairs:kv}")?.scan(b"level=info took=\"2 ms\"\nlevel=warn\n").read_all()?;
/// let Values::Map(maps) = batch.columns()[0].values() else { unreachable!() };
/// assert_eq!(maps.offsets(), [0, 2, 3]);
/// assert_eq!(maps.row(0).iter().collect::<Vec<_>>(), [("level", "info"), ("took", "2 ms")]);
/// # Ok::<(), parsimd::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maps {
    offsets: Vec<i32>,
    pub(crate) keys: PackedTexts,
    pub(crate) values: PackedTexts,
}

impl Maps {
    pub(crate) fn with_capacity(rows: usize) -> Maps {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Maps { offsets, keys: PackedTexts::new(), values: PackedTexts::new() }
    }

    /// So many maps without pairs.
    pub(super) fn empty(rows: usize) -> Maps {
        Maps { offsets: vec![0; rows + 1], keys: PackedTexts::new(), values: PackedTexts::new() }
    }

    /// Adds a pair to the row that is not ended. Its key must be new there.
    pub(crate) fn push(&mut self, key: &str, value: &str) {
        self.keys.push(key);
        self.values.push(value);
    }

    /// Ends a row.
    pub(crate) fn end_row(&mut self) {
        self.offsets.push((self.keys.offsets.len() - 1) as i32);
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// True when there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the pairs of each row begin among all pairs, and at the end how many there are.
    pub fn offsets(&self) -> &[i32] {
        &self.offsets
    }

    /// The pairs of row `row`; none where it is null.
    ///
    /// # Panics
    /// Past the last row.
    pub fn row(&self, row: usize) -> Entries<'_> {
        Entries { maps: self, at: self.offsets[row] as usize, end: self.offsets[row + 1] as usize }
    }

    pub(super) fn take(&self, rows: &[usize]) -> Maps {
        let mut taken = Maps::with_capacity(rows.len());
        for &row in rows {
            self.row(row).iter().for_each(|(key, value)| taken.push(key, value));
            taken.end_row();
        }
        taken
    }

    /// How many bytes the keys have, or the values if those have more: less than 2 GiB of each fit in a column.
    pub(super) fn text_len(&self) -> usize {
        self.keys.bytes.len().max(self.values.bytes.len())
    }

    /// Makes room for so many rows, and as many pairs and texts as `parts` have.
    pub(super) fn try_reserve(&mut self, rows: usize, parts: &[&Maps]) -> Result<(), TryReserveError> {
        let sum = |length: fn(&Maps) -> usize| parts.iter().map(|part| length(part)).sum::<usize>();
        let pairs = sum(|part| part.keys.offsets.len());
        self.offsets.try_reserve_exact(rows)?;
        self.keys.try_reserve(pairs, sum(|part| part.keys.bytes.len()))?;
        self.values.try_reserve(pairs, sum(|part| part.values.bytes.len()))
    }

    /// Adds the rows of another column. A key has a byte or more, so that pairs are no more than the bytes of keys.
    pub(super) fn append(&mut self, more: &Maps) {
        let base = (self.keys.offsets.len() - 1) as i32;
        self.offsets.extend(more.offsets[1..].iter().map(|offset| base + offset));
        self.keys.append(&more.keys);
        self.values.append(&more.values);
    }
}

/// The pairs of one row of [`Maps`].
#[derive(Debug, Clone, Copy)]
pub struct Entries<'a> {
    maps: &'a Maps,
    at: usize,
    end: usize,
}

impl<'a> Entries<'a> {
    /// Keys and values, in the order in which they were read.
    pub fn iter(self) -> impl ExactSizeIterator<Item = (&'a str, &'a str)> {
        (self.at..self.end).map(move |at| (self.maps.keys.get(at), self.maps.values.get(at)))
    }

    /// The value of a key.
    pub fn get(self, key: &str) -> Option<&'a str> {
        self.iter().find(|(other, _)| *other == key).map(|(_, value)| value)
    }

    /// How many pairs there are.
    pub fn len(self) -> usize {
        self.end - self.at
    }

    /// True when there are none.
    pub fn is_empty(self) -> bool {
        self.at == self.end
    }
}

impl PartialEq for Entries<'_> {
    /// Whether the pairs are the same, in the same order.
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}
