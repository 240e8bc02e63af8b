//! Giving up a staged credential, so that another can be staged.

use super::{Credential, Stage, activate::moved};
use crate::{Change, Stamp, change::ChangeName};

/// The move is not in the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a credential that is {from} cannot become {to}", to = Stage::Discarded)]
pub struct NotDiscarded {
    /// Where it stands.
    pub from: Stage,
}

/// The discarded credential, or nothing when it is discarded already.
///
/// # Errors
/// [`NotDiscarded`] unless it is staged.
pub fn discard(credential: &Credential, stamp: &Stamp) -> Result<Option<(Credential, Change)>, NotDiscarded> {
    match credential.stage {
        Stage::Discarded => return Ok(None),
        Stage::Staged => {}
        from @ (Stage::Active | Stage::Retired | Stage::Destroyed) => return Err(NotDiscarded { from }),
    }
    let next = Credential { stage: Stage::Discarded, ..credential.clone() };
    let change = Change::new(ChangeName::CredentialDiscard, stamp);
    Ok(Some((next.clone(), moved(change, credential, next, stamp))))
}
