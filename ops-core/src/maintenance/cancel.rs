//! Cancelling a window; one that is running ends at once.

use super::{
    Calendar, Maintenance, Phase,
    advance::{Edit, settle},
};
use crate::{Change, Stamp, audit::Difference, change::ChangeName};

/// It is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a window that is {from} cannot be cancelled any more")]
pub struct Over {
    /// How it ended.
    pub from: Phase,
}

/// The change that calls the window off.
///
/// # Errors
/// [`Over`].
pub fn cancel(calendar: &Calendar, window: &Maintenance, stamp: &Stamp) -> Result<Change, Over> {
    let to = match window.phase {
        Phase::Planned | Phase::Draining => Phase::Cancelled,
        Phase::Running => Phase::Ended,
        from @ (Phase::Ended | Phase::Cancelled) => return Err(Over { from }),
    };
    let next = window.changed(stamp, |fields| {
        fields.phase = to;
        fields.ended_at = Some(stamp.at());
    });
    let differences = Difference::between("phase", &window.phase, &next.phase).into_iter().collect();
    let edit = Edit { window: next, differences };
    Ok(settle(calendar, Some(edit), ChangeName::MaintenanceCancel, stamp.mint(), stamp).1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{
        super::testing::{World, next, told},
        *,
    };
    use crate::{
        maintenance::Write,
        operator::{self, Status},
        testing::decision::difference,
    };

    #[test]
    fn a_window_ahead_is_cancelled_and_a_running_one_ends_at_once() {
        for (minute, phase, to, operator, becomes) in [
            (0, Phase::Planned, Phase::Cancelled, Status::Active, None),
            (50, Phase::Draining, Phase::Cancelled, Status::Draining, Some(Status::Active)),
            (60, Phase::Running, Phase::Ended, Status::Maintenance, Some(Status::Active)),
        ] {
            let mut world = World::of(Status::Active);
            let id = world.plan(60, 120, 600);
            assert_eq!(world.until(minute), operator);
            let (before, calendar, now) = (world.window(id), world.calendar.clone(), World::at(minute));
            assert_eq!(before.phase, phase);
            let change = cancel(&calendar, &before, &world.stamp()).unwrap();
            let after = next(&before, now, |fields| {
                fields.phase = to;
                fields.ended_at = Some(now);
            });
            let moved = becomes.map(|status| {
                let after = operator::testing::next(&calendar.operator, now, |fields| {
                    fields.status = status;
                    fields.status_reason = None;
                });
                let differences = vec![
                    difference("status", json!(operator), json!(status)),
                    difference("status_reason", json!("CHG"), json!(null)),
                ];
                (after, differences)
            });
            let name = ChangeName::MaintenanceCancel;
            let put = (Write::Put(after), name, vec![difference("phase", json!(phase), json!(to))]);
            let mut told = told(name, &calendar, vec![put], moved);
            if phase == Phase::Running {
                told.expects.push(operator::Expect::Ready(calendar.operator.id).into());
            }
            told.is(&change, now);
        }
    }

    #[test]
    fn what_is_over_is_not_cancelled() {
        let mut world = World::of(Status::Active);
        let (ended, cancelled) = (world.plan(10, 20, 0), world.plan(30, 40, 0));
        world.cancel(cancelled);
        world.until(20);
        for (id, from) in [(ended, Phase::Ended), (cancelled, Phase::Cancelled)] {
            let stamp = world.stamp();
            let refused = cancel(&world.calendar, &world.window(id), &stamp).unwrap_err();
            assert_eq!(refused, Over { from });
            assert_eq!(refused.to_string(), format!("a window that is {from} cannot be cancelled any more"));
        }
    }
}
