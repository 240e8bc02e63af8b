//! `/events`.

pub mod list;
pub mod stream;

use ops_client::error_code::ErrorCode;
use ops_core::{Mark, limits};

use crate::http::problem::Problem;

/// A reader has missed some.
fn forgotten(after: Mark) -> Problem {
    let days = limits::EVENTS_KEPT_DAYS;
    let detail = format!("events are kept for {days} days, and some after {after} are gone");
    Problem::new(ErrorCode::EventsForgotten, detail)
}
