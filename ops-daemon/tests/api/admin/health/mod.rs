//! Mirrors `src/admin/health/`.

mod operator;
mod connection;
