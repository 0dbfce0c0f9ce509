//! [`Isa::Sse42`](super::super::Isa): a vector is four registers.

use std::arch::x86_64::*;

use crate::column::Span;
use crate::isa::{fits, words_fit, write_each};
use crate::kernels::kernel_list;
use crate::vector::Vector;
use crate::window::{Padded, Window};

kernel_list!(entries Sse42 Bytes SSE42 "sse3,ssse3,sse4.1,sse4.2,popcnt");

/// 64 bytes in four registers.
#[derive(Clone, Copy)]
pub(crate) struct Bytes([__m128i; 4]);

/// An intrinsic on each of the four registers.
macro_rules! each {
    ($f:expr; $($x:expr),+) => {
        Bytes([$f($($x.0[0]),+), $f($($x.0[1]),+), $f($($x.0[2]),+), $f($($x.0[3]),+)])
    };
}

impl Vector for Bytes {
    type Token = Token;
    type Window = Register;

    operations! {
        fn splat(_token: Token, byte: u8) -> Self { Bytes([_mm_set1_epi8(byte.cast_signed()); 4]) }
        fn splat_group(_token: Token, group: [u8; 16]) -> Self {
            Bytes([_mm_loadu_si128(group.as_ptr().cast()); 4])
        }
        fn splat_word(_token: Token, word: u64) -> Self { Bytes([_mm_set1_epi64x(word.cast_signed()); 4]) }
        fn load(_token: Token, bytes: &[u8; 64]) -> Self {
            let register = |i: usize| _mm_loadu_si128(bytes.as_ptr().add(16 * i).cast());
            Bytes([register(0), register(1), register(2), register(3)])
        }
        fn from_words(_token: Token, words: [u64; 8]) -> Self {
            let register = |i: usize| _mm_loadu_si128(words.as_ptr().add(2 * i).cast());
            Bytes([register(0), register(1), register(2), register(3)])
        }
        fn load_spans(_token: Token, spans: &[Span; 8]) -> Self {
            let register = |i: usize| _mm_loadu_si128(spans.as_ptr().add(2 * i).cast());
            Bytes([register(0), register(1), register(2), register(3)])
        }
        fn gather_words(token: Token, block: &[u8], at: Self) -> Self {
            assert!(words_fit(token, block, at));
            let at = at.to_words();
            // The check above: each of the 8 bytes from each offset lies inside the block.
            let word = |i: usize| block.as_ptr().add(at[i] as usize).cast::<i64>().read_unaligned();
            let register = |i: usize| _mm_set_epi64x(word(2 * i + 1), word(2 * i));
            Bytes([register(0), register(1), register(2), register(3)])
        }
        fn gather_groups(_token: Token, block: &[u8], at: [u32; 4]) -> Self {
            assert!(fits(block, &at, 16));
            // The check above: each of the 16 bytes from each offset lies inside the block.
            let register = |i: usize| _mm_loadu_si128(block.as_ptr().add(at[i] as usize).cast());
            Bytes([register(0), register(1), register(2), register(3)])
        }
        fn prefetch(_token: Token, bytes: &[u8; 64], ahead: usize) -> () {
            // A prefetch reads nothing: any address will do.
            _mm_prefetch::<_MM_HINT_T0>(bytes.as_ptr().wrapping_add(ahead).cast());
        }
        fn to_words(self) -> [u64; 8] {
            let mut words = [0u64; 8];
            for (i, register) in self.0.into_iter().enumerate() {
                _mm_storeu_si128(words.as_mut_ptr().add(2 * i).cast(), register);
            }
            words
        }

        fn and(self, other: Self) -> Self { each!(_mm_and_si128; self, other) }
        fn or(self, other: Self) -> Self { each!(_mm_or_si128; self, other) }
        fn xor(self, other: Self) -> Self { each!(_mm_xor_si128; self, other) }
        fn and_not(self, other: Self) -> Self { each!(_mm_andnot_si128; other, self) }

        fn saturating_sub(self, other: Self) -> Self { each!(_mm_subs_epu8; self, other) }
        fn min(self, other: Self) -> Self { each!(_mm_min_epu8; self, other) }
        fn high_nibbles(self) -> Self {
            let shifted = each!(_mm_srli_epi16::<4>; self);
            each!(_mm_and_si128; shifted, Bytes([_mm_set1_epi8(15); 4]))
        }
        fn equal(self, other: Self) -> Self { each!(_mm_cmpeq_epi8; self, other) }
        fn eq_mask(self, other: Self) -> u64 { self.equal(other).sign_mask() }
        fn le_mask(self, other: Self) -> u64 { self.min(other).eq_mask(self) }
        fn sign_mask(self) -> u64 {
            let bits = |i: usize| u64::from(_mm_movemask_epi8(self.0[i]).cast_unsigned());
            bits(0) | bits(1) << 16 | bits(2) << 32 | bits(3) << 48
        }
        fn is_zero(self) -> bool {
            let any = _mm_or_si128(_mm_or_si128(self.0[0], self.0[1]), _mm_or_si128(self.0[2], self.0[3]));
            _mm_testz_si128(any, any) == 1
        }

        fn swizzle(self, indexes: Self) -> Self { each!(_mm_shuffle_epi8; self, indexes) }

        fn shift_up<const BITS: i32>(self) -> Self { each!(_mm_sll_epi64; self, Bytes([_mm_cvtsi32_si128(BITS); 4])) }
        fn shift_down<const BITS: i32>(self) -> Self { each!(_mm_srl_epi64; self, Bytes([_mm_cvtsi32_si128(BITS); 4])) }
        fn add_words(self, other: Self) -> Self { each!(_mm_add_epi64; self, other) }
        fn sub_words(self, other: Self) -> Self { each!(_mm_sub_epi64; self, other) }
        fn equal_words(self, other: Self) -> Self { each!(_mm_cmpeq_epi64; self, other) }
        fn multiply_halves(self, other: Self) -> Self { each!(_mm_mul_epu32; self, other) }
        fn word_signs(self) -> u8 {
            let bits = |i: usize| _mm_movemask_pd(_mm_castsi128_pd(self.0[i]));
            (bits(0) | bits(1) << 2 | bits(2) << 4 | bits(3) << 6) as u8
        }
        fn sum_bytes(self) -> Self { each!(_mm_sad_epu8; self, Bytes([_mm_setzero_si128(); 4])) }

        fn weigh_bytes(self, weights: Self) -> Self { each!(_mm_maddubs_epi16; self, weights) }
        fn weigh_pairs(self, weights: Self) -> Self { each!(_mm_madd_epi16; self, weights) }

        fn write_positions(_token: Token, mask: u64, base: u32, out: &mut [u32; 64]) -> () { write_each(mask, base, out) }
    }

    #[inline(always)]
    fn earlier<const N: i32>(self, before: Self) -> Self {
        // SAFETY: a value of this type exists only where `Token` was made: see `Token::assume`.
        unsafe {
            let groups = Bytes([before.0[3], self.0[0], self.0[1], self.0[2]]);
            match N {
                1 => each!(_mm_alignr_epi8::<15>; self, groups),
                2 => each!(_mm_alignr_epi8::<14>; self, groups),
                3 => each!(_mm_alignr_epi8::<13>; self, groups),
                _ => unreachable!(),
            }
        }
    }
}

/// One register.
#[derive(Clone, Copy)]
pub(crate) struct Register(__m128i);

impl Window for Register {
    type Token = Token;

    const SIZE: usize = 16;

    operations! {
        fn splat(_token: Token, byte: u8) -> Self { Register(_mm_set1_epi8(byte.cast_signed())) }
        fn load(_token: Token, padded: Padded<'_>, at: usize) -> Self { Register(_mm_loadu_si128(padded.from(at).cast())) }
        fn word(_token: Token, padded: Padded<'_>, at: usize) -> u64 {
            padded.from(at).cast::<u64>().read_unaligned().to_le()
        }
        fn or(self, other: Self) -> Self { Register(_mm_or_si128(self.0, other.0)) }
        fn equal(self, other: Self) -> u64 {
            _mm_movemask_epi8(_mm_cmpeq_epi8(self.0, other.0)).cast_unsigned().into()
        }
        fn between(self, low: Self, size: Self) -> u64 {
            let above = _mm_sub_epi8(self.0, low.0);
            _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(above, size.0), above)).cast_unsigned().into()
        }
    }
}
