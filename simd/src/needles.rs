//! Which bytes an index looks for.

/// One to eight bytes to look for, and the quickest way to look for them.
///
/// Bytes whose low nibbles differ need one table and one comparison, however many they are: entry *n* of the table
/// is the wanted byte whose low nibble is *n*, and a byte is wanted if it equals the entry that its low nibble selects.
/// `\n`, `"`, `[`, `]`, space and comma are such bytes. Others are compared one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needles {
    /// The bytes in ascending order, the last one repeated to the end.
    bytes: [u8; 8],
    count: usize,
    table: Option<[u8; 16]>,
}

impl Needles {
    /// The different bytes of `bytes`; `None` if there are none, or more than eight.
    pub fn new(bytes: &[u8]) -> Option<Needles> {
        let mut sorted = bytes.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        if sorted.len() > 8 {
            return None;
        }
        let mut padded = [*sorted.last()?; 8];
        padded[..sorted.len()].copy_from_slice(&sorted);
        let table = Self::by_low_nibble(&sorted);
        Some(Needles { bytes: padded, count: sorted.len(), table })
    }

    fn by_low_nibble(bytes: &[u8]) -> Option<[u8; 16]> {
        // An entry that no needle claims holds a byte of another low nibble, which nothing that selects it can equal.
        let mut table = [1; 16];
        table[1] = 0;
        let mut claimed = 0u16;
        for &byte in bytes {
            let nibble = byte & 15;
            if claimed >> nibble & 1 == 1 {
                return None;
            }
            claimed |= 1 << nibble;
            table[usize::from(nibble)] = byte;
        }
        Some(table)
    }

    /// The bytes in ascending order, each once.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.count]
    }

    pub(crate) fn padded(&self) -> &[u8; 8] {
        &self.bytes
    }

    pub(crate) fn table(&self) -> Option<[u8; 16]> {
        self.table
    }
}

/// Any set of bytes.
///
/// Held as one bit per byte, in rows by low nibble: bit *h* of `low[n]` is the byte `16·h + n`, and of `high[n]` the byte
/// `16·(h + 8) + n`. Looking up a vector of bytes takes four table look-ups, whatever the set
/// (Wojciech Muła, "SIMDized check which bytes are in a set", 2018).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ByteSet {
    low: [u8; 16],
    high: [u8; 16],
}

impl ByteSet {
    /// The bytes that `wanted` says yes to.
    pub fn new(wanted: impl Fn(u8) -> bool) -> ByteSet {
        let mut set = ByteSet::default();
        for byte in (0..=255u8).filter(|&byte| wanted(byte)) {
            let half = if byte < 128 { &mut set.low } else { &mut set.high };
            half[usize::from(byte & 15)] |= 1 << (byte >> 4 & 7);
        }
        set
    }

    /// Whether `byte` is in it.
    #[inline]
    pub fn contains(&self, byte: u8) -> bool {
        let half = if byte < 128 { &self.low } else { &self.high };
        half[usize::from(byte & 15)] >> (byte >> 4 & 7) & 1 == 1
    }

    pub(crate) fn halves(&self) -> [[u8; 16]; 2] {
        [self.low, self.high]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needles_are_one_to_eight_different_bytes() {
        assert!(Needles::new(b"").is_none());
        assert!(Needles::new(b"123456789").is_none());
        assert_eq!(Needles::new(b"aa,b,").unwrap().bytes(), b",ab");
        assert_eq!(Needles::new(b"12345678").unwrap().bytes(), b"12345678");
    }

    #[test]
    fn the_table_finds_the_needles_and_nothing_else() {
        for bytes in [&b"\n\"[]"[..], b"\n", b"\x01", b"\x00\x01", b"\xff ", b",;\n", b" \n\"[],"] {
            let needles = Needles::new(bytes).unwrap();
            let table = needles.table().unwrap();
            for byte in 0..=255u8 {
                assert_eq!(table[usize::from(byte & 15)] == byte, bytes.contains(&byte), "{byte} in {bytes:?}");
            }
        }
        assert!(Needles::new(b"\n:").unwrap().table().is_none());
    }

    #[test]
    fn a_set_contains_what_it_was_made_of() {
        for seed in 0..64u32 {
            let wanted = |byte: u8| (u32::from(byte) + 7).wrapping_mul(2_654_435_761 ^ seed << 9) >> 30 == 0;
            let set = ByteSet::new(wanted);
            assert!((0..=255).all(|byte| set.contains(byte) == wanted(byte)));
        }
    }
}
