//! Text as views: where each text stands, instead of a copy of it.
//!
//! A view is 16 bytes, laid out as those of Arrow's `Utf8View`, its numbers little-endian:
//!
//! ```text
//! up to 12 bytes   ┌ length ┬ the text, then zeros       ┐
//!                  │ 4      │ 12                         │
//! longer           ┌ length ┬ prefix ┬ buffer  ┬ offset  ┐
//!                  │ 4      │ 4      │ 4       │ 4       │
//! ```
//!
//! A long text lies in one of the column's buffers: a block of input, which the columns of its batch share. A buffer lives as long as
//! a view of it may be read, so few texts could keep much memory: those that need less than one byte in [`limits::MEMORY_KEPT`] of
//! their buffers are copied out instead. That a text is UTF-8 was found out when it was matched; the block around it need not be.

use std::{collections::TryReserveError, mem};

use bytes::Bytes;
use parsimd_simd::Span;

use crate::limits;

/// The longest text that is in its view, in bytes.
const INLINE: usize = 12;

/// For each length of a text in its view, where the text is in it.
const MASKS: [u128; INLINE + 1] = {
    let mut masks = [0; INLINE + 1];
    let mut length = 0;
    while length <= INLINE {
        masks[length] = ((1 << (8 * length)) - 1) << 32;
        length += 1;
    }
    masks
};

/// A column of text, each row a view: up to 12 bytes are in the view itself, longer texts in a buffer that is shared.
///
/// ```
/// use parsimd::{Cell, Input, Pattern, ScanOptions, Strings, Values};
///
/// let options = ScanOptions::new().strings(Strings::View);
/// let text = "short\nlonger than twelve bytes\n";
/// let batch = Pattern::new("{}")?.scan_input(Input::shared(text), options).read_all()?;
/// let Values::TextView(views) = batch.columns()[0].values() else { unreachable!() };
/// assert_eq!(views.get(1), "longer than twelve bytes");
/// assert_eq!(views.buffers()[0].as_ptr(), text.as_ptr());
/// # Ok::<(), parsimd::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct TextViews {
    views: Vec<u128>,
    buffers: Vec<Bytes>,
    /// How many bytes the long texts have together.
    long: usize,
}

impl PartialEq for TextViews {
    /// Whether the texts are the same, wherever they lie.
    fn eq(&self, other: &TextViews) -> bool {
        self.len() == other.len() && (0..self.len()).all(|row| self.bytes(row) == other.bytes(row))
    }
}

impl TextViews {
    pub(crate) fn with_capacity(rows: usize) -> TextViews {
        TextViews { views: Vec::with_capacity(rows), ..TextViews::default() }
    }

    pub(crate) fn try_reserve(&mut self, rows: usize) -> Result<(), TryReserveError> {
        self.views.try_reserve_exact(rows)
    }

    /// Views of pieces of `block`, which has less than 2 GiB and is to become their only buffer: [`settle`] must follow. A span outside of
    /// the block has no text.
    pub(crate) fn of(block: &[u8], spans: &[Span]) -> TextViews {
        let mut long = 0;
        let views = spans.iter().map(|span| {
            let start = span.start as usize;
            let text = block.get(start..).and_then(<[u8]>::first_chunk::<16>);
            let (word, length) = match text {
                Some(text) if span.start <= span.end && span.end as usize <= block.len() => {
                    (u128::from_le_bytes(*text), span.end - span.start)
                }
                _ => {
                    let text = span.of(block).unwrap_or_default();
                    let mut word = [0; 16];
                    let known = text.len().min(16);
                    word[..known].copy_from_slice(&text[..known]);
                    (u128::from_le_bytes(word), text.len() as u32)
                }
            };
            let is_long = length as usize > INLINE;
            long += if is_long { length as usize } else { 0 };
            let text = word << 32 & MASKS[INLINE.min(length as usize)];
            let place = u128::from(span.start) << 96;
            let text = if is_long { text & u128::from(u64::MAX) | place } else { text };
            u128::from_le(text | u128::from(length))
        });
        TextViews { views: views.collect(), buffers: Vec::new(), long }
    }

    /// Views of pieces of `text`, which is theirs alone.
    pub(crate) fn of_own(text: Vec<u8>, spans: &[Span]) -> TextViews {
        let views = TextViews::of(&text, spans);
        TextViews { buffers: vec![Bytes::from(text)], ..views }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.views.len()
    }

    /// True when there are no rows.
    pub fn is_empty(&self) -> bool {
        self.views.is_empty()
    }

    /// The views, in memory as Arrow has them.
    pub fn views(&self) -> &[u128] {
        &self.views
    }

    /// The buffers in which the long texts lie. They hold other bytes too, which need not be UTF-8.
    pub fn buffers(&self) -> &[Bytes] {
        &self.buffers
    }

    /// The text of row `row`.
    ///
    /// # Panics
    /// Past the last row.
    pub fn get(&self, row: usize) -> &str {
        // It is UTF-8, as every text of a batch: the check keeps `unsafe` away.
        std::str::from_utf8(self.bytes(row)).unwrap_or_default()
    }

    /// The bytes of the text of row `row`.
    ///
    /// # Panics
    /// Past the last row.
    pub fn bytes(&self, row: usize) -> &[u8] {
        let view = &self.views[row];
        match Long::of(*view) {
            Some(long) => long.text(&self.buffers),
            None => &bytemuck::bytes_of(view)[4..4 + length(*view)],
        }
    }

    /// The rows with these numbers, over the same buffers.
    pub(crate) fn take(&self, rows: &[usize]) -> TextViews {
        let views: Vec<u128> = rows.iter().map(|&row| self.views[row]).collect();
        let long = views.iter().filter_map(|&view| Long::of(view)).map(|long| long.length).sum();
        TextViews { views, buffers: self.buffers.clone(), long }
    }

    /// Appends the rows of another column, and its buffers.
    pub(crate) fn append(&mut self, other: &TextViews) {
        let base = self.buffers.len();
        self.buffers.extend_from_slice(&other.buffers);
        self.views.extend(other.views.iter().map(|&view| match Long::of(view) {
            Some(long) => Long { buffer: base + long.buffer, ..long }.move_of(view),
            None => view,
        }));
        self.long += other.long;
    }

    /// Copies the long texts, which lie in `buffers`, into buffers of the column's own, one after the other.
    fn copy_from<B: AsRef<[u8]>>(&mut self, buffers: &[B]) {
        let most = i32::MAX as usize;
        let mut text = Vec::with_capacity(self.long.min(most));
        self.buffers.clear();
        for view in &mut self.views {
            let Some(long) = Long::of(*view) else { continue };
            if text.len() + long.length > most {
                self.buffers.push(Bytes::from(mem::take(&mut text)));
            }
            *view = Long { buffer: self.buffers.len(), offset: text.len(), ..long }.move_of(*view);
            text.extend_from_slice(long.text(buffers));
        }
        if !text.is_empty() {
            self.buffers.push(Bytes::from(text));
        }
    }
}

/// Gives the columns of a block, which were made of `block`, their buffer: the block that `share` gives, or what they need of it. One that has a buffer
/// of its own keeps that.
pub(super) fn settle<'c>(
    columns: impl IntoIterator<Item = &'c mut TextViews>,
    block: &[u8],
    share: impl FnOnce() -> Bytes,
) {
    let columns: Vec<_> = columns.into_iter().filter(|column| column.long > 0 && column.buffers.is_empty()).collect();
    if columns.is_empty() {
        return;
    }
    if is_little(columns.iter().map(|column| column.long).sum(), block.len()) {
        columns.into_iter().for_each(|column| column.copy_from(&[block]));
    } else {
        let block = share();
        columns.into_iter().for_each(|column| column.buffers.push(block.clone()));
    }
}

/// Copies the long texts of the columns of a batch out of their buffers, where these are much larger.
pub(super) fn compact<'c>(columns: impl IntoIterator<Item = &'c mut TextViews>) {
    let mut columns: Vec<_> = columns.into_iter().collect();
    let mut buffers: Vec<_> =
        columns.iter().flat_map(|column| &column.buffers).map(|b| (b.as_ptr(), b.len())).collect();
    buffers.sort_unstable();
    buffers.dedup();
    let kept = buffers.into_iter().map(|(_, length)| length).sum();
    if is_little(columns.iter().map(|column| column.long).sum(), kept) {
        for column in &mut columns {
            let buffers = mem::take(&mut column.buffers);
            column.copy_from(&buffers);
        }
    }
}

/// Whether so many bytes of text are too few to keep so many bytes of memory for them.
fn is_little(text: usize, kept: usize) -> bool {
    text.saturating_mul(limits::MEMORY_KEPT) < kept
}

/// The length of the text of a view, in bytes.
fn length(view: u128) -> usize {
    view.to_le() as u32 as usize
}

/// A view of a text that is not in it.
#[derive(Clone, Copy)]
struct Long {
    length: usize,
    buffer: usize,
    offset: usize,
}

impl Long {
    fn of(view: u128) -> Option<Long> {
        let length = length(view);
        let [buffer, offset] = [64, 96].map(|bit| (view.to_le() >> bit) as u32 as usize);
        (length > INLINE).then_some(Long { length, buffer, offset })
    }

    /// The view for a text that lies here now, with the length and the prefix of `view`.
    fn move_of(self, view: u128) -> u128 {
        let kept = view.to_le() & u128::from(u64::MAX);
        u128::from_le(kept | (self.buffer as u128) << 64 | (self.offset as u128) << 96)
    }

    fn text<B: AsRef<[u8]>>(self, buffers: &[B]) -> &[u8] {
        &buffers[self.buffer].as_ref()[self.offset..][..self.length]
    }
}
