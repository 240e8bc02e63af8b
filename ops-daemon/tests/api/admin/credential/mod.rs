//! Mirrors `src/admin/credential/`.

mod create;
mod get;
mod list;
mod activate;
mod discard;
