//! The state of an operator, from the states of its connections that count.

use super::State;

/// No connection: unknown. All down: down. All healthy: healthy. Any that works at all: degraded. Otherwise stale, when
/// any is stale, or unknown.
#[must_use]
pub fn operator_state(connections: &[State]) -> State {
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
            assert_eq!(operator_state(connections), expected, "{connections:?}");
        }
    }
}
