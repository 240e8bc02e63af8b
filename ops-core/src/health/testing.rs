//! What the tests of health are made of: a connection's health, a window and a sample in few words.

use jiff::Timestamp;
use uuid::Uuid;

use super::{ConnectionHealth, Sample, State, WindowSums};
use crate::id::{ConnectionId, OperatorId};

pub(super) fn connection_id(n: u128) -> ConnectionId {
    Uuid::from_u128(0xc0 << 120 | n).into()
}

pub(super) fn operator_id() -> OperatorId {
    Uuid::from_u128(1).into()
}

/// Connection 1, in `state` since the epoch.
pub(super) fn health(state: State) -> ConnectionHealth {
    ConnectionHealth {
        state,
        ..ConnectionHealth::unknown(connection_id(1), operator_id(), Timestamp::UNIX_EPOCH)
    }
}

/// An idle window in which one session was bound.
pub(super) fn bound_window(end: Timestamp) -> WindowSums {
    WindowSums { samples: 1, submit_sessions_bound: 1, submit_bound_ms: 30_000, ..WindowSums::empty(end) }
}

/// A window in which nothing was bound.
pub(super) fn unreachable_window(end: Timestamp) -> WindowSums {
    WindowSums { samples: 1, ..WindowSums::empty(end) }
}

/// The smallest sample of a window from `start` on, in seconds since the epoch.
pub(super) fn sample(start: i64, window_s: i64) -> Sample {
    let json = serde_json::json!({
        "connection_id": connection_id(1),
        "connector_id": "gateway/a-1",
        "run_id": Uuid::from_u128(2),
        "seq": 0,
        "window_start": Timestamp::from_second(start).unwrap(),
        "window_s": window_s,
        "sessions": [],
    });
    serde_json::from_value(json).unwrap()
}
