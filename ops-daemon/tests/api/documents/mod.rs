//! Documents that are made from the code and committed: `cargo xtask documents` writes them, these tests compare them.

pub(crate) mod permission;
mod error_code;

/// Writes them.
const WRITES: &str = "cargo xtask documents";
