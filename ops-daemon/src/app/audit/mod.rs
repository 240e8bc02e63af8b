//! The audit trail, sealed and verified.

pub mod chain;
pub mod seal;
pub mod verify;
pub mod witness;

use jiff::{SignedDuration, Timestamp};

/// How far back entries without a link are looked for by their time, beside those that follow the newest link by number.
const RECENT: SignedDuration = SignedDuration::from_mins(10);

/// Since when entries are recent.
#[must_use]
pub fn recent(now: Timestamp) -> Timestamp {
    now.saturating_sub(RECENT).unwrap_or(now)
}
