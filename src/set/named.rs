//! The patterns of a set, by name, and what is prepared once for all of its scans.

use super::anchors::Anchors;
use crate::api::Pattern;

/// Patterns, each after its name, and the search for the literals of all of them.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) patterns: Vec<(String, Pattern)>,
    pub(super) anchors: Anchors,
}
