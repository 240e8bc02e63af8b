//! Mirrors `src/admin/audit/`.

mod list;
mod verify;
