//! Restoring a deleted operator: suspended, with exactly the connections that were deleted with it, disabled. Whether its
//! names and accounts are still free is the database's to say.

use super::{Expect, Operator, Stamped, Status, Write};
use crate::{
    Change, Stamp,
    audit::{AuditEntry, Difference},
    change::ChangeName,
    event::{Changed, Event},
};

/// Why an operator is not restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotRestored {
    /// It is not deleted.
    #[error("an operator that is {from} is not deleted")]
    NotDeleted {
        /// Where it stands.
        from: Status,
    },
    /// Its time is over: secrets and contacts are erased, or about to be.
    #[error("the time for a restore is over")]
    TooLate,
}

/// The restored operator.
///
/// # Errors
/// [`NotRestored`].
pub fn restore(operator: &Operator, stamp: &Stamp) -> Result<(Operator, Change), NotRestored> {
    let (Status::Deleted, Some(deleted_at)) = (operator.status, operator.deleted_at) else {
        return Err(NotRestored::NotDeleted { from: operator.status });
    };
    let too_late = operator.purge_after.is_some_and(|after| after <= stamp.at());
    if too_late || operator.erased_at.is_some() {
        return Err(NotRestored::TooLate);
    }
    let next = operator.changed(stamp, |fields| {
        fields.status = Status::Suspended;
        fields.status_reason = None;
        fields.deleted_at = None;
        fields.purge_after = None;
    });
    let mut mint = stamp.mint();
    let change = Change::new(ChangeName::OperatorRestore, stamp)
        .expect(Expect::Restorable(operator.id, operator.version))
        .write(Write::Put(next.clone()))
        .write(Write::RestoreConnections(operator.id, deleted_at, Stamped::of(stamp)))
        .event(Event::updated(mint.id(), next.id, vec![Changed::restored()], Some(&next)))
        .audit(
            AuditEntry::about_operator(mint.id(), ChangeName::OperatorRestore, &next, stamp)
                .with(Difference::between("status", &operator.status, &next.status)),
        )
        .moving_view();
    Ok((next, change))
}
