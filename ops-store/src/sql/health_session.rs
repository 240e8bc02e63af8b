//! The latest word of each connector about each of its sessions, in SQL.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ops_core::{
    health::{Sample, SessionState},
    id::{ConnectionId, OperatorId},
};

use super::{Corrupt, Row, Statement, args};

/// The slot under which a connector's last sample of a connection is kept, beside the slots of its sessions.
const CONNECTOR_SLOT: i64 = -1;

/// The latest row of the connector and of each of its sessions; an older sample does not replace a newer one.
pub(crate) fn put_sessions(sample: &Sample) -> Vec<Statement> {
    let connector = session(sample, CONNECTOR_SLOT, SessionState::Closed, false, None, None);
    let sessions = sample.sessions.iter().map(|s| {
        let bound = s.state.can_submit() && s.bound_ms > 0;
        session(sample, s.slot, s.state, bound, s.credential_version, s.since)
    });
    std::iter::once(connector).chain(sessions).collect()
}

fn session(
    sample: &Sample,
    slot: i64,
    state: SessionState,
    submit_bound: bool,
    credential_version: Option<i64>,
    since: Option<Timestamp>,
) -> Statement {
    Statement::new(
        "INSERT INTO health_session (connection_id, connector_id, slot, run_id, state, submit_bound, \
         credential_version, since, sample_end, window_s, last_bound_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         ON CONFLICT (connection_id, connector_id, slot) DO UPDATE SET run_id = excluded.run_id, \
         state = excluded.state, submit_bound = excluded.submit_bound, \
         credential_version = excluded.credential_version, since = excluded.since, \
         sample_end = excluded.sample_end, window_s = excluded.window_s, \
         last_bound_at = coalesce(excluded.last_bound_at, health_session.last_bound_at) \
         WHERE excluded.sample_end >= health_session.sample_end",
        args![
            sample.connection_id.uuid(),
            sample.connector_id.clone(),
            slot,
            sample.run_id.uuid(),
            state.to_string(),
            submit_bound,
            credential_version,
            since,
            sample.window_end(),
            sample.window_s,
            submit_bound.then(|| sample.window_end()),
        ],
    )
}

pub(super) const SESSION: &str = "SELECT connection_id, connector_id, slot, submit_bound, since, sample_end, window_s, state \
     FROM health_session";

/// What the connectors last said of one connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastHeard {
    /// Sessions that can submit.
    pub sessions_bound: i64,
    /// End of the newest sample.
    pub sample_end: Option<Timestamp>,
    /// Length of the newest sample's window.
    pub window_s: i64,
    /// Since when no session can submit, as far as the connectors know; nothing while one can.
    pub all_lost_since: Option<Timestamp>,
}

/// Rows of `SESSION` by connection. A slot that its connector's newest sample does not name any more does not count.
pub(super) fn read_sessions(rows: &[Row]) -> Result<BTreeMap<ConnectionId, LastHeard>, Corrupt> {
    let mut newest: BTreeMap<(ConnectionId, String), Timestamp> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.int(2) == Ok(CONNECTOR_SLOT)) {
        newest.insert((row.uuid(0)?, row.text(1)?), row.time(5)?);
    }
    let mut heard: BTreeMap<ConnectionId, LastHeard> = BTreeMap::new();
    for row in rows {
        let connection = row.uuid(0)?;
        let (sample_end, slot, bound) = (row.time(5)?, row.int(2)?, row.bool(3)?);
        if newest.get(&(connection, row.text(1)?)) != Some(&sample_end) {
            continue;
        }
        let of = heard.entry(connection).or_default();
        if of.sample_end.is_none_or(|known| sample_end >= known) {
            of.sample_end = Some(sample_end);
            of.window_s = row.int(6)?;
        }
        if slot == CONNECTOR_SLOT {
            continue;
        }
        of.sessions_bound += i64::from(bound);
        let since = row.opt_time(4)?.unwrap_or(sample_end);
        of.all_lost_since = of.all_lost_since.max(Some(since));
    }
    for of in heard.values_mut() {
        of.all_lost_since = if of.sessions_bound > 0 { None } else { of.all_lost_since.or(of.sample_end) };
    }
    Ok(heard)
}

/// When each connection of an operator last had a session that can submit.
pub(crate) fn last_bound(operator: OperatorId) -> Statement {
    Statement::new(
        "SELECT s.connection_id, max(s.last_bound_at) FROM health_session s JOIN connection c ON c.id = s.connection_id \
         WHERE c.operator_id = $1 AND s.last_bound_at IS NOT NULL GROUP BY s.connection_id",
        args![operator.uuid()],
    )
}
