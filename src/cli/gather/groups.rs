//! `--group-by`: functions of the rows that have the same values in some columns.
//!
//! Groups are held in memory, up to [`GROUP_BYTES`](limits::GROUP_BYTES); past it there is an error. They come out in the order in which they were first seen.

use std::{collections::HashMap, sync::Arc};

use super::{
    Gather, batch,
    function::{Function, State},
    key::Key,
    value::{Kept, encode},
};
use crate::{
    batch::{Batch, Cell, Column, ColumnType},
    cli::stop::Stop,
    limits,
};

/// What a group takes beside its key, for each column and each function, about.
const OVERHEAD: usize = 64;

/// The groups so far.
pub(in crate::cli) struct Groups {
    by: Vec<(Key, ColumnType)>,
    functions: Vec<Function>,
    numbers: HashMap<Vec<u8>, usize>,
    groups: Vec<Group>,
    bytes: usize,
    most: usize,
    buffer: Vec<u8>,
}

struct Group {
    key: Vec<Option<Kept>>,
    states: Vec<State>,
}

impl Groups {
    pub(in crate::cli) fn new(by: Vec<(Key, ColumnType)>, functions: Vec<Function>) -> Groups {
        let mut groups = Groups {
            by,
            functions,
            numbers: HashMap::new(),
            groups: Vec::new(),
            bytes: 0,
            most: limits::GROUP_BYTES,
            buffer: Vec::new(),
        };
        if groups.by.is_empty() {
            // All rows are one group, and it is there also where there are none.
            groups.numbers.insert(Vec::new(), 0);
            groups.groups.push(Group { key: Vec::new(), states: groups.states() });
        }
        groups
    }

    fn states(&self) -> Vec<State> {
        self.functions.iter().map(Function::state).collect()
    }

    /// The number of the group of a row.
    fn number(&mut self, by: &[&Arc<Column>], row: usize) -> usize {
        self.buffer.clear();
        let cells = || self.by.iter().zip(by).map(|((key, _), column)| key.of(column.get(row)));
        cells().for_each(|cell| encode(&mut self.buffer, cell));
        if let Some(&number) = self.numbers.get(&self.buffer) {
            return number;
        }
        let key = cells().map(Kept::of).collect();
        self.groups.push(Group { key, states: self.states() });
        self.bytes += 2 * self.buffer.len() + OVERHEAD * (1 + self.by.len() + self.functions.len());
        self.numbers.insert(self.buffer.clone(), self.groups.len() - 1);
        self.groups.len() - 1
    }
}

impl Gather for Groups {
    fn add(&mut self, batch: &Batch) -> Result<(), Stop> {
        let of = |name: &str| batch.column(name).ok_or_else(|| Stop::new(format!("no column is called {name:?}")));
        let by = self.by.iter().map(|(key, _)| of(&key.column)).collect::<Result<Vec<_>, _>>()?;
        let columns = self.functions.iter().map(|function| function.column.as_deref().map(of).transpose());
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let mut buffer = Vec::new();
        for row in 0..batch.len() {
            let number = self.number(&by, row);
            let states = &mut self.groups[number].states;
            for ((function, state), column) in self.functions.iter().zip(states).zip(&columns) {
                let cell = column.map_or(Cell::Null, |column| column.get(row));
                self.bytes += function.add(state, cell, &mut buffer);
            }
        }
        if self.bytes > self.most {
            return Err(Stop::new(format!(
                "{} groups, which is more than fits in {} MiB: group by fewer columns, or filter rows with --where",
                self.groups.len(),
                self.most >> 20
            )));
        }
        Ok(())
    }

    fn rows(&self) -> Result<Batch, Stop> {
        let mut columns = Vec::new();
        for (at, (key, kind)) in self.by.iter().enumerate() {
            let values = self.groups.iter().map(|group| group.key[at].clone()).collect();
            columns.push((key.name.clone(), *kind, values));
        }
        for (at, function) in self.functions.iter().enumerate() {
            let values = self.groups.iter().map(|group| function.value(&group.states[at])).collect::<Result<_, _>>()?;
            columns.push((function.name.clone(), function.column_type(), values));
        }
        Ok(batch(columns))
    }

    fn estimates(&self) -> Vec<String> {
        let is_estimate = |at: &usize| self.groups.iter().any(|group| !group.states[*at].is_exact());
        (0..self.functions.len()).filter(is_estimate).map(|at| self.functions[at].name.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Pattern;

    #[test]
    fn groups_past_the_limit_are_an_error_that_says_so() {
        let log: String = (0..5000).map(|n| format!("{n}\n")).collect();
        let batch = Pattern::new("{n:d}").unwrap().scan(log.as_bytes()).read_all().unwrap();
        let mut groups = Groups::new(vec![(Key::column("n"), ColumnType::Int64)], vec![Function::count()]);
        groups.most = 100_000;
        let error = groups.add(&batch).unwrap_err().to_string();
        assert!(error.starts_with("5000 groups, which is more than fits in"), "{error}");
    }
}
