//! Mirrors `src/admin/operator/`.

mod create;
mod get;
mod list;
mod update;
mod activate;
mod drain;
mod suspend;
mod restore;
mod timeline;
mod delete;
mod readiness;
