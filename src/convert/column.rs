//! A whole column of spans → a [`Column`].
//!
//! A kernel converts the column; the rows that it does not take (other ways of writing, texts that are no value) are converted one by one.

use parsimd_simd::{Bitmap, DatetimeLayout as KernelLayout, FloatForm, Kernels, NO_OFFSET, Span};

use super::{
    calendar::TIMESTAMPS,
    clock::{Clock, OffsetsSeen, Timestamps},
    duration, map, quoted, stamp,
    strptime::StrptimeLayout,
    value::Value,
};
use crate::{
    batch::{Column, ColumnType, Maps, Strings, TextViews, Validity, Values, offsets},
    limits,
    pattern::{DatetimeLayout, ValueKind, is_flag},
};

/// A row whose text is no value of the column.
#[derive(Debug)]
pub(crate) struct ConversionError {
    pub(crate) row: usize,
    pub(crate) reason: String,
}

/// The texts of one field, a row each: where they stand in their block, in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Texts<'a> {
    pub(crate) block: &'a [u8],
    /// Whether the block is made for this column alone, so that views must not lead to it.
    pub(crate) is_own: bool,
    pub(crate) spans: &'a [Span],
    /// The rows that have no text, in order; their spans are of no meaning.
    pub(crate) missing: &'a [usize],
}

/// A column, and what was seen in its texts.
#[derive(Debug)]
pub(crate) struct Converted {
    pub(crate) column: Column,
    /// In the order of the rows.
    pub(crate) errors: Vec<ConversionError>,
    /// The kinds of its timestamps.
    pub(crate) offsets: OffsetsSeen,
}

/// Converts texts to values of `kind`. A text that is no value becomes null, and an error.
///
/// The texts must be UTF-8, but for those of text with [`Strings::Binary`]; any other value that is not is an error. Text in views is without its buffer: that is for
/// [`Batch::of_block`](crate::Batch::of_block) to give.
pub(crate) fn column(
    kernels: &Kernels,
    kind: &ValueKind,
    text: Texts<'_>,
    strings: Strings,
    clock: &Clock,
) -> Converted {
    let mut column_type = ColumnType::of(kind);
    match kind {
        ValueKind::Decimal => return decimals(kernels, &ValueKind::Float, text, strings, clock),
        ValueKind::Grouped(number, group) if **number == ValueKind::Decimal => {
            let float = ValueKind::Grouped(Box::new(ValueKind::Float), *group);
            return decimals(kernels, &float, text, strings, clock);
        }
        ValueKind::Quoted => {
            let column = unquoted(kernels, text, strings);
            return Converted { column, errors: Vec::new(), offsets: OffsetsSeen::default() };
        }
        ValueKind::Pairs => return maps(text),
        _ if column_type.is_text() => {
            let column = texts(kernels, text, strings);
            return Converted { column, errors: Vec::new(), offsets: OffsetsSeen::default() };
        }
        _ => {}
    }
    let mut timestamps = Timestamps::new(clock);
    if timestamps.has_zone() {
        column_type = column_type.in_utc();
    }
    let (mut values, mut validity) = by_kernel(kernels, kind, text, clock, &mut timestamps);
    for &row in text.missing {
        validity.set(row, false);
    }
    let mut errors = Vec::new();
    let mut missing = text.missing.iter().copied().peekable();
    for row in validity.null_rows() {
        if missing.next_if_eq(&row).is_some() {
            continue;
        }
        match one(kind, text, row, clock, &mut timestamps, &mut values) {
            Ok(()) => validity.set(row, true),
            Err(reason) => errors.push(ConversionError { row, reason }),
        }
    }
    Converted { column: Column::new(column_type, values, Some(validity)), errors, offsets: timestamps.seen }
}

/// The same of texts that may be longer together than their block, since they overlap. A row past what a column has room for is an error.
pub(crate) fn overlapping_column(
    kernels: &Kernels,
    kind: &ValueKind,
    text: Texts<'_>,
    strings: Strings,
    clock: &Clock,
) -> Converted {
    let mut length = 0_u64;
    let is_past = |span: &Span| {
        length += u64::from(span.end.saturating_sub(span.start));
        length > limits::COLUMN_TEXT_BYTES as u64
    };
    let Some(fitting) = text.spans.iter().position(is_past) else {
        return column(kernels, kind, text, strings, clock);
    };
    let mut spans = text.spans.to_vec();
    spans[fitting..].fill(Span::default());
    let (with, without) = text.missing.split_at(text.missing.partition_point(|&row| row < fitting));
    let missing: Vec<usize> = with.iter().copied().chain(fitting..spans.len()).collect();
    let mut some = column(kernels, kind, Texts { spans: &spans, missing: &missing, ..text }, strings, clock);
    let reason = format!("the texts of a column are more than {} bytes", limits::COLUMN_TEXT_BYTES);
    let errors = (fitting..spans.len()).filter(|row| without.binary_search(row).is_err());
    some.errors.extend(errors.map(|row| ConversionError { row, reason: reason.clone() }));
    some
}

/// A column of maps.
fn maps(Texts { block, spans, missing, .. }: Texts<'_>) -> Converted {
    let (mut maps, mut errors) = (Maps::with_capacity(spans.len()), Vec::new());
    let mut nulls = missing.to_vec();
    let mut missing = missing.iter().copied().peekable();
    for (row, span) in spans.iter().enumerate() {
        if missing.next_if_eq(&row).is_none() {
            match span.of(block).and_then(|text| std::str::from_utf8(text).ok()) {
                Some(text) => map::read(text).for_each(|(key, value)| maps.push(key, &value)),
                None => errors.push(ConversionError { row, reason: "not UTF-8".to_owned() }),
            }
        }
        maps.end_row();
    }
    nulls.extend(errors.iter().map(|error| error.row));
    nulls.sort_unstable();
    let column = Column::new(ColumnType::Map, Values::Map(maps), Validity::without(spans.len(), &nulls));
    Converted { column, errors, offsets: OffsetsSeen::default() }
}

/// A column of text: the bytes of one row after those of the other, or views of them.
pub(super) fn texts(kernels: &Kernels, Texts { block, is_own, spans, missing }: Texts<'_>, strings: Strings) -> Column {
    // A block, and so its text, is shorter than 2 GiB.
    let values = match strings {
        Strings::Utf8 | Strings::Binary => {
            let (mut offsets, mut bytes) = (offsets(spans.len()), Vec::new());
            kernels.texts(block, spans, &mut bytes, &mut offsets);
            if strings == Strings::Utf8 { Values::Text { offsets, bytes } } else { Values::Binary { offsets, bytes } }
        }
        Strings::View if is_own => Values::TextView(TextViews::of_own(block.to_vec(), spans)),
        Strings::View => Values::TextView(TextViews::of(block, spans)),
    };
    Column::new(ColumnType::Text.with_strings(strings), values, Validity::without(spans.len(), missing))
}

/// A column of decimals: their text, without the space that may stand for a sign, once it is known to be a number of the kind `float`.
fn decimals(kernels: &Kernels, float: &ValueKind, text: Texts<'_>, strings: Strings, clock: &Clock) -> Converted {
    let numbers = column(kernels, float, text, strings, clock);
    let missing: Vec<usize> =
        text.missing.iter().copied().chain(numbers.errors.iter().map(|error| error.row)).collect();
    let trim = |span: &Span| match text.block.get(span.start as usize) {
        Some(b' ') if span.start < span.end => Span::new(span.start + 1, span.end),
        _ => *span,
    };
    let spans: Vec<Span> = text.spans.iter().map(trim).collect();
    Converted { column: texts(kernels, Texts { spans: &spans, missing: &missing, ..text }, strings), ..numbers }
}

/// A column of texts that may stand in quotes: what is inside of them.
fn unquoted(kernels: &Kernels, text: Texts<'_>, strings: Strings) -> Column {
    let Unquoted { own, spans } = unquote(text.block, text.spans, false);
    let block = own.as_deref().unwrap_or(text.block);
    texts(kernels, Texts { block, is_own: own.is_some(), spans: &spans, missing: text.missing }, strings)
}

/// Texts without their quotes.
pub(super) struct Unquoted {
    /// The block of all texts, where that is not the one in which they stood.
    pub(super) own: Option<Vec<u8>>,
    /// A span that is not in the block stays as it is.
    pub(super) spans: Vec<Span>,
}

/// Takes the quotes off texts. Where one has an escape, or with `has_flags` is that of a key without `=`, which stands for `true`, all of them are copied, to
/// one text of their own.
pub(super) fn unquote(block: &[u8], spans: &[Span], has_flags: bool) -> Unquoted {
    let (mut spans, mut rewritten) = (spans.to_vec(), Vec::new());
    for (row, span) in spans.iter_mut().enumerate() {
        let Some(text) = span.of(block) else { continue };
        if has_flags && text.is_empty() && is_flag(block, span.start as usize) {
            rewritten.push(row);
        }
        let Some(inside) = quoted::inside(text) else { continue };
        *span = Span::new(span.start + 1, span.end - 1);
        if inside.has_escapes {
            rewritten.push(row);
        }
    }
    if rewritten.is_empty() {
        return Unquoted { own: None, spans };
    }
    let mut own = Vec::new();
    let mut rewritten = rewritten.into_iter().peekable();
    for (row, span) in spans.iter_mut().enumerate() {
        let Some(bytes) = span.of(block) else { continue };
        let start = own.len() as u32;
        if rewritten.next_if_eq(&row).is_none() {
            own.extend_from_slice(bytes);
        } else if bytes.is_empty() {
            own.extend_from_slice(b"true");
        } else {
            for chunk in bytes.utf8_chunks() {
                own.extend_from_slice(quoted::unescape(chunk.valid()).as_bytes());
                own.extend_from_slice(chunk.invalid());
            }
        }
        // An escape is no shorter than what it stands for, and a flag has a key, so this is not much longer than the block.
        *span = Span::new(start, own.len() as u32);
    }
    Unquoted { own: Some(own), spans }
}

/// What the kernels make of a column: values, and which rows they have read.
fn by_kernel(
    kernels: &Kernels,
    kind: &ValueKind,
    Texts { block, spans, .. }: Texts<'_>,
    clock: &Clock,
    timestamps: &mut Timestamps<'_>,
) -> (Values, Validity) {
    // A number that has no grouping character in it is one of the plain kind. The kernels take no other.
    let kind = if let ValueKind::Grouped(plain, _) = kind { plain } else { kind };
    let mut valid = Bitmap::new();
    let mut values = Values::new(ColumnType::of(kind), spans.len());
    match (&mut values, kind) {
        // Sizes without a unit are integers.
        (Values::Int64(values), ValueKind::Integer { base: None | Some(10) } | ValueKind::Size) => {
            kernels.integers(block, spans, None, values, &mut valid);
        }
        (Values::Timestamp(micros), ValueKind::UnixTime) => {
            kernels.integers(block, spans, None, micros, &mut valid);
            for (micros, span) in micros.iter_mut().zip(spans) {
                *micros = stamp::unix_micros(*micros, (span.end - span.start) as usize);
            }
            timestamps.seen.with = true;
        }
        (Values::Float64(values), ValueKind::Float) => {
            kernels.floats(block, spans, FloatForm::Plain, values, &mut valid);
        }
        (Values::Float64(values), ValueKind::Percent) => {
            kernels.floats(block, spans, FloatForm::Percent, values, &mut valid);
        }
        (Values::Timestamp(micros), ValueKind::Time(layout)) => {
            let (year, back) = clock.base_year();
            // A log has one layout, nearly always.
            let layout = match layout {
                DatetimeLayout::Any => spans.iter().find_map(|span| stamp::usual_layout(span.of(block)?)),
                layout => Some(*layout),
            };
            let Some(layout) = layout else { return unread(values, spans.len()) };
            let Some(kernel_layout) = kernel_layout(layout, year) else { return unread(values, spans.len()) };
            let mut offsets = Vec::with_capacity(spans.len());
            kernels.timestamps(block, spans, kernel_layout, micros, &mut offsets, &mut valid);
            let mut validity = Validity::from_bitmap(valid);
            let back = back.filter(|_| layout == DatetimeLayout::Syslog);
            let is_as_written = back.is_none() && !timestamps.has_zone();
            for (row, (micros, offset)) in micros.iter_mut().zip(&mut offsets).enumerate() {
                if *offset == NO_OFFSET && !is_as_written {
                    // A row that was not read stays zero.
                    if !validity.is_valid(row) {
                        continue;
                    }
                    // One that no year is found for is left, as one that a column does not hold.
                    let wall = back.map_or(Some(*micros), |back| back.apply(*micros));
                    *micros = wall.map_or(i64::MIN, |wall| timestamps.utc(wall));
                }
                if !TIMESTAMPS.contains(micros) {
                    (*micros, *offset) = (0, NO_OFFSET);
                    validity.set(row, false);
                }
            }
            let without = offsets.iter().filter(|&&offset| offset == NO_OFFSET).count();
            timestamps.seen = OffsetsSeen { with: without < offsets.len(), without: without > validity.nulls() };
            return (values, validity);
        }
        (Values::Duration(nanos), ValueKind::Duration) => {
            for span in spans {
                let short = span.of(block).and_then(duration::short);
                nanos.push(short.unwrap_or_default());
                valid.push(short.is_some());
            }
        }
        (column, ValueKind::Strptime(format)) => {
            let layouts: Option<Vec<StrptimeLayout>> =
                clock.usual_years(kind).map(|year| StrptimeLayout::new(format, year)).collect();
            let Some(layouts) = layouts else { return unread(values, spans.len()) };
            push_zeros(column, spans.len());
            for (row, span) in spans.iter().enumerate() {
                // The year before is of use only where the first puts the value too far into the future.
                let read = |text: &[u8]| {
                    let mut found = layouts.iter().map_while(|layout| layout.read(text));
                    found.find(|value| layouts.len() == 1 || clock.accepts(kind, value))
                };
                let value = span.of(block).and_then(read);
                valid.push(value.is_some_and(|value| put(column, row, value, timestamps).is_ok()));
            }
        }
        _ => return unread(values, spans.len()),
    }
    (values, Validity::from_bitmap(valid))
}

/// A column of which no row was read.
fn unread(mut values: Values, rows: usize) -> (Values, Validity) {
    let mut valid = Bitmap::new();
    (0..rows).for_each(|_| valid.push(false));
    push_zeros(&mut values, rows);
    (values, Validity::from_bitmap(valid))
}

fn kernel_layout(layout: DatetimeLayout, year: i32) -> Option<KernelLayout> {
    Some(match layout {
        DatetimeLayout::Http => KernelLayout::Apache,
        DatetimeLayout::Iso8601 => KernelLayout::Iso8601,
        DatetimeLayout::Ctime => KernelLayout::Ctime,
        DatetimeLayout::Syslog => KernelLayout::Syslog { year: u16::try_from(year).ok()? },
        _ => return None,
    })
}

pub(super) fn push_zeros(values: &mut Values, rows: usize) {
    match values {
        Values::Text { .. } | Values::Binary { .. } | Values::TextView(_) | Values::Map(_) => {
            unreachable!("text and maps are not converted")
        }
        Values::Int64(values) | Values::Timestamp(values) | Values::Time(values) | Values::Duration(values) => {
            values.resize(rows, 0);
        }
        Values::Bool(values) => values.resize(rows, false),
        Values::Float64(values) => values.resize(rows, 0.0),
        Values::Date(values) => values.resize(rows, 0),
    }
}

/// Converts one row, in the place that is kept for it, or says why it has no value.
fn one(
    kind: &ValueKind,
    Texts { block, spans, .. }: Texts<'_>,
    row: usize,
    clock: &Clock,
    timestamps: &mut Timestamps<'_>,
    values: &mut Values,
) -> Result<(), String> {
    let text = spans[row].of(block).and_then(|text| std::str::from_utf8(text).ok()).ok_or("not UTF-8")?;
    put(values, row, clock.value(kind, text)?, timestamps)
}

/// Puts a value in the place of its row, or says why a column cannot hold it. Every value that no kernel has read comes by here.
pub(super) fn put(
    values: &mut Values,
    row: usize,
    value: Value<'_>,
    timestamps: &mut Timestamps<'_>,
) -> Result<(), String> {
    match (values, value) {
        (Values::Int64(values), Value::Int(value)) => values[row] = value,
        (Values::Float64(values), Value::Float(value)) => values[row] = value,
        (Values::Timestamp(values), Value::DateTime(value)) => values[row] = timestamps.put(value)?,
        (Values::Date(values), Value::Date(value)) => values[row] = value.days(),
        (Values::Duration(values), Value::Duration(value)) => values[row] = value,
        (Values::Bool(values), Value::Bool(value)) => values[row] = value,
        (Values::Time(values), Value::Time(value)) => values[row] = value.in_column()?,
        (_, Value::BigInt(big)) => {
            let sign = if big.negative { "-" } else { "" };
            return Err(format!("{sign}{} in base {} does not fit in 64 bits", big.digits, big.base));
        }
        _ => unreachable!("the type of a column comes from the kind of its values"),
    }
    Ok(())
}
