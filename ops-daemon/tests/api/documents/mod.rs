//! Documents that are made from the code and committed: `cargo xtask documents` and `cargo xtask contract --write` write them.

pub(crate) mod permission;
mod error_code;
mod event_schema;
mod status;
#[cfg(feature = "stack")]
mod task;
#[cfg(feature = "stack")]
mod openapi;

/// Writes them.
const WRITES: &str = "cargo xtask documents";
