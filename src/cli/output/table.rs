//! A table: columns side by side, as wide as what is in them, cut to the width of the terminal.
//!
//! Rows come a batch at a time. Columns only get wider from one batch to the next, so that most rows of a long table stand under each other.
//! Text that does not fit ends in `…`. Columns for which there is no room at all are left out, from the last, and named at the end.
//! Control characters are shown as escapes: what is in a log must not steer the terminal.

use std::io::Write;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{
    text::{self, Dates},
    writer::Output,
};
use crate::{
    batch::{Batch, Cell, ColumnType, Schema},
    cli::stop::Stop,
};

/// What stands between two columns.
const GAP: usize = 2;
/// Columns of text are not made narrower than this.
const NARROWEST: usize = 8;

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const PLAIN: &str = "\x1b[0m";

pub(super) struct Table<W> {
    out: W,
    /// Of the terminal; `None` where nothing is to be cut.
    width: Option<usize>,
    colors: bool,
    names: Vec<String>,
    /// Which columns are of text that may be cut: half a number would be another number.
    can_be_cut: Vec<bool>,
    /// Of the widest value so far.
    natural: Vec<usize>,
    has_header: bool,
    dates: Dates,
}

impl<W> Table<W> {
    pub(super) fn new(out: W, width: Option<usize>, colors: bool, schema: &Schema) -> Table<W> {
        let names: Vec<String> = schema.columns().map(|(name, _)| printable(name)).collect();
        let natural = names.iter().map(|name| name.width()).collect();
        let can_be_cut = schema.columns().map(|(_, kind)| kind.is_text() || kind == ColumnType::Map).collect();
        Table { out, width, colors, names, can_be_cut, natural, has_header: false, dates: Dates::default() }
    }
}

/// A value as it stands in a table.
pub(super) fn show(cell: Cell<'_>, kind: ColumnType, dates: &mut Dates) -> String {
    let mut out = Vec::new();
    match cell {
        Cell::Null => return "-".to_owned(),
        Cell::Text(text) => return printable(text),
        Cell::Bytes(bytes) => return printable(&String::from_utf8_lossy(bytes)),
        Cell::Map(pairs) => {
            let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}={value}")).collect();
            return printable(&pairs.join(" "));
        }
        Cell::Float64(value) => return rounded(value),
        Cell::Int64(value) => return value.to_string(),
        Cell::Bool(value) => return value.to_string(),
        Cell::Timestamp(value) => dates.timestamp(&mut out, value, kind == ColumnType::Timestamp { utc: true }, b' '),
        Cell::Date(value) => dates.date(&mut out, value.into()),
        Cell::Time(value) => text::time_of_day(&mut out, value),
        Cell::Duration(value) => text::duration(&mut out, value),
    }
    String::from_utf8(out).unwrap_or_default()
}

impl<W: Write> Output for Table<W> {
    fn write(&mut self, batch: &Batch) -> Result<(), Stop> {
        if batch.is_empty() || batch.columns().is_empty() {
            return Ok(());
        }
        let mut cells = Vec::with_capacity(batch.columns().len());
        for (at, column) in batch.columns().iter().enumerate() {
            let texts: Vec<String> =
                (0..batch.len()).map(|row| show(column.get(row), column.column_type(), &mut self.dates)).collect();
            let widest = texts.iter().map(|text| text.width()).max().unwrap_or(0);
            self.natural[at] = self.natural[at].max(widest);
            cells.push(texts);
        }
        let widths = fit(&self.natural, &self.can_be_cut, self.width);
        let mut lines = Lines { buffer: Vec::new(), colors: self.colors };
        if !self.has_header {
            self.has_header = true;
            for (at, &width) in widths.iter().enumerate() {
                let right = is_right(batch.columns()[at].column_type());
                lines.cell(&self.names[at], Style { width, right, color: BOLD, last: at + 1 == widths.len() });
            }
        }
        for row in 0..batch.len() {
            for ((at, column), texts) in batch.columns().iter().enumerate().zip(&cells).take(widths.len()) {
                let is_null = column.validity().is_some_and(|validity| !validity.is_valid(row));
                let (right, color) = (is_right(column.column_type()), if is_null { DIM } else { "" });
                lines.cell(&texts[row], Style { width: widths[at], right, color, last: at + 1 == widths.len() });
            }
        }
        self.out.write_all(&lines.buffer)?;
        Ok(self.out.flush()?)
    }

    fn finish(&mut self) -> Result<(), Stop> {
        Ok(self.out.flush()?)
    }

    fn left_out(&self) -> Vec<String> {
        // A column that has no room has none for the rest of the table, as widths only grow.
        let shown = fit(&self.natural, &self.can_be_cut, self.width).len();
        self.names[shown..].to_vec()
    }
}

/// How a cell is shown.
struct Style {
    width: usize,
    right: bool,
    color: &'static str,
    last: bool,
}

struct Lines {
    buffer: Vec<u8>,
    colors: bool,
}

impl Lines {
    fn cell(&mut self, text: &str, style: Style) {
        let (text, width) = cut(text, style.width);
        let blanks = style.width - width;
        let before = if style.right { blanks } else { 0 };
        // No blanks at the end of a line.
        let after = if style.last || style.right { 0 } else { blanks };
        let colored = self.colors && !style.color.is_empty();
        let (begin, end) = if colored { (style.color, PLAIN) } else { ("", "") };
        text::push(&mut self.buffer, format_args!("{:before$}{begin}{text}{end}{:after$}", "", ""));
        let gap: &[u8] = if style.last { b"\n" } else { &[b' '; GAP] };
        self.buffer.extend_from_slice(gap);
    }
}

/// Numbers stand to the right.
fn is_right(kind: ColumnType) -> bool {
    matches!(kind, ColumnType::Int64 | ColumnType::Float64 | ColumnType::Duration)
}

/// The widths of the columns that are shown.
fn fit(natural: &[usize], can_be_cut: &[bool], width: Option<usize>) -> Vec<usize> {
    let Some(width) = width else { return natural.to_vec() };
    let least = |at: usize| if can_be_cut[at] { natural[at].min(NARROWEST) } else { natural[at] };
    let mut shown = natural.len();
    let needs = |shown: usize| (0..shown).map(least).sum::<usize>() + GAP * shown.saturating_sub(1);
    while shown > 1 && needs(shown) > width {
        shown -= 1;
    }
    // The largest width that all columns of text can have together; short ones leave theirs to the others.
    let total = |most: usize| {
        let one = |at: usize| if can_be_cut[at] { natural[at].min(most) } else { natural[at] };
        (0..shown).map(one).sum::<usize>() + GAP * (shown - 1)
    };
    let most = (NARROWEST..=width.max(NARROWEST)).rev().find(|&most| total(most) <= width).unwrap_or(NARROWEST);
    let mut widths: Vec<usize> =
        (0..shown).map(|at| if can_be_cut[at] { natural[at].min(most) } else { natural[at] }).collect();
    // What is left over goes to the last that is cut, which has the longest text mostly.
    let spare = width.saturating_sub(widths.iter().sum::<usize>() + GAP * (shown - 1));
    if let Some(at) = (0..shown).rev().find(|&at| widths[at] < natural[at]) {
        widths[at] = natural[at].min(widths[at] + spare);
    }
    if let [only] = &mut widths[..] {
        *only = (*only).min(width.max(1));
    }
    widths
}

/// The text, no wider than `width`, and how wide it is.
fn cut(text: &str, width: usize) -> (String, usize) {
    let whole = text.width();
    if whole <= width {
        return (text.to_owned(), whole);
    }
    let (mut kept, mut used) = (String::new(), 0);
    for letter in text.chars() {
        let wide = letter.width().unwrap_or(0);
        if used + wide + 1 > width {
            break;
        }
        kept.push(letter);
        used += wide;
    }
    kept.push('…');
    (kept, used + 1)
}

/// The text with its control characters as escapes.
pub(in crate::cli) fn printable(text: &str) -> String {
    if !text.chars().any(is_steering) {
        return text.to_owned();
    }
    text.chars().map(|c| if is_steering(c) { c.escape_default().to_string() } else { c.to_string() }).collect()
}

/// Control characters, and those that turn the direction of what follows.
fn is_steering(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// A number with six significant digits, or with all that stand before the point.
fn rounded(value: f64) -> String {
    let whole = format!("{value}");
    if !value.is_finite() || value == 0.0 || whole.len() <= 8 {
        return whole;
    }
    let magnitude = value.abs().log10().floor();
    if !(-5.0..15.0).contains(&magnitude) {
        return format!("{value:.5e}");
    }
    let digits = (5.0 - magnitude).max(0.0) as usize;
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_fit_the_terminal_and_numbers_are_never_cut() {
        for width in 1..120 {
            for natural in [vec![15, 20, 300, 3, 6, 80], vec![4, 4], vec![200], vec![5, 100, 100]] {
                let can_be_cut: Vec<bool> = (0..natural.len()).map(|at| at % 3 != 1).collect();
                let widths = fit(&natural, &can_be_cut, Some(width));
                let total = widths.iter().sum::<usize>() + GAP * (widths.len() - 1);
                assert!(total <= width || widths.len() == 1, "{width}: {natural:?} -> {widths:?}");
                for (at, &shown) in widths.iter().enumerate().skip(1) {
                    assert!(shown == natural[at] || can_be_cut[at] && shown >= NARROWEST, "{widths:?}");
                }
            }
        }
        assert_eq!(fit(&[300, 20], &[true, true], None), [300, 20]);
        assert_eq!(fit(&[10, 100, 40], &[true, true, true], Some(100)), [10, 46, 40]);
    }

    #[test]
    fn what_is_in_a_log_does_not_steer_the_terminal() {
        assert_eq!(printable("a\x1b[31mb\r\n\u{202e}c"), "a\\u{1b}[31mb\\r\\n\\u{202e}c");
    }

    #[test]
    fn a_text_is_cut_at_its_width_and_not_its_length() {
        assert_eq!(cut("日本語です", 6), ("日本…".to_owned(), 5));
        assert_eq!(cut("naïve", 5), ("naïve".to_owned(), 5));
    }

    #[test]
    fn numbers_keep_six_digits_and_all_before_the_point() {
        for (value, shown) in
            [(237.272_727_272, "237.273"), (0.1, "0.1"), (1_234_567.891, "1234568"), (1e300, "1.00000e300"), (2.0, "2")]
        {
            assert_eq!(rounded(value), shown);
        }
    }
}
