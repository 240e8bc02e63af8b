//! Looks of the judge at one operator.

use proptest::prelude::*;

use super::*;
use crate::{
    actor::Actor,
    change,
    event::Data,
    health::{
        Reason, State,
        testing::{bound_window, connection_id, health, operator_id, unreachable_window},
    },
    text_rule::Text,
};

const NOW: i64 = 1000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

fn stamp() -> Stamp {
    Stamp::new(at(NOW), Actor::system("judge"), "pass".into(), Some("00-trace".into()), [1; 16])
}

/// Connection `n` in `state`, enabled, with a sample that has just ended and no window to judge.
fn connection(n: u128, state: State) -> ConnectionInput {
    ConnectionInput {
        health: ConnectionHealth { connection_id: connection_id(n), revision: 5, ..health(state) },
        name: format!("bind-{n}"),
        status: connection::Status::Enabled,
        counts_for_operator: true,
        windows: Vec::new(),
        last_sample_end: Some(at(NOW - 1)),
        last_window_s: 30,
        all_lost_since: None,
    }
}

fn look(connections: Vec<ConnectionInput>, silence_grace: bool) -> Judged {
    let code = operator::Code::parse("acme").unwrap();
    judge(&OperatorInput { operator_id: operator_id(), code, connections }, 30, silence_grace, &stamp())
}

/// What the one connection of an operator moved to, and why.
fn moved(connection: ConnectionInput) -> Option<(State, Reason)> {
    let judged = look(vec![connection], false);
    told(&judged).map(|told| (told.connections[0].to, told.connections[0].reason))
}

fn told(judged: &Judged) -> Option<HealthChanged> {
    match &judged.change.as_ref()?.events[..] {
        [Event { data: Data::HealthChanged(changed), .. }] => Some(changed.clone()),
        other => panic!("one event of health, and not {other:?}"),
    }
}

#[test]
fn a_look_at_which_nothing_is_new_changes_nothing() {
    let judged = look(vec![connection(1, State::Healthy), connection(2, State::Down)], false);
    assert!(judged.change.is_none() && judged.progress.is_empty());
}

#[test]
fn a_connection_that_was_judged_further_without_moving_is_progress() {
    let mut healthy = connection(1, State::Healthy);
    healthy.windows = vec![bound_window(at(930)), bound_window(at(960))];
    let further =
        ConnectionHealth { bound_windows: 2, judged_through: Some(at(960)), ..healthy.health.clone() };
    let judged = look(vec![healthy, connection(2, State::Healthy)], false);
    assert!(judged.change.is_none());
    assert_eq!(judged.progress, [further]);
}

#[test]
fn the_moves_of_one_operator_are_one_change_with_one_event() {
    let mut first = connection(1, State::Unknown);
    first.windows = vec![bound_window(at(930)), bound_window(at(960))];
    let mut second = connection(2, State::Healthy);
    second.windows =
        vec![unreachable_window(at(930)), unreachable_window(at(960)), unreachable_window(at(970))];
    let mut third = connection(3, State::Healthy);
    third.windows = vec![bound_window(at(960))];
    let healthy = ConnectionHealth {
        state: State::Healthy,
        since: at(960),
        reason: Reason::Bound,
        bound_windows: 2,
        judged_through: Some(at(960)),
        revision: 6,
        ..first.health.clone()
    };
    let down = ConnectionHealth {
        state: State::Down,
        since: at(960),
        reason: Reason::NoSession,
        unreachable_windows: 3,
        judged_through: Some(at(970)),
        revision: 7,
        ..second.health.clone()
    };
    let judged = look(vec![first, second, third], false);
    let told = told(&judged).unwrap();
    let change = judged.change.unwrap();

    assert_eq!((change.name, change.at), (ChangeName::HealthTransition, at(NOW)));
    assert_eq!(change.traceparent.as_deref(), Some("00-trace"));
    let expects = [1, 2].map(|n| change::Expect::Health(Expect::Revision(connection_id(n), 5)));
    assert_eq!(change.expects, expects);
    let written: Vec<_> = change
        .writes
        .iter()
        .map(|write| match write {
            change::Write::Health(Write::Put(health)) => health,
            other => panic!("health, and not {other:?}"),
        })
        .collect();
    assert_eq!(written, [&healthy, &down]);
    assert_eq!(change.events[0].id, stamp().mint().id());
    assert_eq!(change.locked_operators(), [operator_id()]);
    assert!(change.moves_view && change.audit.is_empty());

    let moved = |n: u128, from, to, reason| ConnectionHealthChanged {
        id: connection_id(n),
        name: format!("bind-{n}"),
        from,
        to,
        reason,
        since: at(960),
    };
    let expected = HealthChanged {
        id: operator_id(),
        code: operator::Code::parse("acme").unwrap(),
        from: State::Degraded,
        to: State::Degraded,
        since: at(960),
        connections: vec![
            moved(1, State::Unknown, State::Healthy, Reason::Bound),
            moved(2, State::Healthy, State::Down, Reason::NoSession),
        ],
    };
    assert_eq!(told, expected);
    assert_eq!(judged.progress.len(), 1);
    assert_eq!(judged.progress[0].connection_id, connection_id(3));
}

#[test]
fn an_operators_state_is_as_old_as_the_latest_move_of_what_counts_for_it() {
    let moving = |n| ConnectionInput {
        windows: vec![unreachable_window(at(900 + i64::try_from(n).unwrap()))],
        ..connection(n, State::Unknown)
    };
    let aside = |n| ConnectionInput { counts_for_operator: false, ..moving(n) };
    let since = |connections| told(&look(connections, false)).map(|told| (told.from, told.to, told.since));
    let (unknown, down) = (State::Unknown, State::Down);
    assert_eq!(since(vec![moving(2), moving(1)]), Some((unknown, down, at(902))));
    assert_eq!(since(vec![moving(1), aside(9)]), Some((unknown, down, at(901))));
    // nothing counts: there is no older moment than now
    assert_eq!(since(vec![aside(9)]), Some((unknown, unknown, at(NOW))));
}

#[test]
fn what_came_and_went_within_one_look_is_told_to_nobody() {
    let mut blip = connection(1, State::Healthy);
    blip.windows = vec![unreachable_window(at(900)), bound_window(at(930)), bound_window(at(960))];
    let as_before =
        ConnectionHealth { bound_windows: 2, judged_through: Some(at(960)), ..blip.health.clone() };
    let judged = look(vec![blip], false);
    assert!(judged.change.is_none());
    assert_eq!(judged.progress, [as_before]);
}

#[test]
fn a_healthy_connection_whose_sessions_stay_lost_for_ten_seconds_is_down() {
    let lost =
        |state, seconds| ConnectionInput { all_lost_since: Some(at(NOW - seconds)), ..connection(1, state) };
    assert_eq!(moved(lost(State::Healthy, 9)), None);
    assert_eq!(moved(lost(State::Healthy, 10)), Some((State::Down, Reason::SessionsLost)));
    assert_eq!(moved(lost(State::Unknown, 99)), None);
}

#[test]
fn silence_of_three_windows_makes_stale_by_the_longer_of_both_windows() {
    let silent = |state, seconds, last_window_s| ConnectionInput {
        last_sample_end: Some(at(NOW - seconds)),
        last_window_s,
        ..connection(1, state)
    };
    let stale = Some((State::Stale, Reason::Silence));
    assert_eq!(moved(silent(State::Healthy, 90, 10)), None);
    assert_eq!(moved(silent(State::Healthy, 91, 10)), stale);
    assert_eq!(moved(silent(State::Healthy, 91, 60)), None);
    assert_eq!(moved(silent(State::Degraded, 181, 60)), stale);
    assert_eq!(moved(silent(State::Down, 999, 30)), None);
    assert_eq!(moved(silent(State::Unknown, 999, 30)), None);
}

#[test]
fn nobody_becomes_stale_while_it_was_us_who_did_not_listen_but_down_stays_down() {
    let silent = ConnectionInput { last_sample_end: Some(at(0)), ..connection(1, State::Healthy) };
    assert!(look(vec![silent.clone()], true).change.is_none());
    let lost = ConnectionInput { all_lost_since: Some(at(0)), ..silent };
    assert_eq!(told(&look(vec![lost], true)).unwrap().to, State::Down);
}

#[test]
fn a_healthy_connection_without_any_sample_left_is_stale() {
    let forgotten = |seconds| {
        let mut forgotten =
            ConnectionInput { last_sample_end: None, last_window_s: 0, ..connection(1, State::Healthy) };
        forgotten.health.since = at(NOW - seconds);
        forgotten
    };
    assert_eq!(moved(forgotten(90)), None);
    assert_eq!(moved(forgotten(91)), Some((State::Stale, Reason::Silence)));
}

#[test]
fn a_disabled_connection_is_not_judged_by_the_sessions_it_may_not_have() {
    let mut disabled = connection(1, State::Healthy);
    disabled.status = connection::Status::Disabled;
    disabled.windows = vec![unreachable_window(at(930)), unreachable_window(at(960))];
    disabled.all_lost_since = Some(at(0));
    let passed_over = ConnectionHealth { judged_through: Some(at(960)), ..disabled.health.clone() };
    let judged = look(vec![disabled], false);
    assert!(judged.change.is_none());
    assert_eq!(judged.progress, [passed_over]);
}

#[test]
fn the_rows_of_a_disabled_connection_begin_anew_and_its_mark_never_goes_back() {
    let mut disabled =
        ConnectionInput { status: connection::Status::Disabled, ..connection(1, State::Degraded) };
    (disabled.health.bound_windows, disabled.health.unreachable_windows) = (1, 1);
    disabled.health.judged_through = Some(at(930));
    let anew = ConnectionHealth { bound_windows: 0, unreachable_windows: 0, ..disabled.health.clone() };
    assert_eq!(look(vec![disabled], false).progress, [anew]);
}

#[test]
fn a_draining_connection_is_judged_and_a_disabled_one_only_becomes_stale() {
    let silent = |status| ConnectionInput {
        status,
        last_sample_end: Some(at(0)),
        all_lost_since: Some(at(0)),
        ..connection(1, State::Healthy)
    };
    let draining = silent(connection::Status::Draining);
    assert_eq!(moved(draining), Some((State::Down, Reason::SessionsLost)));
    let disabled = silent(connection::Status::Disabled);
    assert_eq!(moved(disabled), Some((State::Stale, Reason::Silence)));
}

#[test]
fn a_disabled_connection_does_not_count_for_its_operator() {
    let mut lost = connection(1, State::Healthy);
    lost.all_lost_since = Some(at(0));
    let disabled = ConnectionInput { status: connection::Status::Disabled, ..connection(2, State::Healthy) };
    let told = told(&look(vec![lost, disabled], false)).unwrap();
    assert_eq!((told.from, told.to), (State::Healthy, State::Down));
    assert_eq!(told.connections.len(), 1);
}

#[test]
fn a_window_without_a_sample_moves_the_mark_and_nothing_else() {
    let mut idle = connection(1, State::Healthy);
    idle.windows = vec![WindowSums::empty(at(960))];
    let marked = ConnectionHealth { judged_through: Some(at(960)), ..idle.health.clone() };
    let judged = look(vec![idle], false);
    assert!(judged.change.is_none());
    assert_eq!(judged.progress, [marked]);
}

prop_compose! {
    fn any_connection(n: u128)(
        state in prop::sample::select(vec![State::Unknown, State::Healthy, State::Degraded, State::Down, State::Stale]),
        windows in prop::collection::vec(any::<bool>(), 0..6),
        silent_s in 0i64..200,
        lost_s in prop::option::of(0i64..20),
    ) -> ConnectionInput {
        let window = |(i, is_bound): (i64, bool)| {
            let end = at(NOW - 300 + i * 30);
            if is_bound { bound_window(end) } else { unreachable_window(end) }
        };
        ConnectionInput {
            windows: (0..).zip(windows).map(window).collect(),
            last_sample_end: Some(at(NOW - silent_s)),
            all_lost_since: lost_s.map(|s| at(NOW - s)),
            ..connection(n, state)
        }
    }
}

proptest! {
    #[test]
    fn judging_twice_gives_the_same_and_every_connection_is_moved_or_progress_or_as_before(
        first in any_connection(1), second in any_connection(2), grace in any::<bool>(),
    ) {
        let connections = vec![first, second];
        let judged = look(connections.clone(), grace);
        prop_assert_eq!(format!("{judged:?}"), format!("{:?}", look(connections.clone(), grace)));
        let moved = told(&judged).map_or(0, |told| told.connections.len());
        prop_assert!(moved + judged.progress.len() <= connections.len());
        for progress in &judged.progress {
            let before = connections.iter().find(|c| c.health.connection_id == progress.connection_id).unwrap();
            prop_assert_eq!(before.health.state, progress.state);
            prop_assert_eq!(before.health.revision, progress.revision);
        }
    }
}
