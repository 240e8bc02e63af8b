//! Windows over time: a small world in which the clock and people move one operator's windows.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{advance::advance, cancel, create, update, *};
use crate::{
    Change,
    change::Write as AnyWrite,
    operator::{
        self, Status, activate,
        drain::{self, Drain},
        readiness::ConnectionReadiness,
        suspend::{self, Suspend},
    },
    testing::{stamp, stamp_at, text},
};

/// An operator and its windows, as a store would keep them.
struct World {
    calendar: Calendar,
    over: Vec<Maintenance>,
    minute: i64,
    changes: Vec<Change>,
    seed: u8,
}

impl World {
    fn of(status: Status) -> Self {
        let ready = ConnectionReadiness {
            status: crate::connection::Status::Enabled,
            has_active_credential: true,
            has_bound: true,
        };
        let dependents = Dependents { connections: vec![ready], ..Dependents::default() };
        let operator = operator::testing::standing(status);
        let calendar = Calendar { operator, open: Vec::new(), dependents };
        Self { calendar, over: Vec::new(), minute: 0, changes: Vec::new(), seed: 10 }
    }

    fn at(minute: i64) -> Timestamp {
        stamp(1).at() + SignedDuration::from_mins(minute)
    }

    fn stamp(&mut self) -> crate::Stamp {
        self.seed = self.seed.wrapping_add(1);
        stamp_at(Self::at(self.minute), self.seed)
    }

    fn keep(&mut self, change: Change) {
        for write in &change.writes {
            match write {
                AnyWrite::Operator(operator::Write::Put(operator)) => {
                    self.calendar.operator = operator.clone();
                }
                AnyWrite::Maintenance(Write::Insert(window) | Write::Put(window)) => {
                    self.calendar.open.retain(|open| open.id != window.id);
                    let list = if window.phase.is_open() { &mut self.calendar.open } else { &mut self.over };
                    list.push(window.clone());
                }
                other => panic!("unexpected {other:?}"),
            }
        }
        self.changes.push(change);
    }

    /// The clock goes on, and the task looks.
    fn until(&mut self, minute: i64) -> Status {
        self.minute = minute;
        let stamp = self.stamp();
        if let Some(change) = advance(&self.calendar, &stamp) {
            self.keep(change);
        }
        self.status()
    }

    fn plan(&mut self, from: i64, to: i64, drain_s: i64) -> MaintenanceId {
        let command = create::Create {
            starts_at: Some(Self::at(from)),
            ends_at: Self::at(to),
            reason: text("CHG"),
            reference: None,
            drain_s: DrainSeconds::parse(drain_s).unwrap(),
        };
        let stamp = self.stamp();
        let (window, change) = create::create(&self.calendar, None, command, &stamp).unwrap();
        self.keep(change);
        window.id
    }

    fn window(&self, id: MaintenanceId) -> Maintenance {
        self.calendar.open.iter().chain(&self.over).find(|window| window.id == id).unwrap().clone()
    }

    fn patch(&mut self, id: MaintenanceId, command: update::Update) {
        let (window, stamp) = (self.window(id), self.stamp());
        let changed = update::update(&self.calendar, &window, command, &stamp).unwrap();
        if let Some((_, change)) = changed {
            self.keep(change);
        }
    }

    fn cancel(&mut self, id: MaintenanceId) {
        let (window, stamp) = (self.window(id), self.stamp());
        let change = cancel::cancel(&self.calendar, &window, &stamp).unwrap();
        self.keep(change);
    }

    fn status(&self) -> Status {
        self.calendar.operator.status
    }
}

fn moved_to(from: Option<i64>, to: Option<i64>) -> update::Update {
    update::Update { starts_at: from.map(World::at), ends_at: to.map(World::at), ..update::Update::default() }
}

#[test]
fn a_window_drains_begins_and_ends_by_the_clock() {
    let mut world = World::of(Status::Active);
    let id = world.plan(60, 120, 600);
    assert_eq!(world.until(49), Status::Active);
    assert_eq!(world.until(50), Status::Draining);
    assert_eq!(world.until(60), Status::Maintenance);
    assert_eq!(world.calendar.operator.status_reason, Some(text("CHG")));
    assert_eq!(world.until(119), Status::Maintenance);
    assert_eq!(world.until(120), Status::Active);
    assert_eq!(world.calendar.operator.status_reason, None);
    assert_eq!((world.window(id).phase, world.window(id).ended_at), (Phase::Ended, Some(World::at(120))));
    let last = world.changes.last().unwrap();
    assert!(last.moves_view);
    assert_eq!((last.events.len(), last.audit.len()), (1, 2));
    assert_eq!(world.until(500), Status::Active);
    assert_eq!(world.changes.len(), 4, "nothing is written when nothing is due");
}

#[test]
fn one_that_has_begun_takes_effect_with_its_creation() {
    let mut world = World::of(Status::Active);
    let id = world.plan(0, 10, 0);
    assert_eq!((world.status(), world.window(id).phase), (Status::Maintenance, Phase::Running));
    assert_eq!(world.window(id).version, 1);
}

#[test]
fn after_an_outage_the_clock_catches_up_in_one_step() {
    let mut world = World::of(Status::Active);
    let (missed, running) = (world.plan(10, 20, 60), world.plan(30, 90, 600));
    assert_eq!(world.until(50), Status::Maintenance);
    assert_eq!(world.window(missed).phase, Phase::Ended);
    assert_eq!(world.window(running).phase, Phase::Running);
    assert_eq!(world.until(200), Status::Active);
}

#[test]
fn overlapping_windows_are_one_and_each_can_be_cancelled() {
    let mut world = World::of(Status::Active);
    let (one, two) = (world.plan(10, 30, 0), world.plan(20, 60, 0));
    let merged = |world: &World, id| world.window(id).merged(&world.calendar.open);
    assert_eq!(merged(&world, one), (World::at(10), World::at(60)));
    assert_eq!(merged(&world, two), (World::at(10), World::at(60)));
    assert_eq!(world.until(10), Status::Maintenance);
    assert_eq!(world.until(30), Status::Maintenance, "the second goes on");
    world.cancel(two);
    assert_eq!(world.status(), Status::Active);
    assert_eq!(world.window(two).phase, Phase::Ended);
    // windows that touch leave no gap
    world.plan(100, 110, 0);
    world.plan(110, 120, 300);
    assert_eq!(world.until(100), Status::Maintenance);
    let before = world.changes.len();
    assert_eq!(world.until(110), Status::Maintenance);
    assert_eq!(world.changes.len(), before + 1);
    assert!(!world.changes[before].moves_view, "the operator does not move");
    assert_eq!(world.until(120), Status::Active);
}

#[test]
fn merging_reaches_over_any_number_of_windows_in_any_order() {
    let mut world = World::of(Status::Draft);
    let first = world.plan(100, 110, 0);
    for (from, to) in [(130, 140), (109, 131), (90, 100), (10, 89), (200, 210)] {
        world.plan(from, to, 0);
    }
    assert_eq!(world.window(first).merged(&world.calendar.open), (World::at(90), World::at(140)));
}

#[test]
fn a_cancelled_drain_gives_the_operator_back_and_a_persons_drain_stays() {
    let mut world = World::of(Status::Active);
    let id = world.plan(60, 120, 3600);
    assert_eq!(world.status(), Status::Draining);
    world.cancel(id);
    assert_eq!((world.status(), world.window(id).phase), (Status::Active, Phase::Cancelled));

    let mut world = World::of(Status::Draining);
    let id = world.plan(60, 120, 3600);
    world.cancel(id);
    assert_eq!(world.status(), Status::Draining);
}

#[test]
fn of_two_drains_the_last_gives_the_operator_back() {
    let mut world = World::of(Status::Active);
    let (one, two) = (world.plan(40, 50, 3600), world.plan(50, 60, 3600));
    world.cancel(one);
    assert_eq!(world.status(), Status::Draining);
    world.cancel(two);
    assert_eq!(world.status(), Status::Active);
}

#[test]
fn a_running_window_can_be_moved_longer_shorter_and_ahead() {
    let mut world = World::of(Status::Active);
    let id = world.plan(0, 60, 0);
    world.until(30);
    world.patch(id, moved_to(None, Some(90)));
    assert_eq!(world.until(60), Status::Maintenance);
    world.patch(id, moved_to(None, Some(61)));
    assert_eq!(world.until(61), Status::Active);

    let mut world = World::of(Status::Active);
    let id = world.plan(0, 60, 0);
    world.patch(id, moved_to(Some(30), None));
    assert_eq!((world.status(), world.window(id).phase), (Status::Active, Phase::Planned));
    assert_eq!(world.until(30), Status::Maintenance);
    let stamp = world.stamp();
    let refused = update::update(&world.calendar, &world.window(id), moved_to(None, Some(20)), &stamp);
    assert!(matches!(refused, Err(update::NotChanged::Invalid(_))));
}

#[test]
fn a_drain_towards_a_suspension_goes_on_after_a_window() {
    let mut world = World::of(Status::Active);
    let command = Drain { reason: text("contract ends"), until: Some(World::at(90)) };
    let stamp = world.stamp();
    let (_, change) = drain::drain(&world.calendar.operator, command, &stamp).unwrap().unwrap();
    world.keep(change);
    world.plan(30, 60, 0);
    assert_eq!(world.until(30), Status::Maintenance);
    assert_eq!(world.until(60), Status::Draining);
    assert_eq!(world.calendar.operator.status_until, Some(World::at(90)));
}

#[test]
fn an_operator_that_is_not_ready_any_more_is_suspended_after_its_window() {
    let mut world = World::of(Status::Active);
    world.plan(0, 60, 0);
    world.calendar.dependents.connections.clear();
    assert_eq!(world.until(60), Status::Suspended);
    assert_eq!(world.calendar.operator.receipts_until, Some(World::at(60 + 72 * 60)));
}

#[test]
fn a_draft_and_a_suspended_operator_only_record_their_windows() {
    for status in [Status::Draft, Status::Suspended] {
        let mut world = World::of(status);
        let id = world.plan(10, 20, 60);
        assert_eq!((world.until(10), world.window(id).phase), (status, Phase::Running));
        assert_eq!((world.until(20), world.window(id).phase), (status, Phase::Ended));
    }
}

#[test]
fn a_person_is_not_overruled_a_second_later() {
    // suspended during a window: it stays so
    let mut world = World::of(Status::Active);
    world.plan(0, 60, 0);
    let command = Suspend { reason: text("broken"), receipts_until: None };
    let stamp = world.stamp();
    let (_, change) = suspend::suspend(&world.calendar.operator, command, &stamp).unwrap().unwrap();
    world.keep(change);
    assert_eq!((world.until(1), world.until(60)), (Status::Suspended, Status::Suspended));

    // activated during a drain: it takes traffic until the window begins
    let mut world = World::of(Status::Active);
    world.plan(30, 60, 3600);
    let (dependents, stamp) = (world.calendar.dependents.clone(), world.stamp());
    let (_, change) = activate::activate(&world.calendar.operator, &dependents, &stamp).unwrap().unwrap();
    world.keep(change);
    assert_eq!(world.until(29), Status::Active);
    assert_eq!(world.until(30), Status::Maintenance);
}

#[test]
fn nobody_is_activated_during_a_window() {
    for status in [Status::Maintenance, Status::Suspended, Status::Draft] {
        let operator = operator::testing::standing(status);
        let dependents = Dependents { in_maintenance: true, ..Dependents::default() };
        let refused = activate::activate(&operator, &dependents, &stamp(1));
        assert_eq!(refused.unwrap_err(), activate::NotActivated::InMaintenance { from: status });
    }
}

#[test]
fn times_and_numbers_have_their_limits_on_both_sides() {
    let day = 24 * 60;
    let plan = |from: i64, to: i64, open: usize| {
        let mut world = World::of(Status::Draft);
        world.calendar.open = (0..open)
            .map(|_| World::of(Status::Draft))
            .map(|mut other| {
                let id = other.plan(500, 501, 0);
                other.window(id)
            })
            .collect();
        let command = create::Create {
            starts_at: Some(World::at(from)),
            ends_at: World::at(to),
            reason: text("CHG"),
            reference: None,
            drain_s: DrainSeconds::default(),
        };
        create::create(&world.calendar, None, command, &stamp(1)).is_ok()
    };
    assert!(plan(10, 11, 0) && !plan(10, 10, 0) && !plan(11, 10, 0));
    assert!(plan(10, 10 + 90 * day, 0) && !plan(10, 11 + 90 * day, 0));
    assert!(plan(-10, 1, 0) && !plan(-10, 0, 0));
    assert!(plan(10, 20, 99) && !plan(10, 20, 100));
    assert!(DrainSeconds::parse(3600).is_ok() && DrainSeconds::parse(3601).is_err());
}

#[test]
fn a_window_of_a_connection_moves_the_view_and_not_the_operator() {
    let mut world = World::of(Status::Active);
    let id = world.plan(10, 20, 60);
    for window in &mut world.calendar.open {
        window.0.connection_id = Some(uuid::Uuid::nil().into());
    }
    for (minute, phase) in [(9, Phase::Draining), (10, Phase::Running), (20, Phase::Ended)] {
        assert_eq!((world.until(minute), world.window(id).phase), (Status::Active, phase));
        let moves = world.changes.last().unwrap().moves_view;
        assert_eq!(moves, phase != Phase::Running, "from drain to window nothing changes for traffic");
    }
}

#[derive(Debug, Clone)]
enum Act {
    Plan { ahead: i64, length: i64, drain_s: i64 },
    Move { which: usize, ahead: i64, length: i64 },
    Cancel { which: usize },
    Wait { minutes: i64 },
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (-5i64..60, 1i64..60, 0i64..3600).prop_map(|(ahead, length, drain_s)| Act::Plan {
            ahead,
            length: length + 5,
            drain_s
        }),
        (0usize..8, -5i64..60, 6i64..60).prop_map(|(which, ahead, length)| Act::Move {
            which,
            ahead,
            length
        }),
        (0usize..8).prop_map(|which| Act::Cancel { which }),
        (0i64..40).prop_map(|minutes| Act::Wait { minutes }),
    ]
}

proptest! {
    /// Whatever people plan, move and cancel: while nobody moves the operator itself, it is in maintenance exactly while a
    /// window is on, and takes no new traffic before one only within its drain.
    #[test]
    fn an_operator_is_in_maintenance_exactly_while_a_window_is_on(acts in prop::collection::vec(act(), 1..40)) {
        let mut world = World::of(Status::Active);
        for act in acts {
            let now = world.minute;
            match act {
                Act::Plan { ahead, length, drain_s } => {
                    world.plan(now + ahead, now + ahead + length, drain_s);
                }
                Act::Move { which, ahead, length } => {
                    if let Some(id) = world.calendar.open.get(which).map(|window| window.id) {
                        world.patch(id, moved_to(Some(now + ahead), Some(now + ahead + length)));
                    }
                }
                Act::Cancel { which } => {
                    if let Some(id) = world.calendar.open.get(which).map(|window| window.id) {
                        world.cancel(id);
                    }
                }
                Act::Wait { minutes } => {
                    world.until(now + minutes);
                }
            }
            let now = World::at(world.minute);
            let on = world.calendar.open.iter().any(|w| w.starts_at <= now && now < w.ends_at);
            let before = world.calendar.open.iter().any(|w| w.drains_at() <= now && now < w.starts_at);
            prop_assert_eq!(world.status() == Status::Maintenance, on);
            if world.status() == Status::Draining {
                prop_assert!(before);
            }
            if !on && !before {
                prop_assert_eq!(world.status(), Status::Active);
            }
            prop_assert!(world.calendar.open.iter().all(|w| w.phase == w.phase_at(now)));
        }
        let over = world.calendar.open.iter().map(|w| w.ends_at).max();
        let minutes = over.map_or(0, |over| over.duration_since(World::at(0)).as_mins());
        let last = minutes.max(world.minute) + 1;
        prop_assert_eq!(world.until(last), Status::Active);
        prop_assert!(world.calendar.open.is_empty());
    }
}
