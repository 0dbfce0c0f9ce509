//! [`Isa::Neon`](super::super::Isa): a vector is four registers.

use std::arch::aarch64::*;

use crate::column::Span;
use crate::isa::{fits, words_fit, write_each};
use crate::kernels::kernel_list;
use crate::swar;
use crate::vector::Vector;
use crate::window::{Padded, Window};

kernel_list!(entries Neon Bytes NEON "neon");

/// 64 bytes in four registers.
#[derive(Clone, Copy)]
pub(crate) struct Bytes([uint8x16_t; 4]);

/// An intrinsic on each of the four registers.
macro_rules! each {
    ($f:expr; $($x:expr),+) => {
        Bytes([$f($($x.0[0]),+), $f($($x.0[1]),+), $f($($x.0[2]),+), $f($($x.0[3]),+)])
    };
}

/// An intrinsic on 64-bit lanes, on each of the four registers.
macro_rules! each_word {
    ($f:expr; $x:expr) => { each!(|x| vreinterpretq_u8_u64($f(vreinterpretq_u64_u8(x))); $x) };
    ($f:expr; $x:expr, $y:expr) => {
        each!(|x, y| vreinterpretq_u8_u64($f(vreinterpretq_u64_u8(x), vreinterpretq_u64_u8(y))); $x, $y)
    };
}

/// The bit that a byte gives to its half of a mask.
static BITS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];

impl Vector for Bytes {
    type Token = Token;
    type Window = Register;

    operations! {
        fn splat(_token: Token, byte: u8) -> Self { Bytes([vdupq_n_u8(byte); 4]) }
        fn splat_group(_token: Token, group: [u8; 16]) -> Self { Bytes([vld1q_u8(group.as_ptr()); 4]) }
        fn splat_word(_token: Token, word: u64) -> Self { Bytes([vreinterpretq_u8_u64(vdupq_n_u64(word)); 4]) }
        fn load(_token: Token, bytes: &[u8; 64]) -> Self {
            let register = |i: usize| vld1q_u8(bytes.as_ptr().add(16 * i));
            Bytes([register(0), register(1), register(2), register(3)])
        }
        fn from_words(_token: Token, words: [u64; 8]) -> Self {
            let register = |i: usize| vreinterpretq_u8_u64(vld1q_u64(words.as_ptr().add(2 * i)));
            Bytes([register(0), register(1), register(2), register(3)])
        }
        fn load_spans(_token: Token, spans: &[Span; 8]) -> Self {
            let register = |i: usize| vld1q_u8(spans.as_ptr().add(2 * i).cast());
            Bytes([register(0), register(1), register(2), register(3)])
        }
        fn gather_words(token: Token, block: &[u8], at: Self) -> Self {
            assert!(words_fit(token, block, at));
            let at = at.to_words();
            // The check above: each of the 8 bytes from each offset lies inside the block.
            let word = |i: usize| vld1_u8(block.as_ptr().add(at[i] as usize));
            let register = |i: usize| vcombine_u8(word(2 * i), word(2 * i + 1));
            Bytes([register(0), register(1), register(2), register(3)])
        }
        fn gather_groups(_token: Token, block: &[u8], at: [u32; 4]) -> Self {
            assert!(fits(block, &at, 16));
            // The check above: each of the 16 bytes from each offset lies inside the block.
            let register = |i: usize| vld1q_u8(block.as_ptr().add(at[i] as usize));
            Bytes([register(0), register(1), register(2), register(3)])
        }
        fn prefetch(_token: Token, _bytes: &[u8; 64], _ahead: usize) -> () {
            // There is no stable intrinsic for it.
        }
        fn to_words(self) -> [u64; 8] {
            let mut words = [0u64; 8];
            for (i, register) in self.0.into_iter().enumerate() {
                vst1q_u64(words.as_mut_ptr().add(2 * i), vreinterpretq_u64_u8(register));
            }
            words
        }

        fn and(self, other: Self) -> Self { each!(vandq_u8; self, other) }
        fn or(self, other: Self) -> Self { each!(vorrq_u8; self, other) }
        fn xor(self, other: Self) -> Self { each!(veorq_u8; self, other) }
        fn and_not(self, other: Self) -> Self { each!(vbicq_u8; self, other) }

        fn saturating_sub(self, other: Self) -> Self { each!(vqsubq_u8; self, other) }
        fn min(self, other: Self) -> Self { each!(vminq_u8; self, other) }
        fn high_nibbles(self) -> Self { each!(vshrq_n_u8::<4>; self) }
        fn equal(self, other: Self) -> Self { each!(vceqq_u8; self, other) }
        fn eq_mask(self, other: Self) -> u64 { self.equal(other).sign_mask() }
        fn le_mask(self, other: Self) -> u64 { each!(vcleq_u8; self, other).sign_mask() }
        fn sign_mask(self) -> u64 {
            // Each byte becomes 0 or 0xff, then 0 or its bit; adding neighbours three times packs 64 bytes into 8.
            let bits = Bytes([vld1q_u8(BITS.as_ptr()); 4]);
            let all = each!(|x| vreinterpretq_u8_s8(vshrq_n_s8::<7>(vreinterpretq_s8_u8(x))); self);
            let some = each!(vandq_u8; all, bits);
            let halves = vpaddq_u8(vpaddq_u8(some.0[0], some.0[1]), vpaddq_u8(some.0[2], some.0[3]));
            vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(halves, halves)))
        }
        fn is_zero(self) -> bool {
            vmaxvq_u8(vorrq_u8(vorrq_u8(self.0[0], self.0[1]), vorrq_u8(self.0[2], self.0[3]))) == 0
        }

        fn swizzle(self, indexes: Self) -> Self { each!(vqtbl1q_u8; self, indexes) }

        fn shift_up<const BITS: i32>(self) -> Self {
            let bits = vdupq_n_s64(BITS.into());
            each_word!(|x| vshlq_u64(x, bits); self)
        }
        fn shift_down<const BITS: i32>(self) -> Self {
            let bits = vdupq_n_s64(-i64::from(BITS));
            each_word!(|x| vshlq_u64(x, bits); self)
        }
        fn add_words(self, other: Self) -> Self { each_word!(vaddq_u64; self, other) }
        fn sub_words(self, other: Self) -> Self { each_word!(vsubq_u64; self, other) }
        fn equal_words(self, other: Self) -> Self { each_word!(vceqq_u64; self, other) }
        fn multiply_halves(self, other: Self) -> Self {
            each_word!(|x, y| vmull_u32(vmovn_u64(x), vmovn_u64(y)); self, other)
        }
        fn word_signs(self) -> u8 {
            // The sign of each word is that of its last byte.
            let signs = self.sign_mask() >> 7 & swar::LOW;
            (signs.wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8
        }
        fn sum_bytes(self) -> Self {
            each!(|x| vreinterpretq_u8_u64(vpaddlq_u32(vpaddlq_u16(vpaddlq_u8(x)))); self)
        }

        fn weigh_bytes(self, weights: Self) -> Self {
            each!(|x, w| {
                let low = vmull_u8(vget_low_u8(x), vget_low_u8(w));
                vreinterpretq_u8_u16(vpaddq_u16(low, vmull_high_u8(x, w)))
            }; self, weights)
        }
        fn weigh_pairs(self, weights: Self) -> Self {
            each!(|x, w| {
                let (x, w) = (vreinterpretq_u16_u8(x), vreinterpretq_u16_u8(w));
                let low = vmull_u16(vget_low_u16(x), vget_low_u16(w));
                vreinterpretq_u8_u32(vpaddq_u32(low, vmull_high_u16(x, w)))
            }; self, weights)
        }

        fn write_positions(_token: Token, mask: u64, base: u32, out: &mut [u32; 64]) -> () { write_each(mask, base, out) }
    }

    #[inline(always)]
    fn earlier<const N: i32>(self, before: Self) -> Self {
        // SAFETY: a value of this type exists only where `Token` was made: see `Token::assume`.
        unsafe {
            let groups = Bytes([before.0[3], self.0[0], self.0[1], self.0[2]]);
            match N {
                1 => each!(vextq_u8::<15>; groups, self),
                2 => each!(vextq_u8::<14>; groups, self),
                3 => each!(vextq_u8::<13>; groups, self),
                _ => unreachable!(),
            }
        }
    }
}

/// One register.
#[derive(Clone, Copy)]
pub(crate) struct Register(uint8x16_t);

/// Bit *i* is the lowest bit of byte *i*, of bytes that are 0 or 0xff.
#[inline(always)]
unsafe fn bits(bytes: uint8x16_t) -> u64 {
    // SAFETY: the caller has a value of this instruction set. Each byte becomes 0 or its bit, and the halves are summed.
    unsafe {
        let bits = vandq_u8(bytes, vld1q_u8(BITS.as_ptr()));
        let (low, high) = (vaddv_u8(vget_low_u8(bits)), vaddv_u8(vget_high_u8(bits)));
        u64::from(low) | u64::from(high) << 8
    }
}

impl Window for Register {
    type Token = Token;

    const SIZE: usize = 16;

    operations! {
        fn splat(_token: Token, byte: u8) -> Self { Register(vdupq_n_u8(byte)) }
        fn load(_token: Token, padded: Padded<'_>, at: usize) -> Self { Register(vld1q_u8(padded.from(at))) }
        fn word(_token: Token, padded: Padded<'_>, at: usize) -> u64 {
            padded.from(at).cast::<u64>().read_unaligned().to_le()
        }
        fn or(self, other: Self) -> Self { Register(vorrq_u8(self.0, other.0)) }
        fn equal(self, other: Self) -> u64 { bits(vceqq_u8(self.0, other.0)) }
        fn between(self, low: Self, size: Self) -> u64 { bits(vcleq_u8(vsubq_u8(self.0, low.0), size.0)) }
    }
}
