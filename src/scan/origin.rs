//! Where records came from, as further columns: the source, the line, the place in bytes.

use super::{compiled::Compiled, options::Origin};
use crate::{
    batch::{Column, ColumnType, Values},
    error::{Error, Result},
    input::Block,
};

/// What is wrong with the columns that are to be included, if something is.
pub(super) fn wrong(pattern: &Compiled, included: &[Origin]) -> Option<Error> {
    included.iter().enumerate().find_map(|(at, origin)| {
        let name = origin.name();
        if included[..at].contains(origin) {
            return Some(Error::column(format!("column {name:?} was to be included twice")));
        }
        let is_field = pattern.fields().iter().any(|field| field.column_name() == name);
        is_field.then(|| {
            Error::column(format!(
                "a column {name:?} cannot be included: the pattern has a field of this name; give the field another"
            ))
        })
    })
}

/// The names and types of the columns.
pub(super) fn schema(included: &[Origin]) -> impl Iterator<Item = (String, ColumnType)> {
    included.iter().map(|origin| {
        let kind = if *origin == Origin::File { ColumnType::Text } else { ColumnType::Int64 };
        (origin.name().to_owned(), kind)
    })
}

/// The columns of rows whose records begin at these places of a block, in order. Lines are numbered from the beginning of the block, from 1.
///
/// # Errors
/// [`Error::is_limit`]: the name of the source, in all rows, passes 2 GiB.
pub(super) fn columns(included: &[Origin], block: &Block<'_>, starts: &[u32]) -> Result<Vec<Column>> {
    let column = |origin: &Origin| match origin {
        Origin::File => {
            let text = same_text(block.source, starts.len())?;
            Ok(Column::new(ColumnType::Text, text, None))
        }
        Origin::Line => Ok(Column::new(ColumnType::Int64, Values::Int64(lines(block.bytes, starts)), None)),
        Origin::Offset => {
            let offset = |start: &u32| (block.offset + u64::from(*start)) as i64;
            Ok(Column::new(ColumnType::Int64, Values::Int64(starts.iter().map(offset).collect()), None))
        }
    };
    included.iter().map(column).collect()
}

/// The number of the line of a block that begins at, or has, this byte of it, from 1.
pub(super) fn line(block: &Block<'_>, at: u32) -> u64 {
    1 + newlines(&block.bytes[..at as usize]) as u64
}

fn newlines(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', bytes).count()
}

/// The numbers of the lines that begin at these places, which are in order, from 1.
pub(super) fn lines(bytes: &[u8], starts: &[u32]) -> Vec<i64> {
    let (mut line, mut at) = (1, 0);
    let mut number = |&start: &u32| {
        line += newlines(&bytes[at..start as usize]) as i64;
        at = start as usize;
        line
    };
    starts.iter().map(&mut number).collect()
}

/// A text in each of so many rows.
fn same_text(text: &str, rows: usize) -> Result<Values> {
    let ends = (0..=rows).map(|row| i32::try_from(row * text.len()));
    let offsets = ends.collect::<std::result::Result<_, _>>().map_err(|_| {
        Error::limit(format!("the text of column \"file\" passes 2 GiB: {text:?} in {rows} rows of one batch"))
    })?;
    Ok(Values::Text { offsets, bytes: text.repeat(rows).into_bytes() })
}
