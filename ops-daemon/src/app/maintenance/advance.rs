//! Move the windows of an operator along with the clock.

use jiff::Timestamp;
use ops_core::{actor::Actor, id::OperatorId, maintenance::advance};

use crate::app::{App, decide::commit, operator::load_dossier, refusal::Refusal, stamp::stamp};

/// Moves what is due. Safe to run twice: what has moved is not due any more.
///
/// # Errors
/// The database's failure. Another writer who was faster is none: the windows are still due, and looked at again.
pub async fn advance(app: &App, operator: OperatorId, now: Timestamp) -> Result<(), Refusal> {
    let stamp = stamp(Actor::system("maintenance"), format!("maintenance-{}", now.as_second()), None)?;
    let calendar = super::calendar(load_dossier(&*app.store, operator).await?);
    let Some(change) = advance::advance(&calendar, &stamp) else { return Ok(()) };
    match commit(app, change, None).await {
        Ok(_) | Err(Refusal::Busy) => Ok(()),
        Err(refusal) => Err(refusal),
    }
}
