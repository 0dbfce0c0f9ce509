//! Columns of timestamps.
//!
//! Two windows of 16 bytes cover the fixed part of every layout. One swizzle per window brings the digits into one
//! order, one comparison checks them, one multiply-add makes them numbers, and one comparison per window checks the
//! bytes between them. Four rows go through this at once:
//!
//! ```text
//! 2 1 / N o v / 2 0 1 1 : 0 0 : 0|          first window
//!           1 : 0 0 : 0 7 : 1 1   + 0 0 0 0|   second window, from byte 10
//!
//! 2 0|1 1|0 0|2 1|0 0|0 7|1 1|0 0           digits: year, offset minutes (or month), day, hour, minute, second,
//!  20  11   0  21   0   7  11   0           offset hours
//! ```
//!
//! The names, the calendar and the fraction are left to plain code, row by row.

use crate::calendar::{Fields, is_weekday, month};
use crate::column::{Bitmap, Span};
use crate::scalar;
use crate::scalar::timestamps::{in_utc, iso_tail, signed_offset};
use crate::timestamps::{Layout, NO_OFFSET, Shape};
use crate::vector::Vector;

/// See `Kernels::timestamps`.
#[inline(always)]
pub(crate) fn timestamps<V: Vector>(
    token: V::Token,
    block: &[u8],
    spans: &[Span],
    layout: Layout,
    micros: &mut Vec<i64>,
    offsets: &mut Vec<i16>,
    valid: &mut Bitmap,
) {
    let mut out = Column { micros, offsets, valid };
    match layout {
        Layout::Iso8601 => {
            column::<V>(token, block, spans, layout, &Shape::ISO8601, &mut out, |row, text| {
                let fields = row.fields();
                let (micros, offset) = if text.len() == 19 { (0, NO_OFFSET) } else { iso_tail(&text[19..])? };
                Some((Fields { micros, ..fields }, offset))
            });
        }
        Layout::Apache => column::<V>(token, block, spans, layout, &Shape::APACHE, &mut out, |row, _| {
            let offset = signed_offset(row.second(11), row.number(7), row.number(2))?;
            Some((Fields { month: month(row.first(3)), ..row.fields() }, offset))
        }),
        Layout::Syslog { year } => {
            column::<V>(token, block, spans, layout, &Shape::SYSLOG, &mut out, |row, _| {
                Some((Fields { year: year.into(), month: month(row.first(1)), ..row.fields() }, NO_OFFSET))
            });
        }
        Layout::Ctime => column::<V>(token, block, spans, layout, &Shape::CTIME, &mut out, |row, _| {
            let fields = Fields { month: month(row.first(4)), ..row.fields() };
            is_weekday(row.first(0)).then_some((fields, NO_OFFSET))
        }),
        Layout::CommaMillis => {
            column::<V>(token, block, spans, layout, &Shape::COMMA_MILLIS, &mut out, |row, _| {
                let digits = [13, 14, 15].map(|place| u32::from(row.second(place).wrapping_sub(b'0')));
                let right = digits.iter().all(|&digit| digit < 10);
                let micros = (digits[0] * 100 + digits[1] * 10 + digits[2]) * 1000;
                right.then_some((Fields { micros, ..row.fields() }, NO_OFFSET))
            });
        }
    }
}

/// The same 16 bits for each of the four groups.
#[inline(always)]
const fn every_group(bits: u16) -> u64 {
    bits as u64 * 0x0001_0001_0001_0001
}

/// Where the rows go.
struct Column<'a> {
    micros: &'a mut Vec<i64>,
    offsets: &'a mut Vec<i16>,
    valid: &'a mut Bitmap,
}

/// What the vectors found out about one row.
struct Row {
    /// The first window, its first eight bytes.
    first: u64,
    /// The second window, its last eight bytes.
    second: u64,
    /// Eight numbers of two digits.
    numbers: [u64; 2],
}

impl Row {
    /// Number `slot` of two digits.
    #[inline(always)]
    fn number(&self, slot: usize) -> u32 {
        u32::from((self.numbers[slot / 4] >> (slot % 4 * 16)) as u16)
    }

    #[inline(always)]
    fn fields(&self) -> Fields {
        Fields {
            year: self.number(0) * 100 + self.number(1),
            month: self.number(2),
            day: self.number(3),
            hour: self.number(4),
            minute: self.number(5),
            second: self.number(6),
            micros: 0,
        }
    }

    /// Four bytes of the first window, from place `at`, which is at most 4.
    #[inline(always)]
    fn first(&self, at: usize) -> u32 {
        (self.first >> (8 * at)) as u32
    }

    /// The byte at place `at` of the second window, which is at least 8.
    #[inline(always)]
    fn second(&self, at: usize) -> u8 {
        (self.second >> (8 * (at - 8))) as u8
    }
}

/// Appends the rows: `finish` makes the fields and the offset of a row whose digits and literal bytes are right.
#[inline(always)]
#[allow(clippy::too_many_arguments, reason = "inlined; the closures are what differs")]
fn column<V: Vector>(
    token: V::Token,
    block: &[u8],
    spans: &[Span],
    layout: Layout,
    shape: &Shape,
    out: &mut Column<'_>,
    finish: impl Fn(&Row, &[u8]) -> Option<(Fields, i16)>,
) {
    let (chunks, rest) = spans.as_chunks::<8>();
    out.micros.reserve(spans.len());
    out.offsets.reserve(spans.len());
    out.valid.reserve(spans.len());
    let open_ended = layout == Layout::Iso8601;
    for chunk in chunks {
        // Whether both windows of every row lie inside the block.
        let mut inside = true;
        for span in chunk {
            let length = span.end.wrapping_sub(span.start);
            let long_enough = if open_ended { length >= shape.length } else { length == shape.length };
            inside &= long_enough
                & (span.start <= span.end)
                & (span.end as usize <= block.len())
                & (span.start >= shape.lead);
        }
        if !inside {
            scalar::timestamps::timestamps(block, chunk, layout, out.micros, out.offsets, out.valid);
            continue;
        }
        let (mut micros, mut offsets, mut certain) = ([0; 8], [NO_OFFSET; 8], 0u8);
        for half in 0..2 {
            let four: [Span; 4] = std::array::from_fn(|row| chunk[half * 4 + row]);
            let (rows, good) = four_rows::<V>(token, block, &four, shape);
            for row in 0..4 {
                if good >> (row * 16) & 0xffff != 0xffff {
                    continue;
                }
                let text = &block[four[row].start as usize..four[row].end as usize];
                let moment = finish(&rows[row], text)
                    .and_then(|(fields, offset)| Some((in_utc(fields.micros_since_1970()?, offset), offset)));
                if let Some((value, offset)) = moment {
                    let row = half * 4 + row;
                    micros[row] = value;
                    offsets[row] = offset;
                    certain |= 1 << row;
                }
            }
        }
        out.micros.extend_from_slice(&micros);
        out.offsets.extend_from_slice(&offsets);
        out.valid.push_eight(certain);
    }
    scalar::timestamps::timestamps(block, rest, layout, out.micros, out.offsets, out.valid);
}

/// Four rows, and a mask of the bytes that are right: 16 bits for each.
#[inline(always)]
fn four_rows<V: Vector>(token: V::Token, block: &[u8], spans: &[Span; 4], shape: &Shape) -> ([Row; 4], u64) {
    let at = spans.map(|span| span.start - shape.lead);
    let first = V::gather_groups(token, block, at);
    let second = V::gather_groups(token, block, at.map(|at| at + shape.second_at));

    let mut good = first.eq_mask(V::splat_group(token, shape.literals[0])) | !every_group(shape.literal_places[0]);
    good &= second.eq_mask(V::splat_group(token, shape.literals[1])) | !every_group(shape.literal_places[1]);
    if shape.separator != 0 {
        let either = first.eq_mask(V::splat(token, b'T')) | first.eq_mask(V::splat(token, b' '));
        good &= either | !every_group(shape.separator);
    }

    let from_first = first.swizzle(V::splat_group(token, shape.digits[0]));
    let text = from_first.or(second.swizzle(V::splat_group(token, shape.digits[1])));
    let digits = text.xor(V::splat(token, b'0')).and(V::splat_group(token, shape.used));
    let digits = digits.and_not(digits.equal(V::splat_group(token, shape.blank)));
    good &= digits.le_mask(V::splat(token, 9));

    let numbers = digits.weigh_bytes(V::splat_word(token, 0x010a_010a_010a_010a)).to_words();
    let (first, second) = (first.to_words(), second.to_words());
    let rows = std::array::from_fn(|row| Row {
        first: first[2 * row],
        second: second[2 * row + 1],
        numbers: [numbers[2 * row], numbers[2 * row + 1]],
    });
    (rows, good)
}
