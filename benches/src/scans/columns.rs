//! The columns that a peer fills in: the same values as those of a batch, a batch's size at a time.

use super::Answer;

/// Rows of a batch.
const ROWS: u64 = 8192;

enum Values {
    Integers(Vec<i64>),
    Floats(Vec<f64>),
    Text { bytes: Vec<u8>, ends: Vec<i32> },
}

/// Columns in the making, and the answer of those that were full.
pub(super) struct Columns {
    columns: Vec<Values>,
    answer: Answer,
}

impl Columns {
    /// A column for each of `types`: `d` for integers, `f` for floats, `s` for text.
    pub(super) fn new(types: &str) -> Columns {
        let column = |kind| match kind {
            b'd' => Values::Integers(Vec::new()),
            b'f' => Values::Floats(Vec::new()),
            _ => Values::Text { bytes: Vec::new(), ends: Vec::new() },
        };
        Columns { columns: types.bytes().map(column).collect(), answer: Answer::default() }
    }

    /// Appends a row: of each field, the value of its text.
    pub(super) fn push_row<'a>(&mut self, text: impl Fn(usize) -> &'a [u8]) {
        for (field, column) in self.columns.iter_mut().enumerate() {
            let text = text(field);
            match column {
                Values::Integers(values) => values.push(lexical_core::parse(text).unwrap_or_default()),
                Values::Floats(values) => values.push(lexical_core::parse(text).unwrap_or_default()),
                Values::Text { bytes, ends } => {
                    bytes.extend_from_slice(text);
                    ends.push(bytes.len() as i32);
                }
            }
        }
        self.answer.rows += 1;
        if self.answer.rows.is_multiple_of(ROWS) {
            self.flush();
        }
    }

    /// The answer.
    pub(super) fn finish(mut self) -> Answer {
        self.flush();
        self.answer
    }

    fn flush(&mut self) {
        for column in &mut self.columns {
            let sum = match column {
                Values::Integers(values) => {
                    values.drain(..).fold(0, |sum: u64, value| sum.wrapping_add(value.cast_unsigned()))
                }
                Values::Floats(values) => values.drain(..).fold(0, |sum: u64, value| sum.wrapping_add(value.to_bits())),
                Values::Text { bytes, ends } => {
                    ends.clear();
                    let sum = bytes.len() as u64;
                    bytes.clear();
                    sum
                }
            };
            self.answer.sum = self.answer.sum.wrapping_add(sum);
        }
    }
}
