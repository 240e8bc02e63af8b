//! The Operator Management Service as a process. Read `docs/ARCHITECTURE.md` first; then [`start`], then one verb along
//! its stops: [`admin::router`], `admin/operator/create.rs`, `app/operator/create.rs`, [`app::decide`].

pub mod start;
pub mod sole;
pub mod listeners;
pub mod readiness;
pub mod shutdown;

pub mod config;
pub mod http;
pub mod admin;
pub mod internal;
pub mod probe;
pub mod app;
pub mod task;
pub mod telemetry;
pub mod dev;
pub mod command;
