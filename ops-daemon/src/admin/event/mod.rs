//! `/events`.

pub mod list;
pub mod stream;

use ops_client::error_code::ErrorCode;
use ops_core::Mark;

use crate::http::problem::Problem;

/// A reader has missed some.
fn forgotten(after: Mark) -> Problem {
    let detail = format!("events are kept for 14 days, and some after {after} are gone");
    Problem::new(ErrorCode::EventsForgotten, detail)
}
