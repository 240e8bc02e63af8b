//! The state machine of one connection: what a window, lost sessions or silence make of its state. Pure and repeatable.

use jiff::Timestamp;

use super::{State, Verdict};
use crate::{
    id::{ConnectionId, OperatorId},
    text_rule::word_list,
};

/// Windows in a row that decide: one window alone may be a blip.
const IN_A_ROW: i64 = 2;

/// What is concluded about one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionHealth {
    /// Which connection.
    pub connection_id: ConnectionId,
    /// Whose it is.
    pub operator_id: OperatorId,
    /// How well it works.
    pub state: State,
    /// Since when: the end of the window that decided, or the moment the judge noticed.
    pub since: Timestamp,
    /// Why.
    pub reason: Reason,
    /// Bound windows in a row, up to now.
    pub bound_windows: i64,
    /// Unreachable windows in a row, up to now.
    pub unreachable_windows: i64,
    /// The end of the last window that was judged.
    pub judged_through: Option<Timestamp>,
    /// Counts changes of the state; 0 before the first.
    pub revision: i64,
}

word_list! {
    /// Why a connection is in its state.
    Reason {
        /// Nobody has observed it yet.
        NoData = "no_data",
        /// No session that can submit was bound.
        NoSession = "no_session",
        /// Every bind was refused or failed.
        BindsRefused = "binds_refused",
        /// Most messages stay without an answer.
        NoAnswer = "no_answer",
        /// The last session was lost, everywhere.
        SessionsLost = "sessions_lost",
        /// Sessions are bound.
        Bound = "bound",
        /// Connectors have gone silent.
        Silence = "silence",
    }
}

/// What may move a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// A window that ended then means this.
    Window(Timestamp, Verdict),
    /// The judge noticed then that no session can submit any more, anywhere.
    SessionsLost(Timestamp),
    /// The judge noticed then that connectors have gone silent.
    Silence(Timestamp),
}

impl ConnectionHealth {
    /// A connection that nobody has observed yet.
    #[must_use]
    pub const fn unknown(connection_id: ConnectionId, operator_id: OperatorId, since: Timestamp) -> Self {
        Self {
            connection_id,
            operator_id,
            state: State::Unknown,
            since,
            reason: Reason::NoData,
            bound_windows: 0,
            unreachable_windows: 0,
            judged_through: None,
            revision: 0,
        }
    }

    /// The same, moved to `state` (or left, when it is there already).
    fn moved(self, state: State, since: Timestamp, reason: Reason) -> Self {
        if state == self.state {
            return self;
        }
        Self { state, since, reason, revision: self.revision + 1, ..self }
    }

    /// The same, with rows of windows to be counted anew.
    const fn counting_anew(mut self) -> Self {
        self.bound_windows = 0;
        self.unreachable_windows = 0;
        self
    }

    /// Whether a window tells only of a time before the sessions were lost.
    fn is_past(&self, window_end: Timestamp) -> bool {
        self.reason == Reason::SessionsLost && window_end <= self.since
    }
}

/// What `input` makes of a connection's health: at most one change of state.
#[must_use]
pub fn step(health: &ConnectionHealth, input: Input) -> ConnectionHealth {
    let health = health.clone();
    match (input, health.state) {
        (Input::Window(end, verdict), _) => window(health, end, verdict),
        (Input::SessionsLost(at), State::Healthy) => {
            health.moved(State::Down, at, Reason::SessionsLost).counting_anew()
        }
        (Input::Silence(at), State::Healthy | State::Degraded) => {
            health.moved(State::Stale, at, Reason::Silence).counting_anew()
        }
        (Input::SessionsLost(_) | Input::Silence(_), _) => health,
    }
}

fn window(mut health: ConnectionHealth, end: Timestamp, verdict: Verdict) -> ConnectionHealth {
    health.judged_through = Some(end);
    if health.is_past(end) {
        return health;
    }
    match verdict {
        Verdict::Bound => bound(health, end),
        Verdict::Unreachable(why) => unreachable(health, end, why.into()),
    }
}

fn bound(mut health: ConnectionHealth, end: Timestamp) -> ConnectionHealth {
    health.unreachable_windows = 0;
    health.bound_windows = health.bound_windows.saturating_add(1);
    if health.bound_windows < IN_A_ROW {
        return health;
    }
    health.moved(State::Healthy, end, Reason::Bound)
}

fn unreachable(mut health: ConnectionHealth, end: Timestamp, reason: Reason) -> ConnectionHealth {
    health.bound_windows = 0;
    health.unreachable_windows = health.unreachable_windows.saturating_add(1);
    let next = match health.state {
        State::Healthy => State::Degraded,
        State::Degraded if health.unreachable_windows < IN_A_ROW => State::Degraded,
        State::Degraded | State::Unknown | State::Stale | State::Probation | State::Down => State::Down,
    };
    health.moved(next, end, reason)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::health::{Unreachable, testing::health};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    /// Lives through letters, one every 30 seconds: b a bound window, u an unreachable one, l lost sessions, s silence.
    fn live(state: State, letters: &str) -> ConnectionHealth {
        (1..)
            .zip(letters.chars())
            .fold(health(state), |health, (n, letter)| step(&health, input(letter, at(n * 30))))
    }

    fn input(letter: char, at: Timestamp) -> Input {
        match letter {
            'b' => Input::Window(at, Verdict::Bound),
            'u' => Input::Window(at, Verdict::Unreachable(Unreachable::NoSession)),
            'l' => Input::SessionsLost(at),
            _ => Input::Silence(at),
        }
    }

    #[test]
    fn sequences_of_inputs_lead_to_their_states() {
        use State::{Degraded, Down, Healthy, Probation, Stale, Unknown};
        for (from, letters, to) in [
            (Unknown, "", Unknown),
            (Unknown, "b", Unknown),
            (Unknown, "bb", Healthy),
            (Unknown, "u", Down),
            (Unknown, "bu", Down),
            (Unknown, "s", Unknown),
            (Unknown, "l", Unknown),
            (Healthy, "b", Healthy),
            (Healthy, "u", Degraded),
            (Healthy, "uu", Down),
            (Healthy, "ub", Degraded),
            (Healthy, "ubb", Healthy),
            (Healthy, "ubu", Degraded),
            (Healthy, "ubuu", Down),
            (Healthy, "l", Down),
            (Healthy, "s", Stale),
            (Degraded, "b", Degraded),
            (Degraded, "bb", Healthy),
            (Degraded, "bub", Degraded),
            (Degraded, "uu", Down),
            (Degraded, "l", Degraded),
            (Degraded, "s", Stale),
            (Down, "b", Down),
            (Down, "bub", Down),
            (Down, "bb", Healthy),
            (Down, "ssss", Down),
            (Healthy, "lbb", Healthy),
            (Healthy, "lb", Down),
            (Stale, "u", Down),
            (Stale, "b", Stale),
            (Stale, "bb", Healthy),
            (Stale, "s", Stale),
            (Healthy, "bbbsb", Stale),
            (Healthy, "bbbsbb", Healthy),
            (Healthy, "usu", Down),
            (Probation, "b", Probation),
            (Probation, "bb", Healthy),
            (Probation, "u", Down),
            (Probation, "l", Probation),
            (Probation, "s", Probation),
        ] {
            assert_eq!(live(from, letters).state, to, "{from} {letters}");
        }
    }

    #[test]
    fn a_change_of_state_raises_the_revision_and_tells_since_when_and_why() {
        let down = ConnectionHealth {
            state: State::Down,
            since: at(90),
            reason: Reason::NoSession,
            bound_windows: 0,
            unreachable_windows: 2,
            judged_through: Some(at(90)),
            revision: 2,
            ..health(State::Healthy)
        };
        assert_eq!(live(State::Healthy, "buu"), down);
        let still_down = step(&down, input('u', at(120)));
        assert_eq!(
            still_down,
            ConnectionHealth { unreachable_windows: 3, judged_through: Some(at(120)), ..down }
        );
    }

    #[test]
    fn a_connection_comes_back_at_the_end_of_its_second_bound_window() {
        let back = ConnectionHealth {
            state: State::Healthy,
            since: at(60),
            reason: Reason::Bound,
            bound_windows: 2,
            judged_through: Some(at(60)),
            revision: 1,
            ..health(State::Down)
        };
        assert_eq!(live(State::Down, "bb"), back);
    }

    #[test]
    fn lost_sessions_and_silence_move_a_state_and_let_its_rows_begin_anew() {
        for (input, state, reason) in [
            (Input::SessionsLost(at(99)), State::Down, Reason::SessionsLost),
            (Input::Silence(at(99)), State::Stale, Reason::Silence),
        ] {
            let seen = live(State::Healthy, "bbb");
            assert_eq!((seen.bound_windows, seen.judged_through), (3, Some(at(90))));
            let expected = ConnectionHealth {
                state,
                since: at(99),
                reason,
                bound_windows: 0,
                revision: seen.revision + 1,
                ..seen.clone()
            };
            assert_eq!(step(&seen, input), expected);
        }
        let degraded = live(State::Healthy, "u");
        assert_eq!(degraded.unreachable_windows, 1);
        assert_eq!(step(&degraded, Input::Silence(at(99))).unreachable_windows, 0);
    }

    #[test]
    fn what_a_window_says_of_reach_is_why_a_connection_is_down() {
        for (why, reason) in [
            (Unreachable::NoSession, Reason::NoSession),
            (Unreachable::BindsRefused, Reason::BindsRefused),
            (Unreachable::NoAnswer, Reason::NoAnswer),
        ] {
            let down = step(&health(State::Stale), Input::Window(at(30), Verdict::Unreachable(why)));
            assert_eq!((down.state, down.reason), (State::Down, reason));
        }
    }

    #[test]
    fn windows_from_before_the_sessions_were_lost_do_not_bring_a_connection_back() {
        let lost = step(&health(State::Healthy), Input::SessionsLost(at(1000)));
        let late = (30..=33).fold(lost, |health, n| step(&health, input('b', at(n * 30))));
        assert_eq!((late.state, late.bound_windows, late.judged_through), (State::Down, 0, Some(at(990))));
        let back = [1020, 1050].into_iter().fold(late, |health, end| step(&health, input('b', at(end))));
        assert_eq!(back.state, State::Healthy);
    }

    #[test]
    fn a_window_that_ends_as_the_sessions_are_lost_is_from_before_and_the_next_one_is_not() {
        let lost = step(&health(State::Healthy), Input::SessionsLost(at(1000)));
        let same_end = step(&lost, input('b', at(1000)));
        assert_eq!(same_end, ConnectionHealth { judged_through: Some(at(1000)), ..lost.clone() });
        assert_eq!(step(&lost, input('b', at(1001))).bound_windows, 1);
        let silent = ConnectionHealth { reason: Reason::Silence, ..lost };
        assert_eq!(step(&silent, input('b', at(990))).bound_windows, 1);
    }

    proptest! {
        #[test]
        fn an_input_changes_the_state_at_most_once_and_always_alike(letters in "[buls]{0,60}") {
            let mut health = health(State::Unknown);
            for (n, letter) in (1..).zip(letters.chars()) {
                let input = input(letter, at(n * 30));
                let next = step(&health, input);
                prop_assert_eq!(&next, &step(&health, input));
                let moved = next.state != health.state;
                prop_assert_eq!(next.revision - health.revision, i64::from(moved));
                if !moved {
                    prop_assert_eq!((next.since, next.reason), (health.since, health.reason));
                }
                health = next;
            }
        }

        #[test]
        fn a_down_connection_never_becomes_stale(letters in "[buls]{0,60}") {
            let mut health = health(State::Unknown);
            for (n, letter) in (1..).zip(letters.chars()) {
                let next = step(&health, input(letter, at(n * 30)));
                prop_assert!(!(health.state == State::Down && next.state == State::Stale));
                health = next;
            }
        }

        #[test]
        fn two_bound_windows_in_a_row_always_end_in_healthy(letters in "[buls]{0,60}") {
            let lived = live(State::Unknown, &letters);
            let end = i64::try_from(letters.len()).unwrap() * 30;
            let twice = [end + 30, end + 60].into_iter().fold(lived, |health, end| step(&health, input('b', at(end))));
            prop_assert_eq!(twice.state, State::Healthy);
        }
    }
}
