//! `--stats`: what is in each column.

use super::{
    Gather, batch,
    distinct::Distinct,
    frequent::Frequent,
    histogram::{Histogram, blocks},
    quantiles::{Part, Quantiles},
    value::{Kept, Number, Sum},
};
use crate::{
    batch::{Batch, Cell, Column, ColumnType, Schema},
    cli::{output, stop::Stop},
};

/// How many of the most frequent texts are shown.
const SHOWN: usize = 5;
/// A histogram is as wide as what is left of the terminal, but no wider than this.
const WIDEST: usize = 60;
/// The values of a range are cut to so much of the terminal.
const TEXT: usize = 40;
/// What stands before a frequent text: its share.
const SHARE: usize = 10;

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
    sum: Sum,
    quantiles: Quantiles,
    histogram: Histogram,
    /// Of a column of texts.
    texts: Option<Frequent>,
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
            sum: Sum::default(),
            quantiles: Quantiles::new(),
            histogram: Histogram::default(),
            texts: (kind.is_text() || kind == ColumnType::Bool).then(Frequent::default),
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
            if stats.kind == ColumnType::Float64 {
                // A mean is that of the exact sum in each batch.
                stats.sum.float += described.mean.unwrap_or(0.0) * described.count as f64;
            }
            stats.add(column, &mut buffer);
        }
        Ok(())
    }

    /// Each column of one type: the least and the greatest are texts, and durations are numbers of seconds.
    fn rows(&self) -> Result<Batch, Stop> {
        let mut columns: Vec<(String, ColumnType, Vec<Option<Kept>>)> = Vec::new();
        for column in &self.columns {
            for (at, (name, kind, value)) in column.row().into_iter().enumerate() {
                let (kind, value) = uniform(name, kind, value);
                if at == columns.len() {
                    columns.push((name.to_owned(), kind, Vec::new()));
                }
                columns[at].2.push(value);
            }
        }
        Ok(batch(columns))
    }

    /// The values of each column have its own type, as those of `--agg`.
    fn typed_rows(&self) -> Result<Vec<Batch>, Stop> {
        let one = |(name, kind, value): (&str, ColumnType, Option<Kept>)| (name.to_owned(), kind, vec![value]);
        Ok(self.columns.iter().map(|column| batch(column.row().into_iter().map(one).collect())).collect())
    }

    fn estimates(&self) -> Vec<String> {
        let of = |column: &ColumnStats| {
            let distinct = (!column.distinct.is_exact()).then(|| format!("distinct({})", column.name));
            let quantiles = (!column.quantiles.is_exact()).then(|| format!("median and p95 of {}", column.name));
            distinct.into_iter().chain(quantiles)
        };
        self.columns.iter().flat_map(of).collect()
    }

    fn draw(&self, width: usize) -> Option<String> {
        let mut out = format!("{} rows\n", self.rows);
        let names: Vec<String> = self.columns.iter().map(|column| output::printable(&column.name)).collect();
        let indent = names.iter().map(|name| output::text_width(name)).max().unwrap_or(0).min(20) + 2;
        for (column, name) in self.columns.iter().zip(&names) {
            out.push('\n');
            // A longer name has two blanks after it, too.
            let blanks = indent.saturating_sub(output::text_width(name)).max(2);
            let about = if column.distinct.is_exact() { "" } else { "about " };
            let shares = if column.texts.is_some() { "; % of the values" } else { "" };
            out.push_str(&format!(
                "{name}{:blanks$}{}: {} values, {} null, {about}{} different{shares}\n",
                "",
                type_name(column.kind),
                column.count,
                column.nulls,
                column.distinct()
            ));
            for line in column.lines(width.saturating_sub(indent)) {
                out.push_str(&format!("{:indent$}{line}\n", ""));
            }
        }
        Some(out)
    }
}

impl ColumnStats {
    /// What is to be said of it, each by its name.
    fn row(&self) -> Vec<(&'static str, ColumnType, Option<Kept>)> {
        let (histogram, scale) = self.histogram(20);
        let text = |text: &str| Some(text).filter(|text| !text.is_empty()).map(|text| Kept::Text(text.into()));
        let mean_type = if self.kind == ColumnType::Duration { self.kind } else { ColumnType::Float64 };
        // A quantile is a value of the column, or an estimate of one.
        let part_type = if self.kind == ColumnType::Int64 { self.kind } else { mean_type };
        let part = |part| self.quantiles.at(part).map(|number| number.kept(part_type));
        vec![
            ("column", ColumnType::Text, text(&self.name)),
            ("type", ColumnType::Text, text(type_name(self.kind))),
            ("count", ColumnType::Int64, Some(Kept::Int(self.count as i64))),
            ("nulls", ColumnType::Int64, Some(Kept::Int(self.nulls as i64))),
            ("distinct", ColumnType::Int64, Some(Kept::Int(self.distinct() as i64))),
            ("min", self.kind, self.least.clone()),
            ("max", self.kind, self.greatest.clone()),
            ("mean", mean_type, self.mean()),
            ("median", part_type, part(Part::MEDIAN)),
            ("p95", part_type, part(Part::P95)),
            ("histogram", ColumnType::Text, text(&histogram)),
            ("scale", ColumnType::Text, text(scale)),
        ]
    }

    fn add(&mut self, column: &Column, buffer: &mut Vec<u8>) {
        for row in 0..column.len() {
            let cell = column.get(row);
            self.distinct.add(cell, buffer);
            if let Some(number) = Number::of(cell) {
                self.histogram.add(number.float());
                if self.has_mean() {
                    if let Number::Int(_) = number {
                        self.sum.add(number);
                    }
                    self.quantiles.add(number);
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
            texts.add(text);
        }
    }

    /// A histogram and its scale; nothing where there is one value at most. Where nearly all values are near the least, the scale is logarithmic.
    fn histogram(&self, columns: usize) -> (String, &'static str) {
        let linear = self.histogram.draw(columns);
        if linear.is_empty() {
            return (linear, "");
        }
        let steep = self.histogram.is_steep().then(|| self.quantiles.logarithmic_parts(columns)).flatten();
        steep.map_or((linear, "linear"), |parts| (blocks(&parts), "logarithmic"))
    }

    /// How many different values there are. An estimate may be greater than their number.
    fn distinct(&self) -> u64 {
        self.distinct.count().min(self.count)
    }

    /// Whether it is of numbers, of which a mean says something.
    fn has_mean(&self) -> bool {
        matches!(self.kind, ColumnType::Int64 | ColumnType::Float64 | ColumnType::Duration)
    }

    fn mean(&self) -> Option<Kept> {
        (self.count > 0 && self.has_mean()).then(|| self.sum.mean(self.count, self.kind))
    }

    /// What there is to be said of the values, for a person.
    fn lines(&self, width: usize) -> Vec<String> {
        let mut lines = Vec::new();
        let (Some(least), Some(greatest)) = (&self.least, &self.greatest) else { return lines };
        let texts = self.texts.as_ref().map(|texts| (texts.first(SHOWN), if texts.is_exact() { ' ' } else { '~' }));
        if let Some((texts, about)) = texts.filter(|(texts, _)| !texts.is_empty()) {
            let share = |(text, share): &(&[u8], f64)| {
                let text = output::printable(&String::from_utf8_lossy(text));
                format!(
                    "{about}{:5.1} %  {}",
                    100.0 * share,
                    output::cut(&text, width.saturating_sub(SHARE).max(TEXT)).0
                )
            };
            lines.extend(texts.iter().map(share));
            return lines;
        }
        let shown = |kept| output::cut(&show(kept, self.kind), TEXT).0;
        let mut range = format!("{} … {}", shown(least), shown(greatest));
        if let Some(mean) = self.mean() {
            range.push_str(&format!("   mean {}", show(&mean, self.kind)));
        }
        let about = if self.quantiles.is_exact() { "" } else { "~" };
        for (name, part) in [("median", Part::MEDIAN), ("p95", Part::P95)] {
            if let Some(number) = self.quantiles.at(part) {
                range.push_str(&format!("   {name} {about}{}", show(&number.kept(self.kind), self.kind)));
            }
        }
        lines.push(range);
        match self.histogram(width.min(WIDEST)) {
            (histogram, _) if histogram.is_empty() => {}
            (histogram, "linear") => lines.push(histogram),
            (_, scale) => {
                let columns = width.saturating_sub(scale.len() + 2).min(WIDEST);
                lines.push(format!("{}  {scale}", self.histogram(columns).0));
            }
        }
        lines
    }
}

/// A value as it goes into a column that has the values of columns of several types.
fn uniform(name: &str, kind: ColumnType, value: Option<Kept>) -> (ColumnType, Option<Kept>) {
    match (name, kind, value) {
        ("min" | "max", _, value) => (ColumnType::Text, value.map(|kept| Kept::Text(show(&kept, kind).into_bytes()))),
        ("median" | "p95", ColumnType::Int64, value) => {
            let float = |kept| if let Kept::Int(whole) = kept { Kept::Float(whole as f64) } else { kept };
            (ColumnType::Float64, value.map(float))
        }
        (_, ColumnType::Duration, Some(Kept::Int(nanos))) => {
            (ColumnType::Float64, Some(Kept::Float(nanos as f64 / 1e9)))
        }
        (_, ColumnType::Duration, value) => (ColumnType::Float64, value),
        (_, kind, value) => (kind, value),
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
