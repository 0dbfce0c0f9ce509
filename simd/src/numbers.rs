//! The forms of floats, and the division that reads the long ones.

/// How the text of a float is written, and what it is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatForm {
    /// The number that is written there.
    Plain,
    /// The text must end in `%`, and is worth the number before it, rounded to a float, divided by 100: what Python
    /// calculates as `float(text[:-1]) / 100.0`.
    Percent,
}

/// `mantissa / 10^places`, correctly rounded, for `2^53 < mantissa` and `places <= 19`.
///
/// By exact integer division: the mantissa, shifted until the quotient has more bits than a float, is divided by the
/// power, and the quotient is rounded to even at the float's last bit, with a remainder counting as more than nothing.
/// The result is never subnormal: it is at least 2^53 / 10^19.
#[inline]
pub(crate) fn divide(mantissa: u64, places: usize) -> f64 {
    let Some(&power) = POWERS_OF_TEN.get(places) else { unreachable!("more digits than a mantissa has") };
    // With the highest bit set in both, the quotient of 2^63 · m and p has 63 or 64 bits.
    let (up, down) = (mantissa.leading_zeros(), power.leading_zeros());
    let (dividend, divisor) = (u128::from(mantissa << up) << 63, u128::from(power << down));
    let quotient = dividend / divisor;
    let inexact = quotient * divisor != dividend;
    // The lowest bit stands for the remainder too.
    let bits = quotient as u64 | u64::from(inexact);
    let exponent = down as i32 - up as i32 - 63;
    // The conversion rounds to nearest even, once, at 53 bits of at least 63: the lowest bit only breaks ties.
    let rounded = bits as f64;
    // A power of two scales without rounding.
    rounded * f64::from_bits(((1023 + exponent) as u64) << 52)
}

/// The powers of ten that fit.
const POWERS_OF_TEN: [u64; 20] = {
    let mut powers = [1; 20];
    let mut i = 1;
    while i < 20 {
        powers[i] = powers[i - 1] * 10;
        i += 1;
    }
    powers
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_division_is_rounded_as_the_standard_library_rounds_it() {
        let mut seed = 1u64;
        for _ in 0..200_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let mantissa = (seed | 1 << 54) >> (seed & 7);
            let places = (seed >> 32) as usize % 20;
            let expected: f64 = format!("{mantissa}e-{places}").parse().unwrap();
            assert_eq!(divide(mantissa, places).to_bits(), expected.to_bits(), "{mantissa}e-{places}");
        }
    }
}
