//! Where the fields of a block's records are: a column of spans for each field, as conversion wants them.

use parsimd_simd::Span;

use crate::engine::captures::ABSENT;

/// The spans of the fields of a block's records, a column for each field, and one more for what is no field.
#[derive(Debug, Default)]
pub(crate) struct SpanTable {
    spans: Vec<Span>,
    rows: usize,
    fields: usize,
}

impl SpanTable {
    /// Makes room for `rows` rows of `fields` fields.
    pub(crate) fn reset(&mut self, fields: usize, rows: usize) {
        self.spans.resize((fields + 1) * rows, Span::default());
        self.rows = rows;
        self.fields = fields;
    }

    /// The number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// All rows of the column of a field, or of no field, to be written.
    pub(super) fn column_mut(&mut self, field: Option<usize>) -> &mut [Span] {
        &mut self.spans[field.unwrap_or(self.fields) * self.rows..][..self.rows]
    }

    /// The first `count` rows of a column.
    pub(crate) fn column(&self, field: usize, count: usize) -> &[Span] {
        &self.spans[field * self.rows..][..count]
    }

    /// Writes the first spans of the column of no field to `rows` of another one, in their order.
    pub(super) fn scatter(&mut self, field: usize, rows: &[u32]) {
        let (columns, spans) = self.spans.split_at_mut(self.fields * self.rows);
        let column = &mut columns[field * self.rows..][..self.rows];
        for (&row, &span) in rows.iter().zip(&*spans) {
            column[row as usize] = span;
        }
    }

    /// SpanRow `row`, to be written.
    #[inline]
    pub(crate) fn row(&mut self, row: usize) -> SpanRow<'_> {
        SpanRow { spans: &mut self.spans, stride: self.rows, row }
    }

    /// Puts rows of another table, in which the fields of a row stand side by side, between its own: row `n` becomes the one of number `order[n]`, where
    /// the numbers of the others follow those of its own.
    pub(crate) fn merge(&mut self, others: &[Span], order: &[usize]) {
        let mut merged = SpanTable::default();
        merged.reset(self.fields, order.len());
        for field in 0..self.fields {
            let own = &self.spans[field * self.rows..][..self.rows];
            for (span, &from) in merged.column_mut(Some(field)).iter_mut().zip(order) {
                *span = own.get(from).copied().unwrap_or_else(|| others[(from - self.rows) * self.fields + field]);
            }
        }
        *self = merged;
    }

    /// Takes the rows in `lost`, which are in order, out of the first `count` of some columns.
    pub(crate) fn remove(&mut self, count: usize, lost: &[usize], columns: &[usize]) {
        for &field in columns {
            close_gaps(&mut self.column_mut(Some(field))[..count], lost);
        }
    }

    /// Keeps the rows in `kept`, which are in order, of some columns.
    pub(crate) fn keep(&mut self, kept: &[usize], columns: &[usize]) {
        for &field in columns {
            let spans = self.column_mut(Some(field));
            for (to, &row) in kept.iter().enumerate() {
                spans[to] = spans[row];
            }
        }
    }
}

/// Moves the items after each of those in `lost`, which are in order, to where it was; the end has no meaning then.
pub(super) fn close_gaps<T: Copy>(items: &mut [T], lost: &[usize]) {
    const CHUNK: usize = 8;
    let Some(&first) = lost.first() else { return };
    let mut kept = first;
    // What stands between one lost item and the next, or the end.
    for (gaps, (&item, &next)) in lost.iter().zip(lost[1..].iter().chain([&items.len()])).enumerate() {
        let count = next - item - 1;
        if gaps < CHUNK || next + CHUNK > items.len() {
            items.copy_within(item + 1..next, kept);
        } else {
            // Few are between two that are lost, so whole chunks are moved: what is too much is written over nothing but gaps.
            for done in (0..count).step_by(CHUNK) {
                let chunk: [T; CHUNK] = *items[item + 1 + done..].first_chunk().expect("a chunk is before the end");
                items[kept + done..][..CHUNK].copy_from_slice(&chunk);
            }
        }
        kept += count;
    }
}

/// One row of a [`SpanTable`].
#[derive(Debug)]
pub(crate) struct SpanRow<'a> {
    spans: &'a mut [Span],
    stride: usize,
    row: usize,
}

impl<'a> SpanRow<'a> {
    /// A row that is in no table.
    pub(crate) fn alone(spans: &'a mut [Span]) -> SpanRow<'a> {
        SpanRow { spans, stride: 1, row: 0 }
    }

    /// Sets the span of a field.
    #[inline(always)]
    pub(crate) fn set(&mut self, field: usize, start: usize, end: usize) {
        self.spans[field * self.stride + self.row] = Span::new(start as u32, end as u32);
    }

    /// Says that a field has no span.
    #[inline(always)]
    pub(super) fn set_absent(&mut self, field: usize) {
        self.spans[field * self.stride + self.row] = ABSENT;
    }

    #[inline(always)]
    pub(super) fn get(&self, field: usize) -> Span {
        self.spans[field * self.stride + self.row]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_lost_is_kept_in_order() {
        for length in 0..100 {
            for (dividend, divisor) in
                [(1, 1), (1, 2), (1, 3), (2, 3), (1, 7), (5, 7), (1, 13), (12, 13), (1, 40), (3, 50)]
            {
                for shift in 0..divisor {
                    let is_lost = |item: usize| (item * 7 + shift) % divisor < dividend;
                    let (lost, kept): (Vec<usize>, Vec<usize>) = (0..length).partition(|&item| is_lost(item));
                    let mut items: Vec<usize> = (0..length).collect();
                    close_gaps(&mut items, &lost);
                    assert_eq!(items[..kept.len()], kept, "without {lost:?}");
                }
            }
        }
    }
}
