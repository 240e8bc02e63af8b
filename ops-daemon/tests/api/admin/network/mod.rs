//! Mirrors `src/admin/network/`.

mod list;
