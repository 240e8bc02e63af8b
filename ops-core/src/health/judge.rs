//! The judge: one look at one operator. Whatever moved becomes one change and one event.

use jiff::{SignedDuration, Timestamp};

use super::{ConnectionHealth, Expect, Input, WindowSums, Write, counts, operator_state, step, verdict};
use crate::{
    Change, Stamp,
    change::ChangeName,
    connection,
    event::{ConnectionHealthChanged, Event, HealthChanged},
    id::OperatorId,
    operator,
};

/// Seconds for which every session must stay lost: a rebind takes a few.
const SESSIONS_LOST_S: i64 = 10;
/// Windows of silence after which nothing is known any more.
const SILENT_WINDOWS: i64 = 3;

/// What is known of one connection.
#[derive(Debug, Clone)]
pub struct ConnectionInput {
    /// What was concluded so far.
    pub health: ConnectionHealth,
    /// Its name, for the event.
    pub name: String,
    /// Where it stands.
    pub status: connection::Status,
    /// Whether it counts for its operator's state.
    pub counts_for_operator: bool,
    /// Closed windows after `judged_through`, ascending.
    pub windows: Vec<WindowSums>,
    /// When the newest sample's window ended.
    pub last_sample_end: Option<Timestamp>,
    /// Seconds that window lasted; 0 when there is none.
    pub last_window_s: i64,
    /// Since when no session can submit, by the latest report of each; none when one can, or nothing was reported.
    pub all_lost_since: Option<Timestamp>,
}

/// What is known of one operator.
#[derive(Debug, Clone)]
pub struct OperatorInput {
    /// Which.
    pub operator_id: OperatorId,
    /// Its code, for the event.
    pub code: operator::Code,
    /// All of its connections, also those about which nothing is new.
    pub connections: Vec<ConnectionInput>,
}

/// What a look at one operator gives.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The connections that moved: to be committed.
    pub change: Option<Change>,
    /// Connections that were judged further without moving: their counts are kept, and nobody is told.
    pub progress: Vec<ConnectionHealth>,
}

/// Judges one operator. `eval_s` is the length of a window; with `silence_grace` nobody becomes stale, because it was
/// us who did not listen.
#[must_use]
pub fn judge(operator: &OperatorInput, eval_s: i64, silence_grace: bool, stamp: &Stamp) -> Judged {
    let now = stamp.at();
    let looks: Vec<_> = operator
        .connections
        .iter()
        .map(|connection| (connection, judged(connection, eval_s, silence_grace, now)))
        .collect();
    let has_moved = |before: &ConnectionHealth, after: &ConnectionHealth| after.state != before.state;
    let moved: Vec<_> = looks.iter().filter(|(before, after)| has_moved(&before.health, after)).collect();
    let progress = looks
        .iter()
        .filter(|(before, after)| !has_moved(&before.health, after) && *after != before.health)
        .map(|(_, after)| after.clone())
        .collect();
    if moved.is_empty() {
        return Judged { change: None, progress };
    }
    let mut change = Change::new(ChangeName::HealthTransition, stamp);
    for (before, after) in &moved {
        change = change
            .expect(Expect::Revision(after.connection_id, before.health.revision))
            .write(Write::Put(after.clone()));
    }
    let connections = moved.iter().map(|(before, after)| told(before, after)).collect();
    let event = HealthChanged { connections, ..own_change(operator, &looks, now) };
    Judged {
        change: Some(change.event(Event::health_changed(stamp.mint().id(), event)).moving_view()),
        progress,
    }
}

/// The health of one connection after this look.
fn judged(
    connection: &ConnectionInput,
    eval_s: i64,
    silence_grace: bool,
    now: Timestamp,
) -> ConnectionHealth {
    let before = &connection.health;
    let mut health = if connection.status == connection::Status::Disabled {
        unwatched(connection)
    } else {
        watched(connection, now)
    };
    if is_silent(connection, eval_s, now) && !silence_grace {
        health = step(&health, Input::Silence(now));
    }
    if health.state == before.state {
        // what came and went within one look was seen by nobody
        return ConnectionHealth {
            since: before.since,
            reason: before.reason,
            revision: before.revision,
            ..health
        };
    }
    health
}

/// Windows in order, then lost sessions.
fn watched(connection: &ConnectionInput, now: Timestamp) -> ConnectionHealth {
    let health =
        connection.windows.iter().fold(connection.health.clone(), |health, window| match verdict(window) {
            Some(verdict) => step(&health, Input::Window(window.window_end, verdict)),
            None => ConnectionHealth { judged_through: Some(window.window_end), ..health },
        });
    let lost = connection.all_lost_since.is_some_and(|since| lasts(since, SESSIONS_LOST_S, now));
    if lost { step(&health, Input::SessionsLost(now)) } else { health }
}

/// A disabled connection has no sessions because we said so: its windows are passed over, and rows begin anew.
fn unwatched(connection: &ConnectionInput) -> ConnectionHealth {
    let last = connection.windows.last().map(|window| window.window_end);
    ConnectionHealth {
        bound_windows: 0,
        unreachable_windows: 0,
        judged_through: last.or(connection.health.judged_through),
        ..connection.health.clone()
    }
}

fn is_silent(connection: &ConnectionInput, eval_s: i64, now: Timestamp) -> bool {
    let heard = connection.last_sample_end.unwrap_or(connection.health.since);
    let patience = eval_s.max(connection.last_window_s).saturating_mul(SILENT_WINDOWS);
    now.duration_since(heard) > SignedDuration::from_secs(patience)
}

fn lasts(since: Timestamp, seconds: i64, now: Timestamp) -> bool {
    now.duration_since(since) >= SignedDuration::from_secs(seconds)
}

/// The operator's own state before and after, over the connections that count; connections are still empty.
fn own_change(
    operator: &OperatorInput,
    looks: &[(&ConnectionInput, ConnectionHealth)],
    now: Timestamp,
) -> HealthChanged {
    let counts = |of: &ConnectionInput| counts(of.status, of.counts_for_operator);
    let counted = || looks.iter().filter(|(connection, _)| counts(connection));
    HealthChanged {
        id: operator.operator_id,
        code: operator.code.clone(),
        from: operator_state(looks.iter().map(|(before, _)| (counts(before), before.health.state))),
        to: operator_state(looks.iter().map(|(before, after)| (counts(before), after.state))),
        since: counted().map(|(_, after)| after.since).max().unwrap_or(now),
        connections: Vec::new(),
    }
}

fn told(before: &ConnectionInput, after: &ConnectionHealth) -> ConnectionHealthChanged {
    ConnectionHealthChanged {
        id: after.connection_id,
        name: before.name.clone(),
        from: before.health.state,
        to: after.state,
        reason: after.reason,
        since: after.since,
    }
}

#[cfg(test)]
mod tests;
