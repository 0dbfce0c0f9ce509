//! Lines that are rows of a table: the same number of cells, with one separator between them.

use std::collections::BTreeMap;

use super::{
    columns,
    elements::Element,
    names::plain,
    types::{Types, Value},
};
use crate::limits;

/// The separators, each with how many a line has at least.
const SEPARATORS: [(&str, usize); 6] = [("\t", 1), (" | ", 2), ("|", 2), (", ", 2), (",", 2), (";", 2)];

/// A table, as the elements of a pattern.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) elements: Vec<Element>,
    pub(super) notes: Vec<String>,
    /// Whether the elements are all columns; else the rest of the lines follows.
    pub(super) is_whole: bool,
}

/// The table that the lines are, if nearly all of them are rows of one.
pub(super) fn find(lines: &[&str], types: &Types) -> Option<Table> {
    SEPARATORS.iter().find_map(|&(separator, least)| of(lines, separator, least, types))
}

fn of(lines: &[&str], separator: &str, least: usize, types: &Types) -> Option<Table> {
    let rows: Vec<Vec<&str>> = lines.iter().map(|line| cells(line, separator)).collect();
    let mut counts = BTreeMap::new();
    rows.iter().for_each(|row| *counts.entry(row.len()).or_insert(0) += 1);
    let (&width, &count) = counts.iter().max_by_key(|(_, count)| **count)?;
    if width <= least || 100 * count < 99 * rows.len() {
        return None;
    }
    let mut rows: Vec<Vec<&str>> = rows.into_iter().filter(|row| row.len() == width).collect();
    let head = rows.first().filter(|row| rows.len() > 1 && row.iter().all(|cell| is_name(cell))).cloned();
    let is_head = head.is_some() && rows[1..].iter().any(|row| row.iter().any(|cell| !is_name(cell)));
    if is_head {
        rows.remove(0);
    }
    let mut elements = Vec::new();
    let is_whole = width <= limits::GUESS_FIELDS;
    // The rest is a field, too.
    let told = if is_whole { width } else { limits::GUESS_FIELDS - 1 };
    for at in 0..told {
        if at > 0 {
            elements.push(Element::Literal(separator.to_owned()));
        }
        let column: Vec<&str> = rows.iter().map(|row| row[at]).collect();
        let is_quoted = column.iter().all(|cell| cell.len() > 1 && cell.starts_with('"') && cell.ends_with('"'));
        let mut cell = if is_quoted {
            columns::quoted(types, &column)
        } else {
            vec![Element::Field(columns::field(types, &column, Value::Text))]
        };
        if let Some(head) = head.as_ref().filter(|_| is_head) {
            let label = Some(plain(head[at].trim_matches('"'))).filter(|label| !label.is_empty());
            let fields = cell
                .iter_mut()
                .filter_map(|element| if let Element::Field(field) = element { Some(field) } else { None });
            fields.for_each(|field| field.label.clone_from(&label));
        }
        elements.append(&mut cell);
    }
    if !is_whole {
        elements.push(Element::Literal(separator.to_owned()));
    }
    let mut notes = Vec::new();
    if is_head {
        notes.push("the first line names the columns, and is no record".to_owned());
    }
    if separator.starts_with([',', ';']) {
        notes.push("these lines look like CSV: a CSV reader also knows separators and newlines in quotes".to_owned());
    }
    Some(Table { elements, notes, is_whole })
}

/// The cells of a line; a separator in quotes is none.
fn cells<'l>(line: &'l str, separator: &str) -> Vec<&'l str> {
    let (mut cells, mut begin, mut in_quotes) = (Vec::new(), 0, false);
    let mut at = 0;
    while at < line.len() {
        if line.as_bytes()[at] == b'"' {
            in_quotes = !in_quotes;
        }
        if !in_quotes && line.as_bytes()[at..].starts_with(separator.as_bytes()) {
            cells.push(&line[begin..at]);
            at += separator.len();
            begin = at;
        } else {
            at += 1;
        }
    }
    cells.push(&line[begin..]);
    cells
}

/// Whether a cell can be the name of a column.
fn is_name(cell: &str) -> bool {
    let cell = cell.trim().trim_matches('"');
    cell.starts_with(|c: char| c.is_ascii_alphabetic())
        && cell.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b' ' | b'.'))
}
