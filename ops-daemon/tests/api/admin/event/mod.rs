//! Mirrors `src/admin/event/`.

mod list;
mod stream;
