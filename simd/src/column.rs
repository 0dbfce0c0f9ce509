//! The input and the output of column kernels: [`Span`], a piece of text, and [`Bitmap`], which rows have a value.

/// A piece of a block: the bytes from `start` up to, but not including, `end`.
///
/// A span that does not lie inside its block, or ends before it starts, is not an error: the row has no value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct Span {
    /// Byte offset of the first byte.
    pub start: u32,
    /// Byte offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes from `start` up to `end`.
    pub const fn new(start: u32, end: u32) -> Span {
        Span { start, end }
    }

    /// The bytes of `block` in this span, if it lies inside.
    #[inline]
    pub fn of(self, block: &[u8]) -> Option<&[u8]> {
        block.get(self.start as usize..self.end as usize)
    }
}

/// One bit for each row, packed as Arrow does: row *i* is bit `i % 8` of byte `i / 8`, and the bits after the last
/// row are zero. A set bit means that the row has a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bitmap {
    bytes: Vec<u8>,
    rows: usize,
}

impl Bitmap {
    /// No rows.
    pub const fn new() -> Bitmap {
        Bitmap { bytes: Vec::new(), rows: 0 }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Forgets the rows and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.rows = 0;
    }

    /// Makes room for this many further rows.
    pub fn reserve(&mut self, rows: usize) {
        self.bytes.reserve(rows / 8 + 2);
    }

    /// Appends one row.
    #[inline]
    pub fn push(&mut self, valid: bool) {
        if self.rows.is_multiple_of(8) {
            self.bytes.push(0);
        }
        if let Some(last) = self.bytes.last_mut() {
            *last |= u8::from(valid) << (self.rows % 8);
        }
        self.rows += 1;
    }

    /// Appends eight rows, the lowest bit first.
    #[inline]
    pub fn push_eight(&mut self, rows: u8) {
        let used = self.rows % 8;
        match self.bytes.last_mut() {
            Some(last) if used != 0 => {
                *last |= rows << used;
                self.bytes.push(rows >> (8 - used));
            }
            _ => self.bytes.push(rows),
        }
        self.rows += 8;
    }

    /// Whether row `row` has a value; `false` where there is no such row.
    #[inline]
    pub fn get(&self, row: usize) -> bool {
        self.bytes.get(row / 8).is_some_and(|byte| byte >> (row % 8) & 1 == 1)
    }

    /// The number of rows that have a value.
    pub fn count_valid(&self) -> usize {
        self.bytes.iter().map(|byte| byte.count_ones() as usize).sum()
    }

    /// The rows in order.
    pub fn iter(&self) -> impl Iterator<Item = bool> + '_ {
        (0..self.rows).map(|row| self.get(row))
    }

    /// The packed bytes, `len().div_ceil(8)` of them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The packed bytes, as their own vector.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_rows_at_once_are_eight_rows_one_by_one() {
        for before in 0..17usize {
            for bits in 0..=255u8 {
                let (mut whole, mut single) = (Bitmap::new(), Bitmap::new());
                for row in 0..before {
                    whole.push(row % 3 == 0);
                    single.push(row % 3 == 0);
                }
                whole.push_eight(bits);
                whole.push(true);
                (0..8).for_each(|i| single.push(bits >> i & 1 == 1));
                single.push(true);
                assert_eq!(whole, single);
                assert_eq!(whole.as_bytes().len(), whole.len().div_ceil(8));
                assert_eq!(whole.count_valid(), whole.iter().filter(|&row| row).count());
            }
        }
    }

    #[test]
    fn a_span_outside_of_its_block_is_nothing() {
        let block = b"0123";
        assert_eq!(Span::new(1, 3).of(block), Some(&b"12"[..]));
        assert_eq!(Span::new(4, 4).of(block), Some(&b""[..]));
        assert_eq!(Span::new(3, 5).of(block), None);
        assert_eq!(Span::new(3, 2).of(block), None);
    }
}
