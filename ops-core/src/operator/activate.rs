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
        fields.drain_reason = None;
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
        Difference::between("drain_reason", &before.drain_reason, &after.drain_reason),
        Difference::between("status_until", &before.status_until, &after.status_until),
        Difference::between("receipts_until", &before.receipts_until, &after.receipts_until),
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        operator::testing::{moved, next, ready, standing, standing_with},
        testing::{
            decision::{colleague, difference, hours},
            text,
        },
    };

    #[test]
    fn an_operator_that_becomes_active_forgets_why_and_until_when_it_was_not() {
        for (status, dependents, relies_on_readiness) in [
            (Status::Draft, ready(), true),
            (Status::Suspended, ready(), true),
            (Status::Draining, Dependents::default(), false),
        ] {
            let before = standing_with(status, |fields| {
                fields.status_reason = Some(text("CHG"));
                fields.drain_reason = Some(text("contract ends"));
                fields.status_until = Some(hours(5));
                fields.receipts_until = Some(hours(6));
            });
            let (after, change) = activate(&before, &dependents, &colleague(hours(1))).unwrap().unwrap();
            let active = next(&before, hours(1), |fields| {
                fields.status = Status::Active;
                fields.status_reason = None;
                fields.drain_reason = None;
                fields.status_until = None;
                fields.receipts_until = None;
            });
            assert_eq!(after, active);
            let mut expects = vec![Expect::NotInMaintenance(before.id), Expect::Version(before.id, 1)];
            if relies_on_readiness {
                expects.insert(0, Expect::Ready(before.id));
            }
            let differences = [
                difference("status", json!(status), json!("active")),
                difference("status_reason", json!("CHG"), json!(null)),
                difference("drain_reason", json!("contract ends"), json!(null)),
                difference("status_until", json!(hours(5)), json!(null)),
                difference("receipts_until", json!(hours(6)), json!(null)),
            ];
            moved(ChangeName::OperatorActivate, expects, &active, differences).is(&change, hours(1));
        }
    }

    #[test]
    fn nobody_is_activated_who_is_not_ready_or_from_where_no_move_leads_there() {
        let not_ready = || {
            let list = readiness(&standing(Status::Draft), &Dependents::default());
            assert!(!list.ready);
            Some(NotActivated::NotReady(list))
        };
        let illegal = |from| Some(NotActivated::IllegalTransition { from });
        let window = |from| Some(NotActivated::InMaintenance { from });
        let in_window = || Dependents { in_maintenance: true, ..ready() };
        for (status, dependents, refused) in [
            (Status::Active, Dependents::default(), None),
            (Status::Active, in_window(), None),
            (Status::Draft, Dependents::default(), not_ready()),
            (Status::Suspended, Dependents::default(), not_ready()),
            (Status::Maintenance, ready(), illegal(Status::Maintenance)),
            (Status::Deleted, ready(), illegal(Status::Deleted)),
            (Status::Deleted, in_window(), illegal(Status::Deleted)),
            (Status::Draft, in_window(), window(Status::Draft)),
            (Status::Suspended, in_window(), window(Status::Suspended)),
            (Status::Draining, in_window(), window(Status::Draining)),
            (Status::Maintenance, in_window(), window(Status::Maintenance)),
        ] {
            let found = activate(&standing(status), &dependents, &colleague(hours(1)));
            match refused {
                Some(refused) => assert_eq!(found.unwrap_err(), refused, "{status}"),
                None => assert!(found.unwrap().is_none(), "one that is active stays as it is"),
            }
        }
        let message = NotActivated::IllegalTransition { from: Status::Deleted }.to_string();
        assert_eq!(message, "an operator that is deleted cannot become active");
    }
}
