//! `/audit`.

pub mod list;
