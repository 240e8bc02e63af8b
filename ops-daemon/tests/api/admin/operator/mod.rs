//! Mirrors `src/admin/operator/`.

mod create;
mod get;
mod list;
mod update;
mod activate;
mod suspend;
mod delete;
mod readiness;
