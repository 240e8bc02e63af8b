//! Samples that come in.

pub mod report;
