//! The state of an operator, from the states of its connections that count.

use super::State;
use crate::connection::Status;

/// A disabled connection does not count: it is our own doing. No connection: unknown. All down: down. All healthy:
/// healthy. Any that works at all: degraded. Otherwise stale, when any is stale, or unknown.
#[must_use]
pub fn operator_state(connections: impl IntoIterator<Item = (Status, State)>) -> State {
    let counts = |(status, state): (Status, State)| (status != Status::Disabled).then_some(state);
    let connections: Vec<State> = connections.into_iter().filter_map(counts).collect();
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
            let enabled = connections.iter().map(|state| (Status::Enabled, *state));
            assert_eq!(operator_state(enabled), expected, "{connections:?}");
        }
    }

    #[test]
    fn a_disabled_connection_does_not_count() {
        let connections = [(Status::Disabled, State::Down), (Status::Draining, State::Healthy)];
        assert_eq!(operator_state(connections), State::Healthy);
        assert_eq!(operator_state([(Status::Disabled, State::Down)]), State::Unknown);
    }
}
