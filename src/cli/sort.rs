//! `--sort` and `--tail`, which need more than one row at a time.

use std::{cmp::Ordering, collections::VecDeque, sync::Arc};

use super::{near::hint, stop::Stop};
use crate::{
    batch::{Batch, Cell, Column, Schema},
    limits,
};

/// With `--head` rows are sorted, and the others dropped, whenever so many more than are wanted were collected.
const COLLECTED: usize = 1 << 16;

/// A column to sort by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) column: String,
    pub(super) descending: bool,
}

impl Key {
    /// `took`, or `-took` for the greatest first.
    pub(super) fn new(text: &str) -> Key {
        match text.strip_prefix('-') {
            Some(column) => Key { column: column.to_owned(), descending: true },
            None => Key { column: text.strip_prefix('+').unwrap_or(text).to_owned(), descending: false },
        }
    }
}

/// Sorts rows. Rows with equal keys stay in their order; nulls come last, and NaN before them, in either direction.
pub(super) struct Sorter {
    keys: Vec<Key>,
    /// How many rows are wanted.
    head: Option<usize>,
    schema: Arc<Schema>,
    held: Vec<Batch>,
    rows: usize,
    bytes: usize,
    most: usize,
}

impl Sorter {
    pub(super) fn new(keys: Vec<Key>, head: Option<u64>, schema: Arc<Schema>) -> Sorter {
        let head = head.map(|head| usize::try_from(head).unwrap_or(usize::MAX));
        Sorter { keys, head, schema, held: Vec::new(), rows: 0, bytes: 0, most: limits::SORT_BYTES }
    }

    pub(super) fn push(&mut self, batch: Batch) -> Result<(), Stop> {
        self.rows += batch.len();
        self.bytes += size(&batch);
        self.held.push(batch);
        if let Some(head) = self.head
            && (self.rows > head.saturating_add(COLLECTED) || self.bytes > self.most / 2)
        {
            let sorted = self.sorted()?;
            (self.rows, self.bytes) = (sorted.len(), size(&sorted));
            self.held = vec![sorted];
        }
        if self.bytes > self.most {
            return Err(Stop::new(format!(
                "the {} rows to sort take more than {} MiB: sort fewer, with --head, --where, --select or --limit",
                self.rows,
                self.most >> 20
            )));
        }
        Ok(())
    }

    /// The rows in order, as many as are wanted.
    pub(super) fn sorted(&self) -> Result<Batch, Stop> {
        let all = Batch::concat(Arc::clone(&self.schema), &self.held)?;
        let column = |key: &Key| all.column(&key.column).ok_or_else(|| unknown(key, &self.schema));
        let columns = self.keys.iter().map(column).collect::<Result<Vec<_>, _>>()?;
        let mut rows: Vec<usize> = (0..all.len()).collect();
        let order = |&a: &usize, &b: &usize| {
            let each = self.keys.iter().zip(&columns).map(|(key, column)| compare(column, a, b, key.descending));
            each.fold(Ordering::Equal, Ordering::then).then(a.cmp(&b))
        };
        let wanted = self.head.unwrap_or(usize::MAX).min(rows.len());
        if wanted < rows.len() {
            rows.select_nth_unstable_by(wanted, order);
            rows.truncate(wanted);
        }
        rows.sort_unstable_by(order);
        Ok(all.take(&rows))
    }
}

/// That there is no such column to sort by.
pub(super) fn unknown(key: &Key, schema: &Schema) -> Stop {
    let names: Vec<&str> = schema.columns().map(|(name, _)| name).collect();
    Stop::new(format!("no column to sort by is called {:?}: {}", key.column, hint(&key.column, names)))
}

fn compare(column: &Column, a: usize, b: usize, descending: bool) -> Ordering {
    let turned = |order: Ordering| if descending { order.reverse() } else { order };
    match (column.get(a), column.get(b)) {
        (Cell::Null, Cell::Null) => Ordering::Equal,
        (Cell::Null, _) => Ordering::Greater,
        (_, Cell::Null) => Ordering::Less,
        (Cell::Text(a), Cell::Text(b)) => turned(a.cmp(b)),
        (Cell::Bytes(a), Cell::Bytes(b)) => turned(a.cmp(b)),
        (Cell::Float64(a), Cell::Float64(b)) => match a.partial_cmp(&b) {
            Some(order) => turned(order),
            None => a.is_nan().cmp(&b.is_nan()),
        },
        (Cell::Int64(a), Cell::Int64(b))
        | (Cell::Timestamp(a), Cell::Timestamp(b))
        | (Cell::Time(a), Cell::Time(b))
        | (Cell::Duration(a), Cell::Duration(b)) => turned(a.cmp(&b)),
        (Cell::Date(a), Cell::Date(b)) => turned(a.cmp(&b)),
        (Cell::Bool(a), Cell::Bool(b)) => turned(a.cmp(&b)),
        (Cell::Map(a), Cell::Map(b)) => turned(a.iter().cmp(b.iter())),
        _ => Ordering::Equal,
    }
}

/// How many bytes the values of a batch take, about.
fn size(batch: &Batch) -> usize {
    let text = |column: &Arc<Column>| match column.values() {
        crate::batch::Values::Text { bytes, .. } | crate::batch::Values::Binary { bytes, .. } => bytes.len(),
        crate::batch::Values::Map(maps) => maps.offsets().last().map_or(0, |pairs| 32 * *pairs as usize),
        _ => 0,
    };
    batch.columns().iter().map(|column| text(column) + 8 * batch.len()).sum()
}

/// Keeps the last rows.
pub(super) struct Tail {
    wanted: usize,
    held: VecDeque<Batch>,
    rows: usize,
}

impl Tail {
    pub(super) fn new(wanted: u64) -> Tail {
        Tail { wanted: usize::try_from(wanted).unwrap_or(usize::MAX), held: VecDeque::new(), rows: 0 }
    }

    pub(super) fn push(&mut self, batch: Batch) {
        self.rows += batch.len();
        self.held.push_back(batch);
        while let Some(first) = self.held.front()
            && self.rows - first.len() >= self.wanted
        {
            self.rows -= first.len();
            self.held.pop_front();
        }
    }

    /// The last rows, in their order.
    pub(super) fn batches(&mut self) -> Vec<Batch> {
        let mut batches: Vec<Batch> = self.held.drain(..).collect();
        let over = self.rows.saturating_sub(self.wanted);
        if let Some(first) = batches.first_mut() {
            *first = first.take(&(over.min(first.len())..first.len()).collect::<Vec<_>>());
        }
        self.rows = 0;
        batches
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Pattern;

    fn batches(log: &str) -> (Arc<Schema>, Vec<Batch>) {
        let pattern = Pattern::new("{n:d|-} {x:g}").unwrap();
        let options = crate::scan::ScanOptions { block_bytes: 64, ..crate::scan::ScanOptions::default() };
        let scan = pattern.scan_input(crate::input::Input::bytes(log), options);
        let schema = Arc::clone(scan.schema());
        (schema, scan.map(Result::unwrap).collect())
    }

    #[test]
    fn the_head_of_sorted_rows_is_that_of_all_rows_sorted() {
        let log: String = (0..500).map(|n| format!("{} {}\n", n * 7919 % 83, n * 31 % 17)).collect();
        let (schema, batches) = batches(&log);
        let sorted = |head| {
            let keys = vec![Key::new("-n"), Key::new("x")];
            let mut sorter = Sorter::new(keys, head, Arc::clone(&schema));
            batches.iter().for_each(|batch| sorter.push(batch.clone()).unwrap());
            sorter.sorted().unwrap()
        };
        let all = sorted(None);
        let mut wanted: Vec<(i64, i64)> = (0..500).map(|n| (-(n * 7919 % 83), n * 31 % 17)).collect();
        wanted.sort_unstable();
        for (row, (n, x)) in wanted.into_iter().enumerate() {
            assert_eq!(
                (all.columns()[0].get(row), all.columns()[1].get(row)),
                (Cell::Int64(-n), Cell::Float64(x as f64))
            );
        }
        for head in [0, 1, 7, 499, 500, 501] {
            assert_eq!(sorted(Some(head)), all.take(&(0..500.min(head as usize)).collect::<Vec<_>>()));
        }
    }

    #[test]
    fn nulls_come_last_in_either_direction() {
        let (schema, batches) = batches("- 1\n5 2\n- nan\n7 3\n");
        for (key, wanted) in [("n", [5, 7]), ("-n", [7, 5])] {
            let mut sorter = Sorter::new(vec![Key::new(key)], None, Arc::clone(&schema));
            batches.iter().for_each(|batch| sorter.push(batch.clone()).unwrap());
            let sorted = sorter.sorted().unwrap();
            let cells: Vec<Cell<'_>> = (0..4).map(|row| sorted.columns()[0].get(row)).collect();
            assert_eq!(cells, [Cell::Int64(wanted[0]), Cell::Int64(wanted[1]), Cell::Null, Cell::Null]);
        }
    }

    #[test]
    fn rows_past_the_limit_are_an_error_that_says_so() {
        let log: String = (0..500).map(|n| format!("{n} 1\n")).collect();
        let (schema, batches) = batches(&log);
        let mut sorter = Sorter::new(vec![Key::new("n")], None, schema);
        sorter.most = 1000;
        let error = batches.into_iter().find_map(|batch| sorter.push(batch).err()).unwrap().to_string();
        assert!(error.contains("rows to sort take more than"), "{error}");
    }

    #[test]
    fn the_tail_is_the_last_rows() {
        let log: String = (0..500).map(|n| format!("{n} 1\n")).collect();
        let (schema, batches) = batches(&log);
        for wanted in [0, 1, 9, 10, 499, 500, 600] {
            let mut tail = Tail::new(wanted);
            batches.iter().for_each(|batch| tail.push(batch.clone()));
            let kept = Batch::concat(Arc::clone(&schema), &tail.batches()).unwrap();
            let first = 500_u64.saturating_sub(wanted) as i64;
            let numbers: Vec<Cell<'_>> = (0..kept.len()).map(|row| kept.columns()[0].get(row)).collect();
            assert_eq!(numbers, (first..500).map(Cell::Int64).collect::<Vec<_>>(), "{wanted}");
        }
    }
}
