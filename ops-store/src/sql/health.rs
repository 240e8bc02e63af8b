//! Judged health in SQL, and what the judge looks at.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use ops_core::{
    connection::Connection,
    health::{ConnectionHealth, ConnectionInput, Expect, OperatorInput, SETTLE_S, WindowSums, Write},
    id::{ConnectionId, OperatorId},
};

use super::{
    Corrupt, Row, Statement, args,
    health_session::{SESSION, read_sessions},
    health_window::read_window,
    plan::expectation,
};

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

/// The state of a new connection, so that one about which nothing is known is found as well.
pub(crate) fn unknown(connection: &Connection) -> Statement {
    put(&ConnectionHealth::unknown(connection.id, connection.operator_id, connection.created_at), "")
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

const CONNECTION: &str = "SELECT c.id, c.operator_id, c.name, c.status, o.code, c.created_at, h.state, h.since, \
     h.reason, h.bound_windows, h.unreachable_windows, h.judged_through, h.revision, \
     c.counts_for_operator FROM connection c JOIN operator o ON o.id = c.operator_id \
     LEFT JOIN connection_health h ON h.connection_id = c.id";

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
            counts_for_operator: row.bool(13)?,
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
            counts_for_operator: row.bool(13)?,
            heard: heard.remove(&health.connection_id).unwrap_or_default(),
            last_window: last_window.remove(&health.connection_id),
            health,
        })
    };
    connections.iter().map(read_one).collect()
}
