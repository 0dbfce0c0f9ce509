//! [`Chunks`]: the rows of a batch, as the scan gave them, and joined when somebody needs them in one piece.
//!
//! Joining copies a column, and most of what reads a whole file hands it on as Arrow data, which may come in pieces. So `read_all` joins nothing. A column
//! is joined when it is asked for, and its pieces are dropped then: the most memory is that of all columns, and once more that of the largest.

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use parsimd::extension;
use pyo3::prelude::*;

use crate::{error::to_python, gate};

/// Rows of typed columns, in pieces.
pub(crate) struct Chunks {
    schema: Arc<parsimd::Schema>,
    rows: usize,
    /// The rows in one piece, once they are.
    whole: OnceLock<Arc<parsimd::Batch>>,
    /// How many rows each piece has; none of rows that were in one piece from the beginning.
    lengths: Vec<usize>,
    columns: Vec<Arc<ChunkedColumn>>,
}

/// A column. The lock is held for a moment only: never while the GIL is waited for.
struct ChunkedColumn(Mutex<State>);

#[derive(Clone)]
enum State {
    Pieces(Vec<Arc<parsimd::Column>>),
    Joined(Arc<parsimd::Column>),
}

impl ChunkedColumn {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn piece(&self, number: usize) -> Option<Arc<parsimd::Column>> {
        match &*self.state() {
            State::Pieces(pieces) => pieces.get(number).cloned(),
            State::Joined(_) => None,
        }
    }
}

impl Chunks {
    pub(crate) fn whole_batch(batch: parsimd::Batch) -> Chunks {
        let (schema, rows) = (Arc::clone(batch.schema()), batch.len());
        Chunks { schema, rows, whole: Arc::new(batch).into(), lengths: Vec::new(), columns: Vec::new() }
    }

    /// Of batches with this schema, one after the other.
    pub(crate) fn of(batches: &[parsimd::Batch], schema: Arc<parsimd::Schema>) -> Chunks {
        if let [batch] = batches {
            return Chunks::whole_batch(batch.clone());
        }
        let column = |at: usize| {
            let pieces = batches.iter().map(|batch| Arc::clone(&batch.columns()[at])).collect();
            Arc::new(ChunkedColumn(Mutex::new(State::Pieces(pieces))))
        };
        let columns = (0..schema.len()).map(column).collect();
        let lengths: Vec<usize> = batches.iter().map(parsimd::Batch::len).collect();
        Chunks { rows: lengths.iter().sum(), schema, whole: OnceLock::new(), lengths, columns }
    }

    pub(crate) fn schema(&self) -> &Arc<parsimd::Schema> {
        &self.schema
    }

    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    /// The same rows with only these columns, over the same memory.
    pub(crate) fn project(&self, columns: &[usize]) -> Chunks {
        if let Some(whole) = self.whole.get() {
            return Chunks::whole_batch(whole.project(columns));
        }
        let schema = Arc::new(extension::project(&self.schema, columns));
        let columns = columns.iter().map(|&at| Arc::clone(&self.columns[at])).collect();
        Chunks { schema, rows: self.rows, whole: OnceLock::new(), lengths: self.lengths.clone(), columns }
    }

    /// A column, in one piece.
    ///
    /// # Errors
    /// ScanError: its text passes 2 GiB. MemoryError: there is no room for it. The pieces are there still.
    pub(crate) fn column(&self, py: Python<'_>, at: usize) -> PyResult<Arc<parsimd::Column>> {
        if let Some(whole) = self.whole.get() {
            return Ok(Arc::clone(&whole.columns()[at]));
        }
        let state = self.columns[at].state().clone();
        let pieces = match state {
            State::Joined(column) => return Ok(column),
            State::Pieces(pieces) => pieces,
        };
        // So many are joined in a few milliseconds. More take too long for who waits for a signal.
        const FEW: usize = 256;
        let schema = Arc::clone(&self.schema);
        let work = move || extension::join(&schema, at, &pieces);
        let joined =
            if self.lengths.len() < FEW { gate::run(py, work)? } else { gate::run_apart(py, move |_| work())? };
        let joined = Arc::new(joined.map_err(to_python)?);
        // The pieces go now. Another thread may have joined them meanwhile, to the same column.
        let pieces = mem::replace(&mut *self.columns[at].state(), State::Joined(Arc::clone(&joined)));
        drop(pieces);
        Ok(joined)
    }

    /// All rows, in one piece.
    ///
    /// # Errors
    /// As [`column`](Self::column).
    pub(crate) fn whole(&self, py: Python<'_>) -> PyResult<&Arc<parsimd::Batch>> {
        if let Some(whole) = self.whole.get() {
            return Ok(whole);
        }
        let columns = (0..self.columns.len()).map(|at| self.column(py, at)).collect::<PyResult<_>>()?;
        let batch = Arc::new(extension::batch(Arc::clone(&self.schema), columns, self.rows));
        Ok(self.whole.get_or_init(|| batch))
    }

    /// The rows in pieces, as they came; in one where a column was joined.
    ///
    /// # Errors
    /// As [`column`](Self::column), where they are not in pieces any more.
    pub(crate) fn pieces(&self, py: Python<'_>) -> PyResult<Vec<parsimd::Batch>> {
        let piece = |(number, &rows): (usize, &usize)| {
            let columns = self.columns.iter().map(|column| column.piece(number)).collect::<Option<_>>()?;
            Some(extension::batch(Arc::clone(&self.schema), columns, rows))
        };
        let pieces = self.lengths.iter().enumerate().map(piece).collect::<Option<Vec<_>>>();
        match pieces.filter(|pieces| !pieces.is_empty() && self.whole.get().is_none()) {
            Some(pieces) => Ok(pieces),
            None => Ok(vec![parsimd::Batch::clone(self.whole(py)?)]),
        }
    }
}
