//! Suspending an operator: it takes no new traffic; receipts are taken for a while.

use jiff::SignedDuration;

use super::{Operator, Reason, Status, activate::status_change};
use crate::{Change, Stamp, change::ChangeName, limits};

/// The move is not in the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an operator that is {from} cannot become {to}", to = Status::Suspended)]
pub struct NotSuspended {
    /// Where it stands.
    pub from: Status,
}

/// The suspended operator, or nothing when it is suspended already.
///
/// # Errors
/// [`NotSuspended`] for a draft or a deleted one.
pub fn suspend(
    operator: &Operator,
    reason: Reason,
    stamp: &Stamp,
) -> Result<Option<(Operator, Change)>, NotSuspended> {
    match operator.status {
        Status::Suspended => return Ok(None),
        Status::Active | Status::Draining | Status::Maintenance => {}
        from @ (Status::Draft | Status::Deleted) => return Err(NotSuspended { from }),
    }
    let next = operator.changed(stamp, |fields| {
        fields.status = Status::Suspended;
        fields.status_reason = Some(reason);
        fields.receipts_until =
            Some(stamp.at() + SignedDuration::from_hours(limits::RECEIPTS_AFTER_SUSPENSION_HOURS));
    });
    let change = Change::new(ChangeName::OperatorSuspend, stamp);
    Ok(Some((next.clone(), status_change(change, operator, next, stamp))))
}
