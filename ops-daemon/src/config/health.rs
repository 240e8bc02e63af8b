//! `[health]`: how often operators are judged.

use super::section::Section;

/// Seconds of a window unless told otherwise.
const EVAL_S: u32 = 30;
/// Shortest window: connectors report every 5 to 60 seconds, and an emptier window says nothing.
const EVAL_S_MIN: u32 = 10;
/// Longest window: an operator that fails is then found after ten minutes at worst.
const EVAL_S_MAX: u32 = 300;

/// How operators are judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Length of a window in seconds, 10 to 300.
    pub eval_s: u32,
}

pub(super) fn read(section: &mut Section<'_>) -> Option<Health> {
    Some(Health { eval_s: section.number("eval_s", EVAL_S, EVAL_S_MIN..=EVAL_S_MAX)? })
}
