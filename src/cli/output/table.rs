//! A table: columns side by side, as wide as what is in them, cut to the width of the terminal.
//!
//! Rows come a batch at a time. Columns only get wider from one batch to the next, so that most rows of a long table stand under each other.
//! Text that does not fit ends in `…`. Columns for which there is no room at all are left out, and named at the end:
//! the time, the level, the message and the last text are kept first, the agent, the referer and what has no value last.
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
const NARROWEST: usize = 12;
/// A message has so much room, if there is, before other columns have any.
const MESSAGE: usize = 24;

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const PLAIN: &str = "\x1b[0m";

/// What a column is, to a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Time,
    /// How bad a message is.
    Level,
    Message,
    Text,
    /// A text that is long and seldom looked at.
    Detail,
    Other,
}

/// Who asked, and from where, in logs of web servers.
const DETAILS: [&str; 6] = ["agent", "user_agent", "http_user_agent", "referer", "referrer", "http_referer"];

impl Kind {
    fn new(name: &str, kind: ColumnType) -> Kind {
        match kind {
            ColumnType::Timestamp { .. } => Kind::Time,
            _ if kind.is_text() && matches!(name, "level" | "severity") => Kind::Level,
            _ if kind.is_text() && matches!(name, "message" | "msg") => Kind::Message,
            _ if kind.is_text() && DETAILS.contains(&name) => Kind::Detail,
            _ if kind.is_text() || kind == ColumnType::Map => Kind::Text,
            _ => Kind::Other,
        }
    }

    /// Whether its values may be cut: half a number would be another number.
    fn can_be_cut(self) -> bool {
        matches!(self, Kind::Text | Kind::Detail | Kind::Level | Kind::Message)
    }
}

pub(super) struct Table<W> {
    out: W,
    /// Of the terminal; `None` where nothing is to be cut.
    width: Option<usize>,
    colors: bool,
    names: Vec<String>,
    kinds: Vec<Kind>,
    /// The columns that have room, by their numbers. One that has none has none for the rest of the table, as columns only get wider.
    shown: Vec<usize>,
    /// Of the widest value so far.
    natural: Vec<usize>,
    /// Whether there was a value that is not null.
    has_values: Vec<bool>,
    /// The columns that the last line of names is of.
    header: Vec<usize>,
    dates: Dates,
}

impl<W> Table<W> {
    pub(super) fn new(out: W, width: Option<usize>, colors: bool, schema: &Schema) -> Table<W> {
        let names: Vec<String> = schema.columns().map(|(name, _)| printable(name)).collect();
        let natural = names.iter().map(|name| name.width()).collect();
        let kinds = schema.columns().map(|(name, kind)| Kind::new(name, kind)).collect();
        let shown = (0..names.len()).collect();
        let has_values = vec![false; names.len()];
        Table {
            out,
            width,
            colors,
            names,
            kinds,
            shown,
            natural,
            has_values,
            header: Vec::new(),
            dates: Dates::default(),
        }
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
            self.has_values[at] |= (0..batch.len()).any(|row| column.get(row) != Cell::Null);
            cells.push(texts);
        }
        let order = by_rank(&self.shown, &self.kinds, &self.has_values);
        self.shown = choose(order, &self.natural, &self.kinds, self.width);
        let natural: Vec<usize> = self.shown.iter().map(|&at| self.natural[at]).collect();
        let can_be_cut: Vec<bool> = self.shown.iter().map(|&at| self.kinds[at].can_be_cut()).collect();
        let widths = fit(&natural, &can_be_cut, self.width);
        let styles: Vec<(usize, Style)> = self
            .shown
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(number, (&at, &width))| {
                let right = is_right(batch.columns()[at].column_type());
                (at, Style { width, right, color: BOLD, last: number + 1 == widths.len() })
            })
            .collect();
        let mut lines = Lines { buffer: Vec::new(), colors: self.colors };
        if self.header != self.shown {
            self.header = self.shown.clone();
            styles.iter().for_each(|&(at, style)| lines.cell(&self.names[at], style));
        }
        let drawn: Vec<_> = styles.into_iter().map(|(at, style)| (&batch.columns()[at], &cells[at], style)).collect();
        for row in 0..batch.len() {
            for &(column, texts, style) in &drawn {
                let is_null = column.validity().is_some_and(|validity| !validity.is_valid(row));
                lines.cell(&texts[row], Style { color: if is_null { DIM } else { "" }, ..style });
            }
        }
        self.out.write_all(&lines.buffer)?;
        Ok(self.out.flush()?)
    }

    fn finish(&mut self) -> Result<(), Stop> {
        Ok(self.out.flush()?)
    }

    fn left_out(&self) -> Vec<String> {
        self.names.iter().enumerate().filter(|(at, _)| !self.shown.contains(at)).map(|(_, name)| name.clone()).collect()
    }
}

/// How a cell is shown.
#[derive(Debug, Clone, Copy)]
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

/// How many columns of a terminal a text takes.
pub(in crate::cli) fn text_width(text: &str) -> usize {
    text.width()
}

/// The widths of columns that stand side by side.
fn fit(natural: &[usize], can_be_cut: &[bool], width: Option<usize>) -> Vec<usize> {
    let Some(width) = width else { return natural.to_vec() };
    let gaps = GAP * natural.len().saturating_sub(1);
    // The last text is the message, mostly. So much is kept for it that the texts before it do not take.
    let last = (0..natural.len()).rev().find(|&at| can_be_cut[at]);
    let kept = last.map_or(0, |at| natural[at].min((width * 2 / 5).max(NARROWEST)));
    let one = |at: usize, most: usize| match can_be_cut[at] {
        true if Some(at) == last => kept,
        true => natural[at].min(most),
        false => natural[at],
    };
    // The largest width that the other texts can have; short ones leave theirs to the others.
    let total = |most: usize| (0..natural.len()).map(|at| one(at, most)).sum::<usize>() + gaps;
    let most = (NARROWEST..=width.max(NARROWEST)).rev().find(|&most| total(most) <= width).unwrap_or(NARROWEST);
    let mut widths: Vec<usize> = (0..natural.len()).map(|at| one(at, most)).collect();
    let used = widths.iter().sum::<usize>() + gaps;
    match last {
        Some(at) if used > width => {
            widths[at] = widths[at].saturating_sub(used - width).max(natural[at].min(NARROWEST))
        }
        Some(at) => widths[at] = natural[at].min(widths[at] + width - used),
        None => {}
    }
    if let [only] = &mut widths[..] {
        *only = (*only).min(width.max(1));
    }
    widths
}

/// The columns by how much they say, by their numbers: those that say most first, and those of which no value was seen last.
fn by_rank(among: &[usize], kinds: &[Kind], has_values: &[bool]) -> Vec<usize> {
    let last = among.last().copied();
    let mut order = among.to_vec();
    order.sort_by_key(|&at| match kinds[at] {
        _ if !has_values[at] => 6,
        Kind::Time if among.iter().find(|&&other| kinds[other] == Kind::Time) == Some(&at) => 0,
        Kind::Level => 1,
        Kind::Message => 2,
        Kind::Text if Some(at) == last => 3,
        Kind::Detail => 5,
        _ => 4,
    });
    order
}

/// Which of the columns have room, by their numbers, in order: of `order` each that still has room then.
fn choose(order: Vec<usize>, natural: &[usize], kinds: &[Kind], width: Option<usize>) -> Vec<usize> {
    let Some(width) = width else {
        let mut all = order;
        all.sort_unstable();
        return all;
    };
    let (mut chosen, mut used) = (Vec::new(), 0);
    for at in order {
        let gap = if chosen.is_empty() { 0 } else { GAP };
        let least = match kinds[at] {
            Kind::Message if used + gap + MESSAGE <= width => natural[at].min(MESSAGE),
            kind if kind.can_be_cut() => natural[at].min(NARROWEST),
            _ => natural[at],
        };
        if chosen.is_empty() || used + gap + least <= width {
            used += gap + least;
            chosen.push(at);
        }
    }
    chosen.sort_unstable();
    chosen
}

/// The text, no wider than `width`, and how wide it is.
pub(in crate::cli) fn cut(text: &str, width: usize) -> (String, usize) {
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
                let kinds: Vec<Kind> =
                    (0..natural.len()).map(|at| if at % 3 == 1 { Kind::Other } else { Kind::Text }).collect();
                let all: Vec<usize> = (0..natural.len()).collect();
                let chosen = choose(by_rank(&all, &kinds, &vec![true; all.len()]), &natural, &kinds, Some(width));
                let picked = |&at: &usize| (natural[at], kinds[at].can_be_cut());
                let (natural, can_be_cut): (Vec<usize>, Vec<bool>) = chosen.iter().map(picked).unzip();
                let widths = fit(&natural, &can_be_cut, Some(width));
                let total = widths.iter().sum::<usize>() + GAP * (widths.len() - 1);
                assert!(total <= width, "{width}: {natural:?} -> {widths:?}");
                for (at, &shown) in widths.iter().enumerate().filter(|_| widths.len() > 1) {
                    assert!(shown == natural[at] || can_be_cut[at] && shown >= NARROWEST, "{widths:?}");
                }
            }
        }
        assert_eq!(fit(&[300, 20], &[true, true], None), [300, 20]);
        assert_eq!(fit(&[10, 100, 40], &[true, true, true], Some(100)), [10, 46, 40]);
    }

    #[test]
    fn columns_that_say_most_are_kept_and_all_that_are_kept_have_room() {
        let kinds = [Kind::Other, Kind::Text, Kind::Time, Kind::Time, Kind::Text, Kind::Level, Kind::Message];
        let natural = [10, 40, 20, 26, 30, 5, 200];
        let all: Vec<usize> = (0..7).collect();
        let mut last = Vec::new();
        for width in 1..200 {
            let chosen = choose(by_rank(&all, &kinds, &vec![true; all.len()]), &natural, &kinds, Some(width));
            let picked = |at: &usize| (natural[*at], kinds[*at].can_be_cut());
            let (widths, can_be_cut): (Vec<usize>, Vec<bool>) = chosen.iter().map(picked).unzip();
            let widths = fit(&widths, &can_be_cut, Some(width));
            assert!(widths.iter().sum::<usize>() + GAP * (widths.len() - 1) <= width, "{width}: {chosen:?} {widths:?}");
            assert!(chosen.len() >= last.len() || width < 60, "{width}: {last:?} {chosen:?}");
            last = chosen;
        }
        let seen = [true; 7];
        let pick = |among: &[usize], width| choose(by_rank(among, &kinds, &seen), &natural, &kinds, width);
        assert_eq!(pick(&all, Some(20)), [2]);
        assert_eq!(pick(&all, Some(41)), [2, 5, 6]);
        assert_eq!(pick(&all, Some(53)), [2, 5, 6]);
        assert_eq!(pick(&all, Some(80)), [0, 1, 2, 5, 6]);
        assert_eq!(pick(&all, None), all);
        // One that was left out does not come back.
        assert_eq!(pick(&[2, 6], Some(100)), [2, 6]);
    }

    #[test]
    fn columns_without_a_value_and_details_are_left_out_before_others() {
        let kinds = ["ip", "user", "time", "request", "status", "bytes", "referer", "agent"].map(|name| match name {
            "time" => Kind::Time,
            "status" | "bytes" => Kind::Other,
            name => Kind::new(name, ColumnType::Text),
        });
        let natural = [15, 4, 20, 60, 6, 7, 40, 120];
        let seen = [true, false, true, true, true, true, true, true];
        let all: Vec<usize> = (0..8).collect();
        let chosen = choose(by_rank(&all, &kinds, &seen), &natural, &kinds, Some(70));
        assert_eq!(chosen, [0, 2, 3, 4, 5]);
        assert_eq!(choose(by_rank(&all, &kinds, &seen), &natural, &kinds, None), all);
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
