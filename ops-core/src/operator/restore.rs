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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::{
        event::{Data, OperatorView, Updated},
        operator::testing::{next, standing, standing_with},
        testing::{
            decision::{MOMENT, Told, colleague, difference, hours},
            text,
        },
    };

    fn deleted(purge_after: Option<Timestamp>, erased_at: Option<Timestamp>) -> Operator {
        standing_with(Status::Deleted, |fields| {
            fields.status_reason = Some(text("fraud"));
            fields.deleted_at = Some(hours(0));
            fields.purge_after = purge_after;
            fields.erased_at = erased_at;
        })
    }

    #[test]
    fn a_restored_operator_is_suspended_and_gets_back_what_was_deleted_with_it() {
        let before = deleted(Some(hours(1) + MOMENT), None);
        let (after, change) = restore(&before, &colleague(hours(1))).unwrap();
        let suspended = next(&before, hours(1), |fields| {
            fields.status = Status::Suspended;
            fields.status_reason = None;
            fields.deleted_at = None;
            fields.purge_after = None;
        });
        assert_eq!(after, suspended);
        let stamped = Stamped { at: hours(1), by: "colleague".into() };
        let view = Some(OperatorView::of(&suspended));
        let differences = vec![difference("status", json!("deleted"), json!("suspended"))];
        let told = Told {
            name: ChangeName::OperatorRestore,
            expects: vec![Expect::Restorable(before.id, 1).into()],
            writes: vec![
                Write::Put(suspended).into(),
                Write::RestoreConnections(before.id, hours(0), stamped).into(),
            ],
            events: vec![(
                before.id,
                Data::Updated(Updated { changes: vec![Changed::restored()], operator: view }),
            )],
            audit: vec![(ChangeName::OperatorRestore, Some(before.id), before.id.into(), differences)],
            moves_view: true,
        };
        told.is(&change, hours(1));
    }

    #[test]
    fn only_what_is_deleted_and_neither_erased_nor_about_to_be_is_restored() {
        let restored = |operator| restore(&operator, &colleague(hours(1))).map(|(after, _)| after.status);
        for from in [Status::Draft, Status::Active, Status::Draining, Status::Maintenance, Status::Suspended]
        {
            assert_eq!(restored(standing(from)), Err(NotRestored::NotDeleted { from }));
        }
        for (purge_after, erased_at, expected) in [
            (Some(hours(1) + MOMENT), None, Ok(Status::Suspended)),
            (Some(hours(1)), None, Err(NotRestored::TooLate)),
            (Some(hours(1) - MOMENT), None, Err(NotRestored::TooLate)),
            (Some(hours(9)), Some(hours(0)), Err(NotRestored::TooLate)),
            (None, Some(hours(0)), Err(NotRestored::TooLate)),
        ] {
            assert_eq!(restored(deleted(purge_after, erased_at)), expected, "{purge_after:?} {erased_at:?}");
        }
    }
}
