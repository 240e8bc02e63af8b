//! Planned windows.

pub mod create;
pub mod list;
pub mod get;
pub mod update;
pub mod cancel;
