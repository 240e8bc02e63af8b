//! Mirrors `src/internal/health/`.

mod report;
