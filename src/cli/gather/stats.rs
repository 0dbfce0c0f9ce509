//! `--stats`: what is in each column.

use std::collections::HashMap;

use super::{
    Gather, batch,
    distinct::Distinct,
    histogram::Histogram,
    quantiles::Quantiles,
    value::{Kept, number},
};
use crate::{
    batch::{Batch, Cell, Column, ColumnType, Schema},
    cli::{output, stop::Stop},
};

/// The most frequent texts are known while there are no more different ones than this in a column.
const TEXTS: usize = 1000;
/// How many of them are shown.
const SHOWN: usize = 5;
/// A histogram is as wide as what is left of the terminal, but no wider than this.
const WIDEST: usize = 60;
/// Texts are cut after so many characters.
const TEXT: usize = 40;

/// The statistics of each column.
pub(in crate::cli) struct Describe {
    rows: u64,
    columns: Vec<ColumnStats>,
}

struct ColumnStats {
    name: String,
    kind: ColumnType,
    count: u64,
    nulls: u64,
    distinct: Distinct,
    least: Option<Kept>,
    greatest: Option<Kept>,
    sum: f64,
    quantiles: Quantiles,
    histogram: Histogram,
    texts: Option<HashMap<Vec<u8>, u64>>,
}

impl Describe {
    pub(in crate::cli) fn new(schema: &Schema) -> Describe {
        let column = |(name, kind): (&str, ColumnType)| ColumnStats {
            name: name.to_owned(),
            kind,
            count: 0,
            nulls: 0,
            distinct: Distinct::new(),
            least: None,
            greatest: None,
            sum: 0.0,
            quantiles: Quantiles::new(),
            histogram: Histogram::default(),
            texts: (kind.is_text() || kind == ColumnType::Bool).then(HashMap::new),
        };
        Describe { rows: 0, columns: schema.columns().map(column).collect() }
    }
}

impl Gather for Describe {
    fn add(&mut self, batch: &Batch) -> Result<(), Stop> {
        self.rows += batch.len() as u64;
        let mut buffer = Vec::new();
        // The batch may have further columns, which a filter asked.
        let numbers = self.columns.iter().filter_map(|stats| batch.schema().position(&stats.name));
        let batch = batch.project(&numbers.collect::<Vec<_>>());
        for ((stats, column), described) in self.columns.iter_mut().zip(batch.columns()).zip(batch.describe()?) {
            stats.count += described.count as u64;
            stats.nulls += described.nulls as u64;
            stats.least = outer(stats.least.take(), Kept::of(described.min), std::cmp::Ordering::Less);
            stats.greatest = outer(stats.greatest.take(), Kept::of(described.max), std::cmp::Ordering::Greater);
            // A mean is that of the exact sum in each batch.
            stats.sum += described.mean.unwrap_or(0.0) * described.count as f64;
            stats.add(column, &mut buffer);
        }
        Ok(())
    }

    fn rows(&self) -> Result<Batch, Stop> {
        let text = |text: String| Some(Kept::Text(text.into_bytes()));
        let of = |make: &dyn Fn(&ColumnStats) -> Option<Kept>| self.columns.iter().map(make).collect::<Vec<_>>();
        let shown = |kept: &Option<Kept>, kind| kept.as_ref().map(|kept| Kept::Text(show(kept, kind).into_bytes()));
        Ok(batch(vec![
            ("column".to_owned(), ColumnType::Text, of(&|c| text(c.name.clone()))),
            ("type".to_owned(), ColumnType::Text, of(&|c| text(type_name(c.kind).to_owned()))),
            ("count".to_owned(), ColumnType::Int64, of(&|c| Some(Kept::Int(c.count as i64)))),
            ("nulls".to_owned(), ColumnType::Int64, of(&|c| Some(Kept::Int(c.nulls as i64)))),
            ("distinct".to_owned(), ColumnType::Int64, of(&|c| Some(Kept::Int(c.distinct.count() as i64)))),
            ("min".to_owned(), ColumnType::Text, of(&|c| shown(&c.least, c.kind))),
            ("max".to_owned(), ColumnType::Text, of(&|c| shown(&c.greatest, c.kind))),
            ("mean".to_owned(), ColumnType::Float64, of(&|c| c.mean().map(Kept::Float))),
            ("median".to_owned(), ColumnType::Float64, of(&|c| c.quantile(0.5).map(Kept::Float))),
            ("p95".to_owned(), ColumnType::Float64, of(&|c| c.quantile(0.95).map(Kept::Float))),
            (
                "histogram".to_owned(),
                ColumnType::Text,
                of(&|c| text(c.histogram.draw(20)).filter(|t| *t != Kept::Text(Vec::new()))),
            ),
        ]))
    }

    fn draw(&self, width: usize) -> Option<String> {
        let mut out = format!("{} rows\n", self.rows);
        let names = self.columns.iter().map(|column| column.name.chars().count()).max().unwrap_or(0);
        let indent = names.min(20) + 2;
        for column in &self.columns {
            out.push('\n');
            let name = output::printable(&column.name);
            let about = if column.distinct.is_exact() { "" } else { "about " };
            out.push_str(&format!(
                "{name:indent$}{}: {} values, {} null, {about}{} different\n",
                type_name(column.kind),
                column.count,
                column.nulls,
                column.distinct.count()
            ));
            for line in column.lines(width.saturating_sub(indent)) {
                out.push_str(&format!("{:indent$}{line}\n", ""));
            }
        }
        Some(out)
    }
}

impl ColumnStats {
    fn add(&mut self, column: &Column, buffer: &mut Vec<u8>) {
        for row in 0..column.len() {
            let cell = column.get(row);
            self.distinct.add(cell, buffer);
            if let Some(value) = number(cell) {
                self.histogram.add(value);
                if self.has_mean() {
                    self.quantiles.add(value);
                }
            }
            let Some(texts) = &mut self.texts else { continue };
            let text: &[u8] = match cell {
                Cell::Text(text) => text.as_bytes(),
                Cell::Bytes(bytes) => bytes,
                Cell::Bool(true) => b"true",
                Cell::Bool(false) => b"false",
                _ => continue,
            };
            if let Some(count) = texts.get_mut(text) {
                *count += 1;
            } else if texts.len() < TEXTS {
                texts.insert(text.to_vec(), 1);
            } else {
                self.texts = None;
            }
        }
    }

    /// Whether it is of numbers, of which a mean says something.
    fn has_mean(&self) -> bool {
        matches!(self.kind, ColumnType::Int64 | ColumnType::Float64 | ColumnType::Duration)
    }

    fn mean(&self) -> Option<f64> {
        let known = self.count > 0 && matches!(self.kind, ColumnType::Int64 | ColumnType::Float64);
        known.then(|| self.sum / self.count as f64)
    }

    fn quantile(&self, part: f64) -> Option<f64> {
        self.quantiles.at(part)
    }

    /// What there is to be said of the values, for a person.
    fn lines(&self, width: usize) -> Vec<String> {
        let mut lines = Vec::new();
        let (Some(least), Some(greatest)) = (&self.least, &self.greatest) else { return lines };
        if let Some(texts) = &self.texts {
            let mut texts: Vec<(&Vec<u8>, &u64)> = texts.iter().collect();
            texts.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
            let share = |(text, count): &(&Vec<u8>, &u64)| {
                let text = output::printable(&String::from_utf8_lossy(text));
                let part = 100.0 * **count as f64 / self.count as f64;
                format!("{part:5.1} %  {}", shorten(&text))
            };
            lines.extend(texts.iter().take(SHOWN).map(share));
            return lines;
        }
        let mut range = format!("{} … {}", shorten(&show(least, self.kind)), shorten(&show(greatest, self.kind)));
        let value = |value: f64| match self.kind {
            ColumnType::Duration => show(&Kept::Int(value as i64), self.kind),
            _ => show(&Kept::Float(value), ColumnType::Float64),
        };
        if let Some(mean) = self.mean() {
            range.push_str(&format!("   mean {}", value(mean)));
        }
        let about = if self.quantiles.is_exact() { "" } else { "~" };
        for (name, part) in [("median", 0.5), ("p95", 0.95)] {
            if let Some(number) = self.quantile(part) {
                range.push_str(&format!("   {name} {about}{}", value(number)));
            }
        }
        lines.push(range);
        let histogram = self.histogram.draw(width.min(WIDEST));
        if !histogram.is_empty() {
            lines.push(histogram);
        }
        lines
    }
}

/// Of two values the one that lies further out; a NaN lies inside of every other.
fn outer(a: Option<Kept>, b: Option<Kept>, wanted: std::cmp::Ordering) -> Option<Kept> {
    let is_nan = |kept: &Kept| matches!(kept, Kept::Float(value) if value.is_nan());
    match (a, b) {
        (Some(a), Some(b)) if is_nan(&a) || (!is_nan(&b) && b.order(&a) == wanted) => Some(b),
        (Some(a), _) => Some(a),
        (None, b) => b,
    }
}

/// A value as a table shows it.
fn show(kept: &Kept, kind: ColumnType) -> String {
    let text;
    let cell = match (kept, kind) {
        (Kept::Int(value), ColumnType::Timestamp { .. }) => Cell::Timestamp(*value),
        (Kept::Int(value), ColumnType::Date) => Cell::Date(*value as i32),
        (Kept::Int(value), ColumnType::Time) => Cell::Time(*value),
        (Kept::Int(value), ColumnType::Duration) => Cell::Duration(*value),
        (Kept::Int(value), _) => Cell::Int64(*value),
        (Kept::Float(value), _) => Cell::Float64(*value),
        (Kept::Bool(value), _) => Cell::Bool(*value),
        (Kept::Text(bytes), _) => {
            text = String::from_utf8_lossy(bytes);
            Cell::Text(&text)
        }
    };
    output::shown(cell, kind)
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(TEXT) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// The name of the type of a column, in one word.
fn type_name(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Text | ColumnType::TextView | ColumnType::Binary => "text",
        ColumnType::Int64 => "integer",
        ColumnType::Float64 => "float",
        ColumnType::Timestamp { .. } => "timestamp",
        ColumnType::Date => "date",
        ColumnType::Time => "time",
        ColumnType::Duration => "duration",
        ColumnType::Bool => "boolean",
        ColumnType::Map => "map",
    }
}
