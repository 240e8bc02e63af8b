//! `/me`.

pub mod get;
