//! Texts that are given one by one: each is one record, whatever it holds. A newline in it is part of it, as in `parse`.
//!
//! They are scanned in pieces of about a block's size. The texts of a column that lie side by side in memory, as those of an Arrow
//! array do, are scanned where they lie. Others are copied side by side first.

use std::sync::Arc;

use super::{
    block::Buffers,
    compiled::Compiled,
    options::{OnError, ScanOptions},
    split::Split,
    stats::{ColumnOffsets, Stats},
    task::Task,
};
use crate::{
    batch::{Batch, Schema, Validity},
    error::Result,
    input::{Block, Cut},
};

/// What became of texts that were scanned one by one.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Texts {
    /// The rows, in order: one for each text, unless those that could not be read were to be skipped, or [`ScanOptions::filter`]
    /// leaves some out. One batch or more; none of several is empty.
    pub batches: Vec<Batch>,
    /// Which rows have a text that matched, over all batches; `None` when all have.
    pub matched: Option<Validity>,
    /// What was seen. A text that is not there counts as one that did not match; it is no failure.
    pub stats: Stats,
    schema: Arc<Schema>,
}

impl Texts {
    /// The names and types of the columns.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// The rows as one batch: a copy where there are several.
    ///
    /// # Errors
    /// [`Error::is_limit`](crate::Error::is_limit) when the text of a column passes 2 GiB, and is not in views.
    pub fn to_batch(&self) -> Result<Batch> {
        Batch::concat(Arc::clone(&self.schema), &self.batches)
    }
}

/// Texts side by side in memory, as a column of strings or bytes has them in Arrow: text `n` is `bytes[offsets[n]..offsets[n + 1]]`.
///
/// ```
/// use parsimd::{Pattern, ScanOptions, TextColumn};
///
/// let column = TextColumn::new(b"a 1b 23", &[0_i32, 3, 3, 7], &[1]).expect("offsets in order");
/// let found = Pattern::new("{name} {n:d}")?.scan_column(column, ScanOptions::default())?;
/// assert_eq!(found.to_batch()?.column("n").unwrap().values(), &parsimd::Values::Int64(vec![1, 23]));
/// assert!(TextColumn::new(b"a 1", &[0_i64, 4], &[]).is_none());
/// # Ok::<(), parsimd::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct TextColumn<'t, O> {
    bytes: &'t [u8],
    /// Ascending, the last not past the bytes; one at least.
    offsets: &'t [O],
    nulls: &'t [usize],
}

impl<'t, O: Copy + Into<i64>> TextColumn<'t, O> {
    /// A column of one text less than there are offsets, which are `i32` or `i64`. The first need not be 0. `nulls` are the numbers, in
    /// order, of those that are no text; they may have bytes.
    ///
    /// `None` when there is no offset, one is less than that before it or outside of the bytes, or a number is out of order or has no text.
    pub fn new(bytes: &'t [u8], offsets: &'t [O], nulls: &'t [usize]) -> Option<Self> {
        let (&first, &last) = (offsets.first()?, offsets.last()?);
        let is_inside = first.into() >= 0 && usize::try_from(last.into()).ok()? <= bytes.len();
        let ascends =
            offsets.iter().zip(&offsets[1..]).fold(true, |ascends, (&a, &b)| ascends & (a.into() <= b.into()));
        let has_nulls = nulls.is_sorted_by(|a, b| a < b) && nulls.last().is_none_or(|&null| null < offsets.len() - 1);
        (is_inside && ascends && has_nulls).then_some(TextColumn { bytes, offsets, nulls })
    }

    /// Where text `row` begins in the bytes, or the one before it ends.
    fn place(self, row: usize) -> usize {
        // Within the bytes, so it fits.
        self.offsets[row].into() as usize
    }

    /// The texts, `None` for one that is not there.
    fn texts(self) -> impl Iterator<Item = Option<&'t [u8]>> {
        let mut nulls = self.nulls.iter().copied().peekable();
        (0..self.offsets.len() - 1)
            .map(move |row| nulls.next_if_eq(&row).is_none().then(|| &self.bytes[self.place(row)..self.place(row + 1)]))
    }
}

/// Scans texts that lie wherever they like.
pub(crate) fn scan_texts<'t>(
    pattern: &Arc<Compiled>,
    texts: impl Iterator<Item = Option<&'t [u8]>>,
    options: ScanOptions,
) -> Result<Texts> {
    scan_pieces(pattern, Gathered { texts, bytes: Vec::new(), ends: Vec::new(), nulls: Vec::new() }, options)
}

/// Scans texts side by side where they lie, unless there are bytes between them that belong to none.
pub(crate) fn scan_column<O: Copy + Into<i64>>(
    pattern: &Arc<Compiled>,
    column: TextColumn<'_, O>,
    options: ScanOptions,
) -> Result<Texts> {
    if column.nulls.iter().any(|&row| column.place(row) < column.place(row + 1)) {
        return scan_texts(pattern, column.texts(), options);
    }
    scan_pieces(pattern, Adjacent { column, row: 0, ends: Vec::new(), nulls: Vec::new() }, options)
}

fn scan_pieces(pattern: &Arc<Compiled>, mut source: impl Source, options: ScanOptions) -> Result<Texts> {
    let (task, wrong) = Task::new(pattern, options);
    if let Some(wrong) = wrong {
        return Err(wrong);
    }
    let (mut buffers, name): (_, Arc<str>) = (Buffers::new(&task), "<texts>".into());
    let (mut batches, mut rows, mut missing) = (Vec::new(), 0, Vec::new());
    let (mut all, mut all_offsets) = (Stats::default(), ColumnOffsets::default());
    while let Some(Piece { bytes, extent, ends, nulls }) = source.next(task.cut()) {
        let block = Block { bytes, memory: None, offset: all.bytes, extent, source: &name, fault: None };
        let (batch, (stats, offsets), error) = task.scan_texts(&block, Split::At { ends, nulls }, &mut buffers)?;
        if let Some(error) = error {
            return Err(error.after_records(all.records).at_row());
        }
        if task.options.on_error != OnError::Skip {
            missing.extend(buffers.missing().iter().map(|row| rows + row));
        }
        rows += batch.len();
        if !batch.is_empty() {
            batches.push(batch);
        }
        all.add(stats);
        all_offsets.add(offsets, &task.schema, &mut all.notes);
    }
    if batches.is_empty() {
        batches.push(Batch::concat(Arc::clone(&task.schema), &[])?);
    }
    Ok(Texts { batches, matched: Validity::without(rows, &missing), stats: all, schema: task.schema })
}

/// Texts that are scanned together.
struct Piece<'p> {
    bytes: &'p [u8],
    /// How many bytes the texts have: more than there are, where the last is too long.
    extent: u64,
    /// Where each text ends in the bytes, and the next begins.
    ends: &'p [u32],
    /// The numbers of those that are no text, which have no bytes.
    nulls: &'p [usize],
}

/// Where texts come from.
trait Source {
    /// The texts that come next: those that begin in the next `cut.size` bytes, and no more than `cut.size`. The last of them is cut short where it is
    /// too long for sure. At the end there are none.
    fn next(&mut self, cut: Cut) -> Option<Piece<'_>>;
}

/// Texts that lie wherever they like. Those of a piece are copied, one after the other; the memory is kept from piece to piece.
struct Gathered<I> {
    texts: I,
    bytes: Vec<u8>,
    ends: Vec<u32>,
    nulls: Vec<usize>,
}

impl<'t, I: Iterator<Item = Option<&'t [u8]>>> Source for Gathered<I> {
    fn next(&mut self, limits: Cut) -> Option<Piece<'_>> {
        let Gathered { texts, bytes, ends, nulls } = self;
        bytes.clear();
        ends.clear();
        nulls.clear();
        let mut cut = 0;
        while bytes.len() < limits.size
            && ends.len() < limits.size
            && cut == 0
            && let Some(text) = texts.next()
        {
            match text {
                None => nulls.push(ends.len()),
                Some(text) => {
                    let kept = text.len().min(limits.too_many());
                    cut = text.len() - kept;
                    bytes.extend_from_slice(&text[..kept]);
                }
            }
            ends.push(bytes.len() as u32);
        }
        let extent = (bytes.len() + cut) as u64;
        (!ends.is_empty()).then_some(Piece { bytes, extent, ends, nulls })
    }
}

/// Texts side by side, but for those that are not there, which have no bytes: each piece lies where it is.
struct Adjacent<'t, O> {
    column: TextColumn<'t, O>,
    /// The number of the text that comes next.
    row: usize,
    ends: Vec<u32>,
    nulls: Vec<usize>,
}

impl<O: Copy + Into<i64>> Source for Adjacent<'_, O> {
    fn next(&mut self, cut: Cut) -> Option<Piece<'_>> {
        let Adjacent { column, row, ends, nulls } = self;
        let first = *row;
        let offsets = &column.offsets[first + 1..];
        if offsets.is_empty() {
            return None;
        }
        let base = column.place(first);
        let full = base.saturating_add(cut.size) as i64;
        let rows = (offsets.partition_point(|&end| end.into() < full) + 1).min(cut.size).min(offsets.len());
        *row += rows;
        let (last, end) = (column.place(*row - 1), column.place(*row));
        // The others end before `full`, so positions in what is left fit in 32 bits.
        let kept = end.min(last + cut.too_many());
        ends.clear();
        ends.extend(offsets[..rows].iter().map(|&end| (kept.min(end.into() as usize) - base) as u32));
        let here = column.nulls.partition_point(|&null| null < *row);
        nulls.clear();
        nulls.extend(column.nulls[..here].iter().map(|null| null - first));
        column.nulls = &column.nulls[here..];
        Some(Piece { bytes: &column.bytes[base..kept], extent: (end - base) as u64, ends, nulls })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cell, Input, Pattern, Strings};

    fn options(on_error: OnError, block_bytes: usize) -> ScanOptions {
        ScanOptions { on_error, block_bytes, ..ScanOptions::default() }
    }

    fn cells(batch: &Batch) -> Vec<Vec<Cell<'_>>> {
        (0..batch.len()).map(|row| batch.columns().iter().map(|column| column.get(row)).collect()).collect()
    }

    const FORMATS: [&str; 8] = ["{} {n:d}", "[{a}] {b:w}", "{x}", "{:d}", "{a:S}{b:s}{c}", "[{}\n", "é{}", "x"];

    /// Numbers that look random, each below what is asked for.
    fn random(mut state: u32) -> impl FnMut(usize) -> usize {
        move |below| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % below
        }
    }

    #[test]
    fn each_text_is_matched_as_parse_matches_it() {
        let parts = ["a", " ", "1", "\n", "\r", "é", "x1", "-", "[", "]", "\n]", "99999999999999999999", ""];
        let mut random = random(7);
        for format in FORMATS {
            let pattern = Pattern::new(format).unwrap();
            for size in [1, 5, 40, 10_000] {
                let texts: Vec<Option<String>> = (0..40)
                    .map(|_| (random(9) > 0).then(|| (0..random(7)).map(|_| parts[random(parts.len())]).collect()))
                    .collect();
                let given = || texts.iter().map(|text| text.as_ref().map(String::as_bytes));
                let found = pattern.scan_texts(given(), options(OnError::Null, size)).unwrap();
                let batch = found.to_batch().unwrap();
                assert_eq!(batch.len(), texts.len());
                assert_eq!(found.stats.records, found.stats.matched + found.stats.unmatched + found.stats.failures);
                let mut kept = Vec::new();
                for (row, text) in texts.iter().enumerate() {
                    let wanted = text.as_ref().and_then(|text| pattern.parse(text).unwrap());
                    let matched = found.matched.as_ref().is_none_or(|matched| matched.is_valid(row));
                    assert_eq!(matched, wanted.is_some(), "{format:?} {text:?}");
                    for (at, column) in batch.columns().iter().enumerate() {
                        match (column.get(row), &wanted) {
                            (Cell::Text(text), Some(wanted)) => assert_eq!(Some(text), wanted.text(at)),
                            (Cell::Int64(_) | Cell::Null, Some(_)) | (Cell::Null, None) => {}
                            (cell, wanted) => panic!("{format:?} {text:?}: {cell:?} {wanted:?}"),
                        }
                    }
                    let cells = batch.columns().iter().map(|column| column.get(row)).collect::<Vec<_>>();
                    if wanted.is_some() && !cells.contains(&Cell::Null) {
                        kept.push(cells);
                    }
                }
                let skipped = pattern.scan_texts(given(), options(OnError::Skip, size)).unwrap();
                assert_eq!(cells(&skipped.to_batch().unwrap()), kept, "{format:?}");
                assert_eq!(skipped.stats, found.stats);
                assert!(skipped.matched.is_none());
            }
        }
    }

    /// Texts one after the other, with what is given before them and in the place of those that are not there.
    fn side_by_side(texts: &[Option<Vec<u8>>], front: &[u8], null: &[u8]) -> (Vec<u8>, Vec<i64>, Vec<usize>) {
        let (mut bytes, mut offsets, mut nulls) = (front.to_vec(), vec![front.len() as i64], Vec::new());
        for (row, text) in texts.iter().enumerate() {
            bytes.extend_from_slice(text.as_deref().unwrap_or(null));
            offsets.push(bytes.len() as i64);
            nulls.extend(text.is_none().then_some(row));
        }
        (bytes, offsets, nulls)
    }

    #[test]
    fn a_column_is_what_its_texts_are_one_by_one() {
        let parts: [&[u8]; 12] = [
            b"a",
            b" ",
            b"1",
            b"\n",
            b"\r\n",
            "é".as_bytes(),
            b"\xc3",
            b"\xa9",
            b"x1",
            b"[",
            b"]",
            b"99999999999999999999",
        ];
        let mut random = random(11);
        for (number, format) in FORMATS.iter().cycle().take(400).enumerate() {
            let pattern = Pattern::new(format).unwrap();
            let texts: Vec<Option<Vec<u8>>> = (0..random(50))
                .map(|_| {
                    let text = (0..random(7)).flat_map(|_| parts[random(parts.len())]).copied().collect();
                    (number % 2 == 0 || random(9) > 0).then_some(text)
                })
                .collect();
            let front = &b"\xa9front"[..random(7)];
            let null = [&b""[..], b"[a] 1", b"\xc3"][random(3)];
            let (mut bytes, long, nulls) = side_by_side(&texts, front, null);
            bytes.extend_from_slice(&b"\xa9 after."[..random(9)]);
            let short: Vec<i32> = long.iter().map(|&offset| offset as i32).collect();
            let on_error = [OnError::Null, OnError::Skip, OnError::Raise][random(3)];
            let strings = [Strings::Utf8, Strings::View, Strings::Binary][random(3)];
            let options = ScanOptions { strings, ..options(on_error, [1, 5, 40, 10_000][random(4)]) };
            let one_by_one = pattern.scan_texts(texts.iter().map(Option::as_deref), options.clone());
            let found = [
                pattern.scan_column(TextColumn::new(&bytes, &long, &nulls).unwrap(), options.clone()),
                pattern.scan_column(TextColumn::new(&bytes, &short, &nulls).unwrap(), options),
            ];
            for found in found {
                match (&found, &one_by_one) {
                    (Ok(found), Ok(wanted)) => assert_eq!(found, wanted, "{format:?} {texts:?}"),
                    (Err(found), Err(wanted)) => {
                        assert_eq!((found.to_string(), found.row()), (wanted.to_string(), wanted.row()));
                    }
                    _ => panic!("{format:?} {texts:?}: {found:?} {one_by_one:?}"),
                }
            }
        }
    }

    #[test]
    fn a_column_without_bytes_between_its_texts_is_scanned_where_it_lies() {
        let texts = [Some(b"one".to_vec()), None, Some(b"".to_vec()), Some(b"three".to_vec()), Some(b"4".to_vec())];
        let (bytes, offsets, nulls) = side_by_side(&texts, b"..", b"");
        let column = TextColumn::new(&bytes, &offsets, &nulls).unwrap();
        let mut source = Adjacent { column, row: 0, ends: Vec::new(), nulls: Vec::new() };
        let mut pieces = Vec::new();
        while let Some(piece) = source.next(Cut { size: 4, longest: 100, stops: false }) {
            let place = piece.bytes.as_ptr() as usize - bytes.as_ptr() as usize;
            pieces.push((place, piece.bytes.len(), piece.ends.to_vec(), piece.nulls.to_vec()));
        }
        assert_eq!(pieces, [(2, 8, vec![3, 3, 3, 8], vec![1]), (10, 1, vec![1], vec![])]);
    }

    #[test]
    fn what_is_no_column_is_told() {
        let column = |offsets: &[i32], nulls: &[usize]| TextColumn::new(b"text", offsets, nulls).is_some();
        assert!(column(&[0], &[]) && column(&[4], &[]) && column(&[1, 1, 4], &[0, 1]));
        assert!(!column(&[], &[]) && !column(&[0, 5], &[]) && !column(&[-1, 2], &[]) && !column(&[0, 3, 2], &[]));
        assert!(!column(&[0, 5, 4], &[]) && !column(&[0, 4], &[1]));
        assert!(!column(&[0, 1, 2], &[1, 0]) && !column(&[0, 1, 2], &[1, 1]));
    }

    #[test]
    fn rows_come_in_batches_of_a_piece_and_none_is_empty_but_the_only_one() {
        let pattern = Pattern::new("{:d}").unwrap();
        let rows = |texts: &[&[u8]]| -> Vec<usize> {
            let texts = texts.iter().copied().map(Some);
            pattern.scan_texts(texts, options(OnError::Skip, 2)).unwrap().batches.iter().map(Batch::len).collect()
        };
        assert_eq!(rows(&[b"1", b"2", b"x", b"y", b"345", b"6"]), [2, 1, 1]);
        assert_eq!((rows(&[b"x"]), rows(&[])), (vec![0], vec![0]));
    }

    #[test]
    fn texts_without_newlines_are_the_lines_of_a_file() {
        let pattern = Pattern::new("{a} [{b}] {n:d}").unwrap();
        let lines: Vec<String> = (0..500).map(|n| format!("x{n} [{}] {n}", "y".repeat(n % 50))).collect();
        let file = pattern.scan_input(Input::bytes(lines.join("\n")), options(OnError::Skip, 300)).read_all().unwrap();
        let texts = lines.iter().map(|line| Some(line.as_bytes()));
        assert_eq!(pattern.scan_texts(texts, options(OnError::Skip, 300)).unwrap().to_batch().unwrap(), file);
    }

    #[test]
    fn the_first_text_that_cannot_be_read_is_told() {
        let pattern = Pattern::new("{n:d}").unwrap();
        for (wrong, reason) in [("x", "does not match"), ("99999999999999999999", "64 bits")] {
            for size in [1, 1000] {
                let texts = ["1", "", "2", wrong, "3", "y", ""];
                let texts = texts.iter().map(|text| Some(text.as_bytes()).filter(|text| !text.is_empty()));
                let error = pattern.scan_texts(texts, options(OnError::Raise, size)).unwrap_err();
                assert!(error.is_record() && error.row() == Some(3), "{error}");
                assert!(error.to_string().contains(reason), "{error}");
            }
        }
        let nulls = pattern.scan_texts([None, Some(&b"1"[..])], options(OnError::Raise, 9)).unwrap();
        assert_eq!(cells(&nulls.batches[0]), [[Cell::Null], [Cell::Int64(1)]]);
    }

    #[test]
    fn no_texts_are_no_rows() {
        let found = Pattern::new("{a}").unwrap().scan_texts([], ScanOptions::default()).unwrap();
        let batch = found.to_batch().unwrap();
        assert!(batch.is_empty() && found.stats == Stats::default());
        assert_eq!((found.batches.len(), batch.columns().len()), (1, 1));
    }

    #[test]
    fn what_is_not_utf_8_is_a_failure() {
        let texts: [Option<&[u8]>; 2] = [Some(b"\xff\xfe"), Some(b"ok")];
        let found = Pattern::new("{a}").unwrap().scan_texts(texts, options(OnError::Null, 9)).unwrap();
        assert_eq!(cells(&found.to_batch().unwrap()), [[Cell::Null], [Cell::Text("ok")]]);
        assert_eq!((found.stats.failures, found.stats.first_failures[0].reason.as_str()), (1, "not UTF-8"));
    }
}
