//! `/operators`.

pub mod create;
pub mod get;
pub mod list;
pub mod update;
pub mod activate;
pub mod suspend;
pub mod delete;
pub mod readiness;
