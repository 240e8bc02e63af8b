//! Mirrors `src/admin/event/`.

mod list;
