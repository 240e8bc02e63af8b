//! `/health/samples`.

pub mod report;
