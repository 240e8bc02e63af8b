//! `[operators]`: how long a deleted operator can be brought back.

use super::section::Section;

/// Days unless told otherwise.
const PURGE_AFTER_DAYS: u32 = 30;
/// Most days: contacts are personal data, and secrets of a partner that is gone are a risk.
const PURGE_AFTER_DAYS_MAX: u32 = 365;

/// What happens to deleted operators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// Days after which a deleted operator's secrets and contacts are erased for ever, 1 to 365.
    pub purge_after_days: u32,
}

impl Default for Deletion {
    fn default() -> Self {
        Self { purge_after_days: PURGE_AFTER_DAYS }
    }
}

pub(super) fn read(section: &mut Section<'_>) -> Option<Deletion> {
    let days = section.number("purge_after_days", PURGE_AFTER_DAYS, 1..=PURGE_AFTER_DAYS_MAX)?;
    Some(Deletion { purge_after_days: days })
}
