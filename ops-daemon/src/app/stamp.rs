//! The only place that reads the clock and draws randomness.

use jiff::Timestamp;
use ops_core::{Stamp, actor::Actor};

use super::refusal::Refusal;

/// Now.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// The stamp of one request.
///
/// # Errors
/// [`Refusal::Internal`] when the system gives no randomness.
pub fn stamp(actor: Actor, request_id: String, traceparent: Option<String>) -> Result<Stamp, Refusal> {
    let mut seed = [0u8; 16];
    getrandom::fill(&mut seed).map_err(Refusal::internal)?;
    Ok(Stamp::new(now(), actor, request_id, traceparent, seed))
}
