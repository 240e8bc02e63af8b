//! Samples, windows, sessions and judged health in SQL.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use ops_core::{
    health::{
        ConnectionHealth, ConnectionInput, Expect, OperatorInput, SETTLE_S, Sample, SessionState, WindowSums,
        Write, is_closed, window_of,
    },
    id::{ConnectionId, OperatorId, RunId},
};

use super::{Corrupt, NotStorable, Row, Statement, args, json, plan::expectation};
use crate::port::{Arrived, SampleTaken};

/// The slot under which a connector's last sample of a connection is kept, beside the slots of its sessions.
const CONNECTOR_SLOT: i64 = -1;

pub(crate) fn expect(expect: &Expect) -> Statement {
    let Expect::Revision(connection, revision) = expect;
    expectation(
        "health_revision",
        "coalesce((SELECT revision FROM connection_health WHERE connection_id = $1), 0) = $2",
        args![connection.uuid(), *revision],
        connection,
    )
}

pub(crate) fn write(write: &Write) -> Statement {
    let Write::Put(health) = write;
    put(health, "")
}

/// Keeps the counters of a connection whose state did not move, unless somebody moved it meanwhile.
pub(crate) fn keep_progress(health: &ConnectionHealth) -> Statement {
    put(health, " WHERE connection_health.revision = excluded.revision")
}

fn put(health: &ConnectionHealth, only: &str) -> Statement {
    let ConnectionHealth {
        connection_id,
        operator_id,
        state,
        since,
        reason,
        bound_windows,
        unreachable_windows,
        judged_through,
        revision,
    } = health;
    Statement::new(
        format!(
            "INSERT INTO connection_health (connection_id, operator_id, state, since, reason, bound_windows, \
             unreachable_windows, judged_through, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             ON CONFLICT (connection_id) DO UPDATE SET state = excluded.state, since = excluded.since, \
             reason = excluded.reason, bound_windows = excluded.bound_windows, \
             unreachable_windows = excluded.unreachable_windows, judged_through = excluded.judged_through, \
             revision = excluded.revision{only}"
        ),
        args![
            connection_id.uuid(),
            operator_id.uuid(),
            state.to_string(),
            *since,
            reason.to_string(),
            *bound_windows,
            *unreachable_windows,
            *judged_through,
            *revision,
        ],
    )
}

/// One sample; nothing when it is there already. `window_start` is part of the key, as partitions demand.
pub(crate) fn insert_sample(
    sample: &Sample,
    operator: OperatorId,
    received_at: Timestamp,
    late: bool,
) -> Result<Statement, NotStorable> {
    Ok(Statement::new(
        "INSERT INTO operator_health_log (connector_id, run_id, seq, window_start, window_s, connection_id, \
         operator_id, received_at, late, sample) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT DO NOTHING",
        args![
            sample.connector_id.clone(),
            sample.run_id.uuid(),
            sample.seq,
            sample.window_start,
            sample.window_s,
            sample.connection_id.uuid(),
            operator.uuid(),
            received_at,
            late,
            json(sample)?,
        ],
    ))
}

/// Adds sums to a window.
pub(crate) fn add_to_window(connection: ConnectionId, sums: &WindowSums) -> Statement {
    let WindowSums {
        window_end,
        samples,
        submit_bound_ms,
        submit_sessions_bound,
        binds_total,
        binds_bound,
        submitted,
        ok,
        throttled,
        rejected_message,
        operator_error,
        no_answer,
    } = sums;
    Statement::new(
        "INSERT INTO health_window (connection_id, window_end, samples, submit_bound_ms, submit_sessions_bound, \
         binds_total, binds_bound, submitted, ok, throttled, rejected_message, operator_error, no_answer) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
         ON CONFLICT (connection_id, window_end) DO UPDATE SET \
         samples = health_window.samples + excluded.samples, \
         submit_bound_ms = health_window.submit_bound_ms + excluded.submit_bound_ms, \
         submit_sessions_bound = health_window.submit_sessions_bound + excluded.submit_sessions_bound, \
         binds_total = health_window.binds_total + excluded.binds_total, \
         binds_bound = health_window.binds_bound + excluded.binds_bound, \
         submitted = health_window.submitted + excluded.submitted, \
         ok = health_window.ok + excluded.ok, \
         throttled = health_window.throttled + excluded.throttled, \
         rejected_message = health_window.rejected_message + excluded.rejected_message, \
         operator_error = health_window.operator_error + excluded.operator_error, \
         no_answer = health_window.no_answer + excluded.no_answer",
        args![
            connection.uuid(),
            *window_end,
            *samples,
            *submit_bound_ms,
            *submit_sessions_bound,
            *binds_total,
            *binds_bound,
            *submitted,
            *ok,
            *throttled,
            *rejected_message,
            *operator_error,
            *no_answer,
        ],
    )
}

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

/// Which operator a connection belongs to, when it is not deleted.
pub(crate) fn operator_of(connection: ConnectionId) -> Statement {
    Statement::new(
        "SELECT id, operator_id FROM connection WHERE id = $1 AND deleted_at IS NULL",
        args![connection.uuid()],
    )
}

/// Whose operators have ever been heard of by a connector.
const HEARD_OF: &str = "c.deleted_at IS NULL AND c.operator_id IN (SELECT c2.operator_id FROM health_session s \
     JOIN connection c2 ON c2.id = s.connection_id)";

/// What the judge looks at, to be read in one snapshot by [`read_judge_input`].
pub(crate) fn judge_input(now: Timestamp) -> [Statement; 3] {
    let closed = now.checked_sub(SignedDuration::from_secs(SETTLE_S)).unwrap_or(now);
    [
        Statement::new(format!("{CONNECTION} WHERE {HEARD_OF} ORDER BY c.operator_id, c.name, c.id"), []),
        Statement::new(
            "SELECT w.connection_id, w.window_end, w.samples, w.submit_bound_ms, w.submit_sessions_bound, \
             w.binds_total, w.binds_bound, w.submitted, w.ok, w.throttled, w.rejected_message, w.operator_error, \
             w.no_answer FROM health_window w LEFT JOIN connection_health h ON h.connection_id = w.connection_id \
             WHERE w.window_end <= $1 AND (h.judged_through IS NULL OR w.window_end > h.judged_through) \
             ORDER BY w.connection_id, w.window_end",
            args![closed],
        ),
        Statement::new(format!("{SESSION} ORDER BY connection_id, connector_id, slot"), []),
    ]
}

const CONNECTION: &str = "SELECT c.id, c.operator_id, c.name, c.status, o.code, c.created_at, h.state, h.since, \
     h.reason, h.bound_windows, h.unreachable_windows, h.judged_through, h.revision \
     FROM connection c JOIN operator o ON o.id = c.operator_id \
     LEFT JOIN connection_health h ON h.connection_id = c.id";

const SESSION: &str = "SELECT connection_id, connector_id, slot, submit_bound, since, sample_end, window_s, state \
     FROM health_session";

/// A row of `CONNECTION`.
fn read_health(row: &Row) -> Result<ConnectionHealth, Corrupt> {
    let (connection_id, operator_id) = (row.uuid(0)?, row.uuid(1)?);
    if row.opt_text(6)?.is_none() {
        return Ok(ConnectionHealth::unknown(connection_id, operator_id, row.time(5)?));
    }
    Ok(ConnectionHealth {
        connection_id,
        operator_id,
        state: row.word(6)?,
        since: row.time(7)?,
        reason: row.word(8)?,
        bound_windows: row.int(9)?,
        unreachable_windows: row.int(10)?,
        judged_through: row.opt_time(11)?,
        revision: row.int(12)?,
    })
}

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
fn read_sessions(rows: &[Row]) -> Result<BTreeMap<ConnectionId, LastHeard>, Corrupt> {
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

pub(crate) fn read_judge_input(
    connections: &[Row],
    windows: &[Row],
    sessions: &[Row],
) -> Result<Vec<OperatorInput>, Corrupt> {
    let heard = read_sessions(sessions)?;
    let mut windows_of: BTreeMap<ConnectionId, Vec<WindowSums>> = BTreeMap::new();
    for row in windows {
        windows_of.entry(row.uuid(0)?).or_default().push(read_window(row)?);
    }
    let mut operators: Vec<OperatorInput> = Vec::new();
    for row in connections {
        let health = read_health(row)?;
        let last = heard.get(&health.connection_id).cloned().unwrap_or_default();
        let input = ConnectionInput {
            name: row.text(2)?,
            status: row.word(3)?,
            windows: windows_of.remove(&health.connection_id).unwrap_or_default(),
            last_sample_end: last.sample_end,
            last_window_s: last.window_s,
            all_lost_since: last.all_lost_since,
            health,
        };
        let operator_id = input.health.operator_id;
        match operators.last_mut().filter(|operator| operator.operator_id == operator_id) {
            Some(operator) => operator.connections.push(input),
            None => {
                operators.push(OperatorInput { operator_id, code: row.value(4)?, connections: vec![input] });
            }
        }
    }
    Ok(operators)
}

fn read_window(row: &Row) -> Result<WindowSums, Corrupt> {
    Ok(WindowSums {
        window_end: row.time(1)?,
        samples: row.int(2)?,
        submit_bound_ms: row.int(3)?,
        submit_sessions_bound: row.int(4)?,
        binds_total: row.int(5)?,
        binds_bound: row.int(6)?,
        submitted: row.int(7)?,
        ok: row.int(8)?,
        throttled: row.int(9)?,
        rejected_message: row.int(10)?,
        operator_error: row.int(11)?,
        no_answer: row.int(12)?,
    })
}

/// The health of an operator's connections, what was last heard of them, and their last window.
pub(crate) fn of_operator(id: OperatorId) -> [Statement; 3] {
    let ours = "(SELECT id FROM connection WHERE operator_id = $1)";
    [
        Statement::new(
            format!("{CONNECTION} WHERE c.operator_id = $1 AND c.deleted_at IS NULL ORDER BY c.name, c.id"),
            args![id.uuid()],
        ),
        Statement::new(format!("{SESSION} WHERE connection_id IN {ours}"), args![id.uuid()]),
        Statement::new(
            format!(
                "SELECT connection_id, window_end, samples, submit_bound_ms, submit_sessions_bound, binds_total, \
                 binds_bound, submitted, ok, throttled, rejected_message, operator_error, no_answer \
                 FROM health_window w WHERE connection_id IN {ours} AND window_end = \
                 (SELECT max(window_end) FROM health_window WHERE connection_id = w.connection_id)"
            ),
            args![id.uuid()],
        ),
    ]
}

pub(crate) fn read_of_operator(
    connections: &[Row],
    sessions: &[Row],
    windows: &[Row],
) -> Result<Vec<crate::port::ConnectionHealthRow>, Corrupt> {
    let mut heard = read_sessions(sessions)?;
    let mut last_window = BTreeMap::new();
    for row in windows {
        last_window.insert(row.uuid::<ConnectionId>(0)?, read_window(row)?);
    }
    let read_one = |row: &Row| {
        let health = read_health(row)?;
        Ok(crate::port::ConnectionHealthRow {
            name: row.text(2)?,
            status: row.word(3)?,
            heard: heard.remove(&health.connection_id).unwrap_or_default(),
            last_window: last_window.remove(&health.connection_id),
            health,
        })
    };
    connections.iter().map(read_one).collect()
}

/// Which connections have had a session that can submit.
pub(crate) fn ever_bound(operator: OperatorId) -> Statement {
    Statement::new(
        "SELECT DISTINCT s.connection_id FROM health_session s JOIN connection c ON c.id = s.connection_id \
         WHERE c.operator_id = $1 AND s.last_bound_at IS NOT NULL",
        args![operator.uuid()],
    )
}

/// What makes two samples the same.
pub(crate) type Identity = (String, RunId, i64, Timestamp);

/// The identity of a sample as it is stored: in whole microseconds, whatever the connector sends.
pub(crate) fn identity(sample: &Sample) -> Identity {
    let (connector, run, seq, start) = sample.identity();
    let start = Timestamp::from_microsecond(start.as_microsecond()).unwrap_or(start);
    (connector.to_owned(), run, seq, start)
}

/// Whether a sample came after its window was closed.
pub(crate) fn is_late(sample: &Sample, arrived: &Arrived) -> bool {
    is_closed(window_of(sample.window_end(), arrived.eval_s), arrived.received_at)
}

/// What became of each sample, given the identities that were stored now; and the statements that add the stored ones to
/// their windows and sessions, in one order for every batch, so that two batches never wait in a ring.
pub(crate) fn account(
    arrived: &Arrived,
    operators: &BTreeMap<ConnectionId, OperatorId>,
    mut stored: BTreeSet<Identity>,
) -> (Vec<SampleTaken>, Vec<Statement>) {
    let mut windows: BTreeMap<(ConnectionId, Timestamp), WindowSums> = BTreeMap::new();
    let mut latest: BTreeMap<(ConnectionId, &str), &Sample> = BTreeMap::new();
    let mut taken = Vec::with_capacity(arrived.samples.len());
    for sample in &arrived.samples {
        if !operators.contains_key(&sample.connection_id) {
            taken.push(SampleTaken::UnknownConnection);
        } else if !stored.remove(&identity(sample)) {
            taken.push(SampleTaken::Duplicate);
        } else {
            let late = is_late(sample, arrived);
            taken.push(SampleTaken::Accepted { late });
            let newest = latest.entry((sample.connection_id, &sample.connector_id)).or_insert(sample);
            if sample.window_end() >= newest.window_end() {
                *newest = sample;
            }
            if !late {
                let end = window_of(sample.window_end(), arrived.eval_s);
                windows
                    .entry((sample.connection_id, end))
                    .or_insert_with(|| WindowSums::empty(end))
                    .add(sample);
            }
        }
    }
    let windows = windows.iter().map(|((connection, _), sums)| add_to_window(*connection, sums));
    let sessions = latest.values().flat_map(|sample| put_sessions(sample));
    (taken, windows.chain(sessions).collect())
}
