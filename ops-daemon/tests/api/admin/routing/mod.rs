//! Mirrors `src/admin/routing/`.

mod create;
mod get;
mod list;
mod delete;
mod resolve;
