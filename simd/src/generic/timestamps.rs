//! Columns of timestamps.
//!
//! Two windows of 16 bytes cover the fixed part of every layout. One swizzle per window brings the digits into one
//! order, one comparison checks them, one multiply-add makes them numbers of two digits, which one comparison holds
//! against their limits, and one comparison per window checks the bytes between them. Four rows go through this at once:
//!
//! ```text
//! 2 1 / N o v / 2 0 1 1 : 0 0 : 0|           first window
//!           1 : 0 0 : 0 7 : 1 1   + 0 0 0 0|    second window, from byte 10
//!
//! 2 0|1 1|0 0|2 1|0 0|0 7|1 1|0 0            digits: year, offset minutes (or month), day, hour, minute, second,
//!  20  11   0  21   0   7  11   0            offset hours
//!  ≤99 ≤99 ≤59 ≤31 ≤23 ≤59 ≤59 ≤23
//!   2011   0·32+21   0·60+7  11+0·256        what the rows are finished from
//! ```
//!
//! Eight rows at a time then become days and microseconds. Only names, the fraction and the offset, and one look-up in a
//! table of the days of a year, are left to plain code, row by row.

use crate::calendar::{DAY_OF_YEAR, DAYS_TO_1970, is_weekday, month};
use crate::column::{Bitmap, Span};
use crate::scalar;
use crate::scalar::timestamps::{in_utc, iso_tail, signed_offset};
use crate::swar;
use crate::timestamps::{DatetimeLayout, NO_OFFSET, Shape};
use crate::vector::Vector;

/// See `Kernels::timestamps`.
#[inline(always)]
pub(crate) fn timestamps<V: Vector>(
    token: V::Token,
    block: &[u8],
    spans: &[Span],
    layout: DatetimeLayout,
    micros: &mut Vec<i64>,
    offsets: &mut Vec<i16>,
    valid: &mut Bitmap,
) {
    let (chunks, rest) = spans.as_chunks::<8>();
    micros.reserve(spans.len());
    offsets.reserve(spans.len());
    valid.reserve(spans.len());
    let column = Column::<V> { token, block, layout, micros, offsets, valid };
    let out = match layout {
        DatetimeLayout::Iso8601 => column.append(chunks, &Shape::ISO8601, Iso8601),
        DatetimeLayout::Apache => column.append(chunks, &Shape::APACHE, Apache),
        DatetimeLayout::Syslog { year } => column.append(chunks, &Shape::SYSLOG, Syslog { year }),
        DatetimeLayout::Ctime => column.append(chunks, &Shape::CTIME, Ctime),
    };
    scalar::timestamps::timestamps(block, rest, layout, out.micros, out.offsets, out.valid);
}

/// What the vectors have read of one row, whose digits and the bytes between them are right and within their limits.
#[derive(Clone, Copy, Default)]
struct Row {
    /// The year in the low half; 32 times the month (or the offset minutes) plus the day in the high one.
    date: u64,
    /// 60 times the hour plus the minute in the low half, the second plus 256 times the offset hours in the high one.
    time: u64,
    /// The first window, its first eight bytes.
    first: u64,
    /// The second window, its last eight bytes.
    second: u64,
}

impl Row {
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

    /// The month of the name at place `at`, where the high half of `date` has it.
    #[inline(always)]
    fn month(&self, at: usize) -> u64 {
        u64::from(month(self.first(at))) << 37
    }
}

/// What a row has beyond its date and time, in one register: microseconds of the second in the low half, minutes of the
/// offset in the 16 bits above, and a bit above those if the row is right.
#[derive(Clone, Copy, Default)]
struct FractionAndOffset(u64);

impl FractionAndOffset {
    /// Neither a fraction nor an offset.
    const NOTHING: FractionAndOffset = FractionAndOffset::new(0, NO_OFFSET);

    #[inline(always)]
    const fn new(micros: u32, offset: i16) -> FractionAndOffset {
        FractionAndOffset(1 << 48 | (offset.cast_unsigned() as u64) << 32 | micros as u64)
    }

    #[inline(always)]
    fn only_if(self, right: bool) -> FractionAndOffset {
        if right { self } else { FractionAndOffset(0) }
    }

    #[inline(always)]
    fn micros(self) -> i64 {
        i64::from(self.0 as u32)
    }

    #[inline(always)]
    fn offset(self) -> i16 {
        (self.0 >> 32) as i16
    }

    /// 1 if the row is right, else 0.
    #[inline(always)]
    fn right(self) -> u8 {
        (self.0 >> 48) as u8
    }
}

impl From<Option<(u32, i16)>> for FractionAndOffset {
    #[inline(always)]
    fn from(found: Option<(u32, i16)>) -> FractionAndOffset {
        found.map_or(FractionAndOffset(0), |(micros, offset)| FractionAndOffset::new(micros, offset))
    }
}

/// What a layout has beyond its digits.
trait Finish: Copy {
    /// The row's `date`, with the year and the month that are not digits.
    #[inline(always)]
    fn date(self, row: &Row) -> u64 {
        row.date
    }

    /// The rest of a row that is the text of `span`.
    fn rest(self, row: &Row, block: &[u8], span: Span) -> FractionAndOffset;

    /// The microseconds of eight rows' seconds, and the offset that all of them have (none, or 0), if the rows have one form, can be read
    /// together, and are all valid.
    #[inline(always)]
    fn alike<V: Vector>(self, _token: V::Token, _block: &[u8], _spans: &[Span; 8]) -> Option<(V, i16)> {
        None
    }
}

/// The bit that a point has and a comma has not.
const COMMA_BIT: u8 = b'.' ^ b',';

#[derive(Clone, Copy)]
struct Iso8601;

impl Finish for Iso8601 {
    #[inline(always)]
    fn rest(self, _row: &Row, block: &[u8], span: Span) -> FractionAndOffset {
        let (start, end) = (span.start as usize + 19, span.end as usize);
        if start == end {
            return FractionAndOffset::NOTHING;
        }
        // A point or comma, then up to six digits, and up to a `Z`, if the block has so many bytes.
        let Some(eight) = block.get(start..).and_then(|rest| rest.first_chunk()) else {
            return unusual_rest(block, start, end);
        };
        let text = swar::load(eight);
        let digits = text ^ swar::splat(b'0');
        let others = swar::above_nine(digits);
        // The digits after the first byte, and the byte after them.
        let count = (others & !0xff).trailing_zeros() / 8;
        let zulu = (text >> ((8 * count) & 63)) as u8 == b'Z';
        let length = (end - start) as u32;
        if (text as u8 | COMMA_BIT) != b'.'
            || count < 2
            || !(length == count || length == count + 1 && zulu)
            || count > 7
        {
            return unusual_rest(block, start, end);
        }
        // Two zeros, the digits, and zeros: eight in all.
        let kept = (digits >> 8) & ((1 << (8 * count - 8)) - 1);
        FractionAndOffset::new(eight_digits(kept << 16), if length == count { NO_OFFSET } else { 0 })
    }

    /// Rows of one length with nothing after the seconds, or a point or comma and up to six digits, or that and a `Z`.
    #[inline(always)]
    fn alike<V: Vector>(self, token: V::Token, block: &[u8], spans: &[Span; 8]) -> Option<(V, i16)> {
        let word = |number: u64| V::splat_word(token, number);
        let zero = word(0);
        let ends = V::load_spans(token, spans);
        let starts = ends.and(word(0xffff_ffff));
        let ends = ends.shift_down::<32>();
        // The first row's length; the caller has checked that no row is shorter than 19 bytes, or outside of the block.
        let length = spans[0].end.wrapping_sub(spans[0].start);
        let different = ends.sub_words(starts).xor(word(length.into()));
        let bytes = length.wrapping_sub(19);
        if !different.is_zero() || bytes > 8 {
            return None;
        }
        if bytes == 0 {
            return Some((zero, NO_OFFSET));
        }
        // Eight bytes from the seconds' end, of which `bytes` are the row's, if the block has them.
        let from = starts.add_words(word(19));
        if word(block.len() as u64).sub_words(from.add_words(word(8))).word_signs() != 0 {
            return None;
        }
        let text = V::gather_words(token, block, from);
        let last = word(0xff << (8 * (bytes - 1)));
        let zulu = text.equal(V::splat(token, b'Z')).and(last).xor(last).is_zero();
        let count = if zulu { bytes - 1 } else { bytes };
        if count > 7 {
            return None;
        }
        // The bytes after the point; no bytes at all where there is only a `Z`.
        let digits_at = word(((1u64 << (8 * count)) - 1) & !0xff);
        let digits = text.xor(V::splat(token, b'0')).and(digits_at);
        let mark = u64::from(!COMMA_BIT);
        let point = text.xor(word(b'.'.into())).and(word(if count == 0 { 0 } else { mark }));
        let wrong = digits.saturating_sub(V::splat(token, 9)).or(point);
        if count == 1 || !wrong.is_zero() {
            return None;
        }
        // Two zeros, the digits, and zeros: eight in all.
        let fractions = super::words::eight_digits(token, digits.shift_up::<8>());
        Some((fractions, if zulu { 0 } else { NO_OFFSET }))
    }
}

/// What follows the seconds, from `start`, if it is not short and simple.
#[inline(never)]
fn unusual_rest(block: &[u8], start: usize, end: usize) -> FractionAndOffset {
    block.get(start..end).and_then(iso_tail).into()
}

/// The number that eight digits are worth, the lowest byte the most significant (Ivan Kholodnyi, see
/// [`words`](super::words)).
#[inline(always)]
fn eight_digits(digits: u64) -> u32 {
    let pairs = (digits * 10 + (digits >> 8)) & 0x00ff_00ff_00ff_00ff;
    let quads = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    (quads * 10_000 + (quads >> 32)) as u32
}

#[derive(Clone, Copy)]
struct Apache;

impl Finish for Apache {
    #[inline(always)]
    fn date(self, row: &Row) -> u64 {
        // Without the offset minutes.
        row.date & 0x0000_001f_ffff_ffff | row.month(3)
    }

    #[inline(always)]
    fn rest(self, row: &Row, _block: &[u8], _span: Span) -> FractionAndOffset {
        signed_offset(row.second(11), (row.time >> 40) as u32, (row.date >> 37) as u32).map(|offset| (0, offset)).into()
    }
}

#[derive(Clone, Copy)]
struct Syslog {
    year: u16,
}

impl Finish for Syslog {
    #[inline(always)]
    fn date(self, row: &Row) -> u64 {
        // A year that does not exist becomes year 0, which does not exist either.
        let year = if self.year < 10_000 { u64::from(self.year) } else { 0 };
        row.date | row.month(1) | year
    }

    #[inline(always)]
    fn rest(self, _row: &Row, _block: &[u8], _span: Span) -> FractionAndOffset {
        FractionAndOffset::NOTHING
    }

    #[inline(always)]
    fn alike<V: Vector>(self, token: V::Token, _block: &[u8], _spans: &[Span; 8]) -> Option<(V, i16)> {
        Some((V::splat(token, 0), NO_OFFSET))
    }
}

#[derive(Clone, Copy)]
struct Ctime;

impl Finish for Ctime {
    #[inline(always)]
    fn date(self, row: &Row) -> u64 {
        row.date | row.month(4)
    }

    #[inline(always)]
    fn rest(self, row: &Row, _block: &[u8], _span: Span) -> FractionAndOffset {
        FractionAndOffset::NOTHING.only_if(is_weekday(row.first(0)))
    }
}

/// The same 16 bits for each of the four groups.
#[inline(always)]
const fn every_group(bits: u16) -> u64 {
    bits as u64 * 0x0001_0001_0001_0001
}

/// Where the rows come from and where they go.
struct Column<'a, V: Vector> {
    token: V::Token,
    block: &'a [u8],
    layout: DatetimeLayout,
    micros: &'a mut Vec<i64>,
    offsets: &'a mut Vec<i16>,
    valid: &'a mut Bitmap,
}

impl<V: Vector> Column<'_, V> {
    /// Appends the rows of `chunks`.
    #[inline(always)]
    fn append(self, chunks: &[[Span; 8]], shape: &Shape, layout: impl Finish) -> Self {
        for chunk in chunks {
            if !self.is_inside(chunk, shape) {
                scalar::timestamps::timestamps(self.block, chunk, self.layout, self.micros, self.offsets, self.valid);
                continue;
            }
            let mut rows = [Row::default(); 8];
            let mut good = [0; 2];
            for half in 0..2 {
                let spans = [chunk[4 * half], chunk[4 * half + 1], chunk[4 * half + 2], chunk[4 * half + 3]];
                let (four, mask) = self.four_rows(spans, shape);
                rows[4 * half..4 * half + 4].copy_from_slice(&four);
                good[half] = mask;
            }
            let (mut dates, mut times) = ([0; 8], [0; 8]);
            for row in 0..8 {
                dates[row] = layout.date(&rows[row]);
                times[row] = rows[row].time;
            }
            let (datetimes, exist) = datetimes::<V>(self.token, dates, times);
            let mut right = (full_groups(good[0]) | full_groups(good[1]) << 4) & exist;
            let (mut micros, mut offsets);
            if let Some((fractions, offset)) = layout.alike::<V>(self.token, self.block, chunk) {
                micros = datetimes.add_words(fractions).to_words().map(u64::cast_signed);
                offsets = [offset; 8];
            } else {
                micros = datetimes.to_words().map(u64::cast_signed);
                offsets = [NO_OFFSET; 8];
                for row in 0..8 {
                    let rest = layout.rest(&rows[row], self.block, chunk[row]);
                    micros[row] = in_utc(micros[row] + rest.micros(), rest.offset());
                    offsets[row] = rest.offset();
                    right &= !(1 << row) | rest.right() << row;
                }
            }
            if right != 0xff {
                for row in 0..8 {
                    if right >> row & 1 == 0 {
                        (micros[row], offsets[row]) = (0, NO_OFFSET);
                    }
                }
            }
            self.micros.extend_from_slice(&micros);
            self.offsets.extend_from_slice(&offsets);
            self.valid.push_eight(right);
        }
        self
    }

    /// Whether each row has the right length, and both its windows lie inside the block.
    #[inline(always)]
    fn is_inside(&self, chunk: &[Span; 8], shape: &Shape) -> bool {
        // As in `words::Rows::new`: what is negative has the sign bit.
        let word = |number: u64| V::splat_word(self.token, number);
        let spans = V::load_spans(self.token, chunk);
        let ends = spans.shift_down::<32>();
        let starts = spans.and(V::splat_word(self.token, 0xffff_ffff));
        let lengths = ends.sub_words(starts);
        let least = u64::from(shape.length);
        let most = if self.layout == DatetimeLayout::Iso8601 { u64::from(u32::MAX) } else { least };
        let wrong = lengths
            .sub_words(word(least))
            .or(word(most).sub_words(lengths))
            .or(word(self.block.len() as u64).sub_words(ends))
            .or(starts.sub_words(word(shape.lead.into())));
        wrong.word_signs() == 0
    }

    /// Four rows, and a mask of the bytes that are right: 16 bits for each.
    #[inline(always)]
    fn four_rows(&self, spans: [Span; 4], shape: &Shape) -> ([Row; 4], u64) {
        let token = self.token;
        let at = spans.map(|span| span.start - shape.lead);
        let first = V::gather_groups(token, self.block, at);
        let second = V::gather_groups(token, self.block, at.map(|at| at + shape.second_at));

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

        let pairs = digits.weigh_bytes(V::splat_word(token, 0x010a_010a_010a_010a));
        good &= pairs.le_mask(V::splat_group(token, shape.limits));
        // Year: 100 and 1; month and day: 32 and 1; hour and minute: 60 and 1; second and offset hours: 1 and 256.
        let numbers = pairs.weigh_pairs(V::splat_group(token, [100, 0, 1, 0, 32, 0, 1, 0, 60, 0, 1, 0, 1, 0, 0, 1]));

        let (numbers, first, second) = (numbers.to_words(), first.to_words(), second.to_words());
        let rows = std::array::from_fn(|row| Row {
            date: numbers[2 * row],
            time: numbers[2 * row + 1],
            first: first[2 * row],
            second: second[2 * row + 1],
        });
        (rows, good)
    }
}

/// Bit *i* of the answer is set where all 16 bits of group *i* are.
#[inline(always)]
fn full_groups(mask: u64) -> u8 {
    let missing = !mask;
    // The highest bit of each group that misses a bit.
    let some = ((missing & every_group(0x7fff)) + every_group(0x7fff)) | missing;
    let full = !some >> 15 & every_group(1);
    (full | full >> 15 | full >> 30 | full >> 45) as u8 & 15
}

/// Microseconds since 1970 of eight rows' dates and times, and which of the rows have a date that is one. The year is
/// less than 16,384; see [`Row`] for the halves.
#[inline(always)]
fn datetimes<V: Vector>(token: V::Token, dates: [u64; 8], times: [u64; 8]) -> (V, u8) {
    let word = |number: u64| V::splat_word(token, number);
    let dates = V::from_words(token, dates);
    let years = dates.and(word(0xffff_ffff));
    // By 100: 5243 / 2^19 is a little more, by so little that it is right up to 43,698.
    let hundreds = years.multiply_halves(word(5243)).shift_down::<19>();
    let century = hundreds.multiply_halves(word(100)).equal_words(years);
    // A year is a leap year if it is a multiple of 4; of a multiple of 100, its hundreds decide.
    let deciding = century.and(hundreds).or(years.and_not(century));
    let leap = deciding.and(word(3)).equal_words(word(0));
    let mut places = dates.shift_down::<32>().or(leap.and(word(512))).to_words();
    for place in &mut places {
        *place = DAY_OF_YEAR[(*place & 1023) as usize].into();
    }
    let days = V::from_words(token, places);
    // There is no year 0, and no day 0 of a year.
    let exist = !days.equal_words(word(0)).or(years.equal_words(word(0))).word_signs();

    // Whole years before this one, with a leap day each four years, but not each hundred, but each four hundred.
    let before = years.sub_words(word(1));
    let hundreds = before.multiply_halves(word(5243)).shift_down::<19>();
    let leap_days = before.shift_down::<2>().sub_words(hundreds).add_words(hundreds.shift_down::<2>());
    let days = before.multiply_halves(word(365)).add_words(leap_days).add_words(days);
    // A day has 10,546,875 · 2^13 microseconds.
    let days = days.multiply_halves(word(10_546_875)).shift_up::<13>();
    let times = V::from_words(token, times);
    let seconds = times.multiply_halves(word(60)).add_words(times.shift_down::<32>().and(word(0xff)));
    let micros = days.add_words(seconds.multiply_halves(word(1_000_000)));
    let origin = (u64::from(DAYS_TO_1970) + 1) * 86_400_000_000;
    (micros.sub_words(word(origin)), exist)
}
