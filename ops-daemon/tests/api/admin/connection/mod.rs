//! Mirrors `src/admin/connection/`.

mod create;
mod get;
mod list;
mod search;
mod account;
mod enable;
mod disable;
mod update;
mod drain;
mod delete;
