//! Where times stand in a line that the type `t` reads.

use std::ops::Range;

use crate::{api::Pattern, error::Result};

/// How far into a line times are looked for, in bytes.
const WINDOW: usize = 512;
/// How many are looked for.
const MOST: usize = 8;

/// The type `t`, to be searched for.
#[derive(Debug)]
pub(super) struct Times(Pattern);

impl Times {
    pub(super) fn new() -> Result<Times> {
        Pattern::new("{time:t}").map(Times)
    }

    /// Those that stand by themselves, no letter or digit beside them.
    pub(super) fn find(&self, line: &str) -> Vec<Range<usize>> {
        let window = (0..=line.len().min(WINDOW)).rev().find(|&end| line.is_char_boundary(end));
        let line = &line[..window.unwrap_or(0)];
        let bytes = line.as_bytes();
        let (mut found, mut at) = (Vec::new(), 0);
        for _ in 0..MOST {
            let Ok(Some(next)) = self.0.search_at(line, at) else { break };
            let Range { mut start, end } = next.range();
            // A day of one digit may have a blank before it.
            start += usize::from(bytes[start] == b' ');
            let is_alone = |byte: Option<&u8>| !byte.is_some_and(u8::is_ascii_alphanumeric);
            let before = start.checked_sub(1).and_then(|before| bytes.get(before));
            if is_alone(before) && is_alone(bytes.get(end)) {
                at = end;
                found.push(start..end);
            } else {
                at = start + line[start..].chars().next().map_or(1, char::len_utf8);
            }
        }
        found
    }
}
