//! Mirrors `src/admin/audit/`.

mod list;
