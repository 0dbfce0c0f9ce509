//! [`Isa::Avx2`](super::super::Isa): a vector is two registers.

use std::arch::x86_64::*;

use crate::column::Span;
use crate::isa::{fits, words_fit, write_each};
use crate::kernels::kernel_list;
use crate::vector::Vector;
use crate::window::{Padded, Window};

kernel_list!(entries Avx2 Bytes AVX2 "avx2,bmi1,bmi2,f16c,fma,lzcnt,movbe,popcnt,sse4.2");

/// 64 bytes in two registers.
#[derive(Clone, Copy)]
pub(crate) struct Bytes([__m256i; 2]);

/// An intrinsic on each of the two registers.
macro_rules! both {
    ($f:expr; $($x:expr),+) => { Bytes([$f($($x.0[0]),+), $f($($x.0[1]),+)]) };
}

/// Two masks of 32 bits as one.
#[inline(always)]
fn join(low: i32, high: i32) -> u64 {
    u64::from(low.cast_unsigned()) | u64::from(high.cast_unsigned()) << 32
}

impl Vector for Bytes {
    type Token = Token;
    type Window = Register;

    operations! {
        fn splat(_token: Token, byte: u8) -> Self { Bytes([_mm256_set1_epi8(byte.cast_signed()); 2]) }
        fn splat_group(_token: Token, group: [u8; 16]) -> Self {
            Bytes([_mm256_broadcastsi128_si256(_mm_loadu_si128(group.as_ptr().cast())); 2])
        }
        fn splat_word(_token: Token, word: u64) -> Self { Bytes([_mm256_set1_epi64x(word.cast_signed()); 2]) }
        fn load(_token: Token, bytes: &[u8; 64]) -> Self {
            let at = bytes.as_ptr();
            Bytes([_mm256_loadu_si256(at.cast()), _mm256_loadu_si256(at.add(32).cast())])
        }
        fn from_words(_token: Token, words: [u64; 8]) -> Self {
            let at = words.as_ptr();
            Bytes([_mm256_loadu_si256(at.cast()), _mm256_loadu_si256(at.add(4).cast())])
        }
        fn load_spans(_token: Token, spans: &[Span; 8]) -> Self {
            let at = spans.as_ptr();
            Bytes([_mm256_loadu_si256(at.cast()), _mm256_loadu_si256(at.add(4).cast())])
        }
        fn gather_words(token: Token, block: &[u8], at: Self) -> Self {
            assert!(words_fit(token, block, at));
            let at = at.to_words();
            // The check above: each of the 8 bytes from each offset lies inside the block.
            let word = |i: usize| block.as_ptr().add(at[i] as usize).cast::<i64>().read_unaligned();
            Bytes([
                _mm256_set_epi64x(word(3), word(2), word(1), word(0)),
                _mm256_set_epi64x(word(7), word(6), word(5), word(4)),
            ])
        }
        fn gather_groups(_token: Token, block: &[u8], at: [u32; 4]) -> Self {
            assert!(fits(block, &at, 16));
            // The check above: each of the 16 bytes from each offset lies inside the block.
            let group = |i: usize| _mm_loadu_si128(block.as_ptr().add(at[i] as usize).cast());
            Bytes([
                _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(group(0)), group(1)),
                _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(group(2)), group(3)),
            ])
        }
        fn prefetch(_token: Token, bytes: &[u8; 64], ahead: usize) -> () {
            // A prefetch reads nothing: any address will do.
            _mm_prefetch::<_MM_HINT_T0>(bytes.as_ptr().wrapping_add(ahead).cast());
        }
        fn to_words(self) -> [u64; 8] {
            let mut words = [0u64; 8];
            let at = words.as_mut_ptr();
            _mm256_storeu_si256(at.cast(), self.0[0]);
            _mm256_storeu_si256(at.add(4).cast(), self.0[1]);
            words
        }

        fn and(self, other: Self) -> Self { both!(_mm256_and_si256; self, other) }
        fn or(self, other: Self) -> Self { both!(_mm256_or_si256; self, other) }
        fn xor(self, other: Self) -> Self { both!(_mm256_xor_si256; self, other) }
        fn and_not(self, other: Self) -> Self { both!(_mm256_andnot_si256; other, self) }

        fn saturating_sub(self, other: Self) -> Self { both!(_mm256_subs_epu8; self, other) }
        fn min(self, other: Self) -> Self { both!(_mm256_min_epu8; self, other) }
        fn high_nibbles(self) -> Self {
            let shifted = both!(_mm256_srli_epi16::<4>; self);
            both!(_mm256_and_si256; shifted, Bytes([_mm256_set1_epi8(15); 2]))
        }
        fn equal(self, other: Self) -> Self { both!(_mm256_cmpeq_epi8; self, other) }
        fn eq_mask(self, other: Self) -> u64 { self.equal(other).sign_mask() }
        fn le_mask(self, other: Self) -> u64 { self.min(other).eq_mask(self) }
        fn sign_mask(self) -> u64 { join(_mm256_movemask_epi8(self.0[0]), _mm256_movemask_epi8(self.0[1])) }
        fn is_zero(self) -> bool {
            let any = _mm256_or_si256(self.0[0], self.0[1]);
            _mm256_testz_si256(any, any) == 1
        }

        fn swizzle(self, indexes: Self) -> Self { both!(_mm256_shuffle_epi8; self, indexes) }

        fn shift_up<const BITS: i32>(self) -> Self {
            let bits = Bytes([_mm256_set1_epi64x(BITS.into()); 2]);
            both!(_mm256_sllv_epi64; self, bits)
        }
        fn shift_down<const BITS: i32>(self) -> Self {
            let bits = Bytes([_mm256_set1_epi64x(BITS.into()); 2]);
            both!(_mm256_srlv_epi64; self, bits)
        }
        fn add_words(self, other: Self) -> Self { both!(_mm256_add_epi64; self, other) }
        fn sub_words(self, other: Self) -> Self { both!(_mm256_sub_epi64; self, other) }
        fn equal_words(self, other: Self) -> Self { both!(_mm256_cmpeq_epi64; self, other) }
        fn multiply_halves(self, other: Self) -> Self { both!(_mm256_mul_epu32; self, other) }
        fn word_signs(self) -> u8 {
            let low = _mm256_movemask_pd(_mm256_castsi256_pd(self.0[0]));
            let high = _mm256_movemask_pd(_mm256_castsi256_pd(self.0[1]));
            (low | high << 4) as u8
        }
        fn sum_bytes(self) -> Self { both!(_mm256_sad_epu8; self, Bytes([_mm256_setzero_si256(); 2])) }

        fn weigh_bytes(self, weights: Self) -> Self { both!(_mm256_maddubs_epi16; self, weights) }
        fn weigh_pairs(self, weights: Self) -> Self { both!(_mm256_madd_epi16; self, weights) }

        fn write_positions(_token: Token, mask: u64, base: u32, out: &mut [u32; 64]) -> () { write_each(mask, base, out) }
    }

    #[inline(always)]
    fn earlier<const N: i32>(self, before: Self) -> Self {
        // SAFETY: a value of this type exists only where `Token` was made: see `Token::assume`.
        unsafe {
            // Each group's predecessor: the last group of the register before, then the register's own first.
            let low = _mm256_permute2x128_si256::<0x21>(before.0[1], self.0[0]);
            let high = _mm256_permute2x128_si256::<0x21>(self.0[0], self.0[1]);
            let groups = Bytes([low, high]);
            match N {
                1 => both!(_mm256_alignr_epi8::<15>; self, groups),
                2 => both!(_mm256_alignr_epi8::<14>; self, groups),
                3 => both!(_mm256_alignr_epi8::<13>; self, groups),
                _ => unreachable!(),
            }
        }
    }
}

/// One register.
#[derive(Clone, Copy)]
pub(crate) struct Register(__m256i);

impl Window for Register {
    type Token = Token;

    const SIZE: usize = 32;

    operations! {
        fn splat(_token: Token, byte: u8) -> Self { Register(_mm256_set1_epi8(byte.cast_signed())) }
        fn load(_token: Token, padded: Padded<'_>, at: usize) -> Self { Register(_mm256_loadu_si256(padded.from(at).cast())) }
        fn word(_token: Token, padded: Padded<'_>, at: usize) -> u64 {
            padded.from(at).cast::<u64>().read_unaligned().to_le()
        }
        fn or(self, other: Self) -> Self { Register(_mm256_or_si256(self.0, other.0)) }
        fn equal(self, other: Self) -> u64 { join(_mm256_movemask_epi8(_mm256_cmpeq_epi8(self.0, other.0)), 0) }
        fn between(self, low: Self, size: Self) -> u64 {
            let above = _mm256_sub_epi8(self.0, low.0);
            join(_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_min_epu8(above, size.0), above)), 0)
        }
    }
}
