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
    Stamp::new(at(NOW), Actor::system("judge"), "pass".into(), None, [1; 16])
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
    let judged = look(vec![healthy, connection(2, State::Healthy)], false);
    assert!(judged.change.is_none());
    assert_eq!(judged.progress.len(), 1);
    let progress = &judged.progress[0];
    assert_eq!((progress.judged_through, progress.bound_windows, progress.revision), (Some(at(960)), 2, 5));
}

#[test]
fn the_moves_of_one_operator_are_one_change_with_one_event() {
    let mut first = connection(1, State::Unknown);
    first.windows = vec![bound_window(at(930)), bound_window(at(960))];
    let mut second = connection(2, State::Healthy);
    second.windows = vec![unreachable_window(at(930)), unreachable_window(at(960))];
    let mut third = connection(3, State::Healthy);
    third.windows = vec![bound_window(at(960))];
    let judged = look(vec![first, second, third], false);
    let told = told(&judged).unwrap();
    let change = judged.change.unwrap();

    let expects = [1, 2].map(|n| change::Expect::Health(Expect::Revision(connection_id(n), 5)));
    assert_eq!(change.expects, expects);
    assert!(change.moves_view && change.audit.is_empty());
    let states: Vec<_> = change
        .writes
        .iter()
        .map(|write| match write {
            change::Write::Health(Write::Put(health)) => (health.connection_id, health.state, health.since),
            other => panic!("health, and not {other:?}"),
        })
        .collect();
    assert_eq!(
        states,
        [(connection_id(1), State::Healthy, at(960)), (connection_id(2), State::Down, at(960)),]
    );
    assert_eq!((told.from, told.to, told.since), (State::Degraded, State::Degraded, at(960)));
    assert_eq!(told.connections[1].name, "bind-2");
    assert_eq!(told.connections[1].reason, Reason::NoSession);
    assert_eq!(judged.progress.len(), 1);
}

#[test]
fn what_came_and_went_within_one_look_is_told_to_nobody() {
    let mut blip = connection(1, State::Healthy);
    blip.windows = vec![unreachable_window(at(900)), bound_window(at(930)), bound_window(at(960))];
    let before = blip.health.clone();
    let judged = look(vec![blip], false);
    assert!(judged.change.is_none());
    let progress = &judged.progress[0];
    assert_eq!((progress.revision, progress.since, progress.reason), (5, before.since, before.reason));
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
    let forgotten =
        ConnectionInput { last_sample_end: None, last_window_s: 0, ..connection(1, State::Healthy) };
    assert_eq!(moved(forgotten), Some((State::Stale, Reason::Silence)));
}

#[test]
fn a_disabled_connection_is_not_judged_by_the_sessions_it_may_not_have() {
    let mut disabled = connection(1, State::Healthy);
    disabled.status = connection::Status::Disabled;
    disabled.windows = vec![unreachable_window(at(930)), unreachable_window(at(960))];
    disabled.all_lost_since = Some(at(0));
    let judged = look(vec![disabled], false);
    assert!(judged.change.is_none());
    assert_eq!(judged.progress[0].judged_through, Some(at(960)));
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
    let judged = look(vec![idle], false);
    assert!(judged.change.is_none());
    assert_eq!((judged.progress[0].judged_through, judged.progress[0].bound_windows), (Some(at(960)), 0));
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
