//! `/events`.

pub mod list;
