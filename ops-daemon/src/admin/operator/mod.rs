//! `/operators`.

pub mod create;
pub mod get;
pub mod list;
pub mod update;
pub mod activate;
pub mod drain;
pub mod suspend;
pub mod restore;
pub mod timeline;
pub mod delete;
pub mod readiness;
