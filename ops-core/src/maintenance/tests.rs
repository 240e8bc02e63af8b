//! Windows over time: a small world in which the clock and people move one operator's windows.

use proptest::prelude::*;

use super::{
    testing::{World, connection, moved_to},
    *,
};
use crate::{
    operator::{
        Status,
        suspend::{self, Suspend},
    },
    testing::text,
};

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

    let mut world = World::of(Status::Active);
    world.drain("contract ends", None);
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
    world.drain("contract ends", Some(World::at(90)));
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
    world.activate();
    assert_eq!(world.until(29), Status::Active);
    assert_eq!(world.until(30), Status::Maintenance);
}

#[test]
fn a_persons_drain_is_no_windows_to_end() {
    for until in [None, Some(World::at(90))] {
        for takes_traffic_in_between in [false, true] {
            let mut world = World::of(Status::Active);
            let id = world.plan(30, 60, 3600);
            assert_eq!(world.status(), Status::Draining);
            if takes_traffic_in_between {
                world.activate();
            }
            world.drain("contract ends", until);
            world.cancel(id);
            let operator = &world.calendar.operator;
            assert_eq!((operator.status, operator.status_until), (Status::Draining, until));
            assert_eq!(operator.status_reason, Some(text("contract ends")));
        }
    }
}

#[test]
fn a_persons_drain_goes_on_after_every_window_until_a_person_moves_the_operator_on() {
    let mut world = World::of(Status::Active);
    world.plan(10, 20, 60);
    world.plan(30, 40, 60);
    world.drain("contract ends", None);
    for (minute, status) in [(10, Status::Maintenance), (20, Status::Draining), (30, Status::Maintenance)] {
        assert_eq!(world.until(minute), status);
    }
    assert_eq!(world.until(40), Status::Draining);
    assert_eq!(world.calendar.operator.status_reason, Some(text("contract ends")));
    world.activate();
    world.plan(50, 60, 60);
    assert_eq!((world.until(50), world.until(60)), (Status::Maintenance, Status::Active));
}

#[test]
fn a_drain_during_a_window_gives_no_traffic_back_at_its_end() {
    let mut world = World::of(Status::Active);
    world.plan(0, 60, 0);
    world.drain("contract ends", None);
    assert_eq!((world.status(), world.until(60)), (Status::Draining, Status::Draining));
}

#[test]
fn a_window_of_a_connection_moves_the_view_and_not_the_operator() {
    let mut world = World::of(Status::Active);
    let connection = connection(&world.calendar.operator);
    let id = world.plan_of(Some(&connection), 10, 20, 60);
    for (minute, phase) in [(9, Phase::Draining), (10, Phase::Running), (20, Phase::Ended)] {
        assert_eq!((world.until(minute), world.window(id).phase), (Status::Active, phase));
        let moves = world.changes.last().unwrap().moves_view;
        assert_eq!(moves, phase != Phase::Running, "from drain to window nothing changes for traffic");
    }
}

#[test]
fn windows_of_a_connection_neither_hold_nor_free_the_operator() {
    let mut world = World::of(Status::Active);
    let connection = connection(&world.calendar.operator);
    world.plan_of(Some(&connection), 0, 100, 0);
    world.plan(10, 20, 60);
    assert_eq!((world.status(), world.until(9)), (Status::Active, Status::Draining));
    world.plan_of(Some(&connection), 15, 90, 3600);
    assert_eq!((world.until(10), world.until(20)), (Status::Maintenance, Status::Active));
    assert_eq!(world.until(100), Status::Active);

    let mut world = World::of(Status::Active);
    world.plan_of(Some(&connection), 0, 10, 0);
    world.plan(0, 20, 0);
    assert_eq!((world.until(10), world.until(20)), (Status::Maintenance, Status::Active));
}

#[test]
fn windows_of_other_things_and_those_that_are_over_do_not_merge() {
    let mut world = World::of(Status::Active);
    let connection = connection(&world.calendar.operator);
    let id = world.plan(100, 110, 0);
    let of_connection = world.plan_of(Some(&connection), 105, 130, 0);
    let cancelled = world.plan(90, 105, 0);
    world.cancel(cancelled);
    let all: Vec<_> = [id, of_connection, cancelled].map(|id| world.window(id)).into();
    assert_eq!(world.window(id).merged(&all), (World::at(100), World::at(110)));
    assert_eq!(world.window(of_connection).merged(&all), (World::at(105), World::at(130)));
}

#[test]
fn windows_that_touch_at_either_end_are_one() {
    let mut world = World::of(Status::Active);
    let [before, middle, after] =
        [(90, 100), (100, 110), (110, 120)].map(|(from, to)| world.plan(from, to, 0));
    for id in [before, middle, after] {
        assert_eq!(world.window(id).merged(&world.calendar.open), (World::at(90), World::at(120)));
    }
}

#[test]
fn a_window_is_due_when_its_phase_changes_next() {
    let mut world = World::of(Status::Active);
    let (id, cancelled) = (world.plan(60, 120, 600), world.plan(200, 210, 0));
    world.cancel(cancelled);
    for (minute, phase, due) in [
        (0, Phase::Planned, Some(50)),
        (50, Phase::Draining, Some(60)),
        (60, Phase::Running, Some(120)),
        (120, Phase::Ended, None),
    ] {
        world.until(minute);
        let window = world.window(id);
        assert_eq!((window.phase, window.due_at()), (phase, due.map(World::at)));
        assert_eq!(phase.is_open(), Phase::OPEN.contains(&phase));
    }
    assert_eq!(world.window(cancelled).due_at(), None);
}

#[test]
fn a_drain_that_has_begun_goes_on_after_the_window_before_and_ends_with_its_own() {
    let mut world = World::of(Status::Active);
    world.plan(0, 10, 0);
    let second = world.plan(20, 30, 3600);
    assert_eq!((world.status(), world.window(second).phase), (Status::Maintenance, Phase::Draining));
    assert_eq!(world.until(10), Status::Draining);
    assert_eq!(world.calendar.operator.status_reason, Some(text("CHG")));
    world.cancel(second);
    assert_eq!(world.status(), Status::Active);
}

#[test]
fn a_drain_towards_a_suspension_is_not_the_next_windows_to_end() {
    let mut world = World::of(Status::Active);
    world.drain("contract ends", Some(World::at(90)));
    world.plan(0, 10, 0);
    let second = world.plan(20, 30, 3600);
    assert_eq!(world.until(10), Status::Draining);
    world.cancel(second);
    assert_eq!(
        (world.status(), world.calendar.operator.status_until),
        (Status::Draining, Some(World::at(90)))
    );
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
