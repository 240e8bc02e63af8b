//! Moving windows along with the clock, and the operator with them. Every decision about windows ends here, so that a
//! window that is made, moved or cancelled takes effect in the same change.
//!
//! An operator moves when a window *enters* a phase, and not because it is in one: a person who has activated it during a
//! drain, or suspended it during a window, is not overruled a second later.

use std::collections::BTreeMap;

use super::{Calendar, Expect, Maintenance, Phase, Write};
use crate::{
    Change, Stamp,
    audit::{AuditEntry, Difference},
    change::ChangeName,
    event::{Changed, Event},
    operator::{self, Operator, Reason, Status, activate::status_differences, readiness::readiness, suspend},
    stamp::Mint,
};

/// What the clock has moved, or nothing.
#[must_use]
pub fn advance(calendar: &Calendar, stamp: &Stamp) -> Option<Change> {
    let due = calendar.open.iter().any(|window| window.due_at().is_some_and(|due| due <= stamp.at()));
    due.then(|| settle(calendar, None, ChangeName::MaintenanceAdvance, stamp.mint(), stamp).1)
}

/// A window that a person has made or changed.
pub(super) struct Edit {
    pub(super) window: Maintenance,
    pub(super) differences: Vec<Difference>,
}

/// A window before and after.
struct Step<'a> {
    before: Option<&'a Maintenance>,
    after: Maintenance,
    differences: Vec<Difference>,
    /// Whether a person did it.
    edited: bool,
}

/// All open windows as they are at the stamp's time, with `edit` applied, and the change that makes it so.
pub(super) fn settle(
    calendar: &Calendar,
    edit: Option<Edit>,
    name: ChangeName,
    mut mint: Mint<'_>,
    stamp: &Stamp,
) -> (Vec<Maintenance>, Change) {
    let operator = &calendar.operator;
    let mut steps = steps(calendar, edit);
    steps.iter_mut().for_each(|step| step.follow_the_clock(stamp));
    let moves = Moves::of(&steps);
    let next = next(calendar, &moves, stamp);

    let open = calendar.open.iter().map(|window| (window.id, window.version)).collect();
    let mut change = Change::new(name, stamp)
        .expect(Expect::Open(operator.id, open))
        .expect(operator::Expect::Version(operator.id, operator.version));
    change.moves_view = next.is_some() || steps.iter().any(Step::moves_its_connection);
    let mut changed = Vec::new();
    for step in &steps {
        if step.before == Some(&step.after) {
            continue;
        }
        change = change.write(match step.before {
            None => Write::Insert(step.after.clone()),
            Some(_) => Write::Put(step.after.clone()),
        });
        if !step.differences.is_empty() {
            changed.push(Changed::maintenance(step.after.id));
            let action = if step.edited { name } else { ChangeName::MaintenanceAdvance };
            let entry = AuditEntry::new(mint.id(), action, Some(operator.id), step.after.id, stamp);
            change = change.audit(entry.with(step.differences.iter().cloned()));
        }
    }
    if let Some(next) = &next {
        changed.push(Changed::status());
        if operator.status == Status::Maintenance && next.status == Status::Active {
            change = change.expect(operator::Expect::Ready(operator.id));
        }
        let entry = AuditEntry::about_operator(mint.id(), ChangeName::MaintenanceAdvance, next, stamp);
        change = change
            .write(operator::Write::Put(next.clone()))
            .audit(entry.with(status_differences(operator, next)));
    }
    let change = change.event(Event::updated(mint.id(), operator.id, changed, next.as_ref()));
    (steps.into_iter().map(|step| step.after).collect(), change)
}

fn steps(calendar: &Calendar, edit: Option<Edit>) -> Vec<Step<'_>> {
    let mut before: BTreeMap<_, _> = calendar.open.iter().map(|window| (window.id, window)).collect();
    let edited = edit.map(|Edit { window, differences }| {
        let before = before.remove(&window.id);
        Step { before, after: window, differences, edited: true }
    });
    let others = before.into_values().map(|window| Step {
        before: Some(window),
        after: window.clone(),
        differences: Vec::new(),
        edited: false,
    });
    edited.into_iter().chain(others).collect()
}

impl Step<'_> {
    fn follow_the_clock(&mut self, stamp: &Stamp) {
        let from = self.after.phase;
        if !from.is_open() {
            return;
        }
        let to = self.after.phase_at(stamp.at());
        let Some(difference) = Difference::between("phase", &from, &to) else { return };
        self.differences.push(difference);
        if !self.edited {
            self.after = self.after.changed(stamp, |_| {});
        }
        self.after.0.phase = to;
        self.after.0.ended_at = (to == Phase::Ended).then(|| stamp.at());
    }

    fn was(&self, phase: Phase) -> bool {
        self.before.is_some_and(|before| before.phase == phase)
    }

    fn is(&self, phase: Phase) -> bool {
        self.after.phase == phase
    }

    /// Whether new traffic of its connection begins or ends with it.
    fn moves_its_connection(&self) -> bool {
        let stops = |window: &Maintenance| matches!(window.phase, Phase::Draining | Phase::Running);
        !self.after.is_of_operator() && self.before.is_some_and(stops) != stops(&self.after)
    }
}

/// What the windows of the whole operator do.
struct Moves {
    begins: Option<Reason>,
    drain_begins: Option<Reason>,
    was_running: bool,
    is_running: bool,
    was_draining: bool,
    is_draining: bool,
}

impl Moves {
    fn of(steps: &[Step<'_>]) -> Self {
        let whole: Vec<_> = steps.iter().filter(|step| step.after.is_of_operator()).collect();
        let any = |holds: &dyn Fn(&Step<'_>) -> bool| whole.iter().any(|step| holds(step));
        let entered = |phase| {
            let entering = whole.iter().find(|step| step.is(phase) && !step.was(phase));
            entering.map(|step| step.after.reason.clone())
        };
        Self {
            begins: entered(Phase::Running),
            drain_begins: entered(Phase::Draining),
            was_running: any(&|step| step.was(Phase::Running)),
            is_running: any(&|step| step.is(Phase::Running)),
            was_draining: any(&|step| step.was(Phase::Draining)),
            is_draining: any(&|step| step.is(Phase::Draining)),
        }
    }
}

/// The operator after these moves, when it moves: only one that is active, draining or in maintenance does.
fn next(calendar: &Calendar, moves: &Moves, stamp: &Stamp) -> Option<Operator> {
    let operator = &calendar.operator;
    match (operator.status, &moves.begins, &moves.drain_begins) {
        (Status::Active | Status::Draining, Some(reason), _) => {
            Some(operator.moved(Status::Maintenance, Some(reason.clone()), stamp))
        }
        (Status::Active, None, Some(reason)) => {
            Some(operator.moved(Status::Draining, Some(reason.clone()), stamp))
        }
        // a person's drain is no window's to end
        (Status::Draining, None, _)
            if moves.was_draining && !moves.is_draining && operator.drain_reason.is_none() =>
        {
            Some(operator.moved(Status::Active, None, stamp))
        }
        (Status::Maintenance, _, _) if moves.was_running && !moves.is_running => {
            Some(after_the_last_window(calendar, moves, stamp))
        }
        _ => None,
    }
}

fn after_the_last_window(calendar: &Calendar, moves: &Moves, stamp: &Stamp) -> Operator {
    let operator = &calendar.operator;
    let reason = operator.status_reason.clone();
    if operator.drain_reason.is_some() {
        operator.moved(Status::Draining, operator.drain_reason.clone(), stamp)
    } else if moves.is_draining {
        operator.moved(Status::Draining, reason, stamp)
    } else if readiness(operator, &calendar.dependents).ready {
        operator.moved(Status::Active, None, stamp)
    } else {
        let suspended = operator.moved(Status::Suspended, reason, stamp);
        suspended.with_receipts_until(suspend::receipts_end(stamp))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{
        super::testing::{World, next as window_next, told},
        *,
    };
    use crate::{
        operator::testing::next as operator_next,
        testing::{
            decision::{MOMENT, colleague, difference},
            text,
        },
    };

    const ADVANCE: ChangeName = ChangeName::MaintenanceAdvance;

    #[test]
    fn nothing_is_due_a_moment_before_the_drain_and_something_is_at_it() {
        let mut world = World::of(Status::Active);
        world.plan(60, 120, 600);
        assert!(advance(&world.calendar, &colleague(World::at(50) - MOMENT)).is_none());
        assert!(advance(&world.calendar, &colleague(World::at(50))).is_some());
        assert!(advance(&World::of(Status::Active).calendar, &colleague(World::at(50))).is_none());
    }

    #[test]
    fn each_step_of_the_clock_tells_the_window_and_the_operator() {
        let mut world = World::of(Status::Active);
        let id = world.plan(60, 120, 600);
        let reason = || json!("CHG");
        for (minute, phase, status, reasons) in [
            (50, Phase::Draining, Status::Draining, Some((json!(null), reason()))),
            (60, Phase::Running, Status::Maintenance, None),
            (120, Phase::Ended, Status::Active, Some((reason(), json!(null)))),
        ] {
            let (calendar, before, now) = (world.calendar.clone(), world.window(id), World::at(minute));
            world.until(minute);
            let window = window_next(&before, now, |fields| {
                fields.phase = phase;
                fields.ended_at = (phase == Phase::Ended).then_some(now);
            });
            let operator = operator_next(&calendar.operator, now, |fields| {
                fields.status = status;
                fields.status_reason = (status != Status::Active).then(|| text("CHG"));
            });
            let mut moved = vec![difference("status", json!(calendar.operator.status), json!(status))];
            moved.extend(reasons.map(|(old, new)| difference("status_reason", old, new)));
            let line = difference("phase", json!(before.phase), json!(phase));
            let put = (Write::Put(window), ADVANCE, vec![line]);
            let mut told = told(ADVANCE, &calendar, vec![put], Some((operator, moved)));
            if phase == Phase::Ended {
                told.expects.push(operator::Expect::Ready(calendar.operator.id).into());
            }
            told.is(world.changes.last().unwrap(), now);
        }
    }

    #[test]
    fn what_the_clock_moves_while_a_person_edits_is_put_down_to_the_clock() {
        let mut world = World::of(Status::Active);
        let (due, edited) = (world.plan(10, 20, 0), world.plan(30, 40, 0));
        world.minute = 10;
        let (calendar, now) = (world.calendar.clone(), World::at(10));
        let before = world.window(edited);
        world.cancel(edited);
        let cancelled = window_next(&before, now, |fields| {
            fields.phase = Phase::Cancelled;
            fields.ended_at = Some(now);
        });
        let begun = calendar.open.iter().find(|window| window.id == due).unwrap();
        let running = window_next(begun, now, |fields| fields.phase = Phase::Running);
        let operator = operator_next(&calendar.operator, now, |fields| {
            fields.status = Status::Maintenance;
            fields.status_reason = Some(text("CHG"));
        });
        let name = ChangeName::MaintenanceCancel;
        let phase = |to: Phase| vec![difference("phase", json!("planned"), json!(to))];
        let windows = vec![
            (Write::Put(cancelled), name, phase(Phase::Cancelled)),
            (Write::Put(running), ADVANCE, phase(Phase::Running)),
        ];
        let moved = vec![
            difference("status", json!("active"), json!("maintenance")),
            difference("status_reason", json!(null), json!("CHG")),
        ];
        told(name, &calendar, windows, Some((operator, moved))).is(world.changes.last().unwrap(), now);
    }

    #[test]
    fn a_suspension_after_a_window_keeps_its_reason_and_says_until_when_receipts_are_taken() {
        let mut world = World::of(Status::Active);
        let id = world.plan(0, 60, 0);
        world.calendar.dependents.connections.clear();
        let (calendar, before, now) = (world.calendar.clone(), world.window(id), World::at(60));
        world.until(60);
        let ended = window_next(&before, now, |fields| {
            fields.phase = Phase::Ended;
            fields.ended_at = Some(now);
        });
        let receipts_until = World::at(60 + 72 * 60);
        let operator = operator_next(&calendar.operator, now, |fields| {
            fields.status = Status::Suspended;
            fields.receipts_until = Some(receipts_until);
        });
        let moved = vec![
            difference("status", json!("maintenance"), json!("suspended")),
            difference("receipts_until", json!(null), json!(receipts_until)),
        ];
        let put = (Write::Put(ended), ADVANCE, vec![difference("phase", json!("running"), json!("ended"))]);
        told(ADVANCE, &calendar, vec![put], Some((operator, moved))).is(world.changes.last().unwrap(), now);
    }

    #[test]
    fn a_persons_drain_comes_back_after_a_window_with_its_own_reason() {
        let mut world = World::of(Status::Active);
        world.drain("contract ends", None);
        let id = world.plan(0, 10, 0);
        let (calendar, before, now) = (world.calendar.clone(), world.window(id), World::at(10));
        assert_eq!((calendar.operator.status, world.until(10)), (Status::Maintenance, Status::Draining));
        let ended = window_next(&before, now, |fields| {
            fields.phase = Phase::Ended;
            fields.ended_at = Some(now);
        });
        let operator = operator_next(&calendar.operator, now, |fields| {
            fields.status = Status::Draining;
            fields.status_reason = Some(text("contract ends"));
        });
        let moved = vec![
            difference("status", json!("maintenance"), json!("draining")),
            difference("status_reason", json!("CHG"), json!("contract ends")),
        ];
        let put = (Write::Put(ended), ADVANCE, vec![difference("phase", json!("running"), json!("ended"))]);
        told(ADVANCE, &calendar, vec![put], Some((operator, moved))).is(world.changes.last().unwrap(), now);
    }
}
