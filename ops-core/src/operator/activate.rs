//! Activating an operator: from draft, suspended or draining, when its readiness list does not block.

use super::{
    Expect, Operator, Status, Write,
    readiness::{Dependents, Readiness, readiness},
};
use crate::{
    Change, Stamp,
    audit::{AuditEntry, Difference},
    change::ChangeName,
    event::{Changed, Event},
};

/// Why an operator is not activated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotActivated {
    /// The move is not in the table.
    #[error("an operator that is {from} cannot become {to}", to = Status::Active)]
    IllegalTransition {
        /// Where it stands.
        from: Status,
    },
    /// A planned window is running.
    #[error("a planned window is running: end it first")]
    InMaintenance {
        /// Where it stands.
        from: Status,
    },
    /// The readiness list blocks.
    #[error("the operator is not ready")]
    NotReady(Readiness),
}

/// The active operator, or nothing when it is active already.
///
/// # Errors
/// [`NotActivated`].
pub fn activate(
    operator: &Operator,
    dependents: &Dependents,
    stamp: &Stamp,
) -> Result<Option<(Operator, Change)>, NotActivated> {
    let mut change = Change::new(ChangeName::OperatorActivate, stamp);
    match operator.status {
        Status::Active => return Ok(None),
        from if dependents.in_maintenance && from != Status::Deleted => {
            return Err(NotActivated::InMaintenance { from });
        }
        Status::Draft | Status::Suspended => {
            let list = readiness(operator, dependents);
            if !list.ready {
                return Err(NotActivated::NotReady(list));
            }
            change = change.expect(Expect::Ready(operator.id));
        }
        Status::Draining => {}
        from @ (Status::Maintenance | Status::Deleted) => {
            return Err(NotActivated::IllegalTransition { from });
        }
    }
    let next = operator.changed(stamp, |fields| {
        fields.status = Status::Active;
        fields.status_reason = None;
        fields.status_until = None;
        fields.receipts_until = None;
    });
    let change = change.expect(Expect::NotInMaintenance(operator.id));
    Ok(Some((next.clone(), status_change(change, operator, next, stamp))))
}

/// What every move of the status shares: the version it relied on, the row, the event with the view, the audit entry.
pub(super) fn status_change(change: Change, before: &Operator, after: Operator, stamp: &Stamp) -> Change {
    let mut mint = stamp.mint();
    let event = Event::updated(mint.id(), after.id, vec![Changed::status()], Some(&after));
    let entry = AuditEntry::about_operator(mint.id(), change.name, &after, stamp)
        .with(status_differences(before, &after));
    change
        .expect(Expect::Version(before.id, before.version))
        .write(Write::Put(after))
        .event(event)
        .audit(entry)
        .moving_view()
}

/// What of an operator's standing is different.
pub(crate) fn status_differences(before: &Operator, after: &Operator) -> impl Iterator<Item = Difference> {
    [
        Difference::between("status", &before.status, &after.status),
        Difference::between("status_reason", &before.status_reason, &after.status_reason),
        Difference::between("status_until", &before.status_until, &after.status_until),
        Difference::between("receipts_until", &before.receipts_until, &after.receipts_until),
    ]
    .into_iter()
    .flatten()
}
