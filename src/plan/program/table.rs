//! Where the fields of the records of a block are.

use parsimd_simd::Span;

/// The spans of the fields of the records of a block, by column, and a column for what is no field.
#[derive(Debug, Default)]
pub(crate) struct Table {
    spans: Vec<Span>,
    rows: usize,
    fields: usize,
}

impl Table {
    /// Makes room for `rows` rows of `fields` fields.
    pub(crate) fn reset(&mut self, fields: usize, rows: usize) {
        self.spans.resize((fields + 1) * rows, Span::default());
        self.rows = rows;
        self.fields = fields;
    }

    /// All rows of the column of a field, or of no field, to be written.
    pub(super) fn column_mut(&mut self, field: Option<usize>) -> &mut [Span] {
        &mut self.spans[field.unwrap_or(self.fields) * self.rows..][..self.rows]
    }

    /// The first `count` rows of a column.
    pub(crate) fn column(&self, field: usize, count: usize) -> &[Span] {
        &self.spans[field * self.rows..][..count]
    }

    /// Row `row`, to be written.
    #[inline]
    pub(crate) fn row(&mut self, row: usize) -> Row<'_> {
        Row { spans: &mut self.spans, stride: self.rows, row }
    }

    /// Takes the rows in `lost`, which are in order, out of the first `count`.
    pub(crate) fn remove(&mut self, count: usize, lost: &[usize]) {
        for column in self.spans.chunks_exact_mut(self.rows.max(1)).take(self.fields) {
            close_gaps(&mut column[..count], lost);
        }
    }
}

/// Moves the items behind each of those in `lost`, which are in order, to where it was; what stands at the end then is of no meaning.
pub(crate) fn close_gaps<T: Copy>(items: &mut [T], lost: &[usize]) {
    let Some(&first) = lost.first() else { return };
    let mut kept = first;
    // What stands between one lost item and the next, or the end.
    for (&item, &next) in lost.iter().zip(lost[1..].iter().chain([&items.len()])) {
        items.copy_within(item + 1..next, kept);
        kept += next - item - 1;
    }
}

/// One row of a [`Table`].
#[derive(Debug)]
pub(crate) struct Row<'a> {
    spans: &'a mut [Span],
    stride: usize,
    row: usize,
}

impl<'a> Row<'a> {
    /// A row that is in no table.
    pub(crate) fn alone(spans: &'a mut [Span]) -> Row<'a> {
        Row { spans, stride: 1, row: 0 }
    }

    /// Sets the span of a field.
    #[inline(always)]
    pub(crate) fn set(&mut self, field: usize, start: usize, end: usize) {
        self.spans[field * self.stride + self.row] = Span::new(start as u32, end as u32);
    }

    #[inline(always)]
    pub(super) fn get(&self, field: usize) -> Span {
        self.spans[field * self.stride + self.row]
    }
}
