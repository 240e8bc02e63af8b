//! Verbs of routing rules.

pub mod create;
pub mod delete;
pub mod resolve;
