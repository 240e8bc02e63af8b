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
    let status = next.as_ref().unwrap_or(operator).status;
    // a drain of a person, or one with an end of its own, is not one of a window
    let by_window = moves.was_drained || operator.status != Status::Draining;
    let drains = status == Status::Draining && by_window && operator.status_until.is_none();
    for step in &mut steps {
        step.after.0.drains_operator = drains && step.after.is_of_operator() && step.is(Phase::Draining);
    }

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
    was_drained: bool,
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
            was_drained: any(&|step| step.before.is_some_and(|before| before.drains_operator)),
            is_draining: any(&|step| step.is(Phase::Draining)),
        }
    }
}

/// The operator after these moves, when it moves: only one that is active, draining or in maintenance does.
fn next(calendar: &Calendar, moves: &Moves, stamp: &Stamp) -> Option<Operator> {
    let operator = &calendar.operator;
    match (operator.status, &moves.begins, &moves.drain_begins) {
        // a drain that was to end in a suspension goes on after the window: `status_until` stays
        (Status::Active | Status::Draining, Some(reason), _) => {
            Some(operator.moved(Status::Maintenance, Some(reason.clone()), stamp))
        }
        (Status::Active, None, Some(reason)) => {
            Some(operator.moved(Status::Draining, Some(reason.clone()), stamp))
        }
        (Status::Draining, None, _) if moves.was_drained && !moves.is_draining => {
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
    if operator.status_until.is_some() || moves.is_draining {
        operator.moved(Status::Draining, reason, stamp)
    } else if readiness(operator, &calendar.dependents).ready {
        operator.moved(Status::Active, None, stamp)
    } else {
        let suspended = operator.moved(Status::Suspended, reason, stamp);
        suspended.with_receipts_until(suspend::receipts_end(stamp))
    }
}
