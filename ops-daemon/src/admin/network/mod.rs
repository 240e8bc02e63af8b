//! `/networks`: the reference data.

pub mod list;
