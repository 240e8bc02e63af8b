//! Suspending an operator: it takes no new traffic; receipts are taken for a while. By a person, or by a drain's end.

use jiff::{SignedDuration, Timestamp};

use super::{Operator, Reason, Status, activate::status_change, drain::ahead};
use crate::{Change, Fault, Stamp, change::ChangeName, limits};

/// What a suspension is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspend {
    /// Why.
    pub reason: Reason,
    /// Until when receipts are taken; [`limits::RECEIPTS_AFTER_SUSPENSION_HOURS`] when absent.
    pub receipts_until: Option<Timestamp>,
}

/// Why an operator is not suspended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSuspended {
    /// The move is not in the table.
    #[error("an operator that is {from} cannot become {to}", to = Status::Suspended)]
    IllegalTransition {
        /// Where it stands.
        from: Status,
    },
    /// `receipts_until` is refused.
    #[error("the end of receipts is refused")]
    Invalid(Vec<Fault>),
}

/// The suspended operator, or nothing when it is suspended already.
///
/// # Errors
/// [`NotSuspended`]; the move is refused for a draft or a deleted one.
pub fn suspend(
    operator: &Operator,
    command: Suspend,
    stamp: &Stamp,
) -> Result<Option<(Operator, Change)>, NotSuspended> {
    match operator.status {
        Status::Suspended => return Ok(None),
        Status::Active | Status::Draining | Status::Maintenance => {}
        from @ (Status::Draft | Status::Deleted) => return Err(NotSuspended::IllegalTransition { from }),
    }
    let Suspend { reason, receipts_until } = command;
    ahead("/receipts_until", receipts_until, stamp).map_err(|fault| NotSuspended::Invalid(vec![fault]))?;
    let until = receipts_until.unwrap_or_else(|| receipts_end(stamp));
    Ok(Some(suspended(operator, Some(reason), until, stamp)))
}

/// The suspension that a drain ends with, when its time has come.
#[must_use]
pub fn drained(operator: &Operator, stamp: &Stamp) -> Option<(Operator, Change)> {
    let due = operator.status_until.is_some_and(|until| until <= stamp.at());
    (operator.status == Status::Draining && due)
        .then(|| suspended(operator, operator.status_reason.clone(), receipts_end(stamp), stamp))
}

/// When receipts end that nobody has said an end for.
pub(crate) fn receipts_end(stamp: &Stamp) -> Timestamp {
    stamp.at() + SignedDuration::from_hours(limits::RECEIPTS_AFTER_SUSPENSION_HOURS)
}

fn suspended(
    operator: &Operator,
    reason: Option<Reason>,
    receipts_until: Timestamp,
    stamp: &Stamp,
) -> (Operator, Change) {
    let next = operator.changed(stamp, |fields| {
        fields.status = Status::Suspended;
        fields.status_reason = reason;
        fields.drain_reason = None;
        fields.status_until = None;
        fields.receipts_until = Some(receipts_until);
    });
    let change = Change::new(ChangeName::OperatorSuspend, stamp);
    (next.clone(), status_change(change, operator, next, stamp))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        InvalidRule as Rule,
        operator::{
            Expect,
            testing::{moved, next, standing, standing_with},
        },
        testing::{
            decision::{MOMENT, colleague, difference, hours},
            text,
        },
    };

    fn suspended(
        from: &Operator,
        receipts_until: Option<Timestamp>,
    ) -> Result<Option<(Operator, Change)>, NotSuspended> {
        suspend(from, Suspend { reason: text("fraud"), receipts_until }, &colleague(hours(1)))
    }

    #[test]
    fn a_suspension_ends_a_drain_and_takes_receipts_for_72_hours_or_as_long_as_it_is_told() {
        for status in [Status::Active, Status::Draining, Status::Maintenance] {
            let before = standing_with(status, |fields| {
                fields.drain_reason = Some(text("contract ends"));
                fields.status_until = Some(hours(5));
            });
            for (told, until) in [(None, hours(1 + 72)), (Some(hours(9)), hours(9))] {
                let (after, change) = suspended(&before, told).unwrap().unwrap();
                let suspended = next(&before, hours(1), |fields| {
                    fields.status = Status::Suspended;
                    fields.status_reason = Some(text("fraud"));
                    fields.drain_reason = None;
                    fields.status_until = None;
                    fields.receipts_until = Some(until);
                });
                assert_eq!(after, suspended);
                let differences = [
                    difference("status", json!(status), json!("suspended")),
                    difference("status_reason", json!(null), json!("fraud")),
                    difference("drain_reason", json!("contract ends"), json!(null)),
                    difference("status_until", json!(hours(5)), json!(null)),
                    difference("receipts_until", json!(null), json!(until)),
                ];
                let expects = [Expect::Version(before.id, 1)];
                moved(ChangeName::OperatorSuspend, expects, &suspended, differences).is(&change, hours(1));
            }
        }
    }

    #[test]
    fn a_draft_and_a_deleted_operator_are_not_suspended_and_nobody_is_twice() {
        assert!(suspended(&standing(Status::Suspended), None).unwrap().is_none());
        for from in [Status::Draft, Status::Deleted] {
            let refused = suspended(&standing(from), None).unwrap_err();
            assert_eq!(refused, NotSuspended::IllegalTransition { from });
            assert_eq!(refused.to_string(), format!("an operator that is {from} cannot become suspended"));
        }
    }

    #[test]
    fn receipts_end_ahead_and_within_366_days() {
        let (now, furthest) = (hours(1), hours(1 + 24 * 366));
        for good in [now + MOMENT, furthest] {
            let (after, _) = suspended(&standing(Status::Active), Some(good)).unwrap().unwrap();
            assert_eq!(after.receipts_until, Some(good));
        }
        for bad in [now, furthest + MOMENT] {
            let fault = Fault::new("/receipts_until", Rule::Range, "must lie ahead, at most 366 days");
            let refused = suspended(&standing(Status::Active), Some(bad)).unwrap_err();
            assert_eq!(refused, NotSuspended::Invalid(vec![fault]), "{bad}");
        }
    }

    #[test]
    fn a_drain_with_an_end_becomes_a_suspension_when_that_has_come() {
        let before = standing_with(Status::Draining, |fields| {
            fields.status_reason = Some(text("contract ends"));
            fields.drain_reason = Some(text("contract ends"));
            fields.status_until = Some(hours(1));
        });
        assert!(drained(&before, &colleague(hours(1) - MOMENT)).is_none());
        for at in [hours(1), hours(1) + MOMENT] {
            let (after, change) = drained(&before, &colleague(at)).unwrap();
            let receipts_until = at + SignedDuration::from_hours(72);
            let suspended = next(&before, at, |fields| {
                fields.status = Status::Suspended;
                fields.drain_reason = None;
                fields.status_until = None;
                fields.receipts_until = Some(receipts_until);
            });
            assert_eq!(after, suspended, "the reason stays");
            let differences = [
                difference("status", json!("draining"), json!("suspended")),
                difference("drain_reason", json!("contract ends"), json!(null)),
                difference("status_until", json!(hours(1)), json!(null)),
                difference("receipts_until", json!(null), json!(receipts_until)),
            ];
            let expects = [Expect::Version(before.id, 1)];
            moved(ChangeName::OperatorSuspend, expects, &suspended, differences).is(&change, at);
        }
    }

    #[test]
    fn a_drain_without_an_end_goes_on_and_one_that_a_window_interrupts_waits() {
        assert!(drained(&standing(Status::Draining), &colleague(hours(9000))).is_none());
        for status in [Status::Maintenance, Status::Active] {
            let operator = standing_with(status, |fields| fields.status_until = Some(hours(1)));
            assert!(drained(&operator, &colleague(hours(2))).is_none(), "{status}");
        }
    }
}
