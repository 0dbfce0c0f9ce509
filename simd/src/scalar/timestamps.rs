//! Timestamps, read from left to right.

use crate::calendar::{Fields, is_weekday, month};
use crate::column::{Bitmap, Span};
use crate::timestamps::{DatetimeLayout, NO_OFFSET};

/// `Kernels::timestamps`.
pub(crate) fn timestamps(
    block: &[u8],
    spans: &[Span],
    layout: DatetimeLayout,
    micros: &mut Vec<i64>,
    offsets: &mut Vec<i16>,
    valid: &mut Bitmap,
) {
    for span in spans {
        let found = span.of(block).and_then(|text| timestamp(text, layout));
        let (value, offset) = found.unwrap_or((0, NO_OFFSET));
        micros.push(value);
        offsets.push(offset);
        valid.push(found.is_some());
    }
}

/// The microseconds and the offset of one text.
pub(crate) fn timestamp(text: &[u8], layout: DatetimeLayout) -> Option<(i64, i16)> {
    let mut rest = Reader(text);
    let mut fields = Fields::default();
    let mut offset = NO_OFFSET;
    match layout {
        DatetimeLayout::Iso8601 => {
            rest.date(&mut fields)?;
            rest.one_of(b"T ")?;
            rest.time(&mut fields)?;
            (fields.micros, offset) = iso_tail(rest.0)?;
            rest = Reader(b"");
        }
        DatetimeLayout::Apache => {
            fields.day = rest.digits(2)?;
            rest.one_of(b"/")?;
            fields.month = month(rest.name()?);
            rest.one_of(b"/")?;
            fields.year = rest.digits(4)?;
            rest.one_of(b":")?;
            rest.time(&mut fields)?;
            rest.one_of(b" ")?;
            let sign = rest.one_of(b"+-")?;
            offset = signed_offset(sign, rest.digits(2)?, rest.digits(2)?)?;
        }
        DatetimeLayout::Syslog { year } => {
            fields.year = year.into();
            fields.month = month(rest.name()?);
            rest.one_of(b" ")?;
            fields.day = rest.day()?;
            rest.one_of(b" ")?;
            rest.time(&mut fields)?;
        }
        DatetimeLayout::Ctime => {
            if !is_weekday(rest.name()?) {
                return None;
            }
            rest.one_of(b" ")?;
            fields.month = month(rest.name()?);
            rest.one_of(b" ")?;
            fields.day = rest.day()?;
            rest.one_of(b" ")?;
            rest.time(&mut fields)?;
            rest.one_of(b" ")?;
            fields.year = rest.digits(4)?;
        }
    }
    if !rest.0.is_empty() {
        return None;
    }
    Some((in_utc(fields.micros_since_1970()?, offset), offset))
}

/// What is left of a text.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    fn one_of(&mut self, bytes: &[u8]) -> Option<u8> {
        self.byte().filter(|byte| bytes.contains(byte))
    }

    fn digits(&mut self, count: usize) -> Option<u32> {
        let mut number = 0;
        for _ in 0..count {
            number = number * 10 + char::from(self.byte()?).to_digit(10)?;
        }
        Some(number)
    }

    /// Two digits, or a space and a digit.
    fn day(&mut self) -> Option<u32> {
        if let Some(rest) = self.0.strip_prefix(b" ") {
            self.0 = rest;
            return self.digits(1);
        }
        self.digits(2)
    }

    /// Three letters as the low bytes of a number.
    fn name(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes([self.byte()?, self.byte()?, self.byte()?, 0]))
    }

    fn date(&mut self, fields: &mut Fields) -> Option<()> {
        fields.year = self.digits(4)?;
        self.one_of(b"-")?;
        fields.month = self.digits(2)?;
        self.one_of(b"-")?;
        fields.day = self.digits(2)?;
        Some(())
    }

    fn time(&mut self, fields: &mut Fields) -> Option<()> {
        fields.hour = self.digits(2)?;
        self.one_of(b":")?;
        fields.minute = self.digits(2)?;
        self.one_of(b":")?;
        fields.second = self.digits(2)?;
        Some(())
    }
}

/// The microseconds and the offset in what follows the seconds in ISO 8601: `([.,][0-9]+)?(Z|[+-]hh:?mm)?`.
pub(crate) fn iso_tail(text: &[u8]) -> Option<(u32, i16)> {
    let mut rest = text;
    let mut micros = 0;
    if let [b'.' | b',', digits @ ..] = rest {
        let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 {
            return None;
        }
        let zeros = std::iter::repeat(&b'0');
        for &digit in digits[..count].iter().chain(zeros).take(6) {
            micros = micros * 10 + u32::from(digit - b'0');
        }
        rest = &digits[count..];
    }
    Some((micros, zone(rest)?))
}

/// The offset of `(Z|[+-]hh:?mm)?`.
fn zone(text: &[u8]) -> Option<i16> {
    Some(match *text {
        [] => NO_OFFSET,
        [b'Z'] => 0,
        [sign @ (b'+' | b'-'), a, b, b':', c, d] | [sign @ (b'+' | b'-'), a, b, c, d] => {
            let mut digits = Reader(&[a, b, c, d]);
            signed_offset(sign, digits.digits(2)?, digits.digits(2)?)?
        }
        _ => return None,
    })
}

/// Hours and minutes east (`+`) or west (`-`) of UTC, as minutes.
#[inline(always)]
pub(crate) fn signed_offset(sign: u8, hours: u32, minutes: u32) -> Option<i16> {
    if hours > 23 || minutes > 59 || !matches!(sign, b'+' | b'-') {
        return None;
    }
    let total = (hours * 60 + minutes) as i16;
    Some(if sign == b'-' { -total } else { total })
}

/// The microseconds in UTC of what a clock with this offset shows as `micros`.
#[inline(always)]
pub(crate) fn in_utc(micros: i64, offset: i16) -> i64 {
    if offset == NO_OFFSET { micros } else { micros - i64::from(offset) * 60_000_000 }
}
