//! Mirrors `src/admin/me/`.

mod get;
