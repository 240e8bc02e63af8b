//! What the samples of a window add up to, in SQL.

use ops_core::{health::WindowSums, id::ConnectionId};

use super::{Corrupt, Row, Statement, args};

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

pub(super) fn read_window(row: &Row) -> Result<WindowSums, Corrupt> {
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
