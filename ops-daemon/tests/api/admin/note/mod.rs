//! Mirrors `src/admin/note/`.

mod create;
