//! [`Isa::Avx512`](super::super::Isa): a vector is one register.

use std::arch::x86_64::*;

use crate::column::Span;
use crate::isa::{fits, words_fit};
use crate::kernels::kernel_list;
use crate::vector::Vector;
use crate::window::{Padded, Window};

kernel_list!(entries Avx512 Bytes AVX512 "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vbmi2,avx2,bmi1,bmi2,f16c,fma,lzcnt,movbe,popcnt,sse4.2");

/// 64 bytes in one register.
#[derive(Clone, Copy)]
pub(crate) struct Bytes(__m512i);

/// The positions in a vector.
static PLACES: [u8; 64] = {
    let mut places = [0; 64];
    let mut i = 0;
    while i < 64 {
        places[i] = i as u8;
        i += 1;
    }
    places
};

impl Vector for Bytes {
    type Token = Token;
    type Window = Half;

    operations! {
        fn splat(_token: Token, byte: u8) -> Self { Bytes(_mm512_set1_epi8(byte.cast_signed())) }
        fn splat_group(_token: Token, group: [u8; 16]) -> Self {
            Bytes(_mm512_broadcast_i32x4(_mm_loadu_si128(group.as_ptr().cast())))
        }
        fn splat_word(_token: Token, word: u64) -> Self { Bytes(_mm512_set1_epi64(word.cast_signed())) }
        fn load(_token: Token, bytes: &[u8; 64]) -> Self { Bytes(_mm512_loadu_si512(bytes.as_ptr().cast())) }
        fn from_words(_token: Token, words: [u64; 8]) -> Self { Bytes(_mm512_loadu_si512(words.as_ptr().cast())) }
        fn load_spans(_token: Token, spans: &[Span; 8]) -> Self {
            Bytes(_mm512_loadu_si512(spans.as_ptr().cast()))
        }
        fn gather_words(token: Token, block: &[u8], at: Self) -> Self {
            assert!(words_fit(token, block, at));
            // The check above: each of the 8 bytes from each offset lies inside the block.
            Bytes(_mm512_i64gather_epi64::<1>(at.0, block.as_ptr().cast()))
        }
        fn gather_groups(_token: Token, block: &[u8], at: [u32; 4]) -> Self {
            assert!(fits(block, &at, 16));
            // The check above: each of the 16 bytes from each offset lies inside the block.
            let group = |i: usize| _mm_loadu_si128(block.as_ptr().add(at[i] as usize).cast());
            let low = _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(group(0)), group(1));
            let high = _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(group(2)), group(3));
            Bytes(_mm512_inserti64x4::<1>(_mm512_castsi256_si512(low), high))
        }
        fn prefetch(_token: Token, bytes: &[u8; 64], ahead: usize) -> () {
            // A prefetch reads nothing: any address will do.
            _mm_prefetch::<_MM_HINT_T0>(bytes.as_ptr().wrapping_add(ahead).cast());
        }
        fn to_words(self) -> [u64; 8] {
            let mut words = [0; 8];
            _mm512_storeu_si512(words.as_mut_ptr().cast(), self.0);
            words
        }

        fn and(self, other: Self) -> Self { Bytes(_mm512_and_si512(self.0, other.0)) }
        fn or(self, other: Self) -> Self { Bytes(_mm512_or_si512(self.0, other.0)) }
        fn xor(self, other: Self) -> Self { Bytes(_mm512_xor_si512(self.0, other.0)) }
        fn and_not(self, other: Self) -> Self { Bytes(_mm512_andnot_si512(other.0, self.0)) }

        fn saturating_sub(self, other: Self) -> Self { Bytes(_mm512_subs_epu8(self.0, other.0)) }
        fn min(self, other: Self) -> Self { Bytes(_mm512_min_epu8(self.0, other.0)) }
        fn high_nibbles(self) -> Self {
            Bytes(_mm512_and_si512(_mm512_srli_epi16::<4>(self.0), _mm512_set1_epi8(15)))
        }
        fn equal(self, other: Self) -> Self { Bytes(_mm512_movm_epi8(_mm512_cmpeq_epi8_mask(self.0, other.0))) }
        fn eq_mask(self, other: Self) -> u64 { _mm512_cmpeq_epi8_mask(self.0, other.0) }
        fn le_mask(self, other: Self) -> u64 { _mm512_cmple_epu8_mask(self.0, other.0) }
        fn sign_mask(self) -> u64 { _mm512_movepi8_mask(self.0) }
        fn is_zero(self) -> bool { _mm512_test_epi64_mask(self.0, self.0) == 0 }

        fn swizzle(self, indexes: Self) -> Self { Bytes(_mm512_shuffle_epi8(self.0, indexes.0)) }

        fn shift_up<const BITS: i32>(self) -> Self { Bytes(_mm512_sll_epi64(self.0, _mm_cvtsi32_si128(BITS))) }
        fn shift_down<const BITS: i32>(self) -> Self { Bytes(_mm512_srl_epi64(self.0, _mm_cvtsi32_si128(BITS))) }
        fn add_words(self, other: Self) -> Self { Bytes(_mm512_add_epi64(self.0, other.0)) }
        fn sub_words(self, other: Self) -> Self { Bytes(_mm512_sub_epi64(self.0, other.0)) }
        fn equal_words(self, other: Self) -> Self {
            Bytes(_mm512_movm_epi64(_mm512_cmpeq_epi64_mask(self.0, other.0)))
        }
        fn multiply_halves(self, other: Self) -> Self { Bytes(_mm512_mul_epu32(self.0, other.0)) }
        fn word_signs(self) -> u8 { _mm512_movepi64_mask(self.0) }
        fn sum_bytes(self) -> Self { Bytes(_mm512_sad_epu8(self.0, _mm512_setzero_si512())) }

        fn weigh_bytes(self, weights: Self) -> Self { Bytes(_mm512_maddubs_epi16(self.0, weights.0)) }
        fn weigh_pairs(self, weights: Self) -> Self { Bytes(_mm512_madd_epi16(self.0, weights.0)) }

        fn write_positions(_token: Token, mask: u64, base: u32, out: &mut [u32; 64]) -> () {
            let places = _mm512_maskz_compress_epi8(mask, _mm512_loadu_si512(PLACES.as_ptr().cast()));
            let base = _mm512_set1_epi32(base.cast_signed());
            let count = mask.count_ones();
            let first = _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_castsi512_si128(places)), base);
            _mm512_storeu_si512(out.as_mut_ptr().cast(), first);
            if count > 16 {
                // `out` has 64 elements: four stores of 16.
                let second = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32::<1>(places));
                _mm512_storeu_si512(out.as_mut_ptr().add(16).cast(), _mm512_add_epi32(second, base));
                let third = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32::<2>(places));
                _mm512_storeu_si512(out.as_mut_ptr().add(32).cast(), _mm512_add_epi32(third, base));
                let fourth = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32::<3>(places));
                _mm512_storeu_si512(out.as_mut_ptr().add(48).cast(), _mm512_add_epi32(fourth, base));
            }
        }
    }

    #[inline(always)]
    fn earlier<const N: i32>(self, before: Self) -> Self {
        // SAFETY: a value of this type exists only where `Token` was made: see `Token::assume`.
        unsafe {
            // Each group's predecessor: the last group of `before`, then the first three of `self`.
            let groups = _mm512_alignr_epi64::<6>(self.0, before.0);
            Bytes(match N {
                1 => _mm512_alignr_epi8::<15>(self.0, groups),
                2 => _mm512_alignr_epi8::<14>(self.0, groups),
                3 => _mm512_alignr_epi8::<13>(self.0, groups),
                _ => unreachable!(),
            })
        }
    }
}

/// 32 bytes: most fields end in them, and more of them lie in one line of the cache than would of 64.
#[derive(Clone, Copy)]
pub(crate) struct Half(__m256i);

impl Window for Half {
    type Token = Token;

    const SIZE: usize = 32;

    operations! {
        fn splat(_token: Token, byte: u8) -> Self { Half(_mm256_set1_epi8(byte.cast_signed())) }
        fn load(_token: Token, padded: Padded<'_>, at: usize) -> Self { Half(_mm256_loadu_si256(padded.from(at).cast())) }
        fn word(_token: Token, padded: Padded<'_>, at: usize) -> u64 {
            padded.from(at).cast::<u64>().read_unaligned().to_le()
        }
        fn or(self, other: Self) -> Self { Half(_mm256_or_si256(self.0, other.0)) }
        fn equal(self, other: Self) -> u64 { u64::from(_mm256_cmpeq_epi8_mask(self.0, other.0)) }
        fn between(self, low: Self, size: Self) -> u64 {
            u64::from(_mm256_cmple_epu8_mask(_mm256_sub_epi8(self.0, low.0), size.0))
        }
    }
}
