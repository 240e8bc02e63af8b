//! Mirrors `src/admin/maintenance/`.

mod create;
mod list;
mod get;
mod update;
mod cancel;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::support::now;

const OPERATORS: &str = "/admin/v1/operators";
const MAINTENANCES: &str = "/admin/v1/maintenances";

/// A window of the whole operator, so many seconds from now.
fn window(from_s: i64, to_s: i64) -> Value {
    json!({"starts_at": in_s(from_s), "ends_at": in_s(to_s), "reason": "new SMSC", "reference": "CHG-7"})
}

fn in_s(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}
