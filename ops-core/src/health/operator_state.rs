//! The state of an operator, from the states of its connections that count.

use super::State;
use crate::connection::Status;

/// Whether a connection counts: one that says so of itself, unless it is disabled, which is our own doing.
#[must_use]
pub fn counts(status: Status, counts_for_operator: bool) -> bool {
    counts_for_operator && status != Status::Disabled
}

/// Of connections, whether each [`counts`] and its state. None that counts: unknown. All down: down. All healthy: healthy. Any
/// that works at all: degraded. Otherwise stale, when any is stale, or unknown.
#[must_use]
pub fn operator_state(connections: impl IntoIterator<Item = (bool, State)>) -> State {
    let connections: Vec<State> =
        connections.into_iter().filter_map(|(counts, state)| counts.then_some(state)).collect();
    let all = |state| connections.iter().all(|connection| *connection == state);
    let works = |state: &State| matches!(state, State::Healthy | State::Degraded | State::Probation);
    if connections.is_empty() {
        State::Unknown
    } else if all(State::Down) {
        State::Down
    } else if all(State::Healthy) {
        State::Healthy
    } else if connections.iter().any(works) {
        State::Degraded
    } else if connections.contains(&State::Stale) {
        State::Stale
    } else {
        State::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_of_an_operator_follows_from_its_connections() {
        use State::{Degraded, Down, Healthy, Probation, Stale, Unknown};
        for (connections, expected) in [
            (&[][..], Unknown),
            (&[Unknown], Unknown),
            (&[Healthy], Healthy),
            (&[Healthy, Healthy], Healthy),
            (&[Down, Down], Down),
            (&[Healthy, Down], Degraded),
            (&[Healthy, Unknown], Degraded),
            (&[Healthy, Stale], Degraded),
            (&[Degraded, Degraded], Degraded),
            (&[Probation, Down], Degraded),
            (&[Stale, Down], Stale),
            (&[Stale, Unknown], Stale),
            (&[Unknown, Down], Unknown),
        ] {
            let counted = connections.iter().map(|state| (true, *state));
            assert_eq!(operator_state(counted), expected, "{connections:?}");
        }
    }

    #[test]
    fn what_does_not_count_changes_nothing() {
        assert_eq!(operator_state([(false, State::Down), (true, State::Healthy)]), State::Healthy);
        assert_eq!(operator_state([(false, State::Down)]), State::Unknown);
    }

    #[test]
    fn a_connection_counts_when_it_says_so_and_is_not_disabled() {
        for (status, counted) in
            [(Status::Enabled, true), (Status::Draining, true), (Status::Disabled, false)]
        {
            assert_eq!((counts(status, true), counts(status, false)), (counted, false), "{status}");
        }
    }
}
