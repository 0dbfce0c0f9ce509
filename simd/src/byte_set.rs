//! [`ByteSet`]: any set of bytes, as the tables that a vector looks it up in.

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
    /// The bytes for which `wanted` returns true.
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
    fn a_set_contains_what_it_was_made_of() {
        for seed in 0..64u32 {
            let wanted = |byte: u8| (u32::from(byte) + 7).wrapping_mul(2_654_435_761 ^ seed << 9) >> 30 == 0;
            let set = ByteSet::new(wanted);
            assert!((0..=255).all(|byte| set.contains(byte) == wanted(byte)));
        }
    }
}
