//! `[shutdown]`: how long a stop may take.

use std::time::Duration;

use super::section::Section;

/// Seconds unless told otherwise: a request takes at most 2, a stream is told to reconnect at once.
const DRAIN_S: u32 = 5;
/// Longest, in seconds: no orchestrator waits longer without being told.
const DRAIN_S_MAX: u32 = 300;

/// How we stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shutdown {
    /// Seconds that requests in flight get to finish, 1 to 300.
    pub drain_s: u32,
}

impl Shutdown {
    /// The same as a duration.
    #[must_use]
    pub fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_s.into())
    }
}

pub(super) fn read(section: &mut Section<'_>) -> Option<Shutdown> {
    Some(Shutdown { drain_s: section.number("drain_s", DRAIN_S, 1..=DRAIN_S_MAX)? })
}
