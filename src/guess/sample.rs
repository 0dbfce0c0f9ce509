//! The first lines of an input: what a guess is made from, and what it is judged by.
//!
//! They are read by a scan, so gzip, UTF-16, marks and holes are read as any scan reads them. A line that is too long to learn from is passed over.

use crate::{
    api::Pattern,
    batch::{Cell, Strings},
    error::{Error, Result},
    input::Input,
    limits,
    scan::ScanOptions,
};

/// Lines, each with a newline after it.
#[derive(Debug)]
pub(super) struct Sample {
    text: Vec<u8>,
    /// Where each line begins, and where the text ends.
    starts: Vec<usize>,
    /// How many lines were passed over.
    pub(super) passed: u64,
}

impl Sample {
    /// Reads up to so many lines.
    ///
    /// # Errors
    /// From the input, unless it is damaged behind some lines. [`Error::is_guess`]: there is nothing to guess from.
    pub(super) fn read(input: Input<'_>, lines: usize) -> Result<Sample> {
        let options = ScanOptions {
            strings: Strings::Binary,
            max_record_bytes: limits::GUESS_LINE_BYTES,
            limit: Some(lines as u64),
            ..ScanOptions::default()
        };
        let mut scan = Pattern::new("{line:|}")?.scan_input(input, options);
        let mut sample = Sample { text: Vec::new(), starts: vec![0], passed: 0 };
        while !sample.is_full()
            && let Some(batch) = scan.next()
        {
            let batch = match batch {
                // What came before the damage is what a scan gives, too.
                Err(error) if error.is_damage() && sample.len() > 0 => break,
                batch => batch?,
            };
            let column = &batch.columns()[0];
            for row in 0..batch.len() {
                if !sample.is_full() {
                    sample.push(if let Cell::Bytes(line) = column.get(row) { line } else { b"" });
                }
            }
        }
        sample.passed = scan.stats().failures;
        sample.check()?;
        Ok(sample)
    }

    /// Whether no more lines are looked at.
    fn is_full(&self) -> bool {
        self.text.len() >= limits::GUESS_BYTES
    }

    fn push(&mut self, line: &[u8]) {
        self.text.extend_from_slice(line);
        self.text.push(b'\n');
        self.starts.push(self.text.len());
    }

    /// How many lines there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The lines, to be scanned. What the first begins with is text, as it stood behind the mark of its source.
    pub(super) fn input(&self) -> Input<'_> {
        Input::bytes(&self.text).unmarked()
    }

    /// The number of the line that has a byte.
    pub(super) fn line_at(&self, offset: i64) -> usize {
        self.starts[..self.len()].partition_point(|&start| start as i64 <= offset).saturating_sub(1)
    }

    /// A line, if it is UTF-8.
    pub(super) fn line(&self, number: usize) -> Option<&str> {
        std::str::from_utf8(self.line_bytes(number)).ok()
    }

    /// A line, without its newline.
    fn line_bytes(&self, number: usize) -> &[u8] {
        &self.text[self.starts[number]..self.starts[number + 1] - 1]
    }

    /// All lines.
    pub(super) fn lines(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|number| self.line_bytes(number))
    }

    /// The lines with these numbers, as a sample of their own.
    pub(super) fn select(&self, numbers: impl IntoIterator<Item = usize>) -> Sample {
        let mut sample = Sample { text: Vec::new(), starts: vec![0], passed: 0 };
        numbers.into_iter().for_each(|at| sample.push(self.line_bytes(at)));
        sample
    }

    /// # Errors
    /// [`Error::is_guess`]: no line, no text, or JSON.
    fn check(&self) -> Result<()> {
        let texts = || (0..self.len()).filter_map(|number| self.line(number));
        if texts().all(|line| line.trim().is_empty()) && texts().count() == self.len() {
            let longer = match self.passed {
                0 => String::new(),
                passed => format!(" but {passed} of more than {} bytes", limits::GUESS_LINE_BYTES),
            };
            return Err(Error::no_lines(format!("there are no lines to guess a pattern from{longer}")));
        }
        if 2 * texts().filter(|line| !is_junk(line)).count() < self.len() {
            return Err(Error::guess(
                "this is no text: most lines are not UTF-8, or have control characters; a pattern reads lines of text",
            ));
        }
        let lines = texts().filter(|line| !line.trim().is_empty());
        let is_array = lines.clone().next().is_some_and(|line| matches!(line.trim(), "[" | "{" | "[{"));
        let json = lines.clone().filter(|line| is_json(line)).count();
        if 10 * json >= 9 * lines.clone().count()
            || is_array && 2 * lines.clone().filter(|line| is_member(line)).count() > lines.count()
        {
            return Err(Error::guess(
                "this is JSON: a JSON reader gives columns of it, as pandas.read_json(…, lines=True), polars.read_ndjson or jq",
            ));
        }
        Ok(())
    }
}

/// Whether a line has what no text has.
fn is_junk(line: &str) -> bool {
    line.bytes().any(|byte| byte < 0x20 && !matches!(byte, b'\t' | b'\r' | 0x0b | 0x0c | 0x1b))
}

/// Whether a line looks like a whole object of JSON.
fn is_json(line: &str) -> bool {
    let inside = line.trim().trim_end_matches(',').strip_prefix('{').and_then(|line| line.strip_suffix('}'));
    inside.is_some_and(|inside| {
        inside.trim().is_empty()
            || inside.trim_start().starts_with('"') && inside.contains("\":")
            || inside.trim_start().starts_with('"') && inside.contains("\" :")
    })
}

/// Whether a line looks like one of an object of JSON that is written over several.
fn is_member(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('"') && line.contains("\":") || line.bytes().all(|byte| b"{}[],".contains(&byte))
}
