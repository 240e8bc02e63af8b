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

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::{
        event::{Data, Deleted},
        operator::testing::{next, standing, standing_with},
        testing::decision::{Told, colleague, difference, hours},
    };

    #[test]
    fn a_deletion_takes_connections_and_windows_along_and_says_when_it_is_final() {
        for status in [Status::Draft, Status::Suspended] {
            let before = standing_with(status, |fields| fields.receipts_until = Some(hours(5)));
            let change = delete(&before, &[], 30, &colleague(hours(1))).unwrap();
            let purge_after = hours(1 + 30 * 24);
            let after = next(&before, hours(1), |fields| {
                fields.status = Status::Deleted;
                fields.receipts_until = None;
                fields.deleted_at = Some(hours(1));
                fields.purge_after = Some(purge_after);
            });
            let code = before.code.clone();
            let told = Deleted { id: before.id, code, deleted_at: hours(1), purge_after };
            let differences = vec![difference("status", json!(status), json!("deleted"))];
            let told = Told {
                name: ChangeName::OperatorDelete,
                expects: vec![Expect::Version(before.id, 1).into(), Expect::NotTargeted(before.id).into()],
                writes: vec![
                    Write::Put(after).into(),
                    Write::DeleteConnections(before.id, hours(1)).into(),
                    Write::CancelMaintenances(before.id, Stamped { at: hours(1), by: "colleague".into() })
                        .into(),
                ],
                events: vec![(before.id, Data::Deleted(told))],
                audit: vec![(ChangeName::OperatorDelete, Some(before.id), before.id.into(), differences)],
                moves_view: true,
            };
            told.is(&change, hours(1));
        }
    }

    #[test]
    fn what_takes_traffic_or_is_a_target_is_not_deleted() {
        for from in [Status::Active, Status::Draining, Status::Maintenance, Status::Deleted] {
            let refused = delete(&standing(from), &[], 30, &colleague(hours(1))).unwrap_err();
            assert_eq!(refused, NotDeleted::IllegalTransition { from });
        }
        let rules = [RuleId::from(Uuid::from_u128(1)), RuleId::from(Uuid::from_u128(2))];
        let refused = delete(&standing(Status::Suspended), &rules, 30, &colleague(hours(1))).unwrap_err();
        assert_eq!(refused, NotDeleted::InUse { rules: rules.into() });
    }
}
