//! Each operation of a vector, on each instruction set, against a loop. What an operation does, its test says.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::harness::{Random, cases, run};
use crate::Span;
use crate::vector::Vector;

/// Makes the test for each instruction set.
macro_rules! on_vectors {
    ($($arch:literal $module:ident $isa:ident $($path:ident)::+;)*) => {
        $(#[cfg(target_arch = $arch)]
        mod $module {
            #[test]
            fn every_operation_does_what_its_loop_does() {
                super::run(crate::Isa::$isa, |_| {
                    super::operations::<$($path)::+::Bytes>($($path)::+::Token::detect().unwrap());
                });
            }
        })*
    };
}

on_vectors! {
    "x86_64" sse42 Sse42 crate::isa::x86::sse42;
    "x86_64" avx2 Avx2 crate::isa::x86::avx2;
    "x86_64" avx512 Avx512 crate::isa::x86::avx512;
    "aarch64" neon Neon crate::isa::aarch64::neon;
}

type Bytes = [u8; 64];

fn words(bytes: Bytes) -> [u64; 8] {
    std::array::from_fn(|word| u64::from_le_bytes(bytes.as_chunks::<8>().0[word]))
}

/// Bytes that an operation is likely to be wrong about, and others.
fn some_bytes(random: &mut Random) -> Bytes {
    let style = random.below(4);
    std::array::from_fn(|_| match style {
        0 => random.next() as u8,
        1 => *random.one_of(&[0, 1, 9, 15, 16, 0x7f, 0x80, 0xf0, 0xff]),
        2 => *random.one_of(b"0123456789"),
        _ => 0,
    })
}

#[allow(dead_code, reason = "a target may have no vectors")]
fn operations<V: Vector>(token: V::Token) {
    let mut random = Random(18);
    for _ in 0..cases(20_000) {
        let (a, b) = (some_bytes(&mut random), some_bytes(&mut random));
        let b = if random.below(3) == 0 { std::array::from_fn(|i| if i % 3 == 0 { a[i] } else { b[i] }) } else { b };
        let (v, w) = (V::load(token, &a), V::load(token, &b));
        let same = |vector: V, expected: &dyn Fn(usize) -> u8| {
            assert_eq!(vector.to_words(), words(std::array::from_fn(expected)));
        };
        let same_words = |vector: V, expected: &dyn Fn(u64, u64) -> u64| {
            assert_eq!(vector.to_words(), std::array::from_fn(|i| expected(words(a)[i], words(b)[i])));
        };
        let mask = |expected: &dyn Fn(usize) -> bool| (0..64).fold(0, |mask, i| mask | u64::from(expected(i)) << i);

        same(v, &|i| a[i]);
        same(V::splat(token, a[0]), &|_| a[0]);
        same(V::splat_group(token, std::array::from_fn(|i| a[i])), &|i| a[i % 16]);
        same(V::splat_word(token, words(a)[0]), &|i| a[i % 8]);
        same(V::from_words(token, words(a)), &|i| a[i]);

        same(v.and(w), &|i| a[i] & b[i]);
        same(v.or(w), &|i| a[i] | b[i]);
        same(v.xor(w), &|i| a[i] ^ b[i]);
        same(v.and_not(w), &|i| a[i] & !b[i]);
        same(v.saturating_sub(w), &|i| a[i].saturating_sub(b[i]));
        same(v.high_nibbles(), &|i| a[i] >> 4);
        same(v.equal(w), &|i| if a[i] == b[i] { 0xff } else { 0 });
        assert_eq!(v.eq_mask(w), mask(&|i| a[i] == b[i]));
        assert_eq!(v.le_mask(w), mask(&|i| a[i] <= b[i]));
        assert_eq!(v.sign_mask(), mask(&|i| a[i] >= 0x80));
        assert_eq!(v.is_zero(), a == [0; 64]);

        let indexes = b.map(|byte| if byte < 0x80 { byte & 15 } else { byte });
        same(v.swizzle(V::load(token, &indexes)), &|i| {
            if indexes[i] < 16 { a[i / 16 * 16 + usize::from(indexes[i])] } else { 0 }
        });
        let text = [b, a].concat();
        same(v.earlier::<1>(w), &|i| text[64 + i - 1]);
        same(v.earlier::<2>(w), &|i| text[64 + i - 2]);
        same(v.earlier::<3>(w), &|i| text[64 + i - 3]);

        same_words(v.shift_up::<0>(), &|x, _| x);
        same_words(v.shift_up::<8>(), &|x, _| x << 8);
        same_words(v.shift_up::<63>(), &|x, _| x << 63);
        same_words(v.shift_down::<1>(), &|x, _| x >> 1);
        same_words(v.shift_down::<32>(), &|x, _| x >> 32);
        same_words(v.shift_down::<56>(), &|x, _| x >> 56);
        same_words(v.add_words(w), &|x, y| x.wrapping_add(y));
        same_words(v.sub_words(w), &|x, y| x.wrapping_sub(y));
        same_words(v.equal_words(w), &|x, y| if x == y { u64::MAX } else { 0 });
        same_words(v.multiply_halves(w), &|x, y| (x & 0xffff_ffff) * (y & 0xffff_ffff));
        assert_eq!(u64::from(v.word_signs()), (0..8).fold(0, |bits, i| bits | words(a)[i] >> 63 << i));
        same_words(v.sum_bytes(), &|x, _| x.to_le_bytes().into_iter().map(u64::from).sum());

        // Within the limits: weights to 127, sums to 32,767.
        let weights: Bytes = b.map(|byte| byte & 63);
        let lanes = |i: usize| {
            u16::from(a[2 * i]) * u16::from(weights[2 * i]) + u16::from(a[2 * i + 1]) * u16::from(weights[2 * i + 1])
        };
        same(v.weigh_bytes(V::load(token, &weights)), &|i| lanes(i / 2).to_le_bytes()[i % 2]);
        let [small, other] =
            [a, b].map(|bytes| std::array::from_fn(|i| if i % 2 == 1 { bytes[i] & 0x7f } else { bytes[i] }));
        let lane = |bytes: &Bytes, i: usize| u32::from(u16::from_le_bytes([bytes[2 * i], bytes[2 * i + 1]]));
        let sum =
            |i: usize| lane(&small, 2 * i) * lane(&other, 2 * i) + lane(&small, 2 * i + 1) * lane(&other, 2 * i + 1);
        same(V::load(token, &small).weigh_pairs(V::load(token, &other)), &|i| sum(i / 4).to_le_bytes()[i % 4]);

        let block: Vec<u8> = [a, b].concat();
        let at: [u64; 8] = std::array::from_fn(|_| random.below(128 - 8 + 1) as u64);
        same(V::gather_words(token, &block, V::from_words(token, at)), &|i| block[at[i / 8] as usize + i % 8]);
        let spans = words(a).map(|word| Span::new(word as u32, (word >> 32) as u32));
        same(V::load_spans(token, &spans), &|i| a[i]);
        let at: [u32; 4] = std::array::from_fn(|_| random.below(128 - 16 + 1) as u32);
        same(V::gather_groups(token, &block, at), &|i| block[at[i / 16] as usize + i % 16]);

        let (bits, base) = (words(a)[0], random.next() as u32 >> 1);
        let mut out = [0; 64];
        V::write_positions(token, bits, base, &mut out);
        let wanted: Vec<u32> = (0..64).filter(|bit| bits >> bit & 1 == 1).map(|bit| base + bit).collect();
        assert_eq!(out[..wanted.len()], wanted);
    }
    for place in 0..8 {
        for at in [121, 128, 1 << 32, i64::MAX.cast_unsigned(), 1 << 63, u64::MAX - 7, u64::MAX] {
            let mut all = [0; 8];
            all[place] = at;
            let gather = || V::gather_words(token, &[0; 128], V::from_words(token, all)).to_words();
            assert!(catch_unwind(AssertUnwindSafe(gather)).is_err(), "a word at {at} of 128");
            let gather = || V::gather_words(token, &[0; 7], V::splat(token, 0)).to_words();
            assert!(catch_unwind(AssertUnwindSafe(gather)).is_err(), "a word of 7 bytes");
        }
        for at in [113, 128, u32::MAX] {
            let mut all = [0; 4];
            all[place % 4] = at;
            let gather = || V::gather_groups(token, &[0; 128], all).to_words();
            assert!(catch_unwind(AssertUnwindSafe(gather)).is_err(), "a group at {at} of 128");
        }
    }
}
