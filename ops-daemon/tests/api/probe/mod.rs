//! Mirrors `src/probe/`.

mod health;
mod metrics;
