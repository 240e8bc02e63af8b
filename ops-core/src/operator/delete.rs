//! Deleting an operator, softly: from draft or suspended, when no rule targets it; its connections go with it.

use jiff::SignedDuration;

use super::{Expect, Operator, Stamped, Status, Write};
use crate::{
    Change, Stamp,
    audit::{AuditEntry, Difference},
    change::ChangeName,
    event::Event,
    id::RuleId,
};

/// Why an operator is not deleted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotDeleted {
    /// The move is not in the table.
    #[error("an operator that is {from} cannot be deleted; suspend it first")]
    IllegalTransition {
        /// Where it stands.
        from: Status,
    },
    /// Rules target its connections.
    #[error("routing rules target this operator; delete or retarget them first")]
    InUse {
        /// Some of these rules.
        rules: Vec<RuleId>,
    },
}

/// The deletion. `kept_days` later it cannot be restored any more.
///
/// # Errors
/// [`NotDeleted`].
pub fn delete(
    operator: &Operator,
    targeting_rules: &[RuleId],
    kept_days: u32,
    stamp: &Stamp,
) -> Result<Change, NotDeleted> {
    match operator.status {
        Status::Draft | Status::Suspended => {}
        from => return Err(NotDeleted::IllegalTransition { from }),
    }
    if !targeting_rules.is_empty() {
        return Err(NotDeleted::InUse { rules: targeting_rules.to_vec() });
    }
    let purge_after = stamp.at() + SignedDuration::from_hours(24 * i64::from(kept_days));
    let next = operator.changed(stamp, |fields| {
        fields.status = Status::Deleted;
        fields.receipts_until = None;
        fields.deleted_at = Some(stamp.at());
        fields.purge_after = Some(purge_after);
    });
    let mut mint = stamp.mint();
    let event = Event::deleted(mint.id(), &next, stamp.at(), purge_after);
    let entry = AuditEntry::about_operator(mint.id(), ChangeName::OperatorDelete, &next, stamp)
        .with(Difference::between("status", &operator.status, &next.status));
    Ok(Change::new(ChangeName::OperatorDelete, stamp)
        .expect(Expect::Version(operator.id, operator.version))
        .expect(Expect::NotTargeted(operator.id))
        .write(Write::Put(next))
        .write(Write::DeleteConnections(operator.id, stamp.at()))
        .write(Write::CancelMaintenances(operator.id, Stamped::of(stamp)))
        .event(event)
        .audit(entry)
        .moving_view())
}
