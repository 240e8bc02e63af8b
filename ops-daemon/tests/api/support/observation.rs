//! Samples as a connector reports them.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

/// Seconds of the window of a sample.
const WINDOW_S: i64 = 10;

/// Now.
#[expect(clippy::disallowed_methods, reason = "a connector has a clock of its own")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// A sample of the window that ends now, with one session that is bound or not.
pub fn sample_of(connection: &str, seq: i64, is_bound: bool) -> Value {
    let (state, bound_ms) = if is_bound { ("bound_trx", WINDOW_S * 1000) } else { ("closed", 0) };
    json!({
        "connection_id": connection,
        "connector_id": "gateway/a-1",
        "run_id": Uuid::from_u128(7),
        "seq": seq,
        "window_start": now() - SignedDuration::from_secs(WINDOW_S),
        "window_s": WINDOW_S,
        "sessions": [{"slot": 0, "state": state, "bound_ms": bound_ms}],
    })
}

/// A sample with other members.
pub fn with(mut sample: Value, members: Value) -> Value {
    let Value::Object(members) = members else { panic!("{members} is no object") };
    sample.as_object_mut().unwrap().extend(members);
    sample
}
