//! Documents that are made from the code and committed: `cargo xtask documents` writes them, these tests compare them.

pub(crate) mod permissions;
mod errors;

/// Writes them.
const WRITES: &str = "cargo xtask documents";
