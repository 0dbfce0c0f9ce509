//! Texts given one by one: each is one record, whatever it holds. A newline in it is part of it, as in `parse`.
//!
//! The texts are gathered into blocks, and then matched and converted as those of a file are.

use std::sync::Arc;

use super::{
    block::{Ends, Scratch, Task},
    records::{OnError, ScanOptions, Stats},
};
use crate::{
    Pattern,
    batch::{Batch, Validity},
    error::{Error, Result},
    input::Block,
    limits,
};

/// What became of texts that were scanned one by one.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Texts {
    /// The rows: one for each text, unless those that could not be read were to be skipped.
    pub batch: Batch,
    /// Which rows have a text that matched; `None` when all have.
    pub matched: Option<Validity>,
    /// What was seen. A text that is not there counts as one that did not match; it is no failure.
    pub stats: Stats,
}

impl Pattern {
    /// Matches each text as [`parse`](Self::parse) would, newlines and all. A `None` is a text that is not there: it has a row of nulls, or
    /// none when rows that cannot be read are skipped, and never ends the scan.
    ///
    /// Works on the calling thread; `threads` and `limit` of the options are not looked at.
    ///
    /// ```
    /// use parsimd::{OnError, Pattern, ScanOptions};
    ///
    /// let mut options = ScanOptions::default();
    /// options.on_error = OnError::Null;
    /// let texts: [Option<&[u8]>; 3] = [Some(b"one\ntwo 2"), None, Some(b"three")];
    /// let found = Pattern::new("{text} {n:d}")?.scan_texts(texts, options)?;
    /// assert_eq!(found.batch.column("text").unwrap().get(0), parsimd::Cell::Text("one\ntwo"));
    /// assert_eq!((found.batch.len(), found.matched.unwrap().nulls()), (3, 2));
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::is_column`] for a wrong choice of columns; [`Error::is_record`] with [`OnError::Raise`], [`Error::row`] is its number then; [`Error::is_limit`] for a text past
    /// [`limits::RECORD_BYTES`], and when the text of a column passes 2 GiB.
    pub fn scan_texts<'t>(
        &self,
        texts: impl IntoIterator<Item = Option<&'t [u8]>>,
        options: ScanOptions,
    ) -> Result<Texts> {
        let (task, wrong) = Task::new(self, options);
        if let Some(wrong) = wrong {
            return Err(wrong);
        }
        let size = task.options.block_bytes;
        let mut piece = Piece::new(task);
        for text in texts {
            piece.push(text)?;
            if piece.bytes.len() >= size || piece.ends.len() >= size {
                piece.scan()?;
            }
        }
        piece.scan()?;
        let batch = Batch::concat(Arc::clone(&piece.task.schema), &piece.batches)?;
        Ok(Texts { matched: Validity::without(batch.len(), &piece.missing), batch, stats: piece.stats })
    }
}

/// The texts that are scanned next, and what came of those before.
struct Piece {
    task: Task,
    scratch: Scratch,
    source: Arc<str>,
    bytes: Vec<u8>,
    ends: Vec<u32>,
    nulls: Vec<usize>,
    batches: Vec<Batch>,
    /// How many rows the batches have.
    rows: usize,
    /// Those of them that did not match.
    missing: Vec<usize>,
    stats: Stats,
}

impl Piece {
    fn new(task: Task) -> Piece {
        Piece {
            scratch: Scratch::new(&task.pattern),
            task,
            source: "<texts>".into(),
            bytes: Vec::new(),
            ends: Vec::new(),
            nulls: Vec::new(),
            batches: Vec::new(),
            rows: 0,
            missing: Vec::new(),
            stats: Stats::default(),
        }
    }

    fn push(&mut self, text: Option<&[u8]>) -> Result<()> {
        match text {
            None => self.nulls.push(self.ends.len()),
            Some(text) if text.len() > limits::RECORD_BYTES => {
                return Err(Error::limit(format!("a text of more than {} bytes", limits::RECORD_BYTES)));
            }
            Some(text) => self.bytes.extend_from_slice(text),
        }
        self.ends.push(self.bytes.len() as u32);
        Ok(())
    }

    /// Scans what was pushed.
    fn scan(&mut self) -> Result<()> {
        let mut stats = Stats::default();
        let block = Block { bytes: &self.bytes, memory: None, offset: self.stats.bytes, source: &self.source };
        let ends = Ends::Given { ends: &self.ends, nulls: &self.nulls };
        let batch = self.task.rows(&block, ends, &mut stats, &mut self.scratch).map_err(|error| {
            match stats.first_failures.last() {
                Some(failure) if error.is_record() => {
                    Error::at_row(self.stats.records + failure.record, &failure.reason)
                }
                _ => error,
            }
        })?;
        if self.task.options.on_error != OnError::Skip {
            self.missing.extend(self.scratch.missing().iter().map(|row| self.rows + row));
        }
        self.rows += batch.len();
        self.batches.push(batch);
        self.stats.add(stats);
        self.bytes.clear();
        self.ends.clear();
        self.nulls.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cell, Input};

    fn options(on_error: OnError, block_bytes: usize) -> ScanOptions {
        ScanOptions { on_error, block_bytes, ..ScanOptions::default() }
    }

    fn cells(batch: &Batch) -> Vec<Vec<Cell<'_>>> {
        (0..batch.len()).map(|row| batch.columns().iter().map(|column| column.get(row)).collect()).collect()
    }

    #[test]
    fn each_text_is_matched_as_parse_matches_it() {
        let parts = ["a", " ", "1", "\n", "\r", "é", "x1", "-", "[", "]", "\n]", "99999999999999999999", ""];
        let mut state = 7_u32;
        let mut random = |below: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % below
        };
        for format in ["{} {n:d}", "[{a}] {b:w}", "{x}", "{:d}", "{a:S}{b:s}{c}", "[{}\n", "é{}", "x"] {
            let pattern = Pattern::new(format).unwrap();
            for size in [1, 5, 40, 10_000] {
                let texts: Vec<Option<String>> = (0..40)
                    .map(|_| (random(9) > 0).then(|| (0..random(7)).map(|_| parts[random(parts.len())]).collect()))
                    .collect();
                let given = || texts.iter().map(|text| text.as_ref().map(String::as_bytes));
                let found = pattern.scan_texts(given(), options(OnError::Null, size)).unwrap();
                assert_eq!(found.batch.len(), texts.len());
                assert_eq!(found.stats.records, found.stats.matched + found.stats.unmatched + found.stats.failures);
                let mut kept = Vec::new();
                for (row, text) in texts.iter().enumerate() {
                    let wanted = text.as_ref().and_then(|text| pattern.parse(text).unwrap());
                    let matched = found.matched.as_ref().is_none_or(|matched| matched.is_valid(row));
                    assert_eq!(matched, wanted.is_some(), "{format:?} {text:?}");
                    for (at, column) in found.batch.columns().iter().enumerate() {
                        match (column.get(row), &wanted) {
                            (Cell::Text(text), Some(wanted)) => assert_eq!(Some(text), wanted.text(at)),
                            (Cell::Int64(_) | Cell::Null, Some(_)) | (Cell::Null, None) => {}
                            (cell, wanted) => panic!("{format:?} {text:?}: {cell:?} {wanted:?}"),
                        }
                    }
                    let cells = found.batch.columns().iter().map(|column| column.get(row)).collect::<Vec<_>>();
                    if wanted.is_some() && !cells.contains(&Cell::Null) {
                        kept.push(cells);
                    }
                }
                let skipped = pattern.scan_texts(given(), options(OnError::Skip, size)).unwrap();
                assert_eq!(cells(&skipped.batch), kept, "{format:?}");
                assert_eq!(skipped.stats, found.stats);
                assert!(skipped.matched.is_none());
            }
        }
    }

    #[test]
    fn texts_without_newlines_are_the_lines_of_a_file() {
        let pattern = Pattern::new("{a} [{b}] {n:d}").unwrap();
        let lines: Vec<String> = (0..500).map(|n| format!("x{n} [{}] {n}", "y".repeat(n % 50))).collect();
        let file = pattern.scan_input(Input::bytes(lines.join("\n")), options(OnError::Skip, 300)).read_all().unwrap();
        let texts = lines.iter().map(|line| Some(line.as_bytes()));
        assert_eq!(pattern.scan_texts(texts, options(OnError::Skip, 300)).unwrap().batch, file);
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
        assert_eq!(cells(&nulls.batch), [[Cell::Null], [Cell::Int64(1)]]);
    }

    #[test]
    fn no_texts_are_no_rows() {
        let found = Pattern::new("{a}").unwrap().scan_texts([], ScanOptions::default()).unwrap();
        assert!(found.batch.is_empty() && found.stats == Stats::default());
        assert_eq!(found.batch.columns().len(), 1);
    }

    #[test]
    fn what_is_not_utf_8_is_a_failure() {
        let texts: [Option<&[u8]>; 2] = [Some(b"\xff\xfe"), Some(b"ok")];
        let found = Pattern::new("{a}").unwrap().scan_texts(texts, options(OnError::Null, 9)).unwrap();
        assert_eq!(cells(&found.batch), [[Cell::Null], [Cell::Text("ok")]]);
        assert_eq!((found.stats.failures, found.stats.first_failures[0].reason.as_str()), (1, "not UTF-8"));
    }
}
